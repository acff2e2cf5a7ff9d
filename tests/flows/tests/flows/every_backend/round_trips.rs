//! How often each verb, and each request, goes to the server and back, counted on the wire: whatever a store sends there,
//! whether somebody waits for it or not.

use std::time::Duration;

use bytes::Bytes;
use sessio::{
    Expiry,
    clock::{Clock as _, SystemClock},
    expiry::Lifetime,
    model::ColumnValue,
    record::{Credential, Record, Retirement, Version},
    store::{Activity, Create, Store, Touch, Update, connect},
    token::Token,
};
use sessio_test_support::{Proxy, RedisCluster, backends};

use crate::every_backend::{
    stores::open,
    tally::{Tally, serve},
};

/// How often a life is lived before it is counted: a server learns each statement and script once, and a client of a cluster
/// each node; ids spread over all of them.
const REHEARSALS: usize = 32;

/// How often it is counted. What a store would send after an answer, which nobody waits for, is seen among what follows.
const COUNTED: usize = 32;

#[tokio::test]
async fn every_verb_is_one_round_trip_on_every_networked_backend() {
    for backend in backends().into_iter().filter(|backend| backend.is_networked) {
        if backend.name == "redis cluster" {
            let Some(cluster) = RedisCluster::start().await else { continue };
            let store = connect::<Tally>(&cluster.url()).await.expect("a cluster");
            every_verb_is_one_round_trip(backend.name, &store, || cluster.take_round_trips()).await;
            continue;
        }
        let first = backend.url.split(',').next().unwrap_or_default();
        let proxy = Proxy::before(first).await;
        let store = open(&backend, proxy.url()).await;
        every_verb_is_one_round_trip(backend.name, &store, || proxy.take_round_trips()).await;
    }
}

#[tokio::test]
async fn a_request_that_reads_is_one_round_trip_and_one_that_writes_is_two() {
    for backend in backends().into_iter().filter(|backend| backend.is_networked && backend.name != "redis cluster") {
        let first = backend.url.split(',').next().unwrap_or_default();
        let proxy = Proxy::before(first).await;
        let server = serve(open(&backend, proxy.url()).await).await;
        let browser = server.browser();
        browser.get("/in/7").await;
        for (path, expected) in [("/show", 1), ("/add", 2)] {
            for _ in 0..REHEARSALS {
                browser.get(path).await;
            }
            proxy.take_round_trips();
            for _ in 0..COUNTED {
                browser.get(path).await;
            }
            assert_eq!(proxy.take_round_trips(), COUNTED * expected, "{} {path}", backend.name);
        }
    }
}

async fn every_verb_is_one_round_trip<S: Store<Model = Tally>>(name: &str, store: &S, take: impl Fn() -> usize) {
    for _ in 0..REHEARSALS {
        counted(store, &take).await;
    }
    let expected = ["create", "load", "update", "rotate", "touch", "delete"].map(|verb| (verb, 1));
    for _ in 0..COUNTED {
        assert_eq!(counted(store, &take).await, expected, "{name}");
    }
}

/// A session's life, and how many round trips there were from one verb's answer to the next one's.
async fn counted<S: Store<Model = Tally>>(store: &S, take: &impl Fn() -> usize) -> [(&'static str, usize); 6] {
    let first = record();
    let updated = next(&first);
    let secret = Token::random().expect("random bytes").secret;
    let credential = first.credential.replaced(&secret, Retirement::Renewed, first.life.seen_at);
    let rotated = Record { credential, ..next(&updated) };
    let life = first.life.touched(first.life.seen_at + Duration::from_hours(1));
    let activity = Activity { seen_at: life.seen_at, expires_at: life.expires_at };

    assert_eq!(store.create(&first).await.expect("an answer"), Create::Created);
    let create = take();
    assert!(store.load(first.id).await.expect("an answer").is_some());
    let load = take();
    assert!(matches!(store.update(first.version, &updated).await, Ok(Update::Updated)));
    let update = take();
    assert!(matches!(store.update(updated.version, &rotated).await, Ok(Update::Updated)));
    let rotate = take();
    assert_eq!(store.touch(first.id, activity).await.expect("an answer"), Touch::Touched(rotated.version));
    let touch = take();
    assert!(store.delete(first.id).await.expect("an answer"));
    let delete = take();
    [("create", create), ("load", load), ("update", update), ("rotate", rotate), ("touch", touch), ("delete", delete)]
}

fn record() -> Record {
    let token = Token::random().expect("random bytes");
    Record {
        id: token.id,
        version: Version::FIRST,
        credential: Credential::new(&token.secret),
        life: Lifetime::begin(Expiry::default(), SystemClock.now()),
        data: Bytes::from_static(b"{\"total\":1}"),
        columns: vec![ColumnValue::Null],
    }
}

fn next(record: &Record) -> Record {
    Record { version: record.version.next(), ..record.clone() }
}
