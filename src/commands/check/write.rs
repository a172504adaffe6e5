//! `asyncdemo check --write`: the expectations of files, made to hold.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use crate::cli;
use crate::commands::failure::{Code, Failure};
use crate::commands::outputs::is_closed_pipe;
use crate::commands::surroundings;
use crate::expect::{Edit, rewrite};
use crate::report::check::write_rewritten;
use crate::report::escape::escape;
use crate::report::output::NewFile;
use crate::report::style::Style;
use crate::scenario::{self, builtin};

use super::files::{Found, found, report};

/// Rewrites each file that does not hold, and says what is different. A file that is no scenario stays as it is; the
/// others are still written.
pub fn write(arguments: &cli::Check) -> Result<Code, Failure> {
    let style = Style::new(surroundings::colour_on_stdout(arguments.color));
    let mut code = Code::Returned;
    let mut out = io::stdout().lock();
    for path in &arguments.paths {
        writable(path)?;
    }
    for found in arguments.paths.iter().flat_map(|path| found(path)) {
        let readable = match found {
            Found::Named(source) => scenario::load(Some(&source)).map(|_| source),
            Found::Unreadable(_, diagnostics) => Err(diagnostics),
        };
        let source = match readable {
            Ok(source) => source,
            Err(diagnostics) => {
                report(&diagnostics, arguments.color);
                code = Code::Usage;
                continue;
            }
        };
        let path = Path::new(&source);
        let failed = |error| Failure::Output(Some(path.to_owned()), error);
        let text = fs::read_to_string(path).map_err(failed)?;
        let rewritten = match rewrite(&source, &text) {
            Ok(rewritten) => rewritten,
            Err(diagnostics) => {
                report(&diagnostics, arguments.color);
                code = Code::Usage;
                continue;
            }
        };
        if rewritten.text != text {
            let mut file = NewFile::create(path).map_err(failed)?;
            file.write_all(rewritten.text.as_bytes()).and_then(|()| file.finish()).map_err(failed)?;
        }
        if code == Code::Returned && rewritten.changes.iter().any(|change| matches!(change.edit, Edit::Left { .. })) {
            code = Code::Raised;
        }
        match write_rewritten(&mut out, &source, &rewritten, style, surroundings::unicode()) {
            Err(error) if !is_closed_pipe(&error) => return Err(Failure::Output(None, error)),
            _ => {}
        }
    }
    Ok(code)
}

/// Only a file can be written back.
fn writable(path: &str) -> Result<(), Failure> {
    let metadata = fs::metadata(path).ok();
    let message = match metadata {
        Some(metadata) if metadata.is_file() || metadata.is_dir() => return Ok(()),
        Some(_) => format!("--write needs a file, and `{}` is none", escape(path)),
        None if path == "-" => "--write needs a file, and cannot write to standard input".to_owned(),
        None if builtin(path).is_some() => format!(
            "--write needs a file, and `{path}` is built in\nhelp: `asyncdemo scenarios {path} > {path}.toml` makes a \
             file of it"
        ),
        // Whoever reads it says what is wrong.
        None => return Ok(()),
    };
    Err(Failure::Usage(message))
}
