//! What plugin configuration names. The objects are read, as only their kinds tell which fields are paths.

use crate::diagnostics::{Embedding, SourceKind, Sources};
use crate::k8s::Resource;
use crate::kustomize::decode::{Decoder, FromNode, Text};
use crate::kustomize::load::{Loaded, LoadedEntry, load_entry};
use crate::kustomize::load_resources::resources_from_source;
use crate::kustomize::types::{GeneratorArgs, HelmChart, HelmGlobals, Replacement};
use crate::source::Loader;
use crate::yaml::{Node, Trace, parse_yaml11};

use super::node::Scan;

/// Annotations that name the program of a function.
const FUNCTION: [&str; 2] = ["config.kubernetes.io/function", "config.k8s.io/function"];

/// An entry of `generators`, `transformers` or `validators`: objects, or the name of a file or directory with some.
pub(super) fn scan(entry: &Text, loader: &Loader, sources: &Sources, scan: &mut Scan<'_>) {
    let embedding = Embedding { outer: entry.pos, literal: entry.literal };
    let inline = sources
        .add_embedded("", entry.value.clone(), SourceKind::Config, embedding)
        .ok()
        .and_then(|source| resources_from_source(&source).ok());
    if let Some(objects) = inline {
        return objects.iter().for_each(|object| config(object, sources, scan));
    }
    scan.entry(entry);
    // The loader reaches no other machine; what cannot be read is not known to name anything.
    match load_entry(loader, entry, sources) {
        Ok(LoadedEntry::Objects(objects)) => objects.iter().for_each(|object| config(object, sources, scan)),
        Ok(LoadedEntry::Base(base)) => below(&base, sources, scan),
        Err(_) => {}
    }
}

/// Configuration from a kustomization; its paths are those of the kustomization that uses it.
fn below(loaded: &Loaded, sources: &Sources, scan: &mut Scan<'_>) {
    for (_, entry) in &loaded.resources {
        match entry {
            Ok(LoadedEntry::Objects(objects)) => objects.iter().for_each(|object| config(object, sources, scan)),
            Ok(LoadedEntry::Base(base)) => below(base, sources, scan),
            Err(_) => {}
        }
    }
    loaded.components.iter().flat_map(|(_, one)| one).for_each(|component| below(component, sources, scan));
}

fn config(object: &Resource, sources: &Sources, scan: &mut Scan<'_>) {
    let node = &object.node;
    if object.api_version() != "builtin" {
        return program(object, sources, scan);
    }
    // Nothing has been written: every node still is at its place.
    let trace = Trace::new();
    let mut decoder = Decoder::plugin(&trace);
    match object.kind() {
        "ConfigMapGenerator" | "SecretGenerator" => {
            if let Some(generator) = GeneratorArgs::from_node(node, &mut decoder) {
                scan.data(&generator);
            }
        }
        "HelmChartInflationGenerator" => {
            let chart = HelmChart::from_node(node, &mut decoder);
            if let Some((chart, globals)) = chart.zip(HelmGlobals::from_node(node, &mut decoder)) {
                scan.chart(&chart, &globals);
            }
        }
        "PatchTransformer" | "PatchJson6902Transformer" => scan.file(node.text_at(&["path"]).unwrap_or_default()),
        "PatchStrategicMergeTransformer" => {
            let paths = node.get("paths").and_then(|paths| Vec::<Text>::from_node(paths, &mut decoder));
            scan.strategic(paths.unwrap_or_default().iter());
        }
        "ReplacementTransformer" => {
            let entries = node.get("replacements").and_then(|list| Vec::<Replacement>::from_node(list, &mut decoder));
            entries.unwrap_or_default().iter().for_each(|one| scan.file(&one.path));
        }
        _ => {}
    }
}

/// A function or an exec plugin: it runs in the directory of the kustomization.
fn program(object: &Resource, sources: &Sources, scan: &mut Scan<'_>) {
    scan.whole_root();
    scan.file(object.node.text_at(&["argsFromFile"]).unwrap_or_default());
    let Some(text) = FUNCTION.iter().find_map(|key| object.annotation(key)) else { return };
    let spec = sources
        .add("", text.to_owned(), SourceKind::Config)
        .ok()
        .and_then(|source| parse_yaml11(&source).ok())
        .and_then(|spec: Node| spec.text_at(&["exec", "path"]).map(str::to_owned));
    // A bare name is looked for on PATH.
    if let Some(path) = spec.filter(|path| path.contains('/')) {
        scan.file(&path);
    }
}
