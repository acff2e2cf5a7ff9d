//! A web shop whose visitors' sessions are a plain struct. It reads from top to bottom: the struct, the handlers, the
//! router, `main`.
//!
//! ```text
//! cargo run                                  # then open http://localhost:3000
//! PORT=8080 SESSION_STORE=memory: cargo run
//! ```
//!
//! | variable | default | what it is |
//! |---|---|---|
//! | `SESSION_STORE` | `sqlite:shop.db` | where sessions are kept: `memory:`, `file:FOLDER`, `sqlite:FILE`, or the URL of a `postgres:`, `mysql:`, `redis:` or `memcached:` server |
//! | `PORT` | `3000` | the port on 127.0.0.1; `0` takes a free one |
//! | `SHOP_ADDR` | | address and port, for example `0.0.0.0:80`; goes before `PORT` |
//! | `RUST_LOG` | `info,sessio=debug` | what is logged on stderr |

mod catalogue;
mod pages;

use std::{
    env,
    io::{ErrorKind, IsTerminal},
    net::{Ipv4Addr, SocketAddr},
    process::ExitCode,
    time::Duration,
};

use anyhow::{Context, anyhow};
use axum::{
    Form, Router,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    middleware,
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use maud::Markup;
use serde::Deserialize;
use sessio::{
    Expiry, LoadError, Session, SessionLayer, Sessions, StaleAuthentication,
    cookie::CookieSpec,
    store::{AnyStore, StoreError, Sweeper},
    token::SessionId,
    web::{Csrf, CsrfLayer},
};
use tokio::{net::TcpListener, time};
use tracing_subscriber::EnvFilter;

use crate::catalogue::{Cart, Theme};

// 1. The session: one struct. ----------------------------------------------------------------------------------------

/// What the shop remembers about a visitor.
///
/// The derive gives each field its accessors: `theme()`, `set_theme(..)`, `cart_mut()`, `take_notice()`. A new visitor
/// has the default of each field.
#[derive(Session)]
#[session(table = "shop_sessions")]
struct Shop {
    /// Who is signed in. The principal has a column of its own, so a user's sessions can be found; and whenever it
    /// changes the session gets a new secret, so a cookie that somebody planted or copied before opens nothing after.
    #[session(principal)]
    user_id: Option<i64>,

    /// What the visitor is about to buy. If two tabs change it at the same time, both changes count.
    #[session(merge = "add")]
    cart: Cart,

    /// How many pages the visitor has seen; ten tabs that open at once make it ten more.
    #[session(merge = "add")]
    visits: u32,

    /// Said on the next page, once.
    #[session(flash)]
    notice: Option<String>,

    /// How the visitor likes the pages.
    theme: Theme,

    /// The browser at sign-in, for the list of devices.
    browser: String,
}

/// Where the sessions are: any store, chosen by its URL.
type Store = AnyStore<Shop>;

// 2. Pages. A handler asks for `Session<Shop>` and has the struct; what it changes is saved with the response. ---------

async fn show_catalogue(mut shop: Session<Shop>) -> Markup {
    let notice = arrive(&mut shop);
    pages::catalogue(&shop, notice.as_deref())
}

async fn show_cart(mut shop: Session<Shop>) -> Markup {
    let notice = arrive(&mut shop);
    pages::cart(&shop, notice.as_deref())
}

async fn show_sign_in(mut shop: Session<Shop>) -> Markup {
    let notice = arrive(&mut shop);
    pages::sign_in(&shop, notice.as_deref())
}

/// Counts the page, and takes the notice that the request before has left.
fn arrive(shop: &mut Session<Shop>) -> Option<String> {
    // Whoever only looks around has no session: no cookie, no row in the table. Counting would make one.
    if !shop.is_new() {
        *shop.visits_mut() += 1;
    }
    shop.take_notice()
}

// 3. The cart. -------------------------------------------------------------------------------------------------------

#[derive(Deserialize)]
struct Choice {
    product: u32,
}

async fn add_to_cart(mut shop: Session<Shop>, Form(choice): Form<Choice>) -> Result<Redirect, Problem> {
    let product = catalogue::product(choice.product).ok_or(Problem::Unknown("product"))?;
    shop.cart_mut().add(product);
    shop.set_notice(format!("{} is in your cart.", product.name));
    Ok(Redirect::to("/"))
}

#[derive(Deserialize)]
struct Quantity {
    product: u32,
    quantity: u32,
}

async fn change_quantity(mut shop: Session<Shop>, Form(wish): Form<Quantity>) -> Result<Redirect, Problem> {
    let product = catalogue::product(wish.product).ok_or(Problem::Unknown("product"))?;
    shop.cart_mut().set(product, wish.quantity);
    shop.set_notice("Your cart is changed.");
    Ok(Redirect::to("/cart"))
}

async fn remove_from_cart(mut shop: Session<Shop>, Form(choice): Form<Choice>) -> Result<Redirect, Problem> {
    let product = catalogue::product(choice.product).ok_or(Problem::Unknown("product"))?;
    shop.cart_mut().set(product, 0);
    shop.set_notice(format!("{} is out of your cart.", product.name));
    Ok(Redirect::to("/cart"))
}

#[derive(Deserialize)]
struct Look {
    theme: Theme,
}

async fn choose_theme(mut shop: Session<Shop>, Form(look): Form<Look>) -> Redirect {
    shop.set_theme(look.theme);
    Redirect::to("/")
}

// 4. Signing in and out. ---------------------------------------------------------------------------------------------

#[derive(Deserialize)]
struct SignIn {
    user: i64,
    /// A ticked box is sent as `remember=on`, an empty one not at all.
    remember: Option<String>,
}

/// Takes its form as `Csrf`: everybody has to show the token of a page of ours, those without a session too. A form that
/// another site sends cannot sign the visitor in as somebody else.
async fn sign_in(
    headers: HeaderMap,
    mut shop: Session<Shop>,
    form: Csrf<Shop, Form<SignIn>>,
) -> Result<Redirect, Problem> {
    // A real shop checks a password here.
    let user = catalogue::user(form.user).ok_or(Problem::Unknown("user"))?;
    // An anonymous cart stays. Straight from one user to another nothing stays.
    shop.sign_in(user.id);
    if form.remember.is_some() {
        shop.set_expiry(Expiry::default().persistent());
    }
    shop.set_browser(pages::browser_family(&headers));
    shop.set_notice(format!("Welcome, {}.", user.name));
    Ok(Redirect::to("/"))
}

async fn sign_out(mut shop: Session<Shop>) -> Redirect {
    let theme = *shop.theme();
    shop.sign_out();
    // The session has ended for good. What is set from here on belongs to a new one, with a new cookie.
    shop.set_theme(theme);
    shop.set_notice("You are signed out.");
    Redirect::to("/")
}

// 5. Your devices: sessions of other requests, found and ended straight in the store. -----------------------------------

async fn show_devices(State(store): State<Store>, mut shop: Session<Shop>) -> Result<Response, Problem> {
    let Some(user) = shop.user_id() else { return Ok(Redirect::to("/sign-in").into_response()) };
    // What a store can do is part of its type. One that was chosen while the program runs is asked.
    let store = store.findable().ok_or(Problem::Unlisted(store.backend()))?;
    let mut devices = Sessions::of(&store).of_principal(user).await?;
    devices.sort_by_key(|device| (Some(device.id()) != shop.id(), std::cmp::Reverse(device.seen_at())));
    let notice = arrive(&mut shop);
    Ok(pages::devices(&shop, notice.as_deref(), &devices).into_response())
}

/// Whoever finds a browser unattended must not sign its owner out elsewhere: the sign-in may not be older than this.
const FRESH: Duration = Duration::from_mins(15);

async fn end_other_devices(State(store): State<Store>, mut shop: Session<Shop>) -> Result<Redirect, Problem> {
    let (Some(user), Some(this)) = (shop.user_id(), shop.id()) else { return Ok(ask_to_sign_in(shop)) };
    shop.require_fresh(FRESH)?;
    let store = store.findable().ok_or(Problem::Unlisted(store.backend()))?;
    let ended = Sessions::of(&store).end_others_of(user, this).await?;
    shop.set_notice(format!("Signed out elsewhere: {ended}."));
    Ok(Redirect::to("/devices"))
}

#[derive(Deserialize)]
struct Device {
    id: String,
}

async fn end_device(
    State(store): State<Store>,
    mut shop: Session<Shop>,
    Form(device): Form<Device>,
) -> Result<Redirect, Problem> {
    let Some(user) = shop.user_id() else { return Ok(ask_to_sign_in(shop)) };
    shop.require_fresh(FRESH)?;
    let id: SessionId = device.id.parse().map_err(|_| Problem::Unknown("device"))?;
    if shop.id() == Some(id) {
        return Ok(sign_out(shop).await);
    }
    // An id is no secret. Whoever knows one may not therefore end the session: it has to be one of their own.
    if !Sessions::of(&store).end_one_of(user, id).await? {
        return Err(Problem::Unknown("device"));
    }
    shop.set_notice("That device is signed out.");
    Ok(Redirect::to("/devices"))
}

/// For the form of a page that was opened while the visitor was signed in.
fn ask_to_sign_in(mut shop: Session<Shop>) -> Redirect {
    shop.set_notice("You are signed out. Nothing was changed.");
    Redirect::to("/sign-in")
}

/// Why a handler has no page to show.
enum Problem {
    /// A form names something that is not there.
    Unknown(&'static str),
    /// The store of this name cannot find the sessions of a user.
    Unlisted(&'static str),
    /// The visitor signed in too long ago for what they want to do.
    Stale,
    /// The store did not answer. The visitor is not told why.
    Store(anyhow::Error),
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let (status, title, text) = match self {
            Self::Unknown(what) => (StatusCode::NOT_FOUND, "Not found", format!("There is no such {what}.")),
            Self::Unlisted(store) => {
                let text = format!("Sessions that are kept in {store} cannot be listed. Try another SESSION_STORE.");
                (StatusCode::NOT_IMPLEMENTED, "Your devices", text)
            }
            Self::Stale => {
                let text = "For this, sign in once more: it has been a while.";
                return (StatusCode::FORBIDDEN, pages::plain("Is it still you?", text, "/sign-in")).into_response();
            }
            Self::Store(error) => {
                tracing::error!("the session store failed: {error:#}");
                (StatusCode::SERVICE_UNAVAILABLE, "Not now", "Please try again in a moment.".to_owned())
            }
        };
        (status, pages::plain(title, &text, "/")).into_response()
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        Self::Store(error.into())
    }
}

impl From<StaleAuthentication> for Problem {
    fn from(_: StaleAuthentication) -> Self {
        Self::Stale
    }
}

impl From<LoadError> for Problem {
    fn from(error: LoadError) -> Self {
        Self::Store(error.into())
    }
}

// 6. The router: the session layer goes around the routes that use sessions. ------------------------------------------

fn router(store: Store) -> Router {
    // The default cookie is `__Host-id` and Secure: browsers keep it for https only, and not all count localhost as that.
    // In production leave this line out.
    let sessions = SessionLayer::new(store.clone()).cookie(CookieSpec::development());

    Router::new()
        .route("/", get(show_catalogue))
        .route("/cart", get(show_cart))
        .route("/cart/add", post(add_to_cart))
        .route("/cart/quantity", post(change_quantity))
        .route("/cart/remove", post(remove_from_cart))
        .route("/theme", post(choose_theme))
        .route("/sign-in", get(show_sign_in).post(sign_in))
        .route("/sign-out", post(sign_out))
        .route("/devices", get(show_devices))
        .route("/devices/end", post(end_device))
        .route("/devices/end-others", post(end_other_devices))
        .with_state(store)
        // Forms of other sites do nothing here: whoever has a session shows the token that our pages put into their forms.
        .layer(CsrfLayer::<Shop>::new().pass_without_session())
        .layer(sessions)
        .layer(middleware::map_response(explain_refusal))
        .route("/style.css", get(async || ([(header::CONTENT_TYPE, "text/css")], include_str!("style.css"))))
        .fallback(async || Problem::Unknown("page"))
}

/// sessio answers a forged form with 403 and an empty body, which a browser shows as an error of its own. A visitor who was
/// sent here by another site should read what has happened.
async fn explain_refusal(response: Response) -> Response {
    if response.status() != StatusCode::FORBIDDEN || response.headers().contains_key(header::CONTENT_TYPE) {
        return response;
    }
    let text = "This form came from another site, or from a page that is out of date. Nothing was changed.";
    let (refusal, _empty) = response.into_parts();
    (refusal.status, refusal.headers, pages::plain("Refused", text, "/")).into_response()
}

// 7. The program: a store, a port, and an orderly end. -----------------------------------------------------------------

#[tokio::main]
async fn main() -> ExitCode {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info,sessio=debug"));
    let colours = std::io::stderr().is_terminal();
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(colours).init();
    match open().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("The shop stays closed: {error:#}");
            ExitCode::from(2)
        }
    }
}

async fn open() -> anyhow::Result<()> {
    let url = env::var("SESSION_STORE").unwrap_or_else(|_| "sqlite:shop.db".to_owned());
    let store = sessio::store::connect::<Shop>(&url).await.context(NO_STORE)?;
    // For development. In production the table comes from a migration, and `verify_schema` looks whether it did.
    store.migrate().await.context(NO_STORE)?;
    // Deletes expired sessions now and then, where the server does not do it itself. They open nothing before that either.
    let _sweeper = store.sweepable().map(|store| Sweeper::new(store).spawn()).transpose()?;
    serve(store).await
}

const NO_STORE: &str = "the session store cannot be opened; SESSION_STORE says which one";

async fn serve(store: Store) -> anyhow::Result<()> {
    let address = address()?;
    let listener = TcpListener::bind(address).await.map_err(|error| match error.kind() {
        ErrorKind::AddrInUse => {
            anyhow!("{address} is taken by another program; choose another port: PORT=3001 cargo run")
        }
        _ => anyhow!("{address} cannot be listened on: {error}"),
    })?;
    let local = listener.local_addr()?;
    if local.ip().is_loopback() || local.ip().is_unspecified() {
        println!("The shop is open: http://localhost:{}", local.port());
    } else {
        println!("The shop is open: http://{local}");
    }

    tracing::info!(
        "sessions are kept in {}; SESSION_STORE chooses another store, and Ctrl-C closes the shop",
        store.backend()
    );

    let server = axum::serve(listener, router(store)).with_graceful_shutdown(told_to_stop());
    tokio::select! {
        served = server.into_future() => served?,
        () = async { told_to_stop().await; time::sleep(PATIENCE).await } => tracing::warn!("a request did not end in time"),
    }
    Ok(())
}

/// How long requests that are under way may take to end.
const PATIENCE: Duration = Duration::from_secs(10);

fn address() -> anyhow::Result<SocketAddr> {
    if let Ok(address) = env::var("SHOP_ADDR") {
        return address
            .parse()
            .with_context(|| format!("SHOP_ADDR is {address:?} and should look like 127.0.0.1:3000"));
    }
    let port = env::var("PORT").unwrap_or_else(|_| "3000".to_owned());
    let port: u16 = port.parse().with_context(|| format!("PORT is {port:?} and should be a number up to 65535"))?;
    Ok((Ipv4Addr::LOCALHOST, port).into())
}

/// Ctrl-C, or what a service manager sends.
async fn told_to_stop() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    let _ = tokio::signal::ctrl_c().await;
}
