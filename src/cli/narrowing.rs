//! From changes to the targets that depend on them: what `affected` reports, and what other commands narrow their targets to.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::affected::{
    self, Affected, AffectedReport, Changed, Fate, FileEntry, Named, RevisionEntry, Summary, Target, select, targets,
};
use crate::diagnostics::{Diagnostic, Diagnostics, Sources, did_you_mean};
use crate::environment;
use crate::kustomize::inputs::Graph;
use crate::source::{
    Change, ChangeKind, Changes, Disk, FileSystem, GitRevision, KUSTOMIZATION_NAMES, Revision, Until, relative,
};

use super::args::Narrow;
use super::target::{NAME_PREFIX, NO_WORKING_DIRECTORY};

/// Files and directories at the root of a repository that concern the validation of every target.
pub const COMMON: [&str; 3] = ["redisops.yaml", "redisops.yml", "schemas"];

/// Which changes count, and for which targets.
#[derive(Clone, Debug)]
pub struct Narrowing {
    /// Directories and environments; or, with `changed_files`, files.
    words: Vec<String>,
    from: Option<String>,
    until: Until,
    changed_files: bool,
    /// Whether a comparison was asked for.
    compares: bool,
    /// Whether every target counts, whatever changed.
    all: bool,
}

/// What depends on the changes.
#[derive(Debug)]
pub struct Narrowed {
    /// For programs.
    pub report: AffectedReport,
    /// The root of the repository.
    pub top: PathBuf,
    /// The working directory.
    here: PathBuf,
    /// The targets that are still there.
    pub targets: Vec<Target>,
    /// What they are read from.
    pub files: Arc<dyn FileSystem>,
}

impl Narrowed {
    /// What commands call the targets.
    fn words(&self) -> Vec<String> {
        let mut words = Vec::new();
        for target in &self.targets {
            // An environment knows more about its overlay than the overlay does.
            let named = target.environments.iter().filter(|one| {
                environment::find(&*self.files, &self.here, &one.name).is_some_and(|place| place.file == one.file)
            });
            let before = words.len();
            words.extend(named.map(|one| match self.here.join(&one.name).exists() {
                true => format!("{NAME_PREFIX}{}", one.name),
                false => one.name.clone(),
            }));
            if words.len() == before {
                words.push(self.files.display(&target.root));
            }
        }
        words
    }
}

impl Narrowing {
    /// From arguments. `variable` is for the revisions that pre-commit tells of in variables.
    pub fn resolve(words: Vec<String>, narrow: Narrow, variable: fn(&str) -> Option<String>) -> Narrowing {
        let Narrow { all, mut from, mut to, mut staged, changed_files } = narrow;
        if changed_files && from.is_none() {
            // `pre-commit run --from-ref A --to-ref B` gives the files that changed since the two parted.
            if let Some(reference) = variable("PRE_COMMIT_FROM_REF").filter(|name| !name.is_empty()) {
                from = Some(format!("{reference}..."));
                to = variable("PRE_COMMIT_TO_REF").filter(|name| !name.is_empty());
                staged = false;
            }
        }
        let until = match to.as_deref() {
            _ if staged => Until::Index,
            None | Some("worktree") => Until::Worktree,
            Some(revision) => Until::Revision(revision.to_owned()),
        };
        let compares = staged || from.is_some() || to.is_some();
        Narrowing { words, from, until, changed_files, compares, all }
    }

    /// Whether anything is narrowed at all.
    pub fn is_asked_for(&self) -> bool {
        self.changed_files || self.compares || self.all
    }

    /// Words for what depends on the changes, as the command line takes them: the names of environments, and paths where there is none.
    ///
    /// # Errors
    /// As [`Narrowing::find`]; and when the newer state is not the working tree, which is what is rendered.
    pub fn words(&self, sources: &Sources) -> Result<Vec<String>, Diagnostics> {
        if let Until::Revision(name) = &self.until
            && !self.changed_files
        {
            let message = format!("`--to {name}` is a revision, and this command reads the working tree");
            return Err(Diagnostic::error("redisops::cli::revision", message)
                .help(format!("check {name} out, or leave `--to` out"))
                .into());
        }
        Ok(self.find(sources)?.words())
    }

    /// Finds what depends on the changes.
    ///
    /// # Errors
    /// When there is no repository or no such revision, or a word names nothing.
    pub fn find(&self, sources: &Sources) -> Result<Narrowed, Diagnostics> {
        let here = std::env::current_dir().map_err(|error| {
            Diagnostic::error(NO_WORKING_DIRECTORY, format!("there is no working directory: {error}"))
        })?;
        let here = here.canonicalize().unwrap_or(here);
        let changes = self.changes(&here).map_err(Diagnostic::from)?;
        let top = changes.top.clone();
        let files: Arc<dyn FileSystem> = match (&self.until, self.changed_files) {
            (Until::Revision(name), false) => Arc::new(GitRevision::open(&here, name).map_err(Diagnostic::from)?),
            _ => Arc::new(Disk::at(&here)),
        };
        let repository = Repository::read(&files, &top, &changes.tracked, sources);
        let mut targets = targets(&repository.graph, &repository.environments);
        if !self.changed_files && !self.words.is_empty() {
            targets = chosen(&self.words, &here, &files, &repository, targets)?;
        }
        let all = changes.files.iter().flat_map(|change| [Some(&change.path), change.old.as_ref()]).flatten();
        let changed = Changed::new(all.map(|path| top.join(path)));
        let common: Vec<PathBuf> = COMMON.iter().map(|name| top.join(name)).collect();
        let selected = match self.all {
            true => targets.iter().map(|target| (target, Vec::new())).collect(),
            false => select(&targets, &repository.graph, &changed, &common),
        };
        let mut list: Vec<Affected> =
            selected.iter().map(|(target, because)| entry(target, because, &changes)).collect();
        let there: Vec<Target> = selected.iter().map(|(target, _)| (*target).clone()).collect();
        if let Some(revision) = changes.from.as_ref().filter(|_| self.words.is_empty()) {
            list.extend(removed(&here, revision, &changes, &repository, sources)?);
            list.sort_by(|a, b| a.path.cmp(&b.path));
        }
        let summary = Summary { files: changes.files.len(), targets: targets.len(), affected: list.len() };
        let revision = |one: Revision| RevisionEntry { revision: one.name, commit: one.commit };
        let report = AffectedReport {
            files: changes.files.iter().map(file_entry).collect(),
            from: changes.from.map(revision),
            to: changes.to.map(revision),
            targets: list,
            summary,
        };
        Ok(Narrowed { report, top, here, targets: there, files })
    }

    fn changes(&self, here: &Path) -> Result<Changes, crate::source::LoadError> {
        let keep = &affected::is_of_interest;
        if self.all {
            return Changes::named(here, &[], keep);
        }
        if !self.changed_files {
            return Changes::between(here, self.from.as_deref(), &self.until, keep);
        }
        let mut named = Changes::named(here, &self.words, keep)?;
        if self.compares {
            // Hooks get the names of files that are there; what is gone, or had another name, changes overlays as well.
            let compared = Changes::between(here, self.from.as_deref(), &self.until, keep)?;
            let gone = |path: PathBuf| Change { path, old: None, kind: ChangeKind::Deleted };
            for change in compared.files {
                match (change.kind, change.old) {
                    (ChangeKind::Deleted, _) => named.files.push(gone(change.path)),
                    (_, Some(old)) => named.files.push(gone(old)),
                    _ => {}
                }
            }
            named.files.sort_by(|a, b| a.path.cmp(&b.path));
            named.files.dedup();
            named.from = compared.from;
        }
        Ok(named)
    }
}

/// The kustomizations and environments of one state of a repository.
pub struct Repository {
    /// The kustomizations.
    pub graph: Graph,
    /// The environments.
    pub environments: Vec<Named>,
}

impl Repository {
    /// Reads those among the files that are known of (relative to the top).
    pub fn read(files: &Arc<dyn FileSystem>, top: &Path, tracked: &[PathBuf], sources: &Sources) -> Repository {
        let environments = affected::named_environments(files, top, tracked, sources);
        let is_kustomization =
            |path: &&PathBuf| path.file_name().is_some_and(|name| KUSTOMIZATION_NAMES.iter().any(|one| name == *one));
        let directories = tracked.iter().filter(is_kustomization).filter_map(|path| path.parent());
        let mut roots: BTreeSet<PathBuf> = directories.map(|directory| top.join(directory)).collect();
        roots = roots.into_iter().map(|root| if root == top.join("") { top.to_owned() } else { root }).collect();
        roots.extend(environments.iter().map(|one| one.overlay.clone()));
        Repository { graph: Graph::scan(files, roots, sources), environments }
    }
}

/// The targets that words name: an environment, a kustomization, or all below a directory.
fn chosen(
    words: &[String],
    here: &Path,
    files: &Arc<dyn FileSystem>,
    repository: &Repository,
    all: Vec<Target>,
) -> Result<Vec<Target>, Diagnostics> {
    let mut found = Diagnostics::new();
    let mut taken: Vec<Target> = Vec::new();
    for word in words {
        let name = word.strip_prefix(NAME_PREFIX);
        let path = files.canonicalize(&here.join(word)).ok().filter(|_| name.is_none());
        let before = taken.len();
        match path {
            Some(path) => {
                // The file of a kustomization stands for its directory.
                let path = if files.is_dir(&path) { path } else { path.parent().unwrap_or(&path).to_owned() };
                taken.extend(all.iter().filter(|target| target.root.starts_with(&path)).cloned());
                let itself = !taken[before..].iter().any(|target| target.root == path);
                if itself && repository.graph.get(&path).is_some_and(|node| !node.inputs.is_empty()) {
                    taken.push(Target { root: path, environments: Vec::new() });
                }
            }
            None => {
                let name = name.unwrap_or(word);
                let named = |target: &&Target| target.environments.iter().any(|one| one.name == name);
                taken.extend(all.iter().filter(named).cloned());
                if taken.len() == before {
                    found.push(nothing(word, name, repository));
                }
            }
        }
    }
    if found.has_errors() {
        return Err(found);
    }
    taken.sort_by(|a, b| a.root.cmp(&b.root));
    taken.dedup_by(|a, b| a.root == b.root);
    Ok(taken)
}

fn nothing(word: &str, name: &str, repository: &Repository) -> Diagnostic {
    let names = || repository.environments.iter().map(|one| one.name.as_str());
    let near = did_you_mean(name, names()).map(|near| format!("did you mean the environment `{near}`?"));
    let failed =
        Diagnostic::error("redisops::load::not_found", format!("`{word}` is neither a path nor an environment"));
    match names().next() {
        Some(_) => failed.note(format!("environments are {}", names().collect::<Vec<_>>().join(", "))),
        None => failed,
    }
    .help_if(near)
}

/// Targets of the older state that are no kustomizations any more.
fn removed(
    here: &Path,
    revision: &Revision,
    changes: &Changes,
    now: &Repository,
    sources: &Sources,
) -> Result<Vec<Affected>, Diagnostics> {
    let is_kustomization =
        |path: &Path| path.file_name().is_some_and(|name| KUSTOMIZATION_NAMES.iter().any(|one| name == *one));
    let gone = |change: &Change| match &change.old {
        Some(old) => is_kustomization(old),
        None => change.kind == ChangeKind::Deleted && is_kustomization(&change.path),
    };
    if !changes.files.iter().any(gone) {
        return Ok(Vec::new());
    }
    let commit = &revision.commit;
    let until = Until::Revision(commit.clone());
    let then = Changes::between(here, Some(commit), &until, &affected::is_of_interest).map_err(Diagnostic::from)?;
    let files: Arc<dyn FileSystem> = Arc::new(GitRevision::open(here, commit).map_err(Diagnostic::from)?);
    let old = Repository::read(&files, &changes.top, &then.tracked, sources);
    let is_gone = |target: &Target| {
        old.graph.get(&target.root).is_some_and(|node| !node.inputs.is_empty())
            && now.graph.get(&target.root).is_none_or(|node| node.inputs.is_empty())
            && !now.environments.iter().any(|one| one.overlay == target.root)
    };
    let old_targets = targets(&old.graph, &old.environments);
    let names = |change: &Change| change.old.clone().unwrap_or_else(|| change.path.clone());
    let list = old_targets.iter().filter(|target| is_gone(target)).map(|target| {
        let inside = changes.files.iter().map(names).filter(|path| changes.top.join(path).starts_with(&target.root));
        Affected {
            path: shown(&changes.top, &target.root),
            environments: target.environments.iter().map(|one| one.name.clone()).collect(),
            change: Fate::Removed,
            because: inside.map(|path| path.to_string_lossy().into_owned()).collect(),
        }
    });
    Ok(list.collect())
}

fn entry(target: &Target, because: &[PathBuf], changes: &Changes) -> Affected {
    let own = |change: &Change| {
        let is_new = match &change.old {
            Some(old) => old.parent() != change.path.parent(),
            None => change.kind == ChangeKind::Added,
        };
        is_new
            && changes.top.join(&change.path).parent() == Some(&*target.root)
            && change.path.file_name().is_some_and(|name| KUSTOMIZATION_NAMES.iter().any(|one| name == *one))
    };
    Affected {
        path: shown(&changes.top, &target.root),
        environments: target.environments.iter().map(|one| one.name.clone()).collect(),
        change: match because {
            [] => Fate::Unchanged,
            _ if changes.files.iter().any(own) => Fate::Added,
            _ => Fate::Changed,
        },
        because: because.iter().map(|path| shown(&changes.top, path)).collect(),
    }
}

fn file_entry(change: &Change) -> FileEntry {
    FileEntry {
        path: change.path.to_string_lossy().into_owned(),
        old_path: change.old.as_ref().map(|old| old.to_string_lossy().into_owned()),
        change: match change.kind {
            ChangeKind::Added => "added",
            ChangeKind::Modified => "modified",
            ChangeKind::Deleted => "deleted",
            ChangeKind::Renamed => "renamed",
        },
    }
}

/// A path as reports have it: relative to the root of the repository.
fn shown(top: &Path, path: &Path) -> String {
    relative(top, path).to_string_lossy().into_owned()
}
