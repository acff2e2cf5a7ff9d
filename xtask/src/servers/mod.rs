//! The servers that the tests need, each started on a free loopback port in a folder of this run.
//!
//! | variable | what it points at |
//! |---|---|
//! | `SESSIO_TEST_REDIS_URL` | one Redis, `redis://127.0.0.1:port` |
//! | `SESSIO_TEST_REDIS_CLUSTER_URLS` | three masters of one cluster, comma-separated |
//! | `SESSIO_TEST_MEMCACHED_URLS` | two Memcached, `memcached://127.0.0.1:port`, comma-separated |
//! | `SESSIO_TEST_POSTGRES_URL` | PostgreSQL, as a superuser |
//! | `SESSIO_TEST_MYSQL_URL` | MariaDB, as a user with all privileges |
//! | `SESSIO_TEST_BIN_REDIS`, `.._MEMCACHED`, `.._MARIADB`, `.._MARIADB_INSTALL_DB` | the programs themselves, for tests that kill and restart a server of their own |
//! | `SESSIO_TEST_BIN_POSTGRES_DIR` | the folder of `initdb` and `postgres` |
//! | `SESSIO_TEST_CHROMIUM`, `SESSIO_TEST_CHROMEDRIVER` | the programs of the browser, which each test starts for itself |
//! | `SESSIO_TEST_SERVER_UID`, `SESSIO_TEST_SERVER_GID` | set for root only: as whom such tests must start them |
//!
//! A variable that is set already is left alone, and no server is started for a URL that is set.
//!
//! [`plan`] decides what to start, [`install`] finds the programs, [`launcher`] starts one server whatever its kind,
//! [`port`] keeps two runs from choosing one port; each kind of server is one file.

mod cluster;
mod install;
mod launcher;
mod mariadb;
mod memcached;
mod plan;
mod port;
mod postgres;
mod redis;

pub(crate) use plan::{Environment, Plan, Wanted, serve_until_interrupted};
