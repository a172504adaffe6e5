//! asyncdemo against CPython: the same scenarios must give the same outcome and the same events, each at the same time
//! and in the same pass of the loop, on every CPython from 3.8 to 3.14 that this machine has.
//!
//! `ASYNCDEMO_PYTHONS` names interpreters besides those on PATH; `ASYNCDEMO_REQUIRE_CPYTHON=1` fails where there is
//! none. `ASYNCDEMO_DIFFERENTIAL_RUNS` says how many random scenarios there are, `ASYNCDEMO_DIFFERENTIAL_SEED` where
//! they start. Where no CPython is found, the recorded answers in `tests/recorded` stand for it; they are compared on
//! every machine. `ASYNCDEMO_RECORD=1` records them anew.

mod reference {
    pub mod interpreter;
    pub mod ours;
    pub mod recorded;
    pub mod resolve;
}

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::sync::OnceLock;
use std::time::Instant;
use std::{env, fs, thread};

use asyncdemo::scenario::{Call, GatherOptions, Python, ReturnWhen, Scenario, WaitOptions};
use asyncdemo::verify::generator::{self, Random};
use asyncdemo::verify::log::Log;
use asyncdemo::verify::sketch::Sketch;
use reference::interpreter::{Interpreter, Reference};
use reference::ours::{ours, parse};
use reference::recorded::{CLASSES, Recorded, RecordedRun, Recording};
use reference::resolve::resolve;

/// How many random scenarios are compared where nobody says.
const SCENARIOS: u64 = 200;
/// Where they start where nobody says.
const SEED: u64 = 20_080_414;
/// How many random scenarios are recorded.
const RECORDED: u64 = 300;

#[test]
fn random_scenarios_do_what_cpython_does() {
    let interpreters = interpreters();
    if interpreters.is_empty() {
        return compare_recorded(&Recording::Random.read());
    }
    let (seed, count) = (number("ASYNCDEMO_DIFFERENTIAL_SEED", SEED), number("ASYNCDEMO_DIFFERENTIAL_RUNS", SCENARIOS));
    let sketches: Vec<(String, Sketch)> = (0..count)
        .map(|index| (format!("seed {seed}, scenario {index}"), generator::scenario(&mut Random::new(seed, index))))
        .collect();
    let cases: Vec<Case> = sketches.iter().map(|(name, sketch)| Case::new(name, &sketch.to_string())).collect();
    let differing = compare(interpreters, &cases);
    if let Some((python, index, variant)) = differing.first().copied() {
        let interpreter = interpreters.iter().find(|interpreter| interpreter.python == python).expect("it was asked");
        let smallest = shrink(&mut interpreter.start(), &sketches[index].1, variant);
        let all: BTreeMap<Python, usize> = differing.iter().fold(BTreeMap::new(), |mut all, (python, ..)| {
            *all.entry(*python).or_default() += 1;
            all
        });
        panic!(
            "{} of {} runs differ from CPython: {all:?}\n\n{}",
            differing.len(),
            cases.len() * Variant::ALL.len() * interpreters.len(),
            explain(&mut interpreter.start(), &Case::new(&sketches[index].0, &smallest.to_string()), variant),
        );
    }
}

#[test]
fn scenario_files_do_what_cpython_does() {
    let interpreters = interpreters();
    if interpreters.is_empty() {
        return compare_recorded(&Recording::Files.read());
    }
    // The recording has the first of these only; that the second agree needs a CPython.
    let cases: Vec<Case> = (scenario_files().iter().chain(&files_in("tests/cpython_suite")))
        .map(|(name, toml)| Case::new(name, toml))
        .collect();
    if let Some((python, index, variant)) = compare(interpreters, &cases).first().copied() {
        let interpreter = interpreters.iter().find(|interpreter| interpreter.python == python).expect("it was asked");
        panic!("{}", explain(&mut interpreter.start(), &cases[index], variant));
    }
}

#[test]
fn recorded_scenario_files_agree() {
    if env::var_os("ASYNCDEMO_RECORD").is_some() {
        record(Recording::Files, &scenario_files());
    }
    let recorded = Recording::Files.read();
    let files = scenario_files();
    let texts: Vec<(&str, &str)> = files.iter().map(|(name, toml)| (name.as_str(), toml.as_str())).collect();
    let kept: Vec<(&str, &str)> = recorded.iter().map(|file| (file.name.as_str(), file.toml.as_str())).collect();
    assert!(
        texts == kept,
        "the programs in scenarios/ have changed since their answers were recorded: run `ASYNCDEMO_RECORD=1 cargo test --test differential`",
    );
    compare_recorded(&recorded);
}

#[test]
fn recorded_random_scenarios_agree() {
    if env::var_os("ASYNCDEMO_RECORD").is_some() {
        let sketches: Vec<(String, String)> = (0..RECORDED)
            .map(|index| (format!("random {index}"), generator::scenario(&mut Random::new(SEED, index)).to_string()))
            .collect();
        record(Recording::Random, &sketches);
    }
    compare_recorded(&Recording::Random.read());
}

/// A scenario that is run in every way.
struct Case {
    name: String,
    toml: String,
    scenario: Scenario,
}

impl Case {
    fn new(name: &str, toml: &str) -> Case {
        let toml = with_small_counts(toml);
        let scenario = parse(name, &toml).unwrap_or_else(|error| panic!("{error}"));
        Case { name: name.to_owned(), toml, scenario }
    }

    fn question(&self, variant: Variant) -> String {
        resolve(&self.scenario, &variant.call(&self.scenario)).to_string()
    }

    fn ours(&self, variant: Variant, python: Python) -> Log {
        Log::of(&ours(&self.scenario, variant.call(&self.scenario), python))
    }
}

/// The ways in which every scenario is run; the other options are the file's.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Variant {
    Gather { return_exceptions: bool },
    Wait(ReturnWhen),
}

impl Variant {
    const ALL: [Variant; 5] = [
        Variant::Gather { return_exceptions: false },
        Variant::Gather { return_exceptions: true },
        Variant::Wait(ReturnWhen::AllCompleted),
        Variant::Wait(ReturnWhen::FirstCompleted),
        Variant::Wait(ReturnWhen::FirstException),
    ];

    fn call(self, scenario: &Scenario) -> Call {
        match self {
            Variant::Gather { return_exceptions } => Call::Gather(GatherOptions { return_exceptions }),
            Variant::Wait(return_when) => Call::Wait(WaitOptions { return_when, ..scenario.wait }),
        }
    }

    fn label(self) -> String {
        match self {
            Variant::Gather { return_exceptions: false } => "gather".to_owned(),
            Variant::Gather { return_exceptions: true } => "gather return_exceptions".to_owned(),
            Variant::Wait(return_when) => format!("wait {}", return_when.python_name()),
        }
    }
}

/// The CPythons to compare with; says so where there is none.
fn interpreters() -> &'static [Interpreter] {
    static FOUND: OnceLock<Vec<Interpreter>> = OnceLock::new();
    let found = FOUND.get_or_init(Interpreter::find);
    if found.is_empty() {
        assert!(
            env::var_os("ASYNCDEMO_REQUIRE_CPYTHON").is_none(),
            "ASYNCDEMO_REQUIRE_CPYTHON is set, and there is no CPython from 3.8 to 3.14 on PATH or in ASYNCDEMO_PYTHONS",
        );
        say("no CPython from 3.8 to 3.14 on PATH or in ASYNCDEMO_PYTHONS: compared with its recorded answers only");
    }
    found
}

/// Which runs differ: on which version, which case, which call.
fn compare(interpreters: &[Interpreter], cases: &[Case]) -> Vec<(Python, usize, Variant)> {
    let began = Instant::now();
    let questions: Vec<String> =
        cases.iter().flat_map(|case| Variant::ALL.map(|variant| case.question(variant))).collect();
    let differing = thread::scope(|scope| {
        let comparisons: Vec<_> = interpreters
            .iter()
            .map(|interpreter| {
                let questions = &questions;
                scope.spawn(move || {
                    let python = interpreter.python;
                    let answers = interpreter.start().ask(questions);
                    let runs = cases
                        .iter()
                        .enumerate()
                        .flat_map(|(index, case)| Variant::ALL.map(|variant| (index, case, variant)));
                    runs.zip(answers)
                        .filter(|((_, case, variant), answer)| case.ours(*variant, python) != Log::of(answer))
                        .map(|((index, _, variant), _)| (python, index, variant))
                        .collect::<Vec<_>>()
                })
            })
            .collect();
        comparisons.into_iter().flat_map(|comparison| comparison.join().expect("a comparison panicked")).collect()
    });
    let runs = questions.len() * interpreters.len();
    let versions: Vec<String> = interpreters.iter().map(|interpreter| interpreter.python.to_string()).collect();
    if runs > 0 {
        let rate = runs as f64 / began.elapsed().as_secs_f64();
        say(&format!("{runs} runs compared with CPython {}, {rate:.0} a second", versions.join(", ")));
    }
    differing
}

/// A scenario as small as it can be that still differs.
fn shrink(reference: &mut Reference, sketch: &Sketch, variant: Variant) -> Sketch {
    let mut smallest = sketch.clone();
    while let Some(smaller) = smallest.smaller().into_iter().find(|smaller| {
        let Ok(scenario) = parse("smaller", &smaller.to_string()) else { return false };
        let case = Case { name: String::new(), toml: String::new(), scenario };
        let answers = reference.ask(&[case.question(variant)]);
        case.ours(variant, reference.python) != Log::of(&answers[0])
    }) {
        smallest = smaller;
    }
    smallest
}

/// One difference, for a person.
fn explain(reference: &mut Reference, case: &Case, variant: Variant) -> String {
    let theirs = Log::of(&reference.ask(&[case.question(variant)])[0]);
    let ours = case.ours(variant, reference.python);
    let python = format!("CPython {}", reference.python);
    let logs = Log::difference(&ours.0, &theirs.0, ("asyncdemo", &python)).unwrap_or_default();
    format!("{}, {} on {python}:\n\n{}\n{logs}", case.name, variant.label(), case.toml)
}

/// Compares every recorded run with ours.
fn compare_recorded(recorded: &[Recorded]) {
    for recorded in recorded {
        let case = Case::new(&recorded.name, &recorded.toml);
        for variant in Variant::ALL {
            for python in Python::ALL {
                let run = recorded.runs.iter().find(|run| {
                    run.call == variant.label() && run.pythons.iter().any(|version| version == python.as_str())
                });
                let run = run.unwrap_or_else(|| panic!("{}: {} on {python} is missing", case.name, variant.label()));
                let theirs = run.on(python);
                let ours = case.ours(variant, python);
                if let Some(logs) = Log::difference(&ours.0, &theirs, ("asyncdemo", "recorded")) {
                    panic!("{}, {} on CPython {python}:\n\n{}\n{logs}", case.name, variant.label(), case.toml);
                }
            }
        }
    }
}

/// Asks every CPython, and writes down what it said. Needs one of each class.
fn record(recording: Recording, scenarios: &[(String, String)]) {
    let interpreters = interpreters();
    let cases: Vec<Case> = scenarios.iter().map(|(name, toml)| Case::new(name, toml)).collect();
    let questions: Vec<String> =
        cases.iter().flat_map(|case| Variant::ALL.map(|variant| case.question(variant))).collect();
    let answers: Vec<Vec<Vec<String>>> = CLASSES
        .iter()
        .map(|class| {
            let mut alike = interpreters
                .iter()
                .filter(|interpreter| class.contains(&interpreter.python))
                .map(|one| one.start().ask(&questions).iter().map(|answer| Log::of(answer).0).collect::<Vec<_>>());
            let answers = alike.next().unwrap_or_else(|| panic!("recording needs a CPython of {class:?}"));
            assert!(alike.all(|other| other == answers), "the CPythons of {class:?} differ from each other");
            answers
        })
        .collect();
    let recorded: Vec<Recorded> = cases
        .iter()
        .enumerate()
        .map(|(index, case)| {
            let mut runs: Vec<RecordedRun> = Vec::new();
            for (position, variant) in Variant::ALL.iter().enumerate() {
                for (class, answers) in CLASSES.iter().zip(&answers) {
                    let log = answers[index * Variant::ALL.len() + position].clone();
                    let pythons = class.iter().map(Python::to_string);
                    match runs.iter_mut().find(|run| run.call == variant.label() && run.log == log) {
                        Some(run) => run.pythons.extend(pythons),
                        None => runs.push(RecordedRun { call: variant.label(), pythons: pythons.collect(), log }),
                    }
                }
            }
            Recorded { name: case.name.clone(), toml: scenarios[index].1.clone(), runs }
        })
        .collect();
    recording.write(&recorded);
}

/// Every file under `scenarios/`, in the paths' order, with the part of its text that is the program.
fn scenario_files() -> Vec<(String, String)> {
    files_in("scenarios")
}

/// Every scenario file under a folder of this crate, in the paths' order, with the part of its text that is the program.
fn files_in(name: &str) -> Vec<(String, String)> {
    let mut files = Vec::new();
    let mut folders = vec![name.to_owned()];
    while let Some(folder) = folders.pop() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(&folder);
        let entries = fs::read_dir(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        for entry in entries {
            let entry = entry.expect("the folder can be read").path();
            let name = format!("{folder}/{}", entry.file_name().unwrap_or_default().to_string_lossy());
            if entry.is_dir() {
                folders.push(name);
            } else if name.ends_with(".toml") {
                let text = fs::read_to_string(&entry).unwrap_or_else(|error| panic!("{}: {error}", entry.display()));
                files.push((name, program(&text)));
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

fn number(variable: &str, default: u64) -> u64 {
    match env::var(variable) {
        Ok(text) => text.parse().unwrap_or_else(|_| panic!("{variable} is no number: {text}")),
        Err(_) => default,
    }
}

/// Says something also where the test passes: libtest swallows what macros print.
fn say(text: &str) {
    let _ = writeln!(std::io::stderr(), "differential: {text}");
}
