//! A server that hangs, dies and comes back: a proxy before the real one.

use std::sync::{
    Arc,
    atomic::{AtomicU32, AtomicUsize, Ordering},
};

use sessio::{
    record::Record,
    store::{Create, SqlDriver, SqlStore, Store, StoreError, Update},
};
use sessio_test_support::{counting_waits, eventually, reaches, within};
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

/// Many visitors at work while the network fails in both ways, several times. No operation hangs, and each visitor meets each outage.
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
    let counts = || records.iter().map(|_| AtomicU32::new(0)).collect::<Arc<[_]>>();
    let (progress, failures) = (counts(), counts());
    let visitors = records.iter().enumerate().map(|(number, record)| {
        let (store, id, stopped) = (store.clone(), record.id, stopped.clone());
        let (progress, failures) = (Arc::clone(&progress), Arc::clone(&failures));
        tokio::spawn(async move {
            while !*stopped.borrow() {
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
                match within(outcome).await {
                    Ok(()) => progress[number].store(done + 1, Ordering::Relaxed),
                    Err(StoreError::Unavailable(_)) => drop(failures[number].fetch_add(1, Ordering::Relaxed)),
                    Err(other) => panic!("{other:?}"),
                }
                tokio::task::yield_now().await;
            }
        })
    });
    let visitors = visitors.collect::<Vec<_>>();
    for outage in [Network::Hangs, Network::Breaks, Network::Hangs] {
        each_grows("every visitor's work goes on", &progress).await;
        proxy.set(outage);
        each_grows("every visitor's work fails", &failures).await;
        proxy.set(Network::Works);
    }
    each_grows("every visitor's work goes on", &progress).await;
    stop.send_replace(true);
    for visitor in visitors {
        visitor.await.unwrap();
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
    let tries = Arc::new(AtomicUsize::new(0));
    let waiting = tokio::spawn({
        let (store, tries) = (store.clone(), Arc::clone(&tries));
        async move { counting_waits(store.load(record.id), &tries).await }
    });
    // More than one try and one pause after it.
    reaches(&tries, 6).await;
    let _proxy = Proxy::start_at(port, server).await;
    assert!(waiting.await.unwrap().unwrap().is_some());
}

/// Returns when each of these counts has grown.
async fn each_grows(what: &str, counts: &[AtomicU32]) {
    let now = || counts.iter().map(|count| count.load(Ordering::Relaxed)).collect::<Vec<_>>();
    let before = now();
    eventually(what, async || now().iter().zip(&before).all(|(now, before)| now > before).then_some(())).await;
}
