//! `asyncdemo gather` and `asyncdemo wait`: a scenario through one of the two functions.

use std::cell::Cell;
use std::io::{self, BufWriter, Write};
use std::rc::Rc;

use crate::calls::{Call, Collection};
use crate::cli::{self, ClockChoice, RunOptions, When};
use crate::event::{Event, Listener, Reason, Recording};
use crate::executor::clock::{Paced, Virtual};
use crate::outcome::Run;
use crate::report::json::{ClockName, Head};
use crate::report::jsonl::Jsonl;
use crate::report::progress::{PlainProgress, Progress};
use crate::report::style::Style;
use crate::scenario::{self, Loaded, Python, Scenario};
use crate::simulation::{Simulated, simulate};

use super::failure::{Code, Failure};
use super::outputs::{Outputs, is_closed_pipe};
use super::terminal;

/// Runs a scenario through gather().
pub fn gather(arguments: cli::Gather) -> Result<Code, Failure> {
    let loaded = scenario::load(arguments.scenario.scenario.as_deref())?;
    let mut options = loaded.scenario.gather;
    options.return_exceptions = arguments.return_exceptions.unwrap_or(options.return_exceptions);
    run(&loaded, Call::Gather(options), &arguments.run)
}

/// Runs a scenario through wait().
pub fn wait(arguments: cli::Wait) -> Result<Code, Failure> {
    let loaded = scenario::load(arguments.scenario.scenario.as_deref())?;
    let mut options = loaded.scenario.wait;
    options.return_when = arguments.return_when.unwrap_or(options.return_when);
    options.timeout = arguments.timeout.map_or(options.timeout, |timeout| timeout.0);
    options.wrap = arguments.wrap.unwrap_or(options.wrap);
    options.collection = arguments.collection.unwrap_or(options.collection);
    check_collection(&loaded.scenario, options.collection)?;
    run(&loaded, Call::Wait(options), &arguments.run)
}

/// What the file's own `collection` is checked for when it is read.
fn check_collection(scenario: &Scenario, collection: Collection) -> Result<(), Failure> {
    let arguments: usize = scenario.caller.args.iter().map(ExactSizeIterator::len).sum();
    if collection == Collection::Bare && arguments != 1 {
        let message = format!("--collection bare passes the one argument itself, but the scenario has {arguments}");
        return Err(Failure::Usage(message));
    }
    Ok(())
}

fn run(loaded: &Loaded, call: Call, options: &RunOptions) -> Result<Code, Failure> {
    let scenario = &loaded.scenario;
    let python = options.python.or(scenario.python).unwrap_or(Python::DEFAULT);
    let clock = choose_clock(options);
    let head = Head { source: &loaded.source, clock };
    let outputs = Outputs::open(options)?;

    let unwatched = Rc::new(Cell::new(false));
    let mut stream = outputs.stream().then(|| {
        Jsonl::new(BufWriter::new(io::stdout().lock()), scenario, clock == ClockName::Real, unwatched.clone())
    });
    let progress = LiveView::choose(scenario, call, options, clock);

    let Simulated { run, events } = match (clock, progress, &mut stream) {
        (ClockName::Virtual, None, None) => simulate(scenario, call, python, outputs.keep(), Virtual, ()),
        (ClockName::Virtual, progress, stream) => {
            simulate(scenario, call, python, outputs.keep(), Virtual, (progress, stream))
        }
        (ClockName::Real, progress, stream) => {
            let clock = Paced::new(options.speed.unwrap_or(1.0), unwatched).map_err(Failure::Clock)?;
            simulate(scenario, call, python, outputs.keep(), clock, (progress, stream))
        }
    };
    if run.reason == Reason::Abandoned {
        return Ok(Code::Interrupted);
    }

    let stdout = write_stdout(stream, &outputs, &head, &run, &events);
    let files = outputs.write_files(&head, &run, &events);
    match stdout {
        Err(error) if !is_closed_pipe(&error) => return Err(Failure::Output(None, error)),
        _ => files?,
    }
    Ok(if run.interrupted { Code::Interrupted } else { run.outcome().status.into() })
}

fn write_stdout<W: Write>(
    stream: Option<Jsonl<'_, W>>,
    outputs: &Outputs,
    head: &Head<'_>,
    run: &Run<'_>,
    events: &Recording,
) -> io::Result<()> {
    match stream {
        Some(stream) => outputs.write_stdout(&mut stream.into_inner()?, head, run, None),
        None => outputs.write_stdout(&mut io::stdout().lock(), head, run, Some(events)),
    }
}

/// Real where a person watches, virtual otherwise. A scenario's outcome does not depend on it.
fn choose_clock(options: &RunOptions) -> ClockName {
    match (options.clock, options.speed) {
        (Some(ClockChoice::Virtual), _) => ClockName::Virtual,
        (Some(ClockChoice::Real), _) | (None, Some(_)) => ClockName::Real,
        (None, None) if options.format.is_for_people && terminal::watched() => ClockName::Real,
        (None, None) => ClockName::Virtual,
    }
}

/// What is shown on standard error while a run goes on.
enum LiveView<'s> {
    Bars(Box<Progress<'s>>),
    Lines(PlainProgress<'s, io::Stderr>),
}

impl<'s> LiveView<'s> {
    fn choose(scenario: &'s Scenario, call: Call, options: &RunOptions, clock: ClockName) -> Option<LiveView<'s>> {
        let terminal = terminal::redraws_on_stderr();
        let unicode = terminal::unicode();
        let bars = || {
            let style = Style::new(terminal::colour_on_stderr(Some(options.color)));
            LiveView::Bars(Box::new(Progress::new(scenario, call, style, unicode)))
        };
        match options.progress {
            When::Never => None,
            When::Always if terminal && clock == ClockName::Real => Some(bars()),
            When::Always => Some(LiveView::Lines(PlainProgress::new(scenario, unicode, io::stderr()))),
            When::Auto => {
                // Lines that stream to the same terminal would be drawn over.
                let streams = options.format.streams && terminal::stdout_is_terminal();
                (terminal && clock == ClockName::Real && !streams).then(bars)
            }
        }
    }
}

impl Listener for LiveView<'_> {
    fn event(&mut self, event: &Event<'_>) {
        match self {
            LiveView::Bars(bars) => bars.event(event),
            LiveView::Lines(lines) => lines.event(event),
        }
    }

    fn tick(&mut self, now: scenario::Nanos) {
        match self {
            LiveView::Bars(bars) => bars.tick(now),
            LiveView::Lines(lines) => lines.tick(now),
        }
    }
}
