//! What Python leaves open: a sentence where it matters, and one where all orders of a set were tried and do not.

use super::voice::{Voice, join};
use super::{LISTED, Sentence};
use crate::event::{CallId, CancelId, Canceller, Cause, Choice, Ended, SetPlace, Target, Word};
use crate::outcome::alternatives::{Other, Tried, ended_alike, gave_alike};
use crate::outcome::{AwaitableRecord, Cancel, Fate, Gave, Run};
use crate::report::duration::thousands;
use crate::report::phrases::target_words;
use crate::scenario::{Id, in_words};

/// So many names are listed.
const NAMES: usize = 4;

/// The sentences, where there are any.
pub fn sentences(voice: Voice<'_>) -> Vec<Sentence> {
    [order(&voice), lateness(&voice)].into_iter().flatten().collect()
}

fn order(voice: &Voice<'_>) -> Option<Sentence> {
    let (run, found) = (voice.run, &voice.run.alternatives);
    let orders = thousands(found.orders as u64).to_string();
    if found.depends_on_order()? {
        let of =
            if found.all_orders { format!("{orders} orders") } else { format!("the {orders} orders that were tried") };
        let (count, what, about) = most(voice, |tried| tried.orders)?;
        let text = format!("Python fixes no order {}, and here it matters: in {count} of {of} {what}.", sets(run));
        return Some(borne_out(of_sets(run, text), run, about));
    }
    let all = if found.orders == 2 { "both".to_owned() } else { format!("all {orders}") };
    run.choices
        .iter()
        .any(|choice| shows(run, choice))
        .then(|| of_sets(run, format!("Python fixes no order {}; {all} end alike.", sets(run))))
}

/// A sentence about the sets of a run: what is in them, and the events whose order is open.
fn of_sets(run: &Run<'_>, text: String) -> Sentence {
    let mut sentence = Sentence::new(text);
    for Choice { point, items, .. } in &run.choices {
        let items = items.iter().filter_map(|target| match target {
            Target::Awaitable(id) => Some(*id),
            Target::Group(_) | Target::Caller => None,
        });
        let event = |id: Id| match point.place {
            SetPlace::WaitWraps => Some(Cause::Create(id)),
            SetPlace::WaitLooks => Some(Cause::Finish(Target::Awaitable(id))),
            SetPlace::Shutdown => {
                let by_exit = |cancel: &Cancel| cancel.by == Canceller::Exit && cancel.target == Target::Awaitable(id);
                Some(Cause::Cancel(CancelId(run.cancels.iter().position(by_exit)? as u32)))
            }
        };
        sentence = sentence.about(items.clone()).by_causes(run, items.take(LISTED).filter_map(event));
    }
    sentence
}

fn lateness(voice: &Voice<'_>) -> Option<Sentence> {
    let found = &voice.run.alternatives;
    found.depends_on_lateness()?;
    let late = match voice.run.way.jitter {
        None => "A real loop wakes a little late",
        Some(_) => "A loop can wake later or earlier than this one",
    };
    let (count, what, about) = most(voice, |tried| tried.jitters)?;
    let jitters = thousands(found.jitters as u64);
    let text = format!("{late}, and here it matters: in {count} of {jitters} such runs {what}.");
    Some(borne_out(Sentence::new(text), voice.run, about))
}

/// A sentence about what comes out otherwise: an awaitable's end, or what the caller got.
fn borne_out(sentence: Sentence, run: &Run<'_>, about: Option<Id>) -> Sentence {
    let event = about.map_or(Cause::Resume(CallId::MAIN), |id| Cause::Finish(Target::Awaitable(id)));
    let sentence = sentence.about(about).by_causes(run, [event]);
    if sentence.events.first.is_empty() { sentence.by(run.numbers.last()) } else { sentence }
}

/// What comes out otherwise most often, in how many runs, and the flags that show it.
fn most(voice: &Voice<'_>, count: fn(&Tried) -> usize) -> Option<(String, String, Option<Id>)> {
    let others = voice.run.alternatives.others.iter().filter(|other| count(&other.tried) > 0);
    // Outcomes that differ in more than is said here count together.
    let mut alike: Vec<(Difference, String, usize)> = Vec::new();
    for Other { run, tried } in others {
        let what = difference(voice, run);
        match alike.iter_mut().find(|(other, ..)| other.text == what.text) {
            Some((_, _, runs)) => *runs += count(tried),
            None => alike.push((what, flags(voice.run, run), count(tried))),
        }
    }
    let (what, flags, runs) = alike.into_iter().rev().max_by_key(|(_, _, runs)| *runs)?;
    Some((thousands(runs as u64).to_string(), format!("{} ({flags})", what.text), what.about))
}

/// The flags that show another run, which may be none.
fn flags(run: &Run<'_>, other: &Run<'_>) -> String {
    match other.way.to_string() {
        flags if flags.is_empty() && run.way.jitter.is_some() => "without --jitter".to_owned(),
        flags if flags.is_empty() => "without --choices".to_owned(),
        flags => flags,
    }
}

/// `in which asyncio.run() cancels the three tasks that are left`, for each set of the run.
fn sets(run: &Run<'_>) -> String {
    let mut texts: Vec<String> = Vec::new();
    for Choice { point, items, .. } in &run.choices {
        let count = in_words(items.len());
        let text = match point.place {
            SetPlace::WaitWraps => format!("in which wait() starts its {count} coroutines"),
            SetPlace::WaitLooks => format!("in which wait() looks at the {count} that are done already"),
            SetPlace::Shutdown => format!("in which asyncio.run() cancels the {count} tasks that are left"),
        };
        if !texts.contains(&text) && texts.len() < NAMES {
            texts.push(text);
        }
    }
    join(&texts)
}

/// Whether a reader could see in which order a set came: tasks that are merely cancelled look the same in any.
fn shows(run: &Run<'_>, choice: &Choice) -> bool {
    let mut entries = choice.items.iter().filter_map(|target| match target {
        Target::Awaitable(id) => run.entries.get(id.index()),
        Target::Group(_) | Target::Caller => None,
    });
    match choice.point.place {
        SetPlace::WaitWraps => true,
        SetPlace::WaitLooks => entries.any(|entry| matches!(entry.ended, Some(Ended::Raised(_)))),
        SetPlace::Shutdown => {
            entries.any(|entry| entry.cleanup.is_some() || !matches!(entry.ended, Some(Ended::Cancelled(_))))
        }
    }
}

/// What is different in another run.
pub struct Difference {
    /// A sentence about that run, without its full stop.
    pub text: String,
    /// The awaitable that ends otherwise, where the caller gets the same.
    about: Option<Id>,
}

/// What is different in another run: what the caller got, else of the first awaitable.
pub fn difference(voice: &Voice<'_>, other: &Run<'_>) -> Difference {
    let run = voice.run;
    let (text, about) = if run.outcome().status() != other.outcome().status() || !gave_alike(run, other) {
        (what_the_caller_gets(voice, other), None)
    } else {
        what_ends_otherwise(voice, other)
    };
    Difference { text, about }
}

fn what_the_caller_gets(voice: &Voice<'_>, other: &Run<'_>) -> String {
    let (run, function) = (voice.run, voice.function());
    let there = Voice { run: other, ..*voice };
    match &other.outcome().gave {
        None => format!("{function} never returns"),
        Some(Gave::Results(_)) if matches!(run.outcome().gave, Some(Gave::Results(_))) => {
            format!("{function} returns other results")
        }
        Some(Gave::Results(_)) => format!("{function} returns"),
        Some(Gave::Sets { done, .. }) if done.is_empty() => format!("{function} returns with nothing done"),
        Some(Gave::Sets { done, .. }) => {
            let mut names: Vec<String> = done.iter().take(NAMES).map(|id| voice.name(*id)).collect();
            if done.len() > NAMES {
                names.push(format!("{} more", thousands((done.len() - NAMES) as u64)));
            }
            format!("{function} returns with {} done", join(&names))
        }
        Some(Gave::Cancelled(_)) if !other.main().gave_its_own() => {
            let before = match (other.main().called, other.main().awaited) {
                (None, _) => "before the call",
                (_, None) => "before the await",
                _ => "before it hears of what the call gave",
            };
            format!("the caller is cancelled {before}")
        }
        Some(Gave::Raised(exception) | Gave::Cancelled(exception)) => {
            format!("{function} raises {}", there.exception(*exception))
        }
    }
}

fn what_ends_otherwise(voice: &Voice<'_>, other: &Run<'_>) -> (String, Option<Id>) {
    let run = voice.run;
    let there = Voice { run: other, ..*voice };
    let entries = run.entries.iter().zip(&other.entries).zip(0..);
    let mut differing = entries.filter(|((a, b), _)| a.fate != b.fate || !entries_alike(run, a, other, b));
    if let Some(((a, b), id)) = differing.next() {
        let name = voice.name(Id(id));
        let what = match (a.fate, b.fate, b.ended) {
            (_, Fate::Raised, _) if a.fate != b.fate => format!("the exception is that of {name}"),
            (before, fate, _) if before != fate => format!("{name} is {} instead of {}", fate.word(), before.word()),
            (_, _, Some(Ended::Cancelled(_))) => format!("{name} is cancelled"),
            (_, _, Some(ended @ Ended::Returned(_))) => format!("{name} returns {}", there.value(ended)),
            (_, _, Some(Ended::Raised(exception))) => format!("{name} raises {}", there.exception(exception)),
            (_, _, None) => format!("{name} never ends"),
        };
        let what = match differing.count() {
            0 => what,
            more => format!("{what}, and {} more differ", thousands(more as u64)),
        };
        return (what, Some(Id(id)));
    }
    if let Some((_, target)) = other.logs.iter().find(|log| !run.logs.contains(log)) {
        return (format!("Python logs the exception of {}", target_words(*target, run.scenario)), None);
    }
    if let Some((_, target)) = run.logs.iter().find(|log| !other.logs.contains(log)) {
        return (format!("Python does not log the exception of {}", target_words(*target, run.scenario)), None);
    }
    let text = if run.reason != other.reason { "the program ends otherwise" } else { "Python prints something else" };
    (text.to_owned(), None)
}

fn entries_alike(run: &Run<'_>, a: &AwaitableRecord, other: &Run<'_>, b: &AwaitableRecord) -> bool {
    match (a.ended, b.ended) {
        (Some(a), Some(b)) => ended_alike(run, a, other, b),
        (a, b) => a.is_none() && b.is_none(),
    }
}
