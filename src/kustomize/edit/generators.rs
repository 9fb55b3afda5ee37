//! Entries of `configMapGenerator` and `secretGenerator`.

use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::kustomize::decode::Text;
use crate::kustomize::generators::{DataFile, Generator, GeneratorKind};
use crate::yaml::{Map, Node, Origin, Value};

use super::globs::Surroundings;
use super::tree::{Tree, boolean, get, is_true, list, mapping, name, set_text, string, text};
use super::verb::{GeneratorFlags, typed};

impl GeneratorKind {
    fn field(self) -> &'static str {
        match self {
            GeneratorKind::ConfigMap => "configMapGenerator",
            GeneratorKind::Secret => "secretGenerator",
        }
    }

    fn shown(self) -> &'static str {
        match self {
            GeneratorKind::ConfigMap => "configmap",
            GeneratorKind::Secret => "secret",
        }
    }
}

/// Whether a namespace is another: none is `default`.
fn same_namespace(a: &str, b: &str) -> bool {
    let named = |namespace: &str| if namespace.is_empty() { "default".to_owned() } else { namespace.to_owned() };
    named(a) == named(b)
}

fn find(tree: &Tree, kind: GeneratorKind, flags: &GeneratorFlags) -> Option<usize> {
    let is =
        |entry: &Node| text(entry, "name") == flags.name && same_namespace(text(entry, "namespace"), &flags.namespace);
    tree.items(kind.field()).iter().position(is)
}

/// Adds sources to a generator, or a new one.
pub(super) fn add(
    tree: &mut Tree,
    kind: GeneratorKind,
    flags: &GeneratorFlags,
    around: &Surroundings<'_>,
) -> Result<bool, Diagnostics> {
    let files = expanded(tree, &flags.files, around)?;
    check_add(flags, &files)?;
    let place = find(tree, kind, flags);
    let global = tree.get("generatorOptions").cloned();
    let entries = tree.list(kind.field());
    let place = place.unwrap_or_else(|| {
        let mut entry = Map::new();
        set_text(&mut entry, "name", &flags.name);
        set_text(&mut entry, "namespace", &flags.namespace);
        if kind == GeneratorKind::Secret {
            set_text(&mut entry, "type", &flags.secret_type);
        }
        entries.push(Node::new(Origin::NONE, Value::Map(entry)));
        entries.len() - 1
    });
    if let Some(entry) = entries[place].as_map_mut() {
        merge(entry, flags, &files);
        merge_options(entry, global.as_ref());
    }
    check(tree, kind, place, around)
}

fn merge(entry: &mut Map, flags: &GeneratorFlags, files: &[String]) {
    if !flags.behavior.is_empty() {
        set_text(entry, "behavior", &flags.behavior);
    }
    let sources = [("files", files), ("literals", &flags.literals[..])];
    for (field, new) in sources.into_iter().filter(|(_, new)| !new.is_empty()) {
        list(entry, field).extend(new.iter().map(|source| string(source)));
    }
    if !flags.env_file.is_empty() {
        list(entry, "envs").push(string(&flags.env_file));
    }
    if flags.disable_name_suffix_hash {
        mapping(entry, "options").set("disableNameSuffixHash", boolean(true));
    }
}

/// Writes the options of all generators into one, as the reference does when it writes that one.
fn merge_options(entry: &mut Map, global: Option<&Node>) {
    let Some(global) = global.filter(|global| global.as_map().is_some_and(|map| !map.is_empty())) else { return };
    let options = mapping(entry, "options");
    for field in ["labels", "annotations"] {
        for pair in get(global, field).and_then(Node::as_map).map(|map| map.entries.as_slice()).unwrap_or_default() {
            let own = mapping(options, field);
            if own.get(&pair.key.text).is_none() {
                own.set(&pair.key.text, Node { origin: Origin::NONE, ..pair.value.clone() });
            }
        }
    }
    for field in ["disableNameSuffixHash", "immutable"] {
        if is_true(global, field) {
            let name = name(options, field);
            options.set(&name, boolean(true));
        }
    }
}

/// Files that patterns match, with their keys.
fn expanded(tree: &mut Tree, sources: &[String], around: &Surroundings<'_>) -> Result<Vec<String>, Diagnostics> {
    let mut found = Vec::new();
    for source in sources {
        let parts: Vec<&str> = source.split('=').collect();
        let (key, pattern) = match parts[..] {
            [key, pattern] => (key, pattern),
            _ => ("", parts[0]),
        };
        let files = around.glob(pattern)?;
        if files.is_empty() {
            tree.notes.push(format!("{pattern} has no match"));
        }
        match (key, &files[..]) {
            ("", _) => found.extend(files),
            (key, [file]) => found.push(format!("{key}={file}")),
            _ => {
                let message = format!("pattern `{source}` catches {} files, should catch only one", files.len());
                let error = Diagnostic::error("redisops::edit::pattern", message);
                return Err(error.help("a key has one file: name that file").into());
            }
        }
    }
    Ok(found)
}

fn check_add(flags: &GeneratorFlags, files: &[String]) -> Result<(), Diagnostic> {
    let wrong = |message: &str| Err(Diagnostic::error("redisops::edit::sources", message));
    let any = !files.is_empty() || !flags.literals.is_empty();
    if flags.env_file.is_empty() && !any {
        return wrong("at least one of --from-env-file, --from-file, --from-literal must be set");
    }
    if !flags.env_file.is_empty() && any {
        return wrong("--from-env-file cannot be combined with --from-file or --from-literal");
    }
    if !["", "create", "merge", "replace"].contains(&flags.behavior.as_str()) {
        return wrong("invalid behavior: must be one of \"create\", \"merge\", or \"replace\"");
    }
    Ok(())
}

/// Makes the object of an entry, to see whether it can be made.
fn check(tree: &Tree, kind: GeneratorKind, place: usize, around: &Surroundings<'_>) -> Result<bool, Diagnostics> {
    let typed = typed(&tree.node)?;
    let entries = match kind {
        GeneratorKind::ConfigMap => &typed.config_map_generator,
        GeneratorKind::Secret => &typed.secret_generator,
    };
    let read = |_: &Text, path: &str| match around.read(path) {
        Some(bytes) => Ok(DataFile::Binary(bytes)),
        None => Err(tree.error("redisops::edit::no_file", format!("`{path}` cannot be read")).into()),
    };
    if let Some(entry) = entries.get(place) {
        Generator::new(kind, entry, typed.generator_options.as_ref()).generate(&read)?;
    }
    Ok(true)
}

/// Sets literals that are there, or the namespace.
pub(super) fn set(
    tree: &mut Tree,
    kind: GeneratorKind,
    flags: &GeneratorFlags,
    around: &Surroundings<'_>,
) -> Result<bool, Diagnostics> {
    if flags.literals.is_empty() && flags.new_namespace.is_empty() {
        let message = "at least one of --from-literal, --new-namespace must be specified";
        return Err(Diagnostic::error("redisops::edit::sources", message).into());
    }
    let Some(place) = find(tree, kind, flags) else {
        let message = format!("unable to find {} with name \"{}\"", kind.shown(), flags.name);
        return Err(tree.error("redisops::edit::not_there", message).into());
    };
    let global = tree.get("generatorOptions").cloned();
    let path = tree.error("", "").file;
    let entries = tree.list(kind.field());
    if let Some(entry) = entries[place].as_map_mut() {
        for literal in &flags.literals {
            set_literal(entry, literal).map_err(|error| Diagnostic { file: path.clone(), ..error })?;
        }
        if !flags.new_namespace.is_empty() {
            set_text(entry, "namespace", &flags.new_namespace);
        }
        merge_options(entry, global.as_ref());
    }
    check(tree, kind, place, around)
}

/// Gives a literal another value. Of one that stands twice, the last stays.
fn set_literal(entry: &mut Map, literal: &str) -> Result<(), Diagnostic> {
    let Some((key, _)) = literal.split_once('=') else {
        let message = format!("invalid literal `{}`: it has no key", mask(literal));
        return Err(Diagnostic::error("redisops::edit::literal", message).help("write KEY=VALUE"));
    };
    let literals = list(entry, "literals");
    let is = |node: &Node| node.text().and_then(|text| text.split_once('=')).is_some_and(|(k, _)| k == key);
    let Some(last) = literals.iter().rposition(is) else {
        return Err(Diagnostic::error("redisops::edit::not_there", format!("key '{key}' not found in resource"))
            .help("`edit add` adds a literal that is not there yet"));
    };
    literals[last] = string(literal);
    let mut number = 0;
    literals.retain(|node| {
        number += 1;
        number > last || !is(node)
    });
    Ok(())
}

/// A literal without a key may be a secret.
fn mask(literal: &str) -> String {
    literal.chars().take(2).chain("…".chars()).collect()
}

/// Takes generators out by name.
pub(super) fn remove(
    tree: &mut Tree,
    kind: GeneratorKind,
    names: &[String],
    namespace: &str,
) -> Result<bool, Diagnostics> {
    let is =
        |entry: &Node, name: &str| text(entry, "name") == name && same_namespace(text(entry, "namespace"), namespace);
    let entries = tree.items(kind.field());
    let missing: Vec<&String> = names.iter().filter(|name| !entries.iter().any(|entry| is(entry, name))).collect();
    if missing.len() == names.len() {
        let message = format!("no specified {}(s) were found in the file", kind.shown());
        return Err(tree.error("redisops::edit::not_there", message).into());
    }
    let notes: Vec<String> =
        missing.iter().map(|name| format!("{} {name} doesn't exist in kustomization file", kind.shown())).collect();
    tree.list(kind.field()).retain(|entry| !names.iter().any(|name| is(entry, name)));
    tree.drop_empty(kind.field());
    tree.notes.extend(notes);
    Ok(true)
}
