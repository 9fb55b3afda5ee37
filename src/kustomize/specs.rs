//! Lists of field specs, prepared once and shared by all kustomizations that use them.

use std::cell::{OnceCell, RefCell};
use std::rc::Rc;

use rustc_hash::FxHashMap;

use crate::diagnostics::Diagnostic;
use crate::k8s::fieldspecs_default::FieldSpecConst;
use crate::k8s::parse_api_version;

use super::fields::FieldPath;
use super::types::FieldSpec;

/// Two field specs of one field that disagree.
#[derive(Clone, Debug)]
pub struct Conflict {
    /// The one that is there.
    pub present: FieldSpec,
    /// The one that was to be added.
    pub incoming: FieldSpec,
}

impl Conflict {
    /// As an error about the list of that name.
    pub fn diagnostic(&self, list: &str) -> Diagnostic {
        let kind = self.incoming.gvk();
        let of = if kind.kind.is_empty() { String::new() } else { format!(" of {kind}") };
        Diagnostic::error(
            "redisops::configuration::conflict",
            format!("field specs of `{list}` disagree about `create` for `{}`{of}", self.incoming.path),
        )
        .label(self.incoming.pos, 1, format!("`create: {}` here", self.incoming.create))
        .label(self.present.pos, 1, format!("`create: {}` here", self.present.create))
        .note(format!("the one that is there already has `create: {}`", self.present.create))
        .help(format!("set `create: {}`", self.present.create))
    }
}

/// Numbers of field specs by kind and `apiVersion`.
type ByKind = FxHashMap<Box<str>, FxHashMap<Box<str>, Rc<[u32]>>>;

#[derive(Debug, Default)]
struct Inner {
    list: Vec<FieldSpec>,
    paths: OnceCell<Vec<FieldPath>>,
    by_kind: RefCell<ByKind>,
    deduplicated: OnceCell<Result<Option<FieldSpecs>, Conflict>>,
    /// Lists that are known to add nothing.
    contained: RefCell<Vec<FieldSpecs>>,
}

/// A list of field specs. Cheap to copy.
#[derive(Clone, Debug, Default)]
pub struct FieldSpecs(Rc<Inner>);

impl From<Vec<FieldSpec>> for FieldSpecs {
    fn from(list: Vec<FieldSpec>) -> FieldSpecs {
        FieldSpecs(Rc::new(Inner { list, ..Inner::default() }))
    }
}

impl FieldSpecs {
    /// A list from the built-in tables.
    pub fn from_table(table: &[FieldSpecConst]) -> FieldSpecs {
        table.iter().map(from_const).collect::<Vec<_>>().into()
    }

    /// The field specs.
    pub fn as_slice(&self) -> &[FieldSpec] {
        &self.0.list
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.list.is_empty()
    }

    /// Whether both are the same list in memory.
    pub fn is_same(&self, other: &FieldSpecs) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }

    /// The field specs, ready to apply.
    pub fn paths(&self) -> &[FieldPath] {
        self.0.paths.get_or_init(|| FieldPath::all(&self.0.list))
    }

    /// The numbers of those that apply to objects of a kind.
    pub fn of_kind(&self, api_version: &str, kind: &str) -> Rc<[u32]> {
        if let Some(found) = self.0.by_kind.borrow().get(kind).and_then(|v| v.get(api_version)) {
            return Rc::clone(found);
        }
        let (group, version) = parse_api_version(api_version);
        let numbers = self.0.list.iter().enumerate().filter(|(_, s)| s.selects(group, version, kind));
        let found: Rc<[u32]> = numbers.map(|(i, _)| i as u32).collect();
        let mut by_kind = self.0.by_kind.borrow_mut();
        by_kind.entry(kind.into()).or_default().insert(api_version.into(), Rc::clone(&found));
        found
    }

    /// These, and those of the other list that name other fields.
    ///
    /// # Errors
    /// When a field of both is created by one and not by the other.
    pub fn merged(&self, incoming: &FieldSpecs) -> Result<FieldSpecs, Conflict> {
        if incoming.is_empty() || self.contains(incoming) {
            return Ok(self.clone());
        }
        if self.is_empty() {
            return incoming.deduplicated();
        }
        let mut list = self.0.list.clone();
        for spec in incoming.as_slice() {
            merge_one(&mut list, spec)?;
        }
        if list.len() == self.0.list.len() {
            // Nothing new: keep what was prepared.
            self.0.contained.borrow_mut().push(incoming.clone());
            return Ok(self.clone());
        }
        let merged = FieldSpecs::from(list);
        merged.0.contained.borrow_mut().push(self.clone());
        Ok(merged)
    }

    fn contains(&self, other: &FieldSpecs) -> bool {
        self.is_same(other) || self.0.contained.borrow().iter().any(|c| c.is_same(other))
    }

    fn deduplicated(&self) -> Result<FieldSpecs, Conflict> {
        let shorter = self.0.deduplicated.get_or_init(|| {
            let mut list = Vec::with_capacity(self.0.list.len());
            for spec in &self.0.list {
                merge_one(&mut list, spec)?;
            }
            Ok((list.len() < self.0.list.len()).then(|| list.into()))
        });
        shorter.clone().map(|s| s.unwrap_or_else(|| self.clone()))
    }

    /// In the order of kinds that the reference keeps; see [`crate::k8s::Gvk::config_order`].
    #[must_use]
    pub fn sorted(self) -> FieldSpecs {
        let list = &self.0.list;
        if list.is_sorted_by(|a, b| a.gvk().config_order(&b.gvk()).is_le()) {
            return self;
        }
        let mut list = list.clone();
        // The reference's sort is not stable, but fields of one kind do not depend on each other's order.
        list.sort_by(|a, b| a.gvk().config_order(&b.gvk()));
        list.into()
    }
}

fn from_const(spec: &FieldSpecConst) -> FieldSpec {
    FieldSpec {
        group: spec.group.to_owned(),
        version: spec.version.to_owned(),
        kind: spec.kind.to_owned(),
        path: spec.path.to_owned(),
        create: spec.create,
        ..FieldSpec::default()
    }
}

/// Adds a field spec unless one is there whose kind it selects, with the same path.
///
/// # Errors
/// When that one disagrees about creation.
pub fn merge_one(list: &mut Vec<FieldSpec>, spec: &FieldSpec) -> Result<(), Conflict> {
    let same = |present: &&FieldSpec| {
        present.path == spec.path && spec.selects(&present.group, &present.version, &present.kind)
    };
    match list.iter().find(same) {
        None => list.push(spec.clone()),
        Some(present) if present.create == spec.create => {}
        Some(present) => return Err(Conflict { present: present.clone(), incoming: spec.clone() }),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec(kind: &str, path: &str, create: bool) -> FieldSpec {
        FieldSpec { kind: kind.into(), path: path.into(), create, ..FieldSpec::default() }
    }

    #[test]
    fn fields_that_are_there_are_not_added_again() {
        let specs: FieldSpecs = vec![spec("Foo", "a", true), spec("", "b", false)].into();
        let merged = specs.merged(&vec![spec("Foo", "a", true)].into()).unwrap();
        assert!(merged.is_same(&specs));
        // The incoming field spec selects the present one, not the other way round.
        let merged = specs.merged(&vec![spec("Foo", "b", false)].into()).unwrap();
        assert_eq!(merged.as_slice().len(), 3);
        let merged = specs.merged(&vec![spec("", "a", true)].into()).unwrap();
        assert_eq!(merged.as_slice().len(), 2);
        assert!(specs.merged(&vec![spec("Foo", "a", false)].into()).is_err());
    }

    #[test]
    fn kinds_are_looked_up_once() {
        let specs: FieldSpecs = vec![spec("Foo", "a", true), spec("", "b", false), spec("Bar", "c", false)].into();
        assert_eq!(*specs.of_kind("v1", "Foo"), [0, 1]);
        assert!(Rc::ptr_eq(&specs.of_kind("v1", "Foo"), &specs.of_kind("v1", "Foo")));
    }
}
