//! Fields whose drift nobody wants to hear of: rules of the repository, and those of Argo CD's Applications.

use crate::k8s::parse_api_version;
use crate::provenance::{FieldPath, Segment};
use crate::yaml::Node;

use super::live::LiveObject;

/// A step of a pattern of paths.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Wanted {
    Key(String),
    AnyKey,
    Index(usize),
    Item(Vec<(String, String)>),
    AnyItem,
}

/// A pattern of paths; what is below a field is meant with it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Pattern(Vec<Wanted>);

/// A text that is no pattern, and why.
pub type PatternError = String;

impl Pattern {
    /// A path of a report, in which `[*]` is any item and `*` any key.
    ///
    /// # Errors
    /// When it is none.
    pub fn path(text: &str) -> Result<Pattern, PatternError> {
        let plain = text.replace("[*]", "[__any=item]");
        let path: FieldPath = plain.parse().map_err(|error| format!("`{text}` is no path of a field: {error}"))?;
        if path.is_root() {
            return Err("an empty path means the whole object".to_owned());
        }
        let step = |segment: Segment| match segment {
            Segment::Key(key) if key == "*" => Wanted::AnyKey,
            Segment::Key(key) => Wanted::Key(key),
            Segment::Index(index) => Wanted::Index(index),
            Segment::Item(fields) if fields == [("__any".to_owned(), "item".to_owned())] => Wanted::AnyItem,
            Segment::Item(fields) => Wanted::Item(fields),
        };
        Ok(Pattern(path.0.into_iter().map(step).collect()))
    }

    /// A JSON pointer, as `jsonPointers` of Argo CD has them.
    ///
    /// # Errors
    /// When it is none.
    pub fn pointer(text: &str) -> Result<Pattern, PatternError> {
        let rest = text.strip_prefix('/').filter(|rest| !rest.is_empty());
        let rest = rest.ok_or_else(|| format!("`{text}` is no JSON pointer: it does not begin with `/`"))?;
        let step = |part: &str| match part.parse() {
            Ok(index) => Wanted::Index(index),
            Err(_) if part == "*" => Wanted::AnyKey,
            Err(_) => Wanted::Key(part.replace("~1", "/").replace("~0", "~")),
        };
        Ok(Pattern(rest.split('/').map(step).collect()))
    }

    /// A path of jq, as `jqPathExpressions` of Argo CD has them: fields, indices, `[]`, and `select` by one field.
    ///
    /// # Errors
    /// When it is another program of jq.
    pub fn jq(text: &str) -> Result<Pattern, PatternError> {
        let mut steps = Vec::new();
        for part in split_pipes(text) {
            let part = part.trim();
            match part.strip_prefix("select(").and_then(|it| it.strip_suffix(')')) {
                Some(test) => {
                    let item = selected(test).ok_or_else(|| not_understood(text))?;
                    match steps.last_mut() {
                        Some(last @ Wanted::AnyItem) => *last = Wanted::Item(vec![item]),
                        _ => return Err(not_understood(text)),
                    }
                }
                None => jq_path(part, &mut steps).ok_or_else(|| not_understood(text))?,
            }
        }
        if steps.is_empty() { Err(not_understood(text)) } else { Ok(Pattern(steps)) }
    }

    fn covers(&self, path: &FieldPath, sides: &[&Node]) -> bool {
        if self.0.len() > path.0.len() {
            return false;
        }
        let mut at: Vec<Option<&Node>> = sides.iter().map(|node| Some(*node)).collect();
        for (wanted, segment) in self.0.iter().zip(&path.0) {
            let children: Vec<Option<&Node>> =
                at.iter().map(|node| super::set::at((*node)?, std::slice::from_ref(segment))).collect();
            let is_at = |index: usize| {
                at.iter().zip(&children).any(|(list, item)| {
                    let place = list.and_then(Node::as_seq).zip(*item);
                    place.and_then(|(items, item)| items.iter().position(|it| std::ptr::eq(it, item))) == Some(index)
                })
            };
            let has = |fields: &[(String, String)]| {
                children.iter().flatten().any(|item| {
                    fields.iter().all(|(key, value)| item.get(key).and_then(Node::text) == Some(value.as_str()))
                })
            };
            let fits = match (wanted, segment) {
                (Wanted::Key(key), Segment::Key(name)) => key == name,
                (Wanted::AnyKey, Segment::Key(_))
                | (Wanted::AnyItem | Wanted::AnyKey, Segment::Item(_) | Segment::Index(_)) => true,
                (Wanted::Index(index), Segment::Key(name)) => *name == index.to_string(),
                (Wanted::Index(index), Segment::Index(at)) => index == at,
                (Wanted::Index(index), Segment::Item(_)) => is_at(*index),
                (Wanted::Item(fields), Segment::Item(_) | Segment::Index(_)) => has(fields),
                _ => false,
            };
            if !fits {
                return false;
            }
            at = children;
        }
        true
    }
}

fn not_understood(text: &str) -> String {
    format!(
        "`{text}` is a program of jq that is not understood: write fields, `[]`, indices and `select(.field == \"value\")`"
    )
}

/// Parts between pipes that stand in no brackets and quotes.
fn split_pipes(text: &str) -> Vec<&str> {
    let (mut depth, mut quoted, mut from) = (0_i32, false, 0);
    let mut parts = Vec::new();
    for (at, c) in text.char_indices() {
        match c {
            '"' => quoted = !quoted,
            '(' | '[' if !quoted => depth += 1,
            ')' | ']' if !quoted => depth -= 1,
            '|' if !quoted && depth == 0 => {
                parts.push(&text[from..at]);
                from = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[from..]);
    parts
}

/// `.name == "x"`.
fn selected(test: &str) -> Option<(String, String)> {
    let (left, right) = test.split_once("==")?;
    let key = left.trim().strip_prefix('.')?.trim_matches('"');
    let value = right.trim();
    let is_key = !key.is_empty() && key.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'));
    is_key.then(|| (key.to_owned(), value.trim_matches('"').to_owned()))
}

fn jq_path(part: &str, steps: &mut Vec<Wanted>) -> Option<()> {
    let mut rest = part.trim();
    if !rest.starts_with(['.', '[']) {
        return None;
    }
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix('[') {
            let end = match after.strip_prefix('"') {
                Some(quoted) => quoted.find("\"]")? + 2,
                None => after.find(']')?,
            };
            let inner = &after[..end];
            steps.push(match inner.strip_prefix('"') {
                Some(key) => Wanted::Key(key.trim_end_matches('"').to_owned()),
                None if inner.is_empty() => Wanted::AnyItem,
                None => Wanted::Index(inner.trim().parse().ok()?),
            });
            rest = &after[end + 1..];
        } else {
            let after = rest.strip_prefix('.')?;
            if after.starts_with('[') {
                rest = after;
                continue;
            }
            if let Some(quoted) = after.strip_prefix('"') {
                let end = quoted.find('"')?;
                steps.push(Wanted::Key(quoted[..end].to_owned()));
                rest = &quoted[end + 1..];
            } else {
                let end = after.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '-')).unwrap_or(after.len());
                if end == 0 {
                    return None;
                }
                steps.push(Wanted::Key(after[..end].to_owned()));
                rest = &after[end..];
            }
        }
        rest = rest.strip_prefix('?').unwrap_or(rest);
    }
    Some(())
}

/// Fields of some objects that are of no interest.
#[derive(Clone, Default, Debug)]
pub struct IgnoreRule {
    /// Group of the kind; any when none is said.
    pub group: Option<String>,
    /// Kind; any when none is said.
    pub kind: Option<String>,
    /// Name, `*` stands for any part.
    pub name: Option<String>,
    /// Namespace, `*` stands for any part.
    pub namespace: Option<String>,
    /// The fields.
    pub paths: Vec<Pattern>,
    /// All fields of these managers.
    pub managers: Vec<String>,
}

impl IgnoreRule {
    fn is_for(&self, object: &Node) -> bool {
        let text = |path: &[&str]| object.text_at(path).unwrap_or("");
        let fits =
            |wanted: &Option<String>, text: &str| wanted.as_ref().is_none_or(|it| it.is_empty() || fits(it, text));
        fits(&self.group, parse_api_version(text(&["apiVersion"])).0)
            && fits(&self.kind, text(&["kind"]))
            && fits(&self.name, text(&["metadata", "name"]))
            && fits(&self.namespace, text(&["metadata", "namespace"]))
    }

    /// Whether a field of an object, which the rule is for, is of no interest.
    pub fn covers(&self, path: &FieldPath, git: &Node, live: &LiveObject) -> bool {
        let of_manager =
            |name: &String| live.entries.iter().any(|entry| entry.manager == *name && entry.fields.covers(&path.0));
        self.covers_by_path(path, git, live) || self.managers.iter().any(of_manager)
    }

    /// Whether one of the paths is about a field, or what is around it.
    pub(super) fn covers_by_path(&self, path: &FieldPath, git: &Node, live: &LiveObject) -> bool {
        self.paths.iter().any(|pattern| pattern.covers(path, &[git, &live.node]))
    }
}

fn fits(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = text.strip_prefix(parts.next().unwrap_or("")) else { return false };
    let parts: Vec<&str> = parts.collect();
    for (index, part) in parts.iter().enumerate() {
        if index + 1 == parts.len() {
            return rest.ends_with(part);
        }
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.is_empty()
}

/// All rules.
#[derive(Clone, Default, Debug)]
pub struct IgnoreRules(pub Vec<IgnoreRule>);

impl IgnoreRules {
    /// Those for an object.
    pub fn of(&self, object: &Node) -> Vec<&IgnoreRule> {
        self.0.iter().filter(|rule| rule.is_for(object)).collect()
    }

    /// Takes the rules of an Application of Argo CD; gives back what is wrong with it.
    pub fn add_application(&mut self, application: &Node) -> Vec<PatternError> {
        let mut wrong = Vec::new();
        let entries = application.lookup(&["spec", "ignoreDifferences"]).and_then(Node::as_seq).unwrap_or_default();
        for entry in entries {
            let text = |key: &str| entry.text_at(&[key]).map(str::to_owned);
            let list = |key: &str| -> Vec<String> {
                let items = entry.get(key).and_then(Node::as_seq).unwrap_or_default();
                items.iter().filter_map(Node::text).map(str::to_owned).collect()
            };
            let mut rule = IgnoreRule {
                group: text("group").filter(|it| !it.is_empty()),
                kind: text("kind"),
                name: text("name"),
                namespace: text("namespace"),
                paths: Vec::new(),
                managers: list("managedFieldsManagers"),
            };
            let pointers = list("jsonPointers").into_iter().map(|it| Pattern::pointer(&it));
            let programs = list("jqPathExpressions").into_iter().map(|it| Pattern::jq(&it));
            for pattern in pointers.chain(programs) {
                match pattern {
                    Ok(pattern) => rule.paths.push(pattern),
                    Err(error) => wrong.push(error),
                }
            }
            self.0.push(rule);
        }
        wrong
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::yaml::{Origin, from_value};

    fn live() -> LiveObject {
        LiveObject::new(json!({
            "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web-1", "namespace": "shop",
              "managedFields": [{"manager": "hpa", "operation": "Update", "fieldsV1": {"f:spec": {"f:replicas": {}}}}]},
            "spec": {"replicas": 3, "template": {"spec": {"containers": [{"name": "a", "image": "x"}, {"name": "b", "image": "y"}]}}},
        }))
    }

    fn is_ignored(rule: &IgnoreRule, path: &str) -> bool {
        let live = live();
        rule.is_for(&live.node) && rule.covers(&path.parse().unwrap(), &live.node, &live)
    }

    #[test]
    fn patterns_of_three_languages_mean_fields() {
        let of = |pattern: Result<Pattern, String>, path: &str| {
            is_ignored(&IgnoreRule { paths: vec![pattern.unwrap()], ..IgnoreRule::default() }, path)
        };
        let image = "spec.template.spec.containers[name=b].image";
        assert!(of(Pattern::path("spec.replicas"), "spec.replicas"));
        assert!(of(Pattern::path("spec.template"), image));
        assert!(!of(Pattern::path(image), "spec.template"));
        assert!(of(Pattern::path("spec.template.spec.containers[*].image"), image));
        assert!(of(Pattern::path("metadata.annotations[\"a.b/c\"]"), "metadata.annotations[\"a.b/c\"]"));
        assert!(of(Pattern::pointer("/spec/template/spec/containers/1/image"), image));
        assert!(!of(Pattern::pointer("/spec/template/spec/containers/0/image"), image));
        assert!(of(Pattern::pointer("/metadata/annotations/a.b~1c"), "metadata.annotations[\"a.b/c\"]"));
        assert!(of(Pattern::jq(".spec.template.spec.containers[].image"), image));
        assert!(of(Pattern::jq(".spec.template.spec.containers[] | select(.name == \"b\") | .image"), image));
        assert!(!of(Pattern::jq(".spec.template.spec.containers[] | select(.name == \"a\") | .image"), image));
        assert!(of(Pattern::jq(".metadata.annotations[\"a.b/c\"]"), "metadata.annotations[\"a.b/c\"]"));
        assert!(Pattern::jq("del(.spec)").is_err() && Pattern::pointer("spec").is_err() && Pattern::path("").is_err());
    }

    #[test]
    fn rules_are_for_some_objects() {
        let paths = || vec![Pattern::path("spec.replicas").unwrap()];
        let rule = |kind: &str, name: &str| IgnoreRule {
            kind: Some(kind.into()),
            name: Some(name.into()),
            paths: paths(),
            ..IgnoreRule::default()
        };
        assert!(is_ignored(&rule("Deployment", "web-*"), "spec.replicas"));
        assert!(!is_ignored(&rule("Deployment", "api-*"), "spec.replicas"));
        assert!(!is_ignored(&rule("StatefulSet", "*"), "spec.replicas"));
        let of_manager = IgnoreRule { managers: vec!["hpa".into()], ..IgnoreRule::default() };
        assert!(is_ignored(&of_manager, "spec.replicas") && !is_ignored(&of_manager, "spec.paused"));
    }

    #[test]
    fn applications_of_argo_cd_are_heard() {
        let application = from_value(
            json!({"spec": {"ignoreDifferences": [
                {"group": "apps", "kind": "Deployment", "jsonPointers": ["/spec/replicas"], "jqPathExpressions": ["walk(.)"]}]}}),
            Origin::NONE,
        );
        let mut rules = IgnoreRules::default();
        assert_eq!(rules.add_application(&application).len(), 1);
        assert_eq!(rules.of(&live().node).len(), 1);
        assert!(is_ignored(&rules.0[0], "spec.replicas"));
    }
}
