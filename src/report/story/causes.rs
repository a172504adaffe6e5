//! Chains of causes: from what happened back to where it began, a short sentence each, nearest first.
//!
//! From link to link a chain follows the causes that the loop told. Only where something did *not* reach the caller, or
//! never ended, does it go from argument list to argument list: nothing happened there that could tell a cause.

use std::collections::HashSet;

use super::LISTED;
use super::chain::Teller;
use super::holders::{Holder, Holders};
use super::voice::Voice;
use crate::event::{CancelId, Canceller, Cause, Ended, Exception, Log, Target, Why};
use crate::outcome::{AwaitableRecord, CallRecord, Fate, Gave, Run};
use crate::scenario::{Id, Ids, Nanos};

/// A chain of causes.
pub type Chain = Vec<Link>;

/// One cause in words.
#[derive(Clone, Debug, PartialEq)]
pub struct Link {
    /// A sentence without its full stop.
    pub text: String,
    /// The event; none of what did not happen.
    pub event: Option<Cause>,
}

/// Tells the causes in one run. Made once a run, since it must know which list holds what.
pub struct Causes<'r> {
    /// How it is said.
    pub voice: Voice<'r>,
    /// Which argument lists hold what.
    pub holders: Holders,
    /// The exceptions that `asyncio.run()` logs as it shuts down, whosever they are.
    logged_at_shutdown: HashSet<Exception>,
}

impl<'r> Causes<'r> {
    /// The causes in a run.
    pub fn new(voice: Voice<'r>) -> Causes<'r> {
        let run = voice.run;
        let shutdown = run.logs.iter().filter(|(log, _)| *log == Log::UnhandledAtShutdown);
        let exceptions = shutdown.filter_map(|(_, target)| match target {
            Target::Awaitable(id) => run.entries.get(id.index())?.exception(),
            Target::Group(_) | Target::Caller => None,
        });
        Causes { voice, holders: Holders::new(run), logged_at_shutdown: exceptions.collect() }
    }

    /// Whether `asyncio.run()` logs the exception of an awaitable as it shuts down: as this one's, or as another's that
    /// it was passed on from.
    pub fn is_logged_at_shutdown(&self, entry: &AwaitableRecord) -> bool {
        entry.exception().is_some_and(|exception| self.logged_at_shutdown.contains(&exception))
    }

    /// The chains of an awaitable, the nearest to the caller first; none where it ended by itself and what came of it
    /// reached the caller.
    pub fn of(&self, id: Id) -> Vec<Chain> {
        let (entry, it) = (self.entry(id), Target::Awaitable(id));
        let mut all: Vec<Chain> = Vec::new();
        if !entry.retrieved && matches!(entry.fate, Fate::Unretrieved | Fate::Pending) {
            let text = match self.is_logged_at_shutdown(entry) {
                true => "asyncio.run() logged its exception as it shut down",
                false => "nobody asked for its exception",
            };
            all.push(vec![self.absent(text.to_owned())]);
        }
        if let (Some(cancel), Fate::Pending | Fate::Done) = (entry.silenced, entry.fate) {
            all.push(vec![self.teller(it).silenced(cancel)]);
        }
        match entry.fate {
            Fate::Lost | Fate::Swallowed | Fate::Unretrieved => {
                let holders: Vec<Holder> = self.holders.of(id).collect();
                for holder in &holders {
                    let mut teller = self.teller(it);
                    teller.lost_in(id, *holder);
                    all.extend(teller.all());
                }
                if holders.is_empty() {
                    all.push(self.teller(it).given_to_nobody(entry));
                }
            }
            Fate::Unfinished => all.extend(self.teller(it).of_unfinished(id)),
            Fate::Raised | Fate::Delivered | Fate::Done | Fate::Pending | Fate::Cancelled => {}
        }
        if let (Some(cause @ Cause::Finish(_)), Some(Ended::Raised(_))) = (entry.why.cause, entry.ended)
            && self.voice.is_group(id)
            && entry.why.cancel().is_none()
        {
            all.push(self.teller(it).from(cause));
        }
        let again = entry.cancelled_again();
        for (cancel, words) in
            [(again, "it was cancelled again while it cleaned up"), (first(entry), "it was cancelled")]
        {
            let Some(cancel) = cancel else { continue };
            let mut chain = self.teller(it).from(Cause::Cancel(cancel));
            let is_own = matches!(self.run().cancel(cancel).by, Canceller::Schedule);
            if Some(cancel) == again || (!all.is_empty() && !is_own) {
                let words =
                    if again.is_some() && Some(cancel) != again { "it was cancelled the first time" } else { words };
                chain.insert(0, Link { text: words.to_owned(), event: Some(Cause::Cancel(cancel)) });
            }
            all.push(chain);
        }
        // What another chain has said already, from its beginning to its end, is said.
        let mut told: Vec<Chain> = Vec::new();
        for chain in all {
            let said = |told: &Chain| told.windows(chain.len().max(1)).any(|part| part == chain);
            if !chain.is_empty() && !told.iter().any(said) {
                told.push(chain);
            }
        }
        told
    }

    /// Why a call came out as it did.
    pub fn of_call(&self, call: &CallRecord) -> Vec<Chain> {
        if call.outcome.gave.is_some() {
            return Some(self.of_outcome(call)).into_iter().filter(|chain| !chain.is_empty()).collect();
        }
        let unfinished = self.unfinished(&self.run().scenario.caller.args);
        unfinished.into_iter().take(LISTED).map(|id| self.teller_of_all().never_finishes(id)).collect()
    }

    /// What of a list was made, and never ends; each once.
    pub fn unfinished(&self, list: &[Ids]) -> Vec<Id> {
        let mut all: Vec<Id> = list.iter().cloned().flatten().map(Id).collect();
        all.retain(|id| self.entry(*id).ended.is_none() && self.entry(*id).created.is_some());
        let mut seen = HashSet::new();
        all.retain(|id| seen.insert(*id));
        all
    }

    /// Why the caller of a call went on. A moment that is `now` is left out.
    pub fn of_return(&self, call: &CallRecord, now: Option<Nanos>) -> Chain {
        let mut teller = Teller { now, ..self.teller_of_all() };
        if let Some(cause) = call.why.cause {
            teller.follow(behind_return(call, cause));
        }
        teller.said
    }

    /// The same, which also says what the caller was about when it was cancelled.
    pub fn of_outcome(&self, call: &CallRecord) -> Chain {
        let mut chain = self.of_return(call, None);
        if let (Some(first), Some(moment)) = (chain.first_mut(), self.caller_was_cancelled(call)) {
            let separator = if first.text.contains(',') { ", " } else { " " };
            first.text.push_str(&format!("{separator}{moment}"));
        }
        chain
    }

    /// Where a chain begins, in words: its last link.
    pub fn origin(&self, cause: Cause, now: Option<Nanos>) -> Option<Link> {
        let mut teller = Teller { now, ..self.teller_of_all() };
        teller.follow(cause);
        teller.said.pop()
    }

    /// The `.cancel()` calls behind what made the caller of a call go on, the nearest first.
    pub fn cancels_behind(&self, why: Why) -> Vec<CancelId> {
        let mut cancels = Vec::new();
        let mut next = why.cancel();
        while let Some(id) = next {
            cancels.push(id);
            next = match self.run().cancel(id).cause {
                Some(Cause::Cancel(parent)) => Some(parent),
                _ => None,
            };
        }
        cancels
    }

    /// Where the caller got its own `CancelledError`, and not what the call gave: when that was.
    pub fn caller_was_cancelled(&self, call: &CallRecord) -> Option<String> {
        let name = call.call.options().in_text();
        if !matches!(call.outcome.gave, Some(Gave::Raised(_) | Gave::Cancelled(_))) {
            return None;
        }
        call.why.cancel()?;
        match (call.called, call.awaited) {
            (None, _) => Some(format!("before it called {name}")),
            (_, None) => Some(format!("before it awaited {name}")),
            _ if !call.call.options().gives_a_future() => Some(format!("while it awaited {name}")),
            _ if call.gave_its_own() => None,
            _ => Some("before the outcome reached it".to_owned()),
        }
    }

    /// The run.
    pub fn run(&self) -> &'r Run<'r> {
        self.voice.run
    }

    /// What became of an awaitable.
    pub fn entry(&self, id: Id) -> &'r AwaitableRecord {
        // Where awaitables were not kept, nothing is known of them.
        self.run().entries.get(id.index()).unwrap_or(&AwaitableRecord::NEW)
    }

    fn teller(&self, it: Target) -> Teller<'_, 'r> {
        Teller { causes: self, it: Some(it), now: None, said: Vec::new(), before: Vec::new() }
    }

    fn teller_of_all(&self) -> Teller<'_, 'r> {
        Teller { causes: self, it: None, now: None, said: Vec::new(), before: Vec::new() }
    }

    fn absent(&self, text: String) -> Link {
        Link { text, event: None }
    }
}

/// The `.cancel()` that an awaitable's chain tells. One that came too late is no cause: what the body does on a
/// cancellation did not come to pass.
fn first(entry: &AwaitableRecord) -> Option<CancelId> {
    match entry.ended {
        Some(Ended::Returned(_) | Ended::Raised(_)) => entry.caught.or(entry.why.cancel()),
        Some(Ended::Cancelled(_)) | None => entry.cancelled_by(),
    }
}

/// What is behind an end: the cancellation that it brings with it, else what made it happen.
pub fn behind(why: Why, cause: Cause) -> Cause {
    why.cancel().map_or(cause, Cause::Cancel)
}

/// What is behind a caller's going on: behind what its group did, where it waited for that.
fn behind_return(call: &CallRecord, cause: Cause) -> Cause {
    match (call.why.cancel(), cause) {
        (Some(cancel), _) => Cause::Cancel(cancel),
        (None, Cause::Finish(Target::Group(_))) => call.why.because.or(call.settled_by.cause).unwrap_or(cause),
        (None, cause) => cause,
    }
}
