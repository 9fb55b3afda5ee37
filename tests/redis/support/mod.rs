//! Clusters of real servers for tests, and the built binary.
//!
//! `TestCluster::start(3, 1, 2)` is three masters, a replica of each and two spares, on free ports of the loopback address; everything ends when it
//! is dropped, when the test panics, and when the process of the test is killed. `TestCluster::builder()` sets the server, passwords, users, TLS,
//! IPv6 and further lines of configuration.

// Each test uses some of it.
#![allow(dead_code, unused_imports)]

mod builder;
pub mod certificates;
mod cluster;
mod digest;
mod keeper;
mod node;
mod ports;
mod run;
mod servers;

pub use builder::Builder;
pub use cluster::TestCluster;
pub use digest::Digest;
pub use node::TestNode;
pub use ports::Ports;
pub use run::{Ran, binary, redisops, run};
pub use servers::Server;
