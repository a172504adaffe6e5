//! What real CPythons answered, as files: `tests/recorded/*.jsonl`.
//!
//! The first line says which interpreters answered, by their whole versions. Each further line is a scenario with every
//! run that `verify` compares; versions that answered alike share a run, so that the classes of versions that behave
//! alike can be read off it. The lines of the logs stand in a table of their own, since the runs of a scenario have most
//! of them in common.

use std::collections::BTreeMap;
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

use asyncdemo::event::Word;
use asyncdemo::scenario::{Python, Scenario, Way, parse};
use asyncdemo::simulation::record;
use asyncdemo::verify::case::{calls, label};
use asyncdemo::verify::log::Log;
use serde::{Deserialize, Serialize};

/// The first line of a recording.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Head {
    /// By version, the whole version: `"3.13"` is `"3.13.0"`.
    pub cpython: BTreeMap<String, String>,
    /// The command that records anew.
    pub command: String,
}

/// A scenario with what every version answered.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Recorded {
    /// A file of this crate, or `random 17`.
    pub name: String,
    /// The scenario; of a file the part that is the program.
    pub toml: String,
    /// Every line of its logs, once.
    lines: Vec<String>,
    /// In the order of calls, then of versions.
    runs: Vec<Run>,
}

/// What one call came to.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Run {
    /// The call's label.
    call: String,
    /// The versions that answered so.
    pythons: Vec<String>,
    /// Its log, as ranges of the table's lines, both ends in it.
    log: Vec<(usize, usize)>,
}

/// A run that comes out otherwise than it is recorded.
#[derive(Debug)]
pub struct Difference {
    pub name: String,
    pub python: Python,
    pub call: String,
    pub ours: Vec<String>,
    pub recorded: Vec<String>,
}

impl Recorded {
    /// A scenario without any run.
    #[allow(dead_code, reason = "who only reads a recording adds nothing to it")]
    pub fn new(name: &str, toml: &str) -> Recorded {
        Recorded { name: name.to_owned(), toml: toml.to_owned(), lines: Vec::new(), runs: Vec::new() }
    }

    /// The scenario.
    pub fn scenario(&self) -> Scenario {
        parse(&self.name, &self.toml).unwrap_or_else(|problems| panic!("{}", problems.render(false, 120)))
    }

    /// Writes down what a version answered to a call.
    #[allow(dead_code, reason = "who only reads a recording adds nothing to it")]
    pub fn add(&mut self, call: &str, python: Python, log: &Log) {
        let log = self.ranges(&log.0);
        match self.runs.iter_mut().find(|run| run.call == call && run.log == log) {
            Some(run) => run.pythons.push(python.to_string()),
            None => self.runs.push(Run { call: call.to_owned(), pythons: vec![python.to_string()], log }),
        }
    }

    /// Where lines stand in the table, which gets those that are new.
    fn ranges(&mut self, lines: &[String]) -> Vec<(usize, usize)> {
        let mut ranges: Vec<(usize, usize)> = Vec::new();
        for line in lines {
            let next = ranges.last().map(|(_, last)| last + 1).filter(|next| self.lines.get(*next) == Some(line));
            let place = next.or_else(|| self.lines.iter().position(|own| own == line)).unwrap_or_else(|| {
                self.lines.push(line.clone());
                self.lines.len() - 1
            });
            match ranges.last_mut() {
                Some((_, last)) if *last + 1 == place => *last = place,
                _ => ranges.push((place, place)),
            }
        }
        ranges
    }

    /// What a version answered to a call.
    fn answered(&self, call: &str, python: Python) -> Option<Vec<String>> {
        let by_python = |run: &&Run| run.call == call && run.pythons.iter().any(|version| version == python.as_str());
        let run = self.runs.iter().find(by_python)?;
        Some(run.log.iter().flat_map(|(first, last)| self.lines[*first..=*last].iter().cloned()).collect())
    }

    /// Runs all of it on our own loop. How many runs that were, and those that come out otherwise.
    pub fn compare(&self) -> (usize, Vec<Difference>) {
        let (scenario, mut runs, mut differences) = (self.scenario(), 0, Vec::new());
        for call in calls(&scenario) {
            for &python in Python::ALL {
                let label = label(&call);
                let Some(recorded) = self.answered(&label, python) else {
                    panic!("{}: {label} on {python} is not recorded", self.name);
                };
                let Log(ours) = Log::of_run(&record(&scenario, call, python, &Way::default()));
                runs += 1;
                if ours != recorded {
                    differences.push(Difference { name: self.name.clone(), python, call: label, ours, recorded });
                }
            }
        }
        (runs, differences)
    }
}

impl Difference {
    /// Both logs from a little before their first difference to a little after it.
    #[allow(dead_code, reason = "who only counts differences shows none")]
    pub fn explain(&self) -> String {
        let length = self.ours.len().max(self.recorded.len());
        let first = (0..length).find(|line| self.ours.get(*line) != self.recorded.get(*line)).unwrap_or(length);
        let around = |lines: &[String]| {
            let shown: Range<usize> = first.saturating_sub(5).min(lines.len())..(first + 5).min(lines.len());
            lines[shown].join("\n    ")
        };
        let (ours, recorded) = (around(&self.ours), around(&self.recorded));
        let Difference { name, python, call, .. } = self;
        format!("{name}, {call} on CPython {python}:\n  asyncdemo:\n    {ours}\n  recorded:\n    {recorded}\n")
    }
}

/// Which recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recording {
    /// Every scenario file of this crate that is to do what CPython does.
    #[allow(dead_code, reason = "not everybody reads both")]
    Files,
    /// Random scenarios.
    Random,
}

impl Recording {
    fn path(self) -> PathBuf {
        let name = match self {
            Recording::Files => "files.jsonl",
            Recording::Random => "random.jsonl",
        };
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recorded").join(name)
    }

    /// Reads it.
    pub fn read(self) -> (Head, Vec<Recorded>) {
        let path = self.path();
        let wrong = |error: &dyn std::fmt::Display| -> ! { panic!("{}: {error}", path.display()) };
        let text = fs::read_to_string(&path).unwrap_or_else(|error| wrong(&error));
        let (head, scenarios) = text.split_once('\n').unwrap_or_else(|| wrong(&"it is empty"));
        let head = serde_json::from_str(head).unwrap_or_else(|error| wrong(&error));
        let recorded = scenarios.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| wrong(&error)));
        (head, recorded.collect())
    }

    /// Writes it.
    #[allow(dead_code, reason = "who only reads a recording writes none")]
    pub fn write(self, head: &Head, recorded: &[Recorded]) {
        let path = self.path();
        let mut text = serde_json::to_string(head).expect("texts become JSON") + "\n";
        for recorded in recorded {
            text += &(serde_json::to_string(recorded).expect("texts become JSON") + "\n");
        }
        fs::write(&path, text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    }
}
