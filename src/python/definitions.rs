//! What stands before `main()`: the docstring, exception classes, the few functions that the program needs, bodies.

use crate::scenario::{Body, Delay, End, Kind, Value, WrittenException};

use super::code::code;
use super::expression::Expression;
use super::layout::ProgramLines;
use super::literal::{seconds, string};
use super::outline::Outline;

/// Writes everything down to `main()`.
pub fn write(lines: &mut ProgramLines, outline: &Outline<'_>) {
    let texts = [&outline.scenario.title, &outline.scenario.description].into_iter().flatten().map(String::as_str);
    let version = format!("For Python {}. Other versions may behave differently.", outline.python);
    let texts: Vec<&str> = texts.filter(|text| !text.trim().is_empty()).chain([version.as_str()]).collect();
    lines.docstring(&texts);
    lines.blank();
    lines.line(code!("import asyncio"));
    for class in &outline.classes {
        section(lines);
        lines.line(code!("class {}(Exception):", class.identifier));
        lines.indented(|lines| lines.line(code!("pass")));
        if class.identifier != class.name {
            section(lines);
            lines.statement(code!("{}.__name__ = ", class.identifier), Expression::string(&class.name));
        }
    }
    write_registry(lines, outline);
    write_settling(lines, outline);
    for (table, awaitable) in outline.scenario.awaitables.iter().enumerate() {
        let (true, Some(body)) = (outline.has_function(table), outline.body(table)) else { continue };
        section(lines);
        let identifier = &outline.identifiers[table];
        lines.line(code!("async def {identifier}():"));
        lines.indented(|lines| {
            if *identifier != awaitable.name {
                lines.comment(&comment(&format!("In the scenario: {}", string(&awaitable.name))));
            }
            write_body(lines, outline, body);
        });
    }
}

/// Two empty lines stand between functions.
pub fn section(lines: &mut ProgramLines) {
    lines.blank();
    lines.blank();
}

/// A comment's text without control characters: they could end the line.
fn comment(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// What has been made, by name, and how it is cancelled.
fn write_registry(lines: &mut ProgramLines, outline: &Outline<'_>) {
    if !outline.remembers() {
        return;
    }
    // After imports one empty line is enough.
    lines.blank();
    if !outline.classes.is_empty() {
        lines.blank();
    }
    lines.line(code!("made = {{}}"));
    if outline.has_factory {
        section(lines);
        lines.line(code!("def remember(loop, coro, **kwargs):"));
        lines.indented(|lines| {
            lines.line(code!("\"\"\"A task factory: the only way to reach tasks that others create.\"\"\""));
            lines.line(code!("task = asyncio.Task(coro, loop=loop, **kwargs)"));
            lines.line(code!("made.setdefault(coro.__name__, []).append(task)"));
            lines.line(code!("return task"));
        });
    }
    if outline.cancels_by_name {
        let message = outline.cancel_takes_message() && has_messages(outline);
        let (parameter, argument) =
            if message { (code!(", *message"), code!("*message")) } else { (code!(""), code!("")) };
        section(lines);
        lines.line(code!("def cancel(name{parameter}):"));
        lines.indented(|lines| {
            lines.line(code!("for awaitable in made.get(name, []):"));
            lines.indented(|lines| lines.line(code!("awaitable.cancel({argument})")));
        });
    }
}

fn has_messages(outline: &Outline<'_>) -> bool {
    outline.scenario.awaitables.iter().any(|one| one.cancel.as_ref().is_some_and(|cancel| cancel.message.is_some()))
}

/// How a future is settled that may have been cancelled.
fn write_settling(lines: &mut ProgramLines, outline: &Outline<'_>) {
    let (mut results, mut errors) = (false, false);
    for (table, awaitable) in outline.scenario.awaitables.iter().enumerate() {
        if let Kind::Future(settlement) = &awaitable.kind
            && matches!(settlement.delay, Some(Delay::For(_)))
            && outline.may_be_cancelled(table)
        {
            match &settlement.end {
                End::Returns(_) => results = true,
                End::Raises(exception) => errors |= !exception.is_cancelled_error(),
            }
        }
    }
    for (needed, signature, statement) in [
        (results, code!("settle(future, result)"), code!("future.set_result(result)")),
        (errors, code!("fail(future, error)"), code!("future.set_exception(error)")),
    ] {
        if needed {
            section(lines);
            lines.line(code!("def {signature}:"));
            lines.indented(|lines| {
                lines.line(code!("if not future.done():"));
                lines.indented(|lines| lines.line(statement));
            });
        }
    }
}

fn write_body(lines: &mut ProgramLines, outline: &Outline<'_>, body: &Body) {
    match (body.delay, &body.on_cancel) {
        (Some(delay), Some(on_cancel)) => {
            lines.line(code!("try:"));
            lines.indented(|lines| write_delay(lines, delay));
            lines.line(code!("except asyncio.CancelledError:"));
            lines.indented(|lines| {
                if let Some(cleanup) = on_cancel.cleanup {
                    write_delay(lines, cleanup);
                }
                match &on_cancel.then {
                    None => lines.line(code!("raise")),
                    Some(End::Returns(value)) => lines.statement(code!("return "), Expression::value(value)),
                    Some(End::Raises(error)) => lines.statement(code!("raise "), exception(outline, error)),
                }
            });
        }
        // A body that never suspends cannot be cancelled.
        (Some(delay), None) => write_delay(lines, delay),
        (None, _) => {}
    }
    match &body.end {
        End::Returns(Value::None) => {
            if body.delay.is_none() {
                lines.line(code!("pass"));
            }
        }
        End::Returns(value) => lines.statement(code!("return "), Expression::value(value)),
        End::Raises(error) => lines.statement(code!("raise "), exception(outline, error)),
    }
}

fn write_delay(lines: &mut ProgramLines, delay: Delay) {
    match delay {
        Delay::For(duration) => lines.line(code!("await asyncio.sleep({})", seconds(duration))),
        Delay::Forever => lines.line(code!("await asyncio.Future()  # Nothing ever settles it.")),
    }
}

/// A call that makes an exception.
pub fn exception(outline: &Outline<'_>, exception: &WrittenException) -> Expression {
    let message = exception.message.iter().map(|message| Expression::string(message)).collect();
    Expression::call(outline.class(exception), message)
}
