//! What the harness is told of a program: whose function, future, group or timer is whose. It is not in the program.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::scenario::{Ids, Kind};

use super::plan::Plan;

/// The names behind a program, in the orders in which the program makes things.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Guide {
    /// Which function is the call.
    pub function: &'static str,
    /// By identifier of an `async def`: whose coroutines it makes, in the order in which it is called.
    pub functions: BTreeMap<String, Vec<Clones>>,
    /// What `create_future()` makes.
    pub futures: Vec<Clones>,
    /// What `gather()` makes before the call itself.
    pub groups: Vec<Clones>,
    /// What `call_later()` arms.
    pub timers: Vec<Timer>,
    /// The arguments of the call.
    pub arguments: Vec<Clones>,
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
pub struct Timer {
    /// What they do.
    pub does: Does,
    /// On what, where it may not exist when they fire.
    pub target: Option<Clones>,
    /// How many there are.
    pub times: u32,
}

/// What a timer does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum Does {
    Settle,
    Cancel,
    Check,
}

impl Guide {
    /// All but the coroutines and the timers, which are told as they are written.
    pub(super) fn new(plan: &Plan<'_>) -> Guide {
        let tables = 0..plan.scenario.awaitables.len();
        let futures = tables.filter(|table| matches!(plan.awaitable(*table).kind, Kind::Future(_)));
        let clones = |part: &usize| plan.clones(plan.parts[*part].table, &plan.parts[*part].ids);
        Guide {
            function: plan.call.function().name(),
            functions: BTreeMap::new(),
            futures: futures.map(|table| plan.clones(table, &plan.awaitable(table).ids)).collect(),
            groups: plan.groups.iter().map(clones).collect(),
            timers: Vec::new(),
            arguments: plan.arguments.iter().map(clones).collect(),
        }
    }

    /// The next coroutines that a table's function makes.
    pub(super) fn makes(&mut self, plan: &Plan<'_>, table: usize, ids: &Ids) {
        let function = plan.identifiers[table].clone();
        self.functions.entry(function).or_default().push(plan.clones(table, ids));
    }

    /// One more timer, or several.
    pub(super) fn arms(&mut self, does: Does, target: Option<Clones>, times: u32) {
        self.timers.push(Timer { does, target, times });
    }
}
