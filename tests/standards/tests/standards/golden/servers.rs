//! A session on Redis and on Memcached, put there and looked at past our own clients.

use sessio::store::{Activity, Create, MemcachedStore, RedisStore, Store, Touch};
use sessio_standards_tests::{Account, own_prefix};
use sessio_test_support::server;
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufStream},
    net::TcpStream,
};

use crate::golden::corpus::{self, EXPIRES_AT, SEEN_AT, assert_same, record};

/// A connection, past our own clients.
struct Raw(BufStream<TcpStream>);

impl Raw {
    async fn to(url: &str) -> Self {
        let authority = url.split_once("://").expect("a URL").1.split('/').next().expect("an authority");
        Self(BufStream::new(TcpStream::connect(authority).await.expect("a server")))
    }

    async fn line(&mut self) -> String {
        let mut line = String::new();
        self.0.read_line(&mut line).await.expect("an answer");
        line.trim_end().to_owned()
    }

    async fn exact(&mut self, len: usize) -> Vec<u8> {
        let mut bytes = vec![0; len + 2];
        self.0.read_exact(&mut bytes).await.expect("an answer");
        bytes.truncate(len);
        bytes
    }

    async fn send(&mut self, bytes: &[u8]) {
        self.0.write_all(bytes).await.expect("it is sent");
        self.0.flush().await.expect("it is sent");
    }

    /// A command of Redis; the first line of the answer.
    async fn redis(&mut self, arguments: &[&[u8]]) -> String {
        let mut command = format!("*{}\r\n", arguments.len()).into_bytes();
        for argument in arguments {
            command.extend(format!("${}\r\n", argument.len()).bytes());
            command.extend_from_slice(argument);
            command.extend(b"\r\n");
        }
        self.send(&command).await;
        self.line().await
    }
}

#[tokio::test]
async fn a_redis_hash_of_version_1_is_read_for_ever() {
    let Some(url) = server("SESSIO_TEST_REDIS_URL") else { return };
    let prefix = own_prefix();
    let store = RedisStore::<Account>::builder().prefix(&prefix).connect(&url).await.expect("Redis");
    assert_eq!(store.create(&record()).await.expect("an answer"), Create::Created);
    let key = format!("{prefix}:account:{}", record().id);
    let mut raw = Raw::to(&url).await;
    let mut written = Vec::new();
    for field in ["v", "r", "s", "e", "i:user_id"] {
        let len = raw.redis(&[b"HGET", key.as_bytes(), field.as_bytes()]).await;
        let value = raw.exact(len[1..].parse().expect("a length")).await;
        written.extend(u32::try_from(value.len()).expect("a length").to_be_bytes());
        written.extend(value);
    }
    let golden = corpus::bytes("redis.hex", &written);
    assert_eq!(written, golden, "what is written today");

    assert!(store.delete(record().id).await.expect("an answer"));
    let mut rest = golden.as_slice();
    for field in ["v", "r", "s", "e", "i:user_id"] {
        let (len, after) = rest.split_first_chunk().expect("a length");
        let (value, after) = after.split_at(usize::try_from(u32::from_be_bytes(*len)).expect("a length"));
        rest = after;
        assert_eq!(raw.redis(&[b"HSET", key.as_bytes(), field.as_bytes(), value]).await, ":1");
    }
    assert_same(&store.load(record().id).await.expect("a session").expect("there is one"), &record());
    assert!(store.delete(record().id).await.expect("an answer"));
}

#[tokio::test]
async fn a_memcached_item_of_version_1_is_read_for_ever() {
    let Some(urls) = server("SESSIO_TEST_MEMCACHED_URLS") else { return };
    let url = urls.split(',').next().expect("a URL");
    let prefix = own_prefix();
    let store = MemcachedStore::<Account>::builder().prefix(&prefix).connect(url).await.expect("Memcached");
    // A record that was seen once more since it was written: its stamp stands behind it.
    let mut older = record();
    older.life.seen_at = sessio::clock::Timestamp::from_micros(SEEN_AT.as_micros() - 1000);
    assert_eq!(store.create(&older).await.expect("an answer"), Create::Created);
    let activity = Activity { seen_at: SEEN_AT, expires_at: EXPIRES_AT };
    assert_eq!(store.touch(record().id, activity).await.expect("an answer"), Touch::Touched(record().version));

    let key = format!("{prefix}:account:{}", record().id);
    let mut raw = Raw::to(url).await;
    raw.send(format!("get {key}\r\n").as_bytes()).await;
    let header = raw.line().await;
    let written = raw.exact(header.rsplit(' ').next().expect("a length").parse().expect("a length")).await;
    assert_eq!(raw.line().await, "END");
    let golden = corpus::bytes("memcached.hex", &written);
    assert_eq!(written, golden, "what is written today");

    assert!(store.delete(record().id).await.expect("an answer"));
    raw.send(&[format!("set {key} 0 0 {}\r\n", golden.len()).as_bytes(), &golden, b"\r\n"].concat()).await;
    assert_eq!(raw.line().await, "STORED");
    assert_same(&store.load(record().id).await.expect("a session").expect("there is one"), &record());
    assert!(store.delete(record().id).await.expect("an answer"));
}
