//! Changes of files that the user owns: all or none, and never over somebody else's change.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use crate::diagnostics::Diagnostic;
use crate::source::{Disk, FileSystem};

use super::output;

/// A file that gets a new content.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Rewrite {
    /// The file.
    pub path: PathBuf,
    /// What was read.
    pub before: Vec<u8>,
    /// What it gets.
    pub after: String,
}

/// Held while files of a directory are read, changed and written, so that two changes by this tool come one after the other.
#[derive(Debug)]
pub struct DirectoryLock {
    // Unlocked when it is closed.
    _directory: Option<File>,
}

impl DirectoryLock {
    /// Waits for others. Where the file system knows no locks, nobody is waited for.
    pub fn of(directory: &Path) -> DirectoryLock {
        let file = File::open(directory).ok().filter(|file| file.lock().is_ok());
        DirectoryLock { _directory: file }
    }
}

/// Writes files, each in one go. When one cannot be written, those before it get back what they had.
///
/// # Errors
/// When one has changed since it was read, or cannot be written.
pub fn rewrite(files: &[Rewrite]) -> Result<(), Diagnostic> {
    for file in files {
        let now = fs::read(&file.path).unwrap_or_default();
        if now != file.before {
            return Err(changed(&shown(&file.path)));
        }
    }
    for (i, file) in files.iter().enumerate() {
        if file.after.as_bytes() == file.before {
            continue;
        }
        if let Err(error) = output::replace(&file.path, std::slice::from_ref(&file.after)) {
            for written in &files[..i] {
                // Best effort: the first error is the one to tell.
                let _ = output::replace(&written.path, &[String::from_utf8_lossy(&written.before).into_owned()]);
            }
            return Err(output::cannot_write(&shown(&file.path), &error).note("no file was changed"));
        }
    }
    Ok(())
}

/// A path as messages show it.
pub fn shown(path: &Path) -> String {
    Disk::new().display(path)
}

fn changed(path: &str) -> Diagnostic {
    Diagnostic::error("redisops::edit::changed", format!("`{path}` has changed since it was read"))
        .in_file(path)
        .note("nothing was written")
        .help("look at the change, and run the command again")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_has_changed_is_left_alone_with_all_others() {
        let directory = tempfile::tempdir().unwrap();
        let path = |name: &str| directory.path().join(name);
        fs::write(path("a"), "old").unwrap();
        fs::write(path("b"), "newer").unwrap();
        let file = |name: &str| Rewrite { path: path(name), before: b"old".to_vec(), after: "new".into() };
        let error = rewrite(&[file("a"), file("b")]).unwrap_err();
        assert_eq!(error.code, "redisops::edit::changed");
        assert_eq!(fs::read_to_string(path("a")).unwrap(), "old");
        rewrite(&[file("a")]).unwrap();
        assert_eq!(fs::read_to_string(path("a")).unwrap(), "new");
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 2);
    }

    #[test]
    #[cfg(unix)]
    fn a_file_that_cannot_be_written_undoes_those_before_it() {
        use std::os::unix::fs::PermissionsExt;
        let directory = tempfile::tempdir().unwrap();
        let locked = directory.path().join("locked");
        fs::create_dir(&locked).unwrap();
        let (a, b) = (directory.path().join("a"), locked.join("b"));
        fs::write(&a, "old").unwrap();
        fs::write(&b, "old").unwrap();
        fs::set_permissions(&locked, fs::Permissions::from_mode(0o555)).unwrap();
        let file = |path: &Path| Rewrite { path: path.into(), before: b"old".to_vec(), after: "new".into() };
        let result = rewrite(&[file(&a), file(&b)]);
        fs::set_permissions(&locked, fs::Permissions::from_mode(0o755)).unwrap();
        // The super-user may write everywhere.
        if result.is_err() {
            assert_eq!(fs::read_to_string(&a).unwrap(), "old");
        }
    }
}
