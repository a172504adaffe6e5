//! The scenario as a Python program: plain asyncio, as a person would write it for a tutorial.
//!
//! It is the very program that a scenario means, so it does on CPython, pass for pass, what the executor does; only the
//! done callback that every group has is left to whoever watches. It says nothing that this scenario does not need.
//!
//! [`plan`](mod@plan) decides what the program needs and what everything is called, [`functions`] writes what stands before
//! `main()`, [`caller`] writes that, with what a call has of its own in [`calls`], [`layout`] lays lines out as `black` does; names become
//! [`Identifiers`](crate::scenario::Identifiers). No text of a scenario gets into a program but as an identifier, a
//! literal or a docstring made here.
//!
//! A [`Guide`] goes beside the program to the harness that watches it: whose function, future, group or timer is whose.

mod caller;
mod calls;
mod code;
mod functions;
mod guide;
mod layout;
mod plan;

pub use code::NAMES;
pub use guide::Guide;

use crate::calls::Call;
use crate::event::Reason;
use crate::outcome::Run;
use crate::scenario::{Python, Scenario};

use code::code;
use layout::Lines;
use plan::Plan;

/// A program, and what its names stand for.
#[derive(Clone, Debug)]
pub struct Program {
    /// The program.
    pub text: String,
    /// What its names stand for.
    pub guide: Guide,
}

impl Program {
    /// The program of a run, which says of itself where it never ends.
    pub fn of(run: &Run<'_>) -> Program {
        let stuck = match (run.reason, run.exited_at) {
            (Reason::Stuck, None) => Some(Stuck::Caller),
            (Reason::Stuck, Some(_)) => Some(Stuck::Shutdown),
            (Reason::Finished | Reason::Interrupted | Reason::Abandoned, _) => None,
        };
        Program::new(run.scenario, run.call, run.python, stuck)
    }

    /// The program that a scenario means for a call. It runs on that version of Python and on all later ones.
    pub fn new(scenario: &Scenario, call: Call, python: Python, stuck: Option<Stuck>) -> Program {
        let plan = Plan::new(scenario, call, python);
        let mut lines = Lines::default();
        let mut guide = Guide::new(&plan);
        functions::write(&mut lines, &plan);
        caller::write(&mut lines, &mut guide, &plan);
        match stuck {
            Some(Stuck::Caller) => {
                lines.comment("This never ends: the caller waits for something that never comes. Stop it with Ctrl-C.");
            }
            Some(Stuck::Shutdown) => {
                lines.comment(
                    "This never ends: asyncio.run() waits for a cleanup that never does. Stop it with Ctrl-C.",
                );
            }
            None => {}
        }
        if plan.returns_everything() {
            // No variable holds the tasks: they and their logs must go before the interpreter does.
            lines.line(code!("for line in sorted(map(repr, asyncio.run(main()))):"));
            lines.indented(|lines| lines.line(code!("print(line)")));
        } else {
            lines.line(code!("asyncio.run(main())"));
        }
        if plan.remembers() {
            lines.line(code!("made.clear()  # What asyncio logs of a task, it logs when nobody holds it any more."));
        }
        Program { text: lines.into_string(), guide }
    }
}

/// Where a program waits for something that never comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stuck {
    /// In the call, or in what the caller does after it.
    Caller,
    /// In `asyncio.run()`, which waits for what it has cancelled.
    Shutdown,
}
