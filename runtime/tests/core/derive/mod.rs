//! What a struct can do once it derives `Session`.

mod accessors;
mod readme;
