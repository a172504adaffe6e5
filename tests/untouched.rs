//! `asyncdemo verify --untouched`: the printed programs on the real clock, with nothing of asyncio replaced.

mod cpython;

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::slice;
use std::sync::LazyLock;
use std::time::Duration;

use assert_cmd::Command;
use asyncdemo::calls::Function;
use asyncdemo::executor::mistakes::Mistake;
use asyncdemo::scenario::{builtin, parse};
use asyncdemo::verify::harness::Harness;
use asyncdemo::verify::interpreter::Interpreter;
use asyncdemo::verify::untouched::comparison::{BYSTANDER, Compared, Comparison, Totals};
use serde_json::{Value, json};

fn asyncdemo(arguments: &[&str], input: &str) -> (i32, String, String) {
    let mut command = Command::cargo_bin("asyncdemo").expect("it is built");
    let output = command.args(arguments).write_stdin(input).output().expect("it starts");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code().unwrap_or(-1), text(&output.stdout), text(&output.stderr))
}

/// Found once: to ask every program on PATH what it is takes a while.
static INTERPRETERS: LazyLock<Vec<Interpreter>> = LazyLock::new(cpython::interpreters);

/// What `--json` says of a scenario, on the newest CPython that there is.
fn untouched(runs: &str, scenario: &str, input: &str) -> Option<(i32, Value)> {
    let program = INTERPRETERS.last()?.program.to_str().expect("a path in UTF-8");
    let arguments = ["verify", "--untouched", runs, scenario, "--json", "--interpreter", program];
    let (code, out, errors) = asyncdemo(&arguments, input);
    assert_eq!(errors, "");
    Some((code, serde_json::from_str(&out).expect("it is JSON")))
}

#[test]
fn built_in_scenarios_come_out_as_foreseen() {
    let Some(newest) = INTERPRETERS.last() else { return };
    // Between them: results, exceptions, sets, a timeout, checks, an order at the shutdown, logs.
    let names = ["timeout", "group-done", "cancelled-by-exit"];
    let scenarios = names.map(|name| parse(name, builtin(name).expect("there is one").text).expect("it is valid"));
    let (mut totals, mut seen) = (Totals::default(), Vec::new());
    Comparison::new(slice::from_ref(newest), 2, 1000).compare(&scenarios.each_ref(), |index, compared| {
        totals.add(&compared);
        assert!(compared.differences.is_empty(), "{}: {:#?}", names[index], compared.differences);
        seen.push((names[index], compared.runs()));
        ControlFlow::Continue(())
    });
    assert_eq!(seen, [("timeout", 16), ("group-done", 10), ("cancelled-by-exit", 10)]);
    // Whoever runs the tests on a busy machine may be late; but not all the time.
    assert!(totals.same > totals.late, "{totals:?}");
    let counted = Totals { same: totals.same, late: totals.late, scenarios: 3, runs: 36, ..Totals::default() };
    assert_eq!(totals, counted);
}

/// The one waits for a future that nobody settles, the other ends in the call and hangs after it.
#[test]
fn a_program_that_hangs_is_foreseen_too() {
    let forever = "awaitable = [{ name = \"a\", delay = \"forever\" }, { name = \"b\", raises = \"OSError: disk\" }]";
    let Some((code, document)) = untouched("1", "-", forever) else { return };
    assert_eq!((code, &document["compared"]["same"]), (0, &json!(5)), "{document:#}");
    assert_eq!((&document["format"], &document["untouched"]), (&json!("asyncdemo.verify/1"), &json!(1)));
}

#[test]
fn what_is_not_run_is_told_with_the_reason() {
    let long =
        "awaitable = [{ name = \"a\", delay = 1 }, { name = \"b\", delay = 300 }, { name = \"c\", delay = 301 }]";
    let Some((code, document)) = untouched("1", "-", long) else { return };
    // wait() returns with the first; but what is left is let finish.
    assert_eq!((code, &document["compared"]["not_run"]), (2, &json!(5)), "{document:#}");
    let why = &document["scenarios"][0]["not_run"][0]["why"];
    assert_eq!(why, "scaled, it would last 6.02 s, which is more than 5 s");
}

/// What comes of gather() on the newest CPython, where our own loop makes a mistake.
fn with_mistake(mistake: Option<Mistake>, toml: &str) -> Option<Compared> {
    let newest = slice::from_ref(INTERPRETERS.last()?);
    let scenario = parse("-", toml).expect("it is valid");
    let compare = || Comparison::new(newest, 2, 100).compare_call(&scenario, 0, scenario.call(Function::Gather));
    Some(match mistake {
        Some(mistake) => mistake.during(compare),
        None => compare(),
    })
}

#[test]
fn a_mistake_of_our_own_loop_is_a_difference() {
    let failures = "awaitable = [{ name = \"a\", delay = 1, raises = \"OSError: disk\" },\n\
                    { name = \"b\", delay = 2, raises = \"ValueError\" }]";
    let group = "awaitable = [{ name = \"a\", delay = 2 }, { name = \"b\", delay = 3, on_cancel = { returns = 1 } }]\n\
                 caller = { cancel_group_at = 1 }";
    for (mistake, toml, line) in [
        (Mistake::LateExceptionsAreNotRetrieved, failures, "b: raised ValueError()"),
        (Mistake::GroupCancelStopsAtTheFirstChild, group, "b: returned 1"),
    ] {
        let Some(right) = with_mistake(None, toml) else { return };
        assert!(right.differences.is_empty() && right.same > 0, "{mistake:?}: {right:#?}");
        let Some(wrong) = with_mistake(Some(mistake), toml) else { return };
        let [difference] = &wrong.differences[..] else { panic!("{mistake:?}: {wrong:#?}") };
        assert_eq!((wrong.same, difference.tried), (0, 100), "{mistake:?}");
        let theirs = difference.theirs.beside(&difference.theirs).0;
        assert!(theirs.iter().any(|told| told == line), "{mistake:?}: {theirs:#?}");
        assert_ne!(theirs, difference.ours.beside(&difference.theirs).0, "{mistake:?}");
    }
}

/// Tasks that a program makes one after the other do not always come in the same order in its sets.
#[test]
fn sets_come_in_many_orders() {
    let program = "import asyncio\n\n\nasync def main():\n    \
                   tasks = [asyncio.create_task(asyncio.sleep(0)) for _ in range(4)]\n    \
                   results = [tasks.index(task) for task in set(tasks)]\n    \
                   print(results)\n\n\nasyncio.run(main())\n";
    for interpreter in INTERPRETERS.iter() {
        let mut bystander = Harness::with_script(interpreter, BYSTANDER, Duration::from_secs(60)).expect("it starts");
        let mut orders = BTreeSet::new();
        for _ in 0..40 {
            bystander.send(&json!({"program": program, "names": {}, "variables": ["results"]}));
            orders.insert(bystander.answer().expect("it answers")["call"]["results"].to_string());
            assert_eq!(bystander.answer().expect("it has ended")["logs"], json!([]));
        }
        // There are 24.
        assert!(orders.len() >= 8, "{orders:?} on {}", interpreter.version);
    }
}

#[test]
fn bad_usage_is_said() {
    for (arguments, why) in [
        (&["--untouched", "0"][..], "a whole number of at least 1"),
        (&["--untouched", "1", "--random", "1"], "cannot be used with"),
        (&["--untouched", "1", "--time-limit", "1s"], "cannot be used with"),
    ] {
        let (code, out, errors) = asyncdemo(&[&["verify"], arguments].concat(), "");
        assert_eq!((code, out.as_str()), (2, ""));
        assert!(errors.contains(why), "{errors}");
    }
}
