//! Many scenarios on many interpreters, several at a time: their processes mostly sleep.

use std::mem;
use std::ops::ControlFlow;
use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use super::super::case::calls;
use super::super::harness::{Harness, NoAnswer, Script};
use super::super::interpreter::Interpreter;
use super::super::patience::Patience;
use super::super::process_group;
use super::case::{Case, NotRun};
use super::facts::Facts;
use crate::calls::Call;
use crate::parallel::{cores, so_many_at_once};
use crate::scenario::{Factor, Scenario};

/// What stands by while a program runs: read it, it is short.
pub const BYSTANDER: Script = ("bystander.py", include_str!("../../python/bystander.py"));

/// So many latenesses are tried before anything counts as a difference.
pub const JITTERS: usize = 100_000;
/// So often at least can a scenario be run alone whose outcome is none of those that it may have.
const AGAIN: usize = 20;
/// How long an interpreter may take until it is ready.
const START: Duration = Duration::from_secs(60);
/// How much longer than its own run a program is waited for: one that is to end, and one that may hang.
const PATIENCE: (Duration, Duration) = (Duration::from_secs(20), Duration::from_secs(1));
/// More processes than that at a time make each other late.
const MOST_AT_ONCE: usize = 8;

/// What came of one scenario.
#[derive(Debug, Default)]
pub struct Compared {
    /// How many runs came out as one of ours.
    pub same: usize,
    /// The outcomes that are none of ours and came again.
    pub differences: Vec<Strange>,
    /// The outcomes that are none of ours, and that a late machine explains: they did not come again when the scenario was
    /// run alone; or not in most of those runs, and a loop of ours that has to wait for its turn comes out so too.
    pub late: Vec<Strange>,
    /// The calls that were not run.
    pub not_run: Vec<LeftOut>,
    /// The calls that could not be run.
    pub failures: Vec<Failed>,
    /// The interpreters that were given up over it, and why. Of each it is told once.
    pub given_up: Vec<(usize, String)>,
}

/// An outcome that is none of those that a call of a scenario may have.
#[derive(Debug)]
pub struct Strange {
    /// On which interpreter, by its place among those given.
    pub interpreter: usize,
    /// Which call, with its own timeout.
    pub call: Call,
    /// What every duration was multiplied by.
    pub factor: Factor,
    /// How many of the runs came out so.
    pub times: usize,
    /// How many late loops of ours were tried in vain.
    pub tried: usize,
    /// What our own canonical run lets one see.
    pub ours: Facts,
    /// What was seen of CPython's.
    pub theirs: Facts,
}

/// A call that is not run.
#[derive(Debug)]
pub struct LeftOut {
    /// On which interpreter, by its place among those given.
    pub interpreter: usize,
    /// Which call, with its own timeout.
    pub call: Call,
    /// Why.
    pub why: NotRun,
}

/// A call of which the interpreter told nothing, or not as often as it was asked.
#[derive(Debug)]
pub struct Failed {
    /// On which interpreter, by its place among those given.
    pub interpreter: usize,
    /// Which call, with its own timeout.
    pub call: Call,
    /// How many runs are missing.
    pub runs: usize,
    /// Why it says nothing.
    pub why: NoAnswer,
}

/// What all of it came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// How many scenarios were run.
    pub scenarios: usize,
    /// How many runs there were.
    pub runs: usize,
    /// How many came out as one of ours.
    pub same: usize,
    /// How many did not, and a late machine explains them.
    pub late: usize,
    /// How many did not, and came again.
    pub differences: usize,
    /// How many calls were not run.
    pub not_run: usize,
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
        let times = |strange: &[Strange]| strange.iter().map(|one| one.times).sum::<usize>();
        self.scenarios += 1;
        self.runs += compared.runs();
        self.same += compared.same;
        self.late += times(&compared.late);
        self.differences += times(&compared.differences);
        self.not_run += compared.not_run.len();
        self.failed += compared.failures.iter().map(|failed| failed.runs).sum::<usize>();
    }
}

impl Compared {
    /// How many runs there were.
    pub fn runs(&self) -> usize {
        self.same + self.differences.iter().chain(&self.late).map(|strange| strange.times).sum::<usize>()
    }

    fn add(&mut self, mut other: Compared) {
        self.same += other.same;
        self.differences.append(&mut other.differences);
        self.late.append(&mut other.late);
        self.not_run.append(&mut other.not_run);
        self.failures.append(&mut other.failures);
        self.given_up.append(&mut other.given_up);
    }
}

/// Interpreters, and how often each program is run on each of them.
#[derive(Debug)]
pub struct Comparison<'i> {
    interpreters: &'i [Interpreter],
    runs: usize,
    jitters: usize,
    /// By interpreter.
    patience: Vec<Patience>,
    /// Held by all whose programs run beside others, and by the one whose program runs alone.
    machine: RwLock<()>,
}

impl<'i> Comparison<'i> {
    /// Runs each program so often, and tries so many latenesses before anything is called a difference.
    pub fn new(interpreters: &'i [Interpreter], runs: usize, jitters: usize) -> Comparison<'i> {
        let patience = interpreters.iter().map(|_| Patience::default()).collect();
        Comparison { interpreters, runs, jitters, patience, machine: RwLock::default() }
    }

    /// Why an interpreter was given up, where it was.
    pub fn given_up(&self, interpreter: usize) -> Option<&str> {
        self.patience[interpreter].given_up()
    }

    /// Runs all scenarios, and tells of each as soon as it and all before it are done. The listener may break it off.
    /// It also ends by [`process_group::end_all`].
    pub fn compare(&self, scenarios: &[&Scenario], mut tell: impl FnMut(usize, Compared) -> ControlFlow<()>) {
        let interpreters = 0..self.interpreters.len();
        let pieces: Vec<(usize, usize, Call)> = (0..scenarios.len())
            .flat_map(|scenario| interpreters.clone().map(move |interpreter| (scenario, interpreter)))
            .flat_map(|(scenario, interpreter)| {
                calls(scenarios[scenario]).into_iter().map(move |call| (scenario, interpreter, call))
            })
            .collect();
        let mut whole = Compared::default();
        so_many_at_once(
            (4 * cores()).min(MOST_AT_ONCE),
            pieces.len(),
            || (),
            |(), piece| {
                let (scenario, interpreter, call) = pieces[piece];
                let compared = self.compare_call(scenarios[scenario], interpreter, call);
                // What processes say that somebody has ended means nothing.
                (!process_group::all_ended()).then_some(compared)
            },
            |piece, compared| {
                let scenario = pieces[piece].0;
                whole.add(compared);
                if pieces.get(piece + 1).is_some_and(|next| next.0 == scenario) || process_group::all_ended() {
                    return ControlFlow::Continue(());
                }
                tell(scenario, mem::take(&mut whole))
            },
        );
    }

    /// Runs one call of a scenario on one interpreter.
    pub fn compare_call(&self, scenario: &Scenario, interpreter: usize, call: Call) -> Compared {
        let mut compared = Compared::default();
        let mut case = match Case::new(scenario, call, self.interpreters[interpreter].python) {
            Ok(case) => case,
            Err(why) => {
                compared.not_run.push(LeftOut { interpreter, call, why });
                return compared;
            }
        };
        let mut bystander = Bystander { comparison: self, interpreter, process: None, given_up: None };
        let mut strange: Vec<(Facts, usize)> = Vec::new();
        for run in 0..self.runs {
            let seen = {
                let _beside_others = self.machine.read().unwrap_or_else(PoisonError::into_inner);
                bystander.watch(&case)
            };
            match seen {
                Ok(seen) if case.knows(&seen) => compared.same += 1,
                Ok(seen) => add(&mut strange, seen),
                Err(why) => {
                    compared.failures.push(Failed { interpreter, call, runs: self.runs - run, why });
                    break;
                }
            }
        }
        let _alone = (!strange.is_empty()).then(|| self.machine.write().unwrap_or_else(PoisonError::into_inner));
        for (theirs, times) in strange {
            let Some(tried) = case.search(&theirs, self.jitters) else {
                compared.same += times;
                continue;
            };
            let differs = self.comes_again(&mut bystander, &case, &theirs);
            let (ours, factor) = (case.canonical().clone(), case.factor);
            let kind = if differs { &mut compared.differences } else { &mut compared.late };
            kind.push(Strange { interpreter, call, factor, times, tried, ours, theirs });
        }
        compared.given_up.extend(bystander.given_up.map(|why| (interpreter, why)));
        compared
    }

    /// Whether an outcome comes again now that the program runs alone. A machine that something else keeps busy may be late
    /// even so: what that explains has to come more often than not.
    fn comes_again(&self, bystander: &mut Bystander<'_>, case: &Case, theirs: &Facts) -> bool {
        let runs = self.runs.max(AGAIN);
        let needed = if case.is_late(theirs) { runs / 2 + 1 } else { 1 };
        let (mut again, mut others) = (0, 0);
        while again < needed && others <= runs - needed {
            if bystander.watch(case).as_ref() == Ok(theirs) { again += 1 } else { others += 1 }
        }
        again == needed
    }
}

/// Counts what was seen.
fn add(strange: &mut Vec<(Facts, usize)>, seen: Facts) {
    match strange.iter_mut().find(|(facts, _)| *facts == seen) {
        Some((_, times)) => *times += 1,
        None => strange.push((seen, 1)),
    }
}

/// Runs the program of a case once and again.
struct Bystander<'c> {
    comparison: &'c Comparison<'c>,
    interpreter: usize,
    /// Its process, once it was needed; one that hung is ended.
    process: Option<Harness>,
    /// Why the interpreter is given up, where this was the one to learn of it first.
    given_up: Option<String>,
}

impl Bystander<'_> {
    /// What is seen of one run.
    fn watch(&mut self, case: &Case) -> Result<Facts, NoAnswer> {
        let patience = &self.comparison.patience[self.interpreter];
        if patience.given_up().is_some() {
            return Err(NoAnswer::GivenUp);
        }
        let process = match &mut self.process {
            Some(process) => process,
            empty => match Harness::with_script(&self.comparison.interpreters[self.interpreter], BYSTANDER, START) {
                Ok(process) => empty.insert(process),
                Err(why) => {
                    self.given_up = patience.did_not_start(&why);
                    return Err(why);
                }
            },
        };
        process.send(&case.request());
        let longer = if case.may_hang() { PATIENCE.1 } else { PATIENCE.0 };
        let limit = Duration::from_nanos(case.lasts.0) + longer;
        let mut call = None;
        let seen = loop {
            match process.answer_within(limit) {
                Ok(told) => match told.get("call") {
                    Some(given) => call = Some(given.clone()),
                    None => break Facts::told(call.as_ref(), Some(&told)),
                },
                Err(NoAnswer::Failed(traceback)) => break Facts::failed(&traceback),
                Err(NoAnswer::Hung(_)) => {
                    self.process = None;
                    break Facts::told(call.as_ref(), None);
                }
                Err(why) => {
                    self.process = None;
                    self.given_up = patience.failed(&why);
                    return Err(why);
                }
            }
        };
        patience.answered();
        Ok(seen)
    }
}
