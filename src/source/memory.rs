//! Files that exist only in this process: for tests, fuzzing, and callers that build what they never wrote.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::file_system::{FileError, FileSystem, MAX_FILE_BYTES};
use super::path::clean;

/// Files in memory, below `/`; directories are where files are. There are no links.
#[derive(Clone, Default, Debug)]
pub struct Memory {
    files: BTreeMap<PathBuf, Vec<u8>>,
    directories: BTreeSet<PathBuf>,
}

impl Memory {
    /// No files.
    pub fn new() -> Memory {
        Memory::default()
    }

    /// Adds a file, and the directories above it.
    #[must_use]
    pub fn with(mut self, path: impl AsRef<Path>, content: impl Into<Vec<u8>>) -> Memory {
        self.insert(path, content);
        self
    }

    /// Adds a file, and the directories above it.
    pub fn insert(&mut self, path: impl AsRef<Path>, content: impl Into<Vec<u8>>) {
        let path = absolute(path.as_ref());
        self.directories.extend(path.ancestors().skip(1).map(Path::to_owned));
        self.files.insert(path, content.into());
    }
}

fn absolute(path: &Path) -> PathBuf {
    clean(&Path::new("/").join(path))
}

impl FileSystem for Memory {
    fn read(&self, path: &Path) -> Result<Vec<u8>, FileError> {
        let path = absolute(path);
        match self.files.get(&path) {
            Some(content) if content.len() as u64 > MAX_FILE_BYTES => {
                Err(FileError::TooLarge { size: content.len() as u64 })
            }
            Some(content) => Ok(content.clone()),
            None if self.is_dir(&path) => Err(FileError::IsDirectory),
            None => Err(FileError::NotFound),
        }
    }

    fn is_dir(&self, path: &Path) -> bool {
        let path = absolute(path);
        self.directories.contains(&path) || path == Path::new("/")
    }

    fn exists(&self, path: &Path) -> bool {
        self.is_dir(path) || self.files.contains_key(&absolute(path))
    }

    fn canonicalize(&self, path: &Path) -> Result<PathBuf, FileError> {
        if self.exists(path) { Ok(absolute(path)) } else { Err(FileError::NotFound) }
    }

    fn read_dir(&self, path: &Path) -> Result<Vec<String>, FileError> {
        let dir = absolute(path);
        if !self.is_dir(&dir) {
            return Err(if self.exists(&dir) { FileError::NotDirectory } else { FileError::NotFound });
        }
        let below = self.files.keys().chain(&self.directories).filter(|p| p.parent() == Some(&dir));
        let names: BTreeSet<String> =
            below.filter_map(|p| p.file_name()).map(|n| n.to_string_lossy().into_owned()).collect();
        Ok(names.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directories_are_where_files_are() {
        let files = Memory::new().with("/a/b/c.yaml", "x").with("a/d", "y");
        assert_eq!(files.read_dir(Path::new("/a")), Ok(vec!["b".to_owned(), "d".to_owned()]));
        assert_eq!(files.read_dir(Path::new("/a/d")), Err(FileError::NotDirectory));
        assert_eq!(files.read(Path::new("a/b/../d")), Ok(b"y".to_vec()));
        assert_eq!(files.read(Path::new("/a/b")), Err(FileError::IsDirectory));
        assert_eq!(files.canonicalize(Path::new("/a/x/../b")), Ok(PathBuf::from("/a/b")));
        assert!(files.is_dir(Path::new("/")) && !files.exists(Path::new("/b")));
    }
}
