//! How something ended: with which value, or with which exception, by where in the scenario that stands.

use std::fmt;

use strum::{IntoStaticStr, VariantNames};

use super::{CallId, Item, State, Status, Target};
use crate::calls::Misuse;
use crate::scenario::{self, Id, Scenario, Value, write_exception_repr};

/// How something ended.
#[derive(Clone, Copy, Debug, PartialEq, IntoStaticStr, VariantNames)]
#[strum(serialize_all = "kebab-case")]
pub enum Ended {
    /// With a value.
    Returned(Returned),
    /// With an exception.
    Raised(Exception),
    /// Cancelled, with what `CancelledError` its own end carries.
    Cancelled(Exception),
}

/// Where a returned value stands in the scenario.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Returned {
    /// A body's or future's own `returns`.
    Body(Id),
    /// An `on_cancel`'s `returns`.
    Cleanup(Id),
    /// The results of a nested group, as its `Finish` told them.
    Nested(Id),
    /// The results of the group that a call gave.
    Group(CallId),
}

/// An exception by where it comes from. Its texts: [`Exception::type_name`], [`Exception::message`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Exception {
    /// Which exception it is.
    pub kind: ExceptionKind,
    /// The awaitable whose own body or future made it, or through whose own cancellation it came; never a group, and
    /// none where the group or its caller was cancelled.
    pub from: Option<Id>,
    /// The group that made it, where it is a `CancelledError` of a group.
    pub group: Option<Target>,
}

/// The exceptions that a run can meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ExceptionKind {
    /// A body's or future's own `raises`.
    Body(Id),
    /// An `on_cancel`'s `raises`.
    Cleanup(Id),
    /// A `CancelledError` that asyncio made.
    Cancelled(Message),
    /// What a call raises for being called wrongly.
    Misuse(Misuse),
}

/// The argument of a `CancelledError`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Message {
    /// None: `CancelledError()`.
    Absent,
    /// The empty text, which gather() puts in for a task without a message.
    Empty,
    /// The `cancel_message` of an awaitable.
    CancelMessage(Id),
    /// What a body's or future's own `raises` says.
    Body(Id),
    /// What an `on_cancel`'s `raises` says.
    Cleanup(Id),
}

impl Ended {
    /// The `repr` in Python of its value or exception. `items` gives what a group returned, as far as that is known.
    pub fn repr<'s>(
        self,
        scenario: &'s Scenario,
        items: impl Fn(Returned) -> Option<&'s [Item]> + 's,
    ) -> impl fmt::Display + 's {
        fmt::from_fn(move |f| write_repr(f, self, scenario, &items))
    }

    /// The state in which it is then.
    pub fn state(&self) -> State {
        match self {
            Ended::Returned(_) => State::Returned,
            Ended::Raised(_) => State::Raised,
            Ended::Cancelled(_) => State::Cancelled,
        }
    }

    /// How it ended, as a person says it: a group that was cancelled has raised a `CancelledError`, as asyncio has it.
    pub fn status(&self) -> Status {
        match self {
            Ended::Returned(_) => Status::Returned,
            Ended::Raised(Exception { kind: ExceptionKind::Cancelled(_), .. }) | Ended::Cancelled(_) => {
                Status::Cancelled
            }
            Ended::Raised(_) => Status::Raised,
        }
    }
}

fn write_repr<'s>(
    f: &mut fmt::Formatter<'_>,
    ended: Ended,
    scenario: &'s Scenario,
    items: &dyn Fn(Returned) -> Option<&'s [Item]>,
) -> fmt::Result {
    let returned = match ended {
        Ended::Raised(exception) | Ended::Cancelled(exception) => return write!(f, "{}", exception.repr(scenario)),
        Ended::Returned(returned) => returned,
    };
    match (returned.value(scenario), items(returned)) {
        (Some(value), _) => write!(f, "{value}"),
        (None, None) => f.write_str("[...]"),
        (None, Some(list)) => {
            f.write_str("[")?;
            for (index, item) in list.iter().enumerate() {
                f.write_str(if index == 0 { "" } else { ", " })?;
                write_repr(f, item.ended, scenario, items)?;
            }
            f.write_str("]")
        }
    }
}

impl Returned {
    /// The value, where it is the scenario's own; `None` for a group's results, which are a list of [`Item`]s.
    pub fn value<'s>(&self, scenario: &'s Scenario) -> Option<&'s Value> {
        let end = match *self {
            Returned::Body(id) => body_end(scenario, id),
            Returned::Cleanup(id) => cleanup_end(scenario, id),
            Returned::Nested(_) | Returned::Group(_) => None,
        };
        match end {
            Some(scenario::End::Returns(value)) => Some(value),
            _ => None,
        }
    }
}

impl Exception {
    /// A `CancelledError` that comes from nobody in particular.
    pub fn cancelled(message: Message, from: Option<Id>) -> Exception {
        Exception { kind: ExceptionKind::Cancelled(message), from, group: None }
    }

    /// Whether it is a `CancelledError`, no matter what raised it.
    pub fn is_cancelled_error(&self, scenario: &Scenario) -> bool {
        self.type_name(scenario) == "CancelledError"
    }

    /// The name of its class.
    pub fn type_name<'s>(&self, scenario: &'s Scenario) -> &'s str {
        match self.kind {
            ExceptionKind::Cancelled(_) => "CancelledError",
            ExceptionKind::Misuse(misuse) => misuse.text().type_name,
            ExceptionKind::Body(id) => raised(body_end(scenario, id)).map_or("", |raised| &raised.type_name),
            ExceptionKind::Cleanup(id) => raised(cleanup_end(scenario, id)).map_or("", |raised| &raised.type_name),
        }
    }

    /// Its one argument; `None` where it has none.
    pub fn message<'s>(&self, scenario: &'s Scenario) -> Option<&'s str> {
        match self.kind {
            ExceptionKind::Misuse(misuse) => Some(misuse.text().message),
            ExceptionKind::Cleanup(id) | ExceptionKind::Cancelled(Message::Cleanup(id)) => {
                raised(cleanup_end(scenario, id))?.message.as_deref()
            }
            ExceptionKind::Cancelled(Message::Absent) => None,
            ExceptionKind::Cancelled(Message::Empty) => Some(""),
            ExceptionKind::Cancelled(Message::CancelMessage(id)) => {
                scenario.awaitable(id).cancel.as_ref()?.message.as_deref()
            }
            ExceptionKind::Body(id) | ExceptionKind::Cancelled(Message::Body(id)) => {
                raised(body_end(scenario, id))?.message.as_deref()
            }
        }
    }

    /// Its `repr` in Python.
    pub fn repr<'s>(&self, scenario: &'s Scenario) -> impl fmt::Display + use<'s> {
        let (type_name, message) = (self.type_name(scenario), self.message(scenario));
        fmt::from_fn(move |f| write_exception_repr(f, type_name, message))
    }
}

fn body_end(scenario: &Scenario, id: Id) -> Option<&scenario::End> {
    scenario.awaitable(id).kind.end()
}

fn cleanup_end(scenario: &Scenario, id: Id) -> Option<&scenario::End> {
    scenario.awaitable(id).kind.body()?.on_cancel.as_ref()?.then.as_ref()
}

fn raised(end: Option<&scenario::End>) -> Option<&scenario::WrittenException> {
    match end {
        Some(scenario::End::Raises(exception)) => Some(exception),
        _ => None,
    }
}
