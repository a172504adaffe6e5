//! `asyncdemo new`: a scenario to start from.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::cli;
use crate::report::escape::escaped;
use crate::scenario::is_printable;

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
    let Some(file) = name.file_name().filter(|_| !is_folder) else {
        let message =
            format!("`{}` names no file\nhelp: name one, as `asyncdemo new retries`", escaped(name.display()));
        return Err(Failure::Usage(message));
    };
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

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Writes a file that is not there yet. One that could not be written to its end is taken away again.
fn write_new(path: &Path, text: &str) -> Result<(), Failure> {
    let cannot = |error| Failure::Output(Some(path.to_owned()), error);
    let mut file = OpenOptions::new().write(true).create_new(true).open(path).map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => Failure::Usage(format!(
            "`{}` exists already, and is left as it is\nhelp: choose another name",
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
    TEMPLATE.replacen("SCHEMA", schema.unwrap_or(&here), 1).replacen("TITLE", &toml_string(&name), 1)
}

const TEMPLATE: &str = r#"#:schema SCHEMA
# The one thing that this scenario teaches, in a sentence.

title = TITLE
description = "Three requests at once: one fails after half a second, the others go on."

# Each [[awaitable]] is one thing to await: a coroutine, unless `kind` says "task", "future" or "gather".
[[awaitable]]
name = "users"
delay = "1s"                   # how long it takes; "forever" is possible
returns = ["ada", "grace"]     # any TOML value; left out: None

[[awaitable]]
name = "orders"
delay = "500ms"
raises = "TimeoutError: upstream took too long"

[[awaitable]]
name = "audit"
delay = "2s"
# cancel_at = "1.5s"                    # something cancels it
# on_cancel = { cleanup = "200ms" }     # what it does then; left out: CancelledError propagates

# What the caller does around the call.
# [caller]
# cancel_at = "700ms"          # somebody cancels the caller itself
# then = "exit"                # the program ends after the call instead of letting the others finish

# The options of the two calls; flags on the command line override them.
[gather]
return_exceptions = false

[wait]
return_when = "all-completed"  # or "first-completed", "first-exception"
# timeout = "800ms"

# What must come of it: a run each, of which what is written is compared.
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

/// A text as a TOML string on one line. A title takes no control characters.
fn toml_string(text: &str) -> String {
    let mut string = String::from('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => string.extend(['\\', c]),
            c if c.is_control() => string.push(' '),
            c if is_printable(c) => string.push(c),
            c => string.push_str(&format!("\\U{:08X}", u32::from(c))),
        }
    }
    string.push('"');
    string
}

fn next_steps(path: &Path, has_schema: bool) -> String {
    let file = as_argument(path);
    let mut text = format!(
        "Wrote {}.\n\nRun it:\n  asyncdemo gather {file}\n  asyncdemo wait {file} --return-when first-exception\n",
        escaped(path.display())
    );
    if !has_schema {
        let schema = as_argument(&path.with_file_name(SCHEMA));
        text += &format!("\nLet editors complete and check it as you type:\n  asyncdemo schema > {schema}\n");
    }
    text
}

/// A path as one types it into a shell.
fn as_argument(path: &Path) -> String {
    let mut path = escaped(path.display()).to_string();
    if path.starts_with('-') {
        path.insert_str(0, "./");
    }
    let plain = |c: char| c.is_alphanumeric() || "_-./+,:@%".contains(c);
    if path.chars().all(plain) { path } else { format!("'{}'", path.replace('\'', r"'\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::parse;

    #[test]
    fn any_name_makes_a_scenario_that_the_parser_takes() {
        for name in ["retries", "a b", "say \"hi\"", "back\\slash", "TITLE", "日本", "\u{202e}x", "a\tb", "SCHEMA", ""]
        {
            let text = text(&PathBuf::from(format!("{name}.toml")), None);
            let scenario = parse("new.toml", &text).unwrap_or_else(|error| panic!("{error}"));
            assert_eq!(
                scenario.title.is_some_and(|title| title == name.replace('\t', " ")),
                !name.is_empty(),
                "{name:?}"
            );
        }
    }

    #[test]
    fn names_and_paths() {
        let file = |name: &str| file_of(Path::new(name)).ok().map(|path| path.to_string_lossy().into_owned());
        assert_eq!(file("retries").as_deref(), Some("retries.toml"));
        assert_eq!(file("retries.toml").as_deref(), Some("retries.toml"));
        assert_eq!(file("v1.2").as_deref(), Some("v1.2.toml"));
        assert_eq!(file("../x/retries").as_deref(), Some("../x/retries.toml"));
        for none in ["", ".", "..", "/", "folder/", "folder/.."] {
            assert_eq!(file(none), None, "{none:?}");
        }
    }

    #[test]
    fn what_is_typed_into_a_shell() {
        let typed = |path: &str| as_argument(Path::new(path));
        assert_eq!(typed("a/retries.toml"), "a/retries.toml");
        assert_eq!(typed("-x.toml"), "./-x.toml");
        assert_eq!(typed("it's one.toml"), r"'it'\''s one.toml'");
        assert_eq!(typed("$(rm).toml"), "'$(rm).toml'");
    }
}
