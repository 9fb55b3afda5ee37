//! Paths of fields: `spec.replicas`, `spec.containers[name=redis].args[0]`, `metadata.labels["app.kubernetes.io/name"]`.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use crate::diagnostics::Pos;
use crate::yaml::{Node, Tag, Value};

/// One step of a path.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Segment {
    /// A key of a mapping.
    Key(String),
    /// An item of a list, by its place.
    Index(usize),
    /// An item of a list, by the values of some of its fields; a field without a name is the item itself.
    Item(Vec<(String, String)>),
}

/// The path of a field from the top of an object; empty for the object.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Debug)]
pub struct FieldPath(pub Vec<Segment>);

/// A text that is no path.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
#[error("{message}")]
pub struct PathError {
    /// Byte of the text at which it stops to be one.
    pub at: usize,
    /// What is wrong.
    pub message: String,
}

/// What a path leads to.
#[derive(Clone, Debug)]
pub struct Found<'a> {
    /// The path with the keys that the object has.
    pub path: FieldPath,
    /// The nodes on the way, the object first, the field last.
    pub nodes: Vec<&'a Node>,
    /// Where the key of the field stands; nowhere for items of lists.
    pub key_pos: Pos,
}

/// A path that leads nowhere.
#[derive(Clone, Debug)]
pub struct MissingField<'a> {
    /// The part that exists.
    pub path: FieldPath,
    /// What stands there.
    pub node: &'a Node,
    /// The step that it does not have.
    pub missing: Segment,
}

impl FieldPath {
    /// The object itself.
    pub fn root() -> FieldPath {
        FieldPath::default()
    }

    /// This path and one step more.
    #[must_use]
    pub fn with(&self, segment: Segment) -> FieldPath {
        let mut steps = self.0.clone();
        steps.push(segment);
        FieldPath(steps)
    }

    /// This path and a key more.
    #[must_use]
    pub fn key(&self, key: &str) -> FieldPath {
        self.with(Segment::Key(key.to_owned()))
    }

    /// Whether it names the object.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// Follows the path. Keys with dots need no quotes: the first reading that leads somewhere counts, `data.redis.conf` is `data["redis.conf"]` where
    /// there is no `redis` with a `conf`.
    ///
    /// # Errors
    /// With the first step that the object does not have.
    pub fn resolve<'a>(&self, object: &'a Node) -> Result<Found<'a>, MissingField<'a>> {
        follow(Found { path: FieldPath::root(), nodes: vec![object], key_pos: Pos::NONE }, &self.0)
    }
}

fn follow<'a>(found: Found<'a>, steps: &[Segment]) -> Result<Found<'a>, MissingField<'a>> {
    let Some(first) = steps.first() else { return Ok(found) };
    let node = found.node();
    let mut missing = None;
    for (taken, step, key_pos, child) in children(node, steps) {
        let mut next = Found { path: found.path.with(step), nodes: found.nodes.clone(), key_pos };
        next.nodes.push(child);
        match follow(next, &steps[taken..]) {
            Ok(found) => return Ok(found),
            Err(error) => missing = missing.or(Some(error)),
        }
    }
    Err(missing.unwrap_or(MissingField { path: found.path, node, missing: first.clone() }))
}

impl<'a> Found<'a> {
    /// The field.
    pub fn node(&self) -> &'a Node {
        self.nodes.last().expect("the object is always there")
    }
}

/// What the first steps can lead to: how many were taken, as which, where its key stands, and the node there.
fn children<'a>(node: &'a Node, steps: &[Segment]) -> Vec<(usize, Segment, Pos, &'a Node)> {
    let item = |index: usize, items: &'a [Node]| Some((1, Segment::Index(index), Pos::NONE, items.get(index)?));
    match (&steps[0], &node.value) {
        (Segment::Key(key), Value::Map(map)) => {
            let mut found = Vec::new();
            let mut joined = key.clone();
            for taken in 1..=steps.len() {
                if let Some(entry) = map.entry(&joined) {
                    found.push((taken, Segment::Key(joined.clone()), entry.key_pos, &entry.value));
                }
                // A key that has dots itself: as many steps as make one.
                let Some(Segment::Key(more)) = steps.get(taken) else { break };
                joined.push('.');
                joined.push_str(more);
            }
            found
        }
        // `args.0`, as replacements write it.
        (Segment::Key(key), Value::Seq(items)) => key.parse().ok().and_then(|at| item(at, items)).into_iter().collect(),
        (Segment::Index(index), Value::Seq(items)) => item(*index, items).into_iter().collect(),
        (Segment::Item(fields), Value::Seq(items)) => {
            let found = items.iter().find(|item| fields.iter().all(|(key, value)| has(item, key, value)));
            found.map(|item| (1, Segment::Item(fields.clone()), Pos::NONE, item)).into_iter().collect()
        }
        _ => Vec::new(),
    }
}

fn has(item: &Node, key: &str, value: &str) -> bool {
    let field = if key.is_empty() { Some(item) } else { item.get(key) };
    match field.and_then(Node::as_scalar) {
        Some(scalar) => scalar.text == value && scalar.tag != Tag::Null,
        // The API server fills it in.
        None => field.is_none() && (key, value) == ("protocol", "TCP"),
    }
}

fn is_plain(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'$'))
}

/// Whether the value of an item can stand without quotes.
fn is_plain_value(text: &str) -> bool {
    !text.is_empty() && !text.starts_with(['"', '\'']) && !text.contains([']', ',', '[', '\n'])
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

impl fmt::Display for FieldPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, segment) in self.0.iter().enumerate() {
            match segment {
                Segment::Key(key) if is_plain(key) && at == 0 => f.write_str(key)?,
                Segment::Key(key) if is_plain(key) => write!(f, ".{key}")?,
                Segment::Key(key) => write!(f, "[{}]", quoted(key))?,
                Segment::Index(index) => write!(f, "[{index}]")?,
                Segment::Item(fields) => {
                    f.write_str("[")?;
                    for (index, (key, value)) in fields.iter().enumerate() {
                        f.write_str(if index > 0 { "," } else { "" })?;
                        match is_plain_value(value) {
                            true => write!(f, "{key}={value}")?,
                            false => write!(f, "{key}={}", quoted(value))?,
                        }
                    }
                    f.write_str("]")?;
                }
            }
        }
        Ok(())
    }
}

impl FromStr for FieldPath {
    type Err = PathError;

    fn from_str(text: &str) -> Result<FieldPath, PathError> {
        let mut parser = Parser { text, at: 0 };
        // The dot in front is how it stands behind the name of an object.
        parser.skip('.');
        let mut steps = Vec::new();
        while parser.at < text.len() {
            if parser.skip('[') {
                steps.push(parser.brackets()?);
            } else {
                if !steps.is_empty() && !parser.skip('.') {
                    return Err(parser.wrong("expected `.` or `[`"));
                }
                steps.push(Segment::Key(parser.key()?));
            }
        }
        Ok(FieldPath(steps))
    }
}

struct Parser<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Parser<'t> {
    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    fn skip(&mut self, wanted: char) -> bool {
        let found = self.rest().starts_with(wanted);
        self.at += if found { wanted.len_utf8() } else { 0 };
        found
    }

    fn wrong(&self, message: &str) -> PathError {
        PathError { at: self.at, message: message.to_owned() }
    }

    fn until(&mut self, ends: &[char]) -> &'t str {
        let rest = self.rest();
        let end = rest.find(ends).unwrap_or(rest.len());
        self.at += end;
        &rest[..end]
    }

    fn key(&mut self) -> Result<String, PathError> {
        let key = self.until(&['.', '[']);
        match key.is_empty() {
            true => Err(self.wrong("expected the name of a field")),
            false => Ok(key.to_owned()),
        }
    }

    fn brackets(&mut self) -> Result<Segment, PathError> {
        if self.rest().starts_with(['"', '\'']) {
            let key = self.quoted()?;
            return self.close(Segment::Key(key));
        }
        let mut fields = Vec::new();
        loop {
            let start = self.at;
            let key = self.until(&['=', ']', ',']);
            if !self.skip('=') {
                match key.trim().parse() {
                    Ok(index) if fields.is_empty() => return self.close(Segment::Index(index)),
                    _ => {
                        self.at = start;
                        return Err(self.wrong("expected `[number]`, `[key=value]` or `[\"key\"]`"));
                    }
                }
            }
            let value = match self.rest().starts_with(['"', '\'']) {
                true => self.quoted()?,
                false => self.until(&[',', ']']).to_owned(),
            };
            fields.push((key.to_owned(), value));
            if !self.skip(',') {
                return self.close(Segment::Item(fields));
            }
        }
    }

    fn close(&mut self, segment: Segment) -> Result<Segment, PathError> {
        if self.skip(']') { Ok(segment) } else { Err(self.wrong("expected `]`")) }
    }

    /// Text in quotes; in double ones with the escapes of JSON.
    fn quoted(&mut self) -> Result<String, PathError> {
        let rest = self.rest();
        let quote = rest.as_bytes()[0];
        let mut escaped = false;
        let end = rest.bytes().enumerate().skip(1).find_map(|(at, byte)| {
            let ends = byte == quote && !escaped;
            escaped = byte == b'\\' && !escaped && quote == b'"';
            ends.then_some(at)
        });
        let Some(end) = end else { return Err(self.wrong("the quote is not closed")) };
        let text = match quote {
            b'"' => serde_json::from_str(&rest[..=end]).map_err(|_| self.wrong("not a text in quotes"))?,
            _ => rest[1..end].to_owned(),
        };
        self.at += end + 1;
        Ok(text)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::yaml::{Origin, from_json};

    fn path(text: &str) -> FieldPath {
        text.parse().unwrap()
    }

    #[test]
    fn paths_are_read_and_written() {
        for (text, canonical) in [
            ("spec.replicas", "spec.replicas"),
            (".spec.replicas", "spec.replicas"),
            ("", ""),
            ("spec.containers[name=redis].args[0]", "spec.containers[name=redis].args[0]"),
            ("spec.ports[containerPort=80,protocol=TCP]", "spec.ports[containerPort=80,protocol=TCP]"),
            ("metadata.labels[\"a.b/c\"]", "metadata.labels[\"a.b/c\"]"),
            ("metadata.labels['a.b/c']", "metadata.labels[\"a.b/c\"]"),
            ("[\"a\"].b", "a.b"),
            ("a[name=\"x,y]\"]", "a[name=\"x,y]\"]"),
            ("a[mountPath=/data/a.b]", "a[mountPath=/data/a.b]"),
            ("a[=x]", "a[=x]"),
        ] {
            assert_eq!(path(text).to_string(), canonical, "{text}");
        }
        for (text, at) in [("a..b", 2), ("a[", 2), ("a[x]", 2), ("a[0", 3), ("a[\"x]", 2), ("a[0]b", 4), ("a.", 2)] {
            assert_eq!(text.parse::<FieldPath>().unwrap_err().at, at, "{text}");
        }
    }

    #[test]
    fn paths_are_followed() {
        let object = from_json(
            r#"{"data":{"redis.conf":"x","redis":{"port":1}},"args":["a","b"],"ports":[{"containerPort":80},{"containerPort":80,"protocol":"UDP"}],
               "metadata":{"labels":{"a.b/c.d":"e"}}}"#,
            Origin::NONE,
        )
        .unwrap();
        for (text, canonical) in [
            ("data.redis.conf", "data[\"redis.conf\"]"),
            ("data.redis.port", "data.redis.port"),
            ("args.1", "args[1]"),
            ("args[=b]", "args[=b]"),
            ("ports[containerPort=80,protocol=TCP]", "ports[containerPort=80,protocol=TCP]"),
            ("metadata.labels.a.b/c.d", "metadata.labels[\"a.b/c.d\"]"),
        ] {
            assert_eq!(path(text).resolve(&object).unwrap().path.to_string(), canonical);
        }
        let udp = path("ports[protocol=UDP].protocol");
        assert_eq!(udp.resolve(&object).unwrap().node().text(), Some("UDP"));
        let missing = path("data.redis.prot").resolve(&object).unwrap_err();
        assert_eq!((missing.path.to_string(), missing.missing), ("data.redis".to_owned(), Segment::Key("prot".into())));
        assert!(path("args[2]").resolve(&object).is_err());
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_as_the_same(steps in prop::collection::vec(prop_oneof![
            ".{1,8}".prop_map(Segment::Key),
            (0usize..1000).prop_map(Segment::Index),
            prop::collection::vec(("[a-zA-Z]{0,6}", ".{0,8}"), 1..3).prop_map(Segment::Item),
        ], 0..5)) {
            let path = FieldPath(steps);
            let text = path.to_string();
            prop_assert_eq!(text.parse::<FieldPath>().unwrap(), path, "{}", text);
        }

        #[test]
        fn no_text_is_a_reason_to_panic(text in ".{0,40}") {
            let _ = text.parse::<FieldPath>();
        }
    }
}
