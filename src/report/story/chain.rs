//! One chain of causes, from what happened back to where it began.

use super::causes::{Causes, Chain, Link, behind};
use super::holders::Holder;
use crate::event::{CallId, CancelId, Canceller, Cause, Ended, Exception, ExceptionKind, Target};
use crate::outcome::{AwaitableRecord, Cancel, Fate, Gave, Run};
use crate::scenario::{Id, Ids, Nanos};

/// So many are named that never finish.
const NAMES: usize = 3;

/// A chain that grows.
pub struct Teller<'c, 'r> {
    pub causes: &'c Causes<'r>,
    /// What it is about.
    pub it: Option<Target>,
    /// A moment that need not be said.
    pub now: Option<Nanos>,
    /// What has been said so far.
    pub said: Chain,
    /// The chains before it that are about the same.
    pub before: Vec<Chain>,
}

impl<'r> Teller<'_, 'r> {
    /// The whole chain of a cause.
    pub fn from(mut self, cause: Cause) -> Chain {
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
    pub fn follow(&mut self, cause: Cause) {
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
        if self.it != Some(target) || !self.said.is_empty() {
            self.say(format!("{who} was cancelled"), event);
        }
        match by {
            Canceller::Schedule => {}
            Canceller::Interrupt => self.say(format!("Ctrl-C came{when}"), event),
            Canceller::Exit => {
                self.say(format!("asyncio.run() cancelled what was left when the program ended{when}"), Cause::Exit);
                let ended = self.run().exited_by;
                match ended.cause {
                    Some(Cause::Resume(call)) => {
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
    pub fn given_to_nobody(mut self, entry: &AwaitableRecord) -> Chain {
        if let (Some(cancel), Fate::Swallowed) = (entry.silenced, entry.fate) {
            self.said.push(self.silenced(cancel));
        }
        self.say_absent(format!("it is no argument of {}", self.call()));
        self.said
    }

    /// A `.cancel()` that came when it had raised already.
    pub fn silenced(&self, cancel: CancelId) -> Link {
        let text = format!("its cancel(){} came too late, and silenced it", self.at(self.run().cancel(cancel).at));
        Link { text, event: Some(Cause::Cancel(cancel)) }
    }

    /// Why what came of it did not reach the caller: from list to list, outwards, up to the one that did not hand it on.
    pub fn lost_in(&mut self, id: Id, holder: Holder) {
        let (mut holder, mut member) = (Some(holder), id);
        loop {
            let group = match holder {
                None => {
                    return self.say_absent(format!("it is no argument of {}", self.call()));
                }
                Some(Holder::Call) => {
                    return self.lost_by_caller(member);
                }
                Some(Holder::Group(group)) => group,
            };
            let (name, entry) = (self.name(Target::Awaitable(group)), self.entry(group));
            let finish = Cause::Finish(Target::Awaitable(group));
            match entry.ended {
                None if entry.created.is_none() => {
                    self.say_absent(format!("{name} was never made"));
                    return self.never_made(group);
                }
                None => {
                    self.say_absent(format!("{name} never finished"));
                    return self.waits_for(group);
                }
                Some(ended @ Ended::Raised(exception)) => {
                    let own = self.entry(member).ended == Some(ended) || exception.from == Some(member);
                    let when = entry.finished.map(|at| self.at(at)).unwrap_or_default();
                    if !own {
                        self.say(format!("{name} raised {}{when}", self.type_name(exception)), finish);
                        if let Some(cause) = entry.why.cause {
                            self.follow(behind(entry.why, cause));
                        }
                        return;
                    }
                    self.say(format!("{name} raised it{when}"), finish);
                    if !entry.retrieved {
                        self.say_absent(format!("nobody asked {name} for it"));
                    }
                    self.begin_another();
                }
                Some(Ended::Returned(_) | Ended::Cancelled(_)) => {
                    self.say_absent(format!("it is in the results of {name}"));
                }
            }
            if entry.fate == Fate::Pending {
                self.say(format!("{name} was pending when {} returned", self.call()), Cause::Resume(CallId::MAIN));
                return;
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
            self.said.extend(self.causes.of_outcome(main));
            return self.unheard(argument);
        }
        match main.settled {
            Some((finished, _)) if finished < main.outcome.at => {
                let text = format!("the group of {call} raised {}{}", self.type_name(exception), self.at(finished));
                self.say(text, Cause::Finish(Target::Group(CallId::MAIN)));
            }
            _ => self.say(self.raised_by_call(CallId::MAIN), Cause::Resume(CallId::MAIN)),
        }
        self.said.extend(self.causes.of_outcome(main));
    }

    /// What the group of the call had raised when its caller was cancelled: a chain of its own.
    fn unheard(&mut self, argument: Id) {
        self.begin_another();
        let (call, main) = (self.call(), self.run().main());
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
    }

    /// What comes next is no cause of what was said last.
    fn begin_another(&mut self) {
        self.before.push(std::mem::take(&mut self.said));
    }

    /// All chains.
    pub fn all(mut self) -> Vec<Chain> {
        self.begin_another();
        self.before
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

    /// The chains of something that has no end.
    pub fn of_unfinished(mut self, id: Id) -> Vec<Chain> {
        self.unfinished(id);
        self.all()
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

    /// The chain of something that never finishes.
    pub fn never_finishes(mut self, id: Id) -> Chain {
        self.say_that_it_never_finishes(id);
        self.said
    }

    /// What never finishes of a list; and where that is one, why it does not.
    fn first_unfinished_of(&mut self, list: &[Ids]) {
        let all = self.causes.unfinished(list);
        let Some(first) = all.first().copied() else { return };
        if all.len() > 1 {
            return self.say_absent(format!("{} never finish", self.causes.voice.names(&all, all.len(), NAMES)));
        }
        self.say_that_it_never_finishes(first);
    }

    fn say_that_it_never_finishes(&mut self, id: Id) {
        self.say_absent(format!("{} never finishes", self.name(Target::Awaitable(id))));
        self.unfinished(id);
        if let Some(caught) = self.entry(id).caught {
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
