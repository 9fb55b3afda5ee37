//! Other machines, reached.

use std::collections::HashMap;
use std::fs;
use std::hash::Hash;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock};

use super::git::{Fetched, GitCache, digest};
use super::lock::Lock;
use super::{Checkout, Remotes, http};
use crate::source::error::{LoadError, LoadErrorKind};
use crate::source::repo_spec::{RepoSpec, redact};
use crate::source::{Disk, FileSystem};

/// How the network may be used.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct NetworkOptions {
    /// Directory for what is fetched; `None` is `redisops` in `$XDG_CACHE_HOME` or `~/.cache`.
    pub cache: Option<PathBuf>,
    /// Whether only what earlier builds fetched is used.
    pub offline: bool,
    /// Directory of the root kustomization, from which `redisops.lock` is looked for; `None` uses no lock.
    pub lock_for: Option<PathBuf>,
}

/// The network, for one build: every URL and every revision is fetched once.
#[derive(Debug)]
pub struct Network {
    options: NetworkOptions,
    cache: PathBuf,
    disk: Arc<Disk>,
    lock: OnceLock<Result<Lock, LoadError>>,
    files: Once<String, Vec<u8>>,
    checkouts: Once<(String, String, bool), Fetched>,
}

impl Network {
    /// Nothing is fetched or read before it is asked for.
    pub fn new(options: NetworkOptions) -> Network {
        let cache = options.cache.clone().unwrap_or_else(cache_directory);
        Network {
            options,
            cache,
            disk: Arc::default(),
            lock: OnceLock::new(),
            files: Once::default(),
            checkouts: Once::default(),
        }
    }

    fn lock(&self) -> Result<&Lock, LoadError> {
        let lock = self.lock.get_or_init(|| match &self.options.lock_for {
            Some(directory) => Lock::find(directory),
            None => Ok(Lock::default()),
        });
        lock.as_ref().map_err(Clone::clone)
    }

    fn fetch_file(&self, url: &str) -> Result<Vec<u8>, LoadError> {
        let kept = self.cache.join("http").join(digest(url));
        if self.options.offline {
            return fs::read(&kept).map_err(|_| {
                let message = format!("`{}` is not in the cache, and `--offline` allows nothing else", redact(url));
                LoadError::new(LoadErrorKind::Offline, message)
                    .help("build once without `--offline`; the file is kept then")
            });
        }
        let bytes = http::get(url)?;
        // Only `--offline` needs the copy. A temporary file is readable by its owner alone, and is never seen half-written.
        let _ = keep(&kept, &bytes);
        Ok(bytes)
    }
}

fn keep(path: &std::path::Path, bytes: &[u8]) -> std::io::Result<()> {
    let directory = path.parent().unwrap_or(path);
    fs::create_dir_all(directory)?;
    let mut file = tempfile::NamedTempFile::new_in(directory)?;
    std::io::Write::write_all(&mut file, bytes)?;
    file.persist(path)?;
    Ok(())
}

impl Remotes for Network {
    fn get(&self, url: &str) -> Result<Vec<u8>, LoadError> {
        self.files.get(url.to_owned(), || self.fetch_file(url))
    }

    fn checkout(&self, spec: &RepoSpec) -> Result<Checkout, LoadError> {
        let key = (spec.clone_url(), spec.reference.clone(), spec.submodules);
        let fetched = self
            .checkouts
            .get(key, || GitCache::new(self.cache.join("git"), self.options.offline).get(spec, self.lock()?))?;
        Ok(Checkout {
            files: Arc::clone(&self.disk) as Arc<dyn FileSystem>,
            directory: fetched.directory,
            commit: fetched.commit,
        })
    }
}

/// `$XDG_CACHE_HOME/redisops`, or the same in `~/.cache`; without a home the temporary directory.
pub fn cache_directory() -> PathBuf {
    let from = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let base = from("XDG_CACHE_HOME").or_else(|| Some(from("HOME")?.join(".cache")));
    base.unwrap_or_else(std::env::temp_dir).join("redisops")
}

/// The one answer to a question.
type Cell<V> = Arc<OnceLock<Result<V, LoadError>>>;

/// Answers by question; threads that ask the same wait for the first.
#[derive(Debug)]
struct Once<K, V>(Mutex<HashMap<K, Cell<V>>>);

impl<K, V> Default for Once<K, V> {
    fn default() -> Self {
        Once(Mutex::default())
    }
}

impl<K: Hash + Eq, V: Clone> Once<K, V> {
    fn get(&self, key: K, answer: impl FnOnce() -> Result<V, LoadError>) -> Result<V, LoadError> {
        let cell = Arc::clone(self.0.lock().expect("no holder of this lock panics").entry(key).or_default());
        cell.get_or_init(answer).clone()
    }
}
