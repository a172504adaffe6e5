//! The same scenario, faster or slower.

use super::{Awaitable, Body, Delay, Kind, Nanos, Scenario};
use crate::calls::{Call, Setting};

/// What durations are multiplied by: a fraction, so that no two of them drift apart in floats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Factor {
    /// What a duration as long as `from` becomes.
    pub to: Nanos,
    /// Not zero.
    pub from: Nanos,
}

impl Factor {
    /// Leaves everything as it is.
    pub const ONE: Factor = Factor { to: Nanos(1), from: Nanos(1) };

    /// A duration multiplied, to the nearest nanosecond. What is more than nothing stays so: 0 means something else.
    pub fn of(self, Nanos(nanos): Nanos) -> Nanos {
        let (to, from) = (u128::from(self.to.0), u128::from(self.from.0));
        let scaled = (u128::from(nanos) * to + from / 2) / from;
        Nanos(u64::try_from(scaled).unwrap_or(u64::MAX).max(nanos.min(1)))
    }

    /// As a number.
    pub fn as_f64(self) -> f64 {
        self.to.0 as f64 / self.from.0 as f64
    }

    fn of_delay(self, delay: Delay) -> Delay {
        match delay {
            Delay::For(duration) => Delay::For(self.of(duration)),
            Delay::Forever => Delay::Forever,
        }
    }
}

impl Scenario {
    /// The same with every duration and every moment multiplied, and nothing expected of it.
    pub fn scaled(&self, factor: Factor) -> Scenario {
        let mut scaled = self.clone();
        scaled.expect.clear();
        scaled.awaitables.iter_mut().for_each(|awaitable| awaitable.scale(factor));
        scaled.calls.iter_mut().for_each(|call| *call = call.scaled(factor));
        let caller = &mut scaled.caller;
        let moments = [&mut caller.call_at, &mut caller.await_at, &mut caller.cancel_group_at, &mut caller.cancel_at];
        for moment in moments.into_iter().flatten().chain(&mut caller.check_done_at) {
            *moment = factor.of(*moment);
        }
        scaled
    }
}

impl Awaitable {
    fn scale(&mut self, factor: Factor) {
        match &mut self.kind {
            Kind::Coroutine(body) | Kind::Task(body) => body.scale(factor),
            Kind::Future(settlement) => settlement.delay = settlement.delay.map(|delay| factor.of_delay(delay)),
            Kind::Gather(_) => {}
        }
        if let Some(cancel) = &mut self.cancel {
            cancel.at = factor.of(cancel.at);
        }
    }
}

impl Body {
    fn scale(&mut self, factor: Factor) {
        let cleanup = self.on_cancel.as_mut().and_then(|on_cancel| on_cancel.cleanup.as_mut());
        for delay in self.delay.iter_mut().chain(cleanup) {
            *delay = factor.of_delay(*delay);
        }
    }
}

impl Call {
    /// The same with its timeout multiplied.
    pub fn scaled(self, factor: Factor) -> Call {
        self.settings().fold(self, |call, (key, setting)| match setting {
            Setting::Timeout(Some(timeout)) => call.with(key.name, Setting::Timeout(Some(factor.of(timeout)))),
            _ => call,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calls::Function;
    use crate::event::Word;
    use crate::scenario::parse;

    /// Every key that takes a duration, each with a number of its own.
    fn file(factor: u64) -> String {
        let ms = |millis: u64| format!("\"{}ms\"", millis * factor);
        let moments = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14].map(ms);
        let [a, b, c, d, e, f, g, h, i, j, k, l, m, n] = &moments;
        format!(
            "awaitable = [\n\
             {{ name = \"a\", delay = {a}, cancel_at = {b}, on_cancel = {{ cleanup = {c} }} }},\n\
             {{ name = \"b\", kind = \"task\", delay = {d}, on_cancel = {{ cleanup = \"forever\" }} }},\n\
             {{ name = \"c\", kind = \"future\", delay = {e} }},\n\
             {{ name = \"d\", kind = \"future\", delay = \"forever\", cancel_at = {f} }},\n\
             {{ name = \"e\", delay = 0 }},\n\
             {{ name = \"g\", kind = \"gather\", members = [\"e\"], cancel_at = {g} }}]\n\
             caller = {{ call_at = {h}, await_at = {i}, check_done_at = [{j}, {k}], cancel_group_at = {l}, cancel_at = {m} }}\n\
             wait = {{ timeout = {n} }}\n"
        )
    }

    fn scenario(text: &str) -> Scenario {
        parse("test.toml", text).unwrap_or_else(|error| panic!("{error}"))
    }

    #[test]
    fn every_duration_is_multiplied() {
        let factor = Factor { to: Nanos(21), from: Nanos(7) };
        let scaled = scenario(&file(1)).scaled(factor);
        assert_eq!(scaled, scenario(&file(3)));
        let call = scenario(&file(1)).call(Function::Wait);
        assert_eq!(call.scaled(factor), scaled.call(Function::Wait));
        for function in Function::ALL {
            assert_eq!(function.plain().scaled(factor), function.plain());
        }
    }

    #[test]
    fn a_duration_is_rounded_but_never_away() {
        let half = Factor { to: Nanos(1), from: Nanos(2) };
        assert_eq!([0, 1, 2, 3].map(|nanos| half.of(Nanos(nanos)).0), [0, 1, 1, 2]);
        assert_eq!(Factor { to: Nanos(1), from: Nanos::SECOND }.of(Nanos(1)), Nanos(1));
        assert_eq!(Factor { to: Nanos::SECOND, from: Nanos(1) }.of(Nanos::MAX), Nanos(u64::MAX));
        assert_eq!(Factor::ONE.of(Nanos::MAX), Nanos::MAX);
    }

    #[test]
    fn nothing_is_expected_of_it() {
        let text = "awaitable = [{ name = \"a\", delay = 1 }]\nexpect = [{ call = \"gather\", at = 1 }]";
        assert_eq!(scenario(text).scaled(Factor::ONE).expect, []);
    }
}
