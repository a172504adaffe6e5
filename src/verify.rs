//! The proof: the printed program on real CPythons, against our own run of the same scenario.
//!
//! [`interpreter`] finds CPythons and tells them from everything else, [`harness`] keeps one running and puts programs
//! to it, [`group`] ends it with its children, [`case`] is one run to compare, [`log`] is what the two sides are compared by, [`team`] puts every core to
//! work and gives up what does not earn its [`trust`]; [`proof`] and [`side_by_side`] tell people what came of it, and
//! [`document`](mod@document) tells programs. [`generator`] draws random scenarios as a [`sketch`], which
//! [`shrink`](mod@shrink) makes as small as it can be while a [`prover`] says that it still differs.
//!
//! The harness itself is `src/python/harness.py`, which says what it changes of CPython: four things about its loop.

pub mod case;
pub mod document;
pub mod generator;
pub mod group;
pub mod harness;
pub mod interpreter;
pub mod log;
pub mod proof;
pub mod prover;
pub mod shrink;
pub mod side_by_side;
pub mod sketch;
pub mod team;
pub mod trust;
