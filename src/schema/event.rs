//! An event, as an `[[expect]]` asks for it and as a document has it: the same table of fields, read in two ways.

use serde_json::{Map, Value, json};

use crate::event::{ALREADY, BECAUSE, CALL, CAUSE, COMMON, EventKind, Field, Holds, Status, Word};

use super::{defined, described, merge, words};

/// An event of an `[[expect]]`: whatever fields are written are compared.
pub fn expected() -> Value {
    any_of_them(|kind| {
        let own = kind.fields().iter().chain(&COMMON).map(|field| described_field(field, in_scenario));
        let properties: Map<String, Value> = [word(kind)].into_iter().chain(own).collect();
        json!({ "properties": properties, "required": ["event"] })
    })
}

/// An event of a run: all of its fields are there.
pub fn recorded() -> Value {
    any_of_them(|kind| {
        // How something finished decides which of these two there is.
        let always = |(_, holds, _): &&Field| !matches!(holds, Holds::Value | Holds::Exception);
        let fields = || COMMON.iter().chain(kind.fields());
        let mut required: Vec<&str> = fields().filter(always).map(|(key, ..)| *key).collect();
        required.push("event");
        let [at, iteration] = COMMON.each_ref().map(|field| described_field(field, in_document));
        let own = kind.fields().iter().map(|field| described_field(field, in_document));
        let own = own.chain(can_be_open(kind).then(open));
        let why = why(kind).map(|((key, sentence), schema)| (key.to_owned(), described(sentence, schema)));
        let properties: Map<String, Value> = [at, iteration, word(kind)].into_iter().chain(own).chain(why).collect();
        let mut event = json!({ "properties": properties, "required": required });
        if !fields().all(|field| always(&field)) {
            merge(&mut event, end_by("outcome"));
        }
        event
    })
}

/// Whether such an event can be one of several that come in the order of a set.
fn can_be_open(kind: EventKind) -> bool {
    matches!(kind, EventKind::Create | EventKind::Cancel)
}

/// The mark of such an event.
fn open() -> (String, Value) {
    let sentence = "True if this is one of several that come in the order of a set, which CPython does not fix; otherwise missing.";
    ("open".to_owned(), described(sentence, json!({ "const": true })))
}

/// The fields that say of which call an event is, and why it happened; none of them is always there.
fn why(kind: EventKind) -> impl Iterator<Item = ((&'static str, &'static str), Value)> {
    let number = || json!({ "type": "integer", "minimum": 0 });
    let already = (kind == EventKind::Resume).then(|| (ALREADY, json!({ "const": true })));
    let because = json!({ "type": "array", "items": number(), "minItems": 1 });
    already.into_iter().chain([(CALL, number()), (CAUSE, number()), (BECAUSE, because)])
}

/// What goes with how something ended: a value where it returned, an exception where it did not.
pub fn end_by(key: &str) -> Value {
    json!({
        "if": { "properties": { key: { "const": Status::Returned.word() } } },
        "then": { "required": ["value"], "properties": { "exception": { "not": {} } } },
        "else": { "required": ["exception"], "properties": { "value": { "not": {} } } },
    })
}

/// One of the events; each takes its own fields and no others.
fn any_of_them(event: impl Fn(EventKind) -> Value) -> Value {
    let each = EventKind::ALL.iter().map(|kind| {
        let mut schema = described(kind.meaning(), json!({ "type": "object", "additionalProperties": false }));
        merge(&mut schema, event(*kind));
        schema
    });
    json!({ "oneOf": each.collect::<Vec<_>>() })
}

/// The field that tells the kinds apart.
fn word(kind: EventKind) -> (String, Value) {
    ("event".to_owned(), described("What happened.", json!({ "const": kind.word() })))
}

fn described_field((key, holds, sentence): &Field, schema: fn(Holds) -> Value) -> (String, Value) {
    let sentence = match holds {
        Holds::Explained(_, glossary) => format!("{sentence} {}", glossary()),
        _ => (*sentence).to_owned(),
    };
    ((*key).to_owned(), described(sentence, schema(*holds)))
}

/// A field where a scenario names it.
fn in_scenario(holds: Holds) -> Value {
    match holds {
        Holds::Target([]) => defined("name"),
        // Said so that an editor offers the words.
        Holds::Target(further) => json!({ "anyOf": [defined("name"), words(further)] }),
        Holds::Word(allowed) | Holds::Explained(allowed, _) => words(allowed),
        Holds::Boolean => json!({ "type": "boolean" }),
        Holds::Text => json!({ "type": "string" }),
        Holds::Value => defined("value"),
        Holds::Exception => defined("exception"),
        Holds::Moment => defined("duration"),
        Holds::Iteration => json!({ "type": "integer", "minimum": 1 }),
    }
}

/// A field where a document has it.
fn in_document(holds: Holds) -> Value {
    match holds {
        Holds::Moment => defined("seconds"),
        holds => in_scenario(holds),
    }
}
