//! What Python itself would print, in its own words, and what asyncdemo has to add.

use std::io;

use super::page::Page;
use crate::event::{Log, Target, Warning};
use crate::report::duration::thousands;
use crate::report::fit::fit;
use crate::report::phrases::{target_words, warning_line};
use crate::report::story::Story;

/// The most warnings of one kind that are written out.
const SHOWN: usize = 4;
/// The most names behind a log line.
const NAMES: usize = 3;

/// Writes warnings, logs and notes, where there are any.
pub fn write(page: &Page<'_>, out: &mut impl io::Write, story: &Story) -> io::Result<()> {
    write_block(page, out, "Python warns:", &warnings(page))?;
    // What is logged of an object comes when that is collected.
    let collected = page.run.logs.iter().filter(|(log, _)| *log != Log::UnhandledAtShutdown).count();
    let heading = if collected > 1 { "Python logs, in no fixed order:" } else { "Python logs:" };
    write_block(page, out, heading, &logs(page))?;
    for (index, note) in story.notes.iter().enumerate() {
        if index == 0 {
            writeln!(out)?;
        }
        page.paragraph(out, 0, ("Note:", page.style.bold), &format!(" {}", note.text))?;
    }
    Ok(())
}

fn write_block(page: &Page<'_>, out: &mut impl io::Write, heading: &str, lines: &[String]) -> io::Result<()> {
    if lines.is_empty() {
        return Ok(());
    }
    writeln!(out)?;
    writeln!(out, "{}", page.style.bold.style(heading))?;
    for line in lines {
        page.paragraph(out, 2, (line, page.style.warning), "")?;
    }
    Ok(())
}

fn warnings(page: &Page<'_>) -> Vec<String> {
    let mut lines = Vec::new();
    let mut more = 0;
    for warning in &page.run.warnings {
        if matches!(warning, Warning::NeverAwaited(_)) && lines.len() >= SHOWN {
            more += 1;
        } else {
            lines.push(warning_line(*warning, page.run.scenario));
        }
    }
    if more > 0 {
        lines.push(format!("{} and {} more like it", page.glyphs.ellipsis, thousands(more)));
    }
    lines
}

/// One line for each text, with the names of those that it is about behind it.
fn logs(page: &Page<'_>) -> Vec<String> {
    const TEXTS: [Log; 4] =
        [Log::TaskNeverRetrieved, Log::FutureNeverRetrieved, Log::GroupNeverRetrieved, Log::UnhandledAtShutdown];
    let of = |text: Log| page.run.logs.iter().filter(move |(log, _)| *log == text).map(|(_, target)| *target);
    TEXTS
        .into_iter()
        .filter(|text| of(*text).next().is_some())
        .map(|text| {
            let mut names: Vec<String> = of(text).take(NAMES).map(|target| name(page, target)).collect();
            let more = of(text).count() - names.len();
            if more > 0 {
                names.push(format!("{} {} more", page.glyphs.ellipsis, thousands(more as u64)));
            }
            format!("{} ({})", text.text(), names.join(", "))
        })
        .collect()
}

fn name(page: &Page<'_>, target: Target) -> String {
    fit(target_words(target, page.run.scenario), 40, page.glyphs.ellipsis)
}
