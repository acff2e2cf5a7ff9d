//! Who competes: one small shop over each library, each written as its own documentation says.
//!
//! | path | what it does with the session |
//! |---|---|
//! | `/begin` | fills it |
//! | `/untouched` | nothing |
//! | `/read` | reads all of it |
//! | `/write` | adds one to the counter |

use std::{
    fmt::Debug,
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use anyhow::{Result, ensure};
use axum::{
    Router,
    body::Body,
    http::{HeaderValue, Request, StatusCode, Uri, header},
    response::Response,
    routing::get,
};
use sessio::{Event, IntoBackend, SessionLayer, cookie::CookieSpec};
use tower_service::Service;

use crate::shop::{self, Item, Shop, USER, cart, page};

/// An app over one library, whatever its framework.
pub(crate) trait App {
    /// The library's name.
    fn name(&self) -> &'static str;

    /// Lets a visitor with this `Cookie` header ask for a path.
    fn ask<'a>(&'a self, path: &'static str, cookie: &'a str) -> Asked<'a>;
}

/// The way to an answer.
type Asked<'a> = Pin<Box<dyn Future<Output = Result<Answer>> + 'a>>;

/// What a browser has from an answer.
pub(crate) struct Answer {
    /// The `Cookie` header that it will send from now on.
    pub(crate) cookies: String,
    pub(crate) text: String,
}

/// An app of axum.
#[derive(Clone)]
pub(crate) struct Contestant {
    /// The library's name.
    pub(crate) name: &'static str,
    router: Router,
}

impl Contestant {
    /// An app of that name.
    pub(crate) fn new(name: &'static str, router: Router) -> Self {
        Self { name, router }
    }

    /// Lets the app answer a request.
    pub(crate) async fn answer(&mut self, request: Request<Body>) -> Result<Response> {
        // A router is always ready.
        let response = self.router.call(request).await.unwrap_or_else(|never| match never {});
        ensure!(response.status().is_success(), "{} answers with {}", self.name, response.status());
        Ok(response)
    }
}

impl App for Contestant {
    fn name(&self) -> &'static str {
        self.name
    }

    fn ask<'a>(&'a self, path: &'static str, cookie: &'a str) -> Asked<'a> {
        let mut app = self.clone();
        Box::pin(async move {
            let response = app.answer(request(path, cookie.parse()?)).await?;
            let set = response.headers().get_all(header::SET_COOKIE).iter();
            let cookies = pairs(set.filter_map(|cookie| cookie.to_str().ok()));
            let body = axum::body::to_bytes(response.into_body(), 1_000).await?;
            Ok(Answer { cookies, text: String::from_utf8(body.into())? })
        })
    }
}

/// An app of actix-web.
pub(crate) struct ActixApp<S> {
    name: &'static str,
    service: S,
}

impl ActixApp<()> {
    /// The routes over sessio.
    pub(crate) async fn sessio<B: IntoBackend<Shop>>(backend: B, conflicts: &Conflicts) -> impl App + use<B> {
        use actix_web::{App, web};

        let app = App::new()
            .wrap(layer(backend, conflicts))
            .route("/begin", web::get().to(shop::begin))
            .route("/untouched", web::get().to(shop::untouched))
            .route("/read", web::get().to(shop::read))
            .route("/write", web::get().to(shop::write));
        ActixApp { name: SESSIO_ON_ACTIX, service: actix_web::test::init_service(app).await }
    }

    /// The routes over actix-session.
    pub(crate) async fn start(
        name: &'static str,
        store: impl actix_session::storage::SessionStore + 'static,
    ) -> impl App {
        use actix_session::{Session, SessionMiddleware};
        use actix_web::{App, Error, cookie::Key, web};

        let begin = async |session: Session| -> Result<&'static str, Error> {
            session.insert("user_id", USER)?;
            session.insert("visits", 0_u32)?;
            session.insert("cart", cart())?;
            Ok("answer")
        };
        let read = async |session: Session| -> Result<String, Error> {
            let cart: Vec<Item> = session.get("cart")?.unwrap_or_default();
            Ok(page(session.get("user_id")?, session.get("visits")?.unwrap_or_default(), &cart))
        };
        let write = async |session: Session| -> Result<&'static str, Error> {
            let visits: u32 = session.get("visits")?.unwrap_or_default();
            session.insert("visits", visits + 1)?;
            Ok("answer")
        };
        let app = App::new()
            .wrap(SessionMiddleware::builder(store, Key::generate()).cookie_secure(false).build())
            .route("/begin", web::get().to(begin))
            .route("/untouched", web::get().to(async || "answer"))
            .route("/read", web::get().to(read))
            .route("/write", web::get().to(write));
        ActixApp { name, service: actix_web::test::init_service(app).await }
    }
}

impl<S, B> App for ActixApp<S>
where
    S: actix_web::dev::Service<
            actix_http::Request,
            Response = actix_web::dev::ServiceResponse<B>,
            Error = actix_web::Error,
        >,
    B: actix_web::body::MessageBody,
{
    fn name(&self) -> &'static str {
        self.name
    }

    fn ask<'a>(&'a self, path: &'static str, cookie: &'a str) -> Asked<'a> {
        let request = actix_web::test::TestRequest::get().uri(path).insert_header(("cookie", cookie)).to_request();
        Box::pin(async move {
            let response =
                self.service.call(request).await.map_err(|error| anyhow::anyhow!("{}: {error}", self.name))?;
            ensure!(response.status().is_success(), "{} answers with {}", self.name, response.status());
            let set = response.headers().get_all("set-cookie").filter_map(|cookie| cookie.to_str().ok());
            let cookies = pairs(set);
            let body = actix_web::test::read_body(response).await;
            Ok(Answer { cookies, text: String::from_utf8(body.into())? })
        })
    }
}

/// A request of a visitor.
pub(crate) fn request(path: &'static str, cookie: HeaderValue) -> Request<Body> {
    let mut request = Request::new(Body::empty());
    *request.uri_mut() = Uri::from_static(path);
    request.headers_mut().insert(header::COOKIE, cookie);
    request
}

/// What a browser makes of the cookies that it was sent.
fn pairs<'a>(set: impl Iterator<Item = &'a str>) -> String {
    set.filter_map(|cookie| cookie.split(';').next()).collect::<Vec<_>>().join("; ")
}

/// The routes without any session: what every request costs anyway.
pub(crate) fn bare() -> Contestant {
    let router = ["/begin", "/untouched", "/read", "/write"]
        .into_iter()
        .fold(Router::new(), |router, path| router.route(path, get(async || "answer")));
    Contestant { name: "bare route", router }
}

/// How many conflicts the commits of an app have met.
#[derive(Clone, Default)]
pub(crate) struct Conflicts(Arc<Mutex<Vec<u32>>>);

impl Conflicts {
    /// How many commits have met that many.
    pub(crate) fn at_least(&self, conflicts: usize) -> f64 {
        self.counts().get(conflicts - 1).copied().unwrap_or_default().into()
    }

    /// The most that one commit has met.
    pub(crate) fn most(&self) -> f64 {
        f64::from(u32::try_from(self.counts().len()).unwrap_or(u32::MAX))
    }

    fn note(&self, event: &Event) {
        let &Event::Conflict { attempt, .. } = event else { return };
        let mut counts = self.counts();
        let length = counts.len().max(attempt as usize);
        counts.resize(length, 0);
        counts[attempt as usize - 1] += 1;
    }

    fn counts(&self) -> MutexGuard<'_, Vec<u32>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The routes over sessio, in axum.
pub(crate) fn sessio(backend: impl IntoBackend<Shop>, conflicts: &Conflicts) -> Contestant {
    let router = Router::new()
        .route("/begin", get(shop::begin))
        .route("/untouched", get(shop::untouched))
        .route("/read", get(shop::read))
        .route("/write", get(shop::write))
        .layer(layer(backend, conflicts));
    Contestant { name: "sessio", router }
}

/// sessio's other entrant, which is none of its peers.
pub(crate) const SESSIO_ON_ACTIX: &str = "sessio on actix-web";

/// Whether this is one of sessio's apps.
pub(crate) fn is_sessio(name: &str) -> bool {
    name.starts_with("sessio")
}

fn layer(backend: impl IntoBackend<Shop>, conflicts: &Conflicts) -> SessionLayer<Shop> {
    let conflicts = conflicts.clone();
    SessionLayer::new(backend).cookie(CookieSpec::development()).on_event(move |_, event| conflicts.note(event))
}

/// The two versions of tower-sessions differ in nothing but their types.
macro_rules! tower_sessions {
    ($name:ident, $library:ident) => {
        pub(crate) fn $name(name: &'static str, store: impl $library::SessionStore + Clone) -> Contestant {
            use $library::{Session, SessionManagerLayer};

            let begin = async |session: Session| -> Result<(), StatusCode> {
                session.insert("user_id", USER).await.map_err(fail)?;
                session.insert("visits", 0_u32).await.map_err(fail)?;
                session.insert("cart", cart()).await.map_err(fail)
            };
            let read = async |session: Session| -> Result<String, StatusCode> {
                let user: Option<i64> = session.get("user_id").await.map_err(fail)?;
                let visits: Option<u32> = session.get("visits").await.map_err(fail)?;
                let cart: Option<Vec<Item>> = session.get("cart").await.map_err(fail)?;
                Ok(page(user, visits.unwrap_or_default(), &cart.unwrap_or_default()))
            };
            let write = async |session: Session| -> Result<&'static str, StatusCode> {
                let visits: Option<u32> = session.get("visits").await.map_err(fail)?;
                session.insert("visits", visits.unwrap_or_default() + 1).await.map_err(fail)?;
                Ok("answer")
            };
            let router = Router::new()
                .route("/begin", get(begin))
                .route("/untouched", get(async || "answer"))
                .route("/read", get(read))
                .route("/write", get(write))
                .layer(SessionManagerLayer::new(store).with_secure(false));
            Contestant { name, router }
        }
    };
}

tower_sessions!(tower_sessions, tower_sessions);
tower_sessions!(tower_sessions_0_14, tower_sessions_0_14);

pub(crate) fn axum_session<P>(name: &'static str, store: axum_session::SessionStore<P>) -> Contestant
where
    P: axum_session::DatabasePool + Clone + Debug + Send + Sync + 'static,
{
    use axum_session::Session;

    let begin = async |session: Session<P>| {
        session.set("user_id", USER);
        session.set("visits", 0_u32);
        session.set("cart", cart());
    };
    let read = async |session: Session<P>| {
        let cart: Vec<Item> = session.get("cart").unwrap_or_default();
        page(session.get("user_id"), session.get("visits").unwrap_or_default(), &cart)
    };
    let write = async |session: Session<P>| {
        let visits: u32 = session.get("visits").unwrap_or_default();
        session.set("visits", visits + 1);
        "answer"
    };
    let router = Router::new()
        .route("/begin", get(begin))
        .route("/untouched", get(async || "answer"))
        .route("/read", get(read))
        .route("/write", get(write))
        .layer(axum_session::SessionLayer::new(store));
    Contestant { name, router }
}

/// Tells why, on the terminal.
pub(crate) fn fail<E: std::error::Error>(error: E) -> StatusCode {
    eprintln!("a session failed: {error}");
    StatusCode::INTERNAL_SERVER_ERROR
}
