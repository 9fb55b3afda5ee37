//! The repository around a build, as far as rules may ask about it.

use std::fmt::Debug;

/// What rules may know of the repository that objects come from.
pub trait Repository: Debug + Send + Sync {
    /// Whether a path from its root is a directory.
    fn is_directory(&self, path: &str) -> bool;

    /// Names of the directories in a directory, sorted; hidden ones left out.
    fn directories(&self, path: &str) -> Vec<String>;

    /// Whether a URL is one under which this repository is known.
    fn is_at(&self, url: &str) -> bool;
}
