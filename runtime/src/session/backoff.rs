//! How long a commit waits after a conflict before it tries again.

use std::time::Duration;

use tokio::time::sleep;

use crate::error::CommitError;

/// How often a commit is tried before the visitor is told to come again. Each conflict means that another one succeeded.
const MAX_ATTEMPTS: u32 = 256;

/// The first conflicts are with requests that are nearly done: trying again at once is the fastest.
const IMMEDIATE_RETRIES: u32 = 3;
const LONGEST_PAUSE: Duration = Duration::from_millis(20);

/// Counts the conflicts of one commit.
#[derive(Default)]
pub(super) struct Backoff {
    conflicts: u32,
}

impl Backoff {
    #[cfg(feature = "web")]
    pub(super) fn conflicts(&self) -> u32 {
        self.conflicts
    }

    /// Counts a conflict.
    ///
    /// # Errors
    ///
    /// When there were too many.
    pub(super) fn count(&mut self) -> Result<(), CommitError> {
        self.conflicts += 1;
        if self.conflicts < MAX_ATTEMPTS { Ok(()) } else { Err(CommitError::Contention { attempts: MAX_ATTEMPTS }) }
    }

    /// Counts a conflict, and waits until it is worth trying again.
    ///
    /// # Errors
    ///
    /// When there were too many.
    pub(super) async fn wait(&mut self) -> Result<(), CommitError> {
        self.count()?;
        if self.conflicts <= IMMEDIATE_RETRIES {
            tokio::task::yield_now().await;
        } else {
            sleep(pause(self.conflicts - IMMEDIATE_RETRIES)).await;
        }
        Ok(())
    }
}

/// Grows with each conflict, at random, so that the losers do not meet again.
fn pause(conflicts: u32) -> Duration {
    let ceiling = Duration::from_micros(250 << conflicts.min(8)).min(LONGEST_PAUSE);
    let mut random = [0; 4];
    // Without randomness the wait is the whole ceiling: slower, not wrong.
    let share = if getrandom::fill(&mut random).is_ok() { u32::from_ne_bytes(random) } else { u32::MAX };
    ceiling.mul_f64(f64::from(share) / f64::from(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_commit_that_always_meets_a_conflict_ends() {
        let mut backoff = Backoff::default();
        for _ in 1..MAX_ATTEMPTS {
            backoff.wait().await.unwrap();
        }
        assert!(matches!(backoff.wait().await, Err(CommitError::Contention { attempts: MAX_ATTEMPTS })));
    }
}
