//! The inputs of one kustomization: its own files, and the directories that it builds on.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::diagnostics::{Diagnostics, Sources};
use crate::kustomize::decode::Text;
use crate::kustomize::kustomization_file::{self, KustomizationFile};
use crate::kustomize::types::{GeneratorArgs, HelmChart, HelmGlobals, Kustomization};
use crate::source::{
    FileSystem, HelmCall, HelmChart as Chart, KUSTOMIZATION_NAMES, LoadOptions, LoadRestriction, Loader, RepoSpec,
    is_remote_file, join, redact,
};

use super::plugin;

/// What an input is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum InputKind {
    /// A file.
    File,
    /// A directory, with everything in it: a chart, or the place where a program runs.
    Directory,
    /// Nothing has the name; something would be read if it had.
    Missing,
    /// On another machine; the path is the URL as it was written.
    Remote,
}

/// Something that a build reads, or would read.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Input {
    /// Absolute, without symbolic links where it exists.
    pub path: PathBuf,
    /// What it is.
    pub kind: InputKind,
}

/// One kustomization.
#[derive(Debug)]
pub struct Node {
    /// Its directory.
    pub root: PathBuf,
    /// Whether it is a component, which cannot be built alone.
    pub component: bool,
    /// What it names, sorted, each once. Of what was reached through a symbolic link the link is there, too.
    pub inputs: Vec<Input>,
    /// Directories of the kustomizations that it builds on.
    pub bases: Vec<PathBuf>,
    /// Paths whose existence matters although nothing is read: the other names of a kustomization file, links on the way.
    pub probes: Vec<PathBuf>,
    /// Why the kustomization file could not be read; its inputs are not known then.
    pub failure: Option<Diagnostics>,
}

/// Reads the kustomization of a directory (absolute, without symbolic links).
pub(super) fn scan(files: &Arc<dyn FileSystem>, root: &Path, sources: &Sources) -> Node {
    let options = LoadOptions { restriction: LoadRestriction::None, ..LoadOptions::default() };
    let loader = Loader::open(Arc::clone(files), &root.to_string_lossy(), options);
    let mut scan = Scan {
        files,
        root,
        node: Node {
            root: root.to_owned(),
            component: false,
            inputs: Vec::new(),
            bases: Vec::new(),
            probes: KUSTOMIZATION_NAMES.iter().map(|name| root.join(name)).collect(),
            failure: None,
        },
    };
    let read = loader.map_err(Diagnostics::from).and_then(|loader| {
        let file = kustomization_file::load(&loader, sources)?;
        Ok((loader, file))
    });
    match read {
        Ok((loader, file)) => {
            scan.node.component = file.is_component();
            scan.file(file.name);
            scan.kustomization(file, &loader, sources);
        }
        Err(found) => {
            KUSTOMIZATION_NAMES.iter().filter(|name| files.exists(&root.join(name))).for_each(|name| scan.file(name));
            scan.node.failure = Some(found);
        }
    }
    let mut node = scan.node;
    node.inputs.sort_unstable();
    node.inputs.dedup();
    node.bases.sort_unstable();
    node.bases.dedup();
    node
}

/// Writes down what one kustomization names.
pub(super) struct Scan<'a> {
    files: &'a Arc<dyn FileSystem>,
    root: &'a Path,
    node: Node,
}

impl Scan<'_> {
    fn kustomization(&mut self, file: KustomizationFile, loader: &Loader, sources: &Sources) {
        let k: Kustomization = file.kustomization;
        let entries = k.resources.iter().chain(k.bases.iter().flatten()).chain(&k.components);
        entries.for_each(|entry| self.entry(entry));
        for path in k.crds.iter().chain(&k.configurations).chain(k.openapi.get("path")) {
            self.file(path);
        }
        self.strategic(k.patches_strategic_merge.iter().flatten());
        let paths = k.patches.iter().chain(k.patches_json6902.iter().flatten()).map(|patch| &patch.path);
        paths.chain(k.replacements.iter().map(|one| &one.path)).for_each(|path| self.file(path));
        for generator in k.config_map_generator.iter().chain(&k.secret_generator) {
            self.data(generator);
        }
        let globals = k.helm_globals.unwrap_or_default();
        for chart in &k.helm_charts {
            self.chart(chart, &globals);
        }
        for entry in k.generators.iter().chain(&k.transformers).chain(&k.validators) {
            plugin::scan(entry, loader, sources, self);
        }
    }

    /// An entry of `resources` or `components`: a file, a directory, or a URL of either.
    pub(super) fn entry(&mut self, entry: &str) {
        if entry.is_empty() {
            return;
        }
        let named = self.named(entry);
        let is_remote = is_remote_file(entry) || RepoSpec::parse(entry).is_ok();
        match self.files.canonicalize(&named) {
            // A directory cannot be named like a URL, a file can.
            Ok(real) if !is_remote && self.files.is_dir(&real) => {
                if real != named {
                    self.node.probes.push(named);
                }
                self.node.bases.push(real);
            }
            Err(_) | Ok(_) if is_remote => self.remote(entry),
            Ok(real) => self.found(named, real),
            Err(_) => self.add(named, InputKind::Missing),
        }
    }

    /// A file by its name, which may be a URL.
    pub(super) fn file(&mut self, path: &str) {
        if path.is_empty() {
            return;
        }
        if is_remote_file(path) {
            return self.remote(path);
        }
        let named = self.named(path);
        match self.files.canonicalize(&named) {
            Ok(real) => self.found(named, real),
            Err(_) => self.add(named, InputKind::Missing),
        }
    }

    /// The directory itself: a program that runs in it may read anything.
    pub(super) fn whole_root(&mut self) {
        self.add(self.root.to_owned(), InputKind::Directory);
    }

    /// Entries of `patchesStrategicMerge`: patches, or names of files.
    pub(super) fn strategic<'t>(&mut self, entries: impl Iterator<Item = &'t Text>) {
        for entry in entries {
            let text = entry.trim();
            let inline = text.contains('\n') || text.starts_with('{') || text.starts_with('#') || text.contains(": ");
            if !inline || self.files.exists(&self.named(entry)) {
                self.file(entry);
            }
        }
    }

    /// The files of a generator: `PATH`, or `KEY=PATH`.
    pub(super) fn data(&mut self, generator: &GeneratorArgs) {
        for entry in &generator.files {
            self.file(entry.split_once('=').map_or(&**entry, |(_, path)| path));
        }
        for entry in generator.envs.iter().chain([&generator.env]) {
            self.file(entry);
        }
    }

    /// A chart, its values, and where it is pulled from.
    pub(super) fn chart(&mut self, chart: &HelmChart, globals: &HelmGlobals) {
        for file in chart.additional_values_files.iter().chain([&chart.values_file]) {
            self.file(file);
        }
        if chart.name.is_empty() {
            return;
        }
        let call = HelmCall {
            command: String::new(),
            root: self.root.to_owned(),
            files: Arc::clone(self.files),
            keep_pulled: false,
            chart_home: globals.chart_home.value.clone(),
            config_home: String::new(),
            chart: Chart {
                name: chart.name.value.clone(),
                version: chart.version.value.clone(),
                repo: chart.repo.value.clone(),
                ..Chart::default()
            },
        };
        let directory = call.chart_directory();
        match self.files.canonicalize(&directory) {
            Ok(real) => {
                if real != directory {
                    self.node.probes.push(directory);
                }
                self.add(real, InputKind::Directory);
            }
            Err(_) if chart.repo.is_empty() => self.add(directory, InputKind::Missing),
            Err(_) => {
                // A chart that is put there later wins over the one of the repository.
                self.node.probes.push(directory);
                let version = if chart.version.is_empty() { String::new() } else { format!("@{}", &*chart.version) };
                let repo = chart.repo.trim_end_matches('/');
                self.remote(&format!("{repo}/{}{version}", &*chart.name));
            }
        }
    }

    fn named(&self, path: &str) -> PathBuf {
        if path.starts_with('/') { PathBuf::from(path) } else { join(self.root, path) }
    }

    fn found(&mut self, named: PathBuf, real: PathBuf) {
        if real != named {
            self.node.probes.push(named);
        }
        self.add(real, InputKind::File);
    }

    fn remote(&mut self, url: &str) {
        self.add(PathBuf::from(redact(url)), InputKind::Remote);
    }

    fn add(&mut self, path: PathBuf, kind: InputKind) {
        self.node.inputs.push(Input { path, kind });
    }
}
