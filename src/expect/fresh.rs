//! Expectations for a scenario that has none: the two functions in their common forms.

use std::fmt::Write;

use crate::outcome::Gave;
use crate::scenario::{Call, Function, Id, Python, ReturnWhen, Scenario, Status};

use super::given::Given;
use super::literal;
use super::names::listed;
use super::{Needs, Observed};

/// More results, or more names in a list, than anybody would write by hand.
const MOST: usize = 32;

/// One `[[expect]]` for gather(), gather(return_exceptions=True), and wait() in its three conditions; the scenario's
/// own tables hold for all else.
pub fn expectations(scenario: &Scenario) -> Vec<String> {
    let mut calls = Vec::new();
    for return_exceptions in [false, true] {
        let Call::Gather(mut options) = scenario.call(Function::Gather) else { continue };
        options.return_exceptions = return_exceptions;
        calls.push(Call::Gather(options));
    }
    for return_when in [ReturnWhen::AllCompleted, ReturnWhen::FirstCompleted, ReturnWhen::FirstException] {
        let Call::Wait(mut options) = scenario.call(Function::Wait) else { continue };
        options.return_when = return_when;
        calls.push(Call::Wait(options));
    }
    calls.into_iter().map(|call| expectation(scenario, call)).collect()
}

fn expectation(scenario: &Scenario, call: Call) -> String {
    let python = scenario.python.unwrap_or(Python::DEFAULT);
    let observed = Observed::of(scenario, call, python, Needs { awaitables: true, events: false });
    let (run, given) = (&observed.run, Given::of(&observed.run));
    let mut lines = vec!["[[expect]]".to_owned(), format!("call = \"{}\"", call.function())];
    match call {
        Call::Gather(options) if options != scenario.gather => {
            lines.push(format!("return_exceptions = {}", options.return_exceptions));
        }
        Call::Wait(options) if options != scenario.wait => {
            lines.push(format!("return_when = \"{}\"", options.return_when.word()));
        }
        _ => {}
    }
    lines.push(format!("outcome = \"{}\"", run.outcome.status.word()));
    lines.push(format!("at = {}", literal::duration(run.outcome.at)));
    match &run.outcome.gave {
        Gave::Nothing => {}
        Gave::Exception(exception) => {
            lines.push(format!("exception = {}", literal::text(&given.as_raises(*exception))))
        }
        Gave::Results(items) if items.len() > MOST => {}
        Gave::Results(items) => {
            let results: Vec<String> = items.iter().map(|item| literal::value(&given.as_result(item.ended))).collect();
            lines.push(format!("results = {}", literal::list(&results, "results = ".len())));
        }
        Gave::Sets { done, pending } => {
            for (key, ids) in [("done", done), ("pending", pending)] {
                let names: Vec<String> =
                    listed(scenario, ids.iter().copied()).iter().map(|name| literal::text(name)).collect();
                if names.len() <= MOST {
                    lines.push(format!("{key} = {}", literal::list(&names, key.len() + 3)));
                }
            }
        }
    }
    let fates = fates(&observed);
    if !fates.is_empty() && fates.len() <= MOST {
        let inline = format!("fates = {{ {} }}", fates.join(", "));
        if literal::is_too_long(&inline) {
            lines.push(format!("\n[expect.fates]\n{}", fates.join("\n")));
        } else {
            lines.push(inline);
        }
    }
    lines.into_iter().fold(String::new(), |mut text, line| {
        // Writing into a string cannot fail.
        let _ = writeln!(text, "{line}");
        text
    })
}

/// `name = "fate"` for all of which the results or sets do not tell: where the call gave those, what they hold is
/// `delivered`, `done` or `pending`.
fn fates(observed: &Observed<'_>) -> Vec<String> {
    let run = &observed.run;
    let scenario = run.scenario;
    let mut told = vec![false; scenario.len()];
    if run.outcome.status == Status::Returned {
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
