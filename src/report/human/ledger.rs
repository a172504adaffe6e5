//! What became of every awaitable that is not in what the caller got: a sentence or two each, one for many alike.
//!
//! Sentences follow from the ledger alone and claim nothing that it does not hold. Awaitables with the same story
//! share its telling; where there are too many different ones, they are told by what happened, without exact times.

use std::collections::HashMap;
use std::hash::Hash;
use std::io;

use super::lanes::span_words;
use super::order::{Place, Tally, visit};
use super::page::Page;
use super::verdict::join;
use crate::event::{Canceller, Ended, Exception, ExceptionKind, Returned};
use crate::outcome::{Entry, Fate, Gave, State};
use crate::report::duration::thousands;
use crate::scenario::{Call, Id, Kind, Nanos, ReturnWhen, Status, Value};

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
    let passed_on = match (entry.ended, &page.run.outcome.gave) {
        (Some(Ended::Raised(own)), Gave::Exception(raised)) => own == *raised && entry.fate != Fate::Raised,
        _ => false,
    };
    let waited_for = page.run.outcome.status == Status::Hangs
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

/// What happened to an awaitable, without times, names and values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Shape {
    fate: FateWord,
    at_return: StateWord,
    end: End,
    canceller: Option<CancellerWord>,
    /// It was cancelled before the call came back, or right then.
    cancelled_first: bool,
    created: bool,
    started: bool,
    cleaned: bool,
    retrieved: bool,
    given: bool,
    what: Kindred,
}

/// What sort of thing it is, as far as sentences differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Kindred {
    Coroutine,
    Task,
    Other,
}

/// How it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum End {
    Returned,
    Raised,
    Cancelled,
    Never,
}

type FateWord = Hashed<Fate>;
type StateWord = Hashed<State>;
type CancellerWord = Hashed<Canceller>;

/// A closed enum of another module as part of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Hashed<T>(T);

impl<T> Hash for Hashed<T> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        std::mem::discriminant(&self.0).hash(state);
    }
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
        Exact { finished: entry.finished, cancelled: entry.cancelled_by.map(|(at, _)| at), table }
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
            story.cancelled.add(entry.cancelled_by.map(|(at, _)| at));
            if story.ids.len() < NAMES {
                story.ids.push(id);
            }
        }
        place
    }
}

/// Awaitables that one telling serves.
struct Story {
    shape: Shape,
    /// Where the first stands in the order of lanes.
    position: usize,
    /// The first few.
    ids: Vec<Id>,
    count: usize,
    finished: Tally,
    cancelled: Tally,
    /// How the first ended.
    ended: Option<Ended>,
    /// Whether times and values are those of all.
    exactly: bool,
}

impl Shape {
    fn new(page: &Page<'_>, place: Place, entry: &Entry) -> Shape {
        let end = match entry.ended {
            Some(Ended::Returned(_)) => End::Returned,
            Some(Ended::Raised(Exception { kind: ExceptionKind::Cancelled(_), .. }) | Ended::Cancelled(_)) => {
                End::Cancelled
            }
            Some(Ended::Raised(_)) => End::Raised,
            None => End::Never,
        };
        let what = match page.run.scenario.awaitable(place.id).kind {
            Kind::Coroutine(_) => Kindred::Coroutine,
            Kind::Task(_) => Kindred::Task,
            Kind::Future(_) | Kind::Gather(_) => Kindred::Other,
        };
        Shape {
            fate: Hashed(entry.fate),
            at_return: Hashed(entry.at_return),
            end,
            canceller: entry.cancelled_by.map(|(_, by)| Hashed(by)),
            cancelled_first: entry.cancelled_by.is_some_and(|(at, _)| at <= page.run.outcome.at),
            created: entry.created.is_some(),
            started: entry.started.is_some(),
            cleaned: entry.cleanup.is_some(),
            // Only for an exception does it make a difference.
            retrieved: entry.retrieved || end != End::Raised,
            given: place.given,
            what,
        }
    }

    /// Whether the verdict and its lists leave something of it untold.
    fn is_worth_telling(&self) -> bool {
        let twisted = self.canceller.is_some() && (self.end != End::Cancelled || self.cleaned);
        match self.fate.0 {
            Fate::Delivered => self.canceller.is_some(),
            Fate::Done => self.end == End::Raised || self.canceller.is_some(),
            Fate::Raised => twisted,
            Fate::Pending | Fate::Cancelled | Fate::Lost | Fate::Swallowed | Fate::Unretrieved | Fate::Unfinished => {
                true
            }
        }
    }
}

/// The words that differ between one and many.
struct Grammar {
    was: &'static str,
    it: &'static str,
    /// At a sentence's beginning.
    it_capital: &'static str,
    them: &'static str,
    its: &'static str,
    many: bool,
}

const ONE: Grammar = Grammar { was: "was", it: "it", it_capital: "It", them: "it", its: "its", many: false };
const MANY: Grammar = Grammar { was: "were", it: "they", it_capital: "They", them: "them", its: "their", many: true };

impl Story {
    fn new(shape: Shape, position: usize, entry: &Entry) -> Story {
        let (ids, finished, cancelled) = (Vec::new(), Tally::default(), Tally::default());
        Story { shape, position, ids, count: 0, finished, cancelled, ended: entry.ended, exactly: false }
    }

    /// What is said behind the subject.
    fn tell(&self, page: &Page<'_>) -> String {
        let g = if self.count == 1 { &ONE } else { &MANY };
        let shape = &self.shape;
        if !shape.created {
            return self.never_created(page, g);
        }
        let function = page.function();
        let hangs = page.run.outcome.status == Status::Hangs;
        let over = matches!(shape.at_return.0, State::Returned | State::Raised | State::Cancelled);
        let (given, subject) = if shape.given {
            (String::new(), String::new())
        } else {
            (format!(" {} not among the arguments of {function}.", g.was), format!(" {}", g.it_capital))
        };
        let told = match shape.fate.0 {
            Fate::Delivered | Fate::Done | Fate::Raised => self.in_hand(page, g),
            Fate::Pending => format!(" {} pending.{}", g.was, self.afterwards(page, g)),
            _ if hangs && shape.end == End::Never => self.never_finished(page, g),
            _ if hangs || over => self.before(page, g),
            _ if shape.cancelled_first && shape.cleaned => self.cleaning_up(page, g),
            _ if shape.cancelled_first => format!(" {}{}.", self.cancelled(page, g, false), self.then(page, g)),
            _ => {
                let running = match (shape.what, shape.at_return.0) {
                    (Kindred::Other, _) => format!("{} not done yet", g.was),
                    (_, State::NotStarted) => "had not started yet".to_owned(),
                    _ => format!("{} still running", g.was),
                };
                format!(" {running} when {}.{}", page.came_back(), self.afterwards(page, g))
            }
        };
        format!("{given}{subject}{told}{}", self.aftermath(g))
    }

    /// A coroutine that nothing ever wrapped in a task, or a group that was not made.
    fn never_created(&self, page: &Page<'_>, g: &Grammar) -> String {
        let body = if g.many { "bodies" } else { "body" };
        match self.shape.what {
            Kindred::Coroutine => {
                format!(
                    " never ran: nothing awaited the coroutine{}, so {} {body} did not take a single step.",
                    if g.many { "s" } else { "" },
                    g.its
                )
            }
            _ => format!(" {} never created: {} did not get that far.", g.was, page.function()),
        }
    }

    /// It is in what the caller got, and yet there is something to say.
    fn in_hand(&self, page: &Page<'_>, g: &Grammar) -> String {
        let shape = &self.shape;
        if shape.canceller.is_some() {
            let cancelled = self.cancelled(page, g, false);
            return format!(" {cancelled}{}.", self.then(page, g));
        }
        // Only of a wait(): gather() would have raised it, or given it as a value.
        let waits = if g.many { "the exceptions wait in the tasks" } else { "the exception waits in the task" };
        let first_exception =
            matches!(page.run.call, Call::Wait(options) if options.return_when == ReturnWhen::FirstException);
        let asked = match (shape.retrieved, first_exception) {
            (false, _) => " until somebody asks for it.",
            (true, true) => ". wait() looked at it to see whether to return, so Python will not log it.",
            (true, false) => ". Something has asked for it, so Python will not log it.",
        };
        let asked = if g.many { asked.replace(" it", " them") } else { asked.to_owned() };
        format!(" raised, and {} did not: {waits}{asked}", page.function())
    }

    /// It ended before the call came back, but is not in what that gave.
    fn before(&self, page: &Page<'_>, g: &Grammar) -> String {
        let shape = &self.shape;
        let function = page.function();
        let when = self.when(page);
        let hangs = page.run.outcome.status == Status::Hangs;
        let first = match (shape.canceller, shape.end) {
            (Some(_), _) => format!(" {}{}", self.cancelled(page, g, false), self.then(page, g)),
            (None, _) if hangs => format!(" {}{when}", self.verb(page)),
            (None, _) => format!(" had {}{when}", self.verb(page)),
        };
        match shape.fate.0 {
            _ if hangs => format!("{first}, but {function} never hands it on."),
            Fate::Lost => format!("{first} when {}; {} lost.", page.came_back(), g.results()),
            _ => format!("{first}."),
        }
    }

    /// It was cancelled, and the call came back while it was cleaning up.
    fn cleaning_up(&self, page: &Page<'_>, g: &Grammar) -> String {
        let when = self.when(page);
        let first =
            format!(" {}, and {} still cleaning up when {}.", self.cancelled(page, g, false), g.was, page.came_back());
        let its = if g.many { "Their" } else { "Its" };
        let then = match self.shape.end {
            End::Cancelled => format!("{} ended cancelled{when}.", g.it_capital),
            End::Returned => {
                format!("{} {}{when} all the same, and {} lost.", g.it_capital, self.verb(page), g.results())
            }
            End::Raised => format!("{its} cleanup {}{when}.", self.verb(page)),
            End::Never => format!("{its} cleanup never ends."),
        };
        format!("{first} {then}")
    }

    /// What happened after the call came back.
    fn afterwards(&self, page: &Page<'_>, g: &Grammar) -> String {
        let shape = &self.shape;
        let when = self.when(page);
        let lost = if shape.fate.0 == Fate::Lost { format!(", and {} lost", g.results()) } else { String::new() };
        match (shape.canceller, shape.end) {
            (Some(_), End::Never) => {
                let cancelled = self.cancelled(page, g, true);
                let never = if shape.cleaned {
                    format!(", but {} cleanup never ends", g.its)
                } else {
                    format!(", but {} never ended", g.it)
                };
                format!(" {cancelled}{never}.")
            }
            (Some(_), _) => {
                format!(" {}{}{lost}.", self.cancelled(page, g, true), self.then(page, g))
            }
            (None, End::Never) if page.run.interrupted => {
                format!(" Nobody cancelled {}, and {} did not finish.", g.them, g.it)
            }
            (None, End::Never) => format!(" Nobody cancelled {}, and {} never {}.", g.them, g.it, g.finishes()),
            (None, _) => {
                let all = if g.many && self.exactly { " all" } else { "" };
                format!(" Nobody cancelled {}: {}{all} {}{when}{lost}.", g.them, g.it, self.verb(page))
            }
        }
    }

    /// In a call that hangs: it is among those that never finish.
    fn never_finished(&self, page: &Page<'_>, g: &Grammar) -> String {
        let shape = &self.shape;
        let plain = match shape.what {
            Kindred::Other => format!("{} never done", g.was),
            _ => format!("never {}", g.finishes()),
        };
        match shape.canceller {
            None if shape.what == Kindred::Other => format!(" {plain}: what {} {} for never comes.", g.it, g.waits()),
            None => format!(" {plain}: {} {} for something that never comes.", g.it, g.waits()),
            Some(_) if shape.cleaned => {
                format!(" {}, but {} cleanup never ends.", self.cancelled(page, g, false), g.its)
            }
            Some(_) => format!(" {}, and {plain} all the same.", self.cancelled(page, g, false)),
        }
    }

    /// `was cancelled at 1.5 s, as the scenario says`, behind the subject or as a new sentence.
    fn cancelled(&self, page: &Page<'_>, g: &Grammar, sentence: bool) -> String {
        let subject = if sentence { format!("{} ", g.it_capital) } else { String::new() };
        let when = match self.cancelled.span {
            Some((first, last)) if self.exactly || first == last => format!(" at {}", page.time(first)),
            Some(span) => format!(" {}", span_words(page, span)),
            None => String::new(),
        };
        let was = g.was;
        match self.shape.canceller.map(|by| by.0) {
            Some(Canceller::Schedule) | None => format!("{subject}{was} cancelled{when}, as the scenario says"),
            Some(Canceller::Caller) => format!("{subject}{was} cancelled{when} with the caller"),
            Some(Canceller::Group) => {
                format!("{subject}{was} cancelled{when} with {} group", g.its)
            }
            Some(Canceller::Exit) => format!("{subject}{was} cancelled{when} by asyncio.run(), as the program ended"),
            Some(Canceller::Interrupt) => format!("{subject}{was} cancelled{when} by Ctrl-C"),
        }
    }

    /// What came of a cancellation, behind it.
    fn then(&self, page: &Page<'_>, g: &Grammar) -> String {
        let when = self.when(page);
        let verb = self.verb(page);
        let took_time = self.finished.span != self.cancelled.span;
        match (self.shape.end, self.shape.cleaned) {
            (End::Cancelled, true) if took_time => format!(", cleaned up, and ended cancelled{when}"),
            (End::Cancelled, true) => ", and cleaned up".to_owned(),
            (End::Cancelled, false) if !self.shape.started && self.shape.what != Kindred::Other => {
                format!(", before {} first step: {} body never ran", g.its, g.its)
            }
            (End::Cancelled, false) if took_time => format!(", and ended{when}"),
            (End::Cancelled, false) => String::new(),
            (End::Returned, true) => format!(", caught that, and {verb}{when} all the same"),
            (End::Raised, true) => format!(", and {} cleanup {verb}{when}", g.its),
            (End::Returned | End::Raised, false) => format!(", but {verb}{when}"),
            (End::Never, _) => String::new(),
        }
    }

    /// What the fate adds at the end.
    fn aftermath(&self, g: &Grammar) -> String {
        let exceptions = if g.many { "these exceptions" } else { "this exception" };
        let them = if g.many { "them" } else { "it" };
        match self.shape.fate.0 {
            Fate::Swallowed => format!(
                " Nobody sees {exceptions}: gather() marked {them} as retrieved, so not even the log shows {them}."
            ),
            Fate::Unretrieved => format!(" Nobody asked for {exceptions}, so Python logs {them}."),
            Fate::Pending if self.shape.end == End::Raised && !self.shape.retrieved => {
                format!(" Nobody asked for {exceptions}, so Python logs {them}.")
            }
            _ => String::new(),
        }
    }

    /// `returned 7`, `raised ValueError('x')`; for several with different values only the verb.
    fn verb(&self, page: &Page<'_>) -> String {
        match self.ended {
            Some(ended @ Ended::Returned(_)) if self.exactly => format!("returned {}", page.value(ended)),
            Some(ended @ Ended::Raised(_)) if self.exactly => format!("raised {}", page.value(ended)),
            Some(Ended::Returned(_)) => "returned".to_owned(),
            Some(Ended::Raised(_)) => "raised".to_owned(),
            Some(Ended::Cancelled(_)) => "ended cancelled".to_owned(),
            None => "did not finish".to_owned(),
        }
    }

    /// ` at 1 s`, ` between 0.1 s and 1 s`.
    fn when(&self, page: &Page<'_>) -> String {
        match self.finished.span {
            Some((first, _)) if self.exactly => format!(" at {}", page.time(first)),
            Some(span) => format!(" {}", span_words(page, span)),
            None => String::new(),
        }
    }
}

impl Grammar {
    fn results(&self) -> &'static str {
        if self.many { "their results are" } else { "its result is" }
    }

    fn finishes(&self) -> &'static str {
        if self.many { "finish" } else { "finishes" }
    }

    fn waits(&self) -> &'static str {
        if self.many { "wait" } else { "waits" }
    }
}
