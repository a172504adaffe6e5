//! The claims about gather() and wait(): each is shown by a built-in scenario, and no scenario's expectations would
//! hold if the claim were false.
//!
//! `tests/claims/beliefs.toml` says, for every claim and every scenario that shows it, what would happen if the
//! claim were false, as a change to the scenario. The changed scenario is run against the unchanged expectations.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use asyncdemo::event::{Event, Listener, Recording};
use asyncdemo::executor::clock::Virtual;
use asyncdemo::executor::run;
use asyncdemo::expect::{check, compare};
use asyncdemo::outcome::Ledger;
use asyncdemo::scenario::{Builtin, Call, Expect, Function, Python, Scenario, builtin, builtins, parse};
use toml::{Table, Value};

/// Every claim: 18 on gather(), 11 on wait(), 8 on the two compared, 15 mistakes.
const CLAIMS: [&str; 52] = [
    "G1", "G2", "G3", "G4", "G5", "G6", "G7", "G8", "G9", "G10", "G11", "G12", "G13", "G14", "G15", "G16", "G17",
    "G18", "W1", "W2", "W3", "W4", "W5", "W6", "W7", "W8", "W9", "W10", "W11", "C1", "C2", "C3", "C4", "C5", "C6",
    "C7", "C8", "M1", "M2", "M3", "M4", "M5", "M6", "M7", "M8", "M9", "M10", "M11", "M12", "M13", "M14", "M15",
];

#[test]
fn every_claim_is_shown_and_every_scenario_shows_one() {
    let known: BTreeSet<&str> = CLAIMS.into_iter().collect();
    let mut shown = BTreeSet::new();
    for builtin in builtins() {
        let scenario = scenario(builtin);
        assert!(!scenario.shows.is_empty(), "{} shows no claim", builtin.name);
        for id in scenario.shows {
            assert!(known.contains(id.as_str()), "{} shows {id}, and there is no such claim", builtin.name);
            shown.insert(id);
        }
    }
    let missing: Vec<&&str> = known.iter().filter(|id| !shown.contains(**id)).collect();
    assert!(missing.is_empty(), "no scenario shows {missing:?}");
}

/// Where an answer changes with the version, the expectation says for which it is; so all others hold for all.
#[test]
fn every_expectation_holds_on_every_version_it_is_for() {
    for builtin in builtins() {
        let scenario = scenario(builtin);
        for (index, expect) in scenario.expect.iter().enumerate() {
            let pythons = if expect.python.is_empty() { &Python::ALL[..] } else { &expect.python[..] };
            for python in pythons {
                let differences = check(&scenario, expect, *python);
                assert!(
                    differences.is_empty(),
                    "{}, expectation {}, {python}: {differences:#?}",
                    builtin.name,
                    index + 1
                );
            }
        }
    }
}

#[test]
fn no_expectation_would_hold_if_its_claim_were_false() {
    let mut tried = BTreeSet::new();
    for belief in beliefs() {
        let builtin = builtin(&belief.scenario).unwrap_or_else(|| panic!("no scenario {}", belief.scenario));
        let original = scenario(builtin);
        let shows = original.shows.contains(&belief.claim);
        assert!(shows, "{} does not show {}", belief.scenario, belief.claim);
        let altered = belief.alter.apply(builtin);
        let failed = original.expect.iter().any(|expect| {
            let python = expect.python.first().copied().unwrap_or(Python::DEFAULT);
            !belief.alter.differences(&altered, expect, belief.alter.python.unwrap_or(python)).is_empty()
        });
        assert!(failed, "{}: it could be that {}, and no expectation fails", belief.scenario, belief.text);
        tried.insert((belief.claim, belief.scenario));
    }
    for builtin in builtins() {
        for claim in scenario(builtin).shows {
            let pair = (claim, builtin.name.to_owned());
            assert!(tried.contains(&pair), "nothing says what {} would do if {} were false", pair.1, pair.0);
        }
    }
}

/// A belief that a claim is false.
struct Belief {
    claim: String,
    scenario: String,
    text: String,
    alter: Alteration,
}

/// What makes a scenario behave as it would if a claim were false.
struct Alteration {
    /// Keys of awaitables, by name, and of `caller` and `wait`.
    tables: BTreeMap<String, Table>,
    /// Awaitables besides.
    add: Vec<Value>,
    /// The call that every expectation runs instead of its own.
    call: Option<Function>,
    /// Options that every call has instead of its own; a call ignores those of the other.
    options: Table,
    /// The version that every expectation runs under.
    python: Option<Python>,
    /// Events that do not happen.
    without: Vec<String>,
}

fn beliefs() -> Vec<Belief> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/claims/beliefs.toml");
    let file: Table = fs::read_to_string(path).expect("it is there").parse().unwrap_or_else(|error| panic!("{error}"));
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let rows = file["belief"].as_array().expect("a list");
    rows.iter()
        .map(|row| Belief {
            claim: text(&row["claim"]),
            scenario: text(&row["scenario"]),
            text: text(&row["belief"]),
            alter: Alteration::of(row["alter"].as_table().expect("a table")),
        })
        .collect()
}

impl Alteration {
    fn of(table: &Table) -> Alteration {
        let list = |key: &str| table.get(key).and_then(Value::as_array).cloned().unwrap_or_default();
        let own = ["add", "call", "options", "python", "without"];
        let tables = table.iter().filter(|(key, _)| !own.contains(&key.as_str()));
        let call = table.get("call").map(|call| match call.as_str() {
            Some("gather") => Function::Gather,
            Some("wait") => Function::Wait,
            _ => panic!("{call} is no call"),
        });
        let python = |value: &Value| value.as_str().and_then(|text| text.parse().ok()).expect("a version");
        Alteration {
            tables: tables.map(|(name, keys)| (name.clone(), keys.as_table().expect("keys").clone())).collect(),
            add: list("add"),
            call,
            options: table.get("options").and_then(Value::as_table).cloned().unwrap_or_default(),
            python: table.get("python").map(python),
            without: list("without").iter().map(|word| word.as_str().expect("a word").to_owned()).collect(),
        }
    }

    /// The scenario, altered. Its expectations are left out: those of the original are to be compared with.
    fn apply(&self, builtin: &Builtin) -> Scenario {
        let mut file: Table = builtin.text.parse().expect("it is TOML");
        file.remove("expect");
        for (name, keys) in &self.tables {
            let table = match name.as_str() {
                "caller" | "wait" => file.entry(name).or_insert(Value::Table(Table::new())),
                name => awaitable(&mut file, name),
            };
            let table = table.as_table_mut().expect("a table");
            for (key, value) in keys {
                match (key.as_str(), value) {
                    ("unset", Value::Array(keys)) => {
                        for key in keys.iter().filter_map(Value::as_str) {
                            table.remove(key).unwrap_or_else(|| panic!("{}: {name} has no {key}", builtin.name));
                        }
                    }
                    _ => {
                        let before = table.insert(key.clone(), value.clone());
                        assert_ne!(before.as_ref(), Some(value), "{}: {name}.{key} is that already", builtin.name);
                    }
                }
            }
        }
        let awaitables = file.entry("awaitable").or_insert(Value::Array(Vec::new()));
        awaitables.as_array_mut().expect("a list").extend(self.add.iter().cloned());
        // Values stand before tables in what is written, whatever the order was.
        parse(builtin.name, &file.to_string()).unwrap_or_else(|error| panic!("{}\n{file}", error.render(false, 120)))
    }

    /// What an expectation of the original has against a run of the altered scenario.
    fn differences(&self, altered: &Scenario, expect: &Expect, python: Python) -> Vec<asyncdemo::expect::Difference> {
        let call = self.call(altered, expect.call);
        let mut ledger = Ledger::new(altered, call, python);
        let mut events = Without { words: &self.without, rest: Recording::default() };
        let end = run(altered, call, python, Virtual, (&mut ledger, &mut events));
        compare(expect, &ledger.finish(&end), &events.rest)
    }

    /// An expectation's call, altered. Options of the `[wait]` table have become part of it, so they are taken anew
    /// where that table is altered.
    fn call(&self, altered: &Scenario, call: Call) -> Call {
        let mut call = match (self.call, call) {
            (Some(Function::Wait), Call::Gather(_)) => altered.call(Function::Wait),
            (Some(Function::Gather), Call::Wait(_)) => altered.call(Function::Gather),
            (_, Call::Wait(_)) if self.tables.contains_key("wait") => altered.call(Function::Wait),
            (_, call) => call,
        };
        for (option, value) in &self.options {
            let word = value.as_str().unwrap_or_default();
            match (&mut call, option.as_str()) {
                (Call::Gather(gather), "return_exceptions") => {
                    gather.return_exceptions = value.as_bool().expect("true or false");
                }
                (Call::Wait(wait), "return_when") => wait.return_when = word.parse().expect("a condition"),
                (Call::Wait(wait), "timeout") if word == "none" => wait.timeout = None,
                (Call::Wait(wait), "wrap") => wait.wrap = value.as_bool().expect("true or false"),
                (Call::Wait(wait), "collection") => {
                    let known = asyncdemo::scenario::Collection::ALL;
                    wait.collection = known.iter().find(|(_, known)| *known == word).expect("a collection").0;
                }
                (Call::Gather(_), "return_when" | "timeout" | "wrap" | "collection") => {}
                (Call::Wait(_), "return_exceptions") => {}
                _ => panic!("{option} = {value} is no option"),
            }
        }
        call
    }
}

fn awaitable<'f>(file: &'f mut Table, name: &str) -> &'f mut Value {
    let all = file.get_mut("awaitable").and_then(Value::as_array_mut).expect("awaitables");
    let found = all.iter_mut().find(|one| one.get("name").and_then(Value::as_str) == Some(name));
    found.unwrap_or_else(|| panic!("no awaitable {name}"))
}

/// Keeps the events but some.
struct Without<'w> {
    words: &'w [String],
    rest: Recording,
}

impl Listener for Without<'_> {
    fn event(&mut self, event: &Event<'_>) {
        if !self.words.iter().any(|word| word == event.what.word()) {
            self.rest.event(event);
        }
    }
}

fn scenario(builtin: &Builtin) -> Scenario {
    parse(&builtin.source(), builtin.text).unwrap_or_else(|error| panic!("{}", error.render(false, 120)))
}
