//! `replicas`: replica counts by the name of the object.

use crate::diagnostics::{Diagnostic, Diagnostics, did_you_mean};
use crate::k8s::{ResMap, expanded_later};
use crate::kustomize::Transformer;
use crate::kustomize::context::Context;
use crate::kustomize::decode::{Decoder, FromNode, record};
use crate::kustomize::fields::Missing;
use crate::kustomize::specs::FieldSpecs;
use crate::kustomize::types::{FieldSpec, Replica};
use crate::yaml::{Node, Scalar, Tag, Via};

use super::writer::{Cause, Writer, expect_scalar};

/// Sets the replica count of the objects of one name.
#[derive(Clone, Debug)]
pub struct Replicas {
    replica: Replica,
    specs: FieldSpecs,
}

record! {
    Config as "a ReplicaCountTransformer" {
        replica: Replica = "replica",
        field_specs: Vec<FieldSpec> = "fieldSpecs",
    }
}

impl Replicas {
    /// For an entry of `replicas`.
    pub fn new(replica: Replica, specs: FieldSpecs) -> Replicas {
        Replicas { replica, specs }
    }

    /// From plugin configuration.
    ///
    /// # Errors
    /// When the configuration is wrong.
    pub fn from_config(node: &Node, cx: &Context<'_>) -> Result<Replicas, Diagnostics> {
        let mut decoder = Decoder::plugin(cx.trace);
        let config = Config::from_node(node, &mut decoder);
        let config = decoder.finish(config)?;
        Ok(Replicas::new(config.replica, config.field_specs.into()))
    }

    fn not_found(&self, resources: &ResMap) -> Diagnostic {
        let name = &self.replica.name;
        let kinds: Vec<String> = self.specs.as_slice().iter().map(|s| s.gvk().to_string()).collect();
        let scalable = |group: &str, version: &str, kind: &str| {
            self.specs.as_slice().iter().any(|s| s.selects(group, version, kind))
        };
        let others = resources.iter().filter(|r| {
            let (group, version) = crate::k8s::parse_api_version(r.api_version());
            scalable(group, version, r.kind())
        });
        let same_name = resources.find_name(name).first().map(|&i| resources.at(i as usize));
        let diagnostic = Diagnostic::error(
            "redisops::transform::replicas_target",
            format!("`replicas` names `{}`, but no object of that name has replicas", name.value),
        )
        .label(name.pos, name.len(), "no such object")
        .note(format!("objects with replicas are {}", kinds.join(", ")));
        if let Some(help) = expanded_later(resources.as_slice(), name) {
            return diagnostic.help(help);
        }
        match (did_you_mean(name, others.map(|r| r.name())), same_name) {
            (Some(near), _) => diagnostic.help(format!("did you mean `{near}`?")),
            (None, Some(other)) => diagnostic.help(format!(
                "`{}` is a {}; add its field under `replicas` in `configurations`",
                name.value,
                other.kind()
            )),
            (None, None) => diagnostic.help("correct the name, or add the object to `resources`"),
        }
    }
}

impl Transformer for Replicas {
    fn transform(&self, resources: &mut ResMap, cx: &Context<'_>) -> Result<(), Diagnostics> {
        let writer = Writer::new(cx.trace, self.replica.pos, Via::Field("replicas"));
        let named = resources.find_name(&self.replica.name);
        let mut any = false;
        let mut found = Diagnostics::new();
        for (number, spec) in self.specs.as_slice().iter().enumerate() {
            for &position in &named {
                let position = position as usize;
                let is_meant = resources.is_or_was(position, |id| {
                    id.name == self.replica.name.value && spec.selects(&id.gvk.group, &id.gvk.version, &id.gvk.kind)
                });
                if !is_meant {
                    continue;
                }
                any = true;
                let resource = &mut resources.contents_mut()[position];
                if !self.specs.of_kind(resource.api_version(), resource.kind()).contains(&(number as u32)) {
                    continue;
                }
                let path = &self.specs.paths()[number];
                let result = path.visit(&mut resource.node, Missing::CreateScalar(Tag::Int), &mut |node| {
                    expect_scalar(node)?;
                    writer.write(node, Scalar::int(self.replica.count.value));
                    Ok(())
                });
                if let Err(error) = result {
                    let cause = Cause { field: "replicas", pos: self.replica.pos };
                    found.push(cause.error(&error, &spec.path, resource, cx));
                }
            }
        }
        if !any {
            found.push(self.not_found(resources));
        }
        if found.has_errors() { Err(found) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Fixture, text};
    use super::*;
    use crate::k8s::fieldspecs_default::REPLICAS;
    use crate::kustomize::decode::Spanned;

    fn replicas(name: &str) -> Replicas {
        let count = Spanned { value: 5, pos: crate::diagnostics::Pos::from_raw(1) };
        let replica = Replica { name: text(name), count, ..Replica::default() };
        Replicas::new(replica, FieldSpecs::from_table(REPLICAS))
    }

    #[test]
    fn counts_are_set_by_any_name_that_an_object_had() {
        let fixture = Fixture::new();
        let mut resources = fixture.resources(&[
            r#"{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"a"},"spec":{"replicas":"1"}}"#,
            r#"{"apiVersion":"apps/v1","kind":"StatefulSet","metadata":{"name":"a"}}"#,
            r#"{"apiVersion":"v1","kind":"Service","metadata":{"name":"a"}}"#,
        ]);
        let scopes = resources.scopes().clone();
        resources.list_mut()[0].store_previous_id(scopes.as_ref());
        resources.list_mut()[0].set_name("p-a");
        replicas("a").transform(&mut resources, &fixture.cx()).unwrap();
        let count = |i: usize| resources.at(i).node.lookup(&["spec", "replicas"]).and_then(Node::as_scalar).cloned();
        assert_eq!(count(0).map(|s| (s.tag, s.text.to_string())), Some((Tag::Int, "5".to_owned())));
        assert!(count(1).is_some() && count(2).is_none());
    }

    #[test]
    fn a_name_that_is_not_there_is_an_error_with_the_one_that_was_meant() {
        let fixture = Fixture::new();
        let mut resources = fixture.resources(&[
            r#"{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"cache"}}"#,
            r#"{"apiVersion":"v1","kind":"Service","metadata":{"name":"web"}}"#,
        ]);
        let help = |name: &str, resources: &mut ResMap| {
            replicas(name).transform(resources, &fixture.cx()).unwrap_err().0[0].help.clone().unwrap()
        };
        assert_eq!(help("cahce", &mut resources), "did you mean `cache`?");
        assert!(help("web", &mut resources).starts_with("`web` is a Service"));
    }
}
