//! In which phase each awaitable is, one byte each, and how many are in which.

use crate::event::{Event, State};
use crate::report::timeline::Phase;
use crate::scenario::Id;

/// In which each is at first.
const NEW: Phase = Phase::In(State::NotStarted);

/// The phase of each awaitable, and how many are in each.
pub(super) struct Phases {
    /// By id.
    phases: Vec<Phase>,
    /// By phase.
    counts: [usize; Phase::COUNT],
}

/// An awaitable that came from one phase into another.
#[derive(Clone, Copy, Debug)]
pub(super) struct Change {
    pub(super) id: Id,
    pub(super) from: Phase,
    pub(super) to: Phase,
}

impl Phases {
    pub(super) fn new(awaitables: usize) -> Phases {
        let mut counts = [0; Phase::COUNT];
        counts[NEW.index()] = awaitables;
        Phases { phases: vec![NEW; awaitables], counts }
    }

    /// Takes in what happened, and tells what that changed.
    pub(super) fn event(&mut self, event: &Event<'_>) -> Option<Change> {
        let (id, to) = Phase::after(&event.what)?;
        let from = std::mem::replace(self.phases.get_mut(id.index())?, to);
        self.counts[from.index()] -= 1;
        self.counts[to.index()] += 1;
        Some(Change { id, from, to })
    }

    pub(super) fn of(&self, id: Id) -> Phase {
        self.phases.get(id.index()).copied().unwrap_or(NEW)
    }

    /// How many awaitables are in one of these phases.
    pub(super) fn count(&self, phases: &[Phase]) -> usize {
        phases.iter().map(|phase| self.counts[phase.index()]).sum()
    }

    /// How many have ended.
    pub(super) fn ended(&self) -> usize {
        self.count(&[Phase::In(State::Returned), Phase::In(State::Raised), Phase::In(State::Cancelled)])
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.phases.len()
    }
}
