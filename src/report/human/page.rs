//! What every part of a report needs: the run, the room there is, the signs and the colours.

use std::fmt;
use std::io;

use owo_colors::Style as Look;

use crate::event::{Ended, Exception};
use crate::outcome::{AwaitableRecord, Run, Status};
use crate::report::cells::{Sign, end_sign};
use crate::report::duration::duration;
use crate::report::fit::{GLUE, fit, wrap};
use crate::report::glyph::Glyphs;
use crate::report::style::Style;
use crate::report::timeline::Marked;
use crate::scenario::{Id, Nanos, listed};

/// Lines of text are not longer than this, however wide the terminal: nobody likes to read them.
const READABLE: usize = 100;

/// A run on its way to a page.
#[derive(Clone, Copy)]
pub struct Page<'a> {
    /// What is reported.
    pub run: &'a Run<'a>,
    /// The columns there are, at least 40.
    pub width: usize,
    /// The signs.
    pub glyphs: Glyphs,
    /// The colours.
    pub style: Style,
    /// Whether more than ASCII may be written.
    pub unicode: bool,
}

impl<'a> Page<'a> {
    /// The ledger's line for an awaitable.
    pub fn entry(&self, id: Id) -> Option<&'a AwaitableRecord> {
        self.run.entries.get(id.index())
    }

    /// Whether the program came to its end, so that what is not finished only was not let finish.
    pub fn program_ended(&self) -> bool {
        self.run.interrupted || self.run.exited_at.is_some()
    }

    /// `gather()` or `wait()`.
    pub fn function(&self) -> &'static str {
        self.run.call.options().in_text()
    }

    /// What happened when the caller went on, for a sentence: `gather() raised`.
    pub fn came_back(&self) -> String {
        let caller = || "the caller was cancelled".to_owned();
        match self.run.outcome().status() {
            Status::Returned => format!("{} returned", self.function()),
            Status::Cancelled if self.run.main().called.is_none() || self.run.main().awaited.is_none() => caller(),
            Status::Raised | Status::Cancelled => format!("{} raised", self.function()),
            Status::Hangs => format!("{} hangs", self.function()),
        }
    }

    /// A moment or duration, unbroken.
    pub fn time(&self, nanos: Nanos) -> String {
        let text = duration(nanos, self.unicode).to_string();
        text.replace(' ', "\u{1f}")
    }

    /// An awaitable's name, unbroken.
    pub fn name(&self, id: Id) -> String {
        self.glued(self.run.scenario.name(id), self.width.saturating_sub(8).min(40))
    }

    /// The `repr` of what something ended with, unbroken.
    pub fn value(&self, ended: Ended) -> String {
        self.glued(self.ended(ended), self.width.saturating_sub(12).min(60))
    }

    /// The `repr` of an exception, whole but for one that would fill the page.
    pub fn exception(&self, exception: Exception) -> String {
        self.glued(self.ended(Ended::Raised(exception)), 4 * self.width)
    }

    /// The `repr` of what something ended with, whole.
    pub fn ended(&self, ended: Ended) -> impl fmt::Display + 'a {
        let run = self.run;
        ended.repr(run.scenario, move |returned| run.items(returned))
    }

    fn glued(&self, shown: impl fmt::Display, width: usize) -> String {
        fit(shown, width, self.glyphs.ellipsis).replace(' ', "\u{1f}")
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

/// `a`, `a and b`, `a, b and c`.
pub fn join(words: &[String]) -> String {
    listed(words, "and")
}
