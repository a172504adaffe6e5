//! `asyncdemo gather`, `asyncdemo wait`: a scenario through a call.

use std::cell::Cell;
use std::io::{self, BufWriter, Write};
use std::rc::Rc;

use crate::alternatives;
use crate::calls::{Call, Function, Setting};
use crate::cli::{ClockChoice, RunOptions, ScenarioArgument, When};
use crate::event::{Event, Listener, Reason, Recording, Word};
use crate::executor::choices::TooLarge;
use crate::executor::clock::{Paced, Virtual};
use crate::outcome::{Run, Status};
use crate::report::json::{ClockName, Head};
use crate::report::jsonl::Jsonl;
use crate::report::progress::{PlainProgress, Progress};
use crate::report::style::Style;
use crate::scenario::{self, Loaded, Python, Scenario, Way};
use crate::simulation::{Simulated, run_scenario, too_large};

use super::failure::{Code, Failure};
use super::outputs::{Outputs, is_closed_pipe};
use super::terminal;

/// Runs a scenario through a call: that of its file, with the flags over its options.
pub fn call(
    function: Function,
    scenario: &ScenarioArgument,
    with_flags: impl FnOnce(Call) -> Call,
    options: &RunOptions,
) -> Result<Code, Failure> {
    let loaded = scenario::load(scenario.scenario.as_deref())?;
    let call = with_flags(loaded.scenario.call(function));
    check_one_argument(&loaded.scenario, call)?;
    run(&loaded, call, options)
}

/// What the options in the file itself are checked for when it is read.
fn check_one_argument(scenario: &Scenario, call: Call) -> Result<(), Failure> {
    let arguments: usize = scenario.caller.args.iter().map(ExactSizeIterator::len).sum();
    match call.settings().find(|(key, setting)| call.options().for_one_argument() == Some((key.name, *setting))) {
        Some((option, Setting::Word(word))) if arguments != 1 => {
            let flag = option.flag();
            let message = format!("{flag} {word} needs exactly one argument, but the scenario has {arguments}");
            Err(Failure::Usage(message))
        }
        _ => Ok(()),
    }
}

fn run(loaded: &Loaded, call: Call, options: &RunOptions) -> Result<Code, Failure> {
    let scenario = &loaded.scenario;
    let python = options.python.or(scenario.python).unwrap_or(Python::DEFAULT);
    if let (Some(ClockChoice::Virtual), Some(_)) = (options.clock, options.speed) {
        let message = "--speed needs the real clock, but --clock virtual asks for the other: leave one of them out";
        return Err(Failure::Usage(message.to_owned()));
    }
    let clock = choose_clock(options);
    let head = Head { source: &loaded.source, clock };
    let way = Way { choices: options.choices.clone(), jitter: options.jitter };
    if let Some(too_large) = too_large(scenario, call, python, &way) {
        return Err(Failure::Usage(too_large_text(too_large)));
    }
    let outputs = Outputs::open(options)?;

    let unwatched = Rc::new(Cell::new(false));
    let mut stream = outputs.stream().then(|| {
        Jsonl::new(BufWriter::new(io::stdout().lock()), scenario, clock == ClockName::Real, unwatched.clone())
    });
    let progress = LiveView::choose(scenario, call, options, clock);

    let Simulated { mut run, events, .. } = match (clock, progress, &mut stream) {
        (ClockName::Virtual, None, None) => run_scenario(scenario, call, python, &way, outputs.keep(), Virtual, ()),
        (ClockName::Virtual, progress, stream) => {
            run_scenario(scenario, call, python, &way, outputs.keep(), Virtual, (progress, stream))
        }
        (ClockName::Real, progress, stream) => {
            let clock = Paced::new(options.speed.unwrap_or(1.0), unwatched).map_err(Failure::Clock)?;
            run_scenario(scenario, call, python, &way, outputs.keep(), clock, (progress, stream))
        }
    };
    if run.reason == Reason::Abandoned {
        return Ok(Code::Interrupted);
    }
    run.alternatives = alternatives::try_out(&run);

    let stdout = write_stdout(stream, &outputs, &head, &run, &events);
    let files = outputs.write_files(&head, &run, &events);
    match stdout {
        Err(error) if !is_closed_pipe(&error) => return Err(Failure::Output(None, error)),
        _ => files?,
    }
    Ok(match run.outcome().status() {
        _ if run.interrupted => Code::Interrupted,
        status if status != Status::Hangs && run.is_stuck_at_exit() => Code::NeverEnds,
        status => status.into(),
    })
}

fn too_large_text(TooLarge { point, choice, number, of }: TooLarge) -> String {
    let meaning = point.place.meaning();
    format!(
        "--choices: choice {} is {number}, but only {of} items remain there: write a number from 0 to {}\nnote: CPython \
         iterates over the set at {} s. {meaning}",
        choice + 1,
        of - 1,
        point.at,
    )
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
