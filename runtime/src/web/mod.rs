//! The bindings to web frameworks. They find headers, call the engine, and write headers; nothing else.

#[cfg(feature = "axum")]
pub mod axum;
mod headers;
pub mod tower;
