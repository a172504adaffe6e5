//! An `[[expect]]` against what happens.
//!
//! [`check()`] runs the scenario as an expectation says, on the virtual clock, and gives the [`Difference`]s; only what
//! is written is compared. [`rewrite()`] goes the other way: it gives a file's text with the expectations that would
//! hold. Both are for tests as much as for `asyncdemo check`, and know nothing of the command line.

mod compare;
mod empty_expectation;
mod events;
mod literal;
mod names;
mod new_expectations;
mod result;
mod rewrite;
mod text_edit;
mod update;

#[cfg(test)]
mod tests;

use std::fmt;

use crate::executor::choices::TooLarge;
use crate::executor::clock::Virtual;
use crate::outcome::Keep;
use crate::scenario::{Expect, Python, Scenario};
use crate::simulation::{Simulated, run_scenario};

pub use compare::compare;
pub use rewrite::{Change, Edit, Rewritten, rewrite};

/// Something that came out otherwise than written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Where in the `[[expect]]`.
    pub place: ExpectPart,
    /// What is written, in one line. It may hold any character that the file does.
    pub expected: String,
    /// What happened, likewise.
    pub got: String,
}

/// A part of an `[[expect]]` that can differ. `Display` writes it as TOML does: `fates.users`, `results[1]`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs)]
pub enum ExpectPart {
    Outcome,
    At,
    /// All of gather's results.
    Results,
    /// One of them, by its position from 0.
    Result(usize),
    Exception,
    Done,
    Pending,
    /// What became of an awaitable, by its name.
    Fate(String),
    NothingLeft,
    Ends,
    Warnings,
    Logs,
    /// One of the choices, by its position from 0.
    Choice(usize),
    /// One of the events, by its position from 0.
    Event(usize),
}

impl fmt::Display for ExpectPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ExpectPart::Outcome => f.write_str("outcome"),
            ExpectPart::At => f.write_str("at"),
            ExpectPart::Results => f.write_str("results"),
            ExpectPart::Result(index) => write!(f, "results[{index}]"),
            ExpectPart::Exception => f.write_str("exception"),
            ExpectPart::Done => f.write_str("done"),
            ExpectPart::Pending => f.write_str("pending"),
            ExpectPart::Fate(name) => write!(f, "fates.{name}"),
            ExpectPart::NothingLeft => f.write_str("nothing_left"),
            ExpectPart::Ends => f.write_str("ends"),
            ExpectPart::Warnings => f.write_str("warnings"),
            ExpectPart::Logs => f.write_str("logs"),
            ExpectPart::Choice(index) => write!(f, "choices[{index}]"),
            ExpectPart::Event(index) => write!(f, "events[{index}]"),
        }
    }
}

/// The versions under which an expectation is run: its own, else the file's, else the default one. Each once, as
/// written.
pub fn versions(scenario: &Scenario, expect: &Expect) -> Vec<Python> {
    let mut versions: Vec<Python> = Vec::new();
    for python in &expect.python {
        if !versions.contains(python) {
            versions.push(*python);
        }
    }
    if versions.is_empty() {
        versions.push(scenario.python.unwrap_or(Python::DEFAULT));
    }
    versions
}

/// Whether an expectation has a call and nothing that must come of it: it holds whatever happens, which proves nothing.
pub fn expects_nothing(expect: &Expect) -> bool {
    let Expect { line: _, call: _, python: _, way: _, outcome, at, results, exception, .. } = expect;
    let Expect { done, pending, fates, nothing_left, ends, warnings, logs, events, .. } = expect;
    let of_the_call = outcome.is_none() && at.is_none() && results.is_none() && exception.is_none();
    of_the_call
        && done.is_none()
        && pending.is_none()
        && fates.is_empty()
        && nothing_left.is_none()
        && ends.is_none()
        && warnings.is_none()
        && logs.is_none()
        && events.is_empty()
}

/// Runs a scenario as one of its expectations says, under one version, and gives what differs: nothing where the
/// expectation holds.
pub fn check(scenario: &Scenario, expect: &Expect, python: Python) -> Vec<Difference> {
    let Simulated { run, events, too_large } = observe(scenario, expect, python);
    let too_large = too_large.map(|TooLarge { choice, number, of, .. }| Difference {
        place: ExpectPart::Choice(choice),
        expected: number.to_string(),
        got: format!("0 to {}: {of} items remain there", of - 1),
    });
    too_large.into_iter().chain(compare(expect, &run, &events)).collect()
}

/// A run as an expectation says, of which is kept what it asks for.
fn observe<'s>(scenario: &'s Scenario, expect: &Expect, python: Python) -> Simulated<'s> {
    let keep = Keep {
        awaitables: !expect.fates.is_empty() || expect.nothing_left.is_some(),
        events: !expect.events.is_empty(),
    };
    run_scenario(scenario, expect.call, python, &expect.way, keep, Virtual, ())
}
