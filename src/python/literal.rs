//! Strings and durations as Python's literals.

use std::fmt::Write;

use super::code::{Snippet, code};
use crate::scenario::{Nanos, is_printable};

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
        push_escaped(&mut literal, c);
    }
    literal.push(quote);
    literal
}

/// What a literal has for a character: itself where one can see it, and it is no backslash.
pub fn push_escaped(literal: &mut String, c: char) {
    let _ = match c {
        '\n' => literal.write_str("\\n"),
        '\r' => literal.write_str("\\r"),
        '\t' => literal.write_str("\\t"),
        '\\' => literal.write_str("\\\\"),
        c if is_printable(c) => literal.write_char(c),
        c => match u32::from(c) {
            code @ ..=0xff => write!(literal, "\\x{code:02x}"),
            code @ ..=0xffff => write!(literal, "\\u{code:04x}"),
            code => write!(literal, "\\U{code:08x}"),
        },
    };
}
