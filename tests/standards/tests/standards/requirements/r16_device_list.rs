//! R16. A user sees their sessions, which one is this, and ends one after proving again who they are (ASVS 7.5.2; OWASP
//! "Simultaneous Session Logons"). Address and browser are fields of the application, where it wants them at all.

use std::time::Duration;

use axum::{
    Router,
    extract::{Path, State},
    http::{HeaderMap, StatusCode, header::USER_AGENT},
    response::{IntoResponse, Response},
    routing::get,
};
use sessio::{
    Session, SessionLayer, Sessions, Stored, clock::Clock, store::MemoryStore, testkit::ManualClock, token::SessionId,
};
use sessio_test_support::Server;

#[derive(Session)]
struct Device {
    #[session(principal)]
    user_id: Option<i64>,
    agent: String,
}

type Store = State<(MemoryStore<Device>, ManualClock)>;

async fn sign_in(headers: HeaderMap, mut device: Session<Device>) {
    let agent = headers.get(USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default().to_owned();
    device.sign_in(7);
    device.set_agent(agent);
}

async fn list(State((store, _)): Store, device: Session<Device>) -> String {
    let mut devices = Sessions::of(&store).of_principal(7).await.expect("a list");
    devices.sort_by_key(Stored::created_at);
    let line = |other: &Stored<Device>| {
        let age = other.seen_at().since(other.created_at()).as_secs();
        format!("{} {age} {}", other.agent(), if Some(other.id()) == device.id() { "this" } else { "other" })
    };
    devices.iter().map(line).collect::<Vec<_>>().join(", ")
}

async fn end(State((store, _)): Store, Path(id): Path<String>, device: Session<Device>) -> Response {
    if let Err(stale) = device.require_fresh(Duration::from_mins(5)) {
        return stale.into_response();
    }
    let id: SessionId = id.parse().expect("an id");
    let ended = Sessions::of(&store).end(id).await.expect("an answer");
    if ended { StatusCode::NO_CONTENT } else { StatusCode::NOT_FOUND }.into_response()
}

#[tokio::test]
async fn r16_a_user_lists_their_sessions_and_ends_one_only_after_proving_who_they_are() {
    let (store, clock) = (MemoryStore::<Device>::new(), ManualClock::new());
    let app = Router::new()
        .route("/in", get(sign_in))
        .route("/list", get(list))
        .route("/id", get(async |device: Session<Device>| device.id().map(|id| id.to_string()).unwrap_or_default()))
        .route("/end/{id}", get(end))
        .with_state((store.clone(), clock.clone()))
        .layer(SessionLayer::new(store).clock(clock.clone()));
    let server = Server::start(app).await;
    let (phone, laptop) = (server.browser(), server.browser());
    phone.get_as("/in", &[("user-agent", "phone")]).await;
    let begin = clock.now();
    clock.advance(Duration::from_hours(48));
    laptop.get_as("/in", &[("user-agent", "laptop")]).await;
    clock.advance(Duration::from_mins(6));
    assert_eq!(phone.get("/id").await.text.len(), 22, "the phone was used again");
    assert!(clock.now().since(begin) > Duration::from_hours(48));
    assert_eq!(laptop.get("/list").await.text, "phone 173160 other, laptop 0 this");

    let id = phone.get("/id").await.text;
    let end = format!("/end/{id}");
    assert_eq!(laptop.get(&end).await.status, StatusCode::FORBIDDEN, "the sign-in was too long ago");
    laptop.get_as("/in", &[("user-agent", "laptop")]).await;
    assert_eq!(laptop.get(&end).await.status, StatusCode::NO_CONTENT);
    assert_eq!(laptop.get("/list").await.text, "laptop 360 this");
    assert_eq!(phone.get("/id").await.text, "");
}
