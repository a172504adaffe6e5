//! The proof that needs no trust in the harness: the printed programs as they are, on the real clock, with nothing of
//! asyncio replaced.
//!
//! A [`case`] is a call of a scenario whose moments are far enough apart that a real machine keeps them apart, with the
//! outcomes that it may have under its orders and latenesses. `src/python/bystander.py` runs its program, and says what
//! it sees: [`facts`], which must be those of one of the outcomes. A [`comparison`] runs many, and once more alone what
//! comes out otherwise; [`human`] and [`json`] tell what came of it.

pub mod case;
pub mod comparison;
pub mod facts;
pub mod human;
pub mod json;
