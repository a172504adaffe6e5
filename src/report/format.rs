//! The formats that a run can be written in: a file each, and here the list of them.

use std::io::{self, BufWriter, Write};

use super::json::Head;
use super::style::Style;
use super::{human, json, jsonl, python};
use crate::event::Recording;
use crate::outcome::{Keep, Run};

/// Every format, in the order in which they are offered.
pub static FORMATS: [Format; 4] = [human::FORMAT, json::FORMAT, jsonl::FORMAT, python::FORMAT];

/// What there is to say about a format.
#[derive(Debug)]
pub struct Format {
    /// Its word on the command line.
    pub word: &'static str,
    /// What it is, for the help.
    pub about: &'static str,
    /// What the names of its files end in.
    pub ending: &'static str,
    /// Whether a person reads it, who may want to watch the run go on.
    pub is_for_people: bool,
    /// Whether standard output has its events as they happen, and then only what follows them.
    pub streams: bool,
    /// What of a run it shows.
    pub keeps: fn(Wanted) -> Keep,
    /// Writes a finished run.
    pub write: fn(&mut Output<'_>, &Finished<'_>) -> io::Result<()>,
}

/// What somebody asks a format to show.
#[derive(Clone, Copy, Debug)]
pub struct Wanted {
    /// The events; `None` leaves it to the format.
    pub events: Option<bool>,
    /// The awaitables, where they can be left out.
    pub awaitables: bool,
}

/// Where a format is written to.
pub type Output<'o> = BufWriter<&'o mut dyn Write>;

/// A finished run, and how it is to be written.
#[derive(Clone, Copy, Debug)]
pub struct Finished<'r> {
    /// What was run.
    pub head: &'r Head<'r>,
    /// What it came to.
    pub run: &'r Run<'r>,
    /// Its events, where they are to be shown.
    pub events: Option<&'r Recording>,
    /// Whether the awaitables are to be shown.
    pub awaitables: bool,
    /// Whether a report shows every lane and every result, however many there are.
    pub all: bool,
    /// The columns that there are.
    pub width: usize,
    /// Whether signs may be more than ASCII.
    pub unicode: bool,
    /// The colours.
    pub style: Style,
}

impl Format {
    /// The format with a word.
    pub fn of_word(word: &str) -> Option<&'static Format> {
        FORMATS.iter().find(|format| format.word == word)
    }

    /// The format of the files that end so.
    pub fn of_ending(ending: &str) -> Option<&'static Format> {
        FORMATS.iter().find(|format| format.ending == ending)
    }

    /// Writes a finished run to its end.
    ///
    /// # Errors
    ///
    /// What the writer says.
    pub fn write_to(&self, out: &mut dyn Write, finished: &Finished<'_>) -> io::Result<()> {
        let mut out = BufWriter::with_capacity(1 << 16, out);
        (self.write)(&mut out, finished)?;
        out.flush()
    }
}

/// The endings of files as a sentence has them: `.txt, .json, .jsonl or .py`.
pub fn endings() -> String {
    let endings = FORMATS.each_ref().map(|format| format!(".{}", format.ending));
    let [first @ .., last] = &endings;
    format!("{} or {last}", first.join(", "))
}
