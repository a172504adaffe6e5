//! What a run told, with the numbers of the events that each event names.

use std::fmt::Write;

use asyncdemo::calls::Call;
use asyncdemo::event::{
    Canceller, Ended, Event, EventKind, ExceptionKind, Got, Listener, Numbering, Recording, Target, What, Word,
};
use asyncdemo::executor::choices::Canonical;
use asyncdemo::executor::clock::Virtual;
use asyncdemo::executor::lateness::Never;
use asyncdemo::executor::{Plan, Workspace, simulate};
use asyncdemo::scenario::{Id, Kind, Python, Scenario};

use super::change::Taken;

/// Runs a scenario, and records what happens.
pub fn run(scenario: &Scenario, call: Call, python: Python, workspace: &mut Workspace, recording: &mut Recording) {
    let plan = Plan::new(scenario, call, python);
    simulate(&plan, Virtual, Canonical, Never, recording, workspace);
}

/// The events of a run.
#[derive(Default)]
pub struct Told<'r> {
    pub events: Vec<Event<'r>>,
    /// By event: the number of its cause.
    pub cause: Vec<Option<usize>>,
    /// By event: the number of what it brings with it.
    pub because: Vec<Option<usize>>,
    /// The events that name something that has not happened.
    unknown: Vec<usize>,
}

impl<'r> Told<'r> {
    pub fn new(recording: &'r Recording) -> Told<'r> {
        let (mut told, mut numbering) = (Told::default(), Numbering::default());
        for (place, event) in recording.iter().enumerate() {
            let [cause, because] = [event.why.cause, event.why.because];
            let number = |cause: Option<_>| cause.and_then(|cause| numbering.of(cause));
            let numbers = (number(cause), number(because));
            if cause.is_some() != numbers.0.is_some() || because.is_some() != numbers.1.is_some() {
                told.unknown.push(place);
            }
            told.cause.push(numbers.0);
            told.because.push(numbers.1);
            numbering.event(&event);
            told.events.push(event);
        }
        told
    }

    /// Whether an event may come later than the moment of its cause.
    fn may_come_later(&self, place: usize) -> bool {
        let cause = self.cause[place].map(|cause| self.events[cause].what);
        let is_called = |other: &Event<'_>| other.kind() == EventKind::Call && other.at == self.events[place].at;
        match self.events[place].what {
            // wait() wraps coroutines when it is awaited.
            What::Create { .. } | What::Log { .. } => true,
            What::Resume { already, .. } => already,
            What::Finish { target: Target::Awaitable(_), .. } if matches!(cause, Some(What::Cleanup { .. })) => true,
            // gather() of what is done already.
            What::Finish { .. } => self.events.iter().any(is_called),
            _ => false,
        }
    }

    /// What names no cause and must have one, has one and must not, or names one that has not happened or at another
    /// moment.
    pub fn unnamed(&self) -> Vec<String> {
        let late = (0..self.events.len()).filter_map(|place| {
            let cause = &self.events[self.cause[place]?];
            let late = cause.at != self.events[place].at && !self.may_come_later(place);
            late.then(|| format!("{place} comes later than its cause"))
        });
        let unknown = self.unknown.iter().map(|place| format!("{place} names what has not happened"));
        let missing = (0..self.events.len()).filter_map(|place| {
            let has = self.cause[place].is_some();
            let wrong = match self.events[place].what {
                What::Start { .. } | What::Cleanup { .. } | What::Callback { .. } | What::Log { .. } | What::Exit => {
                    !has
                }
                What::Cancel { by: Canceller::Schedule | Canceller::Interrupt, .. } => has,
                What::Cancel { .. } => !has,
                What::Finish { target: Target::Group(_), .. } => !has,
                What::Resume { got: Got::Raised(exception), .. }
                    if matches!(exception.kind, ExceptionKind::Misuse(_)) =>
                {
                    has
                }
                What::Resume { .. } => !has,
                What::Call { .. } | What::Await { .. } | What::Check { .. } | What::Timeout { .. } => has,
                What::Warning { .. } => has,
                What::Create { .. } | What::Finish { .. } => false,
            };
            wrong.then(|| format!("{place} has {} cause", if has { "a" } else { "no" }))
        });
        unknown.chain(missing).chain(late).collect()
    }

    /// What in the scenario an event goes back to, where that can be taken away.
    pub fn root(&self, number: usize) -> Option<Taken> {
        let cause = self.cause[number];
        match (self.events[number].what, cause) {
            (What::Cancel { target, by: Canceller::Schedule, .. }, _) => Some(Taken::Cancel(target)),
            (What::Timeout { .. }, _) => Some(Taken::Timeout),
            (What::Finish { target: Target::Awaitable(id), .. }, None) => Some(Taken::End(id)),
            (What::Finish { target: Target::Awaitable(id), .. }, Some(cause))
                if matches!(self.events[cause].what, What::Cleanup { .. }) =>
            {
                Some(Taken::Cleanup(id))
            }
            (What::Create { .. } | What::Start { .. } | What::Call { .. }, _) => None,
            (_, cause) => self.root(cause?),
        }
    }

    /// Everything that events of this run go back to.
    pub fn all_that_can_be_taken(&self, scenario: &Scenario) -> Vec<Taken> {
        let mut all = Vec::new();
        for number in self.cause.iter().chain(&self.because).flatten() {
            if let Some(taken) = self.root(*number)
                && !all.contains(&taken)
                && !matches!(taken, Taken::End(id) if matches!(scenario.awaitable(id).kind, Kind::Gather(_)))
            {
                all.push(taken);
            }
        }
        all
    }

    /// The same event in another run, at the same moment: the same one of several that are alike.
    pub fn counterpart(&self, place: usize, again: &Told<'_>, exactly: bool) -> Option<usize> {
        let event = &self.events[place];
        let like = |other: &&Event<'_>| other.at == event.at && alike(event, other, exactly);
        let before = self.events[..place].iter().filter(like).count();
        let alike = |other: &usize| like(&&again.events[*other]);
        (0..again.events.len()).filter(alike).nth(before)
    }

    /// What is wrong where an event still happens without its cause.
    pub fn cause_is_wrong(
        &self,
        place: usize,
        number: usize,
        again: &Told<'_>,
        other: usize,
        scenario: &Scenario,
    ) -> Option<String> {
        let (event, cause) = (&self.events[place], &self.events[number]);
        let Some(named) = again.cause[other] else {
            return (!is_own_cancellation(event, scenario)).then(|| format!("{other} happens all the same, by itself"));
        };
        let named = &again.events[named];
        // The cause has happened too, for another reason: that is for its own trial.
        if named.at == cause.at && alike(cause, named, false) {
            return None;
        }
        // Of what is looked at together, the order is not that in which it happened.
        let is_call = |other: &Event<'_>| other.kind() == EventKind::Call && other.at == event.at;
        let together = cause.at < event.at
            || named.at < event.at
            || match event.what {
                What::Resume { already, .. } => already,
                What::Finish { target, .. } => is_group(target, scenario) && self.events.iter().any(is_call),
                _ => false,
            };
        let before = |one: &Event<'_>| one.at == named.at && alike(one, named, true);
        // What takes a pass more to have its effect would have had it later.
        let in_time = again.events[other].iteration <= event.iteration;
        let had_happened = !together && in_time && self.events[..number].iter().any(before);
        had_happened.then(|| format!("{other} happens all the same, by what had happened before the cause already"))
    }

    /// What is wrong where an event still happens without what it is said to bring with it.
    pub fn because_is_wrong(&self, place: usize, again: &Told<'_>, other: usize) -> Option<String> {
        if again.because[other].is_some() {
            return None;
        }
        let same_cause = match (self.cause[place], again.cause[other]) {
            (Some(cause), Some(named)) => self.same(cause, again, named),
            _ => false,
        };
        same_cause.then(|| format!("{other} happens all the same, and brings nothing with it"))
    }

    /// Whether two events of two runs are the same, and of the same causes.
    fn same(&self, number: usize, again: &Told<'_>, other: usize) -> bool {
        let same = |one: Option<usize>, other: Option<usize>| match (one, other) {
            (None, None) => true,
            (Some(one), Some(other)) => self.same(one, again, other),
            _ => false,
        };
        let (event, named) = (&self.events[number], &again.events[other]);
        event.at == named.at
            && alike(event, named, true)
            && same(self.cause[number], again.cause[other])
            && same(self.because[number], again.because[other])
    }

    /// Whether an event is another one, or was passed on by it.
    pub fn comes_from(&self, number: usize, from: usize) -> bool {
        let is_cancel = self.events[number].kind() == EventKind::Cancel;
        number == from || (is_cancel && self.cause[number].is_some_and(|cause| self.comes_from(cause, from)))
    }

    /// Whether an event is one of this awaitable's.
    pub fn is_about(&self, number: usize, id: Id) -> bool {
        match self.events[number].what {
            What::Create { awaitable, .. } => awaitable == id,
            What::Finish { target, .. } | What::Cancel { target, .. } => target == Target::Awaitable(id),
            _ => false,
        }
    }

    /// A line for each event but some, with causes as numbers among those.
    pub fn lines_without(&self, left_out: impl Fn(usize) -> bool) -> Vec<String> {
        let kept: Vec<usize> = (0..self.events.len()).filter(|number| !left_out(*number)).collect();
        let number = |cause: Option<usize>| cause.map(|cause| kept.binary_search(&cause).ok());
        let line = |place: &usize| {
            let event = &self.events[*place];
            let what = match event.what {
                What::Cancel { target, accepted, by, .. } => format!("cancel {target:?} {accepted} {by:?}"),
                what => format!("{what:?}"),
            };
            let (cause, because) = (number(self.cause[*place]), number(self.because[*place]));
            format!("{} {} {what} {cause:?} {because:?} {}", event.at, event.iteration, event.open)
        };
        kept.iter().map(line).collect()
    }

    /// The events, to be read.
    pub fn page(&self, scenario: &Scenario) -> String {
        let name = |target: Target| match target {
            // What a test adds has no name there.
            Target::Awaitable(id) if id.index() < scenario.len() => scenario.name(id).to_string(),
            other => other.word().unwrap_or("nothing").to_owned(),
        };
        let mut page = String::new();
        for (place, event) in self.events.iter().enumerate() {
            let about = match event.what {
                What::Create { awaitable, .. } | What::Start { awaitable } | What::Cleanup { awaitable } => {
                    name(Target::Awaitable(awaitable))
                }
                What::Cancel { target, accepted, by, .. } => format!("{} {accepted} by {}", name(target), by.word()),
                What::Finish { target, ended, .. } => format!("{} {}", name(target), <&str>::from(ended)),
                What::Callback { target } | What::Log { target, .. } => name(target),
                What::Resume { got, already, .. } => format!("{} {already}", got.status().word()),
                _ => String::new(),
            };
            let (kind, cause, because) = (event.kind().word(), self.cause[place], self.because[place]);
            let why = [(" <", cause), (" because", because)]
                .iter()
                .filter_map(|(word, number)| Some(format!("{word} {}", (*number)?)))
                .collect::<String>();
            let _ = writeln!(page, "{place:3} {} {} {kind} {about}{why}", event.at, event.iteration);
        }
        page
    }
}

/// Whether two events are the same: the same thing, with the same outcome. `exactly`: with the same exception too.
fn alike(one: &Event<'_>, other: &Event<'_>, exactly: bool) -> bool {
    match (one.what, other.what) {
        (
            What::Cancel { target, accepted, by, .. },
            What::Cancel { target: other_target, accepted: other_accepted, by: other_by, .. },
        ) => (target, accepted, by) == (other_target, other_accepted, other_by),
        (What::Finish { target, ended, .. }, What::Finish { target: other_target, ended: other_ended, .. }) => {
            let whole = exactly || matches!(target, Target::Awaitable(_));
            target == other_target && if whole { ended == other_ended } else { ended.status() == other_ended.status() }
        }
        (What::Resume { call, got, .. }, What::Resume { call: other_call, got: other_got, .. }) => {
            let same = match (got, other_got) {
                (Got::Raised(one), Got::Raised(other)) | (Got::Cancelled(one), Got::Cancelled(other)) => {
                    !exactly || one == other
                }
                _ => got.status() == other_got.status(),
            };
            call == other_call && same
        }
        (one, other) => one == other,
    }
}

/// Whether it is what a gather() gave, nested or not.
fn is_group(target: Target, scenario: &Scenario) -> bool {
    match target {
        Target::Awaitable(id) => matches!(scenario.awaitable(id).kind, Kind::Gather(_)),
        Target::Group(_) => true,
        Target::Caller => false,
    }
}

/// Whether it is the end of a future that the scenario cancels by itself, at its delay.
fn is_own_cancellation(event: &Event<'_>, scenario: &Scenario) -> bool {
    match event.what {
        What::Finish { target: Target::Awaitable(id), ended: Ended::Cancelled(_), .. } => {
            matches!(scenario.awaitable(id).kind, Kind::Future(_))
        }
        _ => false,
    }
}
