//! A run beside an `[[expect]]`, key by key.

use std::fmt;

use crate::event::{Canceller, Recording, Word};
use crate::outcome::{AwaitableRecord, Fate, Gave, Run, State};
use crate::scenario::{Expect, Id, Ids, Scenario, write_str_repr};

use super::events;
use super::names::{NameLookup, listed};
use super::result::{ResultLookup, end_repr};
use super::{Difference, ExpectPart};

/// What differs between an expectation and a run of its call. The run must have its awaitables where the expectation
/// has fates, and the events must be there where it has events.
pub fn compare(expect: &Expect, run: &Run<'_>, events: &Recording) -> Vec<Difference> {
    let names = NameLookup::of(run.scenario);
    let mut comparison = Comparison { expect, run, lookup: ResultLookup::of(run), names, differences: Vec::new() };
    comparison.outcome();
    comparison.at();
    if expect.outcome.is_none_or(|outcome| outcome == run.outcome().status()) {
        // Else there is nothing of what is written here, which needs no saying.
        comparison.results();
        comparison.exception();
        comparison.sets();
    }
    comparison.fates();
    comparison.end();
    comparison.lines();
    let mut differences = comparison.differences;
    differences.extend(events::compare(&expect.events, run, events));
    differences
}

struct Comparison<'c> {
    expect: &'c Expect,
    run: &'c Run<'c>,
    lookup: ResultLookup<'c>,
    names: NameLookup<'c>,
    differences: Vec<Difference>,
}

impl Comparison<'_> {
    fn differs(&mut self, place: ExpectPart, expected: impl fmt::Display, got: impl fmt::Display) {
        let (expected, got) = (expected.to_string(), got.to_string());
        self.differences.push(Difference { place, expected, got });
    }

    fn outcome(&mut self) {
        if let Some(expected) = self.expect.outcome
            && expected != self.run.outcome().status()
        {
            self.differs(ExpectPart::Outcome, expected.word(), outcome_words(self.run));
        }
    }

    fn at(&mut self) {
        let Some(expected) = self.expect.at else { return };
        match self.run.main().came_back() {
            Some(got) if expected.hold(got) => {}
            Some(got) => self.differs(ExpectPart::At, expected, format_args!("{got} s")),
            None => self.differs(ExpectPart::At, expected, outcome_words(self.run)),
        }
    }

    fn results(&mut self) {
        let Some(expected) = &self.expect.results else { return };
        let list = || fmt::from_fn(|f| write_list(f, expected.iter().map(end_repr)));
        let Some(Gave::Results(items)) = &self.run.outcome().gave else {
            return self.differs(ExpectPart::Results, list(), outcome_words(self.run));
        };
        let (lookup, scenario) = (self.lookup, self.run.scenario);
        if expected.len() != items.len() {
            let got = fmt::from_fn(|f| write_list(f, items.iter().map(|item| lookup.repr(item.ended))));
            let (some, all) = (count(expected.len()), count(items.len()));
            return self.differs(ExpectPart::Results, format_args!("{some}: {}", list()), format_args!("{all}: {got}"));
        }
        for (index, (end, item)) in expected.iter().zip(items).enumerate() {
            if !lookup.ended_as(end, item.ended) {
                let got = format!("{} from {}", lookup.repr(item.ended), scenario.name(item.awaitable));
                self.differs(ExpectPart::Result(index), end_repr(end), got);
            }
        }
    }

    fn exception(&mut self) {
        let Some(expected) = &self.expect.exception else { return };
        match self.run.outcome().gave {
            Some(Gave::Raised(exception) | Gave::Cancelled(exception)) => {
                if !self.lookup.raised(expected, exception) {
                    self.differs(ExpectPart::Exception, expected, exception.repr(self.run.scenario));
                }
            }
            _ => self.differs(ExpectPart::Exception, expected, outcome_words(self.run)),
        }
    }

    /// Sets have no order, so only what is in them counts.
    fn sets(&mut self) {
        let expected = [(ExpectPart::Done, &self.expect.done), (ExpectPart::Pending, &self.expect.pending)];
        for (place, names) in expected {
            let Some(names) = names else { continue };
            let got = match (&self.run.outcome().gave, &place) {
                (Some(Gave::Sets { done, .. }), ExpectPart::Done) => done,
                (Some(Gave::Sets { pending, .. }), _) => pending,
                _ => {
                    self.differs(place, text_list(names), outcome_words(self.run));
                    continue;
                }
            };
            let mut ids: Vec<u32> = got.iter().map(|id| id.0).collect();
            ids.sort_unstable();
            if self.names.all_ids(names) != ids {
                self.differs(place, text_list(names), text_list(&listed(self.run.scenario, got.iter().copied())));
            }
        }
    }

    fn fates(&mut self) {
        for (name, expected) in &self.expect.fates {
            let got = self.fates_of(self.names.ids(name));
            if got.iter().any(|(fate, _)| fate != expected) {
                let mut words = got.iter().map(|(fate, count)| match count {
                    _ if got.len() == 1 => fate.word().to_owned(),
                    count => format!("{} ({count})", fate.word()),
                });
                let first = words.next().unwrap_or_default();
                let got = words.fold(first, |all, word| format!("{all}, {word}"));
                self.differs(ExpectPart::Fate(name.clone()), expected.word(), got);
            }
        }
    }

    /// The fates of some awaitables, each with how many have it.
    /// What is left, and whether the program ends.
    fn end(&mut self) {
        if let Some(expected) = self.expect.nothing_left {
            let left = what_is_left(self.run);
            if left.is_none() != expected {
                let got = left.map_or_else(|| "true".to_owned(), |left| format!("false: {left}"));
                self.differs(ExpectPart::NothingLeft, expected, got);
            }
        }
        if let Some(expected) = self.expect.ends.filter(|expected| *expected != self.run.ends()) {
            self.differs(ExpectPart::Ends, expected, !expected);
        }
    }

    fn fates_of(&self, ids: Ids) -> Vec<(Fate, usize)> {
        let mut fates: Vec<(Fate, usize)> = Vec::new();
        for entry in ids.filter_map(|id| self.run.entries.get(Id(id).index())) {
            match fates.iter_mut().find(|(fate, _)| *fate == entry.fate) {
                Some((_, count)) => *count += 1,
                None => fates.push((entry.fate, 1)),
            }
        }
        fates
    }

    fn lines(&mut self) {
        for (place, expected, got) in [
            (ExpectPart::Warnings, &self.expect.warnings, warnings(self.run)),
            (ExpectPart::Logs, &self.expect.logs, logs(self.run)),
        ] {
            if let Some(expected) = expected
                && *expected != got
            {
                self.differs(place, text_list(expected), text_list(&got));
            }
        }
    }
}

/// What Python would warn, as `warnings` holds it.
pub fn warnings(run: &Run<'_>) -> Vec<String> {
    run.warnings.iter().map(|warning| warning.text(run.scenario)).collect()
}

/// What Python would log, as `logs` holds it.
pub fn logs(run: &Run<'_>) -> Vec<String> {
    run.logs.iter().map(|(log, _)| log.text().to_owned()).collect()
}

/// How a call came out, with the exception where there is one.
fn outcome_words<'r>(run: &'r Run<'_>) -> impl fmt::Display + use<'r> {
    let scenario: &Scenario = run.scenario;
    let outcome = run.outcome();
    fmt::from_fn(move |f| match &outcome.gave {
        Some(Gave::Raised(exception)) => write!(f, "raised {}", exception.repr(scenario)),
        Some(Gave::Cancelled(exception)) if exception.message(scenario).is_some() => {
            write!(f, "cancelled, with {}", exception.repr(scenario))
        }
        _ => f.write_str(outcome.status().word()),
    })
}

fn count(results: usize) -> String {
    format!("{results} result{}", if results == 1 { "" } else { "s" })
}

/// NameLookup or lines as Python writes a list of texts.
pub fn text_list(texts: &[String]) -> impl fmt::Display + '_ {
    fmt::from_fn(|f| write_list(f, texts.iter().map(|text| fmt::from_fn(|f| write_str_repr(f, text)))))
}

fn write_list(f: &mut fmt::Formatter<'_>, items: impl Iterator<Item = impl fmt::Display>) -> fmt::Result {
    f.write_str("[")?;
    for (index, item) in items.enumerate() {
        write!(f, "{}{item}", if index == 0 { "" } else { ", " })?;
    }
    f.write_str("]")
}

/// The first awaitable that was left when the call came back, or after it, and in which way.
pub(super) fn what_is_left(run: &Run<'_>) -> Option<String> {
    let way = |entry: &AwaitableRecord| {
        let by_exit = entry.cancelled_by().is_some_and(|id| run.cancel(id).by == Canceller::Exit);
        match (entry.fate, entry.at_return) {
            (fate @ (Fate::Pending | Fate::Lost), _) => Some(fate.word()),
            (Fate::Unfinished, _) if entry.created.is_some() => Some(Fate::Unfinished.word()),
            _ if by_exit => Some("cancelled at the exit"),
            (_, state @ (State::NotStarted | State::Running)) => Some(state.word()),
            _ => None,
        }
    };
    let mut left = run.entries.iter().zip(0..).filter_map(|(entry, id)| Some((Id(id), way(entry)?)));
    let (id, way) = left.next()?;
    Some(match left.count() {
        0 => format!("{} is {way}", run.scenario.name(id)),
        more => format!("{} is {way}, and {more} more", run.scenario.name(id)),
    })
}
