//! A line of a picture in characters: signs in columns, each with its look.

use std::fmt::Write;
use std::ops::Range;

use owo_colors::Style as Look;
use unicode_width::UnicodeWidthStr;

use super::glyph::Glyphs;
use super::style::Style;
use super::timeline::axis::Axis;
use super::timeline::{Phase, Row, RowOf, Segment};
use crate::event::{State, Status};

/// What stands in a column, and how it looks.
pub type Sign = (&'static str, Look);

/// A line, so many columns wide. A sign that is wider than one column stands over those behind it.
#[derive(Clone, Debug)]
pub struct Cells(Vec<Option<Sign>>);

impl Cells {
    /// An empty line.
    pub fn new(columns: usize) -> Cells {
        Cells(vec![None; columns])
    }

    /// Puts a sign into a column, if there is room for it.
    pub fn put(&mut self, column: usize, sign: Sign) {
        if column + sign.0.width() <= self.0.len() {
            self.0[column] = Some(sign);
        }
    }

    /// Fills columns with a sign, as far as there are any.
    pub fn fill(&mut self, columns: Range<usize>, sign: Sign) {
        if let Some(cells) = self.0.get_mut(columns) {
            cells.fill(Some(sign));
        }
    }

    /// Fills columns with what a row does in them; what still goes on reaches to `open`.
    pub fn segments(&mut self, row: &Row, axis: &Axis, open: usize, sign: impl Fn(&Segment) -> Sign) {
        for segment in &row.segments {
            let to = segment.to.map_or(open, |to| axis.column(to));
            self.fill(axis.column(segment.from)..to, sign(segment));
        }
    }

    /// The line up to its last sign, signs of one look in one go, and how many columns that takes.
    pub fn render(&self) -> (String, usize) {
        let (mut line, mut columns) = (String::new(), 0);
        let (mut text, mut current) = (String::new(), Look::new());
        for (column, cell) in self.0.iter().enumerate() {
            let Some((sign, look)) = cell else { continue };
            if column < columns {
                continue;
            }
            if current != *look {
                write_in(current, &mut text, &mut line);
                current = *look;
            }
            // Writing to a String never fails.
            let _ = write!(text, "{:1$}{sign}", "", column - columns);
            columns = column + sign.width();
        }
        write_in(current, &mut text, &mut line);
        (line, columns)
    }
}

fn write_in(look: Look, text: &mut String, line: &mut String) {
    if !text.is_empty() {
        let _ = write!(line, "{}", look.style(&*text));
        text.clear();
    }
}

/// The sign that a segment is filled with; `look` is that of a row at work.
pub fn segment_sign(glyphs: &Glyphs, style: &Style, of: RowOf, segment: &Segment, look: Look) -> Sign {
    match (segment.phase, of) {
        (Phase::In(State::NotCreated | State::NotStarted), _) => (glyphs.not_started, style.dim),
        (Phase::CleaningUp, _) => (glyphs.cleanup, style.cancelled),
        _ if segment.after_call => (glyphs.orphan, style.orphan),
        (_, RowOf::Awaitable) => (glyphs.running, look),
        (_, RowOf::Group | RowOf::Call) => (glyphs.call, look),
    }
}

/// The sign of an end.
pub fn end_sign(glyphs: &Glyphs, style: &Style, how: Status) -> Sign {
    match how {
        Status::Returned => (glyphs.returned, style.success),
        Status::Raised => (glyphs.raised, style.failure),
        Status::Cancelled => (glyphs.cancelled, style.cancelled),
        Status::Hangs => (glyphs.never, style.orphan),
    }
}
