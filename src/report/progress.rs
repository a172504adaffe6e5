//! A run while it goes on: a line for each awaitable, and one for the call itself, on standard error.
//!
//! [`Progress`] draws on a terminal, [`PlainProgress`] writes lines where there is none. Both listen to the events and
//! cost the run next to nothing: an event changes a few counters of the [`RunSoFar`], and at most twenty times a
//! second a `frame` is made of it, which indicatif puts on the `screen`.

mod bar;
mod crowd;
mod expected_end;
mod frame;
mod layout;
mod next_to_finish;
mod phases;
mod plain;
mod records;
mod run_so_far;
mod screen;
#[cfg(test)]
mod tests;

use std::io::{self, Write};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use terminal_size::{Height, Width, terminal_size_of};

pub use plain::PlainProgress;

use self::bar::Theme;
use self::frame::frame;
use self::layout::Size;
use self::run_so_far::RunSoFar;
use self::screen::Screen;
use crate::calls::Call;
use crate::event::{Event, Listener};
use crate::report::style::Style;
use crate::scenario::{Nanos, Scenario};

/// No more than twenty frames a second.
const BETWEEN_FRAMES: Duration = Duration::from_millis(50);

/// So many events go by before somebody looks at the clock; on the paced clock `tick` does so anyway.
const EVENTS_BETWEEN_LOOKS: u32 = 1024;

/// The live view on a terminal. Dropped, it takes everything off again and leaves the cursor where its first line was:
/// the report that follows says all of it.
pub struct Progress<'s> {
    run: RunSoFar<'s>,
    theme: Theme,
    terminal: Screen,
    size: fn() -> Size,
    /// Its message is the whole frame.
    bar: ProgressBar,
    /// The latest moment that is known.
    now: Nanos,
    drawn: Option<Instant>,
    events: u32,
}

impl<'s> Progress<'s> {
    /// A live view on standard error, which must be a terminal. Nothing is drawn before something happens.
    pub fn new(scenario: &'s Scenario, call: Call, style: Style, unicode: bool) -> Progress<'s> {
        Progress::on(Box::new(io::stderr()), terminal_size, scenario, call, style, unicode)
    }

    fn on(
        out: Box<dyn Write + Send>,
        size: fn() -> Size,
        scenario: &'s Scenario,
        call: Call,
        style: Style,
        unicode: bool,
    ) -> Progress<'s> {
        let terminal = Screen::new(out, size());
        let target = ProgressDrawTarget::term_like(Box::new(terminal.clone()));
        let bar = ProgressBar::with_draw_target(None, target);
        if let Ok(whole_frame) = ProgressStyle::with_template("{msg}") {
            bar.set_style(whole_frame);
        }
        Progress {
            run: RunSoFar::new(scenario, call, unicode),
            theme: Theme::new(style, unicode),
            terminal,
            size,
            bar,
            now: Nanos::ZERO,
            drawn: None,
            events: 0,
        }
    }

    fn draw_if_due(&mut self) {
        let now = Instant::now();
        if self.drawn.is_none_or(|drawn| now.duration_since(drawn) >= BETWEEN_FRAMES) {
            self.drawn = Some(now);
            self.draw();
        }
    }

    fn draw(&mut self) {
        let size = (self.size)();
        self.terminal.resize(size);
        self.bar.set_message(frame(&mut self.run, self.now, size, &self.theme).join("\n"));
    }
}

impl Listener for Progress<'_> {
    fn event(&mut self, event: &Event<'_>) {
        self.run.event(event);
        self.now = event.at;
        self.events += 1;
        if self.events == EVENTS_BETWEEN_LOOKS {
            self.events = 0;
            self.draw_if_due();
        }
    }

    fn tick(&mut self, now: Nanos) {
        self.now = self.now.max(now);
        self.draw_if_due();
    }
}

/// Also where a second Ctrl-C has ended the run.
impl Drop for Progress<'_> {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// The size of the terminal behind standard error, as it is now.
fn terminal_size() -> Size {
    match terminal_size_of(io::stderr()) {
        Some((Width(width), Height(height))) if width > 0 && height > 0 => {
            Size { width: width.into(), height: height.into() }
        }
        _ => Size { width: 80, height: 24 },
    }
}
