//! The session and the app that every backend is asked to carry.

use std::sync::Arc;

use axum::{
    Router,
    extract::{Path, State},
    routing::get,
};
use sessio::{IntoBackend, Session, SessionLayer, cookie::CookieSpec};
use sessio_test_support::Server;
use tokio::sync::Barrier;

/// How many requests of one visitor overlap.
pub(crate) const WIDTH: usize = 8;

#[derive(Session)]
pub(crate) struct Tally {
    #[session(principal)]
    user_id: Option<i64>,
    a: u32,
    b: u32,
    c: u32,
    d: u32,
    e: u32,
    f: u32,
    g: u32,
    h: u32,
    #[session(merge = "add")]
    total: u32,
    #[session(merge = "append")]
    notes: Vec<String>,
}

impl Tally {
    fn own(&mut self, index: usize) -> &mut u32 {
        let Self { a, b, c, d, e, f, g, h, .. } = self;
        [a, b, c, d, e, f, g, h].into_iter().nth(index).expect("one of eight")
    }

    fn count(&mut self) {
        self.total += 1;
        self.notes.push("counted".to_owned());
    }
}

/// All eight requests have loaded the session before the first of them changes it.
async fn mark(State(all): State<Arc<Barrier>>, Path(index): Path<usize>, mut tally: Session<Tally>) {
    all.wait().await;
    *tally.own(index) += 1;
    *tally.total_mut() += 1;
}

async fn show(mut tally: Session<Tally>) -> String {
    let user = tally.user_id().unwrap_or_default();
    let own: Vec<_> = (0..WIDTH).map(|index| tally.own(index).to_string()).collect();
    format!("{user}: {} = {}, {} notes", own.join("+"), tally.total(), tally.notes().len())
}

/// What [`show`] says.
pub(crate) fn shown(user: i64, own: u32, total: usize, notes: usize) -> String {
    format!("{user}: {} = {total}, {notes} notes", vec![own.to_string(); WIDTH].join("+"))
}

/// A handler that does not give up after the first error.
async fn insist(tally: &mut Session<Tally>) {
    if tally.commit().await.is_err() {
        tally.commit().await.expect("the store answers again");
    }
}

pub(crate) async fn serve(store: impl IntoBackend<Tally>) -> Server {
    let app = Router::new()
        .route("/mark/{index}", get(mark))
        .route("/show", get(show))
        .route("/add", get(async |mut tally: Session<Tally>| *tally.total_mut() += 1))
        .route("/in/{user}", get(async |Path(user): Path<i64>, mut tally: Session<Tally>| tally.sign_in(user)))
        .route("/out", get(async |mut tally: Session<Tally>| tally.sign_out()))
        .route(
            "/count-insisting",
            get(async |mut tally: Session<Tally>| {
                tally.count();
                insist(&mut tally).await;
            }),
        )
        .route(
            "/count-and-go-on",
            get(async |mut tally: Session<Tally>| {
                tally.count();
                let failed = tally.commit().await.is_err();
                tally.count();
                failed.to_string()
            }),
        )
        .route(
            "/in-insisting/{user}",
            get(async |Path(user): Path<i64>, mut tally: Session<Tally>| {
                tally.sign_in(user);
                tally.count();
                insist(&mut tally).await;
            }),
        )
        .with_state(Arc::new(Barrier::new(WIDTH)))
        .layer(SessionLayer::new(store).cookie(CookieSpec::development()));
    Server::start(app).await
}
