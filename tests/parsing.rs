//! What good scenarios say, key by key, and where they may come from.

use std::fs;
use std::path::PathBuf;

use asyncdemo::calls::{Call, Collection, Function, GatherOptions, ReturnWhen, WaitOptions};
use asyncdemo::outcome::{Fate, Status};
use asyncdemo::scenario::{
    Bounds, Delay, End, Kind, Nanos, Python, Scenario, ScheduledCancel, Then, Value, WrittenException, load, parse,
};

#[track_caller]
fn read(text: &str) -> Scenario {
    parse("test.toml", text).unwrap_or_else(|error| panic!("{error}"))
}

fn ms(ms: u64) -> Nanos {
    Nanos(ms * 1_000_000)
}

#[track_caller]
fn raises(written: &str) -> WrittenException {
    let scenario = read(&format!("[[awaitable]]\nraises = {written}\n"));
    match &scenario.awaitables[0].kind {
        Kind::Coroutine(body) => match &body.end {
            End::Raises(exception) => exception.clone(),
            end => panic!("{end:?}"),
        },
        kind => panic!("{kind:?}"),
    }
}

#[test]
fn the_least_scenario() {
    let scenario = read("[[awaitable]]\n");
    assert_eq!(scenario.awaitables[0].name, "a1");
    assert_eq!(scenario.awaitables[0].ids, 0..1);
    assert_eq!(scenario.caller.args, vec![0..1; 1]);
    assert_eq!((scenario.seed, scenario.python, scenario.title.as_deref()), (0, None, None));
    assert_eq!(scenario.call(Function::Gather), Call::Gather(GatherOptions::default()));
    assert_eq!(scenario.call(Function::Wait), Call::Wait(WaitOptions::default()));
    let Kind::Coroutine(body) = &scenario.awaitables[0].kind else { panic!("not a coroutine") };
    assert_eq!((body.delay, &body.end, &body.on_cancel), (None, &End::Returns(Value::None), &None));
}

#[test]
fn nothing_at_all_can_be_awaited_too() {
    let scenario = read("[caller]\nargs = []\n");
    assert!(scenario.is_empty() && scenario.caller.args.is_empty());
    let scenario = read("awaitable = []\n");
    assert!(scenario.is_empty());
}

#[test]
fn every_key() {
    let scenario = read(
        r#"
        title = "All of it"
        description = "Two\nlines"
        shows = ["G1", "M15"]
        question = "Why?"
        answer = "Because."
        python = "3.8"
        seed = 18446744073709551615
        [[awaitable]]
        name = "users"
        delay = "forever"
        returns = { z = [1, 2.5, true], a = "x" }
        on_cancel = { cleanup = "200ms", raises = "ValueError: late" }
        cancel_at = 1
        cancel_message = ""
        [[awaitable]]
        kind = "task"
        count = 3
        [awaitable.on_cancel]
        returns = 7
        [[awaitable]]
        name = "ready"
        kind = "future"
        delay = 0
        raises = "CancelledError: gone"
        [[awaitable]]
        name = "page"
        kind = "gather"
        members = ["a2-2", "ready", "ready"]
        return_exceptions = true
        done_callback = true
        [caller]
        unpack = false
        call_at = 0
        await_at = "1h30m"
        check_done_at = [1, "2s"]
        cancel_group_at = 3
        cancel_at = 4
        then = "exit"
        [gather]
        return_exceptions = true
        done_callback = true
        [wait]
        return_when = "FIRST_EXCEPTION"
        timeout = 0.5
        wrap = false
        collection = "dict"
        "#,
    );
    assert_eq!(scenario.title.as_deref(), Some("All of it"));
    assert_eq!(scenario.description.as_deref(), Some("Two\nlines"));
    assert_eq!(scenario.shows, ["G1", "M15"]);
    assert_eq!((scenario.question.as_deref(), scenario.answer.as_deref()), (Some("Why?"), Some("Because.")));
    assert_eq!((scenario.python, scenario.seed), (Some(Python::V3_8), u64::MAX));

    let names: Vec<String> = scenario.ids().map(|id| scenario.name(id).to_string()).collect();
    assert_eq!(names, ["users", "a2-1", "a2-2", "a2-3", "ready", "page"]);
    // What `page` holds is no argument of its own: the clones on both sides of the held one are.
    assert_eq!(scenario.caller.args, [0..1, 1..2, 3..4, 5..6]);

    let [users, a2, ready, page] = &scenario.awaitables[..] else { panic!("not four tables") };
    assert_eq!(users.cancel, Some(ScheduledCancel { at: ms(1000), message: Some(String::new()) }));
    let Kind::Coroutine(body) = &users.kind else { panic!("{users:?}") };
    assert_eq!(body.delay, Some(Delay::Forever));
    let End::Returns(value) = &body.end else { panic!("{body:?}") };
    assert_eq!(value.to_string(), "{'z': [1, 2.5, True], 'a': 'x'}");
    let on_cancel = body.on_cancel.as_ref().expect("it has one");
    assert_eq!(on_cancel.cleanup, Some(Delay::For(ms(200))));
    assert!(matches!(&on_cancel.then, Some(End::Raises(exception)) if exception.to_string() == "ValueError('late')"));

    let Kind::Task(body) = &a2.kind else { panic!("{a2:?}") };
    assert_eq!(
        body.on_cancel.as_ref().map(|on_cancel| on_cancel.then.clone()),
        Some(Some(End::Returns(Value::Int(7))))
    );
    let Kind::Future(settlement) = &ready.kind else { panic!("{ready:?}") };
    assert_eq!(settlement.delay, Some(Delay::For(Nanos::ZERO)));
    let Kind::Gather(group) = &page.kind else { panic!("{page:?}") };
    let both = GatherOptions { return_exceptions: true, done_callback: true };
    assert_eq!((&group.members[..], group.options), (&[2..3, 4..5, 4..5][..], both));

    let caller = &scenario.caller;
    assert_eq!((caller.passes_list, caller.then), (true, Then::Exit));
    assert_eq!((caller.call_at, caller.await_at), (Some(Nanos::ZERO), Some(ms(5_400_000))));
    assert_eq!(caller.check_done_at, [ms(1000), ms(2000)]);
    assert_eq!((caller.cancel_group_at, caller.cancel_at), (Some(ms(3000)), Some(ms(4000))));
    assert_eq!(scenario.call(Function::Gather), Call::Gather(both));
    let wait = WaitOptions {
        return_when: ReturnWhen::FirstException,
        timeout: Some(ms(500)),
        wrap: false,
        collection: Collection::Dict,
    };
    assert_eq!(scenario.call(Function::Wait), Call::Wait(wait));
}

#[test]
fn arguments_as_written() {
    let scenario = read(
        "[[awaitable]]\nname = \"w\"\ncount = 3\n[[awaitable]]\nname = \"x\"\n[caller]\nargs = [\"x\", \"w\", \"w-2\", \"x\"]\n",
    );
    assert_eq!(scenario.caller.args, [3..4, 0..3, 1..2, 3..4]);
    let scenario = read("[[awaitable]]\nname = \"w\"\ncount = 1\n[caller]\nargs = [\"w\"]\n");
    assert_eq!(scenario.name(asyncdemo::scenario::Id(0)).to_string(), "w");
}

#[test]
fn groups_may_share_all_but_coroutines() {
    let scenario = read(
        "[[awaitable]]\nname = \"t\"\nkind = \"task\"\n[[awaitable]]\nname = \"g\"\nkind = \"gather\"\nmembers = [\"t\"]\n\
         [[awaitable]]\nname = \"h\"\nkind = \"gather\"\nmembers = [\"t\", \"g\"]\n[caller]\nargs = [\"h\", \"g\", \"t\"]\n",
    );
    assert_eq!(scenario.caller.args, [2..3, 1..2, 0..1]);
}

#[test]
fn nesting_up_to_64() {
    let groups: String = (1..=64)
        .map(|level| format!("[[awaitable]]\nname = \"g{level}\"\nkind = \"gather\"\nmembers = [\"g{}\"]\n", level - 1))
        .collect();
    read(&format!("[[awaitable]]\nname = \"g0\"\n{groups}"));
    read(&format!("[[awaitable]]\nreturns = {}{}\n", "[".repeat(64), "]".repeat(64)));
}

#[test]
fn ten_million_in_one_table() {
    let scenario = read("[[awaitable]]\nname = \"worker\"\ncount = 10_000_000\n");
    assert_eq!((scenario.len(), scenario.awaitables.len()), (10_000_000, 1));
}

#[test]
fn exceptions() {
    let exception = |type_name: &str, message: Option<&str>| WrittenException {
        type_name: type_name.to_owned(),
        message: message.map(str::to_owned),
    };
    assert_eq!(raises(r#""ValueError""#), exception("ValueError", None));
    assert_eq!(raises(r#""ValueError:""#), exception("ValueError", Some("")));
    assert_eq!(raises(r#""ValueError: ""#), exception("ValueError", Some("")));
    assert_eq!(raises(r#""ValueError: a: b ""#), exception("ValueError", Some("a: b ")));
    assert_eq!(raises(r#""ValueError:  two""#), exception("ValueError", Some(" two")));
    assert_eq!(raises(r#""IOError: disk""#), exception("OSError", Some("disk")));
    assert_eq!(raises(r#""QuotaExceeded: 5""#), exception("QuotaExceeded", Some("5")));
    assert_eq!(raises(r#"{ type = "ValueError" }"#), exception("ValueError", None));
    assert_eq!(raises(r#"{ type = "ValueError", message = " x: y" }"#), exception("ValueError", Some(" x: y")));
    assert_eq!(raises(r#"{ type = "EnvironmentError", message = "" }"#), exception("OSError", Some("")));
}

#[test]
fn expectations() {
    let scenario = read(
        r#"
        [[awaitable]]
        name = "users"
        [[awaitable]]
        name = "orders"
        [gather]
        return_exceptions = true
        [wait]
        timeout = "1s"
        [[expect]]
        call = "gather"
        outcome = "returned"
        at = "500ms"
        results = [1, { returns = 2 }, { raises = "ValueError: x" }, {}, { raises = 1, other = 2 }]
        fates = { users = "delivered", orders = "lost" }
        events = [
            { event = "finish", awaitable = "group", at = "1.5s", exception = "ValueError: x" },
            { event = "cancel", target = "caller", by = "schedule", accepted = true, iteration = 3 },
        ]
        [[expect]]
        call = "wait"
        return_when = "first-completed"
        timeout = "none"
        python = ["3.8", "3.14"]
        done = ["users"]
        pending = ["orders"]
        warnings = []
        logs = ["Task exception was never retrieved"]
        [[expect]]
        call = "gather"
        python = "3.10"
        return_exceptions = false
        done_callback = true
        exception = "TypeError"
        outcome = "hangs"
        "#,
    );
    let [gather, wait, other] = &scenario.expect[..] else { panic!("not three") };
    assert_eq!((gather.line, wait.line, other.line), (10, 20, 29));
    assert_eq!(gather.call, Call::Gather(GatherOptions { return_exceptions: true, ..GatherOptions::default() }));
    let at = Some(Bounds::exactly(ms(500)));
    assert_eq!((gather.outcome, gather.at, &gather.python[..]), (Some(Status::Returned), at, &[][..]));
    let results: Vec<String> = (gather.results.iter().flatten())
        .map(|end| match end {
            End::Returns(value) => value.to_string(),
            End::Raises(exception) => format!("raises {exception}"),
        })
        .collect();
    assert_eq!(results, ["1", "2", "raises ValueError('x')", "None", "{'raises': 1, 'other': 2}"]);
    assert_eq!(gather.fates[1], ("orders".to_owned(), Fate::Lost));
    let fields: Vec<String> = gather.events[0].iter().map(|(key, value)| format!("{key}={value}")).collect();
    assert_eq!(
        fields,
        ["event='finish'", "awaitable='group'", "at=1.5", "exception={'type': 'ValueError', 'message': 'x'}"]
    );

    let Call::Wait(own) = scenario.call(Function::Wait) else { panic!("not wait()") };
    let options = WaitOptions { return_when: ReturnWhen::FirstCompleted, timeout: None, ..own };
    assert_eq!(wait.call, Call::Wait(options));
    assert_eq!(wait.python, [Python::V3_8, Python::V3_14]);
    assert_eq!(
        (wait.done.as_deref(), wait.pending.as_deref()),
        (Some(&["users".to_owned()][..]), Some(&["orders".to_owned()][..]))
    );
    assert_eq!((wait.warnings.as_deref(), wait.logs.as_ref().map(Vec::len)), (Some(&[][..]), Some(1)));

    assert_eq!(other.call, Call::Gather(GatherOptions { return_exceptions: false, done_callback: true }));
    assert_eq!((other.outcome, &other.python[..]), (Some(Status::Hangs), &[Python::V3_10][..]));
    assert_eq!(other.exception, Some(WrittenException { type_name: "TypeError".to_owned(), message: None }));
}

/// A fresh folder for one test's files.
fn folder(test: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("parsing").join(test);
    fs::remove_dir_all(&folder).ok();
    fs::create_dir_all(&folder).unwrap();
    folder
}

#[track_caller]
fn load_error(argument: &str) -> String {
    load(Some(argument)).expect_err(argument).render(false, 200)
}

#[test]
fn a_built_in_by_name_and_by_default() {
    let loaded = load(None).unwrap();
    assert_eq!(loaded.source, "builtin:basic");
    assert_eq!(load(Some("basic")).unwrap(), loaded);
    assert_eq!(load(Some("nested")).unwrap().source, "builtin:nested");
}

#[test]
fn a_file_by_its_path() {
    let path = folder("path").join("basic");
    fs::write(&path, "[[awaitable]]\nname = \"mine\"\n").unwrap();
    let path = path.to_str().unwrap();
    let loaded = load(Some(path)).unwrap();
    assert_eq!((loaded.source.as_str(), loaded.scenario.awaitables[0].name.as_str()), (path, "mine"));
}

#[test]
fn what_is_not_there() {
    let error = load_error("basik.toml");
    assert_eq!(
        error,
        "error: no file and no built-in scenario `basik.toml`\n |\n = help: did you mean the built-in scenario `basic`?\n"
    );
    let error = load_error("zebra\x1b[1m");
    assert!(error.starts_with("error: no file and no built-in scenario `zebra\\u{1b}[1m`\n"), "{error}");
    assert!(error.contains("`asyncdemo scenarios` lists the built-in scenarios"), "{error}");
    assert!(load(Some("")).is_err());
}

#[test]
fn a_folder() {
    let folder = folder("folder");
    fs::write(folder.join("one.toml"), "").unwrap();
    let path = folder.to_str().unwrap();
    let error = load_error(path);
    assert!(error.contains("is a folder\n"), "{error}");
    assert!(error.contains("name a file in it, such as `"), "{error}");
}

#[test]
fn seventeen_mebibytes() {
    let path = folder("long").join("long.toml");
    let file = fs::File::create(&path).unwrap();
    file.set_len(17 * 1024 * 1024).unwrap();
    let error = load_error(path.to_str().unwrap());
    assert!(error.contains("is longer than 16 MiB\n"), "{error}");
}

#[cfg(unix)]
#[test]
fn a_named_pipe() {
    let path = folder("pipe").join("pipe");
    let made = std::process::Command::new("mkfifo").arg(&path).status().unwrap();
    assert!(made.success());
    let writer = {
        let path = path.clone();
        std::thread::spawn(move || fs::write(path, "[[awaitable]]\nname = \"piped\"\n").unwrap())
    };
    let loaded = load(Some(path.to_str().unwrap())).unwrap();
    writer.join().unwrap();
    assert_eq!(loaded.scenario.awaitables[0].name, "piped");
}
