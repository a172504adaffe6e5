//! `asyncdemo check --write`: what it makes of expectations that are there, and what it leaves alone.

mod checking;

use std::fs;

use asyncdemo::expect::{Edit, check, rewrite, versions};
use asyncdemo::scenario::parse;
use asyncdemo::verify::generator::{self, Random};

use checking::{EMPTY, GOOD, WRONG, folder, read, run_in};

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
fn a_line_break_in_a_result_is_no_line_end_of_the_file() {
    let text = "[[awaitable]]\r\nreturns = 'a'\r\n[[awaitable]]\r\nreturns = \"a\\nb\"\r\n";
    for expect in ["", "[[expect]]\r\ncall = \"gather\"\r\nresults = ['a']\r\n"] {
        let rewritten = rewrite("x.toml", &format!("{text}{expect}")).expect("it is a scenario");
        assert!(rewritten.text.contains("\"a\\nb\""), "{}", rewritten.text);
        assert!(!rewritten.text.replace("\r\n", "").contains(['\r', '\n']), "{:?}", rewritten.text);
    }
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
    let folder = folder(&[("a.toml", broken), ("b.toml", EMPTY), ("c.toml", "x = 1")]);
    let finished = run_in(folder.path(), &["--write", "a.toml", "b.toml", "c.toml"]);
    assert_eq!(finished.code, Some(2));
    assert!(finished.stderr.contains("did you mean `delay`"), "{}", finished.stderr);
    assert_eq!(read(&folder, "a.toml"), broken);
    assert!(read(&folder, "b.toml").contains("[[expect]]"), "the others are still written");
    assert_eq!(read(&folder, "c.toml"), "x = 1");
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

#[test]
fn the_choices_and_the_jitter_of_an_expectation_are_kept() {
    let scenario = "\
[[awaitable]]
name = \"a\"
[[awaitable]]
name = \"left\"
kind = \"task\"
delay = 2
count = 3
[caller]
args = [\"a\"]
then = \"exit\"
";
    let text = format!(
        "{scenario}\
[[expect]]
call = \"gather\"
choices = [2, 1]
jitter = 7
outcome = \"raised\"
events = [{{ event = \"cancel\", target = \"left-1\", iteration = 9 }}]

[[expect]]
call = \"gather\"
jitter = 7

[[expect]]
call = \"gather\"
choices = [0, 5]
outcome = \"returned\"
"
    );
    let rewritten = rewrite("left.toml", &text).expect("it can be rewritten");
    let after = parse("left.toml", &rewritten.text).expect("a scenario");
    let before = parse("left.toml", &text).expect("a scenario");
    let ways = |scenario: &asyncdemo::scenario::Scenario| {
        scenario.expect.iter().map(|expect| expect.way.clone()).collect::<Vec<_>>()
    };
    assert_eq!(ways(&after), ways(&before));
    let differing = |index: usize| check(&after, &after.expect[index], versions(&after, &after.expect[index])[0]);
    assert_eq!(differing(0), []);
    assert_eq!(differing(1), []);
    assert!(after.expect[1].at.is_some_and(|at| at.min.0 > 0), "{}", rewritten.text);
    // Which choice was meant nobody can tell.
    assert_eq!(differing(2).len(), 1);
    let left = rewritten.changes.iter().filter(|change| matches!(change.edit, Edit::Left { .. }));
    assert_eq!(left.map(|change| change.key.as_str()).collect::<Vec<_>>(), ["choices[1]"]);
}
