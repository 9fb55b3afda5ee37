//! Targets that depend on changed files, and on which of them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use rustc_hash::FxHashSet;

use crate::kustomize::inputs::{Graph, InputKind, Node};
use crate::source::LOCK_FILE;

use super::targets::Target;

/// Files that changed: absolute paths, old names of renamed files among them.
#[derive(Clone, Debug, Default)]
pub struct Changed {
    all: BTreeSet<PathBuf>,
    lookup: FxHashSet<PathBuf>,
}

impl Changed {
    /// These.
    pub fn new(files: impl IntoIterator<Item = PathBuf>) -> Changed {
        let all: BTreeSet<PathBuf> = files.into_iter().collect();
        Changed { lookup: all.iter().cloned().collect(), all }
    }

    /// What changed at a path or above it: a file, a link on the way, or a repository within the repository.
    fn above(&self, path: &Path) -> Option<&Path> {
        path.ancestors().find_map(|one| self.lookup.get(one)).map(PathBuf::as_path)
    }

    /// What changed at a path or below it.
    fn below(&self, directory: &Path) -> Vec<&Path> {
        let from = self.all.range(directory.to_owned()..);
        from.take_while(|path| path.starts_with(directory)).map(PathBuf::as_path).collect()
    }

    /// The changes that the kustomization itself depends on, those of its bases left out.
    fn of_node(&self, node: &Node) -> BTreeSet<&Path> {
        let mut found = BTreeSet::new();
        for input in node.inputs.iter().filter(|input| input.kind != InputKind::Remote) {
            found.extend(self.above(&input.path));
            if input.kind != InputKind::File {
                // Something may have come to be below a name that nothing had.
                found.extend(self.below(&input.path));
            }
        }
        found.extend(node.probes.iter().filter_map(|path| self.above(path)));
        found.extend(node.bases.iter().filter_map(|path| self.above(path)));
        if node.inputs.iter().any(|input| input.kind == InputKind::Remote) {
            found.extend(node.root.ancestors().filter_map(|dir| self.lookup.get(&dir.join(LOCK_FILE))).map(|p| &**p));
        }
        found
    }
}

/// The targets that depend on changes, each with those changes. `common` are files and directories that concern every target: the configuration of the
/// tool, and schemas.
pub fn select<'t>(
    targets: &'t [Target],
    graph: &Graph,
    changed: &Changed,
    common: &[PathBuf],
) -> Vec<(&'t Target, Vec<PathBuf>)> {
    let own: BTreeMap<&Path, BTreeSet<&Path>> =
        graph.nodes().map(|node| (&*node.root, changed.of_node(node))).filter(|(_, found)| !found.is_empty()).collect();
    let for_all: Vec<&Path> = common.iter().flat_map(|path| changed.below(path)).collect();
    let mut selected = Vec::new();
    for target in targets {
        let mut because: BTreeSet<&Path> = for_all.iter().copied().collect();
        for node in graph.reach(&target.root).nodes {
            because.extend(own.get(&*node.root).into_iter().flatten());
        }
        because.extend(target.environments.iter().filter_map(|one| changed.above(&one.file)));
        if !because.is_empty() {
            selected.push((target, because.into_iter().map(Path::to_owned).collect()));
        }
    }
    selected
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::affected::targets;
    use crate::diagnostics::Sources;
    use crate::source::{FileSystem, Memory};

    /// The targets that depend on a change, of a tree with two overlays.
    fn affected(changed: &[&str]) -> Vec<String> {
        let files = Memory::new()
            .with("/r/base/kustomization.yaml", "resources: [a.yaml, ../other/gone]\nhelmCharts: [{name: c}]")
            .with("/r/base/a.yaml", "")
            .with("/r/base/charts/c/templates/x.yaml", "")
            .with("/r/dev/kustomization.yaml", "resources: [../base]\npatches: [{path: p.yaml}]")
            .with("/r/dev/p.yaml", "")
            .with("/r/prod/kustomization.yaml", "resources: ['https://host.test/x.yaml', own.yaml]")
            .with("/r/prod/own.yaml", "");
        let files: Arc<dyn FileSystem> = Arc::new(files);
        let roots = ["/r/base", "/r/dev", "/r/prod"].map(PathBuf::from);
        let graph = Graph::scan(&files, roots, &Sources::new());
        let targets = targets(&graph, &[]);
        let changed = Changed::new(changed.iter().map(PathBuf::from));
        let found = select(&targets, &graph, &changed, &["/r/redisops.yaml".into(), "/r/schemas".into()]);
        found.iter().map(|(target, because)| format!("{} {}", target.root.display(), because.len())).collect()
    }

    #[test]
    fn every_kind_of_input_counts() {
        for (changed, expected) in [
            ("/r/base/a.yaml", &["/r/dev 1"][..]),
            ("/r/base/unused.yaml", &[]),
            ("/r/base/kustomization.yml", &["/r/dev 1"]),
            ("/r/base/charts/c/templates/x.yaml", &["/r/dev 1"]),
            ("/r/base/charts/d/x.yaml", &[]),
            ("/r/other/gone/kustomization.yaml", &["/r/dev 1"]),
            ("/r/other", &["/r/dev 1"]),
            ("/r/dev/p.yaml", &["/r/dev 1"]),
            ("/r/prod/own.yaml", &["/r/prod 1"]),
            ("/r/redisops.lock", &["/r/prod 1"]),
            ("/r/redisops.yaml", &["/r/dev 1", "/r/prod 1"]),
            ("/r/schemas/crd.yaml", &["/r/dev 1", "/r/prod 1"]),
            ("/r/schemas.md", &[]),
        ] {
            assert_eq!(affected(&[changed]), expected, "{changed}");
        }
        assert_eq!(affected(&["/r/base/a.yaml", "/r/dev/p.yaml", "/r/prod/own.yaml"]), ["/r/dev 2", "/r/prod 1"]);
    }
}
