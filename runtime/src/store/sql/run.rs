//! One statement, one connection, one deadline.

use std::time::Duration;

use sqlx::Arguments;
use tokio::time::{Instant, timeout_at};

use super::{
    driver::{Answer, Driver, Writers},
    fault::{Fault, Verdict},
    lease::Lease,
    parameter::Parameter,
    statements::{Effect, Reach, Statement},
    store::SqlStore,
    writer::{Grouping, Interrupted},
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
        let timed_out = |_| Fault::TimedOut(limit);
        if let (Writers::One { begin }, Effect::Write) = (D::WRITERS, statement.effect) {
            // On the heap, so that a read does not carry what only a write needs.
            let answer = Box::pin(self.write(begin, statement, parameters));
            return timeout_at(deadline, answer).await.map_err(timed_out)?;
        }
        let arguments = bind::<D>(parameters)?;
        let lease = timeout_at(deadline, Lease::acquire(&self.connections)).await;
        let mut lease = lease.map_err(timed_out)?.map_err(Fault::new::<D>)?;
        let answer = timeout_at(deadline, D::run(lease.connection(), statement.sql.clone(), arguments)).await;
        let answer = answer.map_err(|elapsed| {
            lease.hung();
            timed_out(elapsed)
        })?;
        let answer = answer.map_err(Fault::new::<D>);
        lease.ended(&answer);
        answer
    }

    /// Runs a statement where one may write at a time.
    async fn write(
        &self,
        begin: &'static str,
        statement: &Statement,
        parameters: &[Parameter<'_>],
    ) -> Result<Answer<D>, Fault> {
        let mut grouping = match statement.reach {
            Reach::Rows => Grouping::Together,
            Reach::Table => Grouping::Alone,
        };
        loop {
            let job = (statement.sql.clone(), bind::<D>(parameters)?);
            match self.writer.run(&self.connections, begin, job, grouping).await {
                Ok(answer) => return answer,
                Err(Interrupted) => grouping = Grouping::Alone,
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

fn bind<D: Driver>(parameters: &[Parameter<'_>]) -> Result<D::Arguments, Fault> {
    let mut arguments = D::Arguments::default();
    arguments.reserve(parameters.len(), 0);
    for parameter in parameters {
        D::bind(&mut arguments, *parameter).map_err(Fault::Unfit)?;
    }
    Ok(arguments)
}
