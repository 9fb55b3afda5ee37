//! The entries of a report on what is live.

use crate::drift::consequence::{self, Users};
use crate::drift::objects::shown;
use crate::drift::report::{Change, ChangeKind, CompareError, FieldChange, Origin};
use crate::k8s::ResourceRef;
use crate::yaml::Node;

use super::confirm::Drifted;

/// An object on both sides.
#[derive(Clone, Copy)]
pub struct Sides<'a> {
    /// Which object.
    pub resource: &'a ResourceRef,
    /// As Git has it, in its comparable form.
    pub git: &'a Node,
    /// As it is live.
    pub live: &'a Node,
    /// Who uses what.
    pub users: &'a Users,
}

fn entry(resource: &ResourceRef, change: ChangeKind) -> Change {
    Change {
        target: None,
        resource: resource.clone(),
        change,
        renamed_from: None,
        place: None,
        consequence: None,
        fields: Vec::new(),
        error: None,
        refusal: None,
    }
}

/// An object that is not live.
pub fn create(resource: &ResourceRef) -> Change {
    entry(resource, ChangeKind::Create)
}

/// An object that is live, and that Git has no more.
pub fn delete(resource: &ResourceRef, live: &Node) -> Change {
    Change { consequence: consequence::of_deletion(live), ..entry(resource, ChangeKind::Delete) }
}

/// An object that could not be compared, or not for sure.
pub fn failed(change: Change, error: CompareError) -> Change {
    Change { change: ChangeKind::None, error: Some(error), ..change }
}

/// An object that is live, with the fields that differ. `place` tells the line of a field.
pub fn update(
    sides: Sides<'_>,
    drifted: &[Drifted<'_>],
    place: &mut dyn FnMut(&Drifted<'_>) -> Option<Origin>,
) -> Change {
    let versions = consequence::Change { before: sides.live, after: sides.git, users: sides.users, renamed: false };
    let field = |one: &Drifted<'_>| {
        let (before, after) = shown(sides.live, sides.git, &one.path, one.before.as_ref(), one.after);
        FieldChange {
            path: one.path.to_string(),
            before,
            after,
            origin: one.after.and_then(|_| place(one)),
            manager: one.manager.clone(),
            consequence: if one.unmanaged { None } else { consequence::of_field(&versions, &one.path) },
            conflict: one.conflict,
            unmanaged: one.unmanaged,
        }
    };
    let fields: Vec<FieldChange> = drifted.iter().map(field).collect();
    let kind = match fields.iter().all(|field| field.unmanaged) {
        true => ChangeKind::None,
        false => ChangeKind::Update,
    };
    Change { fields, ..entry(sides.resource, kind) }
}
