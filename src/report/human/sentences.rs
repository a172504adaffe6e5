//! What happened to an awaitable, or to many alike, in a sentence or two.
//!
//! A [`History`] says what happened and chooses the sentences; [`Alike`] adds to whom, when and with what.

use super::chosen::Counted;
use super::history::{History, Sort};
use super::lanes::span_words;
use super::page::Page;
use crate::event::{Canceller, Ended};
use crate::outcome::{AwaitableRecord, Fate, State, Status};
use crate::scenario::Id;

/// Awaitables with one history, which the same sentences tell.
pub struct Alike {
    /// What happened.
    pub history: History,
    /// Where the first stands in the order of lanes.
    pub position: usize,
    /// The first few.
    pub ids: Vec<Id>,
    /// How many there are.
    pub count: usize,
    /// When they ended.
    pub finished: Counted,
    /// When they were cancelled.
    pub cancelled: Counted,
    /// How the first ended.
    pub ended: Option<Ended>,
    /// Whether times and values are those of all.
    pub exactly: bool,
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

impl Alike {
    pub fn new(history: History, position: usize, entry: &AwaitableRecord) -> Alike {
        let (ids, finished, cancelled) = (Vec::new(), Counted::default(), Counted::default());
        Alike { history, position, ids, count: 0, finished, cancelled, ended: entry.ended, exactly: false }
    }

    /// What is said behind the subject.
    pub fn text(&self, page: &Page<'_>) -> String {
        let g = if self.count == 1 { &ONE } else { &MANY };
        let history = &self.history;
        if !history.created {
            return self.never_created(page, g);
        }
        let function = page.function();
        let hangs = page.run.outcome().status() == Status::Hangs;
        let over = matches!(history.at_return, State::Returned | State::Raised | State::Cancelled);
        let (given, subject) = if history.given {
            (String::new(), String::new())
        } else {
            (format!(" {} not among the arguments of {function}.", g.was), format!(" {}", g.it_capital))
        };
        let told = match history.fate {
            Fate::Delivered | Fate::Done | Fate::Raised => self.reached_the_caller(page, g),
            Fate::Pending => format!(" {} pending.{}", g.was, self.afterwards(page, g)),
            _ if hangs && history.end == Status::Hangs => self.never_finished(page, g),
            _ if hangs || over => self.before(page, g),
            _ if history.cancelled_first && history.cleaned => self.cleaning_up(page, g),
            _ if history.cancelled_first => format!(" {}{}.", self.cancelled(page, g, false), self.then(page, g)),
            _ => {
                let running = match (history.sort, history.at_return) {
                    (Sort::Other, _) => format!("{} not done yet", g.was),
                    (_, State::NotStarted) => "had not started yet".to_owned(),
                    _ => format!("{} still running", g.was),
                };
                format!(" {running} when {}.{}", page.came_back(), self.afterwards(page, g))
            }
        };
        format!("{given}{subject}{told}{}", self.fate_words(page, g))
    }

    /// A coroutine that nothing ever wrapped in a task, or a group that was not made.
    fn never_created(&self, page: &Page<'_>, g: &Grammar) -> String {
        let body = if g.many { "bodies" } else { "body" };
        match self.history.sort {
            Sort::Coroutine if page.run.main().called.is_none() => {
                format!(" never ran: {} was never called.", page.function())
            }
            Sort::Coroutine if !self.history.given && !self.history.gathered => {
                format!(" never ran: no list names {}.", g.them)
            }
            Sort::Coroutine => {
                format!(
                    " never ran: nothing awaited the coroutine{}, so {} {body} did not take a single step.",
                    if g.many { "s" } else { "" },
                    g.its
                )
            }
            _ if page.run.main().called.is_some() => format!(" {} never created: no list names {}.", g.was, g.them),
            _ => format!(" {} never created: {} was never called.", g.was, page.function()),
        }
    }

    /// It is in what the caller got, and yet there is something to say.
    fn reached_the_caller(&self, page: &Page<'_>, g: &Grammar) -> String {
        let history = &self.history;
        if history.canceller.is_some() {
            let cancelled = self.cancelled(page, g, false);
            return format!(" {cancelled}{}.", self.then(page, g));
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
            let why = page.run.call.options().why_it_looks_at_exceptions().unwrap_or("Something has asked for it");
            format!(". {why}, so Python will not log it.")
        };
        let asked = if g.many { asked.replace(" it", " them") } else { asked };
        format!(" raised, and {} did not: {waits}{asked}", page.function())
    }

    /// It ended before the call came back, but is not in what that gave.
    fn before(&self, page: &Page<'_>, g: &Grammar) -> String {
        let history = &self.history;
        let function = page.function();
        let when = self.when(page);
        let hangs = page.run.outcome().status() == Status::Hangs;
        let first = match (history.canceller, history.end) {
            (Some(_), _) => format!(" {}{}", self.cancelled(page, g, false), self.then(page, g)),
            (None, _) if hangs => format!(" {}{when}", self.verb(page)),
            (None, _) => format!(" had {}{when}", self.verb(page)),
        };
        match history.fate {
            Fate::Lost if hangs => format!("{first}; {function} never hands {} on.", g.them),
            Fate::Lost if history.canceller.is_some() => format!("{first}; {} lost.", g.results()),
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
        let then = match self.history.end {
            Status::Cancelled => match self.history.again {
                Some(again) => {
                    let by = by_words(again, g);
                    format!("{} {} cancelled again{when}{by}, before that was over.", g.it_capital, g.was)
                }
                None => format!("{} ended cancelled{when}.", g.it_capital),
            },
            Status::Returned => {
                format!("{} {}{when} all the same, and {} lost.", g.it_capital, self.verb(page), g.results())
            }
            Status::Raised => format!("{its} cleanup {}{when}.", self.verb(page)),
            Status::Hangs if page.run.interrupted => {
                format!("{its} cleanup was not over when Ctrl-C ended the program.")
            }
            Status::Hangs => format!("{its} cleanup never ends."),
        };
        format!("{first} {then}")
    }

    /// What happened after the call came back.
    fn afterwards(&self, page: &Page<'_>, g: &Grammar) -> String {
        let history = &self.history;
        let when = self.when(page);
        let lost = if history.fate == Fate::Lost { format!(", and {} lost", g.results()) } else { String::new() };
        match (history.canceller, history.end) {
            (Some(_), Status::Hangs) => {
                let cancelled = self.cancelled(page, g, true);
                let never = if history.cleaned && page.run.interrupted {
                    format!(", and {} still cleaning up when Ctrl-C ended the program", g.was)
                } else if history.cleaned {
                    format!(", but {} cleanup never ends", g.its)
                } else {
                    format!(", but {} never ended", g.it)
                };
                format!(" {cancelled}{never}.")
            }
            (Some(_), _) => {
                format!(" {}{}{lost}.", self.cancelled(page, g, true), self.then(page, g))
            }
            (None, Status::Hangs) if page.program_ended() => {
                format!(" Nobody cancelled {}: {} {} not done when the program ended.", g.them, g.it, g.was)
            }
            (None, Status::Hangs) => format!(" Nobody cancelled {}, and {} never {}.", g.them, g.it, g.finishes()),
            (None, _) => {
                let all = match (self.exactly, self.count) {
                    (true, 2) => " both",
                    (true, 3..) => " all",
                    _ => "",
                };
                format!(" Nobody cancelled {}: {}{all} {}{when}{lost}.", g.them, g.it, self.verb(page))
            }
        }
    }

    /// In a call that hangs: it is among those that never finish.
    fn never_finished(&self, page: &Page<'_>, g: &Grammar) -> String {
        let history = &self.history;
        let plain = match history.sort {
            Sort::Other => format!("{} never done", g.was),
            _ => format!("never {}", g.finishes()),
        };
        match history.canceller {
            None if history.sort == Sort::Other => format!(" {plain}: what {} {} for never comes.", g.it, g.waits()),
            None => format!(" {plain}: {} {} for something that never comes.", g.it, g.waits()),
            Some(_) if history.cleaned => {
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
        let by = by_words(self.history.canceller.unwrap_or(Canceller::Schedule), g);
        format!("{subject}{} cancelled{when}{by}", g.was)
    }

    /// What came of a cancellation, behind it.
    fn then(&self, page: &Page<'_>, g: &Grammar) -> String {
        let when = self.when(page);
        let verb = self.verb(page);
        let took_time = self.finished.span != self.cancelled.span;
        if let Some(again) = self.history.again {
            return format!(", and in the middle of {} cleanup again{when}{}", g.its, by_words(again, g));
        }
        match (self.history.end, self.history.cleaned) {
            (Status::Cancelled, true) if took_time => format!(", cleaned up, and ended cancelled{when}"),
            (Status::Cancelled, true) => ", and cleaned up".to_owned(),
            (Status::Cancelled, false) if !self.history.started && self.history.sort != Sort::Other => {
                format!(", before {} first step: {} body never ran", g.its, g.its)
            }
            (Status::Cancelled, false) if took_time => format!(", and ended{when}"),
            (Status::Cancelled, false) => String::new(),
            (Status::Returned, true) => format!(", caught that, and {verb}{when} all the same"),
            (Status::Raised, true) => format!(", and {} cleanup {verb}{when}", g.its),
            (Status::Returned | Status::Raised, false) => format!(", but {verb}{when}"),
            (Status::Hangs, _) => String::new(),
        }
    }

    /// What the fate adds at the end.
    fn fate_words(&self, page: &Page<'_>, g: &Grammar) -> String {
        let exceptions = if g.many { "these exceptions" } else { "this exception" };
        let them = if g.many { "them" } else { "it" };
        // A program that is stuck logs nothing.
        let logs = if page.run.logs.is_empty() { String::new() } else { format!(", so Python logs {them}") };
        match self.history.fate {
            Fate::Swallowed if self.history.gathered => {
                format!(
                    " Nobody sees {exceptions}: gather() marked {them} as retrieved, so not even the log shows {them}."
                )
            }
            Fate::Swallowed if self.history.silenced => {
                format!(" Nobody sees {exceptions}: a cancel() that came too late has silenced {them}.")
            }
            Fate::Swallowed => format!(" Nobody sees {exceptions}, and Python does not log {them}."),
            // Its group took it, and nobody asked the group.
            Fate::Unretrieved if self.history.retrieved && self.history.gathered && !logs.is_empty() => {
                format!(" Nobody asked {} group for {exceptions}{logs} as the group's.", g.its)
            }
            Fate::Unretrieved => format!(" Nobody asked for {exceptions}{logs}."),
            Fate::Pending if !self.history.retrieved => {
                format!(" Nobody asked for {exceptions}{logs}.")
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

/// Who cancelled it, behind when that was.
fn by_words(canceller: Canceller, g: &Grammar) -> String {
    match canceller {
        Canceller::Schedule => ", as the scenario says".to_owned(),
        Canceller::Caller => " with the caller".to_owned(),
        Canceller::Group => format!(" with {} group", g.its),
        Canceller::Exit => " by asyncio.run(), as the program ended".to_owned(),
        Canceller::Interrupt => " by Ctrl-C".to_owned(),
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
