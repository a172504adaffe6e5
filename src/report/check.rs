//! What `asyncdemo check` tells: an expectation a line, and what the whole came to.

mod human;
mod json;
mod junit;
mod rewritten;

use std::fmt;
use std::time::Duration;

use crate::calls::{Call, Setting};
use crate::event::Word;
use crate::expect::{Difference, expects_nothing};
use crate::scenario::{Diagnostics, Expect, Python, Scenario};

pub use human::Human;
pub use json::write_json;
pub use junit::{JunitError, write_junit};
pub use rewritten::write_rewritten;

/// How many columns of a value are shown however narrow the terminal.
const NARROWEST_VALUE: usize = 16;

/// The widest that a key is made for the sake of what stands behind it.
const WIDEST_KEY: usize = 24;

/// What became of one thing that was to be checked, in the order of the files.
#[derive(Debug)]
pub enum Checked<'a> {
    /// An expectation was run.
    Run(CheckedRun<'a>),
    /// A file has no expectations.
    Nothing {
        /// The file, as it was named.
        source: &'a str,
    },
    /// A file is no scenario, or cannot be read.
    Invalid {
        /// The file, as it was named.
        source: &'a str,
        /// Why not.
        diagnostics: &'a Diagnostics,
    },
}

/// An expectation with what differs.
#[derive(Debug)]
pub struct CheckedRun<'a> {
    /// The file, as it was named.
    pub source: &'a str,
    /// What it says.
    pub scenario: &'a Scenario,
    /// The expectation.
    pub expect: &'a Expect,
    /// Under which versions it was run, with what differs under each.
    pub findings: Vec<(Python, Vec<Difference>)>,
    /// How long all its runs took.
    pub took: Duration,
}

/// What an expectation came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It holds.
    Passed,
    /// Something came out otherwise.
    Failed,
    /// It expects nothing, and so neither holds nor fails.
    Empty,
}

impl CheckedRun<'_> {
    /// Whether it came out as expected under every version, if it expects anything.
    pub fn verdict(&self) -> Verdict {
        if expects_nothing(self.expect) {
            Verdict::Empty
        } else if self.findings.iter().all(|(_, differences)| differences.is_empty()) {
            Verdict::Passed
        } else {
            Verdict::Failed
        }
    }

    /// The call with its options, as the command line has them: those in which it differs from the file's own.
    fn call(&self) -> impl fmt::Display + '_ {
        let Expect { call, way, .. } = self.expect;
        let way = [way.to_string()].into_iter().filter(|flags| !flags.is_empty()).map(|flags| format!(" {flags}"));
        format!("{}{}", call_words(self.scenario, *call), way.collect::<String>())
    }
}

/// How many of each there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Expectations that hold.
    pub passed: usize,
    /// Expectations that do not.
    pub failed: usize,
    /// Expectations that expect nothing.
    pub empty: usize,
    /// Files without expectations.
    pub without: usize,
    /// Files that are no scenarios.
    pub invalid: usize,
}

impl Counts {
    /// Counts one more.
    pub fn count(&mut self, checked: &Checked<'_>) {
        match checked {
            Checked::Run(run) => match run.verdict() {
                Verdict::Passed => self.passed += 1,
                Verdict::Failed => self.failed += 1,
                Verdict::Empty => self.empty += 1,
            },
            Checked::Nothing { .. } => self.without += 1,
            Checked::Invalid { .. } => self.invalid += 1,
        }
    }
}

/// A call as somebody would type it behind `asyncdemo`: the function, and the options in which it differs from the
/// scenario's own tables.
fn call_words(scenario: &Scenario, call: Call) -> impl fmt::Display + '_ {
    fmt::from_fn(move |f| {
        f.write_str(call.function().word())?;
        let default = call.function().plain();
        for (option, setting) in call.settings_beside(scenario.call(call.function())) {
            let flag = option.flag();
            match setting {
                Setting::Boolean(true) if default.options().get(option.name) != Some(setting) => write!(f, " {flag}")?,
                Setting::Boolean(value) => write!(f, " {flag}={value}")?,
                Setting::Timeout(Some(timeout)) => write!(f, " {flag} {timeout}")?,
                Setting::Timeout(None) => write!(f, " {flag} none")?,
                Setting::Word(word) => write!(f, " {flag} {word}")?,
            }
        }
        Ok(())
    })
}

/// The versions, as a list: `Python 3.8, 3.14`.
fn python_words(pythons: &[Python]) -> impl fmt::Display + '_ {
    fmt::from_fn(move |f| {
        for (index, python) in pythons.iter().enumerate() {
            write!(f, "{}{python}", if index == 0 { "Python " } else { ", " })?;
        }
        Ok(())
    })
}
