//! Text of a program, and the names in it that are the program's own.
//!
//! No awaitable and no exception class of a scenario gets one of these names: [`NAMES`] is what the outline's
//! [`Identifiers`](crate::scenario::Identifiers) leave out. [`Snippet`] is made by [`code!`] alone, and that takes no name
//! which the list does not have.

use std::fmt;

use crate::scenario::KEYWORDS;

/// Every name that a program may use besides those that come from its scenario.
#[rustfmt::skip]
pub const NAMES: [&str; 39] = [
    "BaseException", "Exception", "_", "asyncio", "awaitable", "awaitables", "call", "cancel", "coro", "dict", "done",
    "error", "everything", "fail", "future", "group", "kwargs", "left", "line", "loop", "made", "main", "map", "message",
    "name", "other", "others", "pending", "print", "range", "remember", "repr", "result", "results", "set", "settle",
    "sorted", "task", "tasks",
];

/// A piece of a program's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snippet(String);

impl Snippet {
    /// For [`code!`] only, which has checked the names.
    pub fn checked(text: String) -> Snippet {
        Snippet(text)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Snippet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// As `format!`, for a piece of a program. What stands in the text itself may name only [`NAMES`], or it does not
/// compile; what is put in for `{…}` comes from the scenario, or is [`Snippet`] too.
macro_rules! code {
    ($text:literal $($arguments:tt)*) => {{
        const { $crate::python::code::check_names($text) }
        $crate::python::code::Snippet::checked(format!($text $($arguments)*))
    }};
}

pub(super) use code;

/// Panics, and so ends the compilation, where a text for `format!` uses a name that is not in [`NAMES`]. Attributes
/// and keyword arguments are not looked at: they are no names of the program.
pub const fn check_names(text: &str) {
    let text = text.as_bytes();
    let mut at = 0;
    let mut quote = None;
    while at < text.len() {
        let byte = text[at];
        let start = at;
        at += 1;
        match (quote, byte) {
            (Some(open), _) => {
                if byte == open {
                    quote = None;
                }
            }
            (None, b'"' | b'\'') => quote = Some(byte),
            (None, b'#') => return,
            (None, b'{') => {
                if at < text.len() && text[at] == b'{' {
                    at += 1;
                } else {
                    while text[at] != b'}' {
                        at += 1;
                    }
                }
            }
            (None, _) if is_in_word(byte) => {
                while at < text.len() && is_in_word(text[at]) {
                    at += 1;
                }
                let is_attribute = start > 0 && text[start - 1] == b'.';
                let is_keyword_argument = at < text.len() && text[at] == b'=';
                let is_listed = is_one_of(&NAMES, text, start, at) || is_one_of(&KEYWORDS, text, start, at);
                assert!(
                    byte.is_ascii_digit() || is_attribute || is_keyword_argument || is_listed,
                    "the text uses a name that is not in NAMES"
                );
            }
            (None, _) => {}
        }
    }
}

const fn is_in_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// Whether one of some words stands in a text from `start` to `end`.
const fn is_one_of(words: &[&str], text: &[u8], start: usize, end: usize) -> bool {
    let mut index = 0;
    while index < words.len() {
        let word = words[index].as_bytes();
        let mut same = 0;
        while word.len() == end - start && same < word.len() && word[same] == text[start + same] {
            same += 1;
        }
        if same > 0 && same == word.len() {
            return true;
        }
        index += 1;
    }
    false
}

#[cfg(test)]
mod tests {
    use std::panic::catch_unwind;

    use super::*;

    #[track_caller]
    fn check(text: &'static str, listed: bool) {
        assert_eq!(catch_unwind(|| check_names(text)).is_ok(), listed, "{text}");
    }

    #[test]
    fn every_name_in_a_text_is_looked_up() {
        check("async def main():", true);
        check("async def start():", false);
        check("for _ in range({count}):", true);
        check("for i in range({count}):", false);
        check("{{asyncio.current_task()}}", true);
        check("{{time.current_task()}}", false);
    }

    #[test]
    fn what_is_no_name_is_not() {
        check("task = asyncio.Task(coro, loop=loop, **kwargs)", true);
        check("task = asyncio.Task(coro, loop=here, **kwargs)", false);
        check("print(\"gather() returned\", {results})  # It's over.", true);
        check("await asyncio.sleep(1e9)", true);
        check("\"\"\"A task factory.\"\"\"", true);
    }
}
