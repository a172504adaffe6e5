//! From a file's text to the plain model, once, at the edge: whatever is behind it meets valid scenarios only.
//!
//! The text is read as TOML with the place of every key and value, then table by table; names are looked up last. A
//! mistake never ends the reading: what it leaves behind is a harmless stand-in, so that all mistakes of a file are
//! reported together, and any mistake at all means that no scenario comes out.

mod awaitables;
mod calls;
mod events;
mod exceptions;
mod expect;
mod groups;
mod keys;
mod moments;
mod names;
mod suggest;
mod syntax;
mod values;

use toml::de::{DeTable, DeValue};

use super::diagnostic::{Diagnostics, Problem, Problems, quoted};
use super::{Awaitable, Ids, Kind, Scenario};
use crate::calls::{Call, Function};
use crate::event::Word;

use awaitables::awaitables;
use expect::{Context, expects};
use groups::{Reference, circles, free, members, references, shared_coroutines};
use keys::{KeyValue, Keys, Owner};
use names::Names;

pub(super) use suggest::nearest;

/// The tables that a file is read by, for what describes the format to others.
pub(crate) mod tables {
    pub(crate) use super::CLAIMS;
    pub(crate) use super::awaitables::MOST;
    pub(crate) use super::exceptions::refused_names;
    pub(crate) use super::expect::foreign;
    pub(crate) use super::keys::Owner;
}

/// Reads a scenario. `source` is what the diagnostics call it. A byte order mark and CRLF are accepted.
///
/// # Errors
///
/// Everything that is wrong with it, each with its place.
pub fn parse(source: &str, text: &str) -> Result<Scenario, Diagnostics> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut problems = Problems::default();
    let document = syntax::document(text, &mut problems);
    match document.map(|document| scenario(text, &document, &mut problems)) {
        Some(scenario) if problems.is_empty() => Ok(scenario),
        _ => Err(Diagnostics::of_text(source, text, problems)),
    }
}

fn scenario(text: &str, document: &DeTable<'_>, problems: &mut Problems) -> Scenario {
    let file = Keys::of(document, Owner::File, problems);
    let caller_keys = calls::section(&file, "caller", Owner::Caller, problems);
    let call_keys: Vec<(Function, Option<Keys<'_>>)> = (Function::ALL.iter())
        .map(|&function| (function, calls::section(&file, function.word(), Owner::Call(function), problems)))
        .collect();

    let awaitable_entry = file.get("awaitable");
    let (named, drafts) = match &awaitable_entry {
        Some(entry) => awaitables(entry, problems),
        None => Default::default(),
    };
    let args_entry = caller_keys.as_ref().and_then(|keys| keys.get("args"));
    if awaitable_entry.is_none() && args_entry.is_none() {
        problems.push(no_awaitables());
    }

    let names = Names::of(&named, problems);
    let mut members = members(&drafts, &names, problems);
    circles(&named, &members, problems);
    let written = args_entry.map(|entry| references(&entry, "argument", &names, problems));
    shared_coroutines(&named, &drafts, written.as_deref().unwrap_or_default(), &members, problems);
    let args = match written {
        Some(written) => ids_of(written),
        None => free(&named, &members),
    };

    let own_calls: Vec<Call> = (call_keys.iter())
        .map(|(function, keys)| match keys {
            Some(keys) => calls::options(keys, function.plain(), &args, problems),
            None => function.plain(),
        })
        .collect();
    let context = Context { text, calls: &own_calls, args: &args, names: &names };
    let expect = file.get("expect").map(|entry| expects(&entry, &context, problems)).unwrap_or_default();
    let mut caller = caller_keys.map(|keys| calls::caller(&keys, problems)).unwrap_or_default();
    caller.args = args;

    let mut prose = |key| file.get(key).and_then(|entry| entry.text(problems)).map(str::to_owned);
    let (description, question, answer) = (prose("description"), prose("question"), prose("answer"));
    Scenario {
        title: file.get("title").and_then(|entry| title(&entry, problems)),
        description,
        shows: file.get("shows").map(|entry| shows(&entry, problems)).unwrap_or_default(),
        question,
        answer,
        python: file.get("python").and_then(|entry| calls::python("python", entry.node, problems)),
        seed: file.get("seed").and_then(|entry| seed(&entry, problems)).unwrap_or(0),
        awaitables: (named.into_iter().zip(drafts).enumerate())
            .map(|(table, (named, draft))| {
                let mut kind = draft.kind;
                if let Kind::Gather(group) = &mut kind {
                    group.members = ids_of(members.remove(&table).unwrap_or_default());
                }
                Awaitable { name: named.name, ids: named.ids, kind, cancel: draft.cancel }
            })
            .collect(),
        caller,
        calls: own_calls,
        expect,
    }
}

fn ids_of(references: Vec<Reference>) -> Vec<Ids> {
    references.into_iter().map(|reference| reference.ids).collect()
}

fn no_awaitables() -> Problem {
    Problem::new("the scenario has no awaitables").at(0..0).label("nothing to await").help(
        "write at least one, such as\n\n[[awaitable]]\nname = \"users\"\ndelay = \"1s\"\nreturns = 42\n\nor, to call \
         with no arguments at all,\n\n[caller]\nargs = []",
    )
}

fn title(entry: &KeyValue<'_>, problems: &mut Problems) -> Option<String> {
    let title = entry.text(problems)?;
    if title.chars().any(char::is_control) {
        let problem = entry.problem("a title must be one line without control characters");
        problems.push(problem.help("put longer text into `description`"));
    }
    Some(title.to_owned())
}

/// The claims about gather() and wait() that a scenario may show: a letter, and how many there are.
pub(crate) const CLAIMS: [(char, u8); 4] = [('G', 18), ('W', 11), ('C', 8), ('M', 15)];

fn shows(entry: &KeyValue<'_>, problems: &mut Problems) -> Vec<String> {
    let texts = entry.texts("a list of claim ids", "[\"G11\"]", problems).unwrap_or_default();
    for (id, place) in &texts {
        let known = CLAIMS.iter().any(|(letter, count)| {
            id.strip_prefix(*letter).is_some_and(|number| (1..=*count).any(|known| number == known.to_string()))
        });
        if !known {
            let problem = Problem::new(format!("unknown claim {}", quoted(id))).at(place.clone());
            problems.push(problem.label("no claim has this id").help(
                "the claims are G1 to G18 (gather), W1 to W11 (wait), C1 to C8 (the two compared) and M1 to M15 \
                 (mistakes)",
            ));
        }
    }
    texts.into_iter().map(|(text, _)| text.to_owned()).collect()
}

fn seed(entry: &KeyValue<'_>, problems: &mut Problems) -> Option<u64> {
    let DeValue::Integer(written) = entry.node.get_ref() else {
        problems.push(entry.mismatch("a whole number", "7"));
        return None;
    };
    let seed = u64::from_str_radix(written.as_str(), written.radix()).ok();
    if seed.is_none() {
        let problem = entry.problem("`seed` is out of range").label("not from 0 to 18446744073709551615");
        problems.push(problem.help("write a number that is not negative and fits into 64 bits"));
    }
    seed
}
