//! What can be seen of a program by who changes nothing of it: of our run, and of CPython's.

use serde_json::{Value as Json, json};

use super::super::log::{Log, exception_text, list, quoted, short};
use crate::event::{Ended, Exception, Item, Returned};
use crate::outcome::{Gave, Run, State};
use crate::report::duration::thousands;
use crate::report::json::PlainValue;
use crate::scenario::Id;

/// What came of a program, as far as it can be seen. What cannot, `src/python/bystander.py` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// What the caller got; `None` where it never got anything.
    call: Option<String>,
    /// What there was to see at the end; `None` where the program never ends.
    end: Option<End>,
}

/// What there is to see when a program has ended.
#[derive(Clone, Debug, PartialEq, Eq)]
struct End {
    /// What became of tasks, futures and groups: each as its name, and what is said of it. In order.
    awaitables: Vec<(String, String)>,
    /// What else it told: a line each.
    told: Vec<String>,
}

impl End {
    fn new(
        mut awaitables: Vec<(String, String)>,
        checks: impl Iterator<Item = String>,
        mut warnings: Vec<String>,
        mut logs: Vec<String>,
    ) -> End {
        awaitables.sort_unstable();
        warnings.sort_unstable();
        logs.sort_unstable();
        let checks = checks.map(|check| format!("check {check}"));
        let warnings = warnings.into_iter().map(|text| format!("warning {}", quoted(&text)));
        let logs = logs.into_iter().map(|text| format!("log {}", quoted(&text)));
        End { awaitables, told: checks.chain(warnings).chain(logs).collect() }
    }
}

impl Facts {
    /// What a run of ours lets one see.
    pub fn of_run(run: &Run<'_>) -> Facts {
        let ours = Ours(run);
        let ended = run.reason == crate::event::Reason::Finished;
        Facts { call: ours.call(), end: ended.then(|| ours.end()) }
    }

    /// What the bystander has told of a program: of its call, and of its end.
    pub fn told(call: Option<&Json>, end: Option<&Json>) -> Facts {
        Facts { call: call.map(call_told), end: end.map(end_told) }
    }

    /// A program that failed, which no printed program does.
    pub fn failed(traceback: &str) -> Facts {
        let error = traceback.lines().next_back().unwrap_or_default();
        Facts { call: Some(format!("the program failed: {error}")), end: None }
    }

    /// Whether the program comes to its end.
    pub fn ends(&self) -> bool {
        self.end.is_some()
    }

    /// Whether it is what is seen of a run of ours. Not everything that became of something can be seen on CPython.
    pub fn fits(&self, ours: &Facts) -> bool {
        self.call == ours.call
            && match (&self.end, &ours.end) {
                (Some(seen), Some(ours)) => seen.told == ours.told && is_part_of(&seen.awaitables, &ours.awaitables),
                (seen, ours) => seen.is_none() && ours.is_none(),
            }
    }

    /// As lines, to be shown beside those of another. What became of something that the other did not see is left out.
    pub fn beside(&self, other: &Facts) -> Log {
        let mut lines = vec![self.call.clone().unwrap_or_else(|| "the caller never got anything".to_owned())];
        let Some(end) = &self.end else {
            lines.push("the program never ends".to_owned());
            return Log(lines);
        };
        let is_seen =
            |name: &str| other.end.as_ref().is_none_or(|end| end.awaitables.iter().any(|(seen, _)| seen == name));
        for alike in end.awaitables.chunk_by(|one, other| one == other) {
            let (name, end) = &alike[0];
            if is_seen(name) {
                lines.push(format!("{name}: {end}{}", times(alike.len())));
            }
        }
        lines.extend(end.told.iter().cloned());
        Log(lines)
    }
}

/// A list in which what is repeated stands once: a scenario may have thousands of clones.
fn short_list(items: impl Iterator<Item = String>) -> String {
    let items: Vec<String> = items.collect();
    list(items.chunk_by(|one, other| one == other).map(|alike| format!("{}{}", alike[0], times(alike.len()))))
}

fn times(count: usize) -> String {
    if count > 1 { format!(" × {}", thousands(count as u64)) } else { String::new() }
}

/// Whether all of one sorted list is in the other, as often.
fn is_part_of<T: Ord>(part: &[T], whole: &[T]) -> bool {
    let mut whole = whole.iter();
    part.iter().all(|item| whole.find(|other| *other >= item) == Some(item))
}

fn call_told(call: &Json) -> String {
    match call.as_object() {
        Some(fields) if !fields.contains_key("type") => {
            let value = |value: &Json| match value {
                Json::Array(items) => short_list(items.iter().map(short)),
                other => short(other),
            };
            let fields: Vec<String> = fields.iter().map(|(key, given)| format!("{key}={}", value(given))).collect();
            format!("returned {}", fields.join(" "))
        }
        _ => format!("raised {}", short(call)),
    }
}

fn end_told(end: &Json) -> End {
    let items = |key: &str| end[key].as_array().map(Vec::as_slice).unwrap_or_default();
    let texts = |key: &str| items(key).iter().map(|text| text.as_str().unwrap_or_default().to_owned()).collect();
    let awaitables = items("ends").iter().map(|told| {
        let word = |key: &str| told[key].as_str().unwrap_or_default();
        let value = told.get("value").map(|value| format!(" {}", short(value))).unwrap_or_default();
        (word("name").to_owned(), format!("{}{value}", word("end")))
    });
    let checks = items("checks").iter().map(Json::to_string);
    End::new(awaitables.collect(), checks, texts("warnings"), texts("logs"))
}

/// A run of ours.
struct Ours<'r>(&'r Run<'r>);

impl Ours<'_> {
    fn call(&self) -> Option<String> {
        let main = self.0.main();
        let keys = main.call.options().results();
        let returned = |values: &[String]| {
            let fields: Vec<String> = keys.iter().zip(values).map(|(key, value)| format!("{key}={value}")).collect();
            format!("returned {}", fields.join(" "))
        };
        Some(match main.outcome.gave.as_ref()? {
            Gave::Results(items) => returned(&[short_list(items.iter().map(|item| self.ended(item.ended)))]),
            Gave::Sets { done, pending } => returned(&[self.names(done), self.names(pending)]),
            Gave::Raised(exception) | Gave::Cancelled(exception) => format!("raised {}", self.exception(exception)),
        })
    }

    fn end(&self) -> End {
        let run = self.0;
        let awaitables = run.scenario.ids().filter_map(|id| Some((self.name(id), self.end_of(id)?))).collect();
        let checks = run.main().checks.iter().map(|(_, done)| done.to_string());
        let warnings = run.warnings.iter().map(|warning| warning.text(run.scenario).to_string()).collect();
        let logs = run.logs.iter().map(|(log, _)| log.text().to_owned()).collect();
        End::new(awaitables, checks, warnings, logs)
    }

    /// What became of something; `None` where it was never made.
    fn end_of(&self, id: Id) -> Option<String> {
        Some(match self.0.state(id) {
            State::NotCreated => return None,
            State::NotStarted | State::Running => "pending".to_owned(),
            State::Cancelled => "cancelled".to_owned(),
            State::Returned => format!("returned {}", self.ended(self.0.entries[id.index()].ended?)),
            State::Raised => format!("raised {}", self.ended(self.0.entries[id.index()].ended?)),
        })
    }

    fn ended(&self, ended: Ended) -> String {
        match ended {
            Ended::Returned(Returned::Nested(id)) => self.items(self.0.nested.get(&id.0).map_or(&[], Vec::as_slice)),
            Ended::Returned(returned) => returned
                .value(self.0.scenario)
                .map_or_else(|| "null".to_owned(), |value| short(&json!(PlainValue(value)))),
            Ended::Raised(exception) | Ended::Cancelled(exception) => self.exception(&exception),
        }
    }

    fn items(&self, items: &[Item]) -> String {
        list(items.iter().map(|item| self.ended(item.ended)))
    }

    fn exception(&self, exception: &Exception) -> String {
        exception_text(exception.type_name(self.0.scenario), exception.message(self.0.scenario))
    }

    /// Of clones, all have one name: they run the same function.
    fn name(&self, id: Id) -> String {
        self.0.scenario.awaitable(id).name.clone()
    }

    fn names(&self, ids: &[Id]) -> String {
        let mut names: Vec<String> = ids.iter().map(|id| self.name(*id)).collect();
        names.sort_unstable();
        short_list(names.iter().map(|name| quoted(name)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn seen(ends: Json) -> Facts {
        let end = json!({"ends": ends, "checks": [false], "warnings": [], "logs": ["b", "a"]});
        Facts::told(Some(&json!({"results": [1, 1, {"type": "OSError", "message": "disk"}]})), Some(&end))
    }

    #[test]
    fn what_could_not_be_seen_fits() {
        let a = json!({"name": "a", "end": "returned", "value": 1});
        let b = json!({"name": "b", "end": "cancelled"});
        let all = seen(json!([b, a, b]));
        assert!(seen(json!([a, b])).fits(&all) && all.fits(&all));
        assert!(!all.fits(&seen(json!([a, b]))));
        assert!(!seen(json!([a, a])).fits(&all));
        let lines =
            ["returned results=[1 × 2,OSError(\"disk\")]", "a: returned 1", "check false", "log \"a\"", "log \"b\""];
        assert_eq!(all.beside(&seen(json!([a]))).0, lines);
    }

    #[test]
    fn a_program_that_never_ends_is_no_other() {
        let call = json!({"type": "OSError", "message": null});
        let hangs = Facts::told(Some(&call), None);
        assert_eq!(hangs.beside(&hangs).0, ["raised OSError()", "the program never ends"]);
        assert!(hangs.fits(&hangs) && !hangs.fits(&Facts::told(None, None)) && !hangs.fits(&seen(json!([]))));
        assert!(!seen(json!([])).fits(&hangs));
    }
}
