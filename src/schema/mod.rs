//! Schemas of kinds: those of Kubernetes and of operators that come with the program, and custom resource definitions of the user.
//!
//! Knows nothing of objects and findings; `validate` walks objects along a schema.

mod arena;
mod builtin;
mod compile;
pub mod crd;
mod set;
mod version;

pub use arena::{
    ANY, Arena, CLOSED, CelRule, Checks, EMBEDDED, Format, Kind, LENIENT, NULLABLE, Node, NodeId, Property, Type,
    Unique,
};
pub use builtin::{Lifetime, kind_of_release, kubernetes, lifetime, operators};
pub use compile::{Compiler, SchemaError};
pub use set::{Known, Schemas};
pub use version::KubeVersion;
