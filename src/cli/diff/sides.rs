//! Both sides of a comparison, rendered and compared.

use std::path::PathBuf;

use crate::cli::render::{Rendered, State, render};
use crate::cli::settings::RenderSettings;
use crate::diagnostics::{Diagnostics, Severity, Sources};
use crate::drift::{self, Asked, Change, ChangeKind, CompareError, Object, Sides};
use crate::k8s::ResourceRef;
use crate::k8s::openapi::OpenApi;
use crate::topology;

use super::targets::Task;

/// Codes of targets that a state of the files does not have.
const ABSENT: [&str; 3] =
    ["redisops::load::not_found", "redisops::load::missing_kustomization", "redisops::environment::not_found"];

/// What a target is, where nothing can be said of its objects.
const KUSTOMIZATION: (&str, &str) = ("kustomize.config.k8s.io/v1beta1", "Kustomization");

/// What a task has found.
pub struct Compared {
    /// What becomes of the objects.
    pub changes: Vec<Change>,
    /// Roots of the repositories of both sides, older first, for those who look for the commits of lines.
    pub roots: [Option<PathBuf>; 2],
    /// Something the user should know.
    pub note: Option<String>,
    /// Warnings, and the texts that they point into.
    pub warnings: Option<(Sources, Diagnostics)>,
}

/// What a task has found, or what was wrong and the texts that it points into.
pub type Comparison = Result<Compared, Vec<(Sources, Diagnostics)>>;

impl Compared {
    /// What stands in the report for a target that could not be rendered.
    pub fn failed(task: &Task, wrong: &[(Sources, Diagnostics)]) -> Compared {
        let mut errors =
            wrong.iter().flat_map(|(_, found)| found.0.iter()).filter(|one| one.severity == Severity::Error);
        let first = errors.next();
        let more = match errors.count() {
            0 => String::new(),
            more => format!(" (and {more} more)"),
        };
        let error = CompareError {
            code: first.map_or("redisops::diff::failed", |one| one.code).to_owned(),
            message: format!("{}{more}", first.map_or("it cannot be rendered", |one| one.message.as_str())),
            verb: Some("build".to_owned()),
            resource: Some(task.target.clone()),
        };
        let change = Change {
            target: Some(task.target.clone()),
            resource: ResourceRef {
                api_version: KUSTOMIZATION.0.to_owned(),
                kind: KUSTOMIZATION.1.to_owned(),
                namespace: None,
                name: task.target.clone(),
            },
            change: ChangeKind::None,
            renamed_from: None,
            place: None,
            consequence: None,
            fields: Vec::new(),
            error: Some(error),
            refusal: None,
        };
        Compared { changes: vec![change], roots: [None, None], note: None, warnings: None }
    }
}

/// Renders both sides of a task and compares them.
pub fn compare(task: &Task, settings: &RenderSettings) -> Comparison {
    let side = |(word, state): &(String, State)| render(word, state, settings);
    let (before, after) = (side(&task.before), side(&task.after));
    let is_absent = |side: &Result<Rendered, (Sources, Diagnostics)>| match side {
        // What a kustomization names and does not find has a place in it.
        Err((_, found)) => matches!(&*found.0, [one] if ABSENT.contains(&one.code) && one.labels.is_empty()),
        Ok(_) => false,
    };
    let is_absent = |side: &_| task.may_be_absent && is_absent(side);
    let (before, after) = match (is_absent(&before), is_absent(&after)) {
        (true, false) => (None, Some(after)),
        (false, true) => (Some(before), None),
        _ => (Some(before), Some(after)),
    };
    let mut failed = Vec::new();
    let mut take = |side: Option<Result<Rendered, (Sources, Diagnostics)>>| match side {
        Some(Ok(rendered)) => Some(rendered),
        Some(Err(error)) => {
            failed.push(error);
            None
        }
        None => None,
    };
    let (before, after) = (take(before), take(after));
    if !failed.is_empty() {
        // A target that neither side has is told once.
        if failed.len() == 2
            && failed[0].1.0.iter().map(|one| &one.message).eq(failed[1].1.0.iter().map(|one| &one.message))
        {
            failed.pop();
        }
        return Err(failed);
    }
    let mut warnings = Diagnostics::new();
    // Nobody makes one environment of the other.
    if let (Some(older), Some(newer), false) = (&before, &after, task.matching.across_namespaces) {
        fn nodes(side: &Rendered) -> Vec<&crate::yaml::Node> {
            side.objects.iter().map(|object| &object.node).collect()
        }
        warnings = topology::refused(&nodes(older), &nodes(newer), &newer.trace);
        if warnings.has_errors() {
            return Err(after.into_iter().map(|newer| (newer.sources, warnings.clone())).collect());
        }
    }
    let found = compared(task, before.as_ref(), after.as_ref());
    Ok(Compared { warnings: after.map(|newer| (newer.sources, warnings)), ..found })
}

fn compared(task: &Task, before: Option<&Rendered>, after: Option<&Rendered>) -> Compared {
    let (old, new) = (objects(before), objects(after));
    let openapi = OpenApi::default();
    let sides = Sides { before: &old, after: &new, matching: task.matching, openapi: &openapi };
    let mut place = |asked: &Asked<'_>| {
        let side = if asked.newer { after } else { before };
        side?.line_of(asked)
    };
    let mut changes = drift::changes(&sides, &mut place);
    for change in &mut changes {
        change.target = Some(task.target.clone());
    }
    let root = |side: Option<&Rendered>| side.map(|rendered| rendered.names.root().to_owned());
    let note = after.or(before).and_then(|side| side.note.clone());
    Compared { changes, roots: [root(before), root(after)], note, warnings: None }
}

fn objects(side: Option<&Rendered>) -> Vec<Object<'_>> {
    let resources = side.map_or(&[][..], |rendered| rendered.objects.as_slice());
    resources.iter().map(|one| Object { node: &one.node, original_name: Some(one.original_name()) }).collect()
}
