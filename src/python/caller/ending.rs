//! The ending: what is left goes on or is left behind, and everything is told of.

use crate::scenario::{Kind, Then};

use super::super::code::code;
use super::super::layout::{Expression, string};
use super::MainWriter;

impl MainWriter<'_, '_> {
    /// What is left goes on, or is left behind; and what became of it.
    pub(super) fn finish(&mut self) {
        let plan = self.plan;
        if plan.leaves_nothing() {
            return;
        }
        self.lines.blank();
        let everything = self.everything();
        if plan.scenario.caller.then == Then::Exit {
            self.lines.comment("The program ends here: asyncio.run() cancels every task that is left.");
            if plan.passes_coroutines() {
                self.lines.line(code!("left = asyncio.all_tasks() - {{asyncio.current_task()}}"));
            }
            return self.lines.statement(code!("return "), everything);
        }
        self.lines.comment("Whatever is still at work is let finish.");
        let others = self.others();
        if others.is_empty() {
            self.lines.line(code!("left = asyncio.all_tasks() - {{asyncio.current_task()}}"));
        } else {
            self.lines.statement(code!("others = "), Expression::list(others));
            self.lines.line(code!("left = asyncio.all_tasks() - {{asyncio.current_task()}}"));
            self.lines.line(code!("left.update(other for other in others if not other.done())"));
        }
        self.lines.line(code!("if left:"));
        let cancellable = plan.scenario.caller.cancel_at.is_some();
        self.indented(|caller| {
            if cancellable {
                caller.lines.line(code!("try:"));
                caller.lines.indented(|lines| lines.line(code!("await asyncio.wait(left)")));
                caller.lines.line(code!("except asyncio.CancelledError:"));
                caller.lines.indented(|lines| lines.line(code!("print(\"The caller was cancelled.\")")));
            } else {
                caller.lines.line(code!("await asyncio.wait(left)"));
            }
        });
        if plan.returns_everything() {
            return self.lines.statement(code!("return "), everything);
        }
        self.lines.blank();
        self.lines.comment("What became of them. To print a task asks nobody for its exception.");
        let told = match everything {
            Expression::Text(name) => name,
            several => {
                self.lines.statement(code!("everything = "), several);
                code!("everything")
            }
        };
        self.lines.line(code!("for line in sorted(map(repr, {told})):"));
        self.lines.indented(|lines| lines.line(code!("print(line)")));
    }

    /// A set of all whose end is still to be told. Arguments that wait() gave back are told of; those that may not have
    /// been done, once more.
    fn everything(&self) -> Expression {
        let (plan, scenario) = (self.plan, self.plan.scenario);
        let unfinished = plan.in_program().unfinished().filter(|_| !plan.raises().any());
        // Tasks that wait() has made are in no variable, but where it gave them.
        let sets = [
            unfinished.map(|set| code!("*{set}")),
            plan.passes_coroutines().then(|| code!("*left")),
            plan.asks_for_tasks().then(|| code!("*tasks")),
        ];
        let mut items: Vec<Expression> = sets.into_iter().flatten().map(Expression::Text).collect();
        for (table, awaitable) in scenario.awaitables.iter().enumerate() {
            let is_told = |part: &usize| {
                let is_there = match awaitable.kind {
                    Kind::Task(_) | Kind::Future(_) => true,
                    Kind::Gather(_) => plan.parts[*part].is_used,
                    Kind::Coroutine(_) => plan.is_wrapped(*part) && !plan.may_never_call(),
                };
                is_there && !(unfinished.is_some() && plan.parts[*part].is_argument)
            };
            let parts = plan.parts_of(&awaitable.ids);
            let is_there_from_the_start = matches!(awaitable.kind, Kind::Task(_) | Kind::Future(_));
            if is_there_from_the_start && parts.clone().all(|part| is_told(&part)) {
                items.push(self.all_of(table));
            } else {
                items.extend(parts.filter(is_told).map(|part| self.made(part)));
            }
        }
        Expression::collection(code!("{{"), items, "}")
    }

    /// What stands for something that was made, if it was.
    fn made(&self, part: usize) -> Expression {
        let plan = self.plan;
        if matches!(plan.table(part).kind, Kind::Gather(_)) && plan.may_lack_groups() {
            Expression::Text(code!("*made.get({}, [])", string(&plan.identifiers[plan.parts[part].table])))
        } else {
            self.argument(part)
        }
    }

    /// All tasks or futures of a table, which are there from the start.
    fn all_of(&self, table: usize) -> Expression {
        let star = if self.plan.awaitable(table).ids.len() > 1 { "*" } else { "" };
        Expression::Text(code!("{star}{}", self.plan.variables[table]))
    }

    /// What all_tasks() does not know: bare futures and nested groups.
    fn others(&self) -> Vec<Expression> {
        let plan = self.plan;
        let futures = (0..plan.scenario.awaitables.len())
            .filter(|table| matches!(plan.awaitable(*table).kind, Kind::Future(_)))
            .map(|table| self.all_of(table));
        let groups = plan.groups.iter().map(|group| self.made(*group));
        futures.chain(groups).collect()
    }
}
