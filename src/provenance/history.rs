//! The history of a value: the line that created it and every write that changed it.

use std::borrow::Cow;

use crate::diagnostics::{Pos, Source, SourceKind, Sources};
use crate::yaml::{Node, Trace, Value, Via, to_json};

use super::path::{FieldPath, Found};

/// One write of a value.
#[derive(Clone, PartialEq, Debug)]
pub struct Step {
    /// The place that asked for it.
    pub at: Pos,
    /// What wrote: `resource`, `patch`, `replacement`, `helm`, the field of a kustomization.
    pub via: Cow<'static, str>,
    /// Where the value stands in the text that it came with: differs from `at` for what a program has written.
    pub text: Pos,
    /// For replacements: where the value itself stands.
    pub source: Option<Pos>,
    /// The value after the write.
    pub value: Node,
}

/// The write that set a field last.
pub fn origin_of(found: &Found<'_>, trace: &Trace, sources: &Sources) -> Step {
    history(found, trace, sources).pop().expect("a value has at least its creation")
}

/// All writes that changed a field, oldest first: never empty. Writes that left the value as it was are not told.
pub fn history(found: &Found<'_>, trace: &Trace, sources: &Sources) -> Vec<Step> {
    let reader = Reader { trace, sources, object: found.nodes[0] };
    let mut steps = reader.along(&found.nodes, &found.path);
    steps.dedup_by(|later, earlier| json(&later.value) == json(&earlier.value));
    steps
}

/// The place to show for a field as a whole: the line of its key where key and value were written together, else what asked for the value.
pub fn place_of(found: &Found<'_>, trace: &Trace, sources: &Sources) -> Pos {
    let step = origin_of(found, trace, sources);
    let Some(source) = sources.get(step.at) else { return step.at };
    let key = found.key_pos;
    let line = |pos: Pos| source.line_column(source.offset(pos)).0;
    let beside = step.at == step.text && !key.is_none() && source.contains(key) && key < step.at;
    if beside && line(key) < line(step.at) { key } else { step.at }
}

/// A value with the types that it has when it is rendered; what has no form in JSON is null.
pub fn json(node: &Node) -> serde_json::Value {
    let mut text = String::new();
    match to_json(node, &mut text) {
        Ok(()) => serde_json::from_str(&text).unwrap_or_default(),
        Err(_) => serde_json::Value::Null,
    }
}

struct Reader<'a> {
    trace: &'a Trace,
    sources: &'a Sources,
    object: &'a Node,
}

impl Reader<'_> {
    fn along(&self, nodes: &[&Node], path: &FieldPath) -> Vec<Step> {
        let Some((node, above)) = nodes.split_last() else { return Vec::new() };
        let mut steps = self.chain(node);
        // The nearest mapping or list around the field that was put there as a whole.
        let whole =
            above.iter().enumerate().rev().find_map(|(depth, node)| Some((depth, self.trace.write(node.origin)?)));
        let Some((depth, write)) = whole else { return steps };
        let first = &mut steps[0];
        if write.via == Via::JsonPatch && self.is_inside(first.at, write.at) {
            // What an operation puts there is its work, also when the value has several lines.
            first.at = write.at;
        }
        if let Some(before) = &write.before {
            let rest = FieldPath(path.0[depth..].to_vec());
            if let Ok(found) = rest.resolve(before) {
                let mut earlier = self.along(&found.nodes, &found.path);
                earlier.append(&mut steps);
                return earlier;
            }
        }
        steps
    }

    /// Whether a place is in the same text as an operation, behind its start.
    fn is_inside(&self, place: Pos, operation: Pos) -> bool {
        operation < place && self.sources.get(operation).is_some_and(|source| source.contains(place))
    }

    /// The writes of one node, oldest first.
    fn chain(&self, node: &Node) -> Vec<Step> {
        let mut steps = Vec::new();
        let mut next = Some(node.clone());
        while let Some(value) = next {
            let write = self.trace.write(value.origin);
            let (step, before) = match write {
                Some(write) => {
                    let source = (!write.source.is_none()).then_some(write.source);
                    (Step { at: write.at, via: via_name(write.via), text: write.at, source, value }, write.before)
                }
                None => (self.bottom(value), None),
            };
            steps.push(step);
            next = before;
        }
        steps.reverse();
        steps
    }

    /// A value as it stands in a text.
    fn bottom(&self, value: Node) -> Step {
        let text = first_place(&value, self.trace);
        let (at, via) = self.stands(text);
        Step { at, via, text, source: None, value }
    }

    fn stands(&self, pos: Pos) -> (Pos, Cow<'static, str>) {
        let Some(source) = self.sources.get(pos) else { return (pos, Cow::Borrowed("resource")) };
        match source.kind {
            SourceKind::Resource => (pos, Cow::Borrowed("resource")),
            SourceKind::Patch => (pos, Cow::Borrowed("patch")),
            SourceKind::Helm => (made_at(&source, pos), Cow::Borrowed("helm")),
            SourceKind::Function => {
                let by = made_at(&source, pos);
                (by, self.field_of(by))
            }
            SourceKind::Kustomization | SourceKind::Config => (pos, self.field_of(pos)),
            SourceKind::Data | SourceKind::Settings => (pos, self.generator()),
        }
    }

    /// The generator that has made the object.
    fn generator(&self) -> Cow<'static, str> {
        let top = self.trace.pos(self.object.origin);
        let made_by =
            self.sources.get(top).filter(|source| !matches!(source.kind, SourceKind::Data | SourceKind::Settings));
        match made_by {
            Some(_) => self.field_of(top),
            None => self.generator_of_kind(),
        }
    }

    fn generator_of_kind(&self) -> Cow<'static, str> {
        Cow::Borrowed(match self.object.text_at(&["kind"]) {
            Some("ConfigMap") => "configMapGenerator",
            Some("Secret") => "secretGenerator",
            _ => "generators",
        })
    }

    /// The field of a kustomization that a place is in. Configuration of a plugin is in `generators` or `transformers`.
    fn field_of(&self, pos: Pos) -> Cow<'static, str> {
        let Some((source, offset)) = self.sources.outermost(pos) else { return Cow::Borrowed("resource") };
        if source.kind == SourceKind::Kustomization {
            return top_field(&source, offset).map_or_else(|| self.generator_of_kind(), Cow::Owned);
        }
        let is_generator = source.text.lines().any(|line| {
            line.strip_prefix("kind:").is_some_and(|kind| kind.trim().trim_matches(['"', '\'']).ends_with("Generator"))
        });
        Cow::Borrowed(if is_generator || source.text.contains("ChartInflator") { "generators" } else { "transformers" })
    }
}

fn made_at(source: &Source, pos: Pos) -> Pos {
    source.made_by.as_ref().map(|made| made.entry).filter(|entry| !entry.is_none()).unwrap_or(pos)
}

/// A mapping or list that a transformer has put together stands nowhere itself; its first part that does is the place to show.
fn first_place(node: &Node, trace: &Trace) -> Pos {
    let own = trace.pos(node.origin);
    if !own.is_none() {
        return own;
    }
    let mut children: Box<dyn Iterator<Item = &Node>> = match &node.value {
        Value::Scalar(_) => return own,
        Value::Seq(items) => Box::new(items.iter()),
        Value::Map(map) => Box::new(map.entries.iter().map(|entry| &entry.value)),
    };
    children.find_map(|child| Some(first_place(child, trace)).filter(|pos| !pos.is_none())).unwrap_or(Pos::NONE)
}

/// The key at the left margin above a place, in a file that is written in lines.
fn top_field(source: &Source, offset: usize) -> Option<String> {
    let (line, _) = source.line_column(offset);
    (1..=line).rev().find_map(|number| {
        let text = source.line(number);
        let (key, _) = text.split_once(':')?;
        let key = key.trim_end().trim_matches(['"', '\'']);
        let is_name =
            key.starts_with(|c: char| c.is_ascii_alphabetic()) && key.chars().all(|c| c.is_ascii_alphanumeric());
        is_name.then(|| key.to_owned())
    })
}

fn via_name(via: Via) -> Cow<'static, str> {
    Cow::Borrowed(match via {
        Via::Resource => "resource",
        Via::Patch | Via::JsonPatch => "patch",
        Via::Replacement => "replacement",
        Via::Field(name) => name,
        Via::NameReference => "nameReference",
        Via::Var => "vars",
        Via::Helm => "helm",
        Via::Function => "transformers",
    })
}
