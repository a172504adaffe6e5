//! What would happen if a claim were false: the list in `beliefs.toml`, and how a scenario is altered so that just
//! that happens.

use std::collections::{BTreeMap, BTreeSet};

use asyncdemo::calls::{Call, Function, Setting, Takes};
use asyncdemo::event::{Event, Listener, Recording, Word};
use asyncdemo::executor::choices::Canonical;
use asyncdemo::executor::clock::Virtual;
use asyncdemo::executor::lateness::Never;
use asyncdemo::executor::{Plan, Workspace, simulate};
use asyncdemo::expect::compare;
use asyncdemo::outcome::Ledger;
use asyncdemo::scenario::{Builtin, Expect, Python, Scenario, builtin, parse};
use serde::Deserialize;
use toml::{Table, Value};

/// A belief that a claim is false.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Belief {
    pub claim: String,
    /// The name of the built-in scenario that shows the claim.
    pub scenario: String,
    /// The belief in words.
    pub belief: String,
    /// What makes the scenario behave so.
    alter: Alteration,
    /// Which of the scenario's expectations then fail, by their numbers from 1, each with the places in it that do.
    fails: BTreeMap<String, BTreeSet<String>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Alteration {
    /// Awaitables besides.
    add: Vec<Value>,
    /// The call that every expectation runs instead of its own.
    call: Option<String>,
    /// Options that every call has instead of its own; a call ignores those of the other.
    options: Table,
    /// The version that every expectation runs under.
    python: Option<String>,
    /// Events that do not happen.
    without: BTreeSet<String>,
    /// Keys of awaitables, by name, and of `caller` and `wait`.
    #[serde(flatten)]
    tables: BTreeMap<String, Table>,
}

/// Every belief of the list.
pub fn beliefs() -> Vec<Belief> {
    #[derive(Deserialize)]
    struct File {
        belief: Vec<Belief>,
    }
    let file: File = toml::from_str(include_str!("beliefs.toml")).unwrap_or_else(|error| panic!("{error}"));
    file.belief
}

impl Belief {
    pub fn builtin(&self) -> &'static Builtin {
        builtin(&self.scenario).unwrap_or_else(|| panic!("there is no scenario {}", self.scenario))
    }

    /// The expectations that it names, by their numbers from 1, each with the places where it says that they fail.
    pub fn fails(&self) -> impl Iterator<Item = (usize, &BTreeSet<String>)> {
        self.fails.iter().map(|(number, places)| (number.parse().expect("a number"), places))
    }

    /// The places where an expectation of the scenario fails if the belief is right, under one version.
    pub fn failures(&self, altered: &Scenario, expect: &Expect, python: Python) -> BTreeSet<String> {
        let call = self.alter.call(altered, expect.call);
        let python = self.alter.python.as_ref().map_or(python, |text| text.parse().expect("a version"));
        let both = (Ledger::new(altered, call, python), Recording::default());
        let mut told = Without { words: &self.alter.without, rest: both };
        let end = simulate(
            &Plan::new(altered, call, python),
            Virtual,
            Canonical,
            Never,
            &mut told,
            &mut Workspace::default(),
        );
        let (ledger, events) = told.rest;
        let differences = compare(expect, &ledger.finish(&end), &events);
        differences.iter().map(|difference| difference.place.to_string()).collect()
    }

    /// The scenario, altered. Its expectations are left out: those of the original are to be compared with.
    pub fn altered(&self) -> Scenario {
        let builtin = self.builtin();
        let mut file: Table = builtin.text.parse().expect("it is TOML");
        file.remove("expect");
        for (name, keys) in &self.alter.tables {
            let table = match name.as_str() {
                "caller" | "wait" => file.entry(name).or_insert(Value::Table(Table::new())),
                name => awaitable(&mut file, name),
            };
            change(table.as_table_mut().expect("a table"), keys);
        }
        let awaitables = file.entry("awaitable").or_insert(Value::Array(Vec::new()));
        awaitables.as_array_mut().expect("a list").extend(self.alter.add.iter().cloned());
        parse(builtin.name, &file.to_string()).unwrap_or_else(|error| panic!("{}\n{file}", error.render(false, 120)))
    }
}

/// Sets keys of a table; `unset` names those to take away. What changes nothing is a mistake in the list.
fn change(table: &mut Table, keys: &Table) {
    for (key, value) in keys {
        match value {
            Value::Array(gone) if key == "unset" => {
                for gone in gone.iter().filter_map(Value::as_str) {
                    table.remove(gone).unwrap_or_else(|| panic!("there is no {gone} to unset"));
                }
            }
            _ => {
                let before = table.insert(key.clone(), value.clone());
                assert_ne!(before.as_ref(), Some(value), "{key} is that already");
            }
        }
    }
}

fn awaitable<'f>(file: &'f mut Table, name: &str) -> &'f mut Value {
    let all = file.get_mut("awaitable").and_then(Value::as_array_mut).expect("awaitables");
    let found = all.iter_mut().find(|one| one.get("name").and_then(Value::as_str) == Some(name));
    found.unwrap_or_else(|| panic!("no awaitable {name}"))
}

impl Alteration {
    /// An expectation's call, altered. Options of the `[wait]` table have become part of it, so they are taken anew
    /// where that table is altered.
    fn call(&self, altered: &Scenario, call: Call) -> Call {
        let mut call = match (self.call.as_deref(), call) {
            (Some("wait"), Call::Gather(_)) => altered.call(Function::Wait),
            (Some("gather"), Call::Wait(_)) => altered.call(Function::Gather),
            (None, Call::Wait(_)) if self.tables.contains_key("wait") => altered.call(Function::Wait),
            (None | Some("gather" | "wait"), call) => call,
            (Some(other), _) => panic!("{other} is no call"),
        };
        for (option, value) in &self.options {
            let known = Function::ALL.iter().flat_map(|function| function.keys()).find(|known| known.name == *option);
            let setting = match (known.unwrap_or_else(|| panic!("{option} is no option")).takes, value) {
                (Takes::Boolean, value) => Setting::Boolean(value.as_bool().expect("true or false")),
                (Takes::Word(words, _), value) => {
                    let word = words.iter().find(|word| value.as_str() == Some(word));
                    Setting::Word(word.unwrap_or_else(|| panic!("{option} cannot be {value}")))
                }
                (Takes::Timeout, value) if value.as_str() == Some("none") => Setting::Timeout(None),
                _ => panic!("{option} = {value} is no option"),
            };
            // An option of another call changes nothing.
            call = call.with(option, setting);
        }
        call
    }
}

/// Tells a listener everything but some kinds of events.
struct Without<'w, L> {
    words: &'w BTreeSet<String>,
    rest: L,
}

impl<L: Listener> Listener for Without<'_, L> {
    fn event(&mut self, event: &Event<'_>) {
        if !self.words.contains(event.kind().word()) {
            self.rest.event(event);
        }
    }
}
