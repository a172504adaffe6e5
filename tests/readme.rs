//! The README says what is true: its examples are run again, and print what it shows.
//!
//! A `console` block shows one command and its output, and both are compared. The commands of `sh` blocks are in
//! [`SHELL`], each with how it ends, or with why it is not run here; a command that is missing there fails a test.

use std::process::Output;

use assert_cmd::Command;

const README: &str = include_str!("../README.md");

/// What becomes of a command of an `sh` block.
enum Here {
    /// It is run, and ends with this exit code.
    Exits(i32),
    /// It is not, for this reason.
    NotRun(&'static str),
}

/// Every command of the `sh` blocks, without its comment.
const SHELL: [(&str, Here); 8] = [
    ("cargo run --release -- gather scenarios/basic.toml", Here::Exits(1)),
    ("cargo test", Here::NotRun("this is a part of it")),
    ("asyncdemo gather scenarios/basic.toml --format json | python3 -m json.tool", Here::Exits(1)),
    ("asyncdemo scenarios", Here::Exits(0)),
    ("asyncdemo verify", Here::NotRun("needs a CPython: tests/verify.rs runs it where there is one")),
    ("asyncdemo verify --random 10000 --seed 1", Here::NotRun("takes minutes: tests/verify.rs draws fewer")),
    ("asyncdemo verify --untouched 10", Here::NotRun("takes minutes: tests/untouched.rs runs fewer")),
    (
        "NODE_PATH=node_modules asyncdemo verify --interpreter tests/pyodide/python3.14",
        Here::NotRun("needs a package from the network"),
    ),
];

/// The program, in surroundings of which nothing is inherited that could change what it shows.
fn asyncdemo(arguments: &[&str]) -> Command {
    let mut command = Command::cargo_bin("asyncdemo").expect("the program was built");
    for variable in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE"] {
        command.env_remove(variable);
    }
    command.env("LC_ALL", "C.UTF-8").env("COLUMNS", "80").current_dir(env!("CARGO_MANIFEST_DIR")).args(arguments);
    command
}

/// Runs a command as it is written, and gives what it printed.
fn run(command: &str) -> Output {
    let words: Vec<&str> = command.split(' ').collect();
    assert_eq!(words[0], "asyncdemo", "{command}");
    asyncdemo(&words[1..]).output().expect("the program can be started")
}

fn text(output: &[u8]) -> &str {
    str::from_utf8(output).expect("output is UTF-8")
}

/// Every fenced block: its language and what stands in it.
fn blocks() -> Vec<(&'static str, &'static str)> {
    // What stands between two fences is every other part.
    let parts: Vec<&str> = README.split("```").collect();
    assert!(parts.len() % 2 == 1, "a block does not end");
    parts.into_iter().skip(1).step_by(2).map(|block| block.split_once('\n').expect("a language")).collect()
}

fn blocks_in(language: &str) -> Vec<&'static str> {
    let blocks = blocks().into_iter();
    let found: Vec<&str> = blocks.filter(|(of, _)| *of == language).map(|(_, block)| block).collect();
    assert!(!found.is_empty(), "the README has lost its {language} blocks");
    found
}

#[test]
fn every_block_is_of_a_kind_that_is_tested_here() {
    for (language, block) in blocks() {
        assert!(["console", "sh", "toml"].contains(&language), "no test knows `{language}`:\n{block}");
    }
}

#[test]
fn console_blocks_print_what_they_show() {
    for block in blocks_in("console") {
        let (command, shown) = block.strip_prefix("$ ").and_then(|rest| rest.split_once('\n')).expect("a command");
        let output = run(command);
        assert_eq!(text(&output.stdout).trim_end(), shown.trim_end(), "{command}");
        assert_eq!(text(&output.stderr), "", "{command}");
    }
}

#[test]
fn sh_blocks_hold_the_commands_that_are_known_here_and_those_run() {
    let lines = blocks_in("sh").into_iter().flat_map(str::lines);
    let commands: Vec<&str> = lines.map(|line| line.split(" #").next().unwrap_or_default().trim_end()).collect();
    let known: Vec<&str> = SHELL.iter().map(|(command, _)| *command).collect();
    assert_eq!(commands, known);
    for (command, here) in SHELL {
        let code = match here {
            Here::Exits(code) => code,
            Here::NotRun(why) => {
                println!("not run: {command}: {why}");
                continue;
            }
        };
        // Cargo would build once more what has been built for this test.
        let (ours, piped) = command.split_once(" | ").unwrap_or((command, ""));
        let output = run(&ours.replace("cargo run --release --", "asyncdemo"));
        assert_eq!((output.status.code(), text(&output.stderr)), (Some(code), ""), "{command}");
        match piped {
            "" => assert_ne!(text(&output.stdout), "", "{command}"),
            "python3 -m json.tool" => {
                let json: Result<serde_json::Value, _> = serde_json::from_slice(&output.stdout);
                assert!(json.is_ok(), "{command}: {json:?}");
            }
            other => panic!("{other}: no test knows it"),
        }
    }
}

#[test]
fn toml_blocks_are_scenarios() {
    for block in blocks_in("toml") {
        for function in ["gather", "wait"] {
            let output = asyncdemo(&[function, "-"]).write_stdin(block).output().expect("the program can be started");
            assert!(matches!(output.status.code(), Some(0 | 1)), "{}\n{block}", text(&output.stderr));
        }
    }
}

/// The rows of the table of claims: `| G1 | … | \`asyncdemo gather …\`, \`asyncdemo wait …\` |`.
#[test]
fn each_claim_has_commands_that_run() {
    let rows: Vec<(&str, &str)> = README
        .lines()
        .filter_map(|line| {
            let (row, commands) = line.strip_suffix("` |")?.rsplit_once("| `")?;
            let id = row.strip_prefix("| ")?.split(' ').next()?;
            id.starts_with(['G', 'W', 'C', 'M']).then_some((id, commands))
        })
        .collect();
    assert_eq!(rows.len(), 18 + 11 + 8 + 15);
    for (id, commands) in rows {
        for command in commands.split("`, `") {
            let output = run(command);
            assert!(matches!(output.status.code(), Some(0 | 1)), "{id}: {command}: {:?}", output.status);
            let file = run(&format!("asyncdemo scenarios {}", command.split(' ').nth(2).unwrap_or_default()));
            let file = text(&file.stdout);
            assert!(file.contains(&format!("\"{id}\"")), "{id}: {command} runs a scenario that does not show it");
        }
    }
}

/// The commands of the table of commands and of the option table are ones that there are.
#[test]
fn every_command_has_help() {
    for command in ["gather", "wait", "scenarios", "new", "check", "verify", "schema", "completions"] {
        assert!(README.contains(&format!("`asyncdemo {command}")), "{command}");
        assert!(run(&format!("asyncdemo {command} --help")).status.success(), "{command}");
    }
}
