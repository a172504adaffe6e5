//! The proof can fail: deliberate mistakes in the event loop, one at a time, are each caught by what CPython answered.

mod recording;

use std::num::NonZero;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use asyncdemo::executor::mistakes::Mistake;

use recording::{Recorded, Recording};

#[test]
fn every_mistake_is_caught() {
    let (_, recorded) = Recording::Random.read();
    let (wrong, runs) = count(&recorded);
    assert_eq!(wrong, 0, "without a mistake all {runs} recorded runs must agree");
    let next = AtomicUsize::new(0);
    let caught: Mutex<Vec<(&str, usize)>> = Mutex::default();
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(|| {
                while let Some((mistake, name)) = Mistake::ALL.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let (wrong, _) = mistake.during(|| count(&recorded));
                    caught.lock().expect("nobody panics with it").push((name, wrong));
                }
            });
        }
    });
    let caught = caught.into_inner().expect("nobody panicked with it");
    assert_eq!(caught.len(), Mistake::ALL.len());
    for (mistake, wrong) in &caught {
        println!("| {mistake} | {wrong} of {runs} |");
    }
    let missed: Vec<&str> = caught.iter().filter(|(_, wrong)| *wrong == 0).map(|(mistake, _)| *mistake).collect();
    assert!(missed.is_empty(), "the recorded runs let these pass: {missed:?}");
}

/// How many of how many recorded runs come out otherwise.
fn count(recorded: &[Recorded]) -> (usize, usize) {
    recorded
        .iter()
        .map(Recorded::compare)
        .fold((0, 0), |(wrong, runs), (compared, differences)| (wrong + differences.len(), runs + compared))
}
