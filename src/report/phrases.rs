//! Events, values and exceptions in words: one event is one line, in the present tense, the awaitable first.
//!
//! What comes from the scenario is [escaped](super::escape) here, so that a line can go to a terminal as it is.

use std::fmt;

use super::duration::thousands;
use super::escape::escaped;
use super::fit::fit;
use super::story::by_whom;
use crate::event::{Ended, Event, Got, Made, Maker, Met, Target, Warning, What, Word};
use crate::scenario::{Id, Scenario};

/// The most columns that a value takes in a line of the event log; JSON has it whole.
const VALUE_COLUMNS: usize = 160;

/// One event in words, without its time: `orders raises TimeoutError('upstream took too long')`.
pub fn describe(event: &Event<'_>, scenario: &Scenario) -> String {
    let name = |id: Id| escaped(scenario.name(id));
    match event.what {
        What::Create { awaitable, made, by } => {
            let name = name(awaitable);
            match (made, by) {
                (Made::Task, Maker::Caller) => format!("{name} is created as a task"),
                (Made::Task, call) => format!("{name} is wrapped in a task by {}()", call.word()),
                (Made::Future, _) => format!("{name} is created as a future"),
                (Made::Gather, _) => format!("{name} is created as a nested gather()"),
            }
        }
        What::Start { awaitable } => format!("{} starts", name(awaitable)),
        What::Cancel { target, accepted, by, met, .. } => {
            let (subject, by) = (target_words(target, scenario), by_whom(by, "its"));
            match (accepted, met) {
                (true, _) => format!("{subject} is cancelled{by}"),
                (false, Met::Nothing) => format!("{subject} is to be cancelled{by}, but it has not been created yet"),
                (false, Met::Unfinished | Met::Ended) => {
                    format!("{subject}.cancel() is called{by}: it returns False")
                }
            }
        }
        What::Cleanup { awaitable } => format!("{} catches CancelledError and cleans up", name(awaitable)),
        What::Finish { target, ended, results } => {
            let subject = target_words(target, scenario);
            match ended {
                Ended::Returned(returned) => match returned.value(scenario) {
                    Some(value) => format!("{subject} returns {}", cut(value)),
                    None => format!("{subject} returns {}", count(results.len(), "result")),
                },
                Ended::Raised(exception) => format!("{subject} raises {}", cut(exception.repr(scenario))),
                Ended::Cancelled(exception) => match exception.message(scenario) {
                    Some(_) => format!("{subject} ends cancelled: {}", cut(exception.repr(scenario))),
                    None => format!("{subject} ends cancelled"),
                },
            }
        }
        What::Call { call, .. } => format!("the caller calls {}()", call.function()),
        What::Await { .. } => "the caller awaits".to_owned(),
        What::Check { done: true, .. } => "the caller looks: group.done() is True".to_owned(),
        What::Check { done: false, .. } => "the caller looks: group.done() is False".to_owned(),
        What::Timeout { .. } => "wait()'s timeout is over".to_owned(),
        What::Callback { target } => format!("the done callback of {} runs", target_words(target, scenario)),
        What::Resume { got, .. } => match got {
            Got::Results(results) => format!("the caller goes on with {}", count(results.len(), "result")),
            Got::Sets { done, pending } => format!(
                "the caller goes on with {} done, {} pending",
                thousands(done.len() as u64),
                thousands(pending.len() as u64)
            ),
            Got::Raised(exception) | Got::Cancelled(exception) => {
                format!("the caller gets {}", cut(exception.repr(scenario)))
            }
        },
        What::Warning { warning } => format!("Python warns: {}", warning_line(warning, scenario)),
        What::Log { log, target } => format!("Python logs: {} ({})", log.text(), target_words(target, scenario)),
        What::Exit => "the program's main coroutine ends".to_owned(),
    }
}

/// A warning as Python prints it, with its category: `RuntimeWarning: coroutine 'users' was never awaited`.
pub fn warning_line(warning: Warning, scenario: &Scenario) -> String {
    let category = match warning {
        Warning::CoroutinesToWait => "DeprecationWarning",
        Warning::NeverAwaited(_) | Warning::WaitNeverAwaited => "RuntimeWarning",
    };
    format!("{category}: {}", escaped(warning.text(scenario)))
}

/// What something is called in a sentence: an awaitable by its name, gather()'s own as `the group`.
pub fn target_words(target: Target, scenario: &Scenario) -> impl fmt::Display + '_ {
    fmt::from_fn(move |f| match target {
        Target::Awaitable(id) => write!(f, "{}", escaped(scenario.name(id))),
        Target::Group(_) => f.write_str("the group"),
        Target::Caller => f.write_str("the caller"),
    })
}

/// `1 result`, `9,988 results`.
pub fn count(count: usize, noun: &str) -> String {
    format!("{} {noun}{}", thousands(count as u64), if count == 1 { "" } else { "s" })
}

/// A value cut so that none makes a line endless.
fn cut(shown: impl fmt::Display) -> String {
    fit(shown, VALUE_COLUMNS, "...")
}
