//! What is compared, and how a difference is said.

use crate::scenario::parse;

use super::{check, versions};

/// Three requests: one is quick, one fails at 1 s, one takes long; and a group of two more.
const REQUESTS: &str = r#"
[[awaitable]]
name = "users"
delay = "400ms"
returns = { name = "ada", age = 36 }

[[awaitable]]
name = "orders"
delay = "1s"
raises = "TimeoutError: too late"

[[awaitable]]
name = "worker"
count = 3
delay = "2s"
"#;

const GROUP: &str = r#"
[[awaitable]]
name = "avatar"
delay = "1s"
returns = "ada.png"

[[awaitable]]
name = "advert"
delay = "1s"
raises = "OSError: gone"

[[awaitable]]
name = "banner"

[[awaitable]]
name = "page"
kind = "gather"
members = ["avatar", "advert", "banner"]
return_exceptions = true
"#;

/// What differs for the one expectation, a line each.
#[track_caller]
fn differences(scenario: &str, expect: &str) -> Vec<String> {
    let text = format!("{scenario}\n[[expect]]\n{expect}\n");
    let scenario = parse("test.toml", &text).unwrap_or_else(|error| panic!("{error}"));
    let [expect] = &scenario.expect[..] else { panic!("not one expectation") };
    let found = versions(&scenario, expect).into_iter().flat_map(|python| check(&scenario, expect, python));
    found.map(|one| format!("{}: {} / {}", one.place, one.expected, one.got)).collect()
}

#[track_caller]
fn holds(scenario: &str, expect: &str) {
    assert_eq!(differences(scenario, expect), [""; 0]);
}

#[test]
fn only_what_is_written_is_compared() {
    holds(REQUESTS, "call = 'gather'");
    holds(REQUESTS, "call = 'gather'\nat = 1");
    holds(REQUESTS, "call = 'wait'\noutcome = 'returned'");
}

#[test]
fn the_outcome_and_its_moment() {
    holds(REQUESTS, "call = 'gather'\noutcome = 'raised'\nat = '1s'\nexception = 'TimeoutError: too late'");
    assert_eq!(
        differences(REQUESTS, "call = 'gather'\noutcome = 'returned'\nat = '400ms'\nresults = []"),
        ["outcome: returned / raised TimeoutError('too late')", "at: 0.4 s / 1 s"]
    );
    assert_eq!(differences(REQUESTS, "call = 'wait'\noutcome = 'hangs'"), ["outcome: hangs / returned"]);
}

#[test]
fn an_exception_is_its_type_and_its_message() {
    for other in ["TimeoutError", "TimeoutError:", "TimeoutError: Too late", "OSError: too late"] {
        let found = differences(REQUESTS, &format!("call = 'gather'\nexception = '{other}'"));
        assert_eq!(found.len(), 1, "{other}");
        assert!(found[0].ends_with(" / TimeoutError('too late')"), "{found:?}");
    }
    assert_eq!(
        differences(REQUESTS, "call = 'wait'\nexception = 'TimeoutError: too late'"),
        ["exception: TimeoutError('too late') / returned"]
    );
}

#[test]
fn results_one_by_one() {
    let call = "call = 'gather'\nreturn_exceptions = true\n";
    let right = "results = [{ age = 36, name = 'ada' }, { raises = 'TimeoutError: too late' }, {}, {}, {}]";
    holds(REQUESTS, &format!("{call}{right}"));
    holds(
        REQUESTS,
        &format!("{call}{}", right.replace("{ age = 36, name = 'ada' }", "{ returns = { age = 36, name = 'ada' } }")),
    );
    assert_eq!(
        differences(
            REQUESTS,
            &format!("{call}results = [{{ age = 36.0, name = 'ada' }}, 'TimeoutError: too late', {{}}, 0, {{}}]")
        ),
        [
            "results[0]: {'age': 36.0, 'name': 'ada'} / {'name': 'ada', 'age': 36} from users",
            "results[1]: 'TimeoutError: too late' / TimeoutError('too late') from orders",
            "results[3]: 0 / None from worker-2",
        ]
    );
    assert_eq!(
        differences(REQUESTS, &format!("{call}results = [1]")),
        [
            "results: 1 result: [1] / 5 results: [{'name': 'ada', 'age': 36}, TimeoutError('too late'), None, None, None]"
        ]
    );
    assert_eq!(
        differences(REQUESTS, "call = 'gather'\nresults = [1]"),
        ["results: [1] / raised TimeoutError('too late')"]
    );
}

#[test]
fn the_results_of_a_nested_group_are_a_list() {
    holds(GROUP, "call = 'gather'\nresults = [['ada.png', { raises = 'OSError: gone' }, {}]]");
    holds(GROUP, "call = 'gather'\nresults = [['ada.png', { raises = 'IOError: gone' }, {}]]");
    holds(
        GROUP,
        "call = 'gather'\nresults = [[{ returns = 'ada.png' }, { raises = { type = 'OSError', message = 'gone' } }, {}]]",
    );
    assert_eq!(
        differences(GROUP, "call = 'gather'\nresults = [['ada.png', 'OSError: gone', {}]]"),
        ["results[0]: ['ada.png', 'OSError: gone', {}] / ['ada.png', OSError('gone'), None] from page"]
    );
    assert_eq!(differences(GROUP, "call = 'gather'\nresults = [['ada.png']]").len(), 1);
}

#[test]
fn sets_have_no_order_and_a_count_stands_for_its_clones() {
    let call = "call = 'wait'\nreturn_when = 'first-exception'\n";
    holds(REQUESTS, &format!("{call}done = ['orders', 'users']\npending = ['worker']"));
    holds(REQUESTS, &format!("{call}pending = ['worker-3', 'worker-1', 'worker-2', 'worker-2']"));
    assert_eq!(
        differences(REQUESTS, &format!("{call}done = ['users']\npending = ['worker-1', 'worker-3']")),
        ["done: ['users'] / ['users', 'orders']", "pending: ['worker-1', 'worker-3'] / ['worker']"]
    );
    assert_eq!(
        differences(REQUESTS, "call = 'wait'\nwrap = false\ndone = []"),
        ["done: [] / raised TypeError('Passing coroutines is forbidden, use tasks explicitly.')"]
    );
}

#[test]
fn a_moment_can_have_bounds() {
    let at = |bounds: &str| differences(REQUESTS, &format!("call = 'gather'\nat = {bounds}"));
    assert_eq!(at("{ min = 0.5, max = '2s' }"), [""; 0]);
    assert_eq!(at("{ min = 1, max = 1 }"), [""; 0], "both are included");
    assert_eq!(at("{ max = 0.9 }"), ["at: 0 s to 0.9 s / 1 s"]);
    assert_eq!(at("{ min = 1.5 }"), ["at: at least 1.5 s / 1 s"]);
}

#[test]
fn what_is_left_and_whether_the_program_ends() {
    let left = "[[awaitable]]\nname = 'a'\ndelay = 1\n[[awaitable]]\nname = 'b'\ndelay = 2\n";
    let all = "call = 'gather'\nnothing_left = true\nends = true";
    assert_eq!(differences(left, all), [""; 0]);
    let first = "call = 'wait'\nreturn_when = 'first-completed'\nnothing_left = true";
    assert_eq!(differences(left, first), ["nothing_left: true / false: b is pending"]);
    let failed = left.replace("delay = 1", "delay = 1\nraises = 'OSError'");
    assert_eq!(differences(&failed, all), ["nothing_left: true / false: b is lost"]);
    assert_eq!(differences(&failed, "call = 'gather'\nnothing_left = false"), [""; 0]);
    let exit = format!("{failed}[caller]\nthen = 'exit'\n");
    assert_eq!(differences(&exit, all), ["nothing_left: true / false: b is cancelled at the exit"]);
    let endless = left.replace("delay = 2", "delay = 'forever'");
    assert_eq!(differences(&endless, all), ["nothing_left: true / false: a is lost, and 1 more", "ends: true / false"]);
}

#[test]
fn fates_of_all_clones() {
    holds(
        REQUESTS,
        "call = 'gather'\nfates = { users = 'lost', orders = 'raised', worker = 'lost', worker-2 = 'lost' }",
    );
    assert_eq!(
        differences(REQUESTS, "call = 'gather'\nfates = { users = 'delivered', worker-2 = 'done' }"),
        ["fates.users: delivered / lost", "fates.worker-2: done / lost"]
    );
    let cancelled = REQUESTS.replace("count = 3", "count = 3\ncancel_at = '1.5s'");
    let kept = cancelled.replace(
        "[[awaitable]]\nname = \"worker\"",
        "[[awaitable]]\nname = \"late\"\ndelay = 3\n[[awaitable]]\nname = \"worker\"",
    );
    assert_eq!(
        differences(&kept, "call = 'gather'\nfates = { worker = 'lost', late = 'cancelled' }"),
        ["fates.worker: lost / cancelled", "fates.late: cancelled / lost"]
    );
    let some = "[caller]\nargs = ['w-1', 'w-2']\nthen = 'exit'\n[[awaitable]]\nname = 'w'\ncount = 3\ndelay = 1\n";
    assert_eq!(
        differences(some, "call = 'wait'\nfates = { w = 'done' }"),
        ["fates.w: done / done (2), unfinished (1)"]
    );
}

#[test]
fn what_python_prints() {
    holds(REQUESTS, "call = 'gather'\nwarnings = []\nlogs = []");
    holds(REQUESTS, "call = 'wait'\nlogs = ['Task exception was never retrieved']");
    let never = "[caller]\nunpack = false\n[[awaitable]]\nname = 'users'\n";
    holds(never, "call = 'gather'\nwarnings = [\"coroutine 'users' was never awaited\"]");
    assert_eq!(
        differences(REQUESTS, "call = 'wait'\nwarnings = ['x']\nlogs = []"),
        ["warnings: ['x'] / []", "logs: [] / ['Task exception was never retrieved']"]
    );
}

#[test]
fn events_come_in_this_order_with_others_between() {
    holds(
        REQUESTS,
        "call = 'gather'\ndone_callback = true\nevents = [
            { event = 'call', function = 'gather' },
            { event = 'create', awaitable = 'worker', kind = 'task', by = 'gather' },
            { event = 'finish', awaitable = 'users', at = '400ms', value = { age = 36, name = 'ada' } },
            { event = 'finish', awaitable = 'orders', outcome = 'raised', exception = 'TimeoutError: too late' },
            { event = 'finish', awaitable = 'group', exception = 'TimeoutError: too late' },
            { event = 'callback', awaitable = 'group' },
            { event = 'resume', outcome = 'raised', at = 1, iteration = 9 },
            { event = 'finish', awaitable = 'worker', at = 2 },
            { event = 'exit' },
        ]",
    );
    let found = differences(
        REQUESTS,
        "call = 'gather'\nevents = [
            { event = 'finish', awaitable = 'orders' },
            { event = 'finish', awaitable = 'users' },
            { event = 'finish', awaitable = 'worker', at = 1 },
            { event = 'cancel', target = 'caller' },
            { event = 'exit' },
        ]",
    );
    assert_eq!(
        found,
        [
            "events[1]: { event = 'finish', awaitable = 'users' } / \
             it comes, but not behind { event = 'finish', awaitable = 'orders' }",
            "events[2]: { event = 'finish', awaitable = 'worker', at = 1.0 } / \
             { event = 'finish', awaitable = 'worker-1', at = 2.0 }",
            "events[3]: { event = 'cancel', target = 'caller' } / no such event",
        ]
    );
}

#[test]
fn an_event_of_a_count_is_that_of_each_clone() {
    let workers =
        "[[awaitable]]\nname = 'slow'\ndelay = 1\n[[awaitable]]\nname = 'w'\ncount = 2\nkind = 'task'\ndelay = 1\n";
    holds(workers, "call = 'gather'\nevents = [{ event = 'create', awaitable = 'w' }, { event = 'call' }]");
    let found = differences(
        workers,
        "call = 'gather'\nevents = [{ event = 'start', awaitable = 'w-2' }, { event = 'start', awaitable = 'w' }]",
    );
    assert_eq!(found.len(), 1, "w-1 has started before w-2, so not both start behind it: {found:?}");
}

#[test]
fn a_group_in_an_event_is_a_list_of_results() {
    holds(
        GROUP,
        "call = 'gather'\nevents = [{ event = 'finish', awaitable = 'page', value = ['ada.png', { raises = 'OSError: gone' }, {}] },
         { event = 'finish', awaitable = 'group', value = [['ada.png', { raises = 'OSError: gone' }, {}]] }]",
    );
    assert_eq!(
        differences(GROUP, "call = 'gather'\nevents = [{ event = 'finish', awaitable = 'group', value = [] }]"),
        ["events[0]: { event = 'finish', awaitable = 'group', value = [] } / \
          { event = 'finish', awaitable = 'group', value = [['ada.png', {'raises': 'OSError: gone'}, {}]] }"]
    );
}

#[test]
fn each_version_that_is_named_is_run() {
    let coroutines = "call = 'wait'\nwrap = false\n";
    holds(REQUESTS, &format!("{coroutines}python = ['3.8', '3.10', '3.8']\noutcome = 'returned'"));
    assert_eq!(differences(REQUESTS, &format!("{coroutines}python = ['3.10', '3.11']\noutcome = 'returned'")).len(), 1);
    // Without a list: the file's own version, else the default one.
    assert_eq!(differences(REQUESTS, &format!("{coroutines}outcome = 'returned'")).len(), 1);
    holds(&format!("python = '3.9'\n{REQUESTS}"), &format!("{coroutines}outcome = 'returned'"));
}

/// What is left when the program ends, in an order that Python does not fix.
const LEFT: &str = r#"
[[awaitable]]
name = "quick"

[[awaitable]]
name = "left"
kind = "task"
delay = 2
count = 3

[caller]
args = ["quick"]
then = "exit"
"#;

#[test]
fn choices_and_a_jitter_name_another_run() {
    let order = |first: &str, second: &str| {
        let cancel = |name: &str| format!("{{ event = \"cancel\", target = \"{name}\", by = \"exit\" }}");
        format!("events = [{}, {}]", cancel(first), cancel(second))
    };
    holds(LEFT, &format!("call = \"gather\"\n{}", order("left-1", "left-3")));
    holds(LEFT, &format!("call = \"gather\"\nchoices = [2]\n{}", order("left-3", "left-1")));
    holds(LEFT, &format!("call = \"gather\"\nchoices = [0, 1]\n{}", order("left-3", "left-2")));
    let late = "call = \"wait\"\njitter = 1\nat = 0";
    let [difference] = &differences(LEFT, late)[..] else { panic!("the clock has not moved") };
    assert!(difference.starts_with("at: 0 s / 0.000"), "{difference}");
}

#[test]
fn a_choice_that_is_too_large_is_told() {
    let differing = differences(LEFT, "call = \"gather\"\nchoices = [0, 2]\noutcome = \"returned\"");
    assert_eq!(differing, ["choices[1]: 2 / 0 to 1: 2 items remain there"]);
}
