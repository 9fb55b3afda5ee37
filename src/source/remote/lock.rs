//! `redisops.lock`: which commit a branch or tag of a repository stands for.
//!
//! ```toml
//! version = 1
//!
//! [[repository]]
//! url = "https://github.com/org/repo"
//! ref = "v1.2.0"
//! commit = "5d41402abc4b2a76b9719d911017c592aabbccdd"
//! ```

use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::source::error::{LoadError, LoadErrorKind};

/// Name of the file.
pub const LOCK_FILE: &str = "redisops.lock";

/// The pinned commits of a tree.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Lock {
    path: PathBuf,
    entries: Vec<LockEntry>,
}

/// One pinned revision.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LockEntry {
    /// What git fetches from.
    pub url: String,
    /// Branch, tag or commit as written in the URL; empty is the default branch.
    #[serde(default, rename = "ref")]
    pub reference: String,
    /// The commit, in hexadecimal digits.
    pub commit: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: u32,
    #[serde(default)]
    repository: Vec<LockEntry>,
}

impl Lock {
    /// The lock file for a kustomization: the nearest in its directory or above, up to the root of the git repository that holds it (only its own
    /// directory when none does). No file is an empty lock.
    ///
    /// # Errors
    /// When the file cannot be read or is wrong.
    pub fn find(directory: &Path) -> Result<Lock, LoadError> {
        let top = directory.ancestors().find(|dir| dir.join(".git").exists()).unwrap_or(directory);
        for dir in directory.ancestors().take_while(|dir| dir.starts_with(top)) {
            let path = dir.join(LOCK_FILE);
            match fs::read_to_string(&path) {
                Ok(text) => return Lock::parse(&path, &text),
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                Err(error) => {
                    let message = format!("`{LOCK_FILE}` cannot be read: {error}");
                    return Err(LoadError::new(LoadErrorKind::Lock, message).in_file(path.display().to_string()));
                }
            }
        }
        Ok(Lock::default())
    }

    /// The lock that a text holds; `path` is for messages.
    ///
    /// # Errors
    /// When it is no such text.
    pub fn parse(path: &Path, text: &str) -> Result<Lock, LoadError> {
        let wrong = |message: String| LoadError::new(LoadErrorKind::Lock, message).in_file(path.display().to_string());
        let file: File = toml::from_str(text)
            .map_err(|error| wrong(format!("`{LOCK_FILE}` is wrong: {}", error.message())).note(error.to_string()))?;
        if file.version != 1 {
            return Err(wrong(format!("`{LOCK_FILE}` has version {}; this redisops reads version 1", file.version)));
        }
        if let Some(entry) = file.repository.iter().find(|entry| !is_commit(&entry.commit)) {
            return Err(wrong(format!("`{}` is no commit of 40 or 64 hexadecimal digits", entry.commit)));
        }
        Ok(Lock { path: path.to_owned(), entries: file.repository })
    }

    /// The commit that a revision is pinned to.
    pub fn commit(&self, url: &str, reference: &str) -> Option<&str> {
        let entry = self.entries.iter().find(|entry| entry.url == url && entry.reference == reference)?;
        Some(&entry.commit)
    }

    /// The file, for messages.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// Whether a text is a full commit id (SHA-1 or SHA-256), which never stands for anything else.
pub(super) fn is_commit(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

    #[test]
    fn is_found_up_to_the_root_of_the_repository() {
        let dir = tempfile::tempdir().unwrap();
        let deep = dir.path().join("repo/overlays/prod");
        fs::create_dir_all(&deep).unwrap();
        let text = format!("version = 1\n[[repository]]\nurl = \"u\"\nref = \"v1\"\ncommit = \"{COMMIT}\"\n");
        fs::write(dir.path().join(LOCK_FILE), &text).unwrap();
        assert_eq!(Lock::find(&deep).unwrap(), Lock::default());
        fs::create_dir(dir.path().join("repo/.git")).unwrap();
        assert_eq!(Lock::find(&deep).unwrap(), Lock::default());
        fs::write(dir.path().join("repo").join(LOCK_FILE), &text).unwrap();
        let lock = Lock::find(&deep).unwrap();
        assert_eq!(lock.commit("u", "v1"), Some(COMMIT));
        assert_eq!((lock.commit("u", "v2"), lock.commit("w", "v1")), (None, None));
    }

    #[test]
    fn says_what_is_wrong() {
        let message = |text: &str| Lock::parse(Path::new("l"), text).unwrap_err().to_string();
        assert!(message("version = 2").contains("version 2"));
        assert!(message("versoin = 1").contains("versoin"), "{}", message("versoin = 1"));
        assert!(message("version = 1\n[[repository]]\nurl = 'u'\ncommit = 'v1'").contains("`v1` is no commit"));
    }
}
