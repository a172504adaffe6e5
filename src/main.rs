//! The program: parse the command line, run the command, give its exit code.

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    asyncdemo::commands::run(asyncdemo::cli::Cli::parse())
}
