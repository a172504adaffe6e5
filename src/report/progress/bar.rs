//! One bar: what a row does on the time axis as far as it has come, and how far it will go.

use owo_colors::Style as Look;

use crate::event::{State, Status};
use crate::report::cells::{Cells, Sign, end_sign, segment_sign};
use crate::report::glyph::Glyphs;
use crate::report::style::Style;
use crate::report::timeline::axis::Axis;
use crate::report::timeline::{Marked, Phase, Row, RowOf, Segment};
use crate::scenario::Nanos;

/// How frames look.
#[derive(Clone, Copy, Debug)]
pub(super) struct Theme {
    pub(super) style: Style,
    pub(super) glyphs: Glyphs,
    pub(super) unicode: bool,
}

/// What a bar shows.
#[derive(Clone, Debug)]
pub(super) struct Bar {
    pub(super) row: Row,
    /// The look of what is at work.
    pub(super) look: Look,
    /// What it ends with, once it has ended.
    pub(super) end: Sign,
    pub(super) ahead: Ahead,
}

/// What lies ahead of a bar that still grows.
#[derive(Clone, Copy, Debug)]
pub(super) enum Ahead {
    Unknown,
    EndAt(Nanos),
    /// It never ends by itself.
    NoEnd,
}

impl Theme {
    pub(super) fn new(style: Style, unicode: bool) -> Theme {
        Theme { style, glyphs: Glyphs::new(unicode), unicode }
    }

    /// What lies ahead of a bar up to its known end.
    pub(super) fn track(&self) -> &'static str {
        if self.unicode { "─" } else { "_" }
    }

    /// The sign of a phase.
    pub(super) fn sign(&self, phase: Phase) -> Sign {
        let (glyphs, style) = (&self.glyphs, &self.style);
        match phase {
            Phase::In(State::NotCreated | State::NotStarted) => (glyphs.not_started, style.dim),
            Phase::In(State::Running) => (glyphs.running, style.running),
            Phase::CleaningUp => (glyphs.cleanup, style.cancelled),
            Phase::In(State::Returned) => self.end_sign(Status::Returned),
            Phase::In(State::Raised) => self.end_sign(Status::Raised),
            Phase::In(State::Cancelled) => self.end_sign(Status::Cancelled),
        }
    }

    /// The sign of an end.
    pub(super) fn end_sign(&self, how: Status) -> Sign {
        end_sign(&self.glyphs, &self.style, how)
    }

    /// An axis for bars that are `width` columns wide at most: an ASCII sign at the end takes more than one.
    pub(super) fn axis(&self, horizon: Nanos, now: Nanos, width: usize) -> Axis {
        Axis::growing(horizon, now, width.saturating_sub(self.glyphs.widest_end().saturating_sub(1)))
    }

    /// A bar at a moment, `width` columns wide.
    pub(super) fn bar(&self, bar: &Bar, axis: &Axis, now: Nanos, width: usize) -> String {
        let (row, glyphs, style) = (&bar.row, &self.glyphs, &self.style);
        let sign = |segment: &Segment| match (row.of, segment.phase) {
            // wait() was called; that it does nothing before it is awaited is said beside.
            (RowOf::Call, Phase::In(State::NotStarted)) => (glyphs.call, bar.look),
            _ => segment_sign(glyphs, style, row.of, segment, bar.look),
        };
        let mut cells = Cells::new(width);
        let end = axis.column(row.end().unwrap_or(now));
        cells.segments(row, axis, end, sign);
        for mark in &row.marks {
            let column = axis.column(mark.at);
            match mark.what {
                Marked::End(_) => cells.put(column, bar.end),
                // The column in which it begins shows that.
                Marked::CameBack(_) if row.begun.is_some_and(|begun| axis.column(begun) >= column) => {}
                Marked::CameBack(_) => cells.put(column, (glyphs.moment, style.bold)),
            }
        }
        if let (None, Some(last)) = (row.end(), row.segments.last()) {
            let tip = if self.unicode { "╸" } else { ">" };
            let is_tip = row.of == RowOf::Awaitable && last.phase == Phase::In(State::Running) && !last.after_call;
            cells.put(end, if is_tip { (tip, bar.look) } else { sign(last) });
            match bar.ahead {
                Ahead::Unknown => {}
                Ahead::EndAt(at) => cells.fill(end + 1..axis.column(at) + 1, (self.track(), style.dim)),
                Ahead::NoEnd => cells.put(end + 1, (glyphs.never, style.orphan)),
            }
        }
        let (mut text, columns) = cells.render();
        text.extend(std::iter::repeat_n(' ', width - columns));
        text
    }
}
