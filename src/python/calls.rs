//! What the program of each call has of its own: one file a call, and here the list of them.
//!
//! How Python writes the call itself is not said here but by [`Options`], for everybody who writes one.

mod gather;
mod wait;

use crate::calls::{Brackets, Call, Options};
use crate::scenario::Caller;

use super::caller::MainWriter;
use super::code::code;
use super::expression::Expression;
use super::outline::{Outline, Raises};

/// What of a program depends on the call in it.
pub trait InProgram: Options {
    /// Writes the call, its await, and what is printed of what that gives.
    fn write(&self, main: &mut MainWriter<'_, '_>);

    /// What the call can raise, but for the caller's own cancellation.
    fn raises(&self, outline: &Outline<'_>) -> Raises;

    /// Whether it ends only when all its arguments are done, unless it raises.
    fn waits_for_all(&self) -> bool;

    /// Whether the caller's or the group's cancellation goes on to the arguments.
    fn cancels_arguments(&self, caller: &Caller) -> bool;

    /// Whether it is given one list instead of what is in it, by mistake.
    fn passes_list(&self, caller: &Caller) -> bool;

    /// When it makes tasks of the coroutines among its arguments.
    fn makes_tasks(&self) -> MakesTasks;

    /// The variable for those of its arguments that are in what it gives, and may not be done yet.
    fn unfinished(&self) -> Option<&'static str>;
}

/// When a call makes tasks of the coroutines among its arguments. No variable holds such a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MakesTasks {
    /// In the call, so that one can ask for them before it is awaited.
    AtOnce,
    /// When it is awaited, as far as the Python version takes coroutines.
    WhenAwaited,
    /// It gets no coroutine.
    Never,
}

/// What the program of a call has of its own.
pub fn in_program(call: &Call) -> &dyn InProgram {
    match call {
        Call::Gather(options) => options,
        Call::Wait(options) => options,
    }
}

/// A call of asyncio's: its arguments in their brackets, then those of its options that have to be written.
pub fn expression(options: &dyn Options, brackets: &[Brackets], arguments: Vec<Expression>) -> Expression {
    let mut items = match brackets {
        [("[", "]")] => vec![Expression::collection(code!("["), arguments, "]")],
        _ => brackets
            .iter()
            .rev()
            .fold(arguments, |items, (open, close)| vec![Expression::Brackets { open: code!("{open}"), items, close }]),
    };
    let keywords = options.keywords().into_iter().map(|(key, value)| Expression::Text(code!("{key}={value}")));
    items.extend(keywords);
    Expression::call(code!("{}", options.in_python()), items)
}
