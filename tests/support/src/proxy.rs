//! A TCP proxy between an app and its server, which dies, hangs and comes back when a test says so, and counts round trips.

use std::{
    io,
    net::SocketAddr,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    sync::watch,
    task::{JoinHandle, JoinSet},
};

/// What becomes of the connections through a [`Proxy`].
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Line {
    /// They work.
    Open,
    /// They are cut, and new ones are closed at once: the server was killed.
    Dead,
    /// They stay, and nothing passes any more: the server is stuck, or the network swallows packets.
    Stuck,
}

/// A server's address that a test can cut off. The server behind it is a real one and stays as it is.
#[derive(Debug)]
pub struct Proxy {
    url: String,
    line: watch::Sender<Line>,
    accepting: JoinHandle<()>,
    connections: Arc<Mutex<JoinSet<()>>>,
    round_trips: Arc<AtomicUsize>,
}

impl Proxy {
    /// Stands before the server of this URL, whose host must be followed by a port.
    ///
    /// # Panics
    ///
    /// When the URL has no port, or the machine no free one.
    pub async fn before(url: &str) -> Self {
        let (scheme, rest) = url.split_once("://").expect("a URL");
        let authority = rest.split(['/', '?']).next().unwrap_or_default();
        let server = authority.rsplit('@').next().unwrap_or_default().to_owned();
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free loopback port");
        let address: SocketAddr = listener.local_addr().expect("a bound address");
        let url = format!("{scheme}://{}", rest.replacen(&server, &address.to_string(), 1));

        let (line, state) = watch::channel(Line::Open);
        let connections = Arc::new(Mutex::new(JoinSet::new()));
        let opened = Arc::clone(&connections);
        let round_trips = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&round_trips);
        let accepting = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let task = connect(client, server.clone(), state.clone(), Arc::clone(&counter));
                opened.lock().unwrap_or_else(PoisonError::into_inner).spawn(task);
            }
        });
        Self { url, line, accepting, connections, round_trips }
    }

    /// The URL of the server through this proxy.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// How often a client has spoken and waited for an answer since this was last asked.
    pub fn take_round_trips(&self) -> usize {
        self.round_trips.swap(0, Ordering::SeqCst)
    }

    /// Changes what becomes of the connections.
    pub fn set(&self, line: Line) {
        self.line.send_replace(line);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
        self.connections.lock().unwrap_or_else(PoisonError::into_inner).abort_all();
    }
}

/// Passes bytes on for as long as the line is open.
async fn connect(
    mut client: TcpStream,
    server: String,
    mut line: watch::Receiver<Line>,
    round_trips: Arc<AtomicUsize>,
) {
    let first = *line.borrow();
    if first == Line::Open
        && let Ok(mut server) = TcpStream::connect(&server).await
    {
        tokio::select! {
            _ = relay(&mut client, &mut server, &round_trips) => return,
            _ = line.wait_for(|line| *line != Line::Open) => {}
        }
        // A stuck line keeps both ends open and passes nothing on; a dead one drops them here.
        if *line.borrow() == Line::Stuck {
            let _ = line.wait_for(|line| *line != Line::Stuck).await;
        }
    } else if first == Line::Stuck {
        let _ = line.wait_for(|line| *line != Line::Stuck).await;
    }
}

/// Passes bytes both ways until one side closes. What a client says before it is answered is one round trip.
async fn relay(client: &mut TcpStream, server: &mut TcpStream, round_trips: &AtomicUsize) -> io::Result<()> {
    let (mut from_client, mut to_client) = client.split();
    let (mut from_server, mut to_server) = server.split();
    let (mut asked, mut answered) = (vec![0; 16_384], vec![0; 16_384]);
    let mut is_waiting = false;
    loop {
        tokio::select! {
            read = from_client.read(&mut asked) => {
                let len @ 1.. = read? else { return Ok(()) };
                if !std::mem::replace(&mut is_waiting, true) {
                    round_trips.fetch_add(1, Ordering::SeqCst);
                }
                to_server.write_all(&asked[..len]).await?;
            }
            read = from_server.read(&mut answered) => {
                let len @ 1.. = read? else { return Ok(()) };
                is_waiting = false;
                to_client.write_all(&answered[..len]).await?;
            }
        }
    }
}
