//! Waiting in tests. No test asserts on a time: a limit here is reached only by what hangs.

use std::{
    future::poll_fn,
    pin::pin,
    sync::atomic::{AtomicUsize, Ordering},
    task::Poll,
    thread,
    time::{Duration, Instant},
};

/// Longer than anything takes on the slowest machine that still works.
const LIMIT: Duration = Duration::from_mins(2);

/// How long to wait before looking again.
const PAUSE: Duration = Duration::from_millis(10);

/// What the future gives. It must not hang: then the test fails. Where tokio's clock is paused, the limit is of that clock.
///
/// # Panics
///
/// When it takes longer than any working machine would need.
pub async fn within<F: Future>(future: F) -> F::Output {
    let ended = tokio::time::timeout(LIMIT, future).await;
    ended.unwrap_or_else(|_| panic!("this hangs: no end after {LIMIT:?}"))
}

/// Looks until there is something to see, and gives it back.
///
/// # Panics
///
/// When it does not come before any working machine would have brought it.
pub async fn eventually<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let end = Instant::now() + LIMIT;
    loop {
        if let Some(seen) = look().await {
            return seen;
        }
        assert!(Instant::now() < end, "waited {LIMIT:?} in vain: {what}");
        tokio::time::sleep(PAUSE).await;
    }
}

/// As [`eventually`], for what is not async and is true or not.
///
/// # Panics
///
/// As [`eventually`].
pub fn until(what: &str, mut is_true: impl FnMut() -> bool) {
    let end = Instant::now() + LIMIT;
    while !is_true() {
        assert!(Instant::now() < end, "waited {LIMIT:?} in vain: {what}");
        thread::sleep(PAUSE);
    }
}

/// The same future, and a count of how often it was asked and had to wait: a test sees that it waits before it goes on.
pub async fn counting_waits<F: Future>(future: F, waits: &AtomicUsize) -> F::Output {
    let mut future = pin!(future);
    poll_fn(|context| {
        let polled = future.as_mut().poll(context);
        if matches!(polled, Poll::Pending) {
            waits.fetch_add(1, Ordering::SeqCst);
        }
        polled
    })
    .await
}

/// Returns when the count has come to `wanted`.
///
/// # Panics
///
/// As [`eventually`].
pub async fn reaches(count: &AtomicUsize, wanted: usize) {
    eventually("a count", async || (count.load(Ordering::SeqCst) >= wanted).then_some(())).await;
}
