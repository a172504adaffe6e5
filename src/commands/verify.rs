//! `asyncdemo verify`: the same scenarios on real CPythons.

use std::fs;
use std::io::{self, BufWriter, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::Value;

use crate::cli::{self, When};
use crate::report::escape::escaped;
use crate::report::glyph::Glyphs;
use crate::report::style::Style;
use crate::scenario::{self, Loaded, Scenario, builtins, parse};
use crate::verify::generator::{self, Random};
use crate::verify::interpreter::Interpreter;
use crate::verify::proof::{self, Layout, Sum};
use crate::verify::shrink::shrink;
use crate::verify::sketch::Sketch;
use crate::verify::team::{Verdict, compare};

use super::failure::{Code, Failure};
use super::outputs::is_closed_pipe;
use super::surroundings;

/// Compares scenarios with CPython. Without differences the code is that of a call that returned.
pub fn verify(arguments: cli::Verify) -> Result<Code, Failure> {
    let layout = Layout {
        width: surroundings::width_of_stdout(),
        glyphs: if surroundings::unicode() { Glyphs::unicode() } else { Glyphs::ascii() },
        style: Style::new(surroundings::colour_on_stdout(arguments.color)),
    };
    let source = match arguments.random {
        Some(count) => Source::Random { count, seed: arguments.seed },
        None => Source::Loaded(load_all(&arguments.paths)?),
    };
    let interpreters = interpreters(&arguments.interpreter)?;
    let mut proof = Proof {
        out: BufWriter::new(io::stdout().lock()),
        interpreters: &interpreters,
        limit: Duration::from_nanos(arguments.time_limit.0),
        source: &source,
        layout,
        progress: progress_bar(source.len(), arguments.progress),
        json: arguments.json.then(Vec::new),
        sum: Sum::default(),
    };
    match proof.run() {
        Err(error) if !is_closed_pipe(&error) => Err(Failure::Output(None, error)),
        _ if proof.sum.differences > 0 => Ok(Code::Raised),
        _ => Ok(Code::Returned),
    }
}

/// Those that are named, or every one that is found.
fn interpreters(named: &[PathBuf]) -> Result<Vec<Interpreter>, Failure> {
    let mut interpreters: Vec<Interpreter> = Vec::new();
    for program in named {
        let interpreter = Interpreter::named(program)
            .map_err(|why| Failure::Usage(format!("{} cannot be compared with: {why}", escaped(program.display()))))?;
        if !interpreters.contains(&interpreter) {
            interpreters.push(interpreter);
        }
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

/// What is compared.
enum Source {
    Loaded(Vec<Loaded>),
    Random { count: usize, seed: u64 },
}

impl Source {
    fn len(&self) -> usize {
        match self {
            Source::Loaded(loaded) => loaded.len(),
            Source::Random { count, .. } => *count,
        }
    }

    fn scenario(&self, index: usize) -> Option<Scenario> {
        match self {
            Source::Loaded(loaded) => Some(loaded[index].scenario.clone()),
            Source::Random { .. } => parse("-", &self.sketch(index)?.to_string()).ok(),
        }
    }

    fn sketch(&self, index: usize) -> Option<Sketch> {
        match self {
            Source::Loaded(_) => None,
            Source::Random { seed, .. } => Some(generator::scenario(&mut Random::new(*seed, index as u64))),
        }
    }

    fn name(&self, index: usize) -> String {
        match self {
            Source::Loaded(loaded) => loaded[index].source.clone(),
            Source::Random { seed, .. } => format!("random scenario {index} of seed {seed}"),
        }
    }
}

/// Every scenario of the files and folders, in their order; those of a folder by name. Without any: the built-in ones.
fn load_all(paths: &[PathBuf]) -> Result<Vec<Loaded>, Failure> {
    let mut loaded = Vec::new();
    if paths.is_empty() {
        for builtin in builtins() {
            loaded.push(scenario::load(Some(builtin.name))?);
        }
    }
    for path in paths {
        let mut files = Vec::new();
        if path.is_dir() {
            find_files(path, &mut files)
                .map_err(|error| Failure::Usage(format!("{} cannot be read: {error}", escaped(path.display()))))?;
            if files.is_empty() {
                return Err(Failure::Usage(format!("there is no .toml file in {}", escaped(path.display()))));
            }
        } else {
            files.push(path.clone());
        }
        for file in files {
            loaded.push(scenario::load(Some(&file.to_string_lossy()))?);
        }
    }
    Ok(loaded)
}

fn find_files(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    let mut entries = fs::read_dir(folder)?.collect::<io::Result<Vec<_>>>()?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        if entry.file_type()?.is_dir() {
            find_files(&path, files)?;
        } else if path.extension().is_some_and(|ending| ending == "toml") {
            files.push(path);
        }
    }
    Ok(())
}

fn progress_bar(length: usize, when: When) -> ProgressBar {
    let shown = match when {
        When::Never => false,
        When::Always => true,
        When::Auto => surroundings::redraws_on_stderr(),
    };
    let target = if shown { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    let bar = ProgressBar::with_draw_target(Some(length as u64), target);
    let template = ProgressStyle::with_template("  {human_pos} of {human_len} scenarios compared, {eta} left {msg}");
    bar.with_style(template.unwrap_or_else(|_| ProgressStyle::default_spinner()))
}

/// A comparison that goes on.
struct Proof<'a, W> {
    out: W,
    interpreters: &'a [Interpreter],
    limit: Duration,
    source: &'a Source,
    layout: Layout,
    progress: ProgressBar,
    /// The scenarios of the JSON document, where one is asked for.
    json: Option<Vec<Value>>,
    sum: Sum,
}

impl<W: Write> Proof<'_, W> {
    fn run(&mut self) -> io::Result<()> {
        if self.json.is_none() {
            proof::write_head(&mut self.out, self.interpreters, &self.layout)?;
            self.out.flush()?;
        }
        let (interpreters, source) = (self.interpreters, self.source);
        let mut written = Ok(());
        compare(
            interpreters,
            self.limit,
            source.len(),
            |index| source.scenario(index),
            |verdict| {
                written = self.tell(verdict);
                if written.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
            },
        );
        self.progress.finish_and_clear();
        written?;
        match self.json.take() {
            None => proof::write_sum(&mut self.out, &self.sum, &self.layout)?,
            Some(scenarios) => {
                let document = proof::document(self.interpreters, scenarios, &self.sum);
                serde_json::to_writer_pretty(&mut self.out, &document)?;
                writeln!(self.out)?;
            }
        }
        self.out.flush()
    }

    fn tell(&mut self, verdict: Verdict) -> io::Result<()> {
        self.sum.add(&verdict);
        self.progress.inc(1);
        let sketch = self.source.sketch(verdict.index);
        if sketch.is_some() && verdict.differences.is_empty() {
            return Ok(()); // Of thousands, only those that differ are of interest.
        }
        let name = self.source.name(verdict.index);
        let mut verdict = verdict;
        let mut smallest = None;
        if let (Some(sketch), Some(difference)) = (sketch, verdict.differences.first()) {
            self.progress.set_message("(making a difference smaller)");
            let interpreter = difference.interpreter;
            let sketch = shrink(&self.interpreters[interpreter], self.limit, &sketch);
            self.progress.set_message("");
            if let Ok(scenario) = parse("-", &sketch.to_string()) {
                verdict = self.compare_again(verdict, &scenario);
            }
            smallest = Some(sketch.to_string());
        }
        if let Some(scenarios) = &mut self.json {
            scenarios.push(proof::verdict_json(&name, smallest.as_deref(), &verdict, self.interpreters));
            return Ok(());
        }
        let (out, interpreters, layout) = (&mut self.out, self.interpreters, &self.layout);
        self.progress.suspend(|| {
            proof::write_verdict(out, &name, &verdict, interpreters, layout)?;
            if let Some(smallest) = &smallest {
                writeln!(out, "The smallest scenario that still differs:\n\n{smallest}")?;
            }
            out.flush()
        })
    }

    /// The differences of a scenario that was made smaller, in the place of those that it had.
    fn compare_again(&self, verdict: Verdict, scenario: &Scenario) -> Verdict {
        let mut again = None;
        compare(
            self.interpreters,
            self.limit,
            1,
            |_| Some(scenario.clone()),
            |verdict| {
                again = Some(verdict);
                ControlFlow::Continue(())
            },
        );
        match again {
            Some(again) if !again.differences.is_empty() => Verdict { index: verdict.index, ..again },
            _ => verdict,
        }
    }
}
