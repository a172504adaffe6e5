//! The tables of a scenario file: a sentence on every key, and the shape of its value.

use serde_json::{Map, Value, json};

use crate::calls::{Function, Setting, Takes};
use crate::event::{Fate, Status, Word};
use crate::scenario::tables::{CLAIMS, MOST, Owner, foreign};
use crate::scenario::{KindWord, Python, Then};

use super::scenario::{CONTROLS, UNPRINTABLE, identifier, reserved};
use super::{defined, described, event, list_of, merge, words};

/// The schema of a kind of table, with exactly the keys that the parser knows.
pub fn of(owner: Owner) -> Value {
    let properties: Map<String, Value> =
        owner.keys().iter().map(|key| ((*key).to_owned(), property(owner, key))).collect();
    let mut table = json!({ "type": "object", "properties": properties, "additionalProperties": false });
    merge(&mut table, between_keys(owner));
    table
}

/// What a table's keys demand of each other.
fn between_keys(owner: Owner) -> Value {
    let not_both = json!({ "required": ["returns", "raises"] });
    match owner {
        Owner::Awaitable => json!({
            "not": not_both,
            "dependentRequired": { "cancel_message": ["cancel_at"] },
            "allOf": KindWord::ALL.iter().map(|kind| keys_of_kind(*kind)).collect::<Vec<_>>(),
        }),
        Owner::OnCancel => json!({ "minProperties": 1, "not": not_both }),
        Owner::Expect => json!({
            "required": ["call"],
            "allOf": Function::ALL.iter().map(|function| {
                let foreign = foreign(*function).into_iter();
                let refused = foreign.map(|(key, other)| (key, format!("This belongs to {other}().")));
                when("call", json!({ "const": function.word() }), true, refused)
            }).collect::<Vec<_>>(),
        }),
        Owner::Bounds => json!({ "minProperties": 1 }),
        Owner::File | Owner::Raises | Owner::Caller | Owner::Call(_) => json!({}),
    }
}

/// The keys that a kind does not take, each with why, and those that it needs.
fn keys_of_kind(kind: KindWord) -> Value {
    let word = kind.word();
    let keys = Owner::Awaitable.keys();
    let refused = keys.iter().filter_map(|key| {
        let why = kind.refuses(key)?;
        Some((*key, format!("Not for `kind = \"{word}\"`: {why}.")))
    });
    // Where there is no kind it is a coroutine.
    let written = kind != KindWord::Coroutine;
    let mut rule = when("kind", json!({ "const": word }), written, refused);
    if kind == KindWord::Gather
        && let Some(then) = rule.get_mut("then")
    {
        merge(then, json!({ "required": ["members"] }));
    }
    rule
}

/// Where a key has this value, these others must not be there. `written`: the rule is about the key only where it is.
fn when(
    key: &'static str,
    value: Value,
    written: bool,
    refused: impl Iterator<Item = (&'static str, String)>,
) -> Value {
    let mut condition = json!({ "properties": { key: value } });
    if written {
        merge(&mut condition, json!({ "required": [key] }));
    }
    let refused: Map<String, Value> =
        refused.map(|(key, why)| (key.to_owned(), described(why, json!({ "not": {} })))).collect();
    json!({ "if": condition, "then": { "properties": refused } })
}

/// One key of a table. A key that is added to the parser needs its sentence here, or a test fails.
fn property(owner: Owner, key: &str) -> Value {
    match (owner, key) {
        (Owner::File, _) => of_file(key),
        (Owner::Awaitable, _) => of_awaitable(key),
        (Owner::Raises, _) => of_raises(key),
        (Owner::Bounds, _) => of_bounds(key),
        (Owner::OnCancel, _) => of_on_cancel(key),
        (Owner::Caller, _) => of_caller(key),
        (Owner::Call(function), _) => of_call(function, key),
        (Owner::Expect, _) => of_expect(key),
    }
}

fn of_file(key: &str) -> Value {
    match key {
        "title" => described(
            "One line that names the scenario.",
            json!({ "type": "string", "pattern": format!("^[^{CONTROLS}]*$") }),
        ),
        "description" => described("What it is about, in one sentence or a few.", text()),
        "shows" => described(
            format!("The ids of the claims about {} that it shows.", Function::in_text("and", |_| true)),
            list_of(json!({ "enum": claims(), "examples": ["G11", "W5"] })),
        ),
        "question" => described("What the reader should guess before running it.", text()),
        "answer" => described("What happens, why, and what to write instead.", text()),
        "python" => described(
            format!(
                "Which Python version's semantics, unless the command line names one; left out: {}.",
                Python::DEFAULT
            ),
            words(Python::WORDS),
        ),
        "seed" => described(
            "The seed of random draws. Nothing uses it yet.",
            json!({ "type": "integer", "minimum": 0, "maximum": u64::MAX, "default": 0 }),
        ),
        "awaitable" => described(
            "An awaitable. Unless [caller] says otherwise, the call's arguments are all awaitables that no group contains, in \
             file order.",
            list_of(of(Owner::Awaitable)),
        ),
        "caller" => described("What the coroutine that makes the call does around it.", of(Owner::Caller)),
        "expect" => described(
            "One run, and what it must come to. Only what is written is compared.",
            list_of(of(Owner::Expect)),
        ),
        key => match Function::of(key) {
            Some(function) => {
                let others: Vec<String> = (Function::ALL.iter().filter(|other| **other != function))
                    .map(|other| format!("{other}() ignores them"))
                    .collect();
                described(format!("The options of {function}(); {}.", others.join(", ")), of(Owner::Call(function)))
            }
            None => json!({}),
        },
    }
}

fn of_awaitable(key: &str) -> Value {
    match key {
        "name" => described(
            "Its name, unique in the file; left out: a1, a2, … by position.",
            json!({
                "type": "string",
                "pattern": format!("^ *[^ {UNPRINTABLE}][^{UNPRINTABLE}]*$"),
                "not": reserved(),
            }),
        ),
        "kind" => {
            let mut kinds = words(KindWord::WORDS);
            merge(&mut kinds, json!({ "default": "coroutine" }));
            described(KindWord::glossary(), kinds)
        }
        "delay" => described(
            "How long it sleeps before its outcome. Left out: it never suspends. 0: one bare yield, like \
             asyncio.sleep(0). \"forever\": it never ends. For a future: when the loop settles it.",
            defined("delay"),
        ),
        "returns" => described("What it returns; left out: None.", defined("value")),
        "raises" => described(
            "What it raises instead. With CancelledError its task ends cancelled; a future is cancelled.",
            defined("exception"),
        ),
        "cancel_at" => {
            described("When, counted from the program's start, something calls .cancel() on it.", defined("duration"))
        }
        "cancel_message" => described("The argument of that .cancel(); Python 3.8 takes none.", text()),
        "on_cancel" => described(
            "What its body does when its delay is cancelled; left out: the CancelledError propagates.",
            of(Owner::OnCancel),
        ),
        "members" => described("The names in the nested group; may be empty.", defined("names")),
        "return_exceptions" => described("Whether the nested group returns exceptions as values.", flag(false)),
        "done_callback" => described("Whether the program adds a done callback to the nested group.", flag(false)),
        "count" => described(
            "How many identical awaitables, named NAME-1, NAME-2, …; the name alone means all of them.",
            json!({ "type": "integer", "minimum": 1, "maximum": MOST, "default": 1 }),
        ),
        _ => json!({}),
    }
}

fn of_raises(key: &str) -> Value {
    match key {
        "type" => described(
            "The exception's class, without a module.",
            json!({ "type": "string", "pattern": format!("^{}$", identifier()) }),
        ),
        "message" => described("Its only argument; left out: none, which is not the same as an empty string.", text()),
        _ => json!({}),
    }
}

fn of_bounds(key: &str) -> Value {
    match key {
        "min" => described("Not before; left out: 0.", defined("duration")),
        "max" => described("Not after; left out: any later moment.", defined("duration")),
        _ => json!({}),
    }
}

fn of_on_cancel(key: &str) -> Value {
    match key {
        "cleanup" => described(
            "How long it cleans up first. Left out: it does not suspend. 0: one bare yield.",
            defined("delay"),
        ),
        "returns" => described("What it then returns: it swallows the cancellation.", defined("value")),
        "raises" => described("What it then raises instead of the CancelledError.", defined("exception")),
        _ => json!({}),
    }
}

fn of_caller(key: &str) -> Value {
    let with_group = Function::in_text("and", |call| call.gives_a_future());
    match key {
        "args" => described(
            "The names that are passed to the call, in order; repeats are allowed. Left out: every awaitable that no \
             group contains.",
            defined("names"),
        ),
        "unpack" => {
            let calls = Function::in_text("and", |call| call.takes_arguments_apart());
            described(format!("{calls} only. false passes the list itself: the classic TypeError."), flag(true))
        }
        "call_at" => {
            let calls = Function::in_text("or", |_| true);
            described(format!("When it calls {calls}; left out: at once."), defined("duration"))
        }
        "await_at" => described("When it awaits what the call returned; left out: at once.", defined("duration")),
        "check_done_at" => {
            described(format!("{with_group} only. When it calls done() on the group."), list_of(defined("duration")))
        }
        "cancel_group_at" => described(format!("{with_group} only. When it cancels the group."), defined("duration")),
        "cancel_at" => described("When the caller's own task is cancelled.", defined("duration")),
        "then" => {
            let mut then = words(Then::WORDS);
            merge(&mut then, json!({ "default": "finish" }));
            described(format!("After the call. {}", Then::glossary()), then)
        }
        _ => json!({}),
    }
}

/// An option of a call, in the call's own table or in an expectation.
fn of_call(function: Function, key: &str) -> Value {
    let settings = function.plain();
    let Some((option, default)) = settings.settings().find(|(option, _)| option.name == key) else { return json!({}) };
    let schema = match (option.takes, default) {
        (Takes::Timeout, _) => defined("timeout"),
        (Takes::Word(allowed, in_python), Setting::Word(default)) => {
            let mut both: Vec<&str> = allowed.iter().flat_map(|word| [*word, in_python(word)]).collect();
            both.dedup();
            let mut schema = words(&both);
            if both == allowed {
                merge(&mut schema, json!({ "default": default }));
            }
            schema
        }
        (_, default) => flag(default == Setting::Boolean(true)),
    };
    described(option.in_files, schema)
}

fn of_expect(key: &str) -> Value {
    match key {
        "call" => described("Which call.", words(Function::WORDS)),
        "python" => {
            let version = words(Python::WORDS);
            described(
                "The Python versions to run it for; left out: the file's own `python`, or else the default version.",
                json!({ "anyOf": [version, list_of(version.clone())] }),
            )
        }
        "choices" => described(
            "The order of each set whose order Python does not fix: for each choice of the run, the number of the remaining \
             item that comes next, counted from 0. Choices beyond the list are 0.",
            list_of(json!({ "type": "integer", "minimum": 0, "maximum": u32::MAX })),
        ),
        "jitter" => described(
            "The number of a run on a loop that wakes late, as real ones do; left out: it is never late.",
            json!({ "type": "integer", "minimum": 0, "maximum": i64::MAX }),
        ),
        "outcome" => described("How the call ends.", words(Status::WORDS)),
        "at" => described(
            "When the caller goes on: a moment, or the bounds of it, both included.",
            json!({ "anyOf": [defined("duration"), of(Owner::Bounds)] }),
        ),
        "results" => described("gather()'s list, in argument order.", list_of(result())),
        "exception" => described("The exception that the call raises.", defined("exception")),
        "done" => described("The names in wait()'s first set, in argument order.", defined("names")),
        "pending" => described("The names in wait()'s second set, in argument order.", defined("names")),
        "fates" => described(
            "Awaitables by name, with what the caller got from each.",
            json!({
                "type": "object",
                "propertyNames": { "not": reserved() },
                "additionalProperties": words(Fate::WORDS),
            }),
        ),
        "nothing_left" => described(
            "Whether nothing is left when the call comes back: nothing that runs on, is pending, lost, or cancelled at the \
             exit.",
            json!({ "type": "boolean" }),
        ),
        "ends" => described("Whether the program comes to its end.", json!({ "type": "boolean" })),
        "warnings" => described("What Python would warn: the text of each, without its category.", list_of(text())),
        "logs" => described("What Python would log: the first line of each.", list_of(text())),
        "events" => described(
            "Events that must occur in this order; others may stand between them.",
            list_of(event::expected()),
        ),
        key => {
            let has_it = |function: &&Function| function.keys().iter().any(|option| option.name == key);
            Function::ALL.iter().find(has_it).map_or(json!({}), |function| of_call(*function, key))
        }
    }
}

/// A plain value, or how a member ended. A table with any other key is a plain value.
fn result() -> Value {
    described(
        "A plain value, { returns = … }, { raises = \"Type: message\" }, or {} for None.",
        json!({
            "if": { "type": "object", "propertyNames": { "enum": ["returns", "raises"] } },
            "then": {
                "properties": {
                    "returns": described("The value in this place.", defined("value")),
                    "raises": described("The exception in this place.", defined("exception")),
                },
                "not": { "required": ["returns", "raises"] },
            },
            "else": defined("value"),
        }),
    )
}

fn text() -> Value {
    json!({ "type": "string" })
}

fn flag(default: bool) -> Value {
    json!({ "type": "boolean", "default": default })
}

/// The id of every claim: G1, G2, …
fn claims() -> Vec<String> {
    CLAIMS.iter().flat_map(|(letter, count)| (1..=*count).map(move |number| format!("{letter}{number}"))).collect()
}
