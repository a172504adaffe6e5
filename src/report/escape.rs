//! Text from a scenario is data: nothing in it may act on a terminal.
//!
//! Control characters, escape sequences, bidirectional controls, zero-width and unassigned characters are shown as
//! Python's `repr` shows them (`\x1b`, `\u202e`). What can be printed stays as it is, quotes, backslashes and
//! combining marks included, so that a `repr` that is already escaped goes through unchanged.

use std::fmt::{self, Write};

use crate::scenario::{is_harmless, write_escape};

/// A text, ready for a terminal. `Display` writes it.
pub fn escape(text: &str) -> impl fmt::Display + '_ {
    fmt::from_fn(move |f| Escaping(f).write_str(text))
}

/// What something displays, ready for a terminal.
pub fn escaped(shown: impl fmt::Display) -> impl fmt::Display {
    fmt::from_fn(move |f| write!(Escaping(f), "{shown}"))
}

/// Escapes everything that is written through it.
struct Escaping<W>(W);

impl<W: Write> Write for Escaping<W> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let mut rest = text;
        while let Some((at, c)) = rest.char_indices().find(|(_, c)| !is_harmless(*c)) {
            self.0.write_str(&rest[..at])?;
            write_escape(&mut self.0, c)?;
            rest = &rest[at + c.len_utf8()..];
        }
        self.0.write_str(rest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        assert_eq!(escape(text).to_string(), expected);
        assert_eq!(escaped(text).to_string(), expected);
    }

    #[test]
    fn what_acts_on_a_terminal_is_shown_and_does_not_act() {
        check("\u{1b}[2J", "\\x1b[2J");
        check("\u{9b}31m", "\\x9b31m");
        check("a\rb\nc\td", "a\\rb\\nc\\td");
        check("\u{7}\u{8}\0\u{7f}", "\\x07\\x08\\x00\\x7f");
        check("next\u{85}line", "next\\x85line");
        check("evil\u{202e}txt", "evil\\u202etxt");
        check("\u{2066}\u{2069}\u{200e}\u{61c}", "\\u2066\\u2069\\u200e\\u061c");
        check("zero\u{200b}width\u{feff}", "zero\\u200bwidth\\ufeff");
        check("\u{2028}\u{2029}\u{ad}", "\\u2028\\u2029\\xad");
        check("tag\u{e0041}", "tag\\U000e0041");
    }

    #[test]
    fn what_can_be_printed_stays() {
        check("it's \"quoted\" \\n", "it's \"quoted\" \\n");
        check("naïve e\u{301} 日本語 🦀 हिन्दी", "naïve e\u{301} 日本語 🦀 हिन्दी");
        check("wide\u{3000}space\u{a0}", "wide\u{3000}space\u{a0}");
        check("", "");
    }
}
