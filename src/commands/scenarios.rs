//! `asyncdemo scenarios`: what is built in.

use std::fmt::{self, Write};

use crate::cli;
use crate::report::escape::escape;
use crate::report::fit::wrap;
use crate::report::style::Style;
use crate::scenario::{COURSE, builtin, builtins, nearest_builtin};

use super::failure::{Code, Failure};
use super::outputs::print;
use super::terminal;

/// Lists the built-in scenarios with what each teaches, or prints one's file.
pub fn scenarios(arguments: cli::Scenarios) -> Result<Code, Failure> {
    match &arguments.name {
        Some(name) => match builtin(name) {
            Some(builtin) => print(builtin.text),
            None => Err(Failure::Usage(no_such_scenario(name))),
        },
        None => {
            let mut course = String::new();
            let style = Style::new(terminal::colour_on_stdout(arguments.color));
            // Memory takes everything.
            let _ = list(&mut course, style, terminal::width_of_stdout());
            print(&course)
        }
    }
}

/// The narrowest column in which a lesson still reads well beside its name.
const NARROWEST: usize = 40;
/// Lessons are not set wider than this, however wide the terminal.
const WIDEST: usize = 90;

/// The course: a heading for each section, and a line or a few for each scenario.
fn list(out: &mut String, style: Style, width: usize) -> fmt::Result {
    let names = builtins().map(|builtin| builtin.name.len()).max().unwrap_or(0);
    let beside = width.saturating_sub(names + 4);
    for section in &COURSE {
        writeln!(out, "{}:", style.bold.style(section.heading))?;
        for builtin in section.scenarios {
            let name = style.bold.style(builtin.name);
            let lesson = builtin.lesson();
            if beside < NARROWEST {
                writeln!(out, "  {name}")?;
                for line in wrap(&lesson, width.saturating_sub(4)) {
                    writeln!(out, "    {line}")?;
                }
                continue;
            }
            let mut lines = wrap(&lesson, beside.min(WIDEST)).into_iter();
            let first = lines.next().unwrap_or_default();
            writeln!(out, "  {name}{:pad$}  {first}", "", pad = names - builtin.name.len())?;
            for line in lines {
                writeln!(out, "  {:names$}  {line}", "")?;
            }
        }
        writeln!(out)?;
    }
    let hint = "Run one with `asyncdemo gather NAME` or `asyncdemo wait NAME`; print its file with `asyncdemo \
                scenarios NAME`: it has a question to think about first, and the answer.";
    for line in wrap(hint, width.min(WIDEST)) {
        writeln!(out, "{}", style.dim.style(line))?;
    }
    Ok(())
}

fn no_such_scenario(name: &str) -> String {
    let help = match nearest_builtin(name) {
        Some(nearest) => format!("did you mean `{nearest}`?"),
        None => "`asyncdemo scenarios` lists them".to_owned(),
    };
    format!("no built-in scenario is called `{}`\nhelp: {help}", escape(name))
}
