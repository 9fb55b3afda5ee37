//! Files as they will be when some have been changed.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::file_system::{FileError, FileSystem};

/// All files as they are, but for some that have another content.
#[derive(Debug)]
pub struct Changed {
    files: Arc<dyn FileSystem>,
    contents: HashMap<PathBuf, Vec<u8>>,
}

impl Changed {
    /// Gives files that exist another content.
    pub fn new(files: Arc<dyn FileSystem>, contents: impl IntoIterator<Item = (PathBuf, Vec<u8>)>) -> Changed {
        let real = |path: PathBuf| files.canonicalize(&path).unwrap_or(path);
        let contents = contents.into_iter().map(|(path, content)| (real(path), content)).collect();
        Changed { files, contents }
    }
}

impl FileSystem for Changed {
    fn read(&self, path: &Path) -> Result<Vec<u8>, FileError> {
        let real = self.files.canonicalize(path).ok();
        match real.and_then(|real| self.contents.get(&real)) {
            Some(content) => Ok(content.clone()),
            None => self.files.read(path),
        }
    }

    fn is_dir(&self, path: &Path) -> bool {
        self.files.is_dir(path)
    }

    fn exists(&self, path: &Path) -> bool {
        self.files.exists(path)
    }

    fn canonicalize(&self, path: &Path) -> Result<PathBuf, FileError> {
        self.files.canonicalize(path)
    }

    fn read_dir(&self, path: &Path) -> Result<Vec<String>, FileError> {
        self.files.read_dir(path)
    }

    fn is_on_disk(&self) -> bool {
        // Programs would read the old content.
        false
    }

    fn display(&self, path: &Path) -> String {
        self.files.display(path)
    }

    fn repository(&self, directory: &Path) -> Option<PathBuf> {
        self.files.repository(directory)
    }
}
