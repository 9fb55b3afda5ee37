//! The hash suffix of generated ConfigMaps and Secrets.

use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::k8s::{ResMap, hash::hash};
use crate::kustomize::Transformer;
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
            let writer = Writer::new(cx.trace, place, Via::Field("hash"));
            match resource.node.lookup_mut(&["metadata", "name"]) {
                Some(node) => writer.write_text(node, &name),
                None => resource.set_name(&name),
            }
        }
        if found.has_errors() { Err(found) } else { Ok(()) }
    }
}
