//! The run as lines, for wherever standard error is no terminal: a log, a pipe, a recorder.

use std::io::Write;

use crate::event::{Ended, Event, Listener, Made, Target, What};
use crate::report::duration::{ascii_duration, human_duration, thousands};
use crate::report::phrases::describe;
use crate::scenario::{Nanos, Scenario};

/// With more awaitables than this, there is no line for each.
const MOST_WITH_LINES: usize = 100;
/// Of more awaitables than that, so many failures get a line all the same.
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
    running: usize,
    returned: usize,
    raised: usize,
    cancelled: usize,
    /// How many had ended when counts were last written.
    said: usize,
}

impl<'s, W: Write> PlainProgress<'s, W> {
    /// Lines to `out`; what it refuses is lost, as progress is not worth a run.
    pub fn new(scenario: &'s Scenario, unicode: bool, out: W) -> PlainProgress<'s, W> {
        let (at, running, returned, raised, cancelled, said) = (Nanos::ZERO, 0, 0, 0, 0, 0);
        let mut plain = PlainProgress { scenario, unicode, out, at, running, returned, raised, cancelled, said };
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

    fn ended(&self) -> usize {
        self.returned + self.raised + self.cancelled
    }

    fn line(&mut self, at: Nanos, text: &str) {
        let at = if self.unicode { human_duration(at).to_string() } else { ascii_duration(at).to_string() };
        self.write(&format!("{at:>8}  {text}"));
    }

    fn write(&mut self, line: &str) {
        // One write a line, so that two programs' lines never mix.
        let _ = self.out.write_all(format!("{line}\n").as_bytes());
        let _ = self.out.flush();
    }

    fn write_counts(&mut self) {
        if self.ended() == self.said {
            return;
        }
        self.said = self.ended();
        let mut text = format!("{} of {} ended", thousands(self.said as u64), thousands(self.scenario.len() as u64));
        let parts = [
            (self.returned, "returned"),
            (self.raised, "raised"),
            (self.cancelled, "cancelled"),
            (self.running, "still running"),
        ];
        let mut separator = ": ";
        for (count, word) in parts.into_iter().filter(|(count, _)| *count > 0) {
            text.push_str(&format!("{separator}{} {word}", thousands(count as u64)));
            separator = ", ";
        }
        self.line(self.at, &text);
    }

    fn count(&mut self, event: &Event<'_>) {
        if event.at != self.at {
            // The moment is over: only now are its counts what they stay.
            if self.ended() - self.said >= self.scenario.len().div_ceil(LINES_OF_COUNTS) {
                self.write_counts();
            }
            self.at = event.at;
        }
        match event.what {
            What::Start { .. } | What::Create { made: Made::Future | Made::Gather, .. } => self.running += 1,
            What::Finish { target: Target::Awaitable(_), ended, .. } => {
                self.running = self.running.saturating_sub(1);
                match ended {
                    Ended::Returned(_) => self.returned += 1,
                    Ended::Cancelled(_) => self.cancelled += 1,
                    Ended::Raised(_) => {
                        self.raised += 1;
                        if self.raised <= FAILURES_WITH_LINES {
                            self.line(event.at, &describe(event, self.scenario));
                        }
                    }
                }
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
