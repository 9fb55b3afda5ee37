//! Kustomizations and what they build on. Each is read once, however many lead to it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;

use crate::diagnostics::Sources;
use crate::source::FileSystem;

use super::node::{Input, Node, scan};

/// Kustomizations by their directories.
#[derive(Debug, Default)]
pub struct Graph {
    nodes: BTreeMap<PathBuf, Node>,
}

/// Everything that one kustomization leads to.
#[derive(Debug)]
pub struct Reach<'a> {
    /// The kustomizations, by directory; itself among them.
    pub nodes: Vec<&'a Node>,
}

impl Graph {
    /// Reads the kustomizations of directories (absolute, without symbolic links) and of all that they lead to.
    pub fn scan(files: &Arc<dyn FileSystem>, roots: impl IntoIterator<Item = PathBuf>, sources: &Sources) -> Graph {
        let mut graph = Graph::default();
        let mut wave: BTreeSet<PathBuf> = roots.into_iter().collect();
        while !wave.is_empty() {
            let read: Vec<Node> = match wave.len() {
                // Threads take longer to start than one file takes to read.
                1 => wave.iter().map(|root| scan(files, root, sources)).collect(),
                _ => wave.par_iter().map(|root| scan(files, root, sources)).collect(),
            };
            wave = read.iter().flat_map(|node| node.bases.iter().cloned()).collect();
            graph.nodes.extend(read.into_iter().map(|node| (node.root.clone(), node)));
            wave.retain(|root| !graph.nodes.contains_key(root));
        }
        graph
    }

    /// All kustomizations, by directory.
    pub fn nodes(&self) -> impl Iterator<Item = &Node> {
        self.nodes.values()
    }

    /// The kustomization of a directory.
    pub fn get(&self, root: &Path) -> Option<&Node> {
        self.nodes.get(root)
    }

    /// Everything that a kustomization leads to; nothing for a directory that was not scanned.
    pub fn reach(&self, root: &Path) -> Reach<'_> {
        let mut seen: BTreeMap<&Path, &Node> = BTreeMap::new();
        let mut todo: Vec<&Node> = self.nodes.get(root).into_iter().collect();
        while let Some(node) = todo.pop() {
            if seen.insert(&node.root, node).is_none() {
                todo.extend(node.bases.iter().filter_map(|base| self.nodes.get(base)));
            }
        }
        Reach { nodes: seen.into_values().collect() }
    }
}

impl Reach<'_> {
    /// All inputs, sorted by path, each once.
    pub fn inputs(&self) -> Vec<&Input> {
        let all: BTreeSet<&Input> = self.nodes.iter().flat_map(|node| &node.inputs).collect();
        all.into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::InputKind;
    use super::*;
    use crate::source::Memory;

    fn inputs(files: Memory, root: &str) -> Vec<String> {
        let files: Arc<dyn FileSystem> = Arc::new(files);
        let sources = Sources::new();
        let graph = Graph::scan(&files, [PathBuf::from(root)], &sources);
        let shown = |input: &Input| {
            let mark = match input.kind {
                InputKind::File => "",
                InputKind::Directory => "/",
                InputKind::Missing => " (missing)",
                InputKind::Remote => " (remote)",
            };
            format!("{}{mark}", input.path.display())
        };
        graph.reach(Path::new(root)).inputs().into_iter().map(shown).collect()
    }

    #[test]
    fn every_field_that_names_files_is_known() {
        let kustomization = "
resources: [a.yaml, ../base, gone.yaml, 'https://host.test/x.yaml', 'https://github.com/o/r//d?ref=v1']
components: [../part]
crds: [crd.yaml]
configurations: [config.yaml]
openapi: {path: schema.json}
patchesStrategicMerge: [sm.yaml, 'kind: Pod', \"kind: A\\nmetadata: {name: b}\\n\"]
patchesJson6902: [{path: json.yaml, target: {kind: A, name: b}}]
patches: [{path: p.yaml}, {patch: 'kind: A'}]
replacements: [{path: r.yaml}, {sourceValue: x, targets: []}]
configMapGenerator: [{name: c, files: [f.txt, key=g.txt], envs: [e.env], env: old.env, literals: [a=b]}]
secretGenerator: [{name: s, files: [s.txt]}]
helmGlobals: {chartHome: ../charts}
helmCharts:
- {name: local, valuesFile: v.yaml, additionalValuesFiles: [w.yaml]}
- {name: far, repo: 'https://charts.test/x/', version: 1.2.3}
- {name: lost}
generators:
- g.yaml
- |
  apiVersion: builtin
  kind: ConfigMapGenerator
  metadata: {name: x}
  files: [k=inline.txt]
transformers: [../transformers]
validators:
- |
  apiVersion: x.test/v1
  kind: V
  metadata:
    name: v
    annotations:
      config.kubernetes.io/function: |
        exec: {path: ../bin/check}
";
        let files = Memory::new()
            .with("/o/kustomization.yaml", kustomization)
            .with("/o/a.yaml", "")
            .with("/o/g.yaml", "apiVersion: builtin\nkind: HelmChartInflationGenerator\nmetadata: {name: x}\nname: plug\nchartHome: h\nvaluesFile: pv.yaml\n")
            .with("/o/h/plug/Chart.yaml", "")
            .with("/charts/local/Chart.yaml", "")
            .with("/base/kustomization.yml", "resources: [b.yaml]")
            .with("/base/b.yaml", "")
            .with("/part/Kustomization", "kind: Component\nresources: [../base]")
            .with("/transformers/kustomization.yaml", "resources: [t.yaml]")
            .with("/transformers/t.yaml", "apiVersion: builtin\nkind: PatchTransformer\nmetadata: {name: t}\npath: tp.yaml\n---\napiVersion: builtin\nkind: ReplacementTransformer\nmetadata: {name: u}\nreplacements: [{path: tr.yaml}]\n---\napiVersion: builtin\nkind: LabelTransformer\nmetadata: {name: l}\nfieldSpecs: [{path: metadata/labels}]\n");
        insta::assert_snapshot!(inputs(files, "/o").join("\n"));
    }

    #[test]
    fn ways_that_lead_back_end() {
        let files = Memory::new()
            .with("/a/kustomization.yaml", "resources: [../b, x.yaml]")
            .with("/b/kustomization.yaml", "resources: [../a, y.yaml]");
        assert_eq!(
            inputs(files, "/b"),
            ["/a/kustomization.yaml", "/a/x.yaml (missing)", "/b/kustomization.yaml", "/b/y.yaml (missing)"]
        );
    }

    #[test]
    fn a_broken_kustomization_is_an_input_all_the_same() {
        let files: Arc<dyn FileSystem> = Arc::new(Memory::new().with("/a/kustomization.yaml", "resources: ["));
        let graph = Graph::scan(&files, [PathBuf::from("/a"), PathBuf::from("/gone")], &Sources::new());
        let node = graph.get(Path::new("/a")).unwrap();
        assert!(node.failure.is_some() && graph.get(Path::new("/gone")).unwrap().failure.is_some());
        assert_eq!(node.inputs[0].path, Path::new("/a/kustomization.yaml"));
    }
}
