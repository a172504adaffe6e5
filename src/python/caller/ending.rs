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
        for table in 0..scenario.awaitables.len() {
            let is_there = match plan.awaitable(table).kind {
                Kind::Task(_) | Kind::Future(_) => true,
                Kind::Gather(_) => plan.is_used(table),
                Kind::Coroutine(_) => plan.is_wrapped(table) && !plan.may_never_call(),
            };
            if is_there && !(unfinished.is_some() && plan.is_argument(table)) {
                items.push(self.made(table));
            }
        }
        Expression::collection(code!("{{"), items, "}")
    }

    /// What stands for something that was made, if it was.
    fn made(&self, table: usize) -> Expression {
        let is_group = matches!(self.plan.awaitable(table).kind, Kind::Gather(_));
        if is_group && self.plan.may_lack_groups() {
            Expression::Text(code!("*made.get({}, [])", string(&self.plan.identifiers[table])))
        } else {
            self.argument(table)
        }
    }

    /// What all_tasks() does not know: bare futures and nested groups.
    fn others(&self) -> Vec<Expression> {
        let plan = self.plan;
        let futures = (0..plan.scenario.awaitables.len())
            .filter(|table| matches!(plan.awaitable(*table).kind, Kind::Future(_)))
            .map(|table| self.argument(table));
        let groups = plan.groups.iter().map(|table| self.made(*table));
        futures.chain(groups).collect()
    }
}
