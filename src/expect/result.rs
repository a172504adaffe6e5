//! What was returned or raised, beside what an `[[expect]]` says of it.
//!
//! A result is a plain value, `{ returns = V }`, `{ raises = "T: m" }`, or `{}` for None; that of a nested group is a
//! list of such.

use std::collections::BTreeMap;
use std::fmt;

use crate::event::{Ended, Exception, Item, Returned};
use crate::outcome::Run;
use crate::scenario::{self, End, Scenario, Value, write_exception_repr};

/// What values and results are looked up in.
#[derive(Clone, Copy)]
pub struct ResultLookup<'a> {
    pub scenario: &'a Scenario,
    nested: &'a BTreeMap<u32, Vec<Item>>,
    /// What the caller's own group holds.
    group: &'a [Item],
}

impl<'a> ResultLookup<'a> {
    pub fn of(run: &'a Run<'_>) -> ResultLookup<'a> {
        ResultLookup { scenario: run.scenario, nested: &run.nested, group: &[] }
    }

    /// The same for an event that settles the caller's own group.
    pub fn with_group(self, group: &'a [Item]) -> ResultLookup<'a> {
        ResultLookup { group, ..self }
    }

    /// Whether something ended as a result says.
    pub fn ended_as(self, expected: &End, ended: Ended) -> bool {
        match (expected, ended) {
            (End::Returns(value), Ended::Returned(returned)) => self.returned(value, returned),
            (End::Raises(raised), Ended::Raised(exception) | Ended::Cancelled(exception)) => {
                self.raised(raised, exception)
            }
            _ => false,
        }
    }

    /// Whether it is the exception that is written: its type and its message, or that it has none.
    pub fn raised(self, expected: &scenario::WrittenException, exception: Exception) -> bool {
        expected.type_name == exception.type_name(self.scenario)
            && expected.message.as_deref() == exception.message(self.scenario)
    }

    /// Whether a value was returned; dictionaries are equal in any order, as in Python.
    pub fn returned(self, expected: &Value, returned: Returned) -> bool {
        match self.items(returned) {
            Some(items) => {
                let Value::List(expected) = expected else { return false };
                expected.len() == items.len()
                    && expected.iter().zip(items).all(|(expected, item)| self.is_item(expected, item.ended))
            }
            None => returned.value(self.scenario).is_some_and(|value| same(expected, value)),
        }
    }

    /// As [`ResultLookup::ended_as`], for a result inside a list, where a table can be read in both ways.
    pub fn is_item(self, expected: &Value, ended: Ended) -> bool {
        if let Ended::Returned(returned) = ended
            && self.returned(expected, returned)
        {
            return true;
        }
        let Value::Dict(entries) = expected else { return false };
        match (&entries[..], ended) {
            ([], Ended::Returned(returned)) => returned.value(self.scenario) == Some(&Value::None),
            ([(key, value)], Ended::Returned(returned)) if key == "returns" => self.returned(value, returned),
            ([(key, raised)], Ended::Raised(exception) | Ended::Cancelled(exception)) if key == "raises" => {
                exception_of(raised).is_some_and(|raised| self.raised(&raised, exception))
            }
            _ => false,
        }
    }

    /// A group's results; `None` for what is no group.
    fn items(self, returned: Returned) -> Option<&'a [Item]> {
        match returned {
            Returned::Nested(id) => Some(self.nested.get(&id.0).map(Vec::as_slice).unwrap_or_default()),
            Returned::Group(_) => Some(self.group),
            Returned::Body(_) | Returned::Cleanup(_) => None,
        }
    }

    /// How something ended, as a result is written.
    pub fn as_result(self, ended: Ended) -> Value {
        match ended {
            Ended::Returned(returned) => match self.as_value(returned) {
                Value::None => Value::Dict(Vec::new()),
                value if reads_as_result(&value) => Value::Dict(vec![("returns".to_owned(), value)]),
                value => value,
            },
            Ended::Raised(exception) | Ended::Cancelled(exception) => {
                Value::Dict(vec![("raises".to_owned(), Value::Str(self.as_raises(exception)))])
            }
        }
    }

    /// A returned value; a group's results are a list of results.
    pub fn as_value(self, returned: Returned) -> Value {
        match self.items(returned) {
            Some(items) => Value::List(items.iter().map(|item| self.as_result(item.ended)).collect()),
            None => returned.value(self.scenario).cloned().unwrap_or(Value::None),
        }
    }

    /// An exception as `raises` writes it: `TimeoutError: too late`.
    pub fn as_raises(self, exception: Exception) -> String {
        let type_name = exception.type_name(self.scenario);
        match exception.message(self.scenario) {
            None => type_name.to_owned(),
            Some("") => format!("{type_name}:"),
            Some(message) => format!("{type_name}: {message}"),
        }
    }

    /// How something ended, as Python's `repr` writes it.
    pub fn repr(self, ended: Ended) -> impl fmt::Display + 'a {
        ended.repr(self.scenario, move |returned| self.items(returned))
    }
}

/// A written result as Python's `repr` writes it.
pub fn end_repr(end: &End) -> impl fmt::Display + '_ {
    fmt::from_fn(move |f| match end {
        End::Returns(value) => write!(f, "{value}"),
        End::Raises(exception) => write_exception_repr(f, &exception.type_name, exception.message.as_deref()),
    })
}

/// Whether a table would be taken for `{ returns = … }` or its like instead of a value.
fn reads_as_result(value: &Value) -> bool {
    matches!(value, Value::Dict(entries) if entries.iter().all(|(key, _)| key == "returns" || key == "raises"))
}

/// Whether two values are equal; dictionaries are in any order, as in Python, but `1` is not `1.0`.
pub fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::List(one), Value::List(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other))
        }
        (Value::Dict(one), Value::Dict(other)) => {
            one.len() == other.len()
                && one.iter().enumerate().all(|(index, (key, value))| {
                    // Most stand in the same order, so that a large table is not searched for every key of it.
                    let there = other.get(index).filter(|(other, _)| other == key);
                    there
                        .or_else(|| other.iter().find(|(other, _)| other == key))
                        .is_some_and(|(_, other)| same(value, other))
                })
        }
        (one, other) => one == other,
    }
}

/// An exception inside a list of results, which the parser takes for any value.
fn exception_of(written: &Value) -> Option<scenario::WrittenException> {
    let (type_name, message) = match written {
        Value::Str(text) => match text.split_once(':') {
            Some((type_name, message)) => (type_name, Some(message.strip_prefix(' ').unwrap_or(message))),
            None => (text.as_str(), None),
        },
        Value::Dict(entries) => {
            let text = |wanted| {
                entries.iter().find(|(key, _)| key == wanted).and_then(|(_, value)| match value {
                    Value::Str(text) => Some(text.as_str()),
                    _ => None,
                })
            };
            (text("type")?, text("message"))
        }
        _ => return None,
    };
    let type_name = match type_name {
        "IOError" | "EnvironmentError" => "OSError",
        type_name => type_name,
    };
    Some(scenario::WrittenException { type_name: type_name.to_owned(), message: message.map(str::to_owned) })
}
