//! Every mistake that a scenario can hold, with what is said about it: `tests/bad/NAME.toml` must give
//! `tests/bad/NAME.snap`. To add one, write the file, run the tests, and read what `cargo insta review` shows.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use asyncdemo::scenario::{load, parse};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/bad")
}

/// The names of the files with this ending.
fn names(ending: &str) -> BTreeSet<String> {
    fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|found| found == ending))
        .map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned())
        .collect()
}

#[test]
fn each_mistake_has_its_diagnostic() {
    let names = names("toml");
    assert!(names.len() > 100, "the bad scenarios are gone");
    for name in &names {
        let path = folder().join(format!("{name}.toml"));
        // Not through `load`, whose source would be this machine's path.
        let text = String::from_utf8(fs::read(&path).unwrap()).unwrap();
        let error = parse(&format!("{name}.toml"), &text).expect_err(name);
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path(folder());
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.bind(|| insta::assert_snapshot!(name.as_str(), error.render(false, 80)));
    }
}

#[test]
fn each_diagnostic_has_its_scenario() {
    let orphans: Vec<String> = names("snap").difference(&names("toml")).cloned().collect();
    assert_eq!(orphans, Vec::<String>::new());
}

#[test]
fn no_mistake_is_told_as_a_paragraph() {
    for name in names("toml") {
        let text = fs::read_to_string(folder().join(format!("{name}.toml"))).unwrap();
        for problem in parse(&name, &text).expect_err(&name).problems() {
            let message = problem.message();
            assert!(message.len() <= 100 && !message.ends_with('.') && !message.contains('\n'), "{name}: {message}");
            assert!(!message.starts_with(char::is_uppercase) || message.starts_with("Python's"), "{name}: {message}");
        }
    }
}

#[test]
fn a_file_is_named_as_it_was_given() {
    let path = folder().join("unknown-key.toml");
    let path = path.to_str().unwrap();
    let report = load(Some(path)).unwrap_err().render(false, 200);
    assert!(report.contains(&format!("--> {path}:3:1")), "{report}");
}
