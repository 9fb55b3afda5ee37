//! A values file, field by field.

use std::fmt::Write;

use crate::diagnostics::{Diagnostic, Diagnostics, Pos};
use crate::yaml::{Node, Origin, Scalar, Trace, emit};

use super::parts;
use super::rows::{ROLE_ROWS, ROWS, Row};

/// What came out.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Conversion {
    /// The object, as YAML.
    pub text: String,
    /// What could not be carried, in the order of the values file.
    pub left: Vec<Left>,
}

/// A value without a counterpart.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Left {
    /// Its path in the values file.
    pub path: String,
    /// Where it stands.
    pub at: Pos,
    /// What there is instead.
    pub why: String,
}

/// The spec that is being written.
pub(super) struct Draft<'a> {
    /// The values file.
    pub(super) values: &'a Node,
    trace: &'a Trace,
    object: Node,
    left: Vec<Left>,
}

/// The spec that does what a values file asks for; `name` is that of the release.
///
/// # Errors
/// When the values are no mapping, or one of them has no text form.
pub fn convert(values: &Node, name: &str, trace: &Trace) -> Result<Conversion, Diagnostics> {
    if values.as_map().is_none() && !values.is_null() {
        return Err(Diagnostic::error(
            "redisops::values::not_a_mapping",
            "a values file is a mapping of names to values",
        )
        .label(trace.pos(values.origin), 1, "this is something else")
        .help("name the file that is given to helm with `--values`")
        .into());
    }
    let mut draft = Draft { values, trace, object: Node::empty_map(Origin::NONE), left: Vec::new() };
    let named = draft.text(&["fullnameOverride"]).filter(|text| !text.is_empty()).unwrap_or(name).to_owned();
    draft.put("apiVersion", Node::string(Origin::NONE, "redisops.dev/v1alpha1"));
    draft.put("kind", Node::string(Origin::NONE, "Redis"));
    draft.put("metadata.name", Node::string(Origin::NONE, named));
    draft.walk(values, "", &|path| row(path));
    parts::together(&mut draft);
    let mut text = String::new();
    emit(&draft.object, &mut text)?;
    draft.left.sort_by_key(|left| left.at);
    Ok(Conversion { text, left: draft.left })
}

/// The row of a path; those of roles stand once for both.
fn row(path: &str) -> Option<Row> {
    let of = |rows: &[(&str, Row)], path: &str| rows.iter().find(|(known, _)| *known == path).map(|(_, row)| *row);
    match path.split_once('.') {
        Some(("master" | "replica", rest)) => of(ROLE_ROWS, rest),
        _ => of(ROWS, path),
    }
}

/// Whether rows exist below a path.
fn leads_on(path: &str) -> bool {
    let below = |rows: &[(&str, Row)], path: &str| rows.iter().any(|(known, _)| known.starts_with(&format!("{path}.")));
    match path.split_once('.') {
        _ if path == "master" || path == "replica" => true,
        Some(("master" | "replica", rest)) => below(ROLE_ROWS, rest),
        _ => below(ROWS, path),
    }
}

impl<'a> Draft<'a> {
    fn walk(&mut self, node: &'a Node, path: &str, row: &dyn Fn(&str) -> Option<Row>) {
        for entry in node.as_map().map_or(&[][..], |map| &map.entries) {
            let key = entry.key.text.as_str();
            let at = if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
            if asks_for_nothing(&entry.value) {
                continue;
            }
            match row(&at) {
                Some(Row::To(target)) => {
                    let target = match at.split_once('.') {
                        Some((role @ ("master" | "replica"), _)) => format!("spec.{role}.{target}"),
                        _ => format!("spec.{target}"),
                    };
                    if self.is_used(&at) {
                        self.put(&target, entry.value.clone());
                    }
                }
                Some(Row::Together | Row::Settled) => {}
                _ if is_off(&entry.value) => {}
                Some(Row::Left(why)) => self.leave(&at, entry.key_pos, why),
                None if leads_on(&at) && entry.value.as_map().is_some() => self.walk(&entry.value, &at, row),
                None => self.leave(&at, entry.key_pos, "there is no such field; `spec.patches` change any object"),
            }
        }
    }

    /// Replicas of a standalone Redis are nobody's.
    fn is_used(&self, path: &str) -> bool {
        !(path.starts_with("replica.") && self.text(&["architecture"]) == Some("standalone"))
    }

    /// A value of the file.
    pub(super) fn get(&self, path: &[&str]) -> Option<&'a Node> {
        self.values.lookup(path).filter(|node| !node.is_null())
    }

    /// A text of the file.
    pub(super) fn text(&self, path: &[&str]) -> Option<&'a str> {
        self.get(path).and_then(Node::text)
    }

    /// Whether a switch of the file is on.
    pub(super) fn is_on(&self, path: &[&str], otherwise: bool) -> bool {
        self.text(path).map_or(otherwise, |text| text == "true")
    }

    /// Writes a field of the object, unless it is there.
    pub(super) fn put(&mut self, path: &str, value: Node) {
        let keys: Vec<&str> = path.split('.').collect();
        let Some((last, parents)) = keys.split_last() else { return };
        let mut at = &mut self.object;
        for key in parents {
            let Some(map) = at.as_map_mut() else { return };
            if map.get(key).is_none_or(|node| node.as_map().is_none()) {
                map.set(key, Node::empty_map(Origin::NONE));
            }
            let Some(next) = map.get_mut(key) else { return };
            at = next;
        }
        if let Some(map) = at.as_map_mut()
            && map.get(last).is_none()
        {
            map.set(last, value);
        }
    }

    /// Writes a text.
    pub(super) fn put_text(&mut self, path: &str, text: &str) {
        let style = if text.contains('\n') { crate::yaml::Style::Literal } else { crate::yaml::Style::Plain };
        self.put(path, Node::scalar(Origin::NONE, Scalar { style, ..Scalar::string(text) }));
    }

    /// What is written of a field so far.
    pub(super) fn written(&self, path: &[&str]) -> Option<&Node> {
        self.object.lookup(path)
    }

    /// Notes what could not be carried.
    pub(super) fn leave(&mut self, path: &str, at: Pos, why: &str) {
        self.left.push(Left { path: path.to_owned(), at, why: why.to_owned() });
    }

    /// Notes a value of the file that could not be carried.
    pub(super) fn leave_value(&mut self, path: &[&str], why: &str) {
        if let Some(node) = self.get(path).filter(|node| !asks_for_nothing(node)) {
            self.leave(&path.join("."), self.trace.pos(node.origin), why);
        }
    }
}

/// Whether a value says nothing.
pub(super) fn asks_for_nothing(node: &Node) -> bool {
    match (node.as_map(), node.as_seq()) {
        (Some(map), _) => map.is_empty(),
        (_, Some(items)) => items.is_empty(),
        _ => node.is_null() || node.text() == Some(""),
    }
}

/// Whether something is switched off, so that its absence is what was asked for.
fn is_off(node: &Node) -> bool {
    let off = |key: &str| node.get(key).and_then(Node::text) == Some("false");
    node.text() == Some("false") || off("enabled") || off("create")
}

impl Conversion {
    /// What could not be carried, for people, a line each.
    pub fn left_text(&self) -> String {
        let mut out = String::new();
        for left in &self.left {
            let _ = writeln!(out, "{}: {}", left.path, left.why);
        }
        out
    }
}
