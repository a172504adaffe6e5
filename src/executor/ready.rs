//! The ready queue: what the loop keeps in `BaseEventLoop._ready`.
//!
//! One pass runs exactly the handles that are ready when it begins; what they add waits for the next. So the queue is
//! two vectors that change places with every pass, and nothing is ever taken from the middle.

/// Handles waiting for the next pass.
#[derive(Debug)]
pub struct Ready<H> {
    next: Vec<H>,
    spare: Vec<H>,
}

impl<H> Default for Ready<H> {
    fn default() -> Ready<H> {
        Ready { next: Vec::new(), spare: Vec::new() }
    }
}

impl<H> Ready<H> {
    /// Nothing is ready any more.
    pub fn reset(&mut self) {
        self.next.clear();
    }

    /// Appends a handle (`loop.call_soon()`).
    #[inline]
    pub fn push(&mut self, handle: H) {
        self.next.push(handle);
    }

    /// Whether the next pass would have nothing to run.
    pub fn is_empty(&self) -> bool {
        self.next.is_empty()
    }

    /// Begins a pass: takes everything that is ready now.
    pub fn take_batch(&mut self) -> Vec<H> {
        std::mem::replace(&mut self.next, std::mem::take(&mut self.spare))
    }

    /// Ends a pass: gives the batch's memory back.
    pub fn recycle(&mut self, mut batch: Vec<H>) {
        batch.clear();
        self.spare = batch;
    }
}
