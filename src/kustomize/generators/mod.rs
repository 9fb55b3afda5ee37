//! The built-in generators: objects from literals, files and arguments.

mod data_map;
mod iam_policy;
mod key_values;

pub use data_map::{Generator, GeneratorKind, merge_options};
pub(super) use data_map::{encode_base64, text_scalar};
pub use iam_policy::IamPolicy;
pub use key_values::{DataFile, ReadFile};
