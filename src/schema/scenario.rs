//! The scenario file.

use serde_json::{Value, json};

use crate::event::Target;
use crate::scenario::tables::{Owner, refused_names};
use crate::scenario::{Nanos, unit_names};

use super::{DIALECT, defined, described, list_of, merge, table};

/// The JSON Schema of a scenario file.
pub fn scenario() -> Value {
    let mut schema = json!({
        "$schema": DIALECT,
        "title": "asyncdemo scenario",
        "description": "Awaitables and what a caller does with them: what `asyncdemo gather` and `asyncdemo wait` run.",
    });
    merge(&mut schema, table::of(Owner::File));
    merge(
        &mut schema,
        json!({
            // A scenario without awaitables has to say that it means it.
            "anyOf": [
                { "required": ["awaitable"] },
                { "required": ["caller"], "properties": { "caller": { "required": ["args"] } } },
            ],
            "$defs": {
                "duration": duration(),
                "delay": described(
                    "A duration, or \"forever\": it awaits a future that nothing settles.",
                    json!({ "anyOf": [defined("duration"), { "const": "forever" }] }),
                ),
                "timeout": described(
                    "A duration, or \"none\".",
                    json!({ "anyOf": [defined("duration"), { "enum": ["none", "None"] }] }),
                ),
                "value": value(),
                "exception": exception(),
                "name": described(
                    "The name of an awaitable of this file.",
                    json!({ "type": "string", "not": reserved() }),
                ),
                "names": list_of(defined("name")),
            },
        }),
    );
    schema
}

/// Seconds as a number, or a text of numbers with units.
fn duration() -> Value {
    const NUMBER: &str = r"(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?";
    const ZERO: &str = r"(?:0+\.?0*|\.0+)(?:[eE][+-]?[0-9]+)?";
    // The longest names first, so that the first alternative that fits is `ms` and not `m`.
    let mut units: Vec<&str> = unit_names().collect();
    units.sort_by_key(|unit| std::cmp::Reverse(unit.chars().count()));
    let unit = format!("(?:{})", units.join("|"));
    let pattern = format!(r"^\s*(?:\+?{NUMBER}|\+?(?:{NUMBER}\s*{unit}\s*)+|-{ZERO}|-(?:{ZERO}\s*{unit}\s*)+)\s*$");
    described(
        "Seconds as a number, such as 1.5, or a string with units, such as \"250ms\" or \"1h30m\" (ns, us, ms, s, m, h, \
         d); at most 100 days.",
        json!({
            "anyOf": [
                {
                    "type": "number",
                    "minimum": 0,
                    "maximum": Nanos::MAX.0 / Nanos::SECOND.0,
                },
                { "type": "string", "pattern": pattern },
            ],
            "examples": [1.5, "250ms", "1h30m"],
        }),
    )
}

/// What JSON and Python both have.
fn value() -> Value {
    described(
        "Any TOML value except dates, nan and inf.",
        json!({
            "type": ["string", "number", "boolean", "array", "object"],
            "items": defined("value"),
            "additionalProperties": defined("value"),
        }),
    )
}

/// A text or a table that names a class and what it says.
fn exception() -> Value {
    let refused = format!("^{}(?::|$)", refused_names());
    let mut with_message = table::of(Owner::Raises);
    merge(&mut with_message, json!({ "required": ["type"] }));
    if let Some(class) = with_message.pointer_mut("/properties/type") {
        merge(class, json!({ "not": { "pattern": refused } }));
    }
    described(
        "An exception: \"Type\", \"Type: message\", or { type = \"…\", message = \"…\" }. The type is a built-in \
         exception's name, or any other identifier, for which a subclass of Exception is created.",
        json!({
            "anyOf": [
                {
                    "type": "string",
                    "pattern": format!("^{}(?::|$)", identifier()),
                    "not": { "pattern": refused },
                },
                with_message,
            ],
            "examples": ["ValueError", "TimeoutError: upstream took too long"],
        }),
    )
}

/// What Python takes as a name. Patterns have no classes by property (`\p{…}`): Python's validator knows none, and fails.
/// Beyond Latin-1 all is let through, and the parser judges.
pub fn identifier() -> String {
    const NO_START: &str =
        r"\u0000-\u0040\u005b-\u005e\u0060\u007b-\u00a9\u00ab-\u00b4\u00b6-\u00b9\u00bb-\u00bf\u00d7\u00f7";
    const NO_CONTINUE: &str = r"\u0000-\u002f\u003a-\u0040\u005b-\u005e\u0060\u007b-\u00a9\u00ab-\u00b4\u00b6\u00b8\u00b9\u00bb-\u00bf\u00d7\u00f7";
    format!("[^{NO_START}][^{NO_CONTINUE}]*")
}

/// The control characters.
pub const CONTROLS: &str = r"\u0000-\u001f\u007f-\u009f";

/// What an awaitable's name may not hold: control, format and private characters, and spaces but the plain one. Those
/// beyond U+FFFF are left to the parser: there is no way to write them that every validator reads.
pub const UNPRINTABLE: &str = concat!(
    r"\u0000-\u001f\u007f-\u00a0\u00ad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u1680\u180e\u2000-\u200f",
    r"\u2028-\u202f\u205f-\u2064\u2066-\u206f\u3000\ue000-\uf8ff\ufeff\ufff9-\ufffb",
);

/// What no awaitable may be called: in events these are the call's own gather() and the caller.
pub fn reserved() -> Value {
    json!({ "enum": Target::WORDS })
}
