//! `asyncio.gather()`.

use super::{Brackets, Function, MisuseText, OptionKey, Options, Setting, Takes};
use crate::event::Status;
use crate::scenario::{Caller, Nanos};

/// `[gather]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct GatherOptions {
    /// Whether exceptions come back as values.
    pub return_exceptions: bool,
    /// Whether the program adds a done callback to the group.
    pub done_callback: bool,
}

impl Options for GatherOptions {
    fn function(&self) -> Function {
        Function::Gather
    }

    fn keys(&self) -> &'static [OptionKey] {
        &[
            OptionKey {
                name: "return_exceptions",
                takes: Takes::Boolean,
                is_varied: true,
                in_files: "Whether gather() returns exceptions as values.",
                in_documents: "Whether exceptions are returned as values.",
            },
            OptionKey {
                name: "done_callback",
                takes: Takes::Boolean,
                is_varied: false,
                in_files: "Whether the program adds a done callback to the group, right after the call.",
                in_documents: "Whether the program adds a done callback to the group.",
            },
        ]
    }

    fn get(&self, key: &str) -> Option<Setting> {
        match key {
            "return_exceptions" => Some(Setting::Boolean(self.return_exceptions)),
            "done_callback" => Some(Setting::Boolean(self.done_callback)),
            _ => None,
        }
    }

    fn set(&mut self, key: &str, setting: Setting) {
        match (key, setting) {
            ("return_exceptions", Setting::Boolean(value)) => self.return_exceptions = value,
            ("done_callback", Setting::Boolean(value)) => self.done_callback = value,
            _ => {}
        }
    }

    fn gives_in_text(&self) -> &'static str {
        "gather() gives a list: write `results`"
    }

    fn takes_arguments_apart(&self) -> bool {
        true
    }

    fn gives_a_future(&self) -> bool {
        true
    }

    fn brackets(&self, caller: &Caller, _: usize) -> &'static [Brackets] {
        if caller.passes_list { &[("[", "]")] } else { &[] }
    }

    fn keywords(&self) -> Vec<(&'static str, String)> {
        self.return_exceptions.then(|| ("return_exceptions", "True".to_owned())).into_iter().collect()
    }

    fn variable(&self) -> &'static str {
        "group"
    }

    fn results(&self) -> &'static [&'static str] {
        &["results"]
    }

    fn wraps_coroutines(&self) -> bool {
        false
    }

    fn in_text(&self) -> &'static str {
        "gather()"
    }

    fn awaited_in_text(&self) -> &'static str {
        "awaited what gather() gave it"
    }

    fn takes_exceptions(&self) -> bool {
        true
    }

    fn begins(&self, called: Option<Nanos>, _: Option<Nanos>) -> Option<Nanos> {
        called
    }

    fn words_of_leftover(&self, status: Status) -> &'static str {
        match status {
            Status::Raised => "running, gather() has raised",
            Status::Cancelled => "running, gather() was cancelled",
            Status::Returned | Status::Hangs => "running, gather() has returned",
        }
    }
}

/// How gather() can be called wrongly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum GatherMisuse {
    /// `gather([a, b])`.
    UnhashableList,
    /// `gather([a, b])` in 3.14.
    ListAsDictKey,
}

impl GatherMisuse {
    /// What is said of it.
    pub fn text(self) -> MisuseText {
        let message = match self {
            GatherMisuse::UnhashableList => "unhashable type: 'list'",
            GatherMisuse::ListAsDictKey => "cannot use 'list' as a dict key (unhashable type: 'list')",
        };
        let advice = "gather() takes the awaitables themselves as its arguments, not a list of them: put a star \
                      before the list, asyncio.gather(*awaitables).";
        MisuseText { type_name: "TypeError", message, advice }
    }
}
