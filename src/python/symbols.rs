//! What the harness is told of a program: which function, future, group or timer belongs to which awaitable.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::scenario::Ids;

use super::outline::Outline;

/// The awaitables behind the names in a program, in the orders in which the program makes things.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Symbols {
    /// Which function is the call.
    pub function: &'static str,
    /// By identifier of an `async def`: whose coroutines it makes, in the order in which it is called.
    pub functions: BTreeMap<String, Vec<Clones>>,
    /// What `create_future()` makes.
    pub futures: Vec<Clones>,
    /// What `gather()` makes before the call itself.
    pub groups: Vec<Clones>,
    /// What `call_later()` arms.
    pub timers: Vec<ProgramTimer>,
    /// The arguments of the call.
    pub arguments: Vec<Clones>,
    /// By identifier of a function, or of the variable of a future or a group: the name in the scenario. The harness does
    /// not need it.
    #[serde(skip)]
    pub names: BTreeMap<String, String>,
}

/// Awaitables of one table that follow each other: without a `count` the only one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Clones {
    /// The table's name.
    pub name: String,
    /// How many the table stands for.
    pub count: usize,
    /// The place of the first of them in the table, from 0.
    pub start: u32,
    /// The place behind the last.
    pub end: u32,
}

/// As many timers that do the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ProgramTimer {
    /// What they do.
    pub action: TimerAction,
    /// On what, where it may not exist when they fire.
    pub target: Option<Clones>,
    /// How many there are.
    pub times: u32,
}

/// What a timer does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum TimerAction {
    Settle,
    Cancel,
    Check,
}

impl Symbols {
    /// All but the coroutines and the timers, which are told as they are written.
    pub(super) fn new(outline: &Outline<'_>) -> Symbols {
        let tables = 0..outline.scenario.awaitables.len();
        let futures = tables.filter(|table| outline.awaitable(*table).kind.is_future());
        let clones = |part: &usize| outline.clones(outline.parts[*part].table, &outline.parts[*part].ids);
        Symbols {
            function: outline.call.function().name(),
            functions: BTreeMap::new(),
            futures: futures.map(|table| outline.clones(table, &outline.awaitable(table).ids)).collect(),
            groups: outline.groups.iter().map(clones).collect(),
            timers: Vec::new(),
            arguments: outline.arguments.iter().map(clones).collect(),
            names: outline
                .identifiers
                .iter()
                .cloned()
                .zip(outline.scenario.awaitables.iter().map(|one| one.name.clone()))
                .collect(),
        }
    }

    /// The next coroutines that a table's function makes.
    pub(super) fn makes(&mut self, outline: &Outline<'_>, table: usize, ids: &Ids) {
        let function = outline.identifiers[table].clone();
        self.functions.entry(function).or_default().push(outline.clones(table, ids));
    }

    /// One more timer, or several.
    pub(super) fn arms(&mut self, action: TimerAction, target: Option<Clones>, times: u32) {
        self.timers.push(ProgramTimer { action, target, times });
    }
}
