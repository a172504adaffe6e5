//! `asyncdemo verify`: what it says of interpreters, of equal runs and of differences.

mod cpython;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use assert_cmd::Command;
use asyncdemo::scenario::{Python, parse};
use asyncdemo::verify::generator::{self, Random};
use asyncdemo::verify::harness::{Harness, NoAnswer};
use asyncdemo::verify::interpreter::Interpreter;
use asyncdemo::verify::team::{Verdict, compare};
use std::ops::ControlFlow;

const LIMIT: Duration = Duration::from_secs(60);
/// How many random scenarios are compared; more are for the command itself.
const RANDOM: usize = 200;

fn asyncdemo(arguments: &[&str]) -> (i32, String, String) {
    let output = Command::cargo_bin("asyncdemo").expect("it is built").args(arguments).output().expect("it starts");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code().unwrap_or(-1), text(&output.stdout), text(&output.stderr))
}

/// A program that is named as an interpreter.
#[cfg(unix)]
fn script(folder: &Path, name: &str, text: &str) -> PathBuf {
    use std::os::unix::fs::PermissionsExt;
    let path = folder.join(name);
    fs::write(&path, format!("#!/bin/sh\n{text}\n")).expect("a file can be written");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("it can be made a program");
    path
}

/// What a program says that passes for CPython 3.13, at the path of another.
#[cfg(unix)]
fn passes_for_cpython(path: &Path) -> String {
    format!("case \"$*\" in *implementation*) printf 'cpython\\n3.13\\n3.13.0\\n{}\\n'; exit;; esac", path.display())
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
        let (code, out, _) = asyncdemo(&["verify", "--json", "timeout", "--interpreter", program]);
        let document: serde_json::Value = serde_json::from_str(&out).expect("it is JSON");
        assert_eq!(code, 0);
        assert_eq!(document["format"], "asyncdemo.verify/1");
        assert_eq!(document["compared"], serde_json::json!({"scenarios": 1, "runs": 8, "differences": 0}));
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
    let mut runs = 0;
    let make = |index| parse("-", &generator::scenario(&mut Random::new(41, index as u64)).to_string()).ok();
    compare(&interpreters, LIMIT, RANDOM, make, |verdict| {
        runs += verdict.runs;
        if let Some(difference) = verdict.differences.first() {
            let toml = generator::scenario(&mut Random::new(41, verdict.index as u64));
            panic!("{}\n{difference:#?}", toml);
        }
        ControlFlow::Continue(())
    });
    assert!(interpreters.is_empty() || runs >= 5 * RANDOM * interpreters.len(), "only {runs} runs were compared");
}

/// CPython 3.12 resumes a caller at once whose group is done; whoever takes it for 3.11 must be told.
#[test]
fn a_wrong_version_is_a_difference() {
    let toml = "[[awaitable]]\nname = \"a\"\nkind = \"future\"\n[caller]\ncall_at = 1";
    for interpreter in cpython::interpreters() {
        let other = if interpreter.python >= Python::V3_12 { Python::V3_11 } else { Python::V3_13 };
        let scenario = parse("-", toml).expect("it is valid");
        let call = scenario.call(asyncdemo::scenario::Function::Gather);
        let ours = asyncdemo::verify::case::Ours::new(&scenario, call, other);
        let mut harness = Harness::start(&interpreter, LIMIT).expect("it starts");
        harness.ask(&ours.program);
        let theirs = asyncdemo::verify::log::Log::of(&harness.answer().expect("it answers"));
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

#[cfg(unix)]
#[test]
fn what_is_no_cpython_is_said() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let says = |lines: &str| format!("printf '{lines}\\n/usr/bin/python\\n'");
    for (name, text, why) in [
        ("pypy", says("pypy\\n3.10\\n3.10.13"), "it is pypy 3.10.13, and only CPython can be compared with"),
        ("old", says("cpython\\n3.7\\n3.7.16"), "it is CPython 3.7.16; known are 3.8 to 3.14"),
        ("new", says("cpython\\n3.99\\n3.99.0"), "it is CPython 3.99.0; known are 3.8 to 3.14"),
        ("shim", "echo 'no version is set' >&2; exit 1".to_owned(), "it is no Python that works: no version is set"),
        ("cat", "exec cat /dev/null".to_owned(), "it is no Python: it did not say what it is"),
    ] {
        let program = script(folder.path(), name, &text);
        let (code, _, errors) = asyncdemo(&["verify", "--interpreter", program.to_str().expect("UTF-8")]);
        assert_eq!(code, 2, "{errors}");
        assert!(errors.ends_with(&format!("{name} cannot be compared with: {why}\n")), "{errors}");
    }
}

#[cfg(unix)]
#[test]
fn an_interpreter_that_crashes_or_hangs_is_a_difference() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let path = folder.path();
    let hello = "echo '{\"python\": \"3.13\"}'";
    let children = path.join("children");
    let hang = format!("{hello}; sleep 1000 & echo $! >> {}; wait", children.display());
    for (name, text, why) in [
        ("crashes", format!("{hello}; echo 'Segmentation fault' >&2; exit 139"), "the interpreter crashed:"),
        ("hangs", hang, "no answer in 0.5 s: the interpreter was killed"),
        (
            "babbles",
            format!("{hello}; while read line; do echo nonsense; done"),
            "it wrote what is no answer: nonsense",
        ),
    ] {
        let text = format!("{}\n{text}", passes_for_cpython(&path.join(name)));
        let program = script(path, name, &text);
        let program = program.to_str().expect("UTF-8");
        let (code, out, _) = asyncdemo(&["verify", "basic", "--time-limit", "500ms", "--interpreter", program]);
        assert_eq!(code, 1, "{out}");
        assert!(out.contains("5 of 5 runs differ") && out.contains(why), "{out}");
    }
    // It was killed with its children.
    let started = fs::read_to_string(&children).expect("it was written");
    assert_eq!(started.lines().count(), 5, "each run had an interpreter of its own");
    for child in started.lines() {
        let alive = fs::read_to_string(format!("/proc/{child}/stat"));
        assert!(alive.is_err() || alive.is_ok_and(|stat| stat.contains(") Z ")), "{child} still runs");
    }
}

#[test]
fn bad_scenarios_and_empty_folders_are_said() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let (code, _, errors) = asyncdemo(&["verify", folder.path().to_str().expect("UTF-8")]);
    assert_eq!(code, 2);
    assert!(errors.contains("there is no .toml file in"), "{errors}");
    fs::write(folder.path().join("bad.toml"), "[[awaitable]]\ndelay = -1\n").expect("a file can be written");
    let (code, _, errors) = asyncdemo(&["verify", folder.path().to_str().expect("UTF-8")]);
    assert_eq!(code, 2);
    assert!(errors.contains("a duration cannot be negative"), "{errors}");
}

#[test]
fn verdicts_come_in_order() {
    let mut seen: Vec<usize> = Vec::new();
    compare(
        &[],
        LIMIT,
        50,
        |_| None,
        |Verdict { index, .. }| {
            seen.push(index);
            if index == 30 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        },
    );
    assert_eq!(seen, (0..=30).collect::<Vec<_>>());
}
