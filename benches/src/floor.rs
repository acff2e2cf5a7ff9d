//! What the same requests cost on Redis when nothing keeps a session: one `GET` with the same client, decoded; one `SET`.
//!
//! No cookie is parsed, no secret is compared, nothing expires and nothing is merged. What a session costs lies between this
//! and the rows of the libraries, and no library that uses this client can be faster.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use anyhow::Result;
use axum::{
    Router,
    http::{HeaderMap, StatusCode, header},
    response::IntoResponse,
    routing::get,
};
use redis::{AsyncCommands as _, aio::ConnectionManager};
use serde::{Deserialize, Serialize};

use crate::{
    contestants::{Contestant, fail},
    shop::{Item, USER, cart, page},
};

/// What it is called in the table.
pub(crate) const NAME: &str = "no session";

/// The fields of the session that is measured.
#[derive(Deserialize, Serialize)]
struct Plain {
    user_id: Option<i64>,
    visits: u32,
    cart: Vec<Item>,
}

/// The routes, each visitor with a key of their own.
pub(crate) async fn app(url: &str) -> Result<Contestant> {
    let redis = ConnectionManager::new(redis::Client::open(url)?).await?;
    let visitors = Arc::new(AtomicU32::new(0));
    let (read, write) = (redis.clone(), redis.clone());
    let begin = async move || -> Result<_, StatusCode> {
        let key = format!("floor-{}", visitors.fetch_add(1, Ordering::Relaxed));
        save(redis.clone(), &key, &Plain { user_id: Some(USER), visits: 0, cart: cart() }).await?;
        Ok(([(header::SET_COOKIE, key)], "answer").into_response())
    };
    let read = async move |headers: HeaderMap| -> Result<String, StatusCode> {
        let plain = load(read.clone(), key(&headers)?).await?;
        Ok(page(plain.user_id, plain.visits, &plain.cart))
    };
    let write = async move |headers: HeaderMap| -> Result<&'static str, StatusCode> {
        let key = key(&headers)?;
        let mut plain = load(write.clone(), key).await?;
        plain.visits += 1;
        save(write.clone(), key, &plain).await?;
        Ok("answer")
    };
    let router = Router::new().route("/begin", get(begin)).route("/read", get(read)).route("/write", get(write));
    Ok(Contestant::new(NAME, router))
}

fn key(headers: &HeaderMap) -> Result<&str, StatusCode> {
    headers.get(header::COOKIE).and_then(|key| key.to_str().ok()).ok_or(StatusCode::BAD_REQUEST)
}

async fn load(mut redis: ConnectionManager, key: &str) -> Result<Plain, StatusCode> {
    let text: Vec<u8> = redis.get(key).await.map_err(fail)?;
    serde_json::from_slice(&text).map_err(fail)
}

async fn save(mut redis: ConnectionManager, key: &str, plain: &Plain) -> Result<(), StatusCode> {
    let text = serde_json::to_vec(plain).map_err(fail)?;
    redis.set(key, text).await.map_err(fail)
}
