//! The promises in every state of the small worlds, the wrong rules that break them, and runs at random.

mod credential;
mod mutations;
mod rules;
mod traces;
