//! What is a little smaller than a file.
//!
//! Every step makes less of something and more of nothing: tables, keys, items, names that are not a, b, c in their
//! order, then what values there are. A number is less than a text, and a text is less the shorter it is and the more of
//! its letters are an `a`. So step after step comes to an end.

use std::collections::BTreeSet;

use crate::scenario::toml_string;

use super::{Reference, ScenarioFile, Setting};

impl ScenarioFile {
    /// Everything that is a little smaller than this, the boldest steps first. Not all of it is a valid scenario.
    pub fn smaller(&self) -> Vec<ScenarioFile> {
        let mut smaller = Vec::new();
        for table in 0..self.tables.len() {
            let mut file = self.clone();
            let removed = file.tables.remove(table);
            if let Some(name) = removed.name() {
                file.forget(name);
            }
            smaller.push(file);
        }
        for table in 0..self.tables.len() {
            // Some keys are only allowed together.
            let mut file = self.clone();
            file.tables[table].keys.retain(|(_, setting)| matches!(setting, Setting::Name(_)));
            if file.tables[table].keys.len() + 1 < self.tables[table].keys.len() {
                smaller.push(file);
            }
            for (key, (_, setting)) in self.tables[table].keys.iter().enumerate() {
                if !matches!(setting, Setting::Name(_)) {
                    let mut file = self.clone();
                    file.tables[table].keys.remove(key);
                    smaller.push(file);
                }
                for setting in setting.smaller() {
                    let mut file = self.clone();
                    file.tables[table].keys[key].1 = setting;
                    smaller.push(file);
                }
            }
        }
        smaller.extend(self.with_numbers_lowered_together());
        smaller.extend(self.with_plainer_names());
        smaller
    }

    /// Moments meet: neither of two that are equal can be lowered alone without parting them, and what is told by the
    /// distance of two is lost unless both move.
    fn with_numbers_lowered_together(&self) -> Vec<ScenarioFile> {
        let mut file = self.clone();
        let numbers: BTreeSet<u64> = file.texts().into_iter().filter_map(|text| text.parse().ok()).collect();
        let numbers: Vec<u64> = numbers.into_iter().filter(|number| *number > 0).collect();
        let mut lowered = Vec::new();
        for (place, number) in numbers.iter().enumerate() {
            lowered.extend(
                lower(*number).into_iter().map(|low| self.with_numbers(|own| if own == *number { low } else { own })),
            );
            lowered.extend(
                numbers[place + 1..]
                    .iter()
                    .map(|other| self.with_numbers(|own| if own == *number || own == *other { own - 1 } else { own })),
            );
        }
        if !numbers.is_empty() {
            lowered.push(self.with_numbers(|own| own.saturating_sub(1)));
        }
        lowered
    }

    fn with_numbers(&self, change: impl Fn(u64) -> u64) -> ScenarioFile {
        let mut file = self.clone();
        for text in file.texts() {
            if let Ok(number) = text.parse() {
                *text = change(number).to_string();
            }
        }
        file
    }

    /// All names as a, b, c in their order, or one of them where its letter is free.
    fn with_plainer_names(&self) -> Vec<ScenarioFile> {
        let names: Vec<&str> = self.tables.iter().filter_map(|table| table.name()).collect();
        let plain: Vec<String> = ('a'..='z').take(names.len()).map(String::from).collect();
        let strange: Vec<(&str, &str)> =
            names.iter().copied().zip(plain.iter().map(String::as_str)).filter(|(name, plain)| name != plain).collect();
        let mut renamed = Vec::new();
        if !strange.is_empty() {
            renamed.push(self.with_names(&strange));
            let free = strange.iter().filter(|(_, plain)| !names.contains(plain));
            renamed.extend(free.map(|pair| self.with_names(&[*pair])));
        }
        renamed
    }

    fn with_names(&self, pairs: &[(&str, &str)]) -> ScenarioFile {
        let mut file = self.clone();
        let rename = |name: &mut String| {
            if let Some((_, plain)) = pairs.iter().find(|(own, _)| own == name) {
                *name = (*plain).to_owned();
            }
        };
        for (_, setting) in file.tables.iter_mut().flat_map(|table| &mut table.keys) {
            match setting {
                Setting::Name(name) => rename(name),
                Setting::Names(references) => references.iter_mut().for_each(|one| rename(&mut one.name)),
                Setting::Text(_) | Setting::Entries(_) | Setting::List(_) => {}
            }
        }
        file
    }

    /// Takes a name out of every list.
    fn forget(&mut self, name: &str) {
        for (_, setting) in self.tables.iter_mut().flat_map(|table| &mut table.keys) {
            if let Setting::Names(references) = setting {
                references.retain(|reference| reference.name != name);
            }
        }
    }

    /// All that is written as it is, also in tables and arrays.
    fn texts(&mut self) -> Vec<&mut String> {
        let mut texts = Vec::new();
        let mut settings: Vec<&mut Setting> =
            self.tables.iter_mut().flat_map(|table| table.keys.iter_mut().map(|(_, setting)| setting)).collect();
        while let Some(setting) = settings.pop() {
            match setting {
                Setting::Text(text) => texts.push(text),
                Setting::Entries(entries) => settings.extend(entries.iter_mut().map(|(_, setting)| setting)),
                Setting::List(items) => settings.extend(items),
                Setting::Name(_) | Setting::Names(_) => {}
            }
        }
        texts
    }
}

impl Setting {
    /// What it may be replaced by.
    fn smaller(&self) -> Vec<Setting> {
        match self {
            Setting::Name(_) => Vec::new(),
            Setting::Names(references) => {
                let mut smaller: Vec<Setting> = without_one(references).map(Setting::Names).collect();
                for (place, reference) in references.iter().enumerate() {
                    // All clones are less than one of them, and the first is less than any other.
                    let less = [None, Some(1)].into_iter().take_while(|clone| *clone < reference.clone);
                    smaller.extend(less.map(|clone| {
                        let reference = Reference { clone, ..reference.clone() };
                        Setting::Names(with_one(references, place, reference))
                    }));
                }
                smaller
            }
            Setting::Text(text) => smaller_texts(text).into_iter().map(Setting::Text).collect(),
            Setting::List(items) => {
                let mut smaller = vec![Setting::Text("1".to_owned())];
                smaller.extend(without_one(items).map(Setting::List));
                for (place, item) in items.iter().enumerate() {
                    smaller.extend(item.smaller().into_iter().map(|item| Setting::List(with_one(items, place, item))));
                }
                smaller
            }
            Setting::Entries(entries) => {
                let mut smaller = vec![Setting::Text("1".to_owned()), Setting::Text(toml_string("a"))];
                smaller.extend(without_one(entries).map(Setting::Entries));
                for (place, (key, setting)) in entries.iter().enumerate() {
                    let entries = |setting| Setting::Entries(with_one(entries, place, (key.clone(), setting)));
                    smaller.extend(setting.smaller().into_iter().map(entries));
                }
                smaller
            }
        }
    }
}

/// Numbers for a number, and for a text also plainer ones.
fn smaller_texts(text: &str) -> Vec<String> {
    if let Ok(number) = text.parse::<u64>() {
        return lower(number).iter().map(u64::to_string).collect();
    }
    let mut smaller = vec!["1".to_owned(), "0".to_owned()];
    if text.parse::<f64>().is_ok() {
        return smaller;
    }
    match serde_json::from_str::<String>(text) {
        Ok(text) => smaller.extend(plainer(&text).iter().map(|text| toml_string(text))),
        // A table, an array, a bare word.
        Err(_) => smaller.push(toml_string("a")),
    }
    smaller
}

/// Less than a number, the least first.
fn lower(number: u64) -> BTreeSet<u64> {
    [0, 1, number / 2, number.saturating_sub(1)].into_iter().filter(|lower| *lower < number).collect()
}

/// What is less than a text: what is shorter, the shortest first, then what has more letters that are an `a`.
fn plainer(text: &str) -> Vec<String> {
    let letters: Vec<char> = text.chars().collect();
    let mut plainer = Vec::new();
    if !letters.is_empty() {
        plainer.push(String::new());
    }
    if letters.len() > 1 {
        let (first, second) = letters.split_at(letters.len() / 2);
        plainer.extend(["a".to_owned(), String::from_iter(first), String::from_iter(second)]);
        plainer.extend(without_one(&letters).map(String::from_iter));
    }
    for (place, letter) in letters.iter().enumerate() {
        if *letter != 'a' {
            plainer.push(String::from_iter(with_one(&letters, place, 'a')));
        }
    }
    plainer
}

fn without_one<T: Clone>(items: &[T]) -> impl Iterator<Item = Vec<T>> + '_ {
    (0..items.len()).map(|place| [&items[..place], &items[place + 1..]].concat())
}

fn with_one<T: Clone>(items: &[T], place: usize, item: T) -> Vec<T> {
    let mut items = items.to_vec();
    items[place] = item;
    items
}
