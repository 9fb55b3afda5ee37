//! `schemas/keys.json`: what it takes is what `slots lint` reads, and the examples of the documentation are that.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use redisops::diagnostics::{SourceKind, Sources};
use redisops::slots::lint::model::{KeyModel, Limits, Metadata, Pattern, Script, Together, ValueType, read};
use redisops::yaml::{Trace, parse_first, to_json};
use serde_json::Value;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

fn schema() -> Value {
    serde_json::from_str(&fs::read_to_string(root().join("schemas/keys.json")).unwrap()).unwrap()
}

/// Whether the schema takes a text, and whether the program does.
fn taken(text: &str) -> (bool, bool) {
    let (sources, trace) = (Sources::new(), Trace::new());
    let source = sources.add("keys.yaml", text.to_owned(), SourceKind::Config).unwrap();
    let mut json = String::new();
    to_json(&parse_first(&source).unwrap().unwrap(), &mut json).unwrap();
    let document: Value = serde_json::from_str(&json).unwrap();
    let validator = jsonschema::draft202012::new(&schema()).unwrap();
    (validator.is_valid(&document), read(&source, &trace).is_ok())
}

#[test]
fn the_schema_has_the_fields_that_are_read() {
    let schema = schema();
    let fields = |pointer: &str| -> BTreeSet<String> {
        let at = schema.pointer(pointer).unwrap_or_else(|| panic!("{pointer}"));
        at["properties"].as_object().unwrap().keys().cloned().collect()
    };
    for (pointer, wanted) in [
        ("", KeyModel::FIELDS),
        ("/properties/metadata", Metadata::FIELDS),
        ("/properties/limits", Limits::FIELDS),
        ("/properties/patterns/items", Pattern::FIELDS),
        ("/properties/together/items", Together::FIELDS),
        ("/properties/scripts/items", Script::FIELDS),
    ] {
        assert_eq!(fields(pointer), wanted.iter().map(|field| (*field).to_owned()).collect(), "{pointer}");
    }
    let types = &schema["properties"]["patterns"]["items"]["properties"]["type"]["enum"];
    assert_eq!(*types, serde_json::json!(ValueType::NAMES));
}

#[test]
fn schema_and_program_take_the_same() {
    let head = "apiVersion: redisops.dev/v1alpha1\nkind: KeyModel\n";
    let pattern = |fields: &str| format!("{head}patterns:\n- {{name: a, pattern: \"a:<id>\", {fields}}}\n");
    for good in [
        head.to_owned(),
        pattern(
            "cardinality: 2M, size: 64KiB, maxSize: 1048576, ttl: 1h30m, share: 40%, values: {id: 10k}, temporary: true",
        ),
        pattern("ttl: none, type: zset"),
        pattern("ttl: 300"),
    ] {
        assert_eq!(taken(&good), (true, true), "{good}");
    }
    for bad in [
        "kind: KeyModel\n".to_owned(),
        format!("{head}pattern: []\n"),
        pattern("ttl: soon"),
        pattern("ttl: 0"),
        pattern("size: large"),
        pattern("share: 0.4"),
        pattern("type: text"),
        pattern("temporary: \"yes\""),
        pattern("cardinality: -1"),
        format!("{head}patterns:\n- {{name: a}}\n"),
        format!("{head}together:\n- {{command: MGET}}\n"),
        format!("{head}scripts:\n- {{name: a}}\n"),
        format!("{head}scripts:\n- {{file: a, source: b}}\n"),
    ] {
        assert_eq!(taken(&bad), (false, false), "{bad}");
    }
}

#[test]
fn the_examples_are_key_models() {
    let docs = fs::read_to_string(root().join("docs/keys.md")).unwrap();
    let mut examples: Vec<String> = ["shop.yaml", "good.yaml"]
        .iter()
        .map(|name| fs::read_to_string(root().join("tests/fixtures/keys").join(name)).unwrap())
        .collect();
    let blocks = docs.split("```yaml\n").skip(1).map(|rest| rest.split("```").next().unwrap().to_owned());
    let whole: Vec<String> = blocks.filter(|block| block.contains("kind: KeyModel")).collect();
    assert!(!whole.is_empty(), "docs/keys.md shows a whole key model");
    examples.extend(whole);
    for example in examples {
        assert_eq!(taken(&example), (true, true), "{example}");
    }
}
