//! Schemas of the user: custom resource definitions in `schemas/` at the root of the repository, and among the rendered objects.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::diagnostics::{Diagnostic, Diagnostics, SourceKind, Sources};
use crate::k8s::{Resource, parse_api_version};
use crate::schema::{Arena, Known, Schemas, crd};
use crate::source::{FileSystem, Loaded};
use crate::yaml::{Node, parse_documents};

/// The directory of the user's schemas, at the root of the repository.
pub const DIRECTORY: &str = "schemas";

/// Directories within directories that are looked into.
const DEEPEST: usize = 4;

/// The schemas for some objects: those of the program, and of the user's as many as the objects need.
pub fn for_objects(
    mut schemas: Schemas,
    objects: &[Resource],
    root: &Path,
    files: &dyn FileSystem,
    sources: &Sources,
) -> (Schemas, Diagnostics) {
    let mut found = Diagnostics::new();
    let own: BTreeSet<&str> = objects
        .iter()
        .map(|object| parse_api_version(object.api_version()).0)
        // Groups of Kubernetes have no dots, or end like this; nobody else may serve them.
        .filter(|group| group.contains('.') && !group.ends_with(".k8s.io"))
        .collect();
    let elsewhere: BTreeSet<&str> = objects
        .iter()
        .filter(|object| {
            let (group, version) = parse_api_version(object.api_version());
            group.ends_with(".k8s.io") && matches!(schemas.find(group, version, object.kind()), Known::Nothing)
        })
        .map(|object| parse_api_version(object.api_version()).0)
        .collect();
    let groups: BTreeSet<&str> = own.union(&elsewhere).copied().collect();
    if groups.is_empty() {
        return (schemas, found);
    }
    let rendered = objects.iter().filter(|object| {
        object.kind() == "CustomResourceDefinition"
            && object.node.text_at(&["spec", "group"]).is_some_and(|group| groups.contains(group))
    });
    let rendered: Vec<&Node> = rendered.map(|object| &object.node).collect();
    if !rendered.is_empty() {
        let (arena, wrong) = crd::read(rendered);
        found.extend(wrong);
        schemas.custom.push(Arc::new(arena));
    }
    let (of_files, wrong) = read(root, files, sources, |text| groups.iter().any(|group| text.contains(*group)));
    found.extend(wrong);
    schemas.custom.extend(of_files.into_iter().map(|(_, arena)| Arc::new(arena)));
    (schemas, found)
}

/// The schemas in the files of a repository whose text is wanted, and what is wrong with them.
pub fn read(
    root: &Path,
    files: &dyn FileSystem,
    sources: &Sources,
    wanted: impl Fn(&str) -> bool,
) -> (Vec<(PathBuf, Arena)>, Diagnostics) {
    let (mut read, mut found) = (Vec::new(), Diagnostics::new());
    for path in schema_files(&root.join(DIRECTORY), files, DEEPEST) {
        let shown = files.display(&path);
        let Ok(bytes) = files.read(&path) else { continue };
        let text = match (Loaded { bytes, path: shown.clone(), remote: false }.text()) {
            Ok(text) => text,
            Err(error) => {
                found.push(error.into());
                continue;
            }
        };
        if !looks_like_schema(&text) || !wanted(&text) {
            continue;
        }
        match of_text(shown, text, sources) {
            Ok((arena, wrong)) => {
                found.extend(wrong);
                read.push((path, arena));
            }
            Err(wrong) => found.extend(wrong),
        }
    }
    (read, found)
}

/// The schemas in a text, and what is wrong with some of them.
///
/// # Errors
/// When it is not YAML.
pub fn of_text(shown: String, text: String, sources: &Sources) -> Result<(Arena, Diagnostics), Diagnostics> {
    let source = sources.add(shown, text, SourceKind::Config)?;
    let documents = parse_documents(&source).map_err(Diagnostics::from)?;
    Ok(crd::read(&documents))
}

/// Whether a text has a schema. A directory of that name may hold other things, too.
fn looks_like_schema(text: &str) -> bool {
    text.contains("CustomResourceDefinition")
        || (text.contains("openapi") && text.contains("x-kubernetes-group-version-kind"))
}

fn schema_files(directory: &Path, files: &dyn FileSystem, deepest: usize) -> Vec<PathBuf> {
    let mut names = files.read_dir(directory).unwrap_or_default();
    names.sort();
    let mut found = Vec::new();
    for name in names {
        let path = directory.join(&name);
        if [".yaml", ".yml", ".json"].iter().any(|ending| name.ends_with(ending)) {
            found.push(path);
        } else if deepest > 0 && !name.contains('.') && files.is_dir(&path) {
            found.extend(schema_files(&path, files, deepest - 1));
        }
    }
    found
}

/// What is said of a version of Kubernetes that no schemas are kept of.
pub fn unknown_release(text: &str) -> Diagnostic {
    let known: Vec<String> = crate::schema::KubeVersion::all().map(|it| it.to_string()).collect();
    Diagnostic::error(UNKNOWN_RELEASE, format!("there are no schemas for Kubernetes `{text}`"))
        .help(format!("write one of {}", known.join(", ")))
}

/// Code of a version of Kubernetes that is not known.
pub const UNKNOWN_RELEASE: &str = "redisops::schema::unknown_release";
