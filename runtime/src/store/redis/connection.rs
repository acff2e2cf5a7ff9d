//! Round trips: one server or a cluster, within a time-out, whatever state the network is in.
//!
//! Both clients multiplex: a task of their own writes commands and reads answers in order, and a caller only waits on a
//! channel. So a caller that goes away neither stops a command half way nor leaves an answer for the next one to take.

use std::time::Duration;

#[cfg(feature = "redis-cluster")]
use redis::cluster_async::ClusterConnection;
use redis::{ErrorKind, RedisError, RedisResult, ServerErrorKind, Value, aio::ConnectionManager};

use super::{entry, script::Command};
use crate::{store::StoreError, token::SessionId};

/// How many keys a `SCAN` looks at, and how many records a batch loads or deletes, in one round trip.
const PAGE: usize = 500;

/// A connection that many callers share. A clone is a pointer.
#[derive(Clone)]
pub(super) struct Connection {
    link: Link,
    response_timeout: Duration,
}

#[derive(Clone)]
pub(super) enum Link {
    Server(ConnectionManager),
    #[cfg(feature = "redis-cluster")]
    Cluster(ClusterConnection),
}

/// No answer came within the time-out.
#[derive(Debug, thiserror::Error)]
#[error("no answer from Redis within {0:?}")]
struct NoAnswer(Duration);

/// A scan through all keys that match a pattern, a page at a time, on every server that owns some.
pub(super) struct Scan<'a> {
    connection: &'a Connection,
    pattern: String,
    servers: Vec<(Server, Vec<u8>)>,
}

enum Server {
    Only,
    #[cfg(feature = "redis-cluster")]
    Master {
        host: String,
        port: u16,
    },
}

impl Connection {
    pub(super) fn new(link: Link, response_timeout: Duration) -> Self {
        Self { link, response_timeout }
    }

    /// Sends one command.
    pub(super) async fn ask(&self, command: Command) -> Result<Value, StoreError> {
        self.ask_last(vec![command]).await
    }

    /// Sends commands together and answers with what the last one gave.
    ///
    /// One server runs them in this order. A cluster runs them side by side, each on the server that owns its key.
    pub(super) async fn ask_last(&self, commands: Vec<Command>) -> Result<Value, StoreError> {
        self.ask_all(commands).await?.pop().ok_or_else(entry::unexpected)
    }

    /// Sends commands together and answers with what each of them gave; an error of one is an error of all.
    pub(super) async fn ask_all(&self, commands: Vec<Command>) -> Result<Vec<Value>, StoreError> {
        let exchange = tokio::time::timeout(self.response_timeout, self.exchange(&commands));
        let answers = exchange.await.map_err(|_| StoreError::unavailable(NoAnswer(self.response_timeout)))?;
        answers.and_then(|answers| answers.into_iter().collect::<RedisResult<_>>()).map_err(store_error)
    }

    /// As [`ask_all`](Self::ask_all), with one command for each of any number of sessions, a page of them at a time.
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
        let servers = tokio::time::timeout(self.response_timeout, self.servers())
            .await
            .map_err(|_| StoreError::unavailable(NoAnswer(self.response_timeout)))?
            .map_err(store_error)?;
        let servers = servers.into_iter().map(|server| (server, b"0".to_vec())).collect();
        Ok(Scan { connection: self, pattern, servers })
    }

    async fn exchange(&self, commands: &[Command]) -> RedisResult<Vec<RedisResult<Value>>> {
        let mut answers = self.round_trip(commands).await?;
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
            for (position, answer) in positions.into_iter().zip(self.round_trip(&commands).await?) {
                answers[position] = answer;
            }
        }
        Ok(answers)
    }

    async fn round_trip(&self, commands: &[Command]) -> RedisResult<Vec<RedisResult<Value>>> {
        match &self.link {
            Link::Server(manager) => match pipeline(manager.clone(), commands).await {
                // The manager answers so when its last attempt to connect was refused, and tries anew for the next
                // command. Nothing was sent, so being the next command is safe, and the server may be back by now.
                Err(error) if error.is_connection_refusal() => pipeline(manager.clone(), commands).await,
                answers => answers,
            },
            #[cfg(feature = "redis-cluster")]
            Link::Cluster(cluster) => {
                let asked = commands.iter().map(|command| {
                    let mut cluster = cluster.clone();
                    async move { command.cmd.query_async(&mut cluster).await }
                });
                Ok(futures_util::future::join_all(asked).await)
            }
        }
    }

    #[cfg_attr(not(feature = "redis-cluster"), expect(clippy::unused_async, reason = "a cluster is asked"))]
    async fn servers(&self) -> RedisResult<Vec<Server>> {
        match &self.link {
            Link::Server(_) => Ok(vec![Server::Only]),
            #[cfg(feature = "redis-cluster")]
            Link::Cluster(cluster) => masters(cluster.clone()).await,
        }
    }

    async fn scan_page(&self, server: &Server, cursor: &[u8], pattern: &str) -> RedisResult<Value> {
        let mut scan = redis::cmd("SCAN");
        scan.arg(cursor).arg("MATCH").arg(pattern).arg("COUNT").arg(PAGE).arg("TYPE").arg("hash");
        match (&self.link, server) {
            (Link::Server(manager), _) => scan.query_async(&mut manager.clone()).await,
            #[cfg(feature = "redis-cluster")]
            (Link::Cluster(cluster), server) => {
                use redis::cluster_routing::{RoutingInfo, SingleNodeRoutingInfo};
                let routing = match server {
                    Server::Only => SingleNodeRoutingInfo::RandomPrimary,
                    Server::Master { host, port } => {
                        SingleNodeRoutingInfo::ByAddress { host: host.clone(), port: *port }
                    }
                };
                cluster.clone().route_command(scan, RoutingInfo::SingleNode(routing)).await?.extract_error()
            }
        }
    }
}

impl Scan<'_> {
    /// The next keys, perhaps none of them new. `None` at the end.
    pub(super) async fn next(&mut self) -> Result<Option<Vec<Vec<u8>>>, StoreError> {
        let Some((server, cursor)) = self.servers.last_mut() else {
            return Ok(None);
        };
        let connection = self.connection;
        let page = connection.scan_page(server, cursor, &self.pattern);
        let page = tokio::time::timeout(connection.response_timeout, page)
            .await
            .map_err(|_| StoreError::unavailable(NoAnswer(connection.response_timeout)))?
            .map_err(store_error)?;
        let (next, keys): (Vec<u8>, Vec<Vec<u8>>) = redis::from_redis_value(page).map_err(StoreError::corrupt)?;
        if next == b"0" {
            self.servers.pop();
        } else {
            *cursor = next;
        }
        Ok(Some(keys))
    }
}

async fn pipeline(mut manager: ConnectionManager, commands: &[Command]) -> RedisResult<Vec<RedisResult<Value>>> {
    if let [command] = commands {
        return match command.cmd.query_async(&mut manager).await {
            // The server's own errors belong to the command, all others to the round trip.
            Err(error) if !matches!(error.kind(), ErrorKind::Server(_)) => Err(error),
            answer => Ok(vec![answer]),
        };
    }
    let mut pipeline = redis::Pipeline::with_capacity(commands.len());
    for command in commands {
        pipeline.add_command(command.cmd.clone());
    }
    pipeline.ignore_errors().query_async(&mut manager).await
}

#[cfg(feature = "redis-cluster")]
async fn masters(mut cluster: ClusterConnection) -> RedisResult<Vec<Server>> {
    use redis::cluster_routing::{MultipleNodeRoutingInfo, RoutingInfo};
    let everywhere = RoutingInfo::MultiNode((MultipleNodeRoutingInfo::AllMasters, None));
    let answers = cluster.route_command(redis::cmd("PING"), everywhere).await?.extract_error()?;
    let answers: Vec<(String, Value)> = redis::from_redis_value(answers)?;
    answers
        .into_iter()
        .map(|(address, _)| {
            let parsed = address.rsplit_once(':').and_then(|(host, port)| Some((host.to_owned(), port.parse().ok()?)));
            let (host, port) =
                parsed.ok_or_else(|| RedisError::from((ErrorKind::Client, "a cluster node has no address")))?;
            Ok(Server::Master { host, port })
        })
        .collect()
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
