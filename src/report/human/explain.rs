//! What a reader may ask about the verdict: why a call was wrong, what was seen and cancelled on the way.

use super::page::{Page, join};
use crate::calls::Call;
use crate::event::{Canceller, Ended, Exception, ExceptionKind, Misuse, Target};
use crate::outcome::{Cancel, Cancellation, Gave};
use crate::scenario::Status;

/// What a reader may ask about the verdict itself.
pub fn texts(page: &Page<'_>) -> Vec<String> {
    let run = page.run;
    let mut texts = Vec::new();
    if let Gave::Exception(Exception { kind: ExceptionKind::Misuse(misuse), .. }) = run.outcome().gave {
        texts.push(misuse_words(misuse).to_owned());
    }
    if let Some((settled, ended)) = run.main().settled
        && settled < run.outcome().at
        && run.main().awaited.is_some_and(|awaited| awaited > settled)
    {
        let verb = match ended {
            Ended::Returned(_) => "was done",
            Ended::Raised(exception) if !matches!(exception.kind, ExceptionKind::Cancelled(_)) => "had failed",
            _ => "was cancelled",
        };
        texts.push(format!(
            "The group {verb} at {} already; the caller awaited it only at {}.",
            page.time(settled),
            page.time(run.main().awaited.unwrap_or_default())
        ));
    }
    if run.outcome().status == Status::Hangs && run.main().timed_out.is_none() && matches!(run.call, Call::Wait(_)) {
        texts.push("A timeout would have let wait() return.".to_owned());
    }
    texts.extend(checks_words(page));
    texts.extend(cancels_words(page));
    texts
}

/// Why a wrong call fails, and what to write instead.
fn misuse_words(misuse: Misuse) -> &'static str {
    match misuse {
        Misuse::UnhashableList | Misuse::ListAsDictKey => {
            "gather() takes the awaitables themselves as its arguments, not a list of them: put a star before the \
             list, asyncio.gather(*awaitables)."
        }
        Misuse::NoCoroutines | Misuse::NoTasks | Misuse::EmptyGenerator => {
            "wait() refuses an empty collection, where gather() of nothing returns []: ask whether there is anything \
             to wait for before the call."
        }
        Misuse::CoroutinesForbidden => {
            "Since Python 3.11 wait() takes only tasks and futures: wrap each coroutine with asyncio.create_task() \
             first, and keep the tasks to tell them apart in what it returns."
        }
        Misuse::NotAGenerator => "Up to Python 3.11 wait() refuses a generator: make it a list.",
        Misuse::NotACoroutine | Misuse::NotATask | Misuse::NotAFuture | Misuse::NotAGroup => {
            "wait() takes one collection of tasks or futures, not the awaitable itself: write asyncio.wait([task])."
        }
    }
}

/// `group.done() was False at 1 s and True at 2 s.`
fn checks_words(page: &Page<'_>) -> Option<String> {
    let checks = &page.run.main().checks;
    let shown: Vec<String> = checks
        .iter()
        .take(6)
        .map(|(at, done)| format!("{} at {}", if *done { "True" } else { "False" }, page.time(*at)))
        .collect();
    let more = checks.len() - shown.len();
    let more = if more > 0 { format!(", and so on ({} in all)", checks.len()) } else { String::new() };
    (!shown.is_empty()).then(|| format!("group.done() was {}{more}.", join(&shown)))
}

/// Cancellations of the group and the caller that did not make the outcome.
fn cancels_words(page: &Page<'_>) -> Vec<String> {
    let run = page.run;
    let mut texts = Vec::new();
    for Cancel { target, accepted, before_return, cancellation: Cancellation { at, by, .. } } in
        run.cancels.iter().take(6)
    {
        let made_it = run.outcome().status == Status::Cancelled && *accepted && *before_return;
        let when = page.time(*at);
        let text = match (target, by, accepted) {
            _ if made_it => continue,
            (Target::Caller, Canceller::Interrupt, _) => format!("Ctrl-C came at {when}."),
            (Target::Caller, Canceller::Schedule, true) if !before_return => {
                format!("The caller was cancelled at {when}, after {}.", page.came_back())
            }
            (Target::Caller, Canceller::Schedule, true) => format!("The caller was cancelled at {when}."),
            (Target::Caller, Canceller::Schedule, false) => {
                format!("The caller's cancellation at {when} came too late: its program had ended.")
            }
            (Target::Group(_), Canceller::Schedule, true) => {
                format!("group.cancel() at {when} returned True: at least one member took the cancellation.")
            }
            (Target::Group(_), Canceller::Schedule, false) => {
                format!("group.cancel() at {when} returned False: there was nothing left to cancel.")
            }
            _ => continue,
        };
        texts.push(text);
    }
    texts
}
