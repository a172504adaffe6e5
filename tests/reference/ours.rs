//! asyncdemo's own run of a scenario, as its run document.

use asyncdemo::event::Recording;
use asyncdemo::executor::clock::Virtual;
use asyncdemo::executor::run;
use asyncdemo::outcome::Ledger;
use asyncdemo::report::json::{ClockName, Head, write_document};
use asyncdemo::scenario::{self, Call, Python, Scenario};
use serde_json::Value;

/// Runs a scenario on the virtual clock and gives its run document: what `--format json` prints.
pub fn ours(scenario: &Scenario, call: Call, python: Python) -> Value {
    let mut told = (Ledger::new(scenario, call, python), Recording::default());
    let end = run(scenario, call, python, Virtual, &mut told);
    let (ledger, recording) = told;
    let head = Head { source: "-", clock: ClockName::Virtual };
    let mut document = Vec::new();
    write_document(&mut document, &head, &ledger.finish(&end), Some(&recording), true)
        .expect("memory takes everything");
    serde_json::from_slice(&document).expect("it is JSON")
}

/// Reads a scenario file's text; the error is what a person would be shown.
pub fn parse(name: &str, toml: &str) -> Result<Scenario, String> {
    scenario::parse(name, toml).map_err(|problems| problems.render(false, 120))
}
