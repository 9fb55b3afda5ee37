//! Entries of `patches`.

use crate::yaml::{Map, Node, Origin, Value};

use super::tree::{Tree, get, record, string, text};
use super::verb::PatchFlags;

/// Fields of a target.
const TARGET: [&str; 7] = ["group", "version", "kind", "name", "namespace", "annotationSelector", "labelSelector"];

/// Adds a patch; one that is there just so is not added again.
pub(super) fn add(tree: &mut Tree, flags: &PatchFlags) -> bool {
    if tree.items("patches").iter().any(|entry| is(entry, flags)) {
        tree.notes.push("the patch is already in kustomization file".to_owned());
        return false;
    }
    let mut entry = Map::new();
    for (field, value) in [("path", &flags.path), ("patch", &flags.patch)] {
        if !value.is_empty() {
            entry.set(field, string(value));
        }
    }
    let target: Vec<(&str, &str)> = flags.target.iter().map(|(field, value)| (*field, value.as_str())).collect();
    if !target.is_empty() {
        entry.set("target", record(&target));
    }
    tree.list("patches").push(Node::new(Origin::NONE, Value::Map(entry)));
    true
}

/// Takes out the patches that are just so.
pub(super) fn remove(tree: &mut Tree, flags: &PatchFlags) -> bool {
    if !tree.items("patches").iter().any(|entry| is(entry, flags)) {
        let what = if flags.path.is_empty() { &flags.patch } else { &flags.path };
        tree.notes.push(format!("patch {what} doesn't exist in kustomization file"));
        return false;
    }
    tree.list("patches").retain(|entry| !is(entry, flags));
    tree.drop_empty("patches");
    true
}

/// Whether an entry has what the flags say and nothing else.
fn is(entry: &Node, flags: &PatchFlags) -> bool {
    let wanted = |field: &str| flags.target.iter().find(|(name, _)| *name == field).map_or("", |(_, v)| v.as_str());
    let target = match get(entry, "target") {
        None => flags.target.is_empty(),
        Some(target) => !flags.target.is_empty() && TARGET.iter().all(|field| text(target, field) == wanted(field)),
    };
    // Flags say nothing of options, so that an entry that has some is another.
    let options = get(entry, "options").is_some();
    target && !options && text(entry, "path") == flags.path && text(entry, "patch") == flags.patch
}
