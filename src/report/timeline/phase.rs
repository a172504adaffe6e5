//! Where an awaitable is in its life, as far as pictures tell it.

use crate::event::{Made, State, Target, What, Word};
use crate::scenario::Id;

/// A state, or a cleanup, which documents do not tell from running.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs)]
pub enum Phase {
    In(State),
    CleaningUp,
}

impl Phase {
    /// How many there are.
    pub const COUNT: usize = State::ALL.len() + 1;

    /// Its place among them, from 0.
    pub fn index(self) -> usize {
        match self {
            Phase::In(state) => state as usize,
            Phase::CleaningUp => Phase::COUNT - 1,
        }
    }

    /// The phase into which an event brings an awaitable. A future and a group run from the moment they are made; that
    /// a task is made is not counted.
    pub fn after(what: &What<'_>) -> Option<(Id, Phase)> {
        match *what {
            What::Create { made: Made::Task, .. } => None,
            What::Create { awaitable, .. } | What::Start { awaitable } => Some((awaitable, Phase::In(State::Running))),
            What::Cleanup { awaitable } => Some((awaitable, Phase::CleaningUp)),
            What::Finish { target: Target::Awaitable(id), ended, .. } => Some((id, Phase::In(ended.state()))),
            _ => None,
        }
    }

    /// Whether a body is at work, or a future or group pending.
    pub fn is_running(self) -> bool {
        matches!(self, Phase::In(State::Running) | Phase::CleaningUp)
    }

    /// What a person calls it.
    pub fn words(self) -> String {
        match self {
            Phase::In(state) => state.word().replace('-', " "),
            Phase::CleaningUp => "cleaning up".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_phase_has_a_place_and_words_of_its_own() {
        let phases = State::ALL.iter().map(|state| Phase::In(*state)).chain([Phase::CleaningUp]);
        let shown: Vec<String> = phases.map(|phase| format!("{} {}", phase.index(), phase.words())).collect();
        assert_eq!(shown.len(), Phase::COUNT);
        assert_eq!(size_of::<Phase>(), 1, "a million awaitables have one each");
        assert_eq!(
            shown.join(", "),
            "0 not created, 1 not started, 2 running, 3 returned, 4 raised, 5 cancelled, 6 cleaning up"
        );
    }
}
