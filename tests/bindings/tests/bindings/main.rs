//! One behaviour for every framework binding and every store, over HTTP; and what is a binding's own.

mod behaviour;
mod checklist;
mod examples;
mod failures;
mod forgery;
mod places;
mod planting;
mod sockets;
mod superseded;
