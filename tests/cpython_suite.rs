//! CPython's own tests of gather() and wait(), as scenarios.
//!
//! [`CASES`] lists the forty-six cases of CPython 3.13's `Lib/test/test_asyncio/test_tasks.py` that are about the two:
//! both gather classes (a test of their common base counts once in each, as unittest runs it), every `test_wait_*` but
//! those of wait_for(), and the other tests of `BaseTaskTests` that look at what the two gave. Each has its file
//! `tests/cpython_suite/CLASS.TEST.toml`, or several, `CLASS.TEST.PART.toml`, where one call cannot say it all; or the
//! table says why a scenario cannot express it. What the files claim is what the CPython tests assert, and holds on
//! every version unless an expectation names some; that real interpreters do the same is for
//! `tests/verify.rs`, and for `tests/recorded.rs` where there is none.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::Path;

use asyncdemo::event::Word;
use asyncdemo::expect::{Difference, check};
use asyncdemo::scenario::{Expect, Python, parse};

/// How much of a CPython test its scenario says.
enum Said {
    /// All that it asserts.
    All,
    /// All but this.
    AllBut(&'static str),
    /// Nothing, and why.
    Nothing(&'static str),
}

use Said::{All, AllBut, Nothing};

const NO_LOOP: &str = "calls gather() where no event loop runs; a scenario's caller is a coroutine";
const DEBUG_MODE: &str =
    "asks interpreters with other options whether asyncio is in debug mode; calls neither function";
const SHIELD: &str = "there is no kind of awaitable for shield()";
const CONTEXT: &str = "the exception's innermost `__context__`";
const CONTEXT_AND_TYPES: &str =
    "the exception's innermost `__context__`, and messages that are None or a number: `cancel_message` is a text";

/// Every case: its class, its name, and how much of it is said.
const CASES: [(&str, &str, Said); 46] = [
    ("BaseTaskTests", "test_cancel_gather_1", All),
    ("BaseTaskTests", "test_cancel_gather_2", AllBut(CONTEXT_AND_TYPES)),
    ("BaseTaskTests", "test_cancel_traceback_for_future_exception", Nothing("reads lines of a traceback")),
    ("BaseTaskTests", "test_cancel_with_message_before_starting_task", AllBut(CONTEXT)),
    ("BaseTaskTests", "test_cancel_with_message_then_future_exception", AllBut(CONTEXT_AND_TYPES)),
    ("BaseTaskTests", "test_cancel_with_message_then_future_result", AllBut(CONTEXT_AND_TYPES)),
    ("BaseTaskTests", "test_gather_shield", Nothing(SHIELD)),
    ("BaseTaskTests", "test_shield_gather", Nothing(SHIELD)),
    ("BaseTaskTests", "test_wait", All),
    ("BaseTaskTests", "test_wait_concurrent_complete", All),
    ("BaseTaskTests", "test_wait_duplicate_coroutines", All),
    ("BaseTaskTests", "test_wait_errors", AllBut("`return_when=-1`: a scenario has the three conditions only")),
    ("BaseTaskTests", "test_wait_first_completed", All),
    ("BaseTaskTests", "test_wait_first_exception", All),
    ("BaseTaskTests", "test_wait_first_exception_in_wait", All),
    ("BaseTaskTests", "test_wait_generator", AllBut("that the generator makes a task when wait() asks for it")),
    ("BaseTaskTests", "test_wait_invalid_args", All),
    ("BaseTaskTests", "test_wait_really_done", All),
    ("BaseTaskTests", "test_wait_with_exception", All),
    ("BaseTaskTests", "test_wait_with_iterator_of_tasks", All),
    ("BaseTaskTests", "test_wait_with_timeout", All),
    ("BaseTaskTests", "test_yield_wait_does_not_shield_cancel", All),
    ("CoroutineGatherTests", "test_cancellation_broadcast", AllBut("that the children await one and the same future")),
    ("CoroutineGatherTests", "test_constructor_use_global_loop", Nothing(NO_LOOP)),
    ("CoroutineGatherTests", "test_constructor_use_running_loop", All),
    ("CoroutineGatherTests", "test_constructor_without_loop", Nothing(NO_LOOP)),
    ("CoroutineGatherTests", "test_duplicate_coroutines", All),
    ("CoroutineGatherTests", "test_env_var_debug", Nothing(DEBUG_MODE)),
    ("CoroutineGatherTests", "test_exception_marking", All),
    (
        "CoroutineGatherTests",
        "test_issue46672",
        Nothing("gives gather() a dict after a coroutine; arguments are awaitables, or one list of them"),
    ),
    ("CoroutineGatherTests", "test_one_exception", All),
    ("CoroutineGatherTests", "test_result_exception_success", All),
    ("CoroutineGatherTests", "test_return_exceptions", All),
    ("CoroutineGatherTests", "test_success", All),
    ("FutureGatherTests", "test_constructor_empty_sequence_use_global_loop", Nothing(NO_LOOP)),
    ("FutureGatherTests", "test_constructor_empty_sequence_use_running_loop", All),
    ("FutureGatherTests", "test_constructor_empty_sequence_without_loop", Nothing(NO_LOOP)),
    ("FutureGatherTests", "test_constructor_heterogenous_futures", Nothing("has two event loops; a scenario has one")),
    ("FutureGatherTests", "test_constructor_homogenous_futures", AllBut("whose loop the group is: there is only one")),
    ("FutureGatherTests", "test_env_var_debug", Nothing(DEBUG_MODE)),
    ("FutureGatherTests", "test_one_cancellation", All),
    ("FutureGatherTests", "test_one_exception", All),
    ("FutureGatherTests", "test_result_exception_one_cancellation", All),
    ("FutureGatherTests", "test_result_exception_success", All),
    ("FutureGatherTests", "test_return_exceptions", All),
    ("FutureGatherTests", "test_success", All),
];

#[test]
fn the_cases_of_cpython_hold() {
    let mut wrong = String::new();
    for (name, text) in scenarios() {
        let scenario = parse(&name, &text).unwrap_or_else(|problems| panic!("{}", problems.render(false, 120)));
        assert!(!scenario.expect.is_empty(), "{name} expects nothing");
        for (number, expect) in scenario.expect.iter().enumerate() {
            for python in versions(expect) {
                for Difference { place, expected, got } in check(&scenario, expect, python) {
                    let _ = writeln!(wrong, "{name}, expect[{number}] on {python}: `{place}` is {got}, not {expected}");
                }
            }
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

/// What CPython's tests assert holds on every version, unless an expectation names some.
fn versions(expect: &Expect) -> Vec<Python> {
    if expect.python.is_empty() { Python::ALL.to_vec() } else { expect.python.clone() }
}

#[test]
fn every_case_has_its_scenario_or_a_reason() {
    let mut files: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, text) in scenarios() {
        let case = name.split('.').take(2).collect::<Vec<_>>().join(".");
        assert!(
            text.starts_with(&format!("# CPython's {case}")),
            "{name} does not open with the test that it stands for"
        );
        files.entry(case).or_default().push(name);
    }
    for (class, test, said) in &CASES {
        let files = files.remove(&format!("{class}.{test}"));
        match (said, files) {
            (All | AllBut(_), None) => panic!("{class}.{test} has no scenario, and the table says it has"),
            (Nothing(reason), Some(files)) => panic!("{files:?} express what the table says cannot be: {reason}"),
            (All, Some(_)) => {}
            (AllBut(text) | Nothing(text), _) => assert!(!text.is_empty(), "{class}.{test} needs its reason"),
        }
    }
    assert!(files.is_empty(), "not in the table: {files:?}");
}

#[test]
fn most_cases_are_said() {
    let said = CASES.iter().filter(|(.., said)| !matches!(said, Nothing(_))).count();
    assert!(said >= 30, "only {said} of {} cases have a scenario", CASES.len());
    let sorted = CASES.is_sorted_by(|before, after| (before.0, before.1) < (after.0, after.1));
    assert!(sorted, "the table is not sorted, or has a case twice");
}

/// Every scenario of the suite: its file's name without the ending, and its text.
fn scenarios() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cpython_suite");
    let mut scenarios: Vec<(String, String)> = fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| {
            let path = entry.expect("the folder can be read").path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let name = name.strip_suffix(".toml").unwrap_or_else(|| panic!("{name} is no scenario"));
            let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{name}: {error}"));
            (name.to_owned(), text)
        })
        .collect();
    scenarios.sort();
    scenarios
}
