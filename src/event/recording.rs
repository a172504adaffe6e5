//! The whole stream, kept to be read after the run.

use super::{Event, Got, Item, Listener, What, Why};
use crate::scenario::{Id, Nanos};

/// Every event of a run, in order. The lists that some events carry are kept end to end in two columns, so that an
/// event costs no allocation of its own.
#[derive(Clone, Debug, Default)]
pub struct Recording {
    events: Vec<Recorded>,
    items: Vec<Item>,
    ids: Vec<Id>,
}

/// One event; its lists are empty here and stand in the columns, up to these ends.
#[derive(Clone, Copy, Debug)]
struct Recorded {
    at: Nanos,
    iteration: u64,
    what: What<'static>,
    why: Why,
    open: bool,
    /// Where its results begin and end in `items`.
    items: (usize, usize),
    /// Where `done` begins, where `pending` begins and where that ends in `ids`.
    ids: (usize, usize, usize),
}

impl Recording {
    /// How many events there were.
    pub fn len(&self) -> usize {
        self.events.len()
    }

    /// Whether nothing happened at all.
    pub fn is_empty(&self) -> bool {
        self.events.is_empty()
    }

    /// The events as they were told.
    pub fn iter(&self) -> impl Iterator<Item = Event<'_>> {
        self.events.iter().map(|recorded| {
            let items = self.items.get(recorded.items.0..recorded.items.1).unwrap_or_default();
            let what = match recorded.what {
                What::Finish { target, ended, .. } => What::Finish { target, ended, results: items },
                What::Resume { call, got: Got::Results(_), already } => {
                    What::Resume { call, got: Got::Results(items), already }
                }
                What::Resume { call, got: Got::Sets { .. }, already } => What::Resume {
                    call,
                    already,
                    got: Got::Sets {
                        done: self.ids.get(recorded.ids.0..recorded.ids.1).unwrap_or_default(),
                        pending: self.ids.get(recorded.ids.1..recorded.ids.2).unwrap_or_default(),
                    },
                },
                what => what,
            };
            Event { at: recorded.at, iteration: recorded.iteration, what, why: recorded.why, open: recorded.open }
        })
    }
}

impl Listener for Recording {
    fn event(&mut self, event: &Event<'_>) {
        let (first_item, first_id) = (self.items.len(), self.ids.len());
        let mut first_pending = first_id;
        let what = match event.what {
            What::Finish { target, ended, results } => {
                self.items.extend_from_slice(results);
                What::Finish { target, ended, results: &[] }
            }
            What::Resume { call, got, already } => What::Resume {
                call,
                already,
                got: match got {
                    Got::Results(results) => {
                        self.items.extend_from_slice(results);
                        Got::Results(&[])
                    }
                    Got::Sets { done, pending } => {
                        self.ids.extend_from_slice(done);
                        first_pending = self.ids.len();
                        self.ids.extend_from_slice(pending);
                        Got::Sets { done: &[], pending: &[] }
                    }
                    Got::Raised(exception) => Got::Raised(exception),
                    Got::Cancelled(exception) => Got::Cancelled(exception),
                },
            },
            What::Create { awaitable, made, by } => What::Create { awaitable, made, by },
            What::Start { awaitable } => What::Start { awaitable },
            What::Cancel { id, target, accepted, by, met } => What::Cancel { id, target, accepted, by, met },
            What::Cleanup { awaitable } => What::Cleanup { awaitable },
            What::Call { id, by, call } => What::Call { id, by, call },
            What::Await { call } => What::Await { call },
            What::Check { call, done } => What::Check { call, done },
            What::Timeout { call } => What::Timeout { call },
            What::Callback { target } => What::Callback { target },
            What::Warning { warning } => What::Warning { warning },
            What::Log { log, target } => What::Log { log, target },
            What::Exit => What::Exit,
        };
        self.events.push(Recorded {
            at: event.at,
            iteration: event.iteration,
            what,
            why: event.why,
            open: event.open,
            items: (first_item, self.items.len()),
            ids: (first_id, first_pending, self.ids.len()),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{CallId, Ended, Returned, Target};

    #[test]
    fn what_is_recorded_comes_back() {
        let items = [Id(0), Id(1)].map(|id| Item { awaitable: id, ended: Ended::Returned(Returned::Body(id)) });
        let call = CallId::MAIN;
        let told = [
            What::Await { call },
            What::Finish {
                target: Target::Group(call),
                ended: Ended::Returned(Returned::Group(call)),
                results: &items,
            },
            What::Resume { call, got: Got::Results(&items[1..]), already: false },
            What::Resume { call, got: Got::Sets { done: &[Id(3)], pending: &[Id(1), Id(2)] }, already: true },
            What::Exit,
        ];
        let events: Vec<Event<'_>> = told
            .into_iter()
            .zip(1..)
            .map(|(what, iteration)| Event {
                at: Nanos(iteration),
                iteration,
                what,
                why: Why::NONE,
                open: iteration == 2,
            })
            .collect();
        let mut recording = Recording::default();
        for event in &events {
            recording.event(event);
        }
        assert_eq!(recording.iter().collect::<Vec<_>>(), events);
        assert_eq!(recording.len(), events.len());
    }
}
