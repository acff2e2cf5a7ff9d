//! Writing where the database has one lock for all: who waits for it together is committed together.
//!
//! This is group commit: a commit costs more than the statement in it, so the more there are in line, the less each of them
//! costs. Nobody waits in order to be joined by others: a statement that finds no line is run on its own.
//!
//! Whoever has the turn runs the statements of those behind it as well, in its own future; there is no task that could end
//! with somebody's runtime. If that future is dropped, its transaction is rolled back, and the others go on by themselves.

use std::{collections::VecDeque, pin::pin};

use futures_util::future::{Either, select};
use parking_lot::Mutex;
use sqlx::{Connection as _, SqlStr};
use tokio::sync::{
    MutexGuard,
    oneshot::{self, error::TryRecvError},
};

use super::{
    connections::Connections,
    driver::{Answer, Driver},
    fault::{Fault, Verdict},
    lease::Lease,
};

/// The most that are committed together, because all of them are answered after the last.
const TOGETHER: usize = 64;

/// The line before a database that one may write at a time.
pub(super) struct Writer<D: Driver> {
    line: Mutex<VecDeque<Job<D>>>,
    turn: tokio::sync::Mutex<()>,
}

/// A statement in line.
struct Job<D: Driver> {
    sql: SqlStr,
    arguments: D::Arguments,
    grouping: Grouping,
    caller: oneshot::Sender<Result<Answer<D>, Fault>>,
}

/// Whether a statement may be in one transaction with others.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Grouping {
    /// It is quick.
    Together,
    /// It takes long, or was interrupted before.
    Alone,
}

/// The transaction that a statement was in came to nothing, and not because of it.
#[derive(Debug)]
pub(super) struct Interrupted;

impl<D: Driver> Writer<D> {
    pub(super) fn new() -> Self {
        Self { line: Mutex::default(), turn: tokio::sync::Mutex::new(()) }
    }

    /// Waits until nobody else in this process writes.
    pub(super) async fn turn(&self) -> MutexGuard<'_, ()> {
        self.turn.lock().await
    }

    /// Runs a statement, alone or in a transaction that `begin` begins.
    pub(super) async fn run(
        &self,
        connections: &Connections<D>,
        begin: &'static str,
        (sql, arguments): (SqlStr, D::Arguments),
        grouping: Grouping,
    ) -> Result<Result<Answer<D>, Fault>, Interrupted> {
        let (caller, mut answer) = oneshot::channel();
        self.line.lock().push_back(Job { sql, arguments, grouping, caller });
        let _turn = match select(&mut answer, pin!(self.turn())).await {
            Either::Left((answer, _)) => return answer.map_err(|_| Interrupted),
            Either::Right((turn, _)) => turn,
        };
        loop {
            match answer.try_recv() {
                Ok(answer) => return Ok(answer),
                Err(TryRecvError::Closed) => return Err(Interrupted),
                Err(TryRecvError::Empty) => {}
            }
            match Lease::acquire(connections).await {
                Ok(mut lease) => self.run_next(&mut lease, begin).await,
                Err(error) => return Ok(Err(Fault::new::<D>(error))),
            }
        }
    }

    async fn run_next(&self, lease: &mut Lease<D>, begin: &'static str) {
        let mut jobs = self.next();
        if jobs.len() > 1 {
            run_together(jobs, lease, begin).await;
        } else if let Some(Job { sql, arguments, caller, .. }) = jobs.pop() {
            let answer = D::run(lease.connection(), sql, arguments).await.map_err(Fault::new::<D>);
            lease.ended(&answer);
            // A caller who has gone wants no answer.
            let _ = caller.send(answer);
        }
    }

    /// The first in line who still wait: several that get along, or one that does not.
    fn next(&self) -> Vec<Job<D>> {
        let mut line = self.line.lock();
        line.retain(|job| !job.caller.is_closed());
        let together = line.iter().take(TOGETHER).take_while(|job| job.grouping == Grouping::Together).count();
        let count = together.max(1).min(line.len());
        line.drain(..count).collect()
    }
}

/// Runs statements in one transaction. If it comes to nothing, whoever is to blame is told why, and the others hear that they
/// were interrupted.
async fn run_together<D: Driver>(jobs: Vec<Job<D>>, lease: &mut Lease<D>, begin: &'static str) {
    let (mut callers, statements): (Vec<_>, Vec<_>) =
        jobs.into_iter().map(|job| (job.caller, (job.sql, job.arguments))).unzip();
    let mut answers = Vec::with_capacity(callers.len());
    match transact(lease.connection(), statements, begin, &mut answers).await {
        Ok(()) => {
            lease.answered();
            for (caller, answer) in callers.into_iter().zip(answers) {
                let _ = caller.send(answer);
            }
        }
        Err(fault) => {
            // sqlx counts its transactions, and one that the database has ended at the commit stays counted.
            let is_over = lease.connection().ping().await.is_ok() && !lease.connection().is_in_transaction();
            if is_over {
                lease.answered();
            } else {
                lease.broken();
            }
            if answers.len() < callers.len() {
                let _ = callers.swap_remove(answers.len()).send(Err(fault));
            }
        }
    }
}

/// Runs statements and commits. What is answered before a failure has come to nothing; the one after that has failed.
async fn transact<D: Driver>(
    connection: &mut D::Connection,
    statements: Vec<(SqlStr, D::Arguments)>,
    begin: &'static str,
    answers: &mut Vec<Result<Answer<D>, Fault>>,
) -> Result<(), Fault> {
    let mut transaction = connection.begin_with(SqlStr::from_static(begin)).await.map_err(Fault::new::<D>)?;
    for (sql, arguments) in statements {
        match D::run(&mut transaction, sql, arguments).await.map_err(Fault::new::<D>) {
            Err(fault) if *fault.verdict() == Verdict::Other => {
                // Such as a full disk, on which SQLite ends the transaction. sqlx does not notice, so there has to be one
                // that it can roll back. Where there still is one, this is refused.
                let _ = D::run(&mut transaction, SqlStr::from_static("BEGIN"), D::Arguments::default()).await;
                return Err(fault);
            }
            answer => answers.push(answer),
        }
    }
    transaction.commit().await.map_err(Fault::new::<D>)
}
