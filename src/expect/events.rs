//! The events that must occur in a given order, among all that happened.

use std::fmt;

use crate::event::{Ended, Event, Exception, Held, Recording, Target, What, Word};
use crate::outcome::Run;
use crate::scenario::{Scenario, Value};

use super::names::{NameLookup, target_name};
use super::result::{ResultLookup, same};
use super::{Difference, ExpectPart};

/// The fields that say whom an event is about, rather than when or how.
const SUBJECTS: [&str; 4] = ["awaitable", "target", "function", "text"];

/// Looks for the expected events, each behind the one before it; others may stand between.
pub fn compare(expected: &[Vec<(String, Value)>], run: &Run<'_>, recording: &Recording) -> Vec<Difference> {
    if expected.is_empty() {
        return Vec::new();
    }
    let search = Search::of(run, recording);
    let mut differences = Vec::new();
    let mut from = 0;
    let mut before: Option<&[(String, Value)]> = None;
    for (index, fields) in expected.iter().enumerate() {
        match search.find(fields, from) {
            Some(behind) => {
                from = behind;
                before = Some(fields);
            }
            None => {
                let got = search.instead(fields, from, before);
                let expected = table(fields).to_string();
                differences.push(Difference { place: ExpectPart::Event(index), expected, got });
            }
        }
    }
    differences
}

/// Everything that happened, to be searched.
pub struct Search<'r> {
    events: Vec<Event<'r>>,
    lookup: ResultLookup<'r>,
    names: NameLookup<'r>,
}

impl<'r> Search<'r> {
    pub fn of(run: &'r Run<'_>, recording: &'r Recording) -> Search<'r> {
        let names = NameLookup::of(run.scenario);
        Search { events: recording.iter().collect(), lookup: ResultLookup::of(run), names }
    }

    /// Where the search for the next goes on: behind the first event from `from` that has these fields. Where a name
    /// stands for several clones, behind the last of their events, in whatever order those come.
    pub fn find(&self, fields: &[(String, Value)], from: usize) -> Option<usize> {
        let name = subject_name(fields);
        let ids = name.map(|name| self.names.ids(name)).unwrap_or_default();
        let mut missing = ids.len().max(1);
        let mut seen = vec![false; ids.len()];
        for (event, behind) in self.events.get(from..)?.iter().zip(from + 1..) {
            if !self.matches_but_subject(fields, event) || !name.is_none_or(|name| self.is_about(name, event)) {
                continue;
            }
            if let Some(Target::Awaitable(id)) = subject(event)
                && let Some(seen) = id.0.checked_sub(ids.start).and_then(|clone| seen.get_mut(clone as usize))
                && std::mem::replace(seen, true)
            {
                continue;
            }
            missing -= 1;
            if missing == 0 {
                return Some(behind);
            }
        }
        None
    }

    /// The event from `from` that these fields must mean although some of them differ: of the same kind, about the
    /// same, and with most of the fields. Gives its position.
    pub fn nearest(&self, fields: &[(String, Value)], from: usize) -> Option<(usize, &Event<'r>)> {
        let name = subject_name(fields);
        let alike = self.events.iter().enumerate().skip(from).filter(|(_, event)| {
            event.kind().word() == word(fields)
                && name.is_none_or(|name| self.is_about(name, event))
                && fields.iter().all(|(key, value)| !is_text_subject(key) || self.field_is(key, value, event))
        });
        let shared = |event: &Event<'_>| fields.iter().filter(|(key, value)| self.field_is(key, value, event)).count();
        // The first of those that share most.
        alike.first_max_by_key(|(_, event)| shared(event))
    }

    /// An event's own value of each of some fields, as an `[[expect]]` would have it.
    pub fn fields_of(&self, fields: &[(String, Value)], event: &Event<'_>) -> Vec<(String, Option<Value>)> {
        fields.iter().map(|(key, _)| (key.clone(), self.field(key, event))).collect()
    }

    /// What happened where an expected event did not.
    fn instead(&self, fields: &[(String, Value)], from: usize, before: Option<&[(String, Value)]>) -> String {
        if let Some(before) = before
            && self.find(fields, 0).is_some()
        {
            return format!("it comes, but not behind {}", table(before));
        }
        let nearest = self.nearest(fields, from).or_else(|| self.nearest(fields, 0));
        match nearest {
            Some((_, event)) => {
                let own = self.fields_of(fields, event);
                let own: Vec<(String, Value)> =
                    own.into_iter().filter_map(|(key, value)| Some((key, value?))).collect();
                table(&own).to_string()
            }
            None => "no such event".to_owned(),
        }
    }

    /// Whether an event is about what a name stands for.
    fn is_about(&self, name: &str, event: &Event<'_>) -> bool {
        match subject(event) {
            Some(Target::Awaitable(id)) => self.names.ids(name).contains(&id.0),
            target => target.and_then(Target::word) == Some(name),
        }
    }

    fn matches_but_subject(&self, fields: &[(String, Value)], event: &Event<'_>) -> bool {
        event.kind().word() == word(fields)
            && fields.iter().all(|(key, value)| {
                matches!(key.as_str(), "event" | "awaitable" | "target") || self.field_is(key, value, event)
            })
    }

    /// Whether one field of an event is as written.
    pub fn field_is(&self, key: &str, expected: &Value, event: &Event<'_>) -> bool {
        match (key, event.what) {
            ("awaitable" | "target", _) => matches!(expected, Value::Str(name) if self.is_about(name, event)),
            ("value", What::Finish { ended, results, .. }) => {
                matches!(ended, Ended::Returned(_)) && self.lookup.with_group(results).is_item(expected, ended)
            }
            _ => self.field(key, event).is_some_and(|value| same(expected, &value)),
        }
    }

    /// One field of an event, as an `[[expect]]` is read; `None` where the event has no such field.
    fn field(&self, key: &str, event: &Event<'_>) -> Option<Value> {
        let scenario = self.lookup.scenario;
        let text = |text: &str| Value::Str(text.to_owned());
        Some(match key {
            "event" => text(event.kind().word()),
            "at" => Value::Float(event.at.as_secs_f64()),
            "iteration" => Value::Int(i64::try_from(event.iteration).ok()?),
            key => match event.fields().find(|(field, _)| *field == key)?.1 {
                Held::Target(target) => Value::Str(target_name(scenario, target)),
                Held::Word(word) | Held::Text(word) => text(word),
                Held::Boolean(boolean) => Value::Bool(boolean),
                Held::Warning(warning) => Value::Str(warning.text(scenario)),
                Held::Value(returned, results) => self.lookup.with_group(results).as_value(returned),
                Held::Exception(exception) => exception_fields(exception, scenario),
            },
        })
    }
}

/// An iterator's first item that has the greatest key.
trait FirstMax: Iterator + Sized {
    fn first_max_by_key<K: Ord>(self, key: impl Fn(&Self::Item) -> K) -> Option<Self::Item> {
        self.fold(None, |best: Option<(K, Self::Item)>, item| {
            let own = key(&item);
            match best {
                Some((most, best)) if most >= own => Some((most, best)),
                _ => Some((own, item)),
            }
        })
        .map(|(_, item)| item)
    }
}

impl<I: Iterator> FirstMax for I {}

fn is_text_subject(key: &str) -> bool {
    SUBJECTS.contains(&key) && !matches!(key, "awaitable" | "target")
}

fn word(fields: &[(String, Value)]) -> &str {
    let named = fields.iter().find(|(key, _)| key == "event");
    match named {
        Some((_, Value::Str(word))) => word,
        _ => "",
    }
}

/// Whom the fields name.
fn subject_name(fields: &[(String, Value)]) -> Option<&str> {
    fields.iter().find_map(|(key, name)| match (key.as_str(), name) {
        ("awaitable" | "target", Value::Str(name)) => Some(name.as_str()),
        _ => None,
    })
}

fn subject(event: &Event<'_>) -> Option<Target> {
    event.fields().find_map(|(_, held)| match held {
        Held::Target(target) => Some(target),
        _ => None,
    })
}

/// An exception as the parser gives it for an event.
fn exception_fields(exception: Exception, scenario: &Scenario) -> Value {
    let message = exception.message(scenario).map_or(Value::None, |message| Value::Str(message.to_owned()));
    Value::Dict(vec![
        ("type".to_owned(), Value::Str(exception.type_name(scenario).to_owned())),
        ("message".to_owned(), message),
    ])
}

/// An event's fields as a file has them: `{ event = 'finish', awaitable = 'users', at = 1.5 }`.
fn table(fields: &[(String, Value)]) -> impl fmt::Display + '_ {
    fmt::from_fn(|f| {
        f.write_str("{ ")?;
        for (index, (key, value)) in fields.iter().enumerate() {
            f.write_str(if index == 0 { "" } else { ", " })?;
            match (key.as_str(), value) {
                ("exception", Value::Dict(parts)) => match &parts[..] {
                    [(_, Value::Str(type_name)), (_, Value::Str(message))] => {
                        write!(f, "{key} = {}", Value::Str(format!("{type_name}: {message}")))?;
                    }
                    [(_, type_name), ..] => write!(f, "{key} = {type_name}")?,
                    [] => {}
                },
                (_, Value::Bool(boolean)) => write!(f, "{key} = {boolean}")?,
                _ => write!(f, "{key} = {value}")?,
            }
        }
        f.write_str(" }")
    })
}
