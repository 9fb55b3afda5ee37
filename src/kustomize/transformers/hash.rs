//! The hash suffix of generated ConfigMaps and Secrets.

use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::k8s::{ResMap, hash::hash};
use crate::kustomize::Transformer;
use crate::kustomize::absorb::generator_field;
use crate::kustomize::context::Context;
use crate::yaml::Via;

use super::writer::Writer;

/// Appends the hash of their content to the names of objects that need it.
#[derive(Clone, Copy, Default, Debug)]
pub struct HashSuffix;

impl Transformer for HashSuffix {
    fn transform(&self, resources: &mut ResMap, cx: &Context<'_>) -> Result<(), Diagnostics> {
        if !resources.iter().any(|r| r.needs_hash) {
            return Ok(());
        }
        let scopes = cx.scopes();
        let mut found = Diagnostics::new();
        for resource in resources.list_mut().iter_mut().filter(|r| r.needs_hash) {
            let place = cx.trace.pos(resource.node.origin);
            let Some(hash) = hash(&resource.node) else {
                let id = resource.id(scopes.as_ref());
                found.push(
                    Diagnostic::error("redisops::transform::hash_kind", format!("{id} cannot have a hash in its name"))
                        .label(place, 1, "it asks for a hash")
                        .note("names of ConfigMaps and Secrets can have one")
                        .help("remove the annotation `kustomize.config.k8s.io/needs-hash`"),
                );
                continue;
            };
            resource.store_previous_id(scopes.as_ref());
            let name = format!("{}-{hash}", resource.name());
            let writer = Writer::new(cx.trace, place, Via::Field(generator_field(resource.kind())));
            match resource.node.lookup_mut(&["metadata", "name"]) {
                Some(node) => writer.write_text(node, &name),
                None => resource.set_name(&name),
            }
        }
        if found.has_errors() { Err(found) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::Fixture;
    use super::*;

    #[test]
    fn names_that_need_it_get_a_hash_and_are_remembered() {
        let fixture = Fixture::new();
        let mut resources = fixture.resources(&[
            r#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"x"},"data":{"a":"b"}}"#,
            r#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"y"},"data":{"a":"b"}}"#,
        ]);
        resources.list_mut()[0].needs_hash = true;
        HashSuffix.transform(&mut resources, &fixture.cx()).unwrap();
        // `kustomize build` of a generator with that literal.
        assert_eq!(resources.at(0).name(), "x-4h2mbtbbt6");
        assert_eq!((resources.at(0).original_name(), resources.at(1).name()), ("x", "y"));
        resources.list_mut()[0] = crate::k8s::Resource::new(fixture.node(r#"{"kind":"Pod","metadata":{"name":"p"}}"#));
        resources.list_mut()[0].needs_hash = true;
        assert!(HashSuffix.transform(&mut resources, &fixture.cx()).is_err());
    }
}
