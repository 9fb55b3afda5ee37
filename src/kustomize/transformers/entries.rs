//! Setting entries of a mapping in many places of many objects: what labels and annotations have in common.

use smallvec::SmallVec;

use crate::diagnostics::{Diagnostics, Pos};
use crate::k8s::{ResMap, Resource};
use crate::kustomize::context::Context;
use crate::kustomize::decode::Pairs;
use crate::kustomize::fields::{FieldError, Missing};
use crate::kustomize::specs::FieldSpecs;
use crate::yaml::{Node, Origin, Scalar, Style, Value, Via};

use super::writer::{Cause, Writer};

/// Sets all pairs under all field specs of all objects. `field` is the field of the kustomization that asks.
pub(super) fn set_everywhere(
    pairs: &Pairs,
    specs: &FieldSpecs,
    field: &'static str,
    resources: &mut ResMap,
    cx: &Context<'_>,
) -> Result<(), Diagnostics> {
    let writers: Vec<(&str, &str, Writer<'_>)> = pairs
        .0
        .iter()
        .map(|(key, value)| {
            (key.value.as_str(), value.value.as_str(), Writer::new(cx.trace, value.pos, Via::Field(field)))
        })
        .collect();
    let mut found = Diagnostics::new();
    // Names and kinds are no entries of a mapping that somebody would label: the index stays.
    for resource in resources.contents_mut() {
        let since = cx.trace.len();
        let numbers = specs.of_kind(resource.api_version(), resource.kind());
        let mut complete = true;
        for (i, (key, value, writer)) in writers.iter().enumerate() {
            let mut places = Places { writer, key, value, created: 0, overwritten: SmallVec::new() };
            for &number in numbers.iter() {
                let path = &specs.paths()[number as usize];
                let result = path.visit(&mut resource.node, Missing::CreateMap, &mut |node| places.set(node));
                if let Err(error) = result {
                    let cause = Cause { field, pos: pairs.0[i].1.pos };
                    found.push(cause.error(&error, &path.spec.path, resource, cx));
                }
            }
            complete &= places.note(resource);
        }
        if !complete {
            resource.spread_writes(cx.trace, since);
        }
        if found.0.len() >= MAX_ERRORS {
            break;
        }
    }
    if found.has_errors() { Err(found) } else { Ok(()) }
}

/// A field spec that does not fit fits no object of its kind; the first ones show what is wrong.
const MAX_ERRORS: usize = 20;

/// The places of one object that get one value.
struct Places<'a, 'b> {
    writer: &'a Writer<'b>,
    key: &'a str,
    value: &'a str,
    /// New fields: they are one scalar from now on.
    created: u32,
    overwritten: SmallVec<[Overwritten; 2]>,
}

/// A scalar that was there.
struct Overwritten {
    before: Origin,
    after: Origin,
    /// How many of the places visited had it.
    places: u32,
}

impl Places<'_, '_> {
    fn set(&mut self, node: &mut Node) -> Result<(), FieldError> {
        if node.is_null() {
            // The reference sets the entry on a null, which stays a null.
            return Ok(());
        }
        let Value::Map(map) = &mut node.value else {
            return Err(FieldError::at(node, format!("`{}` can only be set in a mapping", self.key)));
        };
        match map.get_mut(self.key) {
            None => {
                self.created += 1;
                let value = Node::string(self.writer.created(), self.value);
                // The key has no tag in the reference: one that looks like a number is one.
                map.push(Scalar::resolved(self.key, Style::Plain), Pos::NONE, value);
            }
            Some(old) => self.overwrite(old),
        }
        Ok(())
    }

    fn overwrite(&mut self, old: &mut Node) {
        let before = old.origin;
        if let Some(known) = self.overwritten.iter_mut().find(|o| o.before == before) {
            // A scalar that stands in several places is overwritten once.
            known.places += 1;
            let style = old.as_scalar().map_or(Style::Plain, |s| s.style);
            *old = Node::scalar(known.after, Scalar { style, ..Scalar::string(self.value) });
            return;
        }
        self.writer.write_string(old, self.value);
        if old.origin != before {
            self.overwritten.push(Overwritten { before, after: old.origin, places: 1 });
        }
    }

    /// Notes what is one scalar now. False when an overwritten scalar stands in places that were not visited.
    fn note(&self, resource: &mut Resource) -> bool {
        if self.created > 1 {
            resource.share(self.writer.created(), self.created);
        }
        let mut complete = true;
        for overwritten in &self.overwritten {
            match resource.shared.iter_mut().find(|s| s.origin == overwritten.before) {
                Some(shared) if shared.places == overwritten.places => shared.origin = overwritten.after,
                Some(_) => complete = false,
                None => {}
            }
        }
        complete
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Fixture, text};
    use super::*;
    use crate::kustomize::types::FieldSpec;

    fn specs(paths: &[&str]) -> FieldSpecs {
        let spec = |path: &&str| FieldSpec { path: (*path).to_owned(), create: true, ..FieldSpec::default() };
        paths.iter().map(spec).collect::<Vec<_>>().into()
    }

    fn pairs(key: &str, value: &str) -> Pairs {
        Pairs(vec![(text(key), text(value))])
    }

    const BOTH: [&str; 2] = ["metadata/labels", "spec/selector"];

    #[test]
    fn labels_created_together_change_together() {
        let fixture = Fixture::new();
        let mut resources = fixture.resources(&[
            r#"{"kind":"A","metadata":{"name":"a"},"spec":{}}"#,
            r#"{"kind":"A","metadata":{"name":"b","labels":{"env":"z"}},"spec":{}}"#,
        ]);
        let set = |specs: &FieldSpecs, value: &str, resources: &mut ResMap| {
            set_everywhere(&pairs("env", value), specs, "labels", resources, &fixture.cx()).unwrap();
        };
        set(&specs(&BOTH), "a", &mut resources);
        // In all places: nothing is left to spread.
        set(&specs(&BOTH), "b", &mut resources);
        // In one place only: the reference changes both.
        set(&specs(&BOTH[..1]), "c", &mut resources);
        let selector = |i: usize| resources.at(i).node.text_at(&["spec", "selector", "env"]);
        assert_eq!(selector(0), Some("c"));
        // The second object had a label of its own, so its selector is a scalar of its own.
        assert_eq!(selector(1), Some("b"));
        assert_eq!(resources.at(1).label("env"), Some("c"));
    }

    #[test]
    fn a_null_mapping_stays_and_a_scalar_is_an_error() {
        let fixture = Fixture::new();
        let specs: FieldSpecs = vec![FieldSpec { path: "spec/selector".into(), ..FieldSpec::default() }].into();
        let mut resources = fixture.resources(&[r#"{"kind":"A","spec":{"selector":null}}"#]);
        set_everywhere(&pairs("a", "b"), &specs, "labels", &mut resources, &fixture.cx()).unwrap();
        assert!(resources.at(0).node.lookup(&["spec", "selector"]).unwrap().is_null());
        let mut resources = fixture.resources(&[r#"{"kind":"A","spec":{"selector":"x"}}"#]);
        assert!(set_everywhere(&pairs("a", "b"), &specs, "labels", &mut resources, &fixture.cx()).is_err());
    }
}
