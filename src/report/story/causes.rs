//! Chains of causes: from what happened back to where it began, a short sentence each, nearest first.
//!
//! From link to link a chain follows the causes that the loop told. Only where something did *not* reach the caller, or
//! never ended, does it go from argument list to argument list: nothing happened there that could tell a cause.

use super::holders::{Holder, Holders};
use super::voice::Voice;
use crate::event::{CallId, CancelId, Canceller, Cause, Ended, Exception, ExceptionKind, Target, Why};
use crate::outcome::{AwaitableRecord, CallRecord, Cancel, Fate, Gave, Run};
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
}

impl<'r> Causes<'r> {
    /// The causes in a run.
    pub fn new(voice: Voice<'r>) -> Causes<'r> {
        Causes { voice, holders: Holders::new(voice.run) }
    }

    /// The chains of an awaitable, the nearest to the caller first; none where it ended by itself and what came of it
    /// reached the caller.
    pub fn of(&self, id: Id) -> Vec<Chain> {
        let (entry, it) = (self.entry(id), Target::Awaitable(id));
        let mut all: Vec<Chain> = Vec::new();
        if !entry.retrieved && matches!(entry.fate, Fate::Unretrieved | Fate::Pending) {
            all.push(vec![self.absent("nobody asked for its exception".to_owned())]);
        }
        match entry.fate {
            Fate::Lost | Fate::Swallowed | Fate::Unretrieved => {
                let holders: Vec<Holder> = self.holders.of(id).collect();
                all.extend(holders.iter().map(|holder| self.teller(it).lost_in(id, *holder)));
                if holders.is_empty() {
                    all.push(self.teller(it).given_to_nobody(entry));
                }
            }
            Fate::Unfinished => all.push(self.teller(it).of_unfinished(id)),
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
        let told = match &call.outcome.gave {
            None => self.teller_of_all().first_unfinished(&self.run().scenario.caller.args),
            Some(_) => self.of_outcome(call),
        };
        Some(told).into_iter().filter(|chain| !chain.is_empty()).collect()
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
    fn of_outcome(&self, call: &CallRecord) -> Chain {
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
        let exception = match call.outcome.gave {
            Some(Gave::Raised(exception) | Gave::Cancelled(exception)) => exception,
            _ => return None,
        };
        let by_group = matches!(call.settled, Some((_, Ended::Raised(own))) if own == exception);
        call.why.cancel()?;
        match (call.called, call.awaited) {
            (None, _) => Some(format!("before it called {name}")),
            (_, None) => Some(format!("before it awaited {name}")),
            _ if !call.call.options().gives_a_future() => Some(format!("while it awaited {name}")),
            _ if by_group => None,
            _ => Some("before the outcome reached it".to_owned()),
        }
    }

    fn run(&self) -> &'r Run<'r> {
        self.voice.run
    }

    fn entry(&self, id: Id) -> &'r AwaitableRecord {
        // Where awaitables were not kept, nothing is known of them.
        self.run().entries.get(id.index()).unwrap_or(&AwaitableRecord::NEW)
    }

    fn teller(&self, it: Target) -> Teller<'_, 'r> {
        Teller { causes: self, it: Some(it), now: None, said: Vec::new() }
    }

    fn teller_of_all(&self) -> Teller<'_, 'r> {
        Teller { causes: self, it: None, now: None, said: Vec::new() }
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
fn behind(why: Why, cause: Cause) -> Cause {
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

/// A chain that grows.
struct Teller<'c, 'r> {
    causes: &'c Causes<'r>,
    /// What it is about.
    it: Option<Target>,
    /// A moment that need not be said.
    now: Option<Nanos>,
    said: Chain,
}

impl<'r> Teller<'_, 'r> {
    fn from(mut self, cause: Cause) -> Chain {
        self.follow(cause);
        self.said
    }

    fn say(&mut self, text: String, event: Cause) {
        self.said.push(Link { text, event: Some(event) });
    }

    fn say_absent(&mut self, text: String) {
        self.said.push(Link { text, event: None });
    }

    /// Says what happened, and what made it happen.
    fn follow(&mut self, cause: Cause) {
        match cause {
            Cause::Cancel(id) => self.cancelled(id),
            Cause::Finish(target) => self.finished(target),
            Cause::Timeout(call) => {
                let record = &self.run().calls[call.index()];
                let when = record.timed_out.map(|at| self.at(at)).unwrap_or_default();
                self.say(format!("the timeout of {} was over{when}", record.call.options().in_text()), cause);
            }
            Cause::Call(call) => {
                let name = self.run().calls[call.index()].call.options().in_text();
                self.say(format!("{name} was given nothing to wait for"), cause);
            }
            Cause::Resume(call) => {
                self.say(self.raised_by_call(call), cause);
                if let Some(behind) = self.run().calls[call.index()].why.cause {
                    self.follow(behind);
                }
            }
            Cause::Create(_) | Cause::Start(_) | Cause::Cleanup(_) | Cause::Exit => {}
        }
    }

    /// Who cancelled something, and who cancelled that.
    fn cancelled(&mut self, id: CancelId) {
        let Cancel { at, target, by, cause, .. } = *self.run().cancel(id);
        let (who, when, event) = (self.name(target), self.at(at), Cause::Cancel(id));
        if let (Canceller::Schedule, Target::Group(_)) = (by, target) {
            return self.say(format!("group.cancel() was called{when}, as the scenario says"), event);
        }
        if by == Canceller::Schedule {
            return self.say(format!("{who} was cancelled{when}, as the scenario says"), event);
        }
        // That it was is what the chain is about.
        if self.it != Some(target) {
            self.say(format!("{who} was cancelled"), event);
        }
        match by {
            Canceller::Schedule => {}
            Canceller::Interrupt => self.say(format!("Ctrl-C came{when}"), event),
            Canceller::Exit => {
                self.say(format!("asyncio.run() cancelled what was left when the program ended{when}"), Cause::Exit);
                let ended = self.run().exited_by;
                match ended.cause {
                    Some(Cause::Resume(call)) if self.run().interrupted => {
                        if let Some(cancel) = self.run().calls[call.index()].why.cancel() {
                            self.cancelled(cancel);
                        }
                    }
                    _ => {
                        if let Some(cancel) = ended.cancel() {
                            self.cancelled(cancel);
                        }
                    }
                }
            }
            Canceller::Caller | Canceller::Group => {
                if let Some(passed_on) = cause {
                    self.follow(passed_on);
                }
            }
        }
    }

    /// How something ended, and by what.
    fn finished(&mut self, target: Target) {
        let (ended, at, why) = match target {
            Target::Awaitable(id) => {
                let entry = self.entry(id);
                (entry.ended, entry.finished, entry.why)
            }
            Target::Group(call) => {
                let record = &self.run().calls[call.index()];
                (record.settled.map(|(_, ended)| ended), record.settled.map(|(at, _)| at), record.settled_by)
            }
            Target::Caller => return,
        };
        let (name, event) = (self.name(target), Cause::Finish(target));
        let when = at.map(|at| self.at(at)).unwrap_or_default();
        match ended {
            None => {}
            Some(Ended::Returned(_)) if self.is_future(target) => self.say(format!("{name} was done{when}"), event),
            Some(Ended::Returned(_)) => self.say(format!("{name} returned{when}"), event),
            Some(Ended::Raised(exception) | Ended::Cancelled(exception)) => {
                match (exception.kind, why.cancel(), self.is_future(target)) {
                    // Who cancelled it says it all.
                    (ExceptionKind::Cancelled(_), Some(_), _) => {}
                    // A future that is to end so: by its own timer's cancel().
                    (ExceptionKind::Cancelled(_), None, true) => {
                        self.say(format!("{name} was cancelled{when}, as the scenario says"), event);
                    }
                    _ => self.say(format!("{name} raised {}{when}", self.type_name(exception)), event),
                }
                if let Some(cause) = why.cause {
                    self.follow(behind(why, cause));
                }
            }
        }
    }

    /// No list of the call's holds it.
    fn given_to_nobody(mut self, entry: &AwaitableRecord) -> Chain {
        if let (Some(cancel), Fate::Swallowed) = (entry.silenced, entry.fate) {
            let when = self.at(self.run().cancel(cancel).at);
            self.say(format!("its cancel(){when} came too late, and silenced it"), Cause::Cancel(cancel));
        }
        self.say_absent(format!("it is no argument of {}", self.call()));
        self.said
    }

    /// Why what came of it did not reach the caller: from list to list, outwards, up to the one that did not hand it on.
    fn lost_in(mut self, id: Id, holder: Holder) -> Chain {
        let (mut holder, mut member) = (Some(holder), id);
        loop {
            let group = match holder {
                None => {
                    self.say_absent(format!("it is no argument of {}", self.call()));
                    return self.said;
                }
                Some(Holder::Call) => {
                    self.lost_by_caller(member);
                    return self.said;
                }
                Some(Holder::Group(group)) => group,
            };
            let (name, entry) = (self.name(Target::Awaitable(group)), self.entry(group));
            let finish = Cause::Finish(Target::Awaitable(group));
            match entry.ended {
                None if entry.created.is_none() => {
                    self.say_absent(format!("{name} was never made"));
                    self.never_made(group);
                    return self.said;
                }
                None => {
                    self.say_absent(format!("{name} never finished"));
                    self.waits_for(group);
                    return self.said;
                }
                Some(ended @ Ended::Raised(exception)) => {
                    let own = self.entry(member).ended == Some(ended) || exception.from == Some(member);
                    let when = entry.finished.map(|at| self.at(at)).unwrap_or_default();
                    if !own {
                        self.say(format!("{name} raised {}{when}", self.type_name(exception)), finish);
                        if let Some(cause) = entry.why.cause {
                            self.follow(behind(entry.why, cause));
                        }
                        return self.said;
                    }
                    self.say(format!("{name} raised it{when}"), finish);
                    if !entry.retrieved {
                        self.say_absent(format!("nobody asked {name} for it"));
                    }
                }
                Some(Ended::Returned(_) | Ended::Cancelled(_)) => {
                    self.say(format!("it is in the results of {name}"), finish);
                }
            }
            if entry.fate == Fate::Pending {
                self.say(format!("{name} was pending when {} returned", self.call()), Cause::Resume(CallId::MAIN));
                return self.said;
            }
            member = group;
            holder = self.causes.holders.of(group).next();
        }
    }

    /// Why one of the call's own arguments did not reach the caller.
    fn lost_by_caller(&mut self, argument: Id) {
        let (run, call) = (self.run(), self.call());
        let main = run.main();
        let exception = match main.outcome.gave {
            Some(Gave::Raised(exception) | Gave::Cancelled(exception)) => exception,
            None => {
                self.say_absent(format!("{call} never returned"));
                return self.first_unfinished_of(&run.scenario.caller.args);
            }
            Some(Gave::Results(_) | Gave::Sets { .. }) => return,
        };
        if self.causes.caller_was_cancelled(main).is_some() {
            // The group may have failed by then, and nobody heard of it.
            if let Some((finished, ended @ Ended::Raised(own))) = main.settled {
                let (when, event) = (self.at(finished), Cause::Finish(Target::Group(CallId::MAIN)));
                if self.entry(argument).ended == Some(ended) || own.from == Some(argument) {
                    self.say(format!("the group of {call} raised it{when}"), event);
                } else {
                    self.say(format!("the group of {call} raised {}{when}", self.type_name(own)), event);
                    if let Some(cause) = main.settled_by.cause {
                        self.follow(behind(main.settled_by, cause));
                    }
                }
            }
        } else {
            let text = match main.settled {
                Some((finished, _)) if finished < main.outcome.at => {
                    format!("the group of {call} raised {}{}", self.type_name(exception), self.at(finished))
                }
                _ => self.raised_by_call(CallId::MAIN),
            };
            self.say(text, Cause::Resume(CallId::MAIN));
        }
        self.said.extend(self.causes.of_outcome(main));
    }

    fn raised_by_call(&self, call: CallId) -> String {
        let record = &self.run().calls[call.index()];
        let (name, when) = (record.call.options().in_text(), self.at(record.outcome.at));
        match record.outcome.gave {
            Some(Gave::Raised(exception) | Gave::Cancelled(exception)) => {
                format!("{name} raised {}{when}", self.type_name(exception))
            }
            _ => format!("{name} returned{when}"),
        }
    }

    fn of_unfinished(mut self, id: Id) -> Chain {
        self.unfinished(id);
        self.said
    }

    /// Why it has no end.
    fn unfinished(&mut self, id: Id) {
        let (run, entry) = (self.run(), self.entry(id));
        if entry.created.is_none() {
            self.never_made(id);
        } else if run.interrupted {
            self.say_absent("Ctrl-C ended the program".to_owned());
        } else if entry.cleanup.is_some() {
            let its = match self.it {
                Some(Target::Awaitable(it)) if it == id => "its".to_owned(),
                _ => format!("{}'s", self.causes.voice.name(id)),
            };
            self.say_absent(format!("{its} cleanup waits for something that never comes"));
        } else if run.exited_at.is_some() {
            self.say("the program ended, and asyncio.run() cancels only tasks".to_owned(), Cause::Exit);
        } else if self.causes.voice.is_group(id) {
            self.waits_for(id);
        } else if self.it == Some(Target::Awaitable(id)) {
            self.say_absent("nothing is left that could wake it".to_owned());
        }
    }

    /// What keeps a group from its end.
    fn waits_for(&mut self, group: Id) {
        self.first_unfinished_of(self.run().scenario.awaitable(group).kind.members());
    }

    fn first_unfinished(mut self, list: &[Ids]) -> Chain {
        self.first_unfinished_of(list);
        self.said
    }

    /// The first of a list that never finishes, and why it does not.
    fn first_unfinished_of(&mut self, list: &[Ids]) {
        let unfinished = |id: &Id| self.entry(*id).ended.is_none() && self.entry(*id).created.is_some();
        let Some(first) = list.iter().cloned().flatten().map(Id).find(unfinished) else { return };
        self.say_absent(format!("{} never finishes", self.name(Target::Awaitable(first))));
        self.unfinished(first);
        if let Some(caught) = self.entry(first).caught {
            self.cancelled(caught);
        }
    }

    /// Why a coroutine never became a task, or a group was never made.
    fn never_made(&mut self, id: Id) {
        let (run, call) = (self.run(), self.call());
        let holder = self.causes.holders.of(id).next();
        if run.main().called.is_none() {
            self.say_absent(format!("{call} was never called"));
        } else {
            match holder {
                Some(Holder::Group(group)) => {
                    return self.say_absent(format!("{} was never made", self.name(Target::Awaitable(group))));
                }
                Some(Holder::Call) if !self.causes.voice.is_group(id) => {
                    self.say_absent("nothing ever wrapped it in a task".to_owned());
                }
                _ => return self.say_absent("no list names it".to_owned()),
            }
        }
        if let Some(Gave::Raised(_) | Gave::Cancelled(_)) = run.outcome().gave {
            self.lost_by_caller(id);
        }
    }

    fn run(&self) -> &'r Run<'r> {
        self.causes.run()
    }

    fn entry(&self, id: Id) -> &'r AwaitableRecord {
        self.causes.entry(id)
    }

    /// What the call is called in a sentence.
    fn call(&self) -> &'static str {
        self.causes.voice.function()
    }

    fn is_future(&self, target: Target) -> bool {
        match target {
            Target::Awaitable(id) => self.run().scenario.awaitable(id).kind.is_future(),
            Target::Group(_) | Target::Caller => false,
        }
    }

    fn type_name(&self, exception: Exception) -> &'r str {
        exception.type_name(self.run().scenario)
    }

    fn name(&self, target: Target) -> String {
        self.causes.voice.target(target, self.it)
    }

    /// ` at 1 s`.
    fn at(&self, moment: Nanos) -> String {
        if self.now == Some(moment) { String::new() } else { format!(" at {}", self.causes.voice.time(moment)) }
    }
}
