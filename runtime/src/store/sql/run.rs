//! One statement, one connection, one deadline.

use std::time::Duration;

use sqlx::{Arguments, pool::PoolConnection};
use tokio::time::{Instant, timeout_at};

use super::{
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
                // As many of the pool's connections as there are may be outdated. Each is closed, so this ends, and in time.
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
        let connection =
            timeout_at(deadline, self.pool.acquire()).await.map_err(timed_out)?.map_err(Fault::new::<D>)?;
        let mut lease = Lease { connection, state: LeaseState::Busy };
        let answer = timeout_at(deadline, D::run(&mut lease.connection, statement.sql.clone(), arguments)).await;
        let answer = answer.map_err(|elapsed| {
            lease.state = LeaseState::Hung;
            timed_out(elapsed)
        })?;
        lease.state = LeaseState::Finished;
        answer.map_err(|error| {
            let fault = Fault::new::<D>(error);
            if *fault.verdict() == Verdict::Outdated {
                lease.state = LeaseState::Hung;
            }
            fault
        })
    }

    /// How long a statement may take.
    pub(super) fn limit(&self, reach: Reach) -> Duration {
        match reach {
            Reach::Rows => self.timeout,
            Reach::Table => self.timeout * super::store::TABLE_FACTOR,
        }
    }
}

/// A connection that goes back to the pool only where that is safe.
struct Lease<D: Driver> {
    connection: PoolConnection<D>,
    state: LeaseState,
}

enum LeaseState {
    /// A statement is under way. A lease that is dropped so belongs to a dropped future.
    Busy,
    Finished,
    /// It did not answer in time, or is of no more use.
    Hung,
}

impl<D: Driver> Drop for Lease<D> {
    fn drop(&mut self) {
        let reusable = match (D::REUSE, &self.state) {
            (Reuse::Always, _) | (_, LeaseState::Finished) | (Reuse::UnlessHung, LeaseState::Busy) => true,
            (Reuse::UnlessHung | Reuse::WhenFinished, LeaseState::Hung) | (Reuse::WhenFinished, LeaseState::Busy) => {
                false
            }
        };
        if !reusable {
            self.connection.close_on_drop();
        }
    }
}
