//! `asyncdemo check --write`: the expectations of files, made to hold.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use crate::cli;
use crate::commands::atomic_file::AtomicFile;
use crate::commands::failure::{Code, Failure};
use crate::commands::inputs::{Found, found, report};
use crate::commands::outputs::is_closed_pipe;
use crate::commands::terminal;
use crate::expect::{Edit, Rewritten, rewrite};
use crate::report::check::write_rewritten;
use crate::report::escape::escape;
use crate::report::style::Style;
use crate::scenario::{self, Diagnostics, builtin};

/// Rewrites each file that does not hold, and says what is different. A file that is no scenario stays as it is; the
/// others are still written, but only if all of them can be.
pub fn write(arguments: &cli::Check) -> Result<Code, Failure> {
    let style = Style::new(terminal::colour_on_stdout(arguments.color));
    let mut code = Code::Returned;
    for path in &arguments.paths {
        writable(path)?;
    }
    let mut all = Vec::new();
    for found in arguments.paths.iter().flat_map(|path| found(path)) {
        match rewritten(found)? {
            Ok(rewritten) => all.push(rewritten),
            Err(diagnostics) => {
                report(&diagnostics, arguments.color);
                code = Code::Usage;
            }
        }
    }
    for (source, _) in all.iter().filter(|(_, rewritten)| rewritten.is_changed()) {
        AtomicFile::try_out(Path::new(source)).map_err(|error| Failure::Output(Some(source.into()), error))?;
    }
    let (mut out, width) = (io::stdout().lock(), terminal::known_width_of_stdout());
    for (source, rewritten) in &all {
        if rewritten.is_changed() {
            let written = write_back(Path::new(source), &rewritten.text);
            written.map_err(|error| Failure::Output(Some(source.into()), error))?;
        }
        if code == Code::Returned && rewritten.changes.iter().any(|change| matches!(change.edit, Edit::Left { .. })) {
            code = Code::Raised;
        }
        match write_rewritten(&mut out, source, rewritten, style, terminal::unicode(), width) {
            Err(error) if !is_closed_pipe(&error) => return Err(Failure::Output(None, error)),
            _ => {}
        }
    }
    Ok(code)
}

/// What is to become of a file; what is wrong with it where it cannot be run.
fn rewritten(found: Found) -> Result<Result<(String, Rewritten), Diagnostics>, Failure> {
    let source = match found {
        Found::Named(source) => source,
        Found::Unreadable(_, diagnostics) => return Ok(Err(diagnostics)),
    };
    if let Err(diagnostics) = scenario::load(Some(&source)) {
        return Ok(Err(diagnostics));
    }
    let text = fs::read_to_string(&source).map_err(|error| Failure::Output(Some((&source).into()), error))?;
    Ok(rewrite(&source, &text).map(|rewritten| (source, rewritten)))
}

fn write_back(path: &Path, text: &str) -> io::Result<()> {
    let mut file = AtomicFile::create(path)?;
    file.write_all(text.as_bytes())?;
    file.finish()
}

/// Only a file can be written back.
fn writable(path: &str) -> Result<(), Failure> {
    let metadata = fs::metadata(path).ok();
    let message = match metadata {
        Some(metadata) if metadata.is_file() || metadata.is_dir() => return Ok(()),
        Some(_) => format!("--write needs a file, and `{}` is not one", escape(path)),
        None if path == "-" => "--write needs a file, and cannot write to standard input".to_owned(),
        None if builtin(path).is_some() => format!(
            "--write needs a file, and `{path}` is built in\nhelp: `asyncdemo scenarios {path} > {path}.toml` copies \
             it to a file"
        ),
        // Reading it reports what is wrong.
        None => return Ok(()),
    };
    Err(Failure::Usage(message))
}
