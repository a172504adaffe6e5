//! What a run looks like at a moment: a fold over the events, which every frame is drawn from.
//!
//! An event changes one byte of a column and two counters, whether there are five awaitables or a million, so that
//! being watched costs a run next to nothing. Times and outcomes are kept of every awaitable only where each has a
//! line of its own; of many more, what a frame shows of them is counts, the few that finish next and the latest
//! failures.

use std::collections::VecDeque;

use super::axis::{expected_end, later};
use super::call::CallLane;
use super::frame::Columns;
use super::upcoming::{Step, Upcoming};
use crate::calls::Call;
use crate::event::{Ended, Event, Exception, Made, Target, What};
use crate::scenario::{Delay, Id, Kind, Nanos, Scenario};

/// The most awaitables that get a line each, on the tallest terminal.
const MOST_LANES: usize = 256;

/// How many of the latest failures are kept.
const FAILURES: usize = 8;

/// A run as far as it has come.
pub(super) struct Board<'s> {
    pub(super) scenario: &'s Scenario,
    pub(super) call: CallLane,
    /// The columns that names and times need.
    pub(super) columns: Columns,
    /// How far the time axis reaches, as far as can be said.
    pub(super) horizon: Nanos,
    /// One for each awaitable, by id; empty where there are too many.
    lanes: Vec<Lane>,
    /// The lanes in the order in which they are shown, members under their group; empty where `lanes` is.
    rows: Vec<Row>,
    /// The state of each awaitable, by id.
    phases: Vec<Phase>,
    /// How many awaitables are in each state, by [`Phase`].
    counts: [usize; Phase::ALL.len()],
    upcoming: Upcoming,
    failures: VecDeque<Failure>,
}

/// Where an awaitable is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    NotStarted,
    Running,
    CleaningUp,
    Returned,
    Raised,
    Cancelled,
}

/// What is known of one awaitable that has a line of its own.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Lane {
    /// When it began to run; a future or a nested group does so when it is made.
    pub(super) started: Option<Nanos>,
    pub(super) cleanup: Option<Nanos>,
    /// When it ended, and how.
    pub(super) finished: Option<(Nanos, Ended)>,
}

/// A line for an awaitable.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    pub(super) id: Id,
    /// In how many groups it is.
    pub(super) depth: usize,
}

/// An awaitable that raised.
#[derive(Clone, Copy, Debug)]
pub(super) struct Failure {
    pub(super) id: Id,
    pub(super) at: Nanos,
    pub(super) exception: Exception,
}

impl<'s> Board<'s> {
    pub(super) fn new(scenario: &'s Scenario, call: Call, unicode: bool) -> Board<'s> {
        let awaitables = scenario.len();
        let with_lanes = awaitables <= MOST_LANES;
        let rows = if with_lanes { rows(scenario) } else { Vec::new() };
        let depth = |id: Id| rows.iter().find(|row| row.id == id).map_or(0, |row| row.depth);
        let columns = Columns::of(scenario, depth, unicode);
        let mut counts = [0; Phase::ALL.len()];
        counts[Phase::NotStarted as usize] = awaitables;
        Board {
            scenario,
            call: CallLane::new(call),
            columns,
            horizon: expected_end(scenario, call),
            lanes: if with_lanes { vec![Lane::default(); awaitables] } else { Vec::new() },
            rows,
            phases: vec![Phase::NotStarted; awaitables],
            counts,
            upcoming: Upcoming::with_capacity(awaitables),
            failures: VecDeque::with_capacity(FAILURES),
        }
    }

    /// Takes in what happened.
    pub(super) fn event(&mut self, event: &Event<'_>) {
        let at = event.at;
        match event.what {
            What::Create { made: Made::Task, .. } => {}
            What::Create { awaitable, made: Made::Future | Made::Gather, .. } | What::Start { awaitable } => {
                self.enter(awaitable, Phase::Running);
                if let Some(delay) = delay(self.scenario, awaitable) {
                    self.upcoming.push(later(at, delay), awaitable, Step::Running);
                }
                if let Some(lane) = self.lanes.get_mut(awaitable.index()) {
                    lane.started = Some(at);
                }
            }
            What::Cleanup { awaitable } => {
                self.enter(awaitable, Phase::CleaningUp);
                if let Some(cleanup) = cleanup(self.scenario, awaitable) {
                    let end = later(at, cleanup);
                    self.upcoming.push(end, awaitable, Step::CleaningUp);
                    self.horizon = self.horizon.max(end);
                }
                if let Some(lane) = self.lanes.get_mut(awaitable.index()) {
                    lane.cleanup = Some(at);
                }
            }
            What::Finish { target: Target::Awaitable(id), ended, .. } => self.finish(id, at, ended),
            _ => self.call.event(event),
        }
    }

    fn finish(&mut self, id: Id, at: Nanos, ended: Ended) {
        let was = self.phases.get(id.index()).copied();
        if matches!(was, Some(Phase::Running | Phase::CleaningUp)) {
            self.upcoming.one_is_stale();
        }
        self.enter(
            id,
            match ended {
                Ended::Returned(_) => Phase::Returned,
                Ended::Raised(_) => Phase::Raised,
                Ended::Cancelled(_) => Phase::Cancelled,
            },
        );
        if let Ended::Raised(exception) = ended {
            if self.failures.len() == FAILURES {
                self.failures.pop_back();
            }
            self.failures.push_front(Failure { id, at, exception });
        }
        if let Some(lane) = self.lanes.get_mut(id.index()) {
            lane.finished = Some((at, ended));
        }
    }

    fn enter(&mut self, id: Id, phase: Phase) {
        if let Some(now) = self.phases.get_mut(id.index()) {
            self.counts[*now as usize] -= 1;
            self.counts[phase as usize] += 1;
            *now = phase;
        }
    }

    /// A line for each awaitable, or `None` where there are too many for that on any terminal.
    pub(super) fn rows(&self) -> Option<&[Row]> {
        (self.phases.len() <= MOST_LANES).then_some(&self.rows)
    }

    /// What is known of an awaitable that has a line.
    pub(super) fn lane(&self, id: Id) -> Lane {
        self.lanes.get(id.index()).copied().unwrap_or_default()
    }

    pub(super) fn phase(&self, id: Id) -> Phase {
        self.phases.get(id.index()).copied().unwrap_or(Phase::NotStarted)
    }

    /// How many awaitables are in a state.
    pub(super) fn count(&self, phase: Phase) -> usize {
        self.counts[phase as usize]
    }

    /// How many awaitables there are.
    pub(super) fn len(&self) -> usize {
        self.phases.len()
    }

    /// How many awaitables have ended.
    pub(super) fn finished(&self) -> usize {
        [Phase::Returned, Phase::Raised, Phase::Cancelled].map(|phase| self.count(phase)).iter().sum()
    }

    /// At most `most` of those that run or clean up and whose end is known, the next to end first.
    pub(super) fn next_to_finish(&mut self, most: usize) -> Vec<(Id, Lane)> {
        let phases = &self.phases;
        let in_step = |id: Id, step: Step| match (phases.get(id.index()), step) {
            (Some(Phase::Running), Step::Running) | (Some(Phase::CleaningUp), Step::CleaningUp) => true,
            (_, Step::Running | Step::CleaningUp) => false,
        };
        let soonest = self.upcoming.soonest(most, in_step);
        let scenario = self.scenario;
        let lane = |(end, id, step): (Nanos, Id, Step)| {
            let sleep = match step {
                Step::Running => delay(scenario, id),
                Step::CleaningUp => cleanup(scenario, id),
            };
            let since = Some(Nanos(end.0.saturating_sub(sleep.unwrap_or_default().0)));
            let cleanup = since.filter(|_| step == Step::CleaningUp);
            (id, Lane { started: since, cleanup, finished: None })
        };
        soonest.into_iter().map(lane).collect()
    }

    /// The latest failures, the last one first.
    pub(super) fn failures(&self) -> impl ExactSizeIterator<Item = &Failure> {
        self.failures.iter()
    }

    /// How long an awaitable sleeps before its outcome, where that is known and not forever.
    pub(super) fn delay(&self, id: Id) -> Option<Nanos> {
        delay(self.scenario, id)
    }

    /// How long its cleanup after a cancellation takes.
    pub(super) fn cleanup(&self, id: Id) -> Option<Nanos> {
        cleanup(self.scenario, id)
    }

    /// Whether an awaitable sleeps until somebody cancels it.
    pub(super) fn is_endless(&self, id: Id) -> bool {
        let awaitable = self.scenario.awaitable(id);
        match &awaitable.kind {
            Kind::Coroutine(body) | Kind::Task(body) => body.delay == Some(Delay::Forever),
            Kind::Future(settlement) => settlement.delay == Some(Delay::Forever),
            Kind::Gather(_) => false,
        }
    }
}

impl Phase {
    /// Every state, in the order in which counts are shown.
    pub(super) const ALL: [Phase; 6] =
        [Phase::NotStarted, Phase::Running, Phase::CleaningUp, Phase::Returned, Phase::Raised, Phase::Cancelled];

    /// What a person calls it.
    pub(super) fn word(self) -> &'static str {
        match self {
            Phase::NotStarted => "not started",
            Phase::Running => "running",
            Phase::CleaningUp => "cleaning up",
            Phase::Returned => "returned",
            Phase::Raised => "raised",
            Phase::Cancelled => "cancelled",
        }
    }
}

/// How long an awaitable sleeps before its outcome, where that is known and not forever.
pub(super) fn delay(scenario: &Scenario, id: Id) -> Option<Nanos> {
    let delay = match &scenario.awaitable(id).kind {
        Kind::Coroutine(body) | Kind::Task(body) => body.delay,
        Kind::Future(settlement) => settlement.delay,
        Kind::Gather(_) => None,
    };
    known(delay)
}

fn cleanup(scenario: &Scenario, id: Id) -> Option<Nanos> {
    match &scenario.awaitable(id).kind {
        Kind::Coroutine(body) | Kind::Task(body) => known(body.on_cancel.as_ref()?.cleanup),
        Kind::Future(_) | Kind::Gather(_) => None,
    }
}

fn known(delay: Option<Delay>) -> Option<Nanos> {
    match delay {
        Some(Delay::For(nanos)) => Some(nanos),
        Some(Delay::Forever) | None => None,
    }
}

/// Every awaitable once, in file order, but the members of a group under it.
fn rows(scenario: &Scenario) -> Vec<Row> {
    let mut rows = Vec::with_capacity(scenario.len());
    let mut held = vec![false; scenario.len()];
    for awaitable in &scenario.awaitables {
        if let Kind::Gather(group) = &awaitable.kind {
            for id in group.members.iter().cloned().flatten() {
                if let Some(held) = held.get_mut(id as usize) {
                    *held = true;
                }
            }
        }
    }
    let mut shown = vec![false; scenario.len()];
    // A stack instead of recursion; what comes next lies on top.
    let mut left: Vec<Row> = Vec::new();
    let outermost = scenario.ids().filter(|id| !held.get(id.index()).copied().unwrap_or(false));
    for id in outermost {
        left.push(Row { id, depth: 0 });
        while let Some(row) = left.pop() {
            match shown.get_mut(row.id.index()) {
                Some(shown @ false) => *shown = true,
                _ => continue,
            }
            rows.push(row);
            if let Kind::Gather(group) = &scenario.awaitable(row.id).kind {
                let members = group.members.iter().rev().flat_map(|ids| ids.clone().rev());
                left.extend(members.map(|id| Row { id: Id(id), depth: row.depth + 1 }));
            }
        }
    }
    rows
}
