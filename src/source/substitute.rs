//! A file system in which one directory has another kustomization file than on disk.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::file_system::{FileError, FileSystem};
use super::loader::KUSTOMIZATION_NAMES;

/// Where the kustomization file comes from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum KustomizationSource {
    /// A file of the directory, whatever its name.
    File(PathBuf),
    /// A text that stands in no file, and what messages call it.
    Text {
        /// The text.
        text: String,
        /// Its name in messages.
        name: String,
    },
}

/// All files as they are, but for the kustomization file of one directory. So a kustomization file of any name, or a file of manifests, can be the
/// target of a build.
#[derive(Debug)]
pub struct Substitute {
    files: Arc<dyn FileSystem>,
    /// The path under which the file appears.
    path: PathBuf,
    kustomization: KustomizationSource,
}

impl Substitute {
    /// Gives a directory (absolute, without symbolic links) that kustomization file.
    pub fn new(files: Arc<dyn FileSystem>, directory: &Path, kustomization: KustomizationSource) -> Substitute {
        Substitute { files, path: directory.join(KUSTOMIZATION_NAMES[0]), kustomization }
    }

    /// Whether a path is that of a kustomization file that the directory has on disk and that must not be seen.
    fn is_hidden(&self, path: &Path) -> bool {
        path != self.path
            && path.parent() == self.path.parent()
            && KUSTOMIZATION_NAMES.iter().any(|name| path.file_name().is_some_and(|file| file == *name))
    }
}

impl FileSystem for Substitute {
    fn read(&self, path: &Path) -> Result<Vec<u8>, FileError> {
        match &self.kustomization {
            _ if self.is_hidden(path) => Err(FileError::NotFound),
            KustomizationSource::File(file) if path == self.path => self.files.read(file),
            KustomizationSource::Text { text, .. } if path == self.path => Ok(text.clone().into_bytes()),
            _ => self.files.read(path),
        }
    }

    fn is_dir(&self, path: &Path) -> bool {
        path != self.path && self.files.is_dir(path)
    }

    fn exists(&self, path: &Path) -> bool {
        path == self.path || (!self.is_hidden(path) && self.files.exists(path))
    }

    fn canonicalize(&self, path: &Path) -> Result<PathBuf, FileError> {
        match path {
            path if path == self.path => Ok(self.path.clone()),
            path if self.is_hidden(path) => Err(FileError::NotFound),
            path => self.files.canonicalize(path),
        }
    }

    fn read_dir(&self, path: &Path) -> Result<Vec<String>, FileError> {
        self.files.read_dir(path)
    }

    fn display(&self, path: &Path) -> String {
        match &self.kustomization {
            KustomizationSource::File(file) if path == self.path => self.files.display(file),
            KustomizationSource::Text { name, .. } if path == self.path => name.clone(),
            _ => self.files.display(path),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{LoadOptions, Loader, Memory};

    #[test]
    fn takes_the_place_of_all_kustomization_files_of_the_directory() {
        let files =
            Memory::new().with("/a/kustomization.yml", "on disk").with("/a/dev.yaml", "other").with("/a/x", "x");
        let files: Arc<dyn FileSystem> = Arc::new(files);
        let other =
            Substitute::new(Arc::clone(&files), Path::new("/a"), KustomizationSource::File("/a/dev.yaml".into()));
        let loader = Loader::open(Arc::new(other), "/a", LoadOptions::default()).unwrap();
        let found = loader.kustomization().unwrap().file;
        assert_eq!((found.bytes.as_slice(), found.path.as_str()), (&b"other"[..], "/a/dev.yaml"));
        assert_eq!(loader.load("x").unwrap().bytes, b"x");
        let text = KustomizationSource::Text { text: "text".into(), name: "the name".into() };
        let loader =
            Loader::open(Arc::new(Substitute::new(files, Path::new("/a"), text)), "/a", LoadOptions::default());
        let found = loader.unwrap().kustomization().unwrap().file;
        assert_eq!((found.bytes.as_slice(), found.path.as_str()), (&b"text"[..], "the name"));
    }
}
