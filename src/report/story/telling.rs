//! The sentences of an [`Alike`]: what happened to whom, when, with what, and which events say so.

use super::Sentence;
use super::alike::Alike;
use super::causes::{Causes, Link};
use super::evidence::{By, Said, absent, said};
use super::history::Sort;
use super::holders::Holder;
use super::voice::{Voice, by_whom};
use crate::event::{Canceller, Ended};
use crate::outcome::{Fate, Met, State, Status};

/// The words that differ between one and many.
pub(super) struct Grammar {
    was: &'static str,
    it: &'static str,
    /// At a sentence's beginning.
    it_capital: &'static str,
    them: &'static str,
    pub(super) its: &'static str,
    pub(super) many: bool,
}

const ONE: Grammar = Grammar { was: "was", it: "it", it_capital: "It", them: "it", its: "its", many: false };
const MANY: Grammar = Grammar { was: "were", it: "they", it_capital: "They", them: "them", its: "their", many: true };

/// The sentences, the first of which begins with the subject.
pub fn sentences(alike: &Alike, causes: &Causes<'_>, subject: &str) -> Vec<Sentence> {
    let g = if alike.count == 1 { &ONE } else { &MANY };
    let telling = Telling { alike, causes, voice: &causes.voice, g };
    let mut told = telling.told();
    if let Some(first) = told.first_mut() {
        first.text.insert_str(0, subject);
    }
    told.into_iter().map(|said| said.sentence(alike, &causes.voice, telling.origin())).collect()
}

/// An [`Alike`] that is being told.
pub(super) struct Telling<'t, 'r> {
    pub(super) alike: &'t Alike,
    pub(super) causes: &'t Causes<'r>,
    pub(super) voice: &'t Voice<'r>,
    pub(super) g: &'t Grammar,
}

impl Telling<'_, '_> {
    /// What is said behind the subject.
    fn told(&self) -> Vec<Said> {
        let (history, g) = (&self.alike.history, self.g);
        if !history.created {
            return vec![self.never_created()];
        }
        let function = self.voice.function();
        let hangs = self.hangs();
        let over = matches!(history.at_return, State::Returned | State::Raised | State::Cancelled);
        let mut all = Vec::new();
        let told = match history.fate {
            _ if !history.has_more_to_tell() => Vec::new(),
            Fate::Delivered | Fate::Done | Fate::Raised => self.reached_the_caller(),
            Fate::Pending if history.in_set => {
                let mut told = vec![said(format!(" {} pending.", g.was), [By::Resumed])];
                told.extend(self.afterwards());
                told
            }
            _ if hangs && history.end == Status::Hangs => vec![self.never_finished()],
            _ if hangs || over => self.before(),
            _ if history.cancelled_first && history.cleaned => self.cleaning_up(),
            _ if history.cancelled_first => {
                let text = format!(" {}{}.", self.cancelled(false), self.then());
                vec![said(text, [By::Cancelled, By::Finished])]
            }
            _ => {
                let running = match (history.sort, history.at_return) {
                    (Sort::Other, _) => format!("{} not done yet", g.was),
                    (_, State::NotStarted) => "had not started yet".to_owned(),
                    _ => format!("{} still running", g.was),
                };
                let mut told =
                    vec![said(format!(" {running} when {}.", self.voice.came_back()), [By::Created, By::Resumed])];
                told.extend(self.afterwards());
                told
            }
        };
        if !history.given {
            let text = format!(" {} not among the arguments of {function}.", g.was);
            all.push(absent(text, [By::Created, By::Call, By::End]));
        }
        let mut told = told.into_iter();
        if let Some(mut first) = told.next() {
            if !all.is_empty() {
                first.text.insert_str(0, &format!(" {}", g.it_capital));
            }
            all.push(first);
        }
        all.extend(told);
        all.extend(self.fate_words().filter(|_| history.has_more_to_tell()));
        all.extend(self.refused(all.is_empty()));
        all
    }

    /// A cancellation of the scenario's own that did nothing; `first`: it is all that there is to tell.
    fn refused(&self, first: bool) -> Option<Said> {
        let (history, g) = (&self.alike.history, self.g);
        let id = self.alike.ids.first().filter(|_| !history.silenced)?;
        let cancel = self.voice.run.cancel(self.voice.entry(*id)?.refused?);
        let when = if self.alike.exactly { format!(" at {}", self.voice.time(cancel.at)) } else { String::new() };
        let its = if g.many { "Their" } else { "Its" };
        let text = match (history.refused?, first) {
            (Met::Nothing, true) => format!(" {} to be cancelled{when}, but had not been created yet.", g.was),
            (Met::Nothing, false) => {
                format!(" {its} cancellation{when} found nothing: {} had not been created yet.", g.it)
            }
            (Met::Ended, true) => format!(" had already ended when cancel() was called{when}: that did nothing."),
            (Met::Ended, false) => format!(" {its} cancellation{when} came too late: {} had already ended.", g.it),
            (Met::Unfinished, true) => {
                format!(" refused its cancellation{when}: all its members had already ended.")
            }
            (Met::Unfinished, false) => {
                format!(" {its} cancellation{when} did nothing: all its members had already ended.")
            }
        };
        Some(said(text, [By::Refused, By::Finished]))
    }

    fn hangs(&self) -> bool {
        self.voice.run.outcome().status() == Status::Hangs
    }

    /// A coroutine that nothing ever wrapped in a task, or a group that was not made.
    fn never_created(&self) -> Said {
        let (history, g, function) = (&self.alike.history, self.g, self.voice.function());
        let called = self.voice.run.main().called.is_some();
        let holder = self.alike.ids.first().and_then(|id| self.causes.holders.of(*id).next());
        let text = match (history.sort, holder) {
            (Sort::Coroutine, _) if !called => format!(" never ran: {function} was never called."),
            (Sort::Coroutine, Some(Holder::Group(group))) => {
                let group = self.voice.name(group);
                let coroutine = if g.many { "coroutines were" } else { "coroutine was" };
                format!(" never ran: the group {group} was never made, so no {coroutine} made either.")
            }
            (Sort::Coroutine, None) => format!(" never ran: no list names {}.", g.them),
            (Sort::Coroutine, Some(Holder::Call)) => {
                let (coroutines, bodies) = if g.many { ("coroutines", "bodies") } else { ("coroutine", "body") };
                format!(
                    " never ran: nothing awaited the {coroutines}, so {} {bodies} did not take a single step.",
                    g.its
                )
            }
            _ if called => format!(" {} never created: no list names {}.", g.was, g.them),
            _ => format!(" {} never created: {function} was never called.", g.was),
        };
        absent(text, [By::Call, By::End])
    }

    /// It is in what the caller got, and yet there is something to say.
    fn reached_the_caller(&self) -> Vec<Said> {
        let (history, g) = (&self.alike.history, self.g);
        if history.canceller.is_some() {
            let text = format!(" {}{}.", self.cancelled(false), self.then());
            return vec![said(text, [By::CleanedUp, By::Cancelled, By::CancelledAgain, By::Finished])];
        }
        // Only of a wait(): gather() would have raised it, or given it as a value.
        let waits = match (history.sort, g.many) {
            (Sort::Other, false) => "the exception waits in it",
            (Sort::Other, true) => "the exceptions wait in them",
            (_, false) => "the exception waits in the task",
            (_, true) => "the exceptions wait in the tasks",
        };
        let asked = if !history.retrieved {
            " until somebody asks for it.".to_owned()
        } else if history.silenced {
            ". A cancel() that came too late has silenced it: Python will not log it.".to_owned()
        } else {
            let why =
                self.voice.run.call.options().why_it_looks_at_exceptions().unwrap_or("Something has asked for it");
            format!(". {why}, so Python will not log it.")
        };
        let asked = if g.many { asked.replace(" it", " them") } else { asked };
        let text = format!(" raised, and {} did not: {waits}{asked}", self.voice.function());
        let mut told = vec![said(text, [By::Finished, By::Resumed, By::Silenced])];
        told.extend(self.failed_because());
        told
    }

    /// It ended before the call came back, but is not in what that gave.
    fn before(&self) -> Vec<Said> {
        let (history, g, function) = (&self.alike.history, self.g, self.voice.function());
        let when = self.when();
        let text = match history.canceller {
            Some(_) => format!(" {}{}{}.", self.cancelled(false), self.then(), self.result_of("; ")),
            None if self.hangs() => {
                let never = match history.fate {
                    Fate::Lost => format!("; {function} never hands {} on", g.them),
                    _ => String::new(),
                };
                format!(" {}{when}{never}.", self.verb())
            }
            None => {
                let when = if when.is_empty() { when } else { format!(" ({})", when.trim_start()) };
                let came_back = self.voice.came_back();
                format!(" had already {}{when} when {came_back}{}.", self.verb(), self.result_of("; "))
            }
        };
        let mut told = vec![said(text, [By::Cancelled, By::CancelledAgain, By::Finished, By::Resumed])];
        told.extend(self.failed_because().filter(|_| history.canceller.is_none()));
        told
    }

    /// Why a nested group failed, as a sentence of its own.
    fn failed_because(&self) -> Option<Said> {
        let text = format!(" {} failed because {}.", self.g.it_capital, self.origin()?.text);
        Some(said(text, [By::Finished, By::Origin]))
    }

    /// It was cancelled, and the call came back while it was cleaning up.
    fn cleaning_up(&self) -> Vec<Said> {
        let (history, g) = (&self.alike.history, self.g);
        let (when, its) = (self.when(), if g.many { "Their" } else { "Its" });
        let came_back = self.voice.came_back();
        let first = format!(" {}, and {} still cleaning up when {came_back}.", self.cancelled(false), g.was);
        let first = said(first, [By::Cancelled, By::CleanedUp, By::Resumed]);
        let then = match history.end {
            Status::Cancelled => match history.again {
                Some(again) => {
                    let by = by_whom(again, g.its);
                    format!(" {} {} cancelled again{when}{by}, before that was over.", g.it_capital, g.was)
                }
                None => format!(" {} ended cancelled{when}.", g.it_capital),
            },
            Status::Returned => {
                format!(" {} still {}{when}{}.", g.it_capital, self.verb(), self.result_of(", and "))
            }
            Status::Raised => format!(" {its} cleanup {}{when}.", self.verb()),
            Status::Hangs if self.voice.run.interrupted => {
                format!(" {its} cleanup was not over when Ctrl-C ended the program.")
            }
            Status::Hangs => {
                return vec![first, absent(format!(" {its} cleanup never ends."), [By::CleanedUp, By::End])];
            }
        };
        vec![first, said(then, [By::CancelledAgain, By::Finished])]
    }

    /// What happened after the call came back.
    fn afterwards(&self) -> Vec<Said> {
        let (history, g) = (&self.alike.history, self.g);
        let when = self.when();
        vec![match (history.canceller, history.end) {
            (Some(_), Status::Hangs) => {
                let cancelled = self.cancelled(true);
                let never = if history.cleaned && self.voice.run.interrupted {
                    format!(", and {} still cleaning up when Ctrl-C ended the program", g.was)
                } else if history.cleaned {
                    format!(", but {} cleanup never ends", g.its)
                } else {
                    format!(", but {} never ended", g.it)
                };
                said(format!(" {cancelled}{never}."), [By::Cancelled, By::CleanedUp, By::End])
            }
            (Some(_), _) => {
                let text = format!(" {}{}{}.", self.cancelled(true), self.then(), self.result_of(", and "));
                said(text, [By::Cancelled, By::CancelledAgain, By::CleanedUp, By::Finished])
            }
            (None, Status::Hangs) if self.voice.program_ended() => absent(
                format!(" Nobody cancelled {}: {} {} not done when the program ended.", g.them, g.it, g.was),
                [By::Resumed, By::End],
            ),
            (None, Status::Hangs) => {
                let never = if g.many { "never finish" } else { "never finishes" };
                let text = format!(" Nobody cancelled {}, and {} {never}.", g.them, g.it);
                absent(text, [By::Resumed, By::End])
            }
            (None, _) => {
                let all = match (self.alike.exactly, self.alike.count) {
                    (true, 2) => " both",
                    (true, 3..) => " all",
                    _ => "",
                };
                let because = self.origin().map_or(String::new(), |link| format!(", because {}", link.text));
                let nobody = match because.is_empty() && history.refused.is_none() {
                    true => format!(" Nobody cancelled {}: {}{all}", g.them, g.it),
                    false => format!(" {}{all}", g.it_capital),
                };
                let text = format!("{nobody} {}{when}{because}{}.", self.verb(), self.result_of(", and "));
                said(text, [By::Resumed, By::Finished, By::Origin])
            }
        }]
    }

    /// In a call that hangs: it is among those that never finish.
    fn never_finished(&self) -> Said {
        let (history, g) = (&self.alike.history, self.g);
        let (finish, wait) = if g.many { ("never finish", "wait") } else { ("never finishes", "waits") };
        let plain = match history.sort {
            Sort::Other => format!("{} never done", g.was),
            _ => finish.to_owned(),
        };
        let text = match history.canceller {
            None if history.sort == Sort::Other => format!(" {plain}: what {} {wait} for never comes.", g.it),
            None => format!(" {plain}: {} {wait} for something that never comes.", g.it),
            Some(_) if history.cleaned => {
                format!(" {}, but {} cleanup never ends.", self.cancelled(false), g.its)
            }
            Some(_) => format!(" {}, and still {plain}.", self.cancelled(false)),
        };
        let by = [By::Created, By::Cancelled, By::CleanedUp, By::End];
        if history.canceller.is_some() { said(text, by) } else { absent(text, by) }
    }

    /// `was cancelled at 1.5 s, as the scenario says`, behind the subject or as a new sentence.
    fn cancelled(&self, sentence: bool) -> String {
        let g = self.g;
        let subject = if sentence { format!("{} ", g.it_capital) } else { String::new() };
        let when = match self.alike.cancelled.span {
            Some((first, last)) if self.alike.exactly || first == last => format!(" at {}", self.voice.time(first)),
            Some(span) => format!(" {}", self.voice.span(span)),
            None => String::new(),
        };
        let by = by_whom(self.alike.history.canceller.unwrap_or(Canceller::Schedule), g.its);
        format!("{subject}{} cancelled{when}{by}", g.was)
    }

    /// What came of a cancellation, behind it.
    fn then(&self) -> String {
        let (history, g) = (&self.alike.history, self.g);
        let (when, verb) = (self.when(), self.verb());
        let took_time = self.alike.finished.span != self.alike.cancelled.span;
        if let Some(again) = history.again {
            return format!(", and in the middle of {} cleanup again{when}{}", g.its, by_whom(again, g.its));
        }
        match (history.end, history.cleaned) {
            (Status::Cancelled, true) if took_time => format!(", cleaned up, and ended cancelled{when}"),
            (Status::Cancelled, true) => ", and cleaned up".to_owned(),
            (Status::Cancelled, false) if !history.started && history.sort != Sort::Other => {
                format!(", before {} first step: {} body never ran", g.its, g.its)
            }
            (Status::Cancelled, false) if took_time => format!(", and ended{when}"),
            (Status::Cancelled, false) => String::new(),
            (Status::Returned, true) => format!(", caught that, and still {verb}{when}"),
            (Status::Raised, true) => format!(", and {} cleanup {verb}{when}", g.its),
            (Status::Returned | Status::Raised, false) => format!(", but {verb}{when}"),
            (Status::Hangs, _) => String::new(),
        }
    }

    /// Why a nested group failed: `orders raised OSError at 1 s`.
    fn origin(&self) -> Option<Link> {
        let [id] = self.alike.ids[..] else { return None };
        let entry = self.voice.entry(id).filter(|_| self.voice.is_group(id))?;
        match (entry.ended?, entry.why.cause?) {
            (Ended::Raised(_), cause) => self.causes.origin(cause, entry.finished),
            _ => None,
        }
    }

    /// `returned 7`, `raised ValueError('x')`; for several with different values only the verb.
    fn verb(&self) -> String {
        let exactly = self.alike.exactly;
        match self.alike.ended {
            Some(ended @ Ended::Returned(_)) if exactly => format!("returned {}", self.voice.value(ended)),
            Some(ended @ Ended::Raised(_)) if exactly => format!("raised {}", self.voice.value(ended)),
            Some(Ended::Returned(_)) => "returned".to_owned(),
            Some(Ended::Raised(_)) => "raised".to_owned(),
            // Its own body raised it.
            Some(Ended::Cancelled(exception)) if exactly && self.alike.history.canceller.is_none() => {
                format!("raised {}", self.voice.exception(exception))
            }
            Some(Ended::Cancelled(_)) => "ended cancelled".to_owned(),
            None => "did not finish".to_owned(),
        }
    }

    /// ` at 1 s`, ` between 0.1 s and 1 s`.
    fn when(&self) -> String {
        match self.alike.finished.span {
            Some((first, _)) if self.alike.exactly => format!(" at {}", self.voice.time(first)),
            Some(span) => format!(" {}", self.voice.span(span)),
            None => String::new(),
        }
    }
}
