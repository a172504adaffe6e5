//! The run document's JSON Schema against documents: of every scenario, of random ones over the whole format, of every
//! misuse, through both calls with every option, under every Python version.

use asyncdemo::verify::generator::{self, Random};
use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command as Process, Stdio};
use std::sync::LazyLock;

use asyncdemo::calls::{Call, Collection, Function, Setting};
use asyncdemo::event::{SetPlace, Word};
use asyncdemo::outcome::{Fate, State};
use asyncdemo::report::json::{self, ClockName, Head};
use asyncdemo::scenario::{Nanos, Python, Scenario, Way, builtins, parse};
use asyncdemo::schema;
use asyncdemo::simulation::{Simulated, record};
use jsonschema::Validator;
use serde_json::{Value, json};

static SCHEMA: LazyLock<Validator> = LazyLock::new(|| jsonschema::draft202012::new(&schema::run()).expect("a schema"));

#[track_caller]
fn check(document: &Value, what: &str) {
    if !SCHEMA.is_valid(document) {
        let errors: Vec<String> =
            SCHEMA.iter_errors(document).map(|error| format!("{}: {error}", error.instance_path())).collect();
        panic!("{what}\n{document:#}\n{errors:#?}");
    }
}

/// The document of a run, and the last line of its stream.
fn documents(scenario: &Scenario, call: Call, python: Python) -> [Value; 2] {
    documents_of(scenario, call, python, &Way::default())
}

fn documents_of(scenario: &Scenario, call: Call, python: Python, way: &Way) -> [Value; 2] {
    let Simulated { mut run, events, .. } = record(scenario, call, python, way);
    if run.choices.iter().map(|choice| choice.items.len()).sum::<usize>() < 5 {
        run.alternatives = asyncdemo::alternatives::try_out(&run);
    }
    let head = Head { source: "test.toml", clock: ClockName::Virtual };
    let mut document = Vec::new();
    json::write_document(&mut document, &head, &run, Some(&events), true).expect("it can be written");
    let mut line = Vec::new();
    json::write_last_line(&mut line, &head, &run, true).expect("it can be written");
    [document, line].map(|text| serde_json::from_slice(&text).expect("JSON"))
}

/// Every way of calling that the scenario allows.
fn calls(scenario: &Scenario) -> Vec<Call> {
    let arguments: usize = scenario.caller.args.iter().map(ExactSizeIterator::len).sum();
    let wait = scenario.call(Function::Wait);
    let forms = Function::ALL.iter().flat_map(|function| scenario.call(*function).forms());
    let mut calls: Vec<Call> = forms.collect();
    calls.push(wait.with("timeout", Setting::Timeout(Some(Nanos::SECOND))));
    for &collection in Collection::ALL {
        if collection != Collection::Bare || arguments == 1 {
            let as_they_are = wait.with("wrap", Setting::Boolean(false));
            calls.push(as_they_are.with("collection", Setting::Word(collection.word())));
        }
    }
    calls
}

/// What the documents of a test have shown.
#[derive(Default)]
struct Seen {
    outcomes: BTreeSet<String>,
    events: BTreeSet<String>,
    cancellers: BTreeSet<String>,
    misuses: BTreeSet<String>,
    places: BTreeSet<String>,
    open: BTreeSet<String>,
    fates: BTreeSet<String>,
    states: BTreeSet<String>,
}

impl Seen {
    fn take(&mut self, document: &Value) {
        let word = |value: &Value| value.as_str().unwrap_or("").to_owned();
        let outcome = &document["outcome"];
        self.outcomes.insert(format!("{} {}", word(&document["call"]["function"]), word(&outcome["status"])));
        if outcome["status"] == "raised" && outcome.get("from").is_none() {
            self.misuses.insert(word(&outcome["exception"]["message"]));
        }
        for event in document["events"].as_array().into_iter().flatten() {
            self.events.insert(word(&event["event"]));
            if event["event"] == "cancel" {
                self.cancellers.insert(word(&event["by"]));
            }
            if event["open"] == true {
                self.open.insert(format!("{} by {}", word(&event["event"]), word(&event["by"])));
            }
        }
        for choice in document["choices"].as_array().into_iter().flatten() {
            self.places.insert(word(&choice["where"]));
            let lengths = ["items", "took"].map(|key| choice[key].as_array().map_or(0, Vec::len));
            assert_eq!(lengths[0], lengths[1] + 1, "{choice}");
        }
        for line in document["awaitables"].as_array().into_iter().flatten() {
            self.fates.insert(word(&line["fate"]));
            self.states.extend([word(&line["state"]), word(&line["at_return"])]);
        }
    }
}

fn check_all(scenario: &Scenario, what: &str, seen: &mut Seen) {
    for call in calls(scenario) {
        for &python in Python::ALL {
            let [document, line] = documents(scenario, call, python);
            check(&document, what);
            check(&line, what);
            seen.take(&document);
            if document["choices"] != json!([]) {
                let [late, _] = documents_of(scenario, call, python, &Way { choices: vec![1], jitter: Some(1) });
                check(&late, what);
                seen.take(&late);
            }
        }
    }
}

#[test]
fn every_kind_of_run() {
    let mut seen = Seen::default();
    for builtin in builtins() {
        let scenario = parse(builtin.name, builtin.text).expect("a built-in scenario");
        // Ten thousand alike add nothing but time.
        if scenario.len() <= 200 {
            check_all(&scenario, builtin.name, &mut seen);
        }
    }
    for (name, text) in MISUSES {
        let scenario = parse(name, text).unwrap_or_else(|error| panic!("{error}"));
        check_all(&scenario, name, &mut seen);
    }
    for index in 0..80 {
        let text = generator::scenario(&mut Random::new(11, index)).to_string();
        if let Ok(scenario) = parse("random.toml", &text) {
            check_all(&scenario, &text, &mut seen);
        }
    }
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<BTreeSet<_>>();
    for function in ["gather", "wait"] {
        for status in ["returned", "raised", "cancelled", "hangs"] {
            assert!(
                seen.outcomes.contains(&format!("{function} {status}")),
                "{function} {status}: {:?}",
                seen.outcomes
            );
        }
    }
    let events = schema::run()["$defs"]["event"]["oneOf"].as_array().map_or(0, Vec::len);
    assert_eq!(seen.events.len(), events, "{:?}", seen.events);
    assert_eq!(seen.cancellers, words(&["schedule", "caller", "group", "exit"]), "and interrupt, by Ctrl-C");
    assert_eq!(seen.places, words(SetPlace::WORDS));
    assert_eq!(seen.open, words(&["create by wait", "cancel by exit"]), "and by interrupt, by Ctrl-C");
    assert_eq!(seen.fates.len(), Fate::ALL.len(), "{:?}", seen.fates);
    assert_eq!(seen.states.len(), State::ALL.len(), "{:?}", seen.states);
    for text in [
        "unhashable type: 'list'",
        "cannot use 'list' as a dict key (unhashable type: 'list')",
        "expect a list of futures, not coroutine",
        "expect a list of futures, not Task",
        "expect a list of futures, not Future",
        "expect a list of futures, not _GatheringFuture",
        "expect a list of futures, not generator",
        "Set of coroutines/Futures is empty.",
        "Set of Tasks/Futures is empty.",
        "Set of Futures is empty.",
        "Passing coroutines is forbidden, use tasks explicitly.",
    ] {
        assert!(seen.misuses.contains(text), "{text}: {:?}", seen.misuses);
    }
}

const MISUSES: [(&str, &str); 7] = [
    ("the list itself", "[caller]\nunpack = false\n[[awaitable]]\ndelay = 1\n"),
    ("nothing", "[caller]\nargs = []\n"),
    ("one coroutine", "[[awaitable]]\ndelay = 1\n"),
    ("one task", "[[awaitable]]\nkind = \"task\"\ndelay = 1\nraises = \"ValueError\"\n"),
    ("one future", "[[awaitable]]\nkind = \"future\"\ndelay = \"forever\"\n"),
    (
        "one group",
        "[[awaitable]]\nname = \"g\"\nkind = \"gather\"\nmembers = [\"a\"]\n[[awaitable]]\nname = \"a\"\ndelay = 1\n",
    ),
    (
        "moments that never come",
        "[caller]\ncancel_at = 1\ncheck_done_at = [9]\nthen = \"exit\"\n[[awaitable]]\ndelay = 5\ncancel_at = 8\n\
         cancel_message = \"late\"\n",
    ),
];

fn run(arguments: &[&str]) -> String {
    let output = Process::new(assert_cmd::cargo::cargo_bin!("asyncdemo"))
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("the program can be started");
    String::from_utf8(output.stdout).expect("UTF-8")
}

#[test]
fn what_the_command_prints_and_writes() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("run.jsonl");
    let path = file.to_str().expect("temporary paths are UTF-8");
    let whole = run(&["gather", "nested", "--format", "json", "-o", path]);
    let brief = run(&["wait", "workers", "--format", "json", "--no-events", "--no-awaitables"]);
    let stream = run(&["wait", "timeout", "--format", "jsonl"]);
    let last = |stream: &str| stream.lines().last().unwrap_or("").to_owned();
    let written = last(&fs::read_to_string(&file).expect("it was written"));
    for text in [whole, brief, last(&stream), written] {
        check(&serde_json::from_str(&text).expect("JSON"), &text);
    }
    let event = jsonschema::draft202012::new(&json!({
        "$ref": "#/$defs/event",
        "$defs": schema::run()["$defs"],
    }))
    .expect("a schema");
    let events: Vec<Value> = stream.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let (_, events) = events.split_last().expect("there are lines");
    assert!(events.len() > 5 && events.iter().all(|line| event.is_valid(line)), "{stream}");
}

#[test]
fn the_command_prints_the_schema() {
    let printed: Value = serde_json::from_str(&run(&["schema", "--run"])).expect("JSON");
    assert_eq!(printed, schema::run());
}

#[cfg(unix)]
#[test]
fn an_interrupted_run() {
    let mut file = tempfile::Builder::new().suffix(".toml").tempfile().expect("a temporary file");
    let text = "[[awaitable]]\ndelay = 60\non_cancel = { cleanup = \"10ms\" }\n[[awaitable]]\ndelay = 60\n";
    file.write_all(text.as_bytes()).expect("a temporary file can be written");
    for python in ["3.10", "3.13"] {
        let mut child = Process::new(assert_cmd::cargo::cargo_bin!("asyncdemo"))
            .args(["gather", "--format", "json", "--clock", "real", "--progress", "always", "--python", python])
            .arg(file.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program can be started");
        // Its first line of progress says that it runs.
        let mut first = [0; 1];
        let mut stderr = child.stderr.take().expect("a pipe");
        std::io::Read::read_exact(&mut stderr, &mut first).expect("progress");
        let sent = Process::new("kill").args(["-INT", &child.id().to_string()]).status().expect("kill is there");
        assert!(sent.success());
        let output = child.wait_with_output().expect("it ends");
        let text = String::from_utf8(output.stdout).expect("UTF-8");
        assert_eq!(output.status.code(), Some(130));
        assert!(text.contains("\"by\": \"interrupt\""), "{text}");
        // Up to 3.10 every task is cancelled at once, in a set's order; from 3.11 the main task alone.
        assert_eq!(text.contains("\"by\": \"interrupt\", \"open\": true"), python == "3.10", "{text}");
        check(&serde_json::from_str(&text).expect("JSON"), python);
    }
}

/// A schema that accepts anything would pass every test above.
#[test]
fn a_document_with_any_key_missing_renamed_or_added_is_refused() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/basic.toml");
    let scenario = parse("basic.toml", &fs::read_to_string(path).expect("it is there")).expect("a scenario");
    let optional = ["/awaitables", "/story", "/events", "/outcome/from"];
    let mut tried = 0;
    for call in calls(&scenario) {
        let [document, _] = documents(&scenario, call, Python::V3_13);
        let mut places = Vec::new();
        keys(&document, String::new(), &mut places);
        for (object, key) in places {
            // A value of the scenario may hold any keys.
            if object.contains("/value") {
                continue;
            }
            let altered = |alter: &dyn Fn(&mut serde_json::Map<String, Value>)| {
                let mut document = document.clone();
                alter(document.pointer_mut(&object).and_then(Value::as_object_mut).expect("an object"));
                document
            };
            let missing = altered(&|object| {
                object.remove(&key);
            });
            let place = format!("{object}/{key}");
            let may_be_missing = optional.contains(&place.as_str())
                || place == "/calls/0/outcome/from"
                || matches!(key.as_str(), "why" | "cause" | "because" | "absent")
                || (key == "already" && object.starts_with("/events"));
            assert_eq!(SCHEMA.is_valid(&missing), may_be_missing, "without {place}");
            let added = altered(&|object| {
                object.insert("surplus".to_owned(), json!(1));
            });
            assert!(!SCHEMA.is_valid(&added), "something added to {object}");
            if document.pointer(&place).is_some_and(Value::is_string)
                && matches!(
                    key.as_str(),
                    "format"
                        | "function"
                        | "python"
                        | "clock"
                        | "status"
                        | "state"
                        | "fate"
                        | "at_return"
                        | "event"
                        | "outcome"
                        | "by"
                        | "kind"
                )
            {
                let other = altered(&|object| {
                    object.insert(key.clone(), json!("other"));
                });
                assert!(!SCHEMA.is_valid(&other), "another word in {place}");
            }
            tried += 1;
        }
    }
    assert!(tried > 1000, "{tried}");
}

/// Every key of every object, each with the pointer that leads to the object.
fn keys(value: &Value, path: String, places: &mut Vec<(String, String)>) {
    match value {
        Value::Object(entries) => {
            for (key, value) in entries {
                places.push((path.clone(), key.clone()));
                keys(value, format!("{path}/{key}"), places);
            }
        }
        Value::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                keys(item, format!("{path}/{at}"), places);
            }
        }
        _ => {}
    }
}
