//! Where the finished run goes: standard output in one format, and files in the format of their endings.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::cli::{Format, RunOptions};
use crate::event::Recording;
use crate::outcome::Run;
use crate::python::Program;
use crate::report::escape::escaped;
use crate::report::human;
use crate::report::json::{self, EventLog, Head};
use crate::report::output::NewFile;
use crate::report::style::Style;

use super::failure::{Code, Failure};
use super::surroundings;

/// Everything that one run is written to.
#[derive(Debug)]
pub struct Outputs {
    stdout: Format,
    files: Vec<(PathBuf, Format)>,
    colour: bool,
    show_events: bool,
    json_events: bool,
    json_awaitables: bool,
}

impl Outputs {
    /// Tries the files out, so that a folder that is not there is said before anything runs.
    pub fn open(options: &RunOptions) -> Result<Outputs, Failure> {
        let mut files = Vec::new();
        for path in &options.output {
            let format = format_of(path)?;
            NewFile::try_out(path).map_err(|error| Failure::Output(Some(path.clone()), error))?;
            files.push((path.clone(), format));
        }
        Ok(Outputs {
            stdout: options.format,
            files,
            colour: surroundings::colour_on_stdout(options.color),
            show_events: options.events,
            json_events: !options.no_events,
            json_awaitables: !options.no_awaitables,
        })
    }

    /// Whether anything shows what became of each awaitable.
    pub fn need_awaitables(&self) -> bool {
        self.json_awaitables || self.formats().any(|format| format == Format::Human)
    }

    /// Whether anything shows the events when the run is over.
    pub fn need_events(&self) -> bool {
        self.formats().any(|format| match format {
            Format::Human => self.show_events,
            Format::Json => self.json_events,
            Format::Jsonl | Format::Python => false,
        }) || (self.json_events && self.files.iter().any(|(_, format)| *format == Format::Jsonl))
    }

    fn formats(&self) -> impl Iterator<Item = Format> {
        std::iter::once(self.stdout).chain(self.files.iter().map(|(_, format)| *format))
    }

    /// Writes the run to standard output, where its events have not gone there already.
    pub fn write_stdout(
        &self,
        out: &mut impl Write,
        head: &Head<'_>,
        run: &Run<'_>,
        events: &Recording,
    ) -> io::Result<()> {
        match self.stdout {
            Format::Human => self.write_human(out, run, events, surroundings::width_of_stdout(), self.colour),
            Format::Json => self.write_json(out, head, run, events),
            Format::Jsonl => self.write_last_line(out, head, run),
            Format::Python => write_python(out, run),
        }
    }

    /// Writes what ends a stream of events.
    pub fn write_last_line(&self, out: &mut impl Write, head: &Head<'_>, run: &Run<'_>) -> io::Result<()> {
        json::write_last_line(out, head, run, self.json_awaitables)
    }

    /// Writes the files, each whole or not at all.
    pub fn write_files(&self, head: &Head<'_>, run: &Run<'_>, events: &Recording) -> Result<(), Failure> {
        for (path, format) in &self.files {
            self.write_file(path, *format, head, run, events)
                .map_err(|error| Failure::Output(Some(path.clone()), error))?;
        }
        Ok(())
    }

    fn write_file(
        &self,
        path: &Path,
        format: Format,
        head: &Head<'_>,
        run: &Run<'_>,
        events: &Recording,
    ) -> io::Result<()> {
        let mut file = NewFile::create(path)?;
        match format {
            // A file has no width of its own, and no colours.
            Format::Human => self.write_human(&mut file, run, events, WIDTH_OF_FILES, false),
            Format::Json => self.write_json(&mut file, head, run, events),
            Format::Jsonl => self.write_jsonl(&mut file, head, run, events),
            Format::Python => write_python(&mut file, run),
        }?;
        file.finish()
    }

    fn write_human(
        &self,
        out: &mut impl Write,
        run: &Run<'_>,
        events: &Recording,
        width: usize,
        colour: bool,
    ) -> io::Result<()> {
        let options = human::Options {
            width,
            unicode: surroundings::unicode(),
            style: Style::new(colour),
            events: self.show_events.then_some(events),
        };
        human::write(out, run, &options)
    }

    fn write_json(&self, out: &mut impl Write, head: &Head<'_>, run: &Run<'_>, events: &Recording) -> io::Result<()> {
        json::write_document(out, head, run, self.json_events.then_some(events), self.json_awaitables)
    }

    fn write_jsonl(&self, out: &mut impl Write, head: &Head<'_>, run: &Run<'_>, events: &Recording) -> io::Result<()> {
        let mut log = EventLog::new(run.scenario);
        for event in events.iter() {
            json::write_event(out, &mut log, &event)?;
        }
        self.write_last_line(out, head, run)
    }
}

/// The program that was run. It tells whoever starts it where it would never end.
fn write_python(out: &mut impl Write, run: &Run<'_>) -> io::Result<()> {
    out.write_all(Program::of(run).text.as_bytes())
}

/// What a report in a file is laid out for.
const WIDTH_OF_FILES: usize = 80;

fn format_of(path: &Path) -> Result<Format, Failure> {
    match path.extension().and_then(|ending| ending.to_str()) {
        Some("txt") => Ok(Format::Human),
        Some("json") => Ok(Format::Json),
        Some("jsonl") => Ok(Format::Jsonl),
        Some("py") => Ok(Format::Python),
        _ => Err(Failure::Usage(format!(
            "{}: the ending of an output file says its format, and must be .txt, .json, .jsonl or .py",
            escaped(path.display())
        ))),
    }
}

/// Writes a text to standard output, as the whole of what a command gives.
pub fn print(text: &str) -> Result<Code, Failure> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if !is_closed_pipe(&error) => Err(Failure::Output(None, error)),
        _ => Ok(Code::Returned),
    }
}

/// Whether whoever was reading has gone (`| head -1`), which is no error.
pub fn is_closed_pipe(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::BrokenPipe
}
