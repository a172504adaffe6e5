//! Whether a scenario still differs, asked of one interpreter over and over.

use std::time::Duration;

use crate::calls::Call;
use crate::scenario::Scenario;

use super::case::{Ours, calls};
use super::harness::{Harness, NoAnswer};
use super::interpreter::Interpreter;
use super::log::Log;
use super::trust::Trust;

/// An interpreter, started when it is first asked.
#[derive(Debug)]
pub struct Prover<'i> {
    interpreter: &'i Interpreter,
    limit: Duration,
    harness: Option<Harness>,
    trust: Trust,
}

impl<'i> Prover<'i> {
    /// `limit` is how long one run may take.
    pub fn new(interpreter: &'i Interpreter, limit: Duration) -> Prover<'i> {
        Prover { interpreter, limit, harness: None, trust: Trust::default() }
    }

    /// Whether the interpreter says anything else than we of one of the scenario's calls. Where it says nothing, nothing
    /// differs: a crash or a hang is not what is looked for, and it may take a minute each time.
    pub fn differs(&mut self, scenario: &Scenario) -> bool {
        calls(scenario).into_iter().any(|call| self.call_differs(scenario, call).unwrap_or(false))
    }

    fn call_differs(&mut self, scenario: &Scenario, call: Call) -> Result<bool, NoAnswer> {
        if self.trust.lost().is_some() {
            return Err(NoAnswer::GivenUp);
        }
        let harness = match &mut self.harness {
            Some(harness) => harness,
            None => match Harness::start(self.interpreter, self.limit) {
                Ok(harness) => self.harness.insert(harness),
                Err(why) => {
                    self.trust.did_not_start(&why);
                    return Err(why);
                }
            },
        };
        let ours = Ours::new(scenario, call, self.interpreter.python);
        harness.ask(&ours.program);
        match harness.answer() {
            Ok(answer) => {
                self.trust.answered();
                Ok(Log::of_document(&answer) != ours.log)
            }
            Err(why) if why.is_failure_to_run() => {
                self.harness = None;
                self.trust.failed(&why);
                Err(why)
            }
            Err(_) => {
                self.trust.answered();
                Ok(true)
            }
        }
    }
}
