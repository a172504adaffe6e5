//! NameLookup as an `[[expect]]` writes them, and the awaitables that they stand for.

use std::collections::HashMap;

use crate::event::Target;
use crate::scenario::{Awaitable, Id, Ids, Scenario};

/// Every awaitable by its name.
pub struct NameLookup<'s> {
    by_name: HashMap<&'s str, &'s Awaitable>,
}

impl<'s> NameLookup<'s> {
    pub fn of(scenario: &'s Scenario) -> NameLookup<'s> {
        NameLookup { by_name: scenario.awaitables.iter().map(|table| (table.name.as_str(), table)).collect() }
    }

    /// What a name stands for: an awaitable with all its clones, or one clone. Nothing for a name that nobody has,
    /// which no parsed scenario holds.
    pub fn ids(&self, name: &str) -> Ids {
        if let Some(table) = self.by_name.get(name) {
            return table.ids.clone();
        }
        let clone = name.rsplit_once('-').and_then(|(base, number)| {
            let id = self.by_name.get(base)?.ids.start.checked_add(number.parse::<u32>().ok()?)?;
            Some(id.checked_sub(1)?..id)
        });
        clone.unwrap_or(0..0)
    }

    /// The ids of several names, in order and each once.
    pub fn all_ids(&self, names: &[String]) -> Vec<u32> {
        let mut ids: Vec<u32> = names.iter().flat_map(|name| self.ids(name)).collect();
        ids.sort_unstable();
        ids.dedup();
        ids
    }
}

/// The names of some awaitables, each once, in their order. Where all clones of a `count` are among them, its own name
/// stands for them.
pub fn listed(scenario: &Scenario, ids: impl Iterator<Item = Id> + Clone) -> Vec<String> {
    let mut clones: HashMap<&str, usize> = HashMap::new();
    for id in ids.clone() {
        let name = scenario.name(id);
        if name.number.is_some() {
            *clones.entry(name.base).or_default() += 1;
        }
    }
    let mut names = Vec::new();
    for id in ids {
        let table = scenario.awaitable(id);
        match clones.get_mut(table.name.as_str()) {
            Some(0) => {}
            Some(count) if *count == table.ids.len() => {
                *count = 0;
                names.push(table.name.clone());
            }
            _ => names.push(scenario.name(id).to_string()),
        }
    }
    names
}

/// What something is called in an `[[expect]]`.
pub fn target_name(scenario: &Scenario, target: Target) -> String {
    match target {
        Target::Awaitable(id) => scenario.name(id).to_string(),
        target => target.word().unwrap_or_default().to_owned(),
    }
}
