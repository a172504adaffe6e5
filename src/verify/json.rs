//! What `verify` found, for programs: `asyncdemo.verify/1`. Keys are only ever added within a version.

use serde_json::{Value, json};

use super::case::label;
use super::comparison::{Compared, Comparison, Totals};
use super::interpreter::Interpreter;
use crate::scenario::Way;

/// One scenario; `toml` where it is a random one.
pub fn scenario_json(name: &str, toml: Option<&str>, compared: &Compared, interpreters: &[Interpreter]) -> Value {
    let differences: Vec<Value> = compared
        .differences
        .iter()
        .map(|difference| {
            let python = &interpreters[difference.interpreter].version;
            let mut told = json!({"call": label(&difference.call), "python": python, "asyncdemo": difference.ours.0});
            add_way(&mut told, &difference.way);
            match &difference.theirs {
                Ok(theirs) => told["cpython"] = json!(theirs.0),
                Err(no_answer) => told["error"] = json!(no_answer.to_string()),
            }
            told
        })
        .collect();
    let failures: Vec<Value> = compared
        .failures
        .iter()
        .map(|failure| {
            let python = &interpreters[failure.interpreter].version;
            let mut told = json!({"call": label(&failure.call), "python": python, "error": failure.why.to_string()});
            add_way(&mut told, &failure.way);
            told
        })
        .collect();
    let mut told = json!({"source": name, "runs": compared.runs, "differences": differences, "failures": failures});
    if let Some(toml) = toml {
        told["toml"] = json!(toml);
    }
    told
}

/// Which way a run went, where that is not the canonical one.
fn add_way(run: &mut Value, way: &Way) {
    if !way.choices.is_empty() {
        run["choices"] = json!(way.choices);
    }
    if let Some(jitter) = way.jitter {
        run["jitter"] = json!(jitter);
    }
}

/// The interpreters, each with why it was given up, where it was.
pub(super) fn interpreters_json<'c>(
    interpreters: &[Interpreter],
    given_up: impl Fn(usize) -> Option<&'c str>,
) -> Vec<Value> {
    let told = interpreters.iter().enumerate().map(|(place, one)| {
        let (python, program) = (one.python.as_str(), one.program.to_string_lossy());
        let mut told = json!({"python": python, "version": one.version, "program": program});
        if let Some(why) = given_up(place) {
            told["given_up"] = json!(why);
        }
        told
    });
    told.collect()
}

/// The whole document.
pub fn document(
    interpreters: &[Interpreter],
    comparison: &Comparison<'_>,
    scenarios: Vec<Value>,
    totals: &Totals,
) -> Value {
    let mut document = json!({
        "format": "asyncdemo.verify/1",
        "interpreters": interpreters_json(interpreters, |place| comparison.given_up(place)),
        "scenarios": scenarios,
        "compared": {
            "scenarios": totals.scenarios,
            "runs": totals.runs,
            "reordered": totals.reordered,
            "late": totals.late,
            "differences": totals.differences,
            "failed": totals.failed,
        },
    });
    if totals.interrupted {
        document["interrupted"] = json!(true);
    }
    document
}
