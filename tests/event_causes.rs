//! The cause that each event names, row by row of the table in the documentation of the run document; and what let the
//! caller of a call go on.

use asyncdemo::calls::{Call, Function, Setting};
use asyncdemo::report::json::{ClockName, Head, write_document};
use asyncdemo::scenario::{Python, Way, parse};
use asyncdemo::simulation::record;
use serde_json::Value;

use Function::{Gather, Wait};

/// The run document of a scenario.
#[track_caller]
fn document(toml: &str, call: impl FnOnce(&asyncdemo::scenario::Scenario) -> Call, python: Python) -> Value {
    let scenario = parse("-", toml).unwrap_or_else(|problems| panic!("{}", problems.render(false, 120)));
    let told = record(&scenario, call(&scenario), python, &Way::default());
    let head = Head { source: "-", clock: ClockName::Virtual };
    let mut document = Vec::new();
    write_document(&mut document, &head, &told.run, Some(&told.events), true).expect("memory takes everything");
    serde_json::from_slice(&document).expect("it is JSON")
}

/// The kinds of event that are looked at, and a line for each of these: `event < cause, because others`.
#[track_caller]
fn check_in(python: Python, toml: &str, function: Function, kinds: &str, expected: &[&str]) {
    let document = document(toml, |scenario| scenario.call(function), python);
    let events = document["events"].as_array().expect("it has events");
    let name = |event: &Value| {
        let about = event.get("awaitable").or(event.get("target")).and_then(Value::as_str);
        let refused = if event["accepted"] == false { " refused" } else { "" };
        let kind = event["event"].as_str().unwrap_or_default();
        about.map_or_else(|| kind.to_owned(), |about| format!("{kind} {about}{refused}"))
    };
    let cause = |number: &Value| {
        let event = number.as_u64().and_then(|number| events.get(number as usize));
        name(event.expect("a cause is the number of an event"))
    };
    let line = |event: &Value| {
        let mut line = name(event);
        if event.get("already").is_some() {
            line += " already";
        }
        if let Some(number) = event.get("cause") {
            line += &format!(" < {}", cause(number));
        }
        for number in event.get("because").and_then(Value::as_array).into_iter().flatten() {
            line += &format!(", because {}", cause(number));
        }
        line
    };
    let wanted = |event: &&Value| kinds.split(' ').any(|kind| event["event"] == kind);
    let lines: Vec<String> = events.iter().filter(wanted).map(line).collect();
    assert_eq!(lines, expected, "\n{document:#}");
}

#[track_caller]
fn check(toml: &str, function: Function, kinds: &str, expected: &[&str]) {
    check_in(Python::V3_13, toml, function, kinds, expected);
}

const TWO: &str = r#"
    [[awaitable]]
    name = "a"
    delay = 1
    [[awaitable]]
    name = "b"
    kind = "task"
    delay = 2
"#;

#[test]
fn what_is_made_and_begins() {
    check(
        TWO,
        Gather,
        "create start call await",
        &["create b", "call", "create a < call", "await", "start b < create b", "start a < create a"],
    );
    let bare = format!("{TWO}\n[wait]\nwrap = false");
    check_in(Python::V3_9, &bare, Wait, "create warning", &["create b", "warning", "create a < call"]);
    check(TWO, Wait, "create", &["create b", "create a"]);
    let nested = "[[awaitable]]\nname = \"a\"\n[[awaitable]]\nname = \"g\"\nkind = \"gather\"\nmembers = [\"a\"]";
    check(nested, Gather, "create call", &["create a", "create g", "call"]);
}

#[test]
fn what_ends_by_itself_has_no_cause() {
    let future =
        format!("{TWO}\n[[awaitable]]\nname = \"f\"\nkind = \"future\"\ndelay = 3\nraises = \"CancelledError\"");
    check(
        &future,
        Wait,
        "finish resume exit",
        &["finish a", "finish b", "finish f", "resume < finish f", "exit < resume"],
    );
}

#[test]
fn a_group_ends_by_its_last_member_or_by_the_first_that_fails() {
    check(
        &format!("{TWO}[gather]\ndone_callback = true\n"),
        Gather,
        "finish callback resume exit",
        &[
            "finish a",
            "finish b",
            "finish group < finish b",
            "callback group < finish group",
            "resume < finish group",
            "exit < resume",
        ],
    );
    let fails = TWO.replace("delay = 1", "delay = 1\nraises = \"OSError\"");
    check(
        &fails,
        Gather,
        "finish resume exit",
        &[
            "finish a",
            "finish group < finish a",
            "resume < finish group, because finish a",
            "finish b",
            "exit < finish b",
        ],
    );
    check("awaitable = []", Gather, "finish resume", &["finish group < call", "resume already < finish group"]);
}

#[test]
fn what_is_cancelled_ends_by_that() {
    let cancelled = TWO.replace("delay = 1", "delay = 1\ncancel_at = 0.5\non_cancel = { cleanup = 1 }");
    check(
        &cancelled,
        Gather,
        "cancel cleanup finish resume",
        &[
            "cancel a",
            "cleanup a < cancel a",
            "finish a < cleanup a, because cancel a",
            "finish group < finish a",
            "resume < finish group, because finish a",
            "finish b",
        ],
    );
    // Before its first step, and while it is ready to go on.
    let at_once = TWO.replace("kind = \"task\"", "kind = \"task\"\ncancel_at = 0");
    check(&at_once, Wait, "cancel finish", &["cancel b", "finish b < cancel b", "finish a"]);
    let future = "[[awaitable]]\nname = \"f\"\nkind = \"future\"\ndelay = 3\ncancel_at = 1";
    check(future, Wait, "cancel finish resume", &["cancel f", "finish f < cancel f", "resume < finish f"]);
    // A second one ends the cleanup.
    let again = "[[awaitable]]\nname = \"a\"\nkind = \"task\"\ndelay = 3\ncancel_at = 1\non_cancel = { cleanup = 5 }\n\
                 [caller]\ncancel_group_at = 2";
    check(
        again,
        Gather,
        "cancel cleanup finish resume",
        &[
            "cancel a",
            "cleanup a < cancel a",
            "cancel group",
            "cancel a < cancel group",
            "finish a < cancel a",
            "finish group < finish a, because cancel group",
            "resume < finish group, because cancel group",
        ],
    );
}

#[test]
fn a_cancellation_is_passed_on() {
    let caller = format!("{TWO}\n[caller]\ncancel_at = 0.5");
    check(
        &caller,
        Gather,
        "cancel finish resume exit",
        &[
            "cancel caller",
            "cancel group < cancel caller",
            "cancel a < cancel group",
            "cancel b < cancel group",
            "finish a < cancel a",
            "finish b < cancel b",
            "finish group < finish a, because cancel group",
            "resume < finish group, because cancel group",
            "exit < resume",
        ],
    );
    check(
        &caller,
        Wait,
        "cancel finish resume exit",
        &["cancel caller", "resume < cancel caller", "finish a", "finish b", "exit < finish b"],
    );
    let exits = format!("{TWO}\n[caller]\nthen = \"exit\"\n[wait]\ntimeout = 0.5");
    check(
        &exits,
        Wait,
        "cancel timeout finish resume exit",
        &[
            "timeout",
            "resume < timeout",
            "exit < resume",
            "cancel b < exit",
            "cancel a < exit",
            "finish b < cancel b",
            "finish a < cancel a",
        ],
    );
}

/// A group that was cancelled, and a member of it that somebody else had cancelled just before.
#[test]
fn a_group_that_was_cancelled_brings_that_with_it() {
    let first = TWO.replace("delay = 1", "delay = 1\ncancel_at = 0.5") + "\n[caller]\ncancel_group_at = 0.5";
    check(
        &first,
        Gather,
        "cancel finish resume",
        &[
            "cancel a",
            "cancel group",
            "cancel a < cancel group",
            "cancel b < cancel group",
            "finish a < cancel a",
            "finish b < cancel b",
            "finish group < finish a, because cancel group",
            "resume < finish group, because cancel group",
        ],
    );
}

/// A cancellation that comes when what was awaited is done already, and the caller has yet to go on.
#[test]
fn what_wakes_a_task_and_what_is_raised_in_it() {
    let together = format!("{}\n[caller]\ncancel_at = 2", TWO.replace("kind = \"task\"", ""));
    check(
        &together,
        Wait,
        "cancel finish resume",
        &["finish a", "cancel caller", "resume < cancel caller", "finish b"],
    );
    // The caller is cancelled in the very pass in which its group has yet to hear of its last member.
    let future = "[[awaitable]]\nname = \"f\"\nkind = \"future\"\ndelay = 2\n[caller]\ncancel_at = 2";
    check(
        future,
        Gather,
        "cancel finish resume",
        &[
            "finish f",
            "cancel caller",
            "cancel group refused < cancel caller",
            "cancel f refused < cancel group refused",
            "finish group < finish f",
            "resume < finish group, because cancel caller",
        ],
    );
}

#[test]
fn what_was_done_already() {
    let late = format!("{TWO}\n[caller]\nawait_at = 3");
    check(
        &late,
        Gather,
        "finish resume",
        &["finish a", "finish b", "finish group < finish b", "resume already < finish group"],
    );
    check(&late, Wait, "finish resume", &["finish a", "finish b", "resume already < finish b"]);
    let first = format!("{late}\n[wait]\nreturn_when = \"first-completed\"");
    check(&first, Wait, "finish resume", &["finish a", "finish b", "resume already < finish a"]);
    let one = first.replace("await_at = 3", "await_at = 1.5");
    check(&one, Wait, "finish resume", &["finish a", "resume already < finish a", "finish b"]);
    let all = late.replace("await_at = 3", "await_at = 1.5");
    check(&all, Wait, "finish resume", &["finish a", "finish b", "resume < finish b"]);
}

#[test]
fn what_python_logs() {
    let fails = TWO.replace("delay = 2", "delay = 2\nraises = \"OSError\"");
    check(&fails, Wait, "finish log", &["finish a", "finish b", "log b < finish b"]);
}

/// What let the caller of the main call go on.
#[track_caller]
fn check_released(toml: &str, call: Call, expected: &str) {
    let document = document(toml, |_| call, Python::V3_13);
    let calls = document["calls"].as_array().expect("it has calls");
    let [main] = &calls[..] else { panic!("one call was made: {calls:?}") };
    assert_eq!(main["outcome"], document["outcome"]);
    assert_eq!(main["function"], document["call"]["function"]);
    assert_eq!(main["by"]["kind"], "caller");
    assert_eq!(main["released_by"].to_string(), expected, "\n{document:#}");
}

#[test]
fn what_let_the_caller_go_on() {
    let (gather, wait) = (Gather.plain(), Wait.plain());
    let member = |name: &str, already: bool| format!(r#"{{"kind":"member","awaitable":"{name}","already":{already}}}"#);
    check_released(TWO, gather, &member("b", false));
    check_released(TWO, wait, &member("b", false));
    let late = format!("{TWO}\n[caller]\nawait_at = 3");
    check_released(&late, gather, &member("b", true));
    let fails = TWO.replace("delay = 1", "delay = 1\nraises = \"OSError\"");
    check_released(&fails, gather, &member("a", false));
    let half_a_second = wait.with("timeout", Setting::Timeout(Some(asyncdemo::scenario::Nanos(500_000_000))));
    check_released(TWO, half_a_second, r#"{"kind":"timeout","already":false}"#);
    let caller = format!("{TWO}\n[caller]\ncancel_at = 0.5");
    let cancellation = r#"{"kind":"cancellation","already":false}"#;
    check_released(&caller, gather, cancellation);
    check_released(&caller, wait, cancellation);
    check_released(&format!("{TWO}\n[caller]\ncancel_group_at = 0.5"), gather, cancellation);
    // A member that was cancelled for itself is a member that ended.
    let member_cancelled = TWO.replace("delay = 1", "delay = 1\ncancel_at = 0.5");
    check_released(&member_cancelled, gather, &member("a", false));
    check_released("awaitable = []", gather, "null");
    check_released("awaitable = []", wait, "null");
    check_released(&TWO.replace("delay = 1", "delay = \"forever\""), gather, "null");
}
