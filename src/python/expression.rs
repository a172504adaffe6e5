//! Expressions, as far as their layout goes.

use std::fmt::Write;

use super::code::{Snippet, code};
use super::literal::string;
use crate::scenario::Value;

/// An expression.
#[derive(Clone, Debug, PartialEq)]
pub enum Expression {
    /// What stands on one line whatever its length.
    Text(Snippet),
    /// What stands in brackets: with commas between, on one line or one item a line.
    Brackets {
        /// All before the first item: `asyncio.gather(`.
        open: Snippet,
        /// What stands between the brackets.
        items: Vec<Expression>,
        /// The closing bracket, with the comma before it that stands only where all is on one line.
        close: &'static str,
    },
    /// A comprehension, which takes no comma.
    Comprehension {
        /// All before what stands between the brackets.
        open: Snippet,
        /// What stands between them.
        inside: Snippet,
    },
}

impl Expression {
    /// A call.
    pub fn call(function: Snippet, items: Vec<Expression>) -> Expression {
        Expression::Brackets { open: code!("{function}("), items, close: ")" }
    }

    /// A list.
    pub fn list(items: Vec<Expression>) -> Expression {
        Expression::Brackets { open: code!("["), items, close: "]" }
    }

    /// A list or a set; where all its items are those of another one, that one.
    pub fn collection(open: Snippet, items: Vec<Expression>, close: &'static str) -> Expression {
        match items.as_slice() {
            [Expression::Text(only)] if only.as_str().starts_with('*') => {
                Expression::Text(code!("{}", only.as_str().trim_start_matches('*')))
            }
            [Expression::Comprehension { open, inside }] if open.as_str() == "*[" => {
                Expression::Comprehension { open: code!("["), inside: inside.clone() }
            }
            _ => Expression::Brackets { open, items, close },
        }
    }

    /// A list of as many alike.
    pub fn repeat(expression: &Snippet, times: usize) -> Expression {
        Expression::Comprehension { open: code!("["), inside: code!("{expression} for _ in range({times})") }
    }

    /// A string.
    pub fn string(text: &str) -> Expression {
        Expression::Text(code!("{}", string(text)))
    }

    /// A literal.
    pub fn value(value: &Value) -> Expression {
        match value {
            Value::List(items) => Expression::list(items.iter().map(Expression::value).collect()),
            Value::Dict(entries) => Expression::Brackets {
                open: code!("{{"),
                items: entries
                    .iter()
                    .map(|(key, value)| Expression::value(value).after(&code!("{}: ", string(key))))
                    .collect(),
                close: "}",
            },
            Value::Str(text) => Expression::string(text),
            // Black takes the sign out of an exponent.
            Value::Float(_) => Expression::Text(code!("{}", value.to_string().replace("e+", "e"))),
            Value::None | Value::Bool(_) | Value::Int(_) => Expression::Text(code!("{value}")),
        }
    }

    /// The same with a text before it.
    pub fn after(self, before: &Snippet) -> Expression {
        match self {
            Expression::Text(text) => Expression::Text(code!("{before}{text}")),
            Expression::Brackets { open, items, close } => {
                Expression::Brackets { open: code!("{before}{open}"), items, close }
            }
            Expression::Comprehension { open, inside } => {
                Expression::Comprehension { open: code!("{before}{open}"), inside }
            }
        }
    }

    /// What stands on one line, if there were room.
    pub fn flat(&self) -> String {
        let mut flat = String::new();
        self.write_flat(&mut flat);
        flat
    }

    fn write_flat(&self, out: &mut String) {
        match self {
            Expression::Text(text) => out.push_str(text.as_str()),
            Expression::Comprehension { open, inside } => {
                let _ = write!(out, "{open}{inside}]");
            }
            Expression::Brackets { open, items, close } => {
                out.push_str(open.as_str());
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        out.push_str(", ");
                    }
                    item.write_flat(out);
                }
                out.push_str(close);
            }
        }
    }
}
