//! Another site: a page on another port, made for one test.

use std::net::Ipv4Addr;

use axum::{Router, response::Html, routing::get};
use tokio::{net::TcpListener, task::JoinHandle};

/// A running site. Dropping it ends it.
pub(crate) struct Site {
    port: u16,
    server: JoinHandle<()>,
}

impl Site {
    /// A site with this one page.
    pub(crate) async fn with(page: String) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free loopback port");
        let port = listener.local_addr().expect("a bound address").port();
        let router = Router::new().route("/", get(async move || Html(page.clone())));
        let server = tokio::spawn(async move { axum::serve(listener, router).await.expect("the site is served") });
        Self { port, server }
    }

    /// Its address as another site than `127.0.0.1`. The browser sends no `SameSite=Lax` cookie with a form from there.
    pub(crate) fn cross_site(&self) -> String {
        format!("http://localhost:{}/", self.port)
    }

    /// Its address as another origin of the same site. Ports do not count in a site, so the browser sends every cookie.
    pub(crate) fn same_site(&self) -> String {
        format!("http://127.0.0.1:{}/", self.port)
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.server.abort();
    }
}
