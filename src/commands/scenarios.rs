//! `asyncdemo scenarios`: what is built in.

use std::io::{self, Write};

use crate::cli;
use crate::report::escape::escape;
use crate::report::style::Style;
use crate::scenario::{BUILTINS, builtin, nearest_builtin};

use super::failure::{Code, Failure};
use super::surroundings;

/// Lists the built-in scenarios with what each teaches, or prints one's file.
pub fn scenarios(arguments: cli::Scenarios) -> Result<Code, Failure> {
    let mut out = io::stdout().lock();
    let written = match &arguments.name {
        Some(name) => match builtin(name) {
            Some(builtin) => out.write_all(builtin.text.as_bytes()),
            None => return Err(Failure::Usage(no_such_scenario(name))),
        },
        None => {
            let style = Style::new(surroundings::colour_on_stdout(arguments.color));
            list(&mut out, style, surroundings::width_of_stdout())
        }
    };
    match written.and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Failure::Output(None, error)),
        _ => Ok(Code::Returned),
    }
}

fn list(out: &mut impl Write, style: Style, width: usize) -> io::Result<()> {
    let names = BUILTINS.iter().map(|builtin| builtin.name.len()).max().unwrap_or(0);
    let room = width.saturating_sub(names + 4).max(20);
    for builtin in &BUILTINS {
        let lesson = builtin.lesson();
        let mut lines = wrap(&lesson, room).into_iter();
        let first = lines.next().unwrap_or_default();
        writeln!(out, "  {}{:pad$}  {first}", style.bold.style(builtin.name), "", pad = names - builtin.name.len())?;
        for line in lines {
            writeln!(out, "  {:names$}  {line}", "")?;
        }
    }
    writeln!(out)?;
    writeln!(out, "{}", style.dim.style("Run one with `asyncdemo gather NAME` or `asyncdemo wait NAME`;"))?;
    writeln!(out, "{}", style.dim.style("read its file with `asyncdemo scenarios NAME`."))
}

/// The lessons are our own texts, in ASCII.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.len() + 1 + word.len() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

fn no_such_scenario(name: &str) -> String {
    let help = match nearest_builtin(name) {
        Some(nearest) => format!("did you mean `{nearest}`?"),
        None => "`asyncdemo scenarios` lists them".to_owned(),
    };
    format!("no built-in scenario is called `{}`\nhelp: {help}", escape(name))
}
