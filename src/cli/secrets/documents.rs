//! Manifests from standard input, a file or a directory.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::diagnostics::{Diagnostic, Diagnostics, SourceKind, Sources};
use crate::secrets::canonical;
use crate::source::{Disk, FileSystem};
use crate::yaml::{Node, decode, parse_manifests11};

/// Documents in the order in which they were read.
pub type Documents = Vec<Node>;

/// Standard input, by its name on the command line.
pub const STDIN: &str = "-";
/// Endings of files that are read of a directory.
const ENDINGS: [&str; 3] = ["yaml", "yml", "json"];

/// Reads manifests.
///
/// # Errors
/// Everything that cannot be read, or is no manifest.
pub fn read(word: &str, sources: &Sources) -> Result<Documents, Diagnostics> {
    if word == STDIN {
        let mut bytes = Vec::new();
        io::stdin().lock().read_to_end(&mut bytes).map_err(|error| cannot_read("standard input", &error))?;
        return parse("(standard input)".to_owned(), bytes, sources);
    }
    let path = Path::new(word);
    let files = if path.is_dir() { walk(path)? } else { vec![path.to_owned()] };
    if files.is_empty() {
        let message = format!("`{word}` has no files that end in .yaml, .yml or .json");
        return Err(Diagnostic::error("redisops::secrets::no_manifests", message).into());
    }
    let (mut documents, mut found) = (Vec::new(), Diagnostics::new());
    let disk = Disk::new();
    for file in files {
        let shown = disk.display(&file);
        let parsed = fs::read(&file)
            .map_err(|error| cannot_read(&shown, &error).in_file(shown.clone()).into())
            .and_then(|bytes| parse(shown.clone(), bytes, sources));
        documents.extend(found.take(parsed).unwrap_or_default());
    }
    if found.has_errors() { Err(found) } else { Ok(documents) }
}

fn cannot_read(shown: &str, error: &io::Error) -> Diagnostic {
    let reason = match error.kind() {
        io::ErrorKind::NotFound => "there is no such file or directory".to_owned(),
        other => other.to_string(),
    };
    Diagnostic::error("redisops::load::io", format!("`{shown}` cannot be read: {reason}"))
}

/// All files below a directory, names in byte order, a directory where its name stands.
fn walk(directory: &Path) -> Result<Vec<PathBuf>, Diagnostic> {
    let failed = |error: io::Error| cannot_read(&directory.display().to_string(), &error);
    let mut entries: Vec<_> = fs::read_dir(directory).map_err(failed)?.collect::<Result<_, _>>().map_err(failed)?;
    entries.sort_by_key(fs::DirEntry::file_name);
    let mut files = Vec::new();
    for entry in entries {
        let path = entry.path();
        // A link to a directory is not followed.
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            files.extend(walk(&path)?);
        } else if path.extension().and_then(|it| it.to_str()).is_some_and(|it| ENDINGS.contains(&it)) {
            files.push(path);
        }
    }
    Ok(files)
}

fn parse(shown: String, bytes: Vec<u8>, sources: &Sources) -> Result<Documents, Diagnostics> {
    let text = decode(bytes).map_err(|offset| {
        Diagnostic::error("redisops::load::not_text", format!("`{shown}` is not UTF-8 (byte {offset})"))
            .in_file(shown.clone())
    })?;
    let source = sources
        .add(shown, text, SourceKind::Resource)
        .map_err(|error| Diagnostic::error("redisops::load::too_large", error.to_string()))?;
    let mut documents = parse_manifests11(&source)?;
    let mut found = Diagnostics::new();
    for document in &mut documents {
        found.take(canonical(document));
    }
    if found.has_errors() { Err(found) } else { Ok(documents) }
}
