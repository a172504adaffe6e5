//! One run to compare: a scenario, a call, a version.

use crate::calls::{Call, GatherOptions, ReturnWhen, WaitOptions};
use crate::event::Word;
use crate::python::Program;
use crate::scenario::{Python, Scenario};
use crate::simulation::record;

use super::log::Log;

/// The calls that a scenario is compared by: gather() without and with return_exceptions, wait() in its three
/// conditions, with the scenario's timeout and without. The other options are the scenario's.
pub fn calls(scenario: &Scenario) -> Vec<Call> {
    let mut calls = Vec::new();
    for return_exceptions in [false, true] {
        calls.push(Call::Gather(GatherOptions { return_exceptions }));
    }
    for &return_when in ReturnWhen::ALL {
        calls.push(Call::Wait(WaitOptions { return_when, timeout: None, ..scenario.wait }));
        if scenario.wait.timeout.is_some() {
            calls.push(Call::Wait(WaitOptions { return_when, ..scenario.wait }));
        }
    }
    calls
}

/// A call as Python writes it, with `…` for its arguments.
pub fn label(call: &Call) -> String {
    match call {
        Call::Gather(GatherOptions { return_exceptions: false }) => "gather(…)".to_owned(),
        Call::Gather(GatherOptions { return_exceptions: true }) => "gather(…, return_exceptions=True)".to_owned(),
        Call::Wait(options) => {
            let timeout = options.timeout.map(|timeout| format!(", timeout={timeout}")).unwrap_or_default();
            match options.return_when {
                ReturnWhen::AllCompleted => format!("wait(…{timeout})"),
                other => format!("wait(…{timeout}, return_when={})", other.python_name()),
            }
        }
    }
}

/// What we say of a run, and the program that says it to CPython.
#[derive(Debug)]
pub struct Ours {
    /// What our own executor tells.
    pub log: Log,
    /// The program that the scenario means.
    pub program: Program,
}

impl Ours {
    /// Runs a scenario on our own loop, and prints its program.
    pub fn new(scenario: &Scenario, call: Call, python: Python) -> Ours {
        let told = record(scenario, call, python);
        Ours { log: Log::of_run(&told), program: Program::of(&told.run) }
    }
}
