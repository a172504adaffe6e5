//! What a report says of a run, sentence by sentence, each with the awaitables that it is about and the events that bear
//! it out.
//!
//! The report for people paints it, and documents have it as it is. What is said of causes follows the causes that the
//! loop told with its events ([`causes`]); nothing is worked out from times.

mod alike;
mod awaitables;
mod causes;
mod chain;
mod evidence;
mod history;
mod holders;
mod leftovers;
mod notes;
mod open;
mod remarks;
mod telling;
mod verdict;
mod voice;

use crate::event::Cause;
use crate::outcome::Run;
use crate::scenario::Id;

pub use causes::{Causes, Chain};
pub use notes::sentences as notes_of;
pub use open::difference;
pub use voice::{Voice, by_whom, join, unglued};

/// So many awaitables and events are named by a sentence.
const LISTED: usize = 20;

/// All that is said of a run.
pub struct Story {
    /// What the caller got, in one sentence.
    pub verdict: Sentence,
    /// What explains it, a paragraph each.
    pub remarks: Vec<Sentence>,
    /// What became of everything else.
    pub awaitables: Vec<Paragraph>,
    /// What Python leaves open, a paragraph each.
    pub open: Vec<Sentence>,
    /// What asyncdemo itself has to say, a paragraph each.
    pub notes: Vec<Sentence>,
}

/// A sentence.
#[derive(Clone, Debug, Default)]
pub struct Sentence {
    /// Its text; a `GLUE` in it is a space at which no line breaks.
    pub text: String,
    /// What it is about.
    pub about: Listed<Id>,
    /// The numbers of the events that bear it out; of something that did not happen, those between which it did not.
    pub events: Listed<usize>,
    /// Whether it is about something that did not happen.
    pub absent: bool,
}

/// The first few of a list, and how many more there are.
#[derive(Clone, Debug)]
pub struct Listed<T> {
    /// The first.
    pub first: Vec<T>,
    /// How many more.
    pub more: usize,
}

/// Sentences about the same.
pub struct Paragraph {
    /// What the first begins with.
    pub subject: String,
    /// The sentences.
    pub sentences: Vec<Sentence>,
}

impl Story {
    /// What is said of a run of which awaitables were kept.
    pub fn of(causes: &Causes<'_>) -> Story {
        Story {
            verdict: verdict::sentence(causes),
            remarks: remarks::sentences(causes),
            awaitables: awaitables::paragraphs(causes),
            open: open::sentences(causes.voice),
            notes: notes::sentences(causes),
        }
    }

    /// Every sentence, in order.
    pub fn sentences(&self) -> impl Iterator<Item = &Sentence> + Clone {
        let awaitables = self.awaitables.iter().flat_map(|paragraph| &paragraph.sentences);
        [&self.verdict].into_iter().chain(&self.remarks).chain(awaitables).chain(&self.open).chain(&self.notes)
    }
}

impl Sentence {
    /// A sentence about nothing in particular.
    pub fn new(text: String) -> Sentence {
        Sentence { text, ..Sentence::default() }
    }

    /// The same, about these.
    pub fn about(mut self, ids: impl IntoIterator<Item = Id>) -> Sentence {
        ids.into_iter().for_each(|id| self.about.add(id));
        self
    }

    /// The same, borne out by the events of these numbers.
    pub fn by(mut self, events: impl IntoIterator<Item = usize>) -> Sentence {
        for event in events {
            if !self.events.first.contains(&event) {
                self.events.add(event);
            }
        }
        self
    }

    /// The same, borne out by the events that these name.
    pub fn by_causes(self, run: &Run<'_>, causes: impl IntoIterator<Item = Cause>) -> Sentence {
        self.by(causes.into_iter().filter_map(|cause| run.numbers.of(cause)))
    }

    /// The same, of something that did not happen.
    pub fn absent(self) -> Sentence {
        Sentence { absent: true, ..self }
    }
}

impl<T> Listed<T> {
    fn add(&mut self, item: T) {
        if self.first.len() < LISTED {
            self.first.push(item);
        } else {
            self.more += 1;
        }
    }
}

impl<T> Default for Listed<T> {
    fn default() -> Listed<T> {
        Listed { first: Vec::new(), more: 0 }
    }
}
