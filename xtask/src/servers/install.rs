//! Finds the programs of the servers and of the browser, and installs them from Debian's packages where this process may do so.

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};

use crate::interrupt;

/// Where Debian keeps servers that are not in an ordinary user's `PATH`.
const SYSTEM_FOLDERS: [&str; 3] = ["/usr/local/sbin", "/usr/sbin", "/sbin"];

/// Debian keeps PostgreSQL's versions side by side: `15/bin`, `17/bin`.
const POSTGRES_FOLDER: &str = "/usr/lib/postgresql";

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Program {
    RedisServer,
    RedisCli,
    Memcached,
    /// `initdb` lies beside it.
    Postgres,
    MariaDb,
    MariaDbInstallDb,
    Chromium,
    ChromeDriver,
}

impl Program {
    const ALL: [Self; 8] = [
        Self::RedisServer,
        Self::RedisCli,
        Self::Memcached,
        Self::Postgres,
        Self::MariaDb,
        Self::MariaDbInstallDb,
        Self::Chromium,
        Self::ChromeDriver,
    ];

    /// A browser, and the program that drives it.
    pub(super) const BROWSER: [Self; 2] = [Self::Chromium, Self::ChromeDriver];

    /// Names in order of preference. Valkey is Redis under a free licence.
    fn names(self) -> &'static [&'static str] {
        match self {
            Self::RedisServer => &["redis-server", "valkey-server"],
            Self::RedisCli => &["redis-cli", "valkey-cli"],
            Self::Memcached => &["memcached"],
            Self::Postgres => &["postgres"],
            Self::MariaDb => &["mariadbd"],
            Self::MariaDbInstallDb => &["mariadb-install-db"],
            Self::Chromium => &["chromium"],
            Self::ChromeDriver => &["chromedriver"],
        }
    }

    fn package(self) -> &'static str {
        match self {
            Self::RedisServer | Self::RedisCli => "redis-server",
            Self::Memcached => "memcached",
            Self::Postgres => "postgresql",
            Self::MariaDb | Self::MariaDbInstallDb => "mariadb-server",
            Self::Chromium => "chromium",
            Self::ChromeDriver => "chromium-driver",
        }
    }

    fn variable(self) -> Option<&'static str> {
        match self {
            Self::RedisServer => Some("SESSIO_TEST_BIN_REDIS"),
            Self::RedisCli => None,
            Self::Memcached => Some("SESSIO_TEST_BIN_MEMCACHED"),
            Self::Postgres => Some("SESSIO_TEST_BIN_POSTGRES_DIR"),
            Self::MariaDb => Some("SESSIO_TEST_BIN_MARIADB"),
            Self::MariaDbInstallDb => Some("SESSIO_TEST_BIN_MARIADB_INSTALL_DB"),
            Self::Chromium => Some("SESSIO_TEST_CHROMIUM"),
            Self::ChromeDriver => Some("SESSIO_TEST_CHROMEDRIVER"),
        }
    }

    /// Whether its variable says already where it is.
    pub(super) fn is_given(self) -> bool {
        self.variable().and_then(env::var_os).is_some_and(|path| !path.is_empty())
    }

    fn find(self) -> Option<PathBuf> {
        let folders = search_folders();
        let mut candidates = self.names().iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
        let found = candidates.find(|path| is_program(path))?;
        match self {
            // Its neighbours are wanted too, so the folder that it is in, not one that holds a link to it. Only here:
            // Debian's redis-server is itself a link to a program that asks for the name it was called by.
            Self::Postgres => fs::canonicalize(found).ok(),
            _ => Some(found),
        }
    }
}

/// Every program that was found.
#[derive(Default)]
pub(super) struct Programs(BTreeMap<Program, PathBuf>);

impl Programs {
    /// An error that says what to install if a needed one is missing and cannot be installed.
    pub(super) fn find_or_install(needed: &BTreeSet<Program>) -> Result<Self> {
        let programs = Self::find();
        let packages = programs.missing(needed);
        if packages.is_empty() {
            return Ok(programs);
        }
        let instruction = format!("apt-get install --no-install-recommends {}", join(&packages));
        ensure!(
            may_install(),
            "programs for the tests are missing. Install them, on Debian and its kin by\n\n    sudo {instruction}\n\n\
             or point the SESSIO_TEST_..._URL variables at servers of your own (`docker compose up` has them) \
             and SESSIO_TEST_CHROMIUM and SESSIO_TEST_CHROMEDRIVER at a browser of your own, \
             or run `cargo xtask test --quick`"
        );
        // Another run may be installing the same; what dpkg locks is released between its steps.
        let turn = File::open("/var/lib/dpkg").context("cannot open dpkg's folder")?;
        turn.lock().context("cannot wait for another installation")?;
        let packages = Self::find().missing(needed);
        if !packages.is_empty() {
            install(&packages)?;
        }
        let programs = Self::find();
        let packages = programs.missing(needed);
        ensure!(packages.is_empty(), "`{instruction}` did not bring the programs of {}", join(&packages));
        Ok(programs)
    }

    pub(super) fn path(&self, program: Program) -> Result<&Path> {
        self.0.get(&program).map(PathBuf::as_path).with_context(|| format!("{} is missing", join(program.names())))
    }

    /// The programs for tests that start a server of their own.
    pub(super) fn environment(&self) -> Vec<(&'static str, String)> {
        let variable = |(program, path): (&Program, &PathBuf)| {
            if program.is_given() {
                return None;
            }
            let path = match program {
                Program::Postgres => path.parent()?,
                _ => path,
            };
            Some((program.variable()?, path.to_str()?.to_owned()))
        };
        self.0.iter().filter_map(variable).collect()
    }

    fn find() -> Self {
        Self(Program::ALL.into_iter().filter_map(|program| Some((program, program.find()?))).collect())
    }

    fn missing(&self, needed: &BTreeSet<Program>) -> Vec<&'static str> {
        let missing = needed.iter().filter(|program| !self.0.contains_key(program));
        missing.map(|program| program.package()).collect::<BTreeSet<_>>().into_iter().collect()
    }
}

fn search_folders() -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = env::var_os("PATH").iter().flat_map(env::split_paths).collect();
    folders.extend(SYSTEM_FOLDERS.map(PathBuf::from));
    let mut versions: Vec<PathBuf> =
        fs::read_dir(POSTGRES_FOLDER).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    // By number, the newest first; by name 9 would come after 15.
    versions.sort_by_key(|path| {
        let version = path.file_name().and_then(|name| name.to_str()).and_then(|name| name.parse::<u32>().ok());
        std::cmp::Reverse(version)
    });
    folders.extend(versions.into_iter().map(|version| version.join("bin")));
    // A relative entry would mean something else in the server's own folder.
    folders.retain(|folder| folder.is_absolute());
    folders
}

fn is_program(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
}

fn may_install() -> bool {
    let apt = search_folders().iter().any(|folder| is_program(&folder.join("apt-get")));
    apt && rustix::process::geteuid().is_root()
}

fn install(packages: &[&str]) -> Result<()> {
    eprintln!("Installing {} from the distribution", join(packages));
    let _no_service = NoServiceStarts::new().context("cannot keep the packages from starting their services")?;
    let mut arguments = vec!["install", "-y", "--no-install-recommends"];
    arguments.extend(packages);
    for attempt in ["first", "second"] {
        // Without the network the lists may be new enough all the same.
        if !apt_get(&["update"])? {
            eprintln!("apt-get update failed, going on with the lists that there are");
        }
        if apt_get(&arguments)? {
            return Ok(());
        }
        interrupt::check()?; // a package manager is not stopped in the middle, but need not start again
        eprintln!("the {attempt} attempt to install {} failed", join(packages));
    }
    bail!("`apt-get {}` failed twice; its messages are above", arguments.join(" "))
}

fn apt_get(arguments: &[&str]) -> Result<bool> {
    let status = Command::new("apt-get")
        .args(["-q", "-o", "DPkg::Lock::Timeout=600"])
        .args(arguments)
        .env("DEBIAN_FRONTEND", "noninteractive")
        .stdin(Stdio::null())
        .stdout(io::stderr()) // the standard output of `cargo xtask servers` is for a shell to read
        .status()
        .context("cannot start apt-get")?;
    Ok(status.success())
}

fn join(words: &[&str]) -> String {
    words.join(" ")
}

/// While it lives Debian's packages do not start the services that they bring (policy-rc.d, Debian policy 9.3.3.1).
struct NoServiceStarts {
    ours: bool,
}

impl NoServiceStarts {
    const FILE: &str = "/usr/sbin/policy-rc.d";
    const SCRIPT: &str = "#!/bin/sh\n# Written by sessio's `cargo xtask` for the time of an installation.\nexit 101\n";

    fn new() -> io::Result<Self> {
        match OpenOptions::new().write(true).create_new(true).mode(0o755).open(Self::FILE) {
            Ok(mut file) => {
                file.write_all(Self::SCRIPT.as_bytes())?;
                // Whatever the umask says, it must be possible to run it.
                file.set_permissions(fs::Permissions::from_mode(0o755))?;
                Ok(Self { ours: true })
            }
            // Either one that a killed run has left, or the administrator's, whose word it is then.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                Ok(Self { ours: fs::read(Self::FILE)? == Self::SCRIPT.as_bytes() })
            }
            Err(error) => Err(error),
        }
    }
}

impl Drop for NoServiceStarts {
    fn drop(&mut self) {
        if self.ours
            && let Err(error) = fs::remove_file(Self::FILE)
        {
            eprintln!("remove {} by hand: {error}", Self::FILE);
        }
    }
}
