//! An OpenAPI description that a kustomization brings: definitions by name and by kind, and scopes from paths.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

const GROUP_VERSION_KIND: &str = "x-kubernetes-group-version-kind";

/// Why a document is not an OpenAPI description.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SchemaDocumentError {
    /// The document, `definitions` or `paths` is something else than an object.
    #[error("`{0}` must be an object")]
    NotAnObject(String),
    /// A definition has a keyword whose value is of the wrong type.
    #[error("definition `{0}` is not a schema")]
    NotASchema(String),
    /// A group-version-kind without version or kind.
    #[error("`x-kubernetes-group-version-kind` of `{0}` needs a `version` and a `kind`")]
    IncompleteKind(String),
}

/// By API version, then kind.
type ByKind<T> = BTreeMap<String, BTreeMap<String, T>>;

/// An OpenAPI (swagger 2.0) description.
#[derive(Clone, Debug, Default)]
pub struct CustomSchema {
    definitions: Map<String, Value>,
    roots: ByKind<String>,
    namespaced: ByKind<bool>,
}

impl CustomSchema {
    /// Reads `definitions` and `paths`; everything else in the document is ignored.
    ///
    /// # Errors
    /// If a part that is read has another shape than the specification says.
    pub fn from_value(mut document: Value) -> Result<Self, SchemaDocumentError> {
        let Some(document) = document.as_object_mut() else {
            return Err(SchemaDocumentError::NotAnObject("openapi".to_owned()));
        };
        let mut schema = Self::default();
        if let Some(definitions) = take_object(document, "definitions")? {
            for (name, definition) in &definitions {
                schema.index_definition(name, definition)?;
            }
            schema.definitions = definitions;
        }
        for (path, item) in take_object(document, "paths")?.unwrap_or_default() {
            schema.index_path(&path, &item)?;
        }
        Ok(schema)
    }

    fn index_definition(&mut self, name: &str, definition: &Value) -> Result<(), SchemaDocumentError> {
        if !is_schema(definition) {
            return Err(SchemaDocumentError::NotASchema(name.to_owned()));
        }
        let entries = definition.get(GROUP_VERSION_KIND).and_then(Value::as_array);
        for entry in entries.into_iter().flatten().filter(|entry| entry.is_object()) {
            let (api_version, kind) = api_version_and_kind(entry, name)?;
            self.roots.entry(api_version).or_default().insert(kind, name.to_owned());
        }
        Ok(())
    }

    /// A kind with a path below a namespace is namespaced; one that has other paths only is not.
    fn index_path(&mut self, path: &str, item: &Value) -> Result<(), SchemaDocumentError> {
        let Some(entry) = item.get("get").and_then(|get| get.get(GROUP_VERSION_KIND)).filter(|entry| entry.is_object())
        else {
            return Ok(());
        };
        let (api_version, kind) = api_version_and_kind(entry, path)?;
        *self.namespaced.entry(api_version).or_default().entry(kind).or_default() |=
            path.contains("namespaces/{namespace}");
        Ok(())
    }

    pub(super) fn definition(&self, name: &str) -> Option<&Value> {
        self.definitions.get(name)
    }

    pub(super) fn root(&self, api_version: &str, kind: &str) -> Option<&Value> {
        self.definition(self.roots.get(api_version)?.get(kind)?)
    }

    pub(super) fn namespaced(&self, api_version: &str, kind: &str) -> Option<bool> {
        self.namespaced.get(api_version)?.get(kind).copied()
    }
}

fn take_object(
    document: &mut Map<String, Value>,
    name: &str,
) -> Result<Option<Map<String, Value>>, SchemaDocumentError> {
    match document.get_mut(name).map(Value::take) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Object(object)) => Ok(Some(object)),
        Some(_) => Err(SchemaDocumentError::NotAnObject(name.to_owned())),
    }
}

fn api_version_and_kind(entry: &Value, of: &str) -> Result<(String, String), SchemaDocumentError> {
    let text = |name: &str| entry.get(name).and_then(Value::as_str);
    let (Some(version), Some(kind)) = (text("version"), text("kind")) else {
        return Err(SchemaDocumentError::IncompleteKind(of.to_owned()));
    };
    let api_version = match text("group") {
        Some(group) if !group.is_empty() => format!("{group}/{version}"),
        _ => version.to_owned(),
    };
    Ok((api_version, kind.to_owned()))
}

/// The type that the specification gives to a keyword of a schema.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Keyword {
    Text,
    Flag,
    Number,
    Integer,
    List,
    Texts,
    TextOrTexts,
    Schema,
    Schemas,
    SchemaOrAny,
    SchemaOrFlag,
    SchemaMap,
    Object,
    Any,
}

/// The keywords of a schema that are not extensions.
pub(super) fn keyword(name: &str) -> Option<Keyword> {
    Some(match name {
        "id" | "description" | "format" | "title" | "pattern" | "discriminator" => Keyword::Text,
        "nullable" | "exclusiveMaximum" | "exclusiveMinimum" | "uniqueItems" | "readOnly" => Keyword::Flag,
        "maximum" | "minimum" | "multipleOf" => Keyword::Number,
        "maxLength" | "minLength" | "maxItems" | "minItems" | "maxProperties" | "minProperties" => Keyword::Integer,
        "enum" => Keyword::List,
        "required" => Keyword::Texts,
        "type" => Keyword::TextOrTexts,
        "not" => Keyword::Schema,
        "allOf" | "oneOf" | "anyOf" => Keyword::Schemas,
        "items" => Keyword::SchemaOrAny,
        "additionalProperties" | "additionalItems" => Keyword::SchemaOrFlag,
        "properties" | "patternProperties" | "definitions" => Keyword::SchemaMap,
        "dependencies" | "externalDocs" => Keyword::Object,
        "default" | "example" => Keyword::Any,
        _ => return None,
    })
}

/// Whether every keyword has a value of its type; `null` leaves a keyword out.
pub(super) fn is_schema(value: &Value) -> bool {
    let Value::Object(schema) = value else { return value.is_null() };
    schema.iter().all(|(name, value)| match keyword(name) {
        None | Some(Keyword::Any) => true,
        Some(_) if value.is_null() => true,
        Some(Keyword::Text) => value.is_string(),
        Some(Keyword::Flag) => value.is_boolean(),
        Some(Keyword::Number) => value.is_number(),
        Some(Keyword::Integer) => value.is_i64(),
        Some(Keyword::List) => value.is_array(),
        Some(Keyword::Texts) => is_list_of(value, is_text),
        Some(Keyword::TextOrTexts) => value.is_string() || is_list_of(value, is_text),
        Some(Keyword::Schema) => is_schema(value),
        Some(Keyword::Schemas) => is_list_of(value, is_schema),
        Some(Keyword::SchemaOrAny) => match value {
            Value::Array(_) => is_list_of(value, is_schema),
            Value::Object(_) => is_schema(value),
            _ => true,
        },
        Some(Keyword::SchemaOrFlag) => value.is_boolean() || (value.is_object() && is_schema(value)),
        Some(Keyword::SchemaMap) => value.as_object().is_some_and(|map| map.values().all(is_schema)),
        Some(Keyword::Object) => value.is_object(),
    })
}

fn is_text(value: &Value) -> bool {
    value.is_string() || value.is_null()
}

fn is_list_of(value: &Value, fits: impl Fn(&Value) -> bool) -> bool {
    value.as_array().is_some_and(|items| items.iter().all(fits))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn kinds_come_from_definitions_and_scopes_from_paths() {
        let schema = CustomSchema::from_value(json!({
            "definitions": {"a.Cache": {"type": "object", GROUP_VERSION_KIND: [
                {"group": "example.com", "version": "v1", "kind": "Cache"},
                {"version": "v1", "kind": "Cache"},
            ]}},
            "paths": {
                "/apis/example.com/v1/caches": {"get": {GROUP_VERSION_KIND: {"group": "example.com", "version": "v1", "kind": "Cache"}}},
                "/apis/example.com/v1/namespaces/{namespace}/caches": {"get": {GROUP_VERSION_KIND: {"group": "example.com", "version": "v1", "kind": "Cache"}}},
                "/apis/example.com/v1/zones": {"get": {GROUP_VERSION_KIND: {"group": "example.com", "version": "v1", "kind": "Zone"}}},
                "/version": {"get": {}},
            },
        }))
        .unwrap();
        assert!(schema.root("example.com/v1", "Cache").is_some());
        assert!(schema.root("v1", "Cache").is_some());
        assert!(schema.root("example.com/v1", "Zone").is_none());
        assert_eq!(schema.namespaced("example.com/v1", "Cache"), Some(true));
        assert_eq!(schema.namespaced("example.com/v1", "Zone"), Some(false));
        assert_eq!(schema.namespaced("v1", "Cache"), None);
    }

    #[test]
    fn a_document_of_another_shape_is_refused() {
        let refused = |value| CustomSchema::from_value(value).unwrap_err();
        assert_eq!(refused(json!([])), SchemaDocumentError::NotAnObject("openapi".into()));
        assert_eq!(refused(json!({"definitions": []})), SchemaDocumentError::NotAnObject("definitions".into()));
        assert_eq!(refused(json!({"definitions": {"A": {"type": 1}}})), SchemaDocumentError::NotASchema("A".into()));
        let nested = json!({"definitions": {"A": {"properties": {"b": {"items": {"required": "c"}}}}}});
        assert_eq!(refused(nested), SchemaDocumentError::NotASchema("A".into()));
        let incomplete = json!({"definitions": {"A": {GROUP_VERSION_KIND: [{"kind": "A"}]}}});
        assert_eq!(refused(incomplete), SchemaDocumentError::IncompleteKind("A".into()));
    }
}
