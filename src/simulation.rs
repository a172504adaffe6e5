//! One way to run a scenario: on the executor, with a ledger that makes a [`Run`] of what happens.

use crate::calls::Call;
use crate::event::{Listener, Recording};
use crate::executor::choices::Canonical;
use crate::executor::clock::{Clock, Virtual};
use crate::executor::lateness::Never;
use crate::executor::{self, Plan, Workspace};
use crate::outcome::{Keep, Ledger, Run};
use crate::scenario::{Python, Scenario};

/// A finished run.
#[derive(Debug)]
pub struct Simulated<'s> {
    /// What it came to.
    pub run: Run<'s>,
    /// Its events; none where they were not kept.
    pub events: Recording,
}

/// Runs a scenario through a call, and tells the listener what happens.
pub fn simulate<'s>(
    scenario: &'s Scenario,
    call: Call,
    python: Python,
    keep: Keep,
    clock: impl Clock,
    listener: impl Listener,
) -> Simulated<'s> {
    let mut ledger =
        if keep.awaitables { Ledger::new(scenario, call, python) } else { Ledger::brief(scenario, call, python) };
    let mut events = Recording::default();
    let (plan, mut workspace) = (Plan::new(scenario, call, python), Workspace::default());
    let end = if keep.events {
        executor::simulate(&plan, clock, Canonical, Never, (listener, (&mut ledger, &mut events)), &mut workspace)
    } else {
        executor::simulate(&plan, clock, Canonical, Never, (listener, &mut ledger), &mut workspace)
    };
    Simulated { run: ledger.finish(&end), events }
}

/// Runs a scenario at once, and keeps everything.
pub fn record(scenario: &Scenario, call: Call, python: Python) -> Simulated<'_> {
    simulate(scenario, call, python, Keep { awaitables: true, events: true }, Virtual, ())
}
