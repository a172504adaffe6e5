//! A document's `story` is what the report says, and each of its sentences is borne out by the events that it names.

use std::collections::HashSet;

use asyncdemo::calls::Function;
use asyncdemo::outcome::Run;
use asyncdemo::report::duration::{Unit, duration_in};
use asyncdemo::report::human::{Options, write};
use asyncdemo::report::story::{Causes, Story, Voice, unglued};
use asyncdemo::report::style::Style;
use asyncdemo::scenario::{Id, Nanos, Python, Scenario, Way, builtins, parse};
use asyncdemo::simulation::{Simulated, record};
use asyncdemo::verify::generator::{self, Random};

/// So many random scenarios are told.
const RANDOM: u64 = 300;

#[test]
fn of_every_scenario() {
    for builtin in builtins() {
        let scenario = parse(builtin.name, builtin.text).unwrap_or_else(|_| panic!("{} is a scenario", builtin.name));
        check_all(&scenario, builtin.name);
    }
}

#[test]
fn of_random_scenarios() {
    for number in 0..RANDOM {
        let text = generator::scenario(&mut Random::new(26, number)).to_string();
        let scenario = parse("-", &text).unwrap_or_else(|problems| panic!("{}", problems.render(false, 120)));
        check_all(&scenario, &text);
    }
}

fn check_all(scenario: &Scenario, name: &str) {
    for function in [Function::Gather, Function::Wait] {
        for python in [Python::V3_8, Python::V3_13] {
            check(&record(scenario, scenario.call(function), python, &Way::default()), name);
        }
    }
}

#[track_caller]
fn check(simulated: &Simulated<'_>, name: &str) {
    let run = &simulated.run;
    let story = Story::of(&Causes::new(Voice::of_documents(run)));
    // A page as wide as documents have it says each of them, one behind the other.
    let mut page = Vec::new();
    let options = Options { width: 100, unicode: true, style: Style::new(false), all: false, events: None };
    write(&mut page, run, &options).expect("memory takes everything");
    let page = words(&String::from_utf8(page).expect("UTF-8"));
    let mut from = 0;
    let unit = Unit::of_all(run.moments());
    let moments: Vec<Nanos> = simulated.events.iter().map(|event| event.at).collect();
    for sentence in story.sentences() {
        let text = words(&unglued(&sentence.text));
        let stops = text.ends_with(['.', ':']) && !text.contains(",.") && !text.contains("  ");
        assert!(stops, "{name}: no sentence: {text:?}");
        assert!(page.contains(&text), "{name}: the report does not say {text:?}:\n{page}");
        from += text.len();
        let named = || sentence.events.first.iter().map(|number| moments[*number]);
        // Whatever moment is named is that of one of the events, unless there are too many to list.
        if sentence.events.more > 0 || sentence.text.contains("never happened") {
            continue;
        }
        for moment in &moments {
            if says_moment(&text, *moment, unit) {
                assert!(named().any(|at| at == *moment), "{name}: nothing bears out {text:?}: {:?}", sentence.events);
            }
        }
    }
    assert!(from > 0);
    // A cause comes before what it causes, and never twice in a chain.
    let causes = Causes::new(Voice::of_documents(run));
    let of_awaitables = scenario_ids(run).flat_map(|id| causes.of(id));
    for chain in causes.of_call(run.main()).into_iter().chain(of_awaitables) {
        let texts: Vec<&str> = chain.iter().map(|link| link.text.as_str()).collect();
        let number = |event| run.numbers.of(event).unwrap_or_else(|| panic!("{name}: no such event: {texts:?}"));
        let told = chain.iter().filter_map(|link| link.event).map(|event| moments[number(event)]);
        assert!(told.is_sorted_by(|after, before| after >= before), "{name}: backwards in time: {texts:?}");
        assert_eq!(texts.iter().collect::<HashSet<_>>().len(), texts.len(), "{name}: said twice: {texts:?}");
    }
}

fn scenario_ids(run: &Run<'_>) -> impl Iterator<Item = Id> {
    (0..run.entries.len() as u32).map(Id)
}

/// Whether a sentence names a moment, outside of what the scenario itself says.
fn says_moment(text: &str, moment: Nanos, unit: Unit) -> bool {
    let said = duration_in(unit, moment, true).to_string();
    [" at ", " since "].iter().any(|before| {
        text.match_indices(&format!("{before}{said}")).any(|(place, found)| {
            let behind = text[place + found.len()..].chars().next();
            let quotes = text[..place].matches(['\'', '"']).count();
            behind.is_none_or(|c| matches!(c, ',' | '.' | ';' | ':' | ')')) && quotes.is_multiple_of(2)
        })
    })
}

fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
