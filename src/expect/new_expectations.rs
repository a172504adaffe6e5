//! What an expectation says where nobody has said anything: the two functions in their common forms for a scenario
//! without expectations, and the keys of one that has only its call.

use std::fmt::Write;

use crate::calls::{Call, Function};
use crate::event::Word;
use crate::executor::clock::Virtual;
use crate::outcome::{Gave, Keep, Status};
use crate::scenario::{Id, Python, Scenario, Way};
use crate::simulation::{Simulated, run_scenario};

use super::literal;
use super::names::listed;
use super::result::ResultLookup;

/// More results, or more names in a list, than anybody would write by hand.
const MOST: usize = 32;

/// One `[[expect]]` for each call in each of its forms: gather(), gather(return_exceptions=True), and wait() in its three
/// conditions. The scenario's own tables hold for all else.
pub fn expectations(scenario: &Scenario) -> Vec<String> {
    let forms = Function::ALL.iter().flat_map(|function| {
        let mut forms = scenario.call(*function).forms();
        // First the form that Python has where nobody says which.
        forms.sort_by_key(|form| form.settings_beside(function.plain()).any(|(option, _)| option.is_varied));
        forms
    });
    forms.map(|call| expectation(scenario, call)).collect()
}

fn expectation(scenario: &Scenario, call: Call) -> String {
    let mut text = format!("[[expect]]\ncall = \"{}\"\n", call.function().word());
    for (option, setting) in call.settings_beside(scenario.call(call.function())) {
        // Writing into a string cannot fail.
        let _ = writeln!(text, "{} = {}", option.name, literal::setting(setting));
    }
    for entry in entries(scenario, call, scenario.python.unwrap_or(Python::DEFAULT), &Way::default()) {
        let _ = writeln!(text, "{}", entry.lines());
    }
    text
}

/// A key of an expectation with what is said of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenKey {
    pub key: &'static str,
    /// As TOML.
    pub value: String,
    /// The lines below a header of its own, for a table that would be too long for one line.
    below_header: Option<String>,
}

impl WrittenKey {
    fn new(key: &'static str, value: String) -> WrittenKey {
        WrittenKey { key, value, below_header: None }
    }

    /// As it stands between braces.
    pub fn inline(&self) -> String {
        format!("{} = {}", self.key, self.value)
    }

    /// As it stands in a table of lines, last where it has a header of its own.
    pub fn lines(&self) -> String {
        match &self.below_header {
            Some(lines) => format!("\n[expect.{}]\n{lines}", self.key),
            None => self.inline(),
        }
    }
}

/// What there is to say of a call, in the order in which it is written.
pub fn entries(scenario: &Scenario, call: Call, python: Python, way: &Way) -> Vec<WrittenKey> {
    let observed = run_scenario(scenario, call, python, way, Keep { awaitables: true, events: false }, Virtual, ());
    let (run, lookup) = (&observed.run, ResultLookup::of(&observed.run));
    let mut entries = vec![WrittenKey::new("outcome", literal::text(run.outcome().status().word()))];
    entries.extend(run.main().came_back().map(|at| WrittenKey::new("at", literal::duration(at))));
    match &run.outcome().gave {
        None => {}
        Some(Gave::Raised(exception) | Gave::Cancelled(exception)) => {
            entries.push(WrittenKey::new("exception", literal::text(&lookup.as_raises(*exception))));
        }
        Some(Gave::Results(items)) if items.len() > MOST => {}
        Some(Gave::Results(items)) => {
            let results: Vec<String> = items.iter().map(|item| literal::value(&lookup.as_result(item.ended))).collect();
            entries.push(WrittenKey::new("results", literal::list(&results, "results = ".len())));
        }
        Some(Gave::Sets { done, pending }) => {
            for (key, ids) in [("done", done), ("pending", pending)] {
                let names: Vec<String> =
                    listed(scenario, ids.iter().copied()).iter().map(|name| literal::text(name)).collect();
                if names.len() <= MOST {
                    entries.push(WrittenKey::new(key, literal::list(&names, key.len() + 3)));
                }
            }
        }
    }
    let fates = fates(&observed);
    if !fates.is_empty() && fates.len() <= MOST {
        let mut entry = WrittenKey::new("fates", format!("{{ {} }}", fates.join(", ")));
        entry.below_header = literal::is_too_long(&entry.inline()).then(|| fates.join("\n"));
        entries.push(entry);
    }
    entries
}

/// `name = "fate"` for all of which the results or sets do not tell: where the call gave those, what they hold is
/// `delivered`, `done` or `pending`.
fn fates(observed: &Simulated<'_>) -> Vec<String> {
    let run = &observed.run;
    let scenario = run.scenario;
    let mut told = vec![false; scenario.len()];
    if run.outcome().status() == Status::Returned {
        for id in scenario.caller.args.iter().cloned().flatten() {
            if let Some(told) = told.get_mut(Id(id).index()) {
                *told = true;
            }
        }
    }
    let mut fates = Vec::new();
    for table in &scenario.awaitables {
        let entry = |id: u32| run.entries.get(Id(id).index());
        let is_told = |id: u32| told.get(Id(id).index()).is_some_and(|told| *told);
        let first = entry(table.ids.start).map(|entry| entry.fate);
        let alike = table.ids.clone().all(|id| entry(id).map(|entry| entry.fate) == first);
        if alike && let Some(fate) = first {
            if !table.ids.clone().all(is_told) {
                fates.push(format!("{} = \"{}\"", literal::key(&table.name), fate.word()));
            }
        } else {
            let some = table.ids.clone().filter(|id| !is_told(*id)).take(MOST + 1);
            fates.extend(some.filter_map(|id| {
                let name = scenario.name(Id(id)).to_string();
                Some(format!("{} = \"{}\"", literal::key(&name), entry(id)?.fate.word()))
            }));
        }
    }
    fates
}
