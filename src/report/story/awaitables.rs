//! What became of every awaitable of which the verdict and its lists leave something untold: a sentence or two each, one
//! for many alike.
//!
//! Awaitables with the same history share a paragraph; where there would be too many, each tells what happened to many,
//! without exact times.

use std::collections::HashMap;
use std::hash::Hash;

use super::alike::Alike;
use super::causes::Causes;
use super::history::History;
use super::telling::sentences;
use super::verdict::{is_passed_on, waits_for};
use super::{LISTED, Paragraph};
use crate::event::{Ended, Returned, Target};
use crate::outcome::{AwaitableRecord, Fate};
use crate::report::timeline::order::{Placed, visit};
use crate::scenario::{Id, Nanos, Value};

/// The most paragraphs, where what happened can be told in so few.
const PARAGRAPHS: usize = 9;
/// The most paragraphs about one history, each with its own times and values.
const DETAILED: usize = 6;
/// The most names in a sentence.
const NAMES: usize = 3;

/// A paragraph for each history.
pub fn paragraphs(causes: &Causes<'_>) -> Vec<Paragraph> {
    let told = |alike: &Alike| {
        let subject = causes.voice.names(&alike.ids, alike.count, NAMES);
        Paragraph { sentences: sentences(alike, causes, &subject), subject }
    };
    alike(causes).iter().map(told).collect()
}

/// What there is to tell, a paragraph each: exactly where that takes few, and only what happened where it would take
/// many.
fn alike(causes: &Causes<'_>) -> Vec<Alike> {
    let mut histories: AlikeBy<History> = AlikeBy::default();
    let mut detailed: Vec<Option<AlikeBy<Details>>> = Vec::new();
    let mut position = 0;
    visit(causes.voice.run.scenario, |place| {
        position += 1;
        let Some(entry) = causes.voice.entry(place.id) else { return };
        let history = History::new(causes, place, entry);
        if !history.is_worth_telling() || is_told_by_verdict(causes, place, entry) {
            return;
        }
        let cancelled = entry.cancelled_by().map(|id| causes.voice.run.cancel(id).at);
        let new = || Alike::new(history, position, entry);
        let at = histories.add(history, new, place.id, entry, cancelled);
        if at == detailed.len() {
            detailed.push(Some(AlikeBy::default()));
        }
        if let Some(of_history) = detailed.get_mut(at) {
            if let Some(details) = of_history {
                let key = Details::new(causes, place.id, entry, cancelled);
                details.add(key, new, place.id, entry, cancelled);
            }
            // More would not be told, and must not be kept: there may be a million.
            *of_history = of_history.take().filter(|details| details.list.len() <= DETAILED);
        }
    });
    let mut paragraphs: Vec<Alike> = Vec::new();
    let mut left = PARAGRAPHS.saturating_sub(histories.list.len());
    for (alike, details) in histories.list.into_iter().zip(detailed) {
        match details {
            Some(details) if details.list.len() <= left + 1 => {
                left = (left + 1).saturating_sub(details.list.len());
                paragraphs.extend(details.list.into_iter().map(|alike| Alike { exactly: true, ..alike }));
            }
            _ => paragraphs.push(alike),
        }
    }
    paragraphs.sort_by_key(|alike| alike.position);
    paragraphs
}

/// Whether the verdict says it in so many words: what a call that hangs waits for, and a group that raised what the
/// call then raised.
fn is_told_by_verdict(causes: &Causes<'_>, place: Placed, entry: &AwaitableRecord) -> bool {
    let voice = &causes.voice;
    let waited_for = place.given
        && place.depth == 0
        && entry.cancelled_by().is_none()
        && waits_for(voice, Target::Awaitable(place.id));
    waited_for || (entry.fate != Fate::Raised && is_passed_on(voice, entry.ended))
}

/// What else two awaitables must have in common for one sentence to be exact about both.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Details {
    finished: Option<Nanos>,
    cancelled: Option<Nanos>,
    refused: Option<Nanos>,
    /// The table, where the value or exception is told and is that table's own; a group always stands for itself.
    table: Option<u32>,
}

impl Details {
    fn new(causes: &Causes<'_>, id: Id, entry: &AwaitableRecord, cancelled: Option<Nanos>) -> Details {
        let scenario = causes.voice.run.scenario;
        let table = match entry.ended {
            _ if causes.voice.is_group(id) => Some(id.0),
            Some(Ended::Returned(returned)) if returned.value(scenario) == Some(&Value::None) => None,
            Some(Ended::Returned(Returned::Nested(id))) => Some(id.0),
            Some(Ended::Returned(_) | Ended::Raised(_)) => Some(scenario.awaitable(id).ids.start),
            Some(Ended::Cancelled(_)) | None => None,
        };
        let refused = entry.refused.map(|id| causes.voice.run.cancel(id).at);
        Details { finished: entry.finished, cancelled, refused, table }
    }
}

/// Awaitables by what they have in common, in the order in which the first of each came.
struct AlikeBy<Key> {
    places: HashMap<Key, usize>,
    /// The last key and its place: neighbours are mostly alike.
    last: Option<(Key, usize)>,
    list: Vec<Alike>,
}

impl<Key> Default for AlikeBy<Key> {
    fn default() -> AlikeBy<Key> {
        AlikeBy { places: HashMap::new(), last: None, list: Vec::new() }
    }
}

impl<Key: Copy + Hash + Eq> AlikeBy<Key> {
    /// Adds an awaitable to those that are like it, and tells where they stand in the list.
    fn add(
        &mut self,
        key: Key,
        new: impl FnOnce() -> Alike,
        id: Id,
        entry: &AwaitableRecord,
        cancelled: Option<Nanos>,
    ) -> usize {
        let place = match self.last {
            Some((last, place)) if last == key => place,
            _ => *self.places.entry(key).or_insert(self.list.len()),
        };
        self.last = Some((key, place));
        if place == self.list.len() {
            self.list.push(new());
        }
        if let Some(alike) = self.list.get_mut(place) {
            alike.count += 1;
            alike.finished.add(entry.finished);
            alike.cancelled.add(cancelled);
            if alike.ids.len() < LISTED {
                alike.ids.push(id);
            }
        }
        place
    }
}
