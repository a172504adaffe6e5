//! What the argument lists name: tables, or single clones of a `count`.

use std::ops::Range;

use crate::scenario::{Ids, Scenario};

/// The awaitables of a table that every argument list names together: all of them, or, where a list names single clones
/// of a `count`, as many neighbours as no list tells apart.
#[derive(Debug)]
pub struct Part {
    /// The table that they belong to.
    pub table: usize,
    /// Which they are.
    pub ids: Ids,
    /// Whether they are arguments of the call.
    pub is_argument: bool,
    /// Whether the call needs them, by themselves or in a group.
    pub is_used: bool,
    /// Whether they stand twice in one argument list, so that their coroutines need a name.
    pub is_repeated: bool,
    /// Whether something may call their `cancel()` before the program's end.
    pub is_cancellable: bool,
    /// How many tasks are made of their table's other coroutines before theirs.
    pub made_after: usize,
    /// What the program has them by, once they are made; empty where they are made in the argument list itself.
    pub variable: String,
}

/// The argument lists that the call needs: its own, and those of the nested groups in it.
pub fn argument_lists(scenario: &Scenario) -> Vec<&[Ids]> {
    let mut lists = vec![scenario.caller.args.as_slice()];
    let mut seen = vec![false; scenario.awaitables.len()];
    let mut next = 0;
    while let Some(list) = lists.get(next).copied() {
        next += 1;
        for table in list.iter().map(|ids| table_of(scenario, ids)) {
            let kind = &scenario.awaitables[table].kind;
            if kind.is_group() && !std::mem::replace(&mut seen[table], true) {
                lists.push(kind.members());
            }
        }
    }
    lists
}

/// The parts of every table, in the order of their ids.
pub fn parts(scenario: &Scenario) -> Vec<Part> {
    let tables = scenario.awaitables.iter().map(|awaitable| &awaitable.ids);
    let named = argument_lists(scenario).into_iter().flatten();
    let mut bounds: Vec<u32> = tables.chain(named).flat_map(|ids| [ids.start, ids.end]).collect();
    bounds.sort_unstable();
    bounds.dedup();
    let part = |ids: Ids| Part {
        table: table_of(scenario, &ids),
        ids,
        is_argument: false,
        is_used: false,
        is_repeated: false,
        is_cancellable: false,
        made_after: 0,
        variable: String::new(),
    };
    bounds.windows(2).map(|pair| part(pair[0]..pair[1])).collect()
}

/// Which parts make up some awaitables of a table.
pub fn parts_of(parts: &[Part], ids: &Ids) -> Range<usize> {
    let before = |bound: u32| parts.partition_point(|part| part.ids.end <= bound);
    before(ids.start)..before(ids.end)
}

/// The table that awaitables belong to.
fn table_of(scenario: &Scenario, ids: &Ids) -> usize {
    scenario.awaitables.partition_point(|awaitable| awaitable.ids.end <= ids.start)
}
