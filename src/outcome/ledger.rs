//! The fold that turns a run's events into a [`Run`].

use std::collections::HashMap;

use crate::event::{Canceller, End, Ended, Event, Exception, Got, Item, Listener, Reason, Returned, Target, What};
use crate::scenario::{Call, End as BodyEnd, Id, Kind, Nanos, Python, Scenario, Status};

use super::{Cancel, Cancellation, Entry, Fate, Gave, Outcome, Run, has_body};

/// Listens to one run. [`Ledger::finish`] closes the books.
#[derive(Debug)]
pub struct Ledger<'s> {
    run: Run<'s>,
    resumed: bool,
    /// By id: the scenario's own `.cancel()` came.
    scheduled_cancels: Vec<bool>,
    /// Where in [`Run::cancels`] the latest of each target stands: what it passes on comes right behind it.
    latest_cancels: HashMap<Target, u32>,
}

impl<'s> Ledger<'s> {
    /// A ledger of a run that is about to begin.
    pub fn new(scenario: &'s Scenario, call: Call, python: Python) -> Ledger<'s> {
        let run = Run {
            scenario,
            call,
            python,
            outcome: Outcome { status: Status::Hangs, at: Nanos::ZERO, gave: Gave::Nothing },
            entries: vec![Entry::NEW; scenario.len()],
            nested: Default::default(),
            group_finished: None,
            called_at: None,
            awaited_at: None,
            timed_out_at: None,
            checks: Vec::new(),
            cancels: Vec::new(),
            exited_at: None,
            ended_at: Nanos::ZERO,
            interrupted: false,
            warnings: Vec::new(),
            logs: Vec::new(),
            notes: Vec::new(),
        };
        let scheduled_cancels = vec![false; scenario.len()];
        Ledger { run, resumed: false, scheduled_cancels, latest_cancels: HashMap::new() }
    }

    /// A ledger that keeps the call's outcome, and what Python prints, but no entry for any awaitable.
    pub fn brief(scenario: &'s Scenario, call: Call, python: Python) -> Ledger<'s> {
        let mut ledger = Ledger::new(scenario, call, python);
        ledger.run.entries = Vec::new();
        ledger
    }

    /// The finished run.
    pub fn finish(mut self, end: &End) -> Run<'s> {
        self.run.ended_at = end.at;
        self.run.interrupted = end.interrupted;
        if !self.resumed {
            self.run.outcome.at = end.at;
            self.take_states();
        }
        // What asyncio.run() logs at its end nobody asked for either.
        let unhandled: Vec<Target> = self.run.logs.iter().map(|(_, target)| *target).collect();
        for target in end.unretrieved.iter().chain(&unhandled) {
            if let Target::Awaitable(id) = target {
                self.note(*id, |entry| entry.retrieved = false);
            }
        }
        if !self.run.entries.is_empty() {
            self.assign_fates();
        }
        self.take_notes(end.reason);
        self.run
    }

    /// Writes into an awaitable's line, where lines are kept.
    fn note(&mut self, id: Id, write: impl FnOnce(&mut Entry)) {
        if let Some(entry) = self.run.entries.get_mut(id.index()) {
            write(entry);
        }
    }

    fn take_states(&mut self) {
        if self.run.entries.is_empty() {
            return;
        }
        for awaitable in &self.run.scenario.awaitables {
            let has_body = has_body(&awaitable.kind);
            for entry in &mut self.run.entries[awaitable.ids.start as usize..awaitable.ids.end as usize] {
                entry.at_return = entry.state(has_body);
            }
        }
    }

    /// Every awaitable has one fate; the first that applies, in the order of this function.
    fn assign_fates(&mut self) {
        for entry in &mut self.run.entries {
            entry.fate = match entry.ended {
                None => Fate::Unfinished,
                Some(Ended::Returned(_)) => Fate::Lost,
                Some(Ended::Cancelled(_)) => Fate::Cancelled,
                Some(Ended::Raised(_)) if entry.retrieved => Fate::Swallowed,
                Some(Ended::Raised(_)) => Fate::Unretrieved,
            };
        }
        match std::mem::replace(&mut self.run.outcome.gave, Gave::Nothing) {
            Gave::Nothing => {}
            Gave::Results(items) => {
                self.deliver(&items);
                self.run.outcome.gave = Gave::Results(items);
            }
            Gave::Sets { done, pending } => {
                for id in &done {
                    if let Some(ended) = self.run.entries[id.index()].ended {
                        self.deliver_inside(*id, ended);
                    }
                }
                for (ids, fate) in [(&done, Fate::Done), (&pending, Fate::Pending)] {
                    for id in ids {
                        self.run.entries[id.index()].fate = fate;
                    }
                }
                self.run.outcome.gave = Gave::Sets { done, pending };
            }
            Gave::Exception(exception) => {
                self.pass_through_groups(exception);
                if let Some(id) = exception.from {
                    self.run.entries[id.index()].fate = Fate::Raised;
                }
                self.run.outcome.gave = Gave::Exception(exception);
            }
        }
    }

    fn deliver(&mut self, items: &[Item]) {
        for item in items {
            // Once is enough: groups that hold each other's groups twice have more paths than anybody can walk.
            let fate = &mut self.run.entries[item.awaitable.index()].fate;
            if std::mem::replace(fate, Fate::Delivered) != Fate::Delivered {
                self.deliver_inside(item.awaitable, item.ended);
            }
        }
    }

    /// What an awaitable that reached the caller holds: a nested group's results, or the exception of a member.
    fn deliver_inside(&mut self, id: Id, ended: Ended) {
        match ended {
            Ended::Returned(Returned::Nested(group)) => {
                if let Some(items) = self.run.nested.remove(&group.0) {
                    self.deliver(&items);
                    self.run.nested.insert(group.0, items);
                }
            }
            Ended::Raised(exception) if self.is_group(id) => {
                self.pass_through_groups(exception);
                if let Some(from) = exception.from {
                    self.run.entries[from.index()].fate = Fate::Delivered;
                }
            }
            _ => {}
        }
    }

    /// Nested groups that ended with the very exception that reached the caller have delivered what they had.
    fn pass_through_groups(&mut self, exception: Exception) {
        if exception.from.is_none() {
            return;
        }
        let scenario = self.run.scenario;
        for awaitable in scenario.awaitables.iter().filter(|awaitable| matches!(awaitable.kind, Kind::Gather(_))) {
            let entry = &mut self.run.entries[awaitable.ids.start as usize];
            if entry.ended == Some(Ended::Raised(exception)) {
                entry.fate = Fate::Delivered;
            }
        }
    }

    fn is_group(&self, id: Id) -> bool {
        matches!(self.run.scenario.awaitable(id).kind, Kind::Gather(_))
    }

    fn take_notes(&mut self, reason: Reason) {
        let run = &self.run;
        let scenario = run.scenario;
        let because = match reason {
            Reason::Finished => format!("the program ended at {} s", run.ended_at),
            Reason::Stuck => format!("nothing happens any more after {} s", run.ended_at),
            Reason::Interrupted | Reason::Abandoned => format!("the program was ended at {} s", run.ended_at),
        };
        let mut notes = Vec::new();
        for awaitable in &scenario.awaitables {
            let Some(cancel) = &awaitable.cancel else { continue };
            let came = &self.scheduled_cancels[awaitable.ids.start as usize..awaitable.ids.end as usize];
            if came.iter().any(|came| !came) {
                notes.push(format!("cancel of {} at {} s: {because}", awaitable.name, cancel.at));
            }
        }
        let scheduled =
            |target| run.cancels.iter().any(|one| one.target == target && one.cancellation.by == Canceller::Schedule);
        if let Some(moment) = scenario.caller.cancel_at
            && !scheduled(Target::Caller)
        {
            notes.push(format!("cancel of the caller at {moment} s: {because}"));
        }
        if let Some(moment) = scenario.caller.call_at
            && run.called_at.is_none()
        {
            notes.push(format!("call at {moment} s: {because}"));
        }
        if let Some(moment) = scenario.caller.await_at
            && run.awaited_at.is_none()
        {
            let missed = if run.called_at.is_none() { "the call was never made" } else { &because };
            notes.push(format!("await at {moment} s: {missed}"));
        }
        if let Call::Gather(_) = run.call {
            let missed = if run.called_at.is_none() { "the call was never made" } else { &because };
            if let Some(moment) = scenario.caller.cancel_group_at
                && !scheduled(Target::Group)
            {
                notes.push(format!("cancel of the group at {moment} s: {missed}"));
            }
            // Timers fire in order, so those that are missing are the latest.
            let mut moments = scenario.caller.check_done_at.clone();
            moments.sort();
            notes.extend(moments.iter().skip(run.checks.len()).map(|moment| format!("check at {moment} s: {missed}")));
        }
        if run.python == Python::V3_8 {
            for awaitable in &scenario.awaitables {
                let came = &self.scheduled_cancels[awaitable.ids.start as usize..awaitable.ids.end as usize];
                let by_key = awaitable.cancel.as_ref().is_some_and(|cancel| cancel.message.is_some())
                    && came.iter().any(|came| *came);
                let by_future = matches!(&awaitable.kind, Kind::Future(settlement) if matches!(&settlement.end,
                    BodyEnd::Raises(raised) if raised.is_cancelled_error() && raised.message.is_some()));
                if by_key || by_future {
                    notes.push(format!(
                        "the message for cancelling {} is left out: cancel() takes none in Python 3.8",
                        awaitable.name
                    ));
                }
            }
        }
        self.run.notes = notes;
    }

    fn cancelled(&mut self, target: Target, accepted: bool, cancellation: Cancellation) {
        let by = cancellation.by;
        if let Target::Awaitable(id) = target {
            if by == Canceller::Schedule {
                self.scheduled_cancels[id.index()] = true;
            }
            let before_return = !self.resumed;
            if accepted && let Some(entry) = self.run.entries.get_mut(id.index()) {
                entry.cancelled_before_return |= before_return;
                let which = if entry.cleanup.is_some() { &mut entry.cancelled_again } else { &mut entry.cancelled_by };
                which.get_or_insert(cancellation);
            }
            if !self.is_group(id) {
                return;
            }
        }
        self.latest_cancels.insert(target, self.run.cancels.len() as u32);
        self.run.cancels.push(Cancel { target, accepted, cancellation });
    }
}

impl Listener for Ledger<'_> {
    fn event(&mut self, event: &Event<'_>) {
        let (at, run) = (event.at, &mut self.run);
        match event.what {
            What::Create { awaitable, .. } => self.note(awaitable, |entry| entry.created = Some(at)),
            What::Start { awaitable } => self.note(awaitable, |entry| entry.started = Some(at)),
            What::Cleanup { awaitable } => self.note(awaitable, |entry| entry.cleanup = Some(at)),
            What::Cancel { target, accepted, by, through } => {
                let passed_on_by = if by == Canceller::Caller { Some(Target::Caller) } else { through };
                let cause = passed_on_by.and_then(|target| self.latest_cancels.get(&target).copied());
                self.cancelled(target, accepted, Cancellation { at, by, cause });
            }
            What::Finish { target: Target::Awaitable(id), ended, results } => {
                if let Ended::Returned(Returned::Nested(_)) = ended {
                    run.nested.insert(id.0, results.to_vec());
                }
                self.note(id, |entry| (entry.finished, entry.ended) = (Some(at), Some(ended)));
            }
            What::Finish { ended, .. } => run.group_finished = Some((at, ended)),
            What::Call { .. } => run.called_at = Some(at),
            What::Await => run.awaited_at = Some(at),
            What::Check { done } => run.checks.push((at, done)),
            What::Timeout => run.timed_out_at = Some(at),
            What::Resume { got } => {
                run.outcome = Outcome::new(at, got);
                self.resumed = true;
                self.take_states();
            }
            What::Warning { warning } => run.warnings.push(warning),
            What::Log { log, target } => run.logs.push((log, target)),
            What::Exit => run.exited_at = Some(at),
            What::Callback { .. } => {}
        }
    }
}

impl Outcome {
    /// What a `resume` says, kept.
    pub fn new(at: Nanos, got: Got<'_>) -> Outcome {
        let (status, gave) = match got {
            Got::Results(items) => (Status::Returned, Gave::Results(items.to_vec())),
            Got::Sets { done, pending } => {
                (Status::Returned, Gave::Sets { done: done.to_vec(), pending: pending.to_vec() })
            }
            Got::Raised(exception) => (Status::Raised, Gave::Exception(exception)),
            Got::Cancelled(exception) => (Status::Cancelled, Gave::Exception(exception)),
        };
        Outcome { status, at, gave }
    }
}
