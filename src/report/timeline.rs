//! A run over time, as data: a row for each awaitable and one for the call, each with its segments and marks in
//! nanoseconds.
//!
//! It is read off the records that the events made, so that it can be had at any moment of a run: by the live view while
//! a run goes on, by the report when all is over. Both are painters over it. They choose what moments are columns, and
//! which signs, colours and words stand for what a row says.

pub mod axis;
pub mod order;
mod phase;

use crate::event::State;
use crate::outcome::{AwaitableRecord, CallRecord, Run, Status};
use crate::scenario::{Id, Kind, Nanos, Scenario};

pub use phase::Phase;

/// A run, as far as it has come.
#[derive(Clone, Copy, Debug)]
pub struct Timeline<'r> {
    scenario: &'r Scenario,
    call: &'r CallRecord,
    /// When and how the call was over for whatever still runs.
    over: Option<(Nanos, Status)>,
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
    /// Its marked moments, one after the other.
    pub marks: Vec<Mark>,
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

/// A moment of a row at which something happens that is marked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// When.
    pub at: Nanos,
    /// What.
    pub what: Marked,
}

/// What a mark stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Marked {
    /// The row ends in this way. The call's own row may have a second end: its caller was cancelled before it got what
    /// the call was settled with.
    End(Status),
    /// The call came back in this way at another moment than that at which the row ends.
    CameBack(Status),
}

impl<'r> Timeline<'r> {
    /// Of a run that is over. The call is over when its caller goes on.
    pub fn of(run: &'r Run<'_>) -> Timeline<'r> {
        let call = run.main();
        Timeline { scenario: run.scenario, call, over: came_back(call) }
    }

    /// Of a run that goes on. The call is over as soon as what it gave is settled, whether or not its caller has seen
    /// that.
    pub fn so_far(scenario: &'r Scenario, call: &'r CallRecord) -> Timeline<'r> {
        let settled = call.settled.map(|(at, ended)| (at, ended.status()));
        Timeline { scenario, call, over: settled.or(came_back(call)) }
    }

    /// When and how the call was over for whatever still runs.
    pub fn over(&self) -> Option<(Nanos, Status)> {
        self.over
    }

    /// How the call came out: what its caller got; else what it will get, where that is known.
    pub fn status(&self) -> Option<Status> {
        came_back(self.call).or(self.over).map(|(_, status)| status)
    }

    /// The row of an awaitable of which this is known.
    pub fn row(&self, id: Id, known: &AwaitableRecord) -> Row {
        let kind = &self.scenario.awaitable(id).kind;
        let of = if matches!(kind, Kind::Gather(_)) { RowOf::Group } else { RowOf::Awaitable };
        let begun = if kind.has_body() { known.started } else { known.created };
        let phases = [
            (known.created, Phase::In(State::NotStarted)),
            (begun, Phase::In(State::Running)),
            (known.cleanup, Phase::CleaningUp),
        ];
        let crossed = |(over, _): &(Nanos, Status)| begun.is_some() && known.finished.is_none_or(|end| *over < end);
        let came_back = self.over.filter(crossed).map(|(at, how)| Mark::came_back(at, how));
        let end = known.finished.zip(known.ended).map(|(at, ended)| Mark::end(at, ended.status()));
        let marks = came_back.into_iter().chain(end).collect();
        Row { of, begun, segments: segments(phases, known.finished, self.over), marks }
    }

    /// The call's own row. It ends when what gather() gave is settled, or when the caller goes on where nothing is.
    pub fn call_row(&self) -> Row {
        let call = self.call;
        let begun = call.call.options().begins(call.called, call.awaited);
        let end = call.settled.map(|(at, _)| at).or(call.came_back());
        let segments =
            segments([(call.called, Phase::In(State::NotStarted)), (begun, Phase::In(State::Running))], end, self.over);
        Row { of: RowOf::Call, begun, segments, marks: self.call_marks() }
    }

    fn call_marks(&self) -> Vec<Mark> {
        let settled = self.call.settled.map(|(at, ended)| Mark::end(at, ended.status()));
        let (Some((over, _)), Some(status)) = (self.over, self.status()) else { return settled.into_iter().collect() };
        match settled.filter(|settled| settled.at != over) {
            None => vec![Mark::end(over, status)],
            // The caller was cancelled before it came to await it.
            Some(settled) if over < settled.at => vec![Mark::came_back(over, status), settled],
            // It was done long before the caller asked.
            Some(settled) if self.call.awaited.is_some() && settled.what == Marked::End(status) => {
                vec![settled, Mark::came_back(over, status)]
            }
            // The caller was cancelled on its way there.
            Some(settled) => vec![settled, Mark::end(over, status)],
        }
    }
}

/// When and how the caller went on.
fn came_back(call: &CallRecord) -> Option<(Nanos, Status)> {
    Some((call.came_back()?, call.outcome.status()))
}

impl Mark {
    /// The end of a row.
    pub fn end(at: Nanos, how: Status) -> Mark {
        Mark { at, what: Marked::End(how) }
    }

    fn came_back(at: Nanos, how: Status) -> Mark {
        Mark { at, what: Marked::CameBack(how) }
    }
}

impl Row {
    /// When there is no more of it.
    pub fn end(&self) -> Option<Nanos> {
        self.marks.iter().find(|mark| matches!(mark.what, Marked::End(_))).map(|mark| mark.at)
    }

    /// Whether it exists, and has not ended as far as the run has come.
    pub fn goes_on(&self) -> bool {
        self.end().is_none() && self.segments.last().is_none_or(|last| last.phase != Phase::In(State::NotCreated))
    }
}

/// Segments from the moments at which phases begin; those that never came are left out.
fn segments<const N: usize>(
    phases: [(Option<Nanos>, Phase); N],
    end: Option<Nanos>,
    over: Option<(Nanos, Status)>,
) -> Vec<Segment> {
    let over = over.map(|(at, _)| at);
    let begins = |from, phase, after_call| Segment { from, to: end, phase, after_call };
    let mut segments = vec![begins(Nanos::ZERO, Phase::In(State::NotCreated), false)];
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
    use crate::calls::Function;
    use crate::event::{CallId, Ended, Exception, Message, Returned, Target};
    use crate::outcome::{Gave, Outcome};
    use crate::scenario::parse;

    fn check(phases: [(Option<u64>, Phase); 3], end: Option<u64>, over: Option<u64>, expected: &str) {
        let phases = phases.map(|(at, phase)| (at.map(Nanos), phase));
        let shown = |segment: Segment| {
            let to = segment.to.map_or("".to_owned(), |to| to.0.to_string());
            let on = if segment.after_call { " on" } else { "" };
            format!("{}-{to} {}{on}", segment.from.0, segment.phase.words())
        };
        let segments = segments(phases, end.map(Nanos), over.map(|over| (Nanos(over), Status::Returned)));
        assert_eq!(segments.into_iter().map(shown).collect::<Vec<_>>().join(", "), expected);
    }

    #[test]
    fn what_changes_and_the_return_of_the_call_part_segments() {
        let phases = |created, started, cleanup| {
            [
                (created, Phase::In(State::NotStarted)),
                (started, Phase::In(State::Running)),
                (cleanup, Phase::CleaningUp),
            ]
        };
        check(phases(None, None, None), None, Some(5), "0-5 not created, 5- not created on");
        check(phases(Some(0), Some(0), None), Some(9), None, "0-9 running");
        check(phases(Some(0), Some(0), None), Some(9), Some(9), "0-9 running");
        check(phases(Some(0), Some(0), None), None, Some(4), "0-4 running, 4- running on");
        let all = phases(Some(1), Some(2), Some(6));
        check(all, Some(9), None, "0-1 not created, 1-2 not started, 2-6 running, 6-9 cleaning up");
        check(all, Some(9), Some(2), "0-1 not created, 1-2 not started, 2-6 running on, 6-9 cleaning up on");
        check(all, None, Some(8), "0-1 not created, 1-2 not started, 2-6 running, 6-8 cleaning up, 8- cleaning up on");
        check(phases(Some(0), None, None), Some(3), Some(1), "0-1 not started, 1-3 not started on");
        check(phases(Some(0), Some(0), None), Some(0), None, "");
    }

    /// The marks of a gather()'s row: of a run that is over, and of one that goes on. `back`: when its caller went on, and
    /// whether cancelled.
    #[track_caller]
    fn check_marks(settled: Option<u64>, awaited: Option<u64>, back: Option<(u64, bool)>, over: &str, so_far: &str) {
        let scenario = parse("scenario.toml", "[[awaitable]]").unwrap();
        let mut call = CallRecord::new(Function::Gather.plain(), Target::Caller);
        call.settled = settled.map(|at| (Nanos(at), Ended::Returned(Returned::Group(CallId::MAIN))));
        call.awaited = awaited.map(Nanos);
        if let Some((at, cancelled)) = back {
            let cancelled = cancelled.then(|| Gave::Cancelled(Exception::cancelled(Message::Absent, None)));
            call.outcome = Outcome { at: Nanos(at), gave: Some(cancelled.unwrap_or(Gave::Results(Vec::new()))) };
        }
        let shown = |timeline: Timeline<'_>| {
            let marks = timeline.call_marks();
            marks.iter().map(|Mark { at, what }| format!("{} {what:?}", at.0)).collect::<Vec<_>>().join(", ")
        };
        assert_eq!(shown(Timeline { scenario: &scenario, call: &call, over: came_back(&call) }), over);
        assert_eq!(shown(Timeline::so_far(&scenario, &call)), so_far);
    }

    #[test]
    fn a_call_is_marked_where_it_is_settled_and_where_its_caller_goes_on() {
        check_marks(None, None, None, "", "");
        check_marks(Some(5), Some(0), Some((5, false)), "5 End(Returned)", "5 End(Returned)");
        check_marks(None, Some(0), Some((4, true)), "4 End(Cancelled)", "4 End(Cancelled)");
        // The caller comes late, is cancelled on its way, or is cancelled before anything is settled.
        check_marks(Some(5), Some(8), Some((8, false)), "5 End(Returned), 8 CameBack(Returned)", "5 End(Returned)");
        check_marks(Some(5), None, Some((8, true)), "5 End(Returned), 8 End(Cancelled)", "5 End(Cancelled)");
        check_marks(Some(5), None, Some((4, true)), "4 CameBack(Cancelled), 5 End(Returned)", "5 End(Cancelled)");
    }
}
