//! What tests of sessions need: a clock to move, and stores that count and fail.

mod clock;
mod counting;
mod fault;
mod model;
mod operation;

pub use clock::ManualClock;
pub use counting::CountingStore;
pub use fault::{Fault, FaultStore, Gate, On};
pub use model::{Model, Other};
pub use operation::{Calls, Operation};
