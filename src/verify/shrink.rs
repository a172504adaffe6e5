//! From a random scenario that differs to the smallest one that still does.

use std::time::Duration;

use crate::scenario::{Call, Scenario, parse};

use super::case::{Ours, calls};
use super::harness::{Harness, NoAnswer};
use super::interpreter::Interpreter;
use super::log::Log;
use super::sketch::Sketch;

/// A scenario as small as it can be with which a call still differs on an interpreter.
pub fn shrink(interpreter: &Interpreter, limit: Duration, sketch: &Sketch) -> Sketch {
    let mut prover = Prover { interpreter, limit, harness: None };
    let mut smallest = sketch.clone();
    while let Some(smaller) = smallest
        .smaller()
        .into_iter()
        .find(|smaller| parse("-", &smaller.to_string()).is_ok_and(|scenario| prover.differs(&scenario)))
    {
        smallest = smaller;
    }
    smallest
}

struct Prover<'i> {
    interpreter: &'i Interpreter,
    limit: Duration,
    harness: Option<Harness>,
}

impl Prover<'_> {
    fn differs(&mut self, scenario: &Scenario) -> bool {
        calls(scenario).into_iter().any(|call| self.call_differs(scenario, call))
    }

    fn call_differs(&mut self, scenario: &Scenario, call: Call) -> bool {
        let ours = Ours::new(scenario, call, self.interpreter.python);
        if self.harness.is_none() {
            self.harness = Harness::start(self.interpreter, self.limit).ok();
        }
        let Some(harness) = &mut self.harness else { return false };
        harness.ask(&ours.program);
        match harness.answer() {
            Ok(answer) => Log::of(&answer) != ours.log,
            Err(no_answer) => {
                if !matches!(no_answer, NoAnswer::Failed(_)) {
                    self.harness = None;
                }
                true
            }
        }
    }
}
