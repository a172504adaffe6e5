//! The ending: lets what is left finish, or leaves it behind, and prints what became of everything.

use crate::scenario::{Kind, Then};

use super::super::code::code;
use super::super::expression::Expression;
use super::super::literal::string;
use super::MainWriter;

impl MainWriter<'_, '_> {
    /// Lets what is left finish, or leaves it behind, and prints what became of it.
    pub(super) fn finish(&mut self) {
        let outline = self.outline;
        if outline.leaves_nothing() {
            return;
        }
        self.lines.blank();
        let everything = self.everything();
        if outline.scenario.caller.then == Then::Exit {
            self.lines.comment("main() ends here, and asyncio.run() cancels every task that is left.");
            if outline.passes_coroutines() {
                self.lines.line(code!("left = asyncio.all_tasks() - {{asyncio.current_task()}}"));
            }
            return self.lines.statement(code!("return "), everything);
        }
        self.lines.comment("Let whatever is still running finish.");
        let others = self.others();
        if others.is_empty() {
            self.lines.line(code!("left = asyncio.all_tasks() - {{asyncio.current_task()}}"));
        } else {
            self.lines.statement(code!("others = "), Expression::list(others));
            self.lines.line(code!("left = asyncio.all_tasks() - {{asyncio.current_task()}}"));
            self.lines.line(code!("left.update(other for other in others if not other.done())"));
        }
        self.lines.line(code!("if left:"));
        let cancellable = outline.scenario.caller.cancel_at.is_some();
        self.indented(|main| {
            if cancellable {
                main.lines.line(code!("try:"));
                main.lines.indented(|lines| lines.line(code!("await asyncio.wait(left)")));
                main.lines.line(code!("except asyncio.CancelledError:"));
                main.lines.indented(|lines| lines.line(code!("print(\"The caller was cancelled.\")")));
            } else {
                main.lines.line(code!("await asyncio.wait(left)"));
            }
        });
        if outline.returns_everything() {
            return self.lines.statement(code!("return "), everything);
        }
        self.lines.blank();
        self.lines.comment("What became of them. Printing a task does not retrieve its exception.");
        let printed = match everything {
            Expression::Text(name) => name,
            several => {
                self.lines.statement(code!("everything = "), several);
                code!("everything")
            }
        };
        self.lines.line(code!("for line in sorted(map(repr, {printed})):"));
        self.lines.indented(|lines| lines.line(code!("print(line)")));
    }

    /// A set of all whose end is still to be printed. The arguments that wait() gave back have been printed; of them
    /// only those that may not have been done then.
    fn everything(&self) -> Expression {
        let (outline, scenario) = (self.outline, self.outline.scenario);
        let unfinished = outline.in_program().unfinished().filter(|_| !outline.raises().any());
        // Tasks that wait() itself has made are in no variable but those for what it gave.
        let sets = [
            unfinished.map(|set| code!("*{set}")),
            outline.passes_coroutines().then(|| code!("*left")),
            outline.asks_for_tasks().then(|| code!("*tasks")),
        ];
        let mut items: Vec<Expression> = sets.into_iter().flatten().map(Expression::Text).collect();
        for (table, awaitable) in scenario.awaitables.iter().enumerate() {
            let is_printed = |part: &usize| {
                let is_there = match awaitable.kind {
                    Kind::Task(_) | Kind::Future(_) => true,
                    Kind::Gather(_) => outline.parts[*part].is_used,
                    Kind::Coroutine(_) => outline.is_wrapped(*part) && !outline.may_never_call(),
                };
                is_there && !(unfinished.is_some() && outline.parts[*part].is_argument)
            };
            let parts = outline.parts_of(&awaitable.ids);
            let is_there_from_the_start = awaitable.kind.is_made_at_start();
            if is_there_from_the_start && parts.clone().all(|part| is_printed(&part)) {
                items.push(self.all_of(table));
            } else {
                items.extend(parts.filter(is_printed).map(|part| self.made(part)));
            }
        }
        Expression::collection(code!("{{"), items, "}")
    }

    /// What stands for something that was made, if it was.
    fn made(&self, part: usize) -> Expression {
        let outline = self.outline;
        if outline.table(part).kind.is_group() && outline.may_lack_groups() {
            Expression::Text(code!("*made.get({}, [])", string(&outline.identifiers[outline.parts[part].table])))
        } else {
            self.argument(part)
        }
    }

    /// All tasks or futures of a table, which are there from the start.
    fn all_of(&self, table: usize) -> Expression {
        let star = if self.outline.awaitable(table).ids.len() > 1 { "*" } else { "" };
        Expression::Text(code!("{star}{}", self.outline.variables[table]))
    }

    /// What all_tasks() does not know: bare futures and nested groups.
    fn others(&self) -> Vec<Expression> {
        let outline = self.outline;
        let futures = (0..outline.scenario.awaitables.len())
            .filter(|table| outline.awaitable(*table).kind.is_future())
            .map(|table| self.all_of(table));
        let groups = outline.groups.iter().map(|group| self.made(*group));
        futures.chain(groups).collect()
    }
}
