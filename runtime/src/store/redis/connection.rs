//! Round trips within a time-out, whatever state the network is in.
//!
//! The clients multiplex: a task of their own writes commands and reads answers in order, and a caller only waits on a
//! channel. So a caller that goes away neither stops a command half way nor leaves an answer for the next one to take.

use std::{sync::Arc, time::Duration};

use futures_util::FutureExt as _;
use parking_lot::RwLock;
use redis::{ErrorKind, RedisError, RedisResult, ServerErrorKind, Value};
use tokio::{sync::Mutex, time::timeout};

use super::{
    entry,
    link::{Connector, Link, Server},
    script::Command,
};
use crate::{store::StoreError, token::SessionId};

/// How many keys a `SCAN` looks at, and how many records a batch loads or deletes, in one round trip.
const PAGE: usize = 500;

/// A connection that many callers share. A clone is a pointer.
#[derive(Clone)]
pub(super) struct Connection {
    shared: Arc<Shared>,
}

struct Shared {
    connector: Connector,
    connect_timeout: Duration,
    response_timeout: Duration,
    link: RwLock<Link>,
    renewal: Arc<Mutex<()>>,
}

/// No answer came within the time-out.
#[derive(Debug, thiserror::Error)]
#[error("no answer from Redis within {0:?}")]
struct NoAnswer(Duration);

/// A scan through all keys that match a pattern, a page at a time, on every server that owns some.
pub(super) struct Scan<'a> {
    connection: &'a Connection,
    link: Link,
    pattern: String,
    servers: Vec<(Server, Vec<u8>)>,
}

impl Connection {
    /// Connects.
    pub(super) async fn open(
        connector: Connector,
        connect_timeout: Duration,
        response_timeout: Duration,
    ) -> Result<Self, StoreError> {
        let link = timeout(connect_timeout, connector.connect()).await;
        let link = link.map_err(|_| StoreError::unavailable(NoAnswer(connect_timeout)))?.map_err(store_error)?;
        let (link, renewal) = (RwLock::new(link), Arc::default());
        let shared = Shared { connector, connect_timeout, response_timeout, link, renewal };
        Ok(Self { shared: Arc::new(shared) })
    }

    /// Sends one command.
    pub(super) fn ask(&self, command: Command) -> impl Future<Output = Result<Value, StoreError>> {
        self.ask_last(vec![command])
    }

    /// Sends commands together and answers with what the last one gave; an error of one is an error of all.
    ///
    /// One server runs them in this order. A cluster runs them side by side, each on the server that owns its key.
    pub(super) async fn ask_last(&self, commands: Vec<Command>) -> Result<Value, StoreError> {
        self.ask_all(commands).await?.pop().ok_or_else(entry::unexpected)
    }

    /// Sends one command for each of any number of sessions, a page of them at a time.
    pub(super) async fn ask_each(
        &self,
        ids: &[SessionId],
        command: impl Fn(SessionId) -> Command + Send,
    ) -> Result<Vec<Value>, StoreError> {
        let mut answers = Vec::with_capacity(ids.len());
        for page in ids.chunks(PAGE) {
            let commands = page.iter().copied().map(&command).collect();
            answers.append(&mut self.ask_all(commands).await?);
        }
        Ok(answers)
    }

    /// Begins a scan.
    pub(super) async fn scan(&self, pattern: String) -> Result<Scan<'_>, StoreError> {
        let link = self.link();
        let servers = self.within(link.servers()).await?;
        let servers = servers.into_iter().map(|server| (server, b"0".to_vec())).collect();
        Ok(Scan { connection: self, link, pattern, servers })
    }

    fn ask_all(&self, commands: Vec<Command>) -> impl Future<Output = Result<Vec<Value>, StoreError>> {
        let link = self.link();
        self.within(async move { exchange(&link, &commands).await?.into_iter().collect() })
    }

    fn link(&self) -> Link {
        self.shared.link.read().clone()
    }

    /// Waits for an answer no longer than the time-out.
    ///
    /// An `async fn` would hold what it is given twice, before and while it waits, and this is part of every request.
    fn within<A>(&self, answer: impl Future<Output = RedisResult<A>>) -> impl Future<Output = Result<A, StoreError>> {
        let limit = self.shared.response_timeout;
        timeout(limit, answer).map(move |answer| {
            // A cluster's client has the same limit for a single answer, and either may notice first.
            if answer.as_ref().map_or(true, |answer| answer.as_ref().is_err_and(RedisError::is_timeout)) {
                self.renew();
            }
            answer.map_err(|_| StoreError::unavailable(NoAnswer(limit)))?.map_err(store_error)
        })
    }

    /// Connects anew beside the present connection and then takes its place.
    ///
    /// A server that hangs with its connections open gives its clients no reason to look elsewhere, though a replica may
    /// have taken over long ago. Callers that still wait on the old connection keep it.
    fn renew(&self) {
        let shared = Arc::clone(&self.shared);
        let Ok(only_renewal) = Arc::clone(&shared.renewal).try_lock_owned() else {
            return;
        };
        tokio::spawn(async move {
            let connected = timeout(shared.connect_timeout, shared.connector.connect()).await;
            if let Ok(Ok(link)) = connected {
                *shared.link.write() = link;
            }
            drop(only_renewal);
        });
    }
}

impl Scan<'_> {
    /// The next keys, perhaps none of them new. `None` at the end.
    pub(super) async fn next(&mut self) -> Result<Option<Vec<Vec<u8>>>, StoreError> {
        let Some((server, cursor)) = self.servers.last_mut() else {
            return Ok(None);
        };
        let mut scan = redis::cmd("SCAN");
        scan.arg(&*cursor).arg("MATCH").arg(&self.pattern).arg("COUNT").arg(PAGE).arg("TYPE").arg("hash");
        let page = self.connection.within(self.link.ask_server(server, scan)).await?;
        let (next, keys): (Vec<u8>, Vec<Vec<u8>>) = redis::from_redis_value(page).map_err(StoreError::corrupt)?;
        if next == b"0" {
            self.servers.pop();
        } else {
            *cursor = next;
        }
        Ok(Some(keys))
    }
}

async fn exchange(link: &Link, commands: &[Command]) -> RedisResult<Vec<RedisResult<Value>>> {
    let mut answers = link.round_trip(commands).await?;
    // A server that does not know a script has not run it, so it is safe to send it again with the source.
    let unknown: Vec<(usize, Command)> = answers
        .iter()
        .zip(commands)
        .enumerate()
        .filter(|(_, (answer, _))| is_unknown_script(answer))
        .filter_map(|(position, (_, command))| Some((position, command.with_source()?)))
        .collect();
    if !unknown.is_empty() {
        let (positions, commands): (Vec<usize>, Vec<Command>) = unknown.into_iter().unzip();
        for (position, answer) in positions.into_iter().zip(link.round_trip(&commands).await?) {
            answers[position] = answer;
        }
    }
    Ok(answers)
}

fn is_unknown_script(answer: &RedisResult<Value>) -> bool {
    answer.as_ref().is_err_and(|error| error.kind() == ErrorKind::Server(ServerErrorKind::NoScript))
}

/// A key that holds something else than a hash is not ours to change; everything else that goes wrong may pass.
pub(super) fn store_error(error: RedisError) -> StoreError {
    // Before Redis 7 a script's error carries the code inside its text.
    let foreign = error.code() == Some("WRONGTYPE") || error.detail().is_some_and(|text| text.contains("WRONGTYPE"));
    if foreign { StoreError::corrupt(error) } else { StoreError::unavailable(error) }
}
