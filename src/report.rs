//! What a person, a script or another program sees of a run: a format is a file.
//!
//! Everything here is a fold over [events](crate::event) or over the finished [`Run`](crate::outcome::Run), and knows
//! nothing of the executor. Two rules hold for every text that is meant for people: it is coloured through the named
//! roles of [`style`] only, and whatever comes from a scenario goes through [`escape`] before it reaches a terminal.
//! Whatever draws time is a painter over one [`timeline`].

pub mod cells;
pub mod check;
pub mod counted;
pub mod duration;
pub mod escape;
pub mod fit;
pub mod format;
pub mod glyph;
pub mod human;
pub mod json;
pub mod jsonl;
pub mod phrases;
pub mod progress;
pub mod python;
pub mod shell;
pub mod story;
pub mod style;
pub mod timeline;
