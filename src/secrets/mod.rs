//! Values that must not be seen: placeholders in manifests, and the stores that have their values.
//!
//! Grammar, modifiers and variables are those of argocd-vault-plugin. Values are types that print as dots; nothing here prints.

mod canonical;
mod fetch;
mod fill;
mod go;
mod json;
mod jsonpath;
mod list;
mod modifiers;
mod placeholder;
mod resolve;
mod rules;
mod secret;
mod settings;
mod store;
pub mod stores;
mod value;
mod variables;

pub use canonical::canonical;
pub use fetch::{Answers, fetch};
pub use fill::{Reference, references, requests};
pub use json::Numbers;
pub use list::{Listed, list};
pub use resolve::{Texts, resolve};
pub use secret::Secret;
pub use settings::{allowed_paths, fix_by_environment};
pub use store::{Fetched, Request, Store, StoreError, Why};
pub use value::{Fields, Value};
pub use variables::{Variables, parse_file};

/// Code of a store that does not answer.
pub const STORE_DOWN: &str = "redisops::secrets::store_down";
/// Code of a store that does not know us.
pub const NO_CREDENTIALS: &str = "redisops::secrets::no_credentials";
/// Code of a store that does not let us read a path.
pub const DENIED: &str = "redisops::secrets::denied";
/// Code of a store that is not named.
pub const NO_STORE: &str = "redisops::secrets::no_store";
/// Code of settings of a store that are wrong or missing.
pub const SETTINGS: &str = "redisops::secrets::settings";
