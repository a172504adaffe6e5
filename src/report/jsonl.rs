//! Events as they happen, one a line: what `tail -f` and scripts read while a run goes on.

use std::cell::Cell;
use std::io::{self, Write};
use std::rc::Rc;

use crate::event::{Event, Listener, Recording};
use crate::scenario::Scenario;

use super::format::Format;
use super::json::{self, EventLog, write_event, write_last_line};

/// The format's row.
pub const FORMAT: Format = Format {
    word: "jsonl",
    about: "An event a line as it happens, then the document",
    ending: "jsonl",
    is_for_people: false,
    streams: true,
    keeps: json::keeps,
    write: |out, finished| {
        let mut log = EventLog::new(finished.run.scenario);
        for event in finished.events.into_iter().flat_map(Recording::iter) {
            write_event(out, &mut log, &event)?;
        }
        write_last_line(out, finished.head, finished.run, finished.awaitables)
    },
};

/// Writes each event as one line, and hands it on at once where time passes between them.
#[derive(Debug)]
pub struct Jsonl<'s, W> {
    out: W,
    log: EventLog<'s>,
    live: bool,
    failed: Option<io::Error>,
    /// Told when nothing more can be written.
    unwatched: Rc<Cell<bool>>,
}

impl<'s, W: Write> Jsonl<'s, W> {
    /// `live`: whether a line must not wait for the next. `unwatched` is set once nothing more can be written.
    pub fn new(out: W, scenario: &'s Scenario, live: bool, unwatched: Rc<Cell<bool>>) -> Jsonl<'s, W> {
        Jsonl { out, log: EventLog::new(scenario), live, failed: None, unwatched }
    }

    /// The writer, for what follows the events; or why they could not all be written.
    ///
    /// # Errors
    ///
    /// The first error of a write.
    pub fn into_inner(self) -> io::Result<W> {
        match self.failed {
            None => Ok(self.out),
            Some(error) => Err(error),
        }
    }
}

impl<W: Write> Listener for Jsonl<'_, W> {
    fn event(&mut self, event: &Event<'_>) {
        if self.failed.is_some() {
            return;
        }
        let mut written = write_event(&mut self.out, &mut self.log, event);
        if self.live {
            written = written.and_then(|()| self.out.flush());
        }
        self.failed = written.err();
        self.unwatched.set(self.failed.is_some());
    }
}
