//! Many scenarios over many interpreters: on every core one worker, with at most one process of each version.

use std::ops::ControlFlow;
use std::time::Duration;

use crate::calls::Call;
use crate::parallel::in_order;
use crate::scenario::{Scenario, Way};

use super::case::{Ours, Ways, calls};
use super::harness::{Harness, NoAnswer};
use super::interpreter::Interpreter;
use super::log::Log;
use super::patience::Patience;
use super::process_group;

/// What came of one scenario.
#[derive(Debug, Default)]
pub struct Compared {
    /// How many runs were compared.
    pub runs: usize,
    /// How many of those took choices of an order.
    pub reordered: usize,
    /// How many of them were late.
    pub late: usize,
    /// Those of them that differ.
    pub differences: Vec<DifferentRun>,
    /// The runs that could not be compared.
    pub failures: Vec<FailedRun>,
    /// The interpreters that were given up over it, and why. Of each it is told once.
    pub given_up: Vec<(usize, String)>,
}

/// A run that came out otherwise than we say.
#[derive(Debug)]
pub struct DifferentRun {
    /// On which interpreter, by its place among those given.
    pub interpreter: usize,
    /// Which call.
    pub call: Call,
    /// Which way it goes.
    pub way: Way,
    /// What we say.
    pub ours: Log,
    /// What CPython says, or with what the printed program failed.
    pub theirs: Result<Log, NoAnswer>,
}

/// A run of which the interpreter told nothing.
#[derive(Debug)]
pub struct FailedRun {
    /// Which interpreter, by its place among those given.
    pub interpreter: usize,
    /// Which call.
    pub call: Call,
    /// Which way it goes.
    pub way: Way,
    /// Why it says nothing.
    pub why: NoAnswer,
}

/// What all of it came to.
#[derive(Clone, Copy, Debug, Default)]
pub struct Totals {
    /// How many scenarios were compared.
    pub scenarios: usize,
    /// In how many runs.
    pub runs: usize,
    /// How many of those took choices of an order.
    pub reordered: usize,
    /// How many of them were late.
    pub late: usize,
    /// How many of all of them differ.
    pub differences: usize,
    /// How many runs there would have been too, had the interpreters worked.
    pub failed: usize,
    /// How many scenarios nobody came to.
    pub left: usize,
    /// Whether that is because of a signal.
    pub interrupted: bool,
}

impl Totals {
    /// One more scenario.
    pub fn add(&mut self, compared: &Compared) {
        self.scenarios += 1;
        self.runs += compared.runs;
        self.reordered += compared.reordered;
        self.late += compared.late;
        self.differences += compared.differences.len();
        self.failed += compared.failures.len();
    }
}

/// Interpreters, and what is known of how well they work.
#[derive(Debug)]
pub struct Comparison<'i> {
    interpreters: &'i [Interpreter],
    limit: Duration,
    /// By interpreter. An interpreter that is given up is given up by every worker.
    patience: Vec<Patience>,
}

impl<'i> Comparison<'i> {
    /// None is given up yet. `limit` is how long one run may take.
    pub fn new(interpreters: &'i [Interpreter], limit: Duration) -> Comparison<'i> {
        Comparison { interpreters, limit, patience: interpreters.iter().map(|_| Patience::default()).collect() }
    }

    /// Why an interpreter was given up, where it was.
    pub fn given_up(&self, interpreter: usize) -> Option<&str> {
        self.patience[interpreter].given_up()
    }

    /// Whether there is nobody left to compare with.
    pub fn is_given_up(&self) -> bool {
        !self.patience.is_empty() && self.patience.iter().all(|patience| patience.given_up().is_some())
    }

    /// Compares so many scenarios, each made where it is needed, and tells of each as soon as it and all before it are
    /// done. The listener may stop it. It also ends when every interpreter is given up, and by
    /// [`process_group::end_all`]; then it tells of all that was compared until then.
    pub fn compare<E: Send>(
        &self,
        scenarios: usize,
        make: impl Fn(usize) -> Result<Scenario, E> + Sync,
        ways: impl Fn(usize) -> Ways + Sync,
        tell: impl FnMut(usize, Result<Compared, E>) -> ControlFlow<()>,
    ) {
        in_order(
            scenarios,
            || self.worker(),
            |worker, index| {
                if self.is_given_up() {
                    return None;
                }
                let compared = make(index).map(|scenario| worker.compare(&scenario, ways(index)));
                // What processes say that somebody has ended means nothing.
                (!process_group::all_ended()).then_some(compared)
            },
            tell,
        );
    }

    /// Somebody who compares one scenario after the other, with interpreters of its own.
    pub fn worker(&self) -> Worker<'_> {
        Worker { comparison: self, harnesses: self.interpreters.iter().map(|_| None).collect(), given_up: Vec::new() }
    }
}

/// Compares one scenario after the other.
#[derive(Debug)]
pub struct Worker<'c> {
    comparison: &'c Comparison<'c>,
    /// By interpreter: its process, once it was needed.
    harnesses: Vec<Option<Harness>>,
    /// Those that this worker was the one to give up, until it is told.
    given_up: Vec<(usize, String)>,
}

impl Worker<'_> {
    /// Whether an interpreter says anything else than we of one of the scenario's calls. Where it says nothing, nothing
    /// differs: a crash or a hang is no difference.
    pub fn differs(&mut self, scenario: &Scenario, ways: Ways) -> bool {
        !self.compare(scenario, ways).differences.is_empty()
    }

    /// What comes of a scenario.
    pub fn compare(&mut self, scenario: &Scenario, ways: Ways) -> Compared {
        let calls = calls(scenario);
        let mut compared = Compared::default();
        // All versions work on it at the same time.
        let ours: Vec<Vec<Ours>> = (0..self.comparison.interpreters.len())
            .map(|interpreter| {
                let python = self.comparison.interpreters[interpreter].python;
                let runs = calls.iter().enumerate().map(|(number, call)| {
                    Ours::going(scenario, *call, python, ways.of(scenario, number, *call, python))
                });
                let ours: Vec<Ours> = runs.collect();
                if let Ok(harness) = self.harness(interpreter) {
                    for ours in &ours {
                        harness.ask(&ours.program, &ours.way);
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
                        compared.failures.push(FailedRun { interpreter, call: *call, way: ours.way, why });
                    }
                    theirs => {
                        compared.runs += 1;
                        compared.reordered += usize::from(!ours.way.choices.is_empty());
                        compared.late += usize::from(ours.way.jitter.is_some());
                        if theirs.as_ref() != Ok(&ours.log) {
                            compared.differences.push(DifferentRun {
                                interpreter,
                                call: *call,
                                way: ours.way,
                                ours: ours.log,
                                theirs,
                            });
                        }
                    }
                }
            }
        }
        compared.given_up.append(&mut self.given_up);
        compared
    }

    /// `asked`: the running process has the question already.
    fn answer(&mut self, interpreter: usize, ours: &Ours, asked: &mut bool) -> Result<Log, NoAnswer> {
        let already = *asked;
        let harness = self.harness(interpreter)?;
        if !already {
            harness.ask(&ours.program, &ours.way);
        }
        let answer = harness.answer();
        if let Err(why) = &answer
            && why.is_failure_to_run()
        {
            // The next one has a new process to itself.
            self.harnesses[interpreter] = None;
            *asked = false;
            if let Some(why) = self.comparison.patience[interpreter].failed(why) {
                self.given_up.push((interpreter, why));
            }
        } else {
            self.comparison.patience[interpreter].answered();
        }
        answer.map(|answer| Log::of_document(&answer))
    }

    fn harness(&mut self, interpreter: usize) -> Result<&mut Harness, NoAnswer> {
        let patience = &self.comparison.patience[interpreter];
        let slot = &mut self.harnesses[interpreter];
        if patience.given_up().is_some() {
            *slot = None;
            return Err(NoAnswer::GivenUp);
        }
        match slot {
            Some(harness) => Ok(harness),
            None => match Harness::start(&self.comparison.interpreters[interpreter], self.comparison.limit) {
                Ok(harness) => Ok(slot.insert(harness)),
                Err(why) => {
                    if let Some(why) = patience.did_not_start(&why) {
                        self.given_up.push((interpreter, why));
                    }
                    Err(NoAnswer::GivenUp)
                }
            },
        }
    }
}
