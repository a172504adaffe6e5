//! An `[[expect]]` that is there and expects nothing, filled in with what a new one for its call would say.

use toml_edit::Item;

use crate::scenario::{Expect, Scenario};

use super::fresh::{self, Entry};
use super::rewrite::Edit;
use super::splice::{Splice, on_one_line, saved_comments};
use super::update::{Planned, Table, left};
use super::versions;

/// What has to be written so that it expects what happens, as far as all its versions agree.
pub fn fill(scenario: &Scenario, expect: &Expect, table: Table<'_>) -> Vec<Planned> {
    let mut versions = versions(scenario, expect).into_iter();
    let mut of_next = || versions.next().map(|python| fresh::entries(scenario, expect.call, python, &expect.way));
    let mut entries = of_next().unwrap_or_default();
    while let Some(others) = of_next() {
        entries.retain(|entry| others.contains(entry));
    }
    if entries.is_empty() {
        return vec![left("outcome", "the Python versions differ in everything: give each an [[expect]] of its own")];
    }
    entries.iter().filter_map(|entry| planned(entry, table)).collect()
}

fn planned(entry: &Entry, table: Table<'_>) -> Option<Planned> {
    let (splices, edit) = match table.keys.get(entry.key) {
        // The table of fates, or a list, with nothing in it. One with a header of its own is left to whoever began it.
        Some(item) => {
            let at = item.span().filter(|_| !has_header(item))?;
            let before = on_one_line(table.text.get(at.clone())?);
            let mut splices = vec![Splice::new(at, entry.value.clone())];
            splices.extend(saved_comments(table.text, &splices));
            (splices, Edit::Updated { before, after: on_one_line(&entry.value) })
        }
        None => (vec![behind_last_key(entry, table)?], Edit::Added { after: on_one_line(&entry.value) }),
    };
    Some(Planned { key: entry.key.to_owned(), splices, edit })
}

/// A key on a line of its own behind the last one and its comment, or between the same braces.
fn behind_last_key(entry: &Entry, Table { text, keys, inline }: Table<'_>) -> Option<Splice> {
    let last = keys.iter().filter(|(_, item)| !has_header(item)).filter_map(|(key, item)| {
        let (key, _) = keys.get_key_value(key)?;
        Some((item.span()?.end, key.span()?.start))
    });
    let (end, start) = last.max()?;
    if inline {
        return Some(Splice::new(end..end, format!(", {}", entry.inline())));
    }
    let before = text.get(..start)?;
    let line = before.get(before.rfind('\n').map_or(0, |end| end + 1)..)?;
    let indent = if line.trim().is_empty() { line } else { "" };
    let end = end + text.get(end..)?.lines().next().unwrap_or_default().len();
    Some(Splice::new(end..end, format!("\n{indent}{}", entry.lines())))
}

/// Whether something stands below a line `[expect.…]` of its own.
fn has_header(item: &Item) -> bool {
    item.as_table().is_some_and(|table| !table.is_dotted()) || item.is_array_of_tables()
}
