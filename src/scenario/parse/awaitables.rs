//! `[[awaitable]]`: one table at a time, before any name is looked up.

use std::ops::Range;

use toml::de::{DeTable, DeValue};

use crate::calls::GatherOptions;
use crate::event::Word;
use crate::scenario::diagnostic::{Problem, Problems};
use crate::scenario::{
    Body, End, Ids, Kind, KindWord, NestedGather, OnCancel, ScheduledCancel, Settlement, Value, listed, thousands,
};

use super::exceptions::exception;
use super::keys::{KeyValue, Keys, Node, Owner, type_of};
use super::moments::{delay, moment};
use super::names::{Named, problem_with};
use super::values::{integer, value};

/// The most awaitables that a scenario may have, and the most that its lists may refer to.
pub(crate) const MOST: u64 = 10_000_000;

/// An awaitable's table, read, with the names in it still to be looked up.
pub(super) struct Draft<'t> {
    /// What it is; a group's members are missing.
    pub(super) kind: Kind,
    pub(super) cancel: Option<ScheduledCancel>,
    /// `members` as written.
    pub(super) members: Option<KeyValue<'t>>,
}

impl KindWord {
    /// Why a key does not go with this kind; `None` where it does.
    pub(crate) fn refuses(self, key: &str) -> Option<&'static str> {
        match (self, key) {
            (KindWord::Gather, "delay") => Some("a group ends when its members do"),
            (KindWord::Gather, "returns" | "raises") => Some("a group's result comes from its members"),
            (KindWord::Gather, "on_cancel") => Some("a group has no body: give `on_cancel` to its members"),
            (KindWord::Gather, "count") => Some("write each group out, or give `count` to its members"),
            (KindWord::Future, "on_cancel") => Some("a bare future has no body that could react"),
            (KindWord::Gather, _) => None,
            (_, "members" | "return_exceptions" | "done_callback") => Some("only `kind = \"gather\"` has it"),
            _ => None,
        }
    }
}

/// Reads every `[[awaitable]]`, in file order.
pub(super) fn awaitables<'t>(entry: &KeyValue<'t>, problems: &mut Problems) -> (Vec<Named>, Vec<Draft<'t>>) {
    let (mut named, mut drafts) = (Vec::new(), Vec::new());
    for (table, place) in tables(entry, "awaitable", problems) {
        let keys = Keys::of(table, Owner::Awaitable, problems);
        let position = named.len() + 1;
        let first = named.last().map_or(0, |last: &Named| last.ids.end);
        let ids = count(&keys, first, problems);
        named.push(name(&keys, position, place, ids, problems));
        drafts.push(draft(&keys, problems));
    }
    (named, drafts)
}

/// The tables of an array of tables, each with the place of its header.
pub(super) fn tables<'t>(
    entry: &KeyValue<'t>,
    name: &str,
    problems: &mut Problems,
) -> Vec<(&'t DeTable<'t>, Range<usize>)> {
    let node: &'t Node<'t> = entry.node;
    match node.get_ref() {
        DeValue::Array(items) => {
            let mut tables = Vec::with_capacity(items.len());
            for item in items {
                match item.get_ref().as_table() {
                    Some(table) => tables.push((table, item.span())),
                    None => problems.push(
                        Problem::new(format!("`{name}` must hold tables, not {}", type_of(item)))
                            .at(item.span())
                            .help(format!("begin each with a line `[[{name}]]`")),
                    ),
                }
            }
            tables
        }
        DeValue::Table(_) => {
            let problem = Problem::new(format!("`[{name}]` needs double brackets, because a file may have several"))
                .at(entry.place())
                .help(format!("write `[[{name}]]`"));
            problems.push(problem);
            Vec::new()
        }
        _ => {
            problems.push(
                entry
                    .problem(format!("`{name}` must be a list of tables, not {}", type_of(node)))
                    .help(format!("begin each with a line `[[{name}]]`")),
            );
            Vec::new()
        }
    }
}

fn name(keys: &Keys<'_>, position: usize, header: Range<usize>, ids: Ids, problems: &mut Problems) -> Named {
    let generated = Named { name: format!("a{position}"), place: header, generated: true, ids };
    let Some(entry) = keys.get("name") else {
        return generated;
    };
    let Some(name) = entry.text(problems) else {
        return Named { place: entry.place(), ..generated };
    };
    if let Some(problem) = problem_with(name, entry.place()) {
        problems.push(problem);
    }
    Named { name: name.to_owned(), place: entry.place(), generated: false, ..generated }
}

/// The ids that a table stands for. What is over the limit counts as one, so that the rest can still be read.
fn count(keys: &Keys<'_>, first: u32, problems: &mut Problems) -> Ids {
    let one = first..first.saturating_add(1);
    let Some(entry) = keys.get("count") else {
        return one;
    };
    let DeValue::Integer(written) = entry.node.get_ref() else {
        problems.push(entry.mismatch("a whole number", "10"));
        return one;
    };
    let Some(count) = integer(written, entry.place(), problems) else {
        return one;
    };
    let limit = "the limit is 10,000,000 awaitables in one scenario";
    if count < 1 {
        let problem = entry.problem(format!("`count` must be at least 1, not {count}"));
        let problem = problem.label(if count == 0 { "none at all" } else { "negative" });
        problems.push(problem.help("for one, leave `count` out; for none, leave the whole table out"));
        return one;
    }
    match u64::try_from(count) {
        Ok(count) if count <= MOST && u64::from(first) + count <= MOST => first..first + count as u32,
        Ok(count) if count <= MOST => {
            let total = u64::from(first) + count;
            let problem = entry.problem(format!("too many awaitables: {} after this `count`", thousands(total)));
            problems.push(problem.label("goes over the limit").help(limit));
            one
        }
        _ => {
            let problem = entry.problem(format!("`count` is too large: {}", thousands(count.unsigned_abs())));
            problems.push(problem.label("over the limit").help(limit));
            one
        }
    }
}

fn draft<'t>(keys: &Keys<'t>, problems: &mut Problems) -> Draft<'t> {
    let kind = match keys.get("kind") {
        None => Some(KindWord::Coroutine),
        Some(entry) => entry.word(problems),
    };
    if let Some(kind) = kind {
        for key in Owner::Awaitable.keys().iter() {
            if let (Some(why), Some(entry)) = (kind.refuses(key), keys.get(key)) {
                problems.push(refused(kind, &entry, why));
            }
        }
    }
    let cancel = cancel(keys, problems);
    let mut flag = |key| keys.get(key).and_then(|entry| entry.boolean(problems)).unwrap_or(false);
    let options = GatherOptions { return_exceptions: flag("return_exceptions"), done_callback: flag("done_callback") };
    let members = keys.get("members");
    if kind == Some(KindWord::Gather) {
        if members.is_none() {
            let problem = Problem::new("a group needs `members`")
                .at(keys.get("kind").map_or(0..0, |entry| entry.place()))
                .label("which awaitables are in the group?")
                .help("write `members = [\"…\"]` with their names, or `members = []` for none");
            problems.push(problem);
        }
        let kind = Kind::Gather(NestedGather { members: Vec::new(), options });
        return Draft { kind, cancel, members };
    }
    let delay = keys.get("delay").and_then(|entry| delay(&entry, problems));
    let end = end(keys, problems).unwrap_or(End::Returns(Value::None));
    let on_cancel = keys.get("on_cancel").and_then(|entry| on_cancel(&entry, problems));
    let kind = match kind {
        Some(KindWord::Future) => Kind::Future(Settlement { delay, end }),
        Some(KindWord::Task) => Kind::Task(Body { delay, end, on_cancel }),
        _ => Kind::Coroutine(Body { delay, end, on_cancel }),
    };
    Draft { kind, cancel, members: None }
}

fn refused(kind: KindWord, entry: &KeyValue<'_>, why: &str) -> Problem {
    let article = if kind == KindWord::Gather { "a group" } else { "a" };
    let what = if kind == KindWord::Gather { article.to_owned() } else { format!("{article} {}", kind.word()) };
    let taken: Vec<String> = (Owner::Awaitable.keys().iter())
        .filter(|key| kind.refuses(key).is_none())
        .map(|key| format!("`{key}`"))
        .collect();
    Problem::new(format!("{what} takes no `{}`", entry.key))
        .at(entry.key_place())
        .label(why)
        .help(format!("{what} takes {}", listed(&taken, "and")))
}

fn cancel(keys: &Keys<'_>, problems: &mut Problems) -> Option<ScheduledCancel> {
    let message = keys.get("cancel_message");
    let text = message.and_then(|entry| entry.text(problems)).map(str::to_owned);
    let Some(at) = keys.get("cancel_at") else {
        if let Some(message) = message {
            let problem = Problem::new("`cancel_message` without `cancel_at`")
                .at(message.key_place())
                .label("nothing cancels it")
                .help("say when: `cancel_at = \"1s\"`");
            problems.push(problem);
        }
        return None;
    };
    moment(&at, problems).map(|at| ScheduledCancel { at, message: text })
}

/// `returns` or `raises`; `None` where there is neither.
fn end(keys: &Keys<'_>, problems: &mut Problems) -> Option<End> {
    let (returns, raises) = (keys.get("returns"), keys.get("raises"));
    if let (Some(returns), Some(raises)) = (&returns, &raises) {
        let (first, second) =
            if returns.place().start < raises.place().start { (returns, raises) } else { (raises, returns) };
        problems.push(
            Problem::new("`returns` and `raises` together")
                .at(second.key_place())
                .label("it cannot do both")
                .also(first.key_place(), format!("it {} here", first.key))
                .help("keep one of the two"),
        );
    }
    let returned = returns.and_then(|entry| value(entry.node, problems)).map(End::Returns);
    let raised = raises.and_then(|entry| exception(&entry, problems)).map(End::Raises);
    raised.or(returned)
}

fn on_cancel(entry: &KeyValue<'_>, problems: &mut Problems) -> Option<OnCancel> {
    let table = entry.table("a table", "{ cleanup = \"200ms\" }", problems)?;
    let keys = Keys::of(table, Owner::OnCancel, problems);
    if table.is_empty() {
        problems.push(
            entry
                .problem("`on_cancel` is empty")
                .label("what does it do on CancelledError?")
                .help("write `cleanup`, `returns` or `raises` in it; without `on_cancel` the cancellation propagates"),
        );
    }
    let cleanup = keys.get("cleanup").and_then(|entry| delay(&entry, problems));
    Some(OnCancel { cleanup, then: end(&keys, problems) })
}
