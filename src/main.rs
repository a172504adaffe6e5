//! The program: parse the command line, run the command, give its exit code.

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    match asyncdemo::cli::Cli::try_parse() {
        Ok(cli) => asyncdemo::commands::run(cli),
        Err(shown) => asyncdemo::commands::show(shown),
    }
}
