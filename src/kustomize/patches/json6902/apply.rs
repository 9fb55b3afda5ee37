//! Applying operations to the JSON form of an object.

use crate::diagnostics::{Diagnostic, Pos, did_you_mean};
use crate::yaml::{Node, Origin, Scalar, Trace, Value, Via, through_json};

use super::super::strategic::describe;
use super::parse::{JsonPatch, Operation};
use super::pointer;

const OPERATIONS: [&str; 6] = ["add", "remove", "replace", "move", "copy", "test"];

/// Applies a patch. The whole object goes through JSON: numbers are floats of 64 bits afterwards, quotes are forgotten. Gives warnings.
///
/// # Errors
/// The first operation that cannot be done, as later ones may depend on it; the object is then of no use.
pub fn apply(object: &mut Node, patch: &JsonPatch, trace: &Trace) -> Result<Vec<Diagnostic>, Diagnostic> {
    through_json(object)?;
    let mut warnings = Vec::new();
    for operation in &patch.operations {
        Applied { object, operation, trace, warnings: &mut warnings }.run()?;
    }
    if object.as_map().is_none() {
        let pos = patch.operations.last().map_or(Pos::NONE, |o| o.pos);
        return Err(Diagnostic::error("redisops::patch::no_object", "the patch leaves no object, but a list").label(
            pos,
            1,
            "after this operation",
        ));
    }
    Ok(warnings)
}

/// One operation on one object.
struct Applied<'a> {
    object: &'a mut Node,
    operation: &'a Operation,
    trace: &'a Trace,
    warnings: &'a mut Vec<Diagnostic>,
}

impl Applied<'_> {
    fn run(&mut self) -> Result<(), Diagnostic> {
        match self.operation.text("op") {
            Some("add") => self.add(),
            Some("remove") => self.remove(),
            Some("replace") => self.replace(),
            Some("move") => self.relocate(),
            Some("copy") => self.copy(),
            Some("test") => self.test(),
            _ => Err(self.unknown()),
        }
    }

    fn add(&mut self) -> Result<(), Diagnostic> {
        let (parents, key) = self.path("path")?;
        let value = self.operation.value.clone();
        self.insert("path", &parents, &key, value.unwrap_or_else(|| Node::null(Origin::NONE)))
    }

    fn remove(&mut self) -> Result<(), Diagnostic> {
        let (parents, key) = self.path("path")?;
        self.take("path", &parents, &key).map(|_| ())
    }

    fn replace(&mut self) -> Result<(), Diagnostic> {
        if self.operation.text("path") == Some("") {
            return self.replace_all();
        }
        let (parents, key) = self.path("path")?;
        let mut value = self.operation.value.clone().unwrap_or_else(|| Node::null(Origin::NONE));
        let container = self.container("path", &parents, &key)?;
        let old = pointer::child(container, &key);
        if old.is_none() && container.as_map().is_none() {
            return Err(self.missing("path", &parents, &key));
        }
        let near = match (old, container.as_map()) {
            (None, Some(map)) => did_you_mean(&key, map.entries.iter().map(|e| e.key.text.as_str())).map(str::to_owned),
            _ => None,
        };
        let (unchanged, before) = match old {
            None => (false, None),
            Some(old) => (old.says_the_same(&value), Some(old.clone())),
        };
        if unchanged {
            return Ok(());
        }
        if let Some(near) = near {
            self.warn_of_creation(&near);
        }
        self.stamp(&mut value, before);
        let container = self.container("path", &parents, &key)?;
        match pointer::child_mut(container, &key) {
            Some(old) => *old = value,
            None => self.insert_into_map(&parents, &key, value),
        }
        Ok(())
    }

    /// A replacement of what is not there creates it, in the reference without a word.
    fn warn_of_creation(&mut self, near: &str) {
        let path = self.operation.text("path").unwrap_or_default();
        let message = format!("`replace` finds nothing at `{path}`, and creates it");
        let warning = Diagnostic::warning("redisops::patch::replace_creates", message)
            .label(self.operation.pos_of("path", self.trace), path.len(), "this path")
            .help(format!("did you mean `{near}`? To create a field, use `op: add`"));
        self.warnings.push(warning);
    }

    fn replace_all(&mut self) -> Result<(), Diagnostic> {
        match &self.operation.value {
            // The reference takes no notice of a scalar.
            Some(value) if value.as_scalar().is_some() => Ok(()),
            Some(value) => {
                *self.object = value.clone();
                Ok(())
            }
            None => Err(self.error("redisops::patch::no_value", "the operation has no `value`", "value")),
        }
    }

    fn relocate(&mut self) -> Result<(), Diagnostic> {
        let (parents, key) = self.path("from")?;
        let value = self.take("from", &parents, &key)?;
        let (parents, key) = self.path("path")?;
        self.insert("path", &parents, &key, value)
    }

    fn copy(&mut self) -> Result<(), Diagnostic> {
        let (parents, key) = self.path("from")?;
        let container = self.container("from", &parents, &key)?;
        let value = match pointer::child(container, &key) {
            Some(value) => value.clone(),
            None if container.as_map().is_some() => Node::null(Origin::NONE),
            None => return Err(self.missing("from", &parents, &key)),
        };
        let (parents, key) = self.path("path")?;
        self.insert("path", &parents, &key, value)
    }

    fn test(&mut self) -> Result<(), Diagnostic> {
        let null = Node::null(Origin::NONE);
        if self.operation.text("path") == Some("") {
            let wanted = self.operation.value.as_ref().unwrap_or(&null);
            return if self.object.says_the_same(wanted) { Ok(()) } else { Err(self.failed(None)) };
        }
        let (parents, key) = self.path("path")?;
        let container = self.container("path", &parents, &key)?;
        let found = pointer::child(container, &key);
        if found.is_none() && container.as_map().is_none() {
            return Err(self.missing("path", &parents, &key));
        }
        let found = found.cloned();
        let equal = match (&found, &self.operation.value) {
            (Some(found), None) => found.is_null(),
            (found, wanted) => found.as_ref().unwrap_or(&null).says_the_same(wanted.as_ref().unwrap_or(&null)),
        };
        if equal { Ok(()) } else { Err(self.failed(found.as_ref())) }
    }

    /// Adds a value, in front of what has that index in a list.
    fn insert(&mut self, field: &str, parents: &[String], key: &str, mut value: Node) -> Result<(), Diagnostic> {
        let container = self.container(field, parents, key)?;
        match &mut container.value {
            Value::Seq(items) => {
                let length = items.len();
                let at = if key == "-" { Some(length) } else { pointer::index(key, length + 1) };
                let Some(at) = at else { return Err(self.missing(field, parents, key)) };
                self.stamp(&mut value, None);
                if let Some(items) = self.container(field, parents, key)?.as_seq_mut() {
                    items.insert(at, value);
                }
            }
            _ => {
                let old = container.get(key);
                if old.is_some_and(|old| old.says_the_same(&value)) {
                    return Ok(());
                }
                let before = old.cloned();
                self.stamp(&mut value, before);
                self.insert_into_map(parents, key, value);
            }
        }
        Ok(())
    }

    fn insert_into_map(&mut self, parents: &[String], key: &str, value: Node) {
        let pos = self.operation.pos_of("path", self.trace);
        if let Some(map) = pointer::container(self.object, parents).and_then(Node::as_map_mut) {
            match map.get_mut(key) {
                Some(old) => *old = value,
                None => map.push(Scalar::string(key), pos, value),
            }
        }
    }

    fn take(&mut self, field: &str, parents: &[String], key: &str) -> Result<Node, Diagnostic> {
        let container = self.container(field, parents, key)?;
        let taken = match &mut container.value {
            Value::Map(map) => map.remove(key).map(|entry| entry.value),
            Value::Seq(items) => pointer::index(key, items.len()).map(|at| items.remove(at)),
            Value::Scalar(_) => None,
        };
        taken.ok_or_else(|| self.missing(field, parents, key))
    }

    /// The origin of a written value is the operation.
    fn stamp(&self, value: &mut Node, before: Option<Node>) {
        value.origin = match before {
            Some(before) => self.trace.overwrote(self.operation.pos, Via::JsonPatch, before),
            None => self.trace.created(self.operation.pos, Via::JsonPatch),
        };
    }

    fn container(&mut self, field: &str, parents: &[String], key: &str) -> Result<&mut Node, Diagnostic> {
        // Looked up twice because a borrow that is returned on one branch lasts on all.
        if pointer::container(self.object, parents).is_none() {
            return Err(self.missing(field, parents, key));
        }
        Ok(pointer::container(self.object, parents).expect("it was there a line above"))
    }

    fn path(&self, field: &str) -> Result<(Vec<String>, String), Diagnostic> {
        let Some(text) = self.operation.text(field) else {
            let what = match self.operation.node.get(field) {
                None => format!("the operation has no `{field}`"),
                Some(node) => format!("`{field}` must be a string, not {}", describe(node)),
            };
            let help = match self.near_field(field) {
                Some(near) => format!("did you mean `{field}` where `{near}` stands?"),
                None => format!("add `{field}: /…`, with a slash in front of every key"),
            };
            return Err(self.error("redisops::patch::operation", &what, field).help(help));
        };
        pointer::split(text).ok_or_else(|| {
            let why = if text.is_empty() { "an empty path means the whole object" } else { "a path starts with `/`" };
            let help = format!("write `/{}`", text.replace('.', "/"));
            self.error("redisops::patch::path", &format!("`{text}` cannot be used as `{field}`: {why}"), field)
                .help(help)
        })
    }

    fn near_field(&self, field: &str) -> Option<&str> {
        let keys = self.operation.node.as_map()?.entries.iter().map(|e| e.key.text.as_str());
        did_you_mean(field, keys.filter(|k| !["op", "path", "from", "value"].contains(k)))
    }

    fn error(&self, code: &'static str, message: &str, field: &str) -> Diagnostic {
        let length = self.operation.text(field).map_or(1, str::len).max(1);
        Diagnostic::error(code, message).label(self.operation.pos_of(field, self.trace), length, "in this operation")
    }

    fn unknown(&self) -> Diagnostic {
        match self.operation.node.get("op").map(|n| (n, n.text().unwrap_or(""))) {
            None => self
                .error("redisops::patch::operation", "the operation has no `op`", "op")
                .help(format!("add `op:` with one of {}", OPERATIONS.join(", "))),
            Some((_, text)) => {
                let near = did_you_mean(text, OPERATIONS);
                self.error("redisops::patch::operation", &format!("`{text}` is no operation of a JSON patch"), "op")
                    .help(match near {
                        Some(near) => format!("did you mean `{near}`?"),
                        None => format!("there are {}", OPERATIONS.join(", ")),
                    })
            }
        }
    }

    /// The error for a path that leads nowhere: the deepest part that exists, and what there is.
    fn missing(&self, field: &str, parents: &[String], key: &str) -> Diagnostic {
        let text = self.operation.text(field).unwrap_or_default();
        let mut node: &Node = self.object;
        let mut depth = 0;
        while let Some(next) = parents.get(depth).and_then(|part| pointer::child(node, part)) {
            node = next;
            depth += 1;
        }
        let part = parents.get(depth).map_or(key, String::as_str);
        let place = if depth == 0 { "the object".to_owned() } else { format!("`/{}`", parents[..depth].join("/")) };
        let what = match &node.value {
            Value::Map(_) => format!("{place} has no `{part}`"),
            Value::Seq(items) => match (part.parse::<i64>(), items.len()) {
                (Err(_), _) if part != "-" => format!("{place} is a list, and `{part}` is no index"),
                (_, 0) => format!("{place} is an empty list, so there is no item `{part}`"),
                (_, length) => format!("{place} has items 0 to {}, and no `{part}`", length - 1),
            },
            Value::Scalar(_) => format!("{place} is {}, so there is no `{part}` in it", describe(node)),
        };
        let length = text.len().max(1);
        let diagnostic =
            Diagnostic::error("redisops::patch::missing_path", format!("path `{text}` does not exist: {what}"))
                .label(self.operation.pos_of(field, self.trace), length, "this path")
                .label(
                    self.trace.pos(node.origin),
                    1,
                    format!("{} ends here", if depth == 0 { "the path" } else { "what exists of the path" }),
                );
        self.suggest(diagnostic, node, part, depth < parents.len())
    }

    fn suggest(&self, diagnostic: Diagnostic, node: &Node, part: &str, is_parent: bool) -> Diagnostic {
        match &node.value {
            Value::Map(map) => {
                let keys: Vec<&str> = map.entries.iter().map(|e| e.key.text.as_str()).collect();
                match did_you_mean(part, keys.iter().copied()) {
                    Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
                    None if is_parent => diagnostic.note(format!("there are: {}", shorten(&keys))).help(format!(
                        "add `{part}` first (`op: add` with `value: {{}}` or `[]`), or correct the path"
                    )),
                    None => diagnostic.note(format!("there are: {}", shorten(&keys))),
                }
            }
            Value::Seq(_) => diagnostic.help("an index counts from 0; `-1` is the last item, and `-` adds behind it"),
            Value::Scalar(_) => diagnostic,
        }
    }

    fn failed(&self, found: Option<&Node>) -> Diagnostic {
        let path = self.operation.text("path").unwrap_or_default();
        let is = match found {
            None => "nothing".to_owned(),
            Some(node) => node.text().map_or_else(|| describe(node).to_owned(), |t| format!("`{t}`")),
        };
        let pos = self.operation.pos_of("value", self.trace);
        let mut diagnostic =
            Diagnostic::error("redisops::patch::test_failed", format!("the test of `{path}` failed: there is {is}"))
                .label(pos, 1, "the patch expects this");
        if let Some(node) = found {
            diagnostic =
                diagnostic.label(self.trace.pos(node.origin), node.text().map_or(1, str::len), "the object has this");
        }
        diagnostic.note("an operation `test` stops the build when the object is not as the patch was written for")
    }
}

fn shorten(keys: &[&str]) -> String {
    const SHOWN: usize = 12;
    let mut text = keys.iter().take(SHOWN).copied().collect::<Vec<_>>().join(", ");
    if keys.len() > SHOWN {
        text.push_str(", …");
    }
    text
}
