//! The reference's answers as a file, for machines without CPython.
//!
//! `tests/recorded/*.jsonl` holds a scenario a line, with the log of each of its runs on each class of Python versions
//! that behave alike. `ASYNCDEMO_RECORD=1 cargo test --test differential` writes them anew.

use std::fs;
use std::path::{Path, PathBuf};

use asyncdemo::scenario::Python;
use serde::{Deserialize, Serialize};

/// Versions that behave alike, by their own names.
pub const CLASSES: [&[Python]; 5] = [
    &[Python::V3_8],
    &[Python::V3_9, Python::V3_10],
    &[Python::V3_11],
    &[Python::V3_12],
    &[Python::V3_13, Python::V3_14],
];

/// A scenario with all its runs.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Recorded {
    /// A file under `scenarios/`, or `random 17`.
    pub name: String,
    /// The scenario file's text; of those under `scenarios/` the part that is the program.
    pub toml: String,
    /// In the order of calls, then of classes.
    pub runs: Vec<RecordedRun>,
}

/// What one call came to.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RecordedRun {
    /// The call's label.
    pub call: String,
    /// For which versions.
    pub pythons: Vec<String>,
    /// The lines of its log.
    pub log: Vec<String>,
}

impl RecordedRun {
    /// The log on one of its versions. In its class 3.14 has a text of its own, for what is no argument but a list.
    pub fn on(&self, python: Python) -> Vec<String> {
        let mut log = self.log.clone();
        if python == Python::V3_14 {
            for line in log.iter_mut().filter(|line| line.starts_with("outcome ")) {
                let older = "TypeError(\"unhashable type: 'list'\")";
                let newer = "TypeError(\"cannot use 'list' as a dict key (unhashable type: 'list')\")";
                *line = line.replace(older, newer);
            }
        }
        log
    }
}

/// Which recording.
#[derive(Clone, Copy, Debug)]
pub enum Recording {
    /// Everything under `scenarios/`.
    Files,
    /// Random scenarios.
    Random,
}

impl Recording {
    fn path(self) -> PathBuf {
        let name = match self {
            Recording::Files => "scenarios.jsonl",
            Recording::Random => "random.jsonl",
        };
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recorded").join(name)
    }

    /// Reads it.
    pub fn read(self) -> Vec<Recorded> {
        let path = self.path();
        let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        text.lines()
            .filter(|line| !line.is_empty())
            .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{}: {error}", path.display())))
            .collect()
    }

    /// Writes it.
    pub fn write(self, recorded: &[Recorded]) {
        let path = self.path();
        let lines: Vec<String> =
            recorded.iter().map(|recorded| serde_json::to_string(recorded).expect("texts become JSON")).collect();
        fs::write(&path, lines.join("\n") + "\n").unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    }
}
