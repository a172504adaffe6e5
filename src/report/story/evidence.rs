//! The events that a sentence rests on.

use super::alike::Alike;
use super::causes::Link;
use super::voice::Voice;
use super::{LISTED, Sentence};
use crate::event::{CallId, Cause, Target};
use crate::scenario::Id;

/// A kind of event that a sentence rests on.
#[derive(Clone, Copy)]
pub enum By {
    Created,
    Cancelled,
    CancelledAgain,
    CleanedUp,
    Finished,
    Refused,
    Silenced,
    Logged,
    /// The call, where it was made.
    Call,
    /// The caller's going on.
    Resumed,
    /// Where the causes of a group's failure begin.
    Origin,
    /// The end of the whole run.
    End,
}

/// A sentence on its way: a space, and what is said behind the subject.
pub struct Said {
    pub text: String,
    by: Vec<By>,
    absent: bool,
}

/// A sentence about what happened.
pub fn said(text: impl Into<String>, by: impl Into<Vec<By>>) -> Said {
    Said { text: text.into(), by: by.into(), absent: false }
}

/// Something that did not happen, between these events.
pub fn absent(text: impl Into<String>, by: impl Into<Vec<By>>) -> Said {
    Said { absent: true, ..said(text, by) }
}

impl Said {
    /// The sentence, about these and borne out by their events; `origin`: where the causes of a group's failure begin.
    pub fn sentence(self, alike: &Alike, voice: &Voice<'_>, origin: Option<Link>) -> Sentence {
        let (run, ids) = (voice.run, &alike.ids);
        let mut sentence = Sentence::new(self.text.trim_start().to_owned()).about(ids.iter().copied());
        sentence.about.more = alike.count - ids.len();
        for by in self.by {
            sentence = match by {
                By::Call => sentence.by_causes(run, [Cause::Call(CallId::MAIN)]),
                By::Resumed => sentence.by_causes(run, [Cause::Resume(CallId::MAIN)]),
                By::End => sentence.by(run.numbers.last()),
                By::Origin => sentence.by_causes(run, origin.as_ref().and_then(|link| link.event)),
                by => {
                    let numbers = ids.iter().filter_map(|id| number(voice, *id, by));
                    let before = sentence.events.first.len();
                    let mut sentence = sentence.by(numbers.collect::<Vec<_>>());
                    if ids.len() == LISTED && sentence.events.first.len() > before {
                        sentence.events.more += alike.count - ids.len();
                    }
                    sentence
                }
            };
        }
        if self.absent { sentence.absent() } else { sentence }
    }
}

/// The number of an event of an awaitable.
fn number(voice: &Voice<'_>, id: Id, by: By) -> Option<usize> {
    let (numbers, entry) = (&voice.run.numbers, voice.entry(id)?);
    let cancel = match by {
        By::Created => return numbers.of(Cause::Create(id)),
        By::CleanedUp => return numbers.of(Cause::Cleanup(id)),
        By::Finished => return numbers.of(Cause::Finish(Target::Awaitable(id))),
        By::Logged => return numbers.of_log(entry.logged? as usize),
        By::Cancelled => entry.cancelled_by()?,
        By::CancelledAgain => entry.cancelled_again()?,
        By::Refused => entry.refused?,
        By::Silenced => entry.silenced?,
        By::Call | By::Resumed | By::Origin | By::End => return None,
    };
    numbers.of(Cause::Cancel(cancel))
}
