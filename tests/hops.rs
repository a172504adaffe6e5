//! How many passes of the loop lie between a cause and the caller's next step: the heart of what asyncio does, row by row.

use asyncdemo::calls::Function;
use asyncdemo::event::{What, Word};
use asyncdemo::report::phrases::describe;
use asyncdemo::scenario::{Python, Way, parse};
use asyncdemo::simulation::record;

/// The passes from the first event whose words begin so to the one in which the caller goes on.
#[track_caller]
fn check(function: Function, python: Python, scenario: &str, cause: &str, hops: u64) {
    let scenario = parse("hops.toml", scenario).unwrap_or_else(|error| panic!("{error}"));
    let told = record(&scenario, scenario.call(function), python, &Way::default()).events;
    let events: Vec<(u64, String)> = told.iter().map(|event| (event.iteration, describe(&event, &scenario))).collect();
    let pass = |beginning: &str| events.iter().find(|(_, words)| words.starts_with(beginning)).map(|(pass, _)| *pass);
    let resumed = told.iter().find(|event| matches!(event.what, What::Resume { .. }));
    let (cause_in, resumed_in) = (pass(cause), resumed.map(|event| event.iteration));
    assert!(cause_in.is_some() && resumed_in.is_some(), "{cause:?} or the end is missing in {events:#?}");
    assert_eq!(resumed_in, cause_in.map(|pass| pass + hops), "{events:#?}");
}

const ONE: &str = "[[awaitable]]\nname = \"users\"\ndelay = 1\n";
const DONE: &str = "[caller]\ncall_at = 2\n[[awaitable]]\nname = \"users\"\nkind = \"task\"\ndelay = 1\n";

#[test]
fn a_group_and_a_wait_cost_a_callback_and_a_wakeup() {
    for &python in Python::ALL {
        check(Function::Gather, python, ONE, "users returns", 2);
        check(Function::Wait, python, ONE, "users returns", 2);
    }
}

#[test]
fn each_level_of_nesting_costs_a_callback() {
    let mut scenario = ONE.to_owned();
    for level in 1..5_u64 {
        let member = if level == 1 { "users".to_owned() } else { format!("level{}", level - 1) };
        scenario += &format!("[[awaitable]]\nname = \"level{level}\"\nkind = \"gather\"\nmembers = [\"{member}\"]\n");
        check(Function::Gather, Python::V3_13, &scenario, "users returns", level + 2);
    }
}

#[test]
fn a_timeout_wakes_the_caller_at_once() {
    check(Function::Wait, Python::V3_13, &format!("[wait]\ntimeout = 0.5\n{ONE}"), "wait()'s timeout", 1);
    // A timeout of 0 is a timer all the same: it fires in the next pass.
    check(Function::Wait, Python::V3_13, &format!("[wait]\ntimeout = 0\n{ONE}"), "the caller awaits", 2);
}

#[test]
fn what_is_done_already_completes_a_group_at_once_from_3_12_on() {
    for &python in Python::ALL {
        let hops = if python >= Python::V3_12 { 0 } else { 2 };
        check(Function::Gather, python, DONE, "the caller calls", hops);
        check(Function::Wait, python, DONE, "the caller calls", 2);
    }
}

#[test]
fn coroutines_that_return_at_once_take_three_passes() {
    check(Function::Gather, Python::V3_13, "[[awaitable]]\nname = \"users\"\n", "the caller calls", 3);
}

#[test]
fn a_cancelled_caller_leaves_wait_at_once_and_gather_by_way_of_its_members() {
    let scenario = format!("[caller]\ncancel_at = 0.5\n{ONE}");
    check(Function::Wait, Python::V3_13, &scenario, "the caller is cancelled", 1);
    check(Function::Gather, Python::V3_13, &scenario, "the caller is cancelled", 3);
}

#[test]
fn a_cancelled_member_ends_gather_three_passes_later() {
    let scenario = format!("{ONE}cancel_at = 0.5\n[[awaitable]]\ndelay = 2\n");
    check(Function::Gather, Python::V3_13, &scenario, "users is cancelled", 3);
}
