//! The scenario format's JSON Schema against the parser, over texts drawn at random.

mod validating;

use asyncdemo::scenario::{builtins, parse};
use asyncdemo::schema;
use asyncdemo::verify::generator::{self, Random};
use proptest::prelude::*;
use serde_json::Value;

use validating::{accepts, as_json, judged, refusals};

/// What the parser accepts the schema accepts.
#[track_caller]
fn check(text: &str) {
    if parse("test.toml", text).is_ok() {
        let document = as_json(text).expect("what the parser accepts is TOML");
        assert!(accepts(&document), "{text}\n{:#?}", refusals(&document));
    }
}

#[test]
fn random_scenarios_over_the_whole_format_are_accepted() {
    let mut accepted = 0;
    for index in 0..1000 {
        let text = generator::scenario(&mut Random::new(7, index)).to_string();
        accepted += usize::from(parse("test.toml", &text).is_ok());
        check(&text);
    }
    assert!(accepted > 900, "the parser accepts only {accepted}");
}

/// As the parser, but for sizes.
fn check_duration(key: &str, text: &str) -> Result<(), TestCaseError> {
    match judged(key, text) {
        (Ok(()), accepted) => prop_assert!(accepted, "{text:?}"),
        (Err(error), true) => {
            prop_assert!(error.contains("longer than 100 days"), "{text:?}: {error}");
        }
        (Err(_), false) => {}
    }
    Ok(())
}

/// A scenario with a few bytes changed.
fn mutated() -> impl Strategy<Value = String> {
    let edit = (any::<prop::sample::Index>(), 0..8_usize, "[a-z0-9 =\"\\[\\]\n.-]{0,4}");
    (0..builtins().count(), prop::collection::vec(edit, 1..4)).prop_map(|(builtin, edits)| {
        let mut text: Vec<char> = builtins().nth(builtin).expect("one of them").text.chars().collect();
        for (at, removed, inserted) in edits {
            let at = at.index(text.len() + 1);
            let end = (at + removed).min(text.len());
            text.splice(at..end, inserted.chars());
        }
        text.into_iter().collect()
    })
}

/// Tables of known keys, taken from the schema itself, with values of any type.
fn assembled() -> impl Strategy<Value = String> {
    let value = prop::sample::select(vec![
        "1",
        "0",
        "1.5",
        "-1",
        "1e400",
        "nan",
        "true",
        "false",
        "\"\"",
        "\"a1\"",
        "\"1s\"",
        "\"forever\"",
        "\"none\"",
        "\"gather\"",
        "\"wait\"",
        "\"task\"",
        "\"future\"",
        "\"ValueError: x\"",
        "\"3.13\"",
        "\"returned\"",
        "\"first-exception\"",
        "\"list\"",
        "[]",
        "[\"a1\"]",
        "[1, \"2s\"]",
        "{}",
        "{ type = \"KeyError\" }",
        "{ cleanup = 0 }",
        "{ returns = 1, raises = \"x\" }",
        "{ a1 = \"lost\" }",
        "[{}, { returns = 1 }, { raises = \"E: m\" }, { a = 1, raises = 2 }]",
        "[\"3.8\", \"3.14\"]",
        "[{ event = \"finish\", awaitable = \"a1\", at = 1 }, { event = \"cancel\", target = \"group\" }]",
        "2024-01-01",
    ]);
    let table = |header: &'static str, place: &'static str| {
        let schema = schema::scenario();
        let keys: Vec<String> =
            schema.pointer(place).and_then(Value::as_object).expect(place).keys().cloned().collect();
        prop::collection::btree_map(prop::sample::select(keys), value.clone(), 0..4).prop_map(move |entries| {
            let lines: Vec<String> = entries.into_iter().map(|(key, value)| format!("{key} = {value}\n")).collect();
            format!("{header}\n{}", lines.concat())
        })
    };
    let tables = (
        table("[[awaitable]]", "/properties/awaitable/items/properties"),
        prop::option::of(table("[caller]", "/properties/caller/properties")),
        prop::option::of(table("[wait]", "/properties/wait/properties")),
        prop::option::of(table("[[expect]]\ncall = \"gather\"", "/properties/expect/items/properties")),
    );
    tables.prop_map(|(awaitable, caller, wait, expect)| {
        [Some(awaitable), caller, wait, expect].into_iter().flatten().collect::<String>()
    })
}

/// Every place where a duration or a moment may stand.
const DURATIONS: [&str; 10] = [
    "[[awaitable]]\ndelay = NUMBER\n",
    "[[awaitable]]\ncancel_at = NUMBER\n",
    "[[awaitable]]\ndelay = 1\non_cancel = { cleanup = NUMBER }\n",
    "[[awaitable]]\n[wait]\ntimeout = NUMBER\n",
    "[[awaitable]]\n[caller]\ncall_at = NUMBER\n",
    "[[awaitable]]\n[caller]\ncheck_done_at = [1, NUMBER]\n",
    "[[awaitable]]\n[caller]\ncancel_group_at = NUMBER\n",
    "[[awaitable]]\n[[expect]]\ncall = \"gather\"\nat = NUMBER\n",
    "[[awaitable]]\n[[expect]]\ncall = \"wait\"\ntimeout = NUMBER\n",
    "[[awaitable]]\n[[expect]]\ncall = \"wait\"\nevents = [{ event = \"await\", at = NUMBER }]\n",
];

/// A number of TOML: around nothing, around a nanosecond, around the longest, and any.
fn number() -> impl Strategy<Value = String> {
    let float = |number: f64| if number.fract() == 0.0 { format!("{number:e}") } else { format!("{number:?}") };
    prop_oneof![
        prop::sample::select(vec!["0", "-0", "0.0", "-0.0", "5e-10", "1e-9", "-5e-10", "1e-300", "5e-324", "-1e-300"])
            .prop_map(str::to_owned),
        "-?[0-9]\\.[0-9]{1,3}e-(8|9|10|11|30)",
        "86[34](9999|0000)(\\.[0-9]{1,12})?",
        "-?(0|[1-9][0-9]{0,20})",
        any::<f64>().prop_filter("TOML's, but JSON has none", |number| number.is_finite()).prop_map(float),
    ]
}

proptest! {
    #[test]
    fn what_the_parser_accepts_of_a_mutation(text in mutated()) {
        check(&text);
    }

    #[test]
    fn what_the_parser_accepts_of_any_keys_and_values(text in assembled()) {
        check(&text);
    }

    #[test]
    fn any_duration(text in "[ ]?[-+]?[0-9.eE+-]{0,6}(ns|s|d|h|µs| |)[0-9.]{0,4}(ms|m|x|)") {
        check_duration("delay", &text)?;
        check_duration("cancel_at", &text)?;
    }

    #[test]
    fn any_number_as_a_duration(number in number(), at in 0..DURATIONS.len()) {
        let text = DURATIONS[at].replace("NUMBER", &number);
        let parsed = parse("test.toml", &text).map_err(|error| error.to_string());
        match (parsed, accepts(&as_json(&text).expect("TOML"))) {
            (Ok(_), accepted) => prop_assert!(accepted, "{text}"),
            // Where the next number that a validator can tell is in bounds.
            (Err(error), true) => prop_assert!(error.contains("longer than 100 days"), "{text}: {error}"),
            (Err(_), false) => {}
        }
    }

    #[test]
    fn any_exception(text in "([A-Z][a-z]{0,3}|StopIteration|int|[a-zé_0-9. ]{0,5})(:| |: x|\n|)") {
        let (parsed, accepted) = judged("raises", &text);
        prop_assert_eq!(parsed.is_ok(), accepted, "{:?}", text);
    }

    #[test]
    fn any_name(text in "[ \u{0}-\u{ff}]{0,4}") {
        let (parsed, accepted) = judged("name", &text);
        prop_assert_eq!(parsed.is_ok(), accepted, "{:?}", text);
    }

    // Which characters are assigned at all depends on the version of Unicode that whoever asks knows.
    #[test]
    fn any_name_that_the_parser_accepts(text in any::<String>()) {
        let (parsed, accepted) = judged("name", &text);
        prop_assert!(accepted || parsed.is_err(), "{:?}", text);
    }
}
