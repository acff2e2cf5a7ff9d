//! From a URL to a store: which backend it means, whether this build has it, and what it can.

use super::{AnyStore, StoreError};
use crate::model::SessionModel;

/// Opens the store that a URL names, so that where sessions are kept is a setting and not code.
///
/// ```no_run
/// # use sessio::{model::SessionModel, store::ConnectError};
/// # async fn run<Shop: SessionModel>() -> Result<(), Box<dyn std::error::Error>> {
/// let url = std::env::var("SESSION_STORE").unwrap_or_else(|_| "sqlite:shop.db".to_owned());
/// let store = sessio::store::connect::<Shop>(&url).await?;
/// store.migrate().await?; // in development; in production, a migration and `verify_schema`
/// # Ok(()) }
/// ```
///
/// | URL | store | feature |
/// |---|---|---|
/// | `memory:` | [`MemoryStore`](super::MemoryStore), for a million sessions | `memory` |
/// | `file:var/sessions`, `file:///var/lib/shop` | `FileStore` in this folder; the path is taken as it is | `file` |
/// | `sqlite:shop.db`, `sqlite::memory:` | `SqliteStore` | `sqlite` |
/// | `postgres://user:password@host/database`, `postgresql:` | `PostgresStore` | `postgres` |
/// | `mysql://user:password@host/database`, `mariadb:` | `MySqlStore` | `mysql` |
/// | `redis://host:6379/0`, `valkey:`, `unix:///run/redis.sock` | `RedisStore` | `redis` |
/// | `rediss://host`, `valkeys:` | the same over TLS | `redis-tls` |
/// | `redis+cluster://a:7000,b:7000`, `redis://a:7000,redis://b:7000` | `RedisStore` on a cluster | `redis-cluster` |
/// | `rediss+cluster://a:7000,b:7000`, `rediss://a:7000,rediss://b:7000` | the same over TLS | `redis-cluster`, `redis-tls` |
/// | `memcached://a:11211,b:11211` | `MemcachedStore` on these servers | `memcached` |
///
/// A user and a password in a URL with `+cluster` are those of every node. All settings but the URL are the defaults; a
/// program that needs others opens the store by its type and makes it an [`AnyStore`] with
/// [`AnyStore::builder`].
///
/// # Errors
///
/// See [`ConnectError`]. None of them repeats the URL, because there may be a password in it.
pub async fn connect<T: SessionModel>(url: &str) -> Result<AnyStore<T>, ConnectError> {
    let address = Address::parse(url)?;
    match address.scheme.as_str() {
        #[cfg(feature = "memory")]
        "memory" => match address.rest {
            "" | "//" => {
                Ok(AnyStore::builder("memory", super::MemoryStore::new()).sweepable().enumerable().findable().build())
            }
            _ => Err(ConnectError::BadAddress { scheme: address.scheme, expected: "memory:" }),
        },
        #[cfg(feature = "file")]
        "file" => {
            let store = super::FileStore::open(address.path()?).await;
            let store = address.opened(store.map_err(StoreError::from))?;
            Ok(AnyStore::builder("file", store).sweepable().enumerable().build())
        }
        #[cfg(feature = "sqlite")]
        "sqlite" => {
            let store = super::SqliteStore::connect(&address.as_scheme("sqlite")).await;
            Ok(sql("sqlite", address.opened(store)?))
        }
        #[cfg(feature = "postgres")]
        "postgres" | "postgresql" => {
            let store = super::PostgresStore::connect(&address.as_scheme("postgres")).await;
            Ok(sql("postgres", address.opened(store)?))
        }
        #[cfg(feature = "mysql")]
        "mysql" | "mariadb" => {
            let store = super::MySqlStore::connect(&address.as_scheme("mysql")).await;
            Ok(sql("mysql", address.opened(store)?))
        }
        #[cfg(feature = "redis")]
        "redis" | "valkey" | "unix" => {
            let store = super::RedisStore::connect(&address.as_scheme(&address.scheme)).await;
            Ok(redis(address.opened(store)?))
        }
        #[cfg(feature = "redis-tls")]
        "rediss" | "valkeys" => {
            let store = super::RedisStore::connect(&address.as_scheme("rediss")).await;
            Ok(redis(address.opened(store)?))
        }
        #[cfg(feature = "redis-cluster")]
        "redis+cluster" => {
            let store = super::RedisStore::connect_cluster(address.nodes("redis")).await;
            Ok(redis(address.opened(store)?))
        }
        #[cfg(all(feature = "redis-cluster", feature = "redis-tls"))]
        "rediss+cluster" => {
            let store = super::RedisStore::connect_cluster(address.nodes("rediss")).await;
            Ok(redis(address.opened(store)?))
        }
        #[cfg(feature = "memcached")]
        "memcached" => {
            let store = super::MemcachedStore::connect_all(address.nodes("memcached")).await;
            Ok(AnyStore::builder("memcached", address.opened(store)?).build())
        }
        _ => Err(address.not_here()),
    }
}

#[cfg(any(feature = "sqlite", feature = "postgres", feature = "mysql"))]
fn sql<D: super::SqlDriver, T: SessionModel>(name: &'static str, store: super::SqlStore<D, T>) -> AnyStore<T> {
    AnyStore::builder(name, store).sweepable().enumerable().findable().with_table().build()
}

#[cfg(feature = "redis")]
fn redis<T: SessionModel>(store: super::RedisStore<T>) -> AnyStore<T> {
    AnyStore::builder("redis", store).enumerable().findable().build()
}

/// Every scheme, and the features that it takes.
const SCHEMES: [(&str, &[&str]); 15] = [
    ("memory", &["memory"]),
    ("file", &["file"]),
    ("sqlite", &["sqlite"]),
    ("postgres", &["postgres"]),
    ("postgresql", &["postgres"]),
    ("mysql", &["mysql"]),
    ("mariadb", &["mysql"]),
    ("redis", &["redis"]),
    ("valkey", &["redis"]),
    ("unix", &["redis"]),
    ("rediss", &["redis-tls"]),
    ("valkeys", &["redis-tls"]),
    ("redis+cluster", &["redis-cluster"]),
    ("rediss+cluster", &["redis-cluster", "redis-tls"]),
    ("memcached", &["memcached"]),
];

/// A URL, as far as the choice of a backend needs it taken apart.
struct Address<'a> {
    /// In lower case, and with `+cluster` also where the cluster is written as a list of URLs.
    scheme: String,
    /// What follows the scheme and its colon.
    rest: &'a str,
}

#[cfg_attr(
    not(all(feature = "file", feature = "redis-cluster", feature = "sqlite")),
    allow(dead_code, reason = "what an address is asked depends on the backends that there are")
)]
impl<'a> Address<'a> {
    fn parse(url: &'a str) -> Result<Self, ConnectError> {
        let (scheme, rest) = url.trim().split_once(':').ok_or(ConnectError::NoScheme)?;
        let mut scheme = scheme.to_ascii_lowercase();
        let again = format!("{scheme}://");
        let is_list = rest.contains(',') && rest.split(',').skip(1).all(|url| url.trim_start().starts_with(&again));
        if is_list && matches!(scheme.as_str(), "redis" | "rediss") {
            scheme.push_str("+cluster");
        }
        Ok(Self { scheme, rest })
    }

    /// The URL with another scheme. A backend need not know every name of itself, nor that case does not matter in it.
    fn as_scheme(&self, scheme: &str) -> String {
        format!("{scheme}:{}", self.rest)
    }

    /// The path of `file:relative`, `file:/absolute` and `file:///absolute`.
    fn path(&self) -> Result<&'a str, ConnectError> {
        let path = match self.rest.strip_prefix("//") {
            // What stands there otherwise is the name of another machine (RFC 8089).
            Some(rest) => rest.strip_prefix("localhost").unwrap_or(rest),
            None => self.rest,
        };
        let is_path = !path.is_empty() && (!self.rest.starts_with("//") || path.starts_with('/'));
        let expected = "file:relative/folder or file:///absolute/folder";
        is_path.then_some(path).ok_or_else(|| ConnectError::BadAddress { scheme: self.scheme.clone(), expected })
    }

    /// The URL of each server of several.
    fn nodes(&self, scheme: &str) -> Vec<String> {
        let (rest, again) = (self.rest.trim_start_matches('/'), format!("{scheme}://"));
        let (authority, suffix) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
        if self.rest.contains(&again) {
            return format!("{again}{rest}").split(',').map(|url| url.trim().to_owned()).collect();
        }
        let (user, hosts) = authority.rsplit_once('@').map_or(("", authority), |(user, hosts)| (user, hosts));
        let user = if user.is_empty() { String::new() } else { format!("{user}@") };
        hosts.split(',').map(|host| format!("{again}{user}{}{suffix}", host.trim())).collect()
    }

    fn opened<S>(&self, store: Result<S, StoreError>) -> Result<S, ConnectError> {
        store.map_err(|source| ConnectError::Store { scheme: self.scheme.clone(), source })
    }

    /// Why none of the backends of this build has the scheme.
    fn not_here(self) -> ConnectError {
        match SCHEMES.iter().find(|(scheme, _)| *scheme == self.scheme) {
            Some(&(scheme, features)) => ConnectError::FeatureOff { scheme, features },
            None => ConnectError::UnknownScheme { scheme: self.scheme },
        }
    }
}

/// A URL named no store that could be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConnectError {
    /// The text does not begin with a scheme and a colon.
    #[error("the address of a session store begins with one of {}", schemes())]
    NoScheme,
    /// There is no store of this scheme.
    #[error("`{scheme}:` is no session store; there are {}", schemes())]
    UnknownScheme {
        /// What stands before the first colon, in lower case.
        scheme: String,
    },
    /// There is one, and this program was built without it.
    #[error(
        "this program was built without the session store of `{scheme}:`; add {} to the features of `sessio` in Cargo.toml",
        quoted(features)
    )]
    FeatureOff {
        /// The scheme of the URL.
        scheme: &'static str,
        /// The features to switch on.
        features: &'static [&'static str],
    },
    /// What follows the scheme is not what this store takes.
    #[error("a session store of `{scheme}:` is written {expected}")]
    BadAddress {
        /// The scheme of the URL.
        scheme: String,
        /// What it should look like.
        expected: &'static str,
    },
    /// The store did not open.
    #[error("the session store of `{scheme}:` cannot be opened")]
    Store {
        /// The scheme of the URL.
        scheme: String,
        /// Why.
        source: StoreError,
    },
}

fn schemes() -> String {
    SCHEMES.map(|(scheme, _)| format!("{scheme}:")).join(", ")
}

fn quoted(features: &[&str]) -> String {
    features.iter().map(|feature| format!("\"{feature}\"")).collect::<Vec<_>>().join(" and ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_servers_are_a_list_of_hosts_or_of_urls() {
        let nodes = |url| {
            let address = Address::parse(url).unwrap();
            assert_eq!(address.scheme, "redis+cluster", "{url}");
            address.nodes("redis")
        };
        assert_eq!(nodes("redis+cluster://a:7000,b:7001"), ["redis://a:7000", "redis://b:7001"]);
        assert_eq!(nodes("REDIS+cluster://a"), ["redis://a"]);
        assert_eq!(nodes("redis+cluster://me:p@a:1, b:2/?x=1"), ["redis://me:p@a:1/?x=1", "redis://me:p@b:2/?x=1"]);
        assert_eq!(nodes("redis://a:1,redis://u:p@b:2/0"), ["redis://a:1", "redis://u:p@b:2/0"]);
        assert_eq!(nodes("redis://a:1, redis://b:2"), ["redis://a:1", "redis://b:2"]);
        assert_eq!(nodes("redis+cluster://"), ["redis://"]);
        let memcached = |url| Address::parse(url).unwrap().nodes("memcached");
        assert_eq!(memcached("memcached://a:1,b:2"), ["memcached://a:1", "memcached://b:2"]);
        assert_eq!(memcached("memcached://a:1,memcached://b:2"), ["memcached://a:1", "memcached://b:2"]);
        assert_eq!(Address::parse("redis://me:a,b@host").unwrap().scheme, "redis");
    }

    #[test]
    fn a_folder_is_relative_or_absolute_but_never_on_another_machine() {
        let path = |url| Address::parse(url).unwrap().path();
        assert_eq!(path("file:var/sessions").unwrap(), "var/sessions");
        assert_eq!(path("file:/var/lib/shop").unwrap(), "/var/lib/shop");
        assert_eq!(path("file:///var/lib/shop").unwrap(), "/var/lib/shop");
        assert_eq!(path("file://localhost/var/lib/shop").unwrap(), "/var/lib/shop");
        for url in ["file:", "file://", "file://var/sessions", "file://host/var", "file://localhost"] {
            assert!(path(url).is_err(), "{url}");
        }
    }
}
