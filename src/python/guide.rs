//! What the harness is told of a program: whose function, future, group or timer is whose. It is not in the program.

use serde::Serialize;

use crate::scenario::Kind;

use super::plan::Plan;

/// The names behind a program, in the orders in which the program makes things.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Guide {
    /// Which of the two functions is the call.
    pub function: &'static str,
    /// The `async def`s: identifier, awaitable, and how many `count` says.
    pub functions: Vec<(String, Named)>,
    /// What `create_future()` makes.
    pub futures: Vec<Named>,
    /// What `gather()` makes before the call itself.
    pub groups: Vec<Named>,
    /// What `call_later()` arms.
    pub timers: Vec<Timer>,
    /// The arguments of the call.
    pub arguments: Vec<Named>,
}

/// An awaitable's name as the scenario has it, and how many `count` says.
pub type Named = (String, u32);

/// As many timers that do the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Timer {
    /// What they do.
    pub does: Does,
    /// On what, where it may not exist when they fire.
    pub target: Option<Named>,
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
    /// All but the timers, which are told as they are written.
    pub(super) fn new(plan: &Plan<'_>) -> Guide {
        let named = |table: usize| plan.named(table);
        let tables = || 0..plan.scenario.awaitables.len();
        let kind = |table: &usize| &plan.scenario.awaitables[*table].kind;
        Guide {
            function: plan.call.function().name(),
            functions: tables()
                .filter(|table| plan.has_function(*table))
                .map(|table| (plan.identifiers[table].clone(), named(table)))
                .collect(),
            futures: tables().filter(|table| matches!(kind(table), Kind::Future(_))).map(named).collect(),
            groups: plan.groups.iter().copied().map(named).collect(),
            timers: Vec::new(),
            arguments: plan.arguments.iter().copied().map(named).collect(),
        }
    }

    /// One more timer, or several.
    pub(super) fn arms(&mut self, does: Does, target: Option<Named>, times: u32) {
        self.timers.push(Timer { does, target, times });
    }
}
