//! SARIF 2.1.0, as code scanning of GitHub takes it.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::item::{Item, Level, Place, fingerprints};

/// Where the schema of the form is.
const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";
/// The root of the repository.
const ROOT: &str = "%SRCROOT%";
/// Where rules are described.
const DOCS: &str = "https://github.com/redisops/redisops/blob/main/docs";

/// Areas whose rules have a page each.
const AREAS: [&str; 7] = ["argocd", "k8s", "monitoring", "redis", "redis-conf", "redis-enterprise", "security"];

/// One run with all items.
pub(super) fn render(items: &[Item]) -> String {
    let mut rules: BTreeMap<&str, Level> = BTreeMap::new();
    for item in items {
        let level = rules.entry(&item.rule).or_insert(item.level);
        // `Error` is the least.
        *level = (*level).min(item.level);
    }
    let indexes: BTreeMap<&str, usize> = rules.keys().enumerate().map(|(index, id)| (*id, index)).collect();
    let results: Vec<Value> =
        items.iter().zip(fingerprints(items)).map(|(item, id)| result(item, indexes[&*item.rule], &id)).collect();
    let rules: Vec<Value> = rules.iter().map(|(id, level)| rule(id, *level)).collect();
    let document = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "redisops",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "informationUri": env!("CARGO_PKG_REPOSITORY"),
                "rules": rules,
            }},
            "columnKind": "unicodeCodePoints",
            "originalUriBaseIds": {ROOT: {"description": {"text": "the root of the repository"}}},
            "results": results,
        }],
    });
    let mut text = serde_json::to_string_pretty(&document).unwrap_or_default();
    text.push('\n');
    text
}

fn level(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "note",
    }
}

fn rule(id: &str, least: Level) -> Value {
    let (area, name) = id.split_once('/').unwrap_or(("", id));
    let page = match area {
        "diff" => format!("{DOCS}/diff.md"),
        area if AREAS.contains(&area) => format!("{DOCS}/rules/{id}.md"),
        _ => format!("{DOCS}/rules/README.md"),
    };
    json!({
        "id": id,
        "name": name,
        "shortDescription": {"text": id.replace(['/', '-'], " ")},
        "helpUri": page,
        "defaultConfiguration": {"level": level(least)},
    })
}

fn result(item: &Item, index: usize, fingerprint: &str) -> Value {
    let mut properties = Map::new();
    properties.insert("targets".to_owned(), json!(item.targets));
    if let Some(resource) = &item.resource {
        properties.insert("resource".to_owned(), json!(resource));
    }
    if !item.path.is_empty() {
        properties.insert("path".to_owned(), json!(item.path));
    }
    // Code scanning shows no result without a place; the target is the nearest that there is.
    let first = match &item.place {
        Some(place) => physical(place),
        None => json!({"artifactLocation": artifact(item.targets.first().map_or(".", String::as_str))}),
    };
    let mut location = json!({"physicalLocation": first});
    if let Some(resource) = &item.resource {
        let name = if item.path.is_empty() { resource.clone() } else { format!("{resource}#{}", item.path) };
        location["logicalLocations"] = json!([{"fullyQualifiedName": name, "kind": "object"}]);
    }
    let mut result = json!({
        "ruleId": item.rule,
        "ruleIndex": index,
        "level": level(item.level),
        "message": {"text": item.details().join("\n")},
        "locations": [location],
        "partialFingerprints": {"redisops/v1": fingerprint},
        "properties": properties,
    });
    if !item.related.is_empty() {
        let related = item.related.iter().enumerate().map(|(index, place)| {
            let mut one = json!({"id": index + 1, "physicalLocation": physical(place)});
            if !place.text.is_empty() {
                one["message"] = json!({"text": place.text});
            }
            one
        });
        result["relatedLocations"] = related.collect();
    }
    result
}

fn physical(place: &Place) -> Value {
    json!({
        "artifactLocation": artifact(&place.file),
        "region": {"startLine": place.line, "startColumn": place.column},
    })
}

/// A path as a relative URI. One that leads out of the repository, or is absolute, is relative to nothing that is known.
fn artifact(path: &str) -> Value {
    let path = path.trim_start_matches("./");
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'/' | b'-' | b'_' | b'.' | b'~' => uri.push(byte as char),
            // A colon in the first part would be taken for the end of a scheme.
            other => uri.push_str(&format!("%{other:02X}")),
        }
    }
    match path.starts_with('/') || path.starts_with("..") {
        true => json!({"uri": uri}),
        false => json!({"uri": uri, "uriBaseId": ROOT}),
    }
}

#[cfg(test)]
mod tests {
    use super::super::item;
    use super::*;

    #[test]
    fn places_and_rules_are_where_code_scanning_looks() {
        insta::assert_snapshot!(render(&item::merged(item::tests::awkward())));
    }

    #[test]
    fn the_form_is_that_of_the_standard() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/sarif-2.1.0.json");
        let schema: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        let validator = jsonschema::draft7::new(&schema).unwrap();
        let errors = |document: &Value| -> Vec<String> {
            validator.iter_errors(document).map(|error| format!("{}: {error}", error.instance_path())).collect()
        };
        for items in [item::tests::awkward(), Vec::new()] {
            let mut document: Value = serde_json::from_str(&render(&items)).unwrap();
            assert_eq!(errors(&document), Vec::<String>::new());
            document["runs"][0]["tool"]["driver"]["title"] = json!("no such field");
            assert_eq!(errors(&document).len(), 1, "a check that cannot fail");
        }
    }

    #[test]
    fn paths_become_uris() {
        assert_eq!(artifact("./a b#ü:c.yaml"), json!({"uri": "a%20b%23%C3%BC%3Ac.yaml", "uriBaseId": ROOT}));
        assert_eq!(artifact("../x"), json!({"uri": "../x"}));
    }
}
