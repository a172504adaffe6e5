//! Why something became of an awaitable that was not of its own making: the chain of causes, nearest first.

use crate::event::{Canceller, Ended, Exception, Target};
use crate::outcome::{Fate, Gave, Run};
use crate::scenario::{Function, Id, Ids, Kind, Nanos};

use super::duration::human_duration;

/// Tells the causes in one run. Made once a run, since it must know which group holds what.
pub struct Causes<'r> {
    run: &'r Run<'r>,
    /// Every group with its own arguments: nested ones in file order, then the caller's.
    groups: Vec<(Target, Members)>,
}

/// An argument list as ranges that are sorted and do not overlap.
struct Members(Vec<Ids>);

impl Members {
    fn new(arguments: &[Ids]) -> Members {
        let mut sorted = arguments.to_vec();
        sorted.sort_by_key(|ids| ids.start);
        let mut merged: Vec<Ids> = Vec::with_capacity(sorted.len());
        for ids in sorted {
            match merged.last_mut() {
                Some(last) if ids.start <= last.end => last.end = last.end.max(ids.end),
                _ => merged.push(ids),
            }
        }
        Members(merged)
    }

    fn contain(&self, id: Id) -> bool {
        let place = self.0.partition_point(|ids| ids.end <= id.0);
        self.0.get(place).is_some_and(|ids| ids.contains(&id.0))
    }
}

impl<'r> Causes<'r> {
    /// The causes in a run.
    pub fn new(run: &'r Run<'r>) -> Causes<'r> {
        let mut groups = Vec::new();
        for table in &run.scenario.awaitables {
            if let Kind::Gather(group) = &table.kind {
                groups.push((Target::Awaitable(Id(table.ids.start)), Members::new(&group.members)));
            }
        }
        if run.call.function() == Function::Gather {
            groups.push((Target::Group, Members::new(&run.scenario.caller.args)));
        }
        Causes { run, groups }
    }

    /// The chain of causes as short sentences; empty where an awaitable ended by itself and its outcome reached the caller.
    pub fn of(&self, id: Id) -> Vec<String> {
        let (run, mut causes) = (self.run, Vec::new());
        let entry = &run.entries[id.index()];
        if let Some((at, by)) = entry.cancelled_again {
            causes.push("it was cancelled again while it cleaned up".to_owned());
            self.cancellation(Target::Awaitable(id), at, by, &mut causes);
        }
        if let Some((at, by)) = entry.cancelled_by
            && (entry.cleanup.is_some() || !matches!(entry.ended, Some(Ended::Returned(_) | Ended::Raised(_))))
        {
            self.cancellation(Target::Awaitable(id), at, by, &mut causes);
        }
        match entry.fate {
            Fate::Lost | Fate::Swallowed => causes.extend(self.out_of_reach(id)),
            Fate::Unretrieved => causes.push("nobody asked for its exception".to_owned()),
            Fate::Unfinished if entry.created.is_none() => causes.push(self.never_created(id)),
            Fate::Unfinished if run.exited_at.is_none() && causes.is_empty() => {
                causes.push("nothing is left that could wake it".to_owned());
            }
            _ => {}
        }
        causes
    }

    fn never_created(&self, id: Id) -> String {
        let function = self.run.call.function();
        match (self.run.called_at, &self.run.scenario.awaitable(id).kind) {
            (None, _) => format!("{function}() was never called"),
            (Some(_), Kind::Gather(_)) => "no list names it".to_owned(),
            (Some(_), _) => "nothing ever wrapped it in a task".to_owned(),
        }
    }

    /// Who cancelled something, and who cancelled that.
    fn cancellation(&self, target: Target, at: Nanos, by: Canceller, causes: &mut Vec<String>) {
        let (run, when) = (self.run, human_duration(at));
        match by {
            Canceller::Schedule => {
                causes.push(format!("{} cancelled at {when}, as the scenario says", subject(run, target)));
            }
            Canceller::Exit => {
                causes.push(format!("asyncio.run() cancelled what was left when the program ended at {when}"));
            }
            Canceller::Interrupt => causes.push(format!("Ctrl-C at {when}")),
            Canceller::Caller => {
                causes.push(format!("{} cancelled", subject(run, target)));
                if let Some((at, _, _, by)) = cancel_of(run, |other| other == Target::Caller, at) {
                    self.cancellation(Target::Caller, at, by, causes);
                }
            }
            Canceller::Group => {
                if target == Target::Group || matches!(target, Target::Awaitable(id) if is_group(run, id)) {
                    causes.push(format!("{} cancelled", subject(run, target)));
                }
                let Target::Awaitable(member) = target else { return };
                if let Some((at, group, _, by)) = cancel_of(run, |other| self.holds(other, member), at) {
                    match by {
                        // That says by itself what was cancelled.
                        Canceller::Group | Canceller::Caller | Canceller::Schedule => {}
                        Canceller::Exit | Canceller::Interrupt => {
                            causes.push(format!("{} cancelled", subject(run, group)));
                        }
                    }
                    self.cancellation(group, at, by, causes);
                }
            }
        }
    }

    /// Whether a group has an awaitable among its own arguments.
    fn holds(&self, group: Target, member: Id) -> bool {
        self.groups.iter().any(|(target, members)| *target == group && members.contain(member))
    }

    /// Why something that finished did not reach the caller.
    fn out_of_reach(&self, id: Id) -> Vec<String> {
        let (run, mut causes) = (self.run, Vec::new());
        if let Some((group, at, exception)) = self.failed_group_of(id) {
            let finished_before = run.entries[id.index()].finished.is_some_and(|finished| finished <= at);
            let name = match group {
                Target::Group => "gather()".to_owned(),
                other => subject(run, other).trim_end_matches(" was").to_owned(),
            };
            let raised = exception.type_name(run.scenario);
            let tense = if finished_before { "raised" } else { "had raised" };
            let from = match exception.from {
                Some(from) if from != id => format!(", from {}", run.scenario.name(from)),
                _ => String::new(),
            };
            causes.push(format!("{name} {tense} {raised} at {}{from}", human_duration(at)));
        }
        if causes.is_empty() {
            match &run.outcome.gave {
                Gave::Exception(_) if run.called_at.is_none() => {
                    causes.push("the caller was cancelled before the call".to_owned());
                }
                Gave::Exception(exception) => causes.push(format!(
                    "{}() raised {} at {}",
                    run.call.function(),
                    exception.type_name(run.scenario),
                    human_duration(run.outcome.at)
                )),
                Gave::Nothing => causes.push(format!("{}() never returned", run.call.function())),
                Gave::Results(_) | Gave::Sets { .. } => {
                    causes.push(format!("it is no argument of {}()", run.call.function()));
                }
            }
        }
        causes
    }

    /// The group nearest to an awaitable that ended with an exception instead of results.
    fn failed_group_of(&self, id: Id) -> Option<(Target, Nanos, Exception)> {
        self.groups.iter().filter(|(_, members)| members.contain(id)).find_map(|(target, _)| {
            let (at, ended) = match target {
                Target::Awaitable(group) => {
                    let entry = &self.run.entries[group.index()];
                    (entry.finished?, entry.ended?)
                }
                _ => self.run.group_finished?,
            };
            match ended {
                Ended::Raised(exception) => Some((*target, at, exception)),
                _ => None,
            }
        })
    }
}

/// The accepted `.cancel()` of a group or the caller that was the latest up to a moment.
fn cancel_of(run: &Run<'_>, is_it: impl Fn(Target) -> bool, at: Nanos) -> Option<(Nanos, Target, bool, Canceller)> {
    let accepted =
        |(when, target, accepted, _): &&(Nanos, Target, bool, Canceller)| *accepted && *when <= at && is_it(*target);
    // Of several at one moment the first is what reached it; of those before, the latest.
    let latest = run.cancels.iter().rev().find(accepted)?.0;
    run.cancels.iter().filter(accepted).find(|(when, ..)| *when == latest).copied()
}

fn subject(run: &Run<'_>, target: Target) -> String {
    match target {
        Target::Awaitable(id) if is_group(run, id) => format!("the group {} was", run.scenario.name(id)),
        Target::Awaitable(_) => "it was".to_owned(),
        Target::Group => "gather() was".to_owned(),
        Target::Caller => "the caller was".to_owned(),
    }
}

fn is_group(run: &Run<'_>, id: Id) -> bool {
    matches!(run.scenario.awaitable(id).kind, Kind::Gather(_))
}
