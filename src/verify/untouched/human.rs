//! What `verify --untouched` found, for people: a line a scenario, and what there is to say of it.

use std::io::{self, Write};

use super::comparison::{Compared, Strange, Totals};
use crate::report::duration::thousands;
use crate::report::escape::escaped;
use crate::report::fit::{fit, pad};
use crate::report::phrases::count;
use crate::scenario::Factor;
use crate::verify::case::label;
use crate::verify::harness::NoAnswer;
use crate::verify::human::{Appearance, write_interpreters, write_more, write_reason};
use crate::verify::interpreter::Interpreter;
use crate::verify::side_by_side::write_side_by_side;

/// So many of each kind are shown of one scenario; JSON has all.
const SHOWN: usize = 3;

/// Says what is compared, and with which interpreters.
///
/// # Errors
///
/// What the writer says.
pub fn write_head(out: &mut impl Write, interpreters: &[Interpreter], appearance: &Appearance) -> io::Result<()> {
    writeln!(out, "The printed programs as they are, on the real clock, with nothing of asyncio replaced, run by")?;
    write_interpreters(out, interpreters, appearance)
}

/// One scenario's line, and what there is to say of it.
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
    let times = |strange: &[Strange]| strange.iter().map(|one| one.times).sum::<usize>();
    let (differ, late) = (times(&compared.differences), times(&compared.late));
    let failed: usize = compared.failures.iter().map(|failed| failed.runs).sum();
    let (sign, mut line) = match (compared.runs(), differ) {
        (runs, 1..) => (
            style.failure.style(glyphs.raised),
            format!("{} of {} differ", thousands(differ as u64), count(runs, "run")),
        ),
        (0, 0) => (style.cancelled.style(glyphs.cancelled), "not run".to_owned()),
        (runs, 0) if late > 0 => {
            let same = thousands(compared.same as u64);
            (style.success.style(glyphs.returned), format!("{}, {same} foreseen", count(runs, "run")))
        }
        (runs, 0) => (style.success.style(glyphs.returned), format!("{}, all foreseen", count(runs, "run"))),
    };
    if late > 0 {
        line += &format!("; late machine in {}", thousands(late as u64));
    }
    if !compared.not_run.is_empty() && compared.runs() > 0 {
        line += &format!("; {} not run", count(compared.not_run.len(), "call"));
    }
    if failed > 0 {
        line += &format!("; {} could not be run", thousands(failed as u64));
    }
    let column = appearance.width.saturating_sub(40).clamp(16, 40);
    writeln!(out, "{sign} {} {line}", pad(&fit(name, column, glyphs.ellipsis), column))?;

    for strange in compared.differences.iter().take(SHOWN) {
        write_strange(out, strange, interpreters, appearance)?;
    }
    write_more(out, compared.differences.len(), appearance)?;
    for not_run in compared.not_run.iter().take(SHOWN) {
        let version = &interpreters[not_run.interpreter].version;
        let head = format!("{} on CPython {version} is not run:", label(&not_run.call));
        write_reason(out, &head, &not_run.why.to_string(), appearance)?;
    }
    write_more(out, compared.not_run.len(), appearance)?;
    // Why an interpreter was given up is told once.
    let heard: Vec<_> = compared.failures.iter().filter(|failed| failed.why != NoAnswer::GivenUp).collect();
    for failed in heard.iter().take(SHOWN) {
        let version = &interpreters[failed.interpreter].version;
        let head = format!("{} on CPython {version}:", label(&failed.call));
        write_reason(out, &head, &failed.why.to_string(), appearance)?;
    }
    write_more(out, heard.len(), appearance)?;
    for (interpreter, why) in &compared.given_up {
        let Interpreter { version, program, .. } = &interpreters[*interpreter];
        let head = format!("CPython {version} is given up, and not asked again ({}):", escaped(program.display()));
        write_reason(out, &head, why, appearance)?;
    }
    if differ > 0 || !compared.not_run.is_empty() || !heard.is_empty() || !compared.given_up.is_empty() {
        writeln!(out)?;
    }
    Ok(())
}

fn write_strange(
    out: &mut impl Write,
    strange: &Strange,
    interpreters: &[Interpreter],
    appearance: &Appearance,
) -> io::Result<()> {
    let cpython = format!("CPython {}", interpreters[strange.interpreter].version);
    let Strange { times, tried, ours, theirs, .. } = strange;
    let (call, scaled) = (label(&strange.call), scaled(strange.factor));
    let head = format!("{call} on {cpython}{scaled}, {}:", count(*times, "run"));
    writeln!(out, "\n  {}", appearance.style.bold.style(head))?;
    write_side_by_side(out, &ours.beside(theirs), &theirs.beside(theirs), &cpython, appearance)?;
    writeln!(out, "    None of {} came out so.", count(*tried, "late loop"))
}

/// What durations were multiplied by, where they were.
fn scaled(factor: Factor) -> String {
    let number = factor.as_f64();
    if factor == Factor::ONE { String::new() } else { format!(", durations × {}", (number * 1e4).round() / 1e4) }
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
    } else if totals.failed > 0 || totals.left > 0 || totals.runs == 0 {
        style.cancelled.style(glyphs.cancelled)
    } else {
        style.success.style(glyphs.returned)
    };
    let found = match totals.differences {
        _ if totals.runs == 0 => "nothing was run".to_owned(),
        0 if totals.late == 0 => "each came out as asyncdemo foresees".to_owned(),
        0 => "no difference".to_owned(),
        1 => "1 differs from all that asyncdemo foresees".to_owned(),
        more => format!("{} differ from all that asyncdemo foresees", thousands(more as u64)),
    };
    writeln!(out, "\n{sign} {}, {}: {found}.", count(totals.scenarios, "scenario"), count(totals.runs, "run"))?;
    if totals.late > 0 {
        writeln!(
            out,
            "  Late machine: {} came out otherwise, and alone not again, or less often than not.",
            count(totals.late, "run")
        )?;
    }
    if totals.not_run > 0 {
        writeln!(out, "  Not run: {}.", count(totals.not_run, "call"))?;
    }
    if totals.failed > 0 {
        writeln!(out, "  {} could not be run.", count(totals.failed, "more run"))?;
    }
    if totals.interrupted {
        writeln!(out, "  Interrupted: {} not run.", count(totals.left, "scenario"))?;
    }
    Ok(())
}
