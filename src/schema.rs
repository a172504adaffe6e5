//! The two formats as JSON Schemas (draft 2020-12): the scenario file, for editors that complete and check while one
//! types, and the run document, for scripts and generated types.
//!
//! Keys, closed words with their meanings, which key goes with which kind, the fields of events: all of that is taken from
//! the tables that the parser itself reads by, so that it cannot differ from what is accepted. What stands here is what
//! no table knows: a sentence on each key, and the shape of its value. What a schema cannot say (that a name exists, that a
//! group does not hold itself) stays with the parser; so the schema refuses nothing that the parser accepts, but not
//! the other way round.

mod event;
mod run;
mod scenario;
mod table;

use serde_json::{Value, json};

pub use run::run;
pub use scenario::scenario;

/// The dialect that both are written in.
const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";

/// One of a few words.
fn words(words: &[&str]) -> Value {
    json!({ "type": "string", "enum": words })
}

/// A piece that is defined once, under `$defs`.
fn defined(name: &str) -> Value {
    json!({ "$ref": format!("#/$defs/{name}") })
}

/// A list, each of whose items is this.
fn list_of(items: Value) -> Value {
    json!({ "type": "array", "items": items })
}

/// A schema with the sentence that an editor shows for the key.
fn described(description: impl Into<String>, schema: Value) -> Value {
    let mut described = json!({ "description": description.into() });
    merge(&mut described, schema);
    described
}

/// Adds an object's entries to another's.
fn merge(object: &mut Value, further: Value) {
    if let (Value::Object(object), Value::Object(further)) = (object, further) {
        object.extend(further);
    }
}
