//! A run over time, as data: a row for each awaitable and one for the call, each a line of segments in nanoseconds.
//!
//! It is a fold over the events, as the ledger is, and one of what a ledger holds: the live view asks for its rows at
//! any moment of a run, the report when all is over. Both are painters over it. They choose what moments are columns,
//! and which signs, colours and words stand for what a row says.

pub mod axis;
pub mod order;

use std::borrow::Cow;

use strum::EnumCount;

use crate::calls::Call;
use crate::event::{CallId, Ended, Event, Got, Made, Target, What};
use crate::outcome::{AwaitableRecord, CallRecord, Run, Status};
use crate::scenario::{Id, Kind, Nanos, Scenario};

/// The most awaitables that get a row each while a run goes on.
const MOST_ROWS: usize = 256;

/// A run, as far as it has come.
#[derive(Clone, Debug)]
pub struct Timeline<'r> {
    scenario: &'r Scenario,
    /// What is known of each awaitable, by id; empty where there are too many for a row each.
    entries: Cow<'r, [AwaitableRecord]>,
    call: Cow<'r, CallRecord>,
}

/// What one awaitable or the call does over time.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Whose it is.
    pub of: RowOf,
    /// When it began to run.
    pub begun: Option<Nanos>,
    /// What it does, one after the other, from the program's start.
    pub segments: Vec<Segment>,
    /// When it ended, and how; of the call: when what gather() gave was settled.
    pub ended: Option<(Nanos, Ended)>,
    /// Of the call alone: when its caller went on, and how it came out.
    pub came_back: Option<(Nanos, Status)>,
}

/// What a row is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowOf {
    /// A coroutine, a task or a bare future.
    Awaitable,
    /// A nested group.
    Group,
    /// The call that the run is about.
    Call,
}

/// Where an awaitable is in its life, as far as pictures tell it. In documents a cleanup is not told from running.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, EnumCount)]
#[allow(missing_docs)]
pub enum Phase {
    NotCreated,
    NotStarted,
    Running,
    CleaningUp,
    Returned,
    Raised,
    Cancelled,
}

/// A part of a row, in which nothing changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment {
    /// When it begins.
    pub from: Nanos,
    /// When it ends; `None`: it goes on.
    pub to: Option<Nanos>,
    /// What it does meanwhile: never a phase in which it has ended.
    pub phase: Phase,
    /// Whether the call had come back, so that it goes on without the call.
    pub after_call: bool,
}

impl<'r> Timeline<'r> {
    /// Of a run that is about to begin.
    pub fn new(scenario: &'r Scenario, call: Call) -> Timeline<'r> {
        let rows = if scenario.len() <= MOST_ROWS { scenario.len() } else { 0 };
        let call = Cow::Owned(CallRecord::new(call, Target::Caller));
        Timeline { scenario, entries: vec![AwaitableRecord::NEW; rows].into(), call }
    }

    /// Of a run that is over.
    pub fn of(run: &'r Run<'_>) -> Timeline<'r> {
        Timeline { scenario: run.scenario, entries: (&*run.entries).into(), call: Cow::Borrowed(run.main()) }
    }

    /// Takes in what happened.
    pub fn event(&mut self, event: &Event<'_>) {
        match event.what {
            What::Create { awaitable: id, .. }
            | What::Start { awaitable: id }
            | What::Cleanup { awaitable: id }
            | What::Finish { target: Target::Awaitable(id), .. } => {
                if let Some(entry) = self.entries.to_mut().get_mut(id.index()) {
                    entry.event(event);
                }
            }
            // No row shows values, and there may be a million.
            What::Resume { call: CallId::MAIN, got: Got::Results(_), already } => {
                let what = What::Resume { call: CallId::MAIN, got: Got::Results(&[]), already };
                self.call.to_mut().event(&Event { what, ..*event });
            }
            _ if event.what.call() == Some(CallId::MAIN) => self.call.to_mut().event(event),
            _ => {}
        }
    }

    /// Whether each awaitable has a row.
    pub fn has_rows(&self) -> bool {
        self.entries.len() == self.scenario.len()
    }

    /// What is known of the call.
    pub fn call(&self) -> &CallRecord {
        &self.call
    }

    /// What is known of an awaitable that has a row.
    pub fn entry(&self, id: Id) -> Option<&AwaitableRecord> {
        self.entries.get(id.index())
    }

    /// An awaitable's row. `over`: when it goes on without the call.
    pub fn row(&self, id: Id, over: Option<Nanos>) -> Row {
        Row::of_awaitable(&self.scenario.awaitable(id).kind, self.entry(id).unwrap_or(&AwaitableRecord::NEW), over)
    }

    /// The call's own row. It ends when what gather() gave is settled, or when the caller goes on where nothing is.
    pub fn call_row(&self, over: Option<Nanos>) -> Row {
        let call = self.call();
        let begun = call.call.options().begins(call.called, call.awaited);
        let came_back = call.came_back().map(|at| (at, call.outcome.status()));
        let end = call.settled.map(|(at, _)| at).or(call.came_back());
        let segments = segments([(call.called, Phase::NotStarted), (begun, Phase::Running)], end, over);
        Row { of: RowOf::Call, begun, segments, ended: call.settled, came_back }
    }
}

impl Phase {
    /// The phase into which an event brings an awaitable. A future and a group run from the moment they are made; that
    /// a task is made is not counted.
    pub fn after(what: &What<'_>) -> Option<(Id, Phase)> {
        match *what {
            What::Create { made: Made::Task, .. } => None,
            What::Create { awaitable, .. } | What::Start { awaitable } => Some((awaitable, Phase::Running)),
            What::Cleanup { awaitable } => Some((awaitable, Phase::CleaningUp)),
            What::Finish { target: Target::Awaitable(id), ended, .. } => Some((id, ended.into())),
            _ => None,
        }
    }

    /// Whether a body is at work, or a future or group pending.
    pub fn is_running(self) -> bool {
        matches!(self, Phase::Running | Phase::CleaningUp)
    }
}

impl From<Ended> for Phase {
    fn from(ended: Ended) -> Phase {
        match ended {
            Ended::Returned(_) => Phase::Returned,
            Ended::Raised(_) => Phase::Raised,
            Ended::Cancelled(_) => Phase::Cancelled,
        }
    }
}

impl Row {
    /// The row of an awaitable of some kind, as far as it is known.
    pub fn of_awaitable(kind: &Kind, entry: &AwaitableRecord, over: Option<Nanos>) -> Row {
        let of = if matches!(kind, Kind::Gather(_)) { RowOf::Group } else { RowOf::Awaitable };
        let begun = if kind.has_body() { entry.started } else { entry.created };
        let phases = [(entry.created, Phase::NotStarted), (begun, Phase::Running), (entry.cleanup, Phase::CleaningUp)];
        let segments = segments(phases, entry.finished, over);
        Row { of, begun, segments, ended: entry.finished.zip(entry.ended), came_back: None }
    }

    /// When there is no more of it.
    pub fn end(&self) -> Option<Nanos> {
        self.ended.map(|(at, _)| at).or(self.came_back.map(|(at, _)| at))
    }
}

/// Segments from the moments at which phases begin; those that never came are left out.
fn segments<const N: usize>(
    phases: [(Option<Nanos>, Phase); N],
    end: Option<Nanos>,
    over: Option<Nanos>,
) -> Vec<Segment> {
    let begins = |from, phase, after_call| Segment { from, to: end, phase, after_call };
    let mut segments = vec![begins(Nanos::ZERO, Phase::NotCreated, false)];
    for (from, phase) in phases {
        segments.extend(from.map(|from| begins(from, phase, over.is_some_and(|over| over <= from))));
    }
    if let Some(over) = over
        && end.is_none_or(|end| over < end)
        && let Some(at) = segments.iter().rposition(|segment| segment.from < over)
    {
        segments.insert(at + 1, begins(over, segments[at].phase, true));
    }
    for next in 1..segments.len() {
        segments[next - 1].to = Some(segments[next].from);
    }
    segments.retain(|segment| segment.to != Some(segment.from));
    segments
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(phases: [(Option<u64>, Phase); 3], end: Option<u64>, over: Option<u64>, expected: &str) {
        let phases = phases.map(|(at, phase)| (at.map(Nanos), phase));
        let shown = |segment: Segment| {
            let to = segment.to.map_or("".to_owned(), |to| to.0.to_string());
            format!("{}-{to} {:?}{}", segment.from.0, segment.phase, if segment.after_call { " on" } else { "" })
        };
        let segments = segments(phases, end.map(Nanos), over.map(Nanos));
        assert_eq!(segments.into_iter().map(shown).collect::<Vec<_>>().join(", "), expected);
    }

    #[test]
    fn what_changes_and_the_return_of_the_call_part_segments() {
        use Phase::{CleaningUp, NotStarted, Running};
        let phases = |created, started, cleanup| [(created, NotStarted), (started, Running), (cleanup, CleaningUp)];
        check(phases(None, None, None), None, Some(5), "0-5 NotCreated, 5- NotCreated on");
        check(phases(Some(0), Some(0), None), Some(9), None, "0-9 Running");
        check(phases(Some(0), Some(0), None), Some(9), Some(9), "0-9 Running");
        check(phases(Some(0), Some(0), None), None, Some(4), "0-4 Running, 4- Running on");
        let all = phases(Some(1), Some(2), Some(6));
        check(all, Some(9), None, "0-1 NotCreated, 1-2 NotStarted, 2-6 Running, 6-9 CleaningUp");
        check(all, Some(9), Some(2), "0-1 NotCreated, 1-2 NotStarted, 2-6 Running on, 6-9 CleaningUp on");
        check(all, None, Some(8), "0-1 NotCreated, 1-2 NotStarted, 2-6 Running, 6-8 CleaningUp, 8- CleaningUp on");
        check(phases(Some(0), None, None), Some(3), Some(1), "0-1 NotStarted, 1-3 NotStarted on");
        check(phases(Some(0), Some(0), None), Some(0), None, "");
    }
}
