//! A scenario as a generator writes it: tables of keys, which print as TOML and shrink by being left out.

use std::fmt;

/// A scenario file.
#[derive(Clone, Debug)]
pub struct Sketch {
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
    /// TOML.
    Text(String),
    /// An awaitable's own name.
    Name(String),
    /// A list of awaitables' names.
    Names(Vec<String>),
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
            Setting::Text(_) | Setting::Names(_) => None,
        })
    }
}

impl Sketch {
    /// Everything that is a little smaller than this, the boldest steps first. Not all of it is a valid scenario.
    pub fn smaller(&self) -> Vec<Sketch> {
        let mut smaller = Vec::new();
        for table in 0..self.tables.len() {
            let mut sketch = self.clone();
            let removed = sketch.tables.remove(table);
            if let Some(name) = removed.name() {
                sketch.forget(name);
            }
            smaller.push(sketch);
        }
        for table in 0..self.tables.len() {
            for key in 0..self.tables[table].keys.len() {
                let (_, setting) = &self.tables[table].keys[key];
                if matches!(setting, Setting::Name(_)) {
                    continue;
                }
                let mut sketch = self.clone();
                sketch.tables[table].keys.remove(key);
                smaller.push(sketch);
                match setting {
                    Setting::Names(names) => {
                        for position in 0..names.len() {
                            let mut fewer = names.clone();
                            fewer.remove(position);
                            smaller.push(self.with(table, key, Setting::Names(fewer)));
                        }
                    }
                    Setting::Name(_) => {}
                    Setting::Text(text) => {
                        if let Ok(number) = text.parse::<u32>()
                            && number > 0
                        {
                            smaller.push(self.with(table, key, Setting::Text((number - 1).to_string())));
                        }
                    }
                }
            }
        }
        smaller
    }

    fn with(&self, table: usize, key: usize, setting: Setting) -> Sketch {
        let mut sketch = self.clone();
        sketch.tables[table].keys[key].1 = setting;
        sketch
    }

    /// Takes a name out of every list.
    fn forget(&mut self, name: &str) {
        for (_, setting) in self.tables.iter_mut().flat_map(|table| &mut table.keys) {
            if let Setting::Names(names) = setting {
                names.retain(|own| own != name);
            }
        }
    }
}

impl fmt::Display for Sketch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for table in &self.tables {
            // What stands above every table has no header.
            if !table.header.is_empty() {
                writeln!(f, "{}", table.header)?;
            }
            for (key, setting) in &table.keys {
                match setting {
                    Setting::Text(text) => writeln!(f, "{key} = {text}")?,
                    Setting::Name(name) => writeln!(f, "{key} = {}", toml_string(name))?,
                    Setting::Names(names) => {
                        let names: Vec<String> = names.iter().map(|name| toml_string(name)).collect();
                        writeln!(f, "{key} = [{}]", names.join(", "))?;
                    }
                }
            }
            writeln!(f)?;
        }
        Ok(())
    }
}

/// A text as TOML writes it.
pub fn toml_string(text: &str) -> String {
    let mut written = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => written.extend(['\\', c]),
            c if c.is_control() => written.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => written.push(c),
        }
    }
    written.push('"');
    written
}
