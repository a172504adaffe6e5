//! The proof can fail: deliberate mistakes in the event loop, one at a time, are each caught by what CPython answered.
//!
//! The loop itself knows nothing of this. A copy of the crate gets all the mistakes at once, each behind a switch that an
//! environment variable turns; it is built once, and counts for each mistake how many recorded runs come out otherwise.

use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{fs, thread};

/// A text of the loop, and what stands there in the copy.
struct Edit {
    file: &'static str,
    text: &'static str,
    instead: &'static str,
}

const EDITS: &[Edit] = &[
    Edit {
        file: "executor.rs",
        text: "        let ready = &mut self.ready;
        self.futures.drain_callbacks(object, |callback| ready.push(Handle::Call(callback, object)));",
        instead: r#"        let mut callbacks = Vec::new();
        self.futures.drain_callbacks(object, |callback| callbacks.push(callback));
        if crate::mistake("callbacks run in reverse") {
            callbacks.reverse();
        }
        for callback in callbacks {
            if crate::mistake("one hop less in gather") && matches!(callback, Callback::Gathered(_)) {
                self.call_back(callback, object);
            } else {
                self.ready.push(Handle::Call(callback, object));
            }
        }"#,
    },
    Edit {
        file: "executor.rs",
        text: "        self.timers.pop_due(self.now, |action| batch.push(Handle::Due(action)));",
        instead: r#"        let ready = batch.len();
        self.timers.pop_due(self.now, |action| batch.push(Handle::Due(action)));
        if crate::mistake("ties reversed") {
            batch[ready..].reverse();
        }"#,
    },
    Edit {
        file: "executor.rs",
        text: "            Handle::StepService => self.ready",
        instead: r#"            Handle::StepService if crate::mistake("one pass less at the shutdown") => self.stopping = true,
            Handle::StepService => self.ready"#,
    },
    Edit {
        file: "executor/wait.rs",
        text: "!cancelled && self.futures.exception(object).is_some()",
        instead: r#"(cancelled && crate::mistake("FIRST_EXCEPTION ends with a cancelled task"))
                        || !cancelled
                            && self.futures.exception(object).is_some_and(|exception| {
                                !(crate::mistake("a cancelled group counts as cancelled")
                                    && exception.is_cancelled_error(self.scenario))
                            })"#,
    },
    Edit {
        file: "executor/wait.rs",
        text: "            if let Some(timer) = wait.timer.take() {
                self.timers.cancel(timer);
            }
            self.release_waiter(number);",
        instead: r#"            if !crate::mistake("wait's timeout is not cancelled")
                && let Some(timer) = wait.timer.take()
            {
                self.timers.cancel(timer);
            }
            self.release_waiter(number);"#,
    },
    Edit {
        file: "executor/wait.rs",
        text: "        if let Some(timer) = wait.timer.take() {
            self.timers.cancel(timer);
        }
        for id",
        instead: r#"        if !crate::mistake("wait's timeout is not cancelled")
            && let Some(timer) = wait.timer.take()
        {
            self.timers.cancel(timer);
        }
        for id"#,
    },
    Edit {
        file: "executor/wait.rs",
        text: "            *waiter = Waiter::Done;
            self.ready.push(Handle::StepCaller);",
        instead: r#"            *waiter = Waiter::Done;
            self.ready.push(Handle::StepCaller);
            if number == THE_CALL && crate::mistake("wait's sets are taken too early") {
                let sets = self.sets(number);
                crate::EARLY.with(|early| *early.borrow_mut() = Some(sets));
            }"#,
    },
    Edit {
        file: "executor/wait.rs",
        text: "        let futures = &self.waits.waits[number as usize].futures;",
        instead: r#"        if let Some(sets) = crate::EARLY.with(|early| early.borrow_mut().take()) {
            return sets;
        }
        let futures = &self.waits.waits[number as usize].futures;"#,
    },
    Edit {
        file: "executor/wait.rs",
        text: "        let number = self.waits.waits.len() as u32;",
        instead: r#"        let number = self.waits.waits.len() as u32;
        crate::EARLY.with(|early| early.borrow_mut().take());"#,
    },
    Edit {
        file: "executor/gather.rs",
        text: "        self.settle(object, State::GroupRaised);",
        instead: r#"        self.settle(object, State::GroupRaised);
        if crate::mistake("the first exception cancels the others")
            && let Some(number) = self.groups.of(object)
        {
            for child in self.groups.children(number).to_vec() {
                self.cancel(Target::Awaitable(child), Message::Absent, Canceller::Group, None);
            }
        }"#,
    },
    Edit {
        file: "executor/gather.rs",
        text: "if !cancelled && (group_done || !return_exceptions) {",
        instead: r#"if !cancelled
            && (group_done || !return_exceptions)
            && !(group_done && crate::mistake("late exceptions are not marked retrieved"))
        {"#,
    },
    Edit {
        file: "executor/gather.rs",
        text: "if let Some(last) = group.children.last().copied() {",
        instead: r#"let first = crate::mistake("a cancelled group's error is made by its first child");
            let maker = if first { group.children.first() } else { group.children.last() };
            if let Some(last) = maker.copied() {"#,
    },
    Edit {
        file: "executor/gather.rs",
        text: "                self.groups.groups[number as usize].cancel_requested = true;",
        instead: r#"                self.groups.groups[number as usize].cancel_requested = true;
                if crate::mistake("group.cancel() stops at the first child") {
                    return;
                }"#,
    },
    Edit {
        file: "executor/dialect.rs",
        text: "    pub fn gather_counts_done_children_at_once(self) -> bool {
        self.python >= Python::V3_12",
        instead: r#"    pub fn gather_counts_done_children_at_once(self) -> bool {
        let since = if crate::mistake("3.12's synchronous completion in 3.11") { Python::V3_11 } else { Python::V3_12 };
        self.python >= since"#,
    },
    Edit {
        file: "executor/task.rs",
        text: "            self.tasks.must_cancel[id.index()] = true;",
        instead: r#"            let forgotten = *suspension == Suspension::SleepDone
                && crate::mistake("cancelling after a sleep's end is forgotten");
            self.tasks.must_cancel[id.index()] = !forgotten;"#,
    },
    Edit {
        file: "executor/task.rs",
        text: "            Delay::For(span) if span.0 == 0 => {",
        instead: r#"            Delay::For(span) if span.0 == 0 && !crate::mistake("sleep(0) waits for a timer") => {"#,
    },
    Edit {
        file: "executor/task.rs",
        text: "                    self.timers.cancel(self.tasks.timer[index]);",
        instead: r#"                    if !crate::mistake("a cancelled sleep leaves its timer armed") {
                        self.timers.cancel(self.tasks.timer[index]);
                    }"#,
    },
];

const MISTAKES: &[&str] = &[
    "one hop less in gather",
    "callbacks run in reverse",
    "ties reversed",
    "one pass less at the shutdown",
    "FIRST_EXCEPTION ends with a cancelled task",
    "a cancelled group counts as cancelled",
    "wait's timeout is not cancelled",
    "wait's sets are taken too early",
    "the first exception cancels the others",
    "late exceptions are not marked retrieved",
    "a cancelled group's error is made by its first child",
    "group.cancel() stops at the first child",
    "3.12's synchronous completion in 3.11",
    "cancelling after a sleep's end is forgotten",
    "sleep(0) waits for a timer",
    "a cancelled sleep leaves its timer armed",
];

/// What the edits call.
const SWITCH: &str = r#"
/// Whether this mistake is to be made.
pub fn mistake(name: &str) -> bool {
    static MADE: std::sync::OnceLock<Option<String>> = std::sync::OnceLock::new();
    MADE.get_or_init(|| std::env::var("ASYNCDEMO_MISTAKE").ok()).as_deref() == Some(name)
}

thread_local! {
    /// Sets that were taken too early.
    pub static EARLY: std::cell::RefCell<Option<(Vec<scenario::Id>, Vec<scenario::Id>)>> = Default::default();
}
"#;

#[test]
fn every_mistake_is_caught() {
    let copy = copy_with_mistakes();
    build(&copy);
    let (wrong, runs) = count(&copy, None);
    assert_eq!(wrong, 0, "without a mistake all {runs} recorded runs must agree");
    for mistake in MISTAKES {
        assert!(EDITS.iter().any(|edit| edit.instead.contains(mistake)), "nothing makes the mistake {mistake:?}");
    }
    let next = AtomicUsize::new(0);
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    let caught: Mutex<Vec<(&str, usize, usize)>> = Mutex::default();
    thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(|| {
                while let Some(mistake) = MISTAKES.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let (wrong, runs) = count(&copy, Some(mistake));
                    caught.lock().expect("nobody panics with it").push((mistake, wrong, runs));
                }
            });
        }
    });
    let caught = caught.into_inner().expect("nobody panicked with it");
    assert_eq!(caught.len(), MISTAKES.len());
    for (mistake, wrong, runs) in &caught {
        println!("| {mistake} | {wrong} of {runs} |");
    }
    let missed: Vec<&str> = caught.iter().filter(|(_, wrong, _)| *wrong == 0).map(|(mistake, ..)| *mistake).collect();
    assert!(missed.is_empty(), "the recorded runs let these pass: {missed:?}");
}

/// A copy of the crate whose loop can make every mistake.
fn copy_with_mistakes() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let copy = Path::new(env!("CARGO_TARGET_TMPDIR")).join("mistakes");
    for part in ["src", "scenarios", "tests/recording", "tests/recorded"] {
        let _ = fs::remove_dir_all(copy.join(part));
        copy_folder(&here.join(part), &copy.join(part));
    }
    for file in ["Cargo.toml", "Cargo.lock"] {
        fs::copy(here.join(file), copy.join(file)).expect("a file can be copied");
    }
    fs::create_dir_all(copy.join("examples")).expect("a folder can be made");
    fs::copy(here.join("tests/mistakes/count.rs"), copy.join("examples/count.rs")).expect("a file can be copied");
    for edit in EDITS {
        let path = copy.join("src").join(edit.file);
        let text = fs::read_to_string(&path).expect("the copy can be read");
        let times = text.matches(edit.text).count();
        assert_eq!(times, 1, "src/{} has this {times} times; update the table of edits:\n{}", edit.file, edit.text);
        fs::write(&path, text.replace(edit.text, edit.instead)).expect("the copy can be written");
    }
    let root = copy.join("src/lib.rs");
    let text = fs::read_to_string(&root).expect("the copy can be read");
    fs::write(&root, text + SWITCH).expect("the copy can be written");
    copy
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder can be made");
    for entry in fs::read_dir(from).expect("a folder can be read") {
        let entry = entry.expect("an entry can be read").path();
        let target = to.join(entry.file_name().unwrap_or_default());
        if entry.is_dir() {
            copy_folder(&entry, &target);
        } else {
            fs::copy(&entry, &target).expect("a file can be copied");
        }
    }
}

fn cargo(copy: &Path, command: &str) -> Command {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args([command, "--quiet", "--offline", "--locked", "--example", "count"]).current_dir(copy);
    // What is built for the copy stays with it, so that the next time only the crate itself is built again.
    cargo.env("CARGO_TARGET_DIR", copy.join("target"));
    // Each recorded run is counted seventeen times: worth a better build of what does it, and of nothing else.
    for package in ["asyncdemo", "serde", "serde_core", "serde_json"] {
        cargo.args(["--config", &format!("profile.dev.package.{package}.opt-level=1")]);
    }
    cargo
}

fn build(copy: &Path) {
    let built = cargo(copy, "build").output().expect("cargo can be started");
    assert!(built.status.success(), "the copy does not build:\n{}", String::from_utf8_lossy(&built.stderr));
}

/// How many of how many recorded runs differ.
fn count(copy: &Path, mistake: Option<&str>) -> (usize, usize) {
    let mut program = Command::new(copy.join("target/debug/examples/count"));
    program.current_dir(copy).env_remove("ASYNCDEMO_MISTAKE");
    if let Some(mistake) = mistake {
        program.env("ASYNCDEMO_MISTAKE", mistake);
    }
    let counted = program.output().expect("the copy runs");
    let text = String::from_utf8_lossy(&counted.stdout);
    let numbers: Vec<usize> = text.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    match numbers[..] {
        [wrong, runs] => (wrong, runs),
        _ => panic!("{}", String::from_utf8_lossy(&counted.stderr)),
    }
}
