//! Which part of the program may know which, and where each crate is used: read off every path in the source, in `use`
//! lines and in the middle of an expression, so that the layers stay layers.

use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// The parts in reading order, each with the others that it may name.
const PARTS: &[(&str, &[&str])] = &[
    ("scenario", &["calls", "event"]),
    ("calls", &["scenario", "event"]),
    ("event", &["scenario", "calls"]),
    ("executor", &["scenario", "calls", "event", "random"]),
    ("outcome", &["scenario", "calls", "event"]),
    ("simulation", &["scenario", "calls", "event", "executor", "outcome", "random"]),
    ("alternatives", &["scenario", "calls", "event", "executor", "outcome", "random", "simulation"]),
    ("expect", &["scenario", "calls", "event", "executor", "outcome", "simulation"]),
    ("python", &["scenario", "calls", "event", "outcome"]),
    ("report", &["scenario", "calls", "event", "outcome", "expect", "python"]),
    // The live view's tests watch real runs.
    ("report/progress/tests.rs", &["simulation"]),
    (
        "verify",
        &[
            "scenario",
            "calls",
            "event",
            "outcome",
            "simulation",
            "alternatives",
            "python",
            "report",
            "parallel",
            "random",
        ],
    ),
    ("schema", &["scenario", "calls", "event", "report"]),
    ("cli", &["scenario", "calls", "event", "report"]),
    (
        "commands",
        &[
            "alternatives",
            "scenario",
            "calls",
            "event",
            "executor",
            "outcome",
            "simulation",
            "expect",
            "report",
            "verify",
            "schema",
            "cli",
            "parallel",
        ],
    ),
    ("parallel", &[]),
    ("random", &[]),
];

/// Every dependency, with the files and folders that may name it.
const CRATES: &[(&str, &[&str])] = &[
    ("annotate_snippets", &["scenario/diagnostic"]),
    ("clap", &["cli", "commands", "main"]),
    ("clap_complete", &["cli", "commands/completions"]),
    ("indicatif", &["report/progress", "commands/verify/progress"]),
    ("owo_colors", &["report"]),
    ("quick_junit", &["report/check/junit"]),
    ("rustix", &["verify/process_group"]),
    ("serde", &["report", "python", "verify"]),
    ("serde_json", &["report", "verify", "schema", "commands/verify"]),
    ("strsim", &["scenario/parse/suggest"]),
    ("strum", &["scenario", "calls", "event", "report", "schema"]),
    ("tempfile", &["commands/atomic_file"]),
    ("terminal_size", &["commands/terminal", "report/progress"]),
    // For the clock, and for signals: each makes the runtime that it needs.
    ("tokio", &["executor/clock", "commands/signals"]),
    ("toml", &["scenario/parse"]),
    ("toml_edit", &["expect"]),
    ("toml_parser", &["expect"]),
    ("toml_writer", &["scenario/value"]),
    ("unicode_general_category", &["scenario/value"]),
    ("unicode_ident", &["scenario/parse/exceptions"]),
    ("unicode_width", &["report", "python/layout", "verify/side_by_side"]),
];

#[test]
fn imports_go_one_way() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let files = rust_files(&source);
    assert!(files.len() > 20, "found only {} source files", files.len());
    let mut broken = Vec::new();
    for file in &files {
        let name = file.strip_prefix(&source).expect("below src").to_string_lossy().replace('\\', "/");
        let text = fs::read_to_string(file).expect("a source file can be read");
        broken.extend(against(&name, &text).into_iter().map(|path| format!("src/{name} names {path}")));
    }
    assert!(broken.is_empty(), "imports against the direction:\n{}", broken.join("\n"));
}

#[test]
fn every_part_and_every_crate_is_in_the_tables() {
    let read = |name| fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).expect("it can be read");
    let library = read("src/lib.rs");
    let parts: Vec<&str> = library
        .lines()
        .filter_map(|line| line.trim_start_matches("pub ").strip_prefix("mod ")?.strip_suffix(';'))
        .collect();
    assert!(parts.len() > 10, "{parts:?}");
    for part in parts {
        assert!(PARTS.iter().any(|(known, _)| *known == part), "{part} is in no row");
    }
    let manifest: toml::Table = read("Cargo.toml").parse().expect("it is TOML");
    let everywhere = manifest["dependencies"].as_table().expect("a table");
    let unix = manifest["target"]["cfg(unix)"]["dependencies"].as_table().expect("a table");
    for dependency in everywhere.keys().chain(unix.keys()) {
        assert!(CRATES.iter().any(|(known, _)| *known == dependency.replace('-', "_")), "{dependency} is in no row");
    }
}

/// The paths in a file that go against the direction.
fn against(name: &str, text: &str) -> Vec<String> {
    let module: Vec<String> = name.trim_end_matches(".rs").split('/').map(str::to_owned).collect();
    let root = module == ["lib"] || module == ["main"];
    let mut paths = Vec::new();
    let tokens = text.parse().unwrap_or_else(|error| panic!("src/{name}: {error}"));
    collect(tokens, &[], if root { &[] } else { &module }, &mut paths);
    let inside = |place: &&str| {
        name.strip_prefix(place).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '.']))
            && !place.is_empty()
    };
    let rows = PARTS.iter().filter(|(part, _)| inside(part));
    let allowed: Vec<&str> = rows.flat_map(|(part, others)| others.iter().chain([part])).copied().collect();
    paths.retain(|path| match (path[0].as_str(), path.get(1)) {
        ("crate", Some(part)) => {
            !root && PARTS.iter().any(|(known, _)| known == part) && !allowed.contains(&part.as_str())
        }
        (head, _) => CRATES.iter().any(|(known, homes)| *known == head && !homes.iter().any(inside)),
    });
    paths.iter().map(|path| path.join("::")).collect()
}

/// Finds every path of several names, and every name that is imported. `prefix` is what stands before the braces of
/// `use a::{b, c}`, `module` where the tokens stand.
fn collect(tokens: TokenStream, prefix: &[String], module: &[String], found: &mut Vec<Vec<String>>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let word = |at: usize| match tokens.get(at) {
        Some(TokenTree::Ident(ident)) => Some(ident.to_string()),
        _ => None,
    };
    let braces = |at: usize| match tokens.get(at) {
        Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => Some(group.stream()),
        _ => None,
    };
    let colon = |at: usize| matches!(tokens.get(at), Some(TokenTree::Punct(punct)) if punct.as_char() == ':');
    let mut at = 0;
    while at < tokens.len() {
        let (start, first) = (at, word(at));
        at += 1;
        if let TokenTree::Group(group) = &tokens[start] {
            collect(group.stream(), &[], module, found);
        }
        let Some(first) = first else { continue };
        if let ("mod", Some(name), Some(inner)) = (first.as_str(), word(at), braces(at + 1)) {
            collect(inner, &[], &[module, &[name]].concat(), found);
            at += 2;
            continue;
        }
        let mut path = [prefix, &[first]].concat();
        while colon(at) && colon(at + 1) {
            match (word(at + 2), braces(at + 2)) {
                (Some(next), _) => path.push(next),
                (None, Some(tree)) => collect(tree, &path, module, found),
                (None, None) => break,
            }
            at += 3;
        }
        if path.len() > 1 || start > 0 && word(start - 1).as_deref() == Some("use") {
            found.push(resolved(path, module));
        }
    }
}

/// The path from the crate's root, where it begins with `self` or `super`.
fn resolved(path: Vec<String>, module: &[String]) -> Vec<String> {
    let mut place = match path[0].as_str() {
        "self" | "super" => [&["crate".to_owned()], module].concat(),
        _ => return path,
    };
    for name in path {
        match name.as_str() {
            "self" => {}
            "super" => drop(place.pop()),
            _ => place.push(name),
        }
    }
    place
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder can be read") {
        let path = entry.expect("an entry can be read").path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

#[test]
fn what_goes_against_the_direction_is_seen() {
    for (name, text, seen) in [
        ("executor/task.rs", "use serde::Serialize;", "serde::Serialize"),
        ("executor/task.rs", "#[derive(Debug, serde::Serialize)] struct A;", "serde::Serialize"),
        ("executor/task.rs", "use toml;", "toml"),
        ("executor/task.rs", "fn a() { println!(\"{}\", tokio::spawn(1)) }", "tokio::spawn"),
        (
            "executor.rs",
            "use crate::{\n    event::Event,\n    report::{self, style::Style},\n};",
            "crate::report::self",
        ),
        ("report/json.rs", "fn a(b: u8) { if b == 1 { crate::executor::simulate() } }", "crate::executor::simulate"),
        ("report/json/event.rs", "use super::super::super::verify::log as l;", "crate::verify::log"),
        ("report/json.rs", "mod tests { use super::super::super::verify; }", "crate::verify"),
        ("event.rs", "pub(crate) use self::super::outcome::Run;", "crate::outcome::Run"),
    ] {
        assert!(against(name, text).contains(&seen.to_owned()), "{text} in {name}: {:?}", against(name, text));
    }
    for (name, text) in [
        ("executor/task.rs", "/// As crate::report does it, with `toml::Value`.\nuse crate::event::{End, Event};"),
        ("executor/task.rs", "fn a(toml: &str, serde: u8) -> &str { toml }"),
        ("report/json.rs", "use super::python; mod tests { use super::super::python; }"),
        ("commands/signals.rs", "use tokio::runtime::Builder; use super::failure::Code;"),
    ] {
        assert_eq!(against(name, text), [] as [&str; 0], "{text} in {name}");
    }
}
