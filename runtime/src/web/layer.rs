//! The layer: what an application configures.

use std::{
    fmt,
    num::NonZeroU32,
    sync::{Arc, OnceLock},
    time::Duration,
};

use http::StatusCode;

use super::{clear::SiteData, exclusion::Scope, rules::WebRules, shared::Shared};
use crate::{
    clock::Clock,
    cookie::CookieSpec,
    error::ConfigError,
    event::Event,
    expiry::Expiry,
    model::{HasPrincipal, SessionModel},
    session::{DecodedSessions, Engine, IntoBackend, Limit, OnLimit, Settings, warn_of_a_cut_age},
    store::FindByColumn,
};

/// Gives handlers their sessions of type `T`: a layer for axum and tower, a middleware for actix-web.
///
/// ```
/// # #[cfg(feature = "axum")] {
/// use axum::{Router, routing::get};
/// use sessio::{Session, SessionLayer, store::MemoryStore};
///
/// #[derive(Session)]
/// struct Visits {
///     #[session(merge = "add")]
///     count: u32,
/// }
///
/// async fn index(mut visits: Session<Visits>) -> String {
///     *visits.count_mut() += 1;
///     format!("visit no. {}", visits.count())
/// }
///
/// let app: Router = Router::new()
///     .route("/", get(index))
///     .layer(SessionLayer::new(MemoryStore::<Visits>::new()));
/// # }
/// ```
pub struct SessionLayer<T> {
    /// One piece, because axum clones the layer with every request.
    config: Arc<Config<T>>,
}

/// What an application has set.
struct Config<T> {
    settings: Settings<T>,
    rules: WebRules,
    /// What the layer's requests share, built from the above when it is first needed.
    shared: OnceLock<Arc<Shared<T>>>,
}

impl<T: SessionModel> SessionLayer<T> {
    /// A layer over this store, with the defaults: cookie `__Host-id`, 14 days idle, 30 days in all.
    ///
    /// # Panics
    ///
    /// When another session type of this process has the same kind. [`try_new`](Self::try_new) returns the error instead.
    pub fn new(store: impl IntoBackend<T>) -> Self {
        Self::try_new(store).unwrap_or_else(|error| panic!("{error}"))
    }

    /// As [`new`](Self::new), without the panic.
    pub fn try_new(store: impl IntoBackend<T>) -> Result<Self, ConfigError> {
        let settings = Settings::new(store.into_kept())?;
        Ok(Self { config: Arc::new(Config { settings, rules: WebRules::default(), shared: OnceLock::new() }) })
    }

    /// The cookie. Two session types of one app need cookies of different names.
    #[must_use]
    pub fn cookie(self, spec: CookieSpec) -> Self {
        self.set(|settings| settings.cookie = spec)
    }

    /// How long sessions live. A session can have limits of its own: [`Session::set_expiry`](crate::Session::set_expiry).
    ///
    /// Browsers forget a remembered session after [`CookieSpec::MAX_AGE_LIMIT`] without activity; a longer idle limit is
    /// warned of in the log.
    #[must_use]
    pub fn expiry(self, expiry: Expiry) -> Self {
        warn_of_a_cut_age::<T>(expiry);
        self.set(|settings| settings.rules.expiry = expiry)
    }

    /// Replaces each session's secret when it is this old. Off by default (OWASP Session Management, "Renewal Timeout").
    #[must_use]
    pub fn renew_after(self, age: Duration) -> Self {
        self.set(|settings| settings.rules.renew_after = Some(age))
    }

    /// How often a [detached](crate::Detached) session looks into the store whether it has been ended elsewhere, for
    /// [`Detached::revoked`](crate::Detached::revoked). 30 seconds by default, and at least one.
    #[must_use]
    pub fn check_revocation_every(self, interval: Duration) -> Self {
        self.set(|settings| settings.revocation_interval = interval.max(Duration::from_secs(1)))
    }

    /// Lets a principal have at most this many sessions at once (ASVS 5.0, 7.1.2; OWASP Session Management, "Simultaneous
    /// Session Logons"). No limit by default.
    ///
    /// The limit is kept where a sign-in is saved, and two at the same moment do not exceed it. It takes a store that finds
    /// sessions by a column, and it is the layer's own store, or another handle of it. A sign-in costs one more call, two
    /// with [`OnLimit::Reject`].
    ///
    /// ```
    /// # use sessio::{OnLimit, Session, SessionLayer, store::MemoryStore};
    /// # #[derive(Session)]
    /// # struct Shop { #[session(principal)] user_id: Option<i64> }
    /// # let store = MemoryStore::<Shop>::new();
    /// let layer = SessionLayer::new(store.clone()).max_sessions_per_principal(store, 5, OnLimit::EvictOldest);
    /// ```
    ///
    /// # Panics
    ///
    /// When it is zero.
    #[must_use]
    pub fn max_sessions_per_principal<S>(self, store: S, most: u32, on_limit: OnLimit) -> Self
    where
        S: FindByColumn<Model = T>,
        T: HasPrincipal,
    {
        let most = NonZeroU32::new(most).expect("a principal who may have no session cannot sign in");
        self.set(|settings| settings.limit = Some(Limit { finder: Arc::new(store), most, policy: on_limit }))
    }

    /// Keeps decoded sessions in this set, so that later requests need not decode them again. By default each layer has a set
    /// of its own for 1,024 sessions. Its counters are for metrics.
    #[must_use]
    pub fn decoded_sessions(self, decoded: DecodedSessions<T>) -> Self {
        self.set(|settings| settings.decoded = decoded)
    }

    /// Takes the time from another clock, for tests.
    #[must_use]
    pub fn clock(self, clock: impl Clock) -> Self {
        self.set(|settings| settings.clock = Arc::new(clock))
    }

    /// Calls `hook` with the kind of the session and each [`Event`], after it has been logged.
    ///
    /// It runs on the request's own time, so it should only count or send. A panic in it is logged and stops nothing.
    #[must_use]
    pub fn on_event(self, hook: impl Fn(&'static str, &Event) + Send + Sync + 'static) -> Self {
        self.set(|settings| settings.events.set_hook(hook))
    }

    /// Saves changes only when the response's status passes. By default they are saved whatever the status.
    ///
    /// A session that the handler ended is ended in any case.
    #[must_use]
    pub fn commit_when(self, passes: impl Fn(StatusCode) -> bool + Send + Sync + 'static) -> Self {
        self.rule(|rules| rules.passes = Some(Arc::new(passes)))
    }

    /// Tells the browser to forget this data of the site when a session has ended, and no other has begun in the same
    /// response. Off by default (OWASP Session Management, "Clear-Site-Data"). Browsers obey over https only, and may take
    /// seconds to clear their cache.
    ///
    /// ```
    /// # use sessio::{Session, SessionLayer, store::MemoryStore, web::SiteData};
    /// # #[derive(Session)]
    /// # struct Shop { orders: u32 }
    /// # let store = MemoryStore::<Shop>::new();
    /// let layer = SessionLayer::new(store).clear_site_data([SiteData::Cache, SiteData::Storage]);
    /// ```
    #[must_use]
    pub fn clear_site_data(self, data: impl IntoIterator<Item = SiteData>) -> Self {
        self.rule(|rules| rules.clears = SiteData::header(data))
    }

    /// Lets the pages of another origin change sessions, for a front end that has a host or port of its own:
    /// `https://app.example.com`, `http://localhost:5173`.
    ///
    /// By default no request of another origin's page gets to a session if it may change something: everything but `GET`,
    /// `HEAD`, `OPTIONS` and `TRACE`, and every WebSocket. A handler that asks for its session is answered 403 then, before
    /// it runs; handlers without sessions are not touched. The browser says where a request comes from, in
    /// `Sec-Fetch-Site` or else in `Origin`, which is compared with `Host`. Requests with neither come from no browser and
    /// pass: webhooks, command lines, other servers.
    ///
    /// So a forged request does nothing in the visitor's name. It cannot replace their session by a new one either, which a
    /// `SameSite` cookie alone would let it do: the request comes without the cookie, and the answer would set another.
    /// What another site is meant to send (the answer of an identity provider as a form, say) is the handler of a path that
    /// is [excluded](Self::exclude), or of a layer that [trusts every origin](Self::trust_every_origin).
    ///
    /// # Panics
    ///
    /// When this is not a scheme, a host in lower case and perhaps a port.
    #[must_use]
    pub fn trust_origin(self, origin: impl AsRef<str>) -> Self {
        self.rule(|rules| rules.origins.trust(origin.as_ref()))
    }

    /// Lets the pages of every origin change sessions. The app then has to tell forged requests by other means, such as a
    /// [`CsrfLayer`](super::CsrfLayer).
    #[must_use]
    pub fn trust_every_origin(self) -> Self {
        self.rule(|rules| rules.origins.trust_all())
    }

    /// Passes requests for these paths on without a session: static files, health checks.
    ///
    /// `"/health"` is that path alone, `"/static/*"` everything below `/static/`, `"/*"` everything. The path is compared
    /// as it was sent, in the form that reaches the layer: inside a nested router, axum has taken the prefix away; inside a
    /// scope of actix-web it is whole. An extractor in an excluded handler answers as if there were no layer. For single routes there is
    /// [`SkipSession`](super::SkipSession).
    ///
    /// # Panics
    ///
    /// When a pattern does not begin with `/`, or has a `*` that is not its whole last segment.
    #[must_use]
    pub fn exclude<P: AsRef<str>>(self, patterns: impl IntoIterator<Item = P>) -> Self {
        self.rule(|rules| patterns.into_iter().for_each(|pattern| rules.exclusions.add(pattern.as_ref())))
    }

    /// Gives sessions to one kind of request alone. By default both kinds have them.
    #[must_use]
    pub fn only(self, scope: Scope) -> Self {
        self.rule(|rules| rules.exclusions.limit_to(scope))
    }

    fn set(self, change: impl FnOnce(&mut Settings<T>)) -> Self {
        self.change(|config| change(&mut config.settings))
    }

    fn rule(self, change: impl FnOnce(&mut WebRules)) -> Self {
        self.change(|config| change(&mut config.rules))
    }

    fn change(mut self, change: impl FnOnce(&mut Config<T>)) -> Self {
        let config = Arc::make_mut(&mut self.config);
        // What was built belongs to the settings of then.
        config.shared = OnceLock::new();
        change(config);
        self
    }

    /// What the layer's requests share.
    pub(super) fn shared(&self) -> &Arc<Shared<T>> {
        let Config { settings, rules, shared } = &*self.config;
        shared.get_or_init(|| {
            let engine = Arc::new(Engine::new(settings.clone()));
            Arc::new(Shared::new(engine, &settings.cookie, rules.clone()))
        })
    }

    /// What the layer works with.
    #[cfg(feature = "testkit")]
    pub(crate) fn engine(&self) -> &Arc<Engine<T>> {
        self.shared().engine()
    }
}

impl<T> Clone for SessionLayer<T> {
    fn clone(&self) -> Self {
        Self { config: Arc::clone(&self.config) }
    }
}

// Not derived: the derive would ask for `T: Clone`.
impl<T> Clone for Config<T> {
    fn clone(&self) -> Self {
        Self { settings: self.settings.clone(), rules: self.rules.clone(), shared: self.shared.clone() }
    }
}

impl<T: SessionModel> fmt::Debug for SessionLayer<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionLayer")
            .field("kind", &T::KIND)
            .field("cookie", &self.config.settings.cookie.name())
            .finish_non_exhaustive()
    }
}
