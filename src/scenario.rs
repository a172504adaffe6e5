//! The plain model of a scenario: what a file says, after every check.
//!
//! [`parse()`] makes it, once, at the edge; everything behind it may rely on what the fields promise. A `count` is
//! kept as a range of ids instead of that many copies, so that a million alike awaitables cost one [`Awaitable`].

mod counts;
mod diagnostic;
mod duration;
mod exception;
mod expect;
mod identifiers;
mod library;
mod load;
mod parse;
mod python;
mod scale;
mod value;
mod way;

use std::fmt;
use std::ops::Range;

use strum::{EnumDiscriminants, EnumMessage, IntoStaticStr, VariantArray, VariantNames};

use crate::calls::{Call, Function, GatherOptions};
use crate::event::Word;

pub use counts::{in_words, listed, thousands};
pub use diagnostic::{Diagnostics, Problem};
pub(crate) use duration::unit_names;
pub use duration::{Nanos, parse_duration};
pub use exception::{WrittenException, write_exception_repr};
pub use expect::{Bounds, Expect};
pub use identifiers::{Identifiers, KEYWORDS, is_stable_identifier};
pub use library::{Builtin, COURSE, Section, builtin, builtins, nearest_builtin};
pub use load::{Loaded, load};
pub use parse::parse;
pub(crate) use parse::tables;
pub use python::Python;
pub use scale::Factor;
pub use value::{Value, is_harmless, is_printable, toml_string, write_escape, write_in_literal, write_str_repr};
pub use way::Way;

/// One awaitable after `count`: its position among all of them, in file order, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id(pub u32);

impl Id {
    /// The position as an index into a column.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// What a name in `args` or `members` refers to: one awaitable, or all the clones of a `count`.
pub type Ids = Range<u32>;

/// A scenario: the awaitables, what the caller does, and what is said about it.
#[derive(Clone, Debug, PartialEq)]
pub struct Scenario {
    /// One line that names it.
    pub title: Option<String>,
    /// What it is about, in a sentence or a few.
    pub description: Option<String>,
    /// The claims about gather and wait that it shows.
    pub shows: Vec<String>,
    /// What the reader is asked to guess.
    pub question: Option<String>,
    /// What happens, why, and what to write instead.
    pub answer: Option<String>,
    /// Whose semantics, where the file asks for a version.
    pub python: Option<Python>,
    /// Where random draws start.
    pub seed: u64,
    /// One entry a `[[awaitable]]` table, in file order. Their `ids` are contiguous from 0.
    pub awaitables: Vec<Awaitable>,
    /// `[caller]`.
    pub caller: Caller,
    /// Each call with the options that its own table gives it.
    pub calls: Vec<Call>,
    /// `[[expect]]`.
    pub expect: Vec<Expect>,
}

/// A `[[awaitable]]` table.
#[derive(Clone, Debug, PartialEq)]
pub struct Awaitable {
    /// The name as written, or `a1`, `a2`, … by position.
    pub name: String,
    /// The ids it stands for: one, or as many as `count` says.
    pub ids: Ids,
    /// What kind of thing it is, with the keys of that kind.
    pub kind: Kind,
    /// When something calls `.cancel()` on it.
    pub cancel: Option<ScheduledCancel>,
}

/// The kinds of awaitable.
#[derive(Clone, Debug, PartialEq, EnumDiscriminants)]
#[strum_discriminants(
    name(KindWord),
    derive(EnumMessage, IntoStaticStr, VariantArray, VariantNames),
    strum(serialize_all = "kebab-case"),
    doc = "A kind of awaitable, with its word in files and documents."
)]
pub enum Kind {
    /// Runs once something wraps it in a task.
    Coroutine(Body),
    /// Created by `create_task()` when the program starts.
    Task(Body),
    /// A bare future that the loop settles.
    Future(Settlement),
    /// A nested group.
    Gather(NestedGather),
}

impl Kind {
    /// Its word in the format.
    pub fn word(&self) -> &'static str {
        KindWord::from(self).word()
    }

    /// What its coroutine does, where it has one.
    pub fn body(&self) -> Option<&Body> {
        match self {
            Kind::Coroutine(body) | Kind::Task(body) => Some(body),
            Kind::Future(_) | Kind::Gather(_) => None,
        }
    }

    /// Whether it takes steps of its own.
    pub fn has_body(&self) -> bool {
        self.body().is_some()
    }

    /// Whether it is a coroutine that something else has to wrap in a task.
    pub fn is_coroutine(&self) -> bool {
        matches!(self, Kind::Coroutine(_))
    }

    /// Whether it is a bare future.
    pub fn is_future(&self) -> bool {
        matches!(self, Kind::Future(_))
    }

    /// Whether it is a nested group.
    pub fn is_group(&self) -> bool {
        matches!(self, Kind::Gather(_))
    }

    /// Whether the program makes it as it starts, whatever is called later.
    pub fn is_made_at_start(&self) -> bool {
        matches!(self, Kind::Task(_) | Kind::Future(_))
    }

    /// What a nested group holds; nothing of what is no group.
    pub fn members(&self) -> &[Ids] {
        match self {
            Kind::Gather(group) => &group.members,
            Kind::Coroutine(_) | Kind::Task(_) | Kind::Future(_) => &[],
        }
    }

    /// How it ends when nothing cancels it; a group ends as its members do.
    pub fn end(&self) -> Option<&End> {
        match self {
            Kind::Coroutine(body) | Kind::Task(body) => Some(&body.end),
            Kind::Future(settlement) => Some(&settlement.end),
            Kind::Gather(_) => None,
        }
    }

    /// How long it sleeps before its outcome.
    pub fn delay(&self) -> Option<Delay> {
        match self {
            Kind::Coroutine(body) | Kind::Task(body) => body.delay,
            Kind::Future(settlement) => settlement.delay,
            Kind::Gather(_) => None,
        }
    }

    /// How long it cleans up after a cancellation.
    pub fn cleanup(&self) -> Option<Delay> {
        self.body()?.on_cancel.as_ref()?.cleanup
    }
}

/// What an `async def` does: sleep, then end.
#[derive(Clone, Debug, PartialEq)]
pub struct Body {
    /// How long it sleeps; `None`: it never suspends.
    pub delay: Option<Delay>,
    /// How it ends when nothing cancels it.
    pub end: End,
    /// What it does on `CancelledError` in its delay; `None`: it lets it propagate.
    pub on_cancel: Option<OnCancel>,
}

/// How the loop settles a bare future.
#[derive(Clone, Debug, PartialEq)]
pub struct Settlement {
    /// The `call_later()` after which it is settled, also for 0; `None`: at once, when it is made.
    pub delay: Option<Delay>,
    /// With what. `CancelledError` stands for `.cancel()`.
    pub end: End,
}

/// A nested group's own arguments.
#[derive(Clone, Debug, PartialEq)]
pub struct NestedGather {
    /// In argument order; may be empty.
    pub members: Vec<Ids>,
    /// The options of its gather().
    pub options: GatherOptions,
}

/// How long something sleeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delay {
    /// That long; 0 is one bare yield, as `asyncio.sleep(0)`.
    For(Nanos),
    /// It awaits a future that nobody settles.
    Forever,
}

impl Delay {
    /// How long, where it ends by itself.
    pub fn known(self) -> Option<Nanos> {
        match self {
            Delay::For(nanos) => Some(nanos),
            Delay::Forever => None,
        }
    }
}

/// How a body or a future ends.
#[derive(Clone, Debug, PartialEq)]
pub enum End {
    /// With a value.
    Returns(Value),
    /// With an exception.
    Raises(WrittenException),
}

/// What a body does when `CancelledError` reaches it in its delay.
#[derive(Clone, Debug, PartialEq)]
pub struct OnCancel {
    /// How long it cleans up; `None`: it does not suspend.
    pub cleanup: Option<Delay>,
    /// How it ends then; `None`: it re-raises the `CancelledError`.
    pub then: Option<End>,
}

/// A `.cancel()` that the file asks for.
#[derive(Clone, Debug, PartialEq)]
pub struct ScheduledCancel {
    /// When, counted from the program's start.
    pub at: Nanos,
    /// The argument of `.cancel()`.
    pub message: Option<String>,
}

/// `[caller]`: what the coroutine that calls gather() or wait() does around the call.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Caller {
    /// The arguments, in order, repeats included. Where the file has no `args`: every awaitable that no group holds.
    pub args: Vec<Ids>,
    /// Whether gather() is given the list itself (`unpack = false`), the classic mistake.
    pub passes_list: bool,
    /// When it makes the call.
    pub call_at: Option<Nanos>,
    /// When it awaits what the call gave.
    pub await_at: Option<Nanos>,
    /// When it looks at `group.done()`.
    pub check_done_at: Vec<Nanos>,
    /// When `group.cancel()` is called.
    pub cancel_group_at: Option<Nanos>,
    /// When the caller's own task is cancelled.
    pub cancel_at: Option<Nanos>,
    /// What it does after the call.
    pub then: Then,
}

/// What the program does after the call returned or raised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, EnumMessage, IntoStaticStr, VariantArray, VariantNames)]
#[strum(serialize_all = "kebab-case")]
pub enum Then {
    /// The caller lets whatever can still finish do so.
    #[default]
    Finish,
    /// The program ends, and `asyncio.run()` cancels what is left.
    Exit,
}

impl Scenario {
    /// How many awaitables there are after `count`.
    pub fn len(&self) -> usize {
        self.awaitables.last().map_or(0, |last| last.ids.end as usize)
    }

    /// Whether there is no awaitable at all.
    pub fn is_empty(&self) -> bool {
        self.awaitables.is_empty()
    }

    /// Every awaitable's id, in file order.
    pub fn ids(&self) -> impl Iterator<Item = Id> + use<> {
        (0..self.len() as u32).map(Id)
    }

    /// The table that an awaitable comes from.
    pub fn awaitable(&self, id: Id) -> &Awaitable {
        let table = self.awaitables.partition_point(|awaitable| awaitable.ids.end <= id.0);
        &self.awaitables[table]
    }

    /// An awaitable's own name, without building it: `users`, or `worker-17` for a clone.
    pub fn name(&self, id: Id) -> Name<'_> {
        let awaitable = self.awaitable(id);
        let number = (awaitable.ids.len() > 1).then(|| id.0 - awaitable.ids.start + 1);
        Name { base: &awaitable.name, number }
    }

    /// The call that a function's name stands for under the file's own tables.
    pub fn call(&self, function: Function) -> Call {
        let known = self.calls.iter().find(|call| call.function() == function);
        known.copied().unwrap_or_else(|| function.plain())
    }
}

/// An awaitable's name; `Display` writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Name<'a> {
    /// The table's name.
    pub base: &'a str,
    /// Which clone, from 1, where there are several.
    pub number: Option<u32>,
}

impl fmt::Display for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.number {
            None => f.pad(self.base),
            Some(number) if f.width().is_none() => write!(f, "{}-{number}", self.base),
            Some(number) => f.pad(&format!("{}-{number}", self.base)),
        }
    }
}
