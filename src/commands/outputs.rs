//! Where the finished run goes: standard output in one format, and files in the format of their endings.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::cli::RunOptions;
use crate::event::Recording;
use crate::outcome::{Keep, Run};
use crate::report::escape::escaped;
use crate::report::format::{Finished, Format, Wanted, endings};
use crate::report::json::Head;
use crate::report::style::Style;

use super::atomic_file::AtomicFile;
use super::failure::{Code, Failure};
use super::terminal;

/// What a report in a file is laid out for: a file has no width of its own.
const WIDTH_OF_FILES: usize = 80;

/// Everything that one run is written to.
#[derive(Debug)]
pub struct Outputs {
    stdout: &'static Format,
    files: Vec<(PathBuf, &'static Format)>,
    wanted: Wanted,
    all: bool,
    colour: bool,
}

impl Outputs {
    /// Tries the files out, so that a folder that is not there is said before anything runs.
    pub fn open(options: &RunOptions) -> Result<Outputs, Failure> {
        let mut files = Vec::new();
        for path in &options.output {
            let format = format_of(path)?;
            AtomicFile::try_out(path).map_err(|error| Failure::Output(Some(path.clone()), error))?;
            files.push((path.clone(), format));
        }
        let events = match (options.events, options.no_events) {
            (true, _) => Some(true),
            (false, true) => Some(false),
            (false, false) => None,
        };
        let wanted = Wanted { events, awaitables: !options.no_awaitables };
        let colour = terminal::colour_on_stdout(options.color);
        Ok(Outputs { stdout: options.format, files, wanted, all: options.all, colour })
    }

    /// Whether standard output has the events as they happen.
    pub fn stream(&self) -> bool {
        self.stdout.streams && self.keeps(self.stdout).events
    }

    /// What the run must keep until it is over.
    pub fn keep(&self) -> Keep {
        let stdout = self.keeps(self.stdout);
        let first = Keep { events: stdout.events && !self.stdout.streams, ..stdout };
        self.files.iter().map(|(_, format)| self.keeps(format)).fold(first, |one, other| Keep {
            awaitables: one.awaitables || other.awaitables,
            events: one.events || other.events,
        })
    }

    fn keeps(&self, format: &Format) -> Keep {
        (format.keeps)(self.wanted)
    }

    /// Writes the run to standard output. `events`: those that have not gone there already.
    pub fn write_stdout(
        &self,
        out: &mut dyn Write,
        head: &Head<'_>,
        run: &Run<'_>,
        events: Option<&Recording>,
    ) -> io::Result<()> {
        let (width, style) = (terminal::width_of_stdout(), Style::new(self.colour));
        self.stdout.write_to(out, &Finished { width, style, ..self.finished(self.stdout, head, run, events) })
    }

    /// Writes the files, each whole or not at all.
    pub fn write_files(&self, head: &Head<'_>, run: &Run<'_>, events: &Recording) -> Result<(), Failure> {
        for (path, format) in &self.files {
            let write = || {
                let mut file = AtomicFile::create(path)?;
                format.write_to(&mut file, &self.finished(format, head, run, Some(events)))?;
                file.finish()
            };
            write().map_err(|error| Failure::Output(Some(path.clone()), error))?;
        }
        Ok(())
    }

    /// A run as it is written to a file.
    fn finished<'r>(
        &self,
        format: &Format,
        head: &'r Head<'r>,
        run: &'r Run<'r>,
        events: Option<&'r Recording>,
    ) -> Finished<'r> {
        let keep = self.keeps(format);
        Finished {
            head,
            run,
            events: events.filter(|_| keep.events),
            awaitables: keep.awaitables,
            all: self.all,
            width: WIDTH_OF_FILES,
            unicode: terminal::unicode(),
            style: Style::plain(),
        }
    }
}

fn format_of(path: &Path) -> Result<&'static Format, Failure> {
    path.extension().and_then(|ending| Format::of_ending(ending.to_str()?)).ok_or_else(|| {
        let (path, endings) = (escaped(path.display()), endings());
        Failure::Usage(format!("{path}: the ending of an output file selects its format, and must be {endings}"))
    })
}

/// Writes a text to standard output, as the whole of what a command gives.
pub fn print(text: &str) -> Result<Code, Failure> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if !is_closed_pipe(&error) => Err(Failure::Output(None, error)),
        _ => Ok(Code::Returned),
    }
}

/// Whether the reader has closed the pipe (`| head -1`), which is not an error.
pub fn is_closed_pipe(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::BrokenPipe
}
