//! The cache of blamed files: the commits of the lines of a file at a commit never change.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use git2::Oid;
use sha2::{Digest, Sha256};

/// Files that the cache keeps; the oldest half goes when there are more.
const MOST: usize = 2000;

/// A directory of blamed files. What cannot be read or written is as good as absent.
#[derive(Clone, Debug)]
pub(super) struct Cache(pub(super) PathBuf);

impl Cache {
    fn entry(&self, repository: &Path, start: Oid, path: &Path) -> PathBuf {
        let mut hash = Sha256::new();
        for part in [repository.to_string_lossy().as_bytes(), start.as_bytes(), path.to_string_lossy().as_bytes()] {
            hash.update(part);
            hash.update([0]);
        }
        self.0.join(hex::encode(&hash.finalize()[..20]))
    }

    /// The commits of the lines of a file.
    pub(super) fn get(&self, repository: &Path, start: Oid, path: &Path) -> Option<Vec<Oid>> {
        let bytes = fs::read(self.entry(repository, start, path)).ok()?;
        let (ids, rest) = bytes.as_chunks::<20>();
        if !rest.is_empty() {
            return None;
        }
        ids.iter().map(|id| Oid::from_bytes(id).ok()).collect()
    }

    /// Keeps the commits of the lines of a file.
    pub(super) fn put(&self, repository: &Path, start: Oid, path: &Path, commits: &[Oid]) {
        let bytes: Vec<u8> = commits.iter().flat_map(|id| id.as_bytes().to_vec()).collect();
        let write = || -> std::io::Result<()> {
            fs::create_dir_all(&self.0)?;
            let mut file = tempfile::NamedTempFile::new_in(&self.0)?;
            file.write_all(&bytes)?;
            file.persist(self.entry(repository, start, path))?;
            Ok(())
        };
        if write().is_ok() {
            self.shrink();
        }
    }

    fn shrink(&self) {
        let Ok(entries) = fs::read_dir(&self.0) else { return };
        let mut files: Vec<(SystemTime, PathBuf)> = entries
            .flatten()
            .filter_map(|entry| Some((entry.metadata().ok()?.modified().ok()?, entry.path())))
            .collect();
        if files.len() <= MOST {
            return;
        }
        files.sort();
        for (_, file) in files.iter().take(MOST / 2) {
            let _ = fs::remove_file(file);
        }
    }
}
