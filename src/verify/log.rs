//! What a run came to, as lines that can be compared, recorded, and shown side by side.
//!
//! Ours are made from the recording of a run, CPython's from the answer of the harness. That the run document says what
//! a log says is for a test: it has the keys of an answer.

mod ours;

use std::fmt::{self, Write};

use serde_json::{Map, Value as Json};

use crate::event::{ALREADY, BECAUSE, CAUSE};

/// A run's events, then its outcome, warnings and logs, then where everything made was at the call's return and at the
/// end, by name: a line each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Log(pub Vec<String>);

impl Log {
    /// What a document says in the keys that a run document and an answer of the harness have in common.
    pub fn of_document(document: &Json) -> Log {
        let mut lines = Vec::new();
        match &document["events"] {
            Json::Array(events) => lines.extend(events.iter().map(event_line)),
            other => lines.push(format!("no events: {other}")),
        }
        lines.push(format!("outcome {}", fields(&document["outcome"], &["status", "at"])));
        lines.push(ends_line(&document["ends"]));
        for key in ["warnings", "logs"] {
            if document[key].as_array().is_none_or(|texts| !texts.is_empty()) {
                lines.push(format!("{key} {}", document[key]));
            }
        }
        match &document["awaitables"] {
            Json::Array(entries) => {
                let mut states: Vec<String> = entries.iter().filter_map(state_line).collect();
                states.sort_unstable();
                lines.extend(states);
            }
            other => lines.push(format!("no awaitables: {other}")),
        }
        // A run document has a list in its place, of which that is the sum.
        lines.extend(document["choices"].as_u64().map(choices_line));
        Log(lines)
    }
}

/// Whether the program came to its end.
fn ends_line(ends: impl fmt::Display) -> String {
    format!("ends: {ends}")
}

/// How many choices there were, of a run that goes another way than the canonical one.
fn choices_line(chosen: u64) -> String {
    format!("{chosen} choices")
}

/// What the harness or a document says of an event.
fn event_line(event: &Json) -> String {
    fields(event, &["at", "iteration", "event", "awaitable", "target"])
}

/// What the harness or a document says of an awaitable.
fn state_line(entry: &Json) -> Option<String> {
    let text = |key: &str| entry[key].as_str().unwrap_or("missing");
    let made = text("state") != "not-created";
    let retrieved = entry.get("retrieved").map(|retrieved| format!(" retrieved={retrieved}")).unwrap_or_default();
    made.then(|| {
        format!("{}: {} at the return, {} at the end{retrieved}", text("name"), text("at_return"), text("state"))
    })
}

/// An object's fields: first these, values alone, then all others as `key=value`, in the keys' order. Which of
/// `awaitable` and `target` an event has shows in its kind.
fn fields(object: &Json, first: &[&str]) -> String {
    let Json::Object(fields) = object else {
        return format!("not an object: {object}");
    };
    let mut line = String::new();
    for key in first {
        if let Some(value) = fields.get(*key) {
            let _ = write!(line, "{}{}", if line.is_empty() { "" } else { " " }, field(key, value));
        } else if *key == "target" || *key == "awaitable" {
            continue;
        } else {
            let _ = write!(line, " no {key}!");
        }
    }
    // CPython tells no causes, and whether an event's place is open shows in nothing that it does.
    let untold = ["open", "why", ALREADY.0, CAUSE.0, BECAUSE.0];
    let is_other = |key: &str| !first.contains(&key) && !untold.contains(&key);
    let mut others: Vec<(&String, &Json)> = fields.iter().filter(|(key, _)| is_other(key)).collect();
    others.sort_by_key(|(key, _)| *key);
    for (key, value) in others {
        let _ = write!(line, " {key}={}", field(key, value));
    }
    line
}

fn field(key: &str, value: &Json) -> String {
    match value {
        // Nine digits tell nanoseconds apart; more digits are not wrong.
        Json::Number(seconds) if key == "at" => {
            let nanos = (seconds.as_f64().unwrap_or(f64::NAN) * 1e9).round();
            format!("{}", nanos / 1e9)
        }
        Json::String(word) if !matches!(key, "value" | "text") => word.clone(),
        other => short(other),
    }
}

/// JSON, with exceptions as `Type("message")`.
pub(super) fn short(value: &Json) -> String {
    match value {
        Json::Object(fields) => match exception(fields) {
            Some(text) => text,
            None => {
                let inner: Vec<String> = fields.iter().map(|(key, value)| format!("{key}:{}", short(value))).collect();
                format!("{{{}}}", inner.join(","))
            }
        },
        Json::Array(items) => format!("[{}]", items.iter().map(short).collect::<Vec<_>>().join(",")),
        other => other.to_string(),
    }
}

fn exception(fields: &Map<String, Json>) -> Option<String> {
    let (Some(Json::String(name)), Some(message), 2) = (fields.get("type"), fields.get("message"), fields.len()) else {
        return None;
    };
    match message {
        Json::Null => Some(exception_text(name, None)),
        Json::String(message) => Some(exception_text(name, Some(message))),
        _ => None,
    }
}

pub(super) fn exception_text(name: &str, message: Option<&str>) -> String {
    format!("{name}({})", message.map(quoted).unwrap_or_default())
}

pub(super) fn list(items: impl Iterator<Item = String>) -> String {
    format!("[{}]", items.collect::<Vec<_>>().join(","))
}

/// A text as JSON has it.
pub(super) fn quoted(text: &str) -> String {
    Json::from(text).to_string()
}
