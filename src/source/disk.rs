//! Files of the machine.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::RwLock;

use super::file_system::{FileError, FileSystem, MAX_FILE_BYTES};
use super::path::{clean, relative};

/// The file system of the machine. Lives for one build: it remembers where directories really are.
#[derive(Debug)]
pub struct Disk {
    working_directory: PathBuf,
    /// Directories without their symbolic links: all files of a directory share the answer.
    directories: RwLock<HashMap<PathBuf, PathBuf>>,
}

impl Disk {
    /// Relative paths start at the working directory of the process.
    pub fn new() -> Disk {
        Disk::at(std::env::current_dir().unwrap_or_else(|_| PathBuf::from("/")))
    }

    /// Relative paths start at the given absolute directory.
    pub fn at(working_directory: impl Into<PathBuf>) -> Disk {
        Disk { working_directory: working_directory.into(), directories: RwLock::default() }
    }

    fn absolute(&self, path: &Path) -> PathBuf {
        clean(&self.working_directory.join(path))
    }

    fn canonical_directory(&self, dir: &Path) -> Result<PathBuf, FileError> {
        if let Some(known) = self.directories.read().expect("no holder of this lock panics").get(dir) {
            return Ok(known.clone());
        }
        let found = fs::canonicalize(dir)?;
        self.directories.write().expect("no holder of this lock panics").insert(dir.to_owned(), found.clone());
        Ok(found)
    }
}

impl Default for Disk {
    fn default() -> Disk {
        Disk::new()
    }
}

impl FileSystem for Disk {
    fn read(&self, path: &Path) -> Result<Vec<u8>, FileError> {
        let file = File::open(self.absolute(path))?;
        let about = file.metadata()?;
        if about.is_dir() {
            return Err(FileError::IsDirectory);
        }
        if about.len() > MAX_FILE_BYTES {
            return Err(FileError::TooLarge { size: about.len() });
        }
        let mut bytes = Vec::with_capacity(about.len() as usize + 1);
        // The size of a device or a pipe is not known before.
        file.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > MAX_FILE_BYTES {
            return Err(FileError::TooLarge { size: bytes.len() as u64 });
        }
        Ok(bytes)
    }

    fn is_dir(&self, path: &Path) -> bool {
        self.absolute(path).is_dir()
    }

    fn exists(&self, path: &Path) -> bool {
        self.absolute(path).exists()
    }

    fn canonicalize(&self, path: &Path) -> Result<PathBuf, FileError> {
        let path = self.absolute(path);
        let (Some(parent), Some(name)) = (path.parent(), path.file_name()) else { return Ok(path) };
        let here = self.canonical_directory(parent)?.join(name);
        if fs::symlink_metadata(&here)?.is_symlink() { Ok(fs::canonicalize(&here)?) } else { Ok(here) }
    }

    fn read_dir(&self, path: &Path) -> Result<Vec<String>, FileError> {
        let mut names = Vec::new();
        for entry in fs::read_dir(self.absolute(path))? {
            names.push(entry?.file_name().to_string_lossy().into_owned());
        }
        names.sort_unstable();
        Ok(names)
    }

    fn is_on_disk(&self) -> bool {
        true
    }

    /// Relative to the working directory where that is shorter.
    fn display(&self, path: &Path) -> String {
        let path = self.absolute(path);
        let near = relative(&self.working_directory, &path);
        let shorter = if near.as_os_str().len() < path.as_os_str().len() { near } else { path };
        shorter.display().to_string()
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn follows_links_after_cleaning() {
        let dir = tempfile::tempdir().unwrap();
        let root = fs::canonicalize(dir.path()).unwrap();
        fs::create_dir_all(root.join("a/b")).unwrap();
        fs::write(root.join("a/b/f"), "x").unwrap();
        symlink("a/b", root.join("to-b")).unwrap();
        symlink("b/f", root.join("a/to-f")).unwrap();
        symlink("nowhere", root.join("dangling")).unwrap();
        let disk = Disk::at(&root);
        assert_eq!(disk.canonicalize(Path::new("to-b/f")), Ok(root.join("a/b/f")));
        assert_eq!(disk.canonicalize(Path::new("to-b/../a/to-f")), Ok(root.join("a/b/f")));
        assert_eq!(disk.canonicalize(Path::new("to-b")), Ok(root.join("a/b")));
        assert_eq!(disk.canonicalize(Path::new("dangling")), Err(FileError::NotFound));
        assert_eq!(disk.read(Path::new("a")), Err(FileError::IsDirectory));
        assert_eq!(disk.read(Path::new("a/b/f/g")), Err(FileError::NotDirectory));
        assert_eq!(disk.display(&root.join("a/b/f")), "a/b/f");
        assert_eq!(Disk::at(root.join("a")).display(&root.join("to-b")), "../to-b");
    }

    #[test]
    fn refuses_what_does_not_fit() {
        let dir = tempfile::tempdir().unwrap();
        let big = dir.path().join("big");
        File::create(&big).unwrap().set_len(MAX_FILE_BYTES + 1).unwrap();
        assert_eq!(Disk::new().read(&big), Err(FileError::TooLarge { size: MAX_FILE_BYTES + 1 }));
        let endless = Disk::new().read(Path::new("/dev/zero"));
        assert_eq!(endless, Err(FileError::TooLarge { size: MAX_FILE_BYTES + 1 }));
    }
}
