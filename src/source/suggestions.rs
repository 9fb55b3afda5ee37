//! The errors of the loader that look around before they speak: what was tried, what is there instead, what was probably meant.

use std::path::{Path, PathBuf};

use super::error::{LoadError, LoadErrorKind};
use super::file_system::{FileError, FileSystem};
use super::loader::{KUSTOMIZATION_NAMES, Loader};
use super::path::{clean, join, relative};
use super::repo_spec::{RepoSpec, is_remote_file, redact};
use crate::diagnostics::did_you_mean;

/// How many names of a directory a note lists.
const LISTED: usize = 8;
/// Of a directory with more entries a list of the first would be of no use.
const LISTED_AT_ALL: usize = 24;

/// The error for a file that could not be read; `path` as written, `file` where that is.
pub(super) fn no_file(loader: &Loader, path: &str, file: &Path, error: &FileError) -> LoadError {
    let kind = LoadErrorKind::from(error);
    match error {
        FileError::NotFound => missing(&**loader.files(), loader.root(), path, &format!("there is no file `{path}`"))
            .in_file(loader.display(file)),
        FileError::IsDirectory if path.is_empty() => {
            LoadError::new(LoadErrorKind::InvalidPath, "an empty path names no file")
        }
        FileError::IsDirectory => LoadError::new(kind, format!("`{path}` is a directory; a file is needed here"))
            .in_file(loader.display(file)),
        FileError::NotDirectory => LoadError::new(
            LoadErrorKind::NotFound,
            format!("there is no file `{path}`: a part of the path before its end is a file"),
        )
        .in_file(loader.display(file)),
        other => LoadError::new(kind, format!("`{path}` cannot be read: {other}")).in_file(loader.display(file)),
    }
}

/// The error for a file that the load restrictor forbids; `named` as written, `file` where that leads.
pub(super) fn restricted(loader: &Loader, path: &str, named: &Path, file: &Path) -> LoadError {
    let root = loader.display_root();
    let message = format!("`{path}` lies outside the directory of the kustomization that names it");
    let mut error = LoadError::new(LoadErrorKind::Restricted, message)
        .in_file(loader.display(named))
        .note(format!("a kustomization in `{root}` may only name files in or below that directory"));
    if clean(named) != file {
        error = error.note(format!("it is a symbolic link to `{}`", loader.display(file)));
    }
    if let Some(directory) = directory_of_kustomization(path) {
        return error.help(format!("a base is named by its directory: `{directory}`"));
    }
    error.help(if loader.is_remote() {
        "move the file below that directory; the load restrictor cannot be turned off for repositories that are fetched"
    } else {
        "move the file below that directory, make its directory a base, or turn the check off with `--load-restrictor LoadRestrictionsNone`"
    })
}

/// The directory that a path to a kustomization file should have named.
fn directory_of_kustomization(path: &str) -> Option<String> {
    let file = Path::new(path);
    let name = file.file_name()?;
    let directory = file.parent().filter(|_| KUSTOMIZATION_NAMES.iter().any(|known| *known == name))?;
    Some(if directory.as_os_str().is_empty() { ".".to_owned() } else { directory.display().to_string() })
}

/// The error for a base that is no directory; `root` is empty for the target on the command line.
pub(super) fn no_directory(files: &dyn FileSystem, root: &Path, path: &str, error: &FileError) -> LoadError {
    let shown = files.display(&root.join(path));
    match error {
        FileError::NotFound => missing(files, root, path, &format!("there is no directory `{path}`")).in_file(shown),
        FileError::NotDirectory | FileError::IsDirectory => {
            let error = LoadError::new(
                LoadErrorKind::NotDirectory,
                format!("`{path}` is a file; a directory with a kustomization is needed here"),
            )
            .in_file(shown);
            match directory_of_kustomization(path) {
                Some(directory) => error.help(format!("name its directory: `{directory}`")),
                None => error,
            }
        }
        other => LoadError::new(other.into(), format!("`{path}` cannot be read: {other}")).in_file(shown),
    }
}

/// The error for an entry that is neither a file nor a base, from the errors of both.
pub(super) fn neither(loader: &Loader, path: &str, as_file: LoadError, as_base: LoadError) -> LoadError {
    use LoadErrorKind::{InvalidPath, IsDirectory, NotDirectory, NotFound};
    match (as_file.kind(), as_base.kind()) {
        // A file it is, and that is what is wrong with it.
        (_, NotDirectory) => as_file,
        (IsDirectory, _) => as_base,
        // A repository that was fetched, and lacks the directory.
        (NotFound, NotFound) if RepoSpec::parse(path).is_ok() => as_base,
        (NotFound, NotFound) => {
            let message = format!("`{path}` is neither a file nor a directory");
            let mut error = missing(&**loader.files(), loader.root(), path, &message)
                .in_file(loader.display(&join(loader.root(), path)))
                .note(format!("paths are relative to the directory of the kustomization, `{}`", loader.display_root()));
            if let Err(reason) = RepoSpec::parse(path)
                && (path.contains("://") || path.contains('@') || path.contains("github"))
            {
                error = error.note(format!("it is not the URL of a repository either: {reason}"));
            }
            error
        }
        (NotFound, InvalidPath) if path.starts_with('/') => as_file,
        _ if is_remote_file(path) => {
            // Git was asked only for a URL that can name a repository; one that ends like a file was hardly meant to.
            let is_repository = RepoSpec::parse(path).is_ok();
            let end = path.split(['?', '#']).next().unwrap_or(path);
            match (is_repository, [".yaml", ".yml", ".json"].iter().any(|suffix| end.ends_with(suffix))) {
                (false, _) => as_file,
                (true, true) => as_file.and("as a repository", &as_base),
                (true, false) => as_base.and("as a file", &as_file),
            }
        }
        (NotFound, _) => as_base,
        _ => as_file,
    }
}

/// The error for a directory without a kustomization file.
pub(super) fn no_kustomization(loader: &Loader) -> LoadError {
    let (root, files) = (loader.root(), loader.files());
    let shown = loader.display_root();
    let error = LoadError::new(LoadErrorKind::MissingKustomization, format!("no kustomization file in `{shown}`"))
        .note("looked for `kustomization.yaml`, `kustomization.yml` and `Kustomization`");
    let names = files.read_dir(root).unwrap_or_default();
    if let Some(link) = names.iter().find(|name| KUSTOMIZATION_NAMES.contains(&name.as_str())) {
        return error.note(format!("`{link}` is a symbolic link that leads nowhere")).help("correct the link");
    }
    let near = KUSTOMIZATION_NAMES.iter().find_map(|known| did_you_mean(known, names.iter().map(String::as_str)));
    if let Some(near) = near.filter(|near| !files.is_dir(&root.join(near))) {
        return error.help(format!("rename `{near}` to `kustomization.yaml`"));
    }
    let is_kustomization = |dir: &Path| KUSTOMIZATION_NAMES.iter().any(|name| files.exists(&dir.join(name)));
    let below: Vec<&str> = names.iter().map(String::as_str).filter(|name| is_kustomization(&root.join(name))).collect();
    match (below.is_empty(), names.iter().any(|name| name.ends_with(".yaml") || name.ends_with(".yml"))) {
        (false, _) => error.help(format!("these directories in it have one: {}", listed(&below))),
        (true, true) => error.help("create one that lists the manifests under `resources:`"),
        (true, false) => error.help("name a directory that has one, or create it with `resources:`"),
    }
}

/// The error for a URL whose directory the repository does not have.
pub(super) fn not_in_repository(files: &dyn FileSystem, checkout: &Path, spec: &RepoSpec, commit: &str) -> LoadError {
    let url = redact(&spec.clone_url());
    let revision = if spec.reference.is_empty() { "the default branch" } else { &spec.reference };
    let short = commit.get(..12).unwrap_or(commit);
    let message = format!("the repository {url} has no directory `{}` at {revision} ({short})", spec.directory);
    missing(files, checkout, &spec.directory, &message)
}

/// The error for bytes that are no UTF-8 from an offset on.
pub(super) fn not_utf8(path: &str, bytes: &[u8], at: usize) -> LoadError {
    let line = memchr::memchr_iter(b'\n', &bytes[..at]).count() + 1;
    let start = memchr::memrchr(b'\n', &bytes[..at]).map_or(0, |newline| newline + 1);
    // All before it is text.
    let column = String::from_utf8_lossy(&bytes[start..at]).chars().count() + 1;
    let byte = bytes.get(at).unwrap_or(&0);
    let message = format!("{path}:{line}:{column} is not UTF-8: byte 0x{byte:02x} at offset {at}");
    let error = LoadError::new(LoadErrorKind::NotUtf8(at), message);
    if bytes.starts_with(&[0x1f, 0x8b]) { error.note("it is compressed with gzip") } else { error }
}

/// A file begins as UTF-16, and is not.
pub(super) fn not_utf16(path: &str, at: usize) -> LoadError {
    let message = format!("{path} is not UTF-16, as which it begins: no character at offset {at}");
    LoadError::new(LoadErrorKind::NotUtf8(at), message).help("save it as UTF-8")
}

/// An error about a path that does not exist, with the nearest one that does.
fn missing(files: &dyn FileSystem, root: &Path, path: &str, message: &str) -> LoadError {
    let error = LoadError::new(LoadErrorKind::NotFound, message);
    if path.is_empty() {
        return error;
    }
    if let Some(meant) = correct(files, root, path) {
        return error.help(format!("did you mean `{meant}`?"));
    }
    if let Some(meant) = from_above(files, root, path) {
        return error.help(format!("`{}` exists: did you mean that?", meant.display()));
    }
    // The directory in which the first missing part was looked for.
    let named = root.join(path);
    let Some(dir) = named.ancestors().skip(1).find(|dir| files.is_dir(dir)) else { return error };
    let names = files.read_dir(dir).unwrap_or_default();
    let names: Vec<&str> = names.iter().map(String::as_str).filter(|name| !name.starts_with('.')).collect();
    let shown = files.display(dir);
    if let Some(link) =
        named.strip_prefix(dir).ok().and_then(|rest| rest.iter().next()?.to_str()).filter(|n| names.contains(n))
    {
        return error.note(format!("`{link}` in `{shown}` is a symbolic link that leads nowhere"));
    }
    let others: Vec<&str> = names.iter().copied().filter(|name| !KUSTOMIZATION_NAMES.contains(name)).collect();
    if names.is_empty() {
        error.note(format!("`{shown}` is empty"))
    } else if others.is_empty() {
        error.note(format!("`{shown}` has no files but its kustomization"))
    } else if names.len() > LISTED_AT_ALL {
        error
    } else {
        error.note(format!("`{shown}` has {}", listed(&names)))
    }
}

/// The path with each part that does not exist replaced by the nearest name that does; `None` when a part has none.
fn correct(files: &dyn FileSystem, root: &Path, path: &str) -> Option<String> {
    let (mut at, mut out) = (root.to_owned(), PathBuf::new());
    if path.starts_with('/') {
        (at, out) = (PathBuf::from("/"), PathBuf::from("/"));
    }
    for part in path.split('/').filter(|part| !part.is_empty()) {
        let mut next = part.to_owned();
        if !files.exists(&at.join(part)) {
            let names = files.read_dir(&at).ok()?;
            next = did_you_mean(part, names.iter().map(String::as_str))?.to_owned();
        }
        at = if part == ".." { at.join("..") } else { at.join(&next) };
        out.push(next);
    }
    Some(out.display().to_string())
}

/// The path when it exists relative to a directory above (users count `..` wrong, or write paths from the root of the repository).
fn from_above(files: &dyn FileSystem, root: &Path, path: &str) -> Option<PathBuf> {
    let rest = path.trim_start_matches("../").trim_start_matches("./");
    // A bare name says too little to be looked for elsewhere.
    if rest.starts_with('/') || !rest.contains('/') {
        return None;
    }
    let dirs = root.ancestors().take(12).filter(|dir| dir.parent().is_some());
    dirs.map(|dir| join(dir, rest)).find(|found| files.exists(found)).map(|found| relative(root, &found))
}

fn listed(names: &[&str]) -> String {
    let mut out = names.iter().take(LISTED).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    if names.len() > LISTED {
        out.push_str(&format!(" and {} more", names.len() - LISTED));
    }
    out
}
