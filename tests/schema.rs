//! The scenario format's JSON Schema against the parser: it refuses nothing that the parser accepts, and of what the
//! parser refuses it refuses all that a schema can express.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use assert_cmd::Command;
use asyncdemo::scenario::{builtins, is_printable, parse};
use asyncdemo::schema;
use asyncdemo::verify::generator::{self, Random};
use jsonschema::Validator;
use proptest::prelude::*;
use serde_json::{Value, json};
use toml::de::{DeTable, DeValue};

static SCHEMA: LazyLock<Validator> =
    LazyLock::new(|| jsonschema::draft202012::new(&schema::scenario()).expect("a schema"));

/// A file as an editor hands it to a validator; `None` where it is no TOML.
fn as_json(text: &str) -> Option<Value> {
    let table = DeTable::parse(text.strip_prefix('\u{feff}').unwrap_or(text)).ok()?;
    Some(table_as_json(table.get_ref()))
}

fn table_as_json(table: &DeTable<'_>) -> Value {
    table.iter().map(|(key, value)| (key.get_ref().to_string(), value_as_json(value.get_ref()))).collect()
}

fn value_as_json(value: &DeValue<'_>) -> Value {
    match value {
        DeValue::String(text) => json!(text),
        DeValue::Boolean(boolean) => json!(boolean),
        DeValue::Integer(number) => match i128::from_str_radix(number.as_str(), number.radix()) {
            Ok(number) => match (i64::try_from(number), u64::try_from(number)) {
                (Ok(number), _) => json!(number),
                (_, Ok(number)) => json!(number),
                _ => json!(number as f64),
            },
            Err(_) => json!(f64::MAX),
        },
        // JSON has no nan and no inf: they become null.
        DeValue::Float(number) => json!(number.as_str().parse::<f64>().ok()),
        // Nor dates: they become texts.
        DeValue::Datetime(date) => json!(date.to_string()),
        DeValue::Array(items) => items.iter().map(|item| value_as_json(item.get_ref())).collect(),
        DeValue::Table(table) => table_as_json(table),
    }
}

fn refusals(document: &Value) -> Vec<String> {
    SCHEMA.iter_errors(document).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

fn accepts(document: &Value) -> bool {
    SCHEMA.is_valid(document)
}

/// What the parser accepts the schema accepts.
#[track_caller]
fn check(text: &str) {
    if parse("test.toml", text).is_ok() {
        let document = as_json(text).expect("what the parser accepts is TOML");
        assert!(accepts(&document), "{text}\n{:#?}", refusals(&document));
    }
}

fn toml_files(folder: &str) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder can be read") {
            let path = entry.expect("an entry can be read").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "toml") {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

#[test]
fn the_command_prints_what_is_committed() {
    let output =
        Command::cargo_bin("asyncdemo").expect("the program was built").arg("schema").output().expect("it runs");
    let printed = String::from_utf8(output.stdout).expect("UTF-8");
    assert_eq!(output.status.code(), Some(0));
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/scenario.schema.json");
    let committed = fs::read_to_string(path).expect("the schema is committed");
    assert!(printed == committed, "bring it up to date: asyncdemo schema > scenarios/scenario.schema.json");
}

#[test]
fn both_are_schemas() {
    for schema in [schema::scenario(), schema::run()] {
        assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
        jsonschema::meta::validate(&schema).unwrap_or_else(|error| panic!("{}: {error}", error.instance_path()));
    }
}

#[test]
fn every_key_has_its_sentence() {
    fn walk(schema: &Value, path: &str, described: &mut usize) {
        if let Some(properties) = schema.get("properties").and_then(Value::as_object)
            && schema["type"] == "object"
        {
            for (key, property) in properties {
                let sentence = property["description"].as_str().unwrap_or("");
                assert!(sentence.ends_with('.'), "{path}/{key}: {sentence:?}");
                *described += 1;
            }
        }
        match schema {
            Value::Object(entries) => {
                entries.iter().for_each(|(key, value)| walk(value, &format!("{path}/{key}"), described))
            }
            Value::Array(items) => {
                items.iter().enumerate().for_each(|(at, item)| walk(item, &format!("{path}/{at}"), described))
            }
            _ => {}
        }
    }
    for schema in [schema::scenario(), schema::run()] {
        let mut described = 0;
        walk(&schema, "", &mut described);
        assert!(described > 80, "only {described} keys");
    }
}

/// The parser names a table's keys when it meets one that it does not know.
#[test]
fn each_table_has_the_keys_that_the_parser_takes() {
    let tables = [
        ("zzzzzzzzzzzzzzzzzzzz = 1", "/properties"),
        ("[[awaitable]]\nzzzzzzzzzzzzzzzzzzzz = 1", "/properties/awaitable/items/properties"),
        (
            "[[awaitable]]\non_cancel.zzzzzzzzzzzzzzzzzzzz = 1",
            "/properties/awaitable/items/properties/on_cancel/properties",
        ),
        ("[[awaitable]]\nraises.zzzzzzzzzzzzzzzzzzzz = 1", "/$defs/exception/anyOf/1/properties"),
        ("[caller]\nzzzzzzzzzzzzzzzzzzzz = 1", "/properties/caller/properties"),
        ("[gather]\nzzzzzzzzzzzzzzzzzzzz = 1", "/properties/gather/properties"),
        ("[wait]\nzzzzzzzzzzzzzzzzzzzz = 1", "/properties/wait/properties"),
        ("[[expect]]\nzzzzzzzzzzzzzzzzzzzz = 1", "/properties/expect/items/properties"),
    ];
    let schema = schema::scenario();
    for (text, place) in tables {
        let error = parse("test.toml", text).expect_err("an unknown key").render(false, 10_000);
        let listed = error.split("its keys are ").nth(1).and_then(|rest| rest.lines().next()).expect("the keys");
        let known: BTreeSet<&str> = listed.split('`').skip(1).step_by(2).collect();
        let properties = schema.pointer(place).and_then(Value::as_object).unwrap_or_else(|| panic!("{place}"));
        assert_eq!(properties.keys().map(String::as_str).collect::<BTreeSet<_>>(), known, "{place}");
        assert!(!accepts(&as_json(text).expect("TOML")), "{text}");
    }
}

#[test]
fn every_scenario_is_accepted() {
    let files = toml_files("scenarios");
    assert!(files.len() >= builtins().count());
    for file in files {
        let document = as_json(&fs::read_to_string(&file).expect("a scenario can be read")).expect("TOML");
        assert!(accepts(&document), "{}\n{:#?}", file.display(), refusals(&document));
    }
}

/// Mistakes that no schema can express, and why.
const INEXPRESSIBLE: &[(&str, &[&str])] = &[
    (
        "names are compared with names",
        &[
            "arg-missing",
            "arg-missing-nothing-near",
            "arg-no-such-clone",
            "args-no-awaitable",
            "coroutine-clone-in-two-lists",
            "coroutine-clone-then-all",
            "coroutine-in-group-and-args",
            "coroutine-in-two-groups",
            "expect-names",
            "group-circle-long",
            "group-circle-not-through-the-first",
            "group-in-itself",
            "group-round-three-corners",
            "groups-too-deep",
            "member-missing",
            "name-far-apart",
            "name-twice",
            "name-twice-clone",
            "name-twice-clone-of-nameless",
            "name-twice-generated",
            "name-twice-generated-first",
        ],
    ),
    (
        "arguments are counted",
        &[
            "args-too-many",
            "collection-bare-count",
            "collection-bare-none",
            "collection-bare-two",
            "count-total",
            "expect-bare",
        ],
    ),
    ("JSON has no dates: an editor hands them over as texts", &["value-date"]),
    ("JSON does not tell 99999999999999999999 from 1e20", &["value-integer-range"]),
    ("a value's depth cannot be counted", &["value-too-deep"]),
];

#[test]
fn every_mistake_that_a_schema_can_express_is_refused() {
    let inexpressible: BTreeSet<&str> = INEXPRESSIBLE.iter().flat_map(|(_, names)| names.iter().copied()).collect();
    let mut accepted = BTreeSet::new();
    let mut refused = 0;
    for file in toml_files("tests/bad") {
        let name = file.file_stem().and_then(|name| name.to_str()).expect("a name").to_owned();
        let text = String::from_utf8(fs::read(&file).expect("it can be read")).expect("UTF-8");
        // What is no TOML never comes to a validator.
        let Some(document) = as_json(&text) else { continue };
        if accepts(&document) {
            accepted.insert(name);
        } else {
            refused += 1;
        }
    }
    assert_eq!(accepted.iter().map(String::as_str).collect::<BTreeSet<_>>(), inexpressible);
    assert!(refused > 70, "only {refused}");
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

/// A table with one key, and whether the parser and the schema accept it.
fn judged(key: &str, text: &str) -> (Result<(), String>, bool) {
    let value: String = text.chars().map(|c| format!("\\U{:08X}", u32::from(c))).collect();
    let text = format!("[[awaitable]]\n{key} = \"{value}\"\n");
    let parsed = parse("test.toml", &text).map(|_| ()).map_err(|error| error.to_string());
    (parsed, accepts(&as_json(&text).expect("TOML")))
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

#[test]
fn durations() {
    let texts =
        ["1", "0", "-0", "-0.0s", "-0 ms", ".5", "2.", "1e-3", "1E3s", "+1", " 1 ", "1h30m", "1h 30 min", "10\u{b5}s"];
    for text in texts.into_iter().chain(["100d", "1.5s", "250ms", "7ns", "3us", "10\u{3bc}s", "0e5s", "forever"]) {
        assert_eq!(judged("delay", text), (Ok(()), true), "{text:?}");
    }
    for text in [
        "",
        " ",
        "soon",
        "s",
        "1..5s",
        "--1",
        "-1",
        "-1s",
        "1s,2s",
        "1_000",
        ".",
        "e5",
        "5 parsecs",
        "1S",
        "1h30",
        "5 1s",
        "inf",
        "nan",
    ] {
        assert!(matches!(judged("delay", text), (Err(_), false)), "{text:?}");
    }
    assert!(matches!(judged("cancel_at", "forever"), (Err(_), false)));
}

#[test]
fn exceptions_and_names() {
    let good =
        ["ValueError", "ValueError:", "ValueError: x", "Überlauf", "_x", "CancelledError", "IOError: a\nb: c", "match"];
    for text in good {
        assert_eq!(judged("raises", text), (Ok(()), true), "{text:?}");
    }
    let bad = [
        "",
        "a b",
        "1x",
        "asyncio.TimeoutError",
        "StopIteration",
        "int: x",
        "None",
        "ExceptionGroup",
        "ValueError :",
        ": x",
    ];
    for text in bad {
        assert!(matches!(judged("raises", text), (Err(_), false)), "{text:?}");
    }
    for text in ["users", "fetch users", "日本", "a-1", "é", "😀", "Group", " x ", "groups"] {
        assert_eq!(judged("name", text), (Ok(()), true), "{text:?}");
    }
    for text in [
        "",
        "  ",
        "group",
        "caller",
        "a\n",
        "a\tb",
        "\x1b[1m",
        "\u{9b}",
        "\u{200b}",
        "\u{202e}x",
        "a\u{a0}b",
        "\u{e000}",
    ] {
        assert!(matches!(judged("name", text), (Err(_), false)), "{text:?}");
    }
}

#[test]
fn every_character_that_can_be_printed_may_stand_in_a_name() {
    let printable: Vec<char> = ('\u{a1}'..=char::MAX).filter(|c| is_printable(*c)).collect();
    assert!(printable.len() > 100_000);
    for name in printable.chunks(1000) {
        let name: String = name.iter().collect();
        assert_eq!(judged("name", &name), (Ok(()), true), "{name:?}");
    }
}

/// A group and the caller are no awaitables, and only some events are theirs.
#[test]
fn group_and_caller_where_an_awaitable_is_wanted() {
    let judged = |line: &str| {
        let text = format!("[[awaitable]]\nname = \"a\"\n[[expect]]\ncall = \"gather\"\n{line}\n");
        (parse("test.toml", &text).is_ok(), accepts(&as_json(&text).expect("TOML")))
    };
    for (event, field, name, right) in [
        ("start", "awaitable", "a", true),
        ("start", "awaitable", "group", false),
        ("create", "awaitable", "group", false),
        ("cleanup", "awaitable", "caller", false),
        ("finish", "awaitable", "group", true),
        ("finish", "awaitable", "caller", false),
        ("callback", "awaitable", "group", true),
        ("log", "awaitable", "caller", false),
        ("cancel", "target", "group", true),
        ("cancel", "target", "caller", true),
    ] {
        let line = format!("events = [{{ event = \"{event}\", {field} = \"{name}\" }}]");
        assert_eq!(judged(&line), (right, right), "{line}");
    }
    assert_eq!(judged("fates = { group = \"lost\" }"), (false, false));
    assert_eq!(judged("[caller]\nargs = [\"caller\"]"), (false, false));
}

/// Python's validator hands a pattern to `re`, which knows no `\p` and no `\u{…}`, and fails.
#[test]
fn patterns_are_such_as_every_validator_reads() {
    fn patterns<'s>(schema: &'s Value, found: &mut Vec<&'s str>) {
        match schema {
            Value::Object(entries) => {
                found.extend(entries.get("pattern").and_then(Value::as_str));
                entries.values().for_each(|value| patterns(value, found));
            }
            Value::Array(items) => items.iter().for_each(|item| patterns(item, found)),
            _ => {}
        }
    }
    let (scenario, run) = (schema::scenario(), schema::run());
    let mut found = Vec::new();
    patterns(&scenario, &mut found);
    assert!(found.len() >= 6, "{found:?}");
    patterns(&run, &mut found);
    for pattern in found {
        assert!(!pattern.contains("\\p") && !pattern.contains("\\u{") && !pattern.contains("\\x"), "{pattern}");
    }
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
