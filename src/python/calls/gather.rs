//! `asyncio.gather()` in a program.

use crate::calls::{GatherOptions, Options};
use crate::scenario::{Caller, Nanos};

use super::super::caller::MainWriter;
use super::super::code::{Snippet, code};
use super::super::literal::seconds;
use super::super::outline::{Outline, Raises};
use super::super::symbols::TimerAction;
use super::{InProgram, MakesTasks, expression};

impl InProgram for GatherOptions {
    fn write(&self, main: &mut MainWriter<'_, '_>) {
        let outline = main.outline;
        let caller = &outline.scenario.caller;
        if caller.passes_list {
            main.lines.comment("A mistake: gather() gets the list itself instead of its items.");
        }
        let arguments = main.arguments(&outline.arguments);
        let call = expression(self, self.brackets(caller, arguments.len()), arguments);
        let (group, results) = (self.variable(), self.results().join(", "));
        let asks = outline.asks_for_tasks();
        let at_once = caller.await_at.is_none() && caller.cancel_group_at.is_none() && caller.check_done_at.is_empty();
        if caller.passes_list || (at_once && !asks && !self.done_callback) {
            main.lines.statement(code!("{results} = await "), call);
        } else {
            main.lines.statement(code!("{group} = "), call);
            if self.done_callback {
                main.add_done_callback(group, "The group");
            }
            if asks {
                main.ask_for_tasks();
            }
            arm_timers(main, group);
            main.sleep_until_await();
            main.lines.line(code!("{results} = await {group}"));
        }
        main.lines.line(code!("print(\"gather() returned\", {results})"));
    }

    fn raises(&self, outline: &Outline<'_>) -> Raises {
        let caller = &outline.scenario.caller;
        if caller.passes_list {
            return Raises { exception: true, ..Raises::default() };
        }
        let mut raises = if self.return_exceptions { Raises::default() } else { outline.raised_by_used() };
        raises.cancelled |= caller.cancel_group_at.is_some();
        raises
    }

    fn waits_for_all(&self) -> bool {
        true
    }

    fn cancels_arguments(&self, caller: &Caller) -> bool {
        caller.cancel_at.is_some() || caller.cancel_group_at.is_some()
    }

    fn passes_list(&self, caller: &Caller) -> bool {
        caller.passes_list
    }

    fn makes_tasks(&self) -> MakesTasks {
        MakesTasks::AtOnce
    }

    fn unfinished(&self) -> Option<&'static str> {
        None
    }
}

/// Arms the timers that cancel the group and ask whether it is done.
fn arm_timers(main: &mut MainWriter<'_, '_>, group: &str) {
    let outline = main.outline;
    let caller = &outline.scenario.caller;
    if caller.cancel_group_at.iter().chain(&caller.check_done_at).any(|moment| *moment < outline.called_at()) {
        main.lines.comment("Counted from now. A negative delay is in the past and fires at once.");
    }
    if let Some(moment) = caller.cancel_group_at {
        main.symbols.arms(TimerAction::Cancel, None, 1);
        main.call_later(since_call(outline, moment), code!("{group}.cancel"), Vec::new());
    }
    for moment in &caller.check_done_at {
        main.symbols.arms(TimerAction::Check, None, 1);
        let look = code!("lambda: print(\"{group}.done() is\", {group}.done())");
        main.call_later(since_call(outline, *moment), look, Vec::new());
    }
}

/// A moment, counted from the call; before it, negative.
fn since_call(outline: &Outline<'_>, moment: Nanos) -> Snippet {
    let called = outline.called_at();
    if moment >= called {
        seconds(Nanos(moment.0 - called.0))
    } else {
        code!("-{}", seconds(Nanos(called.0 - moment.0)))
    }
}
