//! What a word of the command line names: an object, and perhaps a field of it.

use crate::diagnostics::{Diagnostic, did_you_mean};
use crate::k8s::{ResMap, Resource, ResourceRef};
use crate::yaml::{Node, Value};

use super::path::{FieldPath, Found, MissingField, Segment};

/// Code of a word that is not of the form `KIND/[NAMESPACE/]NAME[.field.path]`.
pub const MALFORMED: &str = "redisops::explain::malformed";

/// The object that a word names, and the path behind it.
///
/// Names may have dots: the longest name that exists is meant, the rest is the path.
///
/// # Errors
/// When the word is malformed, or names no object or several.
pub fn find<'a>(word: &str, objects: &'a ResMap) -> Result<(&'a Resource, FieldPath), Diagnostic> {
    let Some((kind, rest)) = word.split_once('/').filter(|(kind, rest)| !kind.is_empty() && !rest.is_empty()) else {
        return Err(Diagnostic::error(MALFORMED, format!("`{word}` names no object"))
            .help("write KIND/NAME, KIND/NAMESPACE/NAME, or KIND/NAME.field.path"));
    };
    let (kind, group) = kind.split_once('.').map_or((kind, None), |(kind, group)| (kind, Some(group)));
    let of_kind = |resource: &&Resource| {
        resource.kind().eq_ignore_ascii_case(kind)
            && group.is_none_or(|group| resource.gvk().group.eq_ignore_ascii_case(group))
    };
    let mut longest = 0;
    let mut named: Vec<(&Resource, &str)> = Vec::new();
    for resource in objects.iter().filter(of_kind) {
        let Some(path) = rest_behind(rest, resource) else { continue };
        let length = rest.len() - path.len();
        if length > longest {
            named.clear();
            longest = length;
        }
        if length == longest {
            named.push((resource, path));
        }
    }
    match named.as_slice() {
        [] => Err(unknown(word, kind, rest, objects)),
        [(resource, path)] => {
            let path = path.parse::<FieldPath>().map_err(|error| {
                Diagnostic::error(MALFORMED, format!("`{path}` is no path of a field: {error}"))
                    .note(format!("it is understood up to `{}`", &path[..error.at.min(path.len())]))
                    .help("write `.spec.replicas`, `.args[0]`, `.containers[name=redis]` or `.labels[\"a.b/c\"]`")
            })?;
            Ok((resource, path))
        }
        several => {
            let names: Vec<String> = several.iter().map(|(resource, _)| full_name(resource)).collect();
            Err(Diagnostic::error("redisops::explain::ambiguous", format!("`{word}` names {} objects", names.len()))
                .note(names.join(", "))
                .help("name the namespace, KIND/NAMESPACE/NAME, or the group, KIND.GROUP/NAME"))
        }
    }
}

/// What follows the name of an object in a text that starts with it.
fn rest_behind<'t>(text: &'t str, resource: &Resource) -> Option<&'t str> {
    let behind = |text: &'t str| {
        let rest = text.strip_prefix(resource.name())?;
        (rest.is_empty() || rest.starts_with(['.', '['])).then_some(rest)
    };
    let namespace = resource.namespace();
    let with_namespace =
        || behind(text.strip_prefix(if namespace.is_empty() { "default" } else { namespace })?.strip_prefix('/')?);
    with_namespace().or_else(|| behind(text))
}

fn full_name(resource: &Resource) -> String {
    format!("{} ({})", ResourceRef::of(resource), resource.api_version())
}

fn unknown(word: &str, kind: &str, rest: &str, objects: &ResMap) -> Diagnostic {
    let found = Diagnostic::error("redisops::explain::unknown_object", format!("there is no object `{word}`"));
    let wanted = rest.rsplit('/').next().unwrap_or(rest);
    let same_kind = || objects.iter().filter(|r| r.kind().eq_ignore_ascii_case(kind));
    // Somebody may know the name in the source only.
    let base_name = wanted.split(['.', '[']).next().unwrap_or(wanted);
    let renamed = same_kind().find(|r| r.previous.iter().any(|p| p.name == wanted || p.name == base_name));
    if let Some(renamed) = renamed {
        return found
            .note(format!("`{base_name}` is its name in the source; rendered it is `{}`", renamed.name()))
            .help(format!("did you mean `{}/{}`?", renamed.kind(), renamed.name()));
    }
    let mut kinds: Vec<&str> = objects.iter().map(Resource::kind).collect();
    kinds.sort_unstable();
    kinds.dedup();
    if same_kind().next().is_none() {
        let near = did_you_mean(kind, kinds.iter().copied());
        return match near {
            Some(near) => found.help(format!("did you mean `{near}/{rest}`?")),
            None => found.note(format!("kinds are {}", kinds.join(", "))),
        };
    }
    let names: Vec<&str> = same_kind().map(Resource::name).collect();
    match did_you_mean(wanted, names.iter().copied()).or_else(|| did_you_mean(base_name, names.iter().copied())) {
        Some(near) => found.help(format!("did you mean `{}/{near}`?", same_kind().next().map_or(kind, Resource::kind))),
        None => found.note(format!("objects of that kind are {}", shortened(&names))),
    }
}

/// The field of an object at a path.
///
/// # Errors
/// When it does not exist; with near names.
pub fn field<'a>(resource: &'a Resource, path: &FieldPath) -> Result<Found<'a>, Diagnostic> {
    path.resolve(&resource.node).map_err(|missing| unknown_field(resource, path, &missing))
}

fn unknown_field(resource: &Resource, path: &FieldPath, missing: &MissingField<'_>) -> Diagnostic {
    let what = if missing.path.is_root() { "the object".to_owned() } else { format!("`{}`", missing.path) };
    let step = FieldPath(vec![missing.missing.clone()]);
    let found = Diagnostic::error(
        "redisops::explain::unknown_field",
        format!("{} has no field `{path}`: {what} has no `{step}`", ResourceRef::of(resource)),
    );
    match (&missing.node.value, &missing.missing) {
        (Value::Map(map), Segment::Key(key)) => {
            let keys: Vec<&str> = map.entries.iter().map(|e| e.key.text.as_str()).collect();
            match did_you_mean(key, keys.iter().copied()) {
                Some(near) => found.help(format!("did you mean `{}`?", missing.path.key(near))),
                None => found.note(format!("its fields are {}", shortened(&keys))),
            }
        }
        (Value::Seq(items), _) => {
            let names: Vec<&str> = items.iter().filter_map(|item| item.text_at(&["name"])).collect();
            let near = match &missing.missing {
                Segment::Item(fields) => {
                    fields.first().and_then(|(_, value)| did_you_mean(value, names.iter().copied()))
                }
                _ => None,
            };
            let note = match (items.len(), names.is_empty()) {
                (0, _) => "the list is empty".to_owned(),
                (count, true) => format!("it is a list of {count}, counted from 0"),
                (_, false) => format!("its items are {}", shortened(&names)),
            };
            found.note(note).help_if(near.map(|near| format!("did you mean `{}[name={near}]`?", missing.path)))
        }
        (Value::Scalar(_), _) => found.note(format!("{what} is a single value")),
        (Value::Map(_), _) => found.note(format!("{what} is a mapping; name a key of it")),
    }
}

fn shortened(names: &[&str]) -> String {
    const SHOWN: usize = 12;
    let mut text = names.iter().take(SHOWN).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    if names.len() > SHOWN {
        text.push_str(", …");
    }
    text
}

/// All values of an object that are no mappings or lists, and empty ones, in the order of the tree.
pub fn leaves<'a>(node: &'a Node, path: &FieldPath, found: &mut Vec<(FieldPath, &'a Node)>) {
    match &node.value {
        Value::Map(map) if !map.is_empty() => {
            let counts = map.entries.iter().enumerate().filter(|(at, _)| map.is_last(*at));
            for (_, entry) in counts {
                leaves(&entry.value, &path.key(&entry.key.text), found);
            }
        }
        Value::Seq(items) if !items.is_empty() => {
            for (index, item) in items.iter().enumerate() {
                leaves(item, &path.with(Segment::Index(index)), found);
            }
        }
        _ => found.push((path.clone(), node)),
    }
}
