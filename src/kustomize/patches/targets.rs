//! Finding the one object that a strategic patch is for, and saying well why there is none.

use crate::diagnostics::{Diagnostic, Pos, did_you_mean};
use crate::k8s::{ResId, ResMap, Resource, expanded_later};
use crate::yaml::{Node, Trace};

use super::super::Context;

/// Candidates shown in a message.
const SHOWN: usize = 5;

/// The position of the object that has, or had, the identity of a patch.
///
/// # Errors
/// When there is none, or more than one.
pub(super) fn unique_target(resources: &ResMap, patch: &Resource, cx: &Context<'_>) -> Result<usize, Diagnostic> {
    let id = patch.id(cx.scopes().as_ref());
    let found = resources.find_any(&id);
    match found.as_slice() {
        [one] => Ok(*one as usize),
        [] => Err(no_match(resources, patch, &id, cx.trace)),
        several => Err(ambiguous(resources, patch, &id, several, cx.trace)),
    }
}

/// Where a field of an object stands; the object itself where it has no such field.
pub(super) fn place(node: &Node, path: &[&str], trace: &Trace) -> (Pos, usize) {
    let found = node.lookup(path).unwrap_or(node);
    (trace.pos(found.origin), found.text().map_or(1, str::len).max(1))
}

fn no_match(resources: &ResMap, patch: &Resource, id: &ResId, trace: &Trace) -> Diagnostic {
    let (pos, length) = place(&patch.node, &["metadata", "name"], trace);
    let diagnostic =
        Diagnostic::error("redisops::patch::no_match", format!("there is no {id} ({}) to patch", id.gvk.api_version()))
            .label(pos, length, "the patch is for this object");
    if let Some(help) = expanded_later(resources.as_slice(), &id.name).filter(|_| id.gvk.kind != "Redis") {
        return diagnostic.help(help);
    }
    let ids = || resources.iter().filter(|r| !r.is_empty()).map(|r| (r, r.id(resources.scopes().as_ref())));
    // The same name and kind, but something else of the identity differs.
    if let Some((resource, other)) = ids().find(|(_, other)| other.name == id.name && other.gvk.kind == id.gvk.kind) {
        let (pos, length) = place(&resource.node, &["metadata", "name"], trace);
        let help = if other.gvk != id.gvk {
            format!("set `apiVersion: {}` in the patch", other.gvk.api_version())
        } else if other.namespace.is_empty() {
            "the object has no namespace yet: leave `namespace` out of the patch".to_owned()
        } else {
            format!("set `namespace: {}` in the patch", other.namespace)
        };
        return diagnostic.label(pos, length, format!("there is {other} ({})", other.gvk.api_version())).help(help);
    }
    let kinds = || ids().filter(|(_, other)| other.gvk.kind == id.gvk.kind);
    let names: Vec<String> = kinds().map(|(_, other)| other.name.to_string()).collect();
    if let Some(near) = did_you_mean(&id.name, names.iter().map(String::as_str)) {
        let near = near.to_owned();
        let diagnostic = match kinds().find(|(_, other)| other.name == near.as_str()) {
            Some((resource, other)) => {
                let (pos, length) = place(&resource.node, &["metadata", "name"], trace);
                diagnostic.label(pos, length, format!("there is {other}"))
            }
            None => diagnostic,
        };
        return diagnostic.help(format!("did you mean `{near}`?"));
    }
    if let Some((resource, other)) = ids().find(|(_, other)| other.name == id.name) {
        let (pos, length) = place(&resource.node, &["kind"], trace);
        return diagnostic
            .label(pos, length, format!("the name is that of a {}", other.gvk))
            .help("correct `kind` in the patch, or give the patch a `target`");
    }
    if names.is_empty() {
        let near = did_you_mean(&id.gvk.kind, resources.iter().filter(|r| !r.is_empty()).map(Resource::kind));
        return diagnostic.note(format!("no object here is of kind {}", id.gvk.kind)).help(match near {
            Some(near) => format!("did you mean `kind: {near}`?"),
            None => "add the object to `resources`; a patch cannot create one".to_owned(),
        });
    }
    let mut shown = names.iter().take(SHOWN).map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", ");
    if names.len() > SHOWN {
        shown.push_str(", …");
    }
    diagnostic
        .note(format!("of kind {} there {} {shown}", id.gvk.kind, if names.len() == 1 { "is" } else { "are" }))
        .help("correct `metadata.name` in the patch, or add the object to `resources`")
}

fn ambiguous(resources: &ResMap, patch: &Resource, id: &ResId, found: &[u32], trace: &Trace) -> Diagnostic {
    let (pos, length) = place(&patch.node, &["metadata", "name"], trace);
    let mut diagnostic =
        Diagnostic::error("redisops::patch::ambiguous", format!("the patch of {id} matches {} objects", found.len()))
            .label(pos, length, "the patch is for this name");
    for &at in found.iter().take(SHOWN) {
        let resource = resources.at(at as usize);
        let (pos, length) = place(&resource.node, &["metadata", "name"], trace);
        let now = resource.id(resources.scopes().as_ref());
        let text = match resource.original_name() == resource.name() {
            true => format!("{now}"),
            false => format!("{now}, formerly {}", resource.original_name()),
        };
        diagnostic = diagnostic.label(pos, length, text);
    }
    diagnostic
        .note("an object is found by its present and by all its earlier names and namespaces")
        .help("give the patch a `target` that tells the objects apart")
}
