//! YAML as a tree in which every node knows where it came from.
//!
//! Knows nothing of Kubernetes: text in, nodes out, text out.

mod node;
mod origin;
mod resolve;

pub use node::{Entry, Map, Node, Scalar, Style, Tag, Value};
pub use origin::{Origin, Trace, Via, Write};
pub use resolve::{parse_int11, resolve, resolve11};
