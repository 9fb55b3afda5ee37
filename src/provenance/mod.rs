//! Which line set a field: paths of fields, and the history of their values.
//!
//! Reads what the build has recorded ([`crate::yaml::Trace`]); knows nothing of kustomizations, commits and output.

mod history;
mod mask;
mod path;
mod subject;

pub use history::{Step, history, json, origin_of};
pub use mask::{masked, masked_object};
pub use path::{FieldPath, Found, MissingField, PathError, Segment};
pub use subject::{MALFORMED, field, find, leaves};
