//! `asyncdemo check`: every `[[expect]]` of files and folders, held against what happens.

mod write;

use std::io::{self, BufWriter, Write};
use std::ops::ControlFlow;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::cli;
use crate::expect::{self, Difference};
use crate::parallel::in_order;
use crate::report::check::{Checked, CheckedRun, Counts, Human, write_json, write_junit};
use crate::report::style::Style;
use crate::scenario::{Expect, Python, Scenario};

use super::atomic_file::AtomicFile;
use super::failure::{Code, Failure};
use super::inputs::{Input, inputs, report_invalid};
use super::outputs::is_closed_pipe;
use super::terminal;

/// Runs every expectation and says which hold; with `--write` makes them hold instead.
pub fn check(arguments: cli::Check) -> Result<Code, Failure> {
    if arguments.write {
        return write::write(&arguments);
    }
    let junit = arguments.junit.as_deref().map(begin).transpose()?;
    let files = inputs(&arguments.paths);
    report_invalid(&files, arguments.color);

    let mut show = Show::new(&arguments, &files);
    let mut counts = Counts::default();
    let mut all = Vec::new();
    run_all(&files, |checked| {
        counts.count(&checked);
        show.checked(&checked);
        all.push(checked);
    });
    let shown = show.end(&all, &counts);
    if let (Some(file), Some(path)) = (junit, &arguments.junit) {
        write_xml(file, &all, arguments.strict).map_err(|error| Failure::Output(Some(path.clone()), error))?;
    }
    shown.map_err(|error| Failure::Output(None, error))?;
    Ok(match counts {
        Counts { invalid: 1.., .. } => Code::Usage,
        Counts { failed: 1.., .. } => Code::Raised,
        Counts { without, empty, .. } if arguments.strict && without + empty > 0 => Code::Raised,
        _ => Code::Returned,
    })
}

/// Begins the file before anything runs, so that a folder that is not there is said at once.
fn begin(path: &Path) -> Result<AtomicFile, Failure> {
    AtomicFile::create(path).map_err(|error| Failure::Output(Some(path.to_owned()), error))
}

/// Writes the XML. It may go to a pipe, and a closed one is no error.
fn write_xml(mut file: AtomicFile, all: &[Checked<'_>], strict: bool) -> io::Result<()> {
    let mut xml = Vec::new();
    write_junit(&mut xml, all, strict).map_err(io::Error::other)?;
    match file.write_all(&xml).and_then(|()| file.finish()) {
        Err(error) if !is_closed_pipe(&error) => Err(error),
        _ => Ok(()),
    }
}

/// One run to be made.
struct Job<'f> {
    scenario: &'f Scenario,
    expect: &'f Expect,
    python: Python,
}

/// Makes every run, on all cores, and gives what came of each expectation, in the order of the files.
fn run_all<'f>(files: &'f [Input], mut take: impl FnMut(Checked<'f>)) {
    let jobs: Vec<Job<'f>> = files
        .iter()
        .filter_map(|file| file.scenario.as_ref().ok())
        .flat_map(|scenario| scenario.expect.iter().map(move |expect| (scenario, expect)))
        .flat_map(|(scenario, expect)| {
            expect::versions(scenario, expect).into_iter().map(move |python| Job { scenario, expect, python })
        })
        .collect();
    let mut order = FileOrder::new(files);
    let (mut findings, mut took) = (Vec::new(), Duration::ZERO);
    order.files_without_runs(&mut take);
    in_order(
        jobs.len(),
        || (),
        |(), index| {
            let begun = Instant::now();
            let differences = expect::check(jobs[index].scenario, jobs[index].expect, jobs[index].python);
            Some((differences, begun.elapsed()))
        },
        |index, (differences, time)| {
            let job = &jobs[index];
            findings.push((job.python, differences));
            took += time;
            let last = jobs.get(index + 1).is_none_or(|next| !std::ptr::eq(next.expect, job.expect));
            if last {
                order.expectation(std::mem::take(&mut findings), std::mem::take(&mut took), &mut take);
                order.files_without_runs(&mut take);
            }
            ControlFlow::Continue(())
        },
    );
}

/// Where in the files the results that come in belong.
struct FileOrder<'f> {
    files: std::slice::Iter<'f, Input>,
    current: Option<(&'f Input, &'f Scenario, std::slice::Iter<'f, Expect>)>,
}

impl<'f> FileOrder<'f> {
    fn new(files: &'f [Input]) -> FileOrder<'f> {
        FileOrder { files: files.iter(), current: None }
    }

    /// Gives the files up to the next that has expectations still to come.
    fn files_without_runs(&mut self, take: &mut impl FnMut(Checked<'f>)) {
        while self.current.as_ref().is_none_or(|(_, _, expects)| expects.len() == 0) {
            self.current = None;
            let Some(file) = self.files.next() else { return };
            let source = file.source.as_str();
            match &file.scenario {
                Err(diagnostics) => take(Checked::Invalid { source, diagnostics }),
                Ok(scenario) if scenario.expect.is_empty() => take(Checked::Nothing { source }),
                Ok(scenario) => self.current = Some((file, scenario, scenario.expect.iter())),
            }
        }
    }

    fn expectation(
        &mut self,
        findings: Vec<(Python, Vec<Difference>)>,
        took: Duration,
        take: &mut impl FnMut(Checked<'f>),
    ) {
        if let Some((file, scenario, expects)) = &mut self.current
            && let Some(expect) = expects.next()
        {
            take(Checked::Run(CheckedRun { source: &file.source, scenario, expect, findings, took }));
        }
    }
}

/// What goes to standard output.
struct Show {
    lines: Option<Human<Box<dyn Write>>>,
    failed: Option<io::Error>,
}

impl Show {
    fn new(arguments: &cli::Check, files: &[Input]) -> Show {
        let lines = (!arguments.json).then(|| {
            let style = Style::new(terminal::colour_on_stdout(arguments.color));
            let places = files.iter().flat_map(|file| {
                let expects = file.scenario.as_ref().map_or(&[][..], |scenario| &scenario.expect);
                expects.iter().map(|expect| (file.source.as_str(), expect.line))
            });
            // In a terminal each line is shown as it comes.
            let out: Box<dyn Write> = match terminal::stdout_is_terminal() {
                true => Box::new(io::stdout()),
                false => Box::new(BufWriter::new(io::stdout())),
            };
            Human::new(out, style, terminal::unicode(), terminal::known_width_of_stdout(), places)
        });
        Show { lines, failed: None }
    }

    fn checked(&mut self, checked: &Checked<'_>) {
        if let (Some(lines), None) = (&mut self.lines, &self.failed) {
            self.failed = lines.checked(checked).err();
        }
    }

    /// Writes what comes last. A closed pipe is no error.
    fn end(mut self, all: &[Checked<'_>], counts: &Counts) -> io::Result<()> {
        let written = match (&mut self.lines, self.failed) {
            (_, Some(error)) => Err(error),
            (Some(lines), None) => lines.counts(counts),
            (None, None) => {
                let mut out = BufWriter::new(io::stdout().lock());
                write_json(&mut out, all, counts).and_then(|()| out.flush())
            }
        };
        match written {
            Err(error) if !is_closed_pipe(&error) => Err(error),
            _ => Ok(()),
        }
    }
}
