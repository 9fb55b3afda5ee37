//! What messages about replacements call objects, sources and fields.

use crate::diagnostics::{Pos, did_you_mean};
use crate::k8s::Resource;
use crate::kustomize::types::ReplacementSource;
use crate::yaml::{Node, Trace};

/// What was probably meant where a path leaves what exists.
pub(super) fn near_field(node: &Node, path: &[String]) -> Option<String> {
    let mut at = node;
    for part in path {
        match (at.get(part), at.as_map()) {
            (Some(next), _) => at = next,
            (None, Some(map)) => {
                let near = did_you_mean(part, map.entries.iter().map(|e| e.key.text.as_str()))?;
                return Some(format!("`{part}` is not there; did you mean `{near}`?"));
            }
            (None, None) => return None,
        }
    }
    None
}

/// Where the name of an object stands.
pub(super) fn name_pos(resource: &Resource, trace: &Trace) -> Pos {
    resource.node.lookup(&["metadata", "name"]).map_or(Pos::NONE, |name| trace.pos(name.origin))
}

/// Kind and name of an object.
pub(super) fn title(resource: &Resource) -> String {
    format!("{}/{}", resource.kind(), resource.name())
}

/// What a source asks for, in words.
pub(super) fn describe(source: &ReplacementSource) -> String {
    let kind = if source.kind.is_empty() { "object" } else { &source.kind };
    let mut text = kind.to_owned();
    if !source.name.is_empty() {
        text.push_str(&format!(" `{}`", &*source.name));
    }
    if !source.namespace.is_empty() {
        text.push_str(&format!(" in namespace `{}`", &*source.namespace));
    }
    let api = [&source.group, &source.version].map(|t| t.value.as_str());
    match api {
        ["", ""] => {}
        ["", version] => text.push_str(&format!(" of version {version}")),
        [group, ""] => text.push_str(&format!(" of group {group}")),
        [group, version] => text.push_str(&format!(" of {group}/{version}")),
    }
    text
}
