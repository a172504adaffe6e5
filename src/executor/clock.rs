//! How time passes: at once, or paced.
//!
//! There is one timeline, the virtual one. A clock only says how long it takes in the real world to get from one
//! moment of it to the next, so that ties, order and outcome are the same on both.

use std::cell::Cell;
use std::rc::Rc;
use std::time::{Duration, Instant};

use tokio::runtime::{Builder, Runtime};

use crate::scenario::Nanos;

/// Lets time pass between two moments of the timeline.
pub trait Clock {
    /// Waits until `deadline`, and calls `tick` with the present now and then meanwhile.
    fn advance(&mut self, now: Nanos, deadline: Nanos, tick: impl FnMut(Nanos)) -> Advance;

    /// Whether Ctrl-C came in since it was last asked, while the loop was busy.
    fn interrupted(&mut self) -> bool {
        false
    }
}

/// How a wait for a deadline ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Advance {
    /// The deadline has come.
    Reached,
    /// Ctrl-C, at that moment of the timeline.
    Interrupted(Nanos),
}

/// No time passes: the loop jumps to the next deadline.
#[derive(Debug)]
pub struct Virtual;

impl Clock for Virtual {
    #[inline]
    fn advance(&mut self, _now: Nanos, _deadline: Nanos, _tick: impl FnMut(Nanos)) -> Advance {
        Advance::Reached
    }
}

/// Ctrl-C as a stream, so that none is missed between two waits.
#[cfg(unix)]
type Interrupts = tokio::signal::unix::Signal;
#[cfg(windows)]
type Interrupts = tokio::signal::windows::CtrlC;

#[cfg(unix)]
fn listen_for_interrupts() -> std::io::Result<Interrupts> {
    tokio::signal::unix::signal(tokio::signal::unix::SignalKind::interrupt())
}

#[cfg(windows)]
fn listen_for_interrupts() -> std::io::Result<Interrupts> {
    tokio::signal::windows::ctrl_c()
}

/// The same timeline at a person's pace, on tokio's timer.
#[derive(Debug)]
pub struct Paced {
    runtime: Runtime,
    interrupts: Interrupts,
    /// When the timeline's 0 was; set by the first wait, so that setting up costs the run nothing.
    start: Option<Instant>,
    /// How many seconds of the timeline pass in a real one.
    speed: f64,
    /// Set once nobody watches the run any more: from then on there is no reason to wait.
    unwatched: Rc<Cell<bool>>,
}

/// When Ctrl-C came in, to the millisecond: no nanosecond of it means anything, and a person reads it.
fn readable(now: Nanos, present: Nanos) -> Nanos {
    Nanos(present.0 - present.0 % 1_000_000).max(now)
}

/// How often a listener is told that time passes: often enough for a smooth bar.
const TICK: Duration = Duration::from_millis(25);

impl Paced {
    /// A clock that runs `speed` times as fast as a real one until it is `unwatched`, and takes Ctrl-C for itself from
    /// now on.
    ///
    /// # Errors
    ///
    /// Where the system gives no timer or no signal handler.
    pub fn new(speed: f64, unwatched: Rc<Cell<bool>>) -> std::io::Result<Paced> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let interrupts = {
            let _inside = runtime.enter();
            listen_for_interrupts()?
        };
        Ok(Paced { runtime, interrupts, start: None, speed, unwatched })
    }

    fn real(&self, span: Nanos) -> Duration {
        Duration::try_from_secs_f64(span.as_secs_f64() / self.speed).unwrap_or(Duration::MAX)
    }
}

impl Clock for Paced {
    fn advance(&mut self, now: Nanos, deadline: Nanos, mut tick: impl FnMut(Nanos)) -> Advance {
        if self.unwatched.get() {
            return Advance::Reached;
        }
        let begun = Instant::now();
        let so_far = self.real(now);
        let start = *self.start.get_or_insert_with(|| begun.checked_sub(so_far).unwrap_or(begun));
        let target = start.checked_add(self.real(deadline));
        let speed = self.speed;
        let present = move || {
            let elapsed = Nanos((start.elapsed().as_secs_f64() * speed * 1e9) as u64);
            elapsed.clamp(now, deadline)
        };
        let interrupts = &mut self.interrupts;
        self.runtime.block_on(async {
            loop {
                let next = Instant::now() + TICK;
                let wake = target.map_or(next, |target| target.min(next));
                tokio::select! {
                    biased;
                    _ = interrupts.recv() => return Advance::Interrupted(readable(now, present())),
                    () = tokio::time::sleep_until(wake.into()) => {}
                }
                if target.is_some_and(|target| Instant::now() >= target) {
                    return Advance::Reached;
                }
                tick(present());
            }
        })
    }

    fn interrupted(&mut self) -> bool {
        let interrupts = &mut self.interrupts;
        self.runtime.block_on(async {
            tokio::select! {
                biased;
                _ = interrupts.recv() => true,
                () = std::future::ready(()) => false,
            }
        })
    }
}
