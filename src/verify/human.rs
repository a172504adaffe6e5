//! What `verify` found: a line a scenario, and of every difference the two event logs side by side.

use std::io::{self, Write};

use super::case::title;
use super::comparison::{Compared, DifferentRun, Totals};
use super::harness::NoAnswer;
use super::interpreter::Interpreter;
use super::side_by_side::write_side_by_side;
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
pub struct Appearance {
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
pub fn write_head(out: &mut impl Write, interpreters: &[Interpreter], appearance: &Appearance) -> io::Result<()> {
    writeln!(out, "Every event of asyncdemo's own runs, compared with")?;
    write_interpreters(out, interpreters, appearance)
}

/// A line an interpreter.
pub(super) fn write_interpreters(
    out: &mut impl Write,
    interpreters: &[Interpreter],
    appearance: &Appearance,
) -> io::Result<()> {
    for interpreter in interpreters {
        let program = escaped(interpreter.program.display()).to_string();
        let version = format!("CPython {}", interpreter.version);
        writeln!(out, "  {} {}", appearance.style.bold.style(pad(&version, 16)), appearance.style.dim.style(program))?;
    }
    writeln!(out)
}

/// One scenario's line, and its differences.
///
/// # Errors
///
/// What the writer says.
pub fn write_scenario(
    out: &mut impl Write,
    name: &str,
    compared: &Compared,
    interpreters: &[Interpreter],
    appearance: &Appearance,
) -> io::Result<()> {
    let (glyphs, style) = (appearance.glyphs, appearance.style);
    let (differ, failed) = (compared.differences.len(), compared.failures.len());
    // The longest of what may stand behind the name has nearly always room.
    let column = appearance.width.saturating_sub(30).clamp(16, 40);
    let name = pad(&fit(name, column, glyphs.ellipsis), column).to_string();
    let runs = count(compared.runs, "run");
    let failures = if failed == 0 { String::new() } else { format!("; {} could not be run", thousands(failed as u64)) };
    if differ > 0 {
        let differ = thousands(differ as u64);
        writeln!(out, "{} {name} {differ} of {runs} differ{failures}", style.failure.style(glyphs.raised))?;
    } else if failed > 0 {
        let equal = if compared.runs > 0 { ", all equal" } else { "" };
        writeln!(out, "{} {name} {runs}{equal}{failures}", style.cancelled.style(glyphs.cancelled))?;
    } else {
        writeln!(out, "{} {name} {runs}, all equal", style.success.style(glyphs.returned))?;
    }
    for difference in compared.differences.iter().take(SHOWN) {
        write_difference(out, difference, interpreters, appearance)?;
    }
    write_more(out, differ, appearance)?;
    // Why an interpreter was given up is told once.
    let heard: Vec<_> = compared.failures.iter().filter(|failure| failure.why != NoAnswer::GivenUp).collect();
    for failure in heard.iter().take(SHOWN) {
        let version = &interpreters[failure.interpreter].version;
        write_reason(
            out,
            &format!("{} on CPython {version}:", title(&failure.call, &failure.way)),
            &failure.why.to_string(),
            appearance,
        )?;
    }
    write_more(out, heard.len(), appearance)?;
    for (interpreter, why) in &compared.given_up {
        let Interpreter { version, program, .. } = &interpreters[*interpreter];
        let head = format!("CPython {version} is given up, and not asked again ({}):", escaped(program.display()));
        write_reason(out, &head, why, appearance)?;
    }
    if differ > 0 || !heard.is_empty() || !compared.given_up.is_empty() {
        writeln!(out)?;
    }
    Ok(())
}

fn write_difference(
    out: &mut impl Write,
    difference: &DifferentRun,
    interpreters: &[Interpreter],
    appearance: &Appearance,
) -> io::Result<()> {
    let cpython = format!("CPython {}", interpreters[difference.interpreter].version);
    let head = format!("{} on {cpython}:", title(&difference.call, &difference.way));
    match &difference.theirs {
        Ok(theirs) => {
            writeln!(out, "\n  {}", appearance.style.bold.style(head))?;
            write_side_by_side(out, &difference.ours, theirs, &cpython, appearance)
        }
        Err(no_answer) => write_reason(out, &head, &no_answer.to_string(), appearance),
    }
}

/// A head, and the lines of why.
pub(super) fn write_reason(out: &mut impl Write, head: &str, why: &str, appearance: &Appearance) -> io::Result<()> {
    writeln!(out, "\n  {}", appearance.style.bold.style(head))?;
    for line in why.lines() {
        writeln!(out, "    {}", escaped(line))?;
    }
    Ok(())
}

/// How many there are beyond those that are shown.
pub(super) fn write_more(out: &mut impl Write, all: usize, appearance: &Appearance) -> io::Result<()> {
    match all.saturating_sub(SHOWN) {
        0 => Ok(()),
        more => writeln!(out, "\n  {} and {} more", appearance.glyphs.ellipsis, thousands(more as u64)),
    }
}

/// What it came to.
///
/// # Errors
///
/// What the writer says.
pub fn write_totals(out: &mut impl Write, totals: &Totals, appearance: &Appearance) -> io::Result<()> {
    let (glyphs, style) = (appearance.glyphs, appearance.style);
    let sign = if totals.differences > 0 {
        style.failure.style(glyphs.raised)
    } else if totals.failed > 0 || totals.left > 0 {
        style.cancelled.style(glyphs.cancelled)
    } else {
        style.success.style(glyphs.returned)
    };
    let found = match totals.differences {
        _ if totals.runs == 0 => "nothing was compared".to_owned(),
        0 => "each the same as on CPython, event for event".to_owned(),
        1 => "1 differs from CPython".to_owned(),
        more => format!("{} differ from CPython", thousands(more as u64)),
    };
    writeln!(out, "\n{sign} {}, {}: {found}.", count(totals.scenarios, "scenario"), count(totals.runs, "run"))?;
    if totals.reordered + totals.late > 0 {
        let [reordered, late] = [totals.reordered, totals.late].map(|runs| thousands(runs as u64));
        writeln!(out, "  Of the runs {reordered} took orders that were drawn, and {late} a loop that wakes late.")?;
    }
    if totals.failed > 0 {
        writeln!(out, "  {} could not be run.", count(totals.failed, "more run"))?;
    }
    match (totals.left, totals.interrupted) {
        (0, _) => Ok(()),
        (left, true) => writeln!(out, "  Interrupted: {} not compared.", count(left, "scenario")),
        (left, false) => writeln!(out, "  Left out, with nobody to ask: {}.", count(left, "scenario")),
    }
}
