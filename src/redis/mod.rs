//! What nodes say, as values: replies of `CLUSTER NODES`, `INFO` and others. Pure; the sockets are in `live`.

mod info;
mod nodes;

pub use info::Info;
pub use nodes::{BadNodes, LinkState, NodeLine, parse_nodes};
