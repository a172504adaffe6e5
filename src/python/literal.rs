//! Strings and durations as Python's literals.

use super::code::{Snippet, code};
use crate::scenario::{Nanos, write_in_literal};

/// A duration in seconds: the shortest decimal that says it to the nanosecond.
pub fn seconds(duration: Nanos) -> Snippet {
    code!("{duration}")
}

/// A string literal, with the quotes that black prefers: double ones, unless single ones need fewer backslashes.
pub fn string(text: &str) -> String {
    let count = |quote| text.chars().filter(|c| *c == quote).count();
    let quote = if count('\'') < count('"') { '\'' } else { '"' };
    let mut literal = String::with_capacity(text.len() + 2);
    literal.push(quote);
    for c in text.chars() {
        if c == quote {
            literal.push('\\');
        }
        // Writing to a String never fails.
        let _ = write_in_literal(&mut literal, c);
    }
    literal.push(quote);
    literal
}
