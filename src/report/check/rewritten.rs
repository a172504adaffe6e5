//! What `check --write` changed in a file.

use std::io::{self, Write};

use crate::expect::{Change, Edit, Rewritten};
use crate::report::escape::{escape, escaped};
use crate::report::fit::{fit, pad};
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
    let cut = |text: &str| fit(text, VALUE_COLUMNS, glyphs.ellipsis);
    let (mut new, mut updated, mut failing) = (0, 0, 0);
    for (index, expect) in rewritten.scenario.expect.iter().enumerate() {
        let changes: Vec<&Change> = rewritten.changes.iter().filter(|change| change.expect == index).collect();
        let (sign, role, counter) = if changes.is_empty() {
            continue;
        } else if changes.iter().any(|change| matches!(change.edit, Edit::Left { .. })) {
            ("!", style.failure, &mut failing)
        } else if changes.iter().any(|change| change.edit == Edit::New) {
            ("+", style.success, &mut new)
        } else {
            ("~", style.warning, &mut updated)
        };
        *counter += 1;
        let call = call_words(&rewritten.scenario, expect.call);
        writeln!(out, "{} {}:{}  {call}", role.style(sign), escape(source), expect.line)?;
        let width = changes.iter().map(|change| escape(&change.key).to_string().chars().count()).max().unwrap_or(0);
        for change in changes {
            let key = escape(&change.key).to_string();
            let key = pad(&key, width);
            match &change.edit {
                Edit::New => {}
                Edit::Updated { before, after } => {
                    writeln!(out, "      {key}  was  {}", cut(before))?;
                    writeln!(out, "      {:width$}  now  {}", "", style.success.style(cut(after)))?;
                }
                Edit::Removed { before } => {
                    writeln!(out, "      {key}  was  {}", cut(before))?;
                    writeln!(out, "      {:width$}  now  left out", "")?;
                }
                Edit::Left { why } => writeln!(out, "      {key}  {}", style.failure.style(escaped(why)))?,
            }
        }
    }
    let total = rewritten.scenario.expect.len();
    let mut parts = Vec::new();
    let fail = if failing == 1 { "still fails" } else { "still fail" };
    for (number, word) in [(new, "written"), (updated, "updated"), (failing, fail)] {
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
