//! `[[expect]]`: one run, and what must come of it.

use std::ops::Range;

use toml::de::{DeTable, DeValue};

use crate::calls::{Call, Function};
use crate::event::{Fate, Word};
use crate::scenario::diagnostic::{Problem, Problems, quoted};
use crate::scenario::{Bounds, End, Expect, Ids, Nanos, Python, Value, Way, listed};

use super::awaitables::tables;
use super::calls;
use super::events::events;
use super::exceptions::exception;
use super::keys::{KeyValue, Keys, Node, Owner, type_of};
use super::moments::moment;
use super::names::Names;
use super::suggest::nearest;
use super::values::value;

/// What an `[[expect]]` stands on: the text, the options of the file's own tables, the arguments, the names.
pub(super) struct Context<'c> {
    pub(super) text: &'c str,
    pub(super) calls: &'c [Call],
    pub(super) args: &'c [Ids],
    pub(super) names: &'c Names<'c>,
}

/// Reads every `[[expect]]`, in file order.
pub(super) fn expects(entry: &KeyValue<'_>, context: &Context<'_>, problems: &mut Problems) -> Vec<Expect> {
    let line_starts: Vec<usize> = context.text.match_indices('\n').map(|(at, _)| at + 1).collect();
    tables(entry, "expect", problems)
        .into_iter()
        .filter_map(|(table, header)| {
            let line = 1 + line_starts.partition_point(|start| *start <= header.start);
            expect(table, header, line, context, problems)
        })
        .collect()
}

fn expect(
    table: &DeTable<'_>,
    header: Range<usize>,
    line: usize,
    context: &Context<'_>,
    problems: &mut Problems,
) -> Option<Expect> {
    let keys = Keys::of(table, Owner::Expect, problems);
    let function = match keys.get("call") {
        Some(entry) => entry.word(problems),
        None => {
            let problem = Problem::new("an `[[expect]]` needs `call`").at(header).label("which call?");
            let choice: Vec<String> = Function::WORDS.iter().map(|word| format!("`call = \"{word}\"`")).collect();
            problems.push(problem.help(format!("write {}", listed(&choice, "or"))));
            None
        }
    };
    if let Some(function) = function {
        foreign_keys(&keys, function, problems);
    }
    // Where it is not known which, the rest is still read, so that all mistakes are reported.
    let call = function.and_then(|function| context.calls.iter().find(|call| call.function() == function));
    let call = call.copied().unwrap_or_else(|| Function::ALL[0].plain());
    let call = calls::options(&keys, call, context.args, problems);
    let expect = Expect {
        line: u32::try_from(line).unwrap_or(u32::MAX),
        call,
        python: keys.get("python").map(|entry| pythons(&entry, problems)).unwrap_or_default(),
        way: Way {
            choices: keys.get("choices").map(|entry| choices(&entry, problems)).unwrap_or_default(),
            jitter: keys.get("jitter").and_then(|entry| jitter(&entry, problems)),
        },
        outcome: keys.get("outcome").and_then(|entry| entry.word(problems)),
        at: keys.get("at").and_then(|entry| bounds(&entry, problems)),
        results: keys.get("results").map(|entry| results(&entry, problems)),
        exception: keys.get("exception").and_then(|entry| exception(&entry, problems)),
        done: keys.get("done").map(|entry| names(&entry, context, problems)),
        pending: keys.get("pending").map(|entry| names(&entry, context, problems)),
        fates: keys.get("fates").map(|entry| fates(&entry, context, problems)).unwrap_or_default(),
        nothing_left: keys.get("nothing_left").and_then(|entry| entry.boolean(problems)),
        ends: keys.get("ends").and_then(|entry| entry.boolean(problems)),
        warnings: keys.get("warnings").and_then(|entry| lines(&entry, problems)),
        logs: keys.get("logs").and_then(|entry| lines(&entry, problems)),
        events: keys.get("events").map(|entry| events(&entry, context.names, problems)).unwrap_or_default(),
    };
    function.map(|_| expect)
}

/// The keys that only expectations of other calls have: their options, and what they give. Each with its call.
pub(crate) fn foreign(function: Function) -> Vec<(&'static str, Function)> {
    let keys =
        |function: Function| function.keys().iter().map(|option| option.name).chain(function.results().iter().copied());
    let others = Function::ALL.iter().copied().filter(|other| *other != function);
    let theirs = others.flat_map(|other| keys(other).map(move |key| (key, other)));
    theirs.filter(|(key, _)| keys(function).all(|own| own != *key)).collect()
}

fn foreign_keys(keys: &Keys<'_>, function: Function, problems: &mut Problems) {
    for (key, other) in foreign(function) {
        let Some(entry) = keys.get(key) else { continue };
        let help = if other.results().contains(&key) {
            function.plain().options().gives_in_text().to_owned()
        } else {
            format!("leave it out, or write `call = \"{other}\"`")
        };
        let problem = Problem::new(format!("{function}() has no `{key}`")).at(entry.key_place());
        problems.push(problem.label(format!("this belongs to {other}()")).help(help));
    }
}

/// Reads a moment, or `{ min = …, max = … }`.
fn bounds(entry: &KeyValue<'_>, problems: &mut Problems) -> Option<Bounds> {
    let DeValue::Table(table) = entry.node.get_ref() else {
        return moment(entry, problems).map(Bounds::exactly);
    };
    let keys = Keys::of(table, Owner::Bounds, problems);
    let mut one = |key| keys.get(key).map(|entry| moment(&entry, problems));
    let (min, max) = (one("min"), one("max"));
    if min.is_none() && max.is_none() {
        let problem = entry.problem(format!("`{}` has neither `min` nor `max`", entry.key));
        problems.push(problem.help("write at least one of them, as in `at = { min = 1, max = \"2s\" }`"));
        return None;
    }
    let bounds = Bounds { min: min.unwrap_or(Some(Nanos::ZERO))?, max: max.map_or(Some(None), |max| max.map(Some))? };
    if bounds.max.is_some_and(|max| max < bounds.min) {
        problems.push(entry.problem("`max` is before `min`").label("no moment is in between"));
        return None;
    }
    Some(bounds)
}

fn pythons(entry: &KeyValue<'_>, problems: &mut Problems) -> Vec<Python> {
    match entry.node.get_ref() {
        DeValue::Array(items) => items.iter().filter_map(|item| calls::python(entry.key, item, problems)).collect(),
        _ => calls::python(entry.key, entry.node, problems).into_iter().collect(),
    }
}

/// The numbers of choices. How many there are to choose from only a run can tell.
fn choices(entry: &KeyValue<'_>, problems: &mut Problems) -> Vec<u32> {
    let items = entry.array("a list of whole numbers", "[0, 3, 1]", problems);
    let mut choices = Vec::new();
    for item in items.into_iter().flatten() {
        match value(item, problems) {
            Some(Value::Int(number)) if u32::try_from(number).is_ok() => choices.push(number as u32),
            Some(Value::Int(number)) => {
                let problem = Problem::new(format!("a choice cannot be {number}")).at(item.span());
                problems.push(problem.help("write the number of the remaining item that comes next, counted from 0"));
            }
            Some(_) => {
                let problem = Problem::new(format!("a choice must be a whole number, not {}", type_of(item)));
                let problem = problem.at(item.span()).label(format!("this is {}", type_of(item)));
                problems.push(problem.help("write `choices = [0, 3, 1]`"));
            }
            None => {}
        }
    }
    choices
}

/// The number of a lateness.
fn jitter(entry: &KeyValue<'_>, problems: &mut Problems) -> Option<u64> {
    match value(entry.node, problems)? {
        Value::Int(number) => {
            let jitter = u64::try_from(number).ok();
            if jitter.is_none() {
                let problem = entry.problem(format!("`jitter` must be at least 0, not {number}"));
                problems.push(problem.help("each number is another run on a loop that wakes late"));
            }
            jitter
        }
        _ => {
            problems.push(entry.mismatch("a whole number", "1"));
            None
        }
    }
}

fn results(entry: &KeyValue<'_>, problems: &mut Problems) -> Vec<End> {
    let items = entry.array("a list of results", "[1, { raises = \"ValueError\" }]", problems);
    items.into_iter().flatten().filter_map(|item| result(item, problems)).collect()
}

/// A plain value, or `{ returns = V }`, `{ raises = "T: m" }`, or `{}` for None. A table with any other key is a value.
fn result(node: &Node<'_>, problems: &mut Problems) -> Option<End> {
    let Some(table) = node.get_ref().as_table() else {
        return value(node, problems).map(End::Returns);
    };
    if !table.iter().all(|(key, _)| matches!(key.get_ref().as_ref(), "returns" | "raises")) {
        return value(node, problems).map(End::Returns);
    }
    let keys = Keys::of(table, Owner::OnCancel, problems);
    match (keys.get("returns"), keys.get("raises")) {
        (None, None) => Some(End::Returns(Value::None)),
        (Some(returns), None) => value(returns.node, problems).map(End::Returns),
        (None, Some(raises)) => exception(&raises, problems).map(End::Raises),
        (Some(_), Some(raises)) => {
            let problem = Problem::new("a result cannot both return and raise").at(raises.key_place());
            problems.push(problem.label("it cannot do both").help("keep one of the two"));
            None
        }
    }
}

fn names(entry: &KeyValue<'_>, context: &Context<'_>, problems: &mut Problems) -> Vec<String> {
    let texts = entry.texts("a list of names", "[\"users\"]", problems).unwrap_or_default();
    for (name, place) in &texts {
        context.names.resolve(name, place.clone(), "awaitable", problems);
    }
    texts.into_iter().map(|(name, _)| name.to_owned()).collect()
}

fn fates(entry: &KeyValue<'_>, context: &Context<'_>, problems: &mut Problems) -> Vec<(String, Fate)> {
    let Some(table) = entry.table("a table of names and fates", "{ users = \"lost\" }", problems) else {
        return Vec::new();
    };
    let mut fates = Vec::new();
    for (name, node) in table {
        context.names.resolve(name.get_ref(), name.span(), "awaitable", problems);
        let word = node.get_ref().as_str();
        if let Some(fate) = word.and_then(Fate::of) {
            fates.push((name.get_ref().to_string(), fate));
            continue;
        }
        let choice: Vec<String> = Fate::WORDS.iter().map(|fate| format!("\"{fate}\"")).collect();
        let problem = match word {
            Some(word) => Problem::new(format!("unknown fate {}", quoted(word))),
            None => Problem::new(format!("a fate must be a string, not {}", type_of(node))),
        };
        let help = match word.and_then(|word| nearest(word, Fate::WORDS.iter().copied())) {
            Some(near) => format!("did you mean \"{near}\"?"),
            None => format!("write {}", listed(&choice, "or")),
        };
        problems.push(problem.at(node.span()).label("not a fate").help(help));
    }
    fates
}

fn lines(entry: &KeyValue<'_>, problems: &mut Problems) -> Option<Vec<String>> {
    let texts = entry.texts("a list of strings", "[\"Task exception was never retrieved\"]", problems)?;
    Some(texts.into_iter().map(|(text, _)| text.to_owned()).collect())
}
