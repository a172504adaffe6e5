//! What the caller got of each awaitable, in one word.

use crate::event::{CallId, Cause, Ended, Item, Returned, Target, Why};
use crate::scenario::Id;

use super::{Fate, Gave, Run};

/// Gives every awaitable its fate. `unretrieved` are the objects whose exception nobody asked for.
pub fn assign(run: &mut Run<'_>, unretrieved: &[Target]) {
    for entry in &mut run.entries {
        entry.fate = match entry.ended {
            None => Fate::Unfinished,
            Some(Ended::Returned(_)) => Fate::Lost,
            Some(Ended::Cancelled(_)) => Fate::Cancelled,
            Some(Ended::Raised(_)) if entry.retrieved && entry.was_cancelled() => Fate::Cancelled,
            Some(Ended::Raised(_)) if entry.retrieved => Fate::Swallowed,
            Some(Ended::Raised(_)) => Fate::Unretrieved,
        };
    }
    for target in unretrieved {
        log_with_group(run, *target);
    }
    let heard = run.main().gave_its_own();
    let gave = run.calls[CallId::MAIN.index()].outcome.gave.take();
    match &gave {
        None => {}
        Some(Gave::Results(items)) => {
            deliver(run, items, Fate::Delivered);
        }
        Some(Gave::Sets { done, pending }) => {
            for (ids, inside) in [(pending, Fate::Pending), (done, Fate::Delivered)] {
                for id in ids {
                    if let Some(ended) = run.entries[id.index()].ended {
                        deliver_inside(run, *id, ended, inside);
                    }
                }
            }
            for (ids, fate) in [(done, Fate::Done), (pending, Fate::Pending)] {
                for id in ids {
                    run.entries[id.index()].fate = fate;
                }
            }
        }
        Some(Gave::Raised(exception) | Gave::Cancelled(exception)) => {
            if heard {
                pass_through_groups(run, run.main().settled_by);
            }
            if let Some(id) = exception.from {
                run.entries[id.index()].fate = Fate::Raised;
            }
        }
    }
    run.calls[CallId::MAIN.index()].outcome.gave = gave;
}

/// gather() has asked its members for their exceptions, but where nobody asks the group for what it took from them,
/// Python logs just that.
fn log_with_group(run: &mut Run<'_>, group: Target) {
    let scenario = run.scenario;
    let (ended, members) = match group {
        Target::Awaitable(id) => (run.entries[id.index()].ended, scenario.awaitable(id).kind.members()),
        Target::Group(_) => (run.main().settled.map(|(_, ended)| ended), scenario.caller.args.as_slice()),
        Target::Caller => return,
    };
    let Some(Ended::Raised(exception)) = ended else { return };
    for id in members.iter().cloned().flatten().map(Id) {
        let entry = &mut run.entries[id.index()];
        if entry.fate == Fate::Swallowed && entry.ended == Some(Ended::Raised(exception)) {
            entry.fate = Fate::Unretrieved;
            log_with_group(run, Target::Awaitable(id));
        }
    }
}

/// What is in a group's results shares the group's fate: delivered where that reached the caller, else pending.
fn deliver(run: &mut Run<'_>, items: &[Item], shared: Fate) {
    for item in items {
        // Once is enough: groups that hold each other's groups twice have more paths than anybody can walk.
        let fate = &mut run.entries[item.awaitable.index()].fate;
        if std::mem::replace(fate, shared) != shared {
            deliver_inside(run, item.awaitable, item.ended, shared);
        }
    }
}

/// What an awaitable that reached the caller holds: a nested group's results, or the exception of a member.
fn deliver_inside(run: &mut Run<'_>, id: Id, ended: Ended, shared: Fate) {
    match ended {
        Ended::Returned(Returned::Nested(group)) => {
            if let Some(items) = run.nested.remove(&group.0) {
                deliver(run, &items, shared);
                run.nested.insert(group.0, items);
            }
        }
        Ended::Raised(exception) if shared == Fate::Delivered && run.scenario.awaitable(id).kind.is_group() => {
            pass_through_groups(run, run.entries[id.index()].why);
            if let Some(from) = exception.from {
                run.entries[from.index()].fate = Fate::Delivered;
            }
        }
        _ => {}
    }
}

/// Nested groups through which an exception came that reached the caller have delivered what they had.
fn pass_through_groups(run: &mut Run<'_>, from: Why) {
    let mut next = from.cause;
    while let Some(Cause::Finish(Target::Awaitable(id))) = next {
        let entry = &mut run.entries[id.index()];
        if !run.scenario.awaitable(id).kind.is_group() {
            return;
        }
        if !entry.was_cancelled() {
            entry.fate = Fate::Delivered;
        }
        next = entry.why.cause;
    }
}
