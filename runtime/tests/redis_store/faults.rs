//! Servers that die, hang and come back, in the middle of the work.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use redis::aio::MultiplexedConnection;
use sessio::{
    record::Record,
    store::{Create, RedisStore, Store, StoreError, Update},
};
use tokio::task::JoinHandle;

use crate::{
    model::{Visit, assert_same, next, record},
    server::{OwnServer, Target},
};

const RESPONSE_TIMEOUT: Duration = Duration::from_millis(1500);

/// Twice the time-out: what a busy machine may need to notice it.
const PATIENCE: Duration = Duration::from_secs(3);

async fn store_on(target: &Target) -> RedisStore<Visit> {
    target.connect(RedisStore::builder().response_timeout(RESPONSE_TIMEOUT)).await.unwrap()
}

/// Asks until the store works again, and says after how many errors. Every answer comes in time.
async fn until_it_works(store: &RedisStore<Visit>, expected: &Record) -> usize {
    let (started, mut errors) = (Instant::now(), 0);
    loop {
        let asked = Instant::now();
        let answer = store.load(expected.id).await;
        assert!(asked.elapsed() < PATIENCE, "an answer took {:?}", asked.elapsed());
        match answer {
            Ok(loaded) => {
                assert_same(&loaded.expect("the server has kept it"), expected);
                return errors;
            }
            Err(StoreError::Unavailable(_)) => errors += 1,
            Err(other) => panic!("{other:?}"),
        }
        assert!(started.elapsed() < Duration::from_secs(30), "it does not recover");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn assert_unavailable(store: &RedisStore<Visit>, record: &Record) {
    let asked = Instant::now();
    assert!(matches!(store.load(record.id).await, Err(StoreError::Unavailable(_))));
    assert!(matches!(store.update(record.version, &next(record)).await, Err(StoreError::Unavailable(_))));
    assert!(asked.elapsed() < 2 * PATIENCE, "two answers took {:?}", asked.elapsed());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_server_gives_errors_in_time_and_serves_again_after_its_return() {
    let Some(mut server) = OwnServer::start("a_killed_server_gives_errors_in_time", &[]) else { return };
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
    let Some(server) = OwnServer::start("a_frozen_server_gives_errors_in_time", &[]) else { return };
    let store = store_on(&Target::Server(server.url())).await;
    let records: Vec<Record> = (0..50).map(|_| record()).collect();
    for record in &records {
        assert_eq!(store.create(record).await.unwrap(), Create::Created);
    }
    server.freeze();
    let asked = Instant::now();
    let waiting: Vec<_> = records
        .iter()
        .map(|record| {
            let (store, id) = (store.clone(), record.id);
            tokio::spawn(async move { store.load(id).await })
        })
        .collect();
    for load in waiting {
        assert!(matches!(load.await.unwrap(), Err(StoreError::Unavailable(_))));
    }
    assert!(asked.elapsed() < PATIENCE, "{:?}", asked.elapsed());
    server.thaw();
    for record in records.iter().rev() {
        until_it_works(&store, record).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_killed_under_load_loses_and_mixes_no_session() {
    const TEST: &str = "a_server_that_is_killed_under_load_loses_and_mixes_no_session";
    let Some(server) = OwnServer::start(TEST, &[]) else { return };
    let target = Target::Server(server.url());
    kill_under_load(target, vec![server]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cluster_node_that_is_killed_under_load_loses_and_mixes_no_session() {
    const TEST: &str = "a_cluster_node_that_is_killed_under_load_loses_and_mixes_no_session";
    // Two of three nodes serve on while the third is away.
    let arguments = ["--cluster-enabled", "yes", "--cluster-require-full-coverage", "no"];
    let mut nodes = Vec::new();
    for _ in 0..3 {
        let Some(node) = OwnServer::start(TEST, &arguments) else { return };
        nodes.push(node);
    }
    form_cluster(&nodes).await;
    let target = Target::Cluster(nodes.iter().map(OwnServer::url).collect());
    kill_under_load(target, nodes).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replica_takes_over_from_a_frozen_node() {
    const TEST: &str = "a_replica_takes_over_from_a_frozen_node";
    let arguments = ["--cluster-enabled", "yes", "--cluster-node-timeout", "1000", "--repl-ping-replica-period", "1"];
    let mut nodes = Vec::new();
    for _ in 0..6 {
        let Some(node) = OwnServer::start(TEST, &arguments) else { return };
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
    let store = store_on(&target).await;
    let (stop, errors) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let mut writers = Vec::new();
    for _ in 0..16 {
        let first = record();
        assert_eq!(store.create(&first).await.unwrap(), Create::Created);
        let (store, stop, errors) = (store.clone(), Arc::clone(&stop), Arc::clone(&errors));
        writers.push(tokio::spawn(async move { write_until(&store, first, &stop, &errors).await }));
    }
    for _ in 0..2 {
        tokio::time::sleep(Duration::from_millis(300)).await;
        let before = errors.load(Ordering::SeqCst);
        servers[0].kill();
        let killed = Instant::now();
        while errors.load(Ordering::SeqCst) < before + 4 {
            assert!(!writers.iter().any(JoinHandle::is_finished), "a writer has failed");
            assert!(killed.elapsed() < Duration::from_secs(30), "nobody has noticed");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        servers[0].start_again();
    }
    tokio::time::sleep(Duration::from_millis(500)).await;
    stop.store(true, Ordering::SeqCst);
    for writer in writers {
        let last = writer.await.unwrap();
        until_it_works(&store, &last).await;
    }
}

/// Writes one session again and again, and gives back what it must hold at the end.
async fn write_until(store: &RedisStore<Visit>, first: Record, stop: &AtomicBool, errors: &AtomicUsize) -> Record {
    let mut current = first;
    while !stop.load(Ordering::SeqCst) {
        let asked = Instant::now();
        let mut after = next(&current);
        after.data = format!("{{\"id\":\"{}\",\"version\":{}}}", after.id, after.version.get()).into();
        let answer = store.update(current.version, &after).await;
        assert!(asked.elapsed() < PATIENCE, "an answer took {:?}", asked.elapsed());
        match answer {
            Ok(Update::Updated) => current = after,
            // The write whose answer was lost in an earlier round has taken effect.
            Ok(Update::Conflict(theirs)) => {
                assert_eq!(theirs.id, current.id);
                assert_eq!(theirs.version, current.version.next(), "nobody else writes this session");
                current = *theirs;
            }
            Ok(Update::Gone) => panic!("a session was wiped"),
            Err(StoreError::Unavailable(_)) => {
                errors.fetch_add(1, Ordering::SeqCst);
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            Err(other) => panic!("{other:?}"),
        }
    }
    // An unanswered last write may or may not have taken effect; what is stored is one of the two.
    let started = Instant::now();
    loop {
        assert!(started.elapsed() < Duration::from_secs(30), "it does not recover");
        match store.load(current.id).await {
            Ok(loaded) => {
                let loaded = loaded.expect("a session was wiped");
                assert!(loaded.version == current.version || loaded.version == current.version.next());
                return loaded;
            }
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
}

/// Waits until the replicas have what the master has.
fn until_replicated(master: &OwnServer, replicas: usize) {
    let mut connection = redis::Client::open(master.url()).unwrap().get_connection().unwrap();
    let started = Instant::now();
    loop {
        let info: String = redis::cmd("INFO").arg("replication").query(&mut connection).unwrap();
        let value = |line: &str| line.split_once(['=', ':']).map(|(_, value)| value.to_owned());
        let written = info.lines().find(|line| line.starts_with("master_repl_offset")).and_then(value);
        let heard = info.split(['\r', '\n', ',']).filter(|part| part.starts_with("offset=")).map(value);
        if heard.filter(|offset| *offset == written).count() == replicas {
            return;
        }
        assert!(started.elapsed() < Duration::from_secs(30), "the replicas do not follow: {info}");
        std::thread::sleep(Duration::from_millis(50));
    }
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
    let started = Instant::now();
    loop {
        let cluster: String = redis::cmd("CLUSTER").arg("INFO").query_async(connection).await.unwrap();
        let info = match command {
            "CLUSTER" => cluster.clone(),
            _ => redis::cmd(command).query_async(connection).await.unwrap(),
        };
        if cluster.contains(&known) && wanted.iter().all(|wanted| info.contains(wanted)) {
            return;
        }
        assert!(started.elapsed() < Duration::from_secs(30), "the cluster does not form: {info}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn connecting_to_a_server_that_does_not_speak_ends_with_the_time_out() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("redis://{}", silent.local_addr().unwrap());
    let builder = || RedisStore::<Visit>::builder().connect_timeout(Duration::from_millis(300));
    let asked = Instant::now();
    assert!(matches!(builder().connect(&url).await, Err(StoreError::Unavailable(_))));
    assert!(matches!(builder().connect_cluster([&url]).await, Err(StoreError::Unavailable(_))));
    assert!(matches!(builder().connect("redis://127.0.0.1:1").await, Err(StoreError::Unavailable(_))));
    assert!(asked.elapsed() < Duration::from_secs(5), "{:?}", asked.elapsed());
}
