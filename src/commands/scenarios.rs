//! `asyncdemo scenarios`: what is built in.

use std::io::{self, Write};

use crate::cli;
use crate::report::style::Style;
use crate::scenario::library;

use super::failure::{Code, Failure};
use super::surroundings;

/// Lists the built-in scenarios with what each teaches, or prints one's file.
pub fn scenarios(arguments: cli::Scenarios) -> Result<Code, Failure> {
    let mut out = io::stdout().lock();
    let written = match &arguments.name {
        Some(name) => match library::find(name) {
            Some(built_in) => out.write_all(built_in.text.as_bytes()),
            None => return Err(library::unknown(name).into()),
        },
        None => list(&mut out, Style::new(surroundings::colour_on_stdout(arguments.color))),
    };
    match written.and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Failure::Output(None, error)),
        _ => Ok(Code::Returned),
    }
}
