//! `asyncdemo verify` where interpreters are none, crash, or hang, and where it is interrupted itself: what it says, what
//! its code is, and that nothing of what it started lives on.
#![cfg(unix)]

use std::fs;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::slice;
use std::thread;
use std::time::{Duration, Instant};

use assert_cmd::cargo::CommandCargoExt;
use asyncdemo::report::glyph::Glyphs;
use asyncdemo::report::style::Style;
use asyncdemo::scenario::{Python, parse};
use asyncdemo::verify::case::Ways;
use asyncdemo::verify::comparison::Comparison;
use asyncdemo::verify::human::Appearance;
use asyncdemo::verify::interpreter::Interpreter;
use asyncdemo::verify::untouched;
use asyncdemo::verify::untouched::comparison::Totals;
use asyncdemo::verify::untouched::human::write_scenario;
use asyncdemo::verify::untouched::json::scenario_json;
use rustix::process::{Pid, Signal, kill_process};

/// What a harness says first.
const HELLO: &str = "echo '{\"python\": \"3.13\"}'";

/// An answer in which nothing is true.
const ANSWER: &str = r#"{"events": [], "outcome": {"status": "hangs", "at": 0}, "warnings": [], "logs": []}"#;

/// An interpreter that gives it to everything.
fn lies() -> String {
    format!("{HELLO}; read harness; while read line; do echo '{ANSWER}'; done")
}

fn verify(arguments: &[&str]) -> Command {
    let mut command = Command::cargo_bin("asyncdemo").expect("it is built");
    command.arg("verify").args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.env("LC_ALL", "C.UTF-8").env_remove("CLICOLOR_FORCE");
    command
}

fn end(running: Child) -> (Option<i32>, String, String) {
    let Output { status, stdout, stderr } = running.wait_with_output().expect("it ends");
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    (status.code(), text(stdout), text(stderr))
}

fn verified(arguments: &[&str]) -> (Option<i32>, String, String) {
    end(verify(arguments).spawn().expect("it starts"))
}

/// A folder of programs that are named as interpreters.
struct Programs {
    folder: tempfile::TempDir,
}

impl Programs {
    fn new() -> Programs {
        Programs { folder: tempfile::tempdir().expect("a folder can be made") }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn add(&self, name: &str, text: &str) -> String {
        use std::os::unix::fs::PermissionsExt;
        let path = self.path(name);
        fs::write(&path, format!("#!/bin/sh\n{text}\n")).expect("a file can be written");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("it can be made a program");
        path.to_str().expect("UTF-8").to_owned()
    }

    /// One that passes for CPython 3.13 until it is to run something.
    fn add_cpython(&self, name: &str, text: &str) -> String {
        let says = format!("printf 'cpython\\n3.13\\n3.13.0\\n{}\\n'", self.path(name).display());
        self.add(name, &format!("case \"$*\" in *implementation*) {says}; exit;; esac\n{text}"))
    }

    /// Starts a process that would live on, and notes it.
    fn child(&self, redirected: &str) -> String {
        format!("sleep 1000 {redirected} & echo $! >> {}", self.path("children").display())
    }

    fn wait_for_a_child(&self) {
        let begun = Instant::now();
        // The shell makes the file before it writes to it.
        while fs::metadata(self.path("children")).map_or(0, |file| file.len()) == 0 {
            assert!(begun.elapsed() < Duration::from_secs(20), "nothing was started");
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// The children that were started, none of which may live on.
    fn children(&self) -> Vec<String> {
        let started = fs::read_to_string(self.path("children")).expect("some were started");
        let children: Vec<String> = started.lines().map(str::to_owned).collect();
        let begun = Instant::now();
        for child in &children {
            while lives(child) {
                assert!(begun.elapsed() < Duration::from_secs(10), "{child} lives on");
                thread::sleep(Duration::from_millis(10));
            }
        }
        children
    }
}

fn lives(process: &str) -> bool {
    let process = process.parse().ok().and_then(Pid::from_raw).expect("it is a process id");
    if rustix::process::test_kill_process(process).is_err() {
        return false;
    }
    // Nobody may have waited for what has ended.
    let state = Command::new("ps").args(["-o", "stat=", "-p", &process.to_string()]).output().expect("there is ps");
    !state.stdout.is_empty() && !state.stdout.starts_with(b"Z")
}

#[test]
fn what_is_no_cpython_is_said() {
    let programs = Programs::new();
    let says = |lines: &str| format!("printf '{lines}\\n/usr/bin/python\\n'");
    for (name, text, why) in [
        ("pypy", says("pypy\\n3.10\\n3.10.13"), "it is pypy 3.10.13, and only CPython can be compared with"),
        ("old", says("cpython\\n3.7\\n3.7.16"), "it is CPython 3.7.16; known are 3.8 to 3.14"),
        ("new", says("cpython\\n3.99\\n3.99.0"), "it is CPython 3.99.0; known are 3.8 to 3.14"),
        ("shim", "echo 'no version is set' >&2; exit 1".to_owned(), "it is no Python that works: no version is set"),
        ("cat", "exec cat /dev/null".to_owned(), "it is no Python: it did not say what it is"),
        // A child that keeps the pipes open is not waited for.
        ("parent", format!("{}; exit 1", programs.child("")), "it is no Python: it did not say what it is"),
    ] {
        let program = programs.add(name, &text);
        let begun = Instant::now();
        let (code, _, errors) = verified(&["--interpreter", &program]);
        assert_eq!(code, Some(2), "{errors}");
        assert!(errors.ends_with(&format!("{name} cannot be compared with: {why}\n")), "{errors}");
        assert!(begun.elapsed() < Duration::from_secs(15), "{name} took {:?}", begun.elapsed());
    }
    assert_eq!(programs.children().len(), 1);
}

/// Nothing was compared then, and so nothing differs.
#[test]
fn an_interpreter_that_crashes_or_hangs_could_not_be_run() {
    let programs = Programs::new();
    let child = programs.child("");
    for (name, text, whys) in [
        (
            "crashes",
            format!("{HELLO}; echo 'Segmentation fault' >&2; exit 139"),
            &["the interpreter crashed:", "    Segmentation fault\n    exit status: 139"],
        ),
        ("dies", format!("{HELLO}; kill -9 $$"), &["the interpreter crashed:", "    signal: 9 (SIGKILL)"]),
        (
            "hangs",
            format!("{HELLO}; {child}; wait"),
            &["no answer in 0.5 s: the interpreter was killed", "3 runs in a row"],
        ),
        (
            "babbles",
            format!("{HELLO}; while read line; do echo nonsense; done"),
            &["it wrote what is no answer: nonsense", "3 runs in a row"],
        ),
    ] {
        let program = programs.add_cpython(name, &text);
        let (code, out, _) = verified(&["basic", "--time-limit", "500ms", "--interpreter", &program]);
        assert_eq!(code, Some(2), "{out}");
        assert!(out.contains("0 runs; 5 could not be run") && !out.contains("differ"), "{out}");
        assert!(out.contains("nothing was compared.\n  5 more runs could not be run.\n"), "{out}");
        assert!(out.contains("is given up, and not asked again"), "{out}");
        for why in whys {
            assert!(out.contains(why), "no {why:?} in\n{out}");
        }
    }
    assert_eq!(programs.children().len(), 3, "each run had an interpreter of its own, until it was given up");
}

/// A harness that does not even say hello is not started again, and nobody is left to ask.
#[test]
fn an_interpreter_that_says_no_hello_is_given_up_at_once() {
    let programs = Programs::new();
    for (name, text, why) in [
        ("exits", "exit 5", "the interpreter crashed:\n    exit status: 5"),
        ("sleeps", "sleep 1000", "no answer in 0.3 s: the interpreter was killed"),
        ("updated", "echo '{\"python\": \"3.12\"}'; read x", "it has changed its version to 3.12"),
    ] {
        let program = programs.add_cpython(name, text);
        let begun = Instant::now();
        let arguments = ["--random", "100000", "--time-limit", "300ms", "--interpreter", &program];
        let (code, out, _) = verified(&arguments);
        assert_eq!(code, Some(2), "{out}");
        assert_eq!(out.matches("is given up").count(), 1, "{out}");
        assert!(out.contains(why) && out.contains("Left out, with nobody to ask: 99,99"), "{out}");
        assert!(begun.elapsed() < Duration::from_secs(20), "{name} took {:?}", begun.elapsed());
    }
}

/// One interpreter's failures hide no other's answers; and programs hear of it too.
#[test]
fn failures_are_counted_beside_differences() {
    let programs = Programs::new();
    let crashes = programs.add_cpython("crashes", &format!("{HELLO}; exit 3"));
    let lies = programs.add_cpython("lies", &lies());
    let arguments = ["basic", "--json", "--interpreter", &crashes, "--interpreter", &lies];
    let (code, out, _) = verified(&arguments);
    let document: serde_json::Value = serde_json::from_str(&out).expect("it is JSON");
    assert_eq!(code, Some(1));
    let compared = r#"{"scenarios":1,"runs":5,"reordered":0,"late":0,"differences":5,"failed":5}"#;
    assert_eq!(document["compared"].to_string(), compared);
    assert_eq!(document["scenarios"][0]["failures"].as_array().map(Vec::len), Some(5));
    assert!(
        document["interpreters"][0]["given_up"].as_str().is_some_and(|why| why.contains("exit status: 3")),
        "{out}"
    );
    assert_eq!(document["interpreters"][1].get("given_up"), None);
    let (code, out, _) = verified(&["basic", "--interpreter", &crashes, "--interpreter", &lies]);
    assert_eq!(code, Some(1));
    assert!(out.contains("5 of 5 runs differ; 5 could not be run"), "{out}");
    assert!(out.contains("5 differ from CPython.\n  5 more runs could not be run."), "{out}");
}

/// The crash is told, and not a hang; and the child has to go too, whoever holds the pipes.
#[test]
fn children_of_a_crashed_interpreter_end_with_it() {
    for redirected in ["", ">/dev/null 2>&1"] {
        let programs = Programs::new();
        let child = programs.child(redirected);
        let text = format!("{child}; {HELLO}; read x; read y; echo boom >&2; exit 3");
        let program = programs.add_cpython("it", &text);
        let begun = Instant::now();
        let (code, out, _) = verified(&["basic", "--interpreter", &program]);
        assert_eq!(code, Some(2), "{out}");
        assert!(out.contains("the interpreter crashed:\n    boom\n    exit status: 3"), "{out}");
        assert!(begun.elapsed() < Duration::from_secs(20), "it took {:?}", begun.elapsed());
        assert_eq!(programs.children().len(), 3);
    }
}

/// A verify of two scenarios on an interpreter that answers so many programs, each time falsely, and then no more; as
/// soon as that has begun.
fn hanging(programs: &Programs, answers: usize, arguments: &[&str]) -> Child {
    let answers = "read line; echo $answer; ".repeat(answers);
    let text = format!("answer='{ANSWER}'; {HELLO}; read harness; {answers} {}; wait", programs.child(""));
    let program = programs.add_cpython("hangs", &text);
    let mut command = verify(&["basic", "timeout", "--interpreter", &program]);
    let running = command.args(arguments).spawn().expect("it starts");
    programs.wait_for_a_child();
    running
}

#[test]
fn a_signal_ends_the_interpreters_and_tells_what_was_compared() {
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143)] {
        let programs = Programs::new();
        let running = hanging(&programs, 0, &[]);
        let begun = Instant::now();
        kill_process(Pid::from_child(&running), signal).expect("it runs");
        let (ended, out, errors) = end(running);
        assert_eq!((ended, errors.as_str()), (Some(code), ""), "{out}");
        assert!(
            out.ends_with("0 scenarios, 0 runs: nothing was compared.\n  Interrupted: 2 scenarios not compared.\n"),
            "{out}"
        );
        assert!(begun.elapsed() < Duration::from_secs(10), "it took {:?}", begun.elapsed());
        assert!(!programs.children().is_empty());
    }
}

/// `basic` makes five runs, `timeout` more.
#[test]
fn an_interrupted_document_has_what_was_compared() {
    let programs = Programs::new();
    let running = hanging(&programs, 5, &["--json"]);
    // Another worker may be about to compare the first.
    thread::sleep(Duration::from_secs(1));
    kill_process(Pid::from_child(&running), Signal::INT).expect("it runs");
    let (code, out, _) = end(running);
    let document: serde_json::Value = serde_json::from_str(&out).expect("it is JSON");
    assert_eq!(code, Some(130));
    assert_eq!(document["interrupted"], true);
    let compared = serde_json::json!({
        "scenarios": 1, "runs": 5, "reordered": 0, "late": 0, "differences": 5, "failed": 0,
    });
    assert_eq!(document["compared"], compared, "{out}");
    assert!(!programs.children().is_empty());
}

#[test]
fn a_signal_ends_untouched_programs_too() {
    let programs = Programs::new();
    let running = hanging(&programs, 0, &["--untouched", "2"]);
    let begun = Instant::now();
    kill_process(Pid::from_child(&running), Signal::INT).expect("it runs");
    let (code, out, errors) = end(running);
    assert_eq!((code, errors.as_str()), (Some(130), ""), "{out}");
    assert!(out.ends_with("0 scenarios, 0 runs: nothing was run.\n  Interrupted: 2 scenarios not run.\n"), "{out}");
    assert!(begun.elapsed() < Duration::from_secs(10), "it took {:?}", begun.elapsed());
    assert!(!programs.children().is_empty());
}

#[test]
fn an_interpreter_that_crashes_runs_nothing_untouched_either() {
    let programs = Programs::new();
    let crashes = programs.add_cpython("crashes", &format!("{HELLO}; exit 3"));
    let (code, out, _) = verified(&["basic", "--untouched", "2", "--interpreter", &crashes]);
    assert_eq!(code, Some(2), "{out}");
    assert!(out.contains("not run; 10 could not be run") && !out.contains("differ"), "{out}");
    assert_eq!(out.matches("CPython 3.13.0 is given up, and not asked again").count(), 1, "{out}");
    assert!(out.ends_with("1 scenario, 0 runs: nothing was run.\n  10 more runs could not be run.\n"), "{out}");
}

/// What comes again when it is run alone is a difference.
#[test]
fn an_interpreter_that_lies_differs_untouched_too() {
    let programs = Programs::new();
    let answer = r#"{"ends": [], "checks": [], "warnings": [], "logs": []}"#;
    let text = format!("{HELLO}; read script; while read line; do echo '{answer}'; done");
    let program = programs.add_cpython("lies", &text).into();
    let interpreters = [Interpreter { python: Python::V3_13, version: "3.13.0".to_owned(), program }];
    let scenario = parse("-", "[[awaitable]]\nname = \"a\"\nreturns = 1").expect("it is valid");
    let (mut totals, mut told, mut shown) = (Totals::default(), Vec::new(), Vec::new());
    let appearance = Appearance { width: 80, glyphs: Glyphs::ascii(), style: Style::plain() };
    untouched::comparison::Comparison::new(&interpreters, 2, 10).compare(&[&scenario], |_, compared| {
        totals.add(&compared);
        told.push(scenario_json("one", &compared, &interpreters));
        write_scenario(&mut shown, "one", &compared, &interpreters, &appearance).expect("memory takes it");
        ControlFlow::Continue(())
    });
    let ten = Totals { scenarios: 1, runs: 10, differences: 10, ..Totals::default() };
    assert_eq!(totals, ten);
    let [scenario] = &told[..] else { panic!("{told:#?}") };
    let difference = &scenario["differences"][0];
    assert_eq!((&difference["runs"], &difference["jitters_tried"]), (&2.into(), &10.into()), "{scenario:#}");
    assert_eq!(difference["asyncdemo"], serde_json::json!(["returned results=[1]"]), "{scenario:#}");
    assert_eq!(difference["cpython"], serde_json::json!(["the caller never got anything"]), "{scenario:#}");
    let shown = String::from_utf8(shown).expect("it is UTF-8");
    assert!(shown.contains("10 of 10 runs differ\n\n  gather(…) on CPython 3.13.0, 2 runs:\n"), "{shown}");
    assert!(shown.contains("    None of 10 late loops came out so.\n") && shown.contains("and 2 more"), "{shown}");
}

/// Nobody takes what it writes, so that it cannot come to its end.
#[test]
fn a_second_signal_ends_it_at_once() {
    let programs = Programs::new();
    let lies = programs.add_cpython("lies", &lies());
    let mut running = verify(&["--random", "100000", "--interpreter", &lies]).spawn().expect("it starts");
    let out = running.stdout.take().expect("it is a pipe");
    let (begun, mut filled) = (Instant::now(), 0);
    loop {
        thread::sleep(Duration::from_millis(300));
        let more = rustix::io::ioctl_fionread(&out).expect("a pipe knows what is in it");
        if more > 0 && more == filled && begun.elapsed() > Duration::from_secs(2) {
            break;
        }
        filled = more;
        assert!(begun.elapsed() < Duration::from_secs(60), "the pipe has taken {filled} bytes");
    }
    let process = Pid::from_child(&running);
    kill_process(process, Signal::INT).expect("it runs");
    thread::sleep(Duration::from_millis(300));
    assert!(running.try_wait().expect("it can be asked").is_none(), "it ended with {filled} bytes that nobody took");
    kill_process(process, Signal::INT).expect("it runs");
    assert_eq!(running.wait().expect("it ends").code(), Some(130));
}

/// Whoever makes a difference smaller does not look for crashes, nor wait for one hang after the other.
#[test]
fn a_crash_is_not_what_is_made_smaller() {
    let programs = Programs::new();
    let text = format!("{}; {HELLO}; read harness; read program; exit 3", programs.child(">/dev/null 2>&1"));
    let program = programs.add_cpython("crashes", &text).into();
    let interpreter = Interpreter { python: Python::V3_13, version: "3.13.0".to_owned(), program };
    let scenario = parse("-", "[[awaitable]]\nname = \"a\"").expect("it is valid");
    let comparison = Comparison::new(slice::from_ref(&interpreter), Duration::from_secs(60));
    let mut worker = comparison.worker();
    assert!((0..10).all(|_| !worker.differs(&scenario, Ways::Canonical)));
    assert_eq!(programs.children().len(), 3);

    let program = programs.add_cpython("lies", &lies()).into();
    let interpreter = Interpreter { python: Python::V3_13, version: "3.13.0".to_owned(), program };
    assert!(
        Comparison::new(slice::from_ref(&interpreter), Duration::from_secs(60))
            .worker()
            .differs(&scenario, Ways::Canonical)
    );
}

/// An interpreter may also hang when it is asked what it is.
#[test]
fn a_signal_ends_the_search_for_interpreters() {
    let programs = Programs::new();
    let program = programs.add("slow", &format!("{}; wait", programs.child("")));
    let running = verify(&["--interpreter", &program]).spawn().expect("it starts");
    programs.wait_for_a_child();
    let begun = Instant::now();
    kill_process(Pid::from_child(&running), Signal::INT).expect("it runs");
    assert_eq!(end(running), (Some(130), String::new(), String::new()));
    assert!(begun.elapsed() < Duration::from_secs(15), "it took {:?}", begun.elapsed());
    programs.children();
}

#[test]
fn progress_is_lines_where_it_is_asked_for_without_a_terminal() {
    let programs = Programs::new();
    let program = programs.add_cpython("exits", "exit 5");
    let (_, _, errors) = verified(&["basic", "--progress", "always", "--interpreter", &program]);
    assert_eq!(errors, "0 of 1 scenarios compared\n1 of 1 scenarios compared\n");
    let (_, _, errors) = verified(&["basic", "--interpreter", &program]);
    assert_eq!(errors, "");
}
