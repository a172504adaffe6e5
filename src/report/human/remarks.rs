//! What a reader may ask about the verdict: why a call was wrong, what was seen and cancelled on the way.

use super::page::{Page, join};
use crate::event::{Canceller, Ended, Exception, ExceptionKind, Target};
use crate::outcome::{Cancel, Cancellation, Gave, Status};

/// What a reader may ask about the verdict itself.
pub fn texts(page: &Page<'_>) -> Vec<String> {
    let run = page.run;
    let mut texts = Vec::new();
    if let Some(Gave::Raised(Exception { kind: ExceptionKind::Misuse(misuse), .. })) = run.outcome().gave {
        texts.push(misuse.text().advice.to_owned());
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
    if run.outcome().status() == Status::Hangs {
        texts.extend(run.call.options().advice_where_it_hangs().map(str::to_owned));
    }
    texts.extend(checks_words(page));
    texts.extend(cancels_words(page));
    texts
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
        let made_it = run.outcome().status() == Status::Cancelled && *accepted && *before_return;
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
