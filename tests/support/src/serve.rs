//! A real HTTP server, for as long as a test holds it.

use std::net::SocketAddr;

use axum::Router;
use tokio::{net::TcpListener, task::JoinHandle};

use crate::Browser;

/// An app that listens on a free port of the loopback interface.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    task: JoinHandle<()>,
}

impl Server {
    /// Starts the app.
    ///
    /// # Panics
    ///
    /// When the machine has no free port.
    pub async fn start(app: Router) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free loopback port");
        let address = listener.local_addr().expect("a bound address");
        let task = tokio::spawn(async move {
            axum::serve(listener, app).await.expect("the server runs until it is dropped");
        });
        Self { address, task }
    }

    /// A new visitor.
    pub fn browser(&self) -> Browser {
        Browser::new(self.url())
    }

    /// A visitor of another server of the site, who comes here now: the cookies are shared.
    pub fn visited_by(&self, browser: &Browser) -> Browser {
        browser.at(&self.url())
    }

    fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}
