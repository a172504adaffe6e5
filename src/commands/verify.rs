//! `asyncdemo verify`: the same scenarios on real CPythons.

mod progress;
mod source;

use std::io::{self, BufWriter, Write};
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::time::Duration;

use serde_json::Value;

use crate::cli;
use crate::report::escape::{escape, escaped};
use crate::report::glyph::Glyphs;
use crate::report::json::write_pretty;
use crate::report::style::Style;
use crate::scenario::{Diagnostics, parse};
use crate::verify::document::{document, verdict_json};
use crate::verify::group;
use crate::verify::harness::NoAnswer;
use crate::verify::interpreter::Interpreter;
use crate::verify::proof::{self, Layout, Sum};
use crate::verify::prover::Prover;
use crate::verify::shrink::shrink;
use crate::verify::sketch::Sketch;
use crate::verify::team::{Failure as Failed, Team, Verdict};

use super::failure::{Code, Failure};
use super::interruption::Interruption;
use super::outputs::is_closed_pipe;
use super::surroundings;

use progress::Progress;
use source::Source;

/// Compares scenarios with CPython. Without differences the code is that of a call that returned.
pub fn verify(arguments: cli::Verify) -> Result<Code, Failure> {
    let layout = Layout {
        width: surroundings::width_of_stdout(),
        glyphs: Glyphs::new(surroundings::unicode()),
        style: Style::new(surroundings::colour_on_stdout(arguments.color)),
    };
    let source = match arguments.random {
        Some(count) => Some(Source::Random { count, seed: arguments.seed }),
        None => Source::load(&arguments.paths, arguments.color),
    };
    let Some(source) = source else { return Ok(Code::Usage) };
    // Without a handler Ctrl-C ends the program as it ends any other.
    let interruption = Interruption::listen(group::end_all).unwrap_or_default();
    let interpreters = interpreters(&arguments.interpreter);
    if let Some(code) = interruption.code() {
        return Ok(code);
    }
    let interpreters = interpreters?;
    let limit = Duration::from_nanos(arguments.time_limit.0);
    let team = Team::new(&interpreters, limit);
    let mut proof = Proof {
        out: BufWriter::new(io::stdout().lock()),
        team: &team,
        interpreters: &interpreters,
        limit,
        source: &source,
        layout,
        progress: Progress::new(source.len(), arguments.progress),
        json: arguments.json.then(Vec::new),
        sum: Sum::default(),
        refused: None,
    };
    let written = proof.run(&interruption);
    match (written, interruption.code(), proof.refused) {
        (Err(error), ..) if !is_closed_pipe(&error) => Err(Failure::Output(None, error)),
        (_, Some(code), _) => Ok(code),
        (_, None, Some(diagnostics)) => Err(Failure::Scenario(diagnostics)),
        _ if proof.sum.differences > 0 => Ok(Code::Raised),
        _ if proof.sum.failed > 0 => Ok(Code::Usage),
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
struct Proof<'a, W> {
    out: W,
    team: &'a Team<'a>,
    interpreters: &'a [Interpreter],
    limit: Duration,
    source: &'a Source,
    layout: Layout,
    progress: Progress,
    /// The scenarios of the JSON document, where one is asked for.
    json: Option<Vec<Value>>,
    sum: Sum,
    /// What is wrong with a random scenario that is none: all ends there.
    refused: Option<Diagnostics>,
}

impl<W: Write> Proof<'_, W> {
    fn run(&mut self, interruption: &Interruption) -> io::Result<()> {
        if self.json.is_none() {
            let (out, interpreters, layout) = (&mut self.out, self.interpreters, &self.layout);
            self.progress.suspend(|| {
                proof::write_head(out, interpreters, layout)?;
                out.flush()
            })?;
        }
        let (team, source) = (self.team, self.source);
        let mut written = Ok(());
        team.compare(
            source.len(),
            |index| source.scenario(index),
            |index, verdict| {
                match verdict {
                    Ok(verdict) => written = self.tell(index, verdict),
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
        self.sum.left = source.len() - self.sum.scenarios;
        self.sum.interrupted = interruption.code().is_some();
        match self.json.take() {
            None => proof::write_sum(&mut self.out, &self.sum, &self.layout)?,
            Some(scenarios) => {
                let document = document(self.interpreters, self.team, scenarios, &self.sum);
                write_pretty(&mut self.out, &document)?;
            }
        }
        self.out.flush()
    }

    fn tell(&mut self, index: usize, mut verdict: Verdict) -> io::Result<()> {
        self.sum.add(&verdict);
        self.progress.advance();
        let sketch = self.source.sketch(index);
        // Of thousands, only those are of interest that differ, or that an interpreter does not run.
        let unheard = |failure: &Failed| failure.why == NoAnswer::GivenUp;
        if sketch.is_some()
            && verdict.differences.is_empty()
            && verdict.given_up.is_empty()
            && verdict.failures.iter().all(unheard)
        {
            return Ok(());
        }
        let name = self.source.name(index);
        let mut toml = sketch.as_ref().map(Sketch::to_string);
        let mut heading = "The scenario:";
        if let (Some(sketch), Some(difference)) = (sketch, verdict.differences.first()) {
            let interpreter = &self.interpreters[difference.interpreter];
            let smallest = self.progress.while_doing("(making a difference smaller)", || {
                let mut prover = Prover::new(interpreter, self.limit);
                shrink(&sketch, |scenario| prover.differs(scenario)).to_string()
            });
            if let Some(again) = self.compare_again(&smallest) {
                verdict = Verdict { given_up: verdict.given_up, ..again };
                toml = Some(smallest);
                heading = "The smallest scenario that still differs:";
            }
        }
        if let Some(scenarios) = &mut self.json {
            scenarios.push(verdict_json(&name, toml.as_deref(), &verdict, self.interpreters));
            return Ok(());
        }
        let (out, interpreters, layout) = (&mut self.out, self.interpreters, &self.layout);
        self.progress.suspend(|| {
            proof::write_verdict(out, &name, &verdict, interpreters, layout)?;
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

    /// What came of a scenario that was made smaller, where it still differs.
    fn compare_again(&self, toml: &str) -> Option<Verdict> {
        let mut again = None;
        self.team.compare(
            1,
            |_| parse("-", toml),
            |_, verdict| {
                again = verdict.ok().filter(|verdict| !verdict.differences.is_empty());
                ControlFlow::Continue(())
            },
        );
        again
    }
}
