//! The run document and its events as JSON: what scripts read.
//!
//! The types here belong to the format and to nothing else. Everything is written as it is walked, never built up
//! first, so that a run of a million awaitables costs no second copy of itself.

mod document;
mod event;
mod layout;

use std::io::{self, Write};

use serde::Serialize;

use crate::event::{Event, Recording};
use crate::outcome::{Keep, Run};

pub(super) use document::CallOptions;
pub use document::{ClockName, Head};
pub use event::{EventLog, PlainValue};

use super::format::{Format, Wanted};
use document::Document;
use layout::{Lines, OneLine, write_harmless};

/// The format's row.
pub const FORMAT: Format = Format {
    word: "json",
    about: "One document",
    ending: "json",
    is_for_people: false,
    streams: false,
    keeps,
    write: |out, finished| write_document(out, finished.head, finished.run, finished.events, finished.awaitables),
};

/// What a document shows, and a stream too: everything that nobody leaves out.
pub(super) fn keeps(wanted: Wanted) -> Keep {
    Keep { awaitables: wanted.awaitables, events: wanted.events != Some(false) }
}

/// Writes one run document, an awaitable and an event a line, with a newline at the end.
///
/// # Errors
///
/// What the writer says.
pub fn write_document(
    out: &mut impl Write,
    head: &Head<'_>,
    run: &Run<'_>,
    events: Option<&Recording>,
    awaitables: bool,
) -> io::Result<()> {
    let document = Document::new(head, run, events, awaitables);
    document.serialize(&mut serde_json::Serializer::with_formatter(&mut *out, Lines::default()))?;
    out.write_all(b"\n")
}

/// Writes the last line of a `jsonl` stream: the run document without its events.
///
/// # Errors
///
/// What the writer says.
pub fn write_last_line(out: &mut impl Write, head: &Head<'_>, run: &Run<'_>, awaitables: bool) -> io::Result<()> {
    let document = Document::new(head, run, None, awaitables);
    document.serialize(&mut serde_json::Serializer::with_formatter(&mut *out, OneLine))?;
    out.write_all(b"\n")
}

/// Writes a document that is no run, laid out as `serde_json` does it.
///
/// # Errors
///
/// What the writer says.
pub fn write_pretty(out: &mut impl Write, document: &impl Serialize) -> io::Result<()> {
    // A line break always stands outside of strings.
    for line in serde_json::to_string_pretty(document)?.lines() {
        write_harmless(out, line)?;
        out.write_all(b"\n")?;
    }
    Ok(())
}

/// Writes one event as one line.
///
/// # Errors
///
/// What the writer says.
pub fn write_event(out: &mut impl Write, log: &mut EventLog<'_>, event: &Event<'_>) -> io::Result<()> {
    log.line(event).serialize(&mut serde_json::Serializer::with_formatter(&mut *out, OneLine))?;
    out.write_all(b"\n")
}
