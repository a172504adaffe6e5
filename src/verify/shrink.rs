//! From a random scenario that differs to the smallest one that still does.

use crate::scenario::{Scenario, parse};

use super::scenario_file::ScenarioFile;

/// A scenario as small as it can be that still `differs`. What no scenario may look like is not asked about.
pub fn shrink(file: &ScenarioFile, mut differs: impl FnMut(&Scenario) -> bool) -> ScenarioFile {
    let mut smallest = file.clone();
    while let Some(smaller) = smallest
        .smaller()
        .into_iter()
        .find(|smaller| parse("-", &smaller.to_string()).is_ok_and(|scenario| differs(&scenario)))
    {
        smallest = smaller;
    }
    smallest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{Body, Delay, End, Id, Ids, Kind, OnCancel};
    use crate::verify::generator::{self, Random};
    use std::collections::BTreeSet;

    /// What remains of those of many random scenarios that differ.
    fn shrunk(differs: impl Fn(&Scenario) -> bool) -> BTreeSet<String> {
        let mut remains = BTreeSet::new();
        for index in 0..400 {
            let file = generator::scenario(&mut Random::new(5, index));
            let scenario = parse("-", &file.to_string()).expect("the generator makes valid scenarios");
            if differs(&scenario) {
                let smallest = shrink(&file, &differs).to_string();
                assert!(parse("-", &smallest).is_ok_and(|scenario| differs(&scenario)), "{smallest}");
                remains.insert(smallest);
            }
        }
        remains
    }

    fn bodies(scenario: &Scenario) -> impl Iterator<Item = &Body> {
        scenario.awaitables.iter().filter_map(|awaitable| awaitable.kind.body())
    }

    fn cleanups(scenario: &Scenario) -> impl Iterator<Item = &OnCancel> {
        bodies(scenario).filter_map(|body| body.on_cancel.as_ref())
    }

    /// Else there would be no end.
    #[test]
    fn what_is_smaller_is_never_the_same() {
        for index in 0..100 {
            let file = generator::scenario(&mut Random::new(6, index));
            let text = file.to_string();
            assert!(file.smaller().iter().all(|smaller| smaller.to_string() != text), "{text}");
        }
    }

    #[test]
    fn two_moments_that_meet_are_lowered_together() {
        let remains = shrunk(|scenario| {
            let cancelled = scenario.caller.cancel_at;
            bodies(scenario).any(|body| match body.delay {
                Some(Delay::For(delay)) => delay.0 > 0 && cancelled == Some(delay),
                _ => false,
            })
        });
        let smallest = "[[awaitable]]\nname = \"a\"\ndelay = 1\n\n[caller]\ncancel_at = 1\n\n";
        assert_eq!(remains, BTreeSet::from([smallest.to_owned()]));
    }

    #[test]
    fn names_and_texts_become_plain_also_in_tables() {
        let long = |end: &Option<End>| match end {
            Some(End::Raises(exception)) => exception.message.as_ref().is_some_and(|text| text.len() > 1),
            _ => false,
        };
        let remains =
            shrunk(|scenario| cleanups(scenario).any(|on_cancel| on_cancel.cleanup.is_some() && long(&on_cancel.then)));
        let smallest =
            |raises: &str| format!("[[awaitable]]\nname = \"a\"\non_cancel = {{ cleanup = 0, raises = {raises} }}\n\n");
        assert!(remains.contains(&smallest("{ type = \"a\", message = \"aa\" }")), "{remains:#?}");
        assert!(remains.contains(&smallest("\"a:aa\"")), "{remains:#?}");
        let ways = ["\"a:aa\"", "{ type = \"a\", message = \"aa\" }", "{ type = \"KeyError\", message = \"key\" }"];
        assert!(remains.is_subset(&ways.map(smallest).into()), "{remains:#?}");
    }

    #[test]
    fn arrays_lose_single_items() {
        let remains = shrunk(|scenario| scenario.caller.check_done_at.windows(2).any(|pair| pair[0] < pair[1]));
        let smallest = ["[[awaitable]]\nname = \"a\"\n\n[caller]\n", "[caller]\nargs = []\n"]
            .map(|rest| format!("{rest}check_done_at = [0, 1]\n\n"));
        assert!(!remains.is_empty() && remains.is_subset(&smallest.into()), "{remains:#?}");
    }

    /// A group is only as small as what it holds.
    #[test]
    fn the_rest_goes_with_what_it_belongs_to() {
        let remains = shrunk(|scenario| {
            let groups = scenario.awaitables.iter().filter_map(|awaitable| match &awaitable.kind {
                Kind::Gather(group) => Some(group.members.len()),
                _ => None,
            });
            groups.max() > Some(1)
        });
        let needed = ["", "[[awaitable]]", "name = ", "kind = \"gather\"", "members = "];
        for line in remains.iter().flat_map(|smallest| smallest.lines()) {
            assert!(needed.iter().any(|needed| line == *needed || needed.ends_with("= ") && line.starts_with(needed)));
        }
        assert!(!remains.is_empty());
    }

    /// A reference to a single clone goes where its table goes, and is renamed with it.
    #[test]
    fn single_clones_shrink_with_their_table() {
        let remains = shrunk(|scenario| {
            let is_clone = |ids: &Ids| ids.len() == 1 && scenario.awaitable(Id(ids.start)).ids.len() > 1;
            scenario.caller.args.iter().any(is_clone)
        });
        let smallest = "[[awaitable]]\nname = \"a\"\ncount = 2\n\n[caller]\nargs = [\"a-1\"]\n\n";
        assert!(remains.contains(smallest), "{remains:#?}");
        // Where a group holds the others, a single clone is left for the call too.
        for rest in &remains {
            assert!(rest == smallest || rest.contains("members = [\"b-1\""), "{rest}");
        }
    }
}
