//! What tests of sessions need: the store contract, a clock to move, and stores that count and fail.
//!
//! # The contract
//!
//! Everything that sessio promises rests on stores that keep their word under load, in races, and when a request is dropped
//! half-way. [`store_contract!`](crate::store_contract) tries a store of your own with the rules that every store of this
//! crate passes. Say how to open it, and what it can:
//!
//! ```
//! # use sessio::store::MemoryStore as MyStore;
//! use sessio::{model::SessionModel, testkit::Backend};
//!
//! struct Mine;
//!
//! impl Backend for Mine {
//!     type Store<T: SessionModel> = MyStore<T>;
//!
//!     async fn open<T: SessionModel>(&self, namespace: &str) -> MyStore<T> {
//!         // Connect, with `namespace` as the prefix of the keys, the database or the folder.
//!         MyStore::new()
//!     }
//! }
//!
//! sessio::store_contract!(Mine, [sweep, enumerate, find]);
//! ```
//!
//! | [`rules`] | what they try |
//! |---|---|
//! | [`store`](rules::store) | each verb by itself: what it does, what it leaves alone, what survives it |
//! | [`races`](rules::races) | operations on several threads: nothing lost, one winner, dead stays dead |
//! | [`interleaving`](rules::interleaving) | operations on one task in an order that a seed chose, against every serial order |
//! | [`cancellation`](rules::cancellation) | each operation, dropped wherever it waits |
//! | [`program`](rules::program) | thousands of random operations, with the answers of a map |
//! | [`sweep`](rules::sweep), [`enumerate`](rules::enumerate), [`find`](rules::find) | what the capability traits add |
//! | [`expire`](rules::expire) | a server that removes expired records by itself |
//! | [`shared`](rules::shared) | a backend that several processes use |
//!
//! What the contract leaves open: whether an id that was deleted can be created again (ids are random, so nobody does), in
//! which order a search finds records, whether a search for [`ColumnValue::Null`](crate::model::ColumnValue::Null) finds those
//! without a value, and times finer than a microsecond.
//!
//! # An application's own tests
//!
//! `plant` puts a session into a visitor's hands without the application's login, and `peek` looks into one. Both take the
//! application's own layer, so they work with every framework and every store. A [`ManualClock`] stands still until it is moved.
//! In axum:
//!
#![cfg_attr(all(feature = "axum", feature = "memory"), doc = "```")]
#![cfg_attr(not(all(feature = "axum", feature = "memory")), doc = "```ignore")]
//! use std::time::Duration;
//!
//! use axum::{Router, body::Body, http::{Request, StatusCode, header::COOKIE}, routing::post};
//! use sessio::{Authenticated, Session, SessionLayer, store::MemoryStore};
//! use sessio::testkit::{ManualClock, peek, plant};
//! use tower_service::Service; // or `tower::ServiceExt`, for `oneshot`
//!
//! #[derive(Session)]
//! struct Shop {
//!     #[session(principal)]
//!     user_id: Option<i64>,
//!     orders: u32,
//! }
//!
//! fn app(sessions: SessionLayer<Shop>) -> Router {
//!     let order = async |mut shop: Authenticated<Shop>| *shop.orders_mut() += 1;
//!     Router::new().route("/order", post(order)).layer(sessions)
//! }
//!
//! # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
//! let clock = ManualClock::new();
//! let sessions = Shop::layer(MemoryStore::new()).clock(clock.clone());
//! let mut app = app(sessions.clone());
//! let cookie = plant(&sessions, |shop| shop.set_user_id(42)).await;
//! let order = || Request::post("/order").header(COOKIE, &cookie).body(Body::empty()).unwrap();
//!
//! assert_eq!(app.call(order()).await.unwrap().status(), StatusCode::OK);
//! assert_eq!(peek(&sessions, &cookie).await.unwrap().orders(), 1);
//!
//! clock.advance(Duration::from_hours(14 * 24));
//! assert_eq!(app.call(order()).await.unwrap().status(), StatusCode::UNAUTHORIZED);
//! assert!(peek(&sessions, &cookie).await.is_none());
//! # });
//! ```
//!
//! In actix-web:
//!
#![cfg_attr(all(feature = "actix", feature = "memory"), doc = "```")]
#![cfg_attr(not(all(feature = "actix", feature = "memory")), doc = "```ignore")]
//! # use sessio::{Authenticated, Session, store::MemoryStore, testkit::{peek, plant}};
//! # #[derive(Session)]
//! # struct Shop { #[session(principal)] user_id: Option<i64>, orders: u32 }
//! use actix_web::{App, http::header::COOKIE, test::{TestRequest, call_service, init_service}, web};
//!
//! async fn order(mut shop: Authenticated<Shop>) -> &'static str {
//!     *shop.orders_mut() += 1;
//!     "ordered"
//! }
//!
//! # actix_web::rt::System::new().block_on(async {
//! let sessions = Shop::layer(MemoryStore::new());
//! let app = init_service(App::new().route("/order", web::post().to(order)).wrap(sessions.clone())).await;
//! let cookie = plant(&sessions, |shop| shop.set_user_id(42)).await;
//!
//! let request = TestRequest::post().uri("/order").insert_header((COOKIE, cookie.as_str())).to_request();
//! assert_eq!(call_service(&app, request).await.status(), 200);
//! assert_eq!(peek(&sessions, &cookie).await.unwrap().orders(), 1);
//! # });
//! ```
//!
//! A sealed session is in the cookie itself, so there `peek` takes the cookie that the response has set.
//!
//! # Stores to try others with
//!
//! [`CountingStore`] counts round trips. [`FaultStore`] fails at a chosen call.

mod backend;
mod clock;
mod contract;
mod counting;
mod fault;
mod kit;
mod model;
mod operation;
mod oracle;
#[cfg(feature = "web")]
mod plant;
mod random;
pub mod rules;
mod schedule;

pub use backend::Backend;
pub use clock::ManualClock;
pub use counting::CountingStore;
pub use fault::{Fault, FaultStore, Gate, On};
pub use kit::{Kit, check};
pub use model::{Model, Other};
pub use operation::{Calls, Operation};
#[cfg(feature = "web")]
pub use plant::{peek, plant};
pub use random::SEED_VARIABLE;
