//! One frame: the lines that a terminal of some size shows of a [`Board`] at a moment.
//!
//! No line is wider than the terminal less one column, so that none ever wraps, and there are at most as many as leave
//! two rows free. A line for each awaitable where that is possible, the call's own at the bottom; else
//! [counts](super::tally).

use std::fmt::Display;

use owo_colors::Style as Look;
use unicode_width::UnicodeWidthStr;

use super::axis::Axis;
use super::board::{Board, Lane, Phase};
use super::call::Came;
use super::lane::{Course, Theme};
use super::stopwatch;
use super::tally;
use crate::event::{Ended, Exception};
use crate::report::fit::{fit, pad};
use crate::scenario::{Id, Kind, Nanos, Scenario};

/// A terminal's size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Size {
    pub(super) width: usize,
    pub(super) height: usize,
}

/// The lines that show `board` at `now`.
pub(super) fn frame(board: &mut Board<'_>, now: Nanos, size: Size, theme: &Theme) -> Vec<String> {
    let most = size.height.saturating_sub(2).max(1);
    let canvas = Canvas::new(board, now, size.width, theme);
    let mut lines = Vec::new();
    match board.rows() {
        Some(rows) if rows.len() < most => {
            for row in rows {
                lines.push(canvas.awaitable(board, row.id, board.lane(row.id), row.depth));
            }
        }
        _ => tally::lines(board, &canvas, most.saturating_sub(1), &mut lines),
    }
    lines.push(canvas.call(board));
    lines
}

/// The widest that a scenario's names get, and what its delays need to be timed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Columns {
    pub(super) name: usize,
    pub(super) time: usize,
}

impl Columns {
    /// Found once: one look at each table, whatever its `count`.
    pub(super) fn of(scenario: &Scenario, depth: impl Fn(Id) -> usize, unicode: bool) -> Columns {
        let mut columns = Columns { name: "gather".len(), time: "0.0 s".len() };
        for awaitable in &scenario.awaitables {
            let Some(last) = awaitable.ids.end.checked_sub(1).map(Id) else { continue };
            let name = fit(scenario.name(last), WIDEST_NAME, "").width();
            columns.name = columns.name.max(name + INDENT * depth(last));
            if let Some(delay) = super::board::delay(scenario, last) {
                columns.time = columns.time.max(stopwatch::elapsed_of(delay, delay, unicode).width());
            }
        }
        columns
    }
}

/// How far a member stands under its group.
const INDENT: usize = 2;
/// No name takes more columns.
const WIDEST_NAME: usize = 40;
/// A bar of fewer columns says nothing, and is left out.
const SHORTEST_BAR: usize = 6;

/// Where everything stands in a line: `margin name gap bar gap time gap state`.
pub(super) struct Canvas<'t> {
    theme: &'t Theme,
    now: Nanos,
    over: Option<Nanos>,
    leftover: Option<&'static str>,
    axis: Axis,
    scale: Nanos,
    /// What a line has altogether.
    pub(super) width: usize,
    pub(super) margin: usize,
    gap: usize,
    name: usize,
    bar: usize,
    time: usize,
    state: usize,
    /// Whether there is room for `0.7 / 1 s`; else it is `0.7 s`.
    totals: bool,
}

/// What a line says.
struct Line<'a> {
    name: &'a str,
    name_look: Look,
    course: Course,
    /// Where the moment of the call's return goes through the bar.
    over: Option<Nanos>,
    time: &'a str,
    state: &'a str,
    /// The look of the state's words.
    look: Look,
}

impl<'t> Canvas<'t> {
    fn new(board: &Board<'_>, now: Nanos, terminal: usize, theme: &'t Theme) -> Canvas<'t> {
        // The last column stays free: a terminal would wait there to wrap.
        let width = terminal.saturating_sub(1);
        let totals = width >= 59;
        let margin = if totals { 2 } else { 1 }.min(width);
        let gap = if width >= 71 { 2 } else { 1 };
        let mut left = width - margin;
        let name = board.columns.name.min(8.max(width / 4)).min(left);
        left -= name;
        let time = if totals { board.columns.time.min(24) } else { "00.0 s".len() };
        let wished = match width {
            99.. => width * 2 / 5,
            71.. => 28,
            55.. => 18,
            _ => 11,
        };
        let bar = left.saturating_sub(3 * gap + time + wished);
        let (bar, gaps) = if bar < SHORTEST_BAR { (0, 2) } else { (bar, 3) };
        let state = left.saturating_sub(gaps * gap + time + bar);
        let time = if state == 0 { 0 } else { time };
        Canvas {
            theme,
            now,
            over: board.call.over().map(|(over, _)| over),
            leftover: board.call.leftover_words(),
            axis: theme.axis(board.horizon, now, bar),
            scale: board.horizon,
            width,
            margin,
            gap,
            name,
            bar,
            time,
            state,
            totals,
        }
    }

    /// The line of an awaitable.
    pub(super) fn awaitable(&self, board: &Board<'_>, id: Id, lane: Lane, depth: usize) -> String {
        let (style, glyphs) = (&self.theme.style, &self.theme.glyphs);
        let phase = board.phase(id);
        let is_group = matches!(board.scenario.awaitable(id).kind, Kind::Gather(_));
        let leftover = self.leftover.filter(|_| matches!(phase, Phase::Running));
        let look = match phase {
            Phase::Running if leftover.is_some() => style.orphan,
            phase => self.look(phase),
        };
        let sleep = match phase {
            Phase::CleaningUp => board.cleanup(id),
            _ => board.delay(id),
        };
        let since = lane.cleanup.filter(|_| phase == Phase::CleaningUp).or(lane.started);
        let course = Course {
            before: glyphs.not_started,
            from: lane.started,
            cleanup: lane.cleanup,
            to: lane.finished.map(|(at, _)| (at, self.sign(phase), look)),
            expected: since.zip(sleep).map(|(since, sleep)| super::axis::later(since, sleep)),
            endless: phase == Phase::Running && board.is_endless(id),
            fill: if is_group { (glyphs.call, style.running) } else { (glyphs.running, style.running) },
            tip: if is_group { glyphs.call } else { self.theme.tip() },
        };
        let time = match (lane.finished, since) {
            (Some((at, _)), _) => lane.started.map(|from| self.took(from, at)),
            (None, Some(since)) => Some(self.elapsed(since, sleep)),
            (None, None) => None,
        };
        let state = match (lane.finished, leftover) {
            (Some((_, ended)), _) => self.ended(ended, board.scenario),
            (None, Some(leftover)) => self.first_that_fits([leftover, phase.word()]),
            (None, None) => self.first_that_fits([phase.word()]),
        };
        let name = self.name(board.scenario, id, depth);
        let time = time.as_deref().unwrap_or_default();
        self.line(&Line { name: &name, name_look: Look::new(), course, over: self.over, time, state: &state, look })
    }

    /// The line of a failure of which no more is known than its moment.
    pub(super) fn failure(&self, board: &Board<'_>, id: Id, at: Nanos, exception: Exception) -> String {
        let (style, glyphs) = (&self.theme.style, &self.theme.glyphs);
        let course = Course {
            before: " ",
            from: Some(at),
            cleanup: None,
            to: Some((at, glyphs.raised, style.failure)),
            expected: None,
            endless: false,
            fill: (" ", Look::new()),
            tip: " ",
        };
        let state = self.ended(Ended::Raised(exception), board.scenario);
        let name = self.name(board.scenario, id, 0);
        let (time, look) = (&self.took(Nanos::ZERO, at), style.failure);
        self.line(&Line { name: &name, name_look: Look::new(), course, over: None, time, state: &state, look })
    }

    /// The line of gather() or wait() itself.
    fn call(&self, board: &Board<'_>) -> String {
        let (style, glyphs) = (&self.theme.style, &self.theme.glyphs);
        let call = &board.call;
        let outcome = call.outcome();
        let (sign, look) = match outcome {
            None => (glyphs.call, style.running),
            Some(Came::Returned | Came::Sets { .. }) => (glyphs.returned, style.success),
            Some(Came::Raised(_)) => (glyphs.raised, style.failure),
            Some(Came::Cancelled(_)) => (glyphs.cancelled, style.cancelled),
        };
        let course = Course {
            before: glyphs.not_started,
            from: call.called,
            cleanup: None,
            to: call.over().map(|(at, _)| (at, sign, look)),
            expected: call.expected_end(),
            endless: false,
            fill: (glyphs.call, look),
            tip: glyphs.call,
        };
        let time = match (call.called, call.over()) {
            (Some(from), Some((at, _))) => self.took(from, at),
            (Some(from), None) => {
                self.elapsed(from, call.expected_end().map(|end| Nanos(end.0.saturating_sub(from.0))))
            }
            (None, _) => String::new(),
        };
        let state = match outcome {
            None if call.called.is_none() => self.first_that_fits(["not called yet", "not called"]),
            None if call.awaited.is_none() => self.first_that_fits(["called, not awaited yet", "not awaited"]),
            None => self.first_that_fits(["running"]),
            Some(_) if call.called.is_none() => {
                self.first_that_fits(["never called: the caller was cancelled", "not called"])
            }
            Some(Came::Returned) if !call.is_back() => self.first_that_fits(["returned, not awaited yet", "returned"]),
            Some(Came::Returned) => self.first_that_fits(["returned"]),
            Some(Came::Sets { done, pending }) => {
                let sets = format!("{done} done, {pending} pending");
                let how = if call.timed_out() { "timed out" } else { "returned" };
                self.first_that_fits([&*format!("{how}: {sets}"), &*sets, how])
            }
            Some(Came::Raised(exception)) => self.ended(Ended::Raised(exception), board.scenario),
            Some(Came::Cancelled(exception)) => self.ended(Ended::Cancelled(exception), board.scenario),
        };
        let look = if call.called.is_none() { style.dim } else { look };
        // The moment that goes through the others' lanes is where this one ends.
        self.line(&Line {
            name: call.name(),
            name_look: style.bold,
            course,
            over: None,
            time: &time,
            state: &state,
            look,
        })
    }

    fn line(&self, line: &Line<'_>) -> String {
        let ellipsis = self.theme.glyphs.ellipsis;
        let gap = " ".repeat(self.gap);
        let name = fit(line.name, self.name, ellipsis);
        let mut text = " ".repeat(self.margin);
        text.push_str(&line.name_look.style(pad(&name, self.name)).to_string());
        if self.bar > 0 {
            text.push_str(&gap);
            text.push_str(&self.theme.bar(&line.course, &self.axis, self.now, line.over, self.bar));
        }
        if self.state > 0 {
            let time = fit(line.time, self.time, ellipsis);
            text.push_str(&gap);
            text.push_str(&self.theme.style.dim.style(pad(&time, self.time)).to_string());
            text.push_str(&gap);
            text.push_str(&line.look.style(line.state).to_string());
        }
        text
    }

    /// A name as far as there is room; of a clone's it keeps the number, which tells it from the others.
    fn name(&self, scenario: &Scenario, id: Id, depth: usize) -> String {
        let name = scenario.name(id);
        let number = name.number.map(|number| format!("-{number}")).unwrap_or_default();
        let indent = (INDENT * depth).min(self.name / 2);
        let base = fit(name.base, self.name.saturating_sub(indent + number.len()), self.theme.glyphs.ellipsis);
        format!("{:indent$}{base}{number}", "")
    }

    fn took(&self, from: Nanos, to: Nanos) -> String {
        stopwatch::took(Nanos(to.0.saturating_sub(from.0)), self.theme.unicode)
    }

    fn elapsed(&self, since: Nanos, total: Option<Nanos>) -> String {
        let elapsed = Nanos(self.now.0.saturating_sub(since.0));
        match total {
            // What is due ends with the next pass; until then the clock must not pass its end.
            Some(total) if self.totals => stopwatch::elapsed_of(elapsed.min(total), total, self.theme.unicode),
            Some(total) => stopwatch::elapsed(elapsed.min(total), total, self.theme.unicode),
            None => stopwatch::elapsed(elapsed, self.scale, self.theme.unicode),
        }
    }

    /// How something ended, in as many words as there is room for.
    fn ended(&self, ended: Ended, scenario: &Scenario) -> String {
        match ended {
            Ended::Returned(returned) => match returned.value(scenario) {
                Some(value) => {
                    self.whole(format_args!("returned {value}")).unwrap_or_else(|| self.first_that_fits(["returned"]))
                }
                None => self.first_that_fits(["returned"]),
            },
            Ended::Raised(exception) => self
                .whole(format_args!("raised {}", exception.repr(scenario)))
                .or_else(|| self.whole(format_args!("raised {}", exception.type_name(scenario))))
                .unwrap_or_else(|| fit(exception.type_name(scenario), self.state, self.theme.glyphs.ellipsis)),
            Ended::Cancelled(_) => self.first_that_fits(["cancelled"]),
        }
    }

    fn first_that_fits<'w>(&self, words: impl IntoIterator<Item = &'w str>) -> String {
        let mut last = "";
        for words in words {
            if words.width() <= self.state {
                return words.to_owned();
            }
            last = words;
        }
        fit(last, self.state, self.theme.glyphs.ellipsis)
    }

    /// A text, if all of it has room.
    fn whole(&self, text: impl Display) -> Option<String> {
        // Two more columns than there is room for: what is cut between wide characters is still too wide.
        let text = fit(text, self.state + 2, "");
        (text.width() <= self.state).then_some(text)
    }

    /// The look of a state.
    pub(super) fn look(&self, phase: Phase) -> Look {
        let style = &self.theme.style;
        match phase {
            Phase::NotStarted => style.dim,
            Phase::Running => style.running,
            Phase::CleaningUp | Phase::Cancelled => style.cancelled,
            Phase::Returned => style.success,
            Phase::Raised => style.failure,
        }
    }

    /// The sign of a state.
    pub(super) fn sign(&self, phase: Phase) -> &'static str {
        let glyphs = &self.theme.glyphs;
        match phase {
            Phase::NotStarted => glyphs.not_started,
            Phase::Running => glyphs.running,
            Phase::CleaningUp => glyphs.cleanup,
            Phase::Returned => glyphs.returned,
            Phase::Raised => glyphs.raised,
            Phase::Cancelled => glyphs.cancelled,
        }
    }

    pub(super) fn theme(&self) -> &Theme {
        self.theme
    }

    /// What is said of an awaitable that runs on although the call is over.
    pub(super) fn leftover(&self) -> Option<&'static str> {
        self.leftover
    }
}
