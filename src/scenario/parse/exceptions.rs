//! `raises`: which exceptions a scenario may name.

use toml::de::DeValue;

use crate::scenario::diagnostic::{Problems, quoted};
use crate::scenario::{KEYWORDS, WrittenException};

use super::keys::{KeyValue, Keys, Owner};

/// Reads `"Type"`, `"Type: message"`, or `{ type = …, message = … }`.
pub(super) fn exception(entry: &KeyValue<'_>, problems: &mut Problems) -> Option<WrittenException> {
    match entry.node.get_ref() {
        DeValue::String(text) => {
            let (name, message) = match text.split_once(':') {
                Some((name, message)) => (name, Some(message.strip_prefix(' ').unwrap_or(message))),
                None => (text.as_ref(), None),
            };
            let type_name = type_name(name, entry, message, problems)?;
            Some(WrittenException { type_name, message: message.map(str::to_owned) })
        }
        DeValue::Table(table) => {
            let keys = Keys::of(table, Owner::Raises, problems);
            let message = keys.get("message").map(|message| message.text(problems));
            let Some(name) = keys.get("type") else {
                let problem = entry.problem(format!("`{}` has no `type`", entry.key));
                problems.push(
                    problem
                        .label("which exception?")
                        .help(format!("write `{} = {{ type = \"ValueError\", message = \"…\" }}`", entry.key)),
                );
                return None;
            };
            let type_name = type_name(name.text(problems)?, &name, None, problems)?;
            match message {
                None => Some(WrittenException { type_name, message: None }),
                Some(message) => Some(WrittenException { type_name, message: Some(message?.to_owned()) }),
            }
        }
        _ => {
            problems.push(entry.mismatch("an exception", "\"ValueError: what went wrong\""));
            None
        }
    }
}

fn type_name(name: &str, entry: &KeyValue<'_>, message: Option<&str>, problems: &mut Problems) -> Option<String> {
    match judge(name) {
        Ok(name) => Some(name.to_owned()),
        Err(refusal) => {
            let problem = match refusal {
                Refusal::NotAnIdentifier => {
                    let problem = entry.problem(if name.is_empty() {
                        format!("`{}` names no exception", entry.key)
                    } else {
                        format!("{} is not the name of an exception", quoted(name))
                    });
                    let help = match identifier_meant(name) {
                        _ if entry.key == "type" && name.contains(':') => {
                            "`type` is only the class; the message goes into `message`".to_owned()
                        }
                        Some(meant) => format!("write `{meant}`"),
                        None if message.is_none() && name.contains(' ') => {
                            format!("write the exception's name before the message: \"RuntimeError: {name}\"")
                        }
                        None => "write a class, such as \"ValueError\", or one with a message, such as \"ValueError: too long\""
                            .to_owned(),
                    };
                    problem.label("not an identifier").help(help)
                }
                Refusal::Keyword => entry
                    .problem(format!("{} is a Python keyword", quoted(name)))
                    .label("not an exception")
                    .help("name a class, such as \"ValueError\""),
                Refusal::NoException => entry
                    .problem(format!("Python's {} is not an exception", quoted(name)))
                    .label("not an exception class")
                    .help("name a built-in exception, or any name that is not built in: a class is created for it"),
                Refusal::CannotBeRaised(why) => entry
                    .problem(format!("{} cannot be raised here", quoted(name)))
                    .label(why)
                    .help("use an ordinary exception, such as \"RuntimeError: …\""),
                Refusal::NotFromOneMessage(why) => entry
                    .problem(format!("{} cannot be created from one message", quoted(name)))
                    .label(why)
                    .help("use an exception that takes one, such as \"ValueError: …\""),
            };
            problems.push(problem);
            None
        }
    }
}

/// Why a name is not accepted.
#[derive(Debug, PartialEq, Eq)]
enum Refusal {
    NotAnIdentifier,
    Keyword,
    NoException,
    CannotBeRaised(&'static str),
    NotFromOneMessage(&'static str),
}

/// The class that a name stands for, without aliases.
fn judge(name: &str) -> Result<&str, Refusal> {
    if !is_identifier(name) {
        return Err(Refusal::NotAnIdentifier);
    }
    if KEYWORDS.contains(&name) {
        return Err(Refusal::Keyword);
    }
    if NO_EXCEPTIONS.contains(&name) || is_dunder(name) {
        return Err(Refusal::NoException);
    }
    if let Some((_, why)) = CANNOT_BE_RAISED.iter().find(|(refused, _)| *refused == name) {
        return Err(Refusal::CannotBeRaised(why));
    }
    if let Some((_, why)) = NOT_FROM_ONE_MESSAGE.iter().find(|(refused, _)| *refused == name) {
        return Err(Refusal::NotFromOneMessage(why));
    }
    match name {
        "IOError" | "EnvironmentError" => Ok("OSError"),
        name => Ok(name),
    }
}

/// Whether a name is one of Python's own, as `__builtins__`: a module uses some of them, and which changes.
fn is_dunder(name: &str) -> bool {
    name.strip_prefix("__").and_then(|rest| rest.strip_suffix("__")).is_some_and(|rest| !rest.is_empty())
}

/// Every identifier that names no exception that a scenario may raise, as a regular expression.
pub(crate) fn refused_names() -> String {
    let exceptions = CANNOT_BE_RAISED.iter().chain(&NOT_FROM_ONE_MESSAGE).map(|(name, _)| *name);
    let names: Vec<&str> = exceptions.chain(KEYWORDS).chain(NO_EXCEPTIONS).chain(["__[^:]+__"]).collect();
    format!("(?:{})", names.join("|"))
}

/// Exceptions that no coroutine can raise as a value, and why.
const CANNOT_BE_RAISED: [(&str, &str); 4] = [
    ("StopIteration", "in a coroutine Python turns it into a RuntimeError"),
    ("GeneratorExit", "it is how Python closes a coroutine"),
    ("KeyboardInterrupt", "it ends the task, and the event loop with it"),
    ("SystemExit", "it ends the task, and the event loop with it"),
];

/// Exceptions that one message does not make, and why.
const NOT_FROM_ONE_MESSAGE: [(&str, &str); 5] = [
    ("UnicodeDecodeError", "it takes five arguments"),
    ("UnicodeEncodeError", "it takes five arguments"),
    ("UnicodeTranslateError", "it takes four arguments"),
    ("ExceptionGroup", "it takes a message and a list of exceptions"),
    ("BaseExceptionGroup", "it takes a message and a list of exceptions"),
];

fn is_identifier(name: &str) -> bool {
    let mut characters = name.chars();
    characters.next().is_some_and(|first| first == '_' || unicode_ident::is_xid_start(first))
        && characters.all(unicode_ident::is_xid_continue)
}

/// The exception in `asyncio.TimeoutError`, `ValueError()` or `ValueError `.
fn identifier_meant(name: &str) -> Option<&str> {
    let name = name.split('(').next().unwrap_or(name).trim();
    let name = name.rsplit('.').next().unwrap_or(name);
    judge(name).ok()
}

/// What `dir(builtins)` holds besides exceptions, in any version from 3.8 to 3.14; keywords and dunder names are apart.
#[rustfmt::skip]
const NO_EXCEPTIONS: [&str; 77] = [
    "Ellipsis", "NotImplemented", "abs", "aiter", "all", "anext", "any", "ascii", "bin", "bool", "breakpoint",
    "bytearray", "bytes", "callable", "chr", "classmethod", "compile", "complex", "copyright", "credits", "delattr",
    "dict", "dir", "divmod", "enumerate", "eval", "exec", "exit", "filter", "float", "format", "frozenset", "getattr",
    "globals", "hasattr", "hash", "help", "hex", "id", "input", "int", "isinstance", "issubclass", "iter", "len",
    "license", "list", "locals", "map", "max", "memoryview", "min", "next", "object", "oct", "open", "ord", "pow",
    "print", "property", "quit", "range", "repr", "reversed", "round", "set", "setattr", "slice", "sorted",
    "staticmethod", "str", "sum", "super", "tuple", "type", "vars", "zip",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepted() {
        for name in [
            "ValueError",
            "TimeoutError",
            "CancelledError",
            "BaseException",
            "Exception",
            "StopAsyncIteration",
            "KeyError",
            "UnicodeError",
            "QuotaExceeded",
            "_Private",
            "__",
            "__Half_",
            "Überlauf",
            "match",
            "EncodingWarning",
        ] {
            assert_eq!(judge(name), Ok(name));
        }
        assert_eq!(judge("IOError"), Ok("OSError"));
        assert_eq!(judge("EnvironmentError"), Ok("OSError"));
    }

    #[test]
    fn refused() {
        for name in ["", " ", "2fast", "a b", "asyncio.TimeoutError", "ValueError()", "x\u{0}", "é-x", "\u{1f600}"] {
            assert_eq!(judge(name), Err(Refusal::NotAnIdentifier), "{name:?}");
        }
        for name in ["None", "async", "return"] {
            assert_eq!(judge(name), Err(Refusal::Keyword));
        }
        for name in ["int", "print", "__debug__", "__builtins__", "__warningregistry__", "__x__", "Ellipsis", "type"] {
            assert_eq!(judge(name), Err(Refusal::NoException));
        }
        for name in ["StopIteration", "GeneratorExit", "KeyboardInterrupt", "SystemExit"] {
            assert!(matches!(judge(name), Err(Refusal::CannotBeRaised(_))));
        }
        for name in [
            "UnicodeDecodeError",
            "UnicodeEncodeError",
            "UnicodeTranslateError",
            "ExceptionGroup",
            "BaseExceptionGroup",
        ] {
            assert!(matches!(judge(name), Err(Refusal::NotFromOneMessage(_))));
        }
    }

    #[test]
    fn what_was_meant() {
        assert_eq!(identifier_meant("asyncio.TimeoutError"), Some("TimeoutError"));
        assert_eq!(identifier_meant("ValueError('x')"), Some("ValueError"));
        assert_eq!(identifier_meant("too late"), None);
    }
}
