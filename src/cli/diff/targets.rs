//! What is compared with what.

use std::path::Path;
use std::sync::Arc;

use crate::affected;
use crate::cli::narrowing::Repository;
use crate::cli::render::State;
use crate::diagnostics::{Diagnostic, Diagnostics, Sources};
use crate::drift::Matching;
use crate::environment;
use crate::source::{Changes, Disk, FileSystem, GitRevision, Until, has_working_tree, relative};

/// One comparison: a word on each side, in a state of the files.
#[derive(Clone, Debug)]
pub struct Task {
    /// As the report names it.
    pub target: String,
    /// What is older.
    pub before: (String, State),
    /// What is newer.
    pub after: (String, State),
    /// How objects are matched.
    pub matching: Matching,
    /// Whether the target may be absent on one side: then its objects come or go.
    pub may_be_absent: bool,
}

/// Two environments.
pub fn between(older: &str, newer: &str) -> Task {
    Task {
        target: newer.to_owned(),
        before: (older.to_owned(), State::worktree()),
        after: (newer.to_owned(), State::worktree()),
        matching: Matching { across_namespaces: true, renames: true },
        may_be_absent: false,
    }
}

/// Targets in two states of the files.
///
/// # Errors
/// When there is no repository or no such revision, or nothing to compare.
pub fn over_time(paths: &[String], from: &str, to: &str, sources: &Sources) -> Result<Vec<Task>, Diagnostics> {
    let here = std::env::current_dir().unwrap_or_else(|_| Path::new("/").to_owned());
    let here = here.canonicalize().unwrap_or(here);
    // A target outside of the repository of the working directory brings its own.
    let directory = paths.first().map_or_else(|| here.clone(), |path| here.join(path));
    let from = &parted(&directory, from, to)?;
    let before = State::revision(&directory, from)?;
    let after = match to {
        "worktree" => {
            has_working_tree(&directory).map_err(Diagnostic::from)?;
            State::worktree()
        }
        revision => State::revision(&directory, revision)?,
    };
    let targets = if paths.is_empty() { all_targets(&here, from, to, sources)? } else { paths.to_vec() };
    let task = |target: String| Task {
        before: (target.clone(), before.clone()),
        after: (target.clone(), after.clone()),
        target,
        matching: Matching { across_namespaces: false, renames: true },
        may_be_absent: true,
    };
    Ok(targets.into_iter().map(task).collect())
}

/// `REV...` is the commit where that revision and the newer state parted.
fn parted(directory: &Path, from: &str, to: &str) -> Result<String, Diagnostics> {
    if !from.ends_with("...") {
        return Ok(from.to_owned());
    }
    let directory = directory.ancestors().find(|dir| dir.is_dir()).unwrap_or(directory);
    let changes = Changes::between(directory, Some(from), &until(to), &|_| false).map_err(Diagnostic::from)?;
    Ok(changes.from.map_or_else(|| from.to_owned(), |revision| revision.commit))
}

fn until(to: &str) -> Until {
    match to {
        "worktree" => Until::Worktree,
        revision => Until::Revision(revision.to_owned()),
    }
}

/// All environments of both states; where there are none, all kustomizations that no other one uses.
fn all_targets(here: &Path, from: &str, to: &str, sources: &Sources) -> Result<Vec<String>, Diagnostics> {
    let states = [Until::Revision(from.to_owned()), until(to)];
    let (mut environments, mut roots) = (Vec::new(), Vec::new());
    for state in &states {
        let files: Arc<dyn FileSystem> = match state {
            Until::Revision(revision) => Arc::new(GitRevision::open(here, revision).map_err(Diagnostic::from)?),
            _ => Arc::new(Disk::at(here)),
        };
        let changes = Changes::between(here, Some(from), state, &affected::is_of_interest).map_err(Diagnostic::from)?;
        let repository = Repository::read(&files, &changes.top, &changes.tracked, sources);
        environments.extend(repository.environments.iter().map(|one| {
            // Those of folders below are not found by their names from here.
            let found = environment::find(&*files, here, &one.name).is_some_and(|place| place.file == one.file);
            if found { one.name.clone() } else { relative(here, &one.overlay).display().to_string() }
        }));
        let targets = affected::targets(&repository.graph, &repository.environments);
        roots.extend(targets.iter().map(|target| relative(here, &target.root).display().to_string()));
    }
    let mut all = if environments.is_empty() { roots } else { environments };
    all.sort();
    all.dedup();
    if all.is_empty() {
        return Err(Diagnostic::error(
            "redisops::diff::no_targets",
            "the repository has no environment and no kustomization",
        )
        .help("name a directory to compare")
        .into());
    }
    Ok(all)
}
