//! What stands before `main()`: the docstring, exception classes, the few functions that the program needs, bodies.

use crate::scenario::{Body, Delay, End, Exception, Kind, Nanos};

use super::layout::{Expression, Lines, docstring, string};
use super::plan::Plan;

/// Writes everything down to `main()`.
pub fn write(lines: &mut Lines, plan: &Plan<'_>) {
    let texts = [&plan.scenario.title, &plan.scenario.description];
    let texts: Vec<&str> =
        texts.into_iter().flatten().map(String::as_str).filter(|text| !text.trim().is_empty()).collect();
    if !texts.is_empty() {
        for line in docstring(&texts) {
            lines.line(&line);
        }
        lines.line("");
    }
    lines.line("import asyncio");
    for class in &plan.classes {
        section(lines);
        lines.line(&format!("class {}(Exception):", class.identifier));
        lines.indented(|lines| lines.line("pass"));
        if class.identifier != class.name {
            section(lines);
            lines.statement(&format!("{}.__name__ = ", class.identifier), Expression::Text(string(&class.name)));
        }
    }
    write_registry(lines, plan);
    write_settling(lines, plan);
    for (table, awaitable) in plan.scenario.awaitables.iter().enumerate() {
        let (true, Some(body)) = (plan.has_function(table), plan.body(table)) else { continue };
        section(lines);
        let identifier = &plan.identifiers[table];
        lines.line(&format!("async def {identifier}():"));
        lines.indented(|lines| {
            if *identifier != awaitable.name {
                lines.comment(&comment(&format!("In the scenario: {}", string(&awaitable.name))));
            }
            write_body(lines, plan, body);
        });
    }
}

/// Two empty lines stand between functions.
pub fn section(lines: &mut Lines) {
    lines.line("");
    lines.line("");
}

/// A comment's text without what could end the line, should a literal ever let it through.
fn comment(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// What has been made, by name, and how it is cancelled.
fn write_registry(lines: &mut Lines, plan: &Plan<'_>) {
    if !plan.remembers() {
        return;
    }
    // After imports one empty line is enough.
    lines.line("");
    if !plan.classes.is_empty() {
        lines.line("");
    }
    lines.line("made = {}");
    if plan.has_factory {
        section(lines);
        lines.line("def remember(loop, coro, **kwargs):");
        lines.indented(|lines| {
            lines.line("\"\"\"A task factory: only so does one get hold of the tasks that others make.\"\"\"");
            lines.line("task = asyncio.Task(coro, loop=loop, **kwargs)");
            lines.line("made.setdefault(coro.__name__, []).append(task)");
            lines.line("return task");
        });
    }
    if plan.cancels_by_name {
        let message = plan.cancel_takes_message() && has_messages(plan);
        let (parameter, argument) = if message { (", *message", "*message") } else { ("", "") };
        section(lines);
        lines.line(&format!("def cancel(name{parameter}):"));
        lines.indented(|lines| {
            lines.line("for awaitable in made.get(name, []):");
            lines.indented(|lines| lines.line(&format!("awaitable.cancel({argument})")));
        });
    }
}

fn has_messages(plan: &Plan<'_>) -> bool {
    plan.scenario.awaitables.iter().any(|one| one.cancel.as_ref().is_some_and(|cancel| cancel.message.is_some()))
}

/// How a future is settled that may have been cancelled.
fn write_settling(lines: &mut Lines, plan: &Plan<'_>) {
    let (mut results, mut errors) = (false, false);
    for (table, awaitable) in plan.scenario.awaitables.iter().enumerate() {
        if let Kind::Future(settlement) = &awaitable.kind
            && matches!(settlement.delay, Some(Delay::For(_)))
            && plan.may_be_cancelled(table)
        {
            match &settlement.end {
                End::Returns(_) => results = true,
                End::Raises(exception) => errors |= !exception.is_cancelled_error(),
            }
        }
    }
    for (needed, signature, method) in [
        (results, "settle(future, result)", "set_result(result)"),
        (errors, "fail(future, error)", "set_exception(error)"),
    ] {
        if needed {
            section(lines);
            lines.line(&format!("def {signature}:"));
            lines.indented(|lines| {
                lines.line("if not future.done():");
                lines.indented(|lines| lines.line(&format!("future.{method}")));
            });
        }
    }
}

fn write_body(lines: &mut Lines, plan: &Plan<'_>, body: &Body) {
    match (body.delay, &body.on_cancel) {
        (Some(delay), Some(on_cancel)) => {
            lines.line("try:");
            lines.indented(|lines| write_delay(lines, delay));
            lines.line("except asyncio.CancelledError:");
            lines.indented(|lines| {
                if let Some(cleanup) = on_cancel.cleanup {
                    write_delay(lines, cleanup);
                }
                match &on_cancel.then {
                    None => lines.line("raise"),
                    Some(End::Returns(value)) => lines.statement("return ", Expression::value(value)),
                    Some(End::Raises(error)) => lines.statement("raise ", exception(plan, error)),
                }
            });
        }
        // Who never suspends cannot be cancelled either.
        (Some(delay), None) => write_delay(lines, delay),
        (None, _) => {}
    }
    match &body.end {
        End::Returns(crate::scenario::Value::None) => {
            if body.delay.is_none() {
                lines.line("pass");
            }
        }
        End::Returns(value) => lines.statement("return ", Expression::value(value)),
        End::Raises(error) => lines.statement("raise ", exception(plan, error)),
    }
}

fn write_delay(lines: &mut Lines, delay: Delay) {
    match delay {
        Delay::For(duration) => lines.line(&format!("await asyncio.sleep({})", seconds(duration))),
        Delay::Forever => lines.line("await asyncio.Future()  # Nobody ever settles it."),
    }
}

/// A duration as a literal: the shortest decimal that says it to the nanosecond.
pub fn seconds(duration: Nanos) -> String {
    duration.to_string()
}

/// A call that makes an exception.
pub fn exception(plan: &Plan<'_>, exception: &Exception) -> Expression {
    let message = exception.message.iter().map(|message| Expression::Text(string(message))).collect();
    Expression::call(plan.class(exception), message)
}
