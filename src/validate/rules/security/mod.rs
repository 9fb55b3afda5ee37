//! What should not stand in Git.

mod plain_secret;

pub use plain_secret::PlainSecret;
