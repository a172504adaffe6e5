//! The Python program that a scenario stands for.

use std::io::Write;

use super::format::Format;
use crate::outcome::Keep;
use crate::python::Program;

/// The format's row. The program says in a comment where it would never end.
pub const FORMAT: Format = Format {
    word: "python",
    about: "The Python program that the scenario stands for, ready to run",
    ending: "py",
    is_for_people: false,
    streams: false,
    keeps: |_| Keep { awaitables: false, events: false },
    write: |out, finished| out.write_all(Program::of(finished.run).text.as_bytes()),
};
