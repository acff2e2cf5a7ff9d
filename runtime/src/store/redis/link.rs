//! The wire to one server or to a cluster: what differs between the two, and nothing else.

use redis::{
    Client, Cmd, ErrorKind, RedisResult, Value,
    aio::{ConnectionManager, ConnectionManagerConfig},
};
#[cfg(feature = "redis-cluster")]
use redis::{
    RedisError,
    cluster::ClusterClient,
    cluster_async::ClusterConnection,
    cluster_routing::{MultipleNodeRoutingInfo, RoutingInfo, SingleNodeRoutingInfo},
};

use super::script::Command;

/// How to make a [`Link`].
pub(super) enum Connector {
    Server(Box<(Client, ConnectionManagerConfig)>),
    #[cfg(feature = "redis-cluster")]
    Cluster(Box<ClusterClient>),
}

/// A client that many callers share. A clone is a pointer.
#[derive(Clone)]
pub(super) enum Link {
    Server(ConnectionManager),
    #[cfg(feature = "redis-cluster")]
    Cluster(ClusterConnection),
}

/// A server that owns some of the keys.
pub(super) enum Server {
    Only,
    #[cfg(feature = "redis-cluster")]
    Master {
        host: String,
        port: u16,
    },
}

impl Connector {
    pub(super) async fn connect(&self) -> RedisResult<Link> {
        match self {
            Self::Server(server) => {
                let (client, config) = server.as_ref().clone();
                ConnectionManager::new_with_config(client, config).await.map(Link::Server)
            }
            #[cfg(feature = "redis-cluster")]
            Self::Cluster(client) => client.get_async_connection().await.map(Link::Cluster),
        }
    }
}

impl Link {
    /// Sends commands together; each has an answer or an error of its own.
    pub(super) async fn round_trip(&self, commands: &[Command]) -> RedisResult<Vec<RedisResult<Value>>> {
        match self {
            Self::Server(manager) => match pipeline(manager.clone(), commands).await {
                // The manager answers so when its last attempt to connect was refused, and tries anew for the next
                // command. Nothing was sent, so being the next command is safe, and the server may be back by now.
                Err(error) if error.is_connection_refusal() => pipeline(manager.clone(), commands).await,
                answers => answers,
            },
            #[cfg(feature = "redis-cluster")]
            Self::Cluster(cluster) => {
                let asked = commands.iter().map(|command| {
                    let mut cluster = cluster.clone();
                    async move { command.cmd.query_async(&mut cluster).await }
                });
                Ok(futures_util::future::join_all(asked).await)
            }
        }
    }

    /// All servers that own keys.
    #[cfg_attr(not(feature = "redis-cluster"), expect(clippy::unused_async, reason = "a cluster is asked"))]
    pub(super) async fn servers(&self) -> RedisResult<Vec<Server>> {
        match self {
            Self::Server(_) => Ok(vec![Server::Only]),
            #[cfg(feature = "redis-cluster")]
            Self::Cluster(cluster) => masters(cluster.clone()).await,
        }
    }

    /// Sends a command that names no key to one of the [`servers`](Self::servers).
    pub(super) async fn ask_server(&self, server: &Server, cmd: Cmd) -> RedisResult<Value> {
        match (self, server) {
            (Self::Server(manager), _) => cmd.query_async(&mut manager.clone()).await,
            #[cfg(feature = "redis-cluster")]
            (Self::Cluster(cluster), server) => {
                let node = match server {
                    Server::Only => SingleNodeRoutingInfo::RandomPrimary,
                    Server::Master { host, port } => {
                        SingleNodeRoutingInfo::ByAddress { host: host.clone(), port: *port }
                    }
                };
                cluster.clone().route_command(cmd, RoutingInfo::SingleNode(node)).await?.extract_error()
            }
        }
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
    let everywhere = RoutingInfo::MultiNode((MultipleNodeRoutingInfo::AllMasters, None));
    let answers = cluster.route_command(redis::cmd("PING"), everywhere).await?.extract_error()?;
    let answers: Vec<(String, Value)> = redis::from_redis_value(answers)?;
    let servers = answers.into_iter().map(|(address, _)| {
        let parsed = address.rsplit_once(':').and_then(|(host, port)| Some((host.to_owned(), port.parse().ok()?)));
        let (host, port) = parsed.ok_or_else(|| RedisError::from((ErrorKind::Client, "a node has no address")))?;
        Ok(Server::Master { host, port })
    });
    servers.collect()
}
