//! YAML as a tree in which every node knows where it came from.
//!
//! Knows nothing of Kubernetes: text in, nodes out, text out.

mod build;
pub mod edit;
mod emit;
mod emit_v3;
mod json;
mod libyaml;
mod merge;
mod node;
mod number;
mod order;
mod origin;
mod parse;
mod problem;
mod resolve;
mod scalar;
mod timestamp;
mod write;

pub use emit::{check, emit};
pub use emit_v3::{emit_v3, refolded};
pub use json::{from_json, from_value, through_json, to_json, to_json_pretty};
pub use node::{Entry, Map, Node, Scalar, Style, Tag, Value};
pub use number::{go_float, json_float, number_text};
pub use origin::{LineOrigin, Origin, Trace, Via, Write};
pub use parse::{decode, decode_utf16, parse_documents, parse_first, parse_manifests11, parse_yaml11};
pub use resolve::{Schema, bool11, parse_int11, resolve, resolve_by, resolve11};
pub use scalar::{replace_invalid, string_value};
