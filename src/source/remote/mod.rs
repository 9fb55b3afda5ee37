//! Files and repositories of other machines.

mod git;
mod http;
mod lock;
mod network;
mod proxy;

use std::fmt::Debug;
use std::path::PathBuf;
use std::sync::Arc;

use super::error::{LoadError, LoadErrorKind};
use super::file_system::FileSystem;
use super::repo_spec::{RepoSpec, redact};

pub use lock::{LOCK_FILE, Lock, LockEntry};
pub use network::{Network, NetworkOptions, cache_directory};
pub use proxy::proxy_for;

/// A revision of a repository as files.
#[derive(Clone, Debug)]
pub struct Checkout {
    /// What the files are read from.
    pub files: Arc<dyn FileSystem>,
    /// The absolute root of the repository in it, without symbolic links.
    pub directory: PathBuf,
    /// The commit, in hexadecimal digits.
    pub commit: String,
}

/// How a build reaches other machines.
pub trait Remotes: Send + Sync + Debug {
    /// The content of an `http(s)` URL.
    ///
    /// # Errors
    /// With kind [`LoadErrorKind::HttpStatus`] when the server refuses and the URL is nothing that git could clone.
    fn get(&self, url: &str) -> Result<Vec<u8>, LoadError>;

    /// The files of a repository.
    ///
    /// # Errors
    /// When it cannot be fetched.
    fn checkout(&self, spec: &RepoSpec) -> Result<Checkout, LoadError>;
}

/// No other machine is reached: for tests, fuzzing, and callers that must stay local.
#[derive(Clone, Copy, Debug)]
pub struct NoRemotes;

impl Remotes for NoRemotes {
    fn get(&self, url: &str) -> Result<Vec<u8>, LoadError> {
        let message = format!("`{}` is on another machine, which this command does not reach", redact(url));
        Err(LoadError::new(LoadErrorKind::Offline, message))
    }

    fn checkout(&self, spec: &RepoSpec) -> Result<Checkout, LoadError> {
        let message =
            format!("the repository `{}` is on another machine, which this command does not reach", redact(&spec.raw));
        Err(LoadError::new(LoadErrorKind::Offline, message))
    }
}
