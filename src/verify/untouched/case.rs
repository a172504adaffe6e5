//! One call of a scenario to run on the real clock: scaled, with its program and the outcomes that it may have.

use std::fmt;

use serde_json::{Value as Json, json};

use super::super::process_group;
use super::facts::Facts;
use crate::alternatives::try_out;
use crate::calls::Call;
use crate::outcome::Run;
use crate::python::Program;
use crate::random::Random;
use crate::report::duration::{human_duration, thousands};
use crate::scenario::{Factor, Nanos, Python, Scenario, Way};
use crate::simulation::{drawn_choices, on_late_machine, outcome, record};

/// What the smallest gap between moments becomes: more than a machine with something else to do is late.
const GAP: Nanos = Nanos(20_000_000);
/// So many loops are tried on a machine that has something else to do.
const LATE_MACHINES: u64 = 5_000;
/// A scenario that lasts longer is not run.
const LONGEST: Nanos = Nanos(5_000_000_000);
/// One with more awaitables is not run either: a pass in which they all start or end takes milliseconds, and the passes of
/// a late loop of ours take less than 0.1 ms, whatever happens in them.
const MOST_AWAITABLES: usize = 200;
/// One with moments that are closer is not run either: which of two timers is due first then hangs on how long the lines
/// take between which they are armed, and a late loop of ours takes no time within a pass.
const CLOSEST: Nanos = Nanos(100_000);
/// So many events happen in all the runs of one search.
const MOST_EVENTS: usize = 50_000_000;

/// A scenario and a call under the semantics of a version.
#[derive(Debug)]
pub struct Case {
    scenario: Scenario,
    call: Call,
    python: Python,
    /// What every duration was multiplied by.
    pub factor: Factor,
    /// How long the canonical run lasts.
    pub lasts: Nanos,
    program: Program,
    /// The outcomes that are known to be possible, first the canonical one.
    known: Vec<Facts>,
    /// How many events there are in the canonical run.
    events: usize,
    /// Whether there are orders to choose from.
    is_open: bool,
}

/// Why a call of a scenario is not run. `Display` says it as a sentence's part that goes on from "it".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotRun {
    /// Scaled, it would last so long.
    TooLong(Nanos),
    /// It has so many awaitables.
    TooMany(usize),
    /// Scaled, two of its moments would be so close.
    TooClose(Nanos),
}

impl fmt::Display for NotRun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotRun::TooLong(lasts) => {
                let (lasts, longest) = (human_duration(*lasts), human_duration(LONGEST));
                write!(f, "scaled, it would last {lasts}, which is more than {longest}")
            }
            NotRun::TooMany(count) => {
                let (count, most) = (thousands(*count as u64), MOST_AWAITABLES);
                write!(f, "it has {count} awaitables, which is more than {most}")
            }
            NotRun::TooClose(gap) => {
                let (gap, closest) = (human_duration(*gap), human_duration(CLOSEST));
                write!(f, "scaled, two of its moments would be {gap} apart, which is less than {closest}")
            }
        }
    }
}

impl Case {
    /// Scales a scenario, and tries its orders and 50 latenesses.
    ///
    /// # Errors
    ///
    /// Why it is not run.
    pub fn new(scenario: &Scenario, call: Call, python: Python) -> Result<Case, NotRun> {
        if scenario.len() > MOST_AWAITABLES {
            return Err(NotRun::TooMany(scenario.len()));
        }
        let canonical = Way::default();
        let gap = smallest_gap(record(scenario, call, python, &canonical).events.iter().map(|event| event.at));
        let factor = gap.map_or(Factor::ONE, |from| Factor { to: GAP, from });
        let (scenario, call) = (scenario.scaled(factor), call.scaled(factor));
        let told = record(&scenario, call, python, &canonical);
        let run = &told.run;
        if run.ended_at > LONGEST {
            return Err(NotRun::TooLong(run.ended_at));
        }
        if let Some(gap) = gaps(told.events.iter().map(|event| event.at)).min().filter(|gap| *gap < CLOSEST) {
            return Err(NotRun::TooClose(gap));
        }
        let others = try_out(run).others;
        let known = [run].into_iter().chain(others.iter().map(|other| &other.run)).map(Facts::of_run).collect();
        let (program, lasts, events) = (Program::of(run), run.ended_at, told.events.len());
        let is_open = !run.choices.is_empty() || run.choices_left_out > 0;
        Ok(Case { scenario, call, python, factor, lasts, program, known, events, is_open })
    }

    /// What the bystander is asked.
    pub fn request(&self) -> Json {
        let variables = self.call.options().results();
        json!({"program": self.program.text, "names": self.program.symbols.names, "variables": variables})
    }

    /// What our own canonical run lets one see.
    pub fn canonical(&self) -> &Facts {
        &self.known[0]
    }

    /// Whether the program may never end.
    pub fn may_hang(&self) -> bool {
        self.known.iter().any(|facts| !facts.ends())
    }

    /// Whether this is one of the outcomes that are known to be possible.
    pub fn knows(&self, seen: &Facts) -> bool {
        self.known.iter().any(|ours| seen.fits(ours))
    }

    /// Looks for a run that comes out so, on loops that are late in up to so many ways, in orders that are drawn. How many
    /// were tried in vain; `None` where one was found, which is known from then on.
    pub fn search(&mut self, seen: &Facts, most: usize) -> Option<usize> {
        let most = most.min(self.most_runs());
        for jitter in (0..most as u64).take_while(|_| !process_group::all_ended()) {
            let facts = Facts::of_run(&self.late(jitter));
            if seen.fits(&facts) {
                self.known.push(facts);
                return None;
            }
        }
        Some(most)
    }

    /// Whether it comes out so on a machine that has something else to do.
    pub fn is_late(&self, seen: &Facts) -> bool {
        let most = LATE_MACHINES.min(self.most_runs() as u64);
        let is_going_on = |_: &u64| !process_group::all_ended();
        let run = |number| on_late_machine(&self.scenario, self.call, self.python, number);
        (0..most).take_while(is_going_on).any(|number| seen.fits(&Facts::of_run(&run(number))))
    }

    fn most_runs(&self) -> usize {
        MOST_EVENTS / self.events.max(1)
    }

    fn late(&self, jitter: u64) -> Run<'_> {
        let (number, jitter) = (jitter, Some(jitter));
        let choices = if self.is_open {
            // Another stream than that of the lateness.
            drawn_choices(&self.scenario, self.call, self.python, jitter, Random::new(!number, 0))
        } else {
            Vec::new()
        };
        outcome(&self.scenario, self.call, self.python, &Way { choices, jitter })
    }
}

/// The smallest gap of more than 2 ms between the moments at which something happens: what is nearer comes together on
/// some real loops and not on others.
fn smallest_gap(moments: impl Iterator<Item = Nanos>) -> Option<Nanos> {
    gaps(moments).filter(|gap| gap.0 > 2_000_000).min()
}

/// The gaps between the moments at which something happens, but for those that are one.
fn gaps(moments: impl Iterator<Item = Nanos>) -> impl Iterator<Item = Nanos> {
    let moments: Vec<Nanos> = moments.collect();
    let gaps: Vec<Nanos> = moments.windows(2).map(|pair| Nanos(pair[1].0.saturating_sub(pair[0].0))).collect();
    gaps.into_iter().filter(|gap| *gap > Nanos::ZERO)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calls::Function;
    use crate::scenario::parse;

    fn made(text: &str) -> Result<Case, NotRun> {
        let scenario = parse("test.toml", text).unwrap_or_else(|error| panic!("{error}"));
        Case::new(&scenario, scenario.call(Function::Gather), Python::DEFAULT)
    }

    fn case(text: &str) -> Case {
        made(text).unwrap_or_else(|why| panic!("{why}"))
    }

    #[test]
    fn the_smallest_gap_becomes_20_ms() {
        let case = case("awaitable = [{ name = \"a\", delay = 100 }, { name = \"b\", delay = 100.5 }]");
        assert_eq!((case.factor.as_f64(), case.lasts), (0.04, Nanos(4_020_000_000)));
        assert!(case.program.text.contains("asyncio.sleep(4.02)"), "{}", case.program.text);
        assert!(!case.may_hang() && case.knows(case.canonical()));
    }

    #[test]
    fn what_lasts_too_long_or_has_too_many_awaitables_is_not_run() {
        let long =
            "awaitable = [{ name = \"a\", delay = 1 }, { name = \"b\", delay = 300 }, { name = \"c\", delay = 301 }]";
        assert_eq!(made(long).err(), Some(NotRun::TooLong(Nanos(6_020_000_000))));
        assert_eq!(made("awaitable = [{ name = \"a\", count = 201 }]").err(), Some(NotRun::TooMany(201)));
        let why = NotRun::TooMany(12_345).to_string();
        assert_eq!(why, "it has 12,345 awaitables, which is more than 200");
        assert_eq!(NotRun::TooLong(Nanos::MAX).to_string(), "scaled, it would last 100 d, which is more than 5 s");
    }

    #[test]
    fn without_a_gap_everything_stays() {
        assert_eq!(case("awaitable = [{ name = \"a\", delay = 0.001 }, { name = \"b\" }]").factor, Factor::ONE);
        let hangs = case("awaitable = [{ name = \"a\", delay = \"forever\" }]");
        assert!(hangs.factor == Factor::ONE && hangs.may_hang());
    }

    /// The group is cancelled 1 s after it was made: as late as the caller was, and a little later than the task's end only
    /// where that was more than the millisecond to which sleeps are rounded up.
    #[test]
    fn a_late_machine_explains_what_no_jitter_does() {
        let text = "awaitable = [{ name = \"a\", kind = \"task\", delay = 2, returns = 1 }]\n\
                    caller = { call_at = 1, cancel_group_at = 2 }";
        let mut case = case(text);
        let end = json!({"ends": [{"name": "a", "end": "returned", "value": 1}]});
        let returned = Facts::told(Some(&json!({"results": [1]})), Some(&end));
        assert_eq!(case.search(&returned, 200), Some(200));
        assert!(case.is_late(&returned) && !case.is_late(&Facts::told(None, None)));
    }

    #[test]
    fn an_outcome_is_searched_among_late_loops() {
        // On a loop that sleeps whole milliseconds both come in one pass, or the cancellation comes later.
        let mut near = case("awaitable = [{ name = \"a\", delay = 0.1, cancel_at = 0.1019, returns = 1 }]");
        let returned = near.canonical().clone();
        near.known.clear();
        assert!(!near.knows(&returned) && near.search(&returned, 1000).is_none() && near.knows(&returned));
        let never = Facts::told(None, None);
        assert_eq!((near.search(&never, 30), near.knows(&never)), (Some(30), false));
    }

    #[test]
    fn gaps_up_to_2_ms_do_not_count() {
        let gap = |millis: &[u64]| smallest_gap(millis.iter().map(|millis| Nanos(millis * 1_000_000)));
        assert_eq!(gap(&[0, 0, 1, 3, 10, 13]), Some(Nanos(3_000_000)));
        assert_eq!((gap(&[0, 2]), gap(&[])), (None, None));
    }
}
