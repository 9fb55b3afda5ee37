//! How a kustomization reaches what it names: files relative to its directory, other kustomizations, URLs.
//!
//! The rules are those of the reference: a file must lie in or below the directory of the kustomization that names it (unless the restrictor is off),
//! a base may lie anywhere but not at or above a kustomization that is being built, and nothing in a repository leads out of it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::error::{LoadError, LoadErrorKind};
use super::file_system::{FileError, FileSystem};
use super::path::{clean, join, relative};
use super::remote::{NoRemotes, Remotes};
use super::repo_spec::{RepoSpec, is_remote_file, redact};
use super::suggestions;
use crate::yaml::decode_utf16;

/// Names of a kustomization file, in the order in which they are looked for.
pub const KUSTOMIZATION_NAMES: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/// Which files a kustomization may name.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum LoadRestriction {
    /// Those in or below its own directory.
    #[default]
    RootOnly,
    /// All.
    None,
}

/// What holds for all loaders of a build.
#[derive(Clone, Debug)]
pub struct LoadOptions {
    /// Which files a local kustomization may name; those in repositories are always restricted.
    pub restriction: LoadRestriction,
    /// How URLs are reached.
    pub remotes: Arc<dyn Remotes>,
}

impl Default for LoadOptions {
    fn default() -> LoadOptions {
        LoadOptions { restriction: LoadRestriction::default(), remotes: Arc::new(NoRemotes) }
    }
}

/// A file that was read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Loaded {
    /// Its content.
    pub bytes: Vec<u8>,
    /// Its path or URL as messages show it.
    pub path: String,
    /// Whether a server sent it; if it is no YAML, the URL may be a repository ([`Loader::sub`]).
    pub remote: bool,
}

impl Loaded {
    /// The content as text: UTF-8, or UTF-16 with a byte order mark, of which the first document is kept ([`decode_utf16`]).
    ///
    /// # Errors
    /// When it is neither.
    pub fn text(self) -> Result<String, LoadError> {
        if self.bytes.starts_with(&[0xFF, 0xFE]) || self.bytes.starts_with(&[0xFE, 0xFF]) {
            return decode_utf16(&self.bytes)
                .map_err(|at| suggestions::not_utf16(&self.path, at).in_file(self.path.clone()));
        }
        String::from_utf8(self.bytes).map_err(|error| {
            let at = error.utf8_error().valid_up_to();
            suggestions::not_utf8(&self.path, error.as_bytes(), at).in_file(self.path)
        })
    }
}

/// A kustomization file that was read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KustomizationFile {
    /// Which of [`KUSTOMIZATION_NAMES`] it has.
    pub name: &'static str,
    /// The file.
    pub file: Loaded,
}

/// What an entry of `resources:` names.
#[derive(Clone, Debug)]
pub enum Entry {
    /// A file with manifests.
    File(Loaded),
    /// A directory, perhaps of a repository, with a kustomization.
    Base(Loader),
}

/// The files of one kustomization. Cheap to copy; knows the kustomizations that led to it.
#[derive(Clone, Debug)]
pub struct Loader(Arc<Node>);

#[derive(Debug)]
struct Node {
    root: PathBuf,
    files: Arc<dyn FileSystem>,
    restriction: LoadRestriction,
    options: LoadOptions,
    repo: Option<Repo>,
    referrer: Option<Loader>,
}

/// The repository that a loader was made for.
#[derive(Debug)]
struct Repo {
    spec: RepoSpec,
    checkout: PathBuf,
}

impl Loader {
    /// A loader for the kustomization that the user names: a directory or the URL of one in a repository.
    ///
    /// # Errors
    /// When there is no such directory or repository.
    pub fn open(files: Arc<dyn FileSystem>, target: &str, options: LoadOptions) -> Result<Loader, LoadError> {
        if let Ok(spec) = RepoSpec::parse(target) {
            return Loader::at_checkout(spec, None, options);
        }
        let path = Path::new(target);
        let root = files.canonicalize(path).and_then(|root| match files.is_dir(&root) {
            true if !target.is_empty() => Ok(root),
            true => Err(FileError::NotFound),
            false => Err(FileError::NotDirectory),
        });
        match root {
            Ok(root) => {
                let restriction = options.restriction;
                Ok(Loader(Arc::new(Node { root, files, restriction, options, repo: None, referrer: None })))
            }
            Err(error) => Err(suggestions::no_directory(&*files, Path::new(""), target, &error)),
        }
    }

    /// The absolute directory of the kustomization, without symbolic links.
    pub fn root(&self) -> &Path {
        &self.0.root
    }

    /// What the files are read from.
    pub fn files(&self) -> &Arc<dyn FileSystem> {
        &self.0.files
    }

    /// The directory of the kustomization as messages show it.
    pub fn display_root(&self) -> String {
        self.display(&self.0.root)
    }

    /// The repository checkout that this loader was made for; `None` for local directories, also those within a repository.
    pub fn repo(&self) -> Option<&Path> {
        self.0.repo.as_ref().map(|repo| repo.checkout.as_path())
    }

    /// Whether the files come from a repository that was fetched.
    pub fn is_remote(&self) -> bool {
        self.containing_repo().is_some()
    }

    /// Reads a file: a path relative to the root, or an `http(s)` URL.
    ///
    /// # Errors
    /// When there is none or it may not be read.
    pub fn load(&self, path: &str) -> Result<Loaded, LoadError> {
        if is_remote_file(path) {
            let bytes = self.0.options.remotes.get(path)?;
            return Ok(Loaded { bytes, path: redact(path), remote: true });
        }
        let named = if path.starts_with('/') { PathBuf::from(path) } else { join(&self.0.root, path) };
        let file = match self.0.restriction {
            LoadRestriction::None => named,
            LoadRestriction::RootOnly => self.restricted(path, &named)?,
        };
        match self.0.files.read(&file) {
            Ok(bytes) => Ok(Loaded { bytes, path: self.display(&file), remote: false }),
            Err(error) => Err(suggestions::no_file(self, path, &file, &error)),
        }
    }

    fn restricted(&self, path: &str, named: &Path) -> Result<PathBuf, LoadError> {
        let files = &self.0.files;
        let file = files.canonicalize(named).map_err(|error| suggestions::no_file(self, path, named, &error))?;
        if file.parent().is_some_and(|dir| dir.starts_with(&self.0.root)) {
            return Ok(file);
        }
        if files.is_dir(&file) {
            return Err(suggestions::no_file(self, path, &file, &FileError::IsDirectory));
        }
        Err(suggestions::restricted(self, path, named, &file))
    }

    /// A loader for a base or a component: a directory relative to the root, or the URL of one in a repository.
    ///
    /// # Errors
    /// When there is none, or it leads back to a kustomization that is being built.
    pub fn sub(&self, path: &str) -> Result<Loader, LoadError> {
        if path.is_empty() {
            return Err(LoadError::new(LoadErrorKind::InvalidPath, "an empty path names no directory"));
        }
        if let Ok(spec) = RepoSpec::parse(path) {
            self.refuse_repo_cycle(&spec)?;
            return Loader::at_checkout(spec, Some(self.clone()), self.0.options.clone());
        }
        if path.starts_with('/') {
            let near = relative(&self.0.root, &clean(Path::new(path)));
            return Err(LoadError::new(LoadErrorKind::InvalidPath, format!("the base `{path}` is an absolute path"))
                .note("bases are named relative to the kustomization, so that the tree can be moved")
                .help(format!("write `{}`", near.display())));
        }
        if has_merged_segments(path) {
            return Err(LoadError::new(
                LoadErrorKind::InvalidPath,
                format!("`{path}` looks like two entries run together"),
            )
            .note(format!("as one path it would mean `{}`", clean(Path::new(path)).display()))
            .help("indent all entries of the list alike: a deeper `-` continues the entry above it"));
        }
        let files = &self.0.files;
        let named = join(&self.0.root, path);
        let root = files.canonicalize(&named).and_then(|root| match files.is_dir(&root) {
            true => Ok(root),
            false => Err(FileError::NotDirectory),
        });
        let root = root.map_err(|error| suggestions::no_directory(&**files, &self.0.root, path, &error))?;
        self.refuse_exit(path, &root)?;
        self.refuse_cycle(path, &root)?;
        Ok(Loader(Arc::new(Node {
            root,
            files: Arc::clone(files),
            restriction: self.0.restriction,
            options: self.0.options.clone(),
            repo: None,
            referrer: Some(self.clone()),
        })))
    }

    /// What an entry of `resources:` names: a file if it can be read as one, otherwise a base.
    ///
    /// # Errors
    /// When it is neither; the error tells what was tried.
    pub fn entry(&self, path: &str) -> Result<Entry, LoadError> {
        let as_file = match self.load(path) {
            Ok(file) => return Ok(Entry::File(file)),
            Err(error) if !error.may_be_base() => return Err(error),
            Err(error) => error,
        };
        match self.sub(path) {
            Ok(base) => Ok(Entry::Base(base)),
            Err(as_base) => Err(suggestions::neither(self, path, as_file, as_base)),
        }
    }

    /// The kustomization file of the directory.
    ///
    /// # Errors
    /// When there is none, or more than one.
    pub fn kustomization(&self) -> Result<KustomizationFile, LoadError> {
        let mut found: Vec<KustomizationFile> = Vec::new();
        let mut unreadable = None;
        for name in KUSTOMIZATION_NAMES {
            if !self.0.files.exists(&self.0.root.join(name)) {
                continue;
            }
            match self.load(name) {
                Ok(file) => found.push(KustomizationFile { name, file }),
                Err(error) => unreadable = unreadable.or(Some(error)),
            }
        }
        match (found.pop(), unreadable) {
            (Some(one), _) if found.is_empty() => Ok(one),
            (Some(one), _) => {
                let names: Vec<String> = found.iter().chain([&one]).map(|f| format!("`{}`", f.name)).collect();
                let root = self.display_root();
                let message = format!("more than one kustomization file in `{root}`: {}", names.join(", "));
                Err(LoadError::new(LoadErrorKind::MultipleKustomizations, message).help("keep one of them"))
            }
            (None, Some(error)) => Err(error),
            (None, None) => Err(suggestions::no_kustomization(self)),
        }
    }

    fn at_checkout(spec: RepoSpec, referrer: Option<Loader>, options: LoadOptions) -> Result<Loader, LoadError> {
        let checkout = options.remotes.checkout(&spec)?;
        let (files, dir) = (checkout.files, checkout.directory);
        let named = join(&dir, &spec.directory);
        let shown = redact(&spec.raw);
        let root = match files.canonicalize(&named) {
            Ok(root) if files.is_dir(&root) => root,
            Ok(_) => {
                let message = format!("`{shown}` names a file of the repository; a base must be a directory");
                return Err(LoadError::new(LoadErrorKind::NotDirectory, message));
            }
            Err(_) => return Err(suggestions::not_in_repository(&*files, &dir, &spec, &checkout.commit)),
        };
        if !root.starts_with(&dir) {
            let message = format!("`{shown}` names a symbolic link that leads out of the repository");
            return Err(LoadError::new(LoadErrorKind::Restricted, message));
        }
        let repo = Some(Repo { spec, checkout: dir });
        Ok(Loader(Arc::new(Node { root, files, restriction: LoadRestriction::RootOnly, options, repo, referrer })))
    }

    /// This loader and those that led to it, nearest first.
    fn chain(&self) -> impl Iterator<Item = &Loader> {
        std::iter::successors(Some(self), |loader| loader.0.referrer.as_ref())
    }

    /// The part of the chain that lies in the same tree of files: up to the loader that a URL made. The URLs before are compared as such; two of them
    /// may share a checkout without being a cycle.
    fn chain_in_tree(&self) -> impl Iterator<Item = &Loader> {
        let mut left_tree = false;
        self.chain().take_while(move |loader| !std::mem::replace(&mut left_tree, loader.0.repo.is_some()))
    }

    fn containing_repo(&self) -> Option<&Repo> {
        self.chain().find_map(|loader| loader.0.repo.as_ref())
    }

    fn refuse_exit(&self, path: &str, base: &Path) -> Result<(), LoadError> {
        let Some(repo) = self.containing_repo().filter(|repo| !base.starts_with(&repo.checkout)) else { return Ok(()) };
        let url = redact(&repo.spec.clone_url());
        Err(LoadError::new(LoadErrorKind::Restricted, format!("the base `{path}` lies outside the repository {url}"))
            .note("a kustomization from a repository may only use bases of that repository, or other repositories by their URL"))
    }

    fn refuse_cycle(&self, path: &str, base: &Path) -> Result<(), LoadError> {
        let Some(visited) = self.chain_in_tree().find(|loader| loader.0.root.starts_with(base)) else { return Ok(()) };
        let (base, root) = (self.display(base), visited.display_root());
        let message = if base == root {
            format!("cycle detected: `{path}` is the kustomization `{root}`, which is being built")
        } else {
            format!(
                "cycle detected: `{path}` is `{base}`, which contains the kustomization `{root}` that is being built"
            )
        };
        let mut chain: Vec<String> =
            self.chain_in_tree().map(Loader::display_root).map(|dir| format!("`{dir}`")).collect();
        chain.reverse();
        chain.push(format!("`{base}`"));
        Err(LoadError::new(LoadErrorKind::Cycle, message)
            .note(format!("the way here: {}", chain.join(" → ")))
            .help("a base must not lie at or above a kustomization that uses it; put what both need into a directory of its own"))
    }

    fn refuse_repo_cycle(&self, spec: &RepoSpec) -> Result<(), LoadError> {
        let repos = self.chain().filter_map(|loader| loader.0.repo.as_ref());
        let Some(visited) = repos.into_iter().find(|repo| repo.spec.raw.starts_with(&spec.raw)) else { return Ok(()) };
        let (new, old) = (redact(&spec.raw), redact(&visited.spec.raw));
        Err(LoadError::new(
            LoadErrorKind::Cycle,
            format!("cycle detected: `{new}` is used by `{old}`, which is being built"),
        )
        .help("use a path relative to the kustomization for bases of the same repository"))
    }

    /// A path as messages show it: files of a repository by its URL.
    pub fn display(&self, path: &Path) -> String {
        if let Some(repo) = self.containing_repo()
            && let Ok(inside) = path.strip_prefix(&repo.checkout)
        {
            let mut shown = redact(&repo.spec.clone_url());
            if !inside.as_os_str().is_empty() {
                shown.push_str("//");
                shown.push_str(&inside.display().to_string());
            }
            if !repo.spec.reference.is_empty() {
                shown.push_str("?ref=");
                shown.push_str(&repo.spec.reference);
            }
            return shown;
        }
        self.0.files.display(path)
    }
}

/// Whether a segment has `..` within: two list entries that wrong indentation made one (`../base - ../other`), which cleaning would hide.
fn has_merged_segments(path: &str) -> bool {
    path.split('/').any(|part| part != ".." && part.contains(".."))
}

#[cfg(test)]
#[path = "loader_tests.rs"]
mod tests;
