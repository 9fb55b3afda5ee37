//! Files of a revision of a git repository, read from its object database: no checkout, no change to the working tree.

use std::fmt;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};

use git2::{Commit, ErrorCode, ObjectType, Oid, Repository};
use rustc_hash::FxHashMap;

use super::error::{LoadError, LoadErrorKind};
use super::file_system::{FileError, FileSystem, MAX_FILE_BYTES};
use super::path::{clean, relative};

/// Links followed for one path; more are a cycle (Linux has the same limit).
const MAX_LINKS: u32 = 40;

const FILE_TYPE: i32 = 0o170_000;
const LINK: i32 = 0o120_000;
const SUBMODULE: i32 = 0o160_000;

/// The files of a commit, under the paths that they have in the working tree.
pub struct GitRevision {
    /// libgit2 handles are used by one thread at a time.
    repository: Mutex<Repository>,
    /// What directories hold: a large one is taken apart once, not for each of its files.
    listings: Mutex<FxHashMap<Oid, Arc<Listing>>>,
    /// Repositories of submodules that were looked into, by their place.
    submodules: Mutex<FxHashMap<PathBuf, Arc<GitRevision>>>,
    tree: Oid,
    commit: Oid,
    /// As the user named it, for messages.
    revision: String,
    top: PathBuf,
    working_directory: PathBuf,
}

/// The entries of a directory by name.
type Listing = FxHashMap<String, Entry>;

#[derive(Clone, Copy)]
struct Entry {
    id: Oid,
    kind: Option<ObjectType>,
    mode: i32,
}

impl fmt::Debug for GitRevision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GitRevision").field("revision", &self.revision).field("top", &self.top).finish_non_exhaustive()
    }
}

/// The repository that holds a directory, which may not exist any more, and its root.
pub(super) fn discover(from: &Path, directory: &Path, revision: &str) -> Result<(Repository, PathBuf), LoadError> {
    let directory = clean(&from.join(directory));
    let shown = directory.display();
    let start = directory.ancestors().find(|dir| dir.is_dir()).unwrap_or(Path::new("/"));
    let repository = Repository::discover(start).map_err(|error| {
        if error.code() == ErrorCode::NotFound {
            let message = format!("`{shown}` is in no git repository, so it has no revision `{revision}`");
            return LoadError::new(LoadErrorKind::Git, message);
        }
        // For example a repository that belongs to another user.
        LoadError::new(LoadErrorKind::Git, format!("the git repository of `{shown}` cannot be opened"))
            .note(error.message().to_owned())
    })?;
    let top = repository.workdir().unwrap_or_else(|| repository.path());
    let top = top.canonicalize().unwrap_or_else(|_| top.to_owned());
    Ok((repository, top))
}

/// The commit that a revision names: anything that `git rev-parse` takes.
pub(super) fn resolve<'r>(repository: &'r Repository, top: &Path, revision: &str) -> Result<Commit<'r>, LoadError> {
    let found = repository.revparse_single(revision).and_then(|object| object.peel_to_commit());
    found.map_err(|error| {
        let mut refs = Vec::new();
        for reference in repository.references().into_iter().flatten().flatten() {
            refs.extend(reference.shorthand().ok().map(str::to_owned));
        }
        let near = crate::diagnostics::did_you_mean(revision, refs.iter().map(String::as_str));
        let message = format!("the repository `{}` has no revision `{revision}`", top.display());
        let failed = LoadError::new(LoadErrorKind::Git, message);
        match near {
            Some(near) => failed.help(format!("did you mean `{near}`?")),
            None if error.code() == ErrorCode::NotFound && repository.is_shallow() => failed
                .note("the clone is shallow: it lacks older commits")
                .help("run `git fetch --unshallow`, or clone with more depth"),
            None if repository.is_empty().unwrap_or(false) => failed.note("it has no commit yet"),
            None => failed.note(error.message().to_owned()),
        }
    })
}

/// What a path is after its links were followed.
enum Found {
    Directory(Oid),
    File(Oid),
    /// The commit of another repository, and the names that are left, last first.
    Submodule(Oid, Vec<String>),
}

impl GitRevision {
    /// The files of `revision` (anything that `git rev-parse` takes) in the repository that holds `directory`.
    ///
    /// Paths are those of the working tree, so that the path of an overlay names the same overlay in every revision.
    ///
    /// # Errors
    /// When there is no repository or no such revision.
    pub fn open(directory: &Path, revision: &str) -> Result<GitRevision, LoadError> {
        let working_directory = std::env::current_dir().unwrap_or_else(|_| PathBuf::from("/"));
        let (repository, top) = discover(&working_directory, directory, revision)?;
        let (commit, tree) = resolve(&repository, &top, revision).map(|found| (found.id(), found.tree_id()))?;
        Ok(GitRevision {
            repository: Mutex::new(repository),
            listings: Mutex::default(),
            submodules: Mutex::default(),
            tree,
            commit,
            revision: revision.to_owned(),
            top,
            working_directory,
        })
    }

    /// The files of a submodule at a commit, read from its own repository, which is where its files are checked out.
    fn submodule(&self, at: &Path, commit: Oid) -> Result<Arc<GitRevision>, FileError> {
        let mut known = self.submodules.lock().expect("no holder of this lock panics");
        if let Some(submodule) = known.get(at) {
            return Ok(Arc::clone(submodule));
        }
        let place = self.top.join(at);
        let shown = at.display();
        // Without files of its own, the repository that is found there would be the outer one.
        let opened = GitRevision::open(&place, &commit.to_string()).ok().filter(|it| it.top.ends_with(at));
        let submodule = opened.map(Arc::new).ok_or_else(|| {
            let commit = &commit.to_string()[..8];
            FileError::Other(format!(
                "`{shown}` is a submodule, whose commit {commit} is not here: run `git submodule update --init {shown}`"
            ))
        })?;
        known.insert(at.to_owned(), Arc::clone(&submodule));
        Ok(submodule)
    }

    /// Asks the submodule at a place of the tree.
    fn within<T>(
        &self,
        at: &Path,
        commit: Oid,
        rest: &[String],
        ask: impl FnOnce(&GitRevision, &Path) -> Result<T, FileError>,
    ) -> Result<T, FileError> {
        let submodule = self.submodule(at, commit)?;
        let path = rest.iter().rev().fold(submodule.top.clone(), |path, name| path.join(name));
        ask(&submodule, &path)
    }

    /// The commit, in hexadecimal digits.
    pub fn commit(&self) -> String {
        self.commit.to_string()
    }

    /// The root of the repository: the directory that its paths are below.
    pub fn top(&self) -> &Path {
        &self.top
    }

    fn repository(&self) -> MutexGuard<'_, Repository> {
        self.repository.lock().expect("no holder of this lock panics")
    }

    fn absolute(&self, path: &Path) -> PathBuf {
        let path = clean(&self.working_directory.join(path));
        if path.starts_with(&self.top) {
            return path;
        }
        // The working directory may have been reached through a link.
        let existing = path.ancestors().find_map(|dir| Some((dir, dir.canonicalize().ok()?)));
        match existing {
            Some((dir, real)) => path.strip_prefix(dir).map_or_else(|_| path.clone(), |rest| clean(&real.join(rest))),
            None => path,
        }
    }

    /// Follows a path through the tree; the path that is left, relative to the top, has no links.
    fn find(&self, repository: &Repository, path: &Path) -> Result<(PathBuf, Found), FileError> {
        let absolute = self.absolute(path);
        let mut todo: Vec<String> = names(absolute.strip_prefix(&self.top).map_err(|_| FileError::NotFound)?);
        let (mut at, mut trees, mut links) = (PathBuf::new(), vec![self.tree], 0);
        while let Some(name) = todo.pop() {
            if name == ".." {
                // Above the top is nothing of this revision.
                if trees.len() == 1 {
                    return Err(FileError::NotFound);
                }
                trees.pop();
                at.pop();
                continue;
            }
            let listing = self.listing(repository, *trees.last().expect("the top is never popped"))?;
            let Some(entry) = listing.get(&name) else { return Err(FileError::NotFound) };
            match (entry.kind, entry.mode & FILE_TYPE) {
                (Some(ObjectType::Tree), _) => trees.push(entry.id),
                (Some(ObjectType::Blob), LINK) => {
                    links += 1;
                    if links > MAX_LINKS {
                        return Err(FileError::Other("too many levels of symbolic links".to_owned()));
                    }
                    let blob = repository.find_blob(entry.id).map_err(|error| other(&error))?;
                    let target = PathBuf::from(String::from_utf8_lossy(blob.content()).into_owned());
                    if target.is_absolute() {
                        let inside = target.strip_prefix(&self.top).map_err(|_| FileError::NotFound)?;
                        todo.extend(names(inside));
                        (at, trees) = (PathBuf::new(), vec![self.tree]);
                    } else {
                        todo.extend(names(&target));
                    }
                    continue;
                }
                (Some(ObjectType::Blob), _) if todo.is_empty() => {
                    at.push(&name);
                    return Ok((at, Found::File(entry.id)));
                }
                (Some(ObjectType::Blob), _) => return Err(FileError::NotDirectory),
                (_, SUBMODULE) => {
                    at.push(&name);
                    return Ok((at, Found::Submodule(entry.id, todo)));
                }
                _ => return Err(FileError::NotFound),
            }
            at.push(&name);
        }
        Ok((at, Found::Directory(*trees.last().expect("the top is never popped"))))
    }

    fn listing(&self, repository: &Repository, id: Oid) -> Result<Arc<Listing>, FileError> {
        let mut listings = self.listings.lock().expect("no holder of this lock panics");
        if let Some(known) = listings.get(&id) {
            return Ok(Arc::clone(known));
        }
        let tree = repository.find_tree(id).map_err(|error| other(&error))?;
        let entry = |entry: git2::TreeEntry<'_>| {
            let name = String::from_utf8_lossy(entry.name_bytes()).into_owned();
            (name, Entry { id: entry.id(), kind: entry.kind(), mode: entry.filemode() })
        };
        let listing: Arc<Listing> = Arc::new(tree.iter().map(entry).collect());
        listings.insert(id, Arc::clone(&listing));
        Ok(listing)
    }
}

/// The names of a path, last first.
fn names(path: &Path) -> Vec<String> {
    let mut names: Vec<String> = path
        .components()
        .filter(|part| matches!(part, Component::Normal(_) | Component::ParentDir))
        .map(|part| part.as_os_str().to_string_lossy().into_owned())
        .collect();
    names.reverse();
    names
}

fn other(error: &git2::Error) -> FileError {
    FileError::Other(error.message().to_owned())
}

impl FileSystem for GitRevision {
    fn read(&self, path: &Path) -> Result<Vec<u8>, FileError> {
        let repository = self.repository();
        match self.find(&repository, path)? {
            (_, Found::File(id)) => {
                let size =
                    repository.odb().and_then(|odb| odb.read_header(id)).map_err(|error| other(&error))?.0 as u64;
                if size > MAX_FILE_BYTES {
                    return Err(FileError::TooLarge { size });
                }
                Ok(repository.find_blob(id).map_err(|error| other(&error))?.content().to_vec())
            }
            (_, Found::Directory(_)) => Err(FileError::IsDirectory),
            (at, Found::Submodule(commit, rest)) => self.within(&at, commit, &rest, |inner, path| inner.read(path)),
        }
    }

    fn is_dir(&self, path: &Path) -> bool {
        match self.find(&self.repository(), path) {
            Ok((at, Found::Submodule(commit, rest))) => {
                self.within(&at, commit, &rest, |inner, path| Ok(inner.is_dir(path))).unwrap_or(false)
            }
            found => matches!(found, Ok((_, Found::Directory(_)))),
        }
    }

    fn exists(&self, path: &Path) -> bool {
        match self.find(&self.repository(), path) {
            Ok((at, Found::Submodule(commit, rest))) if !rest.is_empty() => {
                self.within(&at, commit, &rest, |inner, path| Ok(inner.exists(path))).unwrap_or(false)
            }
            found => found.is_ok(),
        }
    }

    fn canonicalize(&self, path: &Path) -> Result<PathBuf, FileError> {
        let (at, found) = self.find(&self.repository(), path)?;
        match found {
            Found::Submodule(commit, rest) => self.within(&at, commit, &rest, |inner, path| inner.canonicalize(path)),
            _ => Ok(clean(&self.top.join(at))),
        }
    }

    fn read_dir(&self, path: &Path) -> Result<Vec<String>, FileError> {
        let repository = self.repository();
        let id = match self.find(&repository, path)? {
            (_, Found::Directory(id)) => id,
            (_, Found::File(_)) => return Err(FileError::NotDirectory),
            (at, Found::Submodule(commit, rest)) => {
                return self.within(&at, commit, &rest, |inner, path| inner.read_dir(path));
            }
        };
        let mut names: Vec<String> = self.listing(&repository, id)?.keys().cloned().collect();
        names.sort_unstable();
        Ok(names)
    }

    fn repository(&self, directory: &Path) -> Option<PathBuf> {
        self.absolute(directory).starts_with(&self.top).then(|| self.top.clone())
    }

    /// `REVISION:path`, as git writes it.
    fn display(&self, path: &Path) -> String {
        let inside = relative(&self.top, &self.absolute(path));
        let inside = if inside == Path::new(".") { String::new() } else { inside.display().to_string() };
        format!("{}:{inside}", self.revision)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::sync::Arc;

    use git2::{IndexAddOption, Signature};

    use super::*;
    use crate::source::{LoadOptions, Loader};

    fn commit(repository: &Repository) -> Oid {
        let mut index = repository.index().unwrap();
        index.add_all(["*"], IndexAddOption::DEFAULT, None).unwrap();
        index.write().unwrap();
        let tree = repository.find_tree(index.write_tree().unwrap()).unwrap();
        let who = Signature::now("t", "t@example.test").unwrap();
        let parent = repository.head().ok().map(|head| head.peel_to_commit().unwrap());
        repository.commit(Some("HEAD"), &who, &who, "x", &tree, &parent.iter().collect::<Vec<_>>()).unwrap()
    }

    #[cfg(unix)]
    #[test]
    fn reads_what_was_without_a_checkout() {
        let dir = tempfile::tempdir().unwrap();
        let top = dir.path().canonicalize().unwrap();
        let repository = Repository::init(&top).unwrap();
        fs::create_dir_all(top.join("app/base")).unwrap();
        fs::write(top.join("app/base/kustomization.yaml"), "old").unwrap();
        fs::write(top.join("app/base/f"), "f").unwrap();
        fs::write(top.join("secret"), "s").unwrap();
        for (link, target) in [
            ("app/link", "base"),
            ("app/base/out", "../../secret"),
            ("app/base/far", "/etc/passwd"),
            ("app/base/loop", "loop"),
        ] {
            std::os::unix::fs::symlink(target, top.join(link)).unwrap();
        }
        let first = commit(&repository);
        fs::remove_dir_all(top.join("app")).unwrap();
        commit(&repository);

        let old = GitRevision::open(&top.join("app/base"), "HEAD~1").unwrap();
        assert_eq!(old.commit(), first.to_string());
        assert_eq!(old.canonicalize(&top.join("app/link/f")), Ok(top.join("app/base/f")));
        assert_eq!(old.read(&top.join("app/link/../base/f")), Ok(b"f".to_vec()));
        assert_eq!(old.read_dir(&top.join("app")), Ok(vec!["base".to_owned(), "link".to_owned()]));
        assert_eq!(old.read(&top.join("app/base/far")), Err(FileError::NotFound));
        assert_eq!(old.read(&top.join("app/base/f/g")), Err(FileError::NotDirectory));
        assert!(matches!(old.read(&top.join("app/base/loop")), Err(FileError::Other(_))));
        assert_eq!(old.read(Path::new("/etc/passwd")), Err(FileError::NotFound));
        assert_eq!(old.read(&top.join("app")), Err(FileError::IsDirectory));

        let target = top.join("app/link").display().to_string();
        let loader = Loader::open(Arc::new(old), &target, LoadOptions::default()).unwrap();
        assert_eq!(loader.kustomization().unwrap().file.bytes, b"old");
        assert_eq!(loader.load("f").unwrap().path, "HEAD~1:app/base/f");
        assert_eq!(loader.load("out").unwrap_err().kind(), LoadErrorKind::Restricted);
        let now = GitRevision::open(&top.join("app/base"), "HEAD").unwrap();
        assert!(!now.exists(&top.join("app")) && now.exists(&top.join("secret")));
        let slip = GitRevision::open(&top, "HAED").unwrap_err();
        assert_eq!(slip.kind(), LoadErrorKind::Git);
    }
}
