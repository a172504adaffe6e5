//! How a report says names, moments, values and what the call did.

use std::fmt;

use crate::event::{Canceller, Ended, Exception, Target};
use crate::outcome::{AwaitableRecord, Run, Status};
use crate::report::duration::{Unit, duration_in, thousands};
use crate::report::fit::{GLUE, fit};
use crate::scenario::{Id, Nanos, listed};

/// A run, and the room and the characters that there are to speak of it.
#[derive(Clone, Copy)]
pub struct Voice<'r> {
    /// What is told.
    pub run: &'r Run<'r>,
    /// The columns of a page; names and values are cut to fit it.
    pub width: usize,
    /// Whether more than ASCII may be written.
    pub unicode: bool,
    /// What stands for what was cut off.
    pub ellipsis: &'static str,
    /// In which unit moments below a minute are said.
    pub unit: Unit,
}

impl<'r> Voice<'r> {
    /// How a page says it.
    pub fn new(run: &'r Run<'r>, width: usize, unicode: bool, ellipsis: &'static str) -> Voice<'r> {
        Voice { run, width, unicode, ellipsis, unit: Unit::of_all(run.moments()) }
    }

    /// What documents have: as on a wide page.
    pub fn of_documents(run: &'r Run<'r>) -> Voice<'r> {
        Voice::new(run, 100, true, "…")
    }

    /// The ledger's line for an awaitable.
    pub fn entry(&self, id: Id) -> Option<&'r AwaitableRecord> {
        self.run.entries.get(id.index())
    }

    /// Whether the program came to its end, so that what is not finished only was not let finish.
    pub fn program_ended(&self) -> bool {
        self.run.interrupted || self.run.exited_at.is_some()
    }

    /// `gather()` or `wait()`.
    pub fn function(&self) -> &'static str {
        self.run.call.options().in_text()
    }

    /// What happened when the caller went on, for a sentence: `gather() raised`.
    pub fn came_back(&self) -> String {
        let caller = || "the caller was cancelled".to_owned();
        match self.run.outcome().status() {
            Status::Returned => format!("{} returned", self.function()),
            Status::Cancelled if !self.run.main().gave_its_own() => caller(),
            Status::Raised | Status::Cancelled => format!("{} raised", self.function()),
            Status::Hangs => format!("{} hangs", self.function()),
        }
    }

    /// A moment or duration, unbroken.
    pub fn time(&self, nanos: Nanos) -> String {
        duration_in(self.unit, nanos, self.unicode).to_string().replace(' ', "\u{1f}")
    }

    /// `at 1 s`, `between 1 s and 2 s`.
    pub fn span(&self, (first, last): (Nanos, Nanos)) -> String {
        if first == last {
            format!("at {}", self.time(first))
        } else {
            format!("between {} and {}", self.time(first), self.time(last))
        }
    }

    /// An awaitable's name, unbroken.
    pub fn name(&self, id: Id) -> String {
        self.glued(self.run.scenario.name(id), self.width.saturating_sub(8).min(40))
    }

    /// Several names: `users`, `users and orders`, `users, orders and 9,988 more`.
    pub fn names(&self, ids: &[Id], count: usize, most: usize) -> String {
        let shown = if count > most { most - 1 } else { most };
        let mut names: Vec<String> = ids.iter().take(shown).map(|id| self.name(*id)).collect();
        if count > names.len() {
            names.push(format!("{}\u{1f}more", thousands((count - names.len()) as u64)));
        }
        join(&names)
    }

    /// The `repr` of what something ended with, unbroken.
    pub fn value(&self, ended: Ended) -> String {
        self.glued(self.ended(ended), self.width.saturating_sub(12).min(60))
    }

    /// The `repr` of an exception, whole but for one that would fill the page.
    pub fn exception(&self, exception: Exception) -> String {
        self.glued(self.ended(Ended::Raised(exception)), 4 * self.width)
    }

    /// The `repr` of what something ended with, whole.
    pub fn ended(&self, ended: Ended) -> impl fmt::Display + use<'r> {
        let run = self.run;
        ended.repr(run.scenario, move |returned| run.items(returned))
    }

    /// Whether an awaitable is a nested group.
    pub fn is_group(&self, id: Id) -> bool {
        self.run.scenario.awaitable(id).kind.is_group()
    }

    /// What something is called in a sentence: `it`, where that is what is spoken of.
    pub fn target(&self, target: Target, it: Option<Target>) -> String {
        match target {
            _ if it == Some(target) => "it".to_owned(),
            Target::Awaitable(id) if self.is_group(id) => format!("the group {}", self.name(id)),
            Target::Awaitable(id) => self.name(id),
            Target::Group(call) => self.run.calls[call.index()].call.options().in_text().to_owned(),
            Target::Caller => "the caller".to_owned(),
        }
    }

    fn glued(&self, shown: impl fmt::Display, width: usize) -> String {
        fit(shown, width, self.ellipsis).replace(' ', "\u{1f}")
    }
}

/// Who calls a `.cancel()`, behind what is cancelled; `its`: whose group.
pub fn by_whom(by: Canceller, its: &str) -> String {
    match by {
        Canceller::Schedule => ", as the scenario says".to_owned(),
        Canceller::Caller => " with the caller".to_owned(),
        Canceller::Group => format!(" with {its} group"),
        Canceller::Exit => " by asyncio.run(), at the program's end".to_owned(),
        Canceller::Interrupt => " by Ctrl-C".to_owned(),
    }
}

/// `a`, `a and b`, `a, b and c`.
pub fn join(words: &[String]) -> String {
    listed(words, "and")
}

/// A text with plain spaces.
pub fn unglued(text: &str) -> String {
    text.replace(GLUE, " ")
}
