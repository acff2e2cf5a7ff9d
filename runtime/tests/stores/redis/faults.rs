//! Servers that die, hang and come back, in the middle of the work.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use redis::aio::MultiplexedConnection;
use sessio::{
    record::Record,
    store::{Create, RedisStore, Store, StoreError, Update},
};
use sessio_test_support::{OwnServer, eventually, until, within};
use tokio::task::JoinHandle;

use crate::redis::{
    model::{Visit, assert_same, next, record},
    server::Target,
};

const RESPONSE_TIMEOUT: Duration = Duration::from_millis(1500);

async fn store_on(target: &Target) -> RedisStore<Visit> {
    target.connect(RedisStore::builder().response_timeout(RESPONSE_TIMEOUT)).await.unwrap()
}

/// Asks until the store works again, and says after how many errors. No call hangs.
async fn until_it_works(store: &RedisStore<Visit>, expected: &Record) -> usize {
    let mut errors = 0;
    let loaded = eventually("the store works again", async || match within(store.load(expected.id)).await {
        Ok(loaded) => Some(loaded),
        Err(StoreError::Unavailable(_)) => {
            errors += 1;
            None
        }
        Err(other) => panic!("{other:?}"),
    });
    assert_same(&loaded.await.expect("the server has kept it"), expected);
    errors
}

async fn assert_unavailable(store: &RedisStore<Visit>, record: &Record) {
    assert!(matches!(within(store.load(record.id)).await, Err(StoreError::Unavailable(_))));
    assert!(matches!(within(store.update(record.version, &next(record))).await, Err(StoreError::Unavailable(_))));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_server_gives_errors_in_time_and_serves_again_after_its_return() {
    let Some(mut server) = OwnServer::redis(&[]) else { return };
    let store = store_on(&Target::Server(server.url())).await;
    let kept = record();
    assert_eq!(store.create(&kept).await.unwrap(), Create::Created);
    for _ in 0..3 {
        server.kill();
        assert_unavailable(&store, &kept).await;
        server.start_again();
        assert_eq!(until_it_works(&store, &kept).await, 0, "the first call after the return is served");
    }
    let after = next(&kept);
    assert!(matches!(store.update(kept.version, &after).await.unwrap(), Update::Updated));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_frozen_server_gives_errors_in_time_and_late_answers_reach_nobody_else() {
    let Some(server) = OwnServer::redis(&[]) else { return };
    let store = store_on(&Target::Server(server.url())).await;
    let records: Vec<Record> = (0..50).map(|_| record()).collect();
    for record in &records {
        assert_eq!(store.create(record).await.unwrap(), Create::Created);
    }
    server.freeze();
    let waiting: Vec<_> = records
        .iter()
        .map(|record| {
            let (store, id) = (store.clone(), record.id);
            tokio::spawn(async move { store.load(id).await })
        })
        .collect();
    for load in waiting {
        assert!(matches!(within(load).await.unwrap(), Err(StoreError::Unavailable(_))));
    }
    server.thaw();
    for record in records.iter().rev() {
        until_it_works(&store, record).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_killed_under_load_loses_and_mixes_no_session() {
    let Some(server) = OwnServer::redis(&[]) else { return };
    let target = Target::Server(server.url());
    kill_under_load(target, vec![server]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cluster_node_that_is_killed_under_load_loses_and_mixes_no_session() {
    // Two of three nodes serve on while the third is away.
    let arguments = ["--cluster-enabled", "yes", "--cluster-require-full-coverage", "no"];
    let mut nodes = Vec::new();
    for _ in 0..3 {
        let Some(node) = OwnServer::redis(&arguments) else { return };
        nodes.push(node);
    }
    form_cluster(&nodes).await;
    let target = Target::Cluster(nodes.iter().map(OwnServer::url).collect());
    kill_under_load(target, nodes).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replica_takes_over_from_a_frozen_node() {
    let arguments = ["--cluster-enabled", "yes", "--cluster-node-timeout", "1000", "--repl-ping-replica-period", "1"];
    let mut nodes = Vec::new();
    for _ in 0..6 {
        let Some(node) = OwnServer::redis(&arguments) else { return };
        nodes.push(node);
    }
    form_cluster(&nodes).await;
    let target = Target::Cluster(nodes.iter().map(OwnServer::url).collect());
    let store = store_on(&target).await;
    let records: Vec<Record> = (0..20).map(|_| record()).collect();
    for record in &records {
        assert_eq!(store.create(record).await.unwrap(), Create::Created);
    }
    // Replication is asynchronous: what a replica has not heard of yet is lost with its master.
    until_replicated(&nodes[0], 3);
    nodes[0].freeze();
    for record in &records {
        until_it_works(&store, record).await;
    }
}

/// Sixteen writers, each with a session of its own; the first server is killed and started twice among them.
async fn kill_under_load(target: Target, mut servers: Vec<OwnServer>) {
    const WRITERS: usize = 16;
    let store = store_on(&target).await;
    let seen = Arc::new(Seen::default());
    let mut writers = Vec::new();
    for _ in 0..WRITERS {
        let first = record();
        assert_eq!(store.create(&first).await.unwrap(), Create::Created);
        let (store, seen) = (store.clone(), Arc::clone(&seen));
        writers.push(tokio::spawn(async move { write_until_stopped(&store, first, &seen).await }));
    }
    for _ in 0..2 {
        grows_by(4 * WRITERS, &seen.written, &writers).await;
        servers[0].kill();
        grows_by(4, &seen.failed, &writers).await;
        servers[0].start_again();
    }
    grows_by(4 * WRITERS, &seen.written, &writers).await;
    seen.stop.store(true, Ordering::SeqCst);
    for writer in writers {
        let last = writer.await.unwrap();
        until_it_works(&store, &last).await;
    }
}

/// What the writers have met so far, and whether they shall stop.
#[derive(Default)]
struct Seen {
    written: AtomicUsize,
    failed: AtomicUsize,
    stop: AtomicBool,
}

/// Returns when so many more are counted.
async fn grows_by(more: usize, count: &AtomicUsize, writers: &[JoinHandle<Record>]) {
    let wanted = count.load(Ordering::SeqCst) + more;
    eventually("the writers notice", async || {
        assert!(!writers.iter().any(JoinHandle::is_finished), "a writer has failed");
        (count.load(Ordering::SeqCst) >= wanted).then_some(())
    })
    .await;
}

/// Writes one session again and again, and gives back what it must hold at the end.
async fn write_until_stopped(store: &RedisStore<Visit>, first: Record, seen: &Seen) -> Record {
    let mut current = first;
    while !seen.stop.load(Ordering::SeqCst) {
        let mut after = next(&current);
        after.data = format!("{{\"id\":\"{}\",\"version\":{}}}", after.id, after.version.get()).into();
        match within(store.update(current.version, &after)).await {
            Ok(Update::Updated) => {
                seen.written.fetch_add(1, Ordering::SeqCst);
                current = after;
            }
            // The write whose answer was lost in an earlier round has taken effect.
            Ok(Update::Conflict(theirs)) => {
                assert_eq!(theirs.id, current.id);
                assert_eq!(theirs.version, current.version.next(), "nobody else writes this session");
                current = *theirs;
            }
            Ok(Update::Gone) => panic!("a session was wiped"),
            Err(StoreError::Unavailable(_)) => {
                seen.failed.fetch_add(1, Ordering::SeqCst);
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            Err(other) => panic!("{other:?}"),
        }
    }
    // An unanswered last write may or may not have taken effect; what is stored is one of the two.
    let load = async {
        loop {
            match store.load(current.id).await {
                Ok(loaded) => return loaded.expect("a session was wiped"),
                Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
            }
        }
    };
    let loaded = within(load).await;
    assert!(loaded.version == current.version || loaded.version == current.version.next());
    loaded
}

/// Waits until the replicas have what the master has.
fn until_replicated(master: &OwnServer, replicas: usize) {
    let mut connection = redis::Client::open(master.url()).unwrap().get_connection().unwrap();
    until("the replicas follow", || {
        let info: String = redis::cmd("INFO").arg("replication").query(&mut connection).unwrap();
        let value = |line: &str| line.split_once(['=', ':']).map(|(_, value)| value.to_owned());
        let written = info.lines().find(|line| line.starts_with("master_repl_offset")).and_then(value);
        let heard = info.split(['\r', '\n', ',']).filter(|part| part.starts_with("offset=")).map(value);
        heard.filter(|offset| *offset == written).count() == replicas
    });
}

/// Makes a cluster of these nodes: three masters, and a replica of the first for each further node.
async fn form_cluster(nodes: &[OwnServer]) {
    let mut connections = Vec::new();
    for node in nodes {
        let client = redis::Client::open(node.url()).unwrap();
        connections.push(client.get_multiplexed_async_connection().await.unwrap());
    }
    let slots = [(0, 5460), (5461, 10_922), (10_923, 16_383)];
    for (connection, (first, last)) in connections.iter_mut().zip(slots) {
        let mut claim = redis::cmd("CLUSTER");
        claim.arg("ADDSLOTS").arg((first..=last).collect::<Vec<u32>>());
        claim.exec_async(connection).await.unwrap();
    }
    for node in &nodes[1..] {
        let mut meet = redis::cmd("CLUSTER");
        meet.arg("MEET").arg("127.0.0.1").arg(node.port());
        meet.exec_async(&mut connections[0]).await.unwrap();
    }
    for connection in &mut connections {
        until_info(connection, "CLUSTER", &["cluster_state:ok", "cluster_slots_ok:16384"], nodes.len()).await;
    }
    let first: String = redis::cmd("CLUSTER").arg("MYID").query_async(&mut connections[0]).await.unwrap();
    for connection in connections.iter_mut().skip(3) {
        let mut follow = redis::cmd("CLUSTER");
        follow.arg("REPLICATE").arg(&first).exec_async(connection).await.unwrap();
        until_info(connection, "INFO", &["master_link_status:up"], nodes.len()).await;
    }
}

/// Waits until a node says all of this about itself, and knows all others.
async fn until_info(connection: &mut MultiplexedConnection, command: &str, wanted: &[&str], nodes: usize) {
    let known = format!("cluster_known_nodes:{nodes}");
    eventually("the cluster forms", async || {
        let cluster: String = redis::cmd("CLUSTER").arg("INFO").query_async(&mut *connection).await.unwrap();
        let info = match command {
            "CLUSTER" => cluster.clone(),
            _ => redis::cmd(command).query_async(&mut *connection).await.unwrap(),
        };
        (cluster.contains(&known) && wanted.iter().all(|wanted| info.contains(wanted))).then_some(())
    })
    .await;
}

#[tokio::test]
async fn connecting_to_a_server_that_does_not_speak_ends_with_the_time_out() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("redis://{}", silent.local_addr().unwrap());
    let builder = || RedisStore::<Visit>::builder().connect_timeout(Duration::from_millis(300));
    assert!(matches!(within(builder().connect(&url)).await, Err(StoreError::Unavailable(_))));
    assert!(matches!(within(builder().connect_cluster([&url])).await, Err(StoreError::Unavailable(_))));
    assert!(matches!(within(builder().connect("redis://127.0.0.1:1")).await, Err(StoreError::Unavailable(_))));
}
