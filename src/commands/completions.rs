//! `asyncdemo completions`: a shell's completion script, which knows the built-in scenarios.
//!
//! clap's generator writes the script. Where a file is wanted it offers files; that a built-in scenario's name may stand
//! there too is more than it can say: an argument has a list of values or takes files. So that is added here, for bash,
//! zsh and fish; `tests/completions.rs` shows in each script that names and files are offered together, and only where a
//! scenario is wanted.

use clap::builder::{PossibleValue, PossibleValuesParser};
use clap::{Command, CommandFactory, ValueHint};
use clap_complete::Shell;

use crate::cli::{self, Cli};
use crate::scenario::{Builtin, builtins};

use super::failure::{Code, Failure};
use super::outputs::print;

/// Prints the script.
pub fn completions(arguments: cli::Completions) -> Result<Code, Failure> {
    print(&script(arguments.shell))
}

fn script(shell: Shell) -> String {
    let mut command = Cli::command().mut_subcommand("scenarios", |scenarios| {
        let known = builtins().map(|builtin| PossibleValue::new(builtin.name).help(builtin.lesson()));
        scenarios.mut_arg("name", |name| name.value_parser(PossibleValuesParser::new(known)))
    });
    command.build();
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command, "asyncdemo", &mut script);
    let script = String::from_utf8_lossy(&script).into_owned();
    match shell {
        Shell::Bash => script + &bash(&command),
        Shell::Zsh => zsh(&script),
        Shell::Fish => script + &fish(&command),
        _ => script,
    }
}

/// The commands that run scenarios: where they want a file, or files and folders, a name will do.
fn runners(command: &Command) -> impl Iterator<Item = &Command> {
    command.get_subcommands().filter(|subcommand| {
        let mut wanted = subcommand.get_positionals().map(clap::Arg::get_value_hint);
        wanted.any(|hint| matches!(hint, ValueHint::FilePath | ValueHint::AnyPath))
    })
}

/// A function around clap's own, for the words that are not options and do not follow one.
fn bash(command: &Command) -> String {
    let commands: Vec<&str> = runners(command).map(Command::get_name).collect();
    let mut options: Vec<String> = Vec::new();
    for argument in runners(command).flat_map(Command::get_opts).filter(|option| !option.is_require_equals_set()) {
        options.extend(argument.get_long().map(|long| format!("--{long}")));
        options.extend(argument.get_short().map(|short| format!("-{short}")));
    }
    options.sort();
    options.dedup();
    let names: Vec<&str> = builtins().map(|builtin| builtin.name).collect();
    format!(
        r#"
# Where a scenario is wanted: the built-in ones by name, beside files.
_asyncdemo_scenarios() {{
    _asyncdemo "$@"
    if [[ "${{COMP_CWORD}}" -lt 2 || "$2" == -* ]]; then
        return 0
    fi
    case "${{COMP_WORDS[1]}}" in
        {commands}) ;;
        *) return 0 ;;
    esac
    # An option's value is no scenario.
    case "$3" in
        =|{options}) return 0 ;;
    esac
    local IFS=$'\n'
    COMPREPLY=( $(IFS=' ' compgen -W "{names}" -- "$2") $(compgen -f -- "$2") )
    if [[ "${{BASH_VERSINFO[0]}}" -ge 4 ]]; then
        compopt -o filenames
    fi
}}

if [[ "${{BASH_VERSINFO[0]}}" -eq 4 && "${{BASH_VERSINFO[1]}}" -ge 4 || "${{BASH_VERSINFO[0]}}" -gt 4 ]]; then
    complete -F _asyncdemo_scenarios -o nosort -o bashdefault -o default asyncdemo
else
    complete -F _asyncdemo_scenarios -o bashdefault -o default asyncdemo
fi
"#,
        commands = commands.join("|"),
        options = options.join("|"),
        names = names.join(" "),
    )
}

/// What clap's script does with files where a scenario is wanted is done by a function that knows the names too.
fn zsh(script: &str) -> String {
    let described = |builtin: &Builtin| {
        let lesson = builtin.lesson().replace('\'', r"'\''");
        format!("        '{}:{lesson}'\n", builtin.name)
    };
    let function = format!(
        r#"
(( $+functions[_asyncdemo_scenarios] )) ||
_asyncdemo_scenarios() {{
    local ret=1
    local -a scenarios
    scenarios=(
{names}    )
    _describe -t scenarios 'built-in scenario' scenarios && ret=0
    _files && ret=0
    return ret
}}
"#,
        names = builtins().map(described).collect::<String>(),
    );
    // The functions come first: what stands behind them calls them.
    let (functions, call) = script.split_at(script.rfind("\nif [ \"$funcstack").unwrap_or(script.len()));
    let mut lines = String::new();
    for line in functions.lines() {
        match line.strip_suffix(":_files' \\") {
            // Options begin with their own name.
            Some(positional) if positional.starts_with("'::") || positional.starts_with("'*::") => {
                lines += &format!("{positional}:_asyncdemo_scenarios' \\\n");
            }
            _ => lines += &format!("{line}\n"),
        }
    }
    lines + &function + call
}

/// A line a command: clap's script leaves words that are not options to the shell, which offers files.
fn fish(command: &Command) -> String {
    // Read twice: in double quotes when the script is, in single ones when a word is completed.
    let name = |builtin: &Builtin| {
        let lesson = builtin.lesson().replace('\\', r"\\").replace('\'', r"\'");
        let described = format!("{}\\t'{lesson}'", builtin.name);
        described.replace('\\', r"\\").replace('"', "\\\"").replace('$', "\\$")
    };
    let names = builtins().map(name).collect::<Vec<_>>().join("\n");
    let only_names = [("scenarios", " -f")];
    let lines = runners(command).map(|command| (command.get_name(), "")).chain(only_names);
    lines
        .map(|(command, files)| {
            format!("complete -c asyncdemo -n \"__fish_asyncdemo_using_subcommand {command}\"{files} -a \"{names}\"\n")
        })
        .collect()
}
