//! One chain of causes, from what happened to one awaitable to where it began.

use crate::event::{Canceller, Ended, Exception, ExceptionKind, Target};
use crate::outcome::{AwaitableRecord, Cancel, Cancellation, Fate, Gave, Run};
use crate::report::duration::human_duration;
use crate::scenario::{Id, Ids, Kind, Nanos, Then};

use super::Causes;
use super::holders::Holder;

/// A chain that grows.
pub struct Chain<'c> {
    causes: &'c Causes<'c>,
    /// Whose it is: `it`.
    id: Id,
    said: Vec<String>,
}

impl<'c> Chain<'c> {
    /// Every chain of an awaitable, the nearest to the caller first, with what is said before it where it is not the
    /// first.
    pub fn all_of(causes: &'c Causes<'c>, id: Id) -> Vec<(Option<String>, Vec<String>)> {
        let told = |beginning: Option<&str>, tell: &dyn Fn(&mut Chain<'c>)| {
            let mut chain = Chain { causes, id, said: Vec::new() };
            tell(&mut chain);
            (beginning.map(str::to_owned), chain.said)
        };
        let entry = &causes.run.entries[id.index()];
        let mut all = Vec::new();
        if !entry.retrieved && matches!(entry.fate, Fate::Unretrieved | Fate::Pending) {
            all.push((None, vec!["nobody asked for its exception".to_owned()]));
        }
        match entry.fate {
            Fate::Lost | Fate::Swallowed | Fate::Unretrieved => {
                let holders: Vec<Holder> = causes.holders.of(id).collect();
                all.extend(holders.iter().map(|holder| told(None, &|chain| chain.lost_in(*holder))));
                if holders.is_empty() {
                    all.push(told(None, &|chain| chain.given_to_nobody()));
                }
            }
            Fate::Unfinished => all.push(told(None, &|chain| chain.unfinished(id))),
            Fate::Raised | Fate::Delivered | Fate::Done | Fate::Pending | Fate::Cancelled => {}
        }
        if let Some(Ended::Raised(exception)) = entry.ended
            && is_group(causes.run, id)
        {
            all.push(told(None, &|chain| chain.failure(id, exception)));
        }
        let mut again = None;
        if let Some(second) = entry.cancelled_again {
            let beginning = "it was cancelled again while it cleaned up";
            let (_, mut causes) = told(None, &|chain| chain.cancellation(Target::Awaitable(id), second));
            causes.insert(0, beginning.to_owned());
            all.push((None, causes));
            again = Some("it was cancelled the first time");
        }
        // One that came too late is no cause: what the body does on a cancellation did not come to pass.
        let took_effect = entry.cleanup.is_some()
            || !matches!(entry.ended, Some(Ended::Returned(_) | Ended::Raised(_)))
            || is_group(causes.run, id);
        if let Some(first) = entry.cancelled_by
            && took_effect
        {
            let beginning = match first.by {
                Canceller::Schedule => None,
                _ => Some(again.unwrap_or("it was cancelled")),
            };
            all.push(told(beginning, &|chain| chain.cancellation(Target::Awaitable(id), first)));
        }
        all
    }

    fn run(&self) -> &'c Run<'c> {
        self.causes.run
    }

    fn say(&mut self, cause: String) {
        self.said.push(cause);
    }

    /// Who cancelled something, and who cancelled that.
    fn cancellation(&mut self, target: Target, cancellation: Cancellation) {
        let (who, when) = (self.name(target), human_duration(cancellation.at));
        if cancellation.by == Canceller::Schedule {
            return self.say(format!("{who} was cancelled at {when}, as the scenario says"));
        }
        // That it was is what the chain is about.
        if target != Target::Awaitable(self.id) {
            self.say(format!("{who} was cancelled"));
        }
        match cancellation.by {
            Canceller::Schedule => {}
            Canceller::Exit => {
                self.say(format!("asyncio.run() cancelled what was left when the program ended at {when}"));
                self.early_end();
            }
            Canceller::Interrupt => self.say(format!("Ctrl-C came at {when}")),
            Canceller::Caller | Canceller::Group => {
                // Who passed it on.
                if let Some(cause) = cancellation.cause.and_then(|cause| self.run().cancels.get(cause as usize)) {
                    self.cancellation(cause.target, cause.cancellation);
                }
            }
        }
    }

    /// A program that was to let everything finish ends before that only where its caller is cancelled.
    fn early_end(&mut self) {
        let run = self.run();
        if (run.interrupted || run.scenario.caller.then == Then::Finish)
            && let Some(Cancel { target, cancellation, .. }) = self.cancel_of(Target::Caller)
        {
            self.cancellation(*target, *cancellation);
        }
    }

    /// What a nested group ended by.
    fn failure(&mut self, group: Id, exception: Exception) {
        let was_cancelled = matches!(exception.kind, ExceptionKind::Cancelled(_));
        match self.entry(group).cancelled_by {
            Some(cancellation) if was_cancelled => self.cancellation(Target::Awaitable(group), cancellation),
            _ => self.origin(exception),
        }
    }

    /// What raised an exception, or who cancelled what it comes from.
    fn origin(&mut self, exception: Exception) {
        match (exception.from, exception.group) {
            (Some(from), _) => {
                let entry = self.entry(from);
                match (exception.kind, entry.cancelled_by) {
                    (ExceptionKind::Cancelled(_), Some(cancellation)) => {
                        self.cancellation(Target::Awaitable(from), cancellation);
                    }
                    // A future that is to end so: by its own timer's cancel().
                    (ExceptionKind::Cancelled(_), None) if self.is_future(from) => {
                        let name = self.name(Target::Awaitable(from));
                        self.say(format!("{name} was cancelled{}, as the scenario says", at(entry.finished)));
                    }
                    _ => {
                        let name = self.name(Target::Awaitable(from));
                        self.say(format!("{name} raised {}{}", self.type_name(exception), at(entry.finished)));
                    }
                }
            }
            (None, Some(Target::Awaitable(group))) => {
                if let Some(cancellation) = self.entry(group).cancelled_by {
                    self.cancellation(Target::Awaitable(group), cancellation);
                }
            }
            (None, Some(target)) => {
                if let Some(cancel) = self.cancel_of(target) {
                    self.cancellation(target, cancel.cancellation);
                }
            }
            (None, None) => {}
        }
    }

    /// No list of the call's holds it.
    fn given_to_nobody(&mut self) {
        let entry = self.entry(self.id);
        if let (Some(moment), Fate::Swallowed) = (entry.silenced, entry.fate) {
            self.say(format!("its cancel() at {} came too late, and silenced it", human_duration(moment)));
        }
        self.say(format!("it is no argument of {}", self.call()));
    }

    /// Why what came of it did not reach the caller: from list to list, outwards, up to the one that did not hand it on.
    fn lost_in(&mut self, holder: Holder) {
        let (mut holder, mut member) = (Some(holder), self.id);
        loop {
            let group = match holder {
                None => return self.say(format!("it is no argument of {}", self.call())),
                Some(Holder::Call) => return self.lost_by_caller(member),
                Some(Holder::Group(group)) => group,
            };
            let (name, entry) = (self.name(Target::Awaitable(group)), *self.entry(group));
            match entry.ended {
                None if entry.created.is_none() => {
                    self.say(format!("{name} was never made"));
                    return self.never_made(group);
                }
                None => {
                    self.say(format!("{name} never finished"));
                    return self.waits_for(group);
                }
                Some(ended @ Ended::Raised(exception)) => {
                    let own = self.entry(member).ended == Some(ended) || exception.from == Some(member);
                    if !own {
                        self.say(format!("{name} raised {}{}", self.type_name(exception), at(entry.finished)));
                        return self.failure(group, exception);
                    }
                    self.say(format!("{name} raised it{}", at(entry.finished)));
                    if !entry.retrieved {
                        self.say(format!("nobody asked {name} for it"));
                    }
                }
                Some(Ended::Returned(_) | Ended::Cancelled(_)) => self.say(format!("it is in the results of {name}")),
            }
            if entry.fate == Fate::Pending {
                return self.say(format!("{name} was pending when {} returned", self.call()));
            }
            member = group;
            holder = self.causes.holders.of(group).next();
        }
    }

    /// Why one of the call's own arguments did not reach the caller.
    fn lost_by_caller(&mut self, argument: Id) {
        let (run, call) = (self.run(), self.call());
        let exception = match run.outcome().gave {
            Some(Gave::Raised(exception) | Gave::Cancelled(exception)) => exception,
            None => {
                self.say(format!("{call} never returned"));
                return self.first_unfinished(&run.scenario.caller.args);
            }
            Some(Gave::Results(_) | Gave::Sets { .. }) => return,
        };
        if let Some(moment) = self.caller_was_cancelled(exception) {
            // The group may have failed by then, and nobody heard of it.
            if let Some((finished, ended @ Ended::Raised(own))) = run.main().settled {
                let when = human_duration(finished);
                if self.entry(argument).ended == Some(ended) || own.from == Some(argument) {
                    self.say(format!("the group of {call} raised it at {when}"));
                } else {
                    self.say(format!("the group of {call} raised {} at {when}", self.type_name(own)));
                    self.origin(own);
                }
            }
            return self.cancellation_of_caller(&moment);
        }
        let raised = self.type_name(exception);
        if matches!(exception.kind, ExceptionKind::Misuse(_)) {
            return self.say(format!("{call} raised {raised} at {}", human_duration(run.outcome().at)));
        }
        match run.main().settled {
            Some((finished, _)) if finished < run.outcome().at => {
                self.say(format!("the group of {call} raised {raised} at {}", human_duration(finished)));
            }
            _ => self.say(format!("{call} raised {raised} at {}", human_duration(run.outcome().at))),
        }
        self.origin(exception);
    }

    /// Where the caller got its own `CancelledError`, and not what the call raised: when that was.
    fn caller_was_cancelled(&self, exception: Exception) -> Option<String> {
        let (run, call) = (self.run(), self.call());
        let by_group = matches!(run.main().settled, Some((_, Ended::Raised(own))) if own == exception);
        match (exception.kind, run.main().called, run.main().awaited) {
            (ExceptionKind::Misuse(_), ..) => None,
            (_, None, _) => Some(format!("before it called {call}")),
            (_, _, None) => Some(format!("before it awaited {call}")),
            _ if !run.call.options().gives_a_future() => Some(format!("while it awaited {call}")),
            _ if by_group => None,
            _ => Some("before the outcome reached it".to_owned()),
        }
    }

    /// Who cancelled the caller before it had what it called for.
    fn cancellation_of_caller(&mut self, moment: &str) {
        let Some(Cancellation { at, by, .. }) = self.cancel_of(Target::Caller).map(|cancel| cancel.cancellation) else {
            return;
        };
        let when = human_duration(at);
        if by == Canceller::Schedule {
            self.say(format!("the caller was cancelled at {when}, as the scenario says, {moment}"));
        } else {
            self.say(format!("the caller was cancelled {moment}"));
            self.say(format!("Ctrl-C came at {when}"));
        }
    }

    /// Why it has no end.
    fn unfinished(&mut self, id: Id) {
        let (run, entry) = (self.run(), self.entry(id));
        if entry.created.is_none() {
            self.never_made(id);
        } else if run.interrupted {
            self.say("Ctrl-C ended the program".to_owned());
        } else if entry.cleanup.is_some() {
            self.say(format!("{} cleanup waits for something that never comes", self.its(id)));
        } else if run.exited_at.is_some() {
            self.say("the program ended, and asyncio.run() cancels only tasks".to_owned());
        } else if self.is_group(id) {
            self.waits_for(id);
        } else if id == self.id {
            self.say("nothing is left that could wake it".to_owned());
        }
    }

    /// What keeps a group from its end.
    fn waits_for(&mut self, group: Id) {
        if let Kind::Gather(group) = &self.run().scenario.awaitable(group).kind {
            self.first_unfinished(&group.members);
        }
    }

    /// The first of a list that never finishes, and why it does not.
    fn first_unfinished(&mut self, list: &[Ids]) {
        let unfinished = |id: &Id| self.entry(*id).ended.is_none() && self.entry(*id).created.is_some();
        let Some(first) = list.iter().cloned().flatten().map(Id).find(unfinished) else { return };
        self.say(format!("{} never finishes", self.name(Target::Awaitable(first))));
        self.unfinished(first);
        if let (Some(_), Some(cancelled)) = (self.entry(first).cleanup, self.entry(first).cancelled_by) {
            self.cancellation(Target::Awaitable(first), cancelled);
        }
    }

    /// Why a coroutine never became a task, or a group was never made.
    fn never_made(&mut self, id: Id) {
        let (run, call) = (self.run(), self.call());
        let holder = self.causes.holders.of(id).next();
        if run.main().called.is_none() {
            self.say(format!("{call} was never called"));
        } else if self.is_group(id) || holder.is_none() {
            return self.say("no list names it".to_owned());
        } else {
            self.say("nothing ever wrapped it in a task".to_owned());
        }
        match (holder, &run.outcome().gave) {
            (Some(Holder::Group(group)), _) if run.main().called.is_some() => {
                self.say(format!("{} was never made", self.name(Target::Awaitable(group))));
            }
            (_, Some(Gave::Raised(_) | Gave::Cancelled(_))) => self.lost_by_caller(id),
            _ => {}
        }
    }

    /// The first `.cancel()` of the caller or its group that was accepted.
    fn cancel_of(&self, target: Target) -> Option<&'c Cancel> {
        self.run().cancels.iter().find(|cancel| cancel.target == target && cancel.accepted)
    }

    fn entry(&self, id: Id) -> &'c AwaitableRecord {
        &self.run().entries[id.index()]
    }

    /// What the call is called in a sentence.
    fn call(&self) -> &'static str {
        self.run().call.options().in_text()
    }

    fn is_group(&self, id: Id) -> bool {
        is_group(self.run(), id)
    }

    fn is_future(&self, id: Id) -> bool {
        matches!(self.run().scenario.awaitable(id).kind, Kind::Future(_))
    }

    fn type_name(&self, exception: Exception) -> &'c str {
        exception.type_name(self.run().scenario)
    }

    /// What something is called in a sentence.
    fn name(&self, target: Target) -> String {
        match target {
            Target::Awaitable(id) if id == self.id => "it".to_owned(),
            Target::Awaitable(id) if self.is_group(id) => format!("the group {}", self.run().scenario.name(id)),
            Target::Awaitable(id) => self.run().scenario.name(id).to_string(),
            Target::Group(call) => self.run().calls[call.index()].call.options().in_text().to_owned(),
            Target::Caller => "the caller".to_owned(),
        }
    }

    /// `its`, or `upload's`.
    fn its(&self, id: Id) -> String {
        if id == self.id { "its".to_owned() } else { format!("{}'s", self.run().scenario.name(id)) }
    }
}

fn is_group(run: &Run<'_>, id: Id) -> bool {
    matches!(run.scenario.awaitable(id).kind, Kind::Gather(_))
}

/// ` at 1 s`, where there is such a moment.
fn at(moment: Option<Nanos>) -> String {
    moment.map(|moment| format!(" at {}", human_duration(moment))).unwrap_or_default()
}
