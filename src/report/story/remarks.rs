//! What a reader may ask about the verdict: why a call was wrong, what was seen and cancelled on the way.

use super::Sentence;
use super::causes::Causes;
use super::voice::join;
use crate::event::{CallId, CancelId, Canceller, Cause, Ended, Exception, ExceptionKind, Target};
use crate::outcome::{Cancel, Gave, Met, Status};
use crate::scenario::Id;

/// So many checks, and so many cancellations, are told.
const SHOWN: usize = 6;
/// So many names are listed.
const NAMES: usize = 4;

/// What a reader may ask about the verdict itself.
pub fn sentences(causes: &Causes<'_>) -> Vec<Sentence> {
    let run = causes.voice.run;
    let mut sentences = Vec::new();
    if let Some(Gave::Raised(Exception { kind: ExceptionKind::Misuse(misuse), .. })) = run.outcome().gave {
        let events = [Cause::Call(CallId::MAIN), Cause::Resume(CallId::MAIN)];
        sentences.push(Sentence::new(misuse.text().advice.to_owned()).by_causes(run, events));
    }
    sentences.extend(done_too(causes));
    sentences.extend(settled_before(causes));
    if run.outcome().status() == Status::Hangs
        && let Some(advice) = run.call.options().advice_where_it_hangs()
    {
        sentences.push(Sentence::new(advice.to_owned()).by(run.numbers.of_await(CallId::MAIN)).absent());
    }
    sentences.extend(checks(causes));
    sentences.extend(cancels(causes));
    sentences.extend(stuck_at_exit(causes));
    sentences
}

/// `asyncio.run()` cancels what is left and waits for it, however long that takes.
fn stuck_at_exit(causes: &Causes<'_>) -> Option<Sentence> {
    let (voice, run) = (causes.voice, causes.voice.run);
    let at = run.exited_at.filter(|_| run.is_stuck_at_exit())?;
    let stuck = run.entries.iter().zip(0..).filter(|(entry, _)| entry.ended.is_none() && entry.caught.is_some());
    let ids: Vec<Id> = stuck.map(|(_, id)| Id(id)).collect();
    let cleanup = if ids.len() == 1 { "cleanup never ends" } else { "cleanups never end" };
    let (names, when) = (voice.names(&ids, ids.len(), NAMES), voice.time(at));
    let text = format!(
        "The program never ends: its main coroutine is over at {when}, but asyncio.run() waits for {names}, whose \
         {cleanup}."
    );
    let cleanups = ids.iter().map(|id| Cause::Cleanup(*id));
    let sentence = Sentence::new(text).about(ids.clone()).by_causes(run, [Cause::Exit]).by_causes(run, cleanups);
    Some(sentence.by(run.numbers.last()).absent())
}

/// wait() gives everything that is done when its caller goes on, which is one or two passes after it was released.
fn done_too(causes: &Causes<'_>) -> Option<Sentence> {
    let run = causes.voice.run;
    let Some(Gave::Sets { done, .. }) = &run.outcome().gave else { return None };
    let released = run.main().released?.member?;
    let ended = causes.voice.entry(released)?.ended?;
    if !run.call.options().comes_back_at(ended) {
        return None;
    }
    // What had ended before that is done in any case.
    let place = |id: Id| run.numbers.of(Cause::Finish(Target::Awaitable(id)));
    let others: Vec<Id> = done.iter().copied().filter(|id| place(*id) > place(released)).collect();
    let names = causes.voice.names(&others, others.len(), NAMES);
    let text = format!(
        "{names} had also ended before the caller went on, and so {} done too.",
        match others.len() {
            0 => return None,
            1 => "is",
            _ => "are",
        }
    );
    let finishes = others.iter().map(|id| Cause::Finish(Target::Awaitable(*id)));
    Some(
        Sentence::new(text)
            .about(others.clone())
            .by_causes(run, finishes)
            .by_causes(run, [Cause::Resume(CallId::MAIN)]),
    )
}

/// Where the group was done before the caller awaited it, or the caller never heard of it: how, and why.
fn settled_before(causes: &Causes<'_>) -> Option<Sentence> {
    let (voice, call) = (causes.voice, causes.voice.run.main());
    let (settled, ended) = call.settled?;
    let late = call.awaited.filter(|awaited| *awaited > settled && settled < call.outcome.at);
    if late.is_none() && call.gave_its_own() {
        return None;
    }
    let when = voice.time(settled);
    let numbers = &voice.run.numbers;
    let place = |event| numbers.of(event).unwrap_or_default();
    // The caller had gone before the group was done.
    let later = place(Cause::Finish(Target::Group(CallId::MAIN))) > place(Cause::Resume(CallId::MAIN));
    let cause = call.settled_by.cancel().map(Cause::Cancel).or(call.settled_by.cause);
    let origin = cause.and_then(|cause| causes.origin(cause, Some(settled)));
    let because = origin.as_ref().map_or(String::new(), |link| format!(", because {}", link.text));
    let did = match ended {
        Ended::Returned(_) if later => format!("was done at {when}"),
        Ended::Raised(exception) | Ended::Cancelled(exception) if later => {
            format!("raised {} at {when}{because}", voice.exception(exception))
        }
        Ended::Returned(_) => format!("was done at {when} already"),
        Ended::Raised(exception) | Ended::Cancelled(exception) => {
            format!("had already raised {} at {when}{because}", voice.exception(exception))
        }
    };
    let events = [Cause::Finish(Target::Group(CallId::MAIN))].into_iter().chain(origin.and_then(|link| link.event));
    let then = match late {
        Some(awaited) if !later => format!("; the caller awaited it only at {}", voice.time(awaited)),
        _ if later => ", when its caller had been cancelled already".to_owned(),
        _ => ", but its caller never got that".to_owned(),
    };
    let text = format!("The group {did}{then}.");
    let run = voice.run;
    Some(Sentence::new(text).by_causes(run, events).by(run.numbers.of_await(CallId::MAIN)))
}

/// `group.done() was False at 1 s and True at 2 s.`
fn checks(causes: &Causes<'_>) -> Option<Sentence> {
    let run = causes.voice.run;
    let checks = &run.main().checks;
    let words = |done: bool| if done { "True" } else { "False" };
    let time = |(at, done): &(_, bool)| format!("{} at {}", words(*done), causes.voice.time(*at));
    let shown: Vec<String> = checks.iter().take(SHOWN).map(time).collect();
    let more = if checks.len() > SHOWN { format!(", and so on ({} in all)", checks.len()) } else { String::new() };
    (!shown.is_empty())
        .then(|| Sentence::new(format!("group.done() was {}{more}.", join(&shown))).by(run.numbers.checks()))
}

/// Cancellations of the group and the caller that did not make the outcome.
fn cancels(causes: &Causes<'_>) -> Vec<Sentence> {
    let run = causes.voice.run;
    let behind = causes.cancels_behind(run.main().why);
    let of_call = run
        .cancels
        .iter()
        .zip(0..)
        .filter(|(cancel, id)| !matches!(cancel.target, Target::Awaitable(_)) && !behind.contains(&CancelId(*id)));
    let told = of_call.filter_map(|(cancel, id)| Some((cancel_words(causes, cancel)?, Cause::Cancel(CancelId(id)))));
    told.take(SHOWN).map(|(text, event)| Sentence::new(text).by_causes(run, [event])).collect()
}

fn cancel_words(causes: &Causes<'_>, cancel: &Cancel) -> Option<String> {
    let (voice, run) = (causes.voice, causes.voice.run);
    let when = voice.time(cancel.at);
    Some(match (cancel.target, cancel.by, cancel.accepted) {
        (Target::Caller, Canceller::Interrupt, _) => format!("Ctrl-C came at {when}."),
        (Target::Caller, Canceller::Schedule, true) if !cancel.before_return => {
            format!("The caller was cancelled at {when}, after {}.", voice.came_back())
        }
        (Target::Caller, Canceller::Schedule, true) => match &run.outcome().gave {
            Some(Gave::Raised(exception)) => format!(
                "The caller was cancelled at {when}, but it got {}, which replaced the CancelledError.",
                voice.exception(*exception)
            ),
            Some(Gave::Cancelled(_)) => format!("The caller was cancelled at {when}, too."),
            _ => format!("The caller was cancelled at {when}."),
        },
        (Target::Caller, Canceller::Schedule, false) => {
            format!("The caller's cancellation at {when} came too late: its program had ended.")
        }
        (Target::Group(_), Canceller::Schedule, true) => {
            format!("group.cancel() at {when} returned True: at least one member took the cancellation.")
        }
        (Target::Group(_), Canceller::Schedule, false) => {
            let why = match cancel.met {
                Met::Ended | Met::Nothing => "the group was done already",
                Met::Unfinished => "every member had ended already, though the group had not heard of it",
            };
            format!("group.cancel() at {when} returned False: {why}.")
        }
        _ => return None,
    })
}
