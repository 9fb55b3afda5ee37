//! Custom resource definitions, as users and operators ship them.

use serde_json::{Map, Value};

use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::yaml::{Node, to_json};

use super::arena::Arena;
use super::compile::{Compiler, SchemaError};

/// Whether a document is a custom resource definition.
pub fn is_crd(document: &Node) -> bool {
    document.text_at(&["kind"]) == Some("CustomResourceDefinition")
}

/// The kinds that definitions and OpenAPI documents describe.
///
/// # Errors
/// Every schema that is none; `arena` has the others.
pub fn read<'n>(documents: impl IntoIterator<Item = &'n Node>) -> (Arena, Diagnostics) {
    let mut compiler = Compiler::new(true);
    let mut found = Diagnostics::new();
    for document in documents {
        if is_crd(document) {
            add_crd(document, &mut compiler, &mut found);
        } else if document.get("components").is_some() {
            add_openapi(document, &mut compiler, &mut found);
        } else if let Some(items) = document.get("items").and_then(Node::as_seq) {
            items.iter().filter(|item| is_crd(item)).for_each(|item| add_crd(item, &mut compiler, &mut found));
        }
    }
    (compiler.finish(), found)
}

/// Adds the kinds of a custom resource definition.
fn add_crd(document: &Node, compiler: &mut Compiler, found: &mut Diagnostics) {
    let text = |path: &[&str]| document.text_at(path);
    let (Some(group), Some(kind)) = (text(&["spec", "group"]), text(&["spec", "names", "kind"])) else {
        found.push(broken(document, &[], "a custom resource definition must have `spec.group` and `spec.names.kind`"));
        return;
    };
    let old = document.lookup(&["spec", "validation", "openAPIV3Schema"]);
    let no_versions = [];
    let versions = document.lookup(&["spec", "versions"]).and_then(Node::as_seq).unwrap_or(&no_versions);
    let old_version = text(&["spec", "version"]).filter(|_| versions.is_empty());
    if let (Some(version), Some(schema)) = (old_version, old) {
        add(group, version, kind, schema, compiler, found);
    }
    for version in versions {
        let Some(name) = version.text_at(&["name"]) else {
            found.push(broken(version, &[], "a version must have a name"));
            continue;
        };
        if version.text_at(&["served"]) == Some("false") {
            continue;
        }
        if let Some(schema) = version.lookup(&["schema", "openAPIV3Schema"]).or(old) {
            add(group, name, kind, schema, compiler, found);
        }
    }
}

fn add(group: &str, version: &str, kind: &str, schema: &Node, compiler: &mut Compiler, found: &mut Diagnostics) {
    match value_of(schema).and_then(|value| {
        if let Some(way) = reference(&value) {
            return Err(SchemaError {
                message: "`$ref` is not allowed in a custom resource definition".to_owned(),
                way,
            });
        }
        compiler.custom_resource(&value)
    }) {
        Ok(node) => compiler.add_kind(group, version, kind, u32::MAX, node),
        Err(error) => found.push(
            broken(schema, &error.way, &error.message).note(format!("in the schema of {kind}, version {version}")),
        ),
    }
}

/// Adds the kinds of an OpenAPI document of version 3.
fn add_openapi(document: &Node, compiler: &mut Compiler, found: &mut Diagnostics) {
    let Some(schemas) = document.lookup(&["components", "schemas"]) else { return };
    let definitions = match value_of(schemas) {
        Ok(Value::Object(definitions)) => definitions,
        Ok(_) => return found.push(broken(schemas, &[], "`components.schemas` must be a mapping")),
        Err(error) => return found.push(broken(schemas, &error.way, &error.message)),
    };
    compiler.new_document();
    for (name, definition) in &definitions {
        let Some(Value::Array(kinds)) = definition.get("x-kubernetes-group-version-kind") else { continue };
        // Requests are of every group.
        let [kind] = kinds.as_slice() else { continue };
        let part = |key: &str| kind.get(key).and_then(Value::as_str).unwrap_or("");
        match of_definition(name, &definitions, compiler) {
            Ok(node) => compiler.add_kind(part("group"), part("version"), part("kind"), u32::MAX, node),
            Err(error) => found.push(broken(schemas, &error.way, &error.message)),
        }
    }
}

fn of_definition(name: &str, definitions: &Map<String, Value>, compiler: &mut Compiler) -> Result<u32, SchemaError> {
    compiler.definition(name, definitions)
}

fn value_of(node: &Node) -> Result<Value, SchemaError> {
    let mut text = String::new();
    let written = to_json(node, &mut text).map_err(|error| error.message);
    written
        .and_then(|()| serde_json::from_str(&text).map_err(|error| error.to_string()))
        .map_err(|message| SchemaError { message, way: Vec::new() })
}

/// The way to the first `$ref`.
fn reference(value: &Value) -> Option<Vec<String>> {
    let below = |key: String, value: &Value| {
        reference(value).map(|mut way| {
            way.insert(0, key);
            way
        })
    };
    match value {
        // A property may have that name; its schema is a mapping.
        Value::Object(members) if members.get("$ref").is_some_and(Value::is_string) => Some(vec!["$ref".to_owned()]),
        Value::Object(members) => members.iter().find_map(|(key, value)| below(key.clone(), value)),
        Value::Array(items) => items.iter().enumerate().find_map(|(i, item)| below(i.to_string(), item)),
        _ => None,
    }
}

fn broken(schema: &Node, way: &[String], message: &str) -> Diagnostic {
    let mut at = schema;
    let mut pos = schema.origin.pos();
    for key in way {
        let entry = at.as_map().and_then(|map| map.entry(key));
        let item = || key.parse::<usize>().ok().and_then(|i| at.as_seq()?.get(i));
        let Some(next) = entry.map(|entry| &entry.value).or_else(item) else { break };
        at = next;
        pos = entry.map(|entry| entry.key_pos).filter(|pos| !pos.is_none()).or(at.origin.pos());
    }
    let way = way.join(".");
    let found = Diagnostic::error("redisops::schema::broken", message);
    let found = if way.is_empty() { found } else { found.note(format!("at `{way}`")) };
    found.label(pos.unwrap_or_default(), 1, "").help("correct the schema, or get it again from where it came from")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostics::{SourceKind, Sources};
    use crate::yaml::parse_documents;

    fn crd(schema: &str) -> (Arena, Vec<String>) {
        let text = format!(
            "kind: CustomResourceDefinition\nspec:\n  group: example.com\n  names: {{kind: Cache}}\n  versions:\n  - name: v1\n    served: true\n    schema:\n      openAPIV3Schema: {schema}\n"
        );
        let sources = Sources::new();
        let source = sources.add("crd.yaml", text, SourceKind::Config).unwrap();
        let (arena, found) = read(&parse_documents(&source).unwrap());
        let said = |it: &Diagnostic| {
            let at = sources.location(it.labels[0].pos).unwrap();
            format!("{}:{}: {}", at.line, at.column, it.message)
        };
        let found = found.0.iter().map(said).collect();
        (arena, found)
    }

    #[test]
    fn kinds_are_read() {
        let (arena, found) =
            crd("{type: object, properties: {spec: {type: object, properties: {size: {type: integer}}}}}");
        assert_eq!(found, Vec::<String>::new());
        let node = arena.node(arena.find("example.com", "v1", "Cache")[0].node);
        let names: Vec<&str> = arena.properties(node).iter().map(|it| arena.name(it)).collect();
        assert_eq!(names, ["apiVersion", "kind", "metadata", "spec"]);
    }

    #[test]
    fn schemas_that_are_none_are_told_with_their_place() {
        for (schema, wanted) in [
            ("5", "9:24: a schema must be a mapping, and this is a number"),
            ("{type: string}", "9:24: the schema of an object must have `type: object`"),
            (
                "{type: object, properties: {a: {type: strin}}}",
                "9:56: `type: \"strin\"` is none of object, array, string, integer, number, boolean",
            ),
            ("{type: object, properties: []}", "9:39: `properties` must be a mapping, and this is a list"),
            (
                "{type: object, properties: {a: {$ref: '#/definitions/a'}}}",
                "9:56: `$ref` is not allowed in a custom resource definition",
            ),
            (
                "{type: object, properties: {a: {type: string, pattern: '('}}}",
                "9:70: `pattern` is no regular expression: unclosed group",
            ),
            ("{type: object, required: x}", "9:39: `required` must be a list of names"),
            ("{type: object, properties: {a: {type: string, enum: x}}}", "9:70: `enum` must be a list of values"),
        ] {
            assert_eq!(crd(schema).1, [wanted], "{schema}");
        }
    }

    #[test]
    fn circles_of_references_end() {
        let read_json = |text: &str| {
            let sources = Sources::new();
            let source = sources.add("openapi.json", text.to_owned(), SourceKind::Config).unwrap();
            let (arena, found) = read(&parse_documents(&source).unwrap());
            (arena.kinds().len(), found.0.iter().map(|it| it.message.clone()).collect::<Vec<_>>())
        };
        let kind = r#""x-kubernetes-group-version-kind": [{"group": "g", "version": "v", "kind": "K"}]"#;
        let circle = format!(
            r##"{{"components": {{"schemas": {{"a": {{"type": "object", {kind}, "properties": {{"x": {{"$ref": "#/components/schemas/b"}}}}}},
            "b": {{"$ref": "#/components/schemas/c"}}, "c": {{"$ref": "#/components/schemas/b"}}}}}}}}"##
        );
        assert_eq!(read_json(&circle), (0, vec!["`$ref` to `b` leads in a circle".to_owned()]));
        let tree = format!(
            r##"{{"components": {{"schemas": {{"a": {{"type": "object", {kind}, "properties": {{"x": {{"$ref": "#/components/schemas/a"}}}}}}}}}}}}"##
        );
        assert_eq!(read_json(&tree), (1, vec![]));
        let nowhere = tree.replace("schemas/a\"", "schemas/q\"");
        assert_eq!(read_json(&nowhere), (0, vec!["`$ref` to `q` leads nowhere".to_owned()]));
    }
}
