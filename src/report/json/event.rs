//! One event as JSON, and the pieces that documents and events share: values, exceptions, results.

use std::collections::BTreeMap;

use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::event::{
    ALREADY, BECAUSE, CALL, CAUSE, CallId, Ended, Event, Exception, Held, Item, Listener, Numbering, Returned, Target,
    What, Word,
};
use crate::scenario::{Id, Nanos, Scenario, Value};

/// A moment or a span, in seconds.
pub struct Seconds(pub Nanos);

impl Serialize for Seconds {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.0.as_secs_f64())
    }
}

/// An awaitable's name.
pub struct NameOf<'a>(pub &'a Scenario, pub Id);

impl Serialize for NameOf<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let name = self.0.name(self.1);
        match name.number {
            None => serializer.serialize_str(name.base),
            // One piece of text is written several times as fast as three.
            Some(_) => serializer.serialize_str(&name.to_string()),
        }
    }
}

/// What every piece is looked up in: the scenario, and the results of the nested groups that have returned.
#[derive(Clone, Copy)]
pub struct Lookup<'a> {
    pub scenario: &'a Scenario,
    pub nested: &'a BTreeMap<u32, Vec<Item>>,
}

/// A value that an awaitable returned. `results`: what the caller's own group holds.
pub struct ReturnedValue<'a> {
    pub lookup: Lookup<'a>,
    pub returned: Returned,
    pub results: &'a [Item],
}

impl Serialize for ReturnedValue<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let lookup = self.lookup;
        match self.returned {
            Returned::Group(_) => Results { lookup, items: self.results }.serialize(serializer),
            Returned::Nested(id) => {
                let items = lookup.nested.get(&id.0).map_or(self.results, Vec::as_slice);
                Results { lookup, items }.serialize(serializer)
            }
            Returned::Body(_) | Returned::Cleanup(_) => {
                PlainValue(self.returned.value(lookup.scenario).unwrap_or(&Value::None)).serialize(serializer)
            }
        }
    }
}

/// A group's results, in argument order.
pub struct Results<'a> {
    pub lookup: Lookup<'a>,
    pub items: &'a [Item],
}

impl Serialize for Results<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.items.iter().map(|item| OneResult { lookup: self.lookup, item }))
    }
}

struct OneResult<'a> {
    lookup: Lookup<'a>,
    item: &'a Item,
}

impl Serialize for OneResult<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry("awaitable", &NameOf(self.lookup.scenario, self.item.awaitable))?;
        serialize_end(&mut map, self.lookup, self.item.ended, &[])?;
        map.end()
    }
}

/// Writes `"value"` or `"exception"`.
pub fn serialize_end<M: SerializeMap>(
    map: &mut M,
    lookup: Lookup<'_>,
    ended: Ended,
    results: &[Item],
) -> Result<(), M::Error> {
    match ended {
        Ended::Returned(returned) => map.serialize_entry("value", &ReturnedValue { lookup, returned, results }),
        Ended::Raised(exception) | Ended::Cancelled(exception) => {
            map.serialize_entry("exception", &Thrown { scenario: lookup.scenario, exception })
        }
    }
}

/// An exception: `message` is null where it has no argument.
pub struct Thrown<'a> {
    pub scenario: &'a Scenario,
    pub exception: Exception,
}

impl Serialize for Thrown<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry("type", self.exception.type_name(self.scenario))?;
        map.serialize_entry("message", &self.exception.message(self.scenario))?;
        map.end()
    }
}

/// A value of the scenario.
pub struct PlainValue<'a>(pub &'a Value);

impl Serialize for PlainValue<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::None => serializer.serialize_none(),
            Value::Bool(value) => serializer.serialize_bool(*value),
            Value::Int(value) => serializer.serialize_i64(*value),
            Value::Float(value) => serializer.serialize_f64(*value),
            Value::Str(value) => serializer.serialize_str(value),
            Value::List(items) => serializer.collect_seq(items.iter().map(PlainValue)),
            Value::Dict(entries) => serializer.collect_map(entries.iter().map(|(key, value)| (key, PlainValue(value)))),
        }
    }
}

/// Writes the events of one run, in order: it remembers what groups hold, since later results refer to it, and the
/// numbers of events, since others name them as their causes.
#[derive(Debug)]
pub struct EventLog<'s> {
    scenario: &'s Scenario,
    nested: BTreeMap<u32, Vec<Item>>,
    numbering: Numbering,
}

impl<'s> EventLog<'s> {
    /// Before the first event.
    pub fn new(scenario: &'s Scenario) -> EventLog<'s> {
        EventLog { scenario, nested: BTreeMap::new(), numbering: Numbering::default() }
    }

    /// The next event, ready to be serialised.
    pub fn line<'a>(&'a mut self, event: &'a Event<'a>) -> impl Serialize + 'a {
        if let What::Finish { ended: Ended::Returned(Returned::Nested(id)), results, .. } = event.what {
            self.nested.insert(id.0, results.to_vec());
        }
        let number = |cause: Option<_>| cause.and_then(|cause| self.numbering.of(cause));
        let (cause, because) = (number(event.why.cause), number(event.why.because));
        self.numbering.event(event);
        EventObject { lookup: Lookup { scenario: self.scenario, nested: &self.nested }, event, cause, because }
    }
}

struct EventObject<'a> {
    lookup: Lookup<'a>,
    event: &'a Event<'a>,
    cause: Option<usize>,
    because: Option<usize>,
}

impl Serialize for EventObject<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("at", &Seconds(self.event.at))?;
        map.serialize_entry("iteration", &self.event.iteration)?;
        map.serialize_entry("event", self.event.kind().word())?;
        let scenario = self.lookup.scenario;
        for (key, held) in self.event.fields() {
            match held {
                Held::Target(Target::Awaitable(id)) => map.serialize_entry(key, &NameOf(scenario, id)),
                Held::Target(target) => map.serialize_entry(key, &target.word()),
                Held::Word(text) | Held::Text(text) => map.serialize_entry(key, text),
                Held::Boolean(boolean) => map.serialize_entry(key, &boolean),
                Held::Warning(warning) => map.serialize_entry(key, &warning.text(scenario)),
                Held::Value(returned, results) => {
                    map.serialize_entry(key, &ReturnedValue { lookup: self.lookup, returned, results })
                }
                Held::Exception(exception) => map.serialize_entry(key, &Thrown { scenario, exception }),
            }?;
        }
        if let Some(call) = self.event.what.call().filter(|call| *call != CallId::MAIN) {
            map.serialize_entry(CALL.0, &call.index())?;
        }
        if self.event.open {
            map.serialize_entry("open", &true)?;
        }
        if let What::Resume { already: true, .. } = self.event.what {
            map.serialize_entry(ALREADY.0, &true)?;
        }
        if let Some(cause) = self.cause {
            map.serialize_entry(CAUSE.0, &cause)?;
        }
        if let Some(because) = self.because {
            map.serialize_entry(BECAUSE.0, &[because])?;
        }
        map.end()
    }
}

/// The names of awaitables, as a list.
pub struct NameList<'a> {
    pub scenario: &'a Scenario,
    pub ids: &'a [Id],
}

impl Serialize for NameList<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.ids.iter().map(|id| NameOf(self.scenario, *id)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Got, Why};
    use crate::scenario::parse;

    #[test]
    fn an_event_names_its_call_where_that_is_not_the_main_one() {
        let scenario = parse("-", "[[awaitable]]").unwrap_or_else(|_| panic!("it is a scenario"));
        let mut log = EventLog::new(&scenario);
        let mut line = |what| {
            let event = Event { at: Nanos::ZERO, iteration: 1, what, why: Why::NONE, open: false };
            serde_json::to_string(&log.line(&event)).unwrap_or_default()
        };
        let got = Got::Results(&[]);
        assert!(!line(What::Resume { call: CallId::MAIN, got, already: false }).contains("\"call\""));
        assert!(line(What::Resume { call: CallId(2), got, already: false }).contains("\"call\":2"));
    }
}
