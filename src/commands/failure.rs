//! What ends a command early, and the exit codes.

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use crate::outcome::Status;
use crate::report::escape::escaped;
use crate::scenario::Diagnostics;

use super::terminal;

/// How the program ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    /// The call returned.
    Returned = 0,
    /// The call raised or was cancelled, or an expectation does not hold.
    Raised = 1,
    /// Bad usage or a bad scenario; nothing ran.
    Usage = 2,
    /// The call would never return.
    Hangs = 3,
    /// The output could not be written.
    Output = 4,
    /// The call came back, but `asyncio.run()` never returns.
    NeverEnds = 5,
    /// Ctrl-C.
    Interrupted = 130,
    /// SIGTERM.
    Terminated = 143,
}

impl From<Code> for ExitCode {
    fn from(code: Code) -> ExitCode {
        ExitCode::from(code as u8)
    }
}

impl From<Status> for Code {
    fn from(status: Status) -> Code {
        match status {
            Status::Returned => Code::Returned,
            Status::Raised | Status::Cancelled => Code::Raised,
            Status::Hangs => Code::Hangs,
        }
    }
}

/// Why a command could not do what it was asked for.
#[derive(Debug)]
pub enum Failure {
    /// The scenario is wrong, or cannot be read.
    Scenario(Diagnostics),
    /// The command line asks for something that cannot be.
    Usage(String),
    /// The clock could not be set up.
    Clock(io::Error),
    /// Something could not be written; to standard output where there is no path.
    Output(Option<PathBuf>, io::Error),
}

impl From<Diagnostics> for Failure {
    fn from(diagnostics: Diagnostics) -> Failure {
        Failure::Scenario(diagnostics)
    }
}

impl Failure {
    /// Says on standard error what went wrong, and gives the exit code. A closed standard error is nobody's loss.
    pub fn report(&self) -> ExitCode {
        let (code, text) = match self {
            Failure::Scenario(diagnostics) => {
                let coloured = terminal::colour_on_stderr(None);
                (Code::Usage, diagnostics.render(coloured, terminal::width_of_stderr()))
            }
            Failure::Usage(message) => (Code::Usage, format!("error: {message}\n")),
            Failure::Clock(error) => (Code::Output, format!("error: no clock to run on: {error}\n")),
            Failure::Output(None, error) => {
                (Code::Output, format!("error: standard output could not be written: {error}\n"))
            }
            Failure::Output(Some(path), error) => {
                (Code::Output, format!("error: {} could not be written: {error}\n", escaped(path.display())))
            }
        };
        let _ = io::stderr().write_all(text.as_bytes());
        code.into()
    }
}
