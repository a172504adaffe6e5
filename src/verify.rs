//! The proof: the printed program on real CPythons, against our own run of the same scenario.
//!
//! [`interpreter`] finds CPythons and tells them from everything else, [`harness`] keeps one running and puts programs
//! to it, as a [`process_group`] that ends with its children. [`case`] is one run to compare, [`log`] what the two sides
//! are compared by. A [`comparison`] puts every core to work, with [`patience`] for an interpreter that does not answer;
//! [`human`] and [`side_by_side`] tell people what came of it, and [`json`] tells programs.
//!
//! [`generator`] draws random scenarios as a [`scenario_file`], which [`shrink`](mod@shrink) makes as small as it can be
//! while it still differs.
//!
//! [`untouched`] is the other proof: the same programs on the real clock, with nothing of asyncio replaced.
//!
//! The harness itself is `src/python/harness.py`, which says what it changes of CPython: four things about its loop.

pub mod case;
pub mod comparison;
pub mod generator;
pub mod harness;
pub mod human;
pub mod interpreter;
pub mod json;
pub mod log;
pub mod patience;
pub mod process_group;
pub mod scenario_file;
pub mod shrink;
pub mod side_by_side;
pub mod untouched;
