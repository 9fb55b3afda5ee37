//! How reports name files: relative to the root of the repository, wherever the command was started.

use std::path::{Path, PathBuf};

use super::path::{clean, relative};

/// Turns paths as messages show them into those of reports.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FileNames {
    from: PathBuf,
    root: PathBuf,
    revision: Option<String>,
}

impl FileNames {
    /// For a target: the repository is the one that holds it. `from` is the working directory, to which shown paths are relative; outside of a
    /// repository, names are relative to it, too.
    pub fn new(target: &Path, from: &Path) -> FileNames {
        let target = clean(&from.join(target));
        let root = target.ancestors().find(|dir| dir.join(".git").exists());
        FileNames { from: from.to_owned(), root: root.unwrap_or(from).to_owned(), revision: None }
    }

    /// For a target in a revision of the repository at `top`: its files are shown as `REVISION:path`.
    #[must_use]
    pub fn at_revision(self, revision: &str, top: &Path) -> FileNames {
        FileNames { revision: Some(format!("{revision}:")), root: top.to_owned(), ..self }
    }

    /// The directory that names are relative to.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The name of a file that messages show under that path. URLs, and what is no path at all, stay as they are.
    pub fn name(&self, shown: &str) -> String {
        if let Some(inside) = self.revision.as_deref().and_then(|revision| shown.strip_prefix(revision)) {
            return inside.to_owned();
        }
        if shown.contains("://") || shown.starts_with('(') {
            return shown.to_owned();
        }
        relative(&self.root, &clean(&self.from.join(shown))).display().to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_do_not_depend_on_the_working_directory() {
        let dir = tempfile::tempdir().unwrap();
        let top = dir.path();
        std::fs::create_dir_all(top.join("repo/.git")).unwrap();
        std::fs::create_dir_all(top.join("repo/overlays/prod")).unwrap();
        for (from, target, shown) in [
            ("repo", "overlays/prod", "base/a.yaml"),
            ("repo/overlays", "prod", "../base/a.yaml"),
            ("", "repo/overlays/prod", "repo/base/a.yaml"),
        ] {
            let names = FileNames::new(Path::new(target), &clean(&top.join(from)));
            assert_eq!(names.name(shown), "base/a.yaml", "{from}");
            assert_eq!(names.name(&top.join("repo/base/a.yaml").display().to_string()), "base/a.yaml");
            assert_eq!(names.name("https://host/a.yaml"), "https://host/a.yaml");
        }
        let old = FileNames::new(Path::new("overlays/prod"), &top.join("repo")).at_revision("main", &top.join("repo"));
        assert_eq!(old.name("main:base/a.yaml"), "base/a.yaml");
        let outside = FileNames::new(Path::new("x"), top);
        assert_eq!(outside.name("x/a.yaml"), "x/a.yaml");
    }
}
