//! One statement, one connection, one deadline.

use std::{sync::Arc, time::Duration};

use sqlx::{Arguments, Pool};
use tokio::time::{Instant, timeout_at};

use super::{
    driver::{Answer, Driver, Reuse, Writers},
    fault::{Fault, Verdict},
    handover::{Handover, Held},
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
        let held = self.handover.acquire(&self.pool);
        let held = timeout_at(deadline, held).await.map_err(timed_out)?.map_err(Fault::new::<D>)?;
        let mut lease = Lease { held: Some(held), state: LeaseState::Busy, handover: &self.handover, pool: &self.pool };
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
                let outdated = *fault.verdict() == Verdict::Outdated;
                lease.state = if outdated { LeaseState::Hung } else { LeaseState::Failed };
                Err(fault)
            }
        }
    }

    /// How long a statement may take.
    pub(super) fn limit(&self, reach: Reach) -> Duration {
        match reach {
            Reach::Rows => self.timeout,
            Reach::Table => self.timeout * super::store::TABLE_FACTOR,
        }
    }
}

/// A connection that goes on only where that is safe.
struct Lease<'a, D: Driver> {
    /// There until the lease is dropped.
    held: Option<Held<D>>,
    state: LeaseState,
    handover: &'a Arc<Handover<D>>,
    pool: &'a Pool<D>,
}

enum LeaseState {
    /// A statement is under way. A lease that is dropped so belongs to a dropped future.
    Busy,
    /// The statement has been answered in full.
    Answered,
    /// The statement has been refused.
    Failed,
    /// It did not answer in time, or is of no more use.
    Hung,
}

impl<D: Driver> Lease<'_, D> {
    fn connection(&mut self) -> &mut D::Connection {
        &mut self.held.as_mut().expect("it is taken when the lease is dropped").connection
    }
}

impl<D: Driver> Drop for Lease<'_, D> {
    fn drop(&mut self) {
        let Some(mut held) = self.held.take() else { return };
        match (D::REUSE, &self.state) {
            (_, LeaseState::Answered) => self.handover.give(held, self.pool),
            (Reuse::Always, _) | (_, LeaseState::Failed) | (Reuse::UnlessHung, LeaseState::Busy) => {}
            (Reuse::UnlessHung | Reuse::WhenFinished, LeaseState::Hung) | (Reuse::WhenFinished, LeaseState::Busy) => {
                held.connection.close_on_drop();
            }
        }
    }
}
