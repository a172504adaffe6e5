//! The scenario as a Python program: plain asyncio, as a person would write it for a tutorial.
//!
//! It is the very program that a scenario means, so it does on CPython, pass for pass, what the executor does; only the
//! done callback that every group has is left to whoever watches. It says nothing that this scenario does not need.
//!
//! [`plan`](mod@plan) decides what the program needs and what everything is called, [`functions`] writes what stands before
//! `main()`, [`caller`] writes that, [`layout`] lays lines out as `black` does; [`Identifiers`](crate::scenario::Identifiers) are made of
//! names. No text of a scenario gets into a program but as an identifier, a literal or a docstring made here.
//!
//! A [`Guide`] goes beside the program to the harness that watches it: whose function, future, group or timer is whose.

mod caller;
mod functions;
mod guide;
mod layout;
mod plan;

use std::io::{self, Write};

pub use guide::Guide;

use crate::scenario::{Call, Python, Scenario};

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
    /// The program that a scenario means for a call. It runs on that version of Python and on all later ones. `stuck`
    /// says that it never ends, which it then says of itself.
    pub fn new(scenario: &Scenario, call: Call, python: Python, stuck: bool) -> Program {
        let plan = Plan::new(scenario, call, python);
        let mut lines = Lines::default();
        let mut guide = Guide::new(&plan);
        functions::write(&mut lines, &plan);
        caller::write(&mut lines, &mut guide, &plan);
        if stuck {
            lines.comment("This never ends: the caller waits for something that never comes. Stop it with Ctrl-C.");
        }
        lines.line("asyncio.run(main())");
        Program { text: lines.into_string(), guide }
    }
}

/// Writes the [`Program`].
///
/// # Errors
///
/// What the writer says.
pub fn write_program(
    out: &mut impl Write,
    scenario: &Scenario,
    call: Call,
    python: Python,
    stuck: bool,
) -> io::Result<()> {
    out.write_all(Program::new(scenario, call, python, stuck).text.as_bytes())
}
