//! What can be taken away from a scenario, and the scenario without it.

use asyncdemo::calls::{Call, Setting};
use asyncdemo::event::Target;
use asyncdemo::scenario::{Awaitable, Delay, End, Id, Kind, Nanos, Scenario, ScheduledCancel, Settlement, Value};

/// Something of a scenario that makes other things happen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Taken {
    /// The end that an awaitable comes to by itself.
    End(Id),
    /// The end of its cleanup.
    Cleanup(Id),
    /// A `.cancel()` of the scenario's.
    Cancel(Target),
    /// The timeout.
    Timeout,
}

/// How it is taken away.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum How {
    /// It never happens.
    Away,
    /// It happens a nanosecond later.
    Later,
}

impl Taken {
    /// The scenario and the call without it; `None` where that cannot be.
    pub fn without(self, scenario: &Scenario, call: Call, how: How) -> Option<(Scenario, Call)> {
        let (mut scenario, mut call) = (scenario.clone(), call);
        match self {
            Taken::End(id) => match &mut table(&mut scenario, id).kind {
                Kind::Coroutine(body) | Kind::Task(body) => body.delay = Some(how.delay(body.delay)),
                Kind::Future(settlement) => settlement.delay = Some(how.delay(settlement.delay)),
                Kind::Gather(_) => return None,
            },
            Taken::Cleanup(id) => match &mut table(&mut scenario, id).kind {
                Kind::Coroutine(body) | Kind::Task(body) => {
                    let on_cancel = body.on_cancel.as_mut()?;
                    on_cancel.cleanup = Some(how.delay(on_cancel.cleanup));
                }
                Kind::Future(_) | Kind::Gather(_) => return None,
            },
            Taken::Cancel(Target::Awaitable(id)) => {
                let cancel = &mut table(&mut scenario, id).cancel;
                let ScheduledCancel { at, message } = cancel.take()?;
                *cancel = how.moment(at).map(|at| ScheduledCancel { at, message });
            }
            Taken::Cancel(Target::Group(_)) => {
                scenario.caller.cancel_group_at = how.moment(scenario.caller.cancel_group_at?);
            }
            Taken::Cancel(Target::Caller) => scenario.caller.cancel_at = how.moment(scenario.caller.cancel_at?),
            Taken::Timeout => {
                call = call.with("timeout", Setting::Timeout(how.moment(call.options().timeout()?)));
            }
        }
        Some((scenario, call))
    }
}

impl How {
    fn delay(self, delay: Option<Delay>) -> Delay {
        match (self, delay) {
            (How::Away, _) | (How::Later, Some(Delay::Forever)) => Delay::Forever,
            (How::Later, Some(Delay::For(span))) => Delay::For(Nanos(span.0 + 1)),
            (How::Later, None) => Delay::For(Nanos(1)),
        }
    }

    fn moment(self, moment: Nanos) -> Option<Nanos> {
        match self {
            How::Away => None,
            How::Later => Some(Nanos(moment.0 + 1)),
        }
    }
}

/// The table of one awaitable, which is its alone: clones are given tables of their own.
fn table(scenario: &mut Scenario, id: Id) -> &mut Awaitable {
    let ids = scenario.awaitable(id).ids.clone();
    let place = scenario.awaitables.iter().position(|table| table.ids == ids).expect("it has a table");
    let one = |id: u32| Awaitable { ids: id..id + 1, ..scenario.awaitables[place].clone() };
    let each: Vec<Awaitable> = ids.clone().map(one).collect();
    scenario.awaitables.splice(place..=place, each);
    &mut scenario.awaitables[place + (id.0 - ids.start) as usize]
}

/// The scenario with a timer that does nothing: that calls `.cancel()` on a future that was done from the start.
pub fn with_a_timer_that_does_nothing(mut scenario: Scenario, at: Nanos) -> (Scenario, Id) {
    let id = scenario.len() as u32;
    scenario.awaitables.push(Awaitable {
        name: "nothing".to_owned(),
        ids: id..id + 1,
        kind: Kind::Future(Settlement { delay: None, end: End::Returns(Value::None) }),
        cancel: Some(ScheduledCancel { at, message: None }),
    });
    (scenario, Id(id))
}
