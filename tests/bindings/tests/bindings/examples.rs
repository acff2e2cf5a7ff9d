//! The example programs of the frameworks, each with the test that stands at its end.
#![allow(dead_code, reason = "nobody calls their `main`")]

#[path = "../../../../examples/actix/src/main.rs"]
mod actix;
#[path = "../../../../examples/actix-websocket/src/main.rs"]
mod actix_websocket;
#[path = "../../../../examples/axum-events/src/main.rs"]
mod axum_events;
#[path = "../../../../examples/axum-websocket/src/main.rs"]
mod axum_websocket;
