//! Runs written by hand: a scenario and what came of it, side by side.

use std::collections::BTreeMap;

use crate::calls::{Call, Collection, GatherOptions, Misuse, ReturnWhen, WaitOptions};
use crate::event::{
    CallId, Canceller, Ended, Exception, ExceptionKind, Item, Message, Reason, Recording, Returned, Target,
};
use crate::outcome::{CallRecord, Cancel, Cancellation, Entry, Fate, Gave, Outcome, Run, State};
use crate::report::human::{Options, write};
use crate::report::style::Style;
use crate::scenario::{
    self, Awaitable, Body, Caller, Delay, End, Group, Id, Ids, Kind, Nanos, OnCancel, Python, Scenario,
    ScheduledCancel, Settlement, Status, Value,
};

/// Milliseconds.
pub fn ms(millis: u64) -> Nanos {
    Nanos(millis * 1_000_000)
}

/// An accepted `.cancel()` whose cause the report does not look at.
pub fn cancellation(millis: u64, by: Canceller) -> Cancellation {
    Cancellation { at: ms(millis), by, cause: None }
}

pub fn cancel(millis: u64, target: Target, accepted: bool, by: Canceller) -> Cancel {
    Cancel { target, accepted, before_return: true, cancellation: cancellation(millis, by) }
}

pub fn returns(value: &str) -> End {
    match value {
        "None" => End::Returns(Value::None),
        _ => match value.parse() {
            Ok(int) => End::Returns(Value::Int(int)),
            Err(_) => End::Returns(Value::Str(value.to_owned())),
        },
    }
}

pub fn names() -> End {
    End::Returns(Value::List(vec![Value::Str("ada".to_owned()), Value::Str("grace".to_owned())]))
}

pub fn raises(type_name: &str, message: &str) -> End {
    End::Raises(scenario::Exception { type_name: type_name.to_owned(), message: Some(message.to_owned()) })
}

/// The file's entry for a run, ready to be made one.
pub struct Sketch {
    pub scenario: Scenario,
    pub call: Call,
    pub python: Python,
    pub status: Status,
    pub at: Nanos,
    pub gave: Gave,
    pub entries: Vec<Entry>,
    pub nested: BTreeMap<u32, Vec<Item>>,
    /// Changes what the run says beside the ledger.
    pub more: fn(&mut Run<'_>),
}

impl Sketch {
    pub fn gather(title: &str, status: Status, at: u64) -> Sketch {
        Sketch::new(title, Call::Gather(GatherOptions::default()), status, at)
    }

    pub fn wait(title: &str, return_when: ReturnWhen, timeout: Option<u64>, at: u64) -> Sketch {
        let options = WaitOptions { return_when, timeout: timeout.map(ms), wrap: true, collection: Collection::List };
        Sketch::new(title, Call::Wait(options), Status::Returned, at)
    }

    fn new(title: &str, call: Call, status: Status, at: u64) -> Sketch {
        let scenario = Scenario {
            title: (!title.is_empty()).then(|| title.to_owned()),
            description: None,
            shows: Vec::new(),
            question: None,
            answer: None,
            python: None,
            seed: 0,
            awaitables: Vec::new(),
            caller: Caller::default(),
            gather: GatherOptions::default(),
            wait: WaitOptions::default(),
            expect: Vec::new(),
        };
        Sketch {
            scenario,
            call,
            python: Python::DEFAULT,
            status,
            at: ms(at),
            gave: Gave::Nothing,
            entries: Vec::new(),
            nested: BTreeMap::new(),
            more: |_| {},
        }
    }

    /// A coroutine that sleeps so many milliseconds, or for ever.
    pub fn coroutine(self, name: &str, delay: Option<u64>, end: End, fate: Fate) -> Sketch {
        let body =
            Body { delay: Some(delay.map_or(Delay::Forever, |delay| Delay::For(ms(delay)))), end, on_cancel: None };
        self.add(name, Kind::Coroutine(body), delay, fate)
    }

    pub fn task(mut self, name: &str, delay: Option<u64>, end: End, fate: Fate) -> Sketch {
        self = self.coroutine(name, delay, end, fate);
        let last = self.scenario.awaitables.last_mut().unwrap();
        if let Kind::Coroutine(body) = last.kind.clone() {
            last.kind = Kind::Task(body);
        }
        self
    }

    pub fn future(self, name: &str, delay: Option<u64>, end: End, fate: Fate) -> Sketch {
        let delay_given = Some(delay.map_or(Delay::Forever, |delay| Delay::For(ms(delay))));
        self.add(name, Kind::Future(Settlement { delay: delay_given, end }), delay, fate)
    }

    /// A nested group that ended as said.
    pub fn group(
        mut self,
        name: &str,
        members: &[u32],
        finished: Option<u64>,
        ended: Option<Ended>,
        fate: Fate,
    ) -> Sketch {
        let group = Group { members: members.iter().map(|id| self.ids(*id)).collect(), return_exceptions: false };
        self = self.add(name, Kind::Gather(group), finished, fate);
        let at = self.at;
        let entry = self.entries.last_mut().unwrap();
        entry.started = None;
        entry.ended = ended;
        entry.at_return = state(entry, at);
        self
    }

    fn ids(&self, id: u32) -> Ids {
        self.scenario.awaitable(Id(id)).ids.clone()
    }

    fn add(mut self, name: &str, kind: Kind, finished: Option<u64>, fate: Fate) -> Sketch {
        let id = Id(self.entries.len() as u32);
        let end = match &kind {
            Kind::Coroutine(body) | Kind::Task(body) => Some(&body.end),
            Kind::Future(settlement) => Some(&settlement.end),
            Kind::Gather(_) => None,
        };
        let ended = match end {
            Some(End::Returns(_)) => Some(Ended::Returned(Returned::Body(id))),
            Some(End::Raises(_)) => {
                Some(Ended::Raised(Exception { kind: ExceptionKind::Body(id), from: Some(id), group: None }))
            }
            None => None,
        };
        let mut entry = Entry {
            created: Some(ms(0)),
            started: (!matches!(kind, Kind::Future(_))).then_some(ms(0)),
            cleanup: None,
            finished: finished.map(ms),
            ended: ended.filter(|_| finished.is_some()),
            at_return: State::Running,
            cancelled_by: None,
            cancelled_before_return: false,
            cancelled_again: None,
            silenced: None,
            fate,
            retrieved: false,
        };
        entry.at_return = state(&entry, self.at);
        self.scenario.awaitables.push(Awaitable { name: name.to_owned(), ids: id.0..id.0 + 1, kind, cancel: None });
        self.entries.push(entry);
        self
    }

    /// The last is so many, alike.
    pub fn count(mut self, count: u32) -> Sketch {
        let entry = *self.entries.last().unwrap();
        let ids = &mut self.scenario.awaitables.last_mut().unwrap().ids;
        ids.end = ids.start + count;
        for id in ids.clone().skip(1) {
            let ended = entry.ended.map(|ended| match ended {
                Ended::Returned(_) => Ended::Returned(Returned::Body(Id(id))),
                Ended::Raised(_) => {
                    Ended::Raised(Exception { kind: ExceptionKind::Body(Id(id)), from: Some(Id(id)), group: None })
                }
                ended => ended,
            });
            self.entries.push(Entry { ended, ..entry });
        }
        self
    }

    /// The last was cancelled, and ended so right then.
    pub fn cancelled(mut self, at: u64, by: Canceller) -> Sketch {
        let id = Id(self.entries.len() as u32 - 1);
        let call_at = self.at;
        if by == Canceller::Schedule {
            self.scenario.awaitables.last_mut().unwrap().cancel = Some(ScheduledCancel { at: ms(at), message: None });
        }
        let entry = self.entries.last_mut().unwrap();
        entry.cancelled_by = Some(cancellation(at, by));
        entry.cancelled_before_return = ms(at) <= call_at;
        entry.finished = Some(ms(at));
        entry.ended = Some(Ended::Cancelled(Exception::cancelled(Message::Absent, Some(id))));
        entry.at_return = state(entry, call_at);
        self
    }

    /// The last, which was cancelled, cleaned up until then (or for ever), and ended so (or cancelled).
    pub fn cleaned_up(mut self, until: Option<u64>, then: Option<End>) -> Sketch {
        let id = Id(self.entries.len() as u32 - 1);
        let call_at = self.at;
        let entry = self.entries.last_mut().unwrap();
        entry.cleanup = entry.cancelled_by.map(|cancelled| cancelled.at);
        entry.finished = until.map(ms);
        match &then {
            _ if until.is_none() => entry.ended = None,
            Some(End::Returns(_)) => entry.ended = Some(Ended::Returned(Returned::Cleanup(id))),
            Some(End::Raises(_)) => {
                let kind = ExceptionKind::Cleanup(id);
                entry.ended = Some(Ended::Raised(Exception { kind, from: Some(id), group: None }));
            }
            None => {}
        }
        entry.at_return = state(entry, call_at);
        if let Kind::Coroutine(body) | Kind::Task(body) = &mut self.scenario.awaitables.last_mut().unwrap().kind {
            body.on_cancel = Some(OnCancel { cleanup: None, then });
        }
        self
    }

    /// Changes the last entry.
    pub fn entry(mut self, change: impl FnOnce(&mut Entry)) -> Sketch {
        change(self.entries.last_mut().unwrap());
        self
    }

    /// Whoever asks for them: the exception was retrieved.
    pub fn retrieved(self) -> Sketch {
        self.entry(|entry| entry.retrieved = true)
    }

    /// The call's arguments, where they are not all.
    pub fn args(mut self, args: &[u32]) -> Sketch {
        self.scenario.caller.args = args.iter().map(|id| self.ids(*id)).collect();
        self
    }

    pub fn caller(mut self, change: impl FnOnce(&mut Caller)) -> Sketch {
        change(&mut self.scenario.caller);
        self
    }

    pub fn return_exceptions(mut self) -> Sketch {
        self.call = Call::Gather(GatherOptions { return_exceptions: true });
        self
    }

    pub fn wait_options(mut self, change: impl FnOnce(&mut WaitOptions)) -> Sketch {
        if let Call::Wait(options) = &mut self.call {
            change(options);
        }
        self
    }

    /// The caller got the exception of this awaitable.
    pub fn raised(mut self, from: u32) -> Sketch {
        if let Some(Ended::Raised(exception) | Ended::Cancelled(exception)) = self.entries[from as usize].ended {
            self.gave = Gave::Exception(exception);
        }
        self
    }

    /// The caller got a `CancelledError` that comes from none of the awaitables.
    pub fn raised_cancelled(mut self) -> Sketch {
        self.gave = Gave::Exception(Exception::cancelled(Message::Absent, None));
        self
    }

    pub fn misuse(mut self, misuse: Misuse) -> Sketch {
        self.gave = Gave::Exception(Exception { kind: ExceptionKind::Misuse(misuse), from: None, group: None });
        self
    }

    /// The caller got every argument's result.
    pub fn results(mut self) -> Sketch {
        let args: Vec<Ids> = self.all_args();
        self.gave = Gave::Results(args.into_iter().flatten().map(|id| self.item(id)).collect());
        self
    }

    /// What a nested group holds.
    pub fn nested(mut self, group: u32, members: &[u32]) -> Sketch {
        let items = members.iter().map(|id| self.item(*id)).collect();
        self.nested.insert(group, items);
        self
    }

    fn item(&self, id: u32) -> Item {
        let ended = match self.entries[id as usize].ended.unwrap() {
            Ended::Cancelled(exception) => Ended::Raised(exception),
            ended => ended,
        };
        Item { awaitable: Id(id), ended }
    }

    pub fn sets(mut self, done: &[u32], pending: &[u32]) -> Sketch {
        self.gave = Gave::Sets {
            done: done.iter().copied().map(Id).collect(),
            pending: pending.iter().copied().map(Id).collect(),
        };
        self
    }

    pub fn more(mut self, change: fn(&mut Run<'_>)) -> Sketch {
        self.more = change;
        self
    }

    fn all_args(&self) -> Vec<Ids> {
        if self.scenario.caller.args.is_empty() {
            self.scenario.awaitables.iter().map(|awaitable| awaitable.ids.clone()).collect()
        } else {
            self.scenario.caller.args.clone()
        }
    }

    /// The report.
    pub fn report(mut self, width: usize, unicode: bool, style: Style, events: Option<&Recording>) -> String {
        self.scenario.caller.args = self.all_args();
        let entries = std::mem::take(&mut self.entries);
        let ended_at = entries.iter().filter_map(|entry| entry.finished).max().max(Some(self.at)).unwrap();
        let group = match (self.call, &self.gave) {
            (Call::Gather(_), Gave::Results(_)) => Some((self.at, Ended::Returned(Returned::Group(CallId::MAIN)))),
            (Call::Gather(_), Gave::Exception(exception)) => match exception.kind {
                ExceptionKind::Misuse(_) => None,
                _ => Some((self.at, Ended::Raised(*exception))),
            },
            _ => None,
        };
        let stuck = entries.iter().any(|entry| entry.created.is_some() && entry.finished.is_none());
        let mut run = Run {
            scenario: &self.scenario,
            call: self.call,
            python: self.python,
            entries,
            nested: self.nested,
            calls: vec![CallRecord {
                settled: group,
                called: Some(ms(0)),
                awaited: Some(ms(0)),
                outcome: Outcome { status: self.status, at: self.at, gave: self.gave },
                ..CallRecord::new(self.call, Target::Caller)
            }],
            cancels: Vec::new(),
            exited_at: (!stuck).then_some(ended_at),
            ended_at,
            reason: Reason::Finished,
            interrupted: false,
            warnings: Vec::new(),
            logs: Vec::new(),
            notes: Vec::new(),
        };
        (self.more)(&mut run);
        let mut out = Vec::new();
        write(&mut out, &run, &Options { width, unicode, style, events }).unwrap();
        String::from_utf8(out).unwrap()
    }

    /// The report on 80 columns, without colours.
    pub fn plain(self) -> String {
        self.report(80, true, Style::plain(), None)
    }
}

fn state(entry: &Entry, at: Nanos) -> State {
    match entry.ended {
        Some(ended) if entry.finished.is_some_and(|finished| finished <= at) => match ended {
            Ended::Returned(_) => State::Returned,
            Ended::Raised(_) => State::Raised,
            Ended::Cancelled(_) => State::Cancelled,
        },
        _ => State::Running,
    }
}
