//! The cached store: the contract, and every way in which a cache could bring a session back.

mod bounds;
mod contract;
mod logout;
mod record;
mod trips;
mod unanswered;
mod waiting;
