//! `asyncio.wait()` in a program.

use crate::calls::{Collection, Options, ReturnWhen, WaitOptions};
use crate::scenario::Caller;

use super::super::caller::MainWriter;
use super::super::code::code;
use super::super::expression::Expression;
use super::super::outline::{Outline, Raises};
use super::{InProgram, MakesTasks, expression};

impl InProgram for WaitOptions {
    fn write(&self, main: &mut MainWriter<'_, '_>) {
        let outline = main.outline;
        let mut arguments = main.arguments(&outline.arguments);
        let mut brackets = self.brackets(&outline.scenario.caller, arguments.len());
        if self.collection == Collection::Generator {
            main.lines.statement(code!("awaitables = "), Expression::list(arguments));
            arguments = vec![Expression::Text(code!("(awaitable for awaitable in awaitables)"))];
            brackets = &[];
        }
        let call = expression(self, brackets, arguments);
        if outline.asks_for_tasks() {
            main.ask_for_tasks();
        }
        let sets = self.results().join(", ");
        if outline.scenario.caller.await_at.is_some() {
            let timeout = if self.timeout.is_some() { ", nor does its timeout start" } else { "" };
            main.lines.comment(&format!("wait() is a coroutine function: none of it runs yet{timeout}."));
            main.lines.statement(code!("call = "), call);
            main.sleep_until_await();
            main.lines.line(code!("{sets} = await call"));
        } else {
            main.lines.statement(code!("{sets} = await "), call);
        }
        for set in self.results() {
            main.lines.line(code!("for awaitable in {set}:"));
            main.lines.indented(|lines| lines.line(code!("print(\"{set}:\", awaitable)")));
        }
    }

    fn raises(&self, outline: &Outline<'_>) -> Raises {
        let is_misused = outline.arguments.is_empty()
            || matches!(self.collection, Collection::Generator | Collection::Bare)
            || outline.passes_coroutines();
        Raises { exception: is_misused, ..Raises::default() }
    }

    fn waits_for_all(&self) -> bool {
        self.return_when == ReturnWhen::AllCompleted && self.timeout.is_none()
    }

    fn cancels_arguments(&self, _: &Caller) -> bool {
        false
    }

    fn passes_list(&self, _: &Caller) -> bool {
        false
    }

    fn makes_tasks(&self) -> MakesTasks {
        if self.wrap { MakesTasks::Never } else { MakesTasks::WhenAwaited }
    }

    fn unfinished(&self) -> Option<&'static str> {
        Some("pending")
    }
}
