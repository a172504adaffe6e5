//! What holds for any text at all: reading it neither panics nor takes long, and what is said about it is fit for a
//! terminal.

use std::time::{Duration, Instant};

use asyncdemo::scenario::{Diagnostics, Scenario, builtins, parse};
use proptest::prelude::*;

/// No control characters but line breaks, no overlong lines, and the promises of the model.
fn check(result: Result<Scenario, Diagnostics>) {
    match result {
        Ok(scenario) => {
            let mut next = 0;
            for awaitable in &scenario.awaitables {
                assert_eq!(awaitable.ids.start, next);
                assert!(awaitable.ids.end > next);
                next = awaitable.ids.end;
            }
            assert_eq!(scenario.len() as u32, next);
            assert!(scenario.caller.args.iter().all(|ids| ids.start < ids.end && ids.end <= next));
        }
        Err(error) => {
            assert!(!error.problems().is_empty());
            for width in [0, 80, usize::MAX] {
                let report = error.render(false, width);
                assert!(!report.contains(|c: char| c != '\n' && c.is_control()), "{report:?}");
                assert!(!report.contains(['\u{202e}', '\u{2066}', '\u{2028}']), "{report:?}");
                assert!(report.lines().all(|line| line.len() < 20_000), "{report}");
            }
        }
    }
}

/// A scenario with a few bytes changed: near enough to a good one to get far into the reading.
fn mutated() -> impl Strategy<Value = String> {
    let edit = (any::<prop::sample::Index>(), 0..30_usize, "(\\PC|[\x00-\x7f\u{80}-\u{9f}]){0,6}");
    (any::<prop::sample::Index>(), prop::collection::vec(edit, 1..6)).prop_map(|(builtin, edits)| {
        let all: Vec<&str> = builtins().map(|builtin| builtin.text).collect();
        let mut text: Vec<char> = builtin.get(&all).chars().collect();
        for (at, removed, inserted) in edits {
            let at = at.index(text.len() + 1);
            let end = (at + removed).min(text.len());
            text.splice(at..end, inserted.chars());
        }
        text.into_iter().collect()
    })
}

/// Tables of known keys with values of any type: what mutations seldom meet.
fn assembled() -> impl Strategy<Value = String> {
    let header = prop::sample::select(vec!["[[awaitable]]", "[caller]", "[gather]", "[wait]", "[[expect]]", ""]);
    let key = prop::sample::select(vec![
        "name",
        "kind",
        "delay",
        "returns",
        "raises",
        "cancel_at",
        "cancel_message",
        "on_cancel",
        "members",
        "count",
        "return_exceptions",
        "done_callback",
        "args",
        "unpack",
        "call_at",
        "check_done_at",
        "then",
        "return_when",
        "timeout",
        "wrap",
        "collection",
        "call",
        "python",
        "outcome",
        "at",
        "results",
        "exception",
        "done",
        "pending",
        "fates",
        "events",
        "title",
        "shows",
        "seed",
    ]);
    let value = prop::sample::select(vec![
        "1",
        "-1",
        "0",
        "1e400",
        "nan",
        "true",
        "\"\"",
        "\"a1\"",
        "\"gather\"",
        "\"wait\"",
        "\"future\"",
        "\"task\"",
        "\"1s\"",
        "\"forever\"",
        "\"none\"",
        "\"bare\"",
        "\"ValueError: x\"",
        "\"StopIteration\"",
        "[]",
        "[\"a1\"]",
        "[\"a1\", \"a2\", \"a1-2\"]",
        "{}",
        "{ type = \"ValueError\" }",
        "{ cleanup = 1 }",
        "{ a1 = \"lost\" }",
        "[{ event = \"finish\", awaitable = \"a1\" }]",
        "2024-01-01",
        "\"3.13\"",
        "3.10",
        "3",
        "10_000_000",
        "\"\\u0000\\u001b[1m\\u009b\\u202e\"",
        "99999999999999999999",
        "\"first-exception\"",
        "\"returned\"",
        "\"x\"",
    ]);
    let table = (header, prop::collection::btree_map(key, value, 0..6)).prop_map(|(header, entries)| {
        let lines: Vec<String> = entries.into_iter().map(|(key, value)| format!("{key} = {value}\n")).collect();
        format!("{header}\n{}", lines.concat())
    });
    prop::collection::vec(table, 0..8).prop_map(|tables| tables.concat())
}

proptest! {
    #[test]
    fn any_text(text in any::<String>()) {
        check(parse("any.toml", &text));
    }

    #[test]
    fn any_name_of_a_file(source in any::<String>()) {
        check(parse(&source, "dealy = 1"));
    }

    #[test]
    fn scenarios_with_slips(text in mutated()) {
        check(parse("slips.toml", &text));
    }

    #[test]
    fn known_keys_in_any_order(text in assembled()) {
        check(parse("assembled.toml", &text));
    }
}

/// How long many tables take, against a tenth of them: ten times as long if the reading is linear, a hundred times if
/// some name is compared with every other.
#[test]
fn a_hundred_thousand_tables_take_ten_times_as_long_as_ten_thousand() {
    let time = |text: &str| {
        let start = Instant::now();
        let read = parse("many.toml", text);
        let elapsed = start.elapsed();
        check(read);
        elapsed
    };
    for table in
        ["[[awaitable]]\nname = \"request N\"\ndelay = \"1s\"\n", "[[awaitable]]\nname = \"worker-N\"\nkind = \"x\"\n"]
    {
        let text = |count: usize| (0..count).map(|number| table.replace('N', &number.to_string())).collect::<String>();
        let few = (0..3).map(|_| time(&text(10_000))).min().unwrap_or_default();
        let many = time(&text(100_000));
        assert!(many < few * 40 + Duration::from_millis(200), "{few:?} for 10,000 tables, {many:?} for 100,000");
    }
}

#[test]
fn a_hundred_thousand_names_that_do_not_exist() {
    let tables: String = (0..100_000).map(|number| format!("[[awaitable]]\nname = \"request {number}\"\n")).collect();
    let names: String = (0..100_000).map(|number| format!("\"requset {number}\", ")).collect();
    let text = format!("{tables}[caller]\nargs = [{names}]\n");
    let error = parse("many.toml", &text).expect_err("no name exists").render(false, 80);
    assert!(error.contains("did you mean `request 0`?"), "{error}");
    assert!(error.ends_with("error: 99980 more mistakes in many.toml\n"), "{error}");
}

#[test]
fn a_chain_of_a_hundred_thousand_groups_does_not_exhaust_the_stack() {
    let chain: String = (0..100_000)
        .map(|number| {
            format!("[[awaitable]]\nname = \"g{number}\"\nkind = \"gather\"\nmembers = [\"g{}\"]\n", number + 1)
        })
        .collect();
    let text = format!("{chain}[[awaitable]]\nname = \"g100000\"\n");
    let error = parse("chain.toml", &text).expect_err("too deep").render(false, 80);
    assert!(error.starts_with("error: groups nested more than 64 deep\n"), "{error}");
}
