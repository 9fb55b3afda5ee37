//! Whether a plan still holds: each field that it relies on is as it was, or already as it is to be.

use rustc_hash::FxHashMap;
use serde_json::Value;

use crate::diagnostics::render::MASKED;
use crate::drift::{Change, ChangeKind, FieldChange};
use crate::k8s::{Quantity, ResourceRef};
use crate::provenance::{FieldPath, json, masked};
use crate::yaml::Node;

use super::seal::{Seal, Seals};
use super::types::{Action, Plan, PlannedField, Step};

/// What has become of a plan.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Judgement {
    /// Steps that are still to be done, by their positions.
    pub pending: Vec<usize>,
    /// Steps that are done.
    pub finished: Vec<usize>,
    /// What is neither as it was nor as it is to be. A plan with any of these must not be carried out.
    pub stale: Vec<Stale>,
}

/// Something that a plan relies on and that has changed.
#[derive(Clone, PartialEq, Debug)]
pub struct Stale {
    /// The step, by its position.
    pub step: usize,
    /// What it is about: object and field.
    pub what: String,
    /// What has happened to it.
    pub why: String,
}

/// Compares a plan with what differs now. `objects` are those of the files as they are now; `seals` tell masked values apart.
pub fn judge(plan: &Plan, objects: &[&Node], now: &[Change], seals: &Seals) -> Judgement {
    let rendered: FxHashMap<ResourceRef, &Node> =
        objects.iter().map(|object| (ResourceRef::of_node(object), *object)).collect();
    let changes: FxHashMap<&ResourceRef, &Change> = now.iter().map(|change| (&change.resource, change)).collect();
    let mut judgement = Judgement::default();
    for (at, step) in plan.steps.iter().enumerate() {
        let Some(resource) = &step.resource else {
            // Steps on nodes are judged by whoever knows the nodes.
            judgement.pending.push(at);
            continue;
        };
        let (object, change) = (rendered.get(resource).copied(), changes.get(resource).copied());
        let around = Around { resource, object, change, seals };
        match around.of(step) {
            Ok(true) => judgement.finished.push(at),
            Ok(false) => judgement.pending.push(at),
            Err(found) => judgement.stale.extend(found.into_iter().map(|(what, why)| Stale { step: at, what, why })),
        }
    }
    judgement
}

/// What is known of an object now.
struct Around<'a> {
    resource: &'a ResourceRef,
    object: Option<&'a Node>,
    change: Option<&'a Change>,
    seals: &'a Seals,
}

/// What is known of a value that is not shown.
enum Hidden {
    /// It is shown, or nothing was written down.
    No,
    /// It is one of the two that the plan knows.
    Known,
    /// What is live is a third one.
    Live,
    /// The files say a third one.
    Wanted,
}

type Findings = Vec<(String, String)>;

impl Around<'_> {
    fn kind(&self) -> ChangeKind {
        self.change.map_or(ChangeKind::None, |change| change.change)
    }

    fn object_is(&self, why: &str) -> Findings {
        vec![(self.resource.to_string(), why.to_owned())]
    }

    /// Whether a step is done.
    fn of(&self, step: &Step) -> Result<bool, Findings> {
        let object = match (step.action, self.object) {
            (Action::Delete, None) => return Ok(self.kind() != ChangeKind::Delete),
            (Action::Delete, Some(_)) => return Err(self.object_is("the files have it again")),
            (_, None) => return Err(self.object_is("the files do not have it any more")),
            (_, Some(object)) => object,
        };
        match (step.action, self.kind()) {
            (Action::Create, ChangeKind::Create) => Ok(false),
            (Action::Create, ChangeKind::Update) => {
                let fields = self.change.map_or(&[][..], |change| &change.fields);
                Err(fields.iter().map(|field| self.third(field, "it was absent")).collect())
            }
            (Action::Create, _) => Ok(true),
            (_, ChangeKind::Create) => Err(self.object_is("it has been deleted since")),
            _ => self.fields(step, object),
        }
    }

    fn third(&self, field: &FieldChange, expected: &str) -> (String, String) {
        (format!("{} {}", self.resource, field.path), format!("it is {} now, {expected}", shown(&field.before)))
    }

    /// What digests tell of a masked field that differs.
    fn hidden(&self, planned: &PlannedField) -> Hidden {
        let Some(Seal { before, after }) = &planned.seal else { return Hidden::No };
        let Some(now) = self.seals.get(&(self.resource.clone(), planned.path.clone())) else { return Hidden::No };
        // A store is asked each time, and what it has is what is meant.
        let is_wanted = now.fetched || now.seal.after == *after;
        let is_known = now.seal.before == *before || now.seal.before == *after;
        match (is_wanted, is_known) {
            (false, _) => Hidden::Wanted,
            (true, false) => Hidden::Live,
            (true, true) => Hidden::Known,
        }
    }

    fn fields(&self, step: &Step, object: &Node) -> Result<bool, Findings> {
        let none: &[FieldChange] = &[];
        let now = self.change.map_or(none, |change| &change.fields);
        let mut found = Findings::new();
        let mut done = true;
        for planned in &step.fields {
            let what = || format!("{} {}", self.resource, planned.path);
            let files =
                |wanted: &Value| format!("the files say {} now, the plan {}", shown(wanted), shown(&planned.after));
            match now.iter().find(|field| field.path == planned.path) {
                None => found.extend(other_than_planned(object, planned).map(|wanted| (what(), files(&wanted)))),
                Some(field) if field.after != planned.after => found.push((what(), files(&field.after))),
                Some(field) => match self.hidden(planned) {
                    Hidden::Wanted => {
                        found.push((what(), "the files have another value now than the plan knows".to_owned()))
                    }
                    Hidden::Live => {
                        let why = "its value, which is not shown, is neither the one that it had nor the one that it is to get";
                        found.push((what(), why.to_owned()));
                    }
                    Hidden::Known => done = false,
                    Hidden::No if field.before == planned.before => done = false,
                    Hidden::No => {
                        let (before, after) = (shown(&planned.before), shown(&planned.after));
                        found.push(self.third(field, &format!("it was {before} and is to become {after}")));
                    }
                },
            }
        }
        // The step would overwrite it, and nobody has seen that coming.
        let unplanned = now.iter().filter(|field| !step.fields.iter().any(|planned| planned.path == field.path));
        for field in unplanned.filter(|field| !is_around(&field.path, &step.fields)) {
            found.push(self.third(field, &format!("it was {}", shown(&field.after))));
        }
        if found.is_empty() { Ok(done) } else { Err(found) }
    }
}

/// Whether a path is part of a planned one, or has one as its part: an item that is half there shows other paths than one that is not.
fn is_around(path: &str, planned: &[PlannedField]) -> bool {
    let is_below = |inner: &str, outer: &str| {
        inner.strip_prefix(outer).is_some_and(|rest| rest.starts_with('.') || rest.starts_with('['))
    };
    planned.iter().any(|field| is_below(path, &field.path) || is_below(&field.path, path))
}

/// What the files want a field to be, where that is not what was planned. The server spells amounts its own way and adds defaults: of what
/// is no scalar nothing is known.
fn other_than_planned(object: &Node, planned: &PlannedField) -> Option<Value> {
    let path: FieldPath = planned.path.parse().ok()?;
    let found = path.resolve(object).ok()?;
    let value = json(&masked(object, &path, found.node()));
    let (wanted, meant) = (text(&value)?, text(&planned.after)?);
    let is_amount = || Quantity::parse(&wanted).is_some_and(|amount| Quantity::parse(&meant) == Some(amount));
    (meant != MASKED && wanted != meant && !is_amount()).then_some(value)
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Array(_) | Value::Object(_) => None,
        other => Some(other.to_string()),
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::Null => "absent".to_owned(),
        Value::String(text) if text.len() > 60 => format!("`{}…`", text.chars().take(60).collect::<String>()),
        Value::String(text) => format!("`{text}`"),
        other => other.to_string(),
    }
}
