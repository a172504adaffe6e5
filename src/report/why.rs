//! Why something became of an awaitable that was not of its own making: the chain of causes, nearest first.
//!
//! A chain says first who cancelled it, or what a group failed by; then why what came of it did not reach the caller.
//! Each sentence is a fact of the [`Run`]; of which other `.cancel()` one was a part, the ledger knows.

mod holders;

use std::collections::HashSet;

use crate::event::{Canceller, Ended, Exception, ExceptionKind, Target};
use crate::outcome::{Cancellation, Entry, Fate, Gave, Run};
use crate::scenario::{Function, Id, Kind, Nanos};

use super::duration::human_duration;

use holders::{Holder, Holders};

/// Tells the causes in one run. Made once a run, since it must know which group holds what.
pub struct Causes<'r> {
    run: &'r Run<'r>,
    holders: Holders,
}

/// The awaitable itself, in its own chain.
const IT: &str = "it";

impl<'r> Causes<'r> {
    /// The causes in a run.
    pub fn new(run: &'r Run<'r>) -> Causes<'r> {
        Causes { run, holders: Holders::new(run) }
    }

    /// The chain of causes as short sentences; empty where an awaitable ended by itself and its outcome reached the caller.
    pub fn of(&self, id: Id) -> Vec<String> {
        let entry = self.entry(id);
        let mut causes = Vec::new();
        match entry.fate {
            Fate::Lost | Fate::Swallowed => self.out_of_reach(id, &mut causes),
            Fate::Unretrieved => {
                // What gather() took from a member is logged as the group's.
                if !entry.retrieved {
                    causes.push("nobody asked for its exception".to_owned());
                }
                self.out_of_reach(id, &mut causes);
            }
            Fate::Pending if !entry.retrieved => causes.push("nobody asked for its exception".to_owned()),
            Fate::Unfinished => self.unfinished(id, &mut causes),
            Fate::Pending | Fate::Raised | Fate::Delivered | Fate::Done | Fate::Cancelled => {}
        }
        if let Some(again) = entry.cancelled_again {
            causes.push("it was cancelled again while it cleaned up".to_owned());
            self.cancellation(IT, again, &mut causes);
        }
        match (entry.cancelled_by, entry.ended) {
            (_, Some(Ended::Raised(exception))) if self.is_group(id) => self.failure(IT, id, exception, &mut causes),
            // It came too late: what the body does on a cancellation did not come to pass.
            (Some(_), Some(Ended::Returned(_) | Ended::Raised(_))) if entry.cleanup.is_none() => {}
            (Some(cancellation), _) => self.cancellation(IT, cancellation, &mut causes),
            (None, _) => {}
        }
        // What two ways have in common is said once, where it is nearest.
        let mut said = HashSet::new();
        causes.retain(|cause| said.insert(cause.clone()));
        causes
    }

    /// Who cancelled something, and who cancelled that. `who` is what it is called.
    fn cancellation(&self, who: &str, cancellation: Cancellation, causes: &mut Vec<String>) {
        let when = human_duration(cancellation.at);
        if cancellation.by == Canceller::Schedule {
            return causes.push(format!("{who} was cancelled at {when}, as the scenario says"));
        }
        if who != IT {
            causes.push(format!("{who} was cancelled"));
        }
        match cancellation.by {
            Canceller::Schedule => {}
            Canceller::Exit => {
                causes.push(format!("asyncio.run() cancelled what was left when the program ended at {when}"));
            }
            Canceller::Interrupt => causes.push(format!("Ctrl-C came at {when}")),
            Canceller::Caller | Canceller::Group => {
                // Who passed it on.
                if let Some(cause) = cancellation.cause.and_then(|cause| self.run.cancels.get(cause as usize)) {
                    self.cancellation(&self.name(cause.target), cause.cancellation, causes);
                }
            }
        }
    }

    /// Why a nested group ended with an exception: it was cancelled, or a member failed. `who` is what it is called.
    fn failure(&self, who: &str, group: Id, exception: Exception, causes: &mut Vec<String>) {
        let was_cancelled = matches!(exception.kind, ExceptionKind::Cancelled(_));
        match (self.entry(group).cancelled_by, exception.from) {
            (Some(cancellation), _) if was_cancelled => self.cancellation(who, cancellation, causes),
            (_, Some(from)) => self.origin(from, exception, causes),
            (_, None) => {}
        }
    }

    /// What raised an exception, or who cancelled what it comes from.
    fn origin(&self, from: Id, exception: Exception, causes: &mut Vec<String>) {
        let (name, entry) = (self.run.scenario.name(from).to_string(), self.entry(from));
        match (exception.kind, entry.cancelled_by) {
            (ExceptionKind::Cancelled(_), Some(cancellation)) => self.cancellation(&name, cancellation, causes),
            _ => causes.push(format!("{name} raised {}{}", self.type_name(exception), at(entry.finished))),
        }
    }

    /// Why what came of it did not reach the caller, by each list that holds it.
    fn out_of_reach(&self, id: Id, causes: &mut Vec<String>) {
        let entry = self.entry(id);
        let mut held = false;
        for holder in self.holders.of(id) {
            self.lost_on_the_way(id, holder, causes);
            held = true;
        }
        if !held {
            if let (Some(at), Fate::Swallowed) = (entry.silenced, entry.fate) {
                causes.push(format!("its cancel() at {} came too late, and silenced it", human_duration(at)));
            }
            causes.push(format!("it is no argument of {}()", self.call()));
        }
    }

    /// From list to list, outwards, up to the one that did not hand it on.
    fn lost_on_the_way(&self, id: Id, holder: Holder, causes: &mut Vec<String>) {
        let mut holder = Some(holder);
        loop {
            let group = match holder {
                None => return causes.push(format!("it is no argument of {}()", self.call())),
                Some(Holder::Call) => return self.lost_by_caller(causes),
                Some(Holder::Group(group)) => group,
            };
            let (name, entry) = (self.name(Target::Awaitable(group)), self.entry(group));
            match entry.ended {
                None if entry.created.is_none() => {
                    causes.push(format!("{name} was never made"));
                    return self.never_made(group, causes);
                }
                None => return causes.push(format!("{name} never finished")),
                Some(Ended::Raised(exception)) if exception.from != Some(id) => {
                    causes.push(format!("{name} raised {}{}", self.type_name(exception), at(entry.finished)));
                    return self.failure(&name, group, exception, causes);
                }
                Some(Ended::Raised(_)) => {
                    causes.push(format!("{name} raised it{}", at(entry.finished)));
                    if !entry.retrieved {
                        causes.push(format!("nobody asked {name} for it"));
                    }
                }
                Some(Ended::Returned(_) | Ended::Cancelled(_)) => {
                    causes.push(format!("it is in the results of {name}"));
                }
            }
            if entry.fate == Fate::Pending {
                return causes.push(format!("{name} was pending when {}() returned", self.call()));
            }
            holder = self.holders.of(group).next();
        }
    }

    /// Why the call's own arguments did not reach the caller.
    fn lost_by_caller(&self, causes: &mut Vec<String>) {
        let (run, call) = (self.run, self.call());
        let exception = match run.outcome.gave {
            Gave::Exception(exception) => exception,
            Gave::Nothing => return causes.push(format!("{call}() never returned")),
            Gave::Results(_) | Gave::Sets { .. } => return,
        };
        if let Some(moment) = self.caller_was_cancelled(exception) {
            return self.cancellation_of_caller(&moment, causes);
        }
        let raised = self.type_name(exception);
        match (exception.kind, exception.from) {
            (ExceptionKind::Misuse(_), _) => {
                causes.push(format!("{call}() raised {raised} at {}", human_duration(run.outcome.at)));
            }
            (_, from) => {
                causes.push(format!("gather() raised {raised}{}", at(run.group_finished.map(|(at, _)| at))));
                let cancel = run.cancels.iter().find(|cancel| cancel.target == Target::Group && cancel.accepted);
                match (from, cancel) {
                    (Some(from), _) => self.origin(from, exception, causes),
                    // With return_exceptions it is nobody's in particular.
                    (None, Some(cancel)) => self.cancellation("gather()", cancel.cancellation, causes),
                    (None, None) => {}
                }
            }
        }
    }

    /// Where the caller got its own `CancelledError`, and not what the call raised: when that was.
    fn caller_was_cancelled(&self, exception: Exception) -> Option<String> {
        let (run, call) = (self.run, self.call());
        let by_group = matches!(run.group_finished, Some((_, Ended::Raised(own))) if own == exception);
        match (exception.kind, run.called_at, run.awaited_at) {
            (ExceptionKind::Misuse(_), ..) => None,
            (_, None, _) => Some(format!("before it called {call}()")),
            (_, _, None) => Some(format!("before it awaited {call}()")),
            _ if call == Function::Wait => Some("while it awaited wait()".to_owned()),
            _ if by_group => None,
            _ => Some("before the outcome reached it".to_owned()),
        }
    }

    /// Who cancelled the caller before it had what it called for.
    fn cancellation_of_caller(&self, moment: &str, causes: &mut Vec<String>) {
        let first = self.run.cancels.iter().find(|cancel| cancel.target == Target::Caller && cancel.accepted);
        let Some(Cancellation { at, by, .. }) = first.map(|cancel| cancel.cancellation) else { return };
        let when = human_duration(at);
        if by == Canceller::Schedule {
            causes.push(format!("the caller was cancelled at {when}, as the scenario says, {moment}"));
        } else {
            causes.push(format!("the caller was cancelled {moment}"));
            causes.push(format!("Ctrl-C came at {when}"));
        }
    }

    /// Why it has no end.
    fn unfinished(&self, id: Id, causes: &mut Vec<String>) {
        let (run, entry) = (self.run, self.entry(id));
        if entry.created.is_none() {
            self.never_made(id, causes);
        } else if run.interrupted {
            causes.push("Ctrl-C ended the program".to_owned());
        } else if entry.cleanup.is_some() {
            causes.push("its cleanup waits for something that never comes".to_owned());
        } else if run.exited_at.is_some() {
            causes.push("the program ended, and asyncio.run() cancels only tasks".to_owned());
        } else {
            causes.push("nothing is left that could wake it".to_owned());
        }
    }

    /// Why a coroutine never became a task, or a group was never made.
    fn never_made(&self, id: Id, causes: &mut Vec<String>) {
        let (run, call) = (self.run, self.call());
        if run.called_at.is_none() {
            causes.push(format!("{call}() was never called"));
        } else if self.is_group(id) {
            return causes.push("no list names it".to_owned());
        } else {
            causes.push("nothing ever wrapped it in a task".to_owned());
        }
        match (self.holders.of(id).next(), &run.outcome.gave) {
            (Some(Holder::Group(group)), _) if run.called_at.is_some() => {
                causes.push(format!("{} was never made", self.name(Target::Awaitable(group))));
            }
            (_, Gave::Exception(_)) => self.lost_by_caller(causes),
            _ => {}
        }
    }

    fn entry(&self, id: Id) -> &Entry {
        &self.run.entries[id.index()]
    }

    fn call(&self) -> Function {
        self.run.call.function()
    }

    fn is_group(&self, id: Id) -> bool {
        matches!(self.run.scenario.awaitable(id).kind, Kind::Gather(_))
    }

    fn type_name(&self, exception: Exception) -> &'r str {
        exception.type_name(self.run.scenario)
    }

    /// What something is called in a sentence.
    fn name(&self, target: Target) -> String {
        match target {
            Target::Awaitable(id) if self.is_group(id) => format!("the group {}", self.run.scenario.name(id)),
            Target::Awaitable(id) => self.run.scenario.name(id).to_string(),
            Target::Group => "gather()".to_owned(),
            Target::Caller => "the caller".to_owned(),
        }
    }
}

/// ` at 1 s`, where there is such a moment.
fn at(moment: Option<Nanos>) -> String {
    moment.map(|moment| format!(" at {}", human_duration(moment))).unwrap_or_default()
}
