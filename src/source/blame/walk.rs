//! The walk over the history, one for all files: lines go from a commit to the parent that has them too, until none has.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use git2::{Commit, DiffFindOptions, DiffOptions, Error, ObjectType, Oid, Patch, Repository, Tree};
use rustc_hash::FxHashMap;

/// A line that is looked for: its number in the end, and its number in the version at hand; both from 0.
type Line = (u32, u32);

/// A version of a file at a commit, with the lines that the commit may have written.
struct Version {
    file: usize,
    path: PathBuf,
    blob: Oid,
    lines: Vec<Line>,
}

/// The commit of each line of files at a commit, in one walk for all of them. A file that the commit does not have gives nothing.
pub(super) fn blame(repository: &Repository, start: Oid, paths: &[PathBuf]) -> Result<Vec<Option<Vec<Oid>>>, Error> {
    let mut walk = Walk { repository, trees: FxHashMap::default(), todo: BTreeMap::new(), found: Vec::new() };
    let commit = repository.find_commit(start)?;
    for (file, path) in paths.iter().enumerate() {
        let Some(blob) = walk.blob(&commit, path)? else {
            walk.found.push(None);
            continue;
        };
        let count = count_lines(repository.find_blob(blob)?.content());
        walk.found.push(Some(vec![start; count as usize]));
        let lines = (0..count).map(|line| (line, line)).collect();
        walk.add(&commit, Version { file, path: path.clone(), blob, lines });
    }
    while let Some(((_, id), versions)) = walk.todo.pop_last() {
        let commit = repository.find_commit(id)?;
        // A shallow clone lacks the parents of its oldest commits.
        let parents: Vec<Commit<'_>> = commit.parents().collect();
        for version in versions {
            walk.step(&commit, &parents, version)?;
        }
    }
    Ok(walk.found)
}

/// As git counts them: the last one may lack its line break.
pub(super) fn count_lines(text: &[u8]) -> u32 {
    let breaks = memchr::memchr_iter(b'\n', text).count();
    (breaks + usize::from(!text.is_empty() && !text.ends_with(b"\n"))) as u32
}

struct Walk<'r> {
    repository: &'r Repository,
    /// What a directory has under a name, and whether it is a file: directories that did not change are looked into once.
    trees: FxHashMap<(Oid, String), Option<(Oid, bool)>>,
    /// Versions by time and id of their commit: the youngest is looked at first, so that branches meet.
    todo: BTreeMap<(i64, Oid), Vec<Version>>,
    found: Vec<Option<Vec<Oid>>>,
}

impl Walk<'_> {
    fn add(&mut self, commit: &Commit<'_>, version: Version) {
        if version.lines.is_empty() {
            return;
        }
        let versions = self.todo.entry((commit.time().seconds(), commit.id())).or_default();
        match versions.iter_mut().find(|known| known.file == version.file && known.path == version.path) {
            Some(known) => known.lines.extend(version.lines),
            None => versions.push(version),
        }
    }

    /// Gives the lines of a version to the parents that have them; the rest was written by the commit.
    fn step(&mut self, commit: &Commit<'_>, parents: &[Commit<'_>], mut version: Version) -> Result<(), Error> {
        for parent in parents {
            if self.blob(parent, &version.path)? == Some(version.blob) {
                self.add(parent, version);
                return Ok(());
            }
        }
        for parent in parents {
            let origin = match self.blob(parent, &version.path)? {
                Some(blob) => Some((version.path.clone(), blob)),
                None => self.renamed(parent, commit, &version.path)?,
            };
            let Some((path, blob)) = origin else { continue };
            let (kept, own) = self.split(blob, &version)?;
            version.lines = own;
            self.add(parent, Version { file: version.file, path, blob, lines: kept });
        }
        if let Some(found) = &mut self.found[version.file] {
            for (line, _) in version.lines {
                found[line as usize] = commit.id();
            }
        }
        Ok(())
    }

    /// The lines of a version that an older one has too, by their numbers there, and the others.
    fn split(&self, older: Oid, version: &Version) -> Result<(Vec<Line>, Vec<Line>), Error> {
        if older == version.blob {
            return Ok((version.lines.clone(), Vec::new()));
        }
        let (old, new) = (self.repository.find_blob(older)?, self.repository.find_blob(version.blob)?);
        let mut options = DiffOptions::new();
        options.context_lines(0).force_text(true);
        let patch = Patch::from_buffers(old.content(), None, new.content(), None, Some(&mut options))?;
        // Ranges of new lines that the older version lacks, and how far what follows has moved.
        let mut changes: Vec<(u32, u32, i64)> = Vec::new();
        for number in 0..patch.num_hunks() {
            let (hunk, _) = patch.hunk(number)?;
            // Of an empty range, git gives the line before it.
            let end = |start: u32, lines: u32| if lines == 0 { start } else { start + lines - 1 };
            let start = if hunk.new_lines() == 0 { hunk.new_start() } else { hunk.new_start() - 1 };
            let new_end = end(hunk.new_start(), hunk.new_lines());
            let old_end = end(hunk.old_start(), hunk.old_lines());
            changes.push((start, new_end, i64::from(old_end) - i64::from(new_end)));
        }
        let (mut kept, mut own) = (Vec::new(), Vec::new());
        for &(line, number) in &version.lines {
            let after = changes.partition_point(|(start, ..)| *start <= number);
            match after.checked_sub(1).map(|before| changes[before]) {
                Some((_, end, _)) if number < end => own.push((line, number)),
                Some((.., moved)) => kept.push((line, (i64::from(number) + moved) as u32)),
                None => kept.push((line, number)),
            }
        }
        Ok((kept, own))
    }

    /// The file that a commit has renamed to a path.
    fn renamed(&self, parent: &Commit<'_>, commit: &Commit<'_>, path: &Path) -> Result<Option<(PathBuf, Oid)>, Error> {
        let mut diff = self.repository.diff_tree_to_tree(Some(&parent.tree()?), Some(&commit.tree()?), None)?;
        diff.find_similar(Some(DiffFindOptions::new().renames(true)))?;
        let renamed =
            diff.deltas().find(|delta| delta.new_file().path() == Some(path) && delta.status() == git2::Delta::Renamed);
        Ok(renamed.and_then(|delta| Some((delta.old_file().path()?.to_owned(), delta.old_file().id()))))
    }

    fn blob(&mut self, commit: &Commit<'_>, path: &Path) -> Result<Option<Oid>, Error> {
        let (mut at, mut is_blob) = (commit.tree_id(), false);
        for part in path.iter() {
            let key = (at, part.to_string_lossy().into_owned());
            let next = match self.trees.get(&key) {
                Some(known) => *known,
                None => {
                    let tree = self.repository.find_tree(at);
                    let entry = |tree: Tree<'_>| {
                        tree.get_name(&key.1).map(|entry| (entry.id(), entry.kind() == Some(ObjectType::Blob)))
                    };
                    let next = tree.ok().and_then(entry);
                    self.trees.insert(key, next);
                    next
                }
            };
            let Some(next) = next else { return Ok(None) };
            (at, is_blob) = next;
        }
        // A directory or a submodule of that name is another thing.
        Ok(is_blob.then_some(at))
    }
}
