//! The options of calls as data: by it files, flags and documents are read and written without a match over calls.

use super::Call;
use crate::scenario::Nanos;

/// An option of a call.
#[derive(Debug)]
pub struct OptionKey {
    /// Its key in files and documents, which is also Python's; as a flag it has dashes.
    pub name: &'static str,
    /// What it takes.
    pub takes: Takes,
    /// Whether the call is shown and compared with each of its values, where nobody says which.
    pub is_varied: bool,
    /// What it says in a scenario, for the schema.
    pub in_files: &'static str,
    /// What it says in a run document, for the schema.
    pub in_documents: &'static str,
}

/// What an option takes.
#[derive(Clone, Copy, Debug)]
pub enum Takes {
    /// `true` or `false`.
    Boolean,
    /// A duration, or none.
    Timeout,
    /// One of these words. Documents have it as Python spells it, which files may do too.
    Word(&'static [&'static str], fn(&'static str) -> &'static str),
}

/// What an option is set to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setting {
    /// For [`Takes::Boolean`].
    Boolean(bool),
    /// For [`Takes::Timeout`].
    Timeout(Option<Nanos>),
    /// For [`Takes::Word`], in the spelling of files.
    Word(&'static str),
}

impl OptionKey {
    /// Its flag.
    pub fn flag(&self) -> String {
        format!("--{}", self.name.replace('_', "-"))
    }
}

impl Takes {
    /// The settings that there are; none where they cannot be listed.
    fn all(self) -> Vec<Setting> {
        match self {
            Takes::Boolean => vec![Setting::Boolean(false), Setting::Boolean(true)],
            Takes::Timeout => Vec::new(),
            Takes::Word(words, _) => words.iter().map(|word| Setting::Word(word)).collect(),
        }
    }
}

impl Call {
    /// Every option with its setting.
    pub fn settings(&self) -> impl Iterator<Item = (&'static OptionKey, Setting)> {
        let options = self.options();
        options.keys().iter().filter_map(move |key| Some((key, options.get(key.name)?)))
    }

    /// The options that are set otherwise than in another call of the same function.
    pub fn settings_beside(&self, other: Call) -> impl Iterator<Item = (&'static OptionKey, Setting)> {
        self.settings().filter(move |(key, setting)| other.options().get(key.name) != Some(*setting))
    }

    /// The same with one option set; what it has no option for changes nothing.
    pub fn with(mut self, name: &str, setting: Setting) -> Call {
        self.options_mut().set(name, setting);
        self
    }

    /// The forms in which it is mostly called, the other options staying as they are.
    pub fn forms(self) -> Vec<Call> {
        let mut forms = vec![self];
        for key in self.options().keys().iter().filter(|key| key.is_varied) {
            let settings = key.takes.all();
            forms = forms.iter().flat_map(|form| settings.iter().map(|value| form.with(key.name, *value))).collect();
        }
        forms
    }
}

#[cfg(test)]
mod tests {
    use crate::calls::Function;
    use crate::event::Word;

    #[test]
    fn every_option_can_be_asked_for_and_set() {
        for function in Function::ALL {
            let plain = function.plain();
            assert_eq!(plain.settings().count(), function.keys().len(), "{function}");
            for option in function.keys() {
                for setting in option.takes.all() {
                    let call = plain.with(option.name, setting);
                    assert_eq!(call.options().get(option.name), Some(setting), "{function}: {}", option.name);
                    assert!(call.settings_beside(plain).all(|(other, _)| other.name == option.name), "{function}");
                }
            }
            assert!(plain.forms().contains(&plain), "{function}");
        }
    }
}
