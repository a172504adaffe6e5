//! The scenario file.

use serde_json::{Value, json};

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
                    "A duration, or \"forever\": it awaits a future that nobody settles.",
                    json!({ "anyOf": [defined("duration"), { "const": "forever" }] }),
                ),
                "timeout": described(
                    "A duration, or \"none\".",
                    json!({ "anyOf": [defined("duration"), { "enum": ["none", "None"] }] }),
                ),
                "value": value(),
                "exception": exception(),
                "name": described("The name of an awaitable of this file.", json!({ "type": "string" })),
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
    // The longest names first, so that whoever takes the first that fits takes `ms` and not `m`.
    let mut units: Vec<&str> = unit_names().collect();
    units.sort_by_key(|unit| std::cmp::Reverse(unit.chars().count()));
    let unit = format!("(?:{})", units.join("|"));
    let pattern = format!(r"^\s*(?:\+?{NUMBER}|\+?(?:{NUMBER}\s*{unit}\s*)+|-{ZERO}|-(?:{ZERO}\s*{unit}\s*)+)\s*$");
    described(
        "Seconds as a number, as 1.5, or a text with units, as \"250ms\" or \"1h30m\" (ns, us, ms, s, m, h, d); at most \
         100 days.",
        json!({
            "anyOf": [
                {
                    "type": "number",
                    "minimum": 0,
                    "maximum": Nanos::MAX.0 / Nanos::SECOND.0,
                    // A nanosecond is the least that is not nothing.
                    "not": { "exclusiveMinimum": 0, "exclusiveMaximum": 1e-9 },
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
        "Any TOML value but dates, nan and inf.",
        json!({
            "type": ["string", "number", "boolean", "array", "object"],
            "items": defined("value"),
            "additionalProperties": defined("value"),
        }),
    )
}

/// A text or a table that names a class and what it says.
fn exception() -> Value {
    let refused = format!("^(?:{})(?::|$)", refused_names().collect::<Vec<_>>().join("|"));
    let mut with_message = table::of(Owner::Raises);
    merge(&mut with_message, json!({ "required": ["type"] }));
    if let Some(class) = with_message.pointer_mut("/properties/type") {
        merge(class, json!({ "not": { "pattern": refused } }));
    }
    described(
        "An exception: \"Type\", \"Type: message\", or { type = \"…\", message = \"…\" }. The type is a built-in \
         exception's name, or any other identifier, for which a subclass of Exception is made.",
        json!({
            "anyOf": [
                {
                    "type": "string",
                    "pattern": format!("^{IDENTIFIER}(?::|$)"),
                    "not": { "pattern": refused },
                },
                with_message,
            ],
            "examples": ["ValueError", "TimeoutError: upstream took too long"],
        }),
    )
}

/// What Python takes as a name.
pub const IDENTIFIER: &str = r"[\p{XID_Start}_]\p{XID_Continue}*";
