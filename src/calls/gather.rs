//! `asyncio.gather()`.

use super::{Function, Options};

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
}
