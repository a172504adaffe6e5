//! A scenario's text before the schema and before the parser.

use std::sync::LazyLock;

use asyncdemo::scenario::parse;
use asyncdemo::schema;
use jsonschema::Validator;
use serde_json::{Value, json};
use toml::de::{DeTable, DeValue};

static SCHEMA: LazyLock<Validator> =
    LazyLock::new(|| jsonschema::draft202012::new(&schema::scenario()).expect("a schema"));

/// A file as an editor hands it to a validator; `None` where it is no TOML.
pub fn as_json(text: &str) -> Option<Value> {
    let table = DeTable::parse(text.strip_prefix('\u{feff}').unwrap_or(text)).ok()?;
    Some(table_as_json(table.get_ref()))
}

fn table_as_json(table: &DeTable<'_>) -> Value {
    table.iter().map(|(key, value)| (key.get_ref().to_string(), value_as_json(value.get_ref()))).collect()
}

fn value_as_json(value: &DeValue<'_>) -> Value {
    match value {
        DeValue::String(text) => json!(text),
        DeValue::Boolean(boolean) => json!(boolean),
        DeValue::Integer(number) => match i128::from_str_radix(number.as_str(), number.radix()) {
            Ok(number) => match (i64::try_from(number), u64::try_from(number)) {
                (Ok(number), _) => json!(number),
                (_, Ok(number)) => json!(number),
                _ => json!(number as f64),
            },
            Err(_) => json!(f64::MAX),
        },
        // JSON has no nan and no inf: they become null.
        DeValue::Float(number) => json!(number.as_str().parse::<f64>().ok()),
        // Nor dates: they become texts.
        DeValue::Datetime(date) => json!(date.to_string()),
        DeValue::Array(items) => items.iter().map(|item| value_as_json(item.get_ref())).collect(),
        DeValue::Table(table) => table_as_json(table),
    }
}

pub fn refusals(document: &Value) -> Vec<String> {
    SCHEMA.iter_errors(document).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

pub fn accepts(document: &Value) -> bool {
    SCHEMA.is_valid(document)
}

/// A table with one key, and whether the parser and the schema accept it.
pub fn judged(key: &str, text: &str) -> (Result<(), String>, bool) {
    let value: String = text.chars().map(|c| format!("\\U{:08X}", u32::from(c))).collect();
    let text = format!("[[awaitable]]\n{key} = \"{value}\"\n");
    let parsed = parse("test.toml", &text).map(|_| ()).map_err(|error| error.to_string());
    (parsed, accepts(&as_json(&text).expect("TOML")))
}
