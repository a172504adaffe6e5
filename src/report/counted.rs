//! How many of something there were, and when.

use crate::scenario::Nanos;

/// How many, and when.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Counted {
    /// How many.
    pub count: usize,
    /// The first moment and the last, where there is one.
    pub span: Option<(Nanos, Nanos)>,
}

impl Counted {
    /// One more.
    pub fn add(&mut self, at: Option<Nanos>) {
        self.count += 1;
        if let Some(at) = at {
            let (first, last) = self.span.unwrap_or((at, at));
            self.span = Some((first.min(at), last.max(at)));
        }
    }
}
