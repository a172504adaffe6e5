//! Where the results and exceptions are that the caller did not get.

use super::evidence::{By, Said, said};
use super::history::Sort;
use super::holders::Holder;
use super::telling::Telling;
use crate::event::{Ended, Returned};
use crate::outcome::{Fate, Status};
use crate::scenario::{Kind, Value};

impl Telling<'_, '_> {
    /// Where a result is that the caller did not get, if there is one: behind a separator.
    pub(super) fn result_of(&self, separator: &str) -> String {
        let history = &self.alike.history;
        let is_none = |returned: Returned| returned.value(self.voice.run.scenario) == Some(&Value::None);
        match (history.fate, self.alike.ended) {
            (Fate::Lost, Some(Ended::Returned(returned))) if self.alike.exactly && is_none(returned) => String::new(),
            (Fate::Lost, _) => {
                let many = self.g.many;
                match (self.group_with_it(), history.kept) {
                    (Some(group), _) if many => format!("{separator}their results are among those of {group}"),
                    (Some(group), _) => format!("{separator}its result is among those of {group}"),
                    (None, false) if many => format!("{separator}their results are lost"),
                    (None, false) => format!("{separator}its result is lost"),
                    (None, true) if many => format!("{separator}the {}s still have the results", self.noun()),
                    (None, true) => format!("{separator}the {} still has the result", self.noun()),
                }
            }
            (Fate::Pending, Some(_)) if !history.in_set => {
                let group = self.alike.ids.first().and_then(|id| self.causes.holders.of(*id).next());
                match group {
                    Some(Holder::Group(group)) => {
                        let (name, results) =
                            (self.voice.name(group), if self.g.many { "results are" } else { "result is" });
                        format!("{separator}the {results} among those of {name}, which was pending")
                    }
                    _ => String::new(),
                }
            }
            _ => String::new(),
        }
    }

    /// The group, which the caller still has, whose results hold its own.
    fn group_with_it(&self) -> Option<String> {
        let id = self.alike.ids.first()?;
        let settled = self.voice.run.main().settled.map(|(_, ended)| ended);
        self.causes.holders.of(*id).find_map(|holder| {
            let (ended, name) = match holder {
                Holder::Group(group) => (self.causes.entry(group).ended, self.voice.name(group)),
                Holder::Call => (settled, "the group".to_owned()),
            };
            matches!(ended, Some(Ended::Returned(_))).then_some(name)
        })
    }

    /// What kind of object it is, in a word.
    fn noun(&self) -> &'static str {
        let kind = self.alike.ids.first().map(|id| &self.voice.run.scenario.awaitable(*id).kind);
        match kind {
            Some(Kind::Future(_)) => "future",
            Some(Kind::Gather(_)) => "group",
            Some(Kind::Coroutine(_) | Kind::Task(_)) | None => "task",
        }
    }

    /// What the fate adds at the end.
    pub(super) fn fate_words(&self) -> Option<Said> {
        let (history, g) = (&self.alike.history, self.g);
        let cancelled_group = history.sort == Sort::Other && history.end == Status::Cancelled;
        let exceptions = match (cancelled_group, g.many) {
            (true, false) => "its CancelledError",
            (true, true) => "their CancelledErrors",
            (false, true) => "these exceptions",
            (false, false) => "this exception",
        };
        let them = if g.many { "them" } else { "it" };
        let kept = match (history.kept && !cancelled_group, g.many) {
            (false, _) => format!("Nobody sees {exceptions}"),
            (true, false) => format!("The {} still has {exceptions}", self.noun()),
            (true, true) => format!("The {}s still have {exceptions}", self.noun()),
        };
        // A program that is stuck logs nothing.
        let logs = !self.voice.run.logs.is_empty();
        let so_logs = if logs { format!(", so Python logs {them}") } else { String::new() };
        let by = [By::Finished, By::Silenced, By::Logged];
        let in_results = self.group_with_it().filter(|_| history.fate == Fate::Swallowed);
        let text = match history.fate {
            Fate::Swallowed if in_results.is_some() => {
                let (these, are) = if g.many { ("These exceptions", "are") } else { ("This exception", "is") };
                format!(" {these} {are} among the results of {}.", in_results.unwrap_or_default())
            }
            Fate::Swallowed if history.logged_at_shutdown => {
                format!(" asyncio.run() logs {exceptions} as it shuts down.")
            }
            Fate::Swallowed if history.gathered => {
                format!(" {kept}: gather() marked {them} as retrieved, so not even the log shows {them}.")
            }
            Fate::Swallowed if history.silenced => {
                format!(" {kept}: a cancel() that came too late has silenced {them}.")
            }
            Fate::Swallowed => format!(" {kept}, and Python does not log {them}."),
            Fate::Unretrieved if history.logged_at_shutdown => {
                format!(" asyncio.run() logs {exceptions} as it shuts down.")
            }
            // Its group took it, and nobody asked the group.
            Fate::Unretrieved if history.retrieved && history.gathered && logs => {
                format!(" Nobody asked {} group for {exceptions}{so_logs} as the group's.", g.its)
            }
            Fate::Unretrieved => format!(" Nobody asked for {exceptions}{so_logs}."),
            Fate::Pending if !history.retrieved && history.logged_at_shutdown => {
                format!(" asyncio.run() logs {exceptions} as it shuts down.")
            }
            Fate::Pending if history.silenced => {
                format!(" A cancel() that came too late has silenced {exceptions}: Python will not log {them}.")
            }
            Fate::Pending if !history.retrieved => format!(" Nobody asked for {exceptions}{so_logs}."),
            _ => return None,
        };
        Some(said(text, by))
    }
}
