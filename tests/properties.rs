//! What holds of every run, whatever the scenario, the call and the version of Python.

use std::collections::{BTreeMap, BTreeSet};

use asyncdemo::calls::{Call, Function, GatherOptions, ReturnWhen, Setting};
use asyncdemo::event::Word;
use asyncdemo::report::human;
use asyncdemo::report::json::{ClockName, Head, write_document};
use asyncdemo::report::style::Style;
use asyncdemo::scenario::{Python, Scenario, Way, parse};
use asyncdemo::simulation::{Simulated, record};
use asyncdemo::verify::generator::{self, Random};
use proptest::prelude::*;
use serde_json::Value;

/// A run as its document's bytes, and as the report at a width.
fn run_of(scenario: &Scenario, call: Call, python: Python, width: usize) -> (Vec<u8>, String) {
    let Simulated { run, events, .. } = record(scenario, call, python, &Way::default());
    let (mut document, mut report) = (Vec::new(), Vec::new());
    let head = Head { source: "-", clock: ClockName::Virtual };
    write_document(&mut document, &head, &run, Some(&events), true).expect("memory takes everything");
    let options = human::Options { width, unicode: true, style: Style::plain(), all: false, events: Some(&events) };
    human::write(&mut report, &run, &options).expect("memory takes everything");
    (document, String::from_utf8(report).expect("a report is UTF-8"))
}

fn call(number: usize, scenario: &Scenario) -> Call {
    let wait =
        |condition: ReturnWhen| scenario.call(Function::Wait).with("return_when", Setting::Word(condition.word()));
    match number {
        0 => Call::Gather(GatherOptions::default()),
        1 => Call::Gather(GatherOptions { return_exceptions: true, ..GatherOptions::default() }),
        2 => wait(ReturnWhen::AllCompleted),
        3 => wait(ReturnWhen::FirstCompleted),
        _ => wait(ReturnWhen::FirstException),
    }
}

fn names(list: &Value) -> Vec<&str> {
    list.as_array().into_iter().flatten().filter_map(|name| name.as_str().or(name["awaitable"].as_str())).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn of_every_run(seed in any::<u64>(), number in 0..5usize, python in 0..7usize, width in 40..130usize) {
        let text = generator::scenario(&mut Random::new(seed, 0)).to_string();
        let scenario = parse("random.toml", &text).expect("the generator makes valid scenarios");
        let (call, python) = (call(number, &scenario), Python::ALL[python]);
        let (document, report) = run_of(&scenario, call, python, width);
        let again = run_of(&scenario, call, python, width);
        prop_assert_eq!((&document, &report), (&again.0, &again.1), "the same scenario gives the same bytes");

        let document: Value = serde_json::from_slice(&document).expect("it is JSON");
        in_order(&document)?;
        what_the_caller_got(&document, &scenario)?;
        the_ledger(&document)?;
        for line in report.lines() {
            prop_assert!(!line.chars().any(char::is_control), "{line:?}");
        }
    }
}

/// Time and passes never go back, and everything happens at most once, in the order of a life.
fn in_order(document: &Value) -> Result<(), TestCaseError> {
    let mut before = (0.0, 1);
    let mut lives: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for event in document["events"].as_array().into_iter().flatten() {
        let now = (event["at"].as_f64().unwrap_or(-1.0), event["iteration"].as_u64().unwrap_or(0));
        prop_assert!(now.0 >= before.0 && now.1 >= before.1, "{event} after {before:?}");
        before = now;
        let (word, name) = (event["event"].as_str().unwrap_or_default(), event["awaitable"].as_str());
        if let (Some(name), "create" | "start" | "cleanup" | "finish") = (name, word) {
            lives.entry(name).or_default().push(word);
        }
    }
    for (name, life) in lives {
        let rank = |word: &&str| ["create", "start", "cleanup", "finish"].iter().position(|other| other == word);
        prop_assert!(life.windows(2).all(|pair| rank(&pair[0]) < rank(&pair[1])), "{name}: {life:?}");
    }
    Ok(())
}

/// Results follow the arguments; done and pending are the arguments, each once, in order.
fn what_the_caller_got(document: &Value, scenario: &Scenario) -> Result<(), TestCaseError> {
    let ids = scenario.caller.args.iter().cloned().flatten().map(asyncdemo::scenario::Id);
    let arguments: Vec<String> = ids.map(|id| scenario.name(id).to_string()).collect();
    let outcome = &document["outcome"];
    if outcome.get("results").is_some() {
        prop_assert_eq!(names(&outcome["results"]), arguments.iter().map(String::as_str).collect::<Vec<_>>());
    }
    if outcome.get("done").is_some() {
        let (done, pending) = (names(&outcome["done"]), names(&outcome["pending"]));
        let places: BTreeSet<&str> = done.iter().chain(&pending).copied().collect();
        prop_assert_eq!(places.len(), done.len() + pending.len(), "no name is in both sets, or twice in one");
        prop_assert_eq!(places, arguments.iter().map(String::as_str).collect::<BTreeSet<_>>());
        let place = |name: &&str| arguments.iter().position(|argument| argument == name);
        prop_assert!(done.is_sorted_by_key(place) && pending.is_sorted_by_key(place));
    }
    Ok(())
}

/// The names in a group's results, and in those of the groups in it.
fn add_names<'v>(value: &'v Value, names: &mut BTreeSet<&'v str>) {
    for item in value.as_array().into_iter().flatten() {
        names.extend(item["awaitable"].as_str());
        add_names(&item["value"], names);
    }
}

/// Fates fit the outcome, and whatever was cancelled or never reached the caller has its cause.
fn the_ledger(document: &Value) -> Result<(), TestCaseError> {
    let outcome = &document["outcome"];
    let (done, pending) = (names(&outcome["done"]), names(&outcome["pending"]));
    let cancelled: BTreeSet<&str> = document["events"]
        .as_array()
        .into_iter()
        .flatten()
        .filter(|event| event["event"] == "cancel" && event["accepted"] == true)
        .filter_map(|event| event["target"].as_str())
        .collect();
    // What is in the results of a group that is pending is pending with it.
    let mut held = BTreeSet::new();
    let of_pending = |entry: &&Value| pending.iter().any(|name| entry["name"] == *name);
    let entries = document["awaitables"].as_array().into_iter().flatten();
    entries.filter(of_pending).for_each(|entry| add_names(&entry["value"], &mut held));
    held.retain(|name| !done.contains(name));
    for entry in document["awaitables"].as_array().into_iter().flatten() {
        let (name, fate) = (entry["name"].as_str().unwrap_or_default(), entry["fate"].as_str().unwrap_or_default());
        prop_assert_eq!(fate == "raised", outcome["from"] == name, "{}", entry);
        prop_assert_eq!(fate == "done", done.contains(&name), "{}", entry);
        prop_assert!(fate == "pending" || !pending.contains(&name), "{}", entry);
        prop_assert!(fate != "pending" || pending.contains(&name) || held.contains(name), "{}", entry);
        let unreached = matches!(fate, "lost" | "swallowed" | "unretrieved" | "unfinished");
        // A cancelled group raised its CancelledError.
        let ended_so = entry["state"] == "cancelled" || entry["exception"]["type"] == "CancelledError";
        let was_cancelled = ended_so && cancelled.contains(name);
        prop_assert!(!(unreached || was_cancelled) || entry["why"].is_array(), "no cause: {entry}");
    }
    Ok(())
}
