//! How a document is laid out: a line for each of its keys, and within those that are lists a line for each element.

use std::io::{self, Write};

use serde_json::ser::Formatter;

use crate::scenario::is_harmless;

/// Everything in one line, as `jsonl` has it.
#[derive(Debug)]
pub struct OneLine;

impl Formatter for OneLine {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, out: &mut W, fragment: &str) -> io::Result<()> {
        write_harmless(out, fragment)
    }
}

/// JSON lets everything but C0 controls stand raw in a string. A stream of it may still go to a terminal, so whatever
/// could act there is escaped too.
pub fn write_harmless<W: ?Sized + Write>(out: &mut W, fragment: &str) -> io::Result<()> {
    if fragment.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
        return out.write_all(fragment.as_bytes());
    }
    let mut rest = fragment;
    while let Some((at, harmful)) = rest.char_indices().find(|(_, c)| !is_harmless(*c)) {
        out.write_all(&rest.as_bytes()[..at])?;
        for unit in harmful.encode_utf16(&mut [0; 2]) {
            write!(out, "\\u{unit:04x}")?;
        }
        rest = &rest[at + harmful.len_utf8()..];
    }
    out.write_all(rest.as_bytes())
}

/// Between one line in all and a line for every brace: what a person can read and `diff`.
#[derive(Debug, Default)]
pub struct Lines {
    depth: usize,
    /// A list directly under a key has an element, and so its end a line of its own.
    long_list: bool,
}

impl Lines {
    fn separate<W: ?Sized + Write>(&self, out: &mut W, first: bool) -> io::Result<()> {
        out.write_all(match (first, self.depth) {
            (true, 1) => b"\n  ",
            (false, 1) => b",\n  ",
            (true, _) => b"",
            (false, _) => b", ",
        })
    }
}

impl Formatter for Lines {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, out: &mut W, fragment: &str) -> io::Result<()> {
        write_harmless(out, fragment)
    }

    fn begin_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.depth += 1;
        out.write_all(b"{")
    }

    fn end_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.depth -= 1;
        out.write_all(if self.depth == 0 { b"\n}" } else { b"}" })
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.separate(out, first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        out.write_all(b": ")
    }

    fn begin_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.depth += 1;
        self.long_list = false;
        out.write_all(b"[")
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        if self.depth != 2 {
            return self.separate(out, first);
        }
        out.write_all(if first { b"\n    " } else { b",\n    " })
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, _out: &mut W) -> io::Result<()> {
        self.long_list = self.depth == 2;
        Ok(())
    }

    fn end_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.depth -= 1;
        let long = self.depth == 1 && std::mem::take(&mut self.long_list);
        out.write_all(if long { b"\n  ]" } else { b"]" })
    }
}
