//! What the scenarios' answers say about asyncio beyond what their runs show, tried out on real CPythons.

mod cpython;

use std::path::Path;
use std::process::{Command, Stdio};

use asyncdemo::scenario::builtins;

#[test]
fn what_the_answers_say_is_so_on_every_cpython() {
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/advice/advice.py");
    for interpreter in cpython::interpreters() {
        let output = Command::new(&interpreter.program).arg(&program).stdin(Stdio::null()).output();
        let output = output.expect("the interpreter starts");
        let (out, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "Python {}:\n{out}\n{errors}", interpreter.version);
        assert_eq!(out.lines().count(), 12, "{out}");
        for line in out.lines() {
            let (_, names) = line.split_once(" of ").expect("it names its scenarios");
            for name in names.split(", ") {
                assert!(builtins().any(|builtin| builtin.name == name), "no scenario is called {name}");
            }
        }
    }
}
