//! The command line as its users meet it: flags, exit codes, what goes to which stream, pipes, files.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::PathBuf;
use std::process::{Command as Process, Stdio};
use std::time::Instant;

use assert_cmd::Command;
use serde_json::Value;

/// The program, in surroundings of which nothing is inherited that could change what it shows.
fn asyncdemo(arguments: &[&str]) -> Command {
    let mut command = Command::cargo_bin("asyncdemo").expect("the program was built");
    for variable in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "COLUMNS", "CI"] {
        command.env_remove(variable);
    }
    command.env("LC_ALL", "C.UTF-8").current_dir(env!("CARGO_MANIFEST_DIR")).args(arguments);
    command
}

struct Finished {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

fn run(arguments: &[&str]) -> Finished {
    finish(&mut asyncdemo(arguments))
}

fn finish(command: &mut Command) -> Finished {
    let output = command.output().expect("the program can be started");
    Finished {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).expect("output is UTF-8"),
        stderr: String::from_utf8(output.stderr).expect("diagnostics are UTF-8"),
    }
}

fn json(arguments: &[&str]) -> Value {
    let finished = run(arguments);
    serde_json::from_str(&finished.stdout).unwrap_or_else(|error| panic!("{error}: {}", finished.stdout))
}

fn scenario(text: &str) -> tempfile::NamedTempFile {
    let mut file = tempfile::Builder::new().suffix(".toml").tempfile().expect("a temporary file");
    file.write_all(text.as_bytes()).expect("a temporary file can be written");
    file
}

fn path(file: &tempfile::NamedTempFile) -> &str {
    file.path().to_str().expect("temporary paths are UTF-8")
}

#[test]
fn the_exit_code_says_how_the_call_came_out() {
    let returns = scenario("[[awaitable]]\nname = \"users\"\ndelay = 1\nreturns = 1\n");
    let raises = scenario("[[awaitable]]\nname = \"users\"\ndelay = 1\nraises = \"ValueError\"\n");
    let cancelled = scenario("[caller]\ncancel_at = 1\n[[awaitable]]\nname = \"users\"\ndelay = 2\n");
    let hangs = scenario("[[awaitable]]\nname = \"users\"\ndelay = \"forever\"\n");
    let broken = scenario("[[awaitable]]\ndealy = 1\n");
    for (file, code) in [(&returns, 0), (&raises, 1), (&cancelled, 1), (&hangs, 3), (&broken, 2)] {
        assert_eq!(run(&["gather", path(file)]).code, Some(code), "{}", path(file));
    }
    assert_eq!(run(&["wait", path(&raises)]).code, Some(0), "wait() does not raise for a member");
    assert_eq!(run(&["wait", path(&returns), "--return-when", "sometimes"]).code, Some(2));
    assert_eq!(run(&["gather", "--no-such-flag"]).code, Some(2));
}

#[test]
fn a_condition_is_taken_in_both_spellings_and_help_lists_one() {
    for word in ["first-exception", "FIRST_EXCEPTION", "first_exception", "First-Exception"] {
        let document = json(&["wait", "--return-when", word, "--format", "json"]);
        assert_eq!(document["call"]["return_when"], "FIRST_EXCEPTION", "{word}");
    }
    let help = run(&["wait", "--help"]).stdout;
    assert!(help.contains("[possible values: first-completed, first-exception, all-completed]"), "{help}");
    assert!(help.contains("[possible values: list, tuple, set, dict, generator, bare]"), "{help}");
    assert!(help.contains("[possible values: 3.8, 3.9, 3.10, 3.11, 3.12, 3.13, 3.14]"), "{help}");
}

#[test]
fn a_broken_scenario_leaves_standard_output_empty_and_writes_no_file() {
    let broken = scenario("[[awaitable]]\ndealy = 1\n");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("run.json");
    let finished = finish(asyncdemo(&["gather", path(&broken), "-o"]).arg(&file));
    assert_eq!((finished.code, finished.stdout.as_str()), (Some(2), ""));
    assert!(finished.stderr.contains("did you mean `delay`"), "{}", finished.stderr);
    assert_eq!(fs::read_dir(folder.path()).expect("it is there").count(), 0);
}

#[test]
fn the_built_in_basic_is_what_runs_without_a_file() {
    let by_default = json(&["gather", "--format", "json"]);
    assert_eq!(by_default["scenario"]["source"], "builtin:basic");
    let by_path = json(&["gather", "scenarios/basic.toml", "--format", "json"]);
    assert_eq!(by_path["scenario"]["source"], "scenarios/basic.toml");
    assert_eq!(by_default["events"], by_path["events"]);
}

#[test]
fn gather_and_wait_differ_visibly_on_basic() {
    assert_eq!(json(&["gather", "--format", "json"])["outcome"]["status"], "raised");
    let wait = json(&["wait", "--format", "json"]);
    assert_eq!(wait["outcome"]["status"], "returned");
    assert!(wait["outcome"]["done"].as_array().is_some_and(|done| done.len() > 1));
}

#[test]
fn a_scenario_comes_from_standard_input_too() {
    let finished = finish(
        asyncdemo(&["gather", "-", "--format", "json"]).write_stdin("[[awaitable]]\nname = \"users\"\nreturns = 3\n"),
    );
    let document: Value = serde_json::from_str(&finished.stdout).expect("a document");
    assert_eq!(document["scenario"]["source"], "-");
    assert_eq!(document["outcome"]["results"][0]["value"], 3);
}

#[test]
fn flags_override_the_file_both_ways() {
    let file = scenario(
        "[gather]\nreturn_exceptions = true\n[wait]\ntimeout = 1\nreturn_when = \"first-exception\"\nwrap = false\n\
         [[awaitable]]\nname = \"users\"\ndelay = 2\n",
    );
    let gather = json(&["gather", path(&file), "--format", "json", "--return-exceptions=false"]);
    assert_eq!(gather["call"]["return_exceptions"], false);
    assert_eq!(json(&["gather", path(&file), "--format", "json"])["call"]["return_exceptions"], true);
    assert_eq!(json(&["gather", "--return-exceptions", "--format", "json"])["call"]["return_exceptions"], true);
    let file_with_callback = scenario("[gather]\ndone_callback = true\n[[awaitable]]\nname = \"users\"\n");
    let callbacks = |flag: &[&str]| {
        let run = json(&[&["gather", path(&file_with_callback), "--format", "json"], flag].concat());
        let events = run["events"].as_array().expect("there are events");
        let told = events.iter().filter(|event| event["event"] == "callback").count();
        assert_eq!(run["call"]["done_callback"], told > 0);
        told
    };
    let flags = ["--done-callback", "--done-callback=true", "--done-callback=false"];
    assert_eq!(flags.map(|flag| callbacks(&[flag])), [1, 1, 0]);
    assert_eq!(callbacks(&[]), 1);
    let wait = json(&[
        "wait",
        path(&file),
        "--format",
        "json",
        "--timeout",
        "none",
        "--return-when",
        "FIRST_COMPLETED",
        "--wrap",
        "--collection",
        "tuple",
    ]);
    assert_eq!(
        wait["call"],
        serde_json::json!({"function": "wait", "return_when": "FIRST_COMPLETED", "timeout": null, "wrap": true,
            "collection": "tuple"})
    );
    let shorter = json(&["wait", path(&file), "--format", "json", "--timeout", "250ms", "--wrap"]);
    assert_eq!(shorter["call"]["timeout"], 0.25);
    assert_eq!(shorter["outcome"]["at"], 0.25);
}

#[test]
fn a_bare_collection_of_several_is_refused_on_the_command_line_too() {
    let finished = run(&["wait", "--collection", "bare"]);
    assert_eq!((finished.code, finished.stdout.as_str()), (Some(2), ""));
    assert!(finished.stderr.contains("bare"), "{}", finished.stderr);
}

#[test]
fn both_clocks_give_the_same_document_but_for_its_clock() {
    let arguments = ["wait", "--timeout", "3", "--format", "json"];
    let at_once = run(&[&arguments[..], &["--clock", "virtual"]].concat());
    let begun = Instant::now();
    let paced = run(&[&arguments[..], &["--speed", "20"]].concat());
    assert!(begun.elapsed().as_secs_f64() > 2.0 / 20.0, "the real clock takes its time");
    assert_eq!(at_once.stdout.replace("\"clock\": \"virtual\"", "\"clock\": \"real\""), paced.stdout);
    assert_eq!(at_once.code, paced.code);
}

#[test]
fn jsonl_gives_an_event_a_line_and_then_the_document() {
    let finished = run(&["gather", "--format", "jsonl"]);
    let lines: Vec<Value> =
        finished.stdout.lines().map(|line| serde_json::from_str(line).expect("each line is JSON")).collect();
    let (last, events) = lines.split_last().expect("some lines");
    assert_eq!(last["format"], "asyncdemo.run/2");
    assert!(last.get("events").is_none());
    assert_eq!(Value::Array(events.to_vec()), json(&["gather", "--format", "json"])["events"]);
}

#[test]
fn jsonl_is_flushed_while_the_run_goes_on() {
    let mut child = Process::new(assert_cmd::cargo::cargo_bin!("asyncdemo"))
        .args(["gather", "--format", "jsonl", "--clock", "real", "--progress", "never"])
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program can be started");
    let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
    let first = lines.next().expect("a line").expect("that can be read");
    assert!(first.contains("\"at\":0.0"), "{first}");
    assert!(child.try_wait().expect("a child").is_none(), "the first line came before the run was over");
    child.kill().expect("it can be ended");
    child.wait().expect("it ends");
}

#[test]
fn json_can_be_reduced_to_the_outcome() {
    let document = json(&["gather", "--format", "json", "--no-events", "--no-awaitables"]);
    assert!(document.get("events").is_none() && document.get("awaitables").is_none());
    let mut whole = json(&["gather", "--format", "json"]);
    let why = whole["outcome"].as_object_mut().and_then(|outcome| outcome.remove("why"));
    assert_eq!(
        why,
        Some(serde_json::json!([["orders raised TimeoutError at 1 s"]])),
        "awaitables are needed to tell it"
    );
    assert_eq!(document["outcome"], whole["outcome"]);
}

#[test]
fn a_closed_pipe_ends_quietly_with_the_runs_own_code() {
    for format in ["human", "json", "jsonl"] {
        let mut child = Process::new(assert_cmd::cargo::cargo_bin!("asyncdemo"))
            .args(["gather", "workers", "--format", format, "--clock", "virtual"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program can be started");
        drop(child.stdout.take());
        let mut stderr = String::new();
        child.stderr.take().expect("a pipe").read_to_string(&mut stderr).expect("it can be read");
        let code = child.wait().expect("it ends").code();
        assert_eq!((stderr.as_str(), code), ("", run(&["gather", "workers"]).code), "{format}");
    }
}

#[test]
fn nobody_waits_for_a_run_that_nobody_reads() {
    let file = scenario("[[awaitable]]\nname = \"users\"\ndelay = \"1s\"\n[[awaitable]]\ndelay = 3600\n");
    let mut child = Process::new(assert_cmd::cargo::cargo_bin!("asyncdemo"))
        .args(["gather", path(&file), "--format", "jsonl", "--clock", "real", "--progress", "never"])
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program can be started");
    drop(child.stdout.take());
    // An hour, if it were waited for.
    assert_eq!(child.wait().expect("it ends").code(), Some(0));
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error() {
    for format in ["human", "json", "jsonl"] {
        let full = fs::OpenOptions::new().write(true).open("/dev/full").expect("Linux has /dev/full");
        let output = Process::new(assert_cmd::cargo::cargo_bin!("asyncdemo"))
            .args(["gather", "--format", format, "--clock", "virtual"])
            .stdout(full)
            .output()
            .expect("the program can be started");
        assert_eq!(output.status.code(), Some(4), "{format}");
        assert!(String::from_utf8_lossy(&output.stderr).contains("could not be written"), "{format}");
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    let link = folder.path().join("full.json");
    std::os::unix::fs::symlink("/dev/full", &link).expect("a link can be made");
    let finished = finish(asyncdemo(&["gather", "-o"]).arg(&link));
    assert_eq!(finished.code, Some(4), "{}", finished.stderr);
    assert!(link.is_symlink(), "a device is written to, not replaced");
    let dangling = folder.path().join("dangling.json");
    std::os::unix::fs::symlink("not-there-yet.json", &dangling).expect("a link can be made");
    assert_eq!(finish(asyncdemo(&["gather", "-o"]).arg(&dangling)).code, Some(1));
    assert!(dangling.is_symlink() && folder.path().join("not-there-yet.json").is_file(), "a link stays a link");
    for arguments in [&["--help"][..], &["gather", "--help"], &["--version"], &["scenarios"]] {
        let full = fs::OpenOptions::new().write(true).open("/dev/full").expect("Linux has /dev/full");
        let status = Process::new(assert_cmd::cargo::cargo_bin!("asyncdemo"))
            .args(arguments)
            .stdout(full)
            .stderr(Stdio::null())
            .status()
            .expect("the program can be started");
        assert_eq!(status.code(), Some(4), "{arguments:?}");
    }
}

#[test]
fn files_are_written_in_the_format_of_their_endings() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let at = |name: &str| -> PathBuf { folder.path().join(name) };
    fs::write(at("run.json"), "what stood there").expect("it can be written");
    let finished = finish(
        asyncdemo(&["gather", "--format", "json"])
            .arg("-o")
            .arg(at("run.json"))
            .arg("-o")
            .arg(at("run.jsonl"))
            .arg("-o")
            .arg(at("run.txt")),
    );
    assert_eq!(finished.code, Some(1), "{}", finished.stderr);
    assert_eq!(fs::read_to_string(at("run.json")).expect("it is there"), finished.stdout);
    assert_eq!(fs::read_to_string(at("run.jsonl")).expect("it is there"), run(&["gather", "--format", "jsonl"]).stdout);
    let report = fs::read_to_string(at("run.txt")).expect("it is there");
    assert!(report.contains("await asyncio.gather(") && !report.contains('\x1b'), "{report}");
    assert_eq!(fs::read_dir(folder.path()).expect("it is there").count(), 3, "nothing else is left");
}

#[test]
fn a_file_that_cannot_be_written_is_said_before_anything_runs() {
    let finished = run(&["gather", "-o", "no/such/folder/run.json"]);
    assert_eq!((finished.code, finished.stdout.as_str()), (Some(4), ""));
    assert!(finished.stderr.contains("no/such/folder/run.json"), "{}", finished.stderr);
    let finished = run(&["gather", "-o", "run.png"]);
    assert_eq!((finished.code, finished.stdout.as_str()), (Some(2), ""));
    assert!(finished.stderr.contains(".jsonl"), "{}", finished.stderr);
}

#[test]
fn a_pipe_is_plain_and_colours_can_be_asked_for() {
    let coloured = |command: &mut Command| finish(command).stdout.contains('\x1b');
    assert!(!coloured(&mut asyncdemo(&["gather"])));
    assert!(coloured(&mut asyncdemo(&["gather", "--color", "always"])));
    assert!(coloured(asyncdemo(&["gather"]).env("CLICOLOR_FORCE", "1")));
    assert!(!coloured(asyncdemo(&["gather"]).env("CLICOLOR_FORCE", "1").env("NO_COLOR", "1")));
    assert!(coloured(asyncdemo(&["gather", "--color", "always"]).env("NO_COLOR", "1")));
}

#[test]
fn a_locale_without_utf8_gets_ascii() {
    let finished = finish(asyncdemo(&["gather", "--progress", "always"]).env("LC_ALL", "C"));
    assert!(finished.stdout.is_ascii() && finished.stderr.is_ascii(), "{}{}", finished.stdout, finished.stderr);
}

#[test]
fn without_a_terminal_progress_is_nothing_or_plain_lines() {
    assert_eq!(run(&["gather"]).stderr, "");
    let always = run(&["gather", "--progress", "always"]);
    assert!(always.stderr.lines().count() > 3 && !always.stderr.contains('\x1b'), "{}", always.stderr);
    assert_eq!(always.stdout, run(&["gather"]).stdout);
}

#[test]
fn the_event_log_is_shown_where_it_is_asked_for() {
    let (without, with) = (run(&["gather"]).stdout, run(&["gather", "--events"]).stdout);
    assert!(with.lines().count() > without.lines().count() + 5);
}

#[test]
fn scenarios_are_listed_and_printed() {
    let listing = run(&["scenarios"]);
    assert_eq!(listing.code, Some(0));
    for path in ["basic", "basics/tasks", "gather/nested", "wait/timeout", "mistakes/booked-anyway"] {
        let name = path.rsplit('/').next().expect("a path has a last part");
        assert!(listing.stdout.contains(&format!("\n  {name} ")), "{}", listing.stdout);
        let printed = run(&["scenarios", name]);
        let file = fs::read_to_string(format!("{}/scenarios/{path}.toml", env!("CARGO_MANIFEST_DIR")));
        assert_eq!(printed.stdout, file.expect("it is there"));
    }
    assert!(listing.stdout.starts_with("Start here:\n  basic "), "{}", listing.stdout);
    let widest = listing.stdout.lines().map(str::len).max();
    assert!(widest <= Some(80), "{widest:?} columns where nobody said how many there are");
    let unknown = run(&["scenarios", "basics"]);
    assert_eq!((unknown.code, unknown.stdout.as_str()), (Some(2), ""));
    assert!(unknown.stderr.contains("did you mean `basic`"), "{}", unknown.stderr);
}

#[test]
fn a_negative_number_is_a_value_and_no_flag() {
    for arguments in [["wait", "--timeout", "-1"], ["gather", "--speed", "-1"]] {
        let finished = run(&arguments);
        assert_eq!((finished.code, finished.stdout.as_str()), (Some(2), ""));
        assert!(finished.stderr.contains("invalid value '-1'"), "{}", finished.stderr);
    }
}

#[test]
fn json_holds_nothing_that_could_act_on_a_terminal() {
    let file = scenario(
        r#"title = "t\u202e"
           [[awaitable]]
           returns = "\u001b[31m\u007f\u009b31m\U000e0001 é""#,
    );
    for format in ["json", "jsonl"] {
        let text = run(&["gather", path(&file), "--format", format]).stdout;
        assert!(text.chars().all(|c| c == '\n' || !(c.is_control() || "\u{202e}\u{e0001}".contains(c))), "{text:?}");
        let last = if format == "jsonl" { text.lines().last().unwrap_or_default() } else { &text };
        let document: Value = serde_json::from_str(last).expect("a document");
        assert_eq!(document["outcome"]["results"][0]["value"], "\u{1b}[31m\u{7f}\u{9b}31m\u{e0001} é");
        assert_eq!(document["scenario"]["title"], "t\u{202e}");
    }
}

#[test]
fn the_versions_of_python_differ() {
    let file = scenario("[wait]\nwrap = false\n[[awaitable]]\nname = \"users\"\ndelay = 1\n");
    for (python, code, warnings) in [("3.8", 0, 0), ("3.9", 0, 1), ("3.10", 0, 1), ("3.11", 1, 1), ("3.14", 1, 1)] {
        let finished = run(&["wait", path(&file), "--python", python, "--format", "json"]);
        let document: Value = serde_json::from_str(&finished.stdout).expect("a document");
        assert_eq!(finished.code, Some(code), "{python}");
        assert_eq!(document["warnings"].as_array().map(Vec::len), Some(warnings), "{python}: {document}");
    }
    assert_eq!(run(&["gather", "--python", "3.15"]).code, Some(2));
}

#[cfg(unix)]
#[test]
fn ctrl_c_cancels_the_caller_and_shows_what_that_did() {
    let file = scenario(
        "[[awaitable]]\nname = \"users\"\ndelay = 60\non_cancel = { cleanup = \"10ms\" }\n[[awaitable]]\ndelay = 60\n",
    );
    let mut child = Process::new(assert_cmd::cargo::cargo_bin!("asyncdemo"))
        .args(["gather", path(&file), "--format", "jsonl", "--clock", "real"])
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program can be started");
    let mut reader = BufReader::new(child.stdout.take().expect("a pipe"));
    let mut seen = String::new();
    while !seen.contains("\"await\"") {
        assert!(reader.read_line(&mut seen).expect("a line") > 0, "{seen}");
    }
    let sent = Process::new("kill").args(["-INT", &child.id().to_string()]).status().expect("kill is there");
    assert!(sent.success());
    reader.read_to_string(&mut seen).expect("the rest");
    assert_eq!(child.wait().expect("it ends").code(), Some(130));
    let document: Value = serde_json::from_str(seen.lines().last().expect("a line")).expect("a document");
    assert_eq!(document["outcome"]["status"], "cancelled");
    assert!(document["outcome"].get("from").is_none(), "the caller was cancelled");
    assert_eq!(document["outcome"]["why"][0][0], "gather() was cancelled");
    assert!(seen.contains("\"by\":\"interrupt\"") && seen.contains("\"cleanup\""), "{seen}");
}

/// What is left when the program ends, in an order that Python does not fix.
const LEFT: &str = "awaitable = [\n  { name = \"a\" },\n  { name = \"left\", kind = \"task\", delay = 2, count = 3 },\n]\n\
                    caller = { args = [\"a\"], then = \"exit\" }\n";

#[test]
fn choices_say_in_which_order_a_set_comes() {
    let file = scenario(LEFT);
    let cancelled = |flags: &[&str]| {
        let document = json(&[&["gather", path(&file), "--format", "json"], flags].concat());
        let events = document["events"].as_array().expect("there are events").clone();
        let names = events.iter().filter(|event| event["by"] == "exit").map(|event| {
            assert_eq!(event["open"], true, "{event}");
            event["target"].as_str().expect("a name").to_owned()
        });
        (names.collect::<Vec<_>>(), document["choices"].clone())
    };
    let (names, choices) = cancelled(&[]);
    assert_eq!(names, ["left-1", "left-2", "left-3"]);
    assert_eq!(choices[0]["where"], "shutdown");
    assert_eq!(choices[0]["items"], serde_json::json!(["left-1", "left-2", "left-3"]));
    assert_eq!(choices[0]["took"], serde_json::json!([0, 0]));
    let (names, choices) = cancelled(&["--choices", "2,1"]);
    assert_eq!(names, ["left-3", "left-2", "left-1"]);
    assert_eq!(choices[0]["took"], serde_json::json!([2, 1]));
    let report = run(&["gather", path(&file), "--choices", "1", "--jitter", "5"]).stdout;
    assert!(report.lines().next().is_some_and(|line| line.ends_with("--choices 1 --jitter 5")), "{report}");
}

#[test]
fn a_choice_that_is_too_large_is_named_before_anything_runs() {
    let file = scenario(LEFT);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let output = folder.path().join("run.json");
    let output = output.to_str().expect("temporary paths are UTF-8");
    let finished = run(&["gather", path(&file), "--choices", "0,2", "-o", output]);
    assert_eq!((finished.code, finished.stdout.as_str()), (Some(2), ""));
    assert!(finished.stderr.contains("choice 2 is 2, but only 2 items remain there: write a number from 0 to 1"));
    assert!(!std::path::Path::new(output).exists());
    let many = json(&["gather", path(&file), "--choices", "0,0,0,0", "--format", "json"]);
    assert_eq!(many["notes"], serde_json::json!(["4 choices were given, but this run makes only 2."]));
}

#[test]
fn a_jitter_is_a_run_on_a_loop_that_wakes_late() {
    // A real loop takes both together.
    let near = "awaitable = [{ name = \"a\", kind = \"task\", delay = 0.1, returns = 1, cancel_at = 0.1003 }]\n";
    let file = scenario(near);
    let canonical = json(&["gather", path(&file), "--format", "json"]);
    assert_eq!((&canonical["jitter"], &canonical["outcome"]["at"]), (&Value::Null, &serde_json::json!(0.1)));
    let outcomes: Vec<String> = (0..20)
        .map(|number| {
            let document = json(&["gather", path(&file), "--format", "json", "--jitter", &number.to_string()]);
            assert_eq!(document["jitter"], number);
            assert!(document["outcome"]["at"].as_f64().is_some_and(|at| at > 0.1 && at < 0.103), "{document}");
            document["outcome"]["status"].as_str().expect("a word").to_owned()
        })
        .collect();
    for status in ["returned", "cancelled"] {
        assert!(outcomes.iter().any(|outcome| outcome == status), "{outcomes:?}");
    }
    let again = |_| run(&["gather", path(&file), "--jitter", "3"]).stdout;
    let [one, other] = [0, 1].map(again);
    assert_eq!(one, other);
}

/// An open order or lateness is spoken of only where it matters to the reader.
#[test]
fn the_report_says_whether_it_matters_what_python_leaves_open() {
    // The lines of a paragraph as one.
    let report = |command: &str, text: &str| {
        let text = run(&[command, path(&scenario(text)), "--clock", "virtual"]).stdout;
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    assert!(!report("gather", LEFT).contains("Python fixes no order"), "tasks that are merely cancelled look alike");
    let cleaning = LEFT.replace("count = 3", "count = 3, on_cancel = { cleanup = 0 }");
    let alike = "Python fixes no order in which asyncio.run() cancels the three tasks that are left; all 6 end alike.";
    assert!(report("gather", &cleaning).contains(alike));
    let failed = "awaitable = [{ name = \"f\", kind = \"future\", raises = \"OSError: disk\", count = 2 }]\n\
                  wait = { return_when = \"first-exception\" }\n";
    let matters = "Python fixes no order in which wait() looks at the two that are done already, and here it matters: in 1 \
                   of 2 orders Python logs the exception of f-1 (--choices 1).";
    let text = report("wait", failed);
    assert!(text.contains(matters), "{text}");
    let near = "awaitable = [{ name = \"a\", delay = 0.1, returns = 1, cancel_at = 0.1003 }]\n";
    let text = report("gather", near);
    assert!(text.contains("A real loop wakes a little late, and here it matters: in "), "{text}");
    assert!(text.contains(" of 50 such runs gather() raises CancelledError"), "{text}");
}

#[test]
fn json_has_what_else_can_come_of_a_run() {
    let near = scenario("awaitable = [{ name = \"a\", delay = 0.1, returns = 1, cancel_at = 0.1003 }]\n");
    let document = json(&["gather", path(&near), "--format", "json"]);
    assert_eq!(document["depends_on_order"], false);
    assert_eq!(document["depends_on_lateness"], true);
    assert_eq!(document["tried"], serde_json::json!({"orders": 1, "jitters": 50}));
    let other = &document["otherwise"][0];
    assert_eq!(other["outcome"]["status"], "cancelled");
    assert!(other["tried"]["jitters"].as_u64().is_some_and(|tried| tried > 5), "{other}");
    // The flags show it.
    let flags: Vec<&str> = other["flags"].as_str().expect("flags").split(' ').collect();
    let mut shown = json(&[&["gather", path(&near), "--format", "json"], &flags[..]].concat());
    let why = shown["outcome"].as_object_mut().and_then(|outcome| outcome.remove("why"));
    assert!(why.is_some_and(|why| why[0][0].as_str().is_some_and(|text| text.starts_with("a was cancelled at 100."))));
    assert_eq!(shown["outcome"], other["outcome"]);
}
