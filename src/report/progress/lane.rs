//! One bar: an awaitable's course on the time axis as far as it has come, and how far it will go.

use std::fmt::Write;

use owo_colors::Style as Look;
use unicode_width::UnicodeWidthStr;

use super::axis::Axis;
use crate::report::glyph::Glyphs;
use crate::report::style::Style;
use crate::scenario::Nanos;

/// How frames look.
#[derive(Clone, Copy, Debug)]
pub(super) struct Theme {
    pub(super) style: Style,
    pub(super) glyphs: Glyphs,
    pub(super) unicode: bool,
}

/// What a bar shows.
#[derive(Clone, Copy, Debug)]
pub(super) struct Course {
    /// What stands before it began.
    pub(super) before: &'static str,
    /// When it began; `None`: not yet, or never.
    pub(super) from: Option<Nanos>,
    pub(super) cleanup: Option<Nanos>,
    /// When it ended, with the sign for how.
    pub(super) to: Option<(Nanos, &'static str, Look)>,
    /// When it will end, where that is known.
    pub(super) expected: Option<Nanos>,
    /// Whether it will never end by itself.
    pub(super) endless: bool,
    /// What it is drawn with while nothing more is to be said.
    pub(super) fill: (&'static str, Look),
    /// What its tip is drawn with.
    pub(super) tip: &'static str,
}

impl Theme {
    pub(super) fn new(style: Style, unicode: bool) -> Theme {
        Theme { style, glyphs: Glyphs::new(unicode), unicode }
    }

    /// The tip of a bar that still grows.
    pub(super) fn tip(&self) -> &'static str {
        if self.unicode { "╸" } else { ">" }
    }

    /// What lies ahead of a bar up to its known end.
    pub(super) fn track(&self) -> &'static str {
        if self.unicode { "─" } else { "_" }
    }

    /// An axis for bars that are `width` columns wide at most: an ASCII sign at the end takes more than one.
    pub(super) fn axis(&self, horizon: Nanos, now: Nanos, width: usize) -> Axis {
        Axis::new(horizon, now, width.saturating_sub(self.glyphs.widest_end().saturating_sub(1)))
    }

    /// A bar, `width` columns wide. `over` is when the call came back.
    pub(super) fn bar(&self, course: &Course, axis: &Axis, now: Nanos, over: Option<Nanos>, width: usize) -> String {
        let (glyphs, style) = (&self.glyphs, &self.style);
        let mut bar = Bar::new(width);
        let end = axis.column(course.to.map_or(now, |(to, ..)| to));
        let start = course.from.map_or(end, |from| axis.column(from));
        let over = over.map(|over| axis.column(over));
        let cleanup = course.cleanup.map(|cleanup| axis.column(cleanup));
        bar.fill(start, course.before, style.dim);
        for column in start..end {
            if over == Some(column) && column > start {
                bar.push(glyphs.moment, style.bold);
            } else if cleanup.is_some_and(|cleanup| column >= cleanup) {
                bar.push(glyphs.cleanup, style.cancelled);
            } else if over.is_some_and(|over| column >= over) {
                bar.push(glyphs.orphan, style.orphan);
            } else {
                bar.push(course.fill.0, course.fill.1);
            }
        }
        match (course.to, course.from) {
            (Some((_, sign, look)), _) => bar.push(sign, look),
            (None, None) => bar.push(course.before, style.dim),
            (None, Some(_)) => {
                if course.cleanup.is_some() {
                    bar.push(glyphs.cleanup, style.cancelled);
                } else if over.is_some() {
                    bar.push(glyphs.orphan, style.orphan);
                } else {
                    bar.push(course.tip, course.fill.1);
                }
                if let Some(expected) = course.expected {
                    bar.fill(axis.column(expected) + 1, self.track(), style.dim);
                } else if course.endless {
                    bar.push(glyphs.never, style.orphan);
                }
            }
        }
        bar.finish()
    }
}

/// A text that is built column by column and never wider than it may be; what stands side by side in one look is
/// written with one escape code.
struct Bar {
    text: String,
    columns: usize,
    width: usize,
    run: String,
    look: Look,
}

impl Bar {
    fn new(width: usize) -> Bar {
        Bar { text: String::new(), columns: 0, width, run: String::new(), look: Look::new() }
    }

    fn push(&mut self, glyph: &str, look: Look) {
        let columns = glyph.width();
        if self.columns + columns > self.width {
            return;
        }
        if look != self.look {
            self.flush();
            self.look = look;
        }
        self.run.push_str(glyph);
        self.columns += columns;
    }

    /// Up to that column, if it is not there yet.
    fn fill(&mut self, to: usize, glyph: &str, look: Look) {
        for _ in self.columns..to {
            self.push(glyph, look);
        }
    }

    fn flush(&mut self) {
        if !self.run.is_empty() {
            // Writing to a String never fails.
            let _ = write!(self.text, "{}", self.look.style(&self.run));
            self.run.clear();
        }
    }

    fn finish(mut self) -> String {
        self.flush();
        self.text.extend(std::iter::repeat_n(' ', self.width.saturating_sub(self.columns)));
        self.text
    }
}
