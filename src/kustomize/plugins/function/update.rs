//! What a plugin gave back, put where its input was.

use rustc_hash::FxHashMap;

use crate::diagnostics::{Diagnostic, Diagnostics, Source};
use crate::k8s::{Behavior, ResMap, Resource};
use crate::kustomize::Context;
use crate::kustomize::load_resources::resources_from_source;
use crate::kustomize::plugins::memory::{take_annotation, take_memory};
use crate::yaml::{Node, Trace, Value, Via, to_json};

use super::resource_list::strip_identity;

const NEEDS_HASH: &str = "kustomize.config.k8s.io/needs-hash";
const BEHAVIOR: &str = "kustomize.config.k8s.io/behavior";

/// The objects in the output of a plugin.
///
/// # Errors
/// Output that is not YAML, or not made of objects.
pub fn objects(output: &Source) -> Result<Vec<Resource>, Diagnostics> {
    let mut resources = resources_from_source(output)?;
    resources.iter_mut().for_each(take_memory);
    Ok(resources)
}

/// Applies the wishes of a generator: a hash in the name, what to do with an older object.
///
/// # Errors
/// When an annotation has a value that is none.
pub fn generator_options(resources: &mut [Resource], cx: &Context<'_>) -> Result<(), Diagnostics> {
    let mut found = Diagnostics::new();
    for resource in resources {
        let pos = resource.node.lookup(&["metadata", "annotations", NEEDS_HASH]).map(|n| cx.trace.pos(n.origin));
        let behavior = take_annotation(&mut resource.node, BEHAVIOR);
        resource.behavior = Behavior::parse(behavior.as_deref().unwrap_or_default());
        match take_annotation(&mut resource.node, NEEDS_HASH).as_deref() {
            None | Some("0" | "f" | "F" | "FALSE" | "false" | "False") => {}
            Some("1" | "t" | "T" | "TRUE" | "true" | "True") => resource.needs_hash = true,
            Some(other) => found.push(
                Diagnostic::error("redisops::plugin::needs_hash", format!("`{NEEDS_HASH}` is `{other}`"))
                    .label(pos.unwrap_or_default(), other.len(), "neither true nor false")
                    .help("write \"true\" or \"false\""),
            ),
        }
    }
    if found.has_errors() { Err(found) } else { Ok(()) }
}

/// Puts transformed objects where the ones of the same identity were, adds new ones at the end, and removes those that were not given back, except
/// for `saved` ones, which the plugin never saw.
///
/// # Errors
/// When the plugin gave two objects of one identity.
pub fn update(
    resources: &mut ResMap,
    mut output: Vec<Resource>,
    saved: &[usize],
    plugin: &str,
    cx: &Context<'_>,
) -> Result<(), Diagnostics> {
    output.iter_mut().for_each(strip_identity);
    let mut new = cx.empty_resources();
    let mut found = Diagnostics::new();
    let mut places: FxHashMap<usize, Resource> = FxHashMap::default();
    for resource in output {
        if let Err(duplicate) = new.append(resource) {
            let place = |r: &Resource| {
                let name = r.node.lookup(&["metadata", "name"]).unwrap_or(&r.node);
                (cx.trace.pos(name.origin), name.text().map_or(1, str::len))
            };
            let (again, first) = (place(&duplicate.incoming), place(new.at(duplicate.existing)));
            found.push(
                Diagnostic::error(
                    "redisops::plugin::duplicate_resource",
                    format!("the plugin {plugin} has made {} twice", duplicate.id),
                )
                .label(again.0, again.1, "again here")
                .label(first.0, first.1, "first here"),
            );
        }
    }
    if found.has_errors() {
        return Err(found);
    }
    let mut added = Vec::new();
    for resource in new.into_vec() {
        let id = resource.id(resources.scopes().as_ref());
        match resources.find_current(&id).first() {
            Some(&at) => {
                places.insert(at as usize, resource);
            }
            None => added.push(resource),
        }
    }
    let list = resources.list_mut();
    for (position, old) in std::mem::take(list).into_iter().enumerate() {
        if let Some(mut new) = places.remove(&position) {
            keep_origins(&old.node, &mut new.node, cx.trace);
            new.ref_vars = old.ref_vars;
            list.push(new);
        } else if saved.contains(&position) {
            list.push(old);
        }
    }
    list.append(&mut added);
    Ok(())
}

/// Values that a plugin left alone keep their origin; those that it changed remember what was there.
fn keep_origins(old: &Node, new: &mut Node, trace: &Trace) {
    if old.as_scalar().is_some() && json(old) == json(new) {
        new.origin = old.origin;
        return;
    }
    match (&old.value, &mut new.value) {
        (Value::Map(before), Value::Map(after)) => {
            for entry in &mut after.entries {
                if let Some(same) = before.entry(&entry.key.text) {
                    entry.key_pos = same.key_pos;
                    keep_origins(&same.value, &mut entry.value, trace);
                }
            }
            new.origin = old.origin;
        }
        (Value::Seq(before), Value::Seq(after)) => {
            for (i, item) in after.iter_mut().enumerate() {
                let same = match item.text_at(&["name"]) {
                    Some(name) => before.iter().find(|b| b.text_at(&["name"]) == Some(name)),
                    None => before.get(i),
                };
                if let Some(same) = same {
                    keep_origins(same, item, trace);
                }
            }
            new.origin = old.origin;
        }
        (Value::Scalar(_), _) => {
            new.origin = trace.overwrote(trace.pos(new.origin), Via::Function, old.clone());
        }
        _ => {}
    }
}

fn json(node: &Node) -> Option<String> {
    let mut text = String::new();
    to_json(node, &mut text).ok().map(|()| text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostics::{SourceKind, Sources};

    fn map(cx: &Context<'_>, text: &str) -> Vec<Resource> {
        let source = cx.add_source("x.yaml".into(), text.into(), SourceKind::Function).unwrap();
        objects(&source).unwrap()
    }

    fn config_map(name: &str, value: &str) -> String {
        format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}}}\ndata: {{same: x, k: {value}}}\n---\n")
    }

    #[test]
    fn objects_are_replaced_added_and_removed() {
        let (sources, trace) = (Sources::new(), Trace::new());
        let cx = Context::new(&sources, &trace);
        let mut resources = cx.empty_resources();
        for name in ["a", "b", "c", "d"] {
            for mut resource in map(&cx, &config_map(name, "old")) {
                resource.ref_vars.push("V".into());
                resources.append(resource).unwrap();
            }
        }
        let output = config_map("new", "new") + &config_map("c", "old") + &config_map("a", "changed");
        update(&mut resources, map(&cx, &output), &[3], "p", &cx).unwrap();
        let found: Vec<_> = resources.iter().map(|r| (r.name(), r.node.text_at(&["data", "k"]).unwrap())).collect();
        assert_eq!(found, [("a", "changed"), ("c", "old"), ("d", "old"), ("new", "new")]);
        assert_eq!(resources.at(0).ref_vars, ["V"]);
        // One value was changed, and its origin tells what was there.
        assert_eq!(trace.len(), 1);
        let write = trace.write(resources.at(0).node.lookup(&["data", "k"]).unwrap().origin).unwrap();
        assert_eq!((write.via, write.before.unwrap().text().unwrap()), (Via::Function, "old"));
    }

    #[test]
    fn an_object_may_come_back_once() {
        let (sources, trace) = (Sources::new(), Trace::new());
        let cx = Context::new(&sources, &trace);
        let output = map(&cx, &(config_map("a", "1") + &config_map("a", "2")));
        let found = update(&mut cx.empty_resources(), output, &[], "p", &cx).unwrap_err();
        assert_eq!(found.0[0].code, "redisops::plugin::duplicate_resource");
    }

    #[test]
    fn generators_ask_by_annotations() {
        let (sources, trace) = (Sources::new(), Trace::new());
        let cx = Context::new(&sources, &trace);
        let text = |hash: &str| {
            format!("kind: A\nmetadata:\n  name: a\n  annotations: {{{NEEDS_HASH}: '{hash}', {BEHAVIOR}: merge}}\n")
        };
        let mut resources = map(&cx, &text("True"));
        generator_options(&mut resources, &cx).unwrap();
        assert_eq!((resources[0].needs_hash, resources[0].behavior), (true, Behavior::Merge));
        assert!(resources[0].node.lookup(&["metadata", "annotations"]).is_none());
        let found = generator_options(&mut map(&cx, &text("yes")), &cx).unwrap_err();
        assert_eq!(found.0[0].code, "redisops::plugin::needs_hash");
    }
}
