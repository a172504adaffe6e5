//! Whether it matters what CPython leaves open: the same run in other orders of its sets, and on loops that wake late.
//!
//! What is tried is bounded in work and not in time, so that the answer is the same everywhere.

use std::collections::HashSet;

use crate::event::{Event, Listener, Point, Target};
use crate::executor::choices::Choices;
use crate::executor::clock::Virtual;
use crate::executor::{Plan, Workspace};
use crate::outcome::alternatives::{Alternatives, Other, Tried, alike};
use crate::outcome::{Ledger, Run};
use crate::random::Random;
use crate::scenario::Way;
use crate::simulation::run_plan;

/// So many events happen in all the runs that are tried.
const MOST_EVENTS: usize = 200_000;
/// So many latenesses are tried.
const JITTERS: usize = 50;
/// So many other outcomes are told apart.
const OUTCOMES: usize = 20;

/// Tries other ways to go than a finished run's. One into which Ctrl-C came cannot be had again, so nothing is tried.
pub fn try_out<'s>(run: &Run<'s>) -> Alternatives<'s> {
    // Each awaitable is made, starts and ends.
    if run.interrupted || 3 * run.scenario.len() > MOST_EVENTS {
        return Alternatives::default();
    }
    let plan = Plan::new(run.scenario, run.call, run.python);
    let mut trials = Trials {
        plan: &plan,
        of: run,
        workspace: Workspace::default(),
        walk: Walk::to(run.way.choices.iter().copied()),
        found: Alternatives::default(),
    };
    let (base, events) = trials.run(run.way.jitter);
    let choices = trials.walk.steps.clone();
    let most = MOST_EVENTS / events.max(1);
    let jitters = JITTERS.min(if choices.is_empty() { most } else { most / 2 });
    trials.orders(&base, &choices, most - jitters);
    trials.jitters(&base, jitters);
    trials.found
}

/// What was tried so far.
struct Trials<'p, 's> {
    plan: &'p Plan<'s>,
    of: &'p Run<'s>,
    workspace: Workspace,
    walk: Walk,
    found: Alternatives<'s>,
}

impl<'s> Trials<'_, 's> {
    /// Runs the way that the walk says, and counts its events.
    fn run(&mut self, jitter: Option<u64>) -> (Run<'s>, usize) {
        let Run { scenario, call, python, .. } = *self.of;
        let (mut ledger, mut count) = (Ledger::new(scenario, call, python), Count(0));
        self.walk.made = 0;
        let (walk, listener, workspace) = (&mut self.walk, (&mut ledger, &mut count), &mut self.workspace);
        let end = run_plan(self.plan, Virtual, walk, jitter, listener, workspace);
        self.walk.steps.truncate(self.walk.made);
        let mut run = ledger.finish(&end);
        run.way = Way { choices: self.walk.numbers(), jitter };
        (run, count.0)
    }

    /// Tries other orders: all of them where there are few enough, else each single change, pairs of changes, and then
    /// some from a stream.
    fn orders(&mut self, base: &Run<'s>, choices: &[Turn], most: usize) {
        self.found.orders = usize::from(most > 0);
        let all = choices.iter().fold(1usize, |all, step| all.saturating_mul(step.of as usize));
        if all <= most {
            self.walk = Walk::default();
            for _ in 0..most {
                let is_own = self.order(base, choices);
                self.found.orders += usize::from(!is_own);
                if !self.walk.advance() {
                    self.found.all_orders = true;
                    break;
                }
            }
            return;
        }
        let mut tried = HashSet::from([base.way.choices.clone()]);
        let mut random = Random::new(0, 0);
        let drawn = std::iter::repeat_with(|| {
            let steps = choices.iter().map(|step| random.below(step.of.into()) as u32);
            steps.collect::<Vec<u32>>()
        });
        let changes = singles(choices).chain(pairs(choices)).chain(drawn.take(2 * most));
        for numbers in changes {
            if self.found.orders >= most {
                break;
            }
            self.walk = Walk::to(numbers.into_iter());
            let (run, _) = self.run(self.of.way.jitter);
            if tried.insert(run.way.choices.clone()) {
                self.found.orders += 1;
                self.take(base, run, Tried { orders: 1, jitters: 0 });
            }
        }
    }

    /// Tries the order of the walk. Whether it is the run's own.
    fn order(&mut self, base: &Run<'s>, own: &[Turn]) -> bool {
        let (run, _) = self.run(self.of.way.jitter);
        let is_own = self.walk.steps == own;
        if !is_own {
            self.take(base, run, Tried { orders: 1, jitters: 0 });
        }
        is_own
    }

    fn jitters(&mut self, base: &Run<'s>, most: usize) {
        let own = self.of.way.jitter;
        let numbers = own.is_some().then_some(None).into_iter().chain((0..).map(Some));
        for jitter in numbers.filter(|jitter| *jitter != own).take(most) {
            self.walk = Walk::to(self.of.way.choices.iter().copied());
            let (run, _) = self.run(jitter);
            self.found.jitters += 1;
            self.take(base, run, Tried { orders: 0, jitters: 1 });
        }
    }

    fn take(&mut self, base: &Run<'s>, run: Run<'s>, tried: Tried) {
        if alike(base, &run) {
            return;
        }
        let Alternatives { others, left_out, .. } = &mut self.found;
        let count = match others.iter().position(|other| alike(&other.run, &run)) {
            Some(same) => &mut others[same].tried,
            None if others.len() < OUTCOMES => return others.push(Other { run, tried }),
            None => left_out,
        };
        count.orders += tried.orders;
        count.jitters += tried.jitters;
    }
}

/// Each change of one choice; those behind it are 0 then.
fn singles(choices: &[Turn]) -> impl Iterator<Item = Vec<u32>> {
    (0..choices.len()).flat_map(move |place| {
        others(choices[place]).map(move |number| {
            let before = choices[..place].iter().map(|step| step.number);
            before.chain([number]).collect()
        })
    })
}

/// Each change of two.
fn pairs(choices: &[Turn]) -> impl Iterator<Item = Vec<u32>> {
    (0..choices.len()).flat_map(move |first| {
        others(choices[first]).flat_map(move |number| {
            singles(&choices[first + 1..]).map(move |rest| {
                let before = choices[..first].iter().map(|step| step.number);
                before.chain([number]).chain(rest).collect()
            })
        })
    })
}

/// What else could have been chosen.
fn others(step: Turn) -> impl Iterator<Item = u32> {
    (0..step.of).filter(move |number| *number != step.number)
}

/// A choice: which of how many.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Turn {
    number: u32,
    of: u32,
}

/// Goes a way, and knows which it was.
#[derive(Debug, Default)]
struct Walk {
    steps: Vec<Turn>,
    /// How many of the steps the run has made so far.
    made: usize,
}

impl Walk {
    /// With these numbers, and 0 behind them.
    fn to(numbers: impl Iterator<Item = u32>) -> Walk {
        Walk { steps: numbers.map(|number| Turn { number, of: u32::MAX }).collect(), made: 0 }
    }

    /// The next way in the order of their numbers: what comes behind a choice depends on that alone, so all are met.
    fn advance(&mut self) -> bool {
        while let Some(Turn { number, of }) = self.steps.pop() {
            if number + 1 < of {
                self.steps.push(Turn { number: number + 1, of });
                return true;
            }
        }
        false
    }

    /// The numbers, without those at the end that are 0 anyway.
    fn numbers(&self) -> Vec<u32> {
        let needed = self.steps.iter().rposition(|step| step.number > 0).map_or(0, |last| last + 1);
        self.steps[..needed].iter().map(|step| step.number).collect()
    }
}

impl Choices for &mut Walk {
    const ARE_OPEN: bool = true;

    fn arrange<T: Copy>(&mut self, _point: Point, items: &mut [T], _target: impl Fn(T) -> Target) {
        for first in 0..items.len().saturating_sub(1) {
            let of = (items.len() - first) as u32;
            if self.made == self.steps.len() {
                self.steps.push(Turn { number: 0, of });
            }
            let step = &mut self.steps[self.made];
            *step = Turn { number: if step.number < of { step.number } else { 0 }, of };
            items[first..=first + step.number as usize].rotate_right(1);
            self.made += 1;
        }
    }
}

/// How many events there were.
struct Count(usize);

impl Listener for Count {
    fn event(&mut self, _event: &Event<'_>) {
        self.0 += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calls::Function;
    use crate::event::Word;
    use crate::outcome::{Fate, Status};
    use crate::scenario::{Id, Python, Scenario, parse};
    use crate::simulation::record;

    fn scenario(text: &str) -> Scenario {
        parse("test.toml", text).unwrap_or_else(|error| panic!("{error}"))
    }

    fn found<'s>(scenario: &'s Scenario, function: &str, python: Python) -> Alternatives<'s> {
        let function = Function::of(function).expect("a call");
        try_out(&record(scenario, scenario.call(function), python, &Way::default()).run)
    }

    /// So many tasks that are left when the program ends.
    fn left(count: usize) -> Scenario {
        let tasks = format!("{{ name = \"left\", kind = \"task\", delay = 1, count = {count} }}");
        scenario(&format!("awaitable = [{{ name = \"a\" }}, {tasks}]\ncaller = {{ args = [\"a\"], then = \"exit\" }}"))
    }

    #[test]
    fn all_orders_are_tried_where_there_are_few_enough() {
        for (count, orders) in [(1, 1), (2, 2), (3, 6), (6, 720)] {
            let scenario = left(count);
            let found = found(&scenario, "gather", Python::DEFAULT);
            assert_eq!((found.orders, found.all_orders), (orders, true));
            assert_eq!((found.depends_on_order(), found.depends_on_lateness()), (Some(false), None));
            assert_eq!((found.jitters, found.others.len()), (50, 0));
        }
    }

    #[test]
    fn the_work_is_bounded() {
        let scenario = left(12);
        let run = record(&scenario, scenario.call(Function::ALL[0]), Python::DEFAULT, &Way::default());
        let found = try_out(&run.run);
        assert_eq!((found.all_orders, found.depends_on_order()), (false, None));
        assert!((found.orders + found.jitters) * run.events.len() <= MOST_EVENTS);
        assert!(found.orders > 1000, "{}", found.orders);
        let scenario = left(100_000);
        assert_eq!(try_out(&record(&scenario, run.run.call, Python::DEFAULT, &Way::default()).run).jitters, 0);
    }

    /// Of the last one wait() does not ask whether it failed: nothing is left to wait for anyway.
    #[test]
    fn of_failures_that_are_there_already_one_is_asked() {
        let scenario = scenario(
            "awaitable = [{ name = \"f\", kind = \"future\", raises = \"OSError: disk\", count = 2 }]\n\
             wait = { return_when = \"first-exception\" }",
        );
        let found = found(&scenario, "wait", Python::DEFAULT);
        assert_eq!((found.orders, found.all_orders, found.depends_on_order()), (2, true, Some(true)));
        let [other] = &found.others[..] else { panic!("{:#?}", found.others) };
        assert_eq!((other.run.way.to_string().as_str(), other.tried.orders), ("--choices 1", 1));
    }

    /// Measured: together in 62 of 80 runs, and at gaps of 0.1 ms always.
    #[test]
    fn a_real_loop_takes_near_moments_together() {
        let near = |cancel: &str| {
            scenario(&format!("awaitable = [{{ name = \"a\", delay = 0.1, returns = 1, cancel_at = {cancel} }}]"))
        };
        let scenario = near("0.1003");
        let gathered = found(&scenario, "gather", Python::DEFAULT);
        assert_eq!(gathered.depends_on_lateness(), Some(true));
        assert_eq!(gathered.depends_on_order(), Some(false));
        let [other] = &gathered.others[..] else { panic!("{:#?}", gathered.others) };
        assert_eq!(other.run.outcome().status(), Status::Cancelled);
        assert!((5..50).contains(&other.tried.jitters), "{:?}", other.tried);
        let scenario = near("0.10005");
        assert_eq!(found(&scenario, "gather", Python::DEFAULT).others[0].tried.jitters, 50);
        let scenario = near("0.2");
        assert_eq!(found(&scenario, "gather", Python::DEFAULT).depends_on_lateness(), None);
    }

    #[test]
    fn a_run_is_compared_with_others_from_where_it_stands() {
        let scenario = scenario("awaitable = [{ name = \"a\", delay = 0.1, cancel_at = 0.1003 }]");
        let call = scenario.call(Function::ALL[0]);
        let way = |jitter| Way { choices: Vec::new(), jitter: Some(jitter) };
        let cancelled = (0..50).find(|jitter| {
            record(&scenario, call, Python::DEFAULT, &way(*jitter)).run.outcome().status() == Status::Cancelled
        });
        let run = record(&scenario, call, Python::DEFAULT, &way(cancelled.expect("it happens"))).run;
        let found = try_out(&run);
        assert_eq!(found.others[0].run.way, Way::default());
        assert_eq!(found.others[0].run.entries[Id(0).index()].fate, Fate::Delivered);
    }

    #[test]
    fn single_changes_come_before_pairs() {
        let steps = [Turn { number: 0, of: 3 }, Turn { number: 1, of: 2 }];
        assert_eq!(singles(&steps).collect::<Vec<_>>(), [vec![1], vec![2], vec![0, 0]]);
        assert_eq!(pairs(&steps).collect::<Vec<_>>(), [[1, 0], [2, 0]]);
    }
}
