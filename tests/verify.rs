//! `asyncdemo verify`: what it says of interpreters, of equal runs and of differences.

mod cpython;

use std::fs;
use std::ops::ControlFlow;
use std::time::Duration;

use assert_cmd::Command;
use asyncdemo::calls::Function;
use asyncdemo::event::Word;
use asyncdemo::scenario::{Python, Way, parse};
use asyncdemo::simulation::too_large;
use asyncdemo::verify::case::{Ours, Ways};
use asyncdemo::verify::comparison::Comparison;
use asyncdemo::verify::generator::{self, Random};
use asyncdemo::verify::harness::{Harness, NoAnswer};
use asyncdemo::verify::interpreter::Interpreter;

const LIMIT: Duration = Duration::from_secs(60);
/// How many random scenarios are compared; more are for the command itself.
const RANDOM: usize = 200;

fn asyncdemo(arguments: &[&str]) -> (i32, String, String) {
    let output = Command::cargo_bin("asyncdemo").expect("it is built").args(arguments).output().expect("it starts");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code().unwrap_or(-1), text(&output.stdout), text(&output.stderr))
}

#[test]
fn built_in_scenarios_are_equal_on_every_cpython() {
    for interpreter in cpython::interpreters() {
        let program = interpreter.program.to_str().expect("a path in UTF-8");
        let (code, out, errors) = asyncdemo(&["verify", "--interpreter", program]);
        assert_eq!((code, errors.as_str()), (0, ""), "{out}");
        assert!(out.contains(&interpreter.version) && out.contains("✔ builtin:basic"), "{out}");
        assert!(out.trim_end().ends_with("each the same as on CPython, event for event."), "{out}");
    }
}

#[test]
fn json_is_one_document() {
    for interpreter in cpython::interpreters().iter().take(1) {
        let program = interpreter.program.to_str().expect("a path in UTF-8");
        let folder = tempfile::tempdir().expect("a folder can be made");
        let (_, timeout, _) = asyncdemo(&["scenarios", "timeout"]);
        fs::write(folder.path().join("timeout\u{202e}.toml"), timeout).expect("a file can be written");
        let folder = folder.path().to_str().expect("UTF-8");
        let (code, out, _) = asyncdemo(&["verify", "--json", folder, "--interpreter", program]);
        let document: serde_json::Value = serde_json::from_str(&out).expect("it is JSON");
        assert_eq!(code, 0);
        // A terminal may show it.
        assert!(out.contains(r"/timeout\u202e.toml"), "{out}");
        assert_eq!(document["format"], "asyncdemo.verify/1");
        let all_equal = r#"{"scenarios":1,"runs":8,"reordered":0,"late":0,"differences":0,"failed":0}"#;
        assert_eq!(document["compared"].to_string(), all_equal);
        assert_eq!(document["interpreters"][0]["version"], interpreter.version.as_str());
    }
}

/// CPython's own test cases do on it what they claim: that they hold on our loop is for `tests/cpython_suite.rs`.
#[test]
fn the_cases_of_cpython_are_equal_on_every_cpython() {
    for interpreter in cpython::interpreters() {
        let program = interpreter.program.to_str().expect("a path in UTF-8");
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cpython_suite");
        let (code, out, errors) = asyncdemo(&["verify", folder, "--interpreter", program]);
        assert_eq!((code, errors.as_str()), (0, ""), "{out}");
    }
}

#[test]
fn random_scenarios_are_equal_on_every_cpython() {
    let interpreters = cpython::interpreters();
    let (mut runs, mut reordered, mut late) = (0, 0, 0);
    let toml = |index| generator::scenario(&mut Random::new(41, index as u64)).to_string();
    Comparison::new(&interpreters, LIMIT).compare(
        RANDOM,
        |index| parse("-", &toml(index)),
        |index| Ways::Drawn { seed: 41, scenario: index as u64 },
        |index, verdict| {
            let verdict = verdict.unwrap_or_else(|why| panic!("{}\n{why:?}", toml(index)));
            runs += verdict.runs;
            reordered += verdict.reordered;
            late += verdict.late;
            assert!(verdict.failures.is_empty(), "{:#?}", verdict.failures);
            assert!(verdict.differences.is_empty(), "{}\n{:#?}", toml(index), verdict.differences[0]);
            ControlFlow::Continue(())
        },
    );
    assert!(interpreters.is_empty() || runs >= 5 * RANDOM * interpreters.len(), "only {runs} runs were compared");
    let drawn = reordered > 10 && late > RANDOM * interpreters.len() / 2;
    assert!(interpreters.is_empty() || drawn, "{reordered} and {late} of {runs} runs");
}

/// Every place where a set is gone over, and moments that a real loop takes together.
const OPEN: &str = r#"
[[awaitable]]
name = "failed"
kind = "future"
raises = "OSError: disk"
count = 2

[[awaitable]]
name = "quick"
delay = 0.1
cancel_at = 0.1003
returns = 1

[[awaitable]]
name = "slow"
delay = 0.009
returns = 2
on_cancel = { cleanup = 0.0004, raises = "ValueError: late" }

[[awaitable]]
name = "left"
kind = "task"
delay = 1
on_cancel = { raises = "ValueError: left" }
count = 2

[caller]
then = "exit"

[wait]
wrap = false
return_when = "first-exception"
"#;

/// Clones that a program knows by the order in which they are made, and by that alone.
const CLONES: &str = r#"
[[awaitable]]
name = "a"
delay = 0.2
count = 3
cancel_at = 0.1
on_cancel = { returns = 1 }

[[awaitable]]
name = "b"
delay = 0.2
count = 2
cancel_at = 0.1001

[wait]
wrap = false
"#;

#[test]
fn cpython_goes_the_way_that_it_is_told_to_go() {
    let scenarios = [OPEN, CLONES].map(|text| parse("-", text).expect("it is valid"));
    let lists = [vec![], vec![1, 1], vec![2, 1, 1, 1], vec![1, 0, 0, 1], vec![0, 1, 1, 2, 1], vec![5]];
    let jitters = [None].into_iter().chain((0..12).map(Some));
    let ways: Vec<Way> = jitters.flat_map(|jitter| lists.clone().map(|choices| Way { choices, jitter })).collect();
    for interpreter in cpython::interpreters() {
        let mut harness = Harness::start(&interpreter, LIMIT).expect("it starts");
        let mut seen = std::collections::BTreeSet::new();
        for (scenario, function) in scenarios.iter().flat_map(|one| Function::ALL.iter().map(move |call| (one, *call)))
        {
            let call = scenario.call(function);
            // What is too large where there is less to choose from is nothing to ask for.
            for way in ways.iter().filter(|way| too_large(scenario, call, interpreter.python, way).is_none()) {
                let ours = Ours::going(scenario, call, interpreter.python, way.clone());
                harness.ask(&ours.program, &ours.way);
                let theirs = asyncdemo::verify::log::Log::of_document(&harness.answer().expect("it answers"));
                assert_eq!(theirs, ours.log, "{function}() {way} on {}", interpreter.version);
                seen.insert(ours.log.0);
            }
        }
        assert!(seen.len() > 50, "{} ways that differ on {}", seen.len(), interpreter.version);
    }
}

/// CPython 3.12 resumes a caller at once whose group is done; whoever takes it for 3.11 must be told.
#[test]
fn a_wrong_version_is_a_difference() {
    let toml = "[[awaitable]]\nname = \"a\"\nkind = \"future\"\n[caller]\ncall_at = 1";
    for interpreter in cpython::interpreters() {
        let other = if interpreter.python >= Python::V3_12 { Python::V3_11 } else { Python::V3_13 };
        let scenario = parse("-", toml).expect("it is valid");
        let call = scenario.call(Function::Gather);
        let ours = Ours::new(&scenario, call, other);
        let mut harness = Harness::start(&interpreter, LIMIT).expect("it starts");
        harness.ask(&ours.program, &ours.way);
        let theirs = asyncdemo::verify::log::Log::of_document(&harness.answer().expect("it answers"));
        assert_ne!(theirs, ours.log);
        let lied = Interpreter { python: other, ..interpreter.clone() };
        assert!(matches!(Harness::start(&lied, LIMIT), Err(NoAnswer::NotStarted(_))));
    }
}

#[test]
fn nothing_to_compare_with_is_said() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let mut command = Command::cargo_bin("asyncdemo").expect("it is built");
    let output = command.arg("verify").env("PATH", folder.path()).output().expect("it starts");
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).starts_with("error: no CPython from 3.8 to 3.14"));
    let (code, out, errors) = asyncdemo(&["verify", "--interpreter", "no-such-python"]);
    assert_eq!((code, out.as_str()), (2, ""));
    assert_eq!(errors, "error: no-such-python cannot be compared with: there is no such program\n");
}

/// What lies in a folder is told in the words of `check`, all of it, and then nothing runs.
#[test]
fn bad_scenarios_and_empty_folders_are_said() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let path = folder.path().to_str().expect("UTF-8");
    let (code, out, errors) = asyncdemo(&["verify", path]);
    assert_eq!((code, out.as_str()), (2, ""));
    assert!(errors.contains("no scenario in the folder"), "{errors}");
    for (name, text) in [("bad.toml", "delay = -1"), (".hidden.toml", "delay = -2"), ("worse.toml", "dealy = 1")] {
        fs::write(folder.path().join(name), format!("[[awaitable]]\n{text}\n")).expect("a file can be written");
    }
    let (code, out, errors) = asyncdemo(&["verify", path]);
    assert_eq!((code, out.as_str()), (2, ""));
    assert!(errors.contains("a duration cannot be negative") && errors.contains("dealy"), "{errors}");
    assert!(!errors.contains("hidden"), "{errors}");
    assert_eq!(asyncdemo(&["check", path]).2, errors);
}

#[test]
fn verdicts_come_in_order() {
    let mut seen: Vec<usize> = Vec::new();
    Comparison::new(&[], LIMIT).compare(
        50,
        |_| parse("-", ""),
        |_| Ways::Canonical,
        |index, _| {
            seen.push(index);
            if index == 30 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        },
    );
    assert_eq!(seen, (0..=30).collect::<Vec<_>>());
}

/// Nothing was compared then, and whoever made it must hear of it.
#[test]
fn a_scenario_that_is_not_valid_is_no_verdict() {
    let mut seen = Vec::new();
    Comparison::new(&[], LIMIT).compare(
        3,
        |index| parse("drawn", if index == 1 { "[[awaitable]]\ndelay = -1" } else { "[caller]\nargs = []" }),
        |_| Ways::Canonical,
        |_, verdict| {
            seen.push(verdict.map(|verdict| verdict.runs).map_err(|why| why.render(false, 80)));
            if seen.last().is_some_and(Result::is_err) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        },
    );
    assert_eq!(seen.len(), 2);
    assert_eq!(seen[0], Ok(0));
    assert!(seen[1].as_ref().is_err_and(|why| why.contains("a duration cannot be negative")), "{seen:?}");
}

#[test]
fn every_bad_interpreter_is_named() {
    let (code, out, errors) = asyncdemo(&["verify", "--interpreter", "no-such-python", "--interpreter", "nor-this"]);
    assert_eq!((code, out.as_str()), (2, ""));
    let lines: Vec<&str> = errors.lines().collect();
    assert_eq!(
        lines,
        ["no-such-python", "nor-this"]
            .map(|name| format!("error: {name} cannot be compared with: there is no such program"))
    );
}

/// `python3` is most often `python3.x`.
#[cfg(unix)]
#[test]
fn one_program_by_two_names_is_asked_once() {
    for interpreter in cpython::interpreters().iter().take(1) {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let other = folder.path().join("other");
        std::os::unix::fs::symlink(&interpreter.program, &other).expect("a link can be made");
        let names = [interpreter.program.as_path(), &other].map(|name| name.to_str().expect("a path in UTF-8"));
        let (code, out, errors) =
            asyncdemo(&["verify", "basic", "--json", "--interpreter", names[0], "--interpreter", names[1]]);
        assert_eq!((code, errors.as_str()), (0, ""), "{out}");
        let document: serde_json::Value = serde_json::from_str(&out).expect("it is JSON");
        assert_eq!(document["interpreters"].as_array().map(Vec::len), Some(1), "{out}");
    }
}
