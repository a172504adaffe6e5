//! `asyncdemo verify`: the same scenarios on real CPythons.

mod progress;
mod source;
mod untouched;

use std::io::{self, BufWriter, Write};
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::slice;
use std::time::Duration;

use serde_json::Value;

use crate::cli;
use crate::report::escape::{escape, escaped};
use crate::report::glyph::Glyphs;
use crate::report::json::write_pretty;
use crate::report::style::Style;
use crate::scenario::{Diagnostics, parse};
use crate::verify::comparison::{Compared, Comparison, FailedRun, Totals};
use crate::verify::harness::NoAnswer;
use crate::verify::human::{self, Appearance};
use crate::verify::interpreter::Interpreter;
use crate::verify::json::{document, scenario_json};
use crate::verify::process_group;
use crate::verify::scenario_file::ScenarioFile;
use crate::verify::shrink::shrink;

use super::failure::{Code, Failure};
use super::outputs::is_closed_pipe;
use super::signals::Interruption;
use super::terminal;

use progress::Progress;
use source::Source;
use untouched::Untouched;

/// Compares scenarios with CPython. Without differences the code is that of a call that returned.
pub fn verify(arguments: cli::Verify) -> Result<Code, Failure> {
    let appearance = Appearance {
        width: terminal::width_of_stdout(),
        glyphs: Glyphs::new(terminal::unicode()),
        style: Style::new(terminal::colour_on_stdout(arguments.color)),
    };
    let source = match arguments.random {
        Some(count) => Some(Source::Random { count, seed: arguments.seed }),
        None => Source::load(&arguments.paths, arguments.color),
    };
    let Some(source) = source else { return Ok(Code::Usage) };
    // Without a handler Ctrl-C ends the program as it ends any other.
    let interruption = Interruption::listen(process_group::end_all).unwrap_or_default();
    let interpreters = interpreters(&arguments.interpreter);
    if let Some(code) = interruption.code() {
        return Ok(code);
    }
    let interpreters = interpreters?;
    if let (Some(runs), Source::Loaded(scenarios)) = (arguments.untouched, &source) {
        let (progress, json) = (arguments.progress, arguments.json);
        let untouched = Untouched { runs, interpreters: &interpreters, scenarios, appearance, progress, json };
        return untouched.run(&interruption);
    }
    let limit = Duration::from_nanos(arguments.time_limit.0);
    let comparison = Comparison::new(&interpreters, limit);
    let mut session = Session {
        out: BufWriter::new(io::stdout().lock()),
        comparison: &comparison,
        interpreters: &interpreters,
        limit,
        source: &source,
        appearance,
        progress: Progress::new(source.len(), arguments.progress),
        json: arguments.json.then(Vec::new),
        totals: Totals::default(),
        refused: None,
    };
    let written = session.run(&interruption);
    match (written, interruption.code(), session.refused) {
        (Err(error), ..) if !is_closed_pipe(&error) => Err(Failure::Output(None, error)),
        (_, Some(code), _) => Ok(code),
        (_, None, Some(diagnostics)) => Err(Failure::Scenario(diagnostics)),
        _ if session.totals.differences > 0 => Ok(Code::Raised),
        _ if session.totals.failed > 0 => Ok(Code::Usage),
        _ => Ok(Code::Returned),
    }
}

/// Those that are named, or every one that is found.
fn interpreters(named: &[PathBuf]) -> Result<Vec<Interpreter>, Failure> {
    let mut interpreters: Vec<Interpreter> = Vec::new();
    let mut rejected = Vec::new();
    for program in named {
        match Interpreter::named(program) {
            Err(why) => rejected.push(format!("{} cannot be compared with: {why}", escaped(program.display()))),
            Ok(interpreter) if interpreters.iter().any(|other| other.is_same_program(&interpreter)) => {}
            Ok(interpreter) => interpreters.push(interpreter),
        }
    }
    if !rejected.is_empty() {
        return Err(Failure::Usage(rejected.join("\nerror: ")));
    }
    if named.is_empty() {
        interpreters = Interpreter::find();
    }
    if interpreters.is_empty() {
        return Err(Failure::Usage(
            "no CPython from 3.8 to 3.14 to compare with: there is none on PATH as python3 or python3.8 to \
             python3.14; name one with --interpreter PROGRAM"
                .to_owned(),
        ));
    }
    Ok(interpreters)
}

/// A comparison that goes on.
struct Session<'a, W> {
    out: W,
    comparison: &'a Comparison<'a>,
    interpreters: &'a [Interpreter],
    limit: Duration,
    source: &'a Source,
    appearance: Appearance,
    progress: Progress,
    /// The scenarios of the JSON document, where one is asked for.
    json: Option<Vec<Value>>,
    totals: Totals,
    /// What is wrong with a random scenario that the parser refuses. The comparison ends there.
    refused: Option<Diagnostics>,
}

impl<W: Write> Session<'_, W> {
    fn run(&mut self, interruption: &Interruption) -> io::Result<()> {
        if self.json.is_none() {
            let (out, interpreters, appearance) = (&mut self.out, self.interpreters, &self.appearance);
            self.progress.suspend(|| {
                human::write_head(out, interpreters, appearance)?;
                out.flush()
            })?;
        }
        let (comparison, source) = (self.comparison, self.source);
        let mut written = Ok(());
        comparison.compare(
            source.len(),
            |index| source.scenario(index),
            |index| source.ways(index),
            |index, compared| {
                match compared {
                    Ok(compared) => written = self.tell(index, compared),
                    Err(diagnostics) => self.refused = Some(diagnostics),
                }
                if written.is_ok() && self.refused.is_none() {
                    ControlFlow::Continue(())
                } else {
                    ControlFlow::Break(())
                }
            },
        );
        self.progress.finish();
        written?;
        self.totals.left = source.len() - self.totals.scenarios;
        self.totals.interrupted = interruption.code().is_some();
        match self.json.take() {
            None => human::write_totals(&mut self.out, &self.totals, &self.appearance)?,
            Some(scenarios) => {
                let document = document(self.interpreters, self.comparison, scenarios, &self.totals);
                write_pretty(&mut self.out, &document)?;
            }
        }
        self.out.flush()
    }

    fn tell(&mut self, index: usize, mut compared: Compared) -> io::Result<()> {
        self.totals.add(&compared);
        self.progress.advance();
        let file = self.source.file(index);
        // Of thousands, only those are of interest that differ, or that an interpreter does not run.
        let unheard = |failure: &FailedRun| failure.why == NoAnswer::GivenUp;
        if file.is_some()
            && compared.differences.is_empty()
            && compared.given_up.is_empty()
            && compared.failures.iter().all(unheard)
        {
            return Ok(());
        }
        let name = self.source.name(index);
        let mut toml = file.as_ref().map(ScenarioFile::to_string);
        let mut heading = "The scenario:";
        if let (Some(file), Some(difference)) = (file, compared.differences.first()) {
            let (interpreter, ways) = (&self.interpreters[difference.interpreter], self.source.ways(index));
            let smallest = self.progress.while_doing("(making a difference smaller)", || {
                let comparison = Comparison::new(slice::from_ref(interpreter), self.limit);
                let mut worker = comparison.worker();
                shrink(&file, |scenario| worker.differs(scenario, ways)).to_string()
            });
            let again = parse("-", &smallest).map(|scenario| self.comparison.worker().compare(&scenario, ways));
            if let Ok(again) = again
                && !again.differences.is_empty()
            {
                compared = Compared { given_up: compared.given_up, ..again };
                toml = Some(smallest);
                heading = "The smallest scenario that still differs:";
            }
        }
        if let Some(scenarios) = &mut self.json {
            scenarios.push(scenario_json(&name, toml.as_deref(), &compared, self.interpreters));
            return Ok(());
        }
        let (out, interpreters, appearance) = (&mut self.out, self.interpreters, &self.appearance);
        self.progress.suspend(|| {
            human::write_scenario(out, &name, &compared, interpreters, appearance)?;
            if let Some(toml) = &toml {
                writeln!(out, "{heading}\n")?;
                for line in toml.trim_end().lines() {
                    writeln!(out, "{}", escape(line))?;
                }
                writeln!(out)?;
            }
            out.flush()
        })
    }
}
