//! The commands, one a file. What a command does reads like a table of contents: load, run, report.

mod call;
mod check;
mod failure;
mod outputs;
mod scenarios;
mod surroundings;

use std::process::ExitCode;

use crate::cli::{Cli, Command};

/// Does what the command line asks for, and gives the exit code.
pub fn run(cli: Cli) -> ExitCode {
    let done = match cli.command {
        Command::Gather(arguments) => call::gather(arguments),
        Command::Wait(arguments) => call::wait(arguments),
        Command::Check(arguments) => check::check(arguments),
        Command::Scenarios(arguments) => scenarios::scenarios(arguments),
    };
    match done {
        Ok(code) => code.into(),
        Err(failure) => failure.report(),
    }
}
