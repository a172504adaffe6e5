//! What else can come of a run, where CPython leaves something open.

use std::collections::HashMap;
use std::hash::Hash;

use super::{Gave, Run};
use crate::event::{Ended, Exception, Item, Returned};

/// The runs that were tried beside one, and what came of them.
#[derive(Debug, Default)]
pub struct Alternatives<'s> {
    /// How many orders of its sets were tried, with its own.
    pub orders: usize,
    /// Whether there are no more.
    pub all_orders: bool,
    /// On how many loops that wake late, or wake differently late, it was tried.
    pub jitters: usize,
    /// The outcomes that are not alike to its own.
    pub others: Vec<Other<'s>>,
    /// How many of the runs came out in yet other ways.
    pub left_out: Tried,
}

/// How many runs that were tried.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tried {
    /// Those in another order.
    pub orders: usize,
    /// Those with another lateness.
    pub jitters: usize,
}

/// Another outcome.
#[derive(Debug)]
pub struct Other<'s> {
    /// The first run that came out so; its way shows it.
    pub run: Run<'s>,
    /// How many did.
    pub tried: Tried,
}

impl Alternatives<'_> {
    /// Whether the outcome depends on the order of sets; `None`: none of those that were tried says so, and there are more.
    pub fn depends_on_order(&self) -> Option<bool> {
        if self.found().any(|tried| tried.orders > 0) { Some(true) } else { self.all_orders.then_some(false) }
    }

    /// Whether the outcome depends on how late the loop wakes; `None`: nobody can try it all.
    pub fn depends_on_lateness(&self) -> Option<bool> {
        self.found().any(|tried| tried.jitters > 0).then_some(true)
    }

    fn found(&self) -> impl Iterator<Item = Tried> {
        self.others.iter().map(|other| other.tried).chain([self.left_out])
    }
}

/// Whether two runs come out alike: status, values and exceptions, the two sets, fates, whether the program ends, and
/// warnings and logs in any order. Moments, passes and causes do not count.
pub fn alike(one: &Run<'_>, other: &Run<'_>) -> bool {
    let ends = |run: &Run<'_>| (run.reason, run.exited_at.is_some());
    let entries = || one.entries.iter().zip(&other.entries);
    one.outcome().status() == other.outcome().status()
        && ends(one) == ends(other)
        && gave_alike(one, other)
        && entries().all(|(a, b)| {
            a.fate == b.fate
                && match (a.ended, b.ended) {
                    (Some(a), Some(b)) => ended_alike(one, a, other, b),
                    (a, b) => a.is_none() && b.is_none(),
                }
        })
        && same_in_any_order(&one.warnings, &other.warnings)
        && same_in_any_order(&one.logs, &other.logs)
}

/// Whether the caller got the same.
pub fn gave_alike(one: &Run<'_>, other: &Run<'_>) -> bool {
    match (&one.outcome().gave, &other.outcome().gave) {
        (None, None) => true,
        (Some(Gave::Results(a)), Some(Gave::Results(b))) => items_alike(one, a, other, b),
        // Both stand in argument order.
        (Some(Gave::Sets { done: a, .. }), Some(Gave::Sets { done: b, .. })) => a == b,
        (Some(Gave::Raised(a)), Some(Gave::Raised(b))) | (Some(Gave::Cancelled(a)), Some(Gave::Cancelled(b))) => {
            exceptions_alike(one, *a, *b)
        }
        _ => false,
    }
}

/// Whether an awaitable ended in the same way.
pub fn ended_alike(one: &Run<'_>, a: Ended, other: &Run<'_>, b: Ended) -> bool {
    match (a, b) {
        (Ended::Returned(Returned::Nested(_)), Ended::Returned(Returned::Nested(_))) => {
            let items = |run: &Run<'_>, ended| match ended {
                Ended::Returned(returned) => run.items(returned).map(<[Item]>::to_vec).unwrap_or_default(),
                _ => Vec::new(),
            };
            items_alike(one, &items(one, a), other, &items(other, b))
        }
        (Ended::Returned(a), Ended::Returned(b)) => a == b,
        (Ended::Raised(a), Ended::Raised(b)) | (Ended::Cancelled(a), Ended::Cancelled(b)) => {
            exceptions_alike(one, a, b)
        }
        _ => false,
    }
}

fn items_alike(one: &Run<'_>, a: &[Item], other: &Run<'_>, b: &[Item]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| ended_alike(one, a.ended, other, b.ended))
}

/// Whether two exceptions read alike. Whose they are is a matter of fates.
fn exceptions_alike(run: &Run<'_>, a: Exception, b: Exception) -> bool {
    let read = |exception: &Exception| (exception.type_name(run.scenario), exception.message(run.scenario));
    a.kind == b.kind || read(&a) == read(&b)
}

/// Whether two lists hold the same, each as often.
pub fn same_in_any_order<T: Copy + Eq + Hash>(one: &[T], other: &[T]) -> bool {
    let counts = |list: &[T]| {
        let mut counts: HashMap<T, usize> = HashMap::new();
        list.iter().for_each(|item| *counts.entry(*item).or_default() += 1);
        counts
    };
    one == other || (one.len() == other.len() && counts(one) == counts(other))
}
