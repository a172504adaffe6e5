//! How far a comparison has come, on standard error.

use std::io::{self, Write as _};
use std::time::Duration;

use indicatif::{HumanDuration, ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use crate::cli::When;
use crate::commands::terminal;
use crate::report::duration::thousands;

/// How often the line is drawn anew although nothing has come of it: a hanging run must not look like a hanging program.
const TICK: Duration = Duration::from_millis(200);

/// A line that is redrawn, where a terminal is; plain lines where it is asked for and there is none.
pub struct Progress {
    bar: ProgressBar,
    plain: Option<PlainLines>,
}

/// A line at the start, and one at each tenth.
struct PlainLines {
    length: usize,
    done: usize,
}

impl Progress {
    pub fn new(length: usize, when: When) -> Progress {
        let terminal = terminal::redraws_on_stderr();
        let drawn = terminal && when != When::Never;
        let target = if drawn { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(Some(length as u64), target).with_style(style());
        if drawn {
            bar.tick();
            bar.enable_steady_tick(TICK);
        }
        let plain = (when == When::Always && !terminal).then_some(PlainLines { length, done: 0 });
        if let Some(plain) = &plain {
            plain.say();
        }
        Progress { bar, plain }
    }

    /// One more is done.
    pub fn advance(&mut self) {
        self.bar.inc(1);
        if let Some(plain) = &mut self.plain {
            let tenths = 10 * plain.done / plain.length;
            plain.done += 1;
            if 10 * plain.done / plain.length > tenths {
                plain.say();
            }
        }
    }

    /// What it does meanwhile.
    pub fn while_doing<T>(&self, what: &'static str, doing: impl FnOnce() -> T) -> T {
        self.bar.set_message(what);
        let done = doing();
        self.bar.set_message("");
        done
    }

    /// Lets something be written to the terminal.
    pub fn suspend<T>(&self, writing: impl FnOnce() -> T) -> T {
        self.bar.suspend(writing)
    }

    /// There is no more.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

impl PlainLines {
    fn say(&self) {
        let (done, length) = (thousands(self.done as u64), thousands(self.length as u64));
        // Progress that nobody reads is nobody's loss.
        let _ = writeln!(io::stderr(), "{done} of {length} scenarios compared");
    }
}

fn style() -> ProgressStyle {
    // Until one is done there is nothing to tell from how long all will take.
    let time = |state: &ProgressState, f: &mut dyn std::fmt::Write| {
        let _ = match state.pos() {
            0 => write!(f, "{} so far", HumanDuration(state.elapsed())),
            _ => write!(f, "{} left", HumanDuration(state.eta())),
        };
    };
    ProgressStyle::with_template("  {human_pos} of {human_len} scenarios compared, {time} {msg}")
        .unwrap_or_else(|_| ProgressStyle::default_spinner())
        .with_key("time", time)
}
