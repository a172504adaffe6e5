//! Reports of real runs: whole pages, meant to be read, and sentences that say what happened.

mod causes;
mod pages;
mod sentences;
mod story;

use asyncdemo::alternatives::try_out;
use asyncdemo::calls::Function;
use asyncdemo::executor::clock::{Advance, Clock};
use asyncdemo::outcome::Keep;
use asyncdemo::report::human::{Options, write};
use asyncdemo::report::style::Style;
use asyncdemo::scenario::{Nanos, Python, Way, parse};
use asyncdemo::simulation::run_scenario;

/// How a scenario is run, and how the report is to look.
#[derive(Clone, Copy)]
struct How {
    function: Function,
    width: usize,
    unicode: bool,
    coloured: bool,
    /// Whether the event log is shown.
    events: bool,
    /// Whether everything is shown, however much it is.
    all: bool,
    /// Whether other orders and other loops are tried, as the commands do.
    alternatives: bool,
    /// When Ctrl-C comes in.
    interrupt: Option<Nanos>,
}

const GATHER: How = How {
    function: Function::Gather,
    width: 80,
    unicode: true,
    coloured: false,
    events: false,
    all: false,
    alternatives: false,
    interrupt: None,
};
const WAIT: How = How { function: Function::Wait, ..GATHER };

/// The virtual clock, on which Ctrl-C comes in at a moment; at 0 before the second pass, in which tasks start.
struct Interrupting {
    at: Option<Nanos>,
    passes: usize,
}

impl Clock for Interrupting {
    fn advance(&mut self, _now: Nanos, deadline: Nanos, _tick: impl FnMut(Nanos)) -> Advance {
        self.at.take_if(|at| *at <= deadline).map_or(Advance::Reached, Advance::Interrupted)
    }

    fn interrupted(&mut self) -> bool {
        self.passes += 1;
        self.passes == 2 && self.at.take_if(|at| *at == Nanos::ZERO).is_some()
    }
}

fn report(toml: &str, how: How) -> String {
    let scenario = parse("-", toml).unwrap_or_else(|problems| panic!("{}", problems.render(false, 120)));
    let call = scenario.call(how.function);
    let python = scenario.python.unwrap_or(Python::DEFAULT);
    let keep = Keep { awaitables: true, events: how.events };
    let simulated =
        run_scenario(&scenario, call, python, &Way::default(), keep, Interrupting { at: how.interrupt, passes: 0 }, ());
    let events = how.events.then_some(&simulated.events);
    let options =
        Options { width: how.width, unicode: how.unicode, style: Style::new(how.coloured), all: how.all, events };
    let mut run = simulated.run;
    if how.alternatives {
        run.alternatives = try_out(&run);
    }
    let mut out = Vec::new();
    write(&mut out, &run, &options).expect("memory takes everything");
    String::from_utf8(out).expect("a report is UTF-8")
}
