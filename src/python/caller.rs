//! `main()`: the caller.

use crate::scenario::{Call, Collection, Delay, End, Kind, Nanos, ReturnWhen, Settlement, WaitOptions};

use super::functions::{exception, seconds, section};
use super::guide::{Does, Guide};
use super::layout::{Expression, Lines, string};
use super::plan::{Plan, Reach};

/// Writes `main()`, and tells the guide of every timer in it.
pub fn write(lines: &mut Lines, guide: &mut Guide, plan: &Plan<'_>) {
    section(lines);
    lines.line("async def main():");
    lines.indented(|lines| Caller { lines, guide, plan }.write());
    section(lines);
}

struct Caller<'w, 's> {
    lines: &'w mut Lines,
    guide: &'w mut Guide,
    plan: &'w Plan<'s>,
}

impl Caller<'_, '_> {
    fn write(&mut self) {
        if self.needs_loop() {
            self.lines.line("loop = asyncio.get_running_loop()");
        }
        if self.plan.has_factory {
            self.lines.line("loop.set_task_factory(remember)");
        }
        for table in 0..self.plan.scenario.awaitables.len() {
            self.create(table);
        }
        // What is made in the caller's first step is there before any timer fires.
        let late = self.plan.scenario.caller.call_at.is_some();
        if !late {
            self.make_arguments();
        }
        self.arm_cancellations();
        if self.plan.asks_for_tasks()
            && late
            && self.plan.scenario.caller.cancel_at.is_some()
            && !self.plan.leaves_nothing()
        {
            self.lines.line("tasks = set()");
        }
        match self.plan.raises().clause() {
            None => self.call(late),
            Some(error) => {
                self.lines.line("try:");
                self.indented(|caller| caller.call(late));
                self.lines.line(&format!("except {error} as error:"));
                let function = self.function();
                self.indented(|caller| {
                    caller.lines.line(&format!("print(\"{function}() raised\", repr(error))"));
                });
            }
        }
        self.finish();
    }

    fn indented(&mut self, write: impl FnOnce(&mut Caller<'_, '_>)) {
        let (guide, plan) = (&mut *self.guide, self.plan);
        self.lines.indented(|lines| write(&mut Caller { lines, guide, plan }));
    }

    fn function(&self) -> &'static str {
        self.plan.call.function().name()
    }

    fn needs_loop(&self) -> bool {
        let caller = &self.plan.scenario.caller;
        let makes_or_cancels =
            |one: &crate::scenario::Awaitable| one.cancel.is_some() || matches!(one.kind, Kind::Future(_));
        caller.cancel_at.is_some()
            || self.plan.scenario.awaitables.iter().any(makes_or_cancels)
            || (matches!(self.plan.call, Call::Gather(_))
                && (caller.cancel_group_at.is_some() || !caller.check_done_at.is_empty()))
    }

    /// Tasks and futures, which are there from the start.
    fn create(&mut self, table: usize) {
        match &self.plan.awaitable(table).kind {
            Kind::Task(_) => self.create_task(table, ""),
            Kind::Future(settlement) => self.create_future(table, settlement),
            Kind::Coroutine(_) | Kind::Gather(_) => {}
        }
    }

    fn create_task(&mut self, table: usize, before: &str) {
        let (variable, function) = (&self.plan.variables[table], &self.plan.identifiers[table]);
        let made = self.alike(table, &format!("asyncio.create_task({function}())"));
        self.lines.statement(&format!("{variable} = {before}"), made);
    }

    /// An expression, or a list of as many as `count` says.
    fn alike(&self, table: usize, expression: &str) -> Expression {
        match self.plan.awaitable(table).ids.len() {
            1 => Expression::text(expression),
            count => Expression::repeat(expression, count),
        }
    }

    fn create_future(&mut self, table: usize, settlement: &Settlement) {
        let variable = self.plan.variables[table].clone();
        let count = self.plan.awaitable(table).ids.len();
        if count > 1 && settlement.delay.is_none() {
            // Each is settled before the next one is made.
            self.lines.line(&format!("{variable} = []"));
            self.lines.line(&format!("for _ in range({count}):"));
            self.indented(|caller| {
                caller.lines.line("future = loop.create_future()");
                caller.settle("future", settlement, false, 1);
                caller.lines.line(&format!("{variable}.append(future)"));
            });
            return;
        }
        let made = self.alike(table, "loop.create_future()");
        self.lines.statement(&format!("{variable} = "), made);
        let guarded = self.plan.may_be_cancelled(table);
        if count > 1 && matches!(settlement.delay, Some(Delay::For(_))) {
            self.lines.line(&format!("for future in {variable}:"));
            self.indented(|caller| caller.settle("future", settlement, guarded, count as u32));
        } else {
            self.settle(&variable, settlement, guarded, 1);
        }
    }

    /// Settles a future, or arms the timer that does.
    fn settle(&mut self, future: &str, settlement: &Settlement, guarded: bool, times: u32) {
        let (helper, method, argument) = match &settlement.end {
            End::Returns(value) => ("settle", "set_result", Some(Expression::value(value))),
            End::Raises(error) if error.is_cancelled_error() => {
                let message = error.message.as_ref().map(|message| Expression::Text(string(message)));
                ("", "cancel", message.filter(|_| self.plan.cancel_takes_message()))
            }
            End::Raises(error) => ("fail", "set_exception", Some(exception(self.plan, error))),
        };
        let statement = match settlement.delay {
            Some(Delay::Forever) => return,
            None => Expression::call(&format!("{future}.{method}"), argument.into_iter().collect()),
            Some(Delay::For(delay)) => {
                self.guide.arms(Does::Settle, None, times);
                let mut items = vec![Expression::Text(seconds(delay))];
                if guarded && !helper.is_empty() {
                    items.extend([Expression::text(helper), Expression::text(future)]);
                } else {
                    items.push(Expression::Text(format!("{future}.{method}")));
                }
                items.extend(argument);
                Expression::call("loop.call_later", items)
            }
        };
        self.lines.statement("", statement);
    }

    /// The timers of every `cancel_at`, in file order, then the caller's own.
    fn arm_cancellations(&mut self) {
        let plan = self.plan;
        let scheduled = |table: &usize| plan.awaitable(*table).cancel.is_some();
        let tables: Vec<usize> = (0..plan.scenario.awaitables.len()).filter(scheduled).collect();
        if tables.is_empty() && plan.scenario.caller.cancel_at.is_none() {
            return;
        }
        self.lines.comment("Cancelled from outside, counted from the start:");
        for table in tables {
            self.arm_cancellation(table);
        }
        if let Some(moment) = plan.scenario.caller.cancel_at {
            self.guide.arms(Does::Cancel, None, 1);
            self.lines.line(&format!("loop.call_later({}, asyncio.current_task().cancel)", seconds(moment)));
        }
    }

    fn arm_cancellation(&mut self, table: usize) {
        let plan = self.plan;
        let awaitable = plan.awaitable(table);
        let Some(cancel) = &awaitable.cancel else { return };
        let message = cancel.message.as_ref().map(|message| Expression::Text(string(message)));
        if message.is_some() && !plan.cancel_takes_message() {
            self.lines.comment("Its cancel_message is left out: in Python 3.8 cancel() takes none.");
        }
        let message = message.filter(|_| plan.cancel_takes_message());
        let mut items = vec![Expression::Text(seconds(cancel.at))];
        let variable = &plan.variables[table];
        let count = awaitable.ids.len();
        match plan.reach(table) {
            Reach::Name if !plan.is_used(table) => {
                self.lines
                    .comment(&format!("Nobody ever makes {}: there is nothing to cancel.", plan.identifiers[table]));
                self.guide.arms(Does::Cancel, Some(plan.named(table)), 1);
                items.push(Expression::text("lambda: None"));
                self.lines.statement("", Expression::call("loop.call_later", items));
                return;
            }
            Reach::Name => {
                self.guide.arms(Does::Cancel, Some(plan.named(table)), 1);
                items.extend([Expression::text("cancel"), Expression::Text(string(&plan.identifiers[table]))]);
            }
            Reach::Variable if count == 1 => {
                self.guide.arms(Does::Cancel, None, 1);
                items.push(Expression::Text(format!("{variable}.cancel")));
            }
            Reach::Variable => {
                self.guide.arms(Does::Cancel, None, count as u32);
                items.push(Expression::text("awaitable.cancel"));
                items.extend(message);
                self.lines.line(&format!("for awaitable in {variable}:"));
                self.indented(|caller| caller.lines.statement("", Expression::call("loop.call_later", items)));
                return;
            }
        }
        items.extend(message);
        self.lines.statement("", Expression::call("loop.call_later", items));
    }

    /// Everything from the sleep before the call to what the call gave.
    fn call(&mut self, late: bool) {
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
    fn make_arguments(&mut self) {
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
            let call = self.gather_call(&plan.tables(&group.members), group.return_exceptions);
            self.lines.statement(&format!("{} = ", plan.variables[*table]), call);
            self.remember(*table);
        }
        let mut wrapped = std::collections::HashSet::new();
        for table in &plan.arguments {
            if plan.is_wrapped(*table) && wrapped.insert(*table) {
                self.create_task(*table, "");
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
    fn argument(&self, table: usize) -> Expression {
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

    fn gather_call(&self, tables: &[usize], return_exceptions: bool) -> Expression {
        let mut items = self.arguments(tables);
        if return_exceptions {
            items.push(Expression::text("return_exceptions=True"));
        }
        Expression::call("asyncio.gather", items)
    }

    fn gather(&mut self, return_exceptions: bool) {
        let plan = self.plan;
        let caller = &plan.scenario.caller;
        let call = if plan.passes_list() {
            self.lines.comment("A mistake: gather() is given one list, instead of what is in it.");
            let mut items = vec![Expression::list(self.arguments(&plan.arguments))];
            if return_exceptions {
                items.push(Expression::text("return_exceptions=True"));
            }
            Expression::call("asyncio.gather", items)
        } else {
            self.gather_call(&plan.arguments, return_exceptions)
        };
        let asks = plan.asks_for_tasks() && !plan.leaves_nothing();
        let shown = plan.shows_done_callback();
        let at_once = caller.await_at.is_none() && caller.cancel_group_at.is_none() && caller.check_done_at.is_empty();
        if at_once && !asks && !shown {
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
        self.lines.line("tasks = asyncio.all_tasks() - {asyncio.current_task()}  # gather() made them.");
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
        if self.plan.asks_for_tasks() && !self.plan.leaves_nothing() {
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

    /// What is left goes on, or is left behind; and what became of it.
    fn finish(&mut self) {
        let plan = self.plan;
        if plan.leaves_nothing() {
            return;
        }
        self.lines.line("");
        let everything = self.everything();
        if plan.returns_everything() {
            self.lines.comment("The program ends here: asyncio.run() cancels every task that is left.");
            if self.tells_of_left() {
                self.lines.line("left = asyncio.all_tasks() - {asyncio.current_task()}");
            }
            self.lines.statement("return ", everything);
            return;
        }
        self.lines.comment("Whatever is still at work is let finish.");
        let others = self.others();
        if others.is_empty() {
            self.lines.line("left = asyncio.all_tasks() - {asyncio.current_task()}");
        } else {
            self.lines.statement("others = ", Expression::list(others));
            self.lines.line("left = asyncio.all_tasks() - {asyncio.current_task()}");
            self.lines.line("left.update(other for other in others if not other.done())");
        }
        self.lines.line("if left:");
        let cancellable = plan.scenario.caller.cancel_at.is_some();
        self.indented(|caller| {
            if cancellable {
                caller.lines.line("try:");
                caller.lines.indented(|lines| lines.line("await asyncio.wait(left)"));
                caller.lines.line("except asyncio.CancelledError:");
                caller.lines.indented(|lines| lines.line("print(\"The caller was cancelled.\")"));
            } else {
                caller.lines.line("await asyncio.wait(left)");
            }
        });
        self.lines.line("");
        self.lines.comment("What became of them. To print a task asks nobody for its exception.");
        let told = match everything {
            Expression::Text(name) => name,
            several => {
                self.lines.statement("everything = ", several);
                "everything".to_owned()
            }
        };
        self.lines.line(&format!("print(*sorted(map(repr, {told})), sep=\"\\n\")"));
    }

    /// Whether `left` holds what no variable does, or what wait() gave as pending.
    fn tells_of_left(&self) -> bool {
        match self.plan.call {
            Call::Gather(_) => self.plan.passes_list() && !self.plan.groups.is_empty(),
            Call::Wait(_) => !self.plan.raises().any() || self.plan.passes_coroutines(),
        }
    }

    /// A set of all whose end is still to be told. What wait() gave is told of; only what it gave as pending, again.
    fn everything(&self) -> Expression {
        let (plan, scenario) = (self.plan, self.plan.scenario);
        let given = matches!(plan.call, Call::Wait(_)) && !plan.raises().any();
        let may_lack = scenario.caller.call_at.is_some() && scenario.caller.cancel_at.is_some();
        let mut items = Vec::new();
        for (name, needed) in [("left", self.tells_of_left()), ("tasks", plan.asks_for_tasks())] {
            if needed {
                items.push(Expression::Text(format!("*{name}")));
            }
        }
        for table in 0..scenario.awaitables.len() {
            let is_there = match plan.awaitable(table).kind {
                Kind::Task(_) | Kind::Future(_) => true,
                Kind::Gather(_) => plan.is_used(table) && !may_lack,
                Kind::Coroutine(_) => plan.is_wrapped(table) && !may_lack,
            };
            if is_there && !(given && plan.is_argument(table)) {
                items.push(self.argument(table));
            }
        }
        match items.as_slice() {
            [Expression::Text(only)] if only.starts_with('*') => Expression::text(only.trim_start_matches('*')),
            _ => Expression::Brackets { open: "{".to_owned(), items, close: '}' },
        }
    }

    /// What all_tasks() does not know: bare futures and nested groups.
    fn others(&self) -> Vec<Expression> {
        let plan = self.plan;
        let futures = (0..plan.scenario.awaitables.len())
            .filter(|table| matches!(plan.awaitable(*table).kind, Kind::Future(_)))
            .map(|table| self.argument(table));
        let groups = plan.groups.iter().map(|table| {
            if plan.may_lack_groups() {
                Expression::Text(format!("*made.get({}, [])", string(&plan.identifiers[*table])))
            } else {
                self.argument(*table)
            }
        });
        futures.chain(groups).collect()
    }
}

/// wait()'s one argument.
fn collection(collection: Collection, items: Vec<Expression>) -> Expression {
    let brackets = |open: &str, items, close| Expression::Brackets { open: open.to_owned(), items, close };
    match collection {
        Collection::List => Expression::list(items),
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
