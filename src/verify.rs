//! The proof: the printed program on real CPythons, against our own run of the same scenario.
//!
//! [`interpreter`] finds CPythons and tells them from everything else, [`harness`] keeps one running and puts programs
//! to it, [`group`] ends it with its children, [`case`] is one run to compare, [`log`] is what the two sides are compared by, [`team`] puts every core to
//! work, [`proof`] and [`side_by_side`] tell what came of it. [`generator`] draws random scenarios as a [`sketch`], which
//! [`shrink`](mod@shrink) makes as small as it can be while it still differs.
//!
//! The harness itself is `src/python/harness.py`, which says what it changes of CPython: four things about its loop.

pub mod case;
pub mod generator;
pub mod group;
pub mod harness;
pub mod interpreter;
pub mod log;
pub mod proof;
pub mod shrink;
pub mod side_by_side;
pub mod sketch;
pub mod team;
