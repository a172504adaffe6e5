//! The orders that CPython does not fix: where it goes over a set of futures.
//!
//! A set of n items is n − 1 choices: which of those that remain comes next, by its number in canonical order (that of
//! the arguments, else of creation), while more than one remains. Only items are counted whose place can show.

use crate::event::{Choice, Point, Target};
use crate::random::Random;

/// Decides in which order sets are gone over. A type parameter, so that canonical order costs nothing.
pub trait Choices {
    /// Whether any set can come in another order than the canonical one.
    const ARE_OPEN: bool;

    /// Puts the items of a set, which stand in canonical order, into the order in which they come.
    fn arrange<T: Copy>(&mut self, point: Point, items: &mut [T], target: impl Fn(T) -> Target);
}

/// Every set in canonical order.
#[derive(Clone, Copy, Debug, Default)]
pub struct Canonical;

impl Choices for Canonical {
    const ARE_OPEN: bool = false;

    #[inline]
    fn arrange<T: Copy>(&mut self, _point: Point, _items: &mut [T], _target: impl Fn(T) -> Target) {}
}

/// Takes choices from a list, then from a seeded stream or in canonical order; and notes what there was to choose.
#[derive(Clone, Debug, Default)]
pub struct Chosen {
    list: Vec<u32>,
    /// How many choices there were so far.
    made: usize,
    random: Option<Random>,
    noted: Vec<Choice>,
    left_out: usize,
    too_large: Option<TooLarge>,
}

/// A number that is none of those to choose from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TooLarge {
    /// Where and when it was to be chosen from.
    pub point: Point,
    /// Which choice it was, from 0.
    pub choice: usize,
    /// The number.
    pub number: u32,
    /// How many items remained.
    pub of: u32,
}

/// So many sets are noted in one run, with so many items each.
const NOTED: (usize, usize) = (1_000, 100);

impl Chosen {
    /// These choices, and canonical order behind them.
    pub fn new(list: Vec<u32>) -> Chosen {
        Chosen { list, ..Chosen::default() }
    }

    /// Choices from a seeded stream.
    pub fn drawn(random: Random) -> Chosen {
        Chosen { random: Some(random), ..Chosen::default() }
    }

    /// What was noted, and how many sets beyond that there were.
    pub fn into_noted(self) -> (Vec<Choice>, usize) {
        (self.noted, self.left_out)
    }

    /// How many choices there were.
    pub fn made(&self) -> usize {
        self.made
    }

    /// The first number that was too large. It counted as 0.
    pub fn too_large(&self) -> Option<TooLarge> {
        self.too_large
    }

    fn next(&mut self, point: Point, remain: u32) -> u32 {
        let choice = self.made;
        self.made += 1;
        match (self.list.get(choice), &mut self.random) {
            (Some(number), _) if *number < remain => *number,
            (Some(number), _) => {
                self.too_large.get_or_insert(TooLarge { point, choice, number: *number, of: remain });
                0
            }
            (None, Some(random)) => random.below(remain.into()) as u32,
            (None, None) => 0,
        }
    }
}

impl Choices for &mut Chosen {
    const ARE_OPEN: bool = true;

    fn arrange<T: Copy>(&mut self, point: Point, items: &mut [T], target: impl Fn(T) -> Target) {
        if items.len() < 2 {
            return;
        }
        let is_noted = self.noted.len() < NOTED.0 && items.len() <= NOTED.1;
        self.left_out += usize::from(!is_noted);
        let canonical: Vec<Target> =
            if is_noted { items.iter().map(|item| target(*item)).collect() } else { Vec::new() };
        let mut took = Vec::new();
        for first in 0..items.len() - 1 {
            let number = self.next(point, (items.len() - first) as u32);
            items[first..=first + number as usize].rotate_right(1);
            if is_noted {
                took.push(number);
            }
        }
        if is_noted {
            self.noted.push(Choice { point, items: canonical, took });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::SetPlace;
    use crate::scenario::{Id, Nanos};

    fn arranged(list: &[u32], items: &mut [u32]) -> Chosen {
        let mut chosen = Chosen::new(list.to_vec());
        let point = Point { place: SetPlace::Shutdown, at: Nanos::ZERO, iteration: 1 };
        (&mut &mut chosen).arrange(point, items, |item| Target::Awaitable(Id(item)));
        chosen
    }

    #[test]
    fn a_choice_is_one_of_those_that_remain() {
        let mut items = [0, 1, 2, 3];
        let chosen = arranged(&[2, 0, 1], &mut items);
        assert_eq!(items, [2, 0, 3, 1]);
        assert_eq!(chosen.noted[0].took, [2, 0, 1]);
        assert_eq!(chosen.too_large(), None);
    }

    #[test]
    fn every_order_has_its_choices() {
        let mut orders = std::collections::BTreeSet::new();
        for list in (0..4).flat_map(|a| (0..3).flat_map(move |b| (0..2).map(move |c| [a, b, c]))) {
            let mut items = [0, 1, 2, 3];
            arranged(&list, &mut items);
            orders.insert(items);
        }
        assert_eq!(orders.len(), 24);
    }

    #[test]
    fn a_number_that_is_too_large_is_told_and_counts_as_0() {
        let mut items = [0, 1, 2];
        let chosen = arranged(&[1, 2, 0], &mut items);
        assert_eq!(items, [1, 0, 2]);
        let too_large = chosen.too_large().map(|one| (one.choice, one.number, one.of));
        assert_eq!(too_large, Some((1, 2, 2)));
    }

    #[test]
    fn what_the_list_does_not_reach_is_canonical() {
        let mut items = [0, 1, 2];
        let chosen = arranged(&[1], &mut items);
        assert_eq!(items, [1, 0, 2]);
        assert_eq!(chosen.noted[0].took, [1, 0]);
    }
}
