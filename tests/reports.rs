//! The sentences of reports, from real runs: that they say what happened, in the order in which it happened.

use assert_cmd::Command;

/// A report on a page wide enough that no sentence is broken where it matters.
fn report(arguments: &[&str], scenario: &str) -> String {
    let output = Command::cargo_bin("asyncdemo")
        .expect("the program was built")
        .args(arguments)
        .args(["--clock", "virtual", "--color", "never"])
        .env("LC_ALL", "C.UTF-8")
        .env("COLUMNS", "120")
        .write_stdin(scenario)
        .output()
        .expect("the program can be started");
    let text = String::from_utf8(output.stdout).expect("a report is UTF-8");
    assert!(!text.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[track_caller]
fn check(report: &str, says: &[&str], never: &[&str]) {
    for part in says {
        assert!(report.contains(part), "{part:?} is missing in: {report}");
    }
    for part in never {
        assert!(!report.contains(part), "{part:?} stands in: {report}");
    }
}

const EXIT: &str = r#"
    [[awaitable]]
    name = "quick"
    delay = 0.2
    returns = 1
    [[awaitable]]
    name = "flush"
    kind = "task"
    delay = 60
    on_cancel = { cleanup = "3s", raises = "ValueError: at cleanup" }
    [caller]
    args = ["quick"]
    then = "exit"
"#;

#[test]
fn what_asyncio_run_cancels_was_running_when_the_call_returned() {
    check(
        &report(&["gather", "-"], EXIT),
        &[
            "It was still running when gather() returned. It was cancelled at 0.2 s by asyncio.run()",
            "Nobody asked for this exception, so Python logs it.",
            "unhandled exception during asyncio.run() shutdown (flush)",
        ],
        &["still cleaning up when gather() returned", "Python does not log"],
    );
}

#[test]
fn what_was_cancelled_with_its_group_is_told_too() {
    check(
        &report(&["gather", "cleanup"], ""),
        &["download was cancelled at 1 s with its group.", "upload was cancelled at 1 s with its group"],
        &[],
    );
}

#[test]
fn of_two_cancellations_at_one_moment_the_first_is_the_cause() {
    let scenario = "[caller]\ncancel_at = 1\ncancel_group_at = 1\n[[awaitable]]\nname = \"users\"\ndelay = 5\n";
    let document = report(&["gather", "-", "--format", "json"], scenario);
    check(
        &document,
        &[r#""why": ["gather() was cancelled", "the caller was cancelled at 1 s, as the scenario says"]"#],
        &[],
    );
}

#[test]
fn a_group_that_no_list_names_was_not_forgotten_by_the_call() {
    let scenario = r#"
        [[awaitable]]
        name = "users"
        kind = "task"
        delay = 1
        [[awaitable]]
        name = "alone"
        kind = "gather"
        members = ["users"]
        [caller]
        args = ["users"]
    "#;
    check(
        &report(&["wait", "-"], scenario),
        &["alone was never created: no list names it."],
        &["did not get that far"],
    );
}

#[test]
fn a_failed_future_keeps_its_exception_itself() {
    let scenario = "[[awaitable]]\nname = \"reply\"\nkind = \"future\"\ndelay = 1\nraises = \"ValueError\"\n";
    check(&report(&["wait", "-"], scenario), &["the exception waits in it until somebody asks"], &["in the task"]);
}

#[test]
fn groups_that_share_groups_take_no_time() {
    let mut scenario = String::from("[[awaitable]]\nname = \"g0\"\nkind = \"task\"\nreturns = 1\n");
    for level in 1..60 {
        let below = level - 1;
        scenario +=
            &format!("[[awaitable]]\nname = \"g{level}\"\nkind = \"gather\"\nmembers = [\"g{below}\", \"g{below}\"]\n");
    }
    // Written out, the result would have 2^59 places.
    check(&report(&["gather", "-"], &scenario), &["gather() returned 1 result"], &[]);
}

#[test]
fn moments_that_never_came_are_said() {
    let scenario = "[caller]\ncall_at = 5\nawait_at = 10\ncancel_at = 1\n[[awaitable]]\nname = \"users\"\ndelay = 2\n";
    check(
        &report(&["gather", "-"], scenario),
        &["call at 5 s: the program ended at 1 s", "await at 10 s: the call was never made"],
        &[],
    );
}
