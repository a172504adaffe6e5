//! Many scenarios over many interpreters: on every core one worker, with at most one process of each version.

use std::ops::ControlFlow;
use std::time::Duration;

use crate::calls::Call;
use crate::parallel::in_order;
use crate::scenario::Scenario;

use super::case::{Ours, calls};
use super::group;
use super::harness::{Harness, NoAnswer};
use super::interpreter::Interpreter;
use super::log::Log;
use super::trust::Trust;

/// What came of one scenario.
#[derive(Debug, Default)]
pub struct Verdict {
    /// How many runs were compared.
    pub runs: usize,
    /// Those of them that differ.
    pub differences: Vec<Difference>,
    /// The runs that could not be compared.
    pub failures: Vec<Failure>,
    /// The interpreters that were given up over it, and why. Of each it is told once.
    pub given_up: Vec<(usize, String)>,
}

/// A run that came out otherwise than we say.
#[derive(Debug)]
pub struct Difference {
    /// On which interpreter, by its place among those given.
    pub interpreter: usize,
    /// Which call.
    pub call: Call,
    /// What we say.
    pub ours: Log,
    /// What CPython says, or with what the printed program failed.
    pub theirs: Result<Log, NoAnswer>,
}

/// A run of which the interpreter told nothing.
#[derive(Debug)]
pub struct Failure {
    /// Which interpreter, by its place among those given.
    pub interpreter: usize,
    /// Which call.
    pub call: Call,
    /// Why it says nothing.
    pub why: NoAnswer,
}

/// Interpreters, and what is known of how well they work.
#[derive(Debug)]
pub struct Team<'i> {
    interpreters: &'i [Interpreter],
    limit: Duration,
    /// By interpreter. An interpreter that is given up is given up by every worker.
    trust: Vec<Trust>,
}

impl<'i> Team<'i> {
    /// Trusts all of them. `limit` is how long one run may take.
    pub fn new(interpreters: &'i [Interpreter], limit: Duration) -> Team<'i> {
        Team { interpreters, limit, trust: interpreters.iter().map(|_| Trust::default()).collect() }
    }

    /// Why an interpreter was given up, where it was.
    pub fn given_up(&self, interpreter: usize) -> Option<&str> {
        self.trust[interpreter].lost()
    }

    /// Whether there is nobody left to compare with.
    pub fn is_given_up(&self) -> bool {
        !self.trust.is_empty() && self.trust.iter().all(|trust| trust.lost().is_some())
    }

    /// Compares so many scenarios, each made where it is needed, and tells of each as soon as it and all before it are
    /// done. Whoever is told may break it off. It also ends when every interpreter is given up, and by
    /// [`group::end_all`]; then it tells of all that was compared until then.
    pub fn compare<E: Send>(
        &self,
        scenarios: usize,
        make: impl Fn(usize) -> Result<Scenario, E> + Sync,
        tell: impl FnMut(usize, Result<Verdict, E>) -> ControlFlow<()>,
    ) {
        in_order(
            scenarios,
            || Worker::new(self),
            |worker, index| {
                if self.is_given_up() {
                    return None;
                }
                let verdict = make(index).map(|scenario| worker.compare(&scenario));
                // What processes say that somebody has ended is no verdict.
                (!group::all_ended()).then_some(verdict)
            },
            tell,
        );
    }
}

/// One core's.
struct Worker<'t> {
    team: &'t Team<'t>,
    /// By interpreter: its process, once it was needed.
    harnesses: Vec<Option<Harness>>,
    /// Those that this worker was the one to give up, until it is told.
    given_up: Vec<(usize, String)>,
}

impl<'t> Worker<'t> {
    fn new(team: &'t Team<'t>) -> Worker<'t> {
        Worker { team, harnesses: team.interpreters.iter().map(|_| None).collect(), given_up: Vec::new() }
    }

    fn compare(&mut self, scenario: &Scenario) -> Verdict {
        let calls = calls(scenario);
        let mut verdict = Verdict::default();
        // All versions work on it at the same time.
        let ours: Vec<Vec<Ours>> = (0..self.team.interpreters.len())
            .map(|interpreter| {
                let python = self.team.interpreters[interpreter].python;
                let ours: Vec<Ours> = calls.iter().map(|call| Ours::new(scenario, *call, python)).collect();
                if let Ok(harness) = self.harness(interpreter) {
                    for ours in &ours {
                        harness.ask(&ours.program);
                    }
                }
                ours
            })
            .collect();
        for (interpreter, ours) in ours.into_iter().enumerate() {
            let mut asked = self.harnesses[interpreter].is_some();
            for (call, ours) in calls.iter().zip(ours) {
                match self.answer(interpreter, &ours, &mut asked) {
                    Err(why) if why.is_failure_to_run() => {
                        verdict.failures.push(Failure { interpreter, call: *call, why });
                    }
                    theirs => {
                        verdict.runs += 1;
                        if theirs.as_ref() != Ok(&ours.log) {
                            verdict.differences.push(Difference { interpreter, call: *call, ours: ours.log, theirs });
                        }
                    }
                }
            }
        }
        verdict.given_up.append(&mut self.given_up);
        verdict
    }

    /// `asked`: the running process has the question already.
    fn answer(&mut self, interpreter: usize, ours: &Ours, asked: &mut bool) -> Result<Log, NoAnswer> {
        let already = *asked;
        let harness = self.harness(interpreter)?;
        if !already {
            harness.ask(&ours.program);
        }
        let answer = harness.answer();
        if let Err(why) = &answer
            && why.is_failure_to_run()
        {
            // The next one has a new process to itself.
            self.harnesses[interpreter] = None;
            *asked = false;
            if let Some(why) = self.team.trust[interpreter].failed(why) {
                self.given_up.push((interpreter, why));
            }
        } else {
            self.team.trust[interpreter].answered();
        }
        answer.map(|answer| Log::of_document(&answer))
    }

    fn harness(&mut self, interpreter: usize) -> Result<&mut Harness, NoAnswer> {
        let trust = &self.team.trust[interpreter];
        let slot = &mut self.harnesses[interpreter];
        if trust.lost().is_some() {
            *slot = None;
            return Err(NoAnswer::GivenUp);
        }
        match slot {
            Some(harness) => Ok(harness),
            None => match Harness::start(&self.team.interpreters[interpreter], self.team.limit) {
                Ok(harness) => Ok(slot.insert(harness)),
                Err(why) => {
                    if let Some(why) = trust.did_not_start(&why) {
                        self.given_up.push((interpreter, why));
                    }
                    Err(NoAnswer::GivenUp)
                }
            },
        }
    }
}
