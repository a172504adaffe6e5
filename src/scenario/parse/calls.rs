//! `[caller]` and the tables of the calls: what is called, how, and what stands around the call.

use crate::calls::{Call, Setting, Takes};
use crate::event::Word;
use crate::scenario::diagnostic::{Problem, Problems, quoted};
use crate::scenario::{Caller, Ids, Python, thousands};

use toml::de::DeValue;

use super::keys::{KeyValue, Keys, Node, Owner, type_of};
use super::moments::{moment, moments, timeout};
use super::suggest::nearest;

/// Reads `[caller]`, all but its `args`.
pub(super) fn caller(keys: &Keys<'_>, problems: &mut Problems) -> Caller {
    let mut moment = |key| keys.get(key).and_then(|entry| moment(&entry, problems));
    let (call_at, await_at) = (moment("call_at"), moment("await_at"));
    let (cancel_group_at, cancel_at) = (moment("cancel_group_at"), moment("cancel_at"));
    let check_done_at = keys.get("check_done_at").and_then(|entry| moments(&entry, problems));
    let unpack = keys.get("unpack").and_then(|entry| entry.boolean(problems)).unwrap_or(true);
    let then = keys.get("then").and_then(|entry| entry.word(problems));
    Caller {
        args: Vec::new(),
        passes_list: !unpack,
        call_at,
        await_at,
        check_done_at: check_done_at.unwrap_or_default(),
        cancel_group_at,
        cancel_at,
        then: then.unwrap_or_default(),
    }
}

/// Reads a call's options over those that hold anyway.
pub(super) fn options(keys: &Keys<'_>, mut call: Call, args: &[Ids], problems: &mut Problems) -> Call {
    for option in call.options().keys() {
        let Some(entry) = keys.get(option.name) else { continue };
        let setting = match option.takes {
            Takes::Boolean => entry.boolean(problems).map(Setting::Boolean),
            Takes::Timeout => timeout(&entry, problems).map(Setting::Timeout),
            Takes::Word(words, in_python) => {
                let text = entry.node.get_ref().as_str();
                let spelt_as_python_does = words.iter().copied().find(|word| Some(in_python(word)) == text);
                spelt_as_python_does.or_else(|| entry.one_of(words, problems)).map(Setting::Word)
            }
        };
        let Some(setting) = setting else { continue };
        call = call.with(option.name, setting);
        if call.options().for_one_argument() == Some((option.name, setting)) {
            check_one_argument(&entry, args, problems);
        }
    }
    call
}

fn check_one_argument(entry: &KeyValue<'_>, args: &[Ids], problems: &mut Problems) {
    let written = entry.node.get_ref().as_str().unwrap_or_default();
    let count: u64 = args.iter().map(|ids| ids.len() as u64).sum();
    if count != 1 {
        let arguments = match count {
            0 => "there is none".to_owned(),
            count => format!("there are {}", thousands(count)),
        };
        problems.push(
            entry
                .problem(format!("`{} = \"{written}\"` needs exactly one argument, but {arguments}", entry.key))
                .label("passes the argument itself, without a list around it")
                .help("name one in `[caller] args`, or use another collection, such as \"list\""),
        );
    }
}

/// Reads a Python version.
pub(super) fn python(key: &str, node: &Node<'_>, problems: &mut Problems) -> Option<Python> {
    let text = match node.get_ref() {
        DeValue::String(text) => text.as_ref(),
        DeValue::Float(number) => {
            let number = number.as_str();
            let problem = Problem::new(format!("`{key}` must be a string, not a float"))
                .at(node.span())
                .label("needs quotes")
                .help(format!("write `{key} = \"{}\"`; as a number, 3.10 is 3.1", number.get(..8).unwrap_or(number)));
            problems.push(problem);
            return None;
        }
        _ => {
            problems.push(
                Problem::new(format!("`{key}` must be a Python version, not {}", type_of(node)))
                    .at(node.span())
                    .label(format!("this is {}", type_of(node)))
                    .help(format!("write `{key} = \"{}\"`", Python::DEFAULT)),
            );
            return None;
        }
    };
    let found = text.parse().ok();
    if found.is_none() {
        let minor = text.splitn(3, '.').take(2).collect::<Vec<_>>().join(".");
        let near = Python::WORDS.iter().copied().find(|known| *known == minor);
        let near = near.or_else(|| nearest(text, Python::WORDS.iter().copied()).filter(|_| !text.starts_with("3.")));
        problems.push(
            Problem::new(format!("unknown Python version {}", quoted(text)))
                .at(node.span())
                .label("not from \"3.8\" to \"3.14\"")
                .help(match near {
                    Some(near) => format!("write \"{near}\""),
                    None => "write one from \"3.8\" to \"3.14\"".to_owned(),
                }),
        );
    }
    found
}

/// A table of the top level, `[caller]` or the like.
pub(super) fn section<'t>(
    file: &Keys<'t>,
    name: &'static str,
    owner: Owner,
    problems: &mut Problems,
) -> Option<Keys<'t>> {
    let entry = file.get(name)?;
    match entry.node.get_ref() {
        DeValue::Table(table) => Some(Keys::of(table, owner, problems)),
        DeValue::Array(items) if items.iter().all(|item| item.get_ref().is_table()) && !items.is_empty() => {
            let problem = Problem::new(format!("`[[{name}]]` takes single brackets, because a file has only one"));
            problems.push(problem.at(entry.place()).help(format!("write `[{name}]`")));
            None
        }
        _ => {
            let problem = entry.problem(format!("`{name}` must be a table, not {}", type_of(entry.node)));
            problems.push(
                problem
                    .label(format!("this is {}", type_of(entry.node)))
                    .help(format!("begin it with a line `[{name}]`")),
            );
            None
        }
    }
}
