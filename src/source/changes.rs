//! Which files of a repository changed, from its object database, index and working tree; renames and deletions included.

use std::path::{Path, PathBuf};

use git2::{Delta, Diff, DiffFindOptions, DiffOptions, ErrorCode, Repository, Tree, TreeWalkMode, TreeWalkResult};
use rustc_hash::FxHashSet;

use super::error::{LoadError, LoadErrorKind};
use super::revision::{discover, resolve};

/// What the older revision is compared with.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Until {
    /// The files as they are, untracked ones included.
    Worktree,
    /// What is staged for the next commit.
    Index,
    /// Another revision.
    Revision(String),
}

/// A revision that was found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Revision {
    /// As it was named.
    pub name: String,
    /// The commit, in hexadecimal digits.
    pub commit: String,
}

/// What happened to a file.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ChangeKind {
    /// It is new.
    Added,
    /// It is another.
    Modified,
    /// It is gone.
    Deleted,
    /// It has another name, and perhaps another content.
    Renamed,
}

/// A file that changed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Change {
    /// Relative to the root of the repository; the new name of a renamed file, the old one of a deleted file.
    pub path: PathBuf,
    /// The old name of a renamed file.
    pub old: Option<PathBuf>,
    /// What happened.
    pub kind: ChangeKind,
}

/// The changes between two states of a repository, and the files of the newer one.
#[derive(Clone, Debug)]
pub struct Changes {
    /// The root of the repository, absolute.
    pub top: PathBuf,
    /// The older state; `None` is a repository without commits, or one that nobody asked for.
    pub from: Option<Revision>,
    /// The newer state; `None` for the working tree and the index.
    pub to: Option<Revision>,
    /// The files that changed, by path.
    pub files: Vec<Change>,
    /// The files of the newer state that were asked for, relative to the root, sorted.
    pub tracked: Vec<PathBuf>,
}

/// Deleted and new files that are held against each other; where there are more, only those of equal content are found to be renamed.
const RENAMES: usize = 200;

/// What stands behind a revision for the point where two lines of work parted, as `git diff` writes it.
const MERGE_BASE: &str = "...";

/// That the repository which holds a directory has a working tree.
///
/// # Errors
/// When there is no repository, or a bare one.
pub fn has_working_tree(directory: &Path) -> Result<(), LoadError> {
    let (repository, top) = discover(Path::new("/"), directory, "HEAD")?;
    not_bare(&repository, &top)
}

fn not_bare(repository: &Repository, top: &Path) -> Result<(), LoadError> {
    if !repository.is_bare() {
        return Ok(());
    }
    let message = format!("the repository `{}` is bare: it has no working tree", top.display());
    Err(LoadError::new(LoadErrorKind::Git, message).help("compare with a revision: `--to REV`"))
}

impl Changes {
    /// What changed in the repository that holds a directory. `from` is anything that `git rev-parse` takes, `REV...` where REV and the newer state
    /// parted; `None` is the last commit. `keep` tells which files of the newer state are of interest.
    ///
    /// # Errors
    /// When there is no repository or no such revision.
    pub fn between(
        directory: &Path,
        from: Option<&str>,
        until: &Until,
        keep: &dyn Fn(&Path) -> bool,
    ) -> Result<Changes, LoadError> {
        let asked = from.unwrap_or("HEAD");
        let (repository, top) = discover(Path::new("/"), directory, asked)?;
        if !matches!(until, Until::Revision(_)) {
            not_bare(&repository, &top)?;
        }
        if *until == Until::Index {
            use_index_of_hook(&repository).map_err(|error| failed(&error))?;
        }
        let to = match until {
            Until::Revision(name) => Some(resolve(&repository, &top, name)?),
            _ => None,
        };
        let older = match from {
            // Before the first commit, everything that is staged is new.
            None if is_unborn(&repository) => None,
            None | Some(_) => Some(match asked.strip_suffix(MERGE_BASE) {
                Some(name) => {
                    let one = resolve(&repository, &top, name)?.id();
                    let other = match &to {
                        Some(commit) => commit.id(),
                        None => resolve(&repository, &top, "HEAD")?.id(),
                    };
                    let base = repository.merge_base(one, other).map_err(|error| parted(&repository, name, &error))?;
                    repository.find_commit(base).map_err(|error| failed(&error))?
                }
                None => resolve(&repository, &top, asked)?,
            }),
        };
        let old_tree = older.as_ref().map(|commit| commit.tree().map_err(|error| failed(&error))).transpose()?;
        let new_tree = to.as_ref().map(|commit| commit.tree().map_err(|error| failed(&error))).transpose()?;
        let files =
            changed(&repository, old_tree.as_ref(), new_tree.as_ref(), until).map_err(|error| failed(&error))?;
        let mut tracked = match &new_tree {
            Some(tree) => of_tree(tree, keep),
            None => of_index(&repository, keep).map_err(|error| failed(&error))?,
        };
        let gone: FxHashSet<&PathBuf> =
            files.iter().filter(|one| one.kind == ChangeKind::Deleted).map(|one| &one.path).collect();
        tracked.retain(|path| !gone.contains(path));
        let new = files.iter().filter(|one| one.kind != ChangeKind::Deleted && keep(&one.path));
        tracked.extend(new.map(|one| one.path.clone()));
        tracked.sort_unstable();
        tracked.dedup();
        let revision =
            |name: &str, commit: &git2::Commit<'_>| Revision { name: name.to_owned(), commit: commit.id().to_string() };
        let from = older.as_ref().map(|commit| revision(asked, commit));
        let to = to.as_ref().zip(if let Until::Revision(name) = until { Some(name) } else { None });
        let to = to.map(|(commit, name)| revision(name, commit));
        Ok(Changes { top, from, to, files, tracked })
    }

    /// Files that somebody else says have changed (relative to the directory, or absolute), in the repository that holds the directory. Those outside of it
    /// are left out.
    ///
    /// # Errors
    /// When there is no repository.
    pub fn named(directory: &Path, names: &[String], keep: &dyn Fn(&Path) -> bool) -> Result<Changes, LoadError> {
        let (repository, top) = discover(Path::new("/"), directory, "HEAD")?;
        let base = directory.canonicalize().unwrap_or_else(|_| directory.to_owned());
        let files: Vec<Change> = names
            .iter()
            .filter_map(|name| {
                let path = super::clean(&base.join(name));
                let inside = path.strip_prefix(&top).ok()?.to_owned();
                let kind = if path.symlink_metadata().is_ok() { ChangeKind::Modified } else { ChangeKind::Deleted };
                Some(Change { path: inside, old: None, kind })
            })
            .collect();
        let mut tracked = of_index(&repository, keep).map_err(|error| failed(&error))?;
        tracked.extend(
            files.iter().filter(|one| one.kind != ChangeKind::Deleted && keep(&one.path)).map(|one| one.path.clone()),
        );
        tracked.sort_unstable();
        tracked.dedup();
        Ok(Changes { top, from: None, to: None, files, tracked })
    }
}

/// `git commit -a` and `git commit FILE` give their hooks an index of their own.
fn use_index_of_hook(repository: &Repository) -> Result<(), git2::Error> {
    let Some(path) = std::env::var_os("GIT_INDEX_FILE") else { return Ok(()) };
    let inside = |path: &Path| {
        let (path, home) = (path.canonicalize().ok()?, repository.path().canonicalize().ok()?);
        path.starts_with(home).then_some(path)
    };
    // That of another repository has no meaning here.
    let Some(path) = inside(Path::new(&path)) else { return Ok(()) };
    repository.set_index(&mut git2::Index::open(&path)?)
}

fn is_unborn(repository: &Repository) -> bool {
    repository.head().is_err_and(|error| error.code() == ErrorCode::UnbornBranch)
}

fn failed(error: &git2::Error) -> LoadError {
    LoadError::new(LoadErrorKind::Git, "the git repository cannot be read").note(error.message().to_owned())
}

fn parted(repository: &Repository, name: &str, error: &git2::Error) -> LoadError {
    let message = format!("`{name}` and what it is compared with have no commit in common");
    let failed = LoadError::new(LoadErrorKind::Git, message);
    if repository.is_shallow() {
        return failed
            .note("the clone is shallow: it lacks older commits")
            .help("run `git fetch --unshallow`, or clone with more depth (`fetch-depth: 0` of actions/checkout)");
    }
    failed.note(error.message().to_owned())
}

fn changed(
    repository: &Repository,
    old: Option<&Tree<'_>>,
    new: Option<&Tree<'_>>,
    until: &Until,
) -> Result<Vec<Change>, git2::Error> {
    let mut options = DiffOptions::new();
    options.include_untracked(true).recurse_untracked_dirs(true).include_typechange(true).skip_binary_check(true);
    let mut diff: Diff<'_> = match until {
        Until::Worktree => repository.diff_tree_to_workdir_with_index(old, Some(&mut options))?,
        Until::Index => repository.diff_tree_to_index(old, None, Some(&mut options))?,
        Until::Revision(_) => repository.diff_tree_to_tree(old, new, Some(&mut options))?,
    };
    diff.find_similar(Some(DiffFindOptions::new().renames(true).for_untracked(true).rename_limit(RENAMES)))?;
    let mut found: Vec<Change> = diff
        .deltas()
        .filter_map(|delta| {
            let path = |file: git2::DiffFile<'_>| file.path().map(Path::to_owned);
            let (old, new) = (path(delta.old_file()), path(delta.new_file()));
            let kind = match delta.status() {
                Delta::Added | Delta::Untracked | Delta::Copied => ChangeKind::Added,
                Delta::Deleted => ChangeKind::Deleted,
                Delta::Renamed => ChangeKind::Renamed,
                Delta::Unmodified | Delta::Ignored => return None,
                _ => ChangeKind::Modified,
            };
            let old = old.filter(|_| kind == ChangeKind::Renamed).filter(|old| Some(old) != new.as_ref());
            let path = if kind == ChangeKind::Deleted { path(delta.old_file()) } else { new };
            path.map(|path| Change { path: without_slash(path), old, kind })
        })
        .collect();
    found.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(found)
}

/// An untracked repository inside has a slash at its end.
fn without_slash(path: PathBuf) -> PathBuf {
    path.components().collect()
}

fn of_index(repository: &Repository, keep: &dyn Fn(&Path) -> bool) -> Result<Vec<PathBuf>, git2::Error> {
    let index = repository.index()?;
    let paths = index.iter().map(|entry| PathBuf::from(String::from_utf8_lossy(&entry.path).into_owned()));
    Ok(paths.filter(|path| keep(path)).collect())
}

fn of_tree(tree: &Tree<'_>, keep: &dyn Fn(&Path) -> bool) -> Vec<PathBuf> {
    let mut found = Vec::new();
    // Subtrees that cannot be read are missing objects of a partial clone: their files are not known.
    let _ = tree.walk(TreeWalkMode::PreOrder, |directory, entry| {
        if entry.kind() == Some(git2::ObjectType::Blob) {
            let path = Path::new(directory).join(String::from_utf8_lossy(entry.name_bytes()).as_ref());
            if keep(&path) {
                found.push(path);
            }
        }
        TreeWalkResult::Ok
    });
    found
}

#[cfg(test)]
#[path = "changes_tests.rs"]
mod tests;
