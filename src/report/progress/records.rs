//! What is known of the call and, where they are few, of each awaitable, while a run goes on.

use crate::calls::Call;
use crate::event::{CallId, Event, Got, Target, What};
use crate::outcome::{AwaitableRecord, CallRecord};
use crate::scenario::{Id, Scenario};

/// The most awaitables that get a record, and a row, each.
const MOST_ROWS: usize = 256;

/// The records of a run so far.
pub(super) struct Records {
    /// Of the call that the scenario is run through. No values: no line shows them, and there may be a million.
    pub(super) call: CallRecord,
    /// By id; `None` where there are too many.
    awaitables: Option<Vec<AwaitableRecord>>,
}

impl Records {
    /// Of a run that is about to begin.
    pub(super) fn new(scenario: &Scenario, call: Call) -> Records {
        let few = scenario.len() <= MOST_ROWS;
        Records {
            call: CallRecord::new(call, Target::Caller),
            awaitables: few.then(|| vec![AwaitableRecord::NEW; scenario.len()]),
        }
    }

    /// Takes in what happened.
    pub(super) fn event(&mut self, event: &Event<'_>) {
        match event.what {
            What::Create { awaitable: id, .. }
            | What::Start { awaitable: id }
            | What::Cleanup { awaitable: id }
            | What::Finish { target: Target::Awaitable(id), .. } => {
                if let Some(record) = self.awaitables.as_mut().and_then(|records| records.get_mut(id.index())) {
                    record.event(event);
                }
            }
            What::Resume { call: CallId::MAIN, got: Got::Results(_), already } => {
                let what = What::Resume { call: CallId::MAIN, got: Got::Results(&[]), already };
                self.call.event(&Event { what, ..*event });
            }
            _ if event.what.call() == Some(CallId::MAIN) => self.call.event(event),
            _ => {}
        }
    }

    /// Whether each awaitable has a record.
    pub(super) fn has_rows(&self) -> bool {
        self.awaitables.is_some()
    }

    /// What is known of an awaitable that has a record.
    pub(super) fn of(&self, id: Id) -> Option<&AwaitableRecord> {
        self.awaitables.as_ref()?.get(id.index())
    }
}
