//! What the call is given: what has to be made for it before, and how its argument lists are written.

use std::collections::HashSet;

use crate::calls::GatherOptions;
use crate::scenario::{Kind, Nanos};

use super::super::calls::expression;
use super::super::code::code;
use super::super::functions::seconds;
use super::super::layout::{Expression, string};
use super::MainWriter;

impl MainWriter<'_, '_> {
    /// What needs a name before the call: coroutines that stand twice in a list, nested groups inside out, and the
    /// tasks that wait() wants.
    pub(super) fn make_arguments(&mut self) {
        let plan = self.plan;
        for table in 0..plan.scenario.awaitables.len() {
            let is_coroutine = matches!(plan.awaitable(table).kind, Kind::Coroutine(_));
            if is_coroutine && plan.is_repeated(table) && !plan.is_wrapped(table) {
                let coroutine = self.alike(table, code!("{}()", plan.identifiers[table]));
                self.lines.statement(code!("{} = ", plan.variables[table]), coroutine);
            }
        }
        for table in &plan.groups {
            let Kind::Gather(group) = &plan.awaitable(*table).kind else { continue };
            let members = self.arguments(&plan.tables(&group.members));
            let call = expression(&GatherOptions { return_exceptions: group.return_exceptions }, &[], members);
            self.lines.statement(code!("{} = ", plan.variables[*table]), call);
            self.remember(*table);
        }
        let mut wrapped = HashSet::new();
        for table in &plan.arguments {
            if plan.is_wrapped(*table) && wrapped.insert(*table) {
                self.create_task(*table);
                self.remember(*table);
            }
        }
    }

    fn remember(&mut self, table: usize) {
        if self.plan.remembers_table(table) {
            let (name, variable) = (string(&self.plan.identifiers[table]), &self.plan.variables[table]);
            let all = if self.plan.awaitable(table).ids.len() > 1 { variable.clone() } else { format!("[{variable}]") };
            self.lines.line(code!("made[{name}] = {all}"));
        }
    }

    /// What stands for a table in an argument list.
    pub(super) fn argument(&self, table: usize) -> Expression {
        let plan = self.plan;
        let several = plan.awaitable(table).ids.len() > 1;
        match (plan.variables[table].as_str(), several) {
            ("", false) => Expression::Text(code!("{}()", plan.identifiers[table])),
            ("", true) => self.alike(table, code!("{}()", plan.identifiers[table])).after(&code!("*")),
            (variable, false) => Expression::Text(code!("{variable}")),
            (variable, true) => Expression::Text(code!("*{variable}")),
        }
    }

    /// An argument list.
    pub fn arguments(&self, tables: &[usize]) -> Vec<Expression> {
        tables.iter().map(|table| self.argument(*table)).collect()
    }

    /// What gather() has made of coroutines is in no variable.
    pub fn ask_for_tasks(&mut self) {
        let by_gather = (0..self.plan.scenario.awaitables.len()).any(|table| self.plan.is_made_by_gather(table));
        let comment = if by_gather { "  # gather() made them." } else { "" };
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
