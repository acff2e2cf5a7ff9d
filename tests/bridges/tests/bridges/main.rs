//! Sessions under tower services that are not axum's.

mod bodies;
mod grpc;
mod http2;
mod poem;
