//! `asyncdemo check`: which expectations hold, and how it is told.

mod checking;

use std::fs;
use std::path::Path;

use assert_cmd::Command;
use asyncdemo::expect::{check, versions};
use asyncdemo::scenario::{builtins, parse};
use serde_json::Value;

use checking::{EMPTY, GOOD, WRONG, folder, read, run_in};

#[test]
fn every_built_in_scenario_does_what_it_expects() {
    for builtin in builtins() {
        let scenario = parse(builtin.name, builtin.text).unwrap_or_else(|error| panic!("{error}"));
        assert!(!scenario.expect.is_empty(), "{} expects nothing", builtin.name);
        for expect in &scenario.expect {
            for python in versions(&scenario, expect) {
                let found = check(&scenario, expect, python);
                assert!(found.is_empty(), "{}:{} under {python}: {found:?}", builtin.name, expect.line);
            }
        }
    }
}

#[test]
fn without_a_path_the_built_in_scenarios_are_checked() {
    let finished = run_in(Path::new("."), &[]);
    assert_eq!((finished.code, finished.stderr.as_str()), (Some(0), ""));
    let lines: Vec<&str> = finished.stdout.lines().collect();
    assert!(lines[0].starts_with("✔ builtin:basic:"), "{}", finished.stdout);
    assert_eq!(lines[lines.len() - 1], format!("{} passed, 0 failed", lines.len() - 1));
}

#[test]
fn a_line_an_expectation_and_below_it_what_differs() {
    let folder = folder(&[("a.toml", GOOD), ("b/wrong one.toml", WRONG), ("c.toml", EMPTY), (".git/x.toml", "no")]);
    fs::write(folder.path().join("notes.txt"), "no scenario").expect("a file can be written");
    let finished = run_in(folder.path(), &["."]);
    assert_eq!((finished.code, finished.stderr.as_str()), (Some(1), ""));
    assert_eq!(
        finished.stdout,
        "\
✔ ./a.toml:6             gather
✔ ./b/wrong one.toml:6   wait
✘ ./b/wrong one.toml:10  gather
      outcome  expected  returned
               got       raised OSError('\\x1b[2Jgone')
      at       expected  2 s
               got       1 s
      see it: asyncdemo gather './b/wrong one.toml'
· ./c.toml               no expectations
2 passed, 1 failed, 1 file without expectations
"
    );
}

#[test]
fn an_option_and_a_version_are_named_as_they_are_typed() {
    let text = format!(
        "{EMPTY}[[expect]]\ncall = \"wait\"\nreturn_when = \"FIRST_EXCEPTION\"\ntimeout = 0.5\nwrap = false\n\
         python = [\"3.8\", \"3.10\", \"3.12\", \"3.14\"]\noutcome = \"returned\"\n"
    );
    let folder = folder(&[("a.toml", &text)]);
    let finished = run_in(folder.path(), &["a.toml"]);
    assert_eq!(
        finished.stdout,
        "\
✘ a.toml:3  wait --return-when first-exception --timeout 0.5 --wrap=false  Python 3.8, 3.10, 3.12, 3.14
      Python 3.12, 3.14
      outcome  expected  returned
               got       raised TypeError('Passing coroutines is forbidden, use tasks explicitly.')
      see it: asyncdemo wait a.toml --return-when first-exception --timeout 0.5 --wrap=false --python 3.12
0 passed, 1 failed
"
    );
    let same = Command::cargo_bin("asyncdemo")
        .expect("the program was built")
        .current_dir(folder.path())
        .args("wait a.toml --return-when first-exception --timeout 0.5 --wrap=false --python 3.12".split(' '))
        .output()
        .expect("the program can be started");
    assert!(String::from_utf8_lossy(&same.stdout).contains("Passing coroutines is forbidden"));
}

#[test]
fn what_is_no_scenario_is_said_and_the_others_still_run() {
    let folder = folder(&[("a.toml", "[[awaitable]]\ndealy = 1\n"), ("b.toml", GOOD), ("none/x.txt", "")]);
    let finished = run_in(folder.path(), &["a.toml", "b.toml", "none", "missing.toml"]);
    assert_eq!(finished.code, Some(2));
    assert!(finished.stderr.contains("did you mean `delay`"), "{}", finished.stderr);
    assert!(finished.stdout.contains("✔ b.toml:6"), "{}", finished.stdout);
    assert!(finished.stdout.contains("no scenario in the folder `none`"), "{}", finished.stdout);
    assert!(finished.stdout.ends_with("\n1 passed, 0 failed, 3 files not run\n"), "{}", finished.stdout);
}

#[test]
fn colours_and_signs_are_those_that_are_asked_for() {
    let folder = folder(&[("wrong.toml", WRONG)]);
    assert!(run_in(folder.path(), &["wrong.toml", "--color", "always"]).stdout.contains("\u{1b}[31m"));
    assert!(!run_in(folder.path(), &["wrong.toml"]).stdout.contains('\u{1b}'));
    let mut ascii = Command::cargo_bin("asyncdemo").expect("the program was built");
    let output = ascii.env("LC_ALL", "C").current_dir(folder.path()).args(["check", "wrong.toml"]).output();
    let stdout = output.expect("the program can be started").stdout;
    assert!(stdout.is_ascii(), "{}", String::from_utf8_lossy(&stdout));
}

/// As the run document: a terminal may show it.
#[test]
fn what_acts_on_a_terminal_is_escaped_in_json() {
    let folder = folder(&[("evil\u{202e}\u{7f}.toml", EMPTY)]);
    let finished = run_in(folder.path(), &[".", "--json"]);
    assert!(finished.stdout.contains(r"evil\u202e\u007f.toml"), "{}", finished.stdout);
    let document: Value = serde_json::from_str(&finished.stdout).expect("it is JSON");
    assert_eq!(document["without_expectations"], serde_json::json!(["./evil\u{202e}\u{7f}.toml"]));
}

#[test]
fn json_is_one_document() {
    let folder = folder(&[("a.toml", WRONG), ("b.toml", EMPTY), ("c.toml", "x = 1")]);
    let finished = run_in(folder.path(), &["a.toml", "b.toml", "c.toml", "--json"]);
    assert_eq!(finished.code, Some(2));
    let document: Value = serde_json::from_str(&finished.stdout).expect("it is JSON");
    assert_eq!(document["format"], "asyncdemo.check/1");
    assert_eq!((&document["passed"], &document["failed"]), (&1.into(), &1.into()));
    assert_eq!(document["without_expectations"], serde_json::json!(["b.toml"]));
    assert_eq!(document["invalid"][0]["source"], "c.toml");
    let failed = &document["checks"][1];
    assert_eq!(
        (&failed["source"], &failed["line"], &failed["status"]),
        (&"a.toml".into(), &10.into(), &"failed".into())
    );
    assert_eq!(
        failed["call"],
        serde_json::json!({ "function": "gather", "return_exceptions": false, "done_callback": false })
    );
    assert_eq!(
        failed["differences"][1],
        serde_json::json!({ "python": "3.13", "key": "at", "expected": "2 s", "got": "1 s" })
    );
}

#[test]
fn junit_has_a_suite_a_file() {
    let folder = folder(&[("a.toml", WRONG), ("b.toml", EMPTY), ("c.toml", "x = 1")]);
    let finished = run_in(folder.path(), &["a.toml", "b.toml", "c.toml", "--junit", "out.xml"]);
    assert_eq!(finished.code, Some(2));
    assert!(finished.stdout.contains("1 passed, 1 failed"), "lines are still written: {}", finished.stdout);
    let xml = read(&folder, "out.xml");
    assert!(!xml.contains('\u{1b}'), "control characters do not belong into XML: {xml}");
    for part in [
        "<testsuites name=\"asyncdemo\" tests=\"4\" skipped=\"1\" failures=\"1\" errors=\"1\">",
        "<testsuite name=\"a.toml\" tests=\"2\" skipped=\"0\" errors=\"0\" failures=\"1\">",
        "<testcase name=\"wait\" classname=\"a.toml\" time=\"0.",
        "<testcase name=\"gather\" classname=\"a.toml\" time=\"0.",
        "<failure message=\"outcome: expected returned, got raised OSError(",
        "<skipped message=\"no expectations\"/>",
        "<error message=\"",
    ] {
        assert!(xml.contains(part), "{part} is missing in {xml}");
    }
    let again = run_in(folder.path(), &["a.toml", "b.toml", "c.toml", "--junit", "again.xml"]);
    let names =
        |xml: &str| xml.split(" time=").map(|part| part.split_once('>').unwrap_or_default().1.to_owned()).collect();
    let (names_again, names): (Vec<String>, Vec<String>) = (names(&read(&folder, "again.xml")), names(&xml));
    assert_eq!((again.code, names_again), (Some(2), names), "the same checks differ in nothing but their times");
    let nowhere = run_in(folder.path(), &["a.toml", "--junit", "no/such/out.xml"]);
    assert_eq!((nowhere.code, nowhere.stdout.as_str()), (Some(4), ""), "that is said before anything runs");
    assert!(nowhere.stderr.starts_with("error: no/such/out.xml could not be written: "), "{}", nowhere.stderr);
    assert!(!nowhere.stderr.contains(".tmp"), "{}", nowhere.stderr);
}

/// Names stay when lines move, and tell cases apart.
#[test]
fn junit_names_cases_by_title_call_and_options() {
    let text =
        format!("title = \"Two\"\n{GOOD}\n[[expect]]\ncall = \"gather\"\noutcome = \"returned\"\npython = [\"3.8\"]\n");
    let text = text + "[[expect]]\ncall = \"gather\"\noutcome = \"returned\"\npython = [\"3.8\"]\n";
    let folder = folder(&[("a.toml", &text)]);
    let finished = run_in(folder.path(), &["a.toml", "--junit", "out.xml"]);
    let xml = read(&folder, "out.xml");
    for name in ["name=\"Two: gather, Python 3.8\"", "name=\"Two: gather, Python 3.8 #2\""] {
        assert!(xml.contains(name), "{name} is missing in {xml}\n{}", finished.stdout);
    }
}

#[test]
fn a_strict_check_wants_expectations() {
    let folder = folder(&[("a.toml", GOOD), ("b.toml", EMPTY)]);
    let check = |arguments: &[&str]| run_in(folder.path(), arguments).code;
    assert_eq!(check(&["a.toml", "b.toml"]), Some(0));
    assert_eq!(check(&["a.toml", "--strict"]), Some(0));
    assert_eq!(check(&["a.toml", "b.toml", "--strict", "--junit", "out.xml"]), Some(1));
    assert!(
        read(&folder, "out.xml").contains("<failure message=\"no expectations\"/>"),
        "{}",
        read(&folder, "out.xml")
    );
}

#[cfg(target_os = "linux")]
#[test]
fn junit_goes_to_what_cannot_be_replaced_too() {
    let folder = folder(&[("a.toml", GOOD)]);
    let finished = run_in(folder.path(), &["a.toml", "--junit", "/dev/stdout"]);
    assert_eq!((finished.code, finished.stderr.as_str()), (Some(0), ""));
    let (lines, xml) = finished.stdout.split_once("1 passed, 0 failed\n").expect("the lines come first");
    assert!(lines.starts_with('✔') && xml.starts_with("<?xml") && xml.ends_with("</testsuites>\n"), "{xml}");
    // Sent to a file, it comes behind what is there.
    let out = fs::File::create(folder.path().join("out")).expect("it can be made");
    let mut command = std::process::Command::new(assert_cmd::cargo::cargo_bin!("asyncdemo"));
    command.current_dir(folder.path()).args(["check", "a.toml", "--junit", "/dev/stdout"]).env("LC_ALL", "C.UTF-8");
    assert!(command.stdout(out).status().expect("it can be started").success());
    let before_times = |text: &str| text.split(" time=").next().map(str::to_owned);
    assert_eq!(before_times(&read(&folder, "out")), before_times(&finished.stdout));
    let full = run_in(folder.path(), &["a.toml", "--junit", "/dev/full"]);
    assert_eq!(full.code, Some(4));
    assert!(full.stderr.starts_with("error: /dev/full could not be written: "), "{}", full.stderr);
    assert_eq!(fs::read_dir(folder.path()).expect("it is there").count(), 2, "nothing is left behind");
}

#[test]
fn many_files_come_in_their_order() {
    let files: Vec<(String, &str)> = (0..60).map(|index| (format!("{index:02}.toml"), GOOD)).collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), *text)).collect();
    let folder = folder(&files);
    let finished = run_in(folder.path(), &["."]);
    let names: Vec<&str> = finished.stdout.lines().filter_map(|line| line.split_whitespace().nth(1)).collect();
    assert!(names[..60].is_sorted(), "{names:?}");
    assert!(finished.stdout.ends_with("\n60 passed, 0 failed\n"));
}

/// An expectation that has only its call holds whatever happens: that proves nothing.
#[test]
fn what_expects_nothing_is_told_and_not_counted_as_passed() {
    let hollow = format!("{EMPTY}[[expect]]\ncall = \"gather\"\npython = \"3.8\"\nfates = {{}}\nevents = []\n");
    let folder = folder(&[("good.toml", GOOD), ("hollow.toml", &hollow)]);
    let finished = run_in(folder.path(), &["."]);
    assert_eq!((finished.code, finished.stderr.as_str()), (Some(0), ""));
    assert_eq!(
        finished.stdout,
        "\
✔ ./good.toml:6    gather
· ./hollow.toml:3  gather  Python 3.8  expects nothing
1 passed, 0 failed, 1 expects nothing
"
    );
    let document: Value = serde_json::from_str(&run_in(folder.path(), &[".", "--json"]).stdout).expect("it is JSON");
    assert_eq!((&document["passed"], &document["empty"]), (&1.into(), &1.into()));
    assert_eq!(document["checks"][1]["status"], "empty");
    run_in(folder.path(), &["hollow.toml", "--junit", "out.xml"]);
    let xml = read(&folder, "out.xml");
    assert!(
        xml.contains("tests=\"1\" skipped=\"1\"") && xml.contains("<skipped message=\"expects nothing\"/>"),
        "{xml}"
    );
    for something in
        ["at = 0", "results = []", "done = []", "warnings = []", "logs = []", "fates = { users = \"done\" }"]
    {
        let call = if something.starts_with("results") { "gather" } else { "wait" };
        let call = if something.starts_with("warnings") { "gather" } else { call };
        fs::write(folder.path().join("one.toml"), format!("{EMPTY}[[expect]]\ncall = \"{call}\"\n{something}\n"))
            .unwrap();
        let finished = run_in(folder.path(), &["one.toml"]);
        assert!(!finished.stdout.contains("nothing"), "{}", finished.stdout);
    }
}

/// A bad scenario comes first, whatever the others do.
#[test]
fn the_exit_codes_are_those_that_help_names() {
    let folder = folder(&[("good.toml", GOOD), ("wrong.toml", WRONG), ("bad.toml", "x = 1"), ("none.toml", EMPTY)]);
    for (files, code) in [
        (&["good.toml", "none.toml"][..], 0),
        (&["none.toml"], 0),
        (&["good.toml", "wrong.toml"], 1),
        (&["good.toml", "bad.toml"], 2),
        (&["wrong.toml", "bad.toml"], 2),
    ] {
        assert_eq!(run_in(folder.path(), files).code, Some(code), "{files:?}");
    }
    let help = run_in(folder.path(), &["--help"]).stdout;
    assert!(help.contains("\n  2    at least one scenario is bad; the others ran"), "{help}");
}

#[test]
fn differences_fit_the_terminal_and_still_show_where_they_are() {
    let long = "x".repeat(200);
    let text = format!(
        "[[awaitable]]\nname = \"users\"\nreturns = [1e300, \"{long}1\"]\n[[awaitable]]\nname = \"{long}\"\n\
         [[expect]]\ncall = \"gather\"\nresults = [[1e300, \"{long}2\"], 7]\nfates = {{ {long} = \"lost\" }}\n"
    );
    let folder = folder(&[("a.toml", &text)]);
    let narrow = |columns: &str, arguments: &[&str]| {
        let mut command = Command::cargo_bin("asyncdemo").expect("the program was built");
        command.current_dir(folder.path()).arg("check").args(arguments).env("LC_ALL", "C.UTF-8");
        let output = command.env("COLUMNS", columns).output().expect("it can be started");
        String::from_utf8(output.stdout).expect("UTF-8")
    };
    let shown = narrow("60", &["a.toml"]);
    assert!(shown.lines().all(|line| line.chars().count() <= 60), "{shown}");
    let line = |text: &str, word: &str| -> String {
        text.lines().find(|line| line.contains(word)).unwrap_or_else(|| panic!("{word}: {text}")).to_owned()
    };
    assert!(line(&shown, "expected  …").contains("xx2']") && line(&shown, "got       …").contains("xx1']"), "{shown}");
    assert!(narrow("10", &["a.toml"]).contains("expected  …"), "however narrow");
    // Where nothing says how wide it is, as in a log, all of it is there.
    let log = run_in(folder.path(), &["a.toml"]).stdout;
    assert!(log.contains(&format!("[1e+300, '{long}2']")), "{log}");
    let written = narrow("60", &["--write", "a.toml"]);
    assert!(written.lines().all(|line| line.chars().count() <= 60), "{written}");
    assert!(
        written.contains("[1e+300, \"xxx") && read(&folder, "a.toml").contains("results = [[1e+300, \""),
        "{written}"
    );
}
