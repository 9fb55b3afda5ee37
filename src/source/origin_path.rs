//! Where a resource comes from, as the `originAnnotations` of `buildMetadata` tell it.

use std::path::Path;

use super::path::clean;
use super::repo_spec::RepoSpec;

/// Path, repository and revision of a resource or a configuration file.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct OriginPath {
    /// Relative to the root kustomization, or to the root of the repository.
    pub path: String,
    /// What git was told to fetch from; empty for local files.
    pub repo: String,
    /// Branch, tag or commit as written; may be empty.
    pub reference: String,
}

impl OriginPath {
    /// The origin of what an entry of a kustomization at this origin names: a file, a directory, or a URL.
    #[must_use]
    pub fn append(&self, entry: &str) -> OriginPath {
        let joined = |dir: &str, path: &str| match (dir, path) {
            ("", "") => String::new(),
            ("", path) => clean(Path::new(path)).display().to_string(),
            (dir, path) => clean(Path::new(&format!("{dir}/{path}"))).display().to_string(),
        };
        let Ok(spec) = RepoSpec::parse(entry) else {
            return OriginPath { path: joined(&self.path, entry), ..self.clone() };
        };
        // The root of a repository is called after the reference's placeholder for a directory that does not exist yet.
        let inside = joined("", &spec.directory);
        let path = if inside.is_empty() || inside == "." { "notCloned".to_owned() } else { inside };
        OriginPath { path, repo: spec.clone_url(), reference: spec.reference }
    }
}

#[cfg(test)]
mod tests {
    use super::OriginPath;

    #[test]
    fn follows_directories_and_repositories() {
        let base = OriginPath::default().append("../base");
        assert_eq!(base.append("x/../deployment.yaml").path, "../base/deployment.yaml");
        let remote = base.append("https://github.com/org/repo//deploy/base?ref=v1");
        let want = OriginPath {
            path: "deploy/base".into(),
            repo: "https://github.com/org/repo".into(),
            reference: "v1".into(),
        };
        assert_eq!(remote, want);
        assert_eq!(remote.append("../rbac.yaml").path, "deploy/rbac.yaml");
        assert_eq!(remote.append("github.com/org/other").path, "notCloned");
    }
}
