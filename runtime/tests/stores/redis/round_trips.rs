//! Round trips by count, seen from outside: a proxy between store and server counts how often the client speaks after
//! the server has spoken.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};

use sessio::{
    record::{Credential, Record, Retirement},
    store::{Activity, Create, RedisStore, Store, Touch, Update},
    token::Secret,
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

use crate::redis::{
    model::{Visit, assert_same, columns, next, record_of},
    server::{SCRIPTS, Target, fresh_prefix},
};

/// What went over the wire.
#[derive(Default)]
struct Traffic {
    round_trips: AtomicUsize,
    client_spoke_last: Mutex<bool>,
    last_request: Mutex<Vec<u8>>,
}

impl Traffic {
    fn client_spoke(&self, bytes: &[u8]) {
        let mut client_spoke_last = self.client_spoke_last.lock().unwrap();
        let mut request = self.last_request.lock().unwrap();
        if !*client_spoke_last {
            self.round_trips.fetch_add(1, Ordering::SeqCst);
            request.clear();
        }
        request.extend_from_slice(bytes);
        *client_spoke_last = true;
    }

    fn server_spoke(&self) {
        *self.client_spoke_last.lock().unwrap() = false;
    }

    fn take(&self) -> usize {
        self.round_trips.swap(0, Ordering::SeqCst)
    }
}

/// A proxy before this server, and its address.
async fn proxy(server: String) -> (String, Arc<Traffic>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let traffic = Arc::new(Traffic::default());
    let seen = Arc::clone(&traffic);
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let server = TcpStream::connect(&server).await.unwrap();
            let (mut from_client, mut to_client) = client.into_split();
            let (mut from_server, mut to_server) = server.into_split();
            let (requests, answers) = (Arc::clone(&seen), Arc::clone(&seen));
            tokio::spawn(async move {
                let mut buffer = vec![0; 65_536];
                while let Ok(len @ 1..) = from_client.read(&mut buffer).await {
                    requests.client_spoke(&buffer[..len]);
                    to_server.write_all(&buffer[..len]).await.unwrap();
                }
            });
            tokio::spawn(async move {
                let mut buffer = vec![0; 65_536];
                while let Ok(len @ 1..) = from_server.read(&mut buffer).await {
                    answers.server_spoke();
                    if to_client.write_all(&buffer[..len]).await.is_err() {
                        break;
                    }
                }
            });
        }
    });
    (address, traffic)
}

/// The server's host and port.
fn address(target: &Target) -> String {
    let Target::Server(url) = target else { unreachable!("one server") };
    let host = url.trim_start_matches("redis://");
    host.split('/').next().unwrap().to_owned()
}

#[tokio::test]
async fn every_operation_takes_one_round_trip() {
    let Some(target) = Target::server() else { return };
    let _alone = SCRIPTS.lock().await;
    let (proxy, traffic) = proxy(address(&target)).await;
    let builder = RedisStore::<Visit>::builder().prefix(fresh_prefix());
    let store = builder.connect(&format!("redis://{proxy}")).await.unwrap();

    // The server learns each script once in its life.
    let warm = record_of(Some(1), "is");
    let activity = |record: &Record| Activity { seen_at: record.life.seen_at, expires_at: record.life.expires_at };
    assert_eq!(store.create(&warm).await.unwrap(), Create::Created);
    assert!(matches!(store.update(warm.version, &next(&warm)).await.unwrap(), Update::Updated));
    assert!(matches!(store.touch(warm.id, activity(&warm)).await.unwrap(), Touch::Touched(_)));
    traffic.take();

    // With a principal and an indexed column, so that index sets are written too.
    let first = record_of(Some(7), "is");
    assert_eq!(store.create(&first).await.unwrap(), Create::Created);
    assert_eq!(traffic.take(), 1, "create");
    let loaded = store.load(first.id).await.unwrap().unwrap();
    assert_eq!(traffic.take(), 1, "load");
    let second = Record { columns: columns(Some(7), "no"), ..next(&loaded) };
    assert!(matches!(store.update(first.version, &second).await.unwrap(), Update::Updated));
    assert_eq!(traffic.take(), 1, "update");
    assert!(matches!(store.update(first.version, &second).await.unwrap(), Update::Conflict(_)));
    assert_eq!(traffic.take(), 1, "conflict");
    let secret = Secret::random().unwrap();
    let credential: Credential = second.credential.replaced(&secret, Retirement::Renewed, second.life.seen_at);
    let rotated = Record { credential, ..next(&second) };
    assert!(matches!(store.update(second.version, &rotated).await.unwrap(), Update::Updated));
    assert_eq!(traffic.take(), 1, "rotate");
    assert!(matches!(store.touch(first.id, activity(&first)).await.unwrap(), Touch::Touched(_)));
    assert_eq!(traffic.take(), 1, "touch");
    assert!(store.delete(first.id).await.unwrap());
    assert_eq!(traffic.take(), 1, "delete");
    assert!(matches!(store.update(rotated.version, &next(&rotated)).await.unwrap(), Update::Gone));
    assert_eq!(traffic.take(), 1, "gone");
    // The proxy can count to two: a forgotten script costs one more, once.
    target.run::<()>(redis::cmd("SCRIPT").arg("FLUSH")).await;
    assert!(matches!(store.touch(first.id, activity(&first)).await.unwrap(), Touch::Gone));
    assert_eq!(traffic.take(), 2, "touch by a forgotten script");
}

#[tokio::test]
async fn a_write_that_arrives_twice_takes_effect_once() {
    let Some(target) = Target::server() else { return };
    let _alone = SCRIPTS.lock().await;
    let server = address(&target);
    let (proxy, traffic) = proxy(server.clone()).await;
    let builder = RedisStore::<Visit>::builder().prefix(fresh_prefix());
    let store = builder.connect(&format!("redis://{proxy}")).await.unwrap();
    let request = || traffic.last_request.lock().unwrap().clone();

    let mut first = record_of(None, "");
    first.columns.clear();
    assert_eq!(store.create(&first).await.unwrap(), Create::Created);
    let create = request();
    assert_eq!(send_again(&server, &create).await, b":1\r\n", "the same create");
    let second = next(&first);
    assert!(matches!(store.update(first.version, &second).await.unwrap(), Update::Updated));
    let update = request();
    assert_eq!(send_again(&server, &update).await, b":1\r\n", "the same update");

    // Even after another write, which has seen this one: it is no conflict to merge once more.
    let third = next(&second);
    assert!(matches!(store.update(second.version, &third).await.unwrap(), Update::Updated));
    assert_eq!(send_again(&server, &update).await, b":1\r\n", "the same update, late");
    assert_same(&store.load(first.id).await.unwrap().unwrap(), &third);

    assert!(store.delete(first.id).await.unwrap());
    assert_eq!(send_again(&server, &update).await, b":0\r\n", "the same update after the end");
    assert!(store.load(first.id).await.unwrap().is_none());
}

/// What a client does whose connection broke before the answer came.
async fn send_again(server: &str, request: &[u8]) -> Vec<u8> {
    let mut connection = TcpStream::connect(server).await.unwrap();
    connection.write_all(request).await.unwrap();
    let mut answer = vec![0; 64];
    let len = connection.read(&mut answer).await.unwrap();
    answer.truncate(len);
    answer
}
