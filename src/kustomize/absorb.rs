//! Taking generated objects in: as new ones, or over objects of the same identity (`behavior: create`, `replace`, `merge`).

use crate::diagnostics::{Diagnostic, Diagnostics, did_you_mean};
use crate::k8s::{Behavior, ResMap, Resource};
use crate::yaml::{Entry, Map, Node, Origin, Scalar, Style, Trace, Value, Via};

use super::context::Context;
use super::generators::{encode_base64, text_scalar};

/// The annotation in which the reference notes where an object came from; a merge keeps the old one.
const ORIGIN: &str = "config.kubernetes.io/origin";

/// Takes generated objects in, one after the other.
///
/// # Errors
/// For each object that is there already but must not be, or is not there but must be.
pub fn absorb(resources: &mut ResMap, generated: Vec<Resource>, cx: &Context<'_>) -> Result<(), Diagnostics> {
    let mut found = Diagnostics::new();
    for resource in generated {
        found.take(absorb_one(resources, resource, cx));
    }
    if found.has_errors() { Err(found) } else { Ok(()) }
}

fn absorb_one(resources: &mut ResMap, mut resource: Resource, cx: &Context<'_>) -> Result<(), Diagnostic> {
    let scopes = cx.scopes();
    let id = resource.id(scopes.as_ref());
    let here = cx.trace.pos(resource.node.origin);
    let matches = resources.find_any(&id);
    let position = match matches.as_slice() {
        [] if matches!(resource.behavior, Behavior::Merge | Behavior::Replace) => {
            let same_kind = resources.iter().filter(|r| r.kind() == resource.kind());
            let near = did_you_mean(resource.name(), same_kind.map(Resource::name));
            let behavior = resource.behavior.name();
            return Err(Diagnostic::error(
                "redisops::generator::nothing_to_merge",
                format!("there is no {id} to {behavior}"),
            )
            .label(here, 1, format!("`behavior: {behavior}` needs one"))
            .help(match near {
                Some(near) => format!("did you mean `{near}`?"),
                None => "add the object to `resources`, or use `behavior: create`".to_owned(),
            }));
        }
        [] => {
            // The lookup found no object of this identity.
            let _ = resources.append(resource);
            return Ok(());
        }
        [one] => *one as usize,
        [first, second, ..] => {
            let at = |i: u32| cx.trace.pos(resources.at(i as usize).node.origin);
            return Err(Diagnostic::error("redisops::generator::ambiguous", format!("{id} could be several objects"))
                .label(here, 1, "generated here")
                .label(at(*first), 1, "this had or has that name")
                .label(at(*second), 1, "and this")
                .help("generate it in the kustomization in which the name is unique"));
        }
    };
    let old = resources.at(position);
    note_overwritten(&mut resource, old, cx.trace);
    match resource.behavior {
        Behavior::Replace => take_metadata(&mut resource, old),
        Behavior::Merge => {
            let origin = old.annotation(ORIGIN).is_some();
            let old_origin = old.node.lookup(&["metadata", "annotations", ORIGIN]).cloned();
            let data = merged_data(&resource, old).map_err(|why| why.label(here, 1, "to be merged with this"))?;
            take_metadata(&mut resource, old);
            set_map(&mut resource.node, "data", data);
            let binary = merge(strings(old.node.get("binaryData")), strings(resource.node.get("binaryData")));
            set_map(&mut resource.node, "binaryData", binary);
            if origin && let Some(value) = old_origin {
                let annotations = resource.node.lookup_mut(&["metadata", "annotations"]).and_then(Node::as_map_mut);
                if let Some(map) = annotations {
                    map.set(ORIGIN, value);
                }
            }
        }
        Behavior::Create | Behavior::Unspecified => {
            return Err(Diagnostic::error("redisops::generator::exists", format!("{id} exists already"))
                .label(here, 1, "generated again here")
                .label(cx.trace.pos(old.node.origin), 1, "exists since here")
                .help("set `behavior: merge` or `behavior: replace`, or use another name"));
        }
    }
    resources.update(position, |place| *place = resource);
    Ok(())
}

/// Notes what the values of a generated object take the place of. One that says the same is the old one.
fn note_overwritten(resource: &mut Resource, old: &Resource, trace: &Trace) {
    let via = Via::Field(generator_field(resource.kind()));
    for path in [&["data"][..], &["binaryData"], &["metadata", "labels"], &["metadata", "annotations"]] {
        let Some(before) = old.node.lookup(path).and_then(Node::as_map) else { continue };
        let Some(after) = resource.node.lookup_mut(path).and_then(Node::as_map_mut) else { continue };
        for entry in &mut after.entries {
            match before.get(&entry.key.text) {
                Some(old) if old.text() == entry.value.text() => entry.value.origin = old.origin,
                Some(old) => entry.value.origin = trace.overwrote(trace.pos(entry.value.origin), via, old.clone()),
                None => {}
            }
        }
    }
}

/// The field of a kustomization whose entries make objects of a kind.
pub(super) fn generator_field(kind: &str) -> &'static str {
    match kind {
        "ConfigMap" => "configMapGenerator",
        "Secret" => "secretGenerator",
        _ => "generators",
    }
}

/// Gives an object name, namespace, labels, annotations and history of the one that it takes the place of. Its own labels and annotations win.
fn take_metadata(resource: &mut Resource, old: &Resource) {
    for field in ["labels", "annotations"] {
        let of = |r: &Resource| strings(r.node.lookup(&["metadata", field]));
        let merged = merge(of(old), of(resource));
        if let Some(metadata) = resource.node.get_mut("metadata") {
            set_map(metadata, field, merged);
        }
    }
    let metadata = old.node.get("metadata");
    for field in ["name", "namespace"] {
        let value = metadata.and_then(|m| m.get(field)).filter(|n| !n.is_null()).cloned();
        let Some(own) = resource.node.get_mut("metadata").and_then(Node::as_map_mut) else { continue };
        match value {
            Some(value) => own.set(field, value),
            None => drop(own.remove(field)),
        }
    }
    resource.copy_history_from(old);
    resource.needs_hash &= old.needs_hash;
    resource.behavior = old.behavior;
    resource.allow_name_change = old.allow_name_change;
    resource.allow_kind_change = old.allow_kind_change;
    resource.helm_generated = old.helm_generated;
}

/// `data` of both; of a Secret also `stringData` of the old one, encoded.
fn merged_data(resource: &Resource, old: &Resource) -> Result<Vec<Entry>, Diagnostic> {
    let mut data = strings(old.node.get("data"));
    if resource.api_version() == "v1" && resource.kind() == "Secret" {
        let plain = old.node.get("stringData").and_then(Node::as_map).map_or(&[][..], |m| &m.entries);
        let mut encoded = Vec::with_capacity(plain.len());
        for entry in plain {
            let Some(scalar) = entry.value.as_scalar() else {
                return Err(Diagnostic::error(
                    "redisops::generator::string_data",
                    format!("`stringData` has no text under `{}`", entry.key.text),
                )
                .help("write a string there"));
            };
            let text = if entry.value.is_null() { "" } else { scalar.text.as_str() };
            let value = Node::scalar(entry.value.origin, text_scalar(&encode_base64(text.as_bytes())));
            encoded.push(Entry { value, ..entry.clone() });
        }
        data = merge(data, encoded);
    }
    Ok(merge(data, strings(resource.node.get("data"))))
}

/// The entries of a mapping as strings: of other values only the text is left, as in the reference.
fn strings(node: Option<&Node>) -> Vec<Entry> {
    let entries = node.and_then(Node::as_map).map_or(&[][..], |m| &m.entries);
    let as_string = |entry: &Entry| {
        let text = if entry.value.is_null() { "" } else { entry.value.text().unwrap_or("") };
        let value = Node::scalar(entry.value.origin, text_scalar(text));
        Entry { key: Scalar::resolved(entry.key.text.clone(), Style::Plain), key_pos: entry.key_pos, value }
    };
    entries.iter().map(as_string).collect()
}

/// Entries of both; those of the second win.
fn merge(first: Vec<Entry>, second: Vec<Entry>) -> Vec<Entry> {
    let mut all = second;
    let known: rustc_hash::FxHashSet<compact_str::CompactString> = all.iter().map(|e| e.key.text.clone()).collect();
    all.extend(first.into_iter().filter(|e| !known.contains(&e.key.text)));
    all.sort_by(|a, b| a.key.text.cmp(&b.key.text));
    all
}

/// Sets a field to a mapping; without entries it vanishes.
fn set_map(node: &mut Node, field: &str, entries: Vec<Entry>) {
    let Some(map) = node.as_map_mut() else { return };
    if entries.is_empty() {
        map.remove(field);
        return;
    }
    let origin = map.get(field).map_or(Origin::NONE, |n| n.origin);
    map.set(field, Node::new(origin, Value::Map(Map { entries })));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kustomize::transformers::testing::Fixture;

    fn generated(fixture: &Fixture, json: &str, behavior: Behavior) -> Vec<Resource> {
        let mut resource = Resource::new(fixture.node(json));
        resource.behavior = behavior;
        resource.needs_hash = true;
        vec![resource]
    }

    const NEW: &str = r#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","labels":{"l":"new"}},"data":{"x":"2","y":"3"}}"#;

    #[test]
    fn merged_data_keeps_what_is_not_given_again() {
        let fixture = Fixture::new();
        let cx = fixture.cx();
        let mut resources = fixture.resources(&[
            r#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","labels":{"l":"old","m":1}},"data":{"w":1,"x":"1"},"immutable":true}"#,
        ]);
        let scopes = resources.scopes().clone();
        resources.list_mut()[0].store_previous_id(scopes.as_ref());
        resources.list_mut()[0].set_name("p-a");
        absorb(&mut resources, generated(&fixture, NEW, Behavior::Merge), &cx).unwrap();
        let map = resources.at(0);
        assert_eq!((map.name(), map.original_name(), map.needs_hash), ("p-a", "a", false));
        let data = |key: &str| map.node.text_at(&["data", key]);
        assert_eq!((data("w"), data("x"), data("y")), (Some("1"), Some("2"), Some("3")));
        assert_eq!((map.label("l"), map.label("m")), (Some("new"), Some("1")));
        assert!(map.node.get("immutable").is_none());
    }

    #[test]
    fn replaced_data_is_the_new_one() {
        let fixture = Fixture::new();
        let cx = fixture.cx();
        let mut resources = cx.empty_resources();
        absorb(&mut resources, generated(&fixture, NEW, Behavior::Create), &cx).unwrap();
        let other = NEW.replace("\"x\"", "\"z\"");
        absorb(&mut resources, generated(&fixture, &other, Behavior::Replace), &cx).unwrap();
        assert_eq!(resources.len(), 1);
        assert!(resources.at(0).node.lookup(&["data", "x"]).is_none());
        assert!(resources.at(0).needs_hash);
    }

    #[test]
    fn texts_of_secrets_are_encoded_before_a_merge() {
        let fixture = Fixture::new();
        let cx = fixture.cx();
        let mut resources = fixture.resources(&[
            r#"{"apiVersion":"v1","kind":"Secret","metadata":{"name":"a"},"data":{"w":"AA=="},"stringData":{"w":"v"}}"#,
        ]);
        let new = r#"{"apiVersion":"v1","kind":"Secret","metadata":{"name":"a"},"type":"Opaque","data":{"x":"AA=="}}"#;
        absorb(&mut resources, generated(&fixture, new, Behavior::Merge), &cx).unwrap();
        assert_eq!(resources.at(0).node.text_at(&["data", "w"]), Some("dg=="));
        assert!(resources.at(0).node.get("stringData").is_none());
    }

    #[test]
    fn behaviors_that_do_not_fit_are_errors() {
        let fixture = Fixture::new();
        let cx = fixture.cx();
        let mut resources = fixture.resources(&[NEW]);
        let error = absorb(&mut resources, generated(&fixture, NEW, Behavior::Unspecified), &cx).unwrap_err();
        assert_eq!(error.0[0].code, "redisops::generator::exists");
        let mistyped = NEW.replace("\"a\"", "\"ab\"");
        let error = absorb(&mut resources, generated(&fixture, &mistyped, Behavior::Merge), &cx).unwrap_err();
        assert_eq!(error.0[0].code, "redisops::generator::nothing_to_merge");
    }
}
