//! The commands, one a file. What a command does reads like a table of contents: load, run, report.

mod atomic_file;
mod call;
mod check;
mod completions;
mod failure;
mod hints;
mod inputs;
mod new;
mod outputs;
mod scenarios;
mod schema;
mod signals;
mod terminal;
mod verify;

use std::process::ExitCode;

use crate::calls::Function;
use crate::cli::{Cli, Command};

use failure::Failure;

/// Does what the command line asks for, and gives the exit code.
pub fn run(cli: Cli) -> ExitCode {
    let done = match cli.command {
        Command::Gather(given) => call::call(Function::Gather, &given.scenario, |call| given.over(call), &given.run),
        Command::Wait(given) => call::call(Function::Wait, &given.scenario, |call| given.over(call), &given.run),
        Command::Verify(arguments) => verify::verify(arguments),
        Command::Check(arguments) => check::check(arguments),
        Command::Scenarios(arguments) => scenarios::scenarios(arguments),
        Command::New(arguments) => new::new(arguments),
        Command::Schema(arguments) => schema::schema(arguments),
        Command::Completions(arguments) => completions::completions(arguments),
    };
    match done {
        Ok(code) => code.into(),
        Err(failure) => failure.report(),
    }
}

/// Shows what clap has to say instead of a command line: what is wrong with it, or the help that it asks for.
pub fn show(mut shown: clap::Error) -> ExitCode {
    hints::add_hint(&mut shown);
    match shown.print() {
        Err(error) if !outputs::is_closed_pipe(&error) => Failure::Output(None, error).report(),
        _ => ExitCode::from(u8::try_from(shown.exit_code()).unwrap_or(2)),
    }
}
