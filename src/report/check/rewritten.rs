//! What `check --write` changed in a file.

use std::io::{self, Write};

use unicode_width::UnicodeWidthStr;

use crate::expect::{Change, Edit, Rewritten, expects_nothing};
use crate::report::escape::{escape, escaped};
use crate::report::fit::{fit, pad};
use crate::report::glyph::Glyphs;
use crate::report::phrases::count;
use crate::report::style::Style;

use super::{NARROWEST_VALUE, WIDEST_KEY, call_words};

/// How many columns a line takes where nothing says how many there are.
const WIDEST_LINE: usize = 300;

/// Says what is different in a file, and what it came to in one last line. `width`: the columns there are, where
/// something says so.
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
    width: Option<usize>,
) -> io::Result<()> {
    let ellipsis = Glyphs::new(unicode).ellipsis;
    let (mut new, mut filled, mut updated, mut failing, mut empty) = (0, 0, 0, 0, 0);
    for (index, expect) in rewritten.scenario.expect.iter().enumerate() {
        let changes: Vec<&Change> = rewritten.changes.iter().filter(|change| change.expect == index).collect();
        let (sign, role, counter) = if changes.is_empty() {
            continue;
        } else if changes.iter().any(|change| matches!(change.edit, Edit::Left { .. })) {
            ("!", style.failure, if expects_nothing(expect) { &mut empty } else { &mut failing })
        } else if changes.iter().any(|change| change.edit == Edit::New) {
            ("+", style.success, &mut new)
        } else if changes.iter().any(|change| matches!(change.edit, Edit::Added { .. })) {
            ("+", style.success, &mut filled)
        } else {
            ("~", style.warning, &mut updated)
        };
        *counter += 1;
        let call = call_words(&rewritten.scenario, expect.call);
        writeln!(out, "{} {}:{}  {call}", role.style(sign), escape(source), expect.line)?;
        let keys: Vec<String> = changes.iter().map(|change| fit(&change.key, WIDEST_KEY, ellipsis)).collect();
        let columns = keys.iter().map(|key| key.width()).max().unwrap_or(0);
        let room = width.unwrap_or(WIDEST_LINE).saturating_sub("        was  ".len() + columns).max(NARROWEST_VALUE);
        let cut = |text: &str| fit(text, room, ellipsis);
        for (change, key) in changes.into_iter().zip(&keys) {
            let key = pad(key, columns);
            match &change.edit {
                Edit::New => {}
                Edit::Added { after } => writeln!(out, "      {key}  now  {}", style.success.style(cut(after)))?,
                Edit::Updated { before, after } => {
                    writeln!(out, "      {key}  was  {}", cut(before))?;
                    writeln!(out, "      {:columns$}  now  {}", "", style.success.style(cut(after)))?;
                }
                Edit::Removed { before } => {
                    writeln!(out, "      {key}  was  {}", cut(before))?;
                    writeln!(out, "      {:columns$}  now  left out", "")?;
                }
                Edit::Left { why } => writeln!(out, "      {key}  {}", style.failure.style(escaped(why)))?,
            }
        }
    }
    let total = rewritten.scenario.expect.len();
    let mut parts = Vec::new();
    let fail = if failing == 1 { "still fails" } else { "still fail" };
    let nothing = if empty == 1 { "still expects nothing" } else { "still expect nothing" };
    let counts = [(new, "written"), (filled, "filled in"), (updated, "updated"), (failing, fail), (empty, nothing)];
    for (number, word) in counts {
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
