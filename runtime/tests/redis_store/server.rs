//! Where the tests find their servers, and servers that a test may stop.

use std::{
    env, fs,
    io::Write as _,
    net::TcpListener,
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use redis::{Client, Cmd, FromRedisValue, cluster::ClusterClient};
use sessio::{
    model::SessionModel,
    store::{RedisStore, RedisStoreBuilder, StoreError},
    token::SessionId,
};

/// One server or a cluster.
#[derive(Clone)]
pub(crate) enum Target {
    Server(String),
    Cluster(Vec<String>),
}

impl Target {
    /// The server to test against. Without one the test has not run, and says so.
    pub(crate) fn server(test: &str) -> Option<Self> {
        let url = env::var("SESSIO_TEST_REDIS_URL").ok();
        url.map(Self::Server).or_else(|| not_run(test, "SESSIO_TEST_REDIS_URL is not set"))
    }

    /// The cluster to test against.
    pub(crate) fn cluster(test: &str) -> Option<Self> {
        let urls = env::var("SESSIO_TEST_REDIS_CLUSTER_URLS").ok();
        urls.map(|urls| Self::Cluster(urls.split(',').map(str::to_owned).collect()))
            .or_else(|| not_run(test, "SESSIO_TEST_REDIS_CLUSTER_URLS is not set"))
    }

    /// A store with a prefix of its own.
    pub(crate) async fn store<T: SessionModel>(&self) -> RedisStore<T> {
        self.store_with(&fresh_prefix()).await
    }

    pub(crate) async fn store_with<T: SessionModel>(&self, prefix: &str) -> RedisStore<T> {
        self.connect(RedisStore::builder().prefix(prefix)).await.unwrap()
    }

    pub(crate) async fn connect<T: SessionModel>(
        &self,
        builder: RedisStoreBuilder<T>,
    ) -> Result<RedisStore<T>, StoreError> {
        match self {
            Self::Server(url) => builder.connect(url).await,
            Self::Cluster(urls) => builder.connect_cluster(urls).await,
        }
    }

    /// Runs a command beside the store.
    pub(crate) async fn run<A: FromRedisValue>(&self, cmd: &Cmd) -> A {
        match self {
            Self::Server(url) => {
                let client = Client::open(url.as_str()).unwrap();
                let mut connection = client.get_multiplexed_async_connection().await.unwrap();
                cmd.query_async(&mut connection).await.unwrap()
            }
            Self::Cluster(urls) => {
                let client = ClusterClient::new(urls.iter().map(String::as_str)).unwrap();
                let mut connection = client.get_async_connection().await.unwrap();
                cmd.query_async(&mut connection).await.unwrap()
            }
        }
    }
}

/// A prefix that no other test has.
pub(crate) fn fresh_prefix() -> String {
    format!("test:{}", SessionId::random().unwrap())
}

/// Held by tests that count on the server's scripts, or on the server having forgotten them.
pub(crate) static SCRIPTS: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

/// Says so loudly: standard error itself is not captured by the test harness, unlike `eprintln!`.
pub(crate) fn not_run<T>(test: &str, why: &str) -> Option<T> {
    let _ = writeln!(std::io::stderr(), "\n!!! NOT RUN: {test}: {why}\n");
    None
}

/// Tests that hold on one server and on a cluster alike.
macro_rules! on_server_and_cluster {
    ($($test:ident),+ $(,)?) => {
        mod server {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() {
                if let Some(target) = crate::server::Target::server(concat!(module_path!(), "::", stringify!($test))) {
                    super::$test(target).await;
                }
            })+
        }
        mod cluster {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() {
                if let Some(target) = crate::server::Target::cluster(concat!(module_path!(), "::", stringify!($test))) {
                    super::$test(target).await;
                }
            })+
        }
    };
}
pub(crate) use on_server_and_cluster;

/// A `redis-server` of this test's own, on a free port, with its data in a folder that goes with it.
pub(crate) struct OwnServer {
    port: u16,
    folder: PathBuf,
    arguments: Vec<String>,
    process: Child,
}

impl OwnServer {
    /// Starts it, unless this machine has no `redis-server`.
    pub(crate) fn start(test: &str, arguments: &[&str]) -> Option<Self> {
        if Command::new("redis-server").arg("--version").stdout(Stdio::null()).status().is_err() {
            return not_run(test, "there is no redis-server on the path");
        }
        let port = Self::free_port();
        let folder = env::temp_dir().join(format!("sessio-{}", SessionId::random().unwrap()));
        fs::create_dir(&folder).unwrap();
        let arguments: Vec<String> = arguments.iter().map(|&argument| argument.to_owned()).collect();
        let process = spawn(port, &folder, &arguments);
        Some(Self { port, folder, arguments, process })
    }

    pub(crate) fn free_port() -> u16 {
        // A cluster node takes the port ten thousand above its own for the others, so both must exist.
        loop {
            let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
            if port < 55_000 && TcpListener::bind(("127.0.0.1", port + 10_000)).is_ok() {
                return port;
            }
        }
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// As if the power had gone.
    pub(crate) fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    pub(crate) fn start_again(&mut self) {
        self.process = spawn(self.port, &self.folder, &self.arguments);
    }

    /// It keeps its connections and answers nothing.
    pub(crate) fn freeze(&self) {
        self.signal("-STOP");
    }

    pub(crate) fn thaw(&self) {
        self.signal("-CONT");
    }

    fn signal(&self, signal: &str) {
        assert!(Command::new("kill").args([signal, &self.process.id().to_string()]).status().unwrap().success());
    }
}

impl Drop for OwnServer {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn spawn(port: u16, folder: &PathBuf, arguments: &[String]) -> Child {
    let process = Command::new("redis-server")
        .args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", "", "--appendonly", "yes"])
        .args(["--appendfsync", "always"])
        .args(arguments)
        .current_dir(folder)
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let started = Instant::now();
    while !is_ready(port) {
        assert!(started.elapsed() < Duration::from_secs(20), "the server did not start");
        std::thread::sleep(Duration::from_millis(20));
    }
    process
}

fn is_ready(port: u16) -> bool {
    let connection = Client::open(format!("redis://127.0.0.1:{port}")).unwrap().get_connection();
    connection.is_ok_and(|mut connection| redis::cmd("PING").query::<String>(&mut connection).is_ok())
}
