//! Writing where the database has one lock for all: who waits for it together is committed together.
//!
//! A commit costs more than the statement in it, so the more there are in line, the less each of them costs. Nobody waits
//! in order to be joined by others: a statement that finds no line is run on its own.
//!
//! A task serves the line as long as there is one, and no caller's future does: a caller who goes away takes neither a
//! statement of somebody else with it nor half of a transaction.

use std::{collections::VecDeque, sync::Arc};

use parking_lot::Mutex;
use sqlx::{Connection as _, SqlStr};
use tokio::sync::{MutexGuard, oneshot};

use super::{
    connections::Connections,
    driver::{Answer, Driver},
    fault::Fault,
    lease::Lease,
    statements::{Reach, Statement},
};

/// The most that are committed together, because all of them are answered after the last.
const TOGETHER: usize = 64;

/// The line before a database that one may write at a time.
pub(super) struct Writer<D: Driver> {
    line: Mutex<Line<D>>,
    turn: tokio::sync::Mutex<()>,
}

struct Line<D: Driver> {
    jobs: VecDeque<Job<D>>,
    is_served: bool,
}

/// A statement in line.
struct Job<D: Driver> {
    sql: SqlStr,
    arguments: D::Arguments,
    reach: Reach,
    caller: oneshot::Sender<Result<Answer<D>, Fault>>,
}

/// The transaction that others' statements were in as well has failed.
#[derive(Clone, Debug, thiserror::Error)]
#[error("the transaction has failed")]
struct NotCommitted(#[source] Arc<sqlx::Error>);

impl<D: Driver> Writer<D> {
    pub(super) fn new() -> Self {
        let line = Line { jobs: VecDeque::new(), is_served: false };
        Self { line: Mutex::new(line), turn: tokio::sync::Mutex::new(()) }
    }

    /// Waits until nobody else in this process writes.
    pub(super) async fn turn(&self) -> MutexGuard<'_, ()> {
        self.turn.lock().await
    }

    /// Runs a statement, alone or in a transaction that `begin` begins. It is run even if nobody waits for its answer any
    /// more, unless it is still in line then.
    pub(super) async fn run(
        self: &Arc<Self>,
        connections: &Connections<D>,
        begin: &'static str,
        statement: &Statement,
        arguments: D::Arguments,
    ) -> Result<Answer<D>, Fault> {
        let (caller, answer) = oneshot::channel();
        let job = Job { sql: statement.sql.clone(), arguments, reach: statement.reach, caller };
        let is_served = {
            let mut line = self.line.lock();
            line.jobs.push_back(job);
            std::mem::replace(&mut line.is_served, true)
        };
        if !is_served {
            let service = Service { writer: Arc::clone(self), is_over: false };
            let connections = connections.clone();
            tokio::spawn(async move { service.serve(&connections, begin).await });
        }
        // Without an answer the runtime has ended that the line was served in.
        answer.await.unwrap_or_else(|_| Err(Fault::new::<D>(sqlx::Error::WorkerCrashed)))
    }
}

/// What a task does for those in line.
struct Service<D: Driver> {
    writer: Arc<Writer<D>>,
    is_over: bool,
}

impl<D: Driver> Service<D> {
    async fn serve(mut self, connections: &Connections<D>, begin: &'static str) {
        while self.goes_on() {
            let _turn = self.writer.turn().await;
            let mut lease = match Lease::acquire(connections).await {
                Ok(lease) => lease,
                Err(error) => {
                    // The next one may be luckier.
                    if let Some(job) = self.next(1).pop() {
                        let _ = job.caller.send(Err(Fault::new::<D>(error)));
                    }
                    continue;
                }
            };
            let mut jobs = self.next(TOGETHER);
            if jobs.len() > 1 {
                run_together(jobs, &mut lease, begin).await;
            } else if let Some(job) = jobs.pop() {
                job.run_alone(&mut lease).await;
            } else {
                lease.answered();
            }
        }
    }

    /// Whether anybody is in line. If not, whoever comes next needs another service.
    fn goes_on(&mut self) -> bool {
        let mut line = self.writer.line.lock();
        line.is_served = !line.jobs.is_empty();
        self.is_over = !line.is_served;
        line.is_served
    }

    /// The first in line who still wait: several that are quick, or one that is not.
    fn next(&self, most: usize) -> Vec<Job<D>> {
        let mut line = self.writer.line.lock();
        line.jobs.retain(|job| !job.caller.is_closed());
        let quick = line.jobs.iter().take(most).take_while(|job| job.reach == Reach::Rows).count();
        let count = quick.max(1).min(line.jobs.len());
        line.jobs.drain(..count).collect()
    }
}

impl<D: Driver> Drop for Service<D> {
    fn drop(&mut self) {
        if !self.is_over {
            // Its runtime has ended. Whoever is in line hears of it, and who comes next is served in another one.
            let mut line = self.writer.line.lock();
            line.is_served = false;
            line.jobs.clear();
        }
    }
}

impl<D: Driver> Job<D> {
    async fn run_alone(self, lease: &mut Lease<D>) {
        let answer = D::run(lease.connection(), self.sql, self.arguments).await.map_err(Fault::new::<D>);
        lease.ended(&answer);
        // A caller who has gone wants no answer.
        let _ = self.caller.send(answer);
    }
}

/// Runs statements in one transaction. One that is refused has no effect, and the others have theirs.
async fn run_together<D: Driver>(jobs: Vec<Job<D>>, lease: &mut Lease<D>, begin: &'static str) {
    let (callers, statements): (Vec<_>, Vec<_>) =
        jobs.into_iter().map(|job| (job.caller, (job.sql, job.arguments))).unzip();
    match transact::<D>(lease.connection(), statements, begin).await {
        Ok(answers) => {
            lease.answered();
            for (caller, answer) in callers.into_iter().zip(answers) {
                let _ = caller.send(answer.map_err(Fault::new::<D>));
            }
        }
        Err(error) => {
            // sqlx may count a transaction that the database has ended by itself.
            lease.broken();
            let error = NotCommitted(Arc::new(error));
            for caller in callers {
                let _ = caller.send(Err(Fault::new::<D>(sqlx::Error::AnyDriverError(Box::new(error.clone())))));
            }
        }
    }
}

async fn transact<D: Driver>(
    connection: &mut D::Connection,
    statements: Vec<(SqlStr, D::Arguments)>,
    begin: &'static str,
) -> Result<Vec<Result<Answer<D>, sqlx::Error>>, sqlx::Error> {
    let mut transaction = connection.begin_with(begin).await?;
    let mut answers = Vec::with_capacity(statements.len());
    for (sql, arguments) in statements {
        answers.push(D::run(&mut transaction, sql, arguments).await);
    }
    transaction.commit().await?;
    Ok(answers)
}
