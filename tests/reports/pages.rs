//! Pages as snapshots.

use asyncdemo::scenario::{Nanos, is_harmless};
use unicode_width::UnicodeWidthStr;

use super::{GATHER, How, WAIT, report};

/// A test that the report of a scenario is the page in the snapshot of that name.
macro_rules! page {
    ($name:ident, $how:expr, $scenario:expr) => {
        #[test]
        fn $name() {
            insta::assert_snapshot!(report($scenario, $how));
        }
    };
}

const DOWNLOADS: &str = r#"
    title = "Three downloads, one fails"
    awaitable = [
        { name = "users", delay = 1, returns = ["ada", "grace"] },
        { name = "orders", delay = 0.5, raises = "TimeoutError: upstream took too long" },
        { name = "audit", delay = 2, returns = 7, cancel_at = 1.5 },
    ]
"#;

page! { gather_raises_and_the_others_go_on, GATHER, DOWNLOADS }
page! { gather_raises_in_ascii, How { unicode: false, ..GATHER }, DOWNLOADS }
page! { gather_raises_on_a_narrow_terminal, How { width: 40, ..GATHER }, DOWNLOADS }
page! { gather_raises_on_a_wide_terminal, How { width: 132, ..GATHER }, DOWNLOADS }

#[test]
fn gather_raises_in_colour() {
    insta::assert_snapshot!(report(DOWNLOADS, How { coloured: true, ..GATHER }).replace('\u{1b}', "␛"));
}

#[test]
fn no_line_is_wider_than_the_page() {
    for width in 40..=140 {
        for unicode in [true, false] {
            let report = report(DOWNLOADS, How { width, unicode, ..GATHER });
            for line in report.lines() {
                assert!(line.width() <= width, "{width}: {line}");
                assert_eq!(line.trim_end(), line, "{width}");
            }
            assert_eq!(unicode, !report.is_ascii());
        }
    }
}

page! { gather_returns, GATHER, r#"
    title = "Everything goes well"
    awaitable = [
        { name = "users", delay = 1, returns = ["ada", "grace"] },
        { name = "orders", kind = "task", delay = 0.5 },
        { name = "flag", kind = "future", delay = 2, returns = "ready" },
    ]
"# }

page! { gather_returns_exceptions, GATHER, &format!("{DOWNLOADS}\n[gather]\nreturn_exceptions = true") }
page! { gather_of_nothing, GATHER, "awaitable = []" }

page! { everything_at_once, GATHER, r#"
    title = "No time passes"
    awaitable = [{ name = "first", returns = 1 }, { name = "second", raises = "KeyError: k" }]
"# }

page! { nested_groups, GATHER, r#"
    title = "A group in a group"
    awaitable = [
        { name = "page-1", delay = 1, returns = "one" },
        { name = "page-2", delay = 3, returns = "two" },
        { name = "header", delay = 0.5, returns = "head" },
        { name = "pages", kind = "gather", members = ["page-1", "page-2"] },
    ]
    caller.args = ["pages", "header"]
"# }

page! { a_nested_group_fails, GATHER, r#"
    title = "A group in a group fails"
    awaitable = [
        { name = "page-1", delay = 2, returns = "one" },
        { name = "page-2", delay = 1, raises = "ConnectionError: reset by peer" },
        { name = "header", delay = 1.5, raises = "ValueError: bad header" },
        { name = "pages", kind = "gather", members = ["page-1", "page-2"] },
    ]
    caller.args = ["pages", "header"]
"# }

page! { the_caller_is_cancelled_and_bodies_clean_up, GATHER, r#"
    title = "Shut down in the middle"
    awaitable = [
        { name = "quick", delay = 0.4, returns = 1 },
        { name = "polite", delay = 3, returns = 2, on_cancel = { cleanup = 0.5 } },
        { name = "stubborn", delay = 3, returns = 3, on_cancel = { cleanup = 1.5, returns = "saved" } },
        { name = "clumsy", delay = 3, returns = 4, on_cancel = { cleanup = 0.2, raises = "OSError: disk full" } },
        { name = "plain", delay = 3, returns = 5 },
    ]
    caller.cancel_at = 1
"# }

page! { a_child_is_cancelled, GATHER, r#"
    awaitable = [
        { name = "users", delay = 2, returns = ["ada", "grace"] },
        { name = "audit", delay = 3, returns = 7, cancel_at = 1.5 },
    ]
"# }

page! { gather_hangs, GATHER, r#"
    title = "Waiting forever"
    awaitable = [
        { name = "users", delay = 1, returns = ["ada", "grace"] },
        { name = "answer", kind = "future", delay = "forever" },
        { name = "silent", delay = "forever" },
    ]
"# }

page! { it_hangs_at_once, WAIT, r#"awaitable = [{ name = "silent", kind = "task", delay = "forever" }]"# }

page!(
    wait_for_the_first_exception,
    WAIT,
    &format!("{DOWNLOADS}\n[wait]\nreturn_when = \"first-exception\"\ntimeout = 3")
);

page!(
    wait_for_the_first,
    How { width: 60, ..WAIT },
    &format!("{DOWNLOADS}\n[wait]\nreturn_when = \"first-completed\"")
);

page! { wait_for_all, WAIT, DOWNLOADS }
page! { wait_times_out, WAIT, &format!("{DOWNLOADS}\n[wait]\ntimeout = 0.75") }

page! { wait_times_out_with_nothing, WAIT, r#"
    title = "Too slow"
    awaitable = [
        { name = "slow", delay = 0.25, returns = 1 },
        { name = "slower", delay = "forever", returns = 2 },
    ]
    [wait]
    return_when = "first-completed"
    timeout = 0.01
"# }

page! { a_list_given_to_gather, GATHER, r#"
    title = "The missing star"
    awaitable = [{ name = "users" }, { name = "orders" }]
    caller.unpack = false
"# }

page! { coroutines_given_to_wait, WAIT, r#"
    awaitable = [{ name = "users" }, { name = "orders", kind = "task", delay = 0.5, returns = 1 }]
    wait.wrap = false
"# }

#[test]
fn a_thousand() {
    let workers = (0..49).map(|number| {
        let delay = 400 + 20 * number;
        format!("{{ name = \"worker-{delay}\", count = 20, delay = \"{delay}ms\" }},\n")
    });
    let scenario = format!(
        r#"
        title = "A thousand workers, some fail"
        awaitable = [
            {}
            {{ name = "broken", count = 12, delay = 0.3, raises = "ConnectionError: refused" }},
            {{ name = "stuck", count = 8, delay = "forever" }},
        ]
        "#,
        workers.collect::<String>()
    );
    let report = report(&scenario, GATHER);
    assert!(report.lines().count() < 50, "{report}");
    insta::assert_snapshot!(report);
}

page! { ten_thousand_results, GATHER, r#"
    title = "Ten thousand workers"
    awaitable = [
        { name = "worker", count = 10000, delay = 1 },
        { name = "last", delay = 0.25, returns = "done" },
    ]
"# }

page! { a_thousand_pending, WAIT, r#"
    title = "One is enough"
    awaitable = [
        { name = "probe", kind = "task", count = 999, delay = 1 },
        { name = "cached", kind = "task", delay = 0.1, returns = 7 },
    ]
    wait.return_when = "first-completed"
"# }

#[test]
fn a_million_is_still_a_page() {
    let scenario = r#"
        title = "A million"
        awaitable = [
            { name = "worker", count = 1000000, delay = 1 },
            { name = "broken", delay = 0.3, raises = "ConnectionError: refused" },
        ]
    "#;
    let report = report(scenario, GATHER);
    assert!(report.lines().count() < 25, "{report}");
    assert!(report.contains("worker-1, worker-2 and 999,998 more were still running"), "{report}");
}

#[test]
fn what_never_ran_is_not_drawn_beyond_the_last_moment() {
    let report = report(
        r#"
        awaitable = [{ name = "a", delay = 1 }, { name = "b", delay = "forever" }, { name = "unused", delay = 1 }]
        caller = { args = ["a", "b"] }
        "#,
        GATHER,
    );
    let lanes: Vec<&str> = report.lines().filter(|line| line.starts_with("  b ") || line.contains('·')).collect();
    insta::assert_snapshot!(lanes.join("\n"), @"
    b       ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━…  never finishes
    unused  ··············································       never started
    ");
}

#[test]
fn wide_and_long_names() {
    let scenario = r#"
        title = "日本語のタイトルがとても長いとき、どこかで切らなければならない、それでも揃う"
        awaitable = [
            { name = "利用者", delay = 1, returns = "こんにちは" },
            { name = "注文", delay = 0.5, raises = "TimeoutError: 上流が遅すぎる、もう待てない、あきらめよう" },
            { name = "a-name-that-goes-on-and-on-and-on-and-on-forever", delay = 0.7 },
            { name = "🦀", delay = 1.5, returns = "🦀🦀" },
        ]
    "#;
    let report = report(scenario, How { width: 64, ..GATHER });
    assert!(report.lines().all(|line| line.width() <= 64), "{report}");
    insta::assert_snapshot!(report);
}

/// Names must be printable and titles have no control characters; everything else may hold anything.
#[test]
fn text_does_not_act_on_the_terminal() {
    let evil = r"\u001b[2J\r\n\u202e\u0085\u200b\u009b";
    let scenario = format!(
        r#"
        title = "\u202e\u200b\u2066"
        awaitable = [
            {{ name = "users", delay = 1, returns = "{evil}" }},
            {{ name = "orders", delay = 0.5, raises = {{ type = "TimeoutError", message = "{evil}" }} }},
            {{ name = "audit", delay = 2, cancel_at = 1.5, cancel_message = "{evil}" }},
        ]
        "#
    );
    for how in [GATHER, WAIT] {
        let report = report(&scenario, How { events: true, ..how });
        assert!(report.chars().all(|c| c == '\n' || is_harmless(c)), "{report:?}");
        insta::assert_snapshot!(format!("text_does_not_act_on_the_terminal_in_{}", how.function), report);
    }
}

const EVERY_EVENT: &str = r#"
    title = "Every kind of event"
    awaitable = [
        { name = "users", delay = 1, returns = ["ada", "grace"] },
        { name = "orders", delay = 0.5, raises = "TimeoutError: upstream took too long" },
        { name = "audit", delay = 2, cancel_at = 0.75, on_cancel = { cleanup = 0.1 } },
        { name = "reply", kind = "future", delay = 0.2, returns = 7, cancel_at = 0.3 },
        { name = "pair", kind = "gather", members = ["reply", "audit"], done_callback = true },
        { name = "ghost" },
    ]
    [caller]
    args = ["users", "orders", "pair"]
    check_done_at = [0.1, 0.6]
    [gather]
    done_callback = true
    [wait]
    timeout = 0.6
"#;

page! { the_event_log, How { events: true, ..GATHER }, EVERY_EVENT }
page! { the_event_log_of_wait, How { events: true, ..WAIT }, &format!("python = '3.10'\n{EVERY_EVENT}\nwrap = false") }

page! { the_whole_program_around_the_call, GATHER, r#"
    title = "Looked at, cancelled, awaited late"
    awaitable = [
        { name = "users", delay = 3, returns = ["ada", "grace"] },
        { name = "sidecar", kind = "task", delay = 4, returns = 7 },
        { name = "ghost", delay = 0.1, returns = 7 },
    ]
    [caller]
    args = ["users"]
    call_at = 1
    await_at = 2.5
    cancel_group_at = 1.5
    check_done_at = [1.2, 2, 5]
    cancel_at = 3
    then = "exit"
"# }

page! { interrupted, How { interrupt: Some(Nanos(1_200_000_000)), ..GATHER }, r#"
    title = "Ctrl-C"
    awaitable = [
        { name = "users", delay = 3, returns = ["ada", "grace"] },
        { name = "orders", delay = 3, returns = ["ada", "grace"], on_cancel = { cleanup = 0.5 } },
    ]
"# }

page! { interrupted_before_anything_started, How { interrupt: Some(Nanos::ZERO), ..GATHER }, DOWNLOADS }

#[test]
fn many_arguments_and_other_collections() {
    let jobs = (0..40).map(|number| format!("{{ name = \"job {number}\", kind = \"task\", delay = 60 }},\n"));
    let scenario = format!(
        r#"
        title = "Many"
        python = "3.8"
        awaitable = [
            {}
        ]
        wait = {{ return_when = "first-exception", timeout = 90, collection = "set" }}
        "#,
        jobs.collect::<String>()
    );
    insta::assert_snapshot!(report(&scenario, WAIT));
}

page! { every_fate, WAIT, r#"
    title = "What can become of a task"
    awaitable = [
        { name = "first", kind = "task", delay = 0.5, returns = 1 },
        { name = "late", kind = "task", delay = 1, raises = "ValueError: too late" },
        { name = "stopped", kind = "task", delay = 3, cancel_at = 1.5, on_cancel = { cleanup = 0.5 } },
        { name = "stubborn", kind = "task", delay = 3, cancel_at = 1.5, on_cancel = { cleanup = 1, returns = "yes" } },
        { name = "endless", kind = "task", delay = 3, cancel_at = 1.5, on_cancel = { cleanup = "forever" } },
        { name = "stray", kind = "task", delay = 0.25, raises = "KeyError: k" },
        { name = "helper", kind = "task", delay = 0.25, returns = 6 },
    ]
    caller.args = ["first", "late", "stopped", "stubborn", "endless"]
    wait.return_when = "first-completed"
"# }

page! { cancelled_and_yet_delivered, GATHER, r#"
    title = "Cancellation can be swallowed"
    awaitable = [
        { name = "users", delay = 1, returns = ["ada", "grace"] },
        { name = "stubborn", delay = 3, cancel_at = 0.5, on_cancel = { cleanup = 1.5, returns = "anyway" } },
    ]
"# }

page! { days_and_microseconds, GATHER, r#"
    title = "From microseconds to days"
    awaitable = [
        { name = "quick", delay = "10us", returns = 1 },
        { name = "slow", delay = "4d", returns = 2 },
        { name = "middling", delay = "1d1h30m", returns = 3 },
    ]
"# }
