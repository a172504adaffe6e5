//! One frame: the lines that a terminal of some size shows of a [`RunSoFar`] at a moment.
//!
//! No line is wider than the terminal less one column, so that none ever wraps, and there are at most as many as leave
//! two rows free. A line for each awaitable where that is possible, the call's own at the bottom; else
//! [counts](super::crowd).

use std::fmt::Display;

use owo_colors::Style as Look;
use unicode_width::UnicodeWidthStr;

use super::bar::{Ahead, Bar, Theme};
use super::crowd;
use super::layout::{INDENT, Layout, Size};
use super::run_so_far::{Failure, RunSoFar};
use crate::event::{Ended, Fate, State, Word};
use crate::outcome::{AwaitableRecord, Gave, Status};
use crate::report::duration::{elapsed, elapsed_of, took};
use crate::report::fit::{fit, pad};
use crate::report::timeline::axis::Axis;
use crate::report::timeline::{Mark, Phase, Row, RowOf};
use crate::scenario::{Id, Nanos, Scenario};

/// The lines that show a run at a moment.
pub(super) fn frame(run: &mut RunSoFar<'_>, now: Nanos, size: Size, theme: &Theme) -> Vec<String> {
    let most = size.height.saturating_sub(2).max(1);
    let frame = Frame::new(run, now, size.width, theme);
    let mut lines = Vec::new();
    if run.records.has_rows() && run.rows.len() < most {
        let entry = |id| run.records.of(id).unwrap_or(&AwaitableRecord::NEW);
        lines.extend(run.rows.iter().map(|(id, depth)| frame.awaitable(run, *id, entry(*id), *depth)));
    } else {
        crowd::lines(run, &frame, most.saturating_sub(1), &mut lines);
    }
    lines.push(frame.call(run));
    lines
}

/// What the lines of one frame have in common.
pub(super) struct Frame<'t> {
    pub(super) theme: &'t Theme,
    pub(super) layout: Layout,
    now: Nanos,
    axis: Axis,
    /// How far the axis reaches, as far as can be said.
    horizon: Nanos,
    /// What is said of what runs without the call.
    pub(super) leftover: Option<&'static str>,
}

/// What a line says.
struct Parts<'a> {
    name: &'a str,
    name_look: Look,
    bar: Bar,
    time: &'a str,
    state: &'a str,
    /// The look of the state's words.
    look: Look,
}

impl<'t> Frame<'t> {
    fn new(run: &RunSoFar<'_>, now: Nanos, terminal: usize, theme: &'t Theme) -> Frame<'t> {
        let layout = Layout::new(terminal, &run.widths);
        let call = &run.records.call;
        let leftover = |(_, status)| match call.called {
            Some(_) => call.call.options().words_of_leftover(status),
            None => "running, the caller was cancelled",
        };
        Frame {
            theme,
            layout,
            now,
            axis: theme.axis(run.horizon, now, layout.bar),
            horizon: run.horizon,
            leftover: run.timeline().over().map(leftover),
        }
    }

    /// The line of an awaitable.
    pub(super) fn awaitable(&self, run: &RunSoFar<'_>, id: Id, entry: &AwaitableRecord, depth: usize) -> String {
        let style = &self.theme.style;
        let phase = run.phases.of(id);
        let leftover = self.leftover.filter(|_| phase == Phase::In(State::Running));
        // A group that was cancelled has raised, as asyncio has it, but people say that it was cancelled.
        let sign = entry.ended.map_or_else(|| self.theme.sign(phase), |ended| self.theme.end_sign(ended.status()));
        let look = if leftover.is_some() { style.orphan } else { sign.1 };
        let row = run.timeline().row(id, entry);
        let sleep = run.sleep(id, phase);
        let since = entry.cleanup.filter(|_| phase == Phase::CleaningUp).or(row.begun);
        let time = match (entry.finished, since) {
            (Some(at), _) => row.begun.map(|begun| self.took(begun, at)),
            (None, Some(since)) => Some(self.elapsed(since, sleep)),
            (None, None) => None,
        };
        let words = match (entry.ended, leftover) {
            (Some(ended), _) => self.ended(ended, run.scenario),
            (None, Some(leftover)) => self.first_that_fits([leftover, &phase.words()]),
            (None, None) => self.first_that_fits([&*phase.words()]),
        };
        let ahead = match since.zip(sleep) {
            Some((since, sleep)) => Ahead::EndAt(since.after(sleep)),
            None if phase == Phase::In(State::Running) && run.is_endless(id) => Ahead::NoEnd,
            None => Ahead::Unknown,
        };
        self.line(&Parts {
            name: &self.name(run.scenario, id, depth),
            name_look: Look::new(),
            bar: Bar { row, look: style.running, end: (sign.0, look), ahead },
            time: time.as_deref().unwrap_or_default(),
            state: &words,
            look,
        })
    }

    /// The line of a failure of which no more is known than its moment.
    pub(super) fn failure(&self, run: &RunSoFar<'_>, failure: &Failure) -> String {
        let end = self.theme.end_sign(Status::Raised);
        let ended = Ended::Raised(failure.exception);
        let marks = vec![Mark::end(failure.at, Status::Raised)];
        let row = Row { of: RowOf::Awaitable, begun: None, segments: Vec::new(), marks };
        self.line(&Parts {
            name: &self.name(run.scenario, failure.id, 0),
            name_look: Look::new(),
            bar: Bar { row, look: end.1, end, ahead: Ahead::Unknown },
            time: &self.took(Nanos::ZERO, failure.at),
            state: &self.ended(ended, run.scenario),
            look: end.1,
        })
    }

    /// The line of the call itself.
    fn call(&self, run: &RunSoFar<'_>) -> String {
        let (style, call, timeline) = (&self.theme.style, &run.records.call, run.timeline());
        let options = call.call.options();
        let status = timeline.status();
        let end = match status {
            None | Some(Status::Hangs) => self.theme.sign(Phase::In(State::Running)),
            Some(how) => self.theme.end_sign(how),
        };
        let timeout = call.awaited.zip(options.timeout()).map(|(awaited, timeout)| awaited.after(timeout));
        let time = match (call.called, timeline.over()) {
            (Some(from), Some((at, _))) => self.took(from, at),
            (Some(from), None) => self.elapsed(from, timeout.map(|end| Nanos(end.0.saturating_sub(from.0)))),
            (None, _) => String::new(),
        };
        let returned = Status::Returned.word();
        let state = match (status, &call.outcome.gave) {
            (None, _) if call.called.is_none() => self.first_that_fits(["not called yet", "not called"]),
            (None, _) if call.awaited.is_none() => self.first_that_fits(["called, not awaited yet", "not awaited"]),
            (None | Some(Status::Hangs), _) => self.first_that_fits([State::Running.word()]),
            (Some(_), _) if call.called.is_none() => {
                self.first_that_fits(["never called: the caller was cancelled", "not called"])
            }
            (Some(Status::Returned), Some(Gave::Sets { done, pending })) => {
                let (in_done, in_pending) = (Fate::Done.word(), Fate::Pending.word());
                let sets = format!("{} {in_done}, {} {in_pending}", done.len(), pending.len());
                let how = if call.timed_out.is_some() { "timed out" } else { returned };
                self.first_that_fits([&*format!("{how}: {sets}"), &*sets, how])
            }
            (Some(Status::Returned), None) => {
                self.first_that_fits([&*format!("{returned}, not awaited yet"), returned])
            }
            (Some(Status::Returned), _) => self.first_that_fits([returned]),
            (Some(Status::Raised), Some(Gave::Raised(exception))) => {
                self.ended(Ended::Raised(*exception), run.scenario)
            }
            (Some(Status::Raised), _) => {
                call.settled.map_or_else(String::new, |(_, ended)| self.ended(ended, run.scenario))
            }
            (Some(Status::Cancelled), _) => self.first_that_fits([Status::Cancelled.word()]),
        };
        self.line(&Parts {
            name: call.call.function().name(),
            name_look: style.bold,
            // The moment that goes through the others' bars is where this one ends.
            bar: Bar {
                row: timeline.call_row(),
                look: end.1,
                end,
                ahead: timeout.map_or(Ahead::Unknown, Ahead::EndAt),
            },
            time: &time,
            state: &state,
            look: if call.called.is_none() { style.dim } else { end.1 },
        })
    }

    fn line(&self, parts: &Parts<'_>) -> String {
        let ellipsis = self.theme.glyphs.ellipsis;
        let gap = " ".repeat(self.layout.gap);
        let name = fit(parts.name, self.layout.name, ellipsis);
        let mut text = " ".repeat(self.layout.margin);
        text.push_str(&parts.name_look.style(pad(&name, self.layout.name)).to_string());
        if self.layout.bar > 0 {
            text.push_str(&gap);
            text.push_str(&self.theme.bar(&parts.bar, &self.axis, self.now, self.layout.bar));
        }
        if self.layout.state > 0 {
            let time = fit(parts.time, self.layout.time, ellipsis);
            text.push_str(&gap);
            text.push_str(&self.theme.style.dim.style(pad(&time, self.layout.time)).to_string());
            text.push_str(&gap);
            text.push_str(&parts.look.style(parts.state).to_string());
        }
        text
    }

    /// A name as far as there is room; of a clone's it keeps the number, which tells it from the others.
    fn name(&self, scenario: &Scenario, id: Id, depth: usize) -> String {
        let name = scenario.name(id);
        let number = name.number.map(|number| format!("-{number}")).unwrap_or_default();
        let indent = (INDENT * depth).min(self.layout.name / 2);
        let base = fit(name.base, self.layout.name.saturating_sub(indent + number.len()), self.theme.glyphs.ellipsis);
        format!("{:indent$}{base}{number}", "")
    }

    fn took(&self, from: Nanos, to: Nanos) -> String {
        took(Nanos(to.0.saturating_sub(from.0)), self.theme.unicode)
    }

    fn elapsed(&self, since: Nanos, total: Option<Nanos>) -> String {
        let so_far = Nanos(self.now.0.saturating_sub(since.0));
        match total {
            // What is due ends with the next pass; until then the clock must not pass its end.
            Some(total) if self.layout.totals => elapsed_of(so_far.min(total), total, self.theme.unicode),
            Some(total) => elapsed(so_far.min(total), total, self.theme.unicode),
            None => elapsed(so_far, self.horizon, self.theme.unicode),
        }
    }

    /// How something ended, in as many words as there is room for.
    fn ended(&self, ended: Ended, scenario: &Scenario) -> String {
        let word = ended.state().word();
        match ended {
            Ended::Returned(returned) => returned
                .value(scenario)
                .and_then(|value| self.whole(format_args!("{word} {value}")))
                .unwrap_or_else(|| self.first_that_fits([word])),
            Ended::Raised(exception) => self
                .whole(format_args!("{word} {}", exception.repr(scenario)))
                .or_else(|| self.whole(format_args!("{word} {}", exception.type_name(scenario))))
                .unwrap_or_else(|| fit(exception.type_name(scenario), self.layout.state, self.theme.glyphs.ellipsis)),
            Ended::Cancelled(_) => self.first_that_fits([word]),
        }
    }

    fn first_that_fits<'w>(&self, words: impl IntoIterator<Item = &'w str>) -> String {
        let mut last = "";
        for words in words {
            if words.width() <= self.layout.state {
                return words.to_owned();
            }
            last = words;
        }
        fit(last, self.layout.state, self.theme.glyphs.ellipsis)
    }

    /// A text, if all of it has room.
    fn whole(&self, text: impl Display) -> Option<String> {
        // Two more columns than there is room for: what is cut between wide characters is still too wide.
        let text = fit(text, self.layout.state + 2, "");
        (text.width() <= self.layout.state).then_some(text)
    }
}
