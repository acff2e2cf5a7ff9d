//! The file store on real folders: the contract, what is foreign in the folder, permissions, and folders that go away.

mod contract;
mod folder;
mod foreign;
#[path = "../visits/mod.rs"]
mod visits;
