//! An event, as an `[[expect]]` asks for it and as a document has it: the same table of fields, read in two ways.

use serde_json::{Map, Value, json};

use crate::scenario::tables::{COMMON, EVENTS, Field};

use super::{defined, described, merge, words};

/// An event of an `[[expect]]`: whatever fields are written are compared.
pub fn expected() -> Value {
    any_of_them(|name, own| {
        let mut properties = kind_of_event(name);
        for (key, field) in own.iter().chain(&COMMON) {
            properties.insert((*key).to_owned(), described(sentence(name, key), in_scenario(*field)));
        }
        json!({ "properties": properties, "required": ["event"] })
    })
}

/// An event of a run: all of its fields are there.
pub fn recorded() -> Value {
    any_of_them(|name, own| {
        let mut properties = Map::new();
        let mut required = Vec::new();
        let mut take = |properties: &mut Map<String, Value>, key: &str, field: Field| {
            properties.insert(key.to_owned(), described(sentence(name, key), in_document(field)));
            // How something finished decides which of these two there is.
            if !(name == "finish" && matches!(key, "value" | "exception")) {
                required.push(key.to_owned());
            }
        };
        for (key, field) in COMMON {
            take(&mut properties, key, field);
        }
        properties.extend(kind_of_event(name));
        for (key, field) in own {
            take(&mut properties, key, *field);
        }
        required.push("event".to_owned());
        let mut event = json!({ "properties": properties, "required": required });
        if name == "finish" {
            merge(&mut event, end_by("outcome"));
        }
        event
    })
}

/// What goes with how something ended: a value where it returned, an exception where it did not.
pub fn end_by(key: &str) -> Value {
    json!({
        "if": { "properties": { key: { "const": "returned" } } },
        "then": { "required": ["value"], "properties": { "exception": { "not": {} } } },
        "else": { "required": ["exception"], "properties": { "value": { "not": {} } } },
    })
}

/// One of the events; each takes its own fields and no others.
fn any_of_them(event: impl Fn(&'static str, &'static [(&'static str, Field)]) -> Value) -> Value {
    let each = EVENTS.map(|(name, own)| {
        let mut schema = described(when(name), json!({ "type": "object", "additionalProperties": false }));
        merge(&mut schema, event(name, own));
        schema
    });
    json!({ "oneOf": each })
}

fn kind_of_event(name: &'static str) -> Map<String, Value> {
    Map::from_iter([("event".to_owned(), described("What happened.", json!({ "const": name })))])
}

/// A field where a scenario names it.
fn in_scenario(field: Field) -> Value {
    match field {
        Field::Awaitable => defined("name"),
        Field::AwaitableOrGroup => or_words(defined("name"), &["group"]),
        Field::Target => or_words(defined("name"), &["group", "caller"]),
        Field::Word(allowed) => words(allowed.iter().copied()),
        Field::Boolean => json!({ "type": "boolean" }),
        Field::Text => json!({ "type": "string" }),
        Field::Value => defined("value"),
        Field::Exception => defined("exception"),
        Field::Moment => defined("duration"),
        Field::Iteration => json!({ "type": "integer", "minimum": 1 }),
    }
}

/// A field where a document has it.
fn in_document(field: Field) -> Value {
    match field {
        Field::Moment => defined("seconds"),
        field => in_scenario(field),
    }
}

/// A name, or a word that stands for something else; said so that an editor offers the words.
fn or_words(name: Value, allowed: &'static [&'static str]) -> Value {
    json!({ "anyOf": [name, words(allowed.iter().copied())] })
}

/// When an event comes. Whoever adds one adds its sentence here; a test misses it otherwise.
fn when(event: &str) -> &'static str {
    match event {
        "create" => "A task, a future or a nested group comes to exist; a group after its members.",
        "start" => "A body's first step.",
        "cancel" => "Somebody calls .cancel(); before its effects, refused ones too.",
        "cleanup" => "A body caught CancelledError and begins its on_cancel.",
        "finish" => {
            "A body ends, a future is settled, or a group is settled. A cancelled group raised a CancelledError, as \
             asyncio has it."
        }
        "call" => "The caller calls gather() or wait(); before whatever the call itself makes.",
        "await" => "The caller awaits what the call gave it.",
        "check" => "The caller looks at done() of the group.",
        "timeout" => "wait()'s timer fires.",
        "callback" => "A group's done callback runs.",
        "resume" => "The caller goes on.",
        "warning" => "Python would warn.",
        "log" => "Python would log; at the end of the run, in the order of creation.",
        "exit" => "The main coroutine ended.",
        _ => "",
    }
}

/// What a field says.
fn sentence(event: &str, key: &str) -> &'static str {
    match (event, key) {
        (_, "at") => "When: seconds since the program's start.",
        (_, "iteration") => "In which pass of the event loop, from 1.",
        ("create", "kind") => "What is made.",
        ("create", "by") => "Who makes it: the program itself, or gather() or wait(), which wrap coroutines.",
        ("create", "awaitable") => "What comes to exist.",
        ("start" | "cleanup", "awaitable") => "Whose body.",
        ("cancel", "target") => "An awaitable, \"group\" for what the call's own gather() gave, or \"caller\".",
        ("cancel", "accepted") => "What .cancel() returns: false where there was nothing left to cancel.",
        ("cancel", "by") => {
            "Who calls it. schedule: the scenario says so. caller: the caller's own cancellation, passed on. group: a \
             group's, passed on to a member. exit: asyncio.run() at the program's end. interrupt: Ctrl-C."
        }
        ("finish", "awaitable") => "What ended; \"group\" is what the call's own gather() gave.",
        ("finish", "outcome") => "How.",
        ("finish", "value") => "What it returned.",
        ("finish", "exception") => "What it raised, or the CancelledError that it ended with.",
        ("call", "function") => "Which of the two.",
        ("check", "done") => "What it sees.",
        ("callback", "awaitable") => "A nested group, or \"group\" for what the call's own gather() gave.",
        ("resume", "outcome") => "With a value, with an exception, or with a CancelledError.",
        ("warning", "text") => "What it says, without its category.",
        ("log", "text") => "Its first line.",
        ("log", "awaitable") => "Whose exception it is; \"group\" is what the call's own gather() gave.",
        _ => "",
    }
}
