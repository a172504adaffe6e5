//! The report that a person reads: what was called, what it looked like over time, what the caller got, and what
//! became of everything else.
//!
//! The parts stand in the order in which a reader asks for them, a file each: `call`, `lanes` (of those that are
//! `chosen`), `verdict` (with `results`), what became of the rest, `warnings`, `log`. All of them write to a `page`; what
//! they say in sentences is the run's [story](super::story).

mod call;
mod chosen;
mod lanes;
mod log;
mod page;
mod results;
mod verdict;
mod warnings;

use std::io;

use unicode_width::UnicodeWidthStr;

use super::fit::{GLUE, fit, pad};
use super::format::{Finished, Format};
use super::glyph::Glyphs;
use super::story::{Causes, Paragraph, Story, Voice};
use super::style::Style;
use crate::event::Recording;
use crate::outcome::{Keep, Run};
use page::Page;

/// The narrowest page; on a narrower terminal lines will wrap.
const NARROWEST: usize = 40;

/// The format's row.
pub const FORMAT: Format = Format {
    word: "human",
    about: "A report for people",
    ending: "txt",
    is_for_people: true,
    streams: false,
    keeps: |wanted| Keep { awaitables: true, events: wanted.events == Some(true) },
    write: |out, finished| {
        let Finished { width, unicode, style, all, events, .. } = *finished;
        write(out, finished.run, &Options { width, unicode, style, all, events })
    },
};

/// How a report is to look.
#[derive(Clone, Copy, Debug)]
pub struct Options<'a> {
    /// The columns that there are; below 40 it is as if there were 40.
    pub width: usize,
    /// Whether the signs may be more than ASCII.
    pub unicode: bool,
    /// Its colours.
    pub style: Style,
    /// Whether every lane and every result is shown, however many there are.
    pub all: bool,
    /// The events, where the report is to end with their log.
    pub events: Option<&'a Recording>,
}

/// Writes the report of a run.
///
/// # Errors
///
/// Only what `out` gives.
pub fn write(out: &mut impl io::Write, run: &Run<'_>, options: &Options<'_>) -> io::Result<()> {
    let (width, glyphs) = (options.width.max(NARROWEST), Glyphs::new(options.unicode));
    let page = Page {
        run,
        voice: Voice::new(run, width, options.unicode, glyphs.ellipsis),
        width,
        glyphs,
        style: options.style,
        unicode: options.unicode,
        all: options.all,
    };
    write_header(&page, out)?;
    write_call(&page, out)?;
    lanes::write(&page, out)?;
    writeln!(out)?;
    let story = Story::of(&Causes::new(page.voice));
    verdict::write(&page, out, &story)?;
    write_paragraphs(&page, out, &story)?;
    warnings::write(&page, out, &story)?;
    if let Some(events) = options.events {
        log::write(&page, out, events)?;
    }
    Ok(())
}

/// `gather · Three downloads, one fails                 Python 3.13`
fn write_header(page: &Page<'_>, out: &mut impl io::Write) -> io::Result<()> {
    let run = page.run;
    let function = run.call.function().name();
    let python = match run.way.to_string() {
        way if way.is_empty() => format!("Python {}", run.python),
        way => format!("Python {} {} {way}", run.python, page.glyphs.separator),
    };
    let room = page.width.saturating_sub(python.width() + 2);
    let title = match &run.scenario.title {
        Some(title) => {
            let separator = page.glyphs.separator;
            let room = room.saturating_sub(function.width() + separator.width() + 2);
            format!(" {separator} {}", fit(title, room, page.glyphs.ellipsis))
        }
        None => String::new(),
    };
    let gap = page.width.saturating_sub(function.width() + title.width() + python.width());
    let (bold, dim) = (page.style.bold, page.style.dim);
    writeln!(out, "{}{title}{:gap$}{}", bold.style(function), "", dim.style(python))?;
    writeln!(out)
}

/// What became of everything that the verdict leaves untold, and what Python leaves open.
fn write_paragraphs(page: &Page<'_>, out: &mut impl io::Write, story: &Story) -> io::Result<()> {
    if !story.awaitables.is_empty() {
        writeln!(out)?;
    }
    for Paragraph { subject, sentences } in &story.awaitables {
        let texts: Vec<&str> = sentences.iter().map(|sentence| sentence.text.as_str()).collect();
        let text = texts.join(" ");
        let rest = text.strip_prefix(subject.as_str()).unwrap_or(&text);
        page.paragraph(out, 2, (subject, page.style.bold), rest)?;
    }
    if !story.open.is_empty() {
        writeln!(out)?;
    }
    for sentence in &story.open {
        page.paragraph(out, 0, ("", page.style.dim), &sentence.text)?;
    }
    Ok(())
}

fn write_call(page: &Page<'_>, out: &mut impl io::Write) -> io::Result<()> {
    let lines = call::lines(page);
    let commented = || lines.iter().filter(|(_, comment)| !comment.is_empty());
    let widest = commented().map(|(line, comment)| (line.width(), comment.width())).collect::<Vec<_>>();
    let widest = widest.iter().map(|(line, comment)| (*line).min(page.width.saturating_sub(comment + 6))).max();
    for (line, comment) in &lines {
        if comment.is_empty() {
            writeln!(out, "  {}", fit(line, page.width.saturating_sub(2), page.glyphs.ellipsis))?;
        } else {
            let comment = fit(
                format_args!("# {}", comment.replace(GLUE, " ")),
                page.width.saturating_sub(line.width() + 4),
                page.glyphs.ellipsis,
            );
            writeln!(out, "  {}  {}", pad(line, widest.unwrap_or(0)), page.style.dim.style(comment))?;
        }
    }
    writeln!(out)
}
