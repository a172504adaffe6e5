//! A run as far as it has come: what every frame is drawn from.
//!
//! An event changes one byte of a column and two counters, whether there are five awaitables or a million, so that
//! being watched costs a run next to nothing. Each awaitable has a [record](Records) and a row only where there are few
//! of them; of many more, what a frame shows is counts, the few that finish next and the latest failures.

use std::collections::VecDeque;

use super::expected_end::expected_end;
use super::layout::Widths;
use super::next_to_finish::{NextToFinish, SleepEnd};
use super::phases::Phases;
use super::records::Records;
use crate::calls::Call;
use crate::event::{Ended, Event, Exception, State, Target, What};
use crate::outcome::AwaitableRecord;
use crate::report::timeline::order::in_file_order;
use crate::report::timeline::{Phase, Timeline};
use crate::scenario::{Delay, Id, Nanos, Scenario};

/// How many of the latest failures are kept.
const FAILURES: usize = 8;

/// A run as far as it has come.
pub(super) struct RunSoFar<'s> {
    pub(super) scenario: &'s Scenario,
    pub(super) records: Records,
    /// The awaitables that have a row each, in the order in which they are shown, with the number of groups that each is
    /// in.
    pub(super) rows: Vec<(Id, usize)>,
    pub(super) phases: Phases,
    next: NextToFinish,
    /// The latest first.
    failures: VecDeque<Failure>,
    /// How far the time axis reaches, as far as can be said.
    pub(super) horizon: Nanos,
    /// What names and times need.
    pub(super) widths: Widths,
}

/// An awaitable that raised.
#[derive(Clone, Copy, Debug)]
pub(super) struct Failure {
    pub(super) id: Id,
    pub(super) at: Nanos,
    pub(super) exception: Exception,
}

impl<'s> RunSoFar<'s> {
    pub(super) fn new(scenario: &'s Scenario, call: Call, unicode: bool) -> RunSoFar<'s> {
        let records = Records::new(scenario, call);
        let rows = if records.has_rows() { in_file_order(scenario) } else { Vec::new() };
        let widths = Widths::new(scenario, &rows, unicode);
        RunSoFar {
            scenario,
            records,
            rows,
            phases: Phases::new(scenario.len()),
            next: NextToFinish::with_capacity(scenario.len()),
            failures: VecDeque::with_capacity(FAILURES),
            horizon: expected_end(scenario, call),
            widths,
        }
    }

    /// Takes in what happened.
    pub(super) fn event(&mut self, event: &Event<'_>) {
        let Some(change) = self.phases.event(event) else { return self.records.event(event) };
        self.records.event(event);
        let id = change.id;
        if let Some(sleep) = self.sleep(id, change.to) {
            let end = event.at.after(sleep);
            self.next.push((end, id, change.to));
            if change.to == Phase::CleaningUp {
                self.horizon = self.horizon.max(end);
            }
        }
        let What::Finish { target: Target::Awaitable(_), ended, .. } = event.what else { return };
        if change.from.is_running() {
            self.next.one_is_stale();
        }
        if let Ended::Raised(exception) = ended {
            if self.failures.len() == FAILURES {
                self.failures.pop_back();
            }
            self.failures.push_front(Failure { id, at: event.at, exception });
        }
    }

    /// The run over time.
    pub(super) fn timeline(&self) -> Timeline<'_> {
        Timeline::so_far(self.scenario, &self.records.call)
    }

    /// How long an awaitable sleeps in a phase, where that is known and not forever.
    pub(super) fn sleep(&self, id: Id, phase: Phase) -> Option<Nanos> {
        let kind = || &self.scenario.awaitable(id).kind;
        match phase {
            Phase::In(State::Running) => kind().delay()?.known(),
            Phase::CleaningUp => kind().cleanup()?.known(),
            _ => None,
        }
    }

    /// Whether an awaitable sleeps until somebody cancels it.
    pub(super) fn is_endless(&self, id: Id) -> bool {
        self.scenario.awaitable(id).kind.delay() == Some(Delay::Forever)
    }

    /// At most `most` of those that run or clean up and whose end is known, the next to end first; of each what its
    /// sleep tells.
    pub(super) fn next_to_finish(&mut self, most: usize) -> Vec<(Id, AwaitableRecord)> {
        let phases = &self.phases;
        let soonest = self.next.soonest(most, |id| phases.of(id));
        let entry = |(end, id, phase): SleepEnd| {
            let sleep = self.sleep(id, phase).unwrap_or_default();
            let since = Some(Nanos(end.0.saturating_sub(sleep.0)));
            let cleanup = since.filter(|_| phase == Phase::CleaningUp);
            (id, AwaitableRecord { created: since, started: since, cleanup, ..AwaitableRecord::NEW })
        };
        soonest.into_iter().map(entry).collect()
    }

    /// The latest failures, the last one first.
    pub(super) fn failures(&self) -> impl ExactSizeIterator<Item = &Failure> {
        self.failures.iter()
    }
}
