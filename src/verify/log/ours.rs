//! The log of our own run, made from its recording.

use serde_json::Value as Json;

use crate::event::{Ended, Event, Exception, Held, Item, Returned, Target, Word};
use crate::outcome::{Fate, Gave, Run, State};
use crate::scenario::{Id, Value, Way};
use crate::simulation::Simulated;

use super::{Log, choices_line, exception_text, list, quoted, short};

impl Log {
    /// What our own loop told of a run.
    pub fn of_run(told: &Simulated<'_>) -> Log {
        let run = &told.run;
        let ours = Ours(run);
        let mut lines: Vec<String> = told.events.iter().map(|event| ours.event_line(&event)).collect();
        lines.push(ours.outcome_line());
        let warnings = run.warnings.iter().map(|warning| quoted(&warning.text(run.scenario)));
        let logs = run.logs.iter().map(|(log, _)| quoted(log.text()));
        for (key, texts) in [("warnings", list(warnings)), ("logs", list(logs))] {
            if texts != "[]" {
                lines.push(format!("{key} {texts}"));
            }
        }
        let mut states: Vec<String> = (0..run.entries.len()).filter_map(|id| ours.state_line(Id(id as u32))).collect();
        states.sort_unstable();
        lines.extend(states);
        if run.way != Way::default() {
            lines.push(choices_line(run.choices.iter().map(|choice| choice.took.len() as u64).sum()));
        }
        Log(lines)
    }
}

/// A run of ours. Each line has its fields in the keys' order.
struct Ours<'r>(&'r Run<'r>);

impl Ours<'_> {
    fn event_line(&self, event: &Event<'_>) -> String {
        let mut line = format!("{} {} {}", event.at.as_secs_f64(), event.iteration, event.kind().word());
        let mut others = Vec::new();
        for (key, held) in event.fields() {
            let value = match held {
                Held::Target(target) => {
                    line += &format!(" {}", self.target(target));
                    continue;
                }
                Held::Word(word) => word.to_owned(),
                Held::Boolean(boolean) => boolean.to_string(),
                Held::Text(text) => quoted(text),
                Held::Warning(warning) => quoted(&warning.text(self.0.scenario)),
                Held::Value(returned, results) => self.ended(Ended::Returned(returned), results),
                Held::Exception(exception) => self.exception(&exception),
            };
            others.push(format!(" {key}={value}"));
        }
        others.sort_unstable();
        line + &others.concat()
    }

    fn outcome_line(&self) -> String {
        let outcome = self.0.outcome();
        let names = |ids: &[Id]| list(ids.iter().map(|id| self.quoted_name(*id)));
        let gave = match &outcome.gave {
            None => String::new(),
            Some(Gave::Results(items)) => format!(" results={}", self.results(items)),
            Some(Gave::Sets { done, pending }) => format!(" done={} pending={}", names(done), names(pending)),
            Some(Gave::Raised(exception) | Gave::Cancelled(exception)) => {
                let from = exception.from.map(|id| format!(" from={}", self.0.scenario.name(id)));
                format!(" exception={}{}", self.exception(exception), from.unwrap_or_default())
            }
        };
        format!("outcome {} {}{gave}", outcome.status().word(), outcome.at.as_secs_f64())
    }

    /// What the ledger says that Python lets one see, of what was made. A coroutine that nobody wrapped in a task is made
    /// by nobody, and Python knows nothing of it.
    fn state_line(&self, id: Id) -> Option<String> {
        let (entry, state) = (self.0.entries[id.index()], self.0.state(id));
        let retrieved =
            if entry.fate == Fate::Done { format!(" retrieved={}", entry.retrieved) } else { String::new() };
        let (name, at_return) = (self.0.scenario.name(id), entry.at_return.word());
        (state != State::NotCreated)
            .then(|| format!("{name}: {at_return} at the return, {} at the end{retrieved}", state.word()))
    }

    fn target(&self, target: Target) -> String {
        match target {
            Target::Awaitable(id) => self.0.scenario.name(id).to_string(),
            target => target.word().unwrap_or_default().to_owned(),
        }
    }

    /// The value or the exception. `results`: what the group holds that has just ended.
    fn ended(&self, ended: Ended, results: &[Item]) -> String {
        match ended {
            Ended::Returned(Returned::Group(_)) => self.results(results),
            Ended::Returned(Returned::Nested(id)) => self.results(self.0.nested.get(&id.0).map_or(&[], Vec::as_slice)),
            Ended::Returned(returned) => {
                returned.value(self.0.scenario).map_or_else(|| "null".to_owned(), |value| short(&json(value)))
            }
            Ended::Raised(exception) | Ended::Cancelled(exception) => self.exception(&exception),
        }
    }

    fn results(&self, items: &[Item]) -> String {
        list(items.iter().map(|item| {
            let key = if matches!(item.ended, Ended::Returned(_)) { "value" } else { "exception" };
            format!("{{awaitable:{},{key}:{}}}", self.quoted_name(item.awaitable), self.ended(item.ended, &[]))
        }))
    }

    fn exception(&self, exception: &Exception) -> String {
        let scenario = self.0.scenario;
        exception_text(exception.type_name(scenario), exception.message(scenario))
    }

    fn quoted_name(&self, id: Id) -> String {
        quoted(&self.0.scenario.name(id).to_string())
    }
}

/// A value of a scenario as JSON, whose short form both sides show.
pub fn json(value: &Value) -> Json {
    match value {
        Value::None => Json::Null,
        Value::Bool(value) => Json::from(*value),
        Value::Int(value) => Json::from(*value),
        Value::Float(value) => Json::from(*value),
        Value::Str(value) => Json::from(value.as_str()),
        Value::List(items) => items.iter().map(json).collect(),
        Value::Dict(entries) => entries.iter().map(|(key, value)| (key.clone(), json(value))).collect(),
    }
}
