//! What can be built and deployed: the overlays that environments name, kustomizations that no other uses, and all directories below `overlays/`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::diagnostics::{SourceKind, Sources};
use crate::environment::{self, DIRECTORY};
use crate::kustomize::inputs::{Graph, Node};
use crate::source::{FileSystem, KUSTOMIZATION_NAMES};
use crate::yaml::Trace;

/// Directories of this name hold what is deployed, by custom.
const OVERLAYS: &str = "overlays";

/// An environment and where it stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Named {
    /// Its name.
    pub name: String,
    /// Its file, absolute.
    pub file: PathBuf,
    /// The directory that it renders, absolute.
    pub overlay: PathBuf,
}

/// A kustomization that is built for its own sake.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Target {
    /// Its directory, absolute.
    pub root: PathBuf,
    /// The environments that render it, by name.
    pub environments: Vec<Named>,
}

/// Whether a file of a repository tells what its targets are: a kustomization or an environment.
pub fn is_of_interest(path: &Path) -> bool {
    is_kustomization(path) || is_environment(path)
}

pub(super) fn is_kustomization(path: &Path) -> bool {
    path.file_name().is_some_and(|name| KUSTOMIZATION_NAMES.iter().any(|known| name == *known))
}

fn is_environment(path: &Path) -> bool {
    let yaml = path.extension().is_some_and(|ending| ending == "yaml" || ending == "yml");
    yaml && path.parent().and_then(Path::file_name).is_some_and(|name| name == DIRECTORY)
}

/// The environments among files (relative to the root of the repository). What is no environment, or a broken one, is left out: it names no overlay.
pub fn named_environments(
    files: &Arc<dyn FileSystem>,
    top: &Path,
    tracked: &[PathBuf],
    sources: &Sources,
) -> Vec<Named> {
    let trace = Trace::new();
    let read = |path: &PathBuf| {
        let file = top.join(path);
        let text = String::from_utf8(files.read(&file).ok()?).ok()?;
        let source = sources.add(files.display(&file), text, SourceKind::Config).ok()?;
        let environment = environment::read(&source, &trace).ok()?;
        let overlay = environment::overlay_directory(&**files, top, &file, &environment.spec.overlay);
        let overlay = files.canonicalize(&overlay).unwrap_or(overlay);
        Some(Named { name: path.file_stem()?.to_string_lossy().into_owned(), file, overlay })
    };
    tracked.iter().filter(|path| is_environment(path)).filter_map(read).collect()
}

/// The targets of a graph, by directory.
pub fn targets(graph: &Graph, environments: &[Named]) -> Vec<Target> {
    let used: BTreeSet<&PathBuf> = graph.nodes().flat_map(|node| &node.bases).collect();
    let custom = |node: &Node| node.root.parent().and_then(Path::file_name).is_some_and(|name| name == OVERLAYS);
    let there = graph.nodes().filter(|node| !node.inputs.is_empty() && !node.component);
    let mut found: BTreeMap<&Path, Vec<Named>> =
        there.filter(|node| !used.contains(&node.root) || custom(node)).map(|node| (&*node.root, Vec::new())).collect();
    for environment in environments {
        found.entry(&environment.overlay).or_default().push(environment.clone());
    }
    found.into_iter().map(|(root, environments)| Target { root: root.to_owned(), environments }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Memory;

    #[test]
    fn targets_are_what_nobody_else_uses() {
        let environment = |overlay: &str, name: &str| {
            format!(
                "apiVersion: redisops.dev/v1alpha1\nkind: Environment\nmetadata: {{name: {name}}}\nspec: {{overlay: {overlay}}}\n"
            )
        };
        let files = Memory::new()
            .with("/r/base/kustomization.yaml", "resources: [x.yaml]")
            .with("/r/part/kustomization.yaml", "kind: Component\nresources: [x.yaml]")
            .with("/r/overlays/prod/kustomization.yaml", "resources: [../../base]\ncomponents: [../../part]")
            .with("/r/overlays/eu/kustomization.yml", "resources: [../prod]")
            .with("/r/lone/kustomization.yaml", "resources: [y.yaml]")
            .with("/r/environments/dev.yaml", &*environment("base", "dev"))
            .with("/r/environments/gone.yml", &*environment("nowhere", "gone"))
            .with("/r/environments/broken.yaml", "kind: Environment")
            .with("/r/environments/notes.txt", "");
        let files: Arc<dyn FileSystem> = Arc::new(files);
        let (top, sources) = (Path::new("/r"), Sources::new());
        let tracked: Vec<PathBuf> = [
            "base/kustomization.yaml",
            "part/kustomization.yaml",
            "overlays/prod/kustomization.yaml",
            "overlays/eu/kustomization.yml",
            "lone/kustomization.yaml",
            "environments/dev.yaml",
            "environments/gone.yml",
            "environments/broken.yaml",
        ]
        .map(PathBuf::from)
        .to_vec();
        assert!(
            tracked.iter().all(|path| is_of_interest(path)) && !is_of_interest(Path::new("environments/notes.txt"))
        );
        let environments = named_environments(&files, top, &tracked, &sources);
        let roots = tracked.iter().filter(|path| is_kustomization(path)).map(|path| top.join(path.parent().unwrap()));
        let graph = Graph::scan(&files, roots, &sources);
        let found: Vec<String> = targets(&graph, &environments)
            .iter()
            .map(|one| {
                let names: Vec<&str> = one.environments.iter().map(|e| e.name.as_str()).collect();
                format!("{} {}", one.root.display(), names.join(","))
            })
            .collect();
        assert_eq!(found, ["/r/base dev", "/r/lone ", "/r/nowhere gone", "/r/overlays/eu ", "/r/overlays/prod "]);
    }
}
