//! What the build asks of a place that holds files.

use std::fmt::Debug;
use std::path::{Path, PathBuf};

use thiserror::Error;

/// Largest file that is read, in bytes. The reference has no limit; a manifest, patch or ConfigMap value has no use for one (the API server takes
/// 1.5 MB an object), and a build must not exhaust memory because a path names a disk image.
pub const MAX_FILE_BYTES: u64 = 100 * 1024 * 1024;

/// Why a file could not be read.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
pub enum FileError {
    /// Nothing has that name.
    #[error("no such file or directory")]
    NotFound,
    /// It is a directory.
    #[error("it is a directory")]
    IsDirectory,
    /// It is a file, or a file stands where the path needs a directory.
    #[error("it is not a directory")]
    NotDirectory,
    /// The user may not read it.
    #[error("permission denied")]
    Permission,
    /// It has more than [`MAX_FILE_BYTES`].
    #[error("it has {} MiB; the largest file that is read has {}", size.div_ceil(1 << 20), MAX_FILE_BYTES >> 20)]
    TooLarge {
        /// Its size in bytes, as far as known.
        size: u64,
    },
    /// Anything else, in the words of the system.
    #[error("{0}")]
    Other(String),
}

impl From<std::io::Error> for FileError {
    fn from(error: std::io::Error) -> FileError {
        match error.kind() {
            std::io::ErrorKind::NotFound => FileError::NotFound,
            std::io::ErrorKind::IsADirectory => FileError::IsDirectory,
            std::io::ErrorKind::NotADirectory => FileError::NotDirectory,
            std::io::ErrorKind::PermissionDenied => FileError::Permission,
            _ => FileError::Other(error.to_string()),
        }
    }
}

/// A place that holds files: a disk, a revision of a git repository, memory. Nothing is ever written through it, and what it holds must not change
/// while a build reads it.
///
/// Symbolic links are followed, and `..` is resolved before they are.
pub trait FileSystem: Send + Sync + Debug {
    /// The content of a file.
    ///
    /// # Errors
    /// When there is none, it may not be read, or it is larger than [`MAX_FILE_BYTES`].
    fn read(&self, path: &Path) -> Result<Vec<u8>, FileError>;

    /// Whether a directory has that path.
    fn is_dir(&self, path: &Path) -> bool;

    /// Whether anything has that path.
    fn exists(&self, path: &Path) -> bool;

    /// The path made absolute and clean, without symbolic links.
    ///
    /// # Errors
    /// When nothing has that path.
    fn canonicalize(&self, path: &Path) -> Result<PathBuf, FileError>;

    /// The names in a directory, sorted.
    ///
    /// # Errors
    /// When there is no such directory or it may not be read.
    fn read_dir(&self, path: &Path) -> Result<Vec<String>, FileError>;

    /// Whether the paths are those of the machine, so that other programs can read them.
    fn is_on_disk(&self) -> bool {
        false
    }

    /// The path as messages show it.
    fn display(&self, path: &Path) -> String {
        path.display().to_string()
    }

    /// Root of the repository that holds a directory.
    fn repository(&self, directory: &Path) -> Option<PathBuf> {
        directory.ancestors().find(|dir| self.exists(&dir.join(".git"))).map(Path::to_owned)
    }
}
