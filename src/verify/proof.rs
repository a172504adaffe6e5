//! What `verify` found: a line a scenario, and of every difference the two event logs side by side.

use std::io::{self, Write};

use super::case::label;
use super::harness::NoAnswer;
use super::interpreter::Interpreter;
use super::side_by_side::write_side_by_side;
use super::team::{Difference, Verdict};
use crate::report::duration::thousands;
use crate::report::escape::escaped;
use crate::report::fit::{fit, pad};
use crate::report::glyph::Glyphs;
use crate::report::phrases::count;
use crate::report::style::Style;

/// So many differences of one scenario are shown, and so many of its runs that failed; JSON has all.
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
    let (differ, failed) = (verdict.differences.len(), verdict.failures.len());
    // The longest of what may stand behind the name has nearly always room.
    let column = layout.width.saturating_sub(30).clamp(16, 40);
    let name = pad(&fit(name, column, glyphs.ellipsis), column).to_string();
    let runs = count(verdict.runs, "run");
    let failures = if failed == 0 { String::new() } else { format!("; {} could not be run", thousands(failed as u64)) };
    if differ > 0 {
        let differ = thousands(differ as u64);
        writeln!(out, "{} {name} {differ} of {runs} differ{failures}", style.failure.style(glyphs.raised))?;
    } else if failed > 0 {
        let equal = if verdict.runs > 0 { ", all equal" } else { "" };
        writeln!(out, "{} {name} {runs}{equal}{failures}", style.cancelled.style(glyphs.cancelled))?;
    } else {
        writeln!(out, "{} {name} {runs}, all equal", style.success.style(glyphs.returned))?;
    }
    for difference in verdict.differences.iter().take(SHOWN) {
        write_difference(out, difference, interpreters, layout)?;
    }
    write_more(out, differ, layout)?;
    // Why an interpreter was given up is told once.
    let heard: Vec<_> = verdict.failures.iter().filter(|failure| failure.why != NoAnswer::GivenUp).collect();
    for failure in heard.iter().take(SHOWN) {
        let version = &interpreters[failure.interpreter].version;
        write_reason(
            out,
            &format!("{} on CPython {version}:", label(&failure.call)),
            &failure.why.to_string(),
            layout,
        )?;
    }
    write_more(out, heard.len(), layout)?;
    for (interpreter, why) in &verdict.given_up {
        let Interpreter { version, program, .. } = &interpreters[*interpreter];
        let head = format!("CPython {version} is given up, and not asked again ({}):", escaped(program.display()));
        write_reason(out, &head, why, layout)?;
    }
    if differ > 0 || !heard.is_empty() || !verdict.given_up.is_empty() {
        writeln!(out)?;
    }
    Ok(())
}

fn write_difference(
    out: &mut impl Write,
    difference: &Difference,
    interpreters: &[Interpreter],
    layout: &Layout,
) -> io::Result<()> {
    let cpython = format!("CPython {}", interpreters[difference.interpreter].version);
    let head = format!("{} on {cpython}:", label(&difference.call));
    match &difference.theirs {
        Ok(theirs) => {
            writeln!(out, "\n  {}", layout.style.bold.style(head))?;
            write_side_by_side(out, &difference.ours, theirs, &cpython, layout)
        }
        Err(no_answer) => write_reason(out, &head, &no_answer.to_string(), layout),
    }
}

fn write_reason(out: &mut impl Write, head: &str, why: &str, layout: &Layout) -> io::Result<()> {
    writeln!(out, "\n  {}", layout.style.bold.style(head))?;
    for line in why.lines() {
        writeln!(out, "    {}", escaped(line))?;
    }
    Ok(())
}

fn write_more(out: &mut impl Write, all: usize, layout: &Layout) -> io::Result<()> {
    match all.saturating_sub(SHOWN) {
        0 => Ok(()),
        more => writeln!(out, "\n  {} and {} more", layout.glyphs.ellipsis, thousands(more as u64)),
    }
}

/// What it came to.
///
/// # Errors
///
/// What the writer says.
pub fn write_sum(out: &mut impl Write, sum: &Sum, layout: &Layout) -> io::Result<()> {
    let (glyphs, style) = (layout.glyphs, layout.style);
    let sign = if sum.differences > 0 {
        style.failure.style(glyphs.raised)
    } else if sum.failed > 0 || sum.left > 0 {
        style.cancelled.style(glyphs.cancelled)
    } else {
        style.success.style(glyphs.returned)
    };
    let found = match sum.differences {
        _ if sum.runs == 0 => "nothing was compared".to_owned(),
        0 => "each the same as on CPython, event for event".to_owned(),
        1 => "1 differs from CPython".to_owned(),
        more => format!("{} differ from CPython", thousands(more as u64)),
    };
    writeln!(out, "\n{sign} {}, {}: {found}.", count(sum.scenarios, "scenario"), count(sum.runs, "run"))?;
    if sum.failed > 0 {
        writeln!(out, "  {} could not be run.", count(sum.failed, "more run"))?;
    }
    match (sum.left, sum.interrupted) {
        (0, _) => Ok(()),
        (left, true) => writeln!(out, "  Interrupted: {} not compared.", count(left, "scenario")),
        (left, false) => writeln!(out, "  Left out, with nobody to ask: {}.", count(left, "scenario")),
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
    /// How many runs there would have been too, had the interpreters worked.
    pub failed: usize,
    /// How many scenarios nobody came to.
    pub left: usize,
    /// Whether that is because of a signal.
    pub interrupted: bool,
}

impl Sum {
    /// One more scenario.
    pub fn add(&mut self, verdict: &Verdict) {
        self.scenarios += 1;
        self.runs += verdict.runs;
        self.differences += verdict.differences.len();
        self.failed += verdict.failures.len();
    }
}
