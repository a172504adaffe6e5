//! A process with its children, as a process group of its own, so that they end together.
//!
//! Whatever is begun here is known until it has ended, so that [`end_all`] finds it whichever thread has it. A child
//! that leaves the group by calling `setsid` or `setpgid` escapes. Where the system has no process groups, only the
//! process itself is ended.
//!
//! The standard library starts a process as the first of a group. Two things are done here, and `tests/verify_failures.rs`
//! shows both: all groups are known to the thread that takes a signal, and the children of a process that has ended by
//! itself are ended before its id can become another's.

use std::io;
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, ExitStatus};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The groups that run, and whether there may be more.
static RUNNING: Mutex<Running> = Mutex::new(Running {
    #[cfg(unix)]
    leaders: Vec::new(),
    all_ended: false,
});

struct Running {
    /// Their first processes, none of which anybody has waited for: so the system has not given their ids away.
    #[cfg(unix)]
    leaders: Vec<rustix::process::Pid>,
    all_ended: bool,
}

fn running() -> MutexGuard<'static, Running> {
    // Each change of it is one step, so that it is whole even where a thread has panicked.
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Ends every group, and lets no other begin: the program is about to end.
pub fn end_all() {
    let mut running = running();
    running.all_ended = true;
    #[cfg(unix)]
    for leader in &running.leaders {
        kill(*leader);
    }
}

/// Whether [`end_all`] was called: what a process says from then on means nothing.
pub fn all_ended() -> bool {
    running().all_ended
}

#[cfg(unix)]
fn kill(leader: rustix::process::Pid) {
    // It fails only where nothing is left to be killed.
    let _ = rustix::process::kill_process_group(leader, rustix::process::Signal::KILL);
}

/// A process and its children. They are ended at the latest when this is dropped.
#[derive(Debug)]
pub struct ProcessGroup {
    leader: Child,
    /// How the first process ended, once somebody has waited for it.
    ended: Option<ExitStatus>,
}

impl ProcessGroup {
    /// Starts a process as the first of a group.
    ///
    /// # Errors
    ///
    /// What the system says, and everything after [`end_all`].
    pub fn begin(command: &mut Command) -> io::Result<ProcessGroup> {
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(command, 0);
        // Between the start and the entry, nobody else may end all.
        #[cfg_attr(not(unix), expect(unused_mut, reason = "there are no leaders to note"))]
        let mut running = running();
        if running.all_ended {
            return Err(io::ErrorKind::Interrupted.into());
        }
        let leader = command.spawn()?;
        #[cfg(unix)]
        running.leaders.push(rustix::process::Pid::from_child(&leader));
        Ok(ProcessGroup { leader, ended: None })
    }

    /// The pipes to the first process and from it, those that were asked for and not taken yet.
    pub fn take_pipes(&mut self) -> (Option<ChildStdin>, Option<ChildStdout>, Option<ChildStderr>) {
        (self.leader.stdin.take(), self.leader.stdout.take(), self.leader.stderr.take())
    }

    /// Whether the first process has come to its end. It is not waited for, so that its group can still be ended.
    pub fn has_exited(&mut self) -> bool {
        #[cfg(unix)]
        {
            use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};
            let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
            self.ended.is_some() || !matches!(waitid(WaitId::Pid(Pid::from_child(&self.leader)), options), Ok(None))
        }
        #[cfg(not(unix))]
        {
            !matches!(self.leader.try_wait(), Ok(None))
        }
    }

    /// Ends the process with its children, and says how it ended.
    ///
    /// # Errors
    ///
    /// Where the system does not say how.
    pub fn end(&mut self) -> io::Result<ExitStatus> {
        if let Some(status) = self.ended {
            return Ok(status);
        }
        #[cfg(unix)]
        {
            let leader = rustix::process::Pid::from_child(&self.leader);
            let mut running = running();
            // The children have to go also where the first process has ended by itself. Once it was waited for, its id
            // may be anybody's.
            if let Some(place) = running.leaders.iter().position(|other| *other == leader) {
                kill(running.leaders.swap_remove(place));
            }
        }
        let _ = self.leader.kill();
        let status = self.leader.wait()?;
        self.ended = Some(status);
        Ok(status)
    }
}

impl Drop for ProcessGroup {
    fn drop(&mut self) {
        let _ = self.end();
    }
}
