//! Revisions of repositories, fetched with the user's `git` so that credentials, proxies and SSH work as they do in the terminal.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use sha2::{Digest, Sha256};

use super::lock::{Lock, is_commit};
use crate::diagnostics::did_you_mean;
use crate::source::error::{LoadError, LoadErrorKind};
use crate::source::process::{Output, RunError, last_lines, run};
use crate::source::repo_spec::{RepoSpec, redact};

/// Variables that make git work on the repository of the caller (set in hooks) instead of the one it is told to.
const REPOSITORY_VARIABLES: [&str; 9] = [
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_NAMESPACE",
    "GIT_PREFIX",
    "GIT_SHALLOW_FILE",
];

/// Time for the question which branches and tags there are, asked only to improve a message.
const LIST_TIMEOUT: Duration = Duration::from_secs(10);

/// Checkouts of earlier builds, by URL and commit: a commit never changes, so a checkout that is there is complete and right.
///
/// ```text
/// <root>/<digest of URL>/<commit>/              the files, without .git
/// <root>/<digest of URL>/<commit>.bare/         the same without submodules
/// <root>/<digest of URL>/refs/<digest of ref>   the commit that a branch or tag was when it was last fetched
/// ```
#[derive(Debug)]
pub(super) struct GitCache {
    root: PathBuf,
    /// Only earlier checkouts are used.
    offline: bool,
}

/// The files of a commit.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Fetched {
    pub directory: PathBuf,
    pub commit: String,
}

impl GitCache {
    pub fn new(root: PathBuf, offline: bool) -> GitCache {
        GitCache { root, offline }
    }

    /// The files of a revision, from the cache when it is known to be the right commit, otherwise fetched.
    pub fn get(&self, spec: &RepoSpec, lock: &Lock) -> Result<Fetched, LoadError> {
        let url = spec.clone_url();
        // git takes options also after the URL; some of them run programs.
        if spec.reference.starts_with('-') || url.starts_with('-') {
            let message = format!("`{}` is no branch, tag or commit: it starts with `-`", spec.reference);
            return Err(LoadError::new(LoadErrorKind::InvalidPath, message));
        }
        let home = self.root.join(digest(&url));
        let pinned =
            lock.commit(&url, &spec.reference).or_else(|| Some(spec.reference.as_str()).filter(|r| is_commit(r)));
        if let Some(found) = pinned.and_then(|commit| cached(&home, spec, commit)) {
            return Ok(found);
        }
        let last = home.join("refs").join(digest(&spec.reference));
        if self.offline {
            let known = pinned.map(str::to_owned).or_else(|| fs::read_to_string(&last).ok());
            return known.and_then(|commit| cached(&home, spec, &commit)).ok_or_else(|| {
                let message =
                    format!("`{}` is not in the cache, and `--offline` allows nothing else", redact(&spec.raw));
                LoadError::new(LoadErrorKind::Offline, message)
                    .help("build once without `--offline`; the files are kept then")
            });
        }
        let fetched = self.fetch(spec, &home, pinned, lock)?;
        // Only `--offline` needs it.
        let _ = fs::create_dir_all(home.join("refs")).and_then(|()| fs::write(&last, &fetched.commit));
        Ok(fetched)
    }

    fn fetch(&self, spec: &RepoSpec, home: &Path, pinned: Option<&str>, lock: &Lock) -> Result<Fetched, LoadError> {
        let cannot_write = |error: std::io::Error| {
            LoadError::new(LoadErrorKind::Io, format!("the cache of repositories cannot be written: {error}"))
                .in_file(home.display().to_string())
                .help("set XDG_CACHE_HOME to a directory that can be")
        };
        fs::create_dir_all(home).map_err(cannot_write)?;
        let place = tempfile::Builder::new().prefix("fetch-").tempdir_in(home).map_err(cannot_write)?;
        let git = Git { directory: place.path(), spec };
        let url = spec.clone_url();
        let wanted = if spec.reference.is_empty() { "HEAD" } else { &spec.reference };
        git.run(&["init", "--quiet"])?;
        // Submodules with relative URLs need a remote with this name.
        git.run(&["remote", "add", "origin", &url])?;
        // Not every server gives out a commit by its id.
        let by_commit = match pinned {
            Some(commit) if commit != wanted => git.run(&["fetch", "--depth=1", &url, commit]).is_ok(),
            _ => false,
        };
        if !by_commit {
            git.run(&["fetch", "--depth=1", &url, wanted])?;
        }
        let commit = git.run(&["rev-parse", "--verify", "FETCH_HEAD^{commit}"])?;
        let commit = String::from_utf8_lossy(&commit.stdout).trim().to_owned();
        if let Some(pinned) = pinned.filter(|pinned| *pinned != commit) {
            let message = format!("`{}` is commit {commit}, but the lock pins {pinned}", redact(&spec.raw));
            let error = LoadError::new(LoadErrorKind::Lock, message).in_file(lock.path().display().to_string());
            return Err(error.note("the branch or tag has moved, and the server does not give out the pinned commit"));
        }
        if let Some(found) = cached(home, spec, &commit) {
            return Ok(found);
        }
        git.run(&["checkout", "--quiet", "FETCH_HEAD"])?;
        if spec.submodules {
            git.run(&["submodule", "update", "--init", "--recursive"])?;
        }
        fs::remove_dir_all(place.path().join(".git")).map_err(cannot_write)?;
        let directory = checkout_directory(home, spec, &commit);
        match fs::rename(place.path(), &directory) {
            Ok(()) => {}
            // Another process was faster; its files are the same.
            Err(_) if directory.is_dir() => {}
            Err(error) => return Err(cannot_write(error)),
        }
        Ok(Fetched { directory: fs::canonicalize(directory).map_err(cannot_write)?, commit })
    }
}

fn cached(home: &Path, spec: &RepoSpec, commit: &str) -> Option<Fetched> {
    let directory = fs::canonicalize(checkout_directory(home, spec, commit)).ok()?;
    Some(Fetched { directory, commit: commit.to_owned() })
}

fn checkout_directory(home: &Path, spec: &RepoSpec, commit: &str) -> PathBuf {
    home.join(if spec.submodules { commit.to_owned() } else { format!("{commit}.bare") })
}

/// A name for a directory from a URL or reference: short, without special characters, without what may be secret in it.
pub(super) fn digest(text: &str) -> String {
    hex::encode(&Sha256::digest(text.as_bytes())[..16])
}

struct Git<'a> {
    directory: &'a Path,
    spec: &'a RepoSpec,
}

impl Git<'_> {
    /// Repository and revision, without the directory: entries that differ in it alone share the answer.
    fn shown(&self) -> String {
        let url = redact(&self.spec.clone_url());
        if self.spec.reference.is_empty() { url } else { format!("{url}?ref={}", self.spec.reference) }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("git");
        command.args(arguments).current_dir(self.directory);
        for variable in REPOSITORY_VARIABLES {
            command.env_remove(variable);
        }
        command
    }

    fn run(&self, arguments: &[&str]) -> Result<Output, LoadError> {
        let shown = self.shown();
        match run(self.command(arguments), b"", Some(self.spec.timeout)) {
            Ok(output) if output.status.success() => Ok(output),
            Ok(output) => Err(self.explain(arguments, &last_lines(&output.stderr))),
            Err(RunError::Missing(_)) => {
                let message = format!("`{shown}` is fetched with git, which is not installed or not on the PATH");
                Err(LoadError::new(LoadErrorKind::MissingTool, message))
            }
            Err(error @ RunError::Timeout { .. }) => {
                Err(LoadError::new(LoadErrorKind::Git, format!("`{shown}` cannot be fetched: {error}"))
                    .unreachable()
                    .help("give it more time with `?timeout=120s` in the URL"))
            }
            Err(error) => Err(LoadError::new(LoadErrorKind::Git, format!("`{shown}` cannot be fetched: {error}"))),
        }
    }

    /// What git's complaint means.
    fn explain(&self, arguments: &[&str], stderr: &str) -> LoadError {
        let url = self.spec.clone_url();
        let shown = self.shown();
        let reference = &self.spec.reference;
        let stderr = stderr.replace(&url, &redact(&url));
        let verb = arguments.first().copied().unwrap_or_default();
        let error = LoadError::new(LoadErrorKind::Git, format!("`{shown}` cannot be fetched: `git {verb}` failed"))
            .note(format!("git says: {stderr}"));
        let lower = stderr.to_lowercase();
        if lower.contains("couldn't find remote ref") || lower.contains("not our ref") {
            let message = format!("the repository {} has no branch, tag or commit `{reference}`", redact(&url));
            let error = LoadError::new(LoadErrorKind::Git, message);
            if reference.len() >= 7 && reference.len() < 40 && reference.bytes().all(|b| b.is_ascii_hexdigit()) {
                return error
                    .help("a commit must be written with all its 40 digits: servers do not look up shortened ones");
            }
            let names = self.references();
            return match did_you_mean(reference, names.iter().map(String::as_str)) {
                Some(near) => error.help(format!("did you mean `{near}`?")),
                None => error,
            };
        }
        if [
            "authentication failed",
            "could not read username",
            "permission denied",
            "access denied",
            "terminal prompts disabled",
        ]
        .iter()
        .any(|sign| lower.contains(sign))
        {
            return error.unreachable().help(format!(
                "check that `git ls-remote {}` works here: redisops uses git's credentials",
                redact(&url)
            ));
        }
        let is_wrong = ["not found", "does not appear to be a git repository", "does not exist"];
        if is_wrong.iter().any(|sign| lower.contains(sign)) {
            return error.help("check the URL");
        }
        error.unreachable().help("check the URL and the network; what was fetched once is used with `--offline`")
    }

    /// Branches and tags; none when they cannot be asked for.
    fn references(&self) -> Vec<String> {
        let command = self.command(&["ls-remote", "--heads", "--tags", "--refs", &self.spec.clone_url()]);
        let Ok(output) = run(command, b"", Some(LIST_TIMEOUT)) else { return Vec::new() };
        let text = String::from_utf8_lossy(&output.stdout);
        let names = text.lines().filter_map(|line| line.split_once('\t')?.1.strip_prefix("refs/"));
        names.filter_map(|name| Some(name.split_once('/')?.1.to_owned())).collect()
    }
}

#[cfg(test)]
#[path = "git_tests.rs"]
mod tests;
