//! What became of every awaitable that is not in what the caller got: a sentence or two each, one for many alike.
//!
//! Sentences follow from the ledger alone and claim nothing that it does not hold. Awaitables with the same history
//! share a paragraph; where there would be too many, each tells what happened to many, without exact times.

use std::collections::HashMap;
use std::hash::Hash;
use std::io;

use super::history::History;
use super::page::{Page, join};
use super::sentences::Alike;
use crate::event::{Ended, Returned};
use crate::outcome::{AwaitableRecord, Fate, Gave, Status};
use crate::report::duration::thousands;
use crate::report::timeline::order::{Placed, visit};
use crate::scenario::{Id, Nanos, Value};

/// The most paragraphs, where what happened can be told in so few.
const PARAGRAPHS: usize = 9;
/// The most paragraphs about one history, each with its own times and values.
const DETAILED: usize = 6;
/// The most names in a sentence.
const NAMES: usize = 3;

/// Writes a sentence or two for each awaitable of which the verdict does not tell everything.
pub fn write(page: &Page<'_>, out: &mut impl io::Write) -> io::Result<()> {
    let paragraphs = paragraphs(page);
    if !paragraphs.is_empty() {
        writeln!(out)?;
    }
    for alike in &paragraphs {
        let subject = subject(page, &alike.ids, alike.count);
        page.paragraph(out, 2, (&subject, page.style.bold), &alike.text(page))?;
    }
    Ok(())
}

/// What there is to tell, a paragraph each: exactly where that takes few, and only what happened where it would take
/// many.
fn paragraphs(page: &Page<'_>) -> Vec<Alike> {
    let mut histories: AlikeBy<History> = AlikeBy::default();
    let mut detailed: Vec<Option<AlikeBy<Details>>> = Vec::new();
    let mut position = 0;
    visit(page.run.scenario, |place| {
        position += 1;
        let Some(entry) = page.entry(place.id) else { return };
        let history = History::new(page, place, entry);
        if !history.is_worth_telling() || is_told_by_verdict(page, place, entry) {
            return;
        }
        let at = histories.add(history, history, position, place.id, entry);
        if at == detailed.len() {
            detailed.push(Some(AlikeBy::default()));
        }
        if let Some(of_history) = detailed.get_mut(at) {
            if let Some(details) = of_history {
                details.add(Details::new(page, place.id, entry), history, position, place.id, entry);
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
fn is_told_by_verdict(page: &Page<'_>, place: Placed, entry: &AwaitableRecord) -> bool {
    let passed_on = match (entry.ended, &page.run.outcome().gave) {
        (Some(Ended::Raised(own)), Some(Gave::Raised(raised) | Gave::Cancelled(raised))) => {
            own == *raised && entry.fate != Fate::Raised
        }
        _ => false,
    };
    let waited_for = page.run.outcome().status() == Status::Hangs
        && place.given
        && place.depth == 0
        && entry.created.is_some()
        && entry.ended.is_none()
        && entry.cancelled_by.is_none();
    passed_on || waited_for
}

/// `users`, `users and orders`, `users, orders and 9,988 more`.
pub fn subject(page: &Page<'_>, ids: &[Id], count: usize) -> String {
    let mut names: Vec<String> =
        ids.iter().take(if count > NAMES { NAMES - 1 } else { NAMES }).map(|id| page.name(*id)).collect();
    if count > names.len() {
        names.push(format!("{}\u{1f}more", thousands((count - names.len()) as u64)));
    }
    join(&names)
}

/// What else two awaitables must have in common for one sentence to be exact about both.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Details {
    finished: Option<Nanos>,
    cancelled: Option<Nanos>,
    /// The table, where the value or exception is told and is that table's own.
    table: Option<u32>,
}

impl Details {
    fn new(page: &Page<'_>, id: Id, entry: &AwaitableRecord) -> Details {
        let scenario = page.run.scenario;
        let table = match entry.ended {
            Some(Ended::Returned(returned)) if returned.value(scenario) == Some(&Value::None) => None,
            Some(Ended::Returned(Returned::Nested(id))) => Some(id.0),
            Some(Ended::Returned(_) | Ended::Raised(_)) => Some(scenario.awaitable(id).ids.start),
            Some(Ended::Cancelled(_)) | None => None,
        };
        Details { finished: entry.finished, cancelled: entry.cancelled_by.map(|cancelled| cancelled.at), table }
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
    fn add(&mut self, key: Key, history: History, position: usize, id: Id, entry: &AwaitableRecord) -> usize {
        let place = match self.last {
            Some((last, place)) if last == key => place,
            _ => *self.places.entry(key).or_insert(self.list.len()),
        };
        self.last = Some((key, place));
        if place == self.list.len() {
            self.list.push(Alike::new(history, position, entry));
        }
        if let Some(alike) = self.list.get_mut(place) {
            alike.count += 1;
            alike.finished.add(entry.finished);
            alike.cancelled.add(entry.cancelled_by.map(|cancelled| cancelled.at));
            if alike.ids.len() < NAMES {
                alike.ids.push(id);
            }
        }
        place
    }
}
