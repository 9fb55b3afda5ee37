//! Objects as YAML: one stream, or a file an object. Nothing is half-written.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use rayon::prelude::*;

use crate::diagnostics::{Diagnostic, Diagnostics, Pos};
use crate::k8s::{CLUSTER_NAMESPACE, ScopeLookup};
use crate::k8s::{ResMap, Resource};
use crate::yaml::{Node, Trace, Value, emit, to_json};

/// Objects that one thread writes at a time. Fewer are written at once, as threads take longer to start.
const CHUNK: usize = 128;

/// The objects as a stream of documents, in order, in pieces.
///
/// # Errors
/// Every object that has no form in YAML.
pub fn documents(objects: &[Resource], trace: &Trace) -> Result<Vec<String>, Diagnostics> {
    let write = |(number, chunk): (usize, &[Resource])| {
        let mut out = String::new();
        let mut found = Diagnostics::new();
        for (i, object) in chunk.iter().enumerate() {
            if number + i > 0 {
                out.push_str("---\n");
            }
            found.take(emit(&object.node, &mut out));
        }
        if found.has_errors() { Err(found) } else { Ok(out) }
    };
    let written: Vec<Result<String, Diagnostics>> = if objects.len() <= CHUNK {
        vec![write((0, objects))]
    } else {
        objects.par_chunks(CHUNK).enumerate().map(|(i, chunk)| write((i * CHUNK, chunk))).collect()
    };
    let mut found = Diagnostics::new();
    let chunks = written.into_iter().filter_map(|chunk| found.take(chunk)).collect();
    if found.has_errors() { Err(unwritable(objects.iter(), trace)) } else { Ok(chunks) }
}

/// Objects as argocd-vault-plugin prints them: a separator behind each.
///
/// # Errors
/// Every object that has no form in YAML. The messages show nothing of its values: they may be secret.
pub fn terminated<'o>(
    objects: impl Iterator<Item = &'o Node>,
    place: &dyn Fn(&Node) -> Pos,
) -> Result<String, Diagnostics> {
    let mut out = String::new();
    let mut found = Diagnostics::new();
    for object in objects {
        if emit(object, &mut out).is_err() {
            found.push(unprintable(object, place));
        }
        out.push_str("---\n");
    }
    if found.has_errors() { Err(found) } else { Ok(out) }
}

fn unprintable(object: &Node, place: &dyn Fn(&Node) -> Pos) -> Diagnostic {
    let text = |path: &[&str]| object.text_at(path).unwrap_or("").to_owned();
    let message = format!("{}/{} has no form in YAML", text(&["kind"]), text(&["metadata", "name"]));
    let value = unwritable_value(object).unwrap_or(object);
    Diagnostic::error("redisops::output::unprintable", message)
        .label(place(value), 1, "it has a character that YAML does not allow, or is no number")
        .help("put binary values into the `data` of a Secret, with `base64encode`")
}

/// Why objects have no form in YAML, each with its place.
fn unwritable<'o>(objects: impl Iterator<Item = &'o Resource>, trace: &Trace) -> Diagnostics {
    let mut found = Diagnostics::new();
    for object in objects {
        let Err(why) = emit(&object.node, &mut String::new()) else { continue };
        let why = if why.labels.is_empty() { placed(why, &object.node, trace) } else { why };
        found.push(why.note(format!("while writing {}/{}", object.kind(), object.name())));
    }
    found
}

/// Adds the place of a value that was overwritten on the way: the emitter knows places in files only.
fn placed(why: Diagnostic, object: &Node, trace: &Trace) -> Diagnostic {
    let value = unwritable_value(object).unwrap_or(object);
    let at = trace.pos(value.origin);
    let length = value.text().map_or(1, |text| text.lines().next().unwrap_or("").len());
    let mut why = why.label(at, length, "set here");
    let Some(write) = trace.write(value.origin) else { return why };
    // It may be part of a secret, which only its place can tell.
    if let Some((_, reason)) = why.message.rsplit_once("` is not ") {
        why.message = format!("the value is not {reason}");
    }
    why = why.label(write.source, 1, "the value stands here");
    match write.before {
        Some(before) if before.as_scalar().is_some() => why
            .label(trace.pos(before.origin), 1, "the field was this before")
            .note("a value that is overwritten keeps its type")
            .help("write a value of that type, or quote the one that was there"),
        _ => why,
    }
}

/// The first scalar that has no form in JSON.
fn unwritable_value(node: &Node) -> Option<&Node> {
    match &node.value {
        Value::Scalar(_) => to_json(node, &mut String::new()).is_err().then_some(node),
        Value::Seq(items) => items.iter().find_map(unwritable_value),
        Value::Map(map) => map.entries.iter().find_map(|entry| unwritable_value(&entry.value)),
    }
}

/// Name and content of a file for each object, as the reference names them: group, version, kind and name in lower case, the namespace in front
/// where objects of several namespaces are written. Files that are in the directory already stay, unless they have one of these names.
///
/// # Errors
/// Every object that has no form in YAML or no name that a file can have.
pub fn files(objects: &ResMap, trace: &Trace) -> Result<Vec<(String, String)>, Diagnostics> {
    let scopes = objects.scopes().as_ref();
    let mut namespaces: Vec<&str> = objects.iter().map(|object| object.effective_namespace(scopes)).collect();
    namespaces.sort_unstable();
    namespaces.dedup();
    namespaces.retain(|namespace| *namespace != CLUSTER_NAMESPACE);
    let mut found = Diagnostics::new();
    let mut files = Vec::with_capacity(objects.len());
    for object in objects.iter() {
        let name = file_name(object, scopes, namespaces.len() > 1);
        if name.contains(['/', '\0']) {
            let message = format!("{} cannot be written to a file: `{name}` is no file name", object.id(scopes));
            found.push(
                Diagnostic::error("redisops::output::file_name", message).help("write to standard output or one file"),
            );
        }
        let mut text = String::new();
        if emit(&object.node, &mut text).is_err() {
            found.extend(unwritable(std::iter::once(object), trace));
        }
        files.push((name, text));
    }
    if found.has_errors() { Err(found) } else { Ok(files) }
}

fn file_name(object: &Resource, scopes: &dyn ScopeLookup, with_namespace: bool) -> String {
    let gvk = object.gvk();
    let namespace = object.effective_namespace(scopes);
    let namespace = if with_namespace && namespace != CLUSTER_NAMESPACE { namespace } else { "" };
    let kind = [&*gvk.group, &*gvk.version, &*gvk.kind].into_iter().filter(|part| !part.is_empty());
    let kind = kind.collect::<Vec<_>>().join("_");
    let parts = [namespace, &kind].into_iter().filter(|part| !part.is_empty()).chain([object.name()]);
    format!("{}.yaml", parts.collect::<Vec<_>>().join("_").to_lowercase())
}

/// Code of an output that cannot be written.
pub const WRITE: &str = "redisops::output::write";

/// Why an output cannot be written.
pub fn cannot_write(path: &str, error: &io::Error) -> Diagnostic {
    let directory = match path.ends_with('/') {
        true => Some(Path::new(path)),
        false => Path::new(path).parent(),
    };
    let directory = directory.filter(|it| !it.as_os_str().is_empty() && !it.is_dir());
    let reason = match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => "there is no such directory".to_owned(),
        io::ErrorKind::StorageFull => "no space is left".to_owned(),
        // The kind, as the text of the error may name a temporary file that the user has never heard of.
        other => other.to_string(),
    };
    Diagnostic::error(WRITE, format!("`{path}` cannot be written: {reason}"))
        .help_if(directory.map(|it| format!("create the directory `{}` first", it.display())))
}

/// Writes a file in one go: who reads it sees the old content or the new. Links are followed and permissions kept; what is no plain file (a pipe, a
/// terminal) is written to as it is.
///
/// # Errors
/// When it cannot be written; the old file is then as it was.
pub fn replace(path: &Path, chunks: &[String]) -> io::Result<()> {
    let path = &fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let write = |file: &mut dyn Write| chunks.iter().try_for_each(|chunk| file.write_all(chunk.as_bytes()));
    let old = fs::metadata(path).ok();
    if old.as_ref().is_some_and(|old| !old.is_file()) {
        return write(&mut fs::OpenOptions::new().write(true).open(path)?);
    }
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut new = tempfile::Builder::new();
    let mut new = match &old {
        Some(old) => new.permissions(old.permissions()).tempfile_in(directory)?,
        None => with_usual_permissions(&mut new).tempfile_in(directory)?,
    };
    write(new.as_file_mut())?;
    new.persist(path)?;
    Ok(())
}

/// Those of any new file; temporary files are private otherwise.
#[cfg(unix)]
fn with_usual_permissions<'a, 'b, 'c>(file: &'a mut tempfile::Builder<'b, 'c>) -> &'a mut tempfile::Builder<'b, 'c> {
    use std::os::unix::fs::PermissionsExt;
    // The system takes off what the umask forbids.
    file.permissions(fs::Permissions::from_mode(0o666))
}

#[cfg(not(unix))]
fn with_usual_permissions<'a, 'b, 'c>(file: &'a mut tempfile::Builder<'b, 'c>) -> &'a mut tempfile::Builder<'b, 'c> {
    file
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use super::*;
    use crate::diagnostics::{SourceKind, Sources};
    use crate::yaml::parse_documents;

    struct Known;

    impl ScopeLookup for Known {
        fn is_cluster_scoped(&self, _: &str, kind: &str) -> bool {
            kind == "Namespace"
        }
    }

    fn objects(text: &str) -> ResMap {
        let sources = Sources::new();
        let source = sources.add("x", text.to_owned(), SourceKind::Resource).unwrap();
        let mut objects = ResMap::new(Rc::new(Known));
        for node in parse_documents(&source).unwrap() {
            objects.append(Resource::new(node)).unwrap();
        }
        objects
    }

    #[test]
    fn pieces_make_the_same_stream() {
        let one = |i: usize| format!("kind: A\nmetadata:\n  name: n{i}\n");
        let text = (0..3 * CHUNK + 1).map(one).collect::<Vec<_>>().join("---\n");
        let pieces = documents(objects(&text).as_slice(), &Trace::new()).unwrap();
        assert_eq!(pieces.len(), 4);
        assert_eq!(pieces.concat(), text);
        assert_eq!(documents(&[], &Trace::new()).unwrap().concat(), "");
    }

    #[test]
    fn files_are_named_as_by_the_reference() {
        let names = |text: &str| {
            files(&objects(text), &Trace::new()).unwrap().into_iter().map(|(name, _)| name).collect::<Vec<_>>()
        };
        let namespace = "apiVersion: v1\nkind: Namespace\nmetadata: {name: B}\n";
        let a = "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\n";
        let x = "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: X}\n";
        assert_eq!(names(&format!("{namespace}{a}")), ["v1_namespace_b.yaml", "apps_v1_deployment_a.yaml"]);
        assert_eq!(
            names(&format!("{namespace}{a}{x}")),
            ["v1_namespace_b.yaml", "default_apps_v1_deployment_a.yaml", "x_v1_configmap_a.yaml"]
        );
        assert!(files(&objects("kind: A\nmetadata: {name: ../../a}"), &Trace::new()).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn replaces_in_one_go() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let directory = tempfile::tempdir().unwrap();
        let (file, link) = (directory.path().join("file"), directory.path().join("link"));
        fs::write(&file, "old").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
        symlink("file", &link).unwrap();
        replace(&link, &["ne".into(), "w".into()]).unwrap();
        assert!(link.is_symlink());
        assert_eq!(fs::read_to_string(&file).unwrap(), "new");
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o640);
        assert!(replace(&directory.path().join("none/file"), &[]).is_err());
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 2);
    }
}
