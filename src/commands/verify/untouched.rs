//! `asyncdemo verify --untouched N`: the printed programs as they are, on the real clock.

use std::io::{self, BufWriter, Write};
use std::ops::ControlFlow;

use crate::cli::When;
use crate::commands::failure::{Code, Failure};
use crate::commands::outputs::is_closed_pipe;
use crate::commands::signals::Interruption;
use crate::report::json::write_pretty;
use crate::scenario::Scenario;
use crate::verify::human::Appearance;
use crate::verify::interpreter::Interpreter;
use crate::verify::untouched::comparison::{Comparison, JITTERS, Totals};
use crate::verify::untouched::human::{write_head, write_scenario, write_totals};
use crate::verify::untouched::json::{document, scenario_json};

use super::progress::Progress;

/// What is run, and how it is told.
pub struct Untouched<'a> {
    /// How often each program is run.
    pub runs: usize,
    /// By which interpreters.
    pub interpreters: &'a [Interpreter],
    /// Scenarios, each with where it comes from.
    pub scenarios: &'a [(String, Scenario)],
    /// How it looks.
    pub appearance: Appearance,
    /// When progress is shown.
    pub progress: When,
    /// Whether one JSON document is wanted.
    pub json: bool,
}

impl Untouched<'_> {
    /// Runs all of it. Without differences the code is that of a call that returned.
    pub fn run(self, interruption: &Interruption) -> Result<Code, Failure> {
        let mut totals = Totals::default();
        match (self.compare(&mut totals, interruption), interruption.code()) {
            (Err(error), _) if !is_closed_pipe(&error) => Err(Failure::Output(None, error)),
            (_, Some(code)) => Ok(code),
            _ if totals.differences > 0 => Ok(Code::Raised),
            _ if totals.failed > 0 || totals.runs == 0 => Ok(Code::Usage),
            _ => Ok(Code::Returned),
        }
    }

    fn compare(&self, totals: &mut Totals, interruption: &Interruption) -> io::Result<()> {
        let (interpreters, appearance) = (self.interpreters, &self.appearance);
        let mut out = BufWriter::new(io::stdout().lock());
        let mut progress = Progress::new(self.scenarios.len(), self.progress);
        let mut json = self.json.then(Vec::new);
        if json.is_none() {
            progress.suspend(|| write_head(&mut out, interpreters, appearance).and_then(|()| out.flush()))?;
        }
        let comparison = Comparison::new(interpreters, self.runs, JITTERS);
        let scenarios: Vec<&Scenario> = self.scenarios.iter().map(|(_, scenario)| scenario).collect();
        let mut written = Ok(());
        comparison.compare(&scenarios, |index, compared| {
            let name = &self.scenarios[index].0;
            totals.add(&compared);
            progress.advance();
            match &mut json {
                Some(json) => json.push(scenario_json(name, &compared, interpreters)),
                None => {
                    written = progress.suspend(|| {
                        write_scenario(&mut out, name, &compared, interpreters, appearance).and_then(|()| out.flush())
                    });
                }
            }
            if written.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        });
        progress.finish();
        written?;
        totals.left = self.scenarios.len() - totals.scenarios;
        totals.interrupted = interruption.code().is_some();
        match json {
            None => write_totals(&mut out, totals, appearance)?,
            Some(scenarios) => {
                write_pretty(&mut out, &document(self.runs, interpreters, &comparison, scenarios, totals))?;
            }
        }
        out.flush()
    }
}
