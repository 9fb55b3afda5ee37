//! `schemas/redisops.json`: what it takes is what the program reads, and the example of the documentation is that.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use redisops::diagnostics::{SourceKind, Sources};
use redisops::validate::config::{Configuration, Drift, DriftIgnore, Ignore, Override, Policy, read};
use redisops::yaml::{Trace, parse_first, to_json};
use serde_json::Value;

fn file(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

fn schema() -> Value {
    serde_json::from_str(&file("schemas/redisops.json")).unwrap()
}

/// Whether the schema takes a text, and whether the program does.
fn taken(text: &str) -> (bool, bool) {
    let (sources, trace) = (Sources::new(), Trace::new());
    let source = sources.add("redisops.yaml", text.to_owned(), SourceKind::Config).unwrap();
    let mut json = String::new();
    to_json(&parse_first(&source).unwrap().unwrap(), &mut json).unwrap();
    let document: Value = serde_json::from_str(&json).unwrap();
    let validator = jsonschema::draft202012::new(&schema()).unwrap();
    (validator.is_valid(&document), read(&source, &trace).is_ok())
}

#[test]
fn the_schema_has_the_fields_that_are_read() {
    let schema = schema();
    for (pointer, wanted) in [
        ("", Configuration::FIELDS),
        ("/properties/overrides/items", Override::FIELDS),
        ("/properties/ignore/items", Ignore::FIELDS),
        ("/properties/policies/items", Policy::FIELDS),
        ("/properties/drift", Drift::FIELDS),
        ("/properties/drift/properties/ignore/items", DriftIgnore::FIELDS),
    ] {
        let properties = schema.pointer(pointer).unwrap()["properties"].as_object().unwrap();
        let fields: BTreeSet<&str> = properties.keys().map(String::as_str).collect();
        assert_eq!(fields, wanted.iter().copied().collect(), "{pointer}");
    }
}

#[test]
fn schema_and_program_take_the_same() {
    let head = "apiVersion: redisops.dev/v1alpha1\nkind: Configuration\n";
    for good in [
        "",
        "rules: {k8s/image-tag: off, redis/*: error}\n",
        "ignore: [{rule: k8s/image-tag}]\n",
        "drift: {ignore: [{kind: Deployment, paths: [spec.replicas]}]}\n",
    ] {
        assert_eq!(taken(&format!("{head}{good}")), (true, true), "{good}");
    }
    for bad in [
        "rule: {}\n",
        "rules: {k8s/image-tag: of}\n",
        "ignore: [{kind: Pod}]\n",
        "policies: [{id: a/b}]\n",
        "policies: [{id: A, expression: x, message: m}]\n",
        "policies: [{id: a/b, expression: x, message: m, severity: on}]\n",
        "overrides: [{environment: dev}]\n",
        "drift: {ignore: [{path: spec.replicas}]}\n",
    ] {
        assert_eq!(taken(&format!("{head}{bad}")), (false, false), "{bad}");
    }
}

#[test]
fn the_example_of_the_documentation_is_one() {
    let text = file("docs/rules/README.md");
    let example = text.split("```yaml\n").nth(1).unwrap().split("```").next().unwrap();
    assert!(example.contains("policies:"));
    assert_eq!(taken(example), (true, true));
}
