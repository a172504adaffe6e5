//! What a report says of causes, and what it must not say: each case once said something else.

use super::sentences::says;
use super::{GATHER, WAIT};

#[test]
fn a_group_refuses_a_cancellation_since_it_is_done_not_since_its_members_are() {
    let scenario = r#"
        awaitable = [
            { name = "a", delay = 1, raises = "OSError" },
            { name = "b", delay = 4 },
        ]
        caller = { await_at = 3, cancel_group_at = 2 }
    "#;
    let never = &["nothing left to cancel"];
    says(scenario, GATHER, &["group.cancel() at 2 s returned False: the group was done already."], never);
    let too_late = include_str!("../../scenarios/mistakes/too-late-to-cancel.toml");
    says(too_late, GATHER, &["group.cancel() at 1.2 s returned False: the group was done already."], never);
}

#[test]
fn a_later_cancellation_that_ends_a_cleanup_is_the_cause() {
    let scenario = r#"
        awaitable = [{ name = "upload", delay = 5, cancel_at = 1, on_cancel = { cleanup = 2 } }]
        caller.cancel_at = 1.5
    "#;
    let because = "gather() raised CancelledError() at 1.5 s, because the caller was cancelled, as the scenario says.";
    says(scenario, GATHER, &[because], &["because upload was cancelled"]);
}

#[test]
fn what_was_done_before_the_await_lets_wait_return_at_once() {
    let scenario = |options: &str| {
        format!(
            r#"
            awaitable = [
                {{ name = "early", kind = "task", delay = 0.5, raises = "OSError" }},
                {{ name = "late", kind = "task", delay = 3 }},
            ]
            {options}
            "#
        )
    };
    for moment in ["call_at", "await_at"] {
        let first = scenario(&format!("caller.{moment} = 1\nwait.return_when = \"first-completed\""));
        let because =
            "wait() returned two sets at once, at 1 s, because early had been done since 0.5 s: 1 done, 1 pending.";
        says(&first, WAIT, &[because], &["when early was done"]);
        let exception = scenario(&format!("caller.{moment} = 1\nwait.return_when = \"first-exception\""));
        let because = "wait() returned two sets at once, at 1 s, because early had already raised at 0.5 s";
        says(&exception, WAIT, &[because], &["when early raised"]);
    }
}

#[test]
fn all_that_ended_before_the_caller_went_on_is_done() {
    let scenario = r#"
        awaitable = [
            { name = "a", kind = "task", delay = 1 },
            { name = "b", kind = "task", delay = 1 },
            { name = "c", kind = "task", delay = 2 },
        ]
        wait.return_when = "first-completed"
    "#;
    let why = [
        "wait() returned two sets at 1 s, when a was done: 2 done, 1 pending.",
        "b had also ended before the caller went on, and so is done too.",
    ];
    says(scenario, WAIT, &why, &[]);
}

#[test]
fn a_group_that_failed_by_a_cancelled_member_was_not_cancelled_itself() {
    let scenario = r#"
        awaitable = [{ name = "job", delay = 3, cancel_at = 1 }]
        caller.await_at = 2
    "#;
    let said = "The group had already raised CancelledError() at 1 s, because job was cancelled, as the scenario says; the \
                caller awaited it only at 2 s.";
    says(scenario, GATHER, &[said], &["The group was cancelled"]);
    let cancelled = r#"
        awaitable = [{ name = "job", delay = 9, on_cancel = { cleanup = 2 } }]
        caller = { await_at = 4, cancel_group_at = 1 }
    "#;
    let said = "The group had already raised CancelledError() at 3 s, because group.cancel() was called at 1 s, as the \
                scenario says; the caller awaited it only at 4 s.";
    says(cancelled, GATHER, &[said], &["The group was cancelled"]);
    let nested = r#"
        awaitable = [
            { name = "x", kind = "task", delay = 9, cancel_at = 1 },
            { name = "y", delay = 2 },
            { name = "pair", kind = "gather", members = ["x"] },
        ]
        caller.args = ["pair", "y"]
        wait.return_when = "first-completed"
        wait.timeout = 0.5
    "#;
    let said = "It raised CancelledError() at 1 s, because x was cancelled, as the scenario says.";
    says(nested, WAIT, &[said], &["Nobody cancelled it: it raised CancelledError()"]);
}

#[test]
fn the_caller_still_has_the_tasks_that_it_made() {
    let scenario = |kind: &str| {
        format!(
            r#"
            awaitable = [
                {{ name = "fails", delay = 1, raises = "OSError" }},
                {{ name = "mine", kind = "{kind}", delay = 2, returns = 7 }},
                {{ name = "broken", kind = "{kind}", delay = 3, raises = "KeyError: k" }},
            ]
            "#
        )
    };
    let kept = ["it returned 7 at 2 s, and the task still has the result.", "The task still has this exception"];
    says(&scenario("task"), GATHER, &kept, &["is lost", "Nobody sees"]);
    let kept = ["it returned 7 at 2 s, and the future still has the result."];
    says(&scenario("future"), GATHER, &kept, &["is lost", "Nobody sees"]);
    let lost = ["it returned 7 at 2 s, and its result is lost.", "Nobody sees this exception"];
    says(&scenario("coroutine"), GATHER, &lost, &["still has"]);
}

#[test]
fn what_a_pending_group_holds_is_pending_with_it() {
    let scenario = r#"
        awaitable = [
            { name = "a", delay = 1, returns = 1 },
            { name = "b", delay = 3, returns = 2 },
            { name = "pair", kind = "gather", members = ["a", "b"], return_exceptions = true },
        ]
        wait.timeout = 2
    "#;
    let said = [
        "a had already returned 1 (at 1 s) when wait() returned; the result is among those of pair, which was pending.",
    ];
    says(scenario, WAIT, &said, &["lost"]);
}

#[test]
fn a_moment_that_never_came_has_its_true_reason() {
    let scenario = r#"
        awaitable = [{ name = "t", kind = "task", delay = 3 }]
        caller = { call_at = 2, cancel_at = 1 }
    "#;
    let said = ["The call at 2 s never happened: the caller was cancelled at 1 s, as the scenario says."];
    // gather() was never called, so it has no lane either.
    says(scenario, GATHER, &said, &["the program ended at 3 s", "gather ··"]);
}

#[test]
fn what_asyncio_run_logs_at_its_end_it_says_itself() {
    let scenario = r#"
        awaitable = [
            { name = "a", delay = 1, raises = "OSError" },
            { name = "b", delay = 9, on_cancel = { raises = "ValueError" } },
        ]
        caller.then = "exit"
    "#;
    says(scenario, GATHER, &["asyncio.run() logs this exception as it shuts down."], &["Nobody asked"]);
}

#[test]
fn nothing_can_be_cancelled_before_it_exists() {
    let scenario = r#"
        awaitable = [{ name = "a", delay = 1, cancel_at = 1 }]
        caller.call_at = 2
    "#;
    let said = ["a is to be cancelled, as the scenario says, but it has not been created yet"];
    says(scenario, super::How { events: true, ..GATHER }, &said, &["returns False"]);
    let unnamed = r#"
        awaitable = [
            { name = "a", delay = 1 },
            { name = "b", delay = 1 },
            { name = "pair", kind = "gather", members = ["a"] },
        ]
        caller.args = ["b"]
    "#;
    let said = ["a never ran: the group pair was never made, so no coroutine was made either."];
    says(unnamed, GATHER, &said, &["nothing awaited the coroutine"]);
}

#[test]
fn a_program_that_never_ends_is_told() {
    let scenario = r#"
        awaitable = [
            { name = "service", delay = 0.3, raises = "OSError" },
            { name = "stubborn", delay = "forever", on_cancel = { cleanup = "forever" } },
        ]
        caller.then = "exit"
    "#;
    let said = "The program never ends: its main coroutine is over at 0.3 s, but asyncio.run() waits for stubborn, whose \
                cleanup never ends.";
    says(scenario, GATHER, &[said], &[]);
}

#[test]
fn a_cancellation_that_an_exception_replaced_is_told() {
    let scenario = r#"
        awaitable = [{ name = "a", delay = 9, on_cancel = { raises = "OSError: disk" } }]
        caller.cancel_at = 1
    "#;
    let said = "The caller was cancelled at 1 s, but it got OSError('disk'), which replaced the CancelledError.";
    says(scenario, GATHER, &[said], &[]);
}

#[test]
fn a_cancellation_that_did_nothing_is_told() {
    let scenario = r#"
        awaitable = [
            { name = "fails", delay = 1, raises = "OSError" },
            { name = "done", kind = "task", delay = 2, returns = 1, cancel_at = 3 },
            { name = "quick", kind = "task", returns = 2, cancel_at = 0.5 },
            { name = "last", kind = "task", delay = 4 },
        ]
    "#;
    let said = [
        "It returned 1 at 2 s, and the task still has the result. Its cancellation at 3 s came too late: it had \
         already ended.",
        "Its cancellation at 0.5 s came too late: it had already ended.",
    ];
    says(scenario, GATHER, &said, &["Nobody cancelled it: it returned 1"]);
    let all = ["quick had already ended when cancel() was called at 0.5 s: that did nothing."];
    says(scenario, WAIT, &all, &[]);
    let early = r#"
        awaitable = [{ name = "a", delay = 1, cancel_at = 1 }]
        caller.call_at = 2
    "#;
    says(early, GATHER, &["a was to be cancelled at 1 s, but had not been created yet."], &[]);
}

#[test]
fn what_asyncio_run_logs_is_in_the_log_whosever_it_is() {
    let scenario = r#"
        awaitable = [
            { name = "x", delay = 5, on_cancel = { raises = "KeyError" } },
            { name = "a", delay = 1, raises = "OSError" },
            { name = "g", kind = "gather", members = ["x"] },
        ]
        caller.then = "exit"
    "#;
    says(scenario, GATHER, &["asyncio.run() logs this exception as it shuts down."], &["not even the log"]);
}

#[test]
fn the_caller_and_a_member_cancelled_at_one_moment() {
    let scenario = r#"
        awaitable = [{ name = "a", delay = 3, cancel_at = 1 }]
        caller.cancel_at = 1
    "#;
    let because = "gather() raised CancelledError() at 1 s, because the caller was cancelled, as the scenario says.";
    says(scenario, GATHER, &[because], &["replaced"]);
}

#[test]
fn a_caller_that_never_hears_of_its_group() {
    let scenario = r#"
        awaitable = [{ name = "f", kind = "future", delay = 1, raises = "OSError" }]
        caller.cancel_at = 1
    "#;
    let said = [
        "The caller was cancelled at 1 s, before it heard of what gather() gave: it got CancelledError().",
        "The group had already raised OSError() at 1 s, because f raised OSError, but its caller never got that.",
    ];
    says(scenario, GATHER, &said, &["gather() raised CancelledError"]);
}

#[test]
fn what_was_done_already_is_named_where_all_are_done_too() {
    let scenario = |when: &str| {
        let tasks = [0.2, 0.3, 0.4].map(|delay| format!("{{ kind = \"task\", delay = {delay} }}")).join(", ");
        format!("awaitable = [{tasks}]\ncaller.call_at = 1\nwait.return_when = \"{when}\"")
    };
    says(&scenario("first-completed"), WAIT, &["at once, at 1 s, because a1 had been done since 0.2 s: 3 done"], &[]);
    says(&scenario("all-completed"), WAIT, &["at once, at 1 s, because all were done already: 3 done"], &[]);
}

#[test]
fn a_result_that_a_group_has_is_not_lost() {
    let scenario = r#"
        awaitable = [
            { name = "x", kind = "task", delay = 2, returns = 7 },
            { name = "y", delay = 2, returns = 8 },
            { name = "g", kind = "gather", members = ["x", "y"] },
            { name = "a", delay = 1, raises = "OSError" },
        ]
    "#;
    let said = ["and the group still has the result.", "it returned 8 at 2 s, and its result is among those of g."];
    says(scenario, GATHER, &said, &["lost", "only"]);
}

#[test]
fn a_log_that_a_late_cancel_silenced() {
    let scenario = r#"
        awaitable = [
            { name = "t", kind = "task", delay = 1, raises = "OSError", cancel_at = 2 },
            { name = "u", kind = "task", delay = 3 },
        ]
        wait.timeout = 0.5
    "#;
    let said = ["A cancel() that came too late has silenced this exception: Python will not log it."];
    says(scenario, WAIT, &said, &[]);
}

#[test]
fn outcomes_that_read_alike_count_together() {
    let scenario = r#"
        awaitable = [
            { name = "a", delay = 0.1, cancel_at = 0.1003 },
            { name = "b", delay = 0.1, cancel_at = 0.1002, raises = "OSError" },
        ]
    "#;
    let said = ["in 26 of 50 such runs gather() raises CancelledError()"];
    says(scenario, super::How { alternatives: true, ..GATHER }, &said, &[]);
}

#[test]
fn a_group_that_is_done_after_its_caller_was_cancelled() {
    let scenario = |end: &str| {
        format!(
            "awaitable = [{{ name = \"a\", kind = \"task\", delay = 2, {end} }}]\n\
             caller = {{ cancel_at = 1, await_at = 3 }}"
        )
    };
    let raised =
        "The group raised OSError() at 2 s, because a raised OSError, when its caller had been cancelled already.";
    says(&scenario("raises = \"OSError\""), GATHER, &[raised], &["had already raised"]);
    let done = "The group was done at 2 s, when its caller had been cancelled already.";
    says(&scenario("returns = 1"), GATHER, &[done], &["at 2 s already"]);
    let kept = scenario("raises = \"OSError\"") + "\ngather.return_exceptions = true";
    says(&kept, GATHER, &["This exception is among the results of the group."], &["not even the log"]);
}

#[test]
fn what_else_ended_is_named_whatever_released_the_call() {
    let scenario = r#"
        awaitable = [
            { name = "a", kind = "task", delay = 1, raises = "OSError" },
            { name = "b", kind = "task", delay = 1, returns = 1 },
            { name = "c", kind = "task", delay = 9 },
        ]
        wait.return_when = "first-exception"
    "#;
    let said = ["when a raised: 2 done, 1 pending.", "b had also ended before the caller went on, and so is done too."];
    says(scenario, WAIT, &said, &[]);
}

#[test]
fn a_log_that_is_missing_elsewhere_is_not_printed_there() {
    let scenario = r#"
        awaitable = [
            { name = "a", kind = "task", delay = 1, raises = "OSError", cancel_at = 1.0003 },
            { name = "b", kind = "task", delay = 1.0002 },
        ]
        caller.then = "exit"
    "#;
    says(scenario, super::How { alternatives: true, ..WAIT }, &["Python does not log the exception of a"], &["else"]);
}
