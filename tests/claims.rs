//! The claims about gather() and wait(): each is shown by a built-in scenario, and no scenario's expectations would
//! hold if the claim were false.
//!
//! `beliefs/beliefs.toml` says, for every claim and every scenario that shows it, what would happen if the claim were
//! false, as a change to the scenario, and which of the scenario's expectations then fail, and where in them. The
//! changed scenario is run against the unchanged expectations.

mod beliefs;

use std::collections::BTreeSet;

use asyncdemo::event::Word;
use asyncdemo::expect::check;
use asyncdemo::scenario::{Builtin, Expect, Python, Scenario, builtins, parse};
use beliefs::beliefs;

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

/// Where an answer changes with the version, the expectation says for which it is. So every other holds for all, and
/// this one for no other: else it would say of a version that it is different, and it is not.
#[test]
fn an_expectation_holds_on_the_versions_it_is_for_and_on_no_other() {
    for builtin in builtins() {
        let scenario = scenario(builtin);
        for (number, expect) in (1..).zip(&scenario.expect) {
            let versions = versions(expect);
            for &python in Python::ALL {
                let differences = check(&scenario, expect, python);
                let place = format!("{}, expectation {number}, {python}", builtin.name);
                if versions.contains(&python) {
                    assert!(differences.is_empty(), "{place}: {differences:#?}");
                } else {
                    assert!(!differences.is_empty(), "{place} is left out, and the expectation holds there too");
                }
            }
        }
    }
}

#[test]
fn if_a_claim_were_false_the_named_expectations_would_fail_and_just_where_it_says() {
    for belief in beliefs() {
        let (original, altered) = (scenario(belief.builtin()), belief.altered());
        for (number, places) in belief.fails() {
            let expect = original.expect.get(number.wrapping_sub(1));
            let expect = expect.unwrap_or_else(|| panic!("{} has no expectation {number}", belief.scenario));
            for python in versions(expect) {
                assert_eq!(
                    belief.failures(&altered, expect, python),
                    *places,
                    "{}, expectation {number}, {python}: it could be that {}",
                    belief.scenario,
                    belief.belief
                );
            }
        }
    }
}

#[test]
fn a_belief_contradicts_every_claim_of_a_scenario_and_every_expectation() {
    let (mut claims, mut expectations) = (BTreeSet::new(), BTreeSet::new());
    for belief in beliefs() {
        for (number, places) in belief.fails() {
            assert!(!places.is_empty(), "{}: nothing fails if {}", belief.scenario, belief.belief);
            claims.insert((belief.scenario.clone(), belief.claim.clone()));
            expectations.insert((belief.scenario.clone(), number));
        }
    }
    let mut without = Vec::new();
    for builtin in builtins() {
        let scenario = scenario(builtin);
        for claim in scenario.shows {
            if !claims.remove(&(builtin.name.to_owned(), claim.clone())) {
                without.push(format!("{}: {claim}", builtin.name));
            }
        }
        for number in 1..=scenario.expect.len() {
            if !expectations.contains(&(builtin.name.to_owned(), number)) {
                without.push(format!("{}: expectation {number}", builtin.name));
            }
        }
    }
    assert!(without.is_empty(), "nothing says what would happen if these were false: {without:#?}");
    assert!(claims.is_empty(), "these scenarios do not show these claims: {claims:?}");
}

/// The versions that an expectation is for.
fn versions(expect: &Expect) -> Vec<Python> {
    if expect.python.is_empty() { Python::ALL.to_vec() } else { expect.python.clone() }
}

fn scenario(builtin: &Builtin) -> Scenario {
    parse(&builtin.source(), builtin.text).unwrap_or_else(|error| panic!("{}", error.render(false, 120)))
}
