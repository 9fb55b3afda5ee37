//! Placeholders of an object: what they ask for, and their values in their place.

use std::borrow::Cow;

use regex::Regex;

use crate::diagnostics::{Diagnostic, did_you_mean};
use crate::yaml::{Map, Node, Origin, Value as Yaml, string_value};

use super::fetch::Answers;
use super::placeholder::{self, Placeholder, Target};
use super::rules::{Kind, REMOVE_MISSING, Rules};
use super::store::Request;
use super::value::{Value, field};
use super::{go, modifiers};

/// A placeholder that was found, for lists.
#[derive(Clone, Debug)]
pub struct Reference {
    /// The question that answers it.
    pub request: Request,
    /// The key.
    pub key: String,
    /// The value that it is a part of.
    pub origin: Origin,
    /// Its text; empty where it stands in base64.
    pub text: String,
}

/// What is wrong with a placeholder.
#[derive(Debug)]
pub struct Trouble {
    /// The question without an answer, when that is what is wrong.
    pub request: Option<Request>,
    /// What is wrong, without a place. Empty for a question without an answer.
    pub diagnostic: Option<Diagnostic>,
    /// The value that it is a part of.
    pub origin: Origin,
    /// Its text; empty where it stands in base64.
    pub text: String,
    /// The key has no value, which some objects allow.
    missing: bool,
}

/// The texts of a value that are looked at: it may be base64 in a Secret.
fn readable<'t>(text: &'t str, kind: Kind) -> (Cow<'t, [u8]>, bool) {
    if kind == Kind::Secret {
        let (decoded, whole) = go::decode(text.as_bytes());
        if whole && placeholder::any(&decoded) {
            return (Cow::Owned(decoded), true);
        }
    }
    (Cow::Borrowed(text.as_bytes()), false)
}

/// Calls back for each text of an object that may hold placeholders: values of mappings and items of lists, no lists in lists.
fn texts<'n>(node: &'n Node, visit: &mut impl FnMut(&'n Node, &str)) {
    let Some(map) = node.as_map() else { return };
    for entry in &map.entries {
        let value = &entry.value;
        match &value.value {
            Yaml::Map(_) => texts(value, visit),
            Yaml::Seq(items) => items.iter().for_each(|item| match &item.value {
                Yaml::Map(_) => texts(item, visit),
                Yaml::Scalar(_) => text(item, visit),
                Yaml::Seq(_) => {}
            }),
            Yaml::Scalar(_) => text(value, visit),
        }
    }
}

fn text<'n>(node: &'n Node, visit: &mut impl FnMut(&'n Node, &str)) {
    if let Some(text) = node.as_scalar().and_then(string_value) {
        visit(node, &text);
    }
}

/// The placeholders of an object that name a path or have one from their object.
pub fn references(object: &Node) -> Vec<Reference> {
    let rules = Rules::of(object);
    let mut found = Vec::new();
    if rules.ignore {
        return found;
    }
    texts(object, &mut |node, text| {
        let (bytes, encoded) = readable(text, rules.kind);
        for placeholder in placeholder::find(&bytes, rules.is_named()) {
            let (request, key) = match &placeholder.target {
                Target::Path { path, key, version } => (Some(rules.request(path, version)), key),
                Target::Key(key) => (rules.own_request(), key),
            };
            if let Some(request) = request {
                let text = shown(&bytes, &placeholder, encoded);
                found.push(Reference { request, key: key.clone(), origin: node.origin, text });
            }
        }
    });
    found
}

/// All that an object asks for. The path that it names is asked for even when no placeholder needs it: that finds mistakes in it.
pub fn requests(object: &Node) -> Vec<Request> {
    let own = Rules::of(object).own_request();
    references(object).into_iter().map(|reference| reference.request).chain(own).collect()
}

fn shown(bytes: &[u8], placeholder: &Placeholder, encoded: bool) -> String {
    if encoded { String::new() } else { String::from_utf8_lossy(&bytes[placeholder.range.clone()]).into_owned() }
}

/// Puts values in the place of placeholders.
///
/// # Errors
/// Everything that has no value; the object is half filled then.
pub fn fill(object: &mut Node, answers: &Answers, allowed: Option<&Regex>) -> Result<(), Vec<Trouble>> {
    let rules = Rules::of(object);
    let origin = object.get("metadata").and_then(|it| it.get("annotations")).map_or(object.origin, |it| it.origin);
    let mut filler = Filler { rules: &rules, answers, allowed, found: Vec::new() };
    if let Some(request) = rules.own_request() {
        filler.question(&request, origin, &request.path);
    }
    if filler.found.is_empty() && !rules.ignore {
        if rules.remove_missing && rules.kind == Kind::Other {
            filler.found.push(Trouble {
                request: None,
                diagnostic: Some(
                    Diagnostic::error(
                        "redisops::secrets::remove_missing",
                        format!("the annotation `{REMOVE_MISSING}` is for Secrets and ConfigMaps only"),
                    )
                    .help("remove it"),
                ),
                origin,
                text: REMOVE_MISSING.to_owned(),
                missing: false,
            });
        } else if let Some(map) = object.as_map_mut() {
            filler.map(map);
        }
    }
    if filler.found.is_empty() { Ok(()) } else { Err(filler.found) }
}

struct Filler<'a> {
    rules: &'a Rules,
    answers: &'a Answers,
    allowed: Option<&'a Regex>,
    found: Vec<Trouble>,
}

/// What a text becomes.
enum Filled {
    Unchanged,
    Text(Vec<u8>),
    Value(Value),
    /// A key has no value.
    Missing,
    Failed,
}

impl Filler<'_> {
    fn map(&mut self, map: &mut Map) {
        let mut gone = Vec::new();
        for (i, entry) in map.entries.iter_mut().enumerate() {
            let value = &mut entry.value;
            match &mut value.value {
                Yaml::Map(inner) => self.map(inner),
                Yaml::Seq(items) => {
                    for item in items {
                        match &mut item.value {
                            Yaml::Map(inner) => self.map(inner),
                            Yaml::Scalar(_) => {
                                self.scalar(item, false);
                            }
                            Yaml::Seq(_) => {}
                        }
                    }
                }
                Yaml::Scalar(_) => {
                    if self.scalar(value, self.rules.remove_missing) {
                        gone.push(i);
                    }
                }
            }
        }
        gone.into_iter().rev().for_each(|i| drop(map.entries.remove(i)));
    }

    /// Fills a text; whether its key is to go.
    fn scalar(&mut self, node: &mut Node, may_go: bool) -> bool {
        let Some(text) = node.as_scalar().and_then(string_value) else { return false };
        if self.rules.kind != Kind::Secret && !text.contains('<') {
            return false;
        }
        let (bytes, encoded) = readable(&text, self.rules.kind);
        let before = self.found.len();
        let mut filled = self.text(&bytes, node.origin, encoded);
        if matches!(filled, Filled::Missing) && may_go {
            let kept = self.found.split_off(before).into_iter().filter(|trouble| !trouble.missing);
            self.found.extend(kept);
            return true;
        }
        if encoded || self.rules.kind == Kind::ConfigMap {
            filled = match filled {
                Filled::Value(value) => match value.clone().into_text() {
                    Some(text) => Filled::Text(text),
                    None => {
                        self.wrong_type(&value, node.origin);
                        Filled::Failed
                    }
                },
                Filled::Unchanged if encoded => Filled::Text(bytes.to_vec()),
                other => other,
            };
        }
        match filled {
            Filled::Text(text) if encoded => *node = Value::text(go::encode(&text)).into_node(node.origin),
            Filled::Text(text) => *node = Value::Text(text).into_node(node.origin),
            Filled::Value(value) => *node = value.into_node(node.origin),
            Filled::Unchanged | Filled::Missing | Filled::Failed => {}
        }
        false
    }

    fn text(&mut self, text: &[u8], origin: Origin, encoded: bool) -> Filled {
        let placeholders = placeholder::find(text, self.rules.is_named());
        if placeholders.is_empty() {
            return Filled::Unchanged;
        }
        let mut out = Vec::with_capacity(text.len());
        let (mut at, mut other) = (0, None);
        let (mut missing, mut failed) = (false, false);
        for placeholder in &placeholders {
            let shown = shown(text, placeholder, encoded);
            match self.value(placeholder, origin, &shown) {
                Ok(Value::Text(value)) => {
                    out.extend_from_slice(&text[at..placeholder.range.start]);
                    out.extend_from_slice(&value);
                    at = placeholder.range.end;
                }
                // Leaves the placeholder as it is, as the reference does.
                Ok(Value::Null) => {}
                Ok(value) => other = Some(value),
                Err(trouble) => {
                    missing |= trouble.missing;
                    failed = true;
                    self.found.push(*trouble);
                }
            }
        }
        out.extend_from_slice(&text[at..]);
        match other {
            _ if missing => Filled::Missing,
            _ if failed => Filled::Failed,
            // A value that is no text takes the place of all of it.
            Some(value) => Filled::Value(value),
            None => Filled::Text(out),
        }
    }

    fn value(&mut self, placeholder: &Placeholder, origin: Origin, text: &str) -> Result<Value, Box<Trouble>> {
        let trouble_of = |request: Option<Request>, diagnostic: Option<Diagnostic>, missing: bool| {
            Box::new(Trouble { request, diagnostic, origin, text: text.to_owned(), missing })
        };
        let trouble = |diagnostic: Diagnostic| trouble_of(None, Some(diagnostic), false);
        let (request, key) = match &placeholder.target {
            Target::Path { path, key, version } => (Some(self.rules.request(path, version)), key),
            Target::Key(key) => (self.rules.own_request(), key),
        };
        let Some(request) = request else {
            return Err(trouble_of(None, Some(no_path_named(key)), true));
        };
        if let Some(disallowed) = self.disallowed(&request.path) {
            return Err(trouble(disallowed));
        }
        let Some(Ok(answer)) = self.answers.get(&request) else {
            return Err(trouble_of(Some(request), None, false));
        };
        let Some(value) = field(&answer.fields, key).filter(|value| **value != Value::Null) else {
            let known = answer.fields.iter().map(|(name, _)| name.as_str());
            return Err(trouble_of(None, Some(no_key(&request, key, known)), true));
        };
        placeholder.modifiers.iter().try_fold(value.clone(), |value, modifier| {
            let words: Vec<&str> = modifier.split_whitespace().collect();
            let Some((name, parameters)) = words.split_first() else {
                return Err(trouble(
                    Diagnostic::error("redisops::secrets::modifier", "a modifier is missing after `|`")
                        .help(format!("modifiers are {}", modifiers::NAMES.join(", "))),
                ));
            };
            modifiers::apply(name, parameters, value).map_err(|why| trouble(modifier_failed(&request, key, name, &why)))
        })
    }

    /// Notes what is wrong with the path of the object itself.
    fn question(&mut self, request: &Request, origin: Origin, text: &str) {
        let diagnostic = self.disallowed(&request.path);
        if diagnostic.is_some() || !matches!(self.answers.get(request), Some(Ok(_))) {
            let request = diagnostic.is_none().then(|| request.clone());
            self.found.push(Trouble { request, diagnostic, origin, text: text.to_owned(), missing: false });
        }
    }

    fn disallowed(&self, path: &str) -> Option<Diagnostic> {
        let allowed = self.allowed.filter(|allowed| !allowed.is_match(path))?;
        let message = format!("the path `{path}` is not one that AVP_PATH_VALIDATION allows");
        Some(
            Diagnostic::error("redisops::secrets::path_disallowed", message)
                .note(format!("allowed are paths that match `{}`", allowed.as_str())),
        )
    }

    fn wrong_type(&mut self, value: &Value, origin: Origin) {
        let message = format!("the value of a placeholder is {}, and only a text can stand here", value.what());
        self.found.push(Trouble {
            request: None,
            diagnostic: Some(
                Diagnostic::error("redisops::secrets::value_type", message)
                    .help("take a part of it with `| jsonPath {.field}`, or leave `jsonParse` or `yamlParse` out"),
            ),
            origin,
            text: String::new(),
            missing: false,
        });
    }
}

/// A path as messages name it.
pub(super) fn name_of(request: &Request) -> String {
    match request.version.as_str() {
        "" => format!("`{}`", request.path),
        version => format!("`{}` (version {version})", request.path),
    }
}

fn no_path_named(key: &str) -> Diagnostic {
    let message =
        format!("the placeholder for the key `{key}` has no path: the annotation `avp.kubernetes.io/path` is empty");
    Diagnostic::error("redisops::secrets::no_key", message).help("name the path of the secret there")
}

fn no_key<'k>(request: &Request, key: &str, known: impl Iterator<Item = &'k str>) -> Diagnostic {
    let mut known: Vec<&str> = known.collect();
    known.sort_unstable();
    let found = Diagnostic::error(
        "redisops::secrets::no_key",
        format!("the secret at {} has no key `{key}`", name_of(request)),
    );
    let near = did_you_mean(key, known.iter().copied()).map(|near| format!("did you mean `{near}`?"));
    match known.len() {
        0 => found.note("it has no keys at all"),
        1..=20 => found.note(format!("it has {}", known.join(", "))),
        count => found.note(format!("it has {count} other keys")),
    }
    .help_if(near)
}

fn modifier_failed(request: &Request, key: &str, name: &str, why: &str) -> Diagnostic {
    let message = format!("`{name}` fails for the key `{key}` at {}: {why}", name_of(request));
    let found = Diagnostic::error("redisops::secrets::modifier", message);
    if modifiers::NAMES.contains(&name) {
        return found;
    }
    found.help(match did_you_mean(name, modifiers::NAMES) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("modifiers are {}", modifiers::NAMES.join(", ")),
    })
}
