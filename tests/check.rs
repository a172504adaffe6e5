//! `asyncdemo check`: which expectations hold, how it is told, and what `--write` makes of a file.

use std::fs;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use asyncdemo::expect::{Edit, check, rewrite, versions};
use asyncdemo::scenario::{builtins, parse};
use asyncdemo::verify::generator::{self, Random};
use serde_json::Value;
use tempfile::TempDir;

const GOOD: &str = "\
[[awaitable]]
name = \"users\"
delay = 1
returns = 7

[[expect]]
call = \"gather\"
at = 1
results = [7]
";

/// Two expectations, of which the second is wrong.
const WRONG: &str = "\
[[awaitable]]
name = \"users\"
delay = 1
raises = \"OSError: \\u001b[2Jgone\"

[[expect]]
call = \"wait\"
done = [\"users\"]

[[expect]]
call = \"gather\"
outcome = \"returned\"
at = 2
";

const EMPTY: &str = "[[awaitable]]\nname = \"users\"\n";

struct Finished {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

fn run_in(folder: &Path, arguments: &[&str]) -> Finished {
    let mut command = Command::cargo_bin("asyncdemo").expect("the program was built");
    for variable in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "COLUMNS", "CI"] {
        command.env_remove(variable);
    }
    let output = command.env("LC_ALL", "C.UTF-8").current_dir(folder).arg("check").args(arguments).output();
    let output = output.expect("the program can be started");
    Finished {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).expect("output is UTF-8"),
        stderr: String::from_utf8(output.stderr).expect("diagnostics are UTF-8"),
    }
}

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, text) in files {
        let path: PathBuf = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("it is in the folder")).expect("a folder can be made");
        fs::write(path, text).expect("a file can be written");
    }
    folder
}

fn read(folder: &TempDir, name: &str) -> String {
    fs::read_to_string(folder.path().join(name)).expect("the file is there")
}

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
    assert_eq!(failed["call"], serde_json::json!({ "function": "gather", "return_exceptions": false }));
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
        "<testcase name=\"line 6: wait\" classname=\"a.toml\"/>",
        "<failure message=\"outcome: expected returned, got raised OSError(",
        "<skipped message=\"no expectations\"/>",
        "<error message=\"",
    ] {
        assert!(xml.contains(part), "{part} is missing in {xml}");
    }
    let again = run_in(folder.path(), &["a.toml", "b.toml", "c.toml", "--junit", "again.xml"]);
    assert_eq!((again.code, read(&folder, "again.xml")), (Some(2), xml), "the same checks give the same bytes");
    let nowhere = run_in(folder.path(), &["a.toml", "--junit", "no/such/out.xml"]);
    assert_eq!((nowhere.code, nowhere.stdout.as_str()), (Some(4), ""), "that is said before anything runs");
    assert!(nowhere.stderr.starts_with("error: no/such/out.xml could not be written: "), "{}", nowhere.stderr);
    assert!(!nowhere.stderr.contains(".tmp"), "{}", nowhere.stderr);
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
    assert_eq!(read(&folder, "out"), finished.stdout);
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

#[test]
fn a_file_without_expectations_gets_some() {
    let folder = folder(&[(
        "a.toml",
        "# Mine.\n[[awaitable]]\nname = \"users\"\ndelay = \"250ms\"\nraises = \"OSError: gone\"",
    )]);
    let finished = run_in(folder.path(), &["--write", "a.toml"]);
    assert_eq!((finished.code, finished.stderr.as_str()), (Some(0), ""));
    assert!(finished.stdout.ends_with("\na.toml: 5 expectations written\n"), "{}", finished.stdout);
    let written = read(&folder, "a.toml");
    assert_eq!(
        written,
        "\
# Mine.
[[awaitable]]
name = \"users\"
delay = \"250ms\"
raises = \"OSError: gone\"

[[expect]]
call = \"gather\"
outcome = \"raised\"
at = \"250ms\"
exception = \"OSError: gone\"
fates = { users = \"raised\" }

[[expect]]
call = \"gather\"
return_exceptions = true
outcome = \"returned\"
at = \"250ms\"
results = [{ raises = \"OSError: gone\" }]

[[expect]]
call = \"wait\"
outcome = \"returned\"
at = \"250ms\"
done = [\"users\"]
pending = []

[[expect]]
call = \"wait\"
return_when = \"first-completed\"
outcome = \"returned\"
at = \"250ms\"
done = [\"users\"]
pending = []

[[expect]]
call = \"wait\"
return_when = \"first-exception\"
outcome = \"returned\"
at = \"250ms\"
done = [\"users\"]
pending = []
"
    );
    assert!(run_in(folder.path(), &["a.toml"]).stdout.ends_with("\n5 passed, 0 failed\n"));
    let again = run_in(folder.path(), &["--write", "a.toml"]);
    assert_eq!(again.stdout, "a.toml: nothing to change, 5 expectations hold\n");
    assert_eq!(read(&folder, "a.toml"), written);
}

#[test]
fn expectations_are_updated_and_nothing_else_is_touched() {
    let before = "\
# A scenario.
[[awaitable]]
  name = \"users\" # quick
  delay = \"400ms\"
[[awaitable]]
name=\"orders\"
delay = 1
raises = \"OSError: gone\"

# What gather does.
[[expect]]
  call = \"gather\" # it raises
  outcome = \"returned\"     # or so
  at = 3 # when
  results = [ # all of them
    1, # users
    2,
  ] # end

  # The fates.
  fates = { orders = \"lost\", users = \"lost\" }   # two

[[expect]]
call = \"wait\"
return_when = \"first-completed\"
at = \"1s\"
done = [
    \"orders\", # first?
    \"users\",
]
pending = []
events = [
    { event = \"finish\", awaitable = \"users\", at = \"300ms\" }, # early
]
[expect.fates]
users = \"pending\" # no
";
    let after = "\
# A scenario.
[[awaitable]]
  name = \"users\" # quick
  delay = \"400ms\"
[[awaitable]]
name=\"orders\"
delay = 1
raises = \"OSError: gone\"

# What gather does.
[[expect]]
  call = \"gather\" # it raises
  outcome = \"raised\"     # or so
  at = 1 # when
  # all of them
  # users
  exception = \"OSError: gone\" # end

  # The fates.
  fates = { orders = \"raised\", users = \"lost\" }   # two

[[expect]]
call = \"wait\"
return_when = \"first-completed\"
at = \"400ms\"
done = [
    # first?
    \"users\",
]
pending = [\"orders\"]
events = [
    { event = \"finish\", awaitable = \"users\", at = \"400ms\" }, # early
]
[expect.fates]
users = \"done\" # no
";
    let folder = folder(&[("a.toml", before)]);
    let finished = run_in(folder.path(), &["--write", "a.toml"]);
    assert_eq!(read(&folder, "a.toml"), after);
    assert_eq!(finished.code, Some(0));
    assert!(
        finished.stdout.starts_with("~ a.toml:11  gather\n      outcome       was  \"returned\"\n"),
        "{}",
        finished.stdout
    );
    assert!(finished.stdout.ends_with("\na.toml: 2 expectations updated\n"), "{}", finished.stdout);
    assert!(run_in(folder.path(), &["--write", "a.toml"]).stdout.contains("nothing to change"));
    assert_eq!(read(&folder, "a.toml"), after);

    let windows = rewrite("x.toml", &format!("\u{feff}{}", before.replace('\n', "\r\n"))).expect("it is a scenario");
    assert_eq!(windows.text, format!("\u{feff}{}", after.replace('\n', "\r\n")));
}

#[test]
fn an_exception_that_does_not_come_any_more_gives_way_to_what_does() {
    let awaitable = "[[awaitable]]\nname = \"users\"\nreturns = 7\n";
    let expects = "[[expect]]\ncall = \"gather\"\nexception = \"OSError\" # once\n[[expect]]\ncall = \"wait\"\nexception = \"OSError\"\n";
    let rewritten = rewrite("x.toml", &format!("{awaitable}{expects}")).expect("it is a scenario");
    let after = "[[expect]]\ncall = \"gather\"\nresults = [7] # once\n[[expect]]\ncall = \"wait\"\ndone = [\"users\"]\npending = []\n";
    assert_eq!(rewritten.text, format!("{awaitable}{after}"));

    let forever = "[[awaitable]]\nname = \"users\"\ndelay = \"forever\"\n";
    let expects = "[[expect]]\ncall = \"wait\"\noutcome = \"returned\"\ndone = [\"users\"]\npending = [] # none\n";
    let rewritten = rewrite("x.toml", &format!("{forever}{expects}")).expect("it is a scenario");
    assert_eq!(rewritten.text, format!("{forever}[[expect]]\ncall = \"wait\"\noutcome = \"hangs\"\n # none\n"));
}

#[test]
fn clones_that_differ_are_named_one_by_one() {
    let awaitable = "[caller]\nargs = [\"w-1\", \"w-2\"]\n[[awaitable]]\nname = \"w\"\ncount = 3\n";
    let expect = "[[expect]]\ncall = \"wait\"\n";
    for (before, after) in [
        (
            "fates = { w = \"lost\", w-2 = \"done\" } # x\n",
            "fates = { w-1 = \"done\", w-3 = \"unfinished\", w-2 = \"done\" } # x\n",
        ),
        ("[expect.fates]\nw = \"lost\"\n", "[expect.fates]\nw-1 = \"done\"\nw-2 = \"done\"\nw-3 = \"unfinished\"\n"),
    ] {
        let rewritten = rewrite("x.toml", &format!("{awaitable}{expect}{before}")).expect("it is a scenario");
        assert_eq!(rewritten.text, format!("{awaitable}{expect}{after}"));
    }
}

#[test]
fn what_cannot_be_made_to_hold_is_left_and_said() {
    let text = format!(
        "{EMPTY}\
         [[expect]]\ncall = \"wait\"\nwrap = false\npython = [\"3.10\", \"3.11\"]\noutcome = \"hangs\"\nat = 1\n\
         [[expect]]\ncall = \"gather\"\nevents = [{{ event = \"timeout\" }}]\n"
    );
    let folder = folder(&[("a.toml", &text)]);
    let finished = run_in(folder.path(), &["--write", "a.toml"]);
    assert_eq!(finished.code, Some(1));
    assert_eq!(
        finished.stdout,
        "\
! a.toml:3  wait --wrap=false
      outcome  the Python versions differ here: give each an [[expect]] of its own
      at       was  1
               now  0
! a.toml:9  gather
      events[0]  no such event comes there: move it, or take it out
a.toml: 2 expectations still fail
"
    );
    assert_eq!(read(&folder, "a.toml"), text.replace("at = 1", "at = 0"));
}

#[test]
fn nothing_is_written_where_nothing_could_be_run() {
    let broken = "[[awaitable]]\ndealy = 1\n";
    let folder = folder(&[("a.toml", broken), ("b.toml", EMPTY), ("c.toml", &format!("expect = []\n{EMPTY}"))]);
    let finished = run_in(folder.path(), &["--write", "a.toml", "b.toml", "c.toml"]);
    assert_eq!(finished.code, Some(2));
    assert!(finished.stderr.contains("did you mean `delay`"), "{}", finished.stderr);
    assert!(finished.stderr.contains("cannot be rewritten"), "{}", finished.stderr);
    assert_eq!(read(&folder, "a.toml"), broken);
    assert!(read(&folder, "b.toml").contains("[[expect]]"), "the others are still written");
    assert_eq!(read(&folder, "c.toml"), format!("expect = []\n{EMPTY}"));
    for arguments in [&["--write"][..], &["--write", "basic"], &["--write", "-"], &["--write", "b.toml", "--json"]] {
        assert_eq!(run_in(folder.path(), arguments).code, Some(2), "{arguments:?}");
    }
    assert_eq!(fs::read_dir(folder.path()).expect("it is there").count(), 3, "nothing is left behind");
}

#[test]
fn nothing_is_written_where_one_file_is_read_only() {
    let wrong = WRONG.replace("\\u001b[2J", "");
    let folder = folder(&[("a.toml", &wrong), ("b.toml", &wrong), ("good.toml", GOOD)]);
    for name in ["b.toml", "good.toml"] {
        let mut permissions = fs::metadata(folder.path().join(name)).expect("it is there").permissions();
        permissions.set_readonly(true);
        fs::set_permissions(folder.path().join(name), permissions).expect("it can be set");
    }
    let finished = run_in(folder.path(), &["--write", "."]);
    assert_eq!((finished.code, finished.stdout.as_str()), (Some(4), ""));
    assert_eq!(finished.stderr, "error: ./b.toml could not be written: it is read-only\n");
    assert_eq!((read(&folder, "a.toml"), read(&folder, "b.toml")), (wrong.clone(), wrong));
    assert_eq!(run_in(folder.path(), &["--write", "a.toml", "good.toml"]).code, Some(0), "it needs no change");
}

#[cfg(unix)]
#[test]
fn links_and_permissions_of_a_rewritten_file_stay() {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
    let folder = folder(&[("a.toml", EMPTY)]);
    let at = |name: &str| folder.path().join(name);
    fs::hard_link(at("a.toml"), at("hard.toml")).expect("a link can be made");
    symlink("a.toml", at("soft.toml")).expect("a link can be made");
    fs::set_permissions(at("a.toml"), fs::Permissions::from_mode(0o640)).expect("it can be set");
    let before = fs::metadata(at("a.toml")).expect("it is there").ino();
    assert_eq!(run_in(folder.path(), &["--write", "soft.toml"]).code, Some(0));
    let after = fs::metadata(at("hard.toml")).expect("it is there");
    assert_eq!((after.ino(), after.nlink(), after.mode() & 0o777), (before, 2, 0o640));
    assert_eq!(read(&folder, "hard.toml"), read(&folder, "a.toml"));
    assert!(read(&folder, "hard.toml").contains("[[expect]]") && at("soft.toml").is_symlink());
    // Where it becomes shorter nothing of what stood there is left.
    fs::write(at("a.toml"), format!("{EMPTY}[[expect]]\ncall = \"gather\"\nlogs = [\"none of this came\"]\n")).unwrap();
    assert_eq!(run_in(folder.path(), &["--write", "hard.toml"]).code, Some(0));
    assert_eq!(read(&folder, "a.toml"), format!("{EMPTY}[[expect]]\ncall = \"gather\"\nlogs = []\n"));
    assert_eq!(fs::read_dir(folder.path()).expect("it is there").count(), 3, "nothing is left behind");
}

/// Scenarios over the whole format, drawn at random.
fn random_scenarios() -> impl Iterator<Item = String> {
    (0..300).map(|index| generator::scenario(&mut Random::new(4, index)).to_string())
}

#[test]
fn what_is_written_for_any_scenario_holds_and_stays() {
    for before in random_scenarios() {
        let rewritten = rewrite("x.toml", &before).unwrap_or_else(|error| panic!("{error}\n{before}"));
        assert_eq!(rewritten.scenario.expect.len(), 5, "{before}");
        assert!(rewritten.text.starts_with(&before), "{before}");
        for expect in &rewritten.scenario.expect {
            for python in versions(&rewritten.scenario, expect) {
                assert_eq!(check(&rewritten.scenario, expect, python), [], "{}", rewritten.text);
            }
        }
        let again = rewrite("x.toml", &rewritten.text).expect("it is a scenario");
        assert_eq!((again.text, again.changes), (rewritten.text, vec![]));
    }
}

#[test]
fn expectations_of_a_scenario_that_changed_are_made_to_hold_again() {
    let mut changed = 0;
    for before in random_scenarios() {
        let written = rewrite("x.toml", &before).expect("it is a scenario").text;
        let Some(expects) = written.strip_prefix(&before) else { panic!("the rest was touched") };
        // A line of a text that goes over several can have no comment.
        if expects.contains("'''") || expects.contains("\"\"\"") {
            continue;
        }
        // Every line gets a comment, and the scenario other outcomes and times.
        let expects: String = expects
            .lines()
            .enumerate()
            .map(|(number, line)| if line.is_empty() { "\n".to_owned() } else { format!("{line} # {number}\n") })
            .collect();
        let head = before.replace("raises = ", "returns = ").replace("delay = 1\n", "delay = 3\n");
        let text = format!("{head}{expects}");
        if parse("x.toml", &text).is_err() {
            continue;
        }
        let rewritten = rewrite("x.toml", &text).unwrap_or_else(|error| panic!("{error}\n{text}"));
        assert!(rewritten.text.starts_with(&head));
        assert_eq!(comments(&rewritten.text[head.len()..]), comments(&expects), "{text}\n->\n{}", rewritten.text);
        assert!(!rewritten.changes.iter().any(|change| matches!(change.edit, Edit::Left { .. })), "{text}");
        let again = rewrite("x.toml", &rewritten.text).expect("it is a scenario");
        assert_eq!((again.text, again.changes), (rewritten.text, vec![]));
        changed += usize::from(!rewritten.changes.is_empty());
    }
    assert!(changed >= 20, "only {changed} scenarios had anything to change");
}

/// The numbers that stand in comments, sorted.
fn comments(text: &str) -> Vec<u32> {
    let found = text.lines().filter_map(|line| line.rsplit_once("# ")?.1.parse().ok());
    let mut numbers: Vec<u32> = found.collect();
    numbers.sort_unstable();
    numbers
}
