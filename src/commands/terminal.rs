//! What the program is started in: terminals, their width, the locale, and what the environment asks for.

use std::env;
use std::io::{self, IsTerminal};

use terminal_size::{Width, terminal_size_of};

use crate::cli::When;

/// Where nobody says how wide it is.
const DEFAULT_WIDTH: usize = 80;

/// Whether standard output is to be coloured.
pub fn colour_on_stdout(flag: When) -> bool {
    colour(flag, io::stdout().is_terminal())
}

/// Whether standard error is to be coloured; `None` where no flag says.
pub fn colour_on_stderr(flag: Option<When>) -> bool {
    colour(flag.unwrap_or(When::Auto), io::stderr().is_terminal())
}

/// The flag wins, then `NO_COLOR`, then `CLICOLOR_FORCE`, then what the stream is.
fn colour(flag: When, terminal: bool) -> bool {
    match flag {
        When::Always => true,
        When::Never => false,
        When::Auto if is_set("NO_COLOR") => false,
        When::Auto if is_set("CLICOLOR_FORCE") && !is("CLICOLOR_FORCE", "0") => true,
        When::Auto => terminal && !is("TERM", "dumb") && !is("CLICOLOR", "0"),
    }
}

/// Whether the locale can show more than ASCII: the first of the three variables that is set decides, as for every
/// program of the C library. Windows has no such variables, and its consoles take UTF-8.
pub fn unicode() -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].iter().filter_map(env::var_os).find(|value| !value.is_empty());
    match locale {
        Some(locale) => {
            let locale = locale.to_string_lossy().to_ascii_lowercase();
            locale.contains("utf-8") || locale.contains("utf8")
        }
        None => cfg!(windows),
    }
}

/// Columns of what standard output goes to.
pub fn width_of_stdout() -> usize {
    known_width_of_stdout().unwrap_or(DEFAULT_WIDTH)
}

/// The same, where a terminal or the environment says how many: a log has room for more than anybody would guess.
pub fn known_width_of_stdout() -> Option<usize> {
    known_width(terminal_size_of(io::stdout()))
}

/// Columns of what standard error goes to.
pub fn width_of_stderr() -> usize {
    known_width(terminal_size_of(io::stderr())).unwrap_or(DEFAULT_WIDTH)
}

fn known_width(size: Option<(Width, terminal_size::Height)>) -> Option<usize> {
    let by_terminal = size.map(|(Width(columns), _)| usize::from(columns)).filter(|columns| *columns > 0);
    let by_shell = || env::var("COLUMNS").ok()?.parse().ok().filter(|columns| *columns > 0);
    by_terminal.or_else(by_shell)
}

/// Whether somebody sits before standard error and watches.
pub fn watched() -> bool {
    io::stderr().is_terminal() && !(is_set("CI") && !is("CI", "false") && !is("CI", "0"))
}

/// Whether standard error is a terminal that can redraw a line.
pub fn redraws_on_stderr() -> bool {
    io::stderr().is_terminal() && !is("TERM", "dumb")
}

/// Whether standard output is a terminal.
pub fn stdout_is_terminal() -> bool {
    io::stdout().is_terminal()
}

fn is_set(name: &str) -> bool {
    env::var_os(name).is_some_and(|value| !value.is_empty())
}

fn is(name: &str, wanted: &str) -> bool {
    env::var_os(name).is_some_and(|value| value == wanted)
}
