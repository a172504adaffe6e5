//! The built-in scenarios: all of `scenarios/`, compiled in, so that an installed binary needs no files.

use super::parse::nearest;

/// A scenario that comes with the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Builtin {
    /// Its name on the command line: the file's, without `.toml`.
    pub name: &'static str,
    /// The file.
    pub text: &'static str,
}

/// Every built-in scenario: first the one to begin with, then in the order in which they are best read.
pub static BUILTINS: [Builtin; 6] = [
    Builtin { name: "basic", text: include_str!("../../scenarios/basic.toml") },
    Builtin { name: "tasks", text: include_str!("../../scenarios/tasks.toml") },
    Builtin { name: "timeout", text: include_str!("../../scenarios/timeout.toml") },
    Builtin { name: "cleanup", text: include_str!("../../scenarios/cleanup.toml") },
    Builtin { name: "nested", text: include_str!("../../scenarios/nested.toml") },
    Builtin { name: "workers", text: include_str!("../../scenarios/workers.toml") },
];

/// The built-in scenario of a name.
pub fn builtin(name: &str) -> Option<&'static Builtin> {
    BUILTINS.iter().find(|builtin| builtin.name == name)
}

/// The built-in's name that is nearest to one that is none.
pub fn nearest_builtin(name: &str) -> Option<&'static str> {
    nearest(name, BUILTINS.iter().map(|builtin| builtin.name))
}

impl Builtin {
    /// The one thing it teaches: the comment that the file opens with, on one line. A line in front of it that tells
    /// editors where the schema is (`#:schema …`) is none.
    pub fn lesson(&self) -> String {
        let lines = self.text.lines().skip_while(|line| line.starts_with("#:"));
        let comment = lines.map_while(|line| line.strip_prefix('#')).map(str::trim);
        comment.collect::<Vec<_>>().join(" ")
    }

    /// What the rest of the program calls it where others have a path: `builtin:basic`.
    pub fn source(&self) -> String {
        format!("builtin:{}", self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::parse;

    #[test]
    fn all_of_the_folder_is_built_in() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios");
        let mut files: Vec<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter_map(|name| name.strip_suffix(".toml").map(str::to_owned))
            .collect();
        files.sort();
        let mut names: Vec<&str> = BUILTINS.iter().map(|builtin| builtin.name).collect();
        names.sort();
        assert_eq!(files, names);
    }

    #[test]
    fn each_is_valid_and_says_what_it_teaches() {
        for builtin in &BUILTINS {
            let scenario = parse(&builtin.source(), builtin.text).unwrap_or_else(|error| panic!("{error}"));
            assert!(scenario.title.is_some_and(|title| title.len() <= 60), "{}", builtin.name);
            assert!(scenario.description.is_some(), "{}", builtin.name);
            assert!((20..=120).contains(&builtin.lesson().len()), "{}: {}", builtin.name, builtin.lesson());
        }
    }
}
