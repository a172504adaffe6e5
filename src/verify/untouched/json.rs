//! What `verify --untouched` found, for programs: `asyncdemo.verify/1`, with `untouched`.

use serde_json::{Value, json};

use super::comparison::{Compared, Comparison, Strange, Totals};
use crate::verify::case::label;
use crate::verify::interpreter::Interpreter;
use crate::verify::json::interpreters_json;

/// One scenario.
pub fn scenario_json(name: &str, compared: &Compared, interpreters: &[Interpreter]) -> Value {
    let version = |interpreter: usize| &interpreters[interpreter].version;
    let strange = |one: &Strange| {
        let (ours, theirs) = (one.ours.beside(&one.theirs).0, one.theirs.beside(&one.theirs).0);
        json!({
            "call": label(&one.call),
            "python": version(one.interpreter),
            "factor": one.factor.as_f64(),
            "runs": one.times,
            "jitters_tried": one.tried,
            "asyncdemo": ours,
            "cpython": theirs,
        })
    };
    let not_run = compared.not_run.iter().map(|not_run| {
        let (python, why) = (version(not_run.interpreter), not_run.why.to_string());
        json!({"call": label(&not_run.call), "python": python, "why": why})
    });
    let failures = compared.failures.iter().map(|failed| {
        let (python, error) = (version(failed.interpreter), failed.why.to_string());
        json!({"call": label(&failed.call), "python": python, "runs": failed.runs, "error": error})
    });
    json!({
        "source": name,
        "runs": compared.runs(),
        "same": compared.same,
        "differences": compared.differences.iter().map(strange).collect::<Vec<_>>(),
        "late_machine": compared.late.iter().map(strange).collect::<Vec<_>>(),
        "not_run": not_run.collect::<Vec<_>>(),
        "failures": failures.collect::<Vec<_>>(),
    })
}

/// The whole document.
pub fn document(
    runs: usize,
    interpreters: &[Interpreter],
    comparison: &Comparison<'_>,
    scenarios: Vec<Value>,
    totals: &Totals,
) -> Value {
    let mut document = json!({
        "format": "asyncdemo.verify/1",
        "untouched": runs,
        "interpreters": interpreters_json(interpreters, |place| comparison.given_up(place)),
        "scenarios": scenarios,
        "compared": {
            "scenarios": totals.scenarios,
            "runs": totals.runs,
            "same": totals.same,
            "late_machine": totals.late,
            "differences": totals.differences,
            "not_run": totals.not_run,
            "failed": totals.failed,
        },
    });
    if totals.interrupted {
        document["interrupted"] = json!(true);
    }
    document
}
