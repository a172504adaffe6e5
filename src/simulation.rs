//! One way to run a scenario: on the executor, with a ledger that makes a [`Run`] of what happens.

mod late_machine;

use crate::calls::Call;
use crate::event::{Listener, Numbering, Recording, RunEnd};
use crate::executor::choices::{Choices, Chosen, TooLarge};
use crate::executor::clock::{Clock, Virtual};
use crate::executor::lateness::{Jitter, Never};
use crate::executor::{self, Plan, Workspace};
use crate::outcome::{Keep, Ledger, Note, Run};
use crate::random::Random;
use crate::scenario::{Python, Scenario, Way};

pub use late_machine::on_late_machine;

/// A finished run.
#[derive(Debug)]
pub struct Simulated<'s> {
    /// What it came to.
    pub run: Run<'s>,
    /// Its events; none where they were not kept.
    pub events: Recording,
    /// The first of the way's choices that was too large. It counted as 0.
    pub too_large: Option<TooLarge>,
}

/// Runs a scenario through a call, and tells the listener what happens.
pub fn run_scenario<'s>(
    scenario: &'s Scenario,
    call: Call,
    python: Python,
    way: &Way,
    keep: Keep,
    clock: impl Clock,
    listener: impl Listener,
) -> Simulated<'s> {
    let mut ledger =
        if keep.awaitables { Ledger::new(scenario, call, python) } else { Ledger::brief(scenario, call, python) };
    let (mut events, mut numbers) = (Recording::default(), Numbering::default());
    let mut choices = Chosen::new(way.choices.clone());
    let (plan, mut workspace) = (Plan::new(scenario, call, python), Workspace::default());
    let kept = (keep.events.then_some(&mut events), keep.awaitables.then_some(&mut numbers));
    let listener = (listener, (&mut ledger, kept));
    let end = run_plan(&plan, clock, &mut choices, way.jitter, listener, &mut workspace);
    let mut run = ledger.finish(&end);
    run.numbers = numbers;
    let (made, given) = (choices.made(), way.choices.len());
    if given > made {
        run.notes.push(Note::ChoicesLeftOver { given, made });
    }
    let too_large = choices.too_large();
    (run.choices, run.choices_left_out) = choices.into_noted();
    run.way = way.clone();
    Simulated { run, events, too_large }
}

/// Runs a plan on a loop that is as late as a number says, or never.
pub fn run_plan(
    plan: &Plan<'_>,
    clock: impl Clock,
    choices: impl Choices,
    jitter: Option<u64>,
    listener: impl Listener,
    workspace: &mut Workspace,
) -> RunEnd {
    match jitter {
        None => executor::simulate(plan, clock, choices, Never, listener, workspace),
        Some(number) => executor::simulate(plan, clock, choices, Jitter::new(number), listener, workspace),
    }
}

/// Runs a scenario at once, and keeps everything.
pub fn record<'s>(scenario: &'s Scenario, call: Call, python: Python, way: &Way) -> Simulated<'s> {
    run_scenario(scenario, call, python, way, Keep { awaitables: true, events: true }, Virtual, ())
}

/// Runs a scenario at once, and keeps what came of it.
pub fn outcome<'s>(scenario: &'s Scenario, call: Call, python: Python, way: &Way) -> Run<'s> {
    run_scenario(scenario, call, python, way, Keep { awaitables: true, events: false }, Virtual, ()).run
}

/// The first of a way's choices that is too large for a run, found without showing anything.
pub fn too_large(scenario: &Scenario, call: Call, python: Python, way: &Way) -> Option<TooLarge> {
    if way.choices.is_empty() {
        return None;
    }
    run_scenario(scenario, call, python, way, Keep { awaitables: false, events: false }, Virtual, ()).too_large
}

/// The choices of a run that takes each from a stream.
pub fn drawn_choices(scenario: &Scenario, call: Call, python: Python, jitter: Option<u64>, random: Random) -> Vec<u32> {
    let mut choices = Chosen::drawn(random);
    let (plan, mut workspace) = (Plan::new(scenario, call, python), Workspace::default());
    run_plan(&plan, Virtual, &mut choices, jitter, (), &mut workspace);
    choices.into_noted().0.into_iter().flat_map(|choice| choice.took).collect()
}
