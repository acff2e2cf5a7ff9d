//! Which servers a run starts, and the environment by which the tests find them.

use std::env;
use std::fmt;
use std::thread;

use anyhow::{Context, Result, anyhow};

use super::install::{Program, Programs};
use super::launcher::{Launcher, Server};
use super::{cluster, mariadb, memcached, postgres, redis};
use crate::guard::Guard;
use crate::interrupt;
use crate::process::POLL;

/// How much of the servers a command wants.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Wanted {
    /// Those to which no variable points yet.
    Missing,
    None,
}

/// `cargo xtask servers`.
pub(crate) fn serve_until_interrupted() -> Result<bool> {
    interrupt::listen()?;
    let guard = Guard::start()?;
    let servers = Plan::new(Wanted::Missing)?.start(&guard)?;
    print!("{}", servers.environment());
    eprintln!("The servers run until Ctrl-C; their logs are in {}.", guard.folder().display());
    while !interrupt::requested() {
        thread::sleep(POLL);
    }
    Ok(true)
}

/// What will be started, with every program that it takes already found.
pub(crate) struct Plan {
    kinds: Vec<Kind>,
    programs: Programs,
}

impl Plan {
    /// Finds the programs, and installs what is missing where that is allowed.
    pub(crate) fn new(wanted: Wanted) -> Result<Self> {
        let missing =
            Kind::ALL.into_iter().filter(|kind| env::var_os(kind.variable()).is_none_or(|url| url.is_empty()));
        // A browser is not started here: each test starts browsers of its own.
        let browser = Program::BROWSER.into_iter().filter(|program| !program.is_given());
        match wanted {
            Wanted::Missing => {
                let kinds: Vec<_> = missing.collect();
                let needed = kinds.iter().flat_map(|kind| kind.programs()).copied().chain(browser);
                let programs = Programs::find_or_install(&needed.collect())?;
                Ok(Self { kinds, programs })
            }
            Wanted::None => Ok(Self { kinds: Vec::new(), programs: Programs::default() }),
        }
    }

    /// Starts all at once: most of the time goes into making two empty databases.
    pub(crate) fn start<'guard>(&self, guard: &'guard Guard) -> Result<Servers<'guard>> {
        if self.kinds.is_empty() {
            return Ok(Servers { _running: Vec::new(), environment: Environment(self.programs.environment()) });
        }
        let launcher = Launcher::new(guard)?;
        let mut environment = self.programs.environment();
        environment.extend(launcher.environment());
        let mut running = Vec::new();
        let all: Vec<Result<Started>> = thread::scope(|scope| {
            let threads: Vec<_> = self
                .kinds
                .iter()
                .map(|kind| (kind.name(), scope.spawn(|| kind.start(&launcher, &self.programs))))
                .collect();
            threads
                .into_iter()
                .map(|(name, thread)| {
                    thread.join().unwrap_or_else(|_| Err(anyhow!("panicked"))).with_context(|| name.to_owned())
                })
                .collect()
        });
        for (kind, started) in self.kinds.iter().zip(all) {
            let started = started?;
            environment.push((kind.variable(), started.url));
            running.extend(started.servers);
        }
        Ok(Servers { _running: running, environment: Environment(environment) })
    }
}

/// Running servers; dropping them stops them.
pub(crate) struct Servers<'guard> {
    _running: Vec<Server<'guard>>,
    environment: Environment,
}

impl Servers<'_> {
    pub(crate) fn environment(&self) -> &Environment {
        &self.environment
    }
}

/// Variables for the tests. Displayed as lines for a shell.
pub(crate) struct Environment(Vec<(&'static str, String)>);

impl Environment {
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (*name, value.as_str()))
    }
}

impl fmt::Display for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Ports, folders of the system and generated passwords need no quotes; a folder in someone's home may.
        self.iter().try_for_each(|(name, value)| writeln!(f, "export {name}='{}'", value.replace('\'', r"'\''")))
    }
}

/// What one kind of server has become.
pub(super) struct Started<'guard> {
    pub(super) servers: Vec<Server<'guard>>,
    /// One address, or several separated by commas.
    pub(super) url: String,
}

#[derive(Clone, Copy)]
enum Kind {
    Redis,
    RedisCluster,
    Memcached,
    Postgres,
    MariaDb,
}

impl Kind {
    const ALL: [Self; 5] = [Self::Redis, Self::RedisCluster, Self::Memcached, Self::Postgres, Self::MariaDb];

    fn name(self) -> &'static str {
        match self {
            Self::Redis => "Redis",
            Self::RedisCluster => "a Redis cluster",
            Self::Memcached => "Memcached",
            Self::Postgres => "PostgreSQL",
            Self::MariaDb => "MariaDB",
        }
    }

    fn variable(self) -> &'static str {
        match self {
            Self::Redis => "SESSIO_TEST_REDIS_URL",
            Self::RedisCluster => "SESSIO_TEST_REDIS_CLUSTER_URLS",
            Self::Memcached => "SESSIO_TEST_MEMCACHED_URLS",
            Self::Postgres => "SESSIO_TEST_POSTGRES_URL",
            Self::MariaDb => "SESSIO_TEST_MYSQL_URL",
        }
    }

    fn programs(self) -> &'static [Program] {
        match self {
            Self::Redis => &[Program::RedisServer],
            Self::RedisCluster => &[Program::RedisServer, Program::RedisCli],
            Self::Memcached => &[Program::Memcached],
            Self::Postgres => &[Program::Postgres],
            Self::MariaDb => &[Program::MariaDb, Program::MariaDbInstallDb],
        }
    }

    fn start<'guard>(self, launcher: &Launcher<'guard>, programs: &Programs) -> Result<Started<'guard>> {
        match self {
            Self::Redis => redis::start(launcher, programs),
            Self::RedisCluster => cluster::start(launcher, programs),
            Self::Memcached => memcached::start(launcher, programs),
            Self::Postgres => postgres::start(launcher, programs),
            Self::MariaDb => mariadb::start(launcher, programs),
        }
    }
}
