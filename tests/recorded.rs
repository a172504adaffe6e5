//! What real CPythons of all seven versions answered, held against our own loop where there is no Python at all.
//!
//! The answers are those of `asyncdemo verify`: the printed program, under its harness. `tests/recorded/record` records
//! them anew; it is this test with `ASYNCDEMO_RECORD=1` and one interpreter of each version.

mod cpython;
mod recording;

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;
use std::{env, fs, thread};

use asyncdemo::event::Word;
use asyncdemo::report::json;
use asyncdemo::scenario::{Python, Way};
use asyncdemo::simulation;
use asyncdemo::verify::case::{Ours, calls, label};
use asyncdemo::verify::generator::{self, Random};
use asyncdemo::verify::harness::Harness;
use asyncdemo::verify::interpreter::Interpreter;
use asyncdemo::verify::log::Log;

use recording::{Head, Recorded, Recording};

/// How many random scenarios are recorded, and the seed that they are drawn from.
const RANDOM: (u64, u64) = (400, 20_080_414);
/// What records anew.
const COMMAND: &str = "tests/recorded/record";
/// How long one answer may take.
const LIMIT: Duration = Duration::from_secs(60);

#[test]
fn scenario_files_do_what_cpython_did() {
    let files = files();
    let recorded = recording(Recording::Files, &files);
    let kept: Vec<(String, String)> = recorded.iter().map(|one| (one.name.clone(), one.toml.clone())).collect();
    assert!(kept == files, "scenarios have changed since their answers were recorded: run {COMMAND}");
    compare(&recorded);
}

#[test]
fn random_scenarios_do_what_cpython_did() {
    let (count, seed) = RANDOM;
    let draw = |index| generator::scenario(&mut Random::new(seed, index)).to_string();
    let drawn: Vec<(String, String)> = (0..count).map(|index| (format!("random {index}"), draw(index))).collect();
    // What is recorded stays right when the generator learns something new, so it need not be what would be drawn now.
    compare(&recording(Recording::Random, &drawn));
}

/// The run document has the keys of an answer, and so makes a log as an answer does: that of the recording.
#[test]
fn the_run_document_says_what_the_log_says() {
    let draw = |index| generator::scenario(&mut Random::new(97, index)).to_string();
    let files = [Recording::Files, Recording::Random].into_iter().flat_map(|recording| recording.read().1);
    let drawn = (0..200).map(|index| Recorded::new("drawn", &draw(index)));
    let precise = Recorded::new("precise", "[[awaitable]]\nreturns = [31.245270191439438, 1e300, 5e-324]");
    let mut pythons = Python::ALL.iter().copied().cycle();
    for recorded in files.chain(drawn).chain([precise]) {
        let scenario = recorded.scenario();
        for (call, python) in calls(&scenario).into_iter().zip(&mut pythons) {
            let told = simulation::record(&scenario, call, python, &Way::default());
            let mut document = Vec::new();
            let head = json::Head { source: "-", clock: json::ClockName::Virtual };
            json::write_document(&mut document, &head, &told.run, Some(&told.events), true).expect("memory takes it");
            let document = serde_json::from_slice(&document).expect("it is JSON");
            let (label, toml) = (label(&call), &recorded.toml);
            assert_eq!(Log::of_document(&document), Log::of_run(&told), "{label} on {python}\n{toml}");
        }
    }
}

/// A recording, which is first made anew where that is asked for.
fn recording(recording: Recording, scenarios: &[(String, String)]) -> Vec<Recorded> {
    if env::var_os("ASYNCDEMO_RECORD").is_some() {
        record(recording, scenarios);
    }
    let (head, recorded) = recording.read();
    let known: Vec<String> = Python::ALL.iter().map(|python| python.to_string()).collect();
    assert!(head.cpython.keys().all(|python| known.contains(python)) && head.cpython.len() == known.len());
    assert!(recorded.len() >= scenarios.len().min(300), "only {} scenarios are recorded", recorded.len());
    recorded
}

/// Every recorded run must come out as it is recorded.
fn compare(recorded: &[Recorded]) {
    let (mut runs, mut explained) = (0, Vec::new());
    for recorded in recorded {
        let (compared, differences) = recorded.compare();
        runs += compared;
        explained.extend(differences.iter().map(|difference| format!("{}\n{}", recorded.toml, difference.explain())));
    }
    let wrong = explained.len();
    assert!(wrong == 0, "{wrong} of {runs} recorded runs come out otherwise; the first:\n\n{}", explained[0]);
    assert!(runs > 0);
}

/// Asks a CPython of each version, and writes down what it says.
fn record(recording: Recording, scenarios: &[(String, String)]) {
    let mut interpreters = cpython::interpreters();
    interpreters.sort_by_key(|interpreter| interpreter.python);
    let found: Vec<Python> = interpreters.iter().map(|interpreter| interpreter.python).collect();
    assert_eq!(found, Python::ALL, "recording needs a CPython of each version, on PATH or in ASYNCDEMO_PYTHONS");
    let mut recorded: Vec<Recorded> = scenarios.iter().map(|(name, toml)| Recorded::new(name, toml)).collect();
    let answers: Vec<Vec<Vec<Log>>> = thread::scope(|scope| {
        let recorded = &recorded;
        let asked: Vec<_> =
            interpreters.iter().map(|interpreter| scope.spawn(move || answers(interpreter, recorded))).collect();
        asked.into_iter().map(|asked| asked.join().expect("an interpreter failed")).collect()
    });
    for (index, recorded) in recorded.iter_mut().enumerate() {
        for (number, call) in calls(&recorded.scenario()).iter().enumerate() {
            for (interpreter, answers) in interpreters.iter().zip(&answers) {
                recorded.add(&label(call), interpreter.python, &answers[index][number]);
            }
        }
    }
    let cpython: BTreeMap<String, String> =
        interpreters.iter().map(|interpreter| (interpreter.python.to_string(), interpreter.version.clone())).collect();
    recording.write(&Head { cpython, command: COMMAND.to_owned() }, &recorded);
}

/// What an interpreter says to every call of every scenario.
fn answers(interpreter: &Interpreter, scenarios: &[Recorded]) -> Vec<Vec<Log>> {
    let version = &interpreter.version;
    let mut harness = Harness::start(interpreter, LIMIT).unwrap_or_else(|why| panic!("CPython {version}: {why}"));
    let mut answer = |recorded: &Recorded| {
        let scenario = recorded.scenario();
        let calls = calls(&scenario);
        for call in &calls {
            harness.ask(&Ours::new(&scenario, *call, interpreter.python).program, &Way::default());
        }
        let answers = calls.iter().map(|call| match harness.answer() {
            Ok(answer) => Log::of_document(&answer),
            Err(why) => panic!("{}, {} on CPython {version}: {why}", recorded.name, label(call)),
        });
        answers.collect()
    };
    scenarios.iter().map(&mut answer).collect()
}

/// The built-in scenarios and those of CPython's own test suite, in the paths' order: name, and the part that is the
/// program.
fn files() -> Vec<(String, String)> {
    let mut files = Vec::new();
    let mut folders = vec!["scenarios".to_owned(), "tests/cpython_suite".to_owned()];
    while let Some(folder) = folders.pop() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(&folder);
        for entry in fs::read_dir(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display())) {
            let entry = entry.expect("the folder can be read").path();
            let name = format!("{folder}/{}", entry.file_name().unwrap_or_default().to_string_lossy());
            if entry.is_dir() {
                folders.push(name);
            } else if name.ends_with(".toml") {
                let text = fs::read_to_string(&entry).unwrap_or_else(|error| panic!("{}: {error}", entry.display()));
                files.push((name, with_small_counts(&program(&text))));
            }
        }
    }
    files.sort();
    files
}

/// A scenario file without what is said about the program: prose, comments and expectations. So a better word in a
/// file asks for no new recording.
fn program(toml: &str) -> String {
    const HEADERS: [&str; 5] = ["[[awaitable]]", "[caller]", "[gather]", "[wait]", "[[expect]]"];
    let mut within = false;
    let kept = toml.lines().filter(|line| {
        if HEADERS.contains(line) {
            within = *line != "[[expect]]";
        }
        within && !line.starts_with('#')
    });
    kept.map(|line| line.to_owned() + "\n").collect()
}

/// The text with every `count` above 20 made 20: where ten thousand are alike, twenty of them show the same.
fn with_small_counts(toml: &str) -> String {
    let small = |line: &str| match line.split_once('=') {
        Some((key, count)) if key.trim() == "count" => {
            let count: u64 = count.trim().replace('_', "").parse().unwrap_or(0);
            (count > 20).then(|| "count = 20".to_owned())
        }
        _ => None,
    };
    toml.lines().map(|line| small(line).unwrap_or_else(|| line.to_owned()) + "\n").collect()
}
