//! What nodes say, as values: replies of `CLUSTER NODES`, `INFO` and others. Pure; the sockets are in `live`.

pub mod acl;
pub mod config;
mod info;
mod monitor;
mod nodes;
mod views;

pub use info::Info;
pub use monitor::monitored_command;
pub use nodes::{BadNodes, LinkState, NodeLine, parse_nodes};
pub use views::{View, merge_views};
