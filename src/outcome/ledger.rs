//! The fold that turns a run's events into a [`Run`].

use crate::calls::Call;
use crate::event::{
    CallId, CancelId, Canceller, Ended, Event, Listener, Numbering, Reason, Returned, RunEnd, Target, What, Why,
};
use crate::scenario::{Id, Nanos, Python, Scenario, Way};

use super::{AwaitableRecord, CallRecord, Cancel, Run, fate, notes};

/// Listens to one run. [`Ledger::finish`] closes the books.
#[derive(Debug)]
pub struct Ledger<'s> {
    run: Run<'s>,
    resumed: bool,
    /// By id: the scenario's own `.cancel()` came.
    scheduled_cancels: Vec<bool>,
}

impl<'s> Ledger<'s> {
    /// A ledger of a run that is about to begin.
    pub fn new(scenario: &'s Scenario, call: Call, python: Python) -> Ledger<'s> {
        let run = Run {
            scenario,
            call,
            python,
            choices: Vec::new(),
            choices_left_out: 0,
            way: Way::default(),
            entries: vec![AwaitableRecord::NEW; scenario.len()],
            nested: Default::default(),
            calls: vec![CallRecord::new(call, Target::Caller)],
            cancels: Vec::new(),
            exited_at: None,
            exited_by: Why::NONE,
            last_event_at: Nanos::ZERO,
            ended_at: Nanos::ZERO,
            reason: Reason::Finished,
            interrupted: false,
            warnings: Vec::new(),
            logs: Vec::new(),
            alternatives: Default::default(),
            notes: Vec::new(),
            numbers: Numbering::default(),
        };
        let scheduled_cancels = vec![false; scenario.len()];
        Ledger { run, resumed: false, scheduled_cancels }
    }

    /// A ledger that keeps the call's outcome, and what Python prints, but no entry for any awaitable.
    pub fn brief(scenario: &'s Scenario, call: Call, python: Python) -> Ledger<'s> {
        let mut ledger = Ledger::new(scenario, call, python);
        ledger.run.entries = Vec::new();
        ledger
    }

    /// The finished run.
    pub fn finish(mut self, end: &RunEnd) -> Run<'s> {
        self.run.ended_at = end.at;
        self.run.interrupted = end.interrupted;
        self.run.reason = end.reason;
        if !self.resumed {
            self.call(CallId::MAIN).outcome.at = self.run.last_event_at;
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
            fate::assign(&mut self.run, &end.unretrieved);
        }
        self.run.notes = notes::of(&self.run, &self.scheduled_cancels);
        self.run
    }

    /// Writes into an awaitable's line, where lines are kept.
    fn note(&mut self, id: Id, write: impl FnOnce(&mut AwaitableRecord)) {
        if let Some(entry) = self.run.entries.get_mut(id.index()) {
            write(entry);
        }
    }

    fn take_states(&mut self) {
        if self.run.entries.is_empty() {
            return;
        }
        for awaitable in &self.run.scenario.awaitables {
            let has_body = awaitable.kind.has_body();
            for entry in &mut self.run.entries[awaitable.ids.start as usize..awaitable.ids.end as usize] {
                entry.at_return = entry.state(has_body);
            }
        }
    }

    fn call(&mut self, id: CallId) -> &mut CallRecord {
        &mut self.run.calls[id.index()]
    }

    fn is_group(&self, id: Id) -> bool {
        self.run.scenario.awaitable(id).kind.is_group()
    }

    fn cancelled(&mut self, id: CancelId, cancel: Cancel) {
        self.run.cancels.push(cancel);
        let Target::Awaitable(awaitable) = cancel.target else { return };
        if cancel.by == Canceller::Schedule {
            self.scheduled_cancels[awaitable.index()] = true;
        }
        let is_group = self.is_group(awaitable);
        self.note(awaitable, |entry| {
            if cancel.accepted {
                entry.first_cancel.get_or_insert(id);
                return;
            }
            if cancel.by == Canceller::Schedule {
                entry.refused.get_or_insert(id);
            }
            if matches!(entry.ended, Some(Ended::Raised(_))) && !is_group {
                entry.silenced.get_or_insert(id);
            }
        });
    }
}

impl Listener for Ledger<'_> {
    fn event(&mut self, event: &Event<'_>) {
        self.run.last_event_at = event.at;
        match event.what {
            What::Create { awaitable, .. } | What::Start { awaitable } | What::Cleanup { awaitable } => {
                self.note(awaitable, |entry| entry.event(event));
            }
            What::Cancel { id, target, accepted, by, met } => {
                let (cause, before_return) = (event.why.cause, !self.resumed);
                self.cancelled(id, Cancel { at: event.at, target, accepted, by, cause, met, before_return });
            }
            What::Finish { target: Target::Awaitable(id), ended, results } => {
                if let Ended::Returned(Returned::Nested(_)) = ended {
                    self.run.nested.insert(id.0, results.to_vec());
                }
                self.note(id, |entry| entry.event(event));
            }
            What::Call { id, by, call } => {
                if id.index() == self.run.calls.len() {
                    self.run.calls.push(CallRecord::new(call, by));
                }
                self.call(id).event(event);
            }
            What::Await { call }
            | What::Check { call, .. }
            | What::Timeout { call }
            | What::Finish { target: Target::Group(call), .. } => self.call(call).event(event),
            What::Resume { call, .. } => {
                self.call(call).event(event);
                if call == CallId::MAIN {
                    self.resumed = true;
                    self.take_states();
                }
            }
            What::Warning { warning } => self.run.warnings.push(warning),
            What::Log { log, target } => {
                if let Target::Awaitable(id) = target {
                    let index = self.run.logs.len() as u32;
                    self.note(id, |entry| entry.logged = Some(index));
                }
                self.run.logs.push((log, target));
            }
            What::Exit => (self.run.exited_at, self.run.exited_by) = (Some(event.at), event.why),
            What::Finish { target: Target::Caller, .. } | What::Callback { .. } => {}
        }
    }
}
