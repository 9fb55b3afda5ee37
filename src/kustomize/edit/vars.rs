//! `fix --vars`: replacements that do what vars did.

use std::path::PathBuf;

use crate::diagnostics::{Diagnostic, Diagnostics, Source, SourceKind, Sources};
use crate::kustomize::types::{Kustomization, Var};
use crate::source::clean;
use crate::yaml::{Map, Node, Origin, Scalar, Value, parse_documents, parse_yaml11};

use super::globs::Surroundings;
use super::tree::{Tree, get, record, string, text};
use super::verb::WrittenFile;

/// A file that may name a var: a resource, or a patch with its entry.
struct Named {
    path: String,
    patch: Option<Node>,
}

/// Part of a text that a var fills.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Part {
    delimiter: String,
    index: i64,
}

/// Makes replacements of all vars, and placeholders of their references in the files around.
pub(super) fn to_replacements(
    tree: &mut Tree,
    typed: &Kustomization,
    around: &Surroundings<'_>,
) -> Result<Vec<WrittenFile>, Diagnostics> {
    let Some(vars) = &typed.vars else { return Ok(Vec::new()) };
    let mut named = Vec::new();
    touched(&tree.node, "", around, &mut named, 0);
    let mut replacements = Vec::new();
    for var in vars {
        let mut targets = Vec::new();
        for file in &named {
            for document in documents(file, around) {
                find(&document, &var.name, file, &mut targets)?;
            }
        }
        replacements.push(replacement(var, targets));
    }
    tree.map().remove("vars");
    *tree.list("replacements") = replacements;
    Ok(placeholders(vars, &named, around))
}

/// The files that a kustomization and those below it name.
fn touched(kustomization: &Node, under: &str, around: &Surroundings<'_>, named: &mut Vec<Named>, depth: usize) {
    let join = |path: &str| if under.is_empty() { path.to_owned() } else { format!("{under}/{path}") };
    for resource in ["resources", "bases"].iter().filter_map(|f| get(kustomization, f)?.as_seq()).flatten() {
        let path = join(resource.text().unwrap_or(""));
        let names = ["kustomization.yaml", "kustomization.yml", "Kustomization"];
        let inner = names.iter().find_map(|name| around.read(&format!("{path}/{name}")));
        match inner.and_then(|bytes| source(bytes, &path)).and_then(|source| parse_yaml11(&source).ok()) {
            // A cycle ends here at the latest.
            Some(inner) if depth < 64 => touched(&inner, &path, around, named, depth + 1),
            _ => named.push(Named { path, patch: None }),
        }
    }
    for patch in get(kustomization, "patches").and_then(Node::as_seq).unwrap_or_default() {
        if !text(patch, "path").is_empty() {
            named.push(Named { path: join(text(patch, "path")), patch: Some(patch.clone()) });
        }
    }
}

fn source(bytes: Vec<u8>, path: &str) -> Option<std::sync::Arc<Source>> {
    Sources::new().add(path, String::from_utf8(bytes).ok()?, SourceKind::Resource).ok()
}

fn documents(file: &Named, around: &Surroundings<'_>) -> Vec<Node> {
    let source = around.read(&file.path).and_then(|bytes| source(bytes, &file.path));
    source.and_then(|source| parse_documents(&source).ok()).unwrap_or_default()
}

/// The targets in a document.
fn find(document: &Node, var: &str, file: &Named, targets: &mut Vec<Node>) -> Result<(), Diagnostics> {
    let mut places = Vec::new();
    walk(document, var, &mut Vec::new(), &file.path, &mut places)?;
    for (path, part) in places {
        let mut target = Map::new();
        target.set("select", select(document, file.patch.as_ref()));
        target.set("fieldPaths", Node::new(Origin::NONE, Value::Seq(vec![string(&path)])));
        if let Some(part) = part {
            let mut options = Map::new();
            options.set("delimiter", string(&part.delimiter));
            if part.index != 0 {
                options.set("index", Node::scalar(Origin::NONE, Scalar::int(part.index)));
            }
            target.set("options", Node::new(Origin::NONE, Value::Map(options)));
        }
        targets.push(Node::new(Origin::NONE, Value::Map(target)));
    }
    Ok(())
}

/// What a replacement selects: the object of a resource; of a patch, what that selects.
fn select(document: &Node, patch: Option<&Node>) -> Node {
    let options = |field: &str| patch.and_then(|p| get(p, "options")).is_some_and(|o| super::tree::is_true(o, field));
    let metadata = |field: &str| document.text_at(&["metadata", field]).unwrap_or("");
    let kind = document.text_at(&["kind"]).unwrap_or("");
    if let Some(patch) = patch.filter(|_| !(options("allowNameChange") && options("allowKindChange"))) {
        let mut selector = get(patch, "target").cloned().unwrap_or_else(|| record(&[]));
        if let Some(map) = selector.as_map_mut() {
            let mut set = |field: &str, value: &str| {
                if !value.is_empty() {
                    map.set(field, string(value));
                }
            };
            if options("allowNameChange") {
                set("name", metadata("name"));
            }
            if options("allowKindChange") {
                set("kind", kind);
            }
            set("namespace", metadata("namespace"));
        }
        return selector;
    }
    let version = document.text_at(&["apiVersion"]).unwrap_or("");
    let (group, version) = version.split_once('/').unwrap_or(("", version));
    record(&[
        ("group", group),
        ("version", version),
        ("kind", kind),
        ("name", metadata("name")),
        ("namespace", metadata("namespace")),
    ])
}

type Place = (String, Option<Part>);

fn walk(
    node: &Node,
    var: &str,
    path: &mut Vec<String>,
    file: &str,
    places: &mut Vec<Place>,
) -> Result<(), Diagnostics> {
    match &node.value {
        Value::Seq(items) => {
            for (i, item) in items.iter().enumerate() {
                path.push(i.to_string());
                walk(item, var, path, file, places)?;
                path.pop();
            }
        }
        Value::Map(map) => {
            for entry in &map.entries {
                let key = entry.key.text.as_str();
                path.push(if key.contains('.') { format!("[{key}]") } else { key.to_owned() });
                walk(&entry.value, var, path, file, places)?;
                path.pop();
            }
        }
        Value::Scalar(scalar) => {
            let reference = format!("$({var})");
            if scalar.text.contains(&reference) {
                places.push((path.join("."), part(&scalar.text, &reference, file)?));
            }
        }
    }
    Ok(())
}

/// The part of a text that a reference is; none when it is all of it.
fn part(text: &str, reference: &str, file: &str) -> Result<Option<Part>, Diagnostic> {
    let Some((before, after)) = text.split_once(reference) else { return Ok(None) };
    let (pre, post) = (before.chars().next_back(), after.chars().next());
    let delimiter = match (pre, post) {
        (None, None) => return Ok(None),
        (None, Some(post)) => post,
        (Some(pre), None) => pre,
        (Some(pre), Some(post)) if pre == post => pre,
        _ => {
            let message =
                format!("error with {file}: cannot convert all vars to replacements; {reference} is not delimited");
            return Err(Diagnostic::error("redisops::edit::not_delimited", message)
                .help("a replacement fills a part of a text that has the same character on both sides"));
        }
    };
    let mut parts = text.split(delimiter);
    let index = match (pre, post) {
        (None, _) => 0,
        (_, None) => parts.count() as i64 - 1,
        _ => parts.position(|part| part == reference).unwrap_or(0) as i64,
    };
    Ok(Some(Part { delimiter: delimiter.to_string(), index }))
}

fn replacement(var: &Var, targets: Vec<Node>) -> Node {
    let version = &*var.objref.api_version;
    let (group, version) = version.split_once('/').unwrap_or(("", version));
    let source = record(&[
        ("group", group),
        ("version", version),
        ("kind", &var.objref.kind),
        ("name", &var.objref.name),
        ("namespace", &var.objref.namespace),
        ("fieldPath", &var.fieldref.field_path),
    ]);
    let mut entry = Map::new();
    entry.set("source", source);
    entry.set("targets", Node::new(Origin::NONE, Value::Seq(targets)));
    Node::new(Origin::NONE, Value::Map(entry))
}

fn placeholders(vars: &[Var], named: &[Named], around: &Surroundings<'_>) -> Vec<WrittenFile> {
    let mut files: Vec<WrittenFile> = Vec::new();
    for file in named {
        let path: PathBuf = clean(&around.directory.join(&file.path));
        let Some(before) = around.read(&file.path).filter(|_| !files.iter().any(|f| f.path == path)) else { continue };
        let Ok(mut text) = String::from_utf8(before.clone()) else { continue };
        for var in vars {
            text = text.replace(&format!("$({})", &*var.name), &format!("{}_PLACEHOLDER", &*var.name));
        }
        if text.as_bytes() != before {
            files.push(WrittenFile { path, before, after: text.into_bytes() });
        }
    }
    files
}
