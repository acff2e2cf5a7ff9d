//! Futures polled as a seed says: in a chosen order, or only so many times.

use std::{
    future::poll_fn,
    pin::{Pin, pin},
    task::Poll,
};

use super::random::Random;

/// A future of a scheduled operation.
pub(crate) type Operation<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// Drives all futures to their ends on this task. Which of them go on, and in which order, is the seed's choice each time.
pub(crate) async fn interleave<T>(operations: Vec<Operation<'_, T>>, random: &mut Random) -> Vec<T> {
    let mut operations: Vec<_> = operations.into_iter().map(|operation| (operation, None)).collect();
    poll_fn(|context| {
        let mut pending: Vec<_> = operations.iter_mut().filter(|(_, output)| output.is_none()).collect();
        random.shuffle(&mut pending);
        let chosen = random.below(pending.len().max(1)) + 1;
        let (mut finished, all) = (0, pending.len());
        for (operation, output) in pending.into_iter().take(chosen) {
            if let Poll::Ready(value) = operation.as_mut().poll(context) {
                *output = Some(value);
                finished += 1;
            }
        }
        if finished == all {
            return Poll::Ready(());
        }
        // Only when all of them wait for something else may this task sleep.
        if chosen < all || finished > 0 {
            context.waker().wake_by_ref();
        }
        Poll::Pending
    })
    .await;
    operations.into_iter().filter_map(|(_, output)| output).collect()
}

/// Polls a future at most so many times, whenever it asks to be, and drops it. `None` when it has not ended by then.
pub(crate) async fn poll_at_most<F: Future>(future: F, polls: usize) -> Option<F::Output> {
    let mut future = pin!(future);
    let mut left = polls;
    poll_fn(|context| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        match future.as_mut().poll(context) {
            Poll::Ready(output) => Poll::Ready(Some(output)),
            Poll::Pending if left == 0 => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}
