//! The events that an `[[expect]]` names: which there are, and which fields each has.

use toml::de::DeTable;

use crate::scenario::Value;
use crate::scenario::diagnostic::{Problem, Problems, quoted};

use super::exceptions::exception;
use super::keys::{Entry, Node, listed, type_of};
use super::moments::moment;
use super::names::Names;
use super::suggest::nearest;
use super::values::{seconds, value};

/// What a field of an event holds.
#[derive(Clone, Copy)]
pub(crate) enum Field {
    /// An awaitable's name.
    Awaitable,
    /// An awaitable's name, or `group`.
    AwaitableOrGroup,
    /// An awaitable's name, `group` or `caller`.
    Target,
    /// One of these.
    Word(&'static [&'static str]),
    Boolean,
    Text,
    Value,
    Exception,
    Moment,
    Iteration,
}

/// The fields that every event has.
pub(crate) const COMMON: [(&str, Field); 2] = [("at", Field::Moment), ("iteration", Field::Iteration)];

const MADE: Field = Field::Word(&["task", "future", "gather"]);
const MAKER: Field = Field::Word(&["caller", "gather", "wait"]);
const CANCELLER: Field = Field::Word(&["schedule", "caller", "group", "exit", "interrupt"]);
const FUNCTION: Field = Field::Word(&["gather", "wait"]);
const OUTCOME: Field = Field::Word(&["returned", "raised", "cancelled"]);

/// Every event with its own fields, as documents have them.
pub(crate) const EVENTS: [(&str, &[(&str, Field)]); 14] = [
    ("create", &[("awaitable", Field::Awaitable), ("kind", MADE), ("by", MAKER)]),
    ("start", &[("awaitable", Field::Awaitable)]),
    ("cancel", &[("target", Field::Target), ("accepted", Field::Boolean), ("by", CANCELLER)]),
    ("cleanup", &[("awaitable", Field::Awaitable)]),
    (
        "finish",
        &[
            ("awaitable", Field::AwaitableOrGroup),
            ("outcome", OUTCOME),
            ("value", Field::Value),
            ("exception", Field::Exception),
        ],
    ),
    ("call", &[("function", FUNCTION)]),
    ("await", &[]),
    ("check", &[("done", Field::Boolean)]),
    ("timeout", &[]),
    ("callback", &[("awaitable", Field::AwaitableOrGroup)]),
    ("resume", &[("outcome", OUTCOME)]),
    ("warning", &[("text", Field::Text)]),
    ("log", &[("text", Field::Text), ("awaitable", Field::AwaitableOrGroup)]),
    ("exit", &[]),
];

/// Reads `events`: each a list of fields to compare, `event` first where it is written first. Moments come as seconds
/// and exceptions as documents have them: `{ type = …, message = … }`.
pub(super) fn events(entry: &Entry<'_>, names: &Names<'_>, problems: &mut Problems) -> Vec<Vec<(String, Value)>> {
    let items = entry.array("a list of events", "[{ event = \"finish\", awaitable = \"users\" }]", problems);
    let mut events = Vec::new();
    for item in items.into_iter().flatten() {
        match item.get_ref().as_table() {
            Some(table) => events.extend(event(table, item, names, problems)),
            None => problems.push(
                Problem::new(format!("an event must be a table, not {}", type_of(item)))
                    .at(item.span())
                    .label(format!("this is {}", type_of(item)))
                    .help("write `{ event = \"finish\", awaitable = \"users\" }`"),
            ),
        }
    }
    events
}

fn event(
    table: &DeTable<'_>,
    node: &Node<'_>,
    names: &Names<'_>,
    problems: &mut Problems,
) -> Option<Vec<(String, Value)>> {
    let Some(named) = table.get("event") else {
        let problem = Problem::new("an event needs `event`").at(node.span()).label("which event?");
        problems.push(problem.help(format!("write `event = \"…\"` with one of {}", all_events())));
        return None;
    };
    let word = named.get_ref().as_str();
    let Some((name, own)) = EVENTS.iter().find(|(name, _)| Some(*name) == word) else {
        let message = match word {
            Some(word) => format!("unknown event {}", quoted(word)),
            None => format!("`event` must be a string, not {}", type_of(named)),
        };
        let help = match word.and_then(|word| nearest(word, EVENTS.map(|(name, _)| name))) {
            Some(near) => format!("did you mean \"{near}\"?"),
            None => format!("the events are {}", all_events()),
        };
        problems.push(Problem::new(message).at(named.span()).label("not an event").help(help));
        return None;
    };
    let mut fields = Vec::with_capacity(table.len());
    for (key, node) in table {
        let key_text = key.get_ref().as_ref();
        if key_text == "event" {
            fields.push(("event".to_owned(), Value::Str((*name).to_owned())));
            continue;
        }
        let known = || own.iter().chain(&COMMON);
        let Some((key_text, field)) = known().find(|(field, _)| *field == key_text) else {
            let problem = Problem::new(format!("the event `{name}` has no {}", quoted(key_text)))
                .at(key.span())
                .label("not one of its fields");
            let all: Vec<String> = known().map(|(field, _)| format!("`{field}`")).collect();
            problems.push(problem.help(match nearest(key_text, known().map(|(field, _)| *field)) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("its fields are {}", listed(&all, "and")),
            }));
            continue;
        };
        let entry = Entry::new(key_text, key, node);
        let read = read(*field, &entry, names, problems);
        fields.extend(read.map(|value| ((*key_text).to_owned(), value)));
    }
    Some(fields)
}

fn read(field: Field, entry: &Entry<'_>, names: &Names<'_>, problems: &mut Problems) -> Option<Value> {
    let text = |text: &str| Some(Value::Str(text.to_owned()));
    match field {
        Field::Awaitable | Field::AwaitableOrGroup | Field::Target => {
            let name = entry.text(problems)?;
            let allowed = match (field, name) {
                (Field::AwaitableOrGroup | Field::Target, "group") | (Field::Target, "caller") => true,
                _ => names.resolve(name, entry.place(), "awaitable", problems).is_some(),
            };
            if allowed { text(name) } else { None }
        }
        Field::Word(words) => entry.word(words.iter().map(|word| (*word, *word)), problems).and_then(text),
        Field::Boolean => entry.boolean(problems).map(Value::Bool),
        Field::Text => entry.text(problems).and_then(text),
        Field::Value => value(entry.node, problems),
        Field::Exception => exception(entry, problems).map(|exception| {
            let message = exception.message.map_or(Value::None, Value::Str);
            Value::Dict(vec![("type".to_owned(), Value::Str(exception.type_name)), ("message".to_owned(), message)])
        }),
        Field::Moment => moment(entry, problems).map(seconds),
        Field::Iteration => match value(entry.node, problems)? {
            Value::Int(iteration) if iteration >= 1 => Some(Value::Int(iteration)),
            Value::Int(iteration) => {
                let problem = entry.problem(format!("`iteration` must be at least 1, not {iteration}"));
                problems.push(problem.help("the loop's passes are counted from 1"));
                None
            }
            _ => {
                problems.push(entry.mismatch("a whole number", "1"));
                None
            }
        },
    }
}

fn all_events() -> String {
    listed(&EVENTS.map(|(name, _)| name.to_owned()), "or")
}
