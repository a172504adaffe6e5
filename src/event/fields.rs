//! The fields of each event: how they are called, what they hold, and the sentence that explains them.
//!
//! One table, by which everything reads that has to do with events as documents have them: the JSON, its schema, the
//! parser of an `[[expect]]`'s `events`, and their comparison with what happened.

use strum::VariantNames;

use super::{Canceller, Ended, Event, EventKind, Exception, Item, Made, Maker, Returned, Target, Warning, What, Word};
use crate::calls::Function;

/// A field of an event: its key, what it holds, and what it says.
pub type Field = (&'static str, Holds, &'static str);

/// What a field holds.
#[derive(Clone, Copy, Debug)]
pub enum Holds {
    /// An awaitable's name, or one of these words.
    Target(&'static [&'static str]),
    /// One of these words.
    Word(&'static [&'static str]),
    /// One of these words, which need an explanation.
    Explained(&'static [&'static str], fn() -> String),
    /// `true` or `false`.
    Boolean,
    /// A text.
    Text,
    /// A value that something returned.
    Value,
    /// An exception.
    Exception,
    /// A moment.
    Moment,
    /// The number of a pass.
    Iteration,
}

/// The fields that every event has, before its own.
pub const COMMON: [Field; 2] = [
    ("at", Holds::Moment, "When: seconds since the program's start."),
    ("iteration", Holds::Iteration, "The pass of the event loop, from 1."),
];

/// What a resume says of what released the caller. Like [`CAUSE`] and [`BECAUSE`] only documents have it, and only where
/// there is something to say: CPython tells no causes, and an `[[expect]]` asks for none.
pub const ALREADY: (&str, &str) =
    ("already", "True if the caller went on without waiting, since what it awaited was done; otherwise missing.");
/// Which call an event is of.
pub const CALL: (&str, &str) =
    ("call", "The index in calls of the call that it belongs to; missing for the main one, 0.");
/// What made an event happen.
pub const CAUSE: (&str, &str) = (
    "cause",
    "The number of the event that made this one happen, counted from 0 over all events; missing if the program itself \
     or the passing of time did.",
);
/// What an event brings with it, where that is another event.
pub const BECAUSE: (&str, &str) =
    ("because", "The numbers of the events that this one brings with it, such as the failure behind an exception.");

const NAME: Holds = Holds::Target(&[]);
const NAME_OR_GROUP: Holds = Holds::Target(&[Target::GROUP]);
const OUTCOME: Holds = Holds::Word(Ended::VARIANTS);

impl EventKind {
    /// The fields that are this kind's own, in the order in which they are written.
    pub fn fields(self) -> &'static [Field] {
        match self {
            EventKind::Create => &[
                ("awaitable", NAME, "What is created."),
                ("kind", Holds::Word(Made::WORDS), "What kind of object it is."),
                (
                    "by",
                    Holds::Word(Maker::WORDS),
                    "What creates it: the program itself, or gather() or wait(), which wrap coroutines.",
                ),
            ],
            EventKind::Start | EventKind::Cleanup => &[("awaitable", NAME, "The awaitable whose body it is.")],
            EventKind::Cancel => &[
                (
                    "target",
                    Holds::Target(&Target::WORDS),
                    "An awaitable, \"group\" for what the call's own gather() returned, or \"caller\".",
                ),
                (
                    "accepted",
                    Holds::Boolean,
                    "What .cancel() returns: false for something that is done or was never created, and for a group whose members are \
                     all done.",
                ),
                ("by", Holds::Explained(Canceller::WORDS, Canceller::glossary), "Who calls it."),
            ],
            EventKind::Finish => &[
                ("awaitable", NAME_OR_GROUP, "What ended; \"group\" is what the call's own gather() returned."),
                ("outcome", OUTCOME, "How it ended."),
                ("value", Holds::Value, "What it returned."),
                ("exception", Holds::Exception, "What it raised, or the CancelledError that it ended with."),
            ],
            EventKind::Call => &[("function", Holds::Word(Function::WORDS), "Which function.")],
            EventKind::Check => &[("done", Holds::Boolean, "What done() returns.")],
            EventKind::Callback => &[(
                "awaitable",
                NAME_OR_GROUP,
                "A nested group, or \"group\" for what the call's own gather() returned.",
            )],
            EventKind::Resume => {
                &[("outcome", OUTCOME, "Whether it goes on with a value, an exception, or a CancelledError.")]
            }
            EventKind::Warning => &[("text", Holds::Text, "What it says, without its category.")],
            EventKind::Log => &[
                ("text", Holds::Text, "Its first line."),
                (
                    "awaitable",
                    NAME_OR_GROUP,
                    "Whose exception it is; \"group\" is what the call's own gather() returned.",
                ),
            ],
            EventKind::Await | EventKind::Timeout | EventKind::Exit => &[],
        }
    }
}

/// What a field holds in one event.
#[derive(Clone, Copy, Debug)]
pub enum Held<'a> {
    /// For [`Holds::Target`].
    Target(Target),
    /// For [`Holds::Word`] and [`Holds::Explained`].
    Word(&'static str),
    /// For [`Holds::Boolean`].
    Boolean(bool),
    /// For [`Holds::Text`].
    Text(&'static str),
    /// For [`Holds::Text`], where the scenario's names are in it.
    Warning(Warning),
    /// For [`Holds::Value`]; of a group with its results.
    Value(Returned, &'a [Item]),
    /// For [`Holds::Exception`].
    Exception(Exception),
}

impl<'a> Event<'a> {
    /// Of which kind it is.
    pub fn kind(&self) -> EventKind {
        EventKind::from(self.what)
    }

    /// The fields that are its kind's own, with what they hold in this event. How something ended decides whether it
    /// has a `value` or an `exception`; all others are always there.
    pub fn fields(&self) -> impl Iterator<Item = (&'static str, Held<'a>)> + use<'a> {
        let about = |target| Some(Held::Target(target));
        let held = match self.what {
            What::Create { awaitable, made, by } => {
                [about(Target::Awaitable(awaitable)), Some(Held::Word(made.word())), Some(Held::Word(by.word())), None]
            }
            What::Start { awaitable } | What::Cleanup { awaitable } => {
                [about(Target::Awaitable(awaitable)), None, None, None]
            }
            What::Cancel { target, accepted, by, .. } => {
                [about(target), Some(Held::Boolean(accepted)), Some(Held::Word(by.word())), None]
            }
            What::Finish { target, ended, results } => {
                let (value, exception) = match ended {
                    Ended::Returned(returned) => (Some(Held::Value(returned, results)), None),
                    Ended::Raised(exception) | Ended::Cancelled(exception) => (None, Some(Held::Exception(exception))),
                };
                [about(target), Some(Held::Word(ended.into())), value, exception]
            }
            What::Call { call, .. } => [Some(Held::Word(call.function().word())), None, None, None],
            What::Check { done, .. } => [Some(Held::Boolean(done)), None, None, None],
            What::Callback { target } => [about(target), None, None, None],
            What::Resume { got, .. } => [Some(Held::Word(got.status().word())), None, None, None],
            What::Warning { warning } => [Some(Held::Warning(warning)), None, None, None],
            What::Log { log, target } => [Some(Held::Text(log.text())), about(target), None, None],
            What::Await { .. } | What::Timeout { .. } | What::Exit => [None; 4],
        };
        self.kind().fields().iter().zip(held).filter_map(|((key, ..), held)| Some((*key, held?)))
    }
}
