//! What `verify` found: a line a scenario, and of every difference the two event logs side by side.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::case::label;
use super::interpreter::Interpreter;
use super::side_by_side::write_side_by_side;
use super::team::{Difference, Verdict};
use crate::report::duration::thousands;
use crate::report::escape::escaped;
use crate::report::fit::{fit, pad};
use crate::report::glyph::Glyphs;
use crate::report::style::Style;

/// So many differences of one scenario are shown; JSON has all.
const SHOWN: usize = 3;

/// How it is shown.
#[derive(Clone, Copy, Debug)]
pub struct Layout {
    /// The terminal's columns.
    pub width: usize,
    /// Its signs.
    pub glyphs: Glyphs,
    /// Its colours.
    pub style: Style,
}

/// Says with which interpreters scenarios are compared.
///
/// # Errors
///
/// What the writer says.
pub fn write_head(out: &mut impl Write, interpreters: &[Interpreter], layout: &Layout) -> io::Result<()> {
    writeln!(out, "Every event of asyncdemo's own runs, compared with")?;
    for interpreter in interpreters {
        let program = escaped(interpreter.program.display()).to_string();
        let version = format!("CPython {}", interpreter.version);
        writeln!(out, "  {} {}", layout.style.bold.style(pad(&version, 16)), layout.style.dim.style(program))?;
    }
    writeln!(out)
}

/// One scenario's line, and its differences.
///
/// # Errors
///
/// What the writer says.
pub fn write_verdict(
    out: &mut impl Write,
    name: &str,
    verdict: &Verdict,
    interpreters: &[Interpreter],
    layout: &Layout,
) -> io::Result<()> {
    let (glyphs, style) = (layout.glyphs, layout.style);
    let name = pad(&fit(name, 40, glyphs.ellipsis), 40).to_string();
    let runs = thousands(verdict.runs as u64);
    if verdict.differences.is_empty() {
        return writeln!(out, "{} {name} {runs} runs, all equal", style.success.style(glyphs.returned));
    }
    let differ = thousands(verdict.differences.len() as u64);
    writeln!(out, "{} {name} {differ} of {runs} runs differ", style.failure.style(glyphs.raised))?;
    for difference in verdict.differences.iter().take(SHOWN) {
        write_difference(out, difference, interpreters, layout)?;
    }
    match verdict.differences.len().saturating_sub(SHOWN) {
        0 => Ok(()),
        more => writeln!(out, "\n  {} and {} more\n", glyphs.ellipsis, thousands(more as u64)),
    }
}

fn write_difference(
    out: &mut impl Write,
    difference: &Difference,
    interpreters: &[Interpreter],
    layout: &Layout,
) -> io::Result<()> {
    let cpython = format!("CPython {}", interpreters[difference.interpreter].version);
    writeln!(out, "\n  {} on {cpython}:", layout.style.bold.style(label(&difference.call)))?;
    match &difference.theirs {
        Ok(theirs) => write_side_by_side(out, &difference.ours, theirs, &cpython, layout),
        Err(no_answer) => {
            for line in no_answer.to_string().lines() {
                writeln!(out, "    {}", escaped(line))?;
            }
            writeln!(out)
        }
    }
}

/// What it came to.
///
/// # Errors
///
/// What the writer says.
pub fn write_sum(out: &mut impl Write, sum: &Sum, layout: &Layout) -> io::Result<()> {
    let (glyphs, style) = (layout.glyphs, layout.style);
    let (scenarios, runs) = (thousands(sum.scenarios as u64), thousands(sum.runs as u64));
    let s = |count: usize| if count == 1 { "" } else { "s" };
    let what = format!("{scenarios} scenario{}, {runs} run{}", s(sum.scenarios), s(sum.runs));
    if sum.differences == 0 {
        let sign = style.success.style(glyphs.returned);
        writeln!(out, "\n{sign} {what}: each the same as on CPython, event for event.")
    } else {
        let sign = style.failure.style(glyphs.raised);
        let (verb, count) =
            (if sum.differences == 1 { "differs" } else { "differ" }, thousands(sum.differences as u64));
        writeln!(out, "\n{sign} {what}: {count} {verb} from CPython.")
    }
}

/// What all of it came to.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sum {
    /// How many scenarios were compared.
    pub scenarios: usize,
    /// In how many runs.
    pub runs: usize,
    /// How many of those differ.
    pub differences: usize,
}

impl Sum {
    /// One more scenario.
    pub fn add(&mut self, verdict: &Verdict) {
        self.scenarios += 1;
        self.runs += verdict.runs;
        self.differences += verdict.differences.len();
    }
}

/// One scenario in the JSON document; `toml` where it is a random one.
pub fn verdict_json(name: &str, toml: Option<&str>, verdict: &Verdict, interpreters: &[Interpreter]) -> Value {
    let differences: Vec<Value> = verdict
        .differences
        .iter()
        .map(|difference| {
            let python = &interpreters[difference.interpreter].version;
            let mut told = json!({"call": label(&difference.call), "python": python, "asyncdemo": difference.ours.0});
            match &difference.theirs {
                Ok(theirs) => told["cpython"] = json!(theirs.0),
                Err(no_answer) => told["error"] = json!(no_answer.to_string()),
            }
            told
        })
        .collect();
    let mut told = json!({"source": name, "runs": verdict.runs, "differences": differences});
    if let Some(toml) = toml {
        told["toml"] = json!(toml);
    }
    told
}

/// The JSON document, `asyncdemo.verify/1`. Keys are only ever added within a version.
pub fn document(interpreters: &[Interpreter], scenarios: Vec<Value>, sum: &Sum) -> Value {
    let interpreters: Vec<Value> = interpreters
        .iter()
        .map(|one| {
            json!({"python": one.python.as_str(), "version": one.version, "program": one.program.to_string_lossy()})
        })
        .collect();
    json!({
        "format": "asyncdemo.verify/1",
        "interpreters": interpreters,
        "scenarios": scenarios,
        "compared": {"scenarios": sum.scenarios, "runs": sum.runs, "differences": sum.differences},
    })
}
