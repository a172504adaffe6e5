//! The tables of a file: which keys each takes, and what is said of one that it does not.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue};

use crate::calls::Function;
use crate::event::Word;
use crate::scenario::diagnostic::{Problem, Problems, quoted};
use crate::scenario::listed;

use super::suggest::nearest;

/// A value with its place in the file.
pub(super) type Node<'t> = Spanned<DeValue<'t>>;

/// A kind of table, with the keys that it takes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Owner {
    File,
    Awaitable,
    Raises,
    OnCancel,
    Bounds,
    Caller,
    Call(Function),
    Expect,
}

impl Owner {
    /// The tables where a misplaced key may belong.
    fn all() -> impl Iterator<Item = Owner> {
        let calls = Function::ALL.iter().copied().map(Owner::Call);
        let before = [Owner::File, Owner::Awaitable, Owner::Caller].into_iter();
        before.chain(calls).chain([Owner::OnCancel, Owner::Raises, Owner::Expect])
    }

    pub(crate) fn keys(self) -> Cow<'static, [&'static str]> {
        let options = |function: Function| function.keys().iter().map(|option| option.name);
        let keys: &[&str] = match self {
            Owner::File => {
                let mut keys = vec!["title", "description", "shows", "question", "answer", "python", "seed"];
                keys.extend(["awaitable", "caller"].iter().chain(Function::WORDS).chain(&["expect"]));
                return keys.into();
            }
            Owner::Awaitable => &[
                "name",
                "kind",
                "delay",
                "returns",
                "raises",
                "cancel_at",
                "cancel_message",
                "on_cancel",
                "members",
                "return_exceptions",
                "done_callback",
                "count",
            ],
            Owner::Raises => &["type", "message"],
            Owner::Bounds => &["min", "max"],
            Owner::OnCancel => &["cleanup", "returns", "raises"],
            Owner::Caller => {
                &["args", "unpack", "call_at", "await_at", "check_done_at", "cancel_group_at", "cancel_at", "then"]
            }
            Owner::Call(function) => return options(function).collect(),
            Owner::Expect => {
                let mut given = Function::ALL.iter().flat_map(|function| function.results().iter().copied());
                let mut keys = vec!["call"];
                keys.extend(Function::ALL.iter().copied().flat_map(options));
                keys.extend(["python", "choices", "jitter", "outcome", "at"]);
                keys.extend(given.next());
                keys.push("exception");
                keys.extend(given);
                keys.extend(["fates", "nothing_left", "ends", "warnings", "logs", "events"]);
                return keys.into();
            }
        };
        keys.into()
    }

    /// The key that somebody means by another word, where the words are not alike.
    fn synonym(self, word: &str) -> Option<&'static str> {
        let word = word.to_lowercase();
        Some(match (self, word.as_str()) {
            (Owner::Awaitable, "sleep" | "duration" | "sleeps" | "takes" | "time" | "after") => "delay",
            (Owner::Awaitable | Owner::OnCancel, "result" | "value" | "return" | "results") => "returns",
            (Owner::Awaitable | Owner::OnCancel, "error" | "exception" | "fails" | "throws" | "raise") => "raises",
            (Owner::Awaitable, "type") => "kind",
            (Owner::Awaitable, "children" | "args" | "awaitables") => "members",
            (Owner::Awaitable, "repeat" | "times" | "n" | "copies") => "count",
            (Owner::Awaitable, "cleanup") => "on_cancel = { cleanup = … }",
            (Owner::OnCancel, "delay" | "sleep") => "cleanup",
            (Owner::File, "awaitables" | "task" | "tasks" | "coroutine") => "[[awaitable]]",
            (Owner::File, "name") => "title",
            (Owner::Raises, "name") => "type",
            _ => return None,
        })
    }
}

impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Owner::File => "the top of the file",
            Owner::Awaitable => "`[[awaitable]]`",
            Owner::Raises => "`raises`",
            Owner::Bounds => "`at`",
            Owner::OnCancel => "`on_cancel`",
            Owner::Caller => "`[caller]`",
            Owner::Call(function) => return write!(f, "`[{}]`", function.word()),
            Owner::Expect => "`[[expect]]`",
        })
    }
}

/// A table whose keys are all known ones.
pub(super) struct Keys<'t> {
    table: &'t DeTable<'t>,
}

/// A key of a table with its value.
#[derive(Clone, Copy)]
pub(super) struct KeyValue<'t> {
    pub(super) key: &'static str,
    place: &'t Spanned<Cow<'t, str>>,
    pub(super) node: &'t Node<'t>,
}

impl<'t> Keys<'t> {
    /// Looks at a table's keys; those that it does not take become problems.
    pub(super) fn of(table: &'t DeTable<'t>, owner: Owner, problems: &mut Problems) -> Keys<'t> {
        let keys = owner.keys();
        for (key, _) in table {
            if !keys.contains(&key.get_ref().as_ref()) {
                problems.push(unknown_key(key, owner));
            }
        }
        Keys { table }
    }

    pub(super) fn get(&self, key: &'static str) -> Option<KeyValue<'t>> {
        self.table.get_key_value(key).map(|(place, node)| KeyValue { key, place, node })
    }
}

fn unknown_key(key: &Spanned<Cow<'_, str>>, owner: Owner) -> Problem {
    let word = key.get_ref().as_ref();
    let label = match owner {
        Owner::File => "not a key of the file itself".to_owned(),
        owner => format!("not a key of {owner}"),
    };
    let problem = Problem::new(format!("unknown key {}", quoted(word))).at(key.span()).label(label);
    let home = Owner::all().find(|home| *home != owner && home.keys().contains(&word));
    if let Some(meant) = owner.synonym(word).or_else(|| nearest(word, owner.keys().iter().copied())) {
        problem.help(format!("did you mean `{meant}`?"))
    } else if let Some(home) = home {
        let before = if home == Owner::File { ", before the first table" } else { "" };
        problem.help(format!("`{word}` belongs to {home}{before}"))
    } else if let Some(home) = Owner::all().find_map(|home| Some((home, nearest(word, home.keys().iter().copied())?))) {
        problem.help(format!("did you mean `{}`, which belongs to {}?", home.1, home.0))
    } else {
        let keys: Vec<String> = owner.keys().iter().map(|key| format!("`{key}`")).collect();
        problem.help(format!("its keys are {}", listed(&keys, "and")))
    }
}

impl<'t> KeyValue<'t> {
    pub(super) fn new(key: &'static str, place: &'t Spanned<Cow<'t, str>>, node: &'t Node<'t>) -> KeyValue<'t> {
        KeyValue { key, place, node }
    }

    /// Where the value stands.
    pub(super) fn place(&self) -> Range<usize> {
        self.node.span()
    }

    /// Where the key stands.
    pub(super) fn key_place(&self) -> Range<usize> {
        self.place.span()
    }

    /// A problem with the value.
    pub(super) fn problem(&self, message: impl Into<String>) -> Problem {
        Problem::new(message).at(self.place())
    }

    pub(super) fn text(&self, problems: &mut Problems) -> Option<&'t str> {
        self.wanted(self.node.get_ref().as_str(), "a string", "\"…\"", problems)
    }

    pub(super) fn boolean(&self, problems: &mut Problems) -> Option<bool> {
        self.wanted(self.node.get_ref().as_bool(), "`true` or `false`", "true", problems)
    }

    pub(super) fn array(&self, wanted: &str, example: &str, problems: &mut Problems) -> Option<&'t DeArray<'t>> {
        self.wanted(self.node.get_ref().as_array(), wanted, example, problems)
    }

    pub(super) fn table(&self, wanted: &str, example: &str, problems: &mut Problems) -> Option<&'t DeTable<'t>> {
        self.wanted(self.node.get_ref().as_table(), wanted, example, problems)
    }

    /// A list of texts, each with its place.
    pub(super) fn texts(
        &self,
        wanted: &str,
        example: &str,
        problems: &mut Problems,
    ) -> Option<Vec<(&'t str, Range<usize>)>> {
        let items = self.array(wanted, example, problems)?;
        let mut texts = Vec::with_capacity(items.len());
        for item in items {
            match item.get_ref().as_str() {
                Some(text) => texts.push((text, item.span())),
                None => problems.push(
                    Problem::new(format!("`{}` must be {wanted}, but contains {}", self.key, type_of(item)))
                        .at(item.span())
                        .label("not a string")
                        .help(format!("write `{} = {example}`", self.key)),
                ),
            }
        }
        Some(texts)
    }

    /// One of a closed set of words.
    pub(super) fn word<W: Word>(&self, problems: &mut Problems) -> Option<W> {
        W::of(self.one_of(W::WORDS, problems)?)
    }

    /// One of a few words.
    pub(super) fn one_of(&self, words: &[&'static str], problems: &mut Problems) -> Option<&'static str> {
        let choice: Vec<String> = words.iter().map(|word| format!("\"{word}\"")).collect();
        let Some(text) = self.node.get_ref().as_str() else {
            problems.push(self.mismatch(&listed(&choice, "or"), &choice.first().cloned().unwrap_or_default()));
            return None;
        };
        let found = words.iter().find(|word| **word == text).copied();
        if found.is_none() {
            let help = match nearest(text, words.iter().copied()) {
                Some(near) => format!("did you mean \"{near}\"?"),
                None => format!("write {}", listed(&choice, "or")),
            };
            let problem = self.problem(format!("`{}` cannot be {}", self.key, quoted(text)));
            problems.push(problem.label(format!("not {}", listed(&choice, "or"))).help(help));
        }
        found
    }

    /// A value of the wrong type.
    pub(super) fn mismatch(&self, wanted: &str, example: &str) -> Problem {
        self.problem(format!("`{}` must be {wanted}, not {}", self.key, type_of(self.node)))
            .label(format!("this is {}", type_of(self.node)))
            .help(format!("write `{} = {example}`", self.key))
    }

    fn wanted<T>(&self, found: Option<T>, wanted: &str, example: &str, problems: &mut Problems) -> Option<T> {
        if found.is_none() {
            problems.push(self.mismatch(wanted, example));
        }
        found
    }
}

/// What a person calls a value's type, with its article.
pub(super) fn type_of(node: &Node<'_>) -> &'static str {
    match node.get_ref() {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) => "an integer",
        DeValue::Float(_) => "a float",
        DeValue::Boolean(_) => "a boolean",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "an array",
        DeValue::Table(_) => "a table",
    }
}
