//! What a server serves, kept from one run to the next.
//!
//! A server is always asked whether what is kept is still so: it compares the tag, which it makes of the content. Documents of OpenAPI need not even that: their
//! index, which is asked for each time, has the hash of each. So nothing that is kept can be wrong, and what is damaged is asked for again.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::source::cache_directory;

/// An answer of a server.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Kept {
    /// Its tag, as the server writes it.
    pub(super) tag: String,
    /// Its text.
    pub(super) body: Vec<u8>,
}

/// Answers by server and path.
#[derive(Clone, Debug)]
pub(super) struct Cache {
    directory: PathBuf,
}

impl Cache {
    /// In the folder for what can be had again.
    pub(super) fn new() -> Cache {
        Cache { directory: cache_directory().join("discovery") }
    }

    #[cfg(test)]
    pub(super) fn at(directory: &Path) -> Cache {
        Cache { directory: directory.to_owned() }
    }

    fn file(&self, server: &str, path: &str) -> PathBuf {
        self.directory.join(hex::encode(Sha256::digest(format!("{server}\n{path}"))))
    }

    /// What is kept; nothing where it is not as it was written.
    pub(super) fn read(&self, server: &str, path: &str) -> Option<Kept> {
        let bytes = fs::read(self.file(server, path)).ok()?;
        let mut parts = bytes.splitn(3, |byte| *byte == b'\n');
        let (digest, tag, body) = (parts.next()?, parts.next()?, parts.next()?);
        let kept = Kept { tag: String::from_utf8(tag.to_vec()).ok()?, body: body.to_vec() };
        (kept.digest().as_bytes() == digest).then_some(kept)
    }

    /// Keeps an answer. A folder that cannot be written to keeps nothing.
    pub(super) fn write(&self, server: &str, path: &str, kept: &Kept) {
        let _ = self.try_write(&self.file(server, path), kept);
    }

    fn try_write(&self, file: &Path, kept: &Kept) -> std::io::Result<()> {
        fs::create_dir_all(&self.directory)?;
        // Beside it and renamed: another run sees all of it, or what was there.
        let mut new = tempfile::NamedTempFile::new_in(&self.directory)?;
        new.write_all(format!("{}\n{}\n", kept.digest(), kept.tag).as_bytes())?;
        new.write_all(&kept.body)?;
        new.persist(file)?;
        Ok(())
    }
}

impl Kept {
    fn digest(&self) -> String {
        let mut digest = Sha256::new();
        digest.update(&self.tag);
        digest.update(b"\n");
        digest.update(&self.body);
        hex::encode(digest.finalize())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_read_as_it_was_written_or_not_at_all() {
        let directory = tempfile::tempdir().unwrap();
        let cache = Cache::at(&directory.path().join("new"));
        let kept = Kept { tag: "\"1a\"".to_owned(), body: b"{\n\"a\": 1}\n".to_vec() };
        assert_eq!(cache.read("https://a", "/api"), None);
        cache.write("https://a", "/api", &kept);
        assert_eq!(cache.read("https://a", "/api"), Some(kept));
        assert_eq!(cache.read("https://b", "/api"), None);
        let file = cache.file("https://a", "/api");
        let mut bytes = fs::read(&file).unwrap();
        bytes.pop();
        fs::write(&file, &bytes).unwrap();
        assert_eq!(cache.read("https://a", "/api"), None, "cut off");
        fs::write(&file, b"").unwrap();
        assert_eq!(cache.read("https://a", "/api"), None, "empty");
    }
}
