//! Text cut, padded and broken to columns, as a terminal counts them: wide characters take two, combining marks none.

use std::fmt::{self, Write};

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::escape::escaped;

/// What something displays, [escaped](super::escape) and cut to at most `width` columns, with `ellipsis` for what is
/// missing. Costs no more than what is kept, however long the whole is.
pub fn fit(shown: impl fmt::Display, width: usize, ellipsis: &str) -> String {
    let mut taken = Taken { text: String::new(), columns: 0, width };
    let whole = write!(taken, "{}", escaped(shown)).is_ok();
    let mut text = taken.text;
    if whole && text.width() <= width {
        return text;
    }
    let ellipsis = if ellipsis.width() <= width { ellipsis } else { "" };
    while text.width() + ellipsis.width() > width && text.pop().is_some() {}
    text.push_str(ellipsis);
    text
}

/// A text with spaces behind it up to `width` columns.
pub fn pad(text: &str, width: usize) -> impl fmt::Display + '_ {
    fmt::from_fn(move |f| write!(f, "{text}{:1$}", "", width.saturating_sub(text.width())))
}

/// A space at which no line breaks. No text from a scenario can hold it: it would have been escaped.
pub const GLUE: char = '\u{1f}';

/// Breaks a text into lines of at most so many columns: between words where it can, at a [`GLUE`] or within a word
/// where it must.
pub fn wrap(text: &str, room: usize) -> Vec<String> {
    let room = room.max(1);
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut pieces: Vec<&str> = Vec::new();
    for word in text.split(' ') {
        // What is long anyway had better fill its line than leave the one before it half empty.
        if word.width() <= room * 2 / 3 {
            pieces.push(word);
        } else {
            pieces.extend(word.split(GLUE));
        }
    }
    for piece in pieces {
        if !line.is_empty() && line.width() + 1 + piece.width() > room {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        let mut columns = line.width();
        for c in piece.chars() {
            let width = c.width().unwrap_or(0);
            if columns + width > room {
                lines.push(std::mem::take(&mut line));
                columns = 0;
            }
            columns += width;
            line.push(if c == GLUE { ' ' } else { c });
        }
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

/// A text in lines of at most so many columns, broken wherever one is full.
pub fn fold(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut columns = 0;
    for c in text.chars() {
        let wide = c.width().unwrap_or(0);
        if columns + wide > width && !line.is_empty() {
            lines.push(std::mem::take(&mut line));
            columns = 0;
        }
        columns += wide;
        line.push(c);
    }
    lines.push(line);
    lines
}

/// Takes text until it is surely wider than asked for, then refuses more.
struct Taken {
    text: String,
    columns: usize,
    width: usize,
}

impl Write for Taken {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for c in text.chars() {
            // Combining marks take no column; the second bound stops a tower of them.
            if self.columns > self.width || self.text.len() > 64 + 8 * self.width {
                return Err(fmt::Error);
            }
            self.columns += c.width().unwrap_or(0);
            self.text.push(c);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_cut_by_columns() {
        assert_eq!(fit("users", 5, "…"), "users");
        assert_eq!(fit("users", 4, "…"), "use…");
        assert_eq!(fit("日本語", 6, "…"), "日本語");
        assert_eq!(fit("日本語", 5, "…"), "日本…");
        assert_eq!(fit("日本語", 4, "…"), "日…");
        assert_eq!(fit("日本語", 4, "..."), "...");
        assert_eq!(fit("users", 2, "..."), "us");
        assert_eq!(fit("users", 0, "…"), "");
        assert_eq!(fit("\u{1b}[0m", 8, "…"), "\\x1b[0m");
    }

    #[test]
    fn what_is_endless_is_cut() {
        let endless = fmt::from_fn(|f| {
            loop {
                f.write_str("a\u{301}")?;
            }
        });
        assert_eq!(fit(endless, 3, "…"), "a\u{301}a\u{301}…");
        let tower = fmt::from_fn(|f| {
            loop {
                f.write_str("\u{301}")?;
            }
        });
        assert!(fit(tower, 3, "…").len() < 200);
    }

    #[test]
    fn lines_are_full() {
        assert_eq!(fold("abcdefgh", 3), ["abc", "def", "gh"]);
        assert_eq!(fold("日本語", 5), ["日本", "語"]);
        assert_eq!(fold("e\u{301}e\u{301}e", 2), ["e\u{301}e\u{301}", "e"]);
        assert_eq!(fold("日", 1), ["日"]);
        assert_eq!(fold("", 3), [""]);
    }

    #[test]
    fn lines_break_between_words_and_not_at_glue() {
        assert_eq!(wrap("users was still running", 10), ["users was", "still", "running"]);
        assert_eq!(wrap("it returned 0.5\u{1f}s later", 14), ["it returned", "0.5 s later"]);
        assert_eq!(wrap("raised E('a\u{1f}b\u{1f}c\u{1f}d')", 12), ["raised E('a", "b c d')"]);
        assert_eq!(wrap("a\u{1f}b\u{1f}c\u{1f}d\u{1f}e", 5), ["a b c", "d e"]);
        assert_eq!(wrap("unbreakable", 4), ["unbr", "eaka", "ble"]);
        assert_eq!(wrap("日本語", 5), ["日本", "語"]);
        assert!(wrap("", 5).is_empty());
    }

    #[test]
    fn padding_counts_columns() {
        assert_eq!(pad("日本", 6).to_string(), "日本  ");
        assert_eq!(pad("users", 3).to_string(), "users");
    }
}
