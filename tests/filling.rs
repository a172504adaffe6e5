//! `asyncdemo check --write` where nothing is expected yet: of a file, or of a call.

mod checking;

use asyncdemo::expect::rewrite;
use asyncdemo::scenario::{Expect, Scenario};
use asyncdemo::verify::generator::{self, Random};

use checking::{EMPTY, folder, read, run_in};

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

/// Everything but what is added stays byte for byte, under Windows' line ends too.
#[test]
fn what_expects_nothing_is_filled_in_where_it_stands() {
    let before = "\
[[expect]] # first
  call = \"gather\" # it raises

# And so does this.
[[expect]]
call = \"wait\"
python = [ # two
  \"3.13\",
  \"3.14\" ]
return_when = \"first-exception\"   # one
fates = {} # none
[[expect]]
outcome = \"raised\"
call = \"gather\"

[[awaitable]] # the only one
name = \"users\"
delay = \"250ms\"
raises = \"OSError: gone\"
[[expect]]
call = \"wait\"";
    let after = "\
[[expect]] # first
  call = \"gather\" # it raises
  outcome = \"raised\"
  at = \"250ms\"
  exception = \"OSError: gone\"
  fates = { users = \"raised\" }

# And so does this.
[[expect]]
call = \"wait\"
python = [ # two
  \"3.13\",
  \"3.14\" ]
return_when = \"first-exception\"   # one
fates = {} # none
outcome = \"returned\"
at = \"250ms\"
done = [\"users\"]
pending = []
[[expect]]
outcome = \"raised\"
call = \"gather\"

[[awaitable]] # the only one
name = \"users\"
delay = \"250ms\"
raises = \"OSError: gone\"
[[expect]]
call = \"wait\"
outcome = \"returned\"
at = \"250ms\"
done = [\"users\"]
pending = []";
    let folder = folder(&[("a.toml", before)]);
    let finished = run_in(folder.path(), &["--write", "a.toml"]);
    assert_eq!((finished.code, finished.stderr.as_str()), (Some(0), ""));
    assert_eq!(read(&folder, "a.toml"), after);
    assert!(
        finished.stdout.starts_with("+ a.toml:1  gather\n      outcome    now  \"raised\"\n"),
        "{}",
        finished.stdout
    );
    assert!(finished.stdout.ends_with("\na.toml: 3 expectations filled in\n"), "{}", finished.stdout);
    assert!(run_in(folder.path(), &["a.toml"]).stdout.ends_with("\n4 passed, 0 failed\n"));
    assert_eq!(
        run_in(folder.path(), &["--write", "a.toml"]).stdout,
        "a.toml: nothing to change, 4 expectations hold\n"
    );

    let windows = rewrite("x.toml", &before.replace('\n', "\r\n")).expect("it is a scenario");
    assert_eq!(windows.text, after.replace('\n', "\r\n"));
}

#[test]
fn what_expects_nothing_is_filled_in_between_braces_and_with_a_table_of_fates() {
    let awaitable = "[[awaitable]]\nname = \"users\"\nraises = \"E\"\n";
    let inline = "expect = [{ call = \"gather\" }, # one\n  { fates = { }, call = \"gather\" } ]\n";
    let rewritten = rewrite("x.toml", &format!("{inline}{awaitable}")).expect("it is a scenario");
    let filled = "outcome = \"raised\", at = \"0s\", exception = \"E\"";
    let fates = "fates = { users = \"raised\" }";
    let after = format!(
        "expect = [{{ call = \"gather\", {filled}, {fates} }}, # one\n  {{ {fates}, call = \"gather\", {filled} }} ]\n"
    );
    assert_eq!(rewritten.text, format!("{after}{awaitable}"));

    let names: Vec<String> = (0..12).map(|number| format!("a-rather-long-name-{number}")).collect();
    let mut text: String = names.iter().map(|name| format!("[[awaitable]]\nname = \"{name}\"\n")).collect();
    text += "[[awaitable]]\nname = \"users\"\nraises = \"E\"\n";
    let expects = "[[expect]]\ncall = \"gather\"\n# behind\n[[expect]]\ncall = \"gather\"\n[expect.fates]\n";
    let rewritten = rewrite("x.toml", &format!("{text}{expects}")).expect("it is a scenario");
    let lines: String = names.iter().map(|name| format!("{name} = \"lost\"\n")).collect();
    let filled = "call = \"gather\"\noutcome = \"raised\"\nat = \"0s\"\nexception = \"E\"\n";
    let after = format!(
        "[[expect]]\n{filled}\n[expect.fates]\n{lines}users = \"raised\"\n# behind\n[[expect]]\n{filled}[expect.fates]\n"
    );
    assert_eq!(rewritten.text, format!("{text}{after}"));
}

#[test]
fn versions_that_differ_are_filled_in_as_far_as_they_agree() {
    let text = |delay: &str| {
        format!(
            "[[awaitable]]\nname = \"users\"\n{delay}[[expect]]\ncall = \"wait\"\nwrap = false\npython = [\"3.10\", \"3.11\"]\n"
        )
    };
    let at_once = rewrite("x.toml", &text("")).expect("it is a scenario");
    assert_eq!(at_once.text, format!("{}at = \"0s\"\n", text("")));
    let folder = folder(&[("a.toml", &text("delay = 1\n"))]);
    let finished = run_in(folder.path(), &["--write", "a.toml"]);
    assert_eq!(finished.code, Some(1));
    assert!(finished.stdout.contains("the Python versions differ in everything"), "{}", finished.stdout);
    assert!(finished.stdout.ends_with("a.toml: 1 expectation still expects nothing\n"), "{}", finished.stdout);
    assert_eq!(read(&folder, "a.toml"), text("delay = 1\n"));
}

#[test]
fn an_empty_list_gives_way_to_expectations() {
    for (before, after) in [
        (format!("expect = []\n{EMPTY}"), EMPTY.to_owned()),
        (
            format!("\u{feff}title = \"x\"\n  expect = [ # none\n ] # yet\n{EMPTY}"),
            format!("\u{feff}title = \"x\"\n  # none\n   # yet\n{EMPTY}"),
        ),
    ] {
        let rewritten = rewrite("x.toml", &before).unwrap_or_else(|error| panic!("{error}"));
        assert!(rewritten.text.starts_with(&format!("{after}\n[[expect]]\ncall = \"gather\"\n")), "{}", rewritten.text);
        assert_eq!(rewritten.scenario.expect.len(), 5);
    }
}

#[test]
fn filled_in_is_what_new_ones_would_say() {
    for index in 0..300 {
        let before = generator::scenario(&mut Random::new(4, index)).to_string();
        let new = rewrite("x.toml", &before).expect("it is a scenario");
        let Some(expects) = new.text.strip_prefix(&before) else { panic!("the rest was touched") };
        let call_only = |line: &&str| ["[[", "call = ", "return_"].iter().any(|kept| line.starts_with(kept));
        let emptied: Vec<&str> = expects.lines().filter(call_only).collect();
        let text = format!("{before}\n{}\n", emptied.join("\n"));
        let filled = rewrite("x.toml", &text).unwrap_or_else(|error| panic!("{error}\n{text}"));
        assert_eq!(filled.scenario.expect.len(), 5, "{text}");
        let line = |scenario: &Scenario| -> Vec<Expect> {
            scenario.expect.iter().map(|expect| Expect { line: 0, ..expect.clone() }).collect()
        };
        assert_eq!(line(&filled.scenario), line(&new.scenario), "{text}");
    }
}
