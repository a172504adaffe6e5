//! A scenario as a generator writes it: tables of keys, which print as TOML.
//!
//! It also knows everything that is a little [smaller](ScenarioFile::smaller), by what each setting is made of.

use std::fmt::{self, Display};

use crate::scenario::toml_string;

mod smaller;

/// A scenario file.
#[derive(Clone, Debug)]
pub struct ScenarioFile {
    /// In file order.
    pub tables: Vec<Table>,
}

/// A `[table]` or one entry of an `[[array]]`.
#[derive(Clone, Debug)]
pub struct Table {
    header: &'static str,
    keys: Vec<(&'static str, Setting)>,
}

/// What stands behind a key.
#[derive(Clone, Debug)]
pub enum Setting {
    /// TOML: a number, a text with its quotes, or whatever else need not be taken apart.
    Text(String),
    /// An awaitable's own name.
    Name(String),
    /// A list of awaitables' names.
    Names(Vec<Reference>),
    /// An inline table; its keys as TOML writes them.
    Entries(Vec<(String, Setting)>),
    /// An array.
    List(Vec<Setting>),
}

/// An awaitable in a list: all that a name stands for, or one clone of a `count`.
#[derive(Clone, Debug)]
pub struct Reference {
    /// The awaitable's own name.
    pub name: String,
    /// The clone's number.
    pub clone: Option<usize>,
}

impl Table {
    /// A table without keys.
    pub fn new(header: &'static str) -> Table {
        Table { header, keys: Vec::new() }
    }

    /// Adds a key.
    pub fn set(&mut self, key: &'static str, setting: Setting) {
        self.keys.push((key, setting));
    }

    /// Whether it has that key.
    pub fn has(&self, key: &str) -> bool {
        self.keys.iter().any(|(own, _)| *own == key)
    }

    /// Whether it has no key at all.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// When a task's sleep ends that begins with the program, where that is a whole second after the first.
    pub fn end_of_sleep(&self) -> Option<u32> {
        let text = |key: &str| {
            self.keys.iter().find_map(|(own, setting)| match setting {
                Setting::Text(text) if *own == key => Some(text.as_str()),
                _ => None,
            })
        };
        let is_task = text("kind") == Some("\"task\"");
        text("delay")?.parse().ok().filter(|end| is_task && *end > 1)
    }

    fn name(&self) -> Option<&str> {
        self.keys.iter().find_map(|(_, setting)| match setting {
            Setting::Name(name) => Some(name.as_str()),
            _ => None,
        })
    }
}

impl Display for ScenarioFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for table in &self.tables {
            // What stands above every table has no header.
            if !table.header.is_empty() {
                writeln!(f, "{}", table.header)?;
            }
            for (key, setting) in &table.keys {
                writeln!(f, "{key} = {setting}")?;
            }
            writeln!(f)?;
        }
        Ok(())
    }
}

impl Display for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Setting::Text(text) => f.write_str(text),
            Setting::Name(name) => f.write_str(&toml_string(name)),
            Setting::Names(references) => write_between(f, ["[", "]"], references.iter().map(Reference::toml)),
            Setting::List(items) => write_between(f, ["[", "]"], items.iter()),
            Setting::Entries(entries) => {
                write_between(f, ["{ ", " }"], entries.iter().map(|(key, setting)| format!("{key} = {setting}")))
            }
        }
    }
}

impl Reference {
    fn toml(&self) -> String {
        match self.clone {
            Some(number) => toml_string(&format!("{}-{number}", self.name)),
            None => toml_string(&self.name),
        }
    }
}

fn write_between<T: Display>(
    f: &mut fmt::Formatter<'_>,
    [open, close]: [&str; 2],
    items: impl Iterator<Item = T>,
) -> fmt::Result {
    f.write_str(open)?;
    for (place, item) in items.enumerate() {
        write!(f, "{}{item}", if place == 0 { "" } else { ", " })?;
    }
    f.write_str(close)
}
