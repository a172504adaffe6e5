//! Sentences: that they are well-formed, and say what happened in the order in which it happened.

use asyncdemo::scenario::Nanos;
use asyncdemo::verify::generator::{self, Random};
use unicode_width::UnicodeWidthStr;

use super::{GATHER, How, WAIT, report};

/// Each report keeps to its page, and its sentences are well-formed.
#[test]
fn every_report_reads_well() {
    for number in 0..500 {
        let toml = generator::scenario(&mut Random::new(8, number)).to_string();
        let interrupt = (number % 5 == 0).then_some(Nanos(number % 4 * 1_000_000_000));
        for how in [GATHER, WAIT] {
            let report = report(&toml, How { width: 72, interrupt, ..how });
            let mut results_follow = false;
            // Behind the heading and the call; the first block is the timeline.
            for (index, block) in report.trim_end().split("\n\n").skip(2).enumerate() {
                assert!(block.lines().all(|line| line.width() <= 72 && line.trim_end() == line), "{report}");
                let is_list = std::mem::replace(&mut results_follow, block.ends_with(':'));
                let no_sentences = ["  done ", "  pending ", "Python ", "Note: "];
                if index == 0 || is_list || no_sentences.iter().any(|begin| block.starts_with(begin)) {
                    continue;
                }
                assert!(block.ends_with(['.', ':']), "{report}");
                for wrong in [" .", " ,", "..", ",,", ".,", " ;"] {
                    assert!(!block.contains(wrong), "`{wrong}` in {report}");
                }
            }
        }
    }
}

/// That a report on a page wide enough that no sentence is broken where it matters says these, and never those.
#[track_caller]
pub fn says(scenario: &str, how: How, these: &[&str], never: &[&str]) {
    let report = report(scenario, How { width: 120, ..how }).split_whitespace().collect::<Vec<_>>().join(" ");
    for part in these {
        assert!(report.contains(part), "{part:?} is missing in: {report}");
    }
    for part in never {
        assert!(!report.contains(part), "{part:?} stands in: {report}");
    }
}

#[test]
fn what_asyncio_run_cancels_was_running_when_the_call_returned() {
    let scenario = r#"
        awaitable = [
            { name = "quick", delay = 0.2, returns = 1 },
            { name = "flush", kind = "task", delay = 60, on_cancel = { cleanup = 3, raises = "ValueError: late" } },
        ]
        caller = { args = ["quick"], then = "exit" }
    "#;
    says(
        scenario,
        GATHER,
        &[
            "It was still running when gather() returned. It was cancelled at 0.2 s by asyncio.run()",
            "asyncio.run() logs this exception as it shuts down.",
            "unhandled exception during asyncio.run() shutdown (flush)",
        ],
        &["still cleaning up when gather() returned", "Python does not log", "Nobody asked"],
    );
}

#[test]
fn what_was_cancelled_with_its_group_is_told_too() {
    says(
        include_str!("../../scenarios/comparison/cleanup.toml"),
        GATHER,
        &["download was cancelled at 1 s with its group.", "upload was cancelled at 1 s with its group"],
        &[],
    );
}

/// A clone that is named by itself has a name of its own, unless it is a coroutine that is made in the list.
#[test]
fn the_call_names_single_clones() {
    let tables = [("a", "coroutine"), ("t", "task"), ("f", "future")]
        .map(|(name, kind)| format!("[[awaitable]]\nname = \"{name}\"\nkind = \"{kind}\"\ncount = 4\ndelay = 1\n"));
    let group = "[[awaitable]]\nname = \"g\"\nkind = \"gather\"\nmembers = [\"a-2\", \"t-2\", \"f-2\"]\n";
    for (how, args, call) in [
        (GATHER, "args = [\"a-3\", \"t-1\", \"f-4\"]", "await asyncio.gather(a(), t_1, f_4)"),
        (WAIT, "args = [\"a-3\", \"t-1\", \"f-4\"]", "await asyncio.wait([a_3, t_1, f_4])"),
        (GATHER, "args = [\"a-3\", \"t-1\", \"a-3\"]", "await asyncio.gather(a_3, t_1, a_3)"),
        (GATHER, "args = [\"t-1\", \"t\", \"g\"]", "gather(t_1, *t_tasks, asyncio.gather(a(), t_2, f_2))"),
        (GATHER, "", "asyncio.gather( a(), *(a() for _ in range(2)), t_1, *t_tasks[2:4], f_1, *f_futures[2:4],"),
    ] {
        says(&(tables.concat() + group + "[caller]\n" + args), how, &[call], &[]);
    }
}

#[test]
fn a_group_that_no_list_names_was_not_forgotten_by_the_call() {
    let scenario = r#"
        awaitable = [
            { name = "users", kind = "task", delay = 1 },
            { name = "alone", kind = "gather", members = ["users"] },
        ]
        caller.args = ["users"]
    "#;
    says(scenario, WAIT, &["alone was never created: no list names it."], &["did not get that far"]);
}

#[test]
fn a_failed_future_keeps_its_exception_itself() {
    let scenario = r#"awaitable = [{ name = "reply", kind = "future", delay = 1, raises = "ValueError" }]"#;
    says(scenario, WAIT, &["the exception waits in it until somebody asks"], &["in the task"]);
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
    says(&scenario, GATHER, &["gather() returned 1 result"], &[]);
}

#[test]
fn moments_that_never_came_are_said() {
    let scenario = "awaitable = [{ name = \"users\", delay = 2 }]\n\
                    caller = { call_at = 5, await_at = 10, cancel_at = 1 }";
    says(
        scenario,
        GATHER,
        &[
            "The call at 5 s never happened: the caller was cancelled at 1 s, as the scenario says.",
            "The await at 10 s never happened: gather() was never called.",
        ],
        &[],
    );
}

/// Twenty awaitables with distinct values: the slowest is the seventeenth, and one in the middle fails.
fn twenty(call: &str) -> String {
    let tables = (1..=20).map(|number| {
        let delay = if number == 17 { 3.0 } else { 1.0 + f64::from(number) / 20.0 };
        let end = if number == 11 { "raises = \"OSError: eleven\"".to_owned() } else { format!("returns = {number}") };
        format!("[[awaitable]]\nname = \"job {number:02}\"\nkind = \"task\"\ndelay = {delay}\n{end}\n")
    });
    tables.collect::<String>() + call
}

#[test]
fn what_failed_decided_or_ended_last_is_never_folded_away() {
    let values = twenty("[gather]\nreturn_exceptions = true");
    says(&values, GATHER, &["job 11 OSError('eleven')", "job 17 ━━", "job 11 ━━", "more, values"], &[]);
    says(&values, WAIT, &["job 11 OSError('eleven')", "job 17 ━━", "job 11 ━━"], &[]);
    let all = says_all(&values);
    assert!((1..=20).all(|number| all.matches(&format!("job {number:02}")).count() == 2), "{all}");
    assert!(!all.contains(" more"), "{all}");
}

fn says_all(scenario: &str) -> String {
    report(scenario, How { all: true, ..GATHER })
}
