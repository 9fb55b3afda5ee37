//! Schemas in comments: a comment that is a JSON object says what the value beside it is.
//!
//! Markers of setters (`# {"$openapi": "name"}`) and of image automation have that form, so that such a comment on
//! a list turns a merge into a replacement.

use serde_json::{Map, Value};

use super::custom::{Keyword, is_schema, keyword};

/// Key of the short form that names a setter.
const SETTER: &str = "$openapi";
const SETTER_DEFINITIONS: &str = "#/definitions/io.k8s.cli.setters.";

/// The schema in the comment after a value or, if there is none, in the one above it. `#` in front is optional.
///
/// `None` if the comment is no JSON object, is not a schema, or is one that says nothing.
pub fn comment_schema(line: &str, head: &str) -> Option<Value> {
    let comment = if line.is_empty() { head } else { line };
    let text = comment.trim_start_matches('#').trim_ascii();
    if !text.starts_with('{') {
        return None;
    }
    // Words may follow the object, but not after a setter.
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<Map<String, Value>>();
    let schema = values.next()?.ok()?;
    if let Some(name) = setter(&schema).filter(|_| values.byte_offset() == text.len()) {
        let reference = Value::String(format!("{SETTER_DEFINITIONS}{name}"));
        return Some(Value::Object(Map::from_iter([("$ref".to_owned(), reference)])));
    }
    let says_nothing = schema.iter().all(|(name, value)| is_default(name, value));
    let schema = Value::Object(schema);
    (!says_nothing && is_schema(&schema)).then_some(schema)
}

fn setter(schema: &Map<String, Value>) -> Option<&str> {
    let texts_only = schema.values().all(|value| value.is_string() || value.is_null());
    schema.get(SETTER).filter(|_| texts_only)?.as_str().filter(|name| !name.is_empty())
}

fn is_default(name: &str, value: &Value) -> bool {
    match keyword(name) {
        None if name == "$ref" => !value.is_string(),
        None if name == "$schema" => value.as_str().is_none_or(str::is_empty),
        None => false,
        Some(Keyword::Text) => value.is_null() || value == "",
        Some(Keyword::Flag) => value.is_null() || value == false,
        Some(_) => value.is_null(),
    }
}

/// The schemas that comments at the ends of lines of a text give to the lists that start there.
#[derive(Debug)]
pub struct CommentSchemas {
    /// By the offset of the line, in order.
    lines: Vec<(usize, Value)>,
}

impl CommentSchemas {
    /// Those of a text; none for a text without any, as nearly all are.
    pub fn of_text(text: &str) -> Option<CommentSchemas> {
        let bytes = text.as_bytes();
        let is_object =
            |&at: &usize| text[at..].trim_start_matches('#').trim_start_matches([' ', '\t']).starts_with('{');
        let mut lines: Vec<(usize, Value)> = Vec::new();
        for at in memchr::memchr_iter(b'#', bytes).filter(is_object) {
            let start = line_start(text, at);
            let before = &text[start..at];
            let comment = text[at..].split(['\n', '\r']).next().unwrap_or("");
            let ends_list_key = before.ends_with([' ', '\t']) && before.trim_end().ends_with([':', ']']);
            if let Some(schema) = comment_schema(comment, "").filter(|_| ends_list_key) {
                lines.push((start, schema));
            }
        }
        (!lines.is_empty()).then_some(CommentSchemas { lines })
    }

    /// The schema on the line of an offset.
    pub fn at(&self, text: &str, offset: usize) -> Option<&Value> {
        let start = line_start(text, offset.min(text.len()));
        self.lines.iter().find(|(line, _)| *line == start).map(|(_, schema)| schema)
    }
}

fn line_start(text: &str, offset: usize) -> usize {
    memchr::memrchr(b'\n', &text.as_bytes()[..offset]).map_or(0, |at| at + 1)
}

#[cfg(test)]
mod tests {
    use super::super::{OpenApi, SchemaRef};
    use super::*;

    fn keys(comment: &str) -> Option<Vec<String>> {
        let openapi = OpenApi::default();
        let schema = comment_schema(comment, "")?;
        let schema = SchemaRef::from_comment(&openapi, &schema);
        Some(schema.patch_strategy_and_keys().1.iter().map(str::to_owned).collect())
    }

    #[test]
    fn a_comment_can_give_a_merge_key() {
        let comment = r#"# {"type":"array","x-kubernetes-patch-strategy":"merge","x-kubernetes-patch-merge-key":"id"}"#;
        assert_eq!(keys(comment), Some(vec!["id".to_owned()]));
    }

    #[test]
    fn a_comment_can_refer_to_a_built_in_definition() {
        let openapi = OpenApi::default();
        let schema = comment_schema(r##"# {"$ref":"#/definitions/io.k8s.api.core.v1.PodSpec"}"##, "").unwrap();
        let containers = SchemaRef::from_comment(&openapi, &schema).field("containers").unwrap();
        assert!(containers.is_associative());
    }

    #[test]
    fn markers_are_schemas_that_say_nothing_about_merging() {
        assert_eq!(keys(r#"# {"$openapi":"replicas"}"#), Some(vec![]));
        assert_eq!(keys(r#"# {"$imagepolicy": "flux-system:redis"}"#), Some(vec![]));
    }

    #[test]
    fn other_comments_are_no_schemas() {
        for comment in ["", "#", "# the cache", "# {}", "# null", "# {broken", r#"# {"type": 1}"#, r#"# {"title": ""}"#]
        {
            assert_eq!(keys(comment), None, "{comment}");
        }
    }

    #[test]
    fn values_that_change_nothing_may_make_a_schema() {
        let yes =
            [r#"{"type": []}"#, r#"{"maximum": 0}"#, r#"{"required": [null]}"#, r#"{"items": 1}"#, r#"{"x": null}"#];
        for comment in yes {
            assert_eq!(keys(comment), Some(vec![]), "{comment}");
        }
        let no = [
            r#"{"$ref": 1}"#,
            r#"{"$schema": ""}"#,
            r#"{"required": [1]}"#,
            r#"{"nullable": false}"#,
            r#"{"items": null}"#,
        ];
        for comment in no {
            assert_eq!(keys(comment), None, "{comment}");
        }
    }

    #[test]
    fn words_may_follow_a_schema_but_not_a_setter() {
        assert!(comment_schema(r#"# {"x": 1} kept by hand"#, "").is_some());
        let setter = comment_schema(r#"# {"$openapi": "a"} kept by hand"#, "").unwrap();
        assert_eq!(setter.get("$ref"), None);
    }

    #[test]
    fn comments_behind_the_keys_of_lists_are_found_by_line() {
        let text = "a: 1 # {\"x\": 1}\nb: # {\"x\": 2}\n- c\nd: [e] # {\"x\": 3}\nf: # words\n";
        let schemas = CommentSchemas::of_text(text).unwrap();
        let at = |key: &str| schemas.at(text, text.find(key).unwrap()).map(|v| v["x"].as_i64().unwrap());
        assert_eq!([at("a:"), at("b:"), at("d:"), at("f:")], [None, Some(2), Some(3), None]);
        assert!(CommentSchemas::of_text("a: # words\n- b\n").is_none());
    }

    #[test]
    fn the_comment_above_counts_only_without_one_beside() {
        let above = r#"{"$imagepolicy": "x"}"#;
        assert!(comment_schema("", above).is_some());
        assert!(comment_schema("# words", above).is_none());
    }
}
