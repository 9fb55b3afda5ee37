//! What the Kubernetes OpenAPI description says about a field: whether a list merges by key, and by which.
//!
//! The built-in facts are a static table; a kustomization may bring its own description (`openapi: {path: …}`).
//! Only what a strategic merge and the namespace rules ask is kept. Knows nothing of files, YAML or resources.

mod comment;
mod custom;
mod schema;
mod source;
mod table;
mod tables;

pub use comment::{CommentSchemas, comment_schema};
pub use custom::{CustomSchema, SchemaDocumentError};
pub use schema::{MergeKeys, SchemaRef};
pub use source::{OpenApi, OpenApiError};
pub use table::VERSION as BUILTIN_VERSION;
