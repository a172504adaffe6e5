//! The CPythons that a test may ask.

use std::env;
use std::ffi::OsStr;
use std::io::Write;

use asyncdemo::verify::interpreter::Interpreter;

/// One of each version: those that `ASYNCDEMO_PYTHONS` names, then those on PATH. Where there is none the test has
/// nothing to ask: it says so, and with `ASYNCDEMO_REQUIRE_CPYTHON` it fails.
pub fn interpreters() -> Vec<Interpreter> {
    let named = env::var_os("ASYNCDEMO_PYTHONS").unwrap_or_default();
    let mut found: Vec<Interpreter> = Vec::new();
    for program in env::split_paths(&named).filter(|program| program != OsStr::new("")) {
        let interpreter = Interpreter::named(&program);
        found.push(interpreter.unwrap_or_else(|why| panic!("ASYNCDEMO_PYTHONS: {}: {why}", program.display())));
    }
    for interpreter in Interpreter::find() {
        if !found.iter().any(|known| known.python == interpreter.python) {
            found.push(interpreter);
        }
    }
    if found.is_empty() {
        let missing = "no CPython from 3.8 to 3.14 on PATH or in ASYNCDEMO_PYTHONS";
        assert!(env::var_os("ASYNCDEMO_REQUIRE_CPYTHON").is_none(), "ASYNCDEMO_REQUIRE_CPYTHON is set: {missing}");
        // libtest swallows what macros print where the test passes.
        let _ = writeln!(std::io::stderr(), "nothing is asked of CPython: {missing}");
    }
    found
}
