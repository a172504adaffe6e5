//! The ledger's `fate` and `why`, from real runs: whose doing it was, a chain each, nearest cause first.

use asyncdemo::calls::{Call, Function, GatherOptions};
use asyncdemo::event::Word;
use asyncdemo::report::json::{ClockName, Head, write_document};
use asyncdemo::scenario::{Python, Way, parse};
use asyncdemo::simulation::record;
use serde_json::Value;

use Function::{Gather, Wait};

/// What the document's ledger says of every awaitable, a line each: `name fate: cause < cause`.
#[track_caller]
fn check(toml: &str, call: impl Into<Which>, expected: &[&str]) {
    let scenario = parse("-", toml).unwrap_or_else(|problems| panic!("{}", problems.render(false, 120)));
    let call = match call.into() {
        Which::Function(function) => scenario.call(function),
        Which::Call(call) => call,
    };
    let run = record(&scenario, call, Python::V3_13, &Way::default()).run;
    let head = Head { source: "-", clock: ClockName::Virtual };
    let mut document = Vec::new();
    write_document(&mut document, &head, &run, None, true).expect("memory takes everything");
    let document: Value = serde_json::from_slice(&document).expect("it is JSON");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let line = |entry: &Value| {
        let chains = entry["why"].as_array().into_iter().flatten();
        let chain = |chain: &Value| chain.as_array().into_iter().flatten().map(text).collect::<Vec<_>>().join(" < ");
        let why = chains.map(chain).collect::<Vec<_>>().join(" | ");
        let why = if why.is_empty() { String::new() } else { format!(": {why}") };
        format!("{} {}{why}", text(&entry["name"]), text(&entry["fate"]))
    };
    let lines: Vec<String> = document["awaitables"].as_array().into_iter().flatten().map(line).collect();
    assert_eq!(lines, expected, "\n{}", lines.join("\n"));
}

enum Which {
    Function(Function),
    Call(Call),
}

impl From<Function> for Which {
    fn from(function: Function) -> Which {
        Which::Function(function)
    }
}

impl From<Call> for Which {
    fn from(call: Call) -> Which {
        Which::Call(call)
    }
}

const EXCEPTIONS_AS_VALUES: Call = Call::Gather(GatherOptions { return_exceptions: true, done_callback: false });

/// A group in a group, and something beside each.
const NESTED: &str = r#"
    [[awaitable]]
    name = "rows"
    delay = 3
    [[awaitable]]
    name = "index"
    delay = 4
    returns = 5
    [[awaitable]]
    name = "table"
    kind = "gather"
    members = ["rows"]
    cancel_at = 1
    [[awaitable]]
    name = "database"
    kind = "gather"
    members = ["table", "index"]
    [[awaitable]]
    name = "page"
    delay = 5
    returns = 1
"#;

#[test]
fn a_nested_group_that_the_scenario_cancels() {
    check(
        NESTED,
        Gather,
        &[
            "rows cancelled: the group table was cancelled at 1 s, as the scenario says",
            "index lost: the group database raised CancelledError at 1 s < the group table was cancelled at 1 s, as the scenario says",
            "table cancelled: it was cancelled at 1 s, as the scenario says",
            "database delivered: the group table was cancelled at 1 s, as the scenario says",
            "page lost: gather() raised CancelledError at 1 s < the group database raised CancelledError at 1 s < the group table was cancelled at 1 s, as the scenario says",
        ],
    );
    check(
        NESTED,
        EXCEPTIONS_AS_VALUES,
        &[
            "rows cancelled: the group table was cancelled at 1 s, as the scenario says",
            "index lost: the group database raised CancelledError at 1 s < the group table was cancelled at 1 s, as the scenario says",
            "table cancelled: it was cancelled at 1 s, as the scenario says",
            "database delivered: the group table was cancelled at 1 s, as the scenario says",
            "page delivered",
        ],
    );
}

#[test]
fn a_cancellation_goes_from_group_to_group() {
    check(
        &format!("{NESTED}\n[caller]\ncancel_at = 0.5"),
        Gather,
        &[
            "rows cancelled: the group table was cancelled < the group database was cancelled < gather() was cancelled < the caller was cancelled at 0.5 s, as the scenario says",
            "index cancelled: the group database was cancelled < gather() was cancelled < the caller was cancelled at 0.5 s, as the scenario says",
            "table cancelled: the group database was cancelled < gather() was cancelled < the caller was cancelled at 0.5 s, as the scenario says",
            "database cancelled: gather() was cancelled < the caller was cancelled at 0.5 s, as the scenario says",
            "page cancelled: gather() was cancelled < the caller was cancelled at 0.5 s, as the scenario says",
        ],
    );
}

#[test]
fn of_several_cancellations_at_one_moment_each_has_its_own_cause() {
    let scenario = r#"
        [[awaitable]]
        name = "left"
        kind = "gather"
        members = ["a", "c"]
        cancel_at = 1
        [[awaitable]]
        name = "right"
        kind = "gather"
        members = ["b", "c"]
        cancel_at = 1
        [[awaitable]]
        name = "a"
        delay = 5
        [[awaitable]]
        name = "b"
        delay = 5
        [[awaitable]]
        name = "c"
        kind = "task"
        delay = 5
    "#;
    check(
        scenario,
        EXCEPTIONS_AS_VALUES,
        &[
            "left delivered: it was cancelled at 1 s, as the scenario says",
            "right delivered: it was cancelled at 1 s, as the scenario says",
            "a cancelled: the group left was cancelled at 1 s, as the scenario says",
            "b cancelled: the group right was cancelled at 1 s, as the scenario says",
            "c cancelled: the group left was cancelled at 1 s, as the scenario says",
        ],
    );
}

#[test]
fn a_caller_that_is_cancelled_on_the_way() {
    let two = r#"
        [[awaitable]]
        name = "quick"
        kind = "task"
        delay = 1
        returns = 1
        [[awaitable]]
        name = "failing"
        kind = "task"
        delay = 1
        raises = "OSError"
    "#;
    check(
        &format!("{two}\n[caller]\ncall_at = 3\ncancel_at = 2"),
        Gather,
        &[
            "quick lost: the caller was cancelled at 2 s, as the scenario says, before it called gather()",
            "failing unretrieved: nobody asked for its exception | the caller was cancelled at 2 s, as the scenario says, before it called gather()",
        ],
    );
    check(
        &format!("{two}\n[caller]\nawait_at = 3\ncancel_at = 2"),
        Gather,
        &[
            "quick lost: the caller was cancelled at 2 s, as the scenario says, before it awaited gather() | the group of gather() raised OSError at 1 s < failing raised OSError at 1 s",
            "failing unretrieved: the caller was cancelled at 2 s, as the scenario says, before it awaited gather() | the group of gather() raised it at 1 s",
        ],
    );
    check(
        &format!("{two}\n[caller]\ncancel_at = 0.5"),
        Wait,
        &[
            "quick lost: the caller was cancelled at 0.5 s, as the scenario says, while it awaited wait()",
            "failing unretrieved: nobody asked for its exception | the caller was cancelled at 0.5 s, as the scenario says, while it awaited wait()",
        ],
    );
}

#[test]
fn a_member_that_refuses_tells_the_nearest_cause_first() {
    let scenario = r#"
        [[awaitable]]
        name = "words"
        delay = 3
        on_cancel = { returns = 31007 }
        [[awaitable]]
        name = "lines"
        delay = 2
        [caller]
        cancel_at = 1
    "#;
    check(
        scenario,
        Gather,
        &[
            "words lost: gather() raised CancelledError at 1 s < gather() was cancelled < the caller was cancelled at 1 s, as the scenario says | it was cancelled < gather() was cancelled < the caller was cancelled at 1 s, as the scenario says",
            "lines cancelled: gather() was cancelled < the caller was cancelled at 1 s, as the scenario says",
        ],
    );
}

/// gather() has taken the exception from its member, and Python logs it as the group's.
#[test]
fn what_is_logged_as_its_groups_is_not_swallowed() {
    let scenario = r#"
        [[awaitable]]
        name = "upload"
        delay = 2
        raises = "OSError: disk is full"
        [[awaitable]]
        name = "resize"
        delay = 0.5
        returns = "small.png"
        [[awaitable]]
        name = "publish"
        kind = "gather"
        members = ["resize", "upload"]
        [wait]
        timeout = 1
    "#;
    check(
        scenario,
        Wait,
        &[
            "upload unretrieved: the group publish raised it at 2 s < nobody asked the group publish for it | the group publish was pending when wait() returned",
            "resize lost: the group publish raised OSError at 2 s < upload raised OSError at 2 s",
            "publish pending: nobody asked for its exception | upload raised OSError at 2 s",
        ],
    );
    let returns = scenario.replace("raises = \"OSError: disk is full\"", "returns = 3");
    check(&returns, Wait, &["upload pending", "resize pending", "publish pending"]);
}

#[test]
fn results_are_lost_with_the_groups_that_hold_them() {
    let scenario = r#"
        [[awaitable]]
        name = "shared"
        kind = "task"
        delay = 1
        returns = 1
        [[awaitable]]
        name = "fails"
        delay = 2
        raises = "OSError"
        [[awaitable]]
        name = "kept"
        kind = "gather"
        members = ["shared"]
        [[awaitable]]
        name = "failed"
        kind = "gather"
        members = ["shared", "fails"]
    "#;
    check(
        scenario,
        Gather,
        &[
            "shared lost: it is in the results of the group kept < gather() raised OSError at 2 s < the group failed raised OSError at 2 s < fails raised OSError at 2 s",
            "fails raised",
            "kept lost: gather() raised OSError at 2 s < the group failed raised OSError at 2 s < fails raised OSError at 2 s",
            "failed delivered: fails raised OSError at 2 s",
        ],
    );
}

#[test]
fn what_is_no_argument_says_so() {
    let scenario = r#"
        [[awaitable]]
        name = "query"
        delay = 1
        raises = "ValueError"
        [[awaitable]]
        name = "heartbeat"
        kind = "task"
        delay = 0.5
        [[awaitable]]
        name = "audit"
        kind = "task"
        delay = 0.5
        raises = "OSError"
        cancel_at = 0.7
        [[awaitable]]
        name = "reply"
        kind = "future"
        delay = "forever"
        [[awaitable]]
        name = "flush"
        kind = "task"
        delay = "forever"
        on_cancel = { cleanup = "forever" }
        [caller]
        args = ["query"]
        then = "exit"
    "#;
    check(
        scenario,
        Gather,
        &[
            "query raised",
            "heartbeat lost: it is no argument of gather()",
            "audit swallowed: its cancel() at 0.7 s came too late, and silenced it < it is no argument of gather()",
            "reply unfinished: the program ended, and asyncio.run() cancels only tasks",
            "flush unfinished: its cleanup waits for something that never comes | it was cancelled < asyncio.run() cancelled what was left when the program ended at 1 s",
        ],
    );
}

#[test]
fn what_was_never_made_says_why() {
    let scenario = r#"
        [[awaitable]]
        name = "a"
        [[awaitable]]
        name = "pair"
        kind = "gather"
        members = ["a"]
    "#;
    check(
        &format!("{scenario}\n[caller]\ncall_at = 2\ncancel_at = 1"),
        Gather,
        &[
            "a unfinished: gather() was never called < the caller was cancelled at 1 s, as the scenario says, before it called gather()",
            "pair unfinished: gather() was never called < the caller was cancelled at 1 s, as the scenario says, before it called gather()",
        ],
    );
    check(
        &format!("{scenario}\n[[awaitable]]\nname = \"b\"\n[caller]\nargs = [\"b\"]"),
        Gather,
        &["a unfinished: the group pair was never made", "pair unfinished: no list names it", "b delivered"],
    );
    check(
        "[[awaitable]]\nname = \"a\"\n[caller]\nunpack = false",
        Gather,
        &["a unfinished: nothing ever wrapped it in a task < gather() raised TypeError at 0 s"],
    );
}

/// Its CancelledError is the group's own: no member raised it, and yet it is known whose it is.
#[test]
fn a_cancelled_group_whose_members_are_values() {
    let scenario = r#"
        [[awaitable]]
        name = "fetch"
        delay = 5
        [[awaitable]]
        name = "inner"
        kind = "gather"
        members = ["fetch"]
        return_exceptions = true
        cancel_at = 1
        [[awaitable]]
        name = "outer"
        kind = "gather"
        members = ["inner"]
        [[awaitable]]
        name = "other"
        delay = 2
        returns = 1
    "#;
    check(
        scenario,
        Gather,
        &[
            "fetch cancelled: the group inner was cancelled at 1 s, as the scenario says",
            "inner cancelled: it was cancelled at 1 s, as the scenario says",
            "outer delivered: the group inner was cancelled at 1 s, as the scenario says",
            "other lost: gather() raised CancelledError at 1 s < the group outer raised CancelledError at 1 s < the group inner was cancelled at 1 s, as the scenario says",
        ],
    );
}

#[test]
fn a_second_cancellation_does_not_hide_the_first() {
    let scenario = r#"
        [[awaitable]]
        name = "upload"
        delay = 5
        on_cancel = { cleanup = 2 }
        [gather]
        return_exceptions = true
        [caller]
        cancel_at = 1
        cancel_group_at = 1.5
    "#;
    check(
        scenario,
        Gather,
        &[
            "upload cancelled: it was cancelled again while it cleaned up < group.cancel() was called at 1.5 s, as the scenario says | it was cancelled the first time < gather() was cancelled < the caller was cancelled at 1 s, as the scenario says",
        ],
    );
}

#[test]
fn what_hangs_says_what_it_waits_for() {
    let scenario = r#"
        [[awaitable]]
        name = "ready"
        returns = 1
        [[awaitable]]
        name = "flush"
        delay = 2
        cancel_at = 1
        on_cancel = { cleanup = "forever" }
        [[awaitable]]
        name = "pair"
        kind = "gather"
        members = ["flush"]
    "#;
    check(
        scenario,
        Gather,
        &[
            "ready lost: gather() never returned < the group pair never finishes < flush never finishes < flush's cleanup waits for something that never comes < flush was cancelled at 1 s, as the scenario says",
            "flush unfinished: its cleanup waits for something that never comes | it was cancelled at 1 s, as the scenario says",
            "pair unfinished: flush never finishes < flush's cleanup waits for something that never comes < flush was cancelled at 1 s, as the scenario says",
        ],
    );
}

/// A program that lets everything finish ends before that only where its caller is cancelled.
#[test]
fn what_ends_with_the_program_says_why_that_ended() {
    let scenario = r#"
        [[awaitable]]
        name = "fails"
        delay = 1
        raises = "OSError"
        [[awaitable]]
        name = "slow"
        delay = 5
        [caller]
        cancel_at = 2
    "#;
    check(
        scenario,
        Gather,
        &[
            "fails raised",
            "slow cancelled: asyncio.run() cancelled what was left when the program ended at 2 s < \
             the caller was cancelled at 2 s, as the scenario says",
        ],
    );
}

#[test]
fn a_future_that_is_to_be_cancelled_was_cancelled() {
    let scenario = r#"
        [[awaitable]]
        name = "reply"
        kind = "future"
        delay = 1
        raises = "CancelledError"
        [[awaitable]]
        name = "other"
        delay = 2
        returns = 1
    "#;
    check(
        scenario,
        Gather,
        &[
            "reply raised",
            "other lost: gather() raised CancelledError at 1 s < reply was cancelled at 1 s, as the scenario says",
        ],
    );
}

#[test]
fn of_two_cancellations_at_one_moment_the_first_is_the_cause() {
    check(
        "[caller]\ncancel_at = 1\ncancel_group_at = 1\n[[awaitable]]\nname = \"users\"\ndelay = 5",
        Gather,
        &["users cancelled: gather() was cancelled < the caller was cancelled at 1 s, as the scenario says"],
    );
}

/// An exception comes through the group that settled the one around it, and through no other that holds the same member.
#[test]
fn only_the_groups_on_an_exceptions_way_have_delivered_it() {
    let tables = |args: &str| {
        format!(
            "awaitable = [{{ name = \"t\", kind = \"task\", delay = 1, raises = \"OSError\" }}, \
             {{ name = \"g\", kind = \"gather\", members = [\"t\"] }}, \
             {{ name = \"h\", kind = \"gather\", members = [\"t\"] }}]\ncaller.args = [{args}]"
        )
    };
    let fate = |args: &str, name: &str| {
        let scenario = parse("-", &tables(args)).unwrap_or_else(|problems| panic!("{}", problems.render(false, 120)));
        let run = record(&scenario, scenario.call(Gather), Python::V3_13, &Way::default()).run;
        let id = scenario.ids().find(|id| scenario.name(*id).to_string() == name).expect("it is there");
        run.entries[id.index()].fate.word()
    };
    assert_eq!((fate("\"g\", \"h\"", "g"), fate("\"g\", \"h\"", "h")), ("delivered", "swallowed"));
    assert_eq!((fate("\"g\", \"t\"", "t"), fate("\"g\", \"t\"", "g")), ("raised", "swallowed"));
}
