//! The call itself: what its arguments need, the call, and what is done with what it gives.

use crate::calls::{Call, Collection, ReturnWhen, WaitOptions};
use crate::scenario::{Kind, Nanos};

use super::super::functions::seconds;
use super::super::guide::Does;
use super::super::layout::{Expression, string};
use super::Caller;

impl Caller<'_, '_> {
    /// Everything from the sleep before the call to what the call gave.
    pub(super) fn call(&mut self, late: bool) {
        if let Some(moment) = self.plan.scenario.caller.call_at {
            self.lines.line(&format!("await asyncio.sleep({})", seconds(moment)));
        }
        if late {
            self.make_arguments();
        }
        match self.plan.call {
            Call::Gather(options) => self.gather(options.return_exceptions),
            Call::Wait(options) => self.wait(options),
        }
    }

    /// What needs a name before the call: coroutines that stand twice in a list, nested groups inside out, and the
    /// tasks that wait() wants.
    pub(super) fn make_arguments(&mut self) {
        let plan = self.plan;
        for table in 0..plan.scenario.awaitables.len() {
            let is_coroutine = matches!(plan.awaitable(table).kind, Kind::Coroutine(_));
            if is_coroutine && plan.is_repeated(table) && !plan.is_wrapped(table) {
                let coroutine = self.alike(table, &format!("{}()", plan.identifiers[table]));
                self.lines.statement(&format!("{} = ", plan.variables[table]), coroutine);
            }
        }
        for table in &plan.groups {
            let Kind::Gather(group) = &plan.awaitable(*table).kind else { continue };
            let members = self.arguments(&plan.tables(&group.members));
            let call = gather_call(members, group.return_exceptions);
            self.lines.statement(&format!("{} = ", plan.variables[*table]), call);
            self.remember(*table);
        }
        let mut wrapped = std::collections::HashSet::new();
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
            self.lines.line(&format!("made[{name}] = {all}"));
        }
    }

    /// What stands for a table in an argument list.
    pub(super) fn argument(&self, table: usize) -> Expression {
        let plan = self.plan;
        let several = plan.awaitable(table).ids.len() > 1;
        match (plan.variables[table].as_str(), several) {
            ("", false) => Expression::Text(format!("{}()", plan.identifiers[table])),
            ("", true) => self.alike(table, &format!("{}()", plan.identifiers[table])).after("*"),
            (variable, false) => Expression::text(variable),
            (variable, true) => Expression::Text(format!("*{variable}")),
        }
    }

    fn arguments(&self, tables: &[usize]) -> Vec<Expression> {
        tables.iter().map(|table| self.argument(*table)).collect()
    }

    fn gather(&mut self, return_exceptions: bool) {
        let plan = self.plan;
        let caller = &plan.scenario.caller;
        let mut arguments = self.arguments(&plan.arguments);
        if plan.passes_list() {
            self.lines.comment("A mistake: gather() is given one list, instead of what is in it.");
            arguments = vec![list(arguments)];
        }
        let call = gather_call(arguments, return_exceptions);
        let asks = plan.asks_for_tasks();
        let shown = plan.shows_done_callback();
        let at_once = caller.await_at.is_none() && caller.cancel_group_at.is_none() && caller.check_done_at.is_empty();
        if plan.passes_list() || (at_once && !asks && !shown) {
            self.lines.statement("results = await ", call);
        } else {
            self.lines.statement("group = ", call);
            if shown {
                self.lines.line("group.add_done_callback(lambda group: print(\"The group is done.\"))");
            }
            if asks {
                self.ask_for_tasks();
            }
            if caller.cancel_group_at.iter().chain(&caller.check_done_at).any(|moment| *moment < plan.called_at()) {
                self.lines.comment("Counted from now; what is negative is past already, and comes at once.");
            }
            if let Some(moment) = caller.cancel_group_at {
                self.guide.arms(Does::Cancel, None, 1);
                let delay = self.since_call(moment);
                self.lines.line(&format!("loop.call_later({delay}, group.cancel)"));
            }
            for moment in &caller.check_done_at {
                self.guide.arms(Does::Check, None, 1);
                let delay = self.since_call(*moment);
                let seen = Expression::text("lambda: print(\"group.done() is\", group.done())");
                self.lines.statement("", Expression::call("loop.call_later", vec![Expression::Text(delay), seen]));
            }
            self.sleep_until_await();
            self.lines.line("results = await group");
        }
        self.lines.line("print(\"gather() returned\", results)");
    }

    /// What gather() has made of coroutines is in no variable.
    fn ask_for_tasks(&mut self) {
        let by_gather = (0..self.plan.scenario.awaitables.len()).any(|table| self.plan.is_made_by_gather(table));
        let comment = if by_gather { "  # gather() made them." } else { "" };
        self.lines.line(&format!("tasks = asyncio.all_tasks() - {{asyncio.current_task()}}{comment}"));
    }

    /// A moment, counted from the call; before it, negative.
    fn since_call(&self, moment: Nanos) -> String {
        let called = self.plan.called_at();
        if moment >= called {
            seconds(Nanos(moment.0 - called.0))
        } else {
            format!("-{}", seconds(Nanos(called.0 - moment.0)))
        }
    }

    fn sleep_until_await(&mut self) {
        if let Some(moment) = self.plan.scenario.caller.await_at {
            let left = Nanos(moment.0.saturating_sub(self.plan.called_at().0));
            self.lines.line(&format!("await asyncio.sleep({})", seconds(left)));
        }
    }

    fn wait(&mut self, options: WaitOptions) {
        let arguments = self.arguments(&self.plan.arguments);
        if options.collection == Collection::Generator {
            self.lines.statement("awaitables = ", Expression::list(arguments.clone()));
        }
        let mut items = vec![collection(options.collection, arguments)];
        if let Some(timeout) = options.timeout {
            items.push(Expression::Text(format!("timeout={}", seconds(timeout))));
        }
        if options.return_when != ReturnWhen::AllCompleted {
            items.push(Expression::Text(format!("return_when=asyncio.{}", options.return_when.python_name())));
        }
        let call = Expression::call("asyncio.wait", items);
        if self.plan.asks_for_tasks() {
            self.ask_for_tasks();
        }
        if self.plan.scenario.caller.await_at.is_some() {
            self.lines
                .comment("wait() does nothing yet: it is a coroutine function, and its timeout starts later too.");
            self.lines.statement("call = ", call);
            self.sleep_until_await();
            self.lines.line("done, pending = await call");
        } else {
            self.lines.statement("done, pending = await ", call);
        }
        for set in ["done", "pending"] {
            self.lines.line(&format!("for awaitable in {set}:"));
            self.indented(|caller| caller.lines.line(&format!("print(\"{set}:\", awaitable)")));
        }
    }
}

fn gather_call(mut items: Vec<Expression>, return_exceptions: bool) -> Expression {
    if return_exceptions {
        items.push(Expression::text("return_exceptions=True"));
    }
    Expression::call("asyncio.gather", items)
}

/// A list; where all that stands in it is another list, that one.
fn list(items: Vec<Expression>) -> Expression {
    match items.as_slice() {
        [Expression::Text(only)] if only.starts_with('*') => Expression::text(only.trim_start_matches('*')),
        [Expression::Comprehension { open, inside }] if open == "*[" => {
            Expression::Comprehension { open: "[".to_owned(), inside: inside.clone() }
        }
        _ => Expression::list(items),
    }
}

/// wait()'s one argument.
fn collection(collection: Collection, items: Vec<Expression>) -> Expression {
    let brackets = |open: &str, items, close| Expression::Brackets { open: open.to_owned(), items, close };
    match collection {
        Collection::List => list(items),
        Collection::Tuple if items.len() == 1 => {
            // One item makes no tuple without a comma.
            let only = items.first().map(Expression::flat).unwrap_or_default();
            Expression::Text(format!("({only},)"))
        }
        Collection::Tuple => brackets("(", items, ')'),
        Collection::Set if items.is_empty() => Expression::text("set()"),
        Collection::Set => brackets("{", items, '}'),
        Collection::Dict => Expression::call("dict.fromkeys", vec![Expression::list(items)]),
        Collection::Generator => Expression::text("(awaitable for awaitable in awaitables)"),
        Collection::Bare => items.into_iter().next().unwrap_or(Expression::text("")),
    }
}
