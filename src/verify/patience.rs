//! How long an interpreter is asked on although it does not answer.
//!
//! A run that hangs takes a minute until that is known. With an interpreter that always hangs, thousands of runs would take days.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::harness::NoAnswer;

/// So many runs in a row may fail; with the last of them the interpreter is given up.
const MOST_FAILURES: usize = 3;

/// What is thought of an interpreter, by all who ask it.
#[derive(Debug, Default)]
pub struct Patience {
    failures_in_a_row: AtomicUsize,
    given_up: OnceLock<String>,
}

impl Patience {
    /// Why it was given up, where it was.
    pub fn given_up(&self) -> Option<&str> {
        self.given_up.get().map(String::as_str)
    }

    /// It ran a program.
    pub fn answered(&self) {
        self.failures_in_a_row.store(0, Ordering::Relaxed);
    }

    /// It ran none. When that was once too often, the first caller gets the reason, to report it.
    pub fn failed(&self, why: &NoAnswer) -> Option<String> {
        if *why == NoAnswer::Interrupted {
            return None;
        }
        let failures = self.failures_in_a_row.fetch_add(1, Ordering::Relaxed) + 1;
        if failures < MOST_FAILURES {
            return None;
        }
        self.give_up(format!("{MOST_FAILURES} runs in a row came to nothing, the last of them so: {why}"))
    }

    /// It did not even start, and never will. The first caller gets the reason.
    pub fn did_not_start(&self, why: &NoAnswer) -> Option<String> {
        if *why == NoAnswer::Interrupted { None } else { self.give_up(why.to_string()) }
    }

    fn give_up(&self, why: String) -> Option<String> {
        self.given_up.set(why.clone()).is_ok().then_some(why)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn crash() -> NoAnswer {
        NoAnswer::Crashed("boom".to_owned())
    }

    #[test]
    fn the_third_failure_in_a_row_is_told_once() {
        let patience = Patience::default();
        assert_eq!((patience.failed(&crash()), patience.failed(&crash())), (None, None));
        patience.answered();
        assert_eq!((patience.failed(&crash()), patience.failed(&crash()), patience.given_up()), (None, None, None));
        let why = patience.failed(&crash()).expect("it is the third");
        assert!(why.contains("3 runs in a row") && why.ends_with("boom"), "{why}");
        assert_eq!((patience.given_up(), patience.failed(&crash())), (Some(why.as_str()), None));
    }

    #[test]
    fn one_that_does_not_start_is_not_tried_again() {
        let patience = Patience::default();
        assert_eq!(patience.did_not_start(&NoAnswer::Interrupted), None);
        assert_eq!(patience.did_not_start(&crash()).as_deref(), patience.given_up());
        assert!(patience.given_up().is_some_and(|why| why.contains("boom")));
        assert_eq!(patience.did_not_start(&crash()), None);
    }
}
