//! Where the scenarios to compare come from.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::commands::failure::Failure;
use crate::report::escape::escaped;
use crate::scenario::{self, Diagnostics, Loaded, Scenario, builtins, parse};
use crate::verify::generator::{self, Random};
use crate::verify::sketch::Sketch;

/// What is compared.
pub enum Source {
    Loaded(Vec<Loaded>),
    Random { count: usize, seed: u64 },
}

impl Source {
    /// Every scenario of the files and folders, in their order; those of a folder by name. Without any: the built-in
    /// ones.
    pub fn load(paths: &[PathBuf]) -> Result<Source, Failure> {
        let mut loaded = Vec::new();
        if paths.is_empty() {
            for builtin in builtins() {
                loaded.push(scenario::load(Some(builtin.name))?);
            }
        }
        for path in paths {
            let mut files = Vec::new();
            if path.is_dir() {
                find_files(path, &mut files)
                    .map_err(|error| Failure::Usage(format!("{} cannot be read: {error}", escaped(path.display()))))?;
                if files.is_empty() {
                    return Err(Failure::Usage(format!("there is no .toml file in {}", escaped(path.display()))));
                }
            } else {
                files.push(path.clone());
            }
            for file in files {
                loaded.push(scenario::load(Some(&file.to_string_lossy()))?);
            }
        }
        Ok(Source::Loaded(loaded))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        match self {
            Source::Loaded(loaded) => loaded.len(),
            Source::Random { count, .. } => *count,
        }
    }

    /// One of them. That a random one is not valid is the generator's mistake.
    pub fn scenario(&self, index: usize) -> Result<Scenario, Diagnostics> {
        match self {
            Source::Loaded(loaded) => Ok(loaded[index].scenario.clone()),
            Source::Random { seed, .. } => parse(&self.name(index), &draw(*seed, index).to_string()),
        }
    }

    /// What a random one was made from.
    pub fn sketch(&self, index: usize) -> Option<Sketch> {
        match self {
            Source::Loaded(_) => None,
            Source::Random { seed, .. } => Some(draw(*seed, index)),
        }
    }

    /// What it is called.
    pub fn name(&self, index: usize) -> String {
        match self {
            Source::Loaded(loaded) => loaded[index].source.clone(),
            Source::Random { seed, .. } => format!("random scenario {index} of seed {seed}"),
        }
    }
}

fn draw(seed: u64, index: usize) -> Sketch {
    generator::scenario(&mut Random::new(seed, index as u64))
}

fn find_files(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    let mut entries = fs::read_dir(folder)?.collect::<io::Result<Vec<_>>>()?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        if entry.file_type()?.is_dir() {
            find_files(&path, files)?;
        } else if path.extension().is_some_and(|ending| ending == "toml") && path.is_file() {
            files.push(path);
        }
    }
    Ok(())
}
