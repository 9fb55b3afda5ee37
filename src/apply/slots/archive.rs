//! Versions of keys that lost a conflict, kept in a file before they are deleted.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::Serialize;

use super::conflict::Version;

/// A file with one JSON object a line, each a version of a key as `DUMP` gives it. Made when the first one comes; only its owner may read it.
#[derive(Debug)]
pub struct Archive {
    path: PathBuf,
    // One line at a time: sources work in parallel.
    writing: Mutex<()>,
}

/// One line.
#[derive(Serialize)]
struct Kept<'a> {
    /// The key; as base64 under `keyBase64` where it is no text.
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<&'a str>,
    #[serde(rename = "keyBase64", skip_serializing_if = "Option::is_none")]
    key_base64: Option<String>,
    database: u16,
    node: &'a str,
    #[serde(rename = "type")]
    kind: &'a str,
    #[serde(rename = "ttlMs")]
    ttl_ms: Option<u64>,
    /// The value as `DUMP` gives it, in base64.
    dump: String,
}

impl Archive {
    /// In that file; what is there already stays.
    pub fn at(path: impl Into<PathBuf>) -> Archive {
        Archive { path: path.into(), writing: Mutex::new(()) }
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Adds a version. It is on the disk when this returns.
    pub(super) fn keep(&self, key: &[u8], db: u16, version: &Version, dump: &[u8]) -> io::Result<()> {
        let text = std::str::from_utf8(key).ok();
        let kept = Kept {
            key: text,
            key_base64: text.is_none().then(|| BASE64_STANDARD.encode(key)),
            database: db,
            node: &version.node,
            kind: &version.kind,
            ttl_ms: version.ttl_ms,
            dump: BASE64_STANDARD.encode(dump),
        };
        let mut line = serde_json::to_string(&kept)?;
        line.push('\n');
        // Nothing is half-done when another thread panics here: a line is written whole or the error is told.
        let _one = self.writing.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let mut options = OpenOptions::new();
        options.create(true).append(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&self.path)?;
        file.write_all(line.as_bytes())?;
        file.sync_all()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_added_and_hold_any_bytes() {
        let dir = tempfile::tempdir().unwrap();
        let archive = Archive::at(dir.path().join("lost.jsonl"));
        let version = Version {
            node: "127.0.0.1:7001".to_owned(),
            kind: "string".to_owned(),
            size: Some(56),
            ttl_ms: Some(1500),
            idle_seconds: None,
        };
        archive.keep(b"user:1", 0, &version, b"\x00\xff").unwrap();
        archive.keep(b"\xfe", 2, &version, b"x").unwrap();
        let text = std::fs::read_to_string(archive.path()).unwrap();
        let lines: Vec<serde_json::Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!((lines[0]["key"].as_str(), lines[0]["dump"].as_str()), (Some("user:1"), Some("AP8=")));
        assert_eq!((lines[1]["keyBase64"].as_str(), lines[1]["database"].as_u64()), (Some("/g=="), Some(2)));
        assert_eq!((lines[0]["ttlMs"].as_u64(), lines[0]["type"].as_str()), (Some(1500), Some("string")));
        #[cfg(unix)]
        assert_eq!(
            std::os::unix::fs::PermissionsExt::mode(&archive.path().metadata().unwrap().permissions()) & 0o777,
            0o600
        );
    }
}
