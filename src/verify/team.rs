//! Many scenarios over many interpreters: on every core one worker, with at most one process of each version.

use std::num::NonZero;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use crate::scenario::{Call, Scenario};

use super::case::{Ours, calls};
use super::harness::{Harness, NoAnswer};
use super::interpreter::Interpreter;
use super::log::Log;

/// What came of one scenario.
#[derive(Debug)]
pub struct Verdict {
    /// Which one, in the order of asking.
    pub index: usize,
    /// How many runs were compared.
    pub runs: usize,
    /// Those that differ.
    pub differences: Vec<Difference>,
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
    /// What CPython says, or why it says nothing.
    pub theirs: Result<Log, NoAnswer>,
}

/// Compares so many scenarios, each made where it is needed, and tells of each as soon as it and all before it are done.
/// Whoever is told may break it off. `limit` is how long one run may take.
pub fn compare(
    interpreters: &[Interpreter],
    limit: Duration,
    scenarios: usize,
    make: impl Fn(usize) -> Option<Scenario> + Sync,
    mut tell: impl FnMut(Verdict) -> ControlFlow<()>,
) {
    let cores = thread::available_parallelism().map_or(1, NonZero::get).min(scenarios.max(1));
    let (next, broken_off) = (AtomicUsize::new(0), AtomicBool::new(false));
    let (sender, verdicts) = mpsc::sync_channel(4 * cores);
    thread::scope(|scope| {
        for _ in 0..cores {
            let (sender, next, broken_off, make) = (sender.clone(), &next, &broken_off, &make);
            scope.spawn(move || {
                let mut worker = Worker::new(interpreters, limit);
                while !broken_off.load(Ordering::Relaxed) {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    if index >= scenarios {
                        break;
                    }
                    let verdict = match make(index) {
                        Some(scenario) => worker.compare(index, &scenario),
                        None => Verdict { index, runs: 0, differences: Vec::new() },
                    };
                    if sender.send(verdict).is_err() {
                        break;
                    }
                }
            });
        }
        drop(sender);
        let mut waiting = std::collections::BTreeMap::new();
        let mut told = 0;
        for verdict in &verdicts {
            waiting.insert(verdict.index, verdict);
            while let Some(verdict) = waiting.remove(&told) {
                told += 1;
                if !broken_off.load(Ordering::Relaxed) && tell(verdict).is_break() {
                    broken_off.store(true, Ordering::Relaxed);
                }
            }
        }
    });
}

/// One core's.
struct Worker<'i> {
    interpreters: &'i [Interpreter],
    limit: Duration,
    /// By interpreter: its process, once it was needed.
    harnesses: Vec<Option<Harness>>,
}

impl<'i> Worker<'i> {
    fn new(interpreters: &'i [Interpreter], limit: Duration) -> Worker<'i> {
        Worker { interpreters, limit, harnesses: interpreters.iter().map(|_| None).collect() }
    }

    fn compare(&mut self, index: usize, scenario: &Scenario) -> Verdict {
        let calls = calls(scenario);
        let runs = calls.len() * self.interpreters.len();
        let mut verdict = Verdict { index, runs, differences: Vec::new() };
        // All versions work on it at the same time.
        let ours: Vec<Vec<Ours>> = (0..self.interpreters.len())
            .map(|interpreter| {
                let python = self.interpreters[interpreter].python;
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
                let theirs = self.answer(interpreter, &ours, &mut asked);
                if theirs.as_ref() != Ok(&ours.log) {
                    verdict.differences.push(Difference { interpreter, call: *call, ours: ours.log, theirs });
                }
            }
        }
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
        if let Err(NoAnswer::Crashed(_) | NoAnswer::Hung(_) | NoAnswer::NotStarted(_)) = answer {
            // The next one has a new process to itself.
            self.harnesses[interpreter] = None;
            *asked = false;
        }
        answer.map(|answer| Log::of(&answer))
    }

    fn harness(&mut self, interpreter: usize) -> Result<&mut Harness, NoAnswer> {
        let slot = &mut self.harnesses[interpreter];
        match slot {
            Some(harness) => Ok(harness),
            None => Ok(slot.insert(Harness::start(&self.interpreters[interpreter], self.limit)?)),
        }
    }
}
