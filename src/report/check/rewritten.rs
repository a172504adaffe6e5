//! What `check --write` changed in a file.

use std::io::{self, Write};

use crate::expect::{Edit, Rewritten};
use crate::report::escape::{escape, escaped};
use crate::report::fit::fit;
use crate::report::glyph::Glyphs;
use crate::report::style::Style;
use crate::report::words::count;

use super::call_words;

/// How many columns of a value are shown.
const VALUE_COLUMNS: usize = 300;

/// Says what is different in a file, and what it came to in one last line.
///
/// # Errors
///
/// What the writer says.
pub fn write_rewritten(
    out: &mut impl Write,
    source: &str,
    rewritten: &Rewritten,
    style: Style,
    unicode: bool,
) -> io::Result<()> {
    let glyphs = Glyphs::new(unicode);
    let cut = |text: &str| fit(one_line(text), VALUE_COLUMNS, glyphs.ellipsis);
    let (mut new, mut updated, mut left) = (0, 0, 0);
    for (index, expect) in rewritten.scenario.expect.iter().enumerate() {
        let changes = || rewritten.changes.iter().filter(|change| change.expect == index);
        if changes().next().is_none() {
            continue;
        }
        let is_new = changes().any(|change| change.edit == Edit::New);
        let is_left = changes().any(|change| matches!(change.edit, Edit::Left { .. }));
        let is_changed = changes().any(|change| matches!(change.edit, Edit::Updated { .. } | Edit::Removed { .. }));
        new += usize::from(is_new);
        updated += usize::from(is_changed);
        left += usize::from(is_left);
        let (sign, role) = match (is_new, is_left) {
            (true, _) => ("+", style.success),
            (_, true) => ("!", style.failure),
            _ => ("~", style.warning),
        };
        let call = call_words(&rewritten.scenario, expect.call);
        writeln!(out, "{} {}:{}  {call}", role.style(sign), escape(source), expect.line)?;
        for change in changes() {
            let key = escape(&change.key);
            match &change.edit {
                Edit::New => {}
                Edit::Updated { before, after } => {
                    writeln!(out, "      {key} was {}", cut(before))?;
                    writeln!(out, "      {key} is now {}", cut(after))?;
                }
                Edit::Removed { before } => writeln!(out, "      {key} is gone, it was {}", cut(before))?,
                Edit::Left { why } => {
                    writeln!(out, "      {} {}", style.failure.style(format_args!("{key} is left:")), escaped(why))?;
                }
            }
        }
    }
    let total = rewritten.scenario.expect.len();
    let mut parts = Vec::new();
    for (number, word) in [(new, "written"), (updated, "updated"), (left, "left that do not hold")] {
        if number > 0 {
            parts.push(format!("{} {word}", count(number, "expectation")));
        }
    }
    if parts.is_empty() {
        let hold = if total == 1 { "holds" } else { "hold" };
        parts.push(format!("nothing to change, {} {hold}", count(total, "expectation")));
    }
    writeln!(out, "{}: {}", escape(source), parts.join(", "))
}

/// A value of several lines on one.
fn one_line(text: &str) -> String {
    text.lines().map(str::trim).collect::<Vec<_>>().join(" ")
}
