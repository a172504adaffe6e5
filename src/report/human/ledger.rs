//! What became of every awaitable that is not in what the caller got: a sentence or two each, one for many alike.
//!
//! Sentences follow from the ledger alone and claim nothing that it does not hold. Awaitables with the same story
//! share its telling; where there are too many different ones, they are told by what happened, without exact times.

use std::collections::HashMap;
use std::hash::Hash;
use std::io;

use super::order::{Place, visit};
use super::page::{Page, join};
use super::story::{Shape, Story};
use crate::event::{Ended, Returned};
use crate::outcome::{Entry, Fate, Gave, Status};
use crate::report::duration::thousands;
use crate::scenario::{Id, Nanos, Value};

/// Up to this many stories are told, where they can be put together to so few.
const STORIES: usize = 9;
/// Up to this many that differ only in times and values are told one by one.
const ALIKE: usize = 6;
/// The most names in a sentence.
const NAMES: usize = 3;

/// Writes a sentence or two for each awaitable whose story the verdict does not tell already.
pub fn write(page: &Page<'_>, out: &mut impl io::Write) -> io::Result<()> {
    let stories = stories(page);
    if !stories.is_empty() {
        writeln!(out)?;
    }
    for story in &stories {
        let subject = subject(page, &story.ids, story.count);
        page.paragraph(out, 2, (&subject, page.style.bold), &story.tell(page))?;
    }
    Ok(())
}

/// What there is to tell: exactly where that takes few sentences, and only what happened where it would take many.
fn stories(page: &Page<'_>) -> Vec<Story> {
    let mut shapes: Stories<Shape> = Stories::default();
    let mut exact: Vec<Option<Stories<Exact>>> = Vec::new();
    let mut position = 0;
    visit(page.run, |place| {
        position += 1;
        let Some(entry) = page.entry(place.id) else { return };
        let shape = Shape::new(page, place, entry);
        if !shape.is_worth_telling() || is_told_by_verdict(page, place, entry) {
            return;
        }
        let at = shapes.add(shape, shape, position, place.id, entry);
        if at == exact.len() {
            exact.push(Some(Stories::default()));
        }
        if let Some(alike) = exact.get_mut(at) {
            if let Some(stories) = alike {
                stories.add(Exact::new(page, place.id, entry), shape, position, place.id, entry);
            }
            // More would not be told, and must not be kept: there may be a million.
            *alike = alike.take().filter(|stories| stories.told.len() <= ALIKE);
        }
    });
    let mut told: Vec<Story> = Vec::new();
    let mut left = STORIES.saturating_sub(shapes.told.len());
    for (story, exact) in shapes.told.into_iter().zip(exact) {
        match exact {
            Some(stories) if stories.told.len() <= left + 1 => {
                left = (left + 1).saturating_sub(stories.told.len());
                told.extend(stories.told.into_iter().map(|story| Story { exactly: true, ..story }));
            }
            _ => told.push(story),
        }
    }
    told.sort_by_key(|story| story.position);
    told
}

/// Whether the verdict says it in so many words: what a call that hangs waits for, and a group that raised what the
/// call then raised.
fn is_told_by_verdict(page: &Page<'_>, place: Place, entry: &Entry) -> bool {
    let passed_on = match (entry.ended, &page.run.outcome().gave) {
        (Some(Ended::Raised(own)), Gave::Exception(raised)) => own == *raised && entry.fate != Fate::Raised,
        _ => false,
    };
    let waited_for = page.run.outcome().status == Status::Hangs
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
struct Exact {
    finished: Option<Nanos>,
    cancelled: Option<Nanos>,
    /// The table, where the value or exception is told and is that table's own.
    table: Option<u32>,
}

impl Exact {
    fn new(page: &Page<'_>, id: Id, entry: &Entry) -> Exact {
        let scenario = page.run.scenario;
        let table = match entry.ended {
            Some(Ended::Returned(returned)) if returned.value(scenario) == Some(&Value::None) => None,
            Some(Ended::Returned(Returned::Nested(id))) => Some(id.0),
            Some(Ended::Returned(_) | Ended::Raised(_)) => Some(scenario.awaitable(id).ids.start),
            Some(Ended::Cancelled(_)) | None => None,
        };
        Exact { finished: entry.finished, cancelled: entry.cancelled_by.map(|cancelled| cancelled.at), table }
    }
}

/// Stories by what they have in common, in the order in which they first came.
struct Stories<Key> {
    places: HashMap<Key, usize>,
    /// The last key and its place: neighbours are mostly alike.
    last: Option<(Key, usize)>,
    told: Vec<Story>,
}

impl<Key> Default for Stories<Key> {
    fn default() -> Stories<Key> {
        Stories { places: HashMap::new(), last: None, told: Vec::new() }
    }
}

impl<Key: Copy + Hash + Eq> Stories<Key> {
    /// Adds an awaitable to its story, and tells which that is.
    fn add(&mut self, key: Key, shape: Shape, position: usize, id: Id, entry: &Entry) -> usize {
        let place = match self.last {
            Some((last, place)) if last == key => place,
            _ => *self.places.entry(key).or_insert(self.told.len()),
        };
        self.last = Some((key, place));
        if place == self.told.len() {
            self.told.push(Story::new(shape, position, entry));
        }
        if let Some(story) = self.told.get_mut(place) {
            story.count += 1;
            story.finished.add(entry.finished);
            story.cancelled.add(entry.cancelled_by.map(|cancelled| cancelled.at));
            if story.ids.len() < NAMES {
                story.ids.push(id);
            }
        }
        place
    }
}
