//! TOML values as Python values.

use std::ops::Range;

use toml::de::{DeInteger, DeValue};

use crate::scenario::diagnostic::{Problem, Problems};
use crate::scenario::{Nanos, Value};

use super::keys::{Node, type_of};

/// How deep arrays and tables may be nested in a value, and groups in groups.
pub(super) const DEEPEST: usize = 64;

/// The words for what is deeper than that.
pub(super) const TOO_DEEP: &str = "nested more than 64 deep";

/// A TOML value as a Python value; `None` where it holds what JSON cannot carry, and then the problems say where.
pub(super) fn value(node: &Node<'_>, problems: &mut Problems) -> Option<Value> {
    nested(node, 0, problems)
}

fn nested(node: &Node<'_>, depth: usize, problems: &mut Problems) -> Option<Value> {
    let place = node.span();
    match node.get_ref() {
        DeValue::Array(_) | DeValue::Table(_) if depth == DEEPEST => {
            problems.push(Problem::new(TOO_DEEP).at(place).label("level 65").help("make it flatter"));
            None
        }
        DeValue::String(text) => Some(Value::Str(text.to_string())),
        DeValue::Boolean(boolean) => Some(Value::Bool(*boolean)),
        DeValue::Integer(written) => integer(written, place, problems).map(Value::Int),
        DeValue::Float(written) => float(written.as_str(), place, problems).map(Value::Float),
        DeValue::Datetime(_) => {
            let problem = Problem::new("an awaitable cannot return a date")
                .at(place)
                .label(type_of(node))
                .help("write it as a string, in quotes");
            problems.push(problem);
            None
        }
        DeValue::Array(items) => {
            // Every item is read, also behind a bad one, so that all mistakes are reported.
            let read: Vec<Option<Value>> = items.iter().map(|item| nested(item, depth + 1, problems)).collect();
            read.into_iter().collect::<Option<Vec<Value>>>().map(Value::List)
        }
        DeValue::Table(table) => {
            let read: Vec<Option<(String, Value)>> = table
                .iter()
                .map(|(key, item)| Some((key.get_ref().to_string(), nested(item, depth + 1, problems)?)))
                .collect();
            read.into_iter().collect::<Option<Vec<(String, Value)>>>().map(Value::Dict)
        }
    }
}

/// A whole number of 64 bits.
pub(super) fn integer(written: &DeInteger<'_>, place: Range<usize>, problems: &mut Problems) -> Option<i64> {
    let read = i64::from_str_radix(written.as_str(), written.radix()).ok();
    if read.is_none() {
        let problem = Problem::new("integer out of range")
            .at(place)
            .label("does not fit into 64 bits")
            .help("the largest is 9223372036854775807, the smallest -9223372036854775808");
        problems.push(problem);
    }
    read
}

fn float(written: &str, place: Range<usize>, problems: &mut Problems) -> Option<f64> {
    match written.parse::<f64>() {
        Ok(float) if float.is_finite() => Some(float),
        Ok(float) => {
            let problem = Problem::new("this float cannot be represented in JSON")
                .at(place)
                .label(if float.is_nan() { "not a number" } else { "infinite" })
                .help("write a finite number, or a string in quotes");
            problems.push(problem);
            None
        }
        Err(_) => {
            problems.push(Problem::new("not a float").at(place));
            None
        }
    }
}

/// A moment as documents write it: seconds.
pub(super) fn seconds(nanos: Nanos) -> Value {
    Value::Float(nanos.as_secs_f64())
}
