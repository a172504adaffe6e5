//! Two logs side by side, around the first place where they differ.

use std::io::{self, Write};

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::human::Appearance;
use super::log::Log;
use crate::report::escape::escape;
use crate::report::fit::{fit, fold, pad};
use crate::report::glyph::Glyphs;

/// So many lines before the first that differs, and so many after it.
const AROUND: (usize, usize) = (8, 6);
/// The first line that differs is shown in full below the table, up to so many rows.
const ROWS: usize = 6;
/// What is around the two columns: an indent or a mark before them, a bar between them.
const FRAME: usize = 7;

/// Writes a table of the two; below it, in full, the first two lines that differ, where a column has no room for them.
///
/// # Errors
///
/// What the writer says.
pub fn write_side_by_side(
    out: &mut impl Write,
    ours: &Log,
    theirs: &Log,
    cpython: &str,
    appearance: &Appearance,
) -> io::Result<()> {
    let (Log(ours), Log(theirs)) = (ours, theirs);
    let (failure, dim, ellipsis) = (appearance.style.failure, appearance.style.dim, appearance.glyphs.ellipsis);
    let bar = if appearance.glyphs == Glyphs::unicode() { "│" } else { "|" };
    let column = (appearance.width.saturating_sub(FRAME) / 2).clamp(10, 90);
    let cells = |left: &str, right: &str| (pad(left, column).to_string(), right.to_owned());

    let names = cells(&fit("asyncdemo", column, ellipsis), &fit(cpython, column, ellipsis));
    writeln!(out, "    {} {bar} {}", dim.style(names.0), dim.style(names.1))?;
    let length = ours.len().max(theirs.len());
    let first = (0..length).find(|line| ours.get(*line) != theirs.get(*line)).unwrap_or(length);
    for line in first.saturating_sub(AROUND.0)..(first + AROUND.1).min(length) {
        let (left, right) = (LogLine::of(ours.get(line)), LogLine::of(theirs.get(line)));
        let common = left.common(&right);
        if left == right {
            let cells = cells(&fit(&left.0, column, ellipsis), &fit(&right.0, column, ellipsis));
            writeln!(out, "    {} {bar} {}", cells.0, cells.1)?;
        } else {
            let cells = cells(&left.around(common, column, ellipsis), &right.around(common, column, ellipsis));
            writeln!(out, "  {} {} {bar} {}", failure.style("!"), failure.style(cells.0), failure.style(cells.1))?;
        }
    }
    let (left, right) = (LogLine::of(ours.get(first)), LogLine::of(theirs.get(first)));
    if left.0.width().max(right.0.width()) > column {
        let common = left.common(&right);
        let room = appearance.width.saturating_sub(6).max(10);
        for (name, line) in [("asyncdemo", &left), (cpython, &right)] {
            writeln!(out, "    {}", dim.style(fit(name, appearance.width.saturating_sub(4), ellipsis)))?;
            for row in fold(&line.around(common, ROWS * room, ellipsis), room) {
                writeln!(out, "      {row}")?;
            }
        }
    }
    Ok(())
}

/// A line of a log, ready for a terminal; nothing where the log has ended.
#[derive(PartialEq, Eq)]
struct LogLine(String);

impl LogLine {
    fn of(line: Option<&String>) -> LogLine {
        LogLine(line.map(|line| escape(line).to_string()).unwrap_or_default())
    }

    /// How many bytes two lines begin with alike.
    fn common(&self, other: &LogLine) -> usize {
        let mut ends = self.0.char_indices().zip(other.0.chars()).skip_while(|((_, c), d)| c == d);
        ends.next().map_or(self.0.len().min(other.0.len()), |((at, _), _)| at)
    }

    /// As much of it as there is room for, with the place where it begins to differ: what comes before is left out
    /// behind the line's first words, which tell when and where.
    fn around(&self, differs: usize, room: usize, ellipsis: &str) -> String {
        let text = self.0.as_str();
        // So much of what differs must be seen.
        let seen = room / 3;
        if text.width() <= room || text[..differs].width() + seen <= room {
            return fit(text, room, ellipsis);
        }
        let head = words(text, room / 3);
        let tail = room.saturating_sub(head.width() + ellipsis.width());
        // The word before it tells what it is that differs; more of what is before it, where the end leaves room.
        let word = text[..differs].rfind([' ', '(', '=', ',']).map_or(differs, |at| at + 1);
        let word = if text[word..differs].width() <= room / 4 { word } else { back(text, differs, room / 4) };
        let from = word.min(back(text, text.len(), tail));
        if from <= head.len() {
            return fit(text, room, ellipsis);
        }
        format!("{head}{ellipsis}{}", fit(&text[from..], tail, ellipsis))
    }
}

/// The first three words of a text, or as many of them as have room.
fn words(text: &str, room: usize) -> &str {
    let ends = text.match_indices(' ').map(|(at, _)| at + 1).take(3);
    ends.filter(|end| text[..*end].width() <= room).last().map_or("", |end| &text[..end])
}

/// The place that is so many columns before another.
fn back(text: &str, place: usize, columns: usize) -> usize {
    let mut left = columns;
    let before = text[..place].char_indices().rev().take_while(|(_, c)| {
        let wide = c.width().unwrap_or(0);
        let fits = wide <= left;
        left = left.saturating_sub(wide);
        fits
    });
    before.last().map_or(place, |(at, _)| at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::style::Style;

    fn shown(ours: &[&str], theirs: &[&str], width: usize, glyphs: Glyphs) -> String {
        let log = |lines: &[&str]| Log(lines.iter().map(|line| (*line).to_owned()).collect());
        let appearance = Appearance { width, glyphs, style: Style::plain() };
        let mut out = Vec::new();
        write_side_by_side(&mut out, &log(ours), &log(theirs), "CPython 3.13.0", &appearance).expect("memory takes it");
        let text = String::from_utf8(out).expect("it is UTF-8");
        for row in text.lines() {
            assert!(row.width() <= width, "{row:?} is wider than {width}");
        }
        text
    }

    const OURS: [&str; 3] = [
        "0 1 call function=gather",
        "1 5 finish g2 exception=CancelledError(\"the first of them\") outcome=cancelled",
        "1 5 exit",
    ];
    const THEIRS: [&str; 3] = [
        "0 1 call function=gather",
        "1 5 finish g2 exception=CancelledError(\"the last of them\") outcome=cancelled",
        "1 5 exit",
    ];

    #[test]
    fn short_lines_stand_in_the_table() {
        assert_eq!(
            shown(&["0 1 call", "1 2 exit"], &["0 1 call", "1 3 exit"], 40, Glyphs::unicode()),
            "    asyncdemo        │ CPython 3.13.0\n    0 1 call         │ 0 1 call\n  \
             ! 1 2 exit         │ 1 3 exit\n"
        );
    }

    #[test]
    fn the_place_where_they_differ_is_seen_at_every_width() {
        for (width, glyphs) in
            [40, 60, 80, 120].into_iter().zip([Glyphs::unicode(), Glyphs::ascii()].into_iter().cycle())
        {
            let text = shown(&OURS, &THEIRS, width, glyphs);
            let row = text.lines().find(|row| row.starts_with("  !")).expect("a row is marked");
            assert!(row.contains("first") && row.contains("last"), "at {width} columns:\n{text}");
            let whole: String = text.lines().map(|row| row.strip_prefix("      ").unwrap_or_default()).collect();
            assert!(whole.contains(OURS[1]) && whole.contains(THEIRS[1]), "at {width} columns:\n{text}");
        }
    }

    #[test]
    fn what_is_endless_is_cut_around_the_place_too() {
        let long = "x".repeat(5000);
        let (ours, theirs) = (format!("0 1 finish a value={long}1{long}"), format!("0 1 finish a value={long}2{long}"));
        let text = shown(&[&ours], &[&theirs], 80, Glyphs::unicode());
        assert!(text.contains("x1x") && text.contains("x2x"), "{text}");
        assert!(text.lines().count() <= 5 + 2 * ROWS, "{text}");
    }

    #[test]
    fn a_log_that_ends_sooner_has_nothing_there() {
        let text = shown(&OURS[..1], &THEIRS, 80, Glyphs::unicode());
        assert!(text.contains("\n  !") && text.contains("the last of them"), "{text}");
        assert!(shown(&["größe e\u{301} 日本語 \u{1b}[0m"], &[], 40, Glyphs::ascii()).contains("\\x1b"));
    }
}
