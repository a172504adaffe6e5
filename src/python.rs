//! The scenario as a Python program: plain asyncio, as a person would write it for a tutorial.
//!
//! On CPython it does, pass for pass, what the executor does. It contains nothing that its scenario does not need.
//!
//! [`outline`](mod@outline) decides what the program needs and what everything is called. [`definitions`] writes what
//! stands before `main()`, and [`caller`] writes `main()`, with what a call has of its own in [`calls`]. All of them
//! write [`code`](mod@code), which knows the program's own names, [`literal`]s and [`expression`]s; [`layout`] lays the
//! lines out as `black` does. A scenario's names become [`Identifiers`](crate::scenario::Identifiers), and its texts
//! get into a program only as literals, comments and the docstring.
//!
//! [`Symbols`] go beside the program to the harness that watches it: which function, future, group or timer belongs to
//! which awaitable.

mod caller;
mod calls;
mod code;
mod definitions;
mod expression;
mod layout;
mod literal;
mod outline;
mod symbols;

pub use code::NAMES;
pub use symbols::Symbols;

use crate::calls::Call;
use crate::event::Reason;
use crate::outcome::Run;
use crate::scenario::{Python, Scenario};

use code::code;
use layout::ProgramLines;
use outline::Outline;

/// A program, and what its names stand for.
#[derive(Clone, Debug)]
pub struct Program {
    /// The program.
    pub text: String,
    /// What its names stand for.
    pub symbols: Symbols,
}

impl Program {
    /// The program of a run. Where it never ends, a comment says so.
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
        let outline = Outline::new(scenario, call, python);
        let mut lines = ProgramLines::default();
        let mut symbols = Symbols::new(&outline);
        definitions::write(&mut lines, &outline);
        caller::write(&mut lines, &mut symbols, &outline);
        match stuck {
            Some(Stuck::Caller) => {
                lines.comment(
                    "This never ends: the caller waits for something that never happens. Stop it with Ctrl-C.",
                );
            }
            Some(Stuck::Shutdown) => {
                lines.comment(
                    "This never ends: asyncio.run() waits for a cleanup that never ends. Stop it with Ctrl-C.",
                );
            }
            None => {}
        }
        if outline.returns_everything() {
            // No variable holds the tasks: they and their logs must go before the interpreter does.
            lines.line(code!("for line in sorted(map(repr, asyncio.run(main()))):"));
            lines.indented(|lines| lines.line(code!("print(line)")));
        } else {
            lines.line(code!("asyncio.run(main())"));
        }
        if outline.remembers() {
            lines.line(code!("made.clear()  # asyncio logs about a task once nothing refers to it."));
        }
        Program { text: lines.into_string(), symbols }
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
