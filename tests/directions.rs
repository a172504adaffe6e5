//! Which part of the program may know which: read off the `use` lines, so that the layers stay layers.

use std::fs;
use std::path::{Path, PathBuf};

/// A part of the source, and what no line of it may name.
struct Rule {
    part: &'static str,
    /// Files of the part that are excepted.
    except: &'static [&'static str],
    forbidden: &'static [&'static str],
}

const RULES: &[Rule] = &[
    // It knows the words of `event`: those are words of its files too.
    Rule {
        part: "scenario",
        except: &[],
        forbidden: &[
            "crate::outcome",
            "crate::executor",
            "crate::expect",
            "crate::report",
            "crate::commands",
            "crate::cli",
            "clap",
            "serde_json",
            "indicatif",
            "owo_colors",
            "tokio",
        ],
    },
    Rule {
        part: "event",
        except: &[],
        forbidden: &[
            "crate::outcome",
            "crate::executor",
            "crate::expect",
            "crate::report",
            "crate::commands",
            "crate::cli",
            "clap",
            "serde",
            "tokio",
        ],
    },
    Rule {
        part: "outcome",
        except: &[],
        forbidden: &[
            "crate::executor",
            "crate::expect",
            "crate::report",
            "crate::commands",
            "crate::cli",
            "clap",
            "serde",
            "tokio",
        ],
    },
    Rule {
        part: "executor",
        except: &[],
        forbidden: &[
            "crate::expect",
            "crate::report",
            "crate::commands",
            "crate::cli",
            "clap",
            "indicatif",
            "owo_colors",
            "serde",
            "serde_json",
        ],
    },
    Rule {
        part: "expect",
        except: &[],
        forbidden: &["crate::report", "crate::commands", "crate::cli", "clap", "serde", "serde_json", "owo_colors"],
    },
    // Reports know nothing of the executor; their tests watch real runs.
    Rule {
        part: "report",
        except: &["report/progress/tests.rs"],
        forbidden: &["crate::executor", "crate::commands", "crate::cli", "clap"],
    },
    Rule {
        part: "python",
        except: &[],
        forbidden: &["crate::executor", "crate::report", "crate::verify", "crate::commands", "crate::cli", "clap"],
    },
    Rule { part: "verify", except: &[], forbidden: &["crate::commands", "crate::cli", "clap"] },
    Rule { part: "report", except: &[], forbidden: &["crate::verify"] },
    Rule { part: "report", except: &["report/python.rs"], forbidden: &["crate::python"] },
    // Where a runtime is made and where it is used is one file: for the clock, and for signals.
    Rule { part: "", except: &["executor/clock.rs", "commands/signals.rs"], forbidden: &["tokio"] },
    Rule { part: "", except: &["scenario/parse"], forbidden: &["toml"] },
    Rule { part: "", except: &["expect"], forbidden: &["toml_edit", "toml_parser"] },
    Rule { part: "", except: &["scenario/value.rs"], forbidden: &["toml_writer"] },
    Rule { part: "", except: &["report/check/junit.rs"], forbidden: &["quick_junit"] },
    Rule { part: "", except: &["cli.rs", "main.rs", "commands"], forbidden: &["clap"] },
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
        for rule in RULES.iter().filter(|rule| rule.covers(&name)) {
            for (number, line) in text.lines().enumerate() {
                let code = line.trim_start();
                if code.starts_with("//") {
                    continue;
                }
                for forbidden in rule.forbidden.iter().filter(|forbidden| names(code, forbidden)) {
                    broken.push(format!("src/{name}:{}: names {forbidden}: {code}", number + 1));
                }
            }
        }
    }
    assert!(broken.is_empty(), "imports against the direction:\n{}", broken.join("\n"));
}

impl Rule {
    fn covers(&self, name: &str) -> bool {
        let inside =
            self.part.is_empty() || name == format!("{}.rs", self.part) || name.starts_with(&format!("{}/", self.part));
        inside && !self.except.iter().any(|except| name.starts_with(except))
    }
}

/// Whether a line uses a path or a crate: `use serde::…`, `serde::Serialize`, `#[derive(serde::…)]`.
fn names(code: &str, path: &str) -> bool {
    code.match_indices(path).any(|(at, _)| {
        let before = code[..at].chars().next_back();
        let after = &code[at + path.len()..];
        before.is_none_or(|c| !c.is_alphanumeric() && c != '_' && c != ':' && c != '"')
            && (after.starts_with("::") || (path.contains("::") && !after.starts_with(char::is_alphanumeric)))
    })
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
fn a_broken_rule_would_be_seen() {
    assert!(names("use serde::Serialize;", "serde"));
    assert!(names("#[derive(serde::Serialize)]", "serde"));
    assert!(names("use crate::executor::run;", "crate::executor"));
    assert!(names("use crate::executor;", "crate::executor"));
    assert!(!names("use crate::event::End;", "crate::executor"));
    assert!(!names("use serde_json::Value;", "serde"));
}
