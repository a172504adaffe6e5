//! For people, and for the logs of CI: a line an expectation, and below one that fails what differs.

use std::fmt;
use std::io::{self, Write};

use unicode_width::UnicodeWidthStr;

use crate::expect::Difference;
use crate::report::duration::thousands;
use crate::report::escape::escape;
use crate::report::fit::{fit, pad};
use crate::report::glyph::Glyphs;
use crate::report::shell::file_argument;
use crate::report::style::Style;
use crate::scenario::Python;

use super::{Checked, CheckedRun, Counts, NARROWEST_VALUE, Verdict, WIDEST_KEY, python_words};

/// How many differences of one expectation are shown; who has more mends these first.
const MOST_DIFFERENCES: usize = 20;

/// How many columns a line takes where nothing says how many there are, as in a log; JSON has every value whole.
const WIDEST_LINE: usize = 1000;

/// The widest that the places in the files are made for the sake of what stands behind them.
const WIDEST_PLACE: usize = 48;

/// Writes one after the other, as they come.
#[derive(Debug)]
pub struct Human<W> {
    out: W,
    style: Style,
    glyphs: Glyphs,
    width: usize,
    places: usize,
}

impl<W: Write> Human<W> {
    /// Before the first. `width`: the columns there are, where something says so; `places`: each expectation's file and
    /// line, for the layout.
    pub fn new<'a>(
        out: W,
        style: Style,
        unicode: bool,
        width: Option<usize>,
        places: impl Iterator<Item = (&'a str, u32)>,
    ) -> Human<W> {
        let columns = |(source, line)| fit(place(source, line), WIDEST_PLACE, "").width();
        let places = places.map(columns).max().unwrap_or(0);
        Human { out, style, glyphs: Glyphs::new(unicode), width: width.unwrap_or(WIDEST_LINE), places }
    }

    /// Writes one.
    ///
    /// # Errors
    ///
    /// What the writer says.
    pub fn checked(&mut self, checked: &Checked<'_>) -> io::Result<()> {
        match checked {
            Checked::Run(run) => self.run(run),
            Checked::Nothing { source } => {
                let sign = self.glyphs.not_started;
                self.line(self.style.dim, sign, escape(source), "no expectations")
            }
            Checked::Invalid { source, diagnostics } => {
                let why = match diagnostics.problems() {
                    [problem] => problem.message().to_owned(),
                    problems => format!("{} mistakes", problems.len()),
                };
                let room = self.width.saturating_sub(self.places + 4).max(NARROWEST_VALUE);
                let what = fit(format_args!("not run: {why}"), room, self.glyphs.ellipsis);
                self.line(self.style.failure, self.glyphs.raised, escape(source), what)
            }
        }
    }

    /// Writes what it all came to, as the last line.
    ///
    /// # Errors
    ///
    /// What the writer says.
    pub fn counts(&mut self, counts: &Counts) -> io::Result<()> {
        let count = |count: usize, word: &str| format!("{} {word}", thousands(count as u64));
        let role = |count: usize, role: owo_colors::Style| if count > 0 { role } else { owo_colors::Style::new() };
        let Style { success, failure, dim, .. } = self.style;
        let passed = role(counts.passed, success).style(count(counts.passed, "passed")).to_string();
        let failed = role(counts.failed, failure).style(count(counts.failed, "failed")).to_string();
        write!(self.out, "{passed}, {failed}")?;
        if counts.empty > 0 {
            let words = if counts.empty == 1 { "expects nothing" } else { "expect nothing" };
            write!(self.out, ", {}", dim.style(count(counts.empty, words)))?;
        }
        if counts.invalid > 0 {
            write!(self.out, ", {}", failure.style(count(counts.invalid, files(counts.invalid, "not run").as_str())))?;
        }
        if counts.without > 0 {
            let words = files(counts.without, "without expectations");
            write!(self.out, ", {}", dim.style(count(counts.without, &words)))?;
        }
        writeln!(self.out)?;
        self.out.flush()
    }

    fn run(&mut self, run: &CheckedRun<'_>) -> io::Result<()> {
        let (role, sign) = match run.verdict() {
            Verdict::Passed => (self.style.success, self.glyphs.returned),
            Verdict::Failed => (self.style.failure, self.glyphs.raised),
            Verdict::Empty => (self.style.dim, self.glyphs.not_started),
        };
        let versions = fmt::from_fn(|f| match run.expect.python[..] {
            [] => Ok(()),
            _ => {
                let pythons: Vec<Python> = run.findings.iter().map(|(python, _)| *python).collect();
                write!(f, "  {}", self.style.dim.style(python_words(&pythons)))
            }
        });
        let empty = if run.verdict() == Verdict::Empty { "  expects nothing" } else { "" };
        let call = format!("{}{versions}{empty}", run.call());
        self.line(role, sign, place(run.source, run.expect.line), call)?;
        for (pythons, differences) in alike(run) {
            if pythons.len() < run.findings.len() {
                writeln!(self.out, "      {}", self.style.bold.style(python_words(&pythons)))?;
            }
            self.differences(differences)?;
            let mut command = format!("asyncdemo {}", run.call());
            let argument = file_argument(run.source.strip_prefix("builtin:").unwrap_or(run.source));
            command.insert_str("asyncdemo ".len() + run.expect.call.function().name().len(), &format!(" {argument}"));
            if let (false, Some(python)) = (run.expect.python.is_empty(), pythons.first()) {
                command.push_str(&format!(" --python {python}"));
            }
            writeln!(self.out, "      {}", self.style.dim.style(format_args!("see it: {}", escape(&command))))?;
        }
        Ok(())
    }

    fn line(
        &mut self,
        role: owo_colors::Style,
        sign: &str,
        place: impl fmt::Display,
        what: impl fmt::Display,
    ) -> io::Result<()> {
        let signs = self.glyphs.returned.width();
        let sign = pad(sign, signs).to_string();
        writeln!(self.out, "{} {}  {what}", role.style(sign), pad(&place.to_string(), self.places))
    }

    /// What was expected and what was got, cut so that one sees where they differ.
    fn both(&self, difference: &Difference, room: usize) -> (String, String) {
        let (expected, got) = (difference.expected.as_str(), difference.got.as_str());
        let ellipsis = self.glyphs.ellipsis;
        let cut = |text: &str| fit(text, room, ellipsis);
        if cut(expected) != cut(got) || expected == got {
            return (cut(expected), cut(got));
        }
        // They differ behind what there is room for: a little before that they begin.
        let alike = expected.get(..alike_up_to(expected, got)).unwrap_or_default();
        let from = alike.char_indices().rev().nth(room / 4).map_or(0, |(at, _)| at);
        let behind = |text: &str| cut(&format!("{ellipsis}{}", text.get(from..).unwrap_or_default()));
        (behind(expected), behind(got))
    }

    fn differences(&mut self, differences: &[Difference]) -> io::Result<()> {
        let shown = differences.get(..MOST_DIFFERENCES).unwrap_or(differences);
        let keys: Vec<String> =
            shown.iter().map(|difference| fit(&difference.place, WIDEST_KEY, self.glyphs.ellipsis)).collect();
        let width = keys.iter().map(|key| key.width()).max().unwrap_or(0);
        let room = self.width.saturating_sub("        expected  ".len() + width).max(NARROWEST_VALUE);
        for (difference, key) in shown.iter().zip(&keys) {
            let (expected, got) = self.both(difference, room);
            let (success, failure) = (self.style.success, self.style.failure);
            writeln!(self.out, "      {}  expected  {}", pad(key, width), success.style(expected))?;
            writeln!(self.out, "      {:width$}  got       {}", "", failure.style(got))?;
        }
        let more = differences.len() - shown.len();
        if more > 0 {
            writeln!(self.out, "      and {} more", thousands(more as u64))?;
        }
        Ok(())
    }
}

/// Where the first two characters that differ stand, or how many bytes are alike.
fn alike_up_to(one: &str, other: &str) -> usize {
    let mut pairs = one.char_indices().zip(other.chars());
    pairs.find(|((_, a), b)| a != b).map_or(one.len().min(other.len()), |((at, _), _)| at)
}

/// The versions that differ, those in the same way together.
fn alike<'r>(run: &'r CheckedRun<'_>) -> Vec<(Vec<Python>, &'r [Difference])> {
    let mut alike: Vec<(Vec<Python>, &[Difference])> = Vec::new();
    for (python, differences) in run.findings.iter().filter(|(_, differences)| !differences.is_empty()) {
        match alike.iter_mut().find(|(_, others)| *others == differences.as_slice()) {
            Some((pythons, _)) => pythons.push(*python),
            None => alike.push((vec![*python], differences)),
        }
    }
    alike
}

/// Where an expectation stands, as compilers and editors write it.
fn place(source: &str, line: u32) -> impl fmt::Display + '_ {
    fmt::from_fn(move |f| write!(f, "{}:{line}", escape(source)))
}

fn files(count: usize, what: &str) -> String {
    format!("file{} {what}", if count == 1 { "" } else { "s" })
}
