//! How often each verb goes to the server and back, counted on the wire.

use bytes::Bytes;
use sessio::{
    Expiry,
    clock::{Clock as _, SystemClock},
    expiry::Lifetime,
    model::ColumnValue,
    record::{Credential, Record, Retirement, Version},
    store::{Activity, AnyStore, Create, Store, Touch, Update, connect},
    token::Token,
};
use sessio_flow_tests::{Proxy, RedisCluster, backends};

use crate::{stores::open, tally::Tally};

#[tokio::test]
async fn every_verb_is_one_round_trip_on_every_networked_backend() {
    for backend in backends().into_iter().filter(|backend| backend.is_networked && backend.name != "redis cluster") {
        let first = backend.url.split(',').next().unwrap_or_default();
        let proxy = Proxy::before(first).await;
        let store = open(&backend, proxy.url()).await;
        every_verb_is_one_round_trip(backend.name, &store, || proxy.take_round_trips()).await;
    }
    let Some(cluster) = RedisCluster::start().await else { return };
    let store = connect::<Tally>(&cluster.url()).await.expect("a cluster");
    every_verb_is_one_round_trip("redis cluster", &store, || cluster.take_round_trips()).await;
}

async fn every_verb_is_one_round_trip(name: &str, store: &AnyStore<Tally>, take: impl Fn() -> usize) {
    // A server learns each statement and script once, and a client of a cluster each node; ids spread over all of them.
    for _ in 0..32 {
        counted(store, &take).await;
    }
    let counts = counted(store, &take).await;
    let expected = ["create", "load", "update", "rotate", "touch", "delete"].map(|verb| (verb, 1));
    assert_eq!(counts, expected, "{name}");
}

/// A session's life, and how many round trips each part of it took.
async fn counted(store: &AnyStore<Tally>, take: &impl Fn() -> usize) -> [(&'static str, usize); 6] {
    let first = record();
    let updated = next(&first);
    let secret = Token::random().expect("random bytes").secret;
    let credential = first.credential.replaced(&secret, Retirement::Renewed, first.life.seen_at);
    let rotated = Record { credential, ..next(&updated) };
    let life = first.life.touched(first.life.absolute_at);
    let activity = Activity { seen_at: life.seen_at, expires_at: life.expires_at };

    take();
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
