//! One run to compare: a scenario, a call, a version, and a way to go.

use crate::calls::{Call, Function, Setting};
use crate::event::Word;
use crate::python::Program;
use crate::random::Random;
use crate::scenario::{Python, Scenario, Way};
use crate::simulation::{drawn_choices, record};

use super::log::Log;

/// The calls that a scenario is compared by: each in each of its forms, with the scenario's timeout and without. The other
/// options are the scenario's.
pub fn calls(scenario: &Scenario) -> Vec<Call> {
    let forms = Function::ALL.iter().flat_map(|function| scenario.call(*function).forms());
    let calls = forms.flat_map(|form| {
        let endless = form.with("timeout", Setting::Timeout(None));
        [Some(endless), (endless != form).then_some(form)]
    });
    calls.flatten().collect()
}

/// A call as Python writes it, with `…` for its arguments.
pub fn label(call: &Call) -> String {
    let keywords = call.options().keywords().into_iter();
    let keywords: String = keywords.map(|(key, value)| format!(", {key}={}", value.replace("asyncio.", ""))).collect();
    format!("{}(…{keywords})", call.function())
}

/// A run as a title has it: its call, and the flags for its way.
pub fn title(call: &Call, way: &Way) -> String {
    match way.to_string() {
        flags if flags.is_empty() => label(call),
        flags => format!("{} with {flags}", label(call)),
    }
}

/// Which way the runs of a scenario go.
#[derive(Clone, Copy, Debug)]
pub enum Ways {
    /// All of them the canonical one.
    Canonical,
    /// Half of them another, with orders that are drawn, and half of those with a lateness too.
    Drawn {
        /// Where the numbers start.
        seed: u64,
        /// The number of the scenario.
        scenario: u64,
    },
}

impl Ways {
    /// The way of a run; `number` is that of its call among the [`calls`].
    pub fn of(self, scenario: &Scenario, number: usize, call: Call, python: Python) -> Way {
        let Ways::Drawn { seed, scenario: index } = self else { return Way::default() };
        // Another stream than the one that the scenario itself is drawn from.
        let mut random = Random::new(!seed, index.wrapping_mul(64).wrapping_add(number as u64));
        let jitter = match random.below(4) {
            0 | 1 => return Way::default(),
            2 => None,
            _ => Some(random.below(1 << 32)),
        };
        Way { choices: drawn_choices(scenario, call, python, jitter, random), jitter }
    }
}

/// What we say of a run, and the program that says it to CPython.
#[derive(Debug)]
pub struct Ours {
    /// What our own executor tells.
    pub log: Log,
    /// The program that the scenario means.
    pub program: Program,
    /// Which way it goes.
    pub way: Way,
}

impl Ours {
    /// Runs a scenario the canonical way on our own loop, and prints its program.
    pub fn new(scenario: &Scenario, call: Call, python: Python) -> Ours {
        Ours::going(scenario, call, python, Way::default())
    }

    /// Runs a scenario on our own loop, and prints its program.
    pub fn going(scenario: &Scenario, call: Call, python: Python, way: Way) -> Ours {
        let told = record(scenario, call, python, &way);
        Ours { log: Log::of_run(&told), program: Program::of(&told.run), way }
    }
}
