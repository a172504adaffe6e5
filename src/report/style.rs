//! Colour, by role: what is shown names a role, and only this file says what the role looks like.
//!
//! Plain by default. Whether colours are wanted (`--color`, `NO_COLOR`, a pipe) is decided where the program meets
//! its surroundings, once, and arrives here as one of the two constructors.

use owo_colors::Style as Look;

/// How each role looks. [`Style::default`] is plain: it never writes an escape code.
#[derive(Clone, Copy, Debug, Default)]
pub struct Style {
    /// It returned.
    pub success: Look,
    /// It raised.
    pub failure: Look,
    /// It was cancelled, or cleans up after that.
    pub cancelled: Look,
    /// It runs.
    pub running: Look,
    /// It runs on although the call has returned; it is pending; it never finishes.
    pub orphan: Look,
    /// What is there but matters less: ticks, dots, comments, counts.
    pub dim: Look,
    /// Names, and what a paragraph is about.
    pub bold: Look,
    /// What Python would warn about or log.
    pub warning: Look,
}

impl Style {
    /// No escape codes at all.
    pub fn plain() -> Style {
        Style::default()
    }

    /// The 16 colours that every terminal has, so that the reader's own theme holds.
    pub fn coloured() -> Style {
        Style {
            success: Look::new().green(),
            failure: Look::new().red(),
            cancelled: Look::new().yellow(),
            running: Look::new().cyan(),
            orphan: Look::new().magenta(),
            dim: Look::new().dimmed(),
            bold: Look::new().bold(),
            warning: Look::new().yellow(),
        }
    }

    /// Whichever of the two is asked for.
    pub fn new(coloured: bool) -> Style {
        if coloured { Style::coloured() } else { Style::plain() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_writes_no_escape_codes() {
        let style = Style::default();
        for role in [style.success, style.failure, style.cancelled, style.running, style.orphan, style.dim, style.bold]
        {
            assert_eq!(role.style("text").to_string(), "text");
        }
    }

    #[test]
    fn coloured_ends_what_it_begins() {
        assert_eq!(Style::coloured().failure.style("text").to_string(), "\u{1b}[31mtext\u{1b}[0m");
    }
}
