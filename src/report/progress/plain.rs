//! The run as lines, for wherever standard error is no terminal: a log, a pipe, a recorder.

use std::io::Write;

use super::phases::Phases;
use crate::event::{Ended, Event, Listener, State, Target, What, Word};
use crate::report::duration::{duration, thousands};
use crate::report::phrases::describe;
use crate::report::timeline::Phase;
use crate::scenario::{Nanos, Scenario};

/// With more awaitables than this, there is no line for each.
const MOST_WITH_LINES: usize = 100;
/// Of more awaitables than that, this many failures still get a line.
const FAILURES_WITH_LINES: usize = 10;
/// With more awaitables than that, there are at most about so many lines of counts.
const LINES_OF_COUNTS: usize = 100;

/// Writes a line for what happens, as it happens, and flushes it. Of more than a hundred awaitables it writes counts:
/// a line for each hundredth of them that has ended, and what the call itself does. No escape codes.
pub struct PlainProgress<'s, W: Write> {
    scenario: &'s Scenario,
    unicode: bool,
    out: W,
    /// The moment that the counts belong to.
    at: Nanos,
    phases: Phases,
    /// How many had ended when counts were last written.
    said: usize,
}

impl<'s, W: Write> PlainProgress<'s, W> {
    /// Lines to `out`; what it refuses is lost, as progress is not worth a run.
    pub fn new(scenario: &'s Scenario, unicode: bool, out: W) -> PlainProgress<'s, W> {
        let (at, phases, said) = (Nanos::ZERO, Phases::new(scenario.len()), 0);
        let mut plain = PlainProgress { scenario, unicode, out, at, phases, said };
        if plain.counts_only() {
            let awaitables = thousands(scenario.len() as u64);
            plain.write(&format!(
                "{awaitables} awaitables: counts instead of a line for each, and the first {FAILURES_WITH_LINES} that raise"
            ));
        }
        plain
    }

    fn counts_only(&self) -> bool {
        self.scenario.len() > MOST_WITH_LINES
    }

    fn line(&mut self, at: Nanos, text: &str) {
        let at = duration(at, self.unicode).to_string();
        self.write(&format!("{at:>8}  {text}"));
    }

    fn write(&mut self, line: &str) {
        // One write a line, so that two programs' lines never mix.
        let _ = self.out.write_all(format!("{line}\n").as_bytes());
        let _ = self.out.flush();
    }

    fn write_counts(&mut self) {
        if self.phases.ended() == self.said {
            return;
        }
        self.said = self.phases.ended();
        let mut text = format!("{} of {} ended", thousands(self.said as u64), thousands(self.scenario.len() as u64));
        let ended = [State::Returned, State::Raised, State::Cancelled]
            .map(|state| (self.phases.count(&[Phase::In(state)]), state.word().to_owned()));
        let running = self.phases.count(&[Phase::In(State::Running), Phase::CleaningUp]);
        let parts = ended.into_iter().chain([(running, format!("still {}", State::Running.word()))]);
        let mut separator = ": ";
        for (count, word) in parts.filter(|(count, _)| *count > 0) {
            text.push_str(&format!("{separator}{} {word}", thousands(count as u64)));
            separator = ", ";
        }
        self.line(self.at, &text);
    }

    fn count(&mut self, event: &Event<'_>) {
        if event.at != self.at {
            // The moment is over: only now are its counts what they stay.
            if self.phases.ended() - self.said >= self.scenario.len().div_ceil(LINES_OF_COUNTS) {
                self.write_counts();
            }
            self.at = event.at;
        }
        self.phases.event(event);
        match event.what {
            What::Finish { target: Target::Awaitable(_), ended: Ended::Raised(_), .. }
                if self.phases.count(&[Phase::In(State::Raised)]) <= FAILURES_WITH_LINES =>
            {
                self.line(event.at, &describe(event, self.scenario));
            }
            What::Finish { target: Target::Group(_), .. }
            | What::Cancel { target: Target::Group(_) | Target::Caller, .. }
            | What::Call { .. }
            | What::Timeout { .. }
            | What::Resume { .. } => {
                self.write_counts();
                self.line(event.at, &describe(event, self.scenario));
            }
            What::Exit => self.write_counts(),
            _ => {}
        }
    }
}

impl<W: Write> Listener for PlainProgress<'_, W> {
    fn event(&mut self, event: &Event<'_>) {
        if self.counts_only() {
            self.count(event);
            return;
        }
        match event.what {
            What::Start { .. }
            | What::Cancel { .. }
            | What::Cleanup { .. }
            | What::Finish { .. }
            | What::Call { .. }
            | What::Timeout { .. }
            | What::Resume { .. } => self.line(event.at, &describe(event, self.scenario)),
            // These are steps of the loop rather than of the story; `--events` tells them, the report warns and logs.
            What::Create { .. }
            | What::Await { .. }
            | What::Check { .. }
            | What::Callback { .. }
            | What::Warning { .. }
            | What::Log { .. }
            | What::Exit => {}
        }
    }
}

impl<W: Write> Drop for PlainProgress<'_, W> {
    fn drop(&mut self) {
        if self.counts_only() {
            self.write_counts();
        }
    }
}
