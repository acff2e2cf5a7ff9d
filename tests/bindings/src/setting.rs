//! The app, running over a store, with a clock to move.

use std::{fmt, net::SocketAddr, sync::Arc, time::Duration};

use sessio::{
    Expiry, SessionLayer,
    cookie::CookieSpec,
    testkit::ManualClock,
    web::{SiteData, SkipSession},
};
use sessio_test_support::Browser;
use tempfile::TempDir;

use crate::{
    Backend, actix, axum, hyper,
    visitor::{Shared, Visitor},
};

/// A framework.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Binding {
    /// axum.
    Axum,
    /// actix-web.
    Actix,
    /// A tower service without a framework, served by hyper.
    Hyper,
}

/// A running app. It stops when this is dropped.
#[derive(Debug)]
pub struct Setting {
    /// Which framework it is bound to.
    pub binding: Binding,
    /// Where its sessions are kept.
    pub backend: Backend,
    /// The clock of its sessions, which live for one hour idle and five in all.
    pub clock: ManualClock,
    /// The layer of its sessions, for tests that plant some.
    pub layer: SessionLayer<Visitor>,
    /// What its requests share.
    pub shared: Arc<Shared>,
    address: SocketAddr,
    _server: Stop,
    _folder: Option<TempDir>,
}

/// Stops a server when it is dropped.
pub struct Stop(Option<Box<dyn FnOnce() + Send + Sync>>);

impl Stop {
    /// Calls this when it is dropped.
    pub fn with(stop: impl FnOnce() + Send + Sync + 'static) -> Self {
        Self(Some(Box::new(stop)))
    }
}

impl Drop for Stop {
    fn drop(&mut self) {
        if let Some(stop) = self.0.take() {
            stop();
        }
    }
}

impl fmt::Debug for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Stop")
    }
}

impl Setting {
    /// Starts the app over a fresh store. `None` when the store needs a server that is not there.
    pub async fn start(binding: Binding, backend: Backend) -> Option<Self> {
        let (layer, folder) = backend.open().await?;
        Some(Self { backend, _folder: Some(folder), ..Self::with(binding, layer).await })
    }

    /// Starts the app with this layer, whose cookie, limits and clock it sets.
    pub async fn with(binding: Binding, layer: SessionLayer<Visitor>) -> Self {
        let (clock, shared) = (ManualClock::new(), Arc::new(Shared::default()));
        let layer = layer
            .cookie(CookieSpec::development())
            .expiry(Expiry::new(Duration::from_hours(1), Duration::from_hours(5)))
            .exclude(["/excluded/*", "/static/*"])
            .trust_origin("https://app.example.com")
            .clear_site_data([SiteData::Cache, SiteData::Storage])
            .clock(clock.clone());
        let (address, server) = match binding {
            Binding::Axum => axum::serve(Arc::clone(&shared), layer.clone(), SkipSession).await,
            Binding::Actix => actix::serve(Arc::clone(&shared), layer.clone(), SkipSession).await,
            Binding::Hyper => hyper::serve(Arc::clone(&shared), layer.clone(), SkipSession).await,
        };
        Self { binding, backend: Backend::Memory, clock, layer, shared, address, _server: server, _folder: None }
    }

    /// A new visitor.
    pub fn browser(&self) -> Browser {
        Browser::new(self.url("http", ""))
    }

    /// An address of the server.
    pub fn url(&self, scheme: &str, path: &str) -> String {
        format!("{scheme}://{}{path}", self.address)
    }
}
