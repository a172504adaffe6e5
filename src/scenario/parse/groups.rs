//! Who holds whom: arguments and members by name, groups without circles, coroutines in one list only.

use std::collections::HashMap;
use std::ops::Range;

use crate::scenario::diagnostic::{Problem, Problems, quoted};
use crate::scenario::{Ids, Kind, thousands};

use super::awaitables::{Draft, MOST};
use super::keys::KeyValue;
use super::names::{Named, Names};
use super::values::{DEEPEST, TOO_DEEP};

/// A name in a list: what it stands for, and where it is written.
pub(super) struct Reference {
    table: usize,
    pub(super) ids: Ids,
    place: Range<usize>,
}

/// Looks up the names of a list.
pub(super) fn references(
    entry: &KeyValue<'_>,
    role: &str,
    names: &Names<'_>,
    problems: &mut Problems,
) -> Vec<Reference> {
    let texts = entry.texts("a list of names", "[\"users\", \"orders\"]", problems).unwrap_or_default();
    let found: Vec<Reference> = texts
        .into_iter()
        .filter_map(|(name, place)| {
            let (table, ids) = names.resolve(name, place.clone(), role, problems)?;
            Some(Reference { table, ids, place })
        })
        .collect();
    let total: u64 = found.iter().map(|reference| reference.ids.len() as u64).sum();
    if total > MOST {
        let problem = entry.problem(format!("`{}` stands for {} awaitables", entry.key, thousands(total)));
        problems.push(problem.label("too many").help("the limit is 10,000,000 in one list"));
        return Vec::new();
    }
    found
}

/// The members of every group, by the group's position in the file.
pub(super) fn members(
    drafts: &[Draft<'_>],
    names: &Names<'_>,
    problems: &mut Problems,
) -> HashMap<usize, Vec<Reference>> {
    let groups = drafts.iter().enumerate().filter(|(_, draft)| matches!(draft.kind, Kind::Gather(_)));
    groups
        .map(|(table, draft)| {
            let members = draft.members.map(|entry| references(&entry, "member", names, problems));
            (table, members.unwrap_or_default())
        })
        .collect()
}

/// Every awaitable that no group holds, in file order.
pub(super) fn free(all: &[Named], members: &HashMap<usize, Vec<Reference>>) -> Vec<Ids> {
    let mut held: Vec<&Ids> = members.values().flatten().map(|reference| &reference.ids).collect();
    held.sort_by_key(|ids| ids.start);
    let mut held = held.into_iter().peekable();
    let mut free = Vec::new();
    for named in all {
        let mut next = named.ids.start;
        // A table is held whole or in single clones, so a range never reaches into the next table.
        while let Some(ids) = held.next_if(|ids| ids.start < named.ids.end) {
            if ids.start > next {
                free.push(next..ids.start);
            }
            next = next.max(ids.end);
        }
        if next < named.ids.end {
            free.push(next..named.ids.end);
        }
    }
    free
}

/// Groups that hold themselves, or are nested too deep.
pub(super) fn circles(all: &[Named], members: &HashMap<usize, Vec<Reference>>, problems: &mut Problems) {
    /// Where the walk is in a group: at which of its members, and how deep the deepest so far is.
    struct Step<'m> {
        group: usize,
        rest: std::slice::Iter<'m, Reference>,
        via: Option<&'m Reference>,
        depth: usize,
    }
    enum Mark {
        OnPath,
        /// Left, with its depth: 1 where it holds no group.
        Left(usize),
    }

    let mut marks: HashMap<usize, Mark> = HashMap::new();
    let mut groups: Vec<usize> = members.keys().copied().collect();
    groups.sort_unstable();
    for group in groups {
        if marks.contains_key(&group) {
            continue;
        }
        // No recursion: a chain of groups may be as long as the file.
        let step = |group: usize, via| Step { group, rest: members[&group].iter(), via, depth: 1 };
        let mut path = vec![step(group, None)];
        marks.insert(group, Mark::OnPath);
        while let Some(top) = path.last_mut() {
            let Some(reference) = top.rest.next() else {
                let (group, depth, via) = (top.group, top.depth, top.via);
                marks.insert(group, Mark::Left(depth));
                path.pop();
                if let (Some(outer), Some(via)) = (path.last_mut(), via) {
                    deepen(&mut outer.depth, depth, via, problems);
                }
                continue;
            };
            match marks.get(&reference.table) {
                _ if !members.contains_key(&reference.table) => {}
                None => {
                    marks.insert(reference.table, Mark::OnPath);
                    let next = step(reference.table, Some(reference));
                    path.push(next);
                }
                Some(Mark::Left(depth)) => {
                    let depth = *depth;
                    deepen(&mut top.depth, depth, reference, problems);
                }
                Some(Mark::OnPath) => {
                    let start = path.iter().position(|step| step.group == reference.table).unwrap_or(0);
                    let circle: Vec<usize> = path.iter().skip(start).map(|step| step.group).collect();
                    problems.push(circle_problem(all, &circle, reference));
                }
            }
        }
    }
}

/// Takes a member's depth into its group's, and says so where that passes the limit.
fn deepen(depth: &mut usize, of_member: usize, member: &Reference, problems: &mut Problems) {
    if of_member == DEEPEST {
        let problem = Problem::new(format!("groups {TOO_DEEP}")).at(member.place.clone());
        problems.push(problem.label("this group contains 63 more levels").help("leave some levels out"));
    }
    *depth = (*depth).max(of_member + 1);
}

fn circle_problem(all: &[Named], circle: &[usize], closing: &Reference) -> Problem {
    const SHOWN: usize = 8;
    let name = |table: &usize| all.get(*table).map_or_else(String::new, |named| quoted(&named.name));
    let first = circle.first().map(name).unwrap_or_default();
    let mut corners: Vec<String> = circle.iter().take(SHOWN).map(name).collect();
    if circle.len() > SHOWN {
        corners.push(format!("… {} more …", circle.len() - SHOWN));
    }
    corners.push(first.clone());
    let problem = Problem::new(format!("group {first} contains itself")).at(closing.place.clone());
    let problem = match circle {
        [_] => problem.label("its own name"),
        _ => problem.label(format!("closes the cycle {}", corners.join(" → "))),
    };
    problem
        .help("a gather() needs its members before it exists, so it cannot contain itself: remove one of the members")
}

/// A coroutine object can be awaited once: in two lists it needs to be a task.
pub(super) fn shared_coroutines(
    all: &[Named],
    drafts: &[Draft<'_>],
    args: &[Reference],
    members: &HashMap<usize, Vec<Reference>>,
    problems: &mut Problems,
) {
    /// `None`: the caller's `args`; else the group.
    type List = Option<usize>;
    #[derive(Default)]
    struct Uses<'r> {
        whole: Option<(List, &'r Reference)>,
        clones: HashMap<u32, (List, &'r Reference)>,
    }

    let mut groups: Vec<(&usize, &Vec<Reference>)> = members.iter().collect();
    groups.sort_unstable_by_key(|(table, _)| **table);
    let lists = groups.into_iter().map(|(table, list)| (Some(*table), list.as_slice())).chain([(None, args)]);

    let mut uses: HashMap<usize, Uses<'_>> = HashMap::new();
    for (list, references) in lists {
        for reference in references {
            let (Some(named), Some(draft)) = (all.get(reference.table), drafts.get(reference.table)) else {
                continue;
            };
            if !matches!(draft.kind, Kind::Coroutine(_)) {
                continue;
            }
            let uses = uses.entry(reference.table).or_default();
            let other = if reference.ids == named.ids {
                let clone = || uses.clones.values().find(|(other, _)| *other != list).copied();
                let other = uses.whole.filter(|(other, _)| *other != list);
                // A list that is known to hold the whole has had its clones looked at.
                let other = if uses.whole.is_some() { other } else { clone() };
                uses.whole.get_or_insert((list, reference));
                other
            } else {
                let clone = uses.clones.entry(reference.ids.start).or_insert((list, reference));
                [uses.whole, Some(*clone)].into_iter().flatten().find(|(other, _)| *other != list)
            };
            if let Some((_, other)) = other {
                problems.push(shared(named, reference, other));
            }
        }
    }
}

fn shared(named: &Named, here: &Reference, there: &Reference) -> Problem {
    let (first, second) = if there.place.start < here.place.start { (there, here) } else { (here, there) };
    Problem::new(format!("coroutine {} is in two lists", quoted(&named.name)))
        .at(second.place.clone())
        .label("and a second time here")
        .also(first.place.clone(), "awaited once here")
        .help("a coroutine can be awaited only once; make it a task: `kind = \"task\"`")
}
