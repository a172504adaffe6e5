//! A scenario's text with expectations that hold: those that are there updated or filled in, or some where there are
//! none.
//!
//! The rest of the text stays byte for byte as it is. Values are found by their places in the text and written over
//! one by one, so that comments, order and spacing, inside an `[[expect]]` too, are not even looked at.

use toml_edit::{Document, Item};

use crate::scenario::{Diagnostics, Problem, Scenario, parse};

use super::new_expectations;
use super::text_edit::{apply, saved_comments, with_crlf, without_key};
use super::update::{ExpectTable, PlannedChange, update};
use super::{check, versions};

/// A text and what was changed in it.
#[derive(Clone, Debug, PartialEq)]
pub struct Rewritten {
    /// The new text; the old one where nothing was to change.
    pub text: String,
    /// What it says.
    pub scenario: Scenario,
    /// What is different, in file order.
    pub changes: Vec<Change>,
}

impl Rewritten {
    /// Whether the text is another one.
    pub fn is_changed(&self) -> bool {
        self.changes.iter().any(|change| !matches!(change.edit, Edit::Left { .. }))
    }
}

/// One thing that was changed, or should have been.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Which of the new text's expectations, from 0.
    pub expect: usize,
    /// What.
    pub edit: Edit,
    /// At which key, as a [`ExpectPart`](super::ExpectPart) writes it; empty where the whole `[[expect]]` is new.
    pub key: String,
}

/// How an expectation was changed. The texts are TOML on one line, without comments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edit {
    /// It is new, with all its keys.
    New,
    /// A key is new.
    #[allow(missing_docs)]
    Added { after: String },
    /// A key has another value.
    #[allow(missing_docs)]
    Updated { before: String, after: String },
    /// A key is gone, since there is nothing of the kind any more.
    #[allow(missing_docs)]
    Removed { before: String },
    /// A key does not hold and is left as it is.
    Left {
        /// The reason, as a lower-case fragment.
        why: String,
    },
}

/// A scenario's text with expectations that hold.
///
/// # Errors
///
/// What is wrong with the scenario; then it cannot be run.
pub fn rewrite(source: &str, text: &str) -> Result<Rewritten, Diagnostics> {
    let scenario = parse(source, text)?;
    let (mark, text) = match text.strip_prefix('\u{feff}') {
        Some(rest) => ("\u{feff}", rest),
        None => ("", text),
    };
    let rewritten = if scenario.expect.is_empty() {
        Some(added(&without_empty_list(text), &scenario))
    } else {
        updated(text, &scenario)
    };
    let (rewritten, changes) = rewritten.ok_or_else(|| refused(source))?;
    let after = parse(source, &rewritten).map_err(|_| refused(source))?;
    if !changes_only_expectations(scenario, &after) || !holds(&after, &changes) {
        return Err(refused(source));
    }
    Ok(Rewritten { text: format!("{mark}{rewritten}"), scenario: after, changes })
}

/// Without `expect = []`, beside which there can be no `[[expect]]`.
fn without_empty_list(text: &str) -> String {
    let document = Document::parse(text).ok();
    let place = document.as_ref().and_then(|document| {
        let (key, item) = document.get_key_value("expect")?;
        Some(key.span()?.start..item.span()?.end)
    });
    let Some(at) = place else { return text.to_owned() };
    let gone = without_key(text, at);
    let saved = saved_comments(text, std::slice::from_ref(&gone));
    apply(text, saved.into_iter().chain([gone]).collect())
}

fn added(text: &str, scenario: &Scenario) -> (String, Vec<Change>) {
    let crlf = text.contains("\r\n");
    let mut rewritten = text.to_owned();
    let end = if crlf { "\r\n" } else { "\n" };
    if !text.is_empty() && !text.ends_with('\n') {
        rewritten.push_str(end);
    }
    let expectations = new_expectations::expectations(scenario);
    for expectation in &expectations {
        if !rewritten.is_empty() && !rewritten.ends_with("\n\n") && !rewritten.ends_with("\n\r\n") {
            rewritten.push_str(end);
        }
        rewritten.push_str(&if crlf { with_crlf(expectation) } else { expectation.clone() });
    }
    let changes = (0..expectations.len()).map(|expect| Change { expect, edit: Edit::New, key: String::new() });
    (rewritten, changes.collect())
}

fn updated(text: &str, scenario: &Scenario) -> Option<(String, Vec<Change>)> {
    let document = Document::parse(text).ok()?;
    let item = document.get("expect")?;
    let (mut text_edits, mut changes) = (Vec::new(), Vec::new());
    for (index, expect) in scenario.expect.iter().enumerate() {
        let table = match item {
            Item::ArrayOfTables(tables) => ExpectTable { text, keys: tables.get(index)?, inline: false },
            item => ExpectTable { text, keys: item.as_array()?.get(index)?.as_inline_table()?, inline: true },
        };
        for PlannedChange { key, text_edits: own, edit } in update(scenario, expect, table) {
            text_edits.extend(own);
            changes.push(Change { expect: index, edit, key });
        }
    }
    Some((apply(text, text_edits), changes))
}

/// Whether everything else is as it was.
fn changes_only_expectations(mut before: Scenario, after: &Scenario) -> bool {
    before.expect.clone_from(&after.expect);
    before == *after
}

/// Whether every expectation holds but those that were left.
fn holds(scenario: &Scenario, changes: &[Change]) -> bool {
    let left = |index| changes.iter().any(|change| change.expect == index && matches!(change.edit, Edit::Left { .. }));
    (scenario.expect.iter().enumerate()).filter(|(index, _)| !left(*index)).all(|(_, expect)| {
        versions(scenario, expect).into_iter().all(|python| check(scenario, expect, python).is_empty())
    })
}

fn refused(source: &str) -> Diagnostics {
    let problem = Problem::new("the expectations of this file cannot be rewritten where they stand");
    let help = "write each under an `[[expect]]` line of its own, or take `expect` out to have new ones written";
    Diagnostics::of_source(source, problem.help(help))
}
