//! Each scenario's first line leads editors to the committed schema, from wherever the scenario lies.

use std::fs;
use std::path::{Path, PathBuf};

use asyncdemo::scenario::{builtins, parse};

/// Every scenario below a folder, with how many folders lie between.
fn scenarios(folder: &Path, depth: usize, found: &mut Vec<(PathBuf, usize)>) {
    for entry in fs::read_dir(folder).expect("a folder can be read") {
        let path = entry.expect("an entry can be read").path();
        if path.is_dir() {
            scenarios(&path, depth + 1, found);
        } else if path.extension().is_some_and(|ending| ending == "toml") {
            found.push((path, depth));
        }
    }
}

#[test]
fn the_first_line_leads_to_the_schema() {
    let mut found = Vec::new();
    scenarios(&Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios"), 0, &mut found);
    assert!(found.len() >= builtins().count());
    for (file, depth) in found {
        let text = fs::read_to_string(&file).expect("a scenario can be read");
        let up = if depth == 0 { "./".to_owned() } else { "../".repeat(depth) };
        let line = format!("#:schema {up}scenario.schema.json");
        assert_eq!(text.lines().next(), Some(line.as_str()), "{}", file.display());
        let schema = file.with_file_name(format!("{up}scenario.schema.json"));
        assert!(schema.is_file(), "{} leads to {}", file.display(), schema.display());
    }
}

#[test]
fn it_is_no_part_of_the_lesson() {
    for builtin in builtins() {
        assert!(!builtin.lesson().contains("schema") && !builtin.lesson().is_empty(), "{}", builtin.lesson());
        parse(builtin.name, builtin.text).unwrap_or_else(|error| panic!("{error}"));
    }
}
