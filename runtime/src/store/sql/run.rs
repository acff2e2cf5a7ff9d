//! One statement, one connection, one deadline.

use std::time::Duration;

use sqlx::Arguments;
use tokio::time::{Instant, timeout_at};

use super::{
    connections::Held,
    driver::{Answer, Driver, Reuse, Writers},
    fault::{Fault, Verdict},
    parameter::Parameter,
    statements::{Effect, Reach, Statement},
    store::SqlStore,
};

/// How often a statement is tried that the database gives up in favour of another, or that another has overtaken.
pub(super) const ATTEMPTS: u32 = 8;

impl<D: Driver, T> SqlStore<D, T> {
    /// Runs a statement, waiting for a connection and for the answer no longer than the store's time-out in all.
    pub(super) async fn run(&self, statement: &Statement, parameters: &[Parameter<'_>]) -> Result<Answer<D>, Fault> {
        let limit = self.limit(statement.reach);
        let deadline = Instant::now() + limit;
        let mut attempt = 1;
        loop {
            let outcome = self.attempt(statement, parameters, limit, deadline).await;
            match outcome.as_ref().map_err(Fault::verdict) {
                Err(Verdict::Victim) if attempt < ATTEMPTS => attempt += 1,
                // Each connection may be outdated. One that was is closed, so this ends, and in time.
                Err(Verdict::Outdated) if Instant::now() < deadline => {}
                _ => return outcome,
            }
        }
    }

    async fn attempt(
        &self,
        statement: &Statement,
        parameters: &[Parameter<'_>],
        limit: Duration,
        deadline: Instant,
    ) -> Result<Answer<D>, Fault> {
        let mut arguments = D::Arguments::default();
        arguments.reserve(parameters.len(), 0);
        for parameter in parameters {
            D::bind(&mut arguments, *parameter).map_err(Fault::Unfit)?;
        }
        let timed_out = |_| Fault::TimedOut(limit);
        let _turn = match (D::WRITERS, statement.effect) {
            // The semaphore is never closed, so an error cannot be; without its turn a writer would only poll.
            (Writers::One, Effect::Write) => timeout_at(deadline, self.turn.acquire()).await.map_err(timed_out)?.ok(),
            _ => None,
        };
        let lease = timeout_at(deadline, self.lease()).await;
        let mut lease = lease.map_err(timed_out)?.map_err(Fault::new::<D>)?;
        let answer = timeout_at(deadline, D::run(lease.connection(), statement.sql.clone(), arguments)).await;
        let answer = answer.map_err(|elapsed| {
            lease.state = LeaseState::Hung;
            timed_out(elapsed)
        })?;
        match answer {
            Ok(answer) => {
                lease.state = LeaseState::Answered;
                Ok(answer)
            }
            Err(error) => {
                let fault = Fault::new::<D>(error);
                lease.state = match &fault {
                    Fault::Database(Verdict::Outdated, _) => LeaseState::Broken,
                    Fault::Database(Verdict::Other, sqlx::Error::Database(_)) => LeaseState::Doubtful,
                    Fault::Database(_, sqlx::Error::Database(_)) => LeaseState::Answered,
                    _ => LeaseState::Broken,
                };
                Err(fault)
            }
        }
    }

    /// Waits for a connection.
    pub(super) async fn lease(&self) -> Result<Lease<D>, sqlx::Error> {
        self.connections.acquire().await.map(|held| Lease { held: Some(held), state: LeaseState::Busy })
    }

    /// How long a statement may take.
    pub(super) fn limit(&self, reach: Reach) -> Duration {
        match reach {
            Reach::Rows => self.timeout,
            Reach::Table => self.timeout * super::store::TABLE_FACTOR,
        }
    }
}

/// A connection that goes back only where that is safe.
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
    pub(super) fn connection(&mut self) -> &mut D::Connection {
        self.held.as_mut().expect("it is taken when the lease is dropped")
    }

    /// Says that every statement so far has been answered in full.
    pub(super) fn answered(&mut self) {
        self.state = LeaseState::Answered;
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
