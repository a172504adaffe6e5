//! Where the scenarios to compare come from.

use crate::cli::When;
use crate::commands::inputs::{Input, inputs, report_invalid};
use crate::scenario::{Diagnostics, Scenario, parse};
use crate::verify::case::Ways;
use crate::verify::generator::{self, Random};
use crate::verify::scenario_file::ScenarioFile;

/// What is compared.
pub enum Source {
    /// Scenarios, each with where it comes from.
    Loaded(Vec<(String, Scenario)>),
    /// So many drawn from a seed.
    Random { count: usize, seed: u64 },
}

impl Source {
    /// Every scenario that is named, or the built-in ones. `None` where one of them cannot be run: what is wrong has been
    /// said on standard error then.
    pub fn load(paths: &[String], color: When) -> Option<Source> {
        let inputs = inputs(paths);
        report_invalid(&inputs, color);
        let loaded = inputs.into_iter().map(|Input { source, scenario }| Some((source, scenario.ok()?)));
        loaded.collect::<Option<_>>().map(Source::Loaded)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        match self {
            Source::Loaded(loaded) => loaded.len(),
            Source::Random { count, .. } => *count,
        }
    }

    /// One of them. That a random one is not valid is the generator's mistake.
    pub fn scenario(&self, index: usize) -> Result<Scenario, Diagnostics> {
        match self {
            Source::Loaded(loaded) => Ok(loaded[index].1.clone()),
            Source::Random { seed, .. } => parse(&self.name(index), &draw(*seed, index).to_string()),
        }
    }

    /// Which way its runs go. Of a random one they are drawn as well.
    pub fn ways(&self, index: usize) -> Ways {
        match self {
            Source::Loaded(_) => Ways::Canonical,
            Source::Random { seed, .. } => Ways::Drawn { seed: *seed, scenario: index as u64 },
        }
    }

    /// What a random one was made from.
    pub fn file(&self, index: usize) -> Option<ScenarioFile> {
        match self {
            Source::Loaded(_) => None,
            Source::Random { seed, .. } => Some(draw(*seed, index)),
        }
    }

    /// What it is called.
    pub fn name(&self, index: usize) -> String {
        match self {
            Source::Loaded(loaded) => loaded[index].0.clone(),
            Source::Random { seed, .. } => format!("random scenario {index} of seed {seed}"),
        }
    }
}

fn draw(seed: u64, index: usize) -> ScenarioFile {
    generator::scenario(&mut Random::new(seed, index as u64))
}
