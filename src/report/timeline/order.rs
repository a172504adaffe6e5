//! In which order rows stand: each awaitable once, the members of a group under it.

use crate::scenario::{Id, Ids, Kind, Scenario};

/// An awaitable's place among the rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Placed {
    /// Which.
    pub id: Id,
    /// How many groups it is in.
    pub depth: usize,
    /// Whether the call was given it, or a group that holds it.
    pub given: bool,
}

/// Visits the call's arguments in their order; then what the call was not given, in file order.
pub fn visit(scenario: &Scenario, mut tell: impl FnMut(Placed)) {
    let mut walk = Walk::new(scenario);
    for ids in &scenario.caller.args {
        walk.visit(ids.clone(), 0, &mut |id, depth| tell(Placed { id, depth, given: true }));
    }
    let mut tell = |id, depth| tell(Placed { id, depth, given: false });
    // A group before what it holds: its members would come first otherwise, where the file has them so.
    let is_group = |id: &Id| matches!(scenario.awaitable(*id).kind, Kind::Gather(_));
    for Id(id) in outermost(scenario).filter(is_group) {
        walk.visit(id..id + 1, 0, &mut tell);
    }
    walk.visit(0..scenario.len() as u32, 0, &mut tell);
}

/// Every awaitable in file order, but members under their group, with the number of groups that each is in.
pub fn in_file_order(scenario: &Scenario) -> Vec<(Id, usize)> {
    let mut rows = Vec::with_capacity(scenario.len());
    let mut walk = Walk::new(scenario);
    for Id(id) in outermost(scenario) {
        walk.visit(id..id + 1, 0, &mut |id, depth| rows.push((id, depth)));
    }
    rows
}

/// Those that no group holds.
fn outermost(scenario: &Scenario) -> impl Iterator<Item = Id> + use<> {
    let mut held = vec![false; scenario.len()];
    for id in
        scenario.awaitables.iter().flat_map(|awaitable| members(scenario, Id(awaitable.ids.start))).cloned().flatten()
    {
        held[id as usize] = true;
    }
    scenario.ids().filter(move |id| !held[id.index()])
}

fn members(scenario: &Scenario, id: Id) -> &[Ids] {
    match &scenario.awaitable(id).kind {
        Kind::Gather(group) => &group.members,
        _ => &[],
    }
}

/// On the way through groups and what they hold.
struct Walk<'s> {
    scenario: &'s Scenario,
    seen: Vec<bool>,
}

impl<'s> Walk<'s> {
    fn new(scenario: &'s Scenario) -> Walk<'s> {
        Walk { scenario, seen: vec![false; scenario.len()] }
    }

    fn visit(&mut self, ids: Ids, depth: usize, tell: &mut impl FnMut(Id, usize)) {
        for id in ids.map(Id) {
            if std::mem::replace(&mut self.seen[id.index()], true) {
                continue;
            }
            tell(id, depth);
            for members in members(self.scenario, id) {
                self.visit(members.clone(), depth + 1, tell);
            }
        }
    }
}
