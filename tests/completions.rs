//! `asyncdemo completions`: the scripts know the built-in scenarios, and work in the shells that are here.

use std::fs;
use std::process::Command as Process;

use assert_cmd::Command;
use asyncdemo::scenario::builtins;

fn script(shell: &str) -> String {
    let mut command = Command::cargo_bin("asyncdemo").expect("the program was built");
    let output = command.args(["completions", shell]).output().expect("it can be started");
    assert_eq!(output.status.code(), Some(0), "{shell}");
    String::from_utf8(output.stdout).expect("UTF-8")
}

#[test]
fn every_shell_has_its_script() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = script(shell);
        assert!(script.contains("return-exceptions"), "{shell}");
        if ["bash", "fish", "zsh"].contains(&shell) {
            for builtin in builtins() {
                assert!(script.contains(builtin.name), "{shell} does not know {}", builtin.name);
            }
        }
    }
}

#[test]
fn a_shell_that_there_is_not() {
    let mut command = Command::cargo_bin("asyncdemo").expect("the program was built");
    let output = command.args(["completions", "tcsh"]).output().expect("it can be started");
    assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0));
}

/// Where a scenario is wanted zsh asks for names and files, and nowhere else.
#[test]
fn zsh_asks_for_scenarios_where_they_are_wanted() {
    let script = script("zsh");
    let asking: Vec<&str> = script.lines().filter(|line| line.contains(":_asyncdemo_scenarios'")).collect();
    assert!(
        asking.len() == 4 && asking.iter().all(|line| line.starts_with("'::scenario") || line.starts_with("'*::paths")),
        "{asking:#?}"
    );
    assert!(script.contains(":FILE:_files'"), "-o takes a file");
    let (defined, called) = (script.find("\n_asyncdemo_scenarios() {"), script.find("\nif [ \"$funcstack"));
    assert!(defined.is_some() && defined < called, "defined before the script runs");
}

/// fish adds names to the files that it offers anyway.
#[test]
fn fish_adds_names_where_a_scenario_is_wanted() {
    let script = script("fish");
    for name in ["gather", "wait", "check", "verify"] {
        let line = format!("complete -c asyncdemo -n \"__fish_asyncdemo_using_subcommand {name}\" -a \"basic\\\\t'");
        assert!(script.contains(&line), "{name}");
    }
    assert!(!script.contains("__fish_asyncdemo_using_subcommand new\" -a"), "a new scenario has a new name");
}

/// What bash offers for the last of these words, in a folder with a few files.
fn bash(words: &[&str]) -> Vec<String> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for file in ["basement.toml", "my scenario.toml"] {
        fs::write(folder.path().join(file), "").expect("it can be written");
    }
    fs::create_dir(folder.path().join("bastion")).expect("it can be made");
    fs::write(folder.path().join("script"), script("bash")).expect("it can be written");
    // As bash itself calls it: the function that is registered, with the command, the word and the one before it.
    let driver = r#"
        source ./script
        COMP_WORDS=("$@"); COMP_CWORD=$(( $# - 1 ))
        compopt() { :; }
        spec=$(complete -p asyncdemo)
        [[ $spec =~ -F\ ([^ ]+) ]] || exit 9
        "${BASH_REMATCH[1]}" asyncdemo "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD-1]}"
        (( ${#COMPREPLY[@]} )) && printf '%s\n' "${COMPREPLY[@]}"
        [[ $spec == *'-o default'* ]]
    "#;
    let mut command = Process::new("bash");
    command.args(["--norc", "-c", driver, "bash"]).args(words).current_dir(folder.path());
    let output = command.output().expect("bash is needed here, and is not installed");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    String::from_utf8(output.stdout).expect("UTF-8").lines().map(str::to_owned).collect()
}

#[test]
fn bash_completes_scenarios_by_name_and_files() {
    assert_eq!(bash(&["asyncdemo", "gather", "bas"]), ["basic", "basement.toml", "bastion"]);
    assert_eq!(bash(&["asyncdemo", "wait", "--events", "nes"]), ["nested"]);
    assert_eq!(bash(&["asyncdemo", "gather", "my"]), ["my scenario.toml"]);
    let all = bash(&["asyncdemo", "gather", ""]);
    assert!(builtins().all(|builtin| all.iter().any(|offered| offered == builtin.name)), "{all:?}");
    assert!(!all.iter().any(|offered| offered.starts_with('-')), "{all:?}");
}

#[test]
fn bash_completes_scenarios_where_check_and_verify_take_several() {
    for command in ["check", "verify"] {
        assert_eq!(bash(&["asyncdemo", command, "bas"]), ["basic", "basement.toml", "bastion"]);
        assert_eq!(bash(&["asyncdemo", command, "basic", "nes"]), ["nested"]);
    }
    assert_eq!(bash(&["asyncdemo", "check", "--json", "nes"]), ["nested"]);
    assert!(!bash(&["asyncdemo", "check", "--junit", "bas"]).contains(&"basic".to_owned()));
    assert!(!bash(&["asyncdemo", "new", "bas"]).contains(&"basic".to_owned()), "a new scenario has a new name");
}

#[test]
fn options_with_few_values_complete_to_them() {
    let conditions = ["first-completed", "first-exception", "all-completed"];
    assert_eq!(bash(&["asyncdemo", "wait", "--return-when", ""]), conditions);
    assert_eq!(bash(&["asyncdemo", "wait", "--collection", "t"]), ["tuple"]);
    assert_eq!(bash(&["asyncdemo", "gather", "--python", "3.1"]), ["3.10", "3.11", "3.12", "3.13", "3.14"]);
    assert!(script("zsh").contains(":CONDITION:(first-completed first-exception all-completed)'"));
    let fish = script("fish");
    for option in ["-l return-when ", "-l collection ", "-l python "] {
        let line = fish.lines().find(|line| line.contains(option)).unwrap_or_else(|| panic!("{option}"));
        assert!(line.contains(" -f -a \""), "no files: {line}");
    }
}

#[test]
fn bash_completes_the_rest_as_clap_has_it() {
    assert_eq!(bash(&["asyncdemo", "gath"]), ["gather"]);
    assert_eq!(bash(&["asyncdemo", "gather", "--return"]), ["--return-exceptions"]);
    assert_eq!(bash(&["asyncdemo", "gather", "--clock", "v"]), ["virtual"]);
    assert_eq!(bash(&["asyncdemo", "wait", "-o", "bas"]).iter().filter(|offered| *offered == "basic").count(), 0);
    assert_eq!(bash(&["asyncdemo", "scenarios", "bas"]), ["basic"]);
    assert_eq!(bash(&["asyncdemo", "completions", "z"]), ["zsh"]);
}
