//! The scenario format's JSON Schema against the parser: it refuses nothing that the parser accepts, and of what the
//! parser refuses it refuses all that a schema can express.

mod validating;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use asyncdemo::scenario::{builtins, is_printable, parse};
use asyncdemo::schema;
use serde_json::Value;

use validating::{accepts, as_json, judged, refusals};

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
        "__builtins__: x",
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
