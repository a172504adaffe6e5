//! What a run came to, as lines that can be compared, recorded, and shown side by side.

use std::fmt::Write;

use serde_json::{Map, Value};

/// A run's events, then its outcome, warnings and logs, then where everything made was at the call's return and at the
/// end, by name: a line each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Log(pub Vec<String>);

impl Log {
    /// Reads the keys that a run document and an answer of the harness have in common.
    pub fn of(document: &Value) -> Log {
        let mut lines = Vec::new();
        match &document["events"] {
            Value::Array(events) => lines.extend(events.iter().map(event_line)),
            other => lines.push(format!("no events: {other}")),
        }
        lines.push(format!("outcome {}", fields(&document["outcome"], &["status", "at"])));
        for key in ["warnings", "logs"] {
            if document[key].as_array().is_none_or(|texts| !texts.is_empty()) {
                lines.push(format!("{key} {}", document[key]));
            }
        }
        match &document["awaitables"] {
            Value::Array(entries) => {
                let mut states: Vec<String> = entries.iter().filter_map(state_line).collect();
                states.sort_unstable();
                lines.extend(states);
            }
            other => lines.push(format!("no awaitables: {other}")),
        }
        Log(lines)
    }
}

fn event_line(event: &Value) -> String {
    fields(event, &["at", "iteration", "event", "awaitable", "target"])
}

/// What the ledger says that Python lets one see, of what was made. A coroutine that nobody wrapped in a task is made by
/// nobody, and Python knows nothing of it.
fn state_line(entry: &Value) -> Option<String> {
    let text = |key: &str| entry[key].as_str().unwrap_or("missing");
    let made = text("state") != "not-created";
    let retrieved = entry.get("retrieved").map(|retrieved| format!(" retrieved={retrieved}")).unwrap_or_default();
    made.then(|| {
        format!("{}: {} at the return, {} at the end{retrieved}", text("name"), text("at_return"), text("state"))
    })
}

/// An object's fields: first these, values alone, then all others as `key=value`, in the keys' order. Which of
/// `awaitable` and `target` an event has shows in its kind.
fn fields(object: &Value, first: &[&str]) -> String {
    let Value::Object(fields) = object else {
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
    let mut others: Vec<(&String, &Value)> = fields.iter().filter(|(key, _)| !first.contains(&key.as_str())).collect();
    others.sort_by_key(|(key, _)| *key);
    for (key, value) in others {
        let _ = write!(line, " {key}={}", field(key, value));
    }
    line
}

fn field(key: &str, value: &Value) -> String {
    match value {
        // Nine digits tell nanoseconds apart; whoever prints more of them is not wrong.
        Value::Number(seconds) if key == "at" => {
            let nanos = (seconds.as_f64().unwrap_or(f64::NAN) * 1e9).round();
            format!("{}", nanos / 1e9)
        }
        Value::String(word) if !matches!(key, "value" | "text") => word.clone(),
        other => short(other),
    }
}

/// JSON, with exceptions as `Type("message")`.
fn short(value: &Value) -> String {
    match value {
        Value::Object(fields) => match exception(fields) {
            Some(text) => text,
            None => {
                let inner: Vec<String> = fields.iter().map(|(key, value)| format!("{key}:{}", short(value))).collect();
                format!("{{{}}}", inner.join(","))
            }
        },
        Value::Array(items) => format!("[{}]", items.iter().map(short).collect::<Vec<_>>().join(",")),
        other => other.to_string(),
    }
}

fn exception(fields: &Map<String, Value>) -> Option<String> {
    let (Some(Value::String(name)), Some(message), 2) = (fields.get("type"), fields.get("message"), fields.len())
    else {
        return None;
    };
    match message {
        Value::Null => Some(format!("{name}()")),
        Value::String(_) => Some(format!("{name}({message})")),
        _ => None,
    }
}
