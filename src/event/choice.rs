//! A set that a run goes over, and in which order it did.

use super::{SetPlace, Target};
use crate::scenario::Nanos;

/// Where and when a set is gone over.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// Which set.
    pub place: SetPlace,
    /// When.
    pub at: Nanos,
    /// In which pass.
    pub iteration: u64,
}

/// One set that was gone over, and how: a choice for each item but the last.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    /// Where and when.
    pub point: Point,
    /// Its items in canonical order.
    pub items: Vec<Target>,
    /// The numbers that were chosen: which of those that remain came next.
    pub took: Vec<u32>,
}
