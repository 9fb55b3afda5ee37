//! Labels and annotations.

use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::yaml::{Map, Node, Origin, Value};

use super::tree::{Tree, boolean, get, is_true, mapping, string};
use super::verb::MetadataKind;

impl MetadataKind {
    fn field(self) -> &'static str {
        match self {
            MetadataKind::Label => "commonLabels",
            MetadataKind::Annotation => "commonAnnotations",
        }
    }

    fn name(self) -> &'static str {
        match self {
            MetadataKind::Label => "label",
            MetadataKind::Annotation => "annotation",
        }
    }
}

/// Adds pairs; one that is there already is an error, unless it is forced.
pub(super) fn add(
    tree: &mut Tree,
    kind: MetadataKind,
    pairs: &[(String, String)],
    force: bool,
) -> Result<bool, Diagnostics> {
    if !force {
        for (key, _) in pairs {
            refuse_twice(tree, kind, tree.get(kind.field()), key)?;
        }
    }
    set(tree, kind, pairs)
}

fn refuse_twice(tree: &Tree, kind: MetadataKind, map: Option<&Node>, key: &str) -> Result<(), Diagnostics> {
    if map.and_then(|map| map.get(key)).is_none() {
        return Ok(());
    }
    let message = format!("{} {key} already in kustomization file", kind.name());
    Err(tree.error("redisops::edit::already", message).help("use --force to overwrite it").into())
}

/// Sets pairs.
pub(super) fn set(tree: &mut Tree, kind: MetadataKind, pairs: &[(String, String)]) -> Result<bool, Diagnostics> {
    for (key, value) in pairs {
        tree.mapping(kind.field()).set(key, string(value));
    }
    Ok(true)
}

/// Adds pairs to the first entry of `labels` that leaves selectors alone, or to a new one.
pub(super) fn add_to_labels(
    tree: &mut Tree,
    pairs: &[(String, String)],
    force: bool,
    templates: bool,
) -> Result<bool, Diagnostics> {
    let fits = |entry: &Node| !is_true(entry, "includeSelectors") && is_true(entry, "includeTemplates") == templates;
    let place = tree.items("labels").iter().position(fits);
    if let (Some(place), false) = (place, force) {
        for (key, _) in pairs {
            refuse_twice(tree, MetadataKind::Label, get(&tree.items("labels")[place], "pairs"), key)?;
        }
    }
    let labels = tree.list("labels");
    let place = place.unwrap_or_else(|| {
        let mut entry = Map::new();
        if templates {
            entry.set("includeTemplates", boolean(true));
        }
        entry.set("pairs", Node::empty_map(Origin::NONE));
        labels.push(Node::new(Origin::NONE, Value::Map(entry)));
        labels.len() - 1
    });
    if let Some(entry) = labels[place].as_map_mut() {
        let map = mapping(entry, "pairs");
        pairs.iter().for_each(|(key, value)| map.set(key, string(value)));
    }
    Ok(true)
}

/// Takes pairs out by key.
pub(super) fn remove(tree: &mut Tree, kind: MetadataKind, keys: &[String], ignore: bool) -> Result<bool, Diagnostics> {
    let field = kind.field();
    if tree.get(field).is_none() {
        if ignore {
            return Ok(true);
        }
        let message = format!("{field} is not defined in kustomization file");
        return Err(tree.error("redisops::edit::not_there", message).into());
    }
    for key in keys {
        if tree.mapping(field).remove(key).is_none() && !ignore {
            let message = format!("{} {key} is not defined in kustomization file", kind.name());
            return Err(tree.error("redisops::edit::not_there", message).help("nothing was changed").into());
        }
    }
    tree.drop_empty(field);
    Ok(true)
}

/// Pairs `KEY:VALUE` of a command line; of two with one key, the last counts.
///
/// # Errors
/// When one has no key.
pub fn parse_pairs(kind: MetadataKind, words: &[String]) -> Result<Vec<(String, String)>, Diagnostics> {
    let mut pairs: Vec<(String, String)> = Vec::new();
    for word in words {
        let (key, value) = word.split_once(':').unwrap_or((word, ""));
        if key.is_empty() && word.contains(':') {
            let message = format!("invalid {}: '{word}' (need k:v pair where v may be quoted)", kind.name());
            return Err(Diagnostic::error("redisops::edit::pair", message).help("write KEY:VALUE").into());
        }
        let quoted = value.len() >= 2 && value.starts_with('"') && value.ends_with('"');
        let value = if quoted { &value[1..value.len() - 1] } else { value };
        pairs.retain(|(other, _)| other != key);
        pairs.push((key.to_owned(), value.to_owned()));
    }
    Ok(pairs)
}

/// Keys of a command line, with commas between them.
///
/// # Errors
/// When one is empty.
pub fn parse_keys(kind: MetadataKind, words: &str) -> Result<Vec<String>, Diagnostics> {
    if words.split(',').any(str::is_empty) {
        let message = format!("invalid {}: '' (name is empty)", kind.name());
        return Err(Diagnostic::error("redisops::edit::pair", message).help("write KEY,KEY").into());
    }
    Ok(words.split(',').map(str::to_owned).collect())
}
