//! Which scenarios are meant: files, folders with all that is below them, built-in ones.

use std::fs;
use std::io::{self, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use crate::cli::When;
use crate::parallel::in_order;
use crate::scenario::{self, Diagnostics, Problem, Scenario, builtins};

use super::terminal;

/// A scenario file, as it was named or found, and what it says.
pub struct Input {
    pub source: String,
    pub scenario: Result<Scenario, Diagnostics>,
}

/// What a path leads to.
pub enum Found {
    /// A file to be read, or a built-in scenario's name.
    Named(String),
    /// Something that cannot be read, and why.
    Unreadable(String, Diagnostics),
}

/// Reads everything that is named, on all cores: folders by the names of their files, the built-in scenarios where
/// nothing is named.
pub fn inputs(paths: &[String]) -> Vec<Input> {
    if paths.is_empty() {
        let built_in = |source: String, text| Input { scenario: scenario::parse(&source, text), source };
        return builtins().map(|builtin| built_in(builtin.source(), builtin.text)).collect();
    }
    let found: Vec<Found> = paths.iter().flat_map(|path| found(path)).collect();
    let mut inputs = Vec::with_capacity(found.len());
    in_order(
        found.len(),
        || (),
        |(), index| Some(found[index].read()),
        |_, input| {
            inputs.push(input);
            ControlFlow::Continue(())
        },
    );
    inputs
}

impl Found {
    fn read(&self) -> Input {
        let (source, scenario) = match self {
            Found::Named(name) => match scenario::load(Some(name)) {
                Ok(loaded) => (loaded.source, Ok(loaded.scenario)),
                Err(diagnostics) => (name.clone(), Err(diagnostics)),
            },
            Found::Unreadable(source, diagnostics) => (source.clone(), Err(diagnostics.clone())),
        };
        Input { source, scenario }
    }
}

/// What a path stands for: itself, or all the scenario files below a folder, sorted.
pub fn found(path: &str) -> Vec<Found> {
    if !Path::new(path).is_dir() {
        return vec![Found::Named(path.to_owned())];
    }
    let mut found = Vec::new();
    walk(Path::new(path), &mut found);
    if found.is_empty() {
        let problem = Problem::new(format!("no scenario in the folder `{path}`"));
        found.push(unreadable(path, problem.help("scenario files end in .toml")));
    }
    found
}

/// Goes through a folder in the order of its names. What begins with a dot is not looked at, and a link to a folder is
/// not followed, so that there is an end.
fn walk(folder: &Path, found: &mut Vec<Found>) {
    let entries = fs::read_dir(folder).and_then(Iterator::collect::<io::Result<Vec<fs::DirEntry>>>);
    let mut entries = match entries {
        Ok(entries) => entries,
        Err(error) => {
            let source = folder.to_string_lossy();
            let problem = Problem::new(format!("cannot read the folder `{source}`: {error}"));
            return found.push(unreadable(&source, problem));
        }
    };
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries.iter().filter(|entry| !entry.file_name().as_encoded_bytes().starts_with(b".")) {
        let path: PathBuf = entry.path();
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            walk(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "toml")
            // Nobody would ever write into a pipe that lies about.
            && !path.metadata().is_ok_and(|what| !what.is_file())
        {
            found.push(match path.to_str() {
                Some(path) => Found::Named(path.to_owned()),
                None => {
                    let source = path.to_string_lossy();
                    unreadable(&source, Problem::new(format!("the name of `{source}` is not UTF-8")).help("rename it"))
                }
            });
        }
    }
}

fn unreadable(source: &str, problem: Problem) -> Found {
    Found::Unreadable(source.to_owned(), Diagnostics::of_source(source, problem))
}

/// Says on standard error what is wrong with those that cannot be run.
pub fn report_invalid(inputs: &[Input], color: When) {
    for (index, diagnostics) in inputs.iter().filter_map(|input| input.scenario.as_ref().err()).enumerate() {
        if index > 0 {
            let _ = writeln!(io::stderr());
        }
        report(diagnostics, color);
    }
}

/// Says on standard error what is wrong with a scenario. A closed standard error is nobody's loss.
pub fn report(diagnostics: &Diagnostics, color: When) {
    let text = diagnostics.render(terminal::colour_on_stderr(Some(color)), terminal::width_of_stderr());
    let _ = io::stderr().write_all(text.as_bytes());
}
