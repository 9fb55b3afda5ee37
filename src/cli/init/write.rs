//! New files: all or none, and never over one that is there.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use crate::cli::output::cannot_write;
use crate::cli::rewrite::shown;
use crate::diagnostics::Diagnostic;

/// A file to be written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewFile {
    /// Its path in the directory.
    pub path: PathBuf,
    /// What is in it.
    pub content: Vec<u8>,
}

/// Writes files into a directory. Other files in it stay.
///
/// # Errors
/// When one of them is there already, or cannot be written; then none is left.
pub fn write(directory: &Path, files: &[NewFile]) -> Result<(), Diagnostic> {
    check(directory, files)?;
    let mut written: Vec<PathBuf> = Vec::new();
    for file in files {
        let path = directory.join(&file.path);
        let result = path.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| {
            // Somebody else may have made it in the meantime.
            let mut new = OpenOptions::new().write(true).create_new(true).open(&path)?;
            written.push(path.clone());
            new.write_all(&file.content)
        });
        if let Err(error) = result {
            for path in &written {
                // Best effort: the first error is the one to tell.
                let _ = fs::remove_file(path);
            }
            return Err(cannot_write(&shown(&path), &error).note("no file was left behind"));
        }
    }
    Ok(())
}

/// Looks whether files can be written without touching one that is there.
///
/// # Errors
/// When one is there.
pub fn check(directory: &Path, files: &[NewFile]) -> Result<(), Diagnostic> {
    let there: Vec<String> = files
        .iter()
        .map(|file| directory.join(&file.path))
        .filter(|path| path.symlink_metadata().is_ok())
        .map(|path| shown(&path))
        .collect();
    let Some(first) = there.first() else { return Ok(()) };
    let message = match there.len() {
        1 => format!("`{first}` exists"),
        count => format!("`{first}` and {} other files exist", count - 1),
    };
    Err(Diagnostic::error("redisops::init::exists", message)
        .note("nothing was written")
        .help("name another directory, or move them away"))
}
