//! How often each verb goes to the server and back, counted on the wire.

use std::time::Duration;

use bytes::Bytes;
use sessio::{
    Expiry,
    clock::{Clock as _, SystemClock},
    expiry::Lifetime,
    model::ColumnValue,
    record::{Credential, Record, Retirement, Version},
    store::{Activity, Create, MySqlStore, PostgresStore, SqlDriver, SqlStore, Store, Touch, Update, connect},
    token::Token,
};
use sessio_flow_tests::{Proxy, RedisCluster, backends};

use crate::{stores::open, tally::Tally};

#[tokio::test]
async fn every_verb_is_one_round_trip_on_every_networked_backend() {
    for backend in backends().into_iter().filter(|backend| backend.is_networked) {
        if backend.name == "redis cluster" {
            let Some(cluster) = RedisCluster::start().await else { continue };
            let store = connect::<Tally>(&cluster.url()).await.expect("a cluster");
            every_verb_is_one_round_trip(backend.name, &store, || cluster.take_round_trips(), async || 0).await;
            continue;
        }
        let first = backend.url.split(',').next().unwrap_or_default();
        let proxy = Proxy::before(first).await;
        let take = || proxy.take_round_trips();
        match backend.name {
            "postgres" => {
                let store = PostgresStore::<Tally>::connect(proxy.url()).await.expect("a database");
                store.migrate().await.expect("its table");
                every_verb_is_one_round_trip(backend.name, &store, take, async || returned(&store, &proxy).await).await;
            }
            "mysql" => {
                let store = MySqlStore::<Tally>::connect(proxy.url()).await.expect("a database");
                store.migrate().await.expect("its table");
                every_verb_is_one_round_trip(backend.name, &store, take, async || returned(&store, &proxy).await).await;
            }
            _ => every_verb_is_one_round_trip(backend.name, &open(&backend, proxy.url()).await, take, async || 0).await,
        }
    }
}

/// sqlx asks a connection that goes back to its pool whether it lives. Nobody waits for that, and it can be seen on the wire.
async fn returned<D: SqlDriver>(store: &SqlStore<D, Tally>, proxy: &Proxy) -> usize {
    while u32::try_from(store.pool().num_idle()).ok() != Some(store.pool().size()) {
        tokio::task::yield_now().await;
    }
    proxy.take_round_trips()
}

/// `settle` waits for what goes on after an answer, and says how many round trips that took.
async fn every_verb_is_one_round_trip<S: Store<Model = Tally>>(
    name: &str,
    store: &S,
    take: impl Fn() -> usize,
    settle: impl AsyncFn() -> usize,
) {
    // A server learns each statement and script once, and a client of a cluster each node; ids spread over all of them.
    for _ in 0..32 {
        counted(store, &take, &settle).await;
    }
    let counts = counted(store, &take, &settle).await;
    let expected = ["create", "load", "update", "rotate", "touch", "delete"].map(|verb| (verb, 1));
    assert_eq!(counts, expected, "{name}");
}

/// A session's life, and how many round trips each verb took until its answer was there.
async fn counted<S: Store<Model = Tally>>(
    store: &S,
    take: &impl Fn() -> usize,
    settle: &impl AsyncFn() -> usize,
) -> [(&'static str, usize); 6] {
    let first = record();
    let updated = next(&first);
    let secret = Token::random().expect("random bytes").secret;
    let credential = first.credential.replaced(&secret, Retirement::Renewed, first.life.seen_at);
    let rotated = Record { credential, ..next(&updated) };
    let life = first.life.touched(first.life.seen_at + Duration::from_hours(1));
    let activity = Activity { seen_at: life.seen_at, expires_at: life.expires_at };
    let trips = async || {
        let trips = take();
        assert!(settle().await <= 1, "a connection is asked at most once");
        trips
    };

    settle().await;
    take();
    assert_eq!(store.create(&first).await.expect("an answer"), Create::Created);
    let create = trips().await;
    assert!(store.load(first.id).await.expect("an answer").is_some());
    let load = trips().await;
    assert!(matches!(store.update(first.version, &updated).await, Ok(Update::Updated)));
    let update = trips().await;
    assert!(matches!(store.update(updated.version, &rotated).await, Ok(Update::Updated)));
    let rotate = trips().await;
    assert_eq!(store.touch(first.id, activity).await.expect("an answer"), Touch::Touched(rotated.version));
    let touch = trips().await;
    assert!(store.delete(first.id).await.expect("an answer"));
    let delete = trips().await;
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
