//! Signals that end a command in order.

use crate::failure::Failure;
use std::{fs, future::pending, path::PathBuf, time::Duration};
use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    time::timeout,
};

/// Signals that come within this time count as one: a wrapper may pass on what the whole group of processes has heard.
const TOGETHER: Duration = Duration::from_secs(1);

/// SIGINT, SIGTERM, and SIGHUP unless it was to be ignored.
pub(crate) struct Signals {
    interrupt: Signal,
    terminate: Signal,
    hang_up: Option<Signal>,
    /// One of them has come.
    has_come: bool,
}

impl Signals {
    /// Takes the signals from now on.
    pub(crate) fn listen() -> Result<Self, Failure> {
        let listen = |kind| {
            signal(kind).map_err(|source| Failure::File {
                action: "listen for signals in",
                path: PathBuf::from("ccelab"),
                source,
            })
        };
        let hang_up = (!is_hang_up_ignored()).then(|| listen(SignalKind::hangup())).transpose()?;
        Ok(Self {
            interrupt: listen(SignalKind::interrupt())?,
            terminate: listen(SignalKind::terminate())?,
            hang_up,
            has_come: false,
        })
    }

    /// Waits for one of them.
    pub(crate) async fn any(&mut self) {
        let hang_up = async {
            match &mut self.hang_up {
                Some(signal) => signal.recv().await,
                None => pending().await,
            }
        };
        tokio::select! {
            // Each signal ends the command alike.
            biased;
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
            _ = hang_up => {}
        }
        self.has_come = true;
    }

    /// Lets something end in order, unless somebody interrupts that, too: a file that hangs may take its time. An end that nobody
    /// asked for is interrupted by the second signal as well.
    pub(crate) async fn let_end<T>(&mut self, ending: impl Future<Output = T>) -> Result<T, Failure> {
        let again = async {
            if !self.has_come {
                self.any().await;
            }
            let together = async {
                loop {
                    self.any().await;
                }
            };
            let _ = timeout(TOGETHER, together).await;
            self.any().await;
        };
        tokio::select! {
            // What has ended counts before who cannot wait.
            biased;
            ended = ending => Ok(ended),
            () = again => Err(Failure::Check(
                "interrupted once more: the run did not end in order, its journal may be cut off, and its logs may be missing"
                    .into(),
            )),
        }
    }
}

/// Whether whoever started this process wants it to live on without a terminal, as `nohup` does. Where that cannot be known, the
/// signal keeps its meaning.
fn is_hang_up_ignored() -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    // The signals of the mask are numbered from 1.
    let mask = ignored.and_then(|digits| u64::from_str_radix(digits.trim(), 16).ok());
    mask.is_none_or(|mask| mask & (1 << (SignalKind::hangup().as_raw_value() - 1)) != 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::{Command, id};
    use tokio::{task::yield_now, time::sleep};

    /// So many signals come while something ends that nobody asked to end, each behind the time in which they count as one.
    async fn interrupted(times: usize) -> Result<(), Failure> {
        let mut signals = Signals::listen()?;
        let mut heard = signal(SignalKind::terminate()).unwrap();
        let ending = async {
            for _ in 0..times {
                sleep(TOGETHER + TOGETHER / 4).await;
                assert!(Command::new("kill").args(["-TERM", &id().to_string()]).status().unwrap().success());
                heard.recv().await;
                // Who waits for the signal beside this looks at it before it goes on here.
                yield_now().await;
            }
        };
        signals.let_end(ending).await
    }

    #[tokio::test]
    async fn an_end_that_nobody_asked_for_goes_on_behind_the_first_signal_and_not_behind_the_second() {
        assert!(interrupted(1).await.is_ok());
        let told = interrupted(2).await.unwrap_err().to_string();
        assert!(told.starts_with("interrupted once more"), "{told}");
    }
}
