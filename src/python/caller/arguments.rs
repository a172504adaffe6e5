//! What the call is given: what has to be made for it before, and how its argument lists are written.

use std::collections::HashSet;

use crate::scenario::{Kind, Nanos, NestedGather};

use super::super::calls::expression;
use super::super::code::code;
use super::super::expression::Expression;
use super::super::literal::{seconds, string};
use super::super::outline::Part;
use super::{MainWriter, alike};

impl MainWriter<'_, '_> {
    /// What needs a name before the call: coroutines that stand twice in a list, nested groups inside out, and the
    /// tasks that wait() wants.
    pub(super) fn make_arguments(&mut self) {
        let outline = self.outline;
        for (part, Part { table, ids, variable, .. }) in outline.parts.iter().enumerate() {
            let is_coroutine = outline.awaitable(*table).kind.is_coroutine();
            if is_coroutine && !variable.is_empty() && !outline.is_wrapped(part) {
                self.symbols.makes(outline, *table, ids);
                let coroutines = alike(ids, code!("{}()", outline.identifiers[*table]));
                self.lines.statement(code!("{variable} = "), coroutines);
            }
        }
        for group in outline.groups.iter().copied() {
            let (Kind::Gather(NestedGather { options, .. }), Some(members)) =
                (&outline.table(group).kind, outline.members(group))
            else {
                continue;
            };
            let call = expression(options, &[], self.arguments(&members));
            let variable = &outline.parts[group].variable;
            self.lines.statement(code!("{variable} = "), call);
            if options.done_callback {
                self.add_done_callback(variable, variable);
            }
            self.remember(group);
        }
        let mut wrapped = HashSet::new();
        for part in outline.arguments.iter().copied() {
            if outline.is_wrapped(part) && wrapped.insert(part) {
                let Part { table, ids, variable, .. } = &outline.parts[part];
                self.create_tasks(*table, variable, ids);
                self.remember(part);
            }
        }
    }

    fn remember(&mut self, part: usize) {
        if self.outline.remembers_part(part) {
            let Part { table, ids, variable, .. } = &self.outline.parts[part];
            let all = if ids.len() > 1 { variable.clone() } else { format!("[{variable}]") };
            self.lines.line(code!("made[{}] = {all}", string(&self.outline.identifiers[*table])));
        }
    }

    /// What stands for a part in an argument list.
    pub(super) fn argument(&self, part: usize) -> Expression {
        let Part { table, ids, variable, .. } = &self.outline.parts[part];
        let argument = match variable.as_str() {
            "" => alike(ids, code!("{}()", self.outline.identifiers[*table])),
            variable => Expression::Text(code!("{variable}")),
        };
        if ids.len() > 1 { argument.after(&code!("*")) } else { argument }
    }

    /// An argument list, with the coroutines that are made right in it.
    pub fn arguments(&mut self, parts: &[usize]) -> Vec<Expression> {
        for Part { table, ids, variable, .. } in parts.iter().map(|part| &self.outline.parts[*part]) {
            if variable.is_empty() {
                self.symbols.makes(self.outline, *table, ids);
            }
        }
        parts.iter().map(|part| self.argument(*part)).collect()
    }

    /// What gather() has made of coroutines is in no variable.
    pub fn ask_for_tasks(&mut self) {
        if self.outline.gather_makes_tasks() {
            self.lines.comment("No variable holds the tasks that gather() creates.");
        }
        self.lines.line(code!("tasks = asyncio.all_tasks() - {{asyncio.current_task()}}"));
    }

    /// The sleep between the call and its await.
    pub fn sleep_until_await(&mut self) {
        if let Some(moment) = self.outline.scenario.caller.await_at {
            let left = Nanos(moment.0.saturating_sub(self.outline.called_at().0));
            self.lines.line(code!("await asyncio.sleep({})", seconds(left)));
        }
    }
}
