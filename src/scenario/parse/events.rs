//! The events that an `[[expect]]` names.

use toml::de::DeTable;

use crate::event::{COMMON, EventKind, Holds, Word};
use crate::scenario::diagnostic::{Problem, Problems, quoted};
use crate::scenario::{Value, listed};

use super::exceptions::exception;
use super::keys::{KeyValue, Node, type_of};
use super::moments::moment;
use super::names::Names;
use super::suggest::nearest;
use super::values::{seconds, value};

/// Reads `events`: each a list of fields to compare, `event` first where it is written first. Moments come as seconds
/// and exceptions as documents have them: `{ type = …, message = … }`.
pub(super) fn events(entry: &KeyValue<'_>, names: &Names<'_>, problems: &mut Problems) -> Vec<Vec<(String, Value)>> {
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
    let Some(kind) = word.and_then(EventKind::of) else {
        let message = match word {
            Some(word) => format!("unknown event {}", quoted(word)),
            None => format!("`event` must be a string, not {}", type_of(named)),
        };
        let help = match word.and_then(|word| nearest(word, EventKind::WORDS.iter().copied())) {
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
            fields.push(("event".to_owned(), Value::Str(kind.word().to_owned())));
            continue;
        }
        let known = || kind.fields().iter().chain(&COMMON);
        let Some((key_text, holds, _)) = known().find(|(field, ..)| *field == key_text) else {
            let problem = Problem::new(format!("the event `{}` has no {}", kind.word(), quoted(key_text)))
                .at(key.span())
                .label("not one of its fields");
            let all: Vec<String> = known().map(|(field, ..)| format!("`{field}`")).collect();
            problems.push(problem.help(match nearest(key_text, known().map(|(field, ..)| *field)) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("its fields are {}", listed(&all, "and")),
            }));
            continue;
        };
        let entry = KeyValue::new(key_text, key, node);
        let read = read(*holds, &entry, names, problems);
        fields.extend(read.map(|value| ((*key_text).to_owned(), value)));
    }
    Some(fields)
}

fn read(holds: Holds, entry: &KeyValue<'_>, names: &Names<'_>, problems: &mut Problems) -> Option<Value> {
    let text = |text: &str| Some(Value::Str(text.to_owned()));
    match holds {
        Holds::Target(words) => {
            let name = entry.text(problems)?;
            let known = words.contains(&name) || names.resolve(name, entry.place(), "awaitable", problems).is_some();
            if known { text(name) } else { None }
        }
        Holds::Word(words) | Holds::Explained(words, _) => entry.one_of(words, problems).and_then(text),
        Holds::Boolean => entry.boolean(problems).map(Value::Bool),
        Holds::Text => entry.text(problems).and_then(text),
        Holds::Value => value(entry.node, problems),
        Holds::Exception => exception(entry, problems).map(|exception| {
            let message = exception.message.map_or(Value::None, Value::Str);
            Value::Dict(vec![("type".to_owned(), Value::Str(exception.type_name)), ("message".to_owned(), message)])
        }),
        Holds::Moment => moment(entry, problems).map(seconds),
        Holds::Iteration => match value(entry.node, problems)? {
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
    listed(&EventKind::WORDS.iter().map(|&word| word.to_owned()).collect::<Vec<_>>(), "or")
}
