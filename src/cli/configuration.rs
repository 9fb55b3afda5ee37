//! `redisops.yaml` at the root of a repository, and what rules may ask about the repository itself.

use std::path::{Path, PathBuf};

use crate::diagnostics::{Diagnostics, SourceKind, Sources};
use crate::source::{FileNames, FileSystem, Loaded};
use crate::validate::config::{Configuration, Scene, is_silenced, read};
use crate::validate::{Finding, Repository};
use crate::yaml::Trace;

/// Names of the file; the first that is there counts.
pub const FILES: [&str; 2] = ["redisops.yaml", "redisops.yml"];

/// The configuration of a repository, and what is odd or wrong with it. Without a file, and with a wrong one, nothing is configured.
pub fn load(root: &Path, files: &dyn FileSystem, sources: &Sources, trace: &Trace) -> (Configuration, Diagnostics) {
    let present = FILES.iter().map(|name| root.join(name)).find(|path| files.exists(path));
    let Some(path) = present else { return (Configuration::default(), Diagnostics::new()) };
    let Ok(bytes) = files.read(&path) else { return (Configuration::default(), Diagnostics::new()) };
    let shown = files.display(&path);
    let text = Loaded { bytes, path: shown.clone(), remote: false }.text().map_err(Diagnostics::from);
    let read = text
        .and_then(|text| sources.add(shown, text, SourceKind::Config).map_err(Diagnostics::from))
        .and_then(|source| read(&source, trace));
    read.unwrap_or_else(|wrong| (Configuration::default(), wrong))
}

/// The findings that a repository wants, as bad as it wants them.
pub fn judge(
    found: Vec<Finding>,
    configuration: &Configuration,
    environment: Option<&str>,
    root: &Path,
    sources: &Sources,
) -> Vec<Finding> {
    let from = std::env::current_dir().unwrap_or_else(|_| "/".into());
    let names = FileNames::new(root, &from);
    let is_configured =
        !(configuration.rules.is_empty() && configuration.overrides.is_empty() && configuration.ignore.is_empty());
    let wanted = |finding: Finding| {
        if is_silenced(&finding, sources) {
            return None;
        }
        if !is_configured {
            return Some(finding);
        }
        let place = finding.labels.first().and_then(|label| sources.location(label.pos));
        let file = place.map(|place| names.name(&place.path));
        configuration.judge(finding, &Scene { environment, file: file.as_deref() })
    };
    found.into_iter().filter_map(wanted).collect()
}

/// A repository on the disk.
#[derive(Debug)]
pub struct DiskRepository {
    root: PathBuf,
}

impl DiskRepository {
    /// At its root; none where that is no repository.
    pub fn at(root: &Path) -> Option<DiskRepository> {
        root.join(".git").exists().then(|| DiskRepository { root: root.to_owned() })
    }
}

impl Repository for DiskRepository {
    fn is_directory(&self, path: &str) -> bool {
        // A path that leads out of the repository is none of it.
        let inside = Path::new(path).components().all(|part| !matches!(part, std::path::Component::ParentDir));
        inside && self.root.join(path.trim_start_matches('/')).is_dir()
    }

    fn directories(&self, path: &str) -> Vec<String> {
        let entries = std::fs::read_dir(self.root.join(path)).into_iter().flatten().flatten();
        let names =
            entries.filter(|entry| entry.path().is_dir()).filter_map(|entry| entry.file_name().into_string().ok());
        let mut names: Vec<String> = names.filter(|name| !name.starts_with('.') && name != "target").collect();
        names.sort();
        names
    }

    fn is_at(&self, url: &str) -> bool {
        let Ok(repository) = git2::Repository::open(&self.root) else { return false };
        let Ok(remotes) = repository.remotes() else { return false };
        let mut urls = (0..remotes.len()).filter_map(|index| {
            let remote = repository.find_remote(remotes.get(index).ok().flatten()?).ok()?;
            remote.url().ok().map(str::to_owned)
        });
        // A repository that was never pushed is taken for the one that is meant.
        remotes.is_empty() || urls.any(|own| same_place(&own, url))
    }
}

/// Whether two URLs are spellings of one place.
fn same_place(one: &str, other: &str) -> bool {
    fn plain(url: &str) -> String {
        let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
        let rest = rest.split_once('@').map_or(rest, |(_, rest)| rest);
        let rest = rest.trim_end_matches('/');
        rest.strip_suffix(".git").unwrap_or(rest).replace(':', "/").to_lowercase()
    }
    plain(one) == plain(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_have_spellings() {
        let own = "git@git.example.com:orders/orders-redis.git";
        assert!(same_place(own, "https://git.example.com/orders/orders-redis"));
        assert!(same_place(own, "ssh://git@git.example.com/orders/orders-redis.git/"));
        assert!(!same_place(own, "https://git.example.com/orders/other"));
    }
}
