//! Rules on drift that nobody wants to hear of: `redisops.yaml`, and the Applications of Argo CD that deploy the target.

use std::path::{Path, PathBuf};

use crate::cli::configuration;
use crate::cli::render::Rendered;
use crate::diagnostics::{Diagnostic, Diagnostics, SourceKind, Sources};
use crate::drift::managed::{IgnoreRule, IgnoreRules, Pattern};
use crate::kustomize::decode::Text;
use crate::source::{Disk, relative};
use crate::validate::config::DriftIgnore;
use crate::yaml::{Node, Trace, parse_documents};

/// Largest file that is looked into.
const LARGEST: u64 = 1 << 20;
/// Deepest directory that is looked into.
const DEEPEST: usize = 8;

/// All rules for a target, and what is wrong with them.
pub fn rules(rendered: &Rendered, sources: &Sources) -> (IgnoreRules, Diagnostics) {
    let root = rendered.names.root();
    let (configuration, mut found) = configuration::load(root, &Disk::at(root), sources, &Trace::new());
    let mut rules = IgnoreRules::default();
    for entry in &configuration.drift.ignore {
        rules.0.push(rule(entry, &mut found));
    }
    for object in rendered.objects.as_slice() {
        if is_application(&object.node) {
            take(&object.node, &mut rules, &mut found);
        }
    }
    if root.join(".git").exists() {
        let directory = relative(root, &rendered.directory).display().to_string();
        for file in files(root) {
            for application in applications(&file) {
                if deploys(&application, &directory) {
                    take(&application, &mut rules, &mut found);
                }
            }
        }
    }
    (rules, found)
}

fn rule(entry: &DriftIgnore, found: &mut Diagnostics) -> IgnoreRule {
    let text = |text: &str| Some(text.to_owned()).filter(|it| !it.is_empty());
    IgnoreRule {
        group: text(&entry.group),
        kind: text(&entry.kind),
        name: text(&entry.name),
        namespace: text(&entry.namespace),
        paths: entry.paths.iter().filter_map(|path| pattern(path, found)).collect(),
        managers: entry.managers.iter().map(|it| it.value.to_string()).collect(),
    }
}

fn pattern(path: &Text, found: &mut Diagnostics) -> Option<Pattern> {
    Pattern::path(path)
        .map_err(|wrong| {
            let message = format!("a rule of `drift.ignore` is not heard: {wrong}");
            let at = Diagnostic::error("redisops::config::drift_path", message).label(path.pos, path.len().max(1), "");
            found.push(at.help("write a path as reports do: `spec.template.spec.containers[*].image`"));
        })
        .ok()
}

fn take(application: &Node, rules: &mut IgnoreRules, found: &mut Diagnostics) {
    let name = application.text_at(&["metadata", "name"]).unwrap_or("");
    for wrong in rules.add_application(application) {
        let message = format!("a rule of the Application `{name}` is not heard: {wrong}");
        found.push(Diagnostic::warning("redisops::diff::ignore_rule", message));
    }
}

fn is_application(object: &Node) -> bool {
    let kind = object.text_at(&["kind"]).unwrap_or("");
    let group = object.text_at(&["apiVersion"]).unwrap_or("");
    kind == "Application" && group.starts_with("argoproj.io/")
}

/// Whether an Application deploys a directory of the repository.
fn deploys(application: &Node, directory: &str) -> bool {
    let plain = |path: &str| path.trim_start_matches("./").trim_end_matches('/').to_owned();
    let one = application.lookup(&["spec", "source"]).into_iter();
    let several = application.lookup(&["spec", "sources"]).and_then(Node::as_seq).unwrap_or_default();
    let mut paths = one.chain(several).filter_map(|source| source.text_at(&["path"]));
    // Those that an ApplicationSet makes are for all directories that fit.
    paths.any(|path| plain(path) == plain(directory) || path.contains("{{"))
}

/// Files of the repository that may have rules.
fn files(root: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![(root.to_owned(), 0)];
    while let Some((directory, depth)) = open.pop() {
        for entry in std::fs::read_dir(&directory).into_iter().flatten().flatten() {
            let (path, name) = (entry.path(), entry.file_name());
            let name = name.to_string_lossy();
            let Ok(kind) = entry.file_type() else { continue };
            if kind.is_dir() && depth < DEEPEST && !name.starts_with('.') && name != "target" && name != "node_modules"
            {
                open.push((path, depth + 1));
            } else if kind.is_file() && (name.ends_with(".yaml") || name.ends_with(".yml")) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn applications(file: &Path) -> Vec<Node> {
    if std::fs::metadata(file).is_ok_and(|it| it.len() > LARGEST) {
        return Vec::new();
    }
    let Ok(text) = std::fs::read(file) else { return Vec::new() };
    if memchr::memmem::find(&text, b"ignoreDifferences").is_none() {
        return Vec::new();
    }
    let Ok(text) = String::from_utf8(text) else { return Vec::new() };
    let sources = Sources::new();
    let Ok(source) = sources.add(file.display().to_string(), text, SourceKind::Config) else { return Vec::new() };
    let documents = parse_documents(&source).unwrap_or_default();
    let template = |document: Node| match document.text_at(&["kind"]) {
        Some("ApplicationSet") => document.lookup(&["spec", "template"]).cloned().unwrap_or(document),
        _ => document,
    };
    let is_one = |document: &Node| {
        let kind = document.text_at(&["kind"]).unwrap_or("");
        document.text_at(&["apiVersion"]).is_some_and(|it| it.starts_with("argoproj.io/"))
            && ["Application", "ApplicationSet"].contains(&kind)
    };
    documents.into_iter().filter(is_one).map(template).collect()
}
