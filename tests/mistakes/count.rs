//! Built in the copy that `tests/mistakes.rs` makes: counts how many recorded runs the loop gets wrong, with the mistake
//! that `ASYNCDEMO_MISTAKE` names.

#[path = "../tests/reference/ours.rs"]
mod ours;

use asyncdemo::scenario::{Call, GatherOptions, Python, ReturnWhen, Scenario, WaitOptions};
use asyncdemo::verify::log::Log;
use serde_json::Value;

fn main() {
    let read = |name| std::fs::read_to_string(format!("tests/recorded/{name}.jsonl")).expect("it is in the copy");
    // Files with a large `count` are recorded with a smaller one than they have.
    let (random, files) = (read("random"), read("scenarios"));
    let recorded = random.lines().chain(files.lines().filter(|line| !line.contains("count = ")));
    let (mut wrong, mut runs) = (0, 0);
    for line in recorded {
        let recorded: Value = serde_json::from_str(line).expect("a line is JSON");
        let scenario = ours::parse("recorded", recorded["toml"].as_str().unwrap_or_default()).expect("it is valid");
        for run in recorded["runs"].as_array().into_iter().flatten() {
            let log: Vec<&str> = run["log"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            // 3.14 answers as 3.13 does, but for one text.
            for python in Python::ALL.iter().filter(|python| **python != Python::V3_14) {
                if run["pythons"].as_array().into_iter().flatten().any(|version| version == python.as_str()) {
                    let call = call(&scenario, run["call"].as_str().unwrap_or_default());
                    let ours = Log::of(&ours::ours(&scenario, call, *python));
                    wrong += usize::from(ours.0 != log);
                    runs += 1;
                }
            }
        }
    }
    println!("{wrong} {runs}");
}

fn call(scenario: &Scenario, label: &str) -> Call {
    let wait = |return_when| Call::Wait(WaitOptions { return_when, ..scenario.wait });
    match label {
        "gather" => Call::Gather(GatherOptions { return_exceptions: false }),
        "gather return_exceptions" => Call::Gather(GatherOptions { return_exceptions: true }),
        "wait FIRST_COMPLETED" => wait(ReturnWhen::FirstCompleted),
        "wait FIRST_EXCEPTION" => wait(ReturnWhen::FirstException),
        _ => wait(ReturnWhen::AllCompleted),
    }
}
