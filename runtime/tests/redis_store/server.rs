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
pub enum Target {
    Server(String),
    Cluster(Vec<String>),
}

impl Target {
    /// The server to test against. Without one the test has not run, and says so.
    pub fn server(test: &str) -> Option<Self> {
        let url = env::var("SESSIO_TEST_REDIS_URL").ok();
        url.map(Self::Server).or_else(|| not_run(test, "SESSIO_TEST_REDIS_URL is not set"))
    }

    /// The cluster to test against.
    pub fn cluster(test: &str) -> Option<Self> {
        let urls = env::var("SESSIO_TEST_REDIS_CLUSTER_URLS").ok();
        urls.map(|urls| Self::Cluster(urls.split(',').map(str::to_owned).collect()))
            .or_else(|| not_run(test, "SESSIO_TEST_REDIS_CLUSTER_URLS is not set"))
    }

    /// A store with a prefix of its own.
    pub async fn store<T: SessionModel>(&self) -> RedisStore<T> {
        self.store_with(&fresh_prefix()).await
    }

    pub async fn store_with<T: SessionModel>(&self, prefix: &str) -> RedisStore<T> {
        self.connect(RedisStore::builder().prefix(prefix)).await.unwrap()
    }

    pub async fn connect<T: SessionModel>(&self, builder: RedisStoreBuilder<T>) -> Result<RedisStore<T>, StoreError> {
        match self {
            Self::Server(url) => builder.connect(url).await,
            Self::Cluster(urls) => builder.connect_cluster(urls).await,
        }
    }

    /// Runs a command beside the store.
    pub async fn run<A: FromRedisValue>(&self, cmd: &Cmd) -> A {
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
pub fn fresh_prefix() -> String {
    format!("test:{}", SessionId::random().unwrap())
}

/// Says so loudly: standard error itself is not captured by the test harness, unlike `eprintln!`.
pub fn not_run<T>(test: &str, why: &str) -> Option<T> {
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
pub struct OwnServer {
    port: u16,
    folder: PathBuf,
    arguments: Vec<String>,
    process: Child,
}

impl OwnServer {
    /// Starts it, unless this machine has no `redis-server`.
    pub fn start(test: &str, arguments: &[&str]) -> Option<Self> {
        if Command::new("redis-server").arg("--version").stdout(Stdio::null()).status().is_err() {
            return not_run(test, "there is no redis-server on the path");
        }
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let folder = env::temp_dir().join(format!("sessio-{}", SessionId::random().unwrap()));
        fs::create_dir(&folder).unwrap();
        let arguments: Vec<String> = arguments.iter().map(|&argument| argument.to_owned()).collect();
        let process = spawn(port, &folder, &arguments);
        Some(Self { port, folder, arguments, process })
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// As if the power had gone.
    pub fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    pub fn start_again(&mut self) {
        self.process = spawn(self.port, &self.folder, &self.arguments);
    }

    /// It keeps its connections and answers nothing.
    pub fn freeze(&self) {
        self.signal("-STOP");
    }

    pub fn thaw(&self) {
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
