//! For people, and for the logs of CI: a line an expectation, and below one that fails what differs.

use std::fmt;
use std::io::{self, Write};

use crate::expect::Difference;
use crate::report::duration::thousands;
use crate::report::escape::{escape, escaped};
use crate::report::fit::{fit, pad};
use crate::report::glyph::Glyphs;
use crate::report::style::Style;
use crate::scenario::Python;

use super::{Checked, CheckedRun, Tally, python_words};

/// How many differences of one expectation are shown; who has more mends these first.
const MOST_DIFFERENCES: usize = 20;

/// How many columns of a value are shown; JSON has it whole.
const VALUE_COLUMNS: usize = 1000;

/// The widest that the places in the files are made for the sake of what stands behind them.
const WIDEST_PLACE: usize = 48;

/// Writes one after the other, as they come.
#[derive(Debug)]
pub struct Human<W> {
    out: W,
    style: Style,
    glyphs: Glyphs,
    places: usize,
}

impl<W: Write> Human<W> {
    /// Before the first. `places`: each expectation's file and line, for the layout.
    pub fn new<'a>(out: W, style: Style, unicode: bool, places: impl Iterator<Item = (&'a str, u32)>) -> Human<W> {
        let width = |(source, line)| fit(place(source, line), WIDEST_PLACE, "").chars().count();
        Human { out, style, glyphs: Glyphs::new(unicode), places: places.map(width).max().unwrap_or(0) }
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
                    [problem] => escaped(problem.message()).to_string(),
                    problems => format!("{} mistakes", problems.len()),
                };
                self.line(self.style.failure, self.glyphs.raised, escape(source), format_args!("not run: {why}"))
            }
        }
    }

    /// Writes what it all came to, as the last line.
    ///
    /// # Errors
    ///
    /// What the writer says.
    pub fn tally(&mut self, tally: &Tally) -> io::Result<()> {
        let count = |count: usize, word: &str| format!("{} {word}", thousands(count as u64));
        let role = |count: usize, role: owo_colors::Style| if count > 0 { role } else { owo_colors::Style::new() };
        let Style { success, failure, dim, .. } = self.style;
        let passed = role(tally.passed, success).style(count(tally.passed, "passed")).to_string();
        let failed = role(tally.failed, failure).style(count(tally.failed, "failed")).to_string();
        write!(self.out, "{passed}, {failed}")?;
        if tally.invalid > 0 {
            write!(self.out, ", {}", failure.style(count(tally.invalid, files(tally.invalid, "not run").as_str())))?;
        }
        if tally.without > 0 {
            let words = files(tally.without, "without expectations");
            write!(self.out, ", {}", dim.style(count(tally.without, &words)))?;
        }
        writeln!(self.out)?;
        self.out.flush()
    }

    fn run(&mut self, run: &CheckedRun<'_>) -> io::Result<()> {
        let (role, sign) = if run.passed() {
            (self.style.success, self.glyphs.returned)
        } else {
            (self.style.failure, self.glyphs.raised)
        };
        let versions = fmt::from_fn(|f| match run.expect.python[..] {
            [] => Ok(()),
            _ => {
                let pythons: Vec<Python> = run.findings.iter().map(|(python, _)| *python).collect();
                write!(f, "  {}", self.style.dim.style(python_words(&pythons)))
            }
        });
        let call = format!("{}{versions}", run.call());
        self.line(role, sign, place(run.source, run.expect.line), call)?;
        for (pythons, differences) in alike(run) {
            if pythons.len() < run.findings.len() {
                writeln!(self.out, "      {}", self.style.bold.style(python_words(&pythons)))?;
            }
            self.differences(differences)?;
            let mut command = format!("asyncdemo {}", run.call());
            command.insert_str("asyncdemo ".len() + run.expect.call.function().name().len(), &argument(run.source));
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
        let signs = self.glyphs.returned.chars().count();
        let sign = pad(sign, signs).to_string();
        writeln!(self.out, "{} {}  {what}", role.style(sign), pad(&place.to_string(), self.places))
    }

    fn differences(&mut self, differences: &[Difference]) -> io::Result<()> {
        let shown = differences.get(..MOST_DIFFERENCES).unwrap_or(differences);
        let keys: Vec<String> = shown.iter().map(|difference| escaped(&difference.place).to_string()).collect();
        let width = keys.iter().map(|key| key.chars().count()).max().unwrap_or(0);
        for (difference, key) in shown.iter().zip(&keys) {
            let cut = |text: &str| fit(text, VALUE_COLUMNS, self.glyphs.ellipsis);
            let (expected, got) = (cut(&difference.expected), cut(&difference.got));
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

/// A scenario as an argument of a command, with a space before it.
fn argument(source: &str) -> String {
    let name = source.strip_prefix("builtin:").unwrap_or(source);
    if !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || "_-./:+@%".contains(c)) {
        format!(" {name}")
    } else {
        format!(" '{}'", name.replace('\'', "'\\''"))
    }
}

fn files(count: usize, what: &str) -> String {
    format!("file{} {what}", if count == 1 { "" } else { "s" })
}
