//! `asyncdemo check` in a folder of its own.

#![allow(dead_code, reason = "each test takes what it needs")]

use std::fs;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use tempfile::TempDir;

pub const GOOD: &str = "\
[[awaitable]]
name = \"users\"
delay = 1
returns = 7

[[expect]]
call = \"gather\"
at = 1
results = [7]
";

/// Two expectations, of which the second is wrong.
pub const WRONG: &str = "\
[[awaitable]]
name = \"users\"
delay = 1
raises = \"OSError: \\u001b[2Jgone\"

[[expect]]
call = \"wait\"
done = [\"users\"]

[[expect]]
call = \"gather\"
outcome = \"returned\"
at = 2
";

pub const EMPTY: &str = "[[awaitable]]\nname = \"users\"\n";

pub struct Finished {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

pub fn run_in(folder: &Path, arguments: &[&str]) -> Finished {
    let mut command = Command::cargo_bin("asyncdemo").expect("the program was built");
    for variable in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "COLUMNS", "CI"] {
        command.env_remove(variable);
    }
    let output = command.env("LC_ALL", "C.UTF-8").current_dir(folder).arg("check").args(arguments).output();
    let output = output.expect("the program can be started");
    Finished {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).expect("output is UTF-8"),
        stderr: String::from_utf8(output.stderr).expect("diagnostics are UTF-8"),
    }
}

pub fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, text) in files {
        let path: PathBuf = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("it is in the folder")).expect("a folder can be made");
        fs::write(path, text).expect("a file can be written");
    }
    folder
}

pub fn read(folder: &TempDir, name: &str) -> String {
    fs::read_to_string(folder.path().join(name)).expect("the file is there")
}
