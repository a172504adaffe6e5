//! One document, `asyncdemo.check/1`, for scripts. Keys are only ever added within a version.

use std::io::{self, Write};

use serde::Serialize;

use crate::report::json::{CallOptions, write_pretty};
use crate::scenario::Python;

use super::{Checked, CheckedRun, Counts, Verdict};

#[derive(Serialize)]
struct Document<'a> {
    format: &'static str,
    passed: usize,
    failed: usize,
    empty: usize,
    checks: Vec<Check<'a>>,
    without_expectations: Vec<&'a str>,
    invalid: Vec<Invalid<'a>>,
}

#[derive(Serialize)]
struct Check<'a> {
    source: &'a str,
    line: u32,
    call: CallOptions,
    choices: &'a [u32],
    jitter: Option<u64>,
    python: Vec<&'static str>,
    status: &'static str,
    differences: Vec<Differs<'a>>,
}

#[derive(Serialize)]
struct Differs<'a> {
    python: &'static str,
    key: String,
    expected: &'a str,
    got: &'a str,
}

#[derive(Serialize)]
struct Invalid<'a> {
    source: &'a str,
    problems: Vec<&'a str>,
}

/// Writes everything that was checked as one document, with a newline at the end.
///
/// # Errors
///
/// What the writer says.
pub fn write_json(out: &mut impl Write, checked: &[Checked<'_>], counts: &Counts) -> io::Result<()> {
    let document = Document {
        format: "asyncdemo.check/1",
        passed: counts.passed,
        failed: counts.failed,
        empty: counts.empty,
        checks: checked.iter().filter_map(check).collect(),
        without_expectations: checked
            .iter()
            .filter_map(|checked| match checked {
                Checked::Nothing { source } => Some(*source),
                _ => None,
            })
            .collect(),
        invalid: checked.iter().filter_map(invalid).collect(),
    };
    write_pretty(out, &document)
}

fn check<'a>(checked: &'a Checked<'a>) -> Option<Check<'a>> {
    let Checked::Run(run) = checked else { return None };
    Some(Check {
        source: run.source,
        line: run.expect.line,
        call: CallOptions(run.expect.call),
        choices: &run.expect.way.choices,
        jitter: run.expect.way.jitter,
        python: run.findings.iter().map(|(python, _)| python.as_str()).collect(),
        status: match run.verdict() {
            Verdict::Passed => "passed",
            Verdict::Failed => "failed",
            Verdict::Empty => "empty",
        },
        differences: differences(run),
    })
}

fn differences<'a>(run: &'a CheckedRun<'a>) -> Vec<Differs<'a>> {
    let all = run.findings.iter().flat_map(|(python, found)| found.iter().map(move |one| (*python, one)));
    all.map(|(python, difference): (Python, _)| Differs {
        python: python.as_str(),
        key: difference.place.to_string(),
        expected: &difference.expected,
        got: &difference.got,
    })
    .collect()
}

fn invalid<'a>(checked: &'a Checked<'a>) -> Option<Invalid<'a>> {
    let Checked::Invalid { source, diagnostics } = checked else { return None };
    Some(Invalid { source, problems: diagnostics.problems().iter().map(|problem| problem.message()).collect() })
}
