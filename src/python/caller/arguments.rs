//! What the call is given: what has to be made for it before, and how its argument lists are written.

use std::collections::HashSet;

use crate::calls::GatherOptions;
use crate::scenario::{Kind, Nanos};

use super::super::calls::expression;
use super::super::code::code;
use super::super::functions::seconds;
use super::super::layout::{Expression, string};
use super::super::plan::Part;
use super::{MainWriter, alike};

impl MainWriter<'_, '_> {
    /// What needs a name before the call: coroutines that stand twice in a list, nested groups inside out, and the
    /// tasks that wait() wants.
    pub(super) fn make_arguments(&mut self) {
        let plan = self.plan;
        for (part, Part { table, ids, variable, .. }) in plan.parts.iter().enumerate() {
            let is_coroutine = matches!(plan.awaitable(*table).kind, Kind::Coroutine(_));
            if is_coroutine && !variable.is_empty() && !plan.is_wrapped(part) {
                self.guide.makes(plan, *table, ids);
                let coroutines = alike(ids, code!("{}()", plan.identifiers[*table]));
                self.lines.statement(code!("{variable} = "), coroutines);
            }
        }
        for group in plan.groups.iter().copied() {
            let (Kind::Gather(options), Some(members)) = (&plan.table(group).kind, plan.members(group)) else {
                continue;
            };
            let options = GatherOptions { return_exceptions: options.return_exceptions };
            let call = expression(&options, &[], self.arguments(&members));
            self.lines.statement(code!("{} = ", plan.parts[group].variable), call);
            self.remember(group);
        }
        let mut wrapped = HashSet::new();
        for part in plan.arguments.iter().copied() {
            if plan.is_wrapped(part) && wrapped.insert(part) {
                let Part { table, ids, variable, .. } = &plan.parts[part];
                self.create_tasks(*table, variable, ids);
                self.remember(part);
            }
        }
    }

    fn remember(&mut self, part: usize) {
        if self.plan.remembers_part(part) {
            let Part { table, ids, variable, .. } = &self.plan.parts[part];
            let all = if ids.len() > 1 { variable.clone() } else { format!("[{variable}]") };
            self.lines.line(code!("made[{}] = {all}", string(&self.plan.identifiers[*table])));
        }
    }

    /// What stands for a part in an argument list.
    pub(super) fn argument(&self, part: usize) -> Expression {
        let Part { table, ids, variable, .. } = &self.plan.parts[part];
        let argument = match variable.as_str() {
            "" => alike(ids, code!("{}()", self.plan.identifiers[*table])),
            variable => Expression::Text(code!("{variable}")),
        };
        if ids.len() > 1 { argument.after(&code!("*")) } else { argument }
    }

    /// An argument list, with the coroutines that are made right in it.
    pub fn arguments(&mut self, parts: &[usize]) -> Vec<Expression> {
        for Part { table, ids, variable, .. } in parts.iter().map(|part| &self.plan.parts[*part]) {
            if variable.is_empty() {
                self.guide.makes(self.plan, *table, ids);
            }
        }
        parts.iter().map(|part| self.argument(*part)).collect()
    }

    /// What gather() has made of coroutines is in no variable.
    pub fn ask_for_tasks(&mut self) {
        let comment = if self.plan.gather_makes_tasks() { "  # gather() made them." } else { "" };
        self.lines.line(code!("tasks = asyncio.all_tasks() - {{asyncio.current_task()}}{comment}"));
    }

    /// The sleep between the call and its await.
    pub fn sleep_until_await(&mut self) {
        if let Some(moment) = self.plan.scenario.caller.await_at {
            let left = Nanos(moment.0.saturating_sub(self.plan.called_at().0));
            self.lines.line(code!("await asyncio.sleep({})", seconds(left)));
        }
    }
}
