//! What the program says to people: free of phrases that have to be read twice, and true of the code that it is about.

use std::fs;
use std::path::Path;

use assert_cmd::Command;
use asyncdemo::calls::Function;
use asyncdemo::event::Word;
use asyncdemo::python::Program;
use asyncdemo::scenario::{Python, Scenario, builtins, parse};

/// Each stood in a text once, and was replaced by the ordinary words.
const STILTED: [&str; 28] = [
    "all the same",
    "also where",
    "asks nobody",
    "at work",
    "come back as values",
    "counts for itself",
    "for nobody",
    "for they",
    "given nothing",
    "heard of",
    "hears of",
    "hold what scenarios",
    "in the very moment",
    "is let finish",
    "is no duration",
    "is no exception",
    "is no name",
    "neither until",
    "no mistake as such",
    "nothing of it",
    "some day",
    "takes the list for",
    "were it",
    "when has the caller",
    "who does not",
    "who wants",
    "whoever",
    "whose semantics",
];

fn asyncdemo(arguments: &[&str]) -> String {
    let mut command = Command::cargo_bin("asyncdemo").expect("the program was built");
    let output = command.args(arguments).output().expect("the program can be started");
    String::from_utf8(output.stdout).expect("output is UTF-8")
}

fn scenarios() -> impl Iterator<Item = (&'static str, Scenario)> {
    builtins().map(|builtin| {
        let scenario = parse(&builtin.source(), builtin.text).unwrap_or_else(|error| panic!("{error}"));
        (builtin.name, scenario)
    })
}

fn program(scenario: &Scenario, function: Function, python: Python) -> String {
    Program::new(scenario, scenario.call(function), python, None).text
}

/// Everything that people read but reports, with where it comes from.
fn texts() -> Vec<(String, String)> {
    let mut texts = vec![("README.md".to_owned(), include_str!("../README.md").to_owned())];
    for builtin in builtins() {
        texts.push((builtin.source(), builtin.text.to_owned()));
    }
    for (name, scenario) in scenarios() {
        for function in Function::ALL {
            texts.push((format!("the program of {function} {name}"), program(&scenario, *function, Python::V3_8)));
        }
    }
    for command in ["", "gather", "wait", "check", "verify", "scenarios", "new", "schema", "completions"] {
        let words: Vec<&str> = command.split_whitespace().chain(["--help"]).collect();
        texts.push((format!("asyncdemo {command} --help"), asyncdemo(&words)));
    }
    texts.push(("the schema of scenarios".to_owned(), asyncdemo(&["schema"])));
    texts.push(("the schema of runs".to_owned(), asyncdemo(&["schema", "--run"])));
    let diagnostics = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/bad");
    for file in fs::read_dir(diagnostics).expect("the folder is there") {
        let path = file.expect("it can be listed").path();
        if path.extension().is_some_and(|ending| ending == "snap") {
            texts.push((path.display().to_string(), fs::read_to_string(&path).expect("it can be read")));
        }
    }
    texts
}

#[test]
fn no_text_has_to_be_read_twice() {
    let mut found = Vec::new();
    for (place, text) in texts() {
        // A phrase may be broken over lines.
        let text = text.to_lowercase().replace("\\\n", "").split_whitespace().collect::<Vec<_>>().join(" ");
        found
            .extend(STILTED.iter().filter(|phrase| text.contains(**phrase)).map(|phrase| format!("{place}: {phrase}")));
    }
    assert!(found.is_empty(), "{found:#?}");
}

/// The docstring is the description, so that may speak only of code that stands below it.
#[test]
fn a_description_speaks_only_of_code_that_the_program_has() {
    for (name, scenario) in scenarios() {
        let description = scenario.description.clone().unwrap_or_default();
        let programs: String = Function::ALL
            .iter()
            .map(|function| program(&scenario, *function, Python::DEFAULT).replace("asyncio.", ""))
            .map(|program| program.split_once("\nimport").expect("it imports asyncio").1.to_owned())
            .collect();
        for snippet in description.split('`').skip(1).step_by(2) {
            // The scenario says itself that it only imitates wait_for().
            if name == "time-limit" && snippet.starts_with("wait") {
                continue;
            }
            let start = snippet.replace("asyncio.", "").replace("(...)", "").replace("()", "");
            assert!(programs.contains(&start), "{name}: its programs have no `{start}`");
        }
    }
}

#[test]
fn a_program_names_its_version_and_says_that_it_swallows_its_own_cancellation() {
    for (name, scenario) in scenarios() {
        for function in Function::ALL {
            let program = program(&scenario, *function, Python::V3_9);
            assert!(
                program.contains("\nFor Python 3.9. Other versions may behave differently.\n\"\"\"\n"),
                "{program}"
            );
            let says_so = program.contains("# This demo goes on after its own cancellation; real code should re-raise");
            assert_eq!(says_so, scenario.caller.cancel_at.is_some(), "{name}: {program}");
        }
    }
}

/// gather() creates only some of the tasks where the program creates others.
#[test]
fn a_program_says_only_of_the_tasks_of_gather_that_gather_created_them() {
    let both =
        "[[awaitable]]\nname = \"a\"\nkind = \"task\"\ndelay = 1\n[[awaitable]]\nname = \"b\"\nraises = \"ValueError\"";
    let scenario = parse("-", both).unwrap_or_else(|error| panic!("{error}"));
    let program = program(&scenario, Function::Gather, Python::DEFAULT);
    assert!(
        program.contains(
            "        # No variable holds the tasks that gather() creates.\n        tasks = asyncio.all_tasks()"
        ),
        "{program}"
    );
}

/// What `asyncdemo check` does with an expectation that names no version, and what is said of it.
#[test]
fn an_expectation_without_python_runs_for_the_version_that_schema_and_readme_name() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    // Up to 3.10 wait() takes coroutines.
    let text = "[[awaitable]]\nname = \"a\"\n[wait]\nwrap = false\n[[expect]]\ncall = \"wait\"\noutcome = ";
    for (python, outcome) in [("", "raised"), ("python = \"3.8\"\n", "returned"), ("python = \"3.14\"\n", "raised")] {
        let path = folder.path().join("one.toml");
        fs::write(&path, format!("{python}{text}\"{outcome}\"\n")).expect("it can be written");
        let out = asyncdemo(&["check", path.to_str().expect("it is UTF-8")]);
        assert!(out.ends_with("1 passed, 0 failed\n"), "{python}: {out}");
    }
    let schema: serde_json::Value = serde_json::from_str(&asyncdemo(&["schema"])).expect("it is JSON");
    let said = schema.pointer("/properties/expect/items/properties/python/description").and_then(|said| said.as_str());
    assert_eq!(
        said,
        Some("The Python versions to run it for; left out: the file's own `python`, or else the default version.")
    );
    let readme = include_str!("../README.md").split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(readme.contains("left out: the file's own `python`, or else 3.13"), "{readme}");
    assert!(!readme.contains("`seed`"), "nothing reads it");
}

#[test]
fn help_says_which_clock_and_which_default() {
    let flat = |text: String| text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(flat(asyncdemo(&["verify", "--help"])).contains("How long one run may take, in real time, before"));
    assert!(flat(asyncdemo(&["wait", "--help"])).contains("wrapped in tasks at the call (the default)"));
}
