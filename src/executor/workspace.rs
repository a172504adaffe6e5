//! The columns and queues of a run, which keep their memory for the next one.

use super::calls::Calls;
use super::calls::gather::Groups;
use super::calls::wait::Waits;
use super::future::Futures;
use super::plan::Plan;
use super::ready::Ready;
use super::task::Tasks;
use super::timers::{TimerId, Timers};
use super::{Action, Handle};

/// The columns and queues of a run.
#[derive(Debug, Default)]
pub struct Workspace {
    pub(super) ready: Ready<Handle>,
    pub(super) timers: Timers<Action>,
    pub(super) due: Vec<TimerId>,
    pub(super) futures: Futures,
    pub(super) tasks: Tasks,
    pub(super) groups: Groups,
    pub(super) waits: Waits,
    pub(super) calls: Calls,
}

impl Workspace {
    /// Takes everything, emptied, with the rows that a plan needs.
    pub(super) fn take_for(&mut self, plan: &Plan<'_>) -> Workspace {
        let mut workspace = std::mem::take(self);
        let Workspace { ready, timers, due, futures, tasks, groups, waits, calls } = &mut workspace;
        // The scenario's awaitables, and the main task.
        let rows = plan.scenario.len() + 1;
        ready.reset();
        timers.reset();
        due.clear();
        futures.reset(rows);
        tasks.reset(rows);
        groups.reset();
        waits.reset();
        calls.reset();
        workspace
    }
}

/// Makes a column anew: that many rows, all alike.
pub fn reset_column<T: Clone>(column: &mut Vec<T>, rows: usize, row: T) {
    if column.capacity() > rows {
        column.clear();
        column.resize(rows, row);
    } else {
        // Zeroed memory that nothing is written to costs nothing. One more: the group of the scenario's own call comes as
        // a row of its own.
        *column = vec![row; rows + 1];
        column.truncate(rows);
    }
}
