//! Commits of single files, whatever else is changed or staged.

use std::path::{Path, PathBuf};

use git2::{ErrorCode, IndexEntry, IndexTime, Oid, Repository, Signature, Status};

use crate::diagnostics::Diagnostic;

/// A commit that was made.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Committed {
    /// Its full hash.
    pub id: String,
    /// The branch that it is on; none where no branch is checked out.
    pub branch: Option<String>,
}

/// Where and how a commit is to be made. Looking comes before the files are changed, so that nothing is half done.
pub struct Commit {
    repository: Repository,
    top: PathBuf,
    files: Vec<PathBuf>,
    author: Signature<'static>,
    branch: Option<String>,
}

impl std::fmt::Debug for Commit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Commit").field("top", &self.top).field("files", &self.files).finish_non_exhaustive()
    }
}

fn cannot(why: impl std::fmt::Display) -> Diagnostic {
    Diagnostic::error("redisops::git::commit", format!("cannot commit: {why}"))
}

/// Prepares a commit of files, on a new branch where one is named.
///
/// # Errors
/// When they are in no repository, have changes that are not committed, nobody is known as author, or the branch exists.
pub fn commit(files: &[PathBuf], branch: Option<&str>) -> Result<Commit, Diagnostic> {
    let first = files.first().ok_or_else(|| cannot("no file was changed"))?;
    let repository = Repository::discover(first.parent().unwrap_or(Path::new("."))).map_err(|error| {
        let why = format!("`{}` is in no git repository", first.display());
        if error.code() == ErrorCode::NotFound { cannot(why) } else { cannot(error.message()) }
    })?;
    let top = repository.workdir().ok_or_else(|| cannot("the repository has no working tree"))?;
    let top = top.canonicalize().map_err(cannot)?;
    let mut relative = Vec::new();
    for file in files {
        let file = file.canonicalize().map_err(cannot)?;
        let path =
            file.strip_prefix(&top).map_err(|_| cannot(format!("`{}` is in another repository", file.display())))?;
        let status = repository.status_file(path).map_err(|error| cannot(error.message()))?;
        if status != Status::CURRENT {
            return Err(cannot(format!("`{}` has changes that are not committed", path.display()))
                .note("nothing was written")
                .help("commit or stash them first, or leave --commit out"));
        }
        relative.push(path.to_owned());
    }
    let author = repository.signature().map_err(|_| {
        cannot("git does not know who you are")
            .note("nothing was written")
            .help("run `git config user.name NAME` and `git config user.email ADDRESS`")
    })?;
    repository.head().map_err(|_| cannot("the repository has no commit yet"))?;
    if let Some(name) = branch {
        if repository.find_branch(name, git2::BranchType::Local).is_ok() {
            return Err(cannot(format!("the branch `{name}` exists"))
                .note("nothing was written")
                .help("name another one, or check it out and leave --branch out"));
        }
        if !git2::Branch::name_is_valid(name).unwrap_or(false) {
            return Err(cannot(format!("`{name}` is no name of a branch")).note("nothing was written"));
        }
    }
    let author = author.to_owned();
    Ok(Commit { top, files: relative, author, branch: branch.map(str::to_owned), repository })
}

impl Commit {
    /// Makes the commit, of what the files have now.
    ///
    /// # Errors
    /// When git does not.
    pub fn make(&self, message: &str) -> Result<Committed, Diagnostic> {
        let failed = |error: git2::Error| cannot(error.message().to_owned()).note("the files are changed");
        let repository = &self.repository;
        let parent = repository.head().and_then(|head| head.peel_to_commit()).map_err(failed)?;
        let tree = self.tree(&parent).map_err(failed)?;
        let tree = repository.find_tree(tree).map_err(failed)?;
        if let Some(name) = &self.branch {
            let reference = repository.branch(name, &parent, false).map_err(failed)?.into_reference();
            let name = reference.name().map_err(failed)?.to_owned();
            repository.set_head(&name).map_err(failed)?;
        }
        let id =
            repository.commit(Some("HEAD"), &self.author, &self.author, message, &tree, &[&parent]).map_err(failed)?;
        // What is staged of other files stays staged.
        let mut index = repository.index().map_err(failed)?;
        for file in &self.files {
            index.add_path(file).map_err(failed)?;
        }
        index.write().map_err(failed)?;
        let head = repository.head().map_err(failed)?;
        let branch = head.is_branch().then(|| head.shorthand().map(str::to_owned).ok()).flatten();
        Ok(Committed { id: id.to_string(), branch })
    }

    /// The tree of the parent with the files in it.
    fn tree(&self, parent: &git2::Commit<'_>) -> Result<Oid, git2::Error> {
        let mut index = git2::Index::new()?;
        index.read_tree(&parent.tree()?)?;
        for file in &self.files {
            let path = file.to_string_lossy().into_owned().into_bytes();
            let old = index.get_path(file, 0);
            // Through the filters of the repository: line ends, for example.
            let id = self.repository.blob_path(&self.top.join(file))?;
            let none = IndexTime::new(0, 0);
            let entry = IndexEntry {
                ctime: none,
                mtime: none,
                dev: 0,
                ino: 0,
                mode: old.map_or(0o100_644, |old| old.mode),
                uid: 0,
                gid: 0,
                file_size: 0,
                id,
                flags: 0,
                flags_extended: 0,
                path,
            };
            index.add(&entry)?;
        }
        index.write_tree_to(&self.repository)
    }
}
