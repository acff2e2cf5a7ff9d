//! Round trips by count, seen from outside: a proxy between store and server counts how often the client speaks after the
//! server has spoken.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use sessio::{
    record::{Record, Retirement},
    store::{Activity, Create, MemcachedStore, Store, Touch, Update},
    token::Secret,
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

use crate::{
    memcached::server::{builder, urls},
    visits::{Visits, new_record, rewritten},
};

#[derive(Default)]
struct Traffic {
    round_trips: usize,
    client_spoke_last: bool,
}

impl Traffic {
    fn client_spoke(&mut self) {
        self.round_trips += usize::from(!self.client_spoke_last);
        self.client_spoke_last = true;
    }
}

/// A proxy before this server, and what it has seen.
async fn proxy(url: &str) -> (String, Arc<Mutex<Traffic>>) {
    let server = url.trim_start_matches("memcached://").to_owned();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let proxy = format!("memcached://{}", listener.local_addr().unwrap());
    let traffic = Arc::new(Mutex::new(Traffic::default()));
    let seen = Arc::clone(&traffic);
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            let (server, seen) = (server.clone(), Arc::clone(&seen));
            tokio::spawn(async move {
                let mut server = TcpStream::connect(&server).await.unwrap();
                let (mut request, mut answer) = (vec![0; 65_536], vec![0; 65_536]);
                loop {
                    tokio::select! {
                        length = client.read(&mut request) => {
                            let Ok(length @ 1..) = length else { return };
                            seen.lock().unwrap().client_spoke();
                            server.write_all(&request[..length]).await.unwrap();
                        }
                        length = server.read(&mut answer) => {
                            let Ok(length @ 1..) = length else { return };
                            seen.lock().unwrap().client_spoke_last = false;
                            client.write_all(&answer[..length]).await.unwrap();
                        }
                    }
                }
            });
        }
    });
    (proxy, traffic)
}

/// How many round trips there were since this was last asked.
fn take(traffic: &Mutex<Traffic>) -> usize {
    std::mem::take(&mut traffic.lock().unwrap().round_trips)
}

/// The activity of somebody who was seen so much later.
fn later(record: &Record, by: Duration) -> Activity {
    Activity { seen_at: record.life.seen_at + by, expires_at: record.life.expires_at + by }
}

const MINUTE: Duration = Duration::from_mins(1);

#[tokio::test]
async fn every_operation_takes_one_round_trip() {
    let Some(urls) = urls() else { return };
    let (proxy, traffic) = proxy(&urls[0]).await;
    let store = builder().connect(&proxy).await.unwrap();
    take(&traffic);

    let first = new_record("{}");
    assert_eq!(store.create(&first).await.unwrap(), Create::Created);
    assert_eq!(take(&traffic), 1, "create, on the connection that was made when the store was");
    store.load(first.id).await.unwrap().unwrap();
    assert_eq!(take(&traffic), 1, "load");
    let second = rewritten(&first, "{\"visits\":1}");
    assert!(matches!(store.update(first.version, &second).await.unwrap(), Update::Updated));
    assert_eq!(take(&traffic), 1, "update");
    assert!(matches!(store.update(first.version, &second).await.unwrap(), Update::Conflict(_)));
    assert_eq!(take(&traffic), 1, "conflict");
    let credential = second.credential.replaced(&Secret::random().unwrap(), Retirement::Renewed, second.life.seen_at);
    let rotated = Record { credential, ..rewritten(&second, "{}") };
    assert!(matches!(store.update(second.version, &rotated).await.unwrap(), Update::Updated));
    assert_eq!(take(&traffic), 1, "rotate");
    for minutes in 1..=3 {
        let touched = store.touch(first.id, later(&first, MINUTE * minutes)).await.unwrap();
        assert_eq!(touched, Touch::Touched(rotated.version));
        assert_eq!(take(&traffic), 1, "touch");
    }
    assert_eq!(store.touch(first.id, later(&first, MINUTE)).await.unwrap(), Touch::Touched(rotated.version));
    assert_eq!(take(&traffic), 1, "a touch that moves nothing");
    let third = rewritten(&rotated, "{}");
    assert!(matches!(store.update(rotated.version, &third).await.unwrap(), Update::Updated));
    assert_eq!(take(&traffic), 1, "update after a touch");
    assert!(store.delete(first.id).await.unwrap());
    assert_eq!(take(&traffic), 1, "delete");
    assert!(matches!(store.update(third.version, &rewritten(&third, "{}")).await.unwrap(), Update::Gone));
    assert_eq!(take(&traffic), 1, "gone");
}

/// Two stores as in two processes: what one knows, the other overtakes.
#[tokio::test]
async fn what_another_process_has_written_costs_one_more_round_trip() {
    let Some(urls) = urls() else { return };
    let (proxy, traffic) = proxy(&urls[0]).await;
    let prefix = format!("test:{}", sessio::token::SessionId::random().unwrap());
    let other = MemcachedStore::<Visits>::builder().prefix(&prefix).connect(&urls[0]).await.unwrap();
    let store = MemcachedStore::<Visits>::builder().prefix(&prefix).connect(&proxy).await.unwrap();
    let first = new_record("{}");
    assert_eq!(other.create(&first).await.unwrap(), Create::Created);
    take(&traffic);

    let second = rewritten(&first, "{}");
    assert!(matches!(store.update(first.version, &second).await.unwrap(), Update::Updated));
    assert_eq!(take(&traffic), 2, "an update without a hint reads first");
    assert_eq!(other.touch(first.id, later(&first, MINUTE)).await.unwrap(), Touch::Touched(second.version));
    let third = rewritten(&second, "{}");
    assert!(matches!(store.update(second.version, &third).await.unwrap(), Update::Updated));
    assert_eq!(take(&traffic), 3, "another process's touch is no conflict");
    let fourth = rewritten(&third, "{}");
    assert!(matches!(other.update(third.version, &fourth).await.unwrap(), Update::Updated));
    assert!(matches!(store.update(third.version, &fourth).await.unwrap(), Update::Conflict(_)));
    assert_eq!(take(&traffic), 2, "a conflict that had to be found out");
}

#[tokio::test]
async fn a_thousand_touches_do_not_make_an_item_grow_without_end() {
    let Some(urls) = urls() else { return };
    let (proxy, traffic) = proxy(&urls[0]).await;
    let store = builder().connect(&proxy).await.unwrap();
    let record = new_record("{}");
    assert_eq!(store.create(&record).await.unwrap(), Create::Created);
    take(&traffic);
    for seconds in 1..=1000 {
        let touched = store.touch(record.id, later(&record, Duration::from_secs(seconds))).await.unwrap();
        assert_eq!(touched, Touch::Touched(record.version));
    }
    // After 64 stamps one touch reads the record and writes it anew.
    assert_eq!(take(&traffic), 1000 + 1000 / 65);
    let kept = store.load(record.id).await.unwrap().unwrap();
    let last = later(&record, Duration::from_secs(1000));
    assert_eq!((kept.life.seen_at, kept.life.expires_at), (last.seen_at, last.expires_at));
    assert_eq!((kept.version, kept.data), (record.version, record.data));
}
