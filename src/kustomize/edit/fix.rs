//! Old forms of fields, and their new ones.

use crate::diagnostics::Diagnostics;
use crate::yaml::edit::Rename;
use crate::yaml::{Map, Node, Origin, Value};

use super::globs::Surroundings;
use super::tree::{Tree, boolean, get, list, mapping, name, set_text, string, text};

/// What the reference changes whenever it reads a file.
pub(super) fn old_forms(tree: &mut Tree) {
    type_meta(tree);
    move_list(tree, "bases", "resources");
    move_list(tree, "imageTags", "images");
    for field in ["configMapGenerator", "secretGenerator"] {
        if tree.items(field).iter().any(|entry| get(entry, "env").is_some()) {
            tree.list(field).iter_mut().filter_map(Node::as_map_mut).for_each(env_to_envs);
        }
    }
    helm_charts(tree);
}

fn type_meta(tree: &mut Tree) {
    let kind = match text(&tree.node, "kind") {
        "" => "Kustomization",
        kind => kind,
    };
    let version =
        if kind == "Component" { "kustomize.config.k8s.io/v1alpha1" } else { "kustomize.config.k8s.io/v1beta1" };
    let new: Vec<(&str, String)> = [("apiVersion", version), ("kind", kind)]
        .into_iter()
        .filter(|(field, _)| text(&tree.node, field).is_empty())
        .map(|(field, value)| (field, value.to_owned()))
        .collect();
    let map = tree.map();
    for (i, (field, value)) in new.into_iter().enumerate() {
        let name = name(map, field);
        if map.get(&name).is_some() {
            map.set(&name, string(&value));
            continue;
        }
        // At the top, where everybody looks for it; the one behind the other.
        let at = map.position("apiVersion").map_or(i.min(map.len()), |at| at + 1).min(map.len());
        map.set(&name, string(&value));
        let entry = map.entries.pop().expect("it was set");
        map.entries.insert(if field == "apiVersion" { 0 } else { at }, entry);
    }
}

/// Moves the entries of a list to another; where that is not there, the list gets its name.
fn move_list(tree: &mut Tree, from: &str, to: &str) {
    let map = tree.map();
    let (from, to) = (name(map, from), name(map, to));
    let Some(place) = map.position(&from) else { return };
    if map.get(&to).is_none() {
        map.entries[place].key.text = to.as_str().into();
        tree.renames.push(Rename { from, to });
        return;
    }
    let entry = map.entries.remove(place);
    if let Value::Seq(items) = entry.value.value {
        list(map, &to).extend(items);
    }
}

fn env_to_envs(entry: &mut Map) {
    let key = name(entry, "env");
    let Some(old) = entry.remove(&key) else { return };
    if let Some(file) = old.value.text().filter(|text| !text.is_empty() && !old.value.is_null()) {
        list(entry, "envs").push(string(file));
    }
}

fn helm_charts(tree: &mut Tree) {
    let Some(old) = tree.map().remove("helmChartInflationGenerator") else { return };
    let fields = [
        ("chartName", "name"),
        ("chartVersion", "version"),
        ("chartRepoUrl", "repo"),
        ("values", "valuesFile"),
        ("valuesLocal", "valuesInline"),
        ("valuesMerge", "valuesMerge"),
        ("releaseName", "releaseName"),
    ];
    let mut globals: Vec<(&str, String)> = Vec::new();
    let mut charts = Vec::new();
    for chart in old.value.as_seq().unwrap_or_default() {
        let mut new = Map::new();
        for (from, to) in fields {
            if let Some(value) = get(chart, from) {
                new.set(to, value.clone());
            }
        }
        for (from, to) in [("helmHome", "configHome"), ("chartHome", "chartHome")] {
            if !text(chart, from).is_empty() {
                globals.retain(|(field, _)| *field != to);
                globals.push((to, text(chart, from).to_owned()));
            }
        }
        charts.push(Node::new(Origin::NONE, Value::Map(new)));
    }
    if tree.get("helmGlobals").is_none() && !globals.is_empty() {
        let map = tree.mapping("helmGlobals");
        globals.iter().for_each(|(field, value)| set_text(map, field, value));
    }
    if !charts.is_empty() {
        tree.list("helmCharts").extend(charts);
    }
}

/// What `fix` changes beyond that: deprecated fields.
pub(super) fn deprecated(tree: &mut Tree, around: &Surroundings<'_>) -> Result<(), Diagnostics> {
    common_labels(tree)?;
    move_list(tree, "patchesJson6902", "patches");
    if let Some(place) = tree.map().position("patchesStrategicMerge") {
        let map = tree.map();
        if let Value::Seq(items) = &mut map.entries[place].value.value {
            for item in items {
                let patch = item.text().unwrap_or("").to_owned();
                let field = if around.read(&patch).is_some() { "path" } else { "patch" };
                let mut entry = Map::new();
                set_text(&mut entry, field, &patch);
                *item = Node::new(Origin::NONE, Value::Map(entry));
            }
        }
        move_list(tree, "patchesStrategicMerge", "patches");
    }
    Ok(())
}

fn common_labels(tree: &mut Tree) -> Result<(), Diagnostics> {
    let Some(pairs) = tree.get("commonLabels").cloned() else { return Ok(()) };
    let keys: Vec<String> =
        pairs.as_map().map(|map| map.entries.iter().map(|e| e.key.text.to_string()).collect()).unwrap_or_default();
    if keys.is_empty() {
        return Ok(());
    }
    for entry in tree.items("labels") {
        let twice = keys.iter().find(|key| get(entry, "pairs").is_some_and(|pairs| pairs.get(key).is_some()));
        if let Some(key) = twice {
            let message = format!("label name '{key}' exists in both commonLabels and labels");
            return Err(tree.error("redisops::edit::label_twice", message).help("take it out of one of them").into());
        }
    }
    let mut label = Map::new();
    label.set("includeSelectors", boolean(true));
    *mapping(&mut label, "pairs") = pairs.as_map().cloned().unwrap_or_default();
    let label = Node::new(Origin::NONE, Value::Map(label));
    let map = tree.map();
    let from = name(map, "commonLabels");
    if let Some(place) = map.position(&from) {
        map.entries[place].value = Node::new(Origin::NONE, Value::Seq(vec![label]));
    }
    move_list(tree, &from, "labels");
    Ok(())
}
