//! An exhaustive model of the life of a session's secrets.
//!
//! [`credential`] and [`request`] are the rules, as pure functions: what a server does with a secret that somebody presents.
//! [`world`] is what the rules meet: two tabs of one browser, an attacker, answers that are lost or late, nodes with caches
//! and clocks. [`witness`] knows what really happened and says what is wrong. [`stage`] holds the small worlds that are
//! searched to their end. A [`mutation`] is one wrong rule, to show that the search finds it. [`traces`] are runs as plain
//! data, to be replayed on the real engine.
//!
//! Nothing here depends on `sessio`. `README.md` holds the table of rules that came out.

pub mod credential;
pub mod mutation;
pub mod request;
pub mod stage;
mod step;
pub mod traces;
pub mod witness;
pub mod world;
