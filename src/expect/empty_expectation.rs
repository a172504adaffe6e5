//! An `[[expect]]` that is there and expects nothing, filled in with what a new one for its call would say.

use toml_edit::Item;

use crate::scenario::{Expect, Scenario};

use super::new_expectations::{self, WrittenKey};
use super::rewrite::Edit;
use super::text_edit::{TextEdit, on_one_line, saved_comments};
use super::update::{ExpectTable, PlannedChange, left};
use super::versions;

/// What has to be written so that it expects what happens, as far as all its versions agree.
pub fn fill(scenario: &Scenario, expect: &Expect, table: ExpectTable<'_>) -> Vec<PlannedChange> {
    let mut versions = versions(scenario, expect).into_iter();
    let mut of_next =
        || versions.next().map(|python| new_expectations::entries(scenario, expect.call, python, &expect.way));
    let mut entries = of_next().unwrap_or_default();
    while let Some(others) = of_next() {
        entries.retain(|entry| others.contains(entry));
    }
    if entries.is_empty() {
        return vec![left("outcome", "the Python versions differ in everything: give each an [[expect]] of its own")];
    }
    entries.iter().filter_map(|entry| planned(entry, table)).collect()
}

fn planned(entry: &WrittenKey, table: ExpectTable<'_>) -> Option<PlannedChange> {
    let (text_edits, edit) = match table.keys.get(entry.key) {
        // The table of fates, or a list, with nothing in it. One with a header of its own is left as it is.
        Some(item) => {
            let at = item.span().filter(|_| !has_header(item))?;
            let before = on_one_line(table.text.get(at.clone())?);
            let mut text_edits = vec![TextEdit::new(at, entry.value.clone())];
            text_edits.extend(saved_comments(table.text, &text_edits));
            (text_edits, Edit::Updated { before, after: on_one_line(&entry.value) })
        }
        None => (vec![behind_last_key(entry, table)?], Edit::Added { after: on_one_line(&entry.value) }),
    };
    Some(PlannedChange { key: entry.key.to_owned(), text_edits, edit })
}

/// A key on a line of its own behind the last one and its comment, or between the same braces.
fn behind_last_key(entry: &WrittenKey, ExpectTable { text, keys, inline }: ExpectTable<'_>) -> Option<TextEdit> {
    let last = keys.iter().filter(|(_, item)| !has_header(item)).filter_map(|(key, item)| {
        let (key, _) = keys.get_key_value(key)?;
        Some((item.span()?.end, key.span()?.start))
    });
    let (end, start) = last.max()?;
    if inline {
        return Some(TextEdit::new(end..end, format!(", {}", entry.inline())));
    }
    let before = text.get(..start)?;
    let line = before.get(before.rfind('\n').map_or(0, |end| end + 1)..)?;
    let indent = if line.trim().is_empty() { line } else { "" };
    let end = end + text.get(end..)?.lines().next().unwrap_or_default().len();
    Some(TextEdit::new(end..end, format!("\n{indent}{}", entry.lines())))
}

/// Whether something stands below a line `[expect.…]` of its own.
fn has_header(item: &Item) -> bool {
    item.as_table().is_some_and(|table| !table.is_dotted()) || item.is_array_of_tables()
}
