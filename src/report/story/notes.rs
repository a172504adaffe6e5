//! What asyncdemo itself has to say of a run: moments that never came, and what a version or a run leaves out.

use super::Sentence;
use super::causes::Causes;
use super::voice::Voice;
use crate::event::{CallId, Cause, Reason, Target};
use crate::outcome::{Gave, Moment, Note};
use crate::report::escape::escaped;
use crate::scenario::Nanos;

/// A sentence a note.
pub fn sentences(causes: &Causes<'_>) -> Vec<Sentence> {
    let run = causes.voice.run;
    let told = run.notes.iter().map(|note| match note {
        Note::NeverCame { moment, at, to } => never_came(causes, *moment, *at, to.as_deref()),
        Note::MessageLeftOut { of } => Sentence::new(format!(
            "The message for cancelling {} is left out: cancel() takes none in Python 3.8.",
            escaped(of)
        )),
        Note::ChoicesLeftOver { given, made } => {
            Sentence::new(format!("{given} choices were given, but this run makes only {made}."))
        }
    });
    told.collect()
}

/// `The check at 2 s never happened: the caller was cancelled at 1 s.`
fn never_came(causes: &Causes<'_>, moment: Moment, at: Nanos, to: Option<&str>) -> Sentence {
    let (voice, run) = (&causes.voice, causes.voice.run);
    let when = voice.time(at);
    let what = match (moment, to) {
        (Moment::Call, _) => format!("The call at {when}"),
        (Moment::Await, _) => format!("The await at {when}"),
        (Moment::Check, _) => format!("The check at {when}"),
        (Moment::Cancel(Target::Caller), _) => format!("The cancellation of the caller at {when}"),
        (Moment::Cancel(Target::Group(_)), _) => format!("The cancellation of the group at {when}"),
        (Moment::Cancel(Target::Awaitable(_)), name) => {
            format!("The cancellation of {} at {when}", escaped(name.unwrap_or_default()))
        }
    };
    let (why, event) = reason(causes, voice, moment);
    Sentence::new(format!("{what} never happened: {why}.")).by_causes(run, event).by(run.numbers.last()).absent()
}

fn reason(causes: &Causes<'_>, voice: &Voice<'_>, moment: Moment) -> (String, Option<Cause>) {
    let run = voice.run;
    let of_call = matches!(moment, Moment::Await | Moment::Check | Moment::Cancel(Target::Group(_)));
    if of_call && run.main().called.is_none() {
        return (format!("{} was never called", voice.function()), None);
    }
    // A caller that was cancelled before it came to that.
    if matches!(moment, Moment::Call | Moment::Await)
        && let Some(Gave::Cancelled(_)) = run.outcome().gave
        && let Some(cancel) = run.main().why.cancel()
        && let Some(link) = causes.origin(Cause::Cancel(cancel), None)
    {
        return (link.text, link.event);
    }
    let ended = voice.time(run.ended_at);
    match run.reason {
        Reason::Finished => (format!("the program ended at {ended}"), run.exited_at.map(|_| Cause::Exit)),
        Reason::Stuck => (format!("nothing happens any more after {ended}"), Some(Cause::Call(CallId::MAIN))),
        Reason::Interrupted | Reason::Abandoned => (format!("the program was ended at {ended}"), None),
    }
}
