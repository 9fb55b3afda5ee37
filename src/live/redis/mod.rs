//! Redis nodes: who may connect, where, and what they answer.

mod access;
mod address_map;
mod connection;
mod error;

pub use access::{Access, Tls};
pub use address_map::{AddressMap, NoMapping};
pub use connection::Connection;
pub use error::{NodeError, Trouble};
