//! Key models: what an application says of its keys (`keys.yaml`).

mod read;
mod template;
mod types;
mod units;

pub use read::{Model, inside, read};
pub use template::{Hashed, Malformed, Mistake, Template, Unit};
pub use types::{Form, KeyModel, Limits, Metadata, Pattern, Script, Together, ValueType, Values};
pub use units::{Count, Lifetime, Share, Size, Ttl, bytes_of, milliseconds_of, share_of};
