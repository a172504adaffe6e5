//! `asyncdemo new`: a scenario to start from.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::calls::Function;
use crate::cli;
use crate::event::Word;
use crate::report::escape::escaped;
use crate::report::shell::file_argument;
use crate::scenario::{in_words, toml_string};

use super::atomic_file::folder_of;
use super::failure::{Code, Failure};
use super::outputs::print;

/// What the schema's file is called, where there is one for editors.
const SCHEMA: &str = "scenario.schema.json";

/// Writes the file and says what it wrote and what to do with it.
pub fn new(arguments: cli::New) -> Result<Code, Failure> {
    let path = file_of(&arguments.name)?;
    let schema = schema_above(&path);
    write_new(&path, &text(&path, schema.as_deref()))?;
    print(&next_steps(&path, schema.is_some()))
}

/// The path with its ending.
fn file_of(name: &Path) -> Result<PathBuf, Failure> {
    // `Path` itself does not tell `a/` from `a`.
    let is_folder =
        name.as_os_str().as_encoded_bytes().last().is_some_and(|byte| std::path::is_separator(*byte as char));
    let shown = escaped(name.display()).to_string();
    let Some(file) = name.file_name().filter(|_| !is_folder) else {
        return Err(Failure::Usage(format!(
            "`{shown}` names no file\nhelp: name one, such as `asyncdemo new retries`"
        )));
    };
    // Neither could the commands that are printed name it, nor would a terminal show it as it is.
    if name.to_str() != Some(&shown) {
        return Err(Failure::Usage(format!(
            "the name `{shown}` contains what cannot be printed: a control character, or bytes that are not UTF-8\n\
             help: choose a name that can be read and typed, such as `asyncdemo new retries`"
        )));
    }
    if name.extension().is_some_and(|ending| ending == "toml") {
        return Ok(name.to_owned());
    }
    let mut file = file.to_owned();
    file.push(".toml");
    Ok(name.with_file_name(file))
}

/// Where a schema already lies in the file's folder or in one above it: what leads there.
fn schema_above(path: &Path) -> Option<String> {
    let folder = folder_of(path).canonicalize().ok()?;
    let up = folder.ancestors().position(|folder| folder.join(SCHEMA).is_file())?;
    Some(if up == 0 { format!("./{SCHEMA}") } else { format!("{}{SCHEMA}", "../".repeat(up)) })
}

/// Writes a file that is not there yet. One that could not be written to its end is taken away again.
fn write_new(path: &Path, text: &str) -> Result<(), Failure> {
    let cannot = |error| Failure::Output(Some(path.to_owned()), error);
    let mut file = OpenOptions::new().write(true).create_new(true).open(path).map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => Failure::Usage(format!(
            "`{}` already exists, and was not changed\nhelp: choose another name",
            escaped(path.display())
        )),
        _ => cannot(error),
    })?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(|error| {
        let _ = fs::remove_file(path);
        cannot(error)
    })
}

/// The scenario: each key that one needs at first, the next ones as comments.
fn text(path: &Path, schema: Option<&str>) -> String {
    let name = path.file_stem().unwrap_or_default().to_string_lossy();
    let here = format!("./{SCHEMA}");
    let template = TEMPLATE.replacen("COUNT", &in_words(Function::ALL.len()), 1);
    template.replacen("SCHEMA", schema.unwrap_or(&here), 1).replacen("TITLE", &toml_string(&name), 1)
}

const TEMPLATE: &str = r#"#:schema SCHEMA
# The one thing that this scenario teaches, in a sentence.

title = TITLE
description = "Three requests at once: one fails after half a second, the others go on."

# Each [[awaitable]] is one thing to await: a coroutine, unless `kind` is "task", "future" or "gather".
[[awaitable]]
name = "users"
delay = "1s"                   # how long it takes; or "forever"
returns = ["ada", "grace"]     # any TOML value; left out: None

[[awaitable]]
name = "orders"
delay = "500ms"
raises = "TimeoutError: upstream took too long"

[[awaitable]]
name = "audit"
delay = "2s"
# cancel_at = "1.5s"                    # something cancels it
# on_cancel = { cleanup = "200ms" }     # what it then does; left out: CancelledError propagates

# What the caller does around the call.
# [caller]
# cancel_at = "700ms"          # something cancels the caller itself
# then = "exit"                # the program ends after the call instead of letting the others finish

# The options of the COUNT calls; flags on the command line override them.
[gather]
return_exceptions = false

[wait]
return_when = "all-completed"  # or "first-completed", "first-exception"
# timeout = "800ms"

# Each [[expect]] is one run, and what it must come to. `asyncdemo check` compares what is written here. `check --write`
# corrects what does not hold, and fills in an [[expect]] that has only a call, with or without its options.
[[expect]]
call = "gather"
outcome = "raised"
at = "500ms"
exception = "TimeoutError: upstream took too long"
fates = { users = "lost", audit = "lost" }

[[expect]]
call = "wait"
outcome = "returned"
at = "2s"
done = ["users", "orders", "audit"]
pending = []
"#;

fn next_steps(path: &Path, has_schema: bool) -> String {
    let typed = |path: &Path| file_argument(&escaped(path.display()).to_string());
    let file = typed(path);
    let mut text = format!("Wrote {}.\n", escaped(path.display()));
    // The first thing: an editor that opens the file before complains.
    if !has_schema {
        let schema = typed(&path.with_file_name(SCHEMA));
        text += &format!(
            "\nIts first line names a schema, so that editors complete and check as you type. Write the schema first:\n  \
             asyncdemo schema > {schema}\n"
        );
    }
    text += &format!(
        "\nRun it:\n  asyncdemo gather {file}\n  asyncdemo wait {file} --return-when first-exception\n\n\
         Check its expectations; after a change, update them:\n  asyncdemo check {file}\n  \
         asyncdemo check --write {file}\n"
    );
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::parse;

    #[test]
    fn any_name_makes_a_scenario_that_the_parser_takes() {
        for name in ["retries", "a b", "say \"hi\"", "back\\slash", "\\u0041\\", "TITLE", "日本", "a\u{a0}b", "SCHEMA"]
        {
            let path = file_of(Path::new(name)).unwrap_or_else(|failure| panic!("{failure:?}"));
            let scenario = parse("new.toml", &text(&path, None)).unwrap_or_else(|error| panic!("{error}"));
            assert_eq!(scenario.title.as_deref(), Some(name));
        }
    }

    #[test]
    fn the_template_has_a_table_and_an_expectation_for_each_call() {
        for function in Function::ALL {
            assert!(TEMPLATE.contains(&format!("\n[{function}]\n")), "{function}");
            assert!(TEMPLATE.contains(&format!("\ncall = \"{function}\"\n")), "{function}");
        }
    }

    #[test]
    fn names_and_paths() {
        let file = |name: &str| file_of(Path::new(name)).ok().map(|path| path.to_string_lossy().into_owned());
        assert_eq!(file("retries").as_deref(), Some("retries.toml"));
        assert_eq!(file("retries.toml").as_deref(), Some("retries.toml"));
        assert_eq!(file("v1.2").as_deref(), Some("v1.2.toml"));
        assert_eq!(file("../x/retries").as_deref(), Some("../x/retries.toml"));
        for none in ["", ".", "..", "/", "folder/", "folder/..", "a\nb", "a\tb", "\u{202e}x", "\u{9b}", "a\nb/retries"]
        {
            assert_eq!(file(none), None, "{none:?}");
        }
    }
}
