//! The printed program: what it looks like, and that real Pythons do with it on the real clock what it says.

mod cpython;

use std::fs;
use std::io::Write;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use asyncdemo::calls::Function;
use asyncdemo::event::Word;
use asyncdemo::python::{NAMES, Program};
use asyncdemo::scenario::{Awaitable, End, Kind, Python, Scenario, Value, WrittenException, builtins, load, parse};
use asyncdemo::verify::case::{Ours, calls};
use asyncdemo::verify::generator::{self, Random};
use asyncdemo::verify::harness::Harness;
use asyncdemo::verify::interpreter::Interpreter;
use asyncdemo::verify::log::Log;

fn scenario(toml: &str) -> Scenario {
    parse("-", toml).unwrap_or_else(|problems| panic!("{toml}\n{}", problems.render(false, 120)))
}

fn program(scenario: &Scenario, function: Function, python: Python) -> String {
    Program::new(scenario, scenario.call(function), python, None).text
}

/// Runs a program as a person would.
fn run(interpreter: &Interpreter, program: &str) -> Output {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let file = folder.path().join("program.py");
    fs::write(&file, program).expect("a file can be written");
    let mut command = Command::new(&interpreter.program);
    command.args(["-W", "error::SyntaxWarning", "-X", "utf8"]).arg(&file).stdin(Stdio::null());
    command.output().expect("the interpreter starts")
}

/// The program does not only run: it says that on the first line of its output.
#[track_caller]
fn check_first_line(interpreter: &Interpreter, program: &str, expected: &str) {
    let output = run(interpreter, program);
    let (out, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "Python {}:\n{program}\n{out}\n{errors}", interpreter.version);
    assert_eq!(out.lines().next(), Some(expected), "Python {}:\n{program}\n{errors}", interpreter.version);
}

#[test]
fn a_tutorial_program() {
    let scenario = scenario(
        r#"
        title = "Three downloads, one fails"
        description = "gather() raises the first exception; the others go on running."
        [[awaitable]]
        name = "users"
        delay = "1s"
        returns = ["ada", "grace"]
        [[awaitable]]
        name = "orders"
        delay = "500ms"
        raises = "UpstreamError: took too long"
        [[awaitable]]
        name = "audit"
        delay = 2
        cancel_at = "1.5s"
        cancel_message = "too late"
        on_cancel = { cleanup = "100ms" }
        [[awaitable]]
        name = "fetch-rates"
        delay = 1
        count = 3
        "#,
    );
    insta::assert_snapshot!("gather", program(&scenario, Function::Gather, Python::V3_13));
    insta::assert_snapshot!("wait_in_3_8", program(&scenario, Function::Wait, Python::V3_8));
}

#[test]
fn every_key_of_the_caller_and_every_kind() {
    let scenario = scenario(
        r#"
        [[awaitable]]
        name = "page"
        kind = "gather"
        members = ["quote", "ticker"]
        return_exceptions = true
        done_callback = true
        cancel_at = 2
        [[awaitable]]
        name = "quote"
        [[awaitable]]
        name = "ticker"
        kind = "task"
        delay = "forever"
        [[awaitable]]
        name = "price"
        kind = "future"
        delay = 1
        returns = { eur = 1.25 }
        [caller]
        call_at = 1
        await_at = 3
        check_done_at = [0.5, 4]
        cancel_group_at = 5
        cancel_at = 6
        then = "finish"
        [gather]
        done_callback = true
        [wait]
        timeout = 2
        collection = "generator"
        "#,
    );
    insta::assert_snapshot!("gather_with_every_key", program(&scenario, Function::Gather, Python::V3_13));
    insta::assert_snapshot!("wait_with_every_key", program(&scenario, Function::Wait, Python::V3_13));
}

#[test]
fn a_program_that_never_ends_says_so_and_where() {
    let of = |toml: &str| {
        let scenario = scenario(toml);
        Ours::new(&scenario, scenario.call(Function::Gather), Python::DEFAULT).program.text
    };
    let forever = "[[awaitable]]\nname = \"a\"\ndelay = \"forever\"";
    assert!(of(forever).contains("# This never ends: the caller waits"));
    let cleanup = "[[awaitable]]\nname = \"a\"\nkind = \"task\"\ndelay = 9\non_cancel = { cleanup = \"forever\" }\n\
                   [[awaitable]]\nname = \"b\"\n[caller]\nargs = [\"b\"]\nthen = \"exit\"";
    assert!(of(cleanup).contains("# This never ends: asyncio.run() waits"));
    assert!(!of("[[awaitable]]\nname = \"a\"").contains("# This never ends"));
}

/// What `verify` gives to CPython is to the letter what a person gets.
#[test]
fn what_is_verified_is_what_is_printed() {
    for builtin in builtins() {
        for (function, word) in [(Function::Gather, "gather"), (Function::Wait, "wait")] {
            for python in [Python::V3_8, Python::V3_13] {
                let scenario = load(Some(builtin.name)).unwrap_or_else(|error| panic!("{error}")).scenario;
                let verified = Ours::new(&scenario, scenario.call(function), python).program.text;
                let mut command = assert_cmd::Command::cargo_bin("asyncdemo").expect("it is built");
                command.args([word, builtin.name, "--format", "python", "--python", python.as_str()]);
                let printed = command.output().expect("it starts").stdout;
                assert_eq!(String::from_utf8_lossy(&printed), verified, "{} {word} {python}", builtin.name);
            }
        }
    }
}

/// Every name in a program is Python's, the program's own, which no scenario can take, or made of a scenario's names.
#[test]
fn no_name_of_a_scenario_hides_one_of_the_programs() {
    let mut programs = Vec::new();
    for number in 0..400 {
        let text = generator::scenario(&mut Random::new(31, number)).to_string();
        let mut scenario = scenario(&text);
        for (number, awaitable) in scenario.awaitables.iter_mut().enumerate() {
            awaitable.name = format!("zz{number}");
        }
        for call in calls(&scenario) {
            // Python 3.8 has no cancellation messages.
            for python in [Python::V3_8, Python::DEFAULT] {
                programs.push(Program::new(&scenario, call, python, None).text);
            }
        }
    }
    let source = "import ast, json, sys\nnames = set()\nfor program in json.load(sys.stdin):\n    \
                  for node in ast.walk(ast.parse(program)):\n        \
                  if not isinstance(node, ast.keyword):\n            \
                  names.update(getattr(node, key) for key in ('id', 'arg', 'name') if hasattr(node, key))\n\
                  print(json.dumps([name for name in names if name]))";
    for interpreter in cpython::interpreters() {
        let names: Vec<String> = serde_json::from_str(&ask(&interpreter, source, &programs)).expect("it is JSON");
        assert!(names.iter().any(|name| name == "asyncio"), "{names:?}");
        let from_scenario =
            |name: &str| name.starts_with("zz") || name.ends_with("Error") || EXCEPTIONS.contains(&name);
        let free: Vec<&String> =
            names.iter().filter(|name| !NAMES.contains(&name.as_str()) && !from_scenario(name)).collect();
        assert!(free.is_empty(), "a scenario could have these names too: {free:?}");
        let unused: Vec<&&str> = NAMES.iter().filter(|name| !names.iter().any(|used| used == *name)).collect();
        assert!(unused.is_empty(), "no program uses these names, so a scenario may have them: {unused:?}");
    }
}

/// The classes that random scenarios raise, where their names do not say so; and what no name becomes.
const EXCEPTIONS: [&str; 7] = ["Boom", "StopAsyncIteration", "main_2", "task_2", "print_", "größe", "x"];

/// Lists that name single clones of a `count`, with the argument list that the program of gather() then has.
const CLONES: [(&str, &str); 18] = [
    ("", "*[a() for _ in range(3)]"),
    ("[caller]\nargs = [\"a-2\"]", "a()"),
    ("[caller]\nargs = [\"a-3\", \"a-1\"]", "a(), a()"),
    ("[caller]\nargs = [\"a-2\", \"a-2\"]", "a_2_coro, a_2_coro"),
    ("[caller]\nargs = [\"a-3\", \"a\"]", "a_3_coro, *[a() for _ in range(2)], a_3_coro"),
    ("[caller]\nargs = [\"a\", \"a-3\", \"a\"]", "*a_1_to_2_coros, a_3_coro, a_3_coro, *a_1_to_2_coros, a_3_coro"),
    ("[caller]\nargs = [\"a-2\"]\n[wait]\nwrap = false\ncollection = \"bare\"", "a()"),
    ("[caller]\nargs = [\"a-3\", \"a-1\"]\n[wait]\nwrap = false\ncollection = \"tuple\"", "a(), a()"),
    (
        "[caller]\nargs = [\"a-3\", \"a\"]\n[wait]\ncollection = \"generator\"",
        "a_3_coro, *[a() for _ in range(2)], a_3_coro",
    ),
    ("[caller]\nargs = [\"a-3\", \"a-1\"]\ncall_at = 0.5\ncancel_at = 0.5\nthen = \"exit\"", "a(), a()"),
    ("[caller]\nargs = [\"a-3\", \"a-1\"]\ncall_at = 1\nawait_at = 2", "a(), a()"),
    ("[caller]\nargs = [\"t-2\"]\nthen = \"exit\"", "t_tasks[1]"),
    ("[caller]\nargs = [\"t-3\", \"t-1\", \"t\"]", "t_tasks[2], t_tasks[0], t_tasks[0], t_tasks[1], t_tasks[2]"),
    ("[caller]\nargs = [\"f-2\"]\n[wait]\ntimeout = 0", "f[1]"),
    ("[caller]\nargs = [\"f-3\", \"f-1\", \"f-3\"]", "f[2], f[0], f[2]"),
    ("[[awaitable]]\nname = \"g\"\nkind = \"gather\"\nmembers = [\"a-2\"]", "a(), a(), g"),
    (
        "[[awaitable]]\nname = \"g\"\nkind = \"gather\"\nmembers = [\"a-3\", \"t-3\", \"f-1\", \"a-3\"]\ncancel_at = 1",
        "*[a() for _ in range(2)], *t_tasks[0:2], *f[1:3], g",
    ),
    (
        "[[awaitable]]\nname = \"g\"\nkind = \"gather\"\nmembers = [\"a-1\", \"t\"]\n[caller]\nargs = [\"a-3\", \"g\", \"t-2\"]",
        "a(), g, t_tasks[1]",
    ),
];

/// All tasks and futures of a `count` are there, but of coroutines only those that a list names; and which of them is
/// made, cancelled or awaited first is as the scenario says.
#[test]
fn single_clones_are_what_the_scenario_means() {
    let mut scenarios = Vec::new();
    for (lists, arguments) in CLONES {
        for (end, delay) in [
            ("returns = 1", 1),
            ("returns = 1\ncancel_at = 1\ncancel_message = \"m\"", 2),
            ("raises = \"OSError: m\"", 1),
        ] {
            let tables = [("a", "coroutine"), ("t", "task"), ("f", "future")].map(|(name, kind)| {
                let is_named =
                    |list: &str| list.contains(&format!("\"{name}-")) || list.contains(&format!("\"{name}\""));
                let table =
                    format!("[[awaitable]]\nname = \"{name}\"\nkind = \"{kind}\"\ncount = 3\ndelay = {delay}\n{end}\n");
                if is_named(lists) || (lists.is_empty() && name == "a") { table } else { String::new() }
            });
            let scenario = scenario(&(tables.concat() + lists));
            let text = program(&scenario, Function::Gather, Python::DEFAULT);
            let call = text.split_whitespace().collect::<Vec<&str>>().join(" ").replace("( ", "(").replace(", )", ")");
            assert!(call.contains(&format!("asyncio.gather({arguments})")), "{arguments}\n{text}");
            scenarios.push(scenario);
        }
    }
    for interpreter in cpython::interpreters() {
        let mut harness = Harness::start(&interpreter, Duration::from_secs(60)).expect("it starts");
        for scenario in &scenarios {
            for call in calls(scenario) {
                let ours = Ours::new(scenario, call, interpreter.python);
                harness.ask(&ours.program, &ours.way);
                let theirs =
                    Log::of_document(&harness.answer().unwrap_or_else(|why| panic!("{}\n{why}", ours.program.text)));
                assert_eq!(theirs, ours.log, "Python {}:\n{}", interpreter.version, ours.program.text);
            }
        }
    }
}

#[test]
fn a_program_tells_what_became_of_everything() {
    let scenario = scenario(
        r#"
        [[awaitable]]
        name = "quick"
        delay = 0.01
        returns = "lost"
        [[awaitable]]
        name = "failing"
        delay = 0.1
        raises = "OSError: disk"
        [[awaitable]]
        name = "slow"
        delay = 0.2
        [[awaitable]]
        name = "stopped"
        delay = 9
        cancel_at = 0.3
        "#,
    );
    for interpreter in cpython::interpreters() {
        let python = interpreter.python;
        let output = run(&interpreter, &program(&scenario, Function::Gather, python));
        let out = String::from_utf8_lossy(&output.stdout).into_owned();
        let lines: Vec<&str> = out.lines().collect();
        assert_eq!((lines.len(), lines[0]), (5, "gather() raised OSError('disk')"), "{python}: {out}");
        for (name, state) in [
            ("quick", "result='lost'"),
            ("failing", "exception=OSError('disk')"),
            ("slow", "result=None"),
            ("stopped", "<Task cancelled"),
        ] {
            let told = |line: &&str| line.contains(&format!("{name}()")) && line.contains(state);
            assert_eq!(lines.iter().filter(|line| told(line)).count(), 1, "{python}, {name}: {out}");
        }
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "gather() has asked for every exception");
    }
}

/// Whatever holds tasks for the sake of a cancellation lets go of them while asyncio can still log.
#[test]
fn a_program_with_a_registry_logs_what_nobody_asked_for() {
    let scenario = scenario(
        "[[awaitable]]\nname = \"a\"\ndelay = 0.05\nraises = \"ValueError: lost\"\ncancel_at = 0.01\n\
         [caller]\ncall_at = 0.02",
    );
    for interpreter in cpython::interpreters() {
        let text = program(&scenario, Function::Wait, interpreter.python);
        assert!(text.contains("made = {}"), "{text}");
        let output = run(&interpreter, &text);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(errors.starts_with("Task exception was never retrieved\n"), "{}: {errors}", interpreter.version);
        assert!(!errors.contains("Logging error"), "{}: {errors}", interpreter.version);
    }
}

#[test]
fn no_text_becomes_code() {
    let nasty = [
        "\"",
        "'",
        "'\"",
        "\\",
        "\\\"",
        "\n",
        "\r\n",
        "\"\"\"",
        "'''",
        "\\N{DASH}",
        "\\ud800",
        "\\x",
        "\0",
        "\t",
        "{x}",
        "{{",
        "%s",
        "#",
        "# -*- coding: latin-1 -*-",
        "größe",
        "日本",
        "e\u{301}",
        "\u{202e}",
        "\u{2028}",
        "\u{85}",
        "\u{feff}",
        "🎉",
        "\u{1b}[31m",
        "class",
        "\"); import os; os.abort() #",
    ];
    // Each as everything that a scenario can say.
    let mut programs = Vec::new();
    for text in nasty {
        let mut scenario = scenario(
            "[[awaitable]]\nname = \"a\"\nreturns = 1\n[[awaitable]]\nname = \"b\"\nkind = \"task\"\n\
             raises = \"Boom: m\"\ncancel_at = 9\ncancel_message = \"m\"",
        );
        scenario.title = Some(text.to_owned());
        scenario.description = Some(format!("{text}\n{text}"));
        for (number, awaitable) in scenario.awaitables.iter_mut().enumerate() {
            awaitable.name = format!("{text}{number}");
            if let Some(cancel) = &mut awaitable.cancel {
                cancel.message = Some(text.to_owned());
            }
            say(awaitable, text);
        }
        programs.push(program(&scenario, Function::Gather, Python::DEFAULT));
    }
    // All of them together, to see that what comes out is what went in.
    let tables = "[[awaitable]]\n[[awaitable]]\nraises = \"Boom: m\"\n".repeat(nasty.len());
    let mut together = scenario(&format!("{tables}[gather]\nreturn_exceptions = true"));
    let mut expected = Vec::new();
    for (text, pair) in nasty.iter().zip(together.awaitables.chunks_mut(2)) {
        for awaitable in pair {
            say(awaitable, text);
        }
        expected.push(format!("{}, Boom({})", value(text), Value::Str((*text).to_owned())));
    }
    let expected = format!("gather() returned [{}]", expected.join(", "));
    for interpreter in cpython::interpreters() {
        check_compile(&interpreter, &programs);
        check_first_line(&interpreter, &program(&together, Function::Gather, interpreter.python), &expected);
    }
}

/// A value that holds a text wherever a value can.
fn value(text: &str) -> Value {
    Value::Dict(vec![(text.to_owned(), Value::List(vec![Value::Str(text.to_owned())]))])
}

/// Makes an awaitable return or raise a text.
fn say(awaitable: &mut Awaitable, text: &str) {
    if let Kind::Coroutine(body) | Kind::Task(body) = &mut awaitable.kind {
        body.end = match &body.end {
            End::Returns(_) => End::Returns(value(text)),
            End::Raises(raised) => End::Raises(WrittenException { message: Some(text.to_owned()), ..raised.clone() }),
        };
    }
}

#[test]
fn classes_keep_their_names() {
    for interpreter in cpython::interpreters() {
        for (name, shown) in
            [("asyncio", "asyncio"), ("main", "main"), ("ﬁn", "ﬁn"), ("Größe", "Größe"), ("repr_", "repr_")]
        {
            let scenario = scenario(&format!("[[awaitable]]\nname = \"main\"\nraises = \"{name}: m\""));
            let expected = format!("gather() raised {shown}('m')");
            check_first_line(&interpreter, &program(&scenario, Function::Gather, interpreter.python), &expected);
        }
    }
}

/// A program that uses its own names itself, with every one of them as an exception class and as an awaitable too.
#[test]
fn a_scenario_may_have_every_name_of_the_program() {
    let mut toml = String::from("[gather]\nreturn_exceptions = true\n");
    let mut expected = Vec::new();
    for name in NAMES {
        let awaitable = format!("[[awaitable]]\nname = \"raises {name}\"\nkind = \"future\"\n");
        let raises = format!("{awaitable}raises = \"{name}: m\"\ncount = 2\n");
        if parse("-", &raises).is_ok() {
            expected.extend([format!("{name}('m')"), format!("{name}('m')")]);
            toml.push_str(&raises);
        }
        let named = format!("[[awaitable]]\nname = \"{name}\"\n");
        if name != "group" {
            expected.push("None".to_owned());
            toml.push_str(&named);
        }
    }
    assert!(expected.contains(&"_('m')".to_owned()) && expected.len() > 2 * NAMES.len(), "{expected:?}");
    let scenario = scenario(&toml);
    let expected = format!("gather() returned [{}]", expected.join(", "));
    for interpreter in cpython::interpreters() {
        check_first_line(&interpreter, &program(&scenario, Function::Gather, interpreter.python), &expected);
    }
}

#[test]
fn programs_for_an_older_version_run_on_every_later_one() {
    for interpreter in cpython::interpreters() {
        let mut programs = Vec::new();
        for python in Python::ALL.iter().copied().filter(|python| *python <= interpreter.python) {
            for number in 0..40 {
                let scenario = scenario(&generator::scenario(&mut Random::new(29, number)).to_string());
                for call in calls(&scenario) {
                    programs.push(Program::new(&scenario, call, python, None).text);
                }
            }
        }
        check_compile(&interpreter, &programs);
    }
}

/// On the real clock most would take minutes. That they do the right thing is held on the virtual one.
#[track_caller]
fn check_compile(interpreter: &Interpreter, programs: &[String]) {
    let source = "import json, sys\nfor program in json.load(sys.stdin):\n    compile(program, program, 'exec')";
    ask(interpreter, source, programs);
}

/// What an interpreter prints that is given programs as JSON on its standard input.
#[track_caller]
fn ask(interpreter: &Interpreter, source: &str, programs: &[String]) -> String {
    let mut command = Command::new(&interpreter.program);
    command.args(["-W", "error", "-X", "utf8", "-c", source]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the interpreter starts");
    let input = serde_json::to_vec(programs).expect("texts become JSON");
    child.stdin.take().expect("it is piped").write_all(&input).expect("it reads");
    let output = child.wait_with_output().expect("it ends");
    assert!(output.status.success(), "{}: {}", interpreter.version, String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn wait_says_what_is_done_and_what_is_pending() {
    let scenario = scenario(
        "[[awaitable]]\nname = \"quick\"\nreturns = 1\n[[awaitable]]\nname = \"slow\"\ndelay = \"300ms\"\n\
         [wait]\ntimeout = \"50ms\"",
    );
    for interpreter in cpython::interpreters() {
        let output = run(&interpreter, &program(&scenario, Function::Wait, interpreter.python));
        let out = String::from_utf8_lossy(&output.stdout).into_owned();
        let lines: Vec<&str> = out.lines().collect();
        assert!(lines[0].starts_with("done: <Task finished") && lines[0].contains("quick()"), "{out}");
        assert!(lines[1].starts_with("pending: <Task pending") && lines[1].contains("slow()"), "{out}");
        assert!(lines[2].starts_with("<Task finished") && lines[2].contains("slow()"), "{out}");
        assert_eq!(lines.len(), 3, "{out}");
    }
}

#[test]
fn random_scenarios_are_valid() {
    for number in 0..1000 {
        let text = generator::scenario(&mut Random::new(17, number)).to_string();
        if let Err(problems) = parse("-", &text) {
            panic!("{text}\n{}", problems.render(false, 120));
        }
    }
}
