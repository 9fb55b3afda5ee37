//! Values that reports do not show: those of Secrets, passwords by their names, private keys, lines of a Redis configuration.

use crate::diagnostics::render::{MASKED, is_secret_name, mask_text};
use crate::yaml::{Node, Scalar, Tag, Value};

use super::path::{FieldPath, Segment};

/// The object with its secrets masked; origins stay.
pub fn masked_object(object: &Node) -> Node {
    masked(object, &FieldPath::root(), object)
}

/// The value of a field of an object, older or newer, with its secrets masked.
pub fn masked(object: &Node, path: &FieldPath, value: &Node) -> Node {
    let is_secret = is_secret(object);
    let (mut parent, mut hide) = (Some(object), false);
    for (depth, step) in path.0.iter().enumerate() {
        hide = is_secret && is_content(&path.0[..=depth]) || is_named(parent, step);
        if is_secret && is_content(&path.0[..=depth]) {
            break;
        }
        parent = parent.and_then(|node| FieldPath(vec![step.clone()]).resolve(node).ok().map(|found| found.node()));
    }
    let mut out = value.clone();
    let mut steps = path.0.clone();
    walk(&mut out, is_secret, hide, &mut steps);
    out
}

fn is_secret(object: &Node) -> bool {
    object.text_at(&["kind"]) == Some("Secret")
}

/// Whether a field of a Secret holds what is secret. Annotations can hold a copy of the whole object.
fn is_content(path: &[Segment]) -> bool {
    let key = |at: usize| match path.get(at) {
        Some(Segment::Key(key)) => Some(key.as_str()),
        _ => None,
    };
    match (key(0), key(1)) {
        (Some("data" | "stringData"), _) => path.len() > 1,
        (Some("metadata"), Some("annotations")) => path.len() > 2,
        _ => false,
    }
}

/// Whether a step leads to a value that its surroundings call a secret.
fn is_named(parent: Option<&Node>, step: &Segment) -> bool {
    match step {
        Segment::Key(key) if is_secret_name(key) => true,
        Segment::Key(key) if key == "value" => {
            parent.and_then(|parent| parent.text_at(&["name"])).is_some_and(is_secret_name)
        }
        Segment::Index(index) if *index > 0 => {
            let before = parent.and_then(Node::as_seq).and_then(|items| items.get(index - 1)?.text());
            before.is_some_and(is_option_of_secret)
        }
        _ => false,
    }
}

/// `--requirepass`, whose value is the next argument.
fn is_option_of_secret(argument: &str) -> bool {
    argument.strip_prefix("--").is_some_and(is_secret_name)
}

fn walk(node: &mut Node, is_secret: bool, hide: bool, path: &mut Vec<Segment>) {
    match &mut node.value {
        Value::Scalar(scalar) => hide_scalar(scalar, hide || (is_secret && is_content(path))),
        Value::Seq(items) => {
            let mut hide_next = false;
            for (index, item) in items.iter_mut().enumerate() {
                let hide_item = std::mem::take(&mut hide_next) || (hide && item.as_map().is_none());
                hide_next = item.text().is_some_and(is_option_of_secret);
                path.push(Segment::Index(index));
                walk(item, is_secret, hide_item, path);
                path.pop();
            }
        }
        Value::Map(map) => {
            let name_is_secret = map.get("name").and_then(Node::text).is_some_and(is_secret_name);
            for entry in &mut map.entries {
                let key = entry.key.text.as_str();
                let hide = is_secret_name(key) || (name_is_secret && key == "value");
                path.push(Segment::Key(key.to_owned()));
                walk(&mut entry.value, is_secret, hide, path);
                path.pop();
            }
        }
    }
}

fn hide_scalar(scalar: &mut Scalar, hide: bool) {
    if matches!(scalar.tag, Tag::Null | Tag::Bool) || scalar.text.is_empty() {
        return;
    }
    if hide {
        *scalar = Scalar::string(MASKED);
    } else if scalar.tag == Tag::Str
        && let Some(masked) = mask_text(&scalar.text)
    {
        scalar.text = masked.into();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provenance::json;
    use crate::yaml::{Origin, from_json};

    fn shown(object: &str) -> String {
        json(&masked_object(&from_json(object, Origin::NONE).unwrap())).to_string()
    }

    #[test]
    fn secrets_are_masked_wherever_they_are() {
        for (object, expected) in [
            (
                r#"{"kind":"Secret","metadata":{"name":"a","annotations":{"x":"y"}},"data":{"p":"c2VjcmV0","empty":""},"type":"Opaque"}"#,
                r#"{"data":{"empty":"","p":"••••"},"kind":"Secret","metadata":{"annotations":{"x":"••••"},"name":"a"},"type":"Opaque"}"#,
            ),
            (
                r#"{"kind":"ConfigMap","data":{"redis.conf":"port 6379\nrequirepass hunter2\nuser app on >pw ~*","a":"b"}}"#,
                r#"{"data":{"a":"b","redis.conf":"port 6379\nrequirepass ••••\nuser app on ••••"},"kind":"ConfigMap"}"#,
            ),
            (
                r#"{"env":[{"name":"REDIS_PASSWORD","value":"x"},{"name":"A","value":"x"}],"args":["--requirepass","pw","--port","1"],"automountServiceAccountToken":false}"#,
                r#"{"args":["--requirepass","••••","--port","1"],"automountServiceAccountToken":false,"env":[{"name":"REDIS_PASSWORD","value":"••••"},{"name":"A","value":"x"}]}"#,
            ),
            (
                r#"{"data":{"tls":"-----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY-----\nx"}}"#,
                r#"{"data":{"tls":"••••\nx"}}"#,
            ),
        ] {
            assert_eq!(shown(object), expected);
        }
    }

    #[test]
    fn a_field_alone_is_masked_as_within_its_object() {
        let object = from_json(
            r#"{"kind":"Secret","data":{"p":"c2"},"env":[{"name":"DB_PASSWORD","value":"x"}],"args":["--requirepass","pw"],"spec":{"token":"t","name":"n"}}"#,
            Origin::NONE,
        )
        .unwrap();
        for (path, expected) in [
            ("data.p", "••••"),
            ("env[name=DB_PASSWORD].value", "••••"),
            ("env[0].value", "••••"),
            ("args[1]", "••••"),
            ("spec.token", "••••"),
            ("spec.name", "n"),
            ("args[0]", "--requirepass"),
        ] {
            let path: FieldPath = path.parse().unwrap();
            let value = path.resolve(&object).unwrap().node();
            assert_eq!(masked(&object, &path, value).text(), Some(expected), "{path}");
        }
    }
}
