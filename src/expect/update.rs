//! An `[[expect]]` that is there, made to hold: what differs is edited in place, key by key.

use std::ops::Range;

use toml_edit::{Array, Item, TableLike};

use crate::event::{self, Exception, Word};
use crate::executor::choices::TooLarge;
use crate::outcome::Gave;
use crate::scenario::{Expect, Id, Ids, Nanos, Scenario, Value};
use crate::simulation::Simulated;

use super::compare::{logs, warnings, what_is_left};
use super::empty_expectation::fill;
use super::events::Search;
use super::literal;
use super::names::{NameLookup, listed};
use super::result::ResultLookup;
use super::rewrite::Edit;
use super::text_edit::{ItemEdit, TextEdit, apply, list, on_one_line, saved_comments, without_key};
use super::{ExpectPart, expects_nothing, observe, versions};

/// How many clones are named one by one where they differ.
const MOST_CLONES: usize = 16;

/// What is to be done about one key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedChange {
    /// The key, as a [`ExpectPart`] writes it.
    pub key: String,
    pub text_edits: Vec<TextEdit>,
    pub edit: Edit,
}

/// An `[[expect]]` in its text.
#[derive(Clone, Copy)]
pub struct ExpectTable<'t> {
    pub text: &'t str,
    pub keys: &'t dyn TableLike,
    /// Whether it is written between braces, where keys have no lines of their own.
    pub inline: bool,
}

/// What has to change so that an expectation holds under all its versions. A key for which these do not agree is left.
pub fn update(scenario: &Scenario, expect: &Expect, table: ExpectTable<'_>) -> Vec<PlannedChange> {
    if expects_nothing(expect) {
        return fill(scenario, expect, table);
    }
    let versions = versions(scenario, expect);
    let mut plans = versions.iter().map(|python| {
        let observed = observe(scenario, expect, *python);
        Update { expect, observed: &observed, lookup: ResultLookup::of(&observed.run), table, planned: Vec::new() }
            .all()
    });
    let mut agreed = plans.next().unwrap_or_default();
    let why = "the Python versions differ here: give each an [[expect]] of its own";
    for plan in plans {
        for planned in &mut agreed {
            if !plan.contains(planned) {
                *planned = left(&planned.key, why);
            }
        }
        for planned in plan {
            if !agreed.iter().any(|other| other.key == planned.key) {
                agreed.push(left(&planned.key, why));
            }
        }
    }
    agreed
}

/// What is left as it is.
pub fn left(key: &str, why: &str) -> PlannedChange {
    PlannedChange { key: key.to_owned(), text_edits: Vec::new(), edit: Edit::Left { why: why.to_owned() } }
}

struct Update<'p> {
    expect: &'p Expect,
    observed: &'p Simulated<'p>,
    lookup: ResultLookup<'p>,
    table: ExpectTable<'p>,
    planned: Vec<PlannedChange>,
}

impl<'p> Update<'p> {
    fn all(mut self) -> Vec<PlannedChange> {
        self.choices();
        self.outcome();
        match &self.observed.run.outcome().gave {
            None => self.gave_nothing(),
            Some(Gave::Raised(exception) | Gave::Cancelled(exception)) => self.gave_exception(*exception),
            Some(Gave::Results(items)) => self.gave_results(items),
            Some(Gave::Sets { done, pending }) => self.gave_sets(done, pending),
        }
        self.fates();
        let run = &self.observed.run;
        let nothing_left = what_is_left(run).is_none();
        for (key, expected, got) in
            [("nothing_left", self.expect.nothing_left, nothing_left), ("ends", self.expect.ends, run.ends())]
        {
            if expected.is_some_and(|expected| expected != got) {
                self.put(key, got.to_string());
            }
        }
        let run = &self.observed.run;
        if let Some(expected) = &self.expect.warnings {
            self.lines(ExpectPart::Warnings, expected, &warnings(run));
        }
        if let Some(expected) = &self.expect.logs {
            self.lines(ExpectPart::Logs, expected, &logs(run));
        }
        self.events();
        self.planned
    }

    /// Which choice was meant nobody can tell.
    fn choices(&mut self) {
        if let Some(TooLarge { choice, of, .. }) = self.observed.too_large {
            let why = format!("only {of} items remain there: write a number from 0 to {}", of - 1);
            self.planned.push(left(&ExpectPart::Choice(choice).to_string(), &why));
        }
    }

    fn outcome(&mut self) {
        let outcome = &self.observed.run.outcome();
        if self.expect.outcome.is_some_and(|expected| expected != outcome.status()) {
            self.put("outcome", literal::text(outcome.status().word()));
        }
        let Some(item) = self.table.keys.get("at").filter(|_| self.expect.at.is_some()) else { return };
        match self.observed.run.main().came_back() {
            None => self.take_away("at"),
            Some(at) if self.expect.at.is_some_and(|expected| !expected.hold(at)) => {
                let written = if item.is_str() { literal::duration(at) } else { at.to_string() };
                self.put("at", written);
            }
            Some(_) => {}
        }
    }

    fn gave_nothing(&mut self) {
        for key in ["results", "exception", "done", "pending"] {
            self.take_away(key);
        }
    }

    fn gave_exception(&mut self, exception: Exception) {
        let written = literal::text(&self.lookup.as_raises(exception));
        match &self.expect.exception {
            Some(expected) if self.lookup.raised(expected, exception) => {}
            Some(_) => self.put("exception", written.clone()),
            None => {
                let other = ["results", "done", "pending"].into_iter().find(|key| self.table.keys.contains_key(key));
                if let Some(other) = other {
                    self.replace(other, &[("exception", written)]);
                    ["results", "done", "pending"].into_iter().filter(|key| *key != other).for_each(|key| {
                        self.take_away(key);
                    });
                    return;
                }
            }
        }
        for key in ["results", "done", "pending"] {
            self.take_away(key);
        }
    }

    fn gave_results(&mut self, items: &[event::Item]) {
        let written = || items.iter().map(|item| literal::value(&self.lookup.as_result(item.ended)));
        let Some(expected) = &self.expect.results else {
            let list = literal::list(&written().collect::<Vec<_>>(), "results = ".len());
            return self.replace("exception", &[("results", list)]);
        };
        let item_edits = expected.iter().enumerate().map(|(index, end)| match items.get(index) {
            Some(item) if self.lookup.ended_as(end, item.ended) => ItemEdit::Keep,
            Some(item) => ItemEdit::Put(literal::value(&self.lookup.as_result(item.ended))),
            None => ItemEdit::Drop,
        });
        let (item_edits, added) = (item_edits.collect::<Vec<_>>(), written().skip(expected.len()).collect::<Vec<_>>());
        self.list("results", &item_edits, &added);
        self.take_away("exception");
    }

    fn gave_sets(&mut self, done: &[Id], pending: &[Id]) {
        let scenario = self.lookup.scenario;
        let names = NameLookup::of(scenario);
        let mut missing = Vec::new();
        for (key, expected, got) in [("done", &self.expect.done, done), ("pending", &self.expect.pending, pending)] {
            let Some(expected) = expected else {
                let texts: Vec<String> =
                    listed(scenario, got.iter().copied()).iter().map(|t| literal::text(t)).collect();
                missing.push((key, literal::list(&texts, key.len() + 3)));
                continue;
            };
            let mut ids: Vec<u32> = got.iter().map(|id| id.0).collect();
            ids.sort_unstable();
            let fits = |name: &String| names.ids(name).all(|id| ids.binary_search(&id).is_ok());
            let (kept, item_edits): (Vec<Option<&String>>, Vec<ItemEdit>) = expected
                .iter()
                .map(|name| if fits(name) { (Some(name), ItemEdit::Keep) } else { (None, ItemEdit::Drop) })
                .unzip();
            let kept: Vec<String> = kept.into_iter().flatten().cloned().collect();
            let told = names.all_ids(&kept);
            let untold = got.iter().copied().filter(|id| told.binary_search(&id.0).is_err());
            let added: Vec<String> = listed(scenario, untold).iter().map(|name| literal::text(name)).collect();
            self.list(key, &item_edits, &added);
        }
        self.replace("exception", &missing);
    }

    fn fates(&mut self) {
        if self.expect.fates.is_empty() {
            return;
        }
        let names = NameLookup::of(self.lookup.scenario);
        let Some(item) = self.table.keys.get("fates") else { return };
        let Some(table) = item.as_table_like() else { return };
        for (name, expected) in &self.expect.fates {
            let place = ExpectPart::Fate(name.clone()).to_string();
            let ids = names.ids(name);
            let entries = &self.observed.run.entries;
            let mut got = ids.clone().filter_map(|id| entries.get(Id(id).index())).map(|entry| entry.fate);
            let Some(fate) = got.next() else { continue };
            if got.all(|other| other == fate) {
                if fate != *expected
                    && let Some(at) = table.get(name).and_then(Item::span)
                {
                    self.text_edit(&place, at.clone(), vec![TextEdit::new(at, literal::text(fate.word()))]);
                }
            } else if let (Some((key, value)), false) = (table.get_key_value(name), table.is_dotted())
                && let (Some(key), Some(value)) = (key.span(), value.span())
                && ids.len() <= MOST_CLONES
            {
                let each = self.fates_of_each(ids);
                let edit = Edit::Updated { before: self.slice(&value).to_owned(), after: each.join(", ") };
                let separator = if item.is_inline_table() { ", " } else { "\n" };
                self.plan(&place, vec![TextEdit::new(key.start..value.end, each.join(separator))], edit);
            } else {
                self.planned.push(left(&place, "not all of them have the same fate: name each, or some"));
            }
        }
    }

    /// `name = "fate"` for each of several clones that are not named anyway.
    fn fates_of_each(&self, ids: Ids) -> Vec<String> {
        let clones = ids.filter_map(|id| {
            let name = self.lookup.scenario.name(Id(id)).to_string();
            let fate = self.observed.run.entries.get(Id(id).index())?.fate;
            let named = self.expect.fates.iter().any(|(other, _)| *other == name);
            (!named).then(|| format!("{} = {}", literal::key(&name), literal::text(fate.word())))
        });
        clones.collect()
    }

    fn lines(&mut self, place: ExpectPart, expected: &[String], got: &[String]) {
        let item_edits = expected.iter().enumerate().map(|(index, line)| match got.get(index) {
            Some(got) if got == line => ItemEdit::Keep,
            Some(got) => ItemEdit::Put(literal::text(got)),
            None => ItemEdit::Drop,
        });
        let added = got.iter().skip(expected.len()).map(|line| literal::text(line));
        self.list(&place.to_string(), &item_edits.collect::<Vec<_>>(), &added.collect::<Vec<_>>());
    }

    /// An event that is not there becomes the one that it must have meant.
    fn events(&mut self) {
        if self.expect.events.is_empty() {
            return;
        }
        let Some(item) = self.table.keys.get("events") else { return };
        let search = Search::of(&self.observed.run, &self.observed.events);
        let mut from = 0;
        for (index, fields) in self.expect.events.iter().enumerate() {
            if let Some(behind) = search.find(fields, from) {
                from = behind;
                continue;
            }
            let place = ExpectPart::Event(index).to_string();
            let table = match item {
                Item::ArrayOfTables(tables) => tables.get(index).map(|table| table as &dyn TableLike),
                item => item.as_array().and_then(|items| items.get(index)?.as_inline_table()).map(|table| table as _),
            };
            let (Some((position, event)), Some(table)) = (search.nearest(fields, from), table) else {
                self.planned.push(left(&place, "no such event comes there: move it, or take it out"));
                continue;
            };
            from = position + 1;
            let differing: Option<Vec<(&str, TextEdit)>> = fields
                .iter()
                .zip(search.fields_of(fields, event))
                .filter(|((key, expected), _)| !search.field_is(key, expected, event))
                .map(|((key, _), (_, got))| {
                    let written = table.get(key)?;
                    let text = field(key, &got?, written, event.at);
                    Some((key.as_str(), TextEdit::new(written.span()?, text)))
                })
                .collect();
            match differing.filter(|differing| !differing.is_empty()) {
                Some(differing) => {
                    for (key, text_edit) in differing {
                        self.text_edit(&format!("{place}.{key}"), text_edit.at.clone(), vec![text_edit]);
                    }
                }
                None => self.planned.push(left(&place, "no such event comes there: move it, or take it out")),
            }
        }
    }

    /// Another value for a key that is there.
    fn put(&mut self, key: &str, text: String) {
        if let Some(at) = self.table.keys.get(key).and_then(Item::span) {
            self.text_edit(key, at.clone(), vec![TextEdit::new(at, text)]);
        }
    }

    fn list(&mut self, key: &str, item_edits: &[ItemEdit], added: &[String]) {
        let array: Option<&Array> = self.table.keys.get(key).and_then(Item::as_array);
        if let Some(array) = array
            && let Some(at) = array.span()
        {
            let text_edits = list(self.table.text, array, item_edits, added);
            self.text_edit(key, at, text_edits);
        }
    }

    /// Other keys in a key's place, where it is there.
    fn replace(&mut self, key: &str, by: &[(&str, String)]) {
        let Some((at, value)) = self.place_of(key) else { return };
        if by.is_empty() {
            return self.take_away(key);
        }
        let lines: Vec<String> = by.iter().map(|(key, value)| format!("{key} = {value}")).collect();
        let text = lines.join(if self.table.inline { ", " } else { "\n" });
        let edit = Edit::Updated { before: on_one_line(self.slice(&value)), after: on_one_line(&lines.join(", ")) };
        self.plan(key, vec![TextEdit::new(at, text)], edit);
    }

    /// A key that says what there is nothing of.
    fn take_away(&mut self, key: &str) {
        let Some((at, value)) = self.place_of(key) else { return };
        if self.table.inline {
            return self.planned.push(left(key, "there is none any more: take the key out"));
        }
        let edit = Edit::Removed { before: on_one_line(self.slice(&value)) };
        self.plan(key, vec![without_key(self.table.text, at)], edit);
    }

    /// Where a key with its value stands, and where the value.
    fn place_of(&self, key: &str) -> Option<(Range<usize>, Range<usize>)> {
        let (key, item) = self.table.keys.get_key_value(key)?;
        let (key, value) = (key.span()?, item.span()?);
        Some((key.start..value.end, value))
    }

    fn slice(&self, at: &Range<usize>) -> &'p str {
        self.table.text.get(at.clone()).unwrap_or_default()
    }

    fn text_edit(&mut self, key: &str, at: Range<usize>, text_edits: Vec<TextEdit>) {
        if text_edits.is_empty() {
            return;
        }
        let before = self.slice(&at);
        let inside = text_edits.iter().map(|text_edit| {
            let moved = text_edit.at.start.saturating_sub(at.start)..text_edit.at.end.saturating_sub(at.start);
            TextEdit::new(moved, text_edit.text.clone())
        });
        let after = on_one_line(&apply(before, inside.collect()));
        self.plan(key, text_edits, Edit::Updated { before: on_one_line(before), after });
    }

    fn plan(&mut self, key: &str, mut text_edits: Vec<TextEdit>, edit: Edit) {
        text_edits.extend(saved_comments(self.table.text, &text_edits));
        self.planned.push(PlannedChange { key: key.to_owned(), text_edits, edit });
    }
}

/// A field of an event, in the form in which it was written.
fn field(key: &str, got: &Value, written: &Item, at: Nanos) -> String {
    match (key, got) {
        ("at", _) if written.is_str() => literal::duration(at),
        ("at", _) => at.to_string(),
        ("exception", Value::Dict(parts)) => match &parts[..] {
            [(_, Value::Str(type_name)), (_, Value::Str(message))] if message.is_empty() => {
                literal::text(&format!("{type_name}:"))
            }
            [(_, Value::Str(type_name)), (_, Value::Str(message))] => literal::text(&format!("{type_name}: {message}")),
            [(_, type_name), ..] => literal::value(type_name),
            [] => literal::value(got),
        },
        _ => literal::value(got),
    }
}
