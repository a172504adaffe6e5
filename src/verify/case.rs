//! One run to compare: a scenario, a call, a version.

use crate::calls::{Call, Function, Setting};
use crate::event::Word;
use crate::python::Program;
use crate::scenario::{Python, Scenario, Way};
use crate::simulation::record;

use super::log::Log;

/// The calls that a scenario is compared by: each in each of its forms, with the scenario's timeout and without. The other
/// options are the scenario's.
pub fn calls(scenario: &Scenario) -> Vec<Call> {
    let forms = Function::ALL.iter().flat_map(|function| scenario.call(*function).forms());
    let calls = forms.flat_map(|form| {
        let endless = form.with("timeout", Setting::Timeout(None));
        [Some(endless), (endless != form).then_some(form)]
    });
    calls.flatten().collect()
}

/// A call as Python writes it, with `…` for its arguments.
pub fn label(call: &Call) -> String {
    let keywords = call.options().keywords().into_iter();
    let keywords: String = keywords.map(|(key, value)| format!(", {key}={}", value.replace("asyncio.", ""))).collect();
    format!("{}(…{keywords})", call.function())
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
        let told = record(scenario, call, python, &Way::default());
        Ours { log: Log::of_run(&told), program: Program::of(&told.run) }
    }
}
