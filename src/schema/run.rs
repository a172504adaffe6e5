//! The run document, `asyncdemo.run/2`.

use serde_json::{Map, Value, json};
use strum::VariantNames;

use crate::calls::{Function, Takes};
use crate::event::{ALREADY, Ended, Fate, Release, SetPlace, State, Status, Target, Word};
use crate::report::json::ClockName;
use crate::scenario::{KindWord, Python};

use super::{DIALECT, defined, described, event, list_of, merge, words};

/// The JSON Schema of a run document, as `--format json` prints it and as the last line of `--format jsonl` is.
///
/// It is strict: of a document of this very version it knows every key.
pub fn run() -> Value {
    let outcome_of = |function: Function| {
        json!({
            "if": { "properties": { "call": { "properties": { "function": { "const": function.word() } } } } },
            "then": { "properties": { "outcome": { "properties": foreign(function) } } },
        })
    };
    let mut schema = json!({
        "$schema": DIALECT,
        "title": "asyncdemo run",
        "description": format!(
            "What came of one run: what the caller of {} got, when, and what became of everything else. Times are \
             seconds since the program's start.",
            Function::in_text("or", |_| true)
        ),
    });
    merge(
        &mut schema,
        record(vec![
            key(
                "format",
                "The format and its version. Within a version keys are only ever added.",
                json!({
                    "const": "asyncdemo.run/2"
                }),
            ),
            key(
                "scenario",
                "What was run.",
                record(vec![
                    key("title", "The scenario's own title, if it has one.", json!({ "type": ["string", "null"] })),
                    key(
                        "source",
                        "The path as given, - for standard input, or builtin:NAME.",
                        json!({ "type": "string" }),
                    ),
                ]),
            ),
            key(
                "call",
                "The call that it was run through, with its options.",
                json!({
                    "oneOf": Function::ALL.iter().map(|function| call(*function)).collect::<Vec<_>>()
                }),
            ),
            key("python", "Which Python version's semantics.", words(Python::WORDS)),
            key("clock", "How time passed; nothing else depends on it.", words(ClockName::WORDS)),
            key(
                "jitter",
                "The number that --jitter gave for a loop that wakes late, as real ones do; null for a loop that is never late.",
                json!({ "type": ["integer", "null"], "minimum": 0 }),
            ),
            key("outcome", "What the caller got, and when.", defined("outcome")),
            key("last_event_at", "The last moment at which anything happened.", defined("seconds")),
            key(
                "ends",
                "Whether the program ends; false if it waits forever, in the call or after it.",
                json!({ "type": "boolean" }),
            ),
            key(
                "calls",
                "Every call; the one above comes first, even if it was never made.",
                list_of(json!({
                    "oneOf": Function::ALL.iter().map(|function| called(*function)).collect::<Vec<_>>()
                })),
            ),
            optional(
                "awaitables",
                "What became of each, in file order; missing with --no-awaitables.",
                list_of(awaitable()),
            ),
            key("warnings", "What Python would warn: the text of each, without its category.", texts()),
            key(
                "logs",
                "What Python would log: the first line of each. Logs about destroyed objects come in no fixed order.",
                texts(),
            ),
            key("notes", "What asyncdemo itself has to say, such as that a moment never came.", texts()),
            optional(
                "story",
                "What the report says, sentence by sentence; missing with --no-awaitables.",
                list_of(sentence()),
            ),
            key(
                "choices",
                "The sets with several items that CPython iterates over in an order that it does not fix, in the order of the run.",
                list_of(choice()),
            ),
            optional(
                "choices_left_out",
                "How many sets are not listed, because there are too many or they have too many items; missing if none.",
                json!({ "type": "integer", "minimum": 1 }),
            ),
            key(
                "depends_on_order",
                "Whether another order of those sets ends differently; null if none of those that were tried does, but not all \
                 were tried. Moments and passes do not count.",
                json!({ "type": ["boolean", "null"] }),
            ),
            key(
                "depends_on_lateness",
                "Whether a loop that wakes late, or later or earlier than this one, can end differently; null if none of those \
                 that were tried does.",
                json!({ "enum": [true, null] }),
            ),
            key("tried", "How many runs were tried to find out; this one counts among the orders.", counts()),
            key("otherwise", "The other outcomes that were found.", list_of(otherwise())),
            optional("otherwise_left_out", "How many of the runs had yet other outcomes; missing if none.", counts()),
            optional(
                "events",
                "What happened, in order; missing in the last line of jsonl and with --no-events.",
                list_of(defined("event")),
            ),
        ]),
    );
    merge(
        &mut schema,
        json!({
            "allOf": Function::ALL.iter().map(|function| outcome_of(*function)).collect::<Vec<_>>(),
            "$defs": {
                "seconds": { "type": "number", "minimum": 0 },
                "name": described("An awaitable's name, with its number if it has a count: worker-17.", json!({
                    "type": "string"
                })),
                "names": list_of(defined("name")),
                "value": { "description": "A value: null is None; a nested group's is a list of results." },
                "exception": described("An exception.", record(vec![
                    key("type", "Its class, without a module.", json!({ "type": "string" })),
                    key("message", "Its only argument; null if it has none, which is not the same as an empty string.", json!({
                        "type": ["string", "null"]
                    })),
                ])),
                "outcome": json!({ "oneOf": outcomes() }),
                "result": result(),
                "event": event::recorded(),
            },
        }),
    );
    schema
}

/// A key of an object, with its sentence; whether it is always there.
type Key = (&'static str, Value, bool);

fn key(name: &'static str, sentence: impl Into<String>, schema: Value) -> Key {
    (name, described(sentence, schema), true)
}

fn optional(name: &'static str, sentence: &'static str, schema: Value) -> Key {
    (name, described(sentence, schema), false)
}

/// An object with these keys and no others.
fn record(keys: Vec<Key>) -> Value {
    let required: Vec<&str> = keys.iter().filter(|(_, _, always)| *always).map(|(name, ..)| *name).collect();
    let required = json!(required);
    let properties: Map<String, Value> = keys.into_iter().map(|(name, schema, _)| (name.to_owned(), schema)).collect();
    json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false })
}

fn call(function: Function) -> Value {
    record(call_keys(function))
}

/// What an outcome of a call never has: what only others give.
fn foreign(function: Function) -> Map<String, Value> {
    let others = Function::ALL.iter().map(|other| other.results()[0]);
    others.filter(|key| !function.results().contains(key)).map(|key| (key.to_owned(), json!({ "not": {} }))).collect()
}

/// A call, and what came of it.
fn called(function: Function) -> Value {
    let moment = || json!({ "anyOf": [defined("seconds"), { "type": "null" }] });
    let kind = |kind: &str| key("kind", "What it is.", json!({ "const": kind }));
    let by = json!({ "oneOf": [
        record(vec![kind(Target::CALLER)]),
        record(vec![kind("awaitable"), key("name", "Which.", defined("name"))]),
    ] });
    let mut released: Vec<Value> = Release::ALL
        .iter()
        .map(|release| {
            let already = "Whether the caller went on without waiting, since what it awaited was done.";
            let mut keys = vec![
                key("kind", release.meaning(), json!({ "const": release.word() })),
                key(ALREADY.0, already, json!({ "type": "boolean" })),
            ];
            if *release == Release::Member {
                keys.push(key("awaitable", "Which.", defined("name")));
            }
            record(keys)
        })
        .collect();
    released.push(json!({ "type": "null" }));
    let mut outcome = defined("outcome");
    merge(&mut outcome, json!({ "properties": foreign(function) }));
    let mut keys = call_keys(function);
    keys.extend([
        key("by", "Whose coroutine makes the call.", by),
        key("arguments", "What it is called with, in order.", defined("names")),
        key("called", "When it was called; null if it never was.", moment()),
        key("awaited", "When its caller began to wait for it; null if it never did.", moment()),
        key("returned", "When its caller went on; null if it never did.", moment()),
        key("outcome", "What its caller got.", outcome),
        key(
            "released_by",
            "What let its caller go on; null if nothing did, if the call itself raised, or if there was nothing to wait for.",
            json!({ "oneOf": released }),
        ),
    ]);
    record(keys)
}

fn call_keys(function: Function) -> Vec<Key> {
    let mut keys = vec![key("function", "Which function.", json!({ "const": function.word() }))];
    keys.extend(function.keys().iter().map(|option| {
        let schema = match option.takes {
            Takes::Boolean => json!({ "type": "boolean" }),
            Takes::Timeout => json!({ "type": ["number", "null"], "minimum": 0 }),
            Takes::Word(allowed, in_python) => words(&allowed.iter().map(|word| in_python(word)).collect::<Vec<_>>()),
        };
        key(option.name, option.in_documents, schema)
    }));
    keys
}

/// Each form that an outcome can have.
fn outcomes() -> Vec<Value> {
    let of = |statuses: &[Status], sentence: String, at: Key, further: Vec<Key>| {
        let mut keys = vec![
            key(
                "status",
                "How the call ended.",
                words(&statuses.iter().map(|status| status.word()).collect::<Vec<_>>()),
            ),
            at,
            optional(
                "why",
                "Why it ended so: chains of causes, each with the nearest first; missing with --no-awaitables.",
                chains(),
            ),
        ];
        keys.extend(further);
        described(sentence, record(keys))
    };
    let went_on = || key("at", "When the caller went on.", defined("seconds"));
    let given = |name: &&'static str| match *name {
        "results" => key("results", "Its list, in argument order.", list_of(defined("result"))),
        "done" => key(
            "done",
            "Its first set, listed in argument order; in Python a set has no fixed order.",
            defined("names"),
        ),
        name => key(name, "Its second set, listed in argument order.", defined("names")),
    };
    let returned = Function::ALL.iter().map(|function| {
        let sentence = format!("{function}() returned.");
        of(&[Status::Returned], sentence, went_on(), function.results().iter().map(given).collect())
    });
    let others = [
        of(
            &[Status::Raised, Status::Cancelled],
            "The call raised; cancelled: it raised CancelledError.".to_owned(),
            went_on(),
            vec![
                key("exception", "What it raised.", defined("exception")),
                optional(
                    "from",
                    "The awaitable that raised the exception, or whose own cancellation caused it; never a group. Missing if the \
                     caller or a group was cancelled.",
                    defined("name"),
                ),
            ],
        ),
        of(
            &[Status::Hangs],
            "The call never returns.".to_owned(),
            key("at", "Never.", json!({ "type": "null" })),
            vec![],
        ),
    ];
    returned.chain(others).collect()
}

/// How many runs.
fn counts() -> Value {
    let count = || json!({ "type": "integer", "minimum": 0 });
    record(vec![
        key("orders", "Runs in another order.", count()),
        key("jitters", "Runs on a loop that is late in another way.", count()),
    ])
}

/// Another outcome.
fn otherwise() -> Value {
    record(vec![
        key("flags", "The flags that show it; none if it is the canonical run.", json!({ "type": "string" })),
        key("tried", "How many of the runs that were tried had this outcome.", counts()),
        key("differs", "What is different there, in words.", json!({ "type": "string" })),
        key("outcome", "What the caller got there.", json!({ "oneOf": outcomes() })),
        key(
            "fates",
            "The fates that differ there, by name; the first hundred.",
            json!({ "type": "object", "additionalProperties": words(Fate::WORDS) }),
        ),
        key("warnings", "What Python would warn there.", texts()),
        key("logs", "What Python would log there.", texts()),
    ])
}

/// A set that was gone over.
fn choice() -> Value {
    let name = json!({ "anyOf": [defined("name"), words(&Target::WORDS)] });
    record(vec![
        key("where", format!("Which set. {}", SetPlace::glossary()), words(SetPlace::WORDS)),
        key("at", "When.", defined("seconds")),
        key("iteration", "The pass of the event loop, from 1.", json!({ "type": "integer", "minimum": 1 })),
        key(
            "items",
            "Its items in canonical order: that of the arguments, else of creation. Only those whose place can make a \
             difference.",
            json!({ "type": "array", "items": name, "minItems": 2 }),
        ),
        key(
            "took",
            "The choices, as --choices takes them: the number of the remaining item that came next, counted from 0, while \
             more than one remains.",
            json!({ "type": "array", "items": { "type": "integer", "minimum": 0 }, "minItems": 1 }),
        ),
    ])
}

/// One place in a group's results.
fn result() -> Value {
    let of = |sentence: &'static str, end: Key| {
        described(sentence, record(vec![key("awaitable", "Whose.", defined("name")), end]))
    };
    json!({
        "oneOf": [
            of("It returned.", key("value", "What it returned.", defined("value"))),
            of("It ended with an exception, which is returned as a value.", key("exception", "Which.", defined("exception"))),
        ],
    })
}

/// A line of the ledger.
fn awaitable() -> Value {
    let moment = || json!({ "anyOf": [defined("seconds"), { "type": "null" }] });
    let mut line = record(vec![
        key("name", "Its name.", defined("name")),
        key("kind", "What it is.", words(KindWord::WORDS)),
        key("state", "Its state at the end of the run.", words(State::WORDS)),
        optional("value", "What it returned.", defined("value")),
        optional("exception", "What it raised, or the CancelledError that it ended with.", defined("exception")),
        key("created", "When its task, future or group was created; null if it never was.", moment()),
        key("started", "When its body took its first step; null if it never did, or has no body.", moment()),
        key("finished", "When it ended; null if it never did.", moment()),
        key("at_return", "Its state when the caller went on.", words(State::WORDS)),
        key("fate", format!("What the caller got from it. {}", Fate::glossary()), words(Fate::WORDS)),
        optional(
            "retrieved",
            "For a member of done that raised: whether anything retrieved its exception.",
            json!({
                "type": "boolean"
            }),
        ),
        optional(
            "why",
            "What caused its end, if not its own body: chains of causes, each with the nearest first.",
            chains(),
        ),
    ]);
    let ended = json!({ "properties": { "state": words(Ended::VARIANTS) } });
    merge(
        &mut line,
        json!({
            "allOf": [
                {
                    "if": ended,
                    "then": event::end_by("state"),
                    "else": { "properties": { "value": { "not": {} }, "exception": { "not": {} } } },
                },
                {
                    "if": { "properties": {
                        "fate": { "const": Fate::Done.word() },
                        "state": { "const": State::Raised.word() },
                    } },
                    "then": { "required": ["retrieved"] },
                    "else": { "properties": { "retrieved": { "not": {} } } },
                },
            ],
        }),
    );
    line
}

/// A sentence of the report.
fn sentence() -> Value {
    let number = || json!({ "type": "integer", "minimum": 0 });
    let more = || json!({ "type": "integer", "minimum": 1 });
    record(vec![
        key("text", "The sentence.", json!({ "type": "string" })),
        key("about", "The awaitables that it is about; the first twenty.", defined("names")),
        optional("more", "How many more awaitables it is about.", more()),
        key("events", "The numbers of the events that prove it, counted from 0; the first twenty.", list_of(number())),
        optional("more_events", "How many more events prove it.", more()),
        optional(
            "absent",
            "True if it is about something that did not happen, between its events; otherwise missing.",
            json!({ "const": true }),
        ),
    ])
}

/// Chains of causes, in short sentences.
fn chains() -> Value {
    json!({
        "type": "array",
        "items": { "type": "array", "items": { "type": "string" }, "minItems": 1 },
        "minItems": 1,
    })
}

fn texts() -> Value {
    list_of(json!({ "type": "string" }))
}
