//! What people try from asyncio's vocabulary, from other languages or from habit, and the answer that helps.

use std::fs;
use std::process::Command;

/// Runs the program in a folder of its own, where these files are, and gives what it says on standard error.
fn answer(files: &[(&str, &str)], arguments: &str) -> String {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, text) in files {
        fs::write(folder.path().join(name), text).expect("a file can be written");
    }
    let output = Command::new(assert_cmd::cargo::cargo_bin!("asyncdemo"))
        .args(arguments.split_whitespace())
        .current_dir(folder.path())
        .env("COLUMNS", "100")
        .output()
        .expect("the program can be started");
    assert_eq!(output.status.code(), Some(2), "{arguments}: it is bad usage, and nothing runs");
    String::from_utf8(output.stderr).expect("UTF-8")
}

#[test]
fn on_the_command_line() {
    for (arguments, helps) in [
        ("gather --timeout 2", "gather() has no timeout: run `asyncdemo wait --timeout 2`"),
        ("gather basic --timeout=2", "gather() has no timeout"),
        ("gather --return-when first-completed", "--return-when is an option of wait"),
        ("wait --return-exceptions", "wait() never raises what a task raised"),
        ("wait --done-callback", "that is an option of gather"),
        ("as_completed basic", "asyncdemo shows gather() and wait()"),
        ("as-completed", "asyncdemo shows gather() and wait()"),
        ("TaskGroup", "asyncdemo shows gather() and wait()"),
        ("shield", "asyncdemo shows gather() and wait()"),
        ("wait_for", "asyncdemo shows gather() and wait()"),
        ("run basic", "asyncdemo shows gather() and wait()"),
        ("gather --python 3.10,3.12", "name one version, and run it once for each"),
        ("gather --python 3.7", "possible values: 3.8"),
        ("gather --return-exceptions true basic", "write --return-exceptions=true"),
        ("wait --wrap false basic", "write --wrap=false"),
        ("gather --return-exceptions true", "a flag takes its value behind `=`"),
        ("gather --speed 10 --clock virtual", "leave one of them out"),
        ("wait --timeout 2sec", "the units are ns, us, ms, s"),
        ("wait --return-when FIRST", "possible values: first-completed"),
        ("gather bsic", "did you mean the built-in scenario `basic`?"),
    ] {
        let said = answer(&[], arguments).split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(said.contains(helps), "{arguments}: {said}");
        assert!(!said.contains("to pass"), "{arguments}: {said}");
    }
}

#[test]
fn in_a_file() {
    for (line, helps) in [
        ("returns = None", "TOML has no such value: leave the key out, and it returns None"),
        ("returns = null", "TOML has no such value"),
        ("returns = nil", "TOML has no such value"),
        ("returns = True", "write `true`"),
        ("returns = False", "write `false`"),
        ("delay = .1", "write `0.5`"),
        ("delay = 1s", "write `\"1s\"`"),
        ("timeout = 2", "`timeout` belongs to `[wait]`"),
        ("kind = \"shield\"", "write \"coroutine\", \"task\", \"future\" or \"gather\""),
        ("dealy = 1", "did you mean `delay`?"),
        ("raises = ValueError", "write `\"ValueError\"`"),
        ("raises = \"SystemExit\"", "it ends the task, and the event loop with it"),
    ] {
        let said = answer(&[("tried.toml", &format!("[[awaitable]]\n{line}\n"))], "gather tried.toml");
        assert!(said.contains(helps), "{line}: {said}");
        assert_eq!(said.matches("error").count(), 1, "{line}: one error is enough: {said}");
    }
}

#[test]
fn a_python_program_is_no_scenario() {
    let program = "\"\"\"Downloads.\"\"\"\nimport asyncio\n\nasync def main():\n    await asyncio.sleep(1)\n";
    for (name, text) in
        [("prog.py", program), ("prog.txt", "# Downloads.\nimport asyncio\n"), ("prog", "async def main():\n")]
    {
        for command in ["gather", "check", "verify"] {
            let said = answer(&[(name, text)], &format!("{command} {name}"));
            assert!(said.contains(&format!("`{name}` is a Python program, but asyncdemo reads scenarios")), "{said}");
            assert_eq!(said.matches("error").count(), 1, "{command}: one sentence is enough: {said}");
        }
    }
}

#[test]
fn a_file_that_is_named_without_its_ending_is_offered() {
    let said = answer(&[("first.toml", "[[awaitable]]\n")], "wait first");
    assert!(said.contains("did you mean the file `first.toml`?"), "{said}");
}
