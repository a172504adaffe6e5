//! Ctrl-C and SIGTERM, where something has to be put away before the program ends.

use std::io;
use std::process;
use std::sync::{Arc, OnceLock};
use std::thread;

use tokio::runtime::Builder;

use super::failure::Code;

/// Whether the program was asked to end, and with which code it then does.
#[derive(Clone, Debug, Default)]
pub struct Interruption(Arc<OnceLock<Code>>);

impl Interruption {
    /// Takes Ctrl-C and SIGTERM from now on: the first has things put away, the second ends the program at once.
    ///
    /// # Errors
    ///
    /// Where the system gives no signal handler; then nothing has changed.
    pub fn listen(put_away: impl FnOnce() + Send + 'static) -> io::Result<Interruption> {
        let runtime = Builder::new_current_thread().enable_io().build()?;
        let mut signals = {
            let _inside = runtime.enter();
            Signals::new()?
        };
        let interruption = Interruption::default();
        let told = interruption.clone();
        thread::spawn(move || {
            let code = runtime.block_on(signals.next());
            let _ = told.0.set(code);
            put_away();
            process::exit(runtime.block_on(signals.next()) as i32);
        });
        Ok(interruption)
    }

    /// The code to end with, once the program was asked to.
    pub fn code(&self) -> Option<Code> {
        self.0.get().copied()
    }
}

/// Both as streams, so that none is missed between two waits.
#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn new() -> io::Result<Signals> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Signals { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    async fn next(&mut self) -> Code {
        tokio::select! {
            _ = self.interrupt.recv() => Code::Interrupted,
            _ = self.terminate.recv() => Code::Terminated,
        }
    }
}

#[cfg(windows)]
struct Signals(tokio::signal::windows::CtrlC);

#[cfg(windows)]
impl Signals {
    fn new() -> io::Result<Signals> {
        tokio::signal::windows::ctrl_c().map(Signals)
    }

    async fn next(&mut self) -> Code {
        self.0.recv().await;
        Code::Interrupted
    }
}
