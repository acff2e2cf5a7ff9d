//! A connection that a statement has for itself, and that goes back only where that is safe.

use super::{
    connections::{Connections, Held},
    driver::{Answer, Driver, Reuse},
    fault::{Fault, Verdict},
};

/// A connection in use.
pub(super) struct Lease<D: Driver> {
    /// There until the lease is dropped.
    held: Option<Held<D>>,
    state: LeaseState,
}

enum LeaseState {
    /// A statement is under way. A lease that is dropped so belongs to a dropped future.
    Busy,
    /// Every statement has been answered in full.
    Answered,
    /// The database has said what was not expected; perhaps that it ends the connection.
    Doubtful,
    /// It did not answer in time.
    Hung,
    /// It is of no more use.
    Broken,
}

impl<D: Driver> Lease<D> {
    /// Waits for a connection.
    pub(super) async fn acquire(connections: &Connections<D>) -> Result<Self, sqlx::Error> {
        connections.acquire().await.map(|held| Self { held: Some(held), state: LeaseState::Busy })
    }

    pub(super) fn connection(&mut self) -> &mut D::Connection {
        self.held.as_mut().expect("it is taken when the lease is dropped")
    }

    /// Says that every statement so far has been answered in full.
    pub(super) fn answered(&mut self) {
        self.state = LeaseState::Answered;
    }

    /// Says that the last statement was not answered in time.
    pub(super) fn hung(&mut self) {
        self.state = LeaseState::Hung;
    }

    /// Says that it cannot be used again.
    pub(super) fn broken(&mut self) {
        self.state = LeaseState::Broken;
    }

    /// Says how the only statement has ended.
    pub(super) fn ended(&mut self, answer: &Result<Answer<D>, Fault>) {
        self.state = match answer {
            Err(Fault::Database(Verdict::Outdated, _)) => LeaseState::Broken,
            Err(Fault::Database(Verdict::Other, sqlx::Error::Database(_))) => LeaseState::Doubtful,
            Ok(_) | Err(Fault::Database(_, sqlx::Error::Database(_))) => LeaseState::Answered,
            Err(_) => LeaseState::Broken,
        };
    }
}

impl<D: Driver> Drop for Lease<D> {
    fn drop(&mut self) {
        let Some(held) = self.held.take() else { return };
        match (D::REUSE, &self.state) {
            (_, LeaseState::Answered) => drop(held),
            (_, LeaseState::Broken) => held.close_with_idle(),
            (Reuse::Always, _) | (_, LeaseState::Doubtful) | (Reuse::UnlessHung, LeaseState::Busy) => held.settle(),
            (Reuse::UnlessHung | Reuse::WhenFinished, LeaseState::Hung) | (Reuse::WhenFinished, LeaseState::Busy) => {
                held.close();
            }
        }
    }
}
