//! asyncdemo: what Python's `asyncio.gather()` and `asyncio.wait()` do.

pub mod event;
pub mod executor;
pub mod outcome;
pub mod report;
pub mod scenario;
