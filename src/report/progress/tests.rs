//! Frames of real runs, looked at on the way.

mod awaitables;
mod call;
mod crowd;
mod plain;
mod terminal;

use unicode_width::UnicodeWidthStr;

use super::bar::Theme;
use super::frame::frame;
use super::layout::Size;
use super::run_so_far::RunSoFar;
use crate::calls::{Call, Function};
use crate::event::{Event, Recording, Target, What};
use crate::report::fit::pad;
use crate::report::style::Style;
use crate::scenario::{Nanos, Python, Scenario, Way, parse};
use crate::simulation::record;

/// A run of a scenario, which tests watch up to wherever they want to look at it.
struct Watched {
    scenario: Scenario,
    call: Call,
    events: Recording,
}

fn gather(toml: &str) -> Watched {
    Watched::new(toml, Function::Gather)
}

fn wait(toml: &str) -> Watched {
    Watched::new(toml, Function::Wait)
}

impl Watched {
    fn new(toml: &str, function: Function) -> Watched {
        let scenario = parse("scenario.toml", toml).unwrap_or_else(|problems| panic!("{problems}"));
        let call = scenario.call(function);
        let events = record(&scenario, call, Python::DEFAULT, &Way::default()).events;
        Watched { scenario, call, events }
    }

    /// What happens up to a moment.
    fn until(&self, seconds: f64) -> Vec<Event<'_>> {
        self.events.iter().take_while(|event| event.at <= moment(seconds)).collect()
    }

    /// What happens until so many awaitables have ended.
    fn until_ended(&self, mut count: usize) -> Vec<Event<'_>> {
        let before = |event: &Event<'_>| {
            let is_before = count > 0;
            count -= usize::from(is_before && matches!(event.what, What::Finish { target: Target::Awaitable(_), .. }));
            is_before
        };
        self.events.iter().take_while(before).collect()
    }

    /// The lines that a terminal of some size shows at a moment, after these events.
    fn lines(&self, events: &[Event<'_>], seconds: f64, (width, height): (usize, usize), theme: Theme) -> Vec<String> {
        let mut run = RunSoFar::new(&self.scenario, self.call, theme.unicode);
        events.iter().for_each(|event| run.event(event));
        frame(&mut run, moment(seconds), Size { width, height }, &theme)
    }

    /// The frame at a moment, with `|` where the terminal ends.
    fn at(&self, seconds: f64, size: (usize, usize), theme: Theme) -> String {
        text(&self.lines(&self.until(seconds), seconds, size, theme), size)
    }

    /// The frame at a moment on a usual terminal.
    fn show(&self, seconds: f64) -> String {
        self.at(seconds, (80, 24), plain())
    }
}

/// Lines as a terminal shows them that has room for them.
fn text(lines: &[String], (width, height): (usize, usize)) -> String {
    assert!(lines.len() <= height.saturating_sub(2).max(1), "{height} rows: {lines:#?}");
    assert!(lines.iter().all(|line| line.width() < width.max(1)), "{width} columns: {lines:#?}");
    lines.iter().map(|line| format!("{}|\n", pad(line, width))).collect()
}

fn moment(seconds: f64) -> Nanos {
    Nanos((seconds * 1e9).round() as u64)
}

fn plain() -> Theme {
    Theme::new(Style::plain(), true)
}

/// Three downloads, of which one fails and another is cancelled.
const DOWNLOADS: &str = r#"
    [[awaitable]]
    name = "users"
    delay = 1
    returns = ["ada", "grace"]
    [[awaitable]]
    name = "orders"
    delay = 0.5
    raises = "TimeoutError: upstream took too long"
    [[awaitable]]
    name = "audit"
    delay = 2
    cancel_at = 1.5
    [wait]
    return_when = "FIRST_EXCEPTION"
    timeout = 3
"#;

/// A thousand workers, of which every tenth fails.
fn crowd() -> Watched {
    let tables = (0..10).map(|table| {
        let end = if table == 3 { "raises = \"TimeoutError: no answer\"" } else { "returns = 1" };
        format!("[[awaitable]]\nname = \"worker{table}\"\ncount = 100\ndelay = \"{}00ms\"\n{end}\n", table + 1)
    });
    gather(&format!("{}[gather]\nreturn_exceptions = true\n", tables.collect::<String>()))
}

#[test]
fn a_terminal_of_any_size_is_kept_to() {
    for (watched, seconds) in [(gather(DOWNLOADS), 0.8), (crowd(), 0.5)] {
        for width in 0..130 {
            for height in [0, 1, 2, 3, 4, 5, 8, 24] {
                for unicode in [true, false] {
                    watched.at(seconds, (width, height), Theme::new(Style::plain(), unicode));
                }
            }
        }
    }
}
