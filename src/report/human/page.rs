//! What every part of a report needs: the run, the room there is, the signs and the colours.

use std::fmt;
use std::io;

use owo_colors::Style as Look;

use crate::event::Ended;
use crate::outcome::{AwaitableRecord, Run, Status};
use crate::report::cells::{Sign, end_sign};
use crate::report::fit::{GLUE, wrap};
use crate::report::glyph::Glyphs;
use crate::report::story::Voice;
use crate::report::style::Style;
use crate::report::timeline::Marked;
use crate::scenario::{Id, Nanos};

/// Lines of text are not longer than this, however wide the terminal: nobody likes to read them.
const READABLE: usize = 100;

/// A run on its way to a page.
#[derive(Clone, Copy)]
pub struct Page<'a> {
    /// What is reported.
    pub run: &'a Run<'a>,
    /// How it is said.
    pub voice: Voice<'a>,
    /// The columns there are, at least 40.
    pub width: usize,
    /// The signs.
    pub glyphs: Glyphs,
    /// The colours.
    pub style: Style,
    /// Whether more than ASCII may be written.
    pub unicode: bool,
    /// Whether every lane and every result is shown, however many there are.
    pub all: bool,
}

impl<'a> Page<'a> {
    /// The ledger's line for an awaitable.
    pub fn entry(&self, id: Id) -> Option<&'a AwaitableRecord> {
        self.voice.entry(id)
    }

    /// A moment or duration, unbroken.
    pub fn time(&self, nanos: Nanos) -> String {
        self.voice.time(nanos)
    }

    /// An awaitable's name, unbroken.
    pub fn name(&self, id: Id) -> String {
        self.voice.name(id)
    }

    /// The `repr` of what something ended with, whole.
    pub fn ended(&self, ended: Ended) -> impl fmt::Display + 'a {
        self.voice.ended(ended)
    }

    /// The sign and the look of an end.
    pub fn end_sign(&self, ended: Ended) -> Sign {
        self.sign(ended.status())
    }

    /// The sign and the look of a mark of a row.
    pub fn mark_sign(&self, what: Marked) -> Sign {
        match what {
            Marked::End(how) => self.sign(how),
            Marked::CameBack(how) => (self.glyphs.moment, self.sign(how).1),
        }
    }

    /// The sign and the look of the call's own outcome.
    pub fn outcome_sign(&self) -> Sign {
        self.sign(self.run.outcome().status())
    }

    fn sign(&self, how: Status) -> Sign {
        end_sign(&self.glyphs, &self.style, how)
    }

    /// Writes a text, broken between words, each line behind `indent` columns; it begins with `subject`, in that look.
    pub fn paragraph(
        &self,
        out: &mut impl io::Write,
        indent: usize,
        (subject, look): (&str, Look),
        text: &str,
    ) -> io::Result<()> {
        let room = self.width.min(READABLE).saturating_sub(indent);
        for (index, line) in wrap(&format!("{subject}{text}"), room).iter().enumerate() {
            let subject = subject.replace(GLUE, " ");
            match line.strip_prefix(subject.as_str()) {
                Some(rest) if index == 0 && !subject.is_empty() => {
                    writeln!(out, "{:indent$}{}{rest}", "", look.style(&subject))?;
                }
                _ => writeln!(out, "{:indent$}{line}", "")?,
            }
        }
        Ok(())
    }
}
