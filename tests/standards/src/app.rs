//! A running app: a real server, a clock that a test moves, and an ear for the events.

use std::sync::{Arc, Mutex, PoisonError};

use sessio::{
    Event, IntoBackend, SessionLayer,
    cookie::{Key, KeyRing},
    testkit::ManualClock,
};
use sessio_test_support::{Answer, Browser, Server};
use tokio::{sync::Notify, task::JoinHandle};

use crate::account::{self, Account};

/// The app of these tests, for as long as a test holds it.
pub struct App {
    /// The time by which its sessions live.
    pub clock: ManualClock,
    server: Server,
    pause: Pause,
    events: Arc<Mutex<Vec<Event>>>,
}

/// Holds `/slow` between its load and its commit.
#[derive(Clone, Debug, Default)]
pub struct Pause {
    pub(crate) loaded: Arc<Notify>,
    pub(crate) go_on: Arc<Notify>,
}

impl App {
    /// The app with the defaults.
    pub async fn on(backend: impl IntoBackend<Account>) -> Self {
        Self::configured(backend, |layer| layer).await
    }

    /// The app with what a test configures.
    pub async fn configured(
        backend: impl IntoBackend<Account>,
        configure: impl FnOnce(SessionLayer<Account>) -> SessionLayer<Account>,
    ) -> Self {
        let (clock, pause, events) = (ManualClock::new(), Pause::default(), Arc::new(Mutex::new(Vec::new())));
        let heard = Arc::clone(&events);
        let layer = SessionLayer::new(backend).clock(clock.clone()).on_event(move |_, event| {
            heard.lock().unwrap_or_else(PoisonError::into_inner).push(event.clone());
        });
        let server = Server::start(account::routes(pause.clone()).layer(configure(layer))).await;
        Self { clock, server, pause, events }
    }

    /// A new visitor.
    pub fn visitor(&self) -> Browser {
        self.server.browser()
    }

    /// A visitor who is signed in as user 7.
    pub async fn user(&self) -> Browser {
        let browser = self.visitor();
        browser.get("/in/7").await;
        browser
    }

    /// All events so far.
    pub fn events(&self) -> Vec<Event> {
        self.events.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether there was such an event.
    pub fn has_heard(&self, is_it: impl Fn(&Event) -> bool) -> bool {
        self.events().iter().any(is_it)
    }

    /// Sends a request for `/slow/..`, and returns when its handler has loaded the session.
    pub async fn begin(&self, browser: &Browser, path: &'static str) -> JoinHandle<Answer> {
        let tab = browser.clone();
        let request = tokio::spawn(async move { tab.get(path).await });
        self.pause.loaded.notified().await;
        request
    }

    /// Lets one slow request go on.
    pub fn go_on(&self) {
        self.pause.go_on.notify_one();
    }
}

/// What the visitor's cookie holds; empty without one.
pub fn token(browser: &Browser) -> String {
    browser.cookies().get("__Host-id").cloned().unwrap_or_default()
}

/// Gives one visitor the cookies of another, who may be at another app.
pub fn carry(from: &Browser, to: &Browser) {
    for (name, value) in from.cookies() {
        to.set_cookie(&name, &value);
    }
}

/// A ring with a new key.
///
/// # Panics
///
/// When the machine has no randomness.
pub fn keys() -> KeyRing {
    KeyRing::new(Key::generate().expect("random bytes"))
}
