//! Work on all cores, with what comes of it in order.

use std::collections::BTreeMap;
use std::num::NonZero;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

/// How many pieces of work this machine does at once.
pub fn cores() -> usize {
    thread::available_parallelism().map_or(1, NonZero::get)
}

/// Does so many pieces of work, each named by its number, and tells each result as soon as it and all before it are
/// there. Each core has a `worker` of its own, which ends where `work` gives nothing. Telling may break all of it off;
/// otherwise the results that are left when the workers have ended are told too, although some before them are missing.
pub fn in_order<W, R: Send>(
    count: usize,
    worker: impl Fn() -> W + Sync,
    work: impl Fn(&mut W, usize) -> Option<R> + Sync,
    tell: impl FnMut(usize, R) -> ControlFlow<()>,
) {
    so_many_at_once(cores(), count, worker, work, tell);
}

/// The same, with so many workers: for work that mostly waits.
pub fn so_many_at_once<W, R: Send>(
    workers: usize,
    count: usize,
    worker: impl Fn() -> W + Sync,
    work: impl Fn(&mut W, usize) -> Option<R> + Sync,
    mut tell: impl FnMut(usize, R) -> ControlFlow<()>,
) {
    let workers = workers.min(count);
    let (next, broken_off) = (AtomicUsize::new(0), AtomicBool::new(false));
    // The bound keeps a slow listener from piling up results.
    let (sender, results) = mpsc::sync_channel(4 * workers);
    thread::scope(|scope| {
        for _ in 0..workers {
            let (sender, next, broken_off, worker, work) = (sender.clone(), &next, &broken_off, &worker, &work);
            scope.spawn(move || {
                let mut worker = worker();
                while !broken_off.load(Ordering::Relaxed) {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let result = if index < count { work(&mut worker, index) } else { None };
                    if result.is_none_or(|result| sender.send((index, result)).is_err()) {
                        break;
                    }
                }
            });
        }
        drop(sender);
        let mut tell = |index, result| {
            if !broken_off.load(Ordering::Relaxed) && tell(index, result).is_break() {
                broken_off.store(true, Ordering::Relaxed);
            }
        };
        let mut early = BTreeMap::new();
        let mut wanted = 0;
        for (index, result) in results {
            early.insert(index, result);
            while let Some(result) = early.remove(&wanted) {
                tell(wanted, result);
                wanted += 1;
            }
        }
        for (index, result) in early {
            tell(index, result);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Doubles numbers, each in a time of its own; gives what was told of them.
    fn told(count: usize, last: usize, work: impl Fn(usize) -> Option<usize> + Sync) -> Vec<(usize, usize)> {
        let mut told = Vec::new();
        in_order(
            count,
            || (),
            |(), index| {
                thread::sleep(std::time::Duration::from_micros(index as u64 * 7919 % 500));
                work(index)
            },
            |index, result| {
                told.push((index, result));
                if index == last { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            },
        );
        told
    }

    #[test]
    fn results_come_in_order_of_their_indices() {
        let doubled: Vec<(usize, usize)> = (0..100).map(|index| (index, index * 2)).collect();
        assert_eq!(told(100, 100, |index| Some(index * 2)), doubled);
        assert_eq!(told(100, 30, |index| Some(index * 2)), doubled[..=30]);
        assert_eq!(told(0, 0, |index| Some(index * 2)), []);
    }

    #[test]
    fn what_was_done_behind_a_missing_result_is_told_too() {
        let told = told(100, 100, |index| (index > 0).then_some(index));
        let others: Vec<(usize, usize)> = (1..100).map(|index| (index, index)).collect();
        // The worker that has nothing to give may be the only one.
        assert!(told.is_empty() || told == others, "{told:?}");
    }
}
