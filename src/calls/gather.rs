//! `asyncio.gather()`.

use super::{Brackets, Function, Options};
use crate::scenario::Caller;

/// `[gather]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct GatherOptions {
    /// Whether exceptions come back as values.
    pub return_exceptions: bool,
}

impl Options for GatherOptions {
    fn function(&self) -> Function {
        Function::Gather
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

    fn gives_a_future(&self) -> bool {
        true
    }
}
