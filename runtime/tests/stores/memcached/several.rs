//! Sessions that are spread over several servers, one of which goes away.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    net::TcpStream,
};

use sessio::{
    record::Record,
    store::{Create, MemcachedStore, Store, StoreError},
};
use sessio_test_support::{OwnServer, ask, within};

use crate::{
    memcached::server::builder,
    visits::{Visits, new_record},
};

/// As the server counts its items.
fn items(server: &OwnServer) -> usize {
    let mut stream = TcpStream::connect(server.address()).unwrap();
    stream.write_all(b"stats\r\nquit\r\n").unwrap();
    let mut lines = BufReader::new(stream).lines().map(Result::unwrap);
    lines.find_map(|line| line.strip_prefix("STAT curr_items ")?.parse().ok()).unwrap()
}

async fn fill(store: &MemcachedStore<Visits>) -> Vec<Record> {
    let records: Vec<Record> = (0..200).map(|_| new_record("{}")).collect();
    for record in &records {
        assert_eq!(store.create(record).await.unwrap(), Create::Created);
    }
    records
}

#[tokio::test]
async fn every_server_gets_a_share_and_every_session_is_found() {
    let (Some(one), Some(other)) = (OwnServer::memcached(&[]), OwnServer::memcached(&[])) else { return };
    let store = builder().connect_all([one.url(), other.url()]).await.unwrap();
    let records = fill(&store).await;
    for record in &records {
        assert_eq!(store.load(record.id).await.unwrap().unwrap().id, record.id);
    }
    let shares = [items(&one), items(&other)];
    assert_eq!(shares.iter().sum::<usize>(), records.len());
    assert!(shares.iter().all(|share| *share > 40), "{shares:?}");
}

#[tokio::test]
async fn processes_that_name_the_servers_in_another_order_agree() {
    let (Some(one), Some(other)) = (OwnServer::memcached(&[]), OwnServer::memcached(&[])) else { return };
    let writer = builder().prefix("order").connect_all([one.url(), other.url()]).await.unwrap();
    let reader = builder().prefix("order").connect_all([other.url(), one.url()]).await.unwrap();
    for record in fill(&writer).await {
        assert!(reader.load(record.id).await.unwrap().is_some());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn when_one_server_is_gone_its_sessions_alone_are_unavailable_and_none_moves() {
    let (Some(one), Some(mut other)) = (OwnServer::memcached(&[]), OwnServer::memcached(&[])) else { return };
    let store = builder().connect_all([one.url(), other.url()]).await.unwrap();
    let records = fill(&store).await;
    let shares = [items(&one), items(&other)];

    other.kill();
    let mut available = 0;
    for record in &records {
        match within(store.load(record.id)).await {
            Ok(found) => {
                available += 1;
                assert_eq!(found.unwrap().id, record.id);
            }
            Err(error) => assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}"),
        }
    }
    assert_eq!(available, shares[0], "exactly the sessions of the server that is there");
    assert_eq!(items(&one), shares[0], "no session has moved");

    let started = builder().connect_all([one.url(), other.url()]).await;
    assert!(started.is_ok(), "a program can start while one of its servers is down: {started:?}");

    other.start_again();
    for record in &records {
        let found = store.load(record.id).await.expect("the first call after its return is served");
        assert!(found.is_none_or(|found| found.id == record.id));
    }
    assert_eq!(ask(&other.address(), "mn").unwrap(), "MN");
    fill(&store).await;
    assert!(items(&other) > 40);
}
