//! What a visitor sees: sessions over real HTTP, races, hostile cookies, faults. A module a topic.

mod configuration;
mod costs;
mod detached;
mod epochs;
mod every_backend;
mod evolution;
mod expiry;
mod faults;
mod handles;
mod histories;
mod hostile;
mod identity;
mod key_rotation;
mod limits;
mod lossless;
mod lost_answers;
mod middleware;
mod numbers;
mod overlapping_writes;
mod panics;
mod responses;
mod revoked;
mod secret_fields;
mod secrets;
mod several_types;
mod split_cookie;
