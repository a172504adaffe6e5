//! What is wrong with a file as TOML, before anything is known of scenarios.
//!
//! The parser tells its errors apart by their messages alone. Each message that is matched here is shown by a file
//! `tests/bad/syntax-*.toml`, so that a new version of the parser with other messages does not pass unnoticed.

use std::ops::Range;

use toml::de::{DeTable, Error};

use crate::scenario::diagnostic::{Problem, Problems, quoted};

use super::values::TOO_DEEP;

/// Reads a text as TOML; `None` where it is none, and then the problems say why.
pub(super) fn document<'t>(text: &'t str, problems: &mut Problems) -> Option<DeTable<'t>> {
    let (document, errors) = DeTable::parse_recoverable(text);
    if errors.is_empty() {
        return Some(document.into_inner());
    }
    // The parser tells what is wrong with lines before what is wrong with values, so the order is not the file's. And
    // one slip often makes it stumble twice on a line; only the first of them is the reader's.
    let mut places: Vec<(Range<usize>, &Error)> = errors.iter().map(|error| (place(text, error), error)).collect();
    places.sort_by_key(|(place, _)| place.start);
    let mut last_line_end = None;
    for (place, error) in places {
        if last_line_end.is_some_and(|end| place.start <= end) {
            continue;
        }
        let rest = text.as_bytes().get(place.start..).unwrap_or_default();
        last_line_end = Some(place.start + rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len()));
        problems.push(problem(text, place, error));
    }
    None
}

fn place(text: &str, error: &Error) -> Range<usize> {
    let place = error.span().unwrap_or(text.len()..text.len());
    place.start.min(text.len())..place.end.min(text.len())
}

fn problem(text: &str, place: Range<usize>, error: &Error) -> Problem {
    let word = text.get(place.clone()).unwrap_or("").trim();
    let message = error.message();
    let (what, wanted) = message.split_once(", expected ").unwrap_or((message, ""));
    let at = |message: &str| Problem::new(message).at(place.clone());
    match what {
        "duplicate key" => at(&format!("{} is given twice in one table", quoted(word)))
            .label("given a second time")
            .help("remove one of them; another awaitable needs its own `[[awaitable]]` line"),
        "recursion limit" | "cannot recurse further; max recursion depth met" => {
            at(TOO_DEEP).label("too deep").help("make it flatter")
        }
        "string values must be quoted" if word.is_empty() => at("missing value").maybe_help(help("missing value")),
        "string values must be quoted" if word.starts_with(|c: char| c.is_ascii_digit()) && word.contains(' ') => {
            let rest = text.get(place.end..).and_then(|rest| rest.lines().next()).unwrap_or("");
            at(&format!("{} is not a TOML value", quoted(word))).help(if rest.trim_start().starts_with('=') {
                "put each key on a line of its own"
            } else {
                "separate values with `,`, and put strings into quotes"
            })
        }
        "string values must be quoted" => {
            let short = word.len() <= 60 && !word.contains(['"', '\\', '\n']);
            at(&format!("the string {} has no quotes", quoted(word)))
                .label("not a TOML value")
                .maybe_help(short.then(|| format!("write `\"{word}\"`")))
        }
        "invalid float" | "invalid boolean" if not_toml(text, place.start).is_some() => {
            let (word, help) = not_toml(text, place.start).unwrap_or_default();
            at(&format!("{} is not a TOML value", quoted(word))).help(help)
        }
        "invalid mantissa" => at("a number cannot begin with its decimal point").help("write `0.5`"),
        "missing escaped value" => at("unknown escape")
            .label("not one of b, t, n, f, r, e, \", \\, x, u, U")
            .help("write `\\\\` for a backslash itself"),
        "invalid basic string" | "invalid multi-line basic string" if wanted.starts_with("non-double-quote") => {
            at("control character in a string").label("must be escaped").help("write its escape, such as `\\u001b`")
        }
        "invalid basic string" | "invalid literal string" => at("a string without its closing quote")
            .label("the line ends here")
            .help("close it on its line, or use `\"\"\"`"),
        "invalid multi-line basic string" | "invalid multi-line literal string" => {
            at("a string without its closing quotes").label("the file ends here").help("close it with three quotes")
        }
        "invalid key-value pair" if text.trim_start().starts_with('{') => at("not TOML")
            .label("this looks like JSON")
            .help("a scenario begins with `[[awaitable]]`, or `title = \"…\"`"),
        _ => {
            let label = match wanted {
                "" | "nothing" => String::new(),
                "newline, `#`" => "the line should end before this".to_owned(),
                wanted => format!("expected {wanted}"),
            };
            at(&lower_case(what)).label(label).maybe_help(help(what))
        }
    }
}

/// A value that Python, JSON or another language has, and what to write instead.
fn not_toml(text: &str, start: usize) -> Option<(&str, &'static str)> {
    let rest = text.get(start..)?;
    let word = rest.split(|c: char| !c.is_alphanumeric()).next()?;
    let help = match word {
        "None" | "null" | "nil" => "TOML has no such value: leave the key out, and it returns None",
        "True" => "write `true`",
        "False" => "write `false`",
        _ => return None,
    };
    Some((word, help))
}

/// What to write, for the slips that are made most.
fn help(what: &str) -> Option<&'static str> {
    Some(match what {
        "key with no value" => "a line is `key = value`, `[table]` or `[[awaitable]]`",
        "missing value" => "write a value after the `=`, as in `delay = \"1s\"`",
        "unclosed array" => "close it with `]`",
        "unclosed inline table" => "close it with `}`",
        "unclosed table" => "close it with `]`, as in `[caller]`",
        "unclosed array table" => "close it with two brackets, as in `[[awaitable]]`",
        "missing comma between array elements" | "missing comma between key-value pairs" => "separate them with `,`",
        "unexpected key or value" => "put each key on a line of its own",
        "extra `=`" => "write one `=`, and put a string that contains another into quotes",
        "carriage return must be followed by newline" => "end lines with LF or CRLF",
        _ => return None,
    })
}

fn lower_case(message: &str) -> String {
    let mut characters = message.chars();
    characters.next().map(|first| first.to_lowercase().chain(characters).collect()).unwrap_or_default()
}
