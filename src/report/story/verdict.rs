//! What the caller got, in one sentence.

use super::Sentence;
use super::causes::{Causes, Link};
use super::voice::Voice;
use crate::event::{CallId, CancelId, Canceller, Cause, Ended, Exception, Target};
use crate::outcome::{AwaitableRecord, Gave, Status};
use crate::report::duration::thousands;
use crate::report::phrases::count;
use crate::report::timeline::order::visit;
use crate::scenario::Id;

/// So many are named that never finish.
const NAMES: usize = 3;

/// The sentence.
pub fn sentence(causes: &Causes<'_>) -> Sentence {
    let (run, function) = (causes.voice.run, causes.voice.function());
    let at = causes.voice.time(run.outcome().at);
    let (text, about) = match &run.outcome().gave {
        Some(Gave::Results(results)) if results.is_empty() => {
            (format!("{function} returned [] at {at}: it was given nothing to wait for."), Vec::new())
        }
        Some(Gave::Results(results)) => {
            let failed = results.iter().filter(|item| !matches!(item.ended, Ended::Returned(_))).count();
            let failed = match failed {
                0 => String::new(),
                1 if results.len() == 1 => ", an exception".to_owned(),
                1 => ", one of them an exception".to_owned(),
                2 if results.len() == 2 => ", both of them exceptions".to_owned(),
                all if all == results.len() => ", all of them exceptions".to_owned(),
                some => format!(", {} of them exceptions", thousands(some as u64)),
            };
            (format!("{function} returned {} at {at}{failed}:", count(results.len(), "result")), Vec::new())
        }
        Some(Gave::Sets { done, pending }) => {
            let (done, pending) = (thousands(done.len() as u64), thousands(pending.len() as u64));
            let (when, about) = why_it_returned(causes, &at);
            (format!("{function} returned two sets {when}: {done} done, {pending} pending."), about)
        }
        Some(Gave::Raised(exception)) => {
            let from = exception.from.map_or(String::new(), |id| format!(", from {}", causes.voice.name(id)));
            let text = format!("{function} raised {} at {at}{from}.", causes.voice.exception(*exception));
            (text, exception.from.into_iter().collect())
        }
        Some(Gave::Cancelled(exception)) => (cancelled(causes, *exception, &at), exception.from.into_iter().collect()),
        None => return hang(&causes.voice, &at),
    };
    let behind = causes.of_return(run.main(), None);
    let events = behind.iter().filter_map(|link| link.event).filter(|event| *event != Cause::Resume(CallId::MAIN));
    Sentence::new(text).about(about).by_causes(run, [Cause::Resume(CallId::MAIN)].into_iter().chain(events))
}

/// `at 1 s, when orders raised`; the reason only where that is not plain from the numbers.
fn why_it_returned(causes: &Causes<'_>, at: &str) -> (String, Vec<Id>) {
    let (run, options) = (causes.voice.run, causes.voice.run.call.options());
    let plain = (format!("at {at}"), Vec::new());
    let (Some(released), Some(Gave::Sets { pending, .. })) = (run.main().released, &run.outcome().gave) else {
        return plain;
    };
    let entry = released.member.and_then(|id| Some((id, causes.voice.entry(id)?)));
    let for_all = |entry: &AwaitableRecord| !entry.ended.is_some_and(|ended| options.comes_back_at(ended));
    match entry {
        // That all are done is plain, but not since when.
        Some((_, entry)) if pending.is_empty() && for_all(entry) && released.already => {
            (format!("at once, at {at}, because all were done already"), Vec::new())
        }
        Some((_, entry)) if pending.is_empty() && for_all(entry) => plain,
        None if run.main().timed_out.is_some() => (format!("at {at}, when its timeout was over"), Vec::new()),
        None => plain,
        Some((id, entry)) if released.already => {
            let since = entry.finished.map_or(String::new(), |finished| causes.voice.time(finished));
            let name = causes.voice.name(id);
            let already = options.verb_of_earlier_release();
            (format!("at once, at {at}, because {name} {already} {since}"), vec![id])
        }
        Some((id, _)) => (format!("at {at}, when {} {}", causes.voice.name(id), options.verb_of_release()), vec![id]),
    }
}

fn cancelled(causes: &Causes<'_>, exception: Exception, at: &str) -> String {
    let (run, function) = (causes.voice.run, causes.voice.function());
    let repr = causes.voice.exception(exception);
    let chain = causes.of_return(run.main(), Some(run.outcome().at));
    let never = match (run.main().called, run.main().awaited) {
        (None, _) => Some(format!("called {function}")),
        (_, None) => Some(run.call.options().awaited_in_text().to_owned()),
        _ if !run.main().gave_its_own() => Some(format!("heard of what {function} gave")),
        _ => None,
    };
    if let Some(never) = never {
        let interrupts = |id: &CancelId| run.cancel(*id).by == Canceller::Interrupt;
        let interrupted = causes.cancels_behind(run.main().why).iter().any(interrupts);
        let by = if interrupted { ", by Ctrl-C" } else { "" };
        return format!("The caller was cancelled at {at}{by}, before it {never}: it got {repr}.");
    }
    let because = match chain.last() {
        Some(Link { text, .. }) => format!(", because {}", text),
        None => String::new(),
    };
    format!("{function} raised {repr} at {at}{because}.")
}

fn hang(voice: &Voice<'_>, at: &str) -> Sentence {
    let mut waits_for = Vec::new();
    let mut more = 0_usize;
    visit(voice.run.scenario, |place| {
        let unfinished = voice.entry(place.id).is_some_and(|entry| entry.created.is_some() && entry.finished.is_none());
        if place.given && place.depth == 0 && unfinished {
            if waits_for.len() < NAMES {
                waits_for.push(place.id);
            } else {
                more += 1;
            }
        }
    });
    let function = voice.function();
    let count = waits_for.len() + more;
    let which = match count {
        0 => String::new(),
        1 => format!("it waits for {}, which never finishes. ", voice.names(&waits_for, count, NAMES)),
        _ => format!("it waits for {}, which never finish. ", voice.names(&waits_for, count, NAMES)),
    };
    let text = match which.as_str() {
        "" => format!("{function} never returns: nothing happens after {at}."),
        which => format!("{function} never returns: {which}Nothing happens after {at}."),
    };
    let made = waits_for.iter().map(|id| Cause::Create(*id));
    let begun = voice.run.numbers.of_await(CallId::MAIN);
    let sentence = Sentence::new(text).about(waits_for.clone()).by(begun).by_causes(voice.run, made);
    sentence.by(voice.run.numbers.last()).absent()
}

/// Whether a raised exception's own story is told by the verdict.
pub fn is_passed_on(voice: &Voice<'_>, ended: Option<Ended>) -> bool {
    match (ended, &voice.run.outcome().gave) {
        (Some(Ended::Raised(own)), Some(Gave::Raised(raised) | Gave::Cancelled(raised))) => own == *raised,
        _ => false,
    }
}

/// Whether the call waits in vain for something.
pub fn waits_for(voice: &Voice<'_>, target: Target) -> bool {
    let Target::Awaitable(id) = target else { return false };
    voice.run.outcome().status() == Status::Hangs
        && voice.entry(id).is_some_and(|entry| entry.created.is_some() && entry.ended.is_none())
}
