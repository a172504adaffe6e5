//! `asyncio.wait()`.

use std::str::FromStr;

use super::{Brackets, Function, Options};
use crate::scenario::{Caller, Nanos};

/// `[wait]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WaitOptions {
    /// When it returns.
    pub return_when: ReturnWhen,
    /// After how long it returns anyway.
    pub timeout: Option<Nanos>,
    /// Whether coroutines among its arguments are wrapped by `create_task()` right at the call.
    pub wrap: bool,
    /// What its one argument is.
    pub collection: Collection,
}

impl Default for WaitOptions {
    fn default() -> WaitOptions {
        WaitOptions { return_when: ReturnWhen::AllCompleted, timeout: None, wrap: true, collection: Collection::List }
    }
}

/// wait()'s `return_when`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum ReturnWhen {
    AllCompleted,
    FirstCompleted,
    FirstException,
}

impl ReturnWhen {
    /// Every condition, in the order of Python's documentation.
    pub const ALL: [ReturnWhen; 3] = [ReturnWhen::FirstCompleted, ReturnWhen::FirstException, ReturnWhen::AllCompleted];

    /// The constant's name in `asyncio`.
    pub fn python_name(self) -> &'static str {
        match self {
            ReturnWhen::AllCompleted => "ALL_COMPLETED",
            ReturnWhen::FirstCompleted => "FIRST_COMPLETED",
            ReturnWhen::FirstException => "FIRST_EXCEPTION",
        }
    }

    /// Its word on the command line and in files.
    pub fn word(self) -> &'static str {
        match self {
            ReturnWhen::AllCompleted => "all-completed",
            ReturnWhen::FirstCompleted => "first-completed",
            ReturnWhen::FirstException => "first-exception",
        }
    }
}

/// Takes the word that the command line has for it, and the constant's name.
impl FromStr for ReturnWhen {
    type Err = String;

    fn from_str(text: &str) -> Result<ReturnWhen, String> {
        ReturnWhen::ALL
            .into_iter()
            .find(|when| when.word() == text || when.python_name() == text)
            .ok_or_else(|| "use all-completed, first-completed or first-exception".to_owned())
    }
}

/// What wait()'s one argument is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Collection {
    /// `[a, b]`
    List,
    /// `(a, b)`
    Tuple,
    /// `{a, b}`
    Set,
    /// `{a: …, b: …}`
    Dict,
    /// `(x for x in [a, b])`
    Generator,
    /// The one argument itself, which is a mistake.
    Bare,
}

impl Collection {
    /// Every collection with the word that the format has for it.
    pub const ALL: [(Collection, &'static str); 6] = [
        (Collection::List, "list"),
        (Collection::Tuple, "tuple"),
        (Collection::Set, "set"),
        (Collection::Dict, "dict"),
        (Collection::Generator, "generator"),
        (Collection::Bare, "bare"),
    ];

    /// The word that the format has for it.
    pub fn word(self) -> &'static str {
        Collection::ALL.iter().find(|(collection, _)| *collection == self).map_or("list", |(_, word)| word)
    }
}

impl Options for WaitOptions {
    fn function(&self) -> Function {
        Function::Wait
    }

    fn brackets(&self, _: &Caller, arguments: usize) -> &'static [Brackets] {
        match (self.collection, arguments) {
            (Collection::List, _) => &[("[", "]")],
            // One item makes no tuple without a comma.
            (Collection::Tuple, 1) => &[("(", ",)")],
            (Collection::Tuple, _) => &[("(", ")")],
            (Collection::Set, 0) => &[("set(", ")")],
            (Collection::Set, _) => &[("{", "}")],
            (Collection::Dict, _) => &[("dict.fromkeys(", ")"), ("[", "]")],
            (Collection::Generator, _) => &[("(each for each in ", ")"), ("[", "]")],
            (Collection::Bare, _) => &[],
        }
    }

    fn keywords(&self) -> Vec<(&'static str, String)> {
        let timeout = self.timeout.map(|timeout| ("timeout", timeout.to_string()));
        let return_when = (self.return_when != ReturnWhen::AllCompleted)
            .then(|| ("return_when", format!("asyncio.{}", self.return_when.python_name())));
        timeout.into_iter().chain(return_when).collect()
    }

    fn variable(&self) -> &'static str {
        "waiting"
    }

    fn results(&self) -> &'static [&'static str] {
        &["done", "pending"]
    }

    fn wraps_coroutines(&self) -> bool {
        self.wrap
    }

    fn gives_a_future(&self) -> bool {
        false
    }
}
