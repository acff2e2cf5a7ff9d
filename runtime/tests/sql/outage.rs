//! A server that hangs, dies and comes back: a proxy before the real one.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

use sessio::{
    record::Record,
    store::{Create, SqlDriver, SqlStore, Store, StoreError, Update},
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinHandle,
};

use super::model::{Visit, assert_same, next, record};

/// What the network does.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Network {
    Works,
    /// Bytes stay where they are.
    Hangs,
    /// Connections break, and new ones break at once.
    Breaks,
}

/// A proxy whose network can fail.
pub(crate) struct Proxy {
    pub(crate) port: u16,
    network: Arc<watch::Sender<Network>>,
    accepting: JoinHandle<()>,
}

impl Proxy {
    pub(crate) async fn start(host: &str, port: u16) -> Self {
        Self::start_at(0, format!("{host}:{port}")).await
    }

    async fn start_at(port: u16, server: String) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", port)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let network = Arc::new(watch::Sender::new(Network::Works));
        let state = Arc::clone(&network);
        let accepting = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(forward(client, server.clone(), state.subscribe()));
            }
        });
        Self { port, network, accepting }
    }

    /// Ends every connection, and refuses new ones.
    async fn stop(self) {
        self.set(Network::Breaks);
        self.accepting.abort();
        let _ = self.accepting.await;
    }

    fn set(&self, network: Network) {
        self.network.send_replace(network);
    }
}

async fn forward(client: TcpStream, server: String, mut network: watch::Receiver<Network>) {
    if network.wait_for(|network| *network != Network::Hangs).await.is_ok_and(|network| *network == Network::Breaks) {
        return;
    }
    let server = TcpStream::connect(server).await.unwrap();
    let mut breaks = network.clone();
    tokio::select! {
        () = carry(&client, &server, network.clone()) => {}
        () = carry(&server, &client, network) => {}
        _ = breaks.wait_for(|network| *network == Network::Breaks) => {}
    }
}

async fn carry(from: &TcpStream, to: &TcpStream, mut network: watch::Receiver<Network>) {
    let mut buffer = vec![0; 64 * 1024];
    loop {
        from.readable().await.unwrap();
        let len = match from.try_read(&mut buffer) {
            Ok(0) => return,
            Ok(len) => len,
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => continue,
            Err(_) => return,
        };
        if network.wait_for(|network| *network != Network::Hangs).await.is_err() {
            return;
        }
        let mut rest = &buffer[..len];
        while !rest.is_empty() {
            if to.writable().await.is_err() {
                return;
            }
            match to.try_write(rest) {
                Ok(len) => rest = &rest[len..],
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
                Err(_) => return,
            }
        }
    }
}

/// Many visitors at work while the network fails in both ways, several times. The store's time-out is half a second.
pub(crate) async fn an_outage_fails_in_time_and_work_goes_on_after_it<D: SqlDriver>(
    store: SqlStore<D, Visit>,
    proxy: &Proxy,
) {
    let mut records = Vec::new();
    for number in 0..12 {
        let record = Record { data: format!("{number} 0").into(), ..record() };
        assert_eq!(store.create(&record).await.unwrap(), Create::Created);
        records.push(record);
    }
    let (stop, stopped) = watch::channel(false);
    let progress: Arc<[AtomicU32]> = records.iter().map(|_| AtomicU32::new(0)).collect();
    let visitors = records.iter().enumerate().map(|(number, record)| {
        let (store, id, stopped) = (store.clone(), record.id, stopped.clone());
        let progress = Arc::clone(&progress);
        tokio::spawn(async move {
            let mut failed = 0_u32;
            while !*stopped.borrow() {
                let start = Instant::now();
                let done = progress[number].load(Ordering::Relaxed);
                let outcome = async {
                    let current = store.load(id).await?.expect("no outage deletes a session");
                    assert!(current.data.starts_with(format!("{number} ").as_bytes()), "another visitor's session");
                    let change = next(&current, &format!("{number} {done}"));
                    match store.update(current.version, &change).await? {
                        Update::Updated => Ok(()),
                        // By a write of its own whose answer was lost.
                        Update::Conflict(theirs) if theirs.version > current.version => Ok(()),
                        other => panic!("nobody else writes: {other:?}"),
                    }
                };
                match outcome.await {
                    Ok(()) => progress[number].store(done + 1, Ordering::Relaxed),
                    Err(StoreError::Unavailable(_)) => failed += 1,
                    Err(other) => panic!("{other:?}"),
                }
                assert!(start.elapsed() < Duration::from_secs(3), "two operations have half a second each");
                tokio::task::yield_now().await;
            }
            failed
        })
    });
    let visitors = visitors.collect::<Vec<_>>();
    for outage in [Network::Hangs, Network::Breaks, Network::Hangs] {
        every_visitor_gets_on(&progress).await;
        proxy.set(outage);
        // Here time must pass: what is tried is a time-out of real connections.
        tokio::time::sleep(Duration::from_millis(900)).await;
        proxy.set(Network::Works);
    }
    every_visitor_gets_on(&progress).await;
    stop.send_replace(true);
    for visitor in visitors {
        assert!(visitor.await.unwrap() > 0, "nothing of this visitor failed");
    }
    for (number, record) in records.iter().enumerate() {
        let current = store.load(record.id).await.unwrap().unwrap();
        assert!(current.data.starts_with(format!("{number} ").as_bytes()));
        assert_same(&current, &Record { version: current.version, data: current.data.clone(), ..record.clone() });
    }
}

/// A restart costs the call that finds its connection broken; who comes while there is no server waits for it.
pub(crate) async fn a_server_that_starts_again_is_waited_for<D: SqlDriver>(
    store: SqlStore<D, Visit>,
    proxy: Proxy,
    server: String,
) {
    let record = record();
    assert_eq!(store.create(&record).await.unwrap(), Create::Created);
    let port = proxy.port;
    proxy.stop().await;
    assert!(matches!(store.load(record.id).await.unwrap_err(), StoreError::Unavailable(_)));
    let waiting = tokio::spawn({
        let store = store.clone();
        async move { store.load(record.id).await }
    });
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert!(!waiting.is_finished());
    let _proxy = Proxy::start_at(port, server).await;
    assert!(waiting.await.unwrap().unwrap().is_some());
}

/// Returns when each of them has done something more.
async fn every_visitor_gets_on(progress: &[AtomicU32]) {
    let now = || progress.iter().map(|done| done.load(Ordering::Relaxed)).collect::<Vec<_>>();
    let before = now();
    let deadline = Instant::now() + Duration::from_secs(30);
    while now().iter().zip(&before).any(|(now, before)| now <= before) {
        assert!(Instant::now() < deadline, "somebody's work does not go on: from {before:?} to {:?}", now());
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
