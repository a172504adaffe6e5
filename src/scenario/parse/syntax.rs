//! What is wrong with a file as TOML, before anything is known of scenarios.

use toml::de::{DeTable, Error};

use crate::scenario::diagnostic::{Problem, Problems, quoted};

use super::values::TOO_DEEP;

/// Reads a text as TOML; `None` where it is none, and then the problems say why.
pub(super) fn document<'t>(text: &'t str, problems: &mut Problems) -> Option<DeTable<'t>> {
    let (document, errors) = DeTable::parse_recoverable(text);
    if errors.is_empty() {
        return Some(document.into_inner());
    }
    // One slip often makes the parser stumble twice on its line; only the first of them is the reader's.
    let mut last_line_end = None;
    for error in &errors {
        let at = error.span().map_or(text.len(), |span| span.start.min(text.len()));
        if last_line_end.is_some_and(|end| at <= end) {
            continue;
        }
        let rest = text.as_bytes().get(at..).unwrap_or(&[]);
        last_line_end = Some(at + rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len()));
        problems.push(problem(text, error));
    }
    None
}

fn problem(text: &str, error: &Error) -> Problem {
    let span = error.span().unwrap_or(text.len()..text.len());
    let word = text.get(span.clone()).unwrap_or("");
    let message = error.message();
    let (what, wanted) = message.split_once(", expected ").unwrap_or((message, ""));
    let label = if wanted.is_empty() { String::new() } else { format!("expected {wanted}") };
    match what {
        "duplicate key" => Problem::new(format!("{} stands twice in one table", quoted(word)))
            .at(span)
            .label("given a second time")
            .help("drop one of them; a further awaitable begins with its own `[[awaitable]]` line"),
        "recursion limit" | "cannot recurse further; max recursion depth met" => {
            Problem::new(TOO_DEEP).at(span).label("too deep")
        }
        "string values must be quoted" => Problem::new(format!("the string {} has no quotes", quoted(word.trim())))
            .at(span)
            .label("not a TOML value")
            .maybe_help(
                (word.len() <= 60 && !word.contains(['"', '\\', '\n']))
                    .then(|| format!("write it with quotes: `\"{}\"`", word.trim())),
            ),
        _ => Problem::new(lower_case(what)).at(span).label(label).maybe_help(help(what)),
    }
}

/// What to write, for the slips that are made most.
fn help(what: &str) -> Option<&'static str> {
    Some(match what {
        "key with no value" => "a line is `key = value`, `[table]` or `[[awaitable]]`",
        "missing value" | "missing value for key" => "write a value behind the `=`, as in `delay = \"1s\"`",
        "unclosed array" => "close it with `]`",
        "unclosed inline table" => "close it with `}`",
        "unclosed table" | "missing table close" => "close it with `]`, as in `[caller]`",
        "unclosed array table" | "missing array table close" => "close it with two brackets, as in `[[awaitable]]`",
        "missing comma between array elements" => "separate them with `,`",
        "missing comma between key-value pairs" => "separate them with `,`",
        "unexpected key or value" => "each key stands on a line of its own",
        "extra `=`" => "write one `=`, and quotes around a string that holds another",
        "carriage return must be followed by newline" => "end lines with LF or CRLF",
        _ => return None,
    })
}

fn lower_case(message: &str) -> String {
    let mut characters = message.chars();
    characters.next().map(|first| first.to_lowercase().chain(characters).collect()).unwrap_or_default()
}
