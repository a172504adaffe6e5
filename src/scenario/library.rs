//! The built-in scenarios: all of `scenarios/`, compiled in, so that an installed binary needs no files.
//!
//! They are a course: sections in reading order, a folder each, and in every section the scenarios in reading order.
//! A scenario's name is its file's and is unique across folders, so that nobody has to know where it lies.

use std::path::Path;

use super::parse::nearest;

/// A part of the course.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Section {
    /// What stands above it in a listing.
    pub heading: &'static str,
    /// Its folder in `scenarios/`; empty for `scenarios/` itself.
    pub folder: &'static str,
    /// In the order in which they are best read.
    pub scenarios: &'static [Builtin],
}

/// A scenario that comes with the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Builtin {
    /// Its name on the command line: the file's, without folder and `.toml`.
    pub name: &'static str,
    /// The file.
    pub text: &'static str,
}

/// A section: its heading, its folder with a closing slash, and its files' names.
macro_rules! section {
    ($heading:literal, $folder:literal, [$($name:literal),+ $(,)?]) => {
        Section {
            heading: $heading,
            folder: $folder,
            scenarios: &[$(Builtin {
                name: $name,
                text: include_str!(concat!("../../scenarios/", $folder, $name, ".toml")),
            }),+],
        }
    };
}

/// The course: every built-in scenario, from the one to begin with to what goes wrong in practice.
pub static COURSE: [Section; 6] = [
    section!("Start here", "", ["basic"]),
    section!("Basics", "basics/", ["longest-not-sum", "argument-order", "done-and-pending", "tasks", "workers"]),
    section!(
        "What gather() does",
        "gather/",
        [
            "any-awaitable",
            "wrapped-at-the-call",
            "starred-list",
            "list-without-star",
            "empty-gather",
            "same-awaitable-twice",
            "runs-before-await",
            "finished-early",
            "group-done",
            "done-callback",
            "siblings-run-on",
            "exceptions-as-values",
            "cancelled-member",
            "cancel-the-group",
            "cancelled-just-then",
            "nested",
        ]
    ),
    section!(
        "What wait() does",
        "wait/",
        [
            "any-collection",
            "bare-coroutines",
            "nothing-to-wait-for",
            "waits-for-all",
            "first-completed",
            "first-exception",
            "nothing-fails",
            "timeout",
            "lazy-wait",
            "failures-in-tasks",
        ]
    ),
    section!(
        "The two compared",
        "comparison/",
        [
            "caller-suspended",
            "arguments-or-list",
            "coroutines-or-tasks",
            "future-or-coroutine",
            "values-or-tasks",
            "conditions",
            "time-limit",
            "cleanup",
            "gather-for-results",
            "wait-for-conditions",
        ]
    ),
    section!(
        "What people get wrong",
        "mistakes/",
        [
            "when-work-starts",
            "booked-anyway",
            "cancelled-by-exit",
            "program-goes-on",
            "second-failure",
            "too-late-to-cancel",
            "isinstance-exception",
            "who-was-cancelled",
            "exceptions-no-shield",
            "cleanup-not-awaited",
            "swallowed-cancel",
            "cancelled-caller",
            "try-around-wait",
            "no-timeout-error",
            "more-than-one-first",
            "cancelled-not-failed",
        ]
    ),
];

/// Every built-in scenario, in the order of the course.
pub fn builtins() -> impl Iterator<Item = &'static Builtin> {
    COURSE.iter().flat_map(|section| section.scenarios)
}

/// The built-in scenario of a name.
pub fn builtin(name: &str) -> Option<&'static Builtin> {
    builtins().find(|builtin| builtin.name == name)
}

/// The built-in's name that is nearest to one that is none. Of a path, which may lead to where the file lies in
/// `scenarios/`, the file's own name counts.
pub fn nearest_builtin(name: &str) -> Option<&'static str> {
    let file = Path::new(name).file_name().and_then(|file| file.to_str()).unwrap_or(name);
    let stem = file.strip_suffix(".toml").unwrap_or(file);
    nearest(stem, builtins().map(|builtin| builtin.name))
}

impl Builtin {
    /// The one thing it teaches: the comment that the file opens with, on one line. `#:` begins what is meant for
    /// editors (the schema's place), and is no part of it.
    pub fn lesson(&self) -> String {
        let lines = self.text.lines().skip_while(|line| line.starts_with("#:") || line.is_empty());
        lines.map_while(|line| line.strip_prefix('#')).map(str::trim).collect::<Vec<_>>().join(" ")
    }

    /// What the rest of the program calls it where others have a path: `builtin:basic`.
    pub fn source(&self) -> String {
        format!("builtin:{}", self.name)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;
    use crate::scenario::parse;

    /// Every `.toml` file under a folder, as its path from there.
    fn files(folder: &Path, prefix: &str) -> Vec<String> {
        let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
        entries
            .flat_map(|entry| {
                let name = entry.file_name().into_string().unwrap();
                match entry.file_type().unwrap().is_dir() {
                    true => files(&entry.path(), &format!("{prefix}{name}/")),
                    false => vec![format!("{prefix}{name}")],
                }
            })
            .collect()
    }

    #[test]
    fn all_of_the_folder_is_built_in() {
        let mut files = files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios"), "");
        files.retain(|name| name.ends_with(".toml"));
        files.sort();
        let mut known: Vec<String> = COURSE
            .iter()
            .flat_map(|section| section.scenarios.iter().map(|one| format!("{}{}.toml", section.folder, one.name)))
            .collect();
        known.sort();
        assert_eq!(files, known);
    }

    #[test]
    fn names_are_unique_and_easy_to_type() {
        let mut seen = BTreeSet::new();
        for builtin in builtins() {
            assert!(seen.insert(builtin.name), "{} is there twice", builtin.name);
            let kebab = |c: char| c.is_ascii_lowercase() || c == '-';
            assert!(builtin.name.chars().all(kebab) && builtin.name.len() <= 20, "{}", builtin.name);
        }
    }

    #[test]
    fn the_nearest_is_found_by_name_and_by_path() {
        for meant in ["siblings-run-on", "siblings_run-onn", "gather/siblings-run-on", "x/siblings-run-onn.toml"] {
            assert_eq!(nearest_builtin(meant), Some("siblings-run-on"), "{meant}");
        }
        for none in ["", ".", "/", "gather/", "siblings-run-on/x.toml"] {
            assert_eq!(nearest_builtin(none), None, "{none}");
        }
    }

    #[test]
    fn each_is_valid_and_says_what_it_teaches() {
        for builtin in builtins() {
            let scenario = parse(&builtin.source(), builtin.text).unwrap_or_else(|error| panic!("{error}"));
            assert!(scenario.title.is_some_and(|title| title.len() <= 60), "{}", builtin.name);
            assert!(scenario.description.is_some(), "{}", builtin.name);
            assert!(scenario.question.is_some_and(|question| question.ends_with('?')), "{}", builtin.name);
            assert!(scenario.answer.is_some(), "{}", builtin.name);
            assert!(!scenario.shows.is_empty() && !scenario.expect.is_empty(), "{}", builtin.name);
            assert!((20..=125).contains(&builtin.lesson().len()), "{}: {}", builtin.name, builtin.lesson());
        }
    }

    #[test]
    fn the_lesson_is_the_opening_comment() {
        let lesson = |text| Builtin { name: "x", text }.lesson();
        assert_eq!(lesson("# One thing,\n# and its end.\n\ntitle = 1\n# not this\n"), "One thing, and its end.");
        assert_eq!(lesson("#:schema https://example.org/schema.json\n# One thing.\ntitle = 1\n"), "One thing.");
        assert_eq!(lesson("#:schema x\n\n# One thing.\n"), "One thing.");
        assert_eq!(lesson("title = 1\n"), "");
    }
}
