//! The README says what is true: its examples are run again, and print what it shows.

use std::process::Output;

use assert_cmd::Command;

const README: &str = include_str!("../README.md");

fn asyncdemo(arguments: &[&str]) -> Output {
    let mut command = Command::cargo_bin("asyncdemo").expect("the program was built");
    for variable in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE"] {
        command.env_remove(variable);
    }
    command.env("LC_ALL", "C.UTF-8").env("COLUMNS", "80").current_dir(env!("CARGO_MANIFEST_DIR"));
    command.args(arguments).output().expect("the program can be started")
}

/// Every `console` block: a line behind `$`, and what it prints.
fn examples() -> Vec<(&'static str, &'static str)> {
    let blocks = README.split("```console\n$ ").skip(1).filter_map(|rest| rest.split_once("```"));
    blocks.filter_map(|(block, _)| block.split_once('\n')).collect()
}

#[test]
fn examples_print_what_is_shown() {
    let examples = examples();
    assert!(examples.len() >= 2, "the README has lost its examples");
    for (command, shown) in examples {
        let words: Vec<&str> = command.split(' ').collect();
        assert_eq!(words[0], "asyncdemo", "{command}");
        let output = asyncdemo(&words[1..]);
        assert_eq!(String::from_utf8_lossy(&output.stdout).trim_end(), shown.trim_end(), "{command}");
    }
}

/// The table of claims: `| G1 | … | \`asyncdemo gather …\` |`.
#[test]
fn each_claim_has_a_command_that_runs() {
    let rows: Vec<(&str, &str)> = README
        .lines()
        .filter_map(|line| {
            let (row, command) = line.strip_suffix("` |")?.rsplit_once("| `asyncdemo ")?;
            let id = row.strip_prefix("| ")?.split(' ').next()?;
            id.starts_with(['G', 'W', 'C', 'M']).then_some((id, command))
        })
        .collect();
    assert_eq!(rows.len(), 18 + 11 + 8 + 15);
    for (id, command) in rows {
        let output = asyncdemo(&command.split(' ').collect::<Vec<_>>());
        assert!(matches!(output.status.code(), Some(0 | 1)), "{id}: {command}: {:?}", output.status);
        let shown = asyncdemo(&["scenarios", command.split(' ').nth(1).unwrap_or_default()]);
        let file = String::from_utf8_lossy(&shown.stdout).into_owned();
        assert!(file.contains(&format!("\"{id}\"")), "{id}: {command} runs a scenario that does not show it");
    }
}

/// The commands of the table of commands and of the option table are ones that there are.
#[test]
fn every_command_has_help() {
    for command in ["gather", "wait", "scenarios", "new", "check", "verify", "schema", "completions"] {
        assert!(README.contains(&format!("`asyncdemo {command}")), "{command}");
        assert!(asyncdemo(&[command, "--help"]).status.success(), "{command}");
    }
}
