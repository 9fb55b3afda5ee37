//! Which line set a field: paths of fields, and the history of their values.
//!
//! Reads what the build has recorded ([`crate::yaml::Trace`]); knows nothing of kustomizations, commits and output.

mod explanation;
mod history;
mod keyed;
mod mask;
mod path;
mod subject;
mod text;

pub use explanation::{Blame, Explanation, FieldEntry, HistoryEntry, OriginEntry, Places, SourceEntry};
pub use history::{Step, history, json, origin_of, place_of};
pub use keyed::{ItemKeys, keyed_path};
pub use mask::{masked, masked_object};
pub use path::{FieldPath, Found, MissingField, PathError, Segment};
pub use subject::{MALFORMED, field, find, leaves};
