//! Blame of the lines of files as they are on disk, or at a revision.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use git2::{DiffOptions, ErrorCode, Oid, Patch, Repository};
use rustc_hash::FxHashMap;

use super::cache::Cache;
use super::walk::{blame, count_lines};

/// A commit, as reports show it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Commit {
    /// Full hash.
    pub id: String,
    /// Name of the author.
    pub author: String,
    /// When the author wrote it, RFC 3339.
    pub time: String,
    /// First line of the message.
    pub summary: String,
    /// Whether the history ends there because the clone is shallow.
    pub shallow: bool,
}

/// Where a line has come from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum LineBlame {
    /// From a commit.
    Commit(Commit),
    /// From nobody yet: it is not committed.
    Uncommitted,
}

/// The commits of the lines of a committed file; nothing where the commit does not have it.
type Committed = Option<Vec<Oid>>;

/// Answers for the lines of many files; each file is looked at once.
pub struct Blamer {
    cache: Cache,
    /// As the user named it; the commit that is checked out where none is named.
    revision: Option<String>,
    repositories: FxHashMap<PathBuf, Option<Rc<Repository>>>,
    walked: FxHashMap<(PathBuf, PathBuf), Committed>,
    files: FxHashMap<PathBuf, Result<Vec<LineBlame>, String>>,
}

impl fmt::Debug for Blamer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Blamer").field("cache", &self.cache).field("revision", &self.revision).finish_non_exhaustive()
    }
}

/// Where a file stands in which repository.
struct Place {
    repository: Rc<Repository>,
    /// On disk.
    real: PathBuf,
    /// From the top of the repository.
    path: PathBuf,
}

impl Blamer {
    /// For files as they are on disk. The cache is `blame` in the user's cache directory unless another is named.
    pub fn new(cache: Option<PathBuf>) -> Blamer {
        let cache = cache.unwrap_or_else(|| crate::source::cache_directory().join("blame"));
        Blamer {
            cache: Cache(cache),
            revision: None,
            repositories: FxHashMap::default(),
            walked: FxHashMap::default(),
            files: FxHashMap::default(),
        }
    }

    /// For files as they were in a revision.
    #[must_use]
    pub fn at_revision(self, revision: &str) -> Blamer {
        Blamer { revision: Some(revision.to_owned()), ..self }
    }

    /// Looks at files that will be asked for: one walk over the history serves all of them.
    pub fn prepare<'a>(&mut self, files: impl IntoIterator<Item = &'a Path>) {
        let mut todo: BTreeMap<PathBuf, (Rc<Repository>, Oid, Vec<PathBuf>)> = BTreeMap::new();
        for file in files {
            let Ok(Place { repository, path, .. }) = self.place(file) else { continue };
            let key = repository.path().to_owned();
            let Ok(Some(start)) = self.start(&repository) else { continue };
            if !self.walked.contains_key(&(key.clone(), path.clone())) && self.cache.get(&key, start, &path).is_none() {
                todo.entry(key).or_insert_with(|| (repository, start, Vec::new())).2.push(path);
            }
        }
        for (key, (repository, start, mut paths)) in todo {
            paths.sort();
            paths.dedup();
            let Ok(found) = blame(&repository, start, &paths) else { continue };
            for (path, ids) in paths.into_iter().zip(found) {
                if let Some(ids) = &ids {
                    self.cache.put(&key, start, &path, ids);
                }
                self.walked.insert((key.clone(), path), ids);
            }
        }
    }

    /// Where a line (from 1) of a file has come from. A line past the end is not committed.
    ///
    /// # Errors
    /// Why nobody can say: the file is in no repository, or the repository is broken.
    pub fn line(&mut self, file: &Path, line: u32) -> Result<LineBlame, String> {
        if !self.files.contains_key(file) {
            let blamed = self.file(file);
            self.files.insert(file.to_owned(), blamed);
        }
        let lines = self.files[file].as_ref().map_err(Clone::clone)?;
        Ok(lines.get((line as usize).saturating_sub(1)).cloned().unwrap_or(LineBlame::Uncommitted))
    }

    fn place(&mut self, file: &Path) -> Result<Place, String> {
        // The file may be a link, or be reached through one.
        let real = file.canonicalize().unwrap_or_else(|_| file.to_owned());
        let directory = real.ancestors().skip(1).find(|dir| dir.is_dir()).unwrap_or(Path::new("/")).to_owned();
        let known = self.repositories.entry(directory.clone());
        let repository = known.or_insert_with(|| Repository::discover(&directory).ok().map(Rc::new)).clone();
        let repository = repository.ok_or_else(|| format!("`{}` is in no git repository", file.display()))?;
        let top = repository.workdir().unwrap_or_else(|| repository.path());
        let top = top.canonicalize().unwrap_or_else(|_| top.to_owned());
        let path = real.strip_prefix(&top).map_err(|_| format!("`{}` is not in its repository", file.display()))?;
        let path = path.to_owned();
        Ok(Place { repository, real, path })
    }

    /// The commit that is looked at; nothing where there are no commits yet.
    fn start(&self, repository: &Repository) -> Result<Option<Oid>, git2::Error> {
        match repository.revparse_single(self.revision.as_deref().unwrap_or("HEAD")) {
            Ok(object) => Ok(Some(object.peel_to_commit()?.id())),
            Err(error) if matches!(error.code(), ErrorCode::NotFound | ErrorCode::UnbornBranch) => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn file(&mut self, file: &Path) -> Result<Vec<LineBlame>, String> {
        let Place { repository, real, path } = self.place(file)?;
        let told = |error: git2::Error| format!("`{}` cannot be blamed: {}", file.display(), error.message());
        let work = if self.revision.is_none() { std::fs::read(&real).ok() } else { None };
        let nobody = || vec![LineBlame::Uncommitted; work.as_deref().map_or(0, count_lines) as usize];
        let Some(start) = self.start(&repository).map_err(told)? else { return Ok(nobody()) };
        let Some(ids) = self.committed(&repository, start, &path).map_err(told)? else { return Ok(nobody()) };
        let mut commits: FxHashMap<Oid, LineBlame> = FxHashMap::default();
        let committed: Vec<LineBlame> =
            ids.iter().map(|id| commits.entry(*id).or_insert_with(|| commit(&repository, *id)).clone()).collect();
        let Some(work) = work else { return Ok(committed) };
        let content = || -> Result<Vec<u8>, git2::Error> {
            let entry = repository.find_commit(start)?.tree()?.get_path(&path)?;
            Ok(repository.find_blob(entry.id())?.content().to_vec())
        };
        over_changes(&content().map_err(told)?, &work, committed).map_err(told)
    }

    fn committed(&mut self, repository: &Repository, start: Oid, path: &Path) -> Result<Committed, git2::Error> {
        let key = (repository.path().to_owned(), path.to_owned());
        if let Some(known) = self.walked.get(&key) {
            return Ok(known.clone());
        }
        if let Some(ids) = self.cache.get(&key.0, start, path) {
            return Ok(Some(ids));
        }
        let ids = blame(repository, start, &[path.to_owned()])?.pop().flatten();
        if let Some(ids) = &ids {
            self.cache.put(&key.0, start, path, ids);
        }
        Ok(ids)
    }
}

/// The lines of the file on disk: those that are as committed, and the others.
fn over_changes(old: &[u8], work: &[u8], committed: Vec<LineBlame>) -> Result<Vec<LineBlame>, git2::Error> {
    // Git may have changed the ends of lines at the checkout.
    let (old, work) = (unix_lines(old), unix_lines(work));
    if old == work {
        return Ok(committed);
    }
    let mut options = DiffOptions::new();
    options.context_lines(0).force_text(true);
    let patch = Patch::from_buffers(&old, None, &work, None, Some(&mut options))?;
    let (mut lines, mut next) = (Vec::new(), 0usize);
    for number in 0..patch.num_hunks() {
        let (hunk, _) = patch.hunk(number)?;
        let (start, count) = (hunk.old_start() as usize, hunk.old_lines() as usize);
        let start = if count == 0 { start } else { start - 1 };
        lines.extend(committed.iter().take(start).skip(next).cloned());
        lines.extend(std::iter::repeat_n(LineBlame::Uncommitted, hunk.new_lines() as usize));
        next = start + count;
    }
    lines.extend(committed.into_iter().skip(next));
    Ok(lines)
}

fn unix_lines(text: &[u8]) -> Cow<'_, [u8]> {
    if memchr::memmem::find(text, b"\r\n").is_none() {
        return Cow::Borrowed(text);
    }
    let mut out = Vec::with_capacity(text.len());
    for (at, byte) in text.iter().enumerate() {
        if *byte != b'\r' || text.get(at + 1) != Some(&b'\n') {
            out.push(*byte);
        }
    }
    Cow::Owned(out)
}

fn commit(repository: &Repository, id: Oid) -> LineBlame {
    let Ok(commit) = repository.find_commit(id) else { return LineBlame::Uncommitted };
    let author = commit.author();
    let text = |bytes: Option<&[u8]>| String::from_utf8_lossy(bytes.unwrap_or_default()).trim().to_owned();
    LineBlame::Commit(Commit {
        id: id.to_string(),
        author: text(Some(author.name_bytes())),
        time: rfc3339(author.when()),
        summary: text(commit.summary_bytes()),
        shallow: repository.is_shallow() && commit.parent_ids().all(|parent| repository.find_commit(parent).is_err()),
    })
}

/// A time as text, with the offset of its author.
fn rfc3339(time: git2::Time) -> String {
    let offset = i64::from(time.offset_minutes());
    let local = time.seconds() + offset * 60;
    let (days, seconds) = (local.div_euclid(86_400), local.rem_euclid(86_400));
    let (year, month, day) = civil(days);
    let zone = match offset {
        0 => "Z".to_owned(),
        _ => format!("{}{:02}:{:02}", if offset < 0 { '-' } else { '+' }, offset.abs() / 60, offset.abs() % 60),
    };
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{zone}")
}

/// Year, month and day of a day counted from 1970 (after Howard Hinnant's `civil_from_days`).
fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, of_year - (153 * shifted + 2) / 5 + 1)
}
