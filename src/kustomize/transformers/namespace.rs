//! `namespace`: the namespace of all objects that have one, and of some references to it.

use rustc_hash::FxHashMap;

use crate::diagnostics::{Diagnostic, Diagnostics, Pos};
use crate::k8s::{ResMap, Resource};
use crate::kustomize::Transformer;
use crate::kustomize::context::Context;
use crate::kustomize::decode::{Decoder, FromNode, Text, record};
use crate::kustomize::fields::{FieldError, FieldPath, Missing};
use crate::kustomize::specs::FieldSpecs;
use crate::kustomize::types::{FieldSpec, ObjectMeta};
use crate::yaml::{Node, Origin, Tag, Value, Via};

use super::writer::{Cause, Writer, expect_scalar};

/// Which subjects of role bindings get the namespace.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum RoleBindingSubjects {
    /// Those named `default`.
    #[default]
    DefaultOnly,
    /// Service accounts.
    AllServiceAccounts,
    /// None.
    None,
}

/// Sets the namespace of all objects.
#[derive(Clone, Debug)]
pub struct Namespace {
    namespace: Text,
    specs: FieldSpecs,
    unset_only: bool,
    subjects: RoleBindingSubjects,
    own: FieldPath,
}

record! {
    Config as "a NamespaceTransformer" {
        metadata: ObjectMeta = "metadata",
        field_specs: Vec<FieldSpec> = "fieldSpecs",
        unset_only: bool = "unsetOnly",
        subjects: Text = "setRoleBindingSubjects",
    }
}

const METADATA_NAMESPACE: &str = "metadata/namespace";
const METADATA_NAME: &str = "metadata/name";
const SUBJECTS_NAMESPACE: &str = "subjects/namespace";

impl Namespace {
    /// For `namespace` of a kustomization.
    pub fn new(namespace: Text, specs: FieldSpecs) -> Namespace {
        let own = FieldSpec { path: METADATA_NAMESPACE.to_owned(), create: true, ..FieldSpec::default() };
        let subjects = RoleBindingSubjects::default();
        Namespace { namespace, specs, unset_only: false, subjects, own: FieldPath::new(&own) }
    }

    /// From plugin configuration.
    ///
    /// # Errors
    /// When the configuration is wrong.
    pub fn from_config(node: &Node, cx: &Context<'_>) -> Result<Namespace, Diagnostics> {
        let mut decoder = Decoder::plugin(cx.trace);
        let config = Config::from_node(node, &mut decoder);
        let config = decoder.finish(config)?;
        let subjects = match config.subjects.value.as_str() {
            "" | "defaultOnly" => RoleBindingSubjects::DefaultOnly,
            "allServiceAccounts" => RoleBindingSubjects::AllServiceAccounts,
            "none" => RoleBindingSubjects::None,
            other => {
                let known = ["defaultOnly", "allServiceAccounts", "none"];
                let near = crate::diagnostics::did_you_mean(other, known);
                return Err(Diagnostic::error(
                    "redisops::transform::role_binding_subjects",
                    format!("`{other}` is no value of `setRoleBindingSubjects`"),
                )
                .label(config.subjects.pos, other.len(), "")
                .help(match near {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("use one of {}", known.join(", ")),
                })
                .into());
            }
        };
        let namespace = Namespace::new(config.metadata.namespace, config.field_specs.into());
        Ok(Namespace { unset_only: config.unset_only, subjects, ..namespace })
    }

    /// Sets the namespace of one object.
    fn apply(&self, resource: &mut Resource, cluster_scoped: bool, writer: &Writer<'_>) -> Result<(), FieldFailure> {
        if !cluster_scoped {
            self.own
                .visit(&mut resource.node, Missing::CreateScalar(Tag::Null), &mut |node: &mut Node| {
                    // A null that is written out (`null`, `~`) counts as set here.
                    let is_written = node.text().is_some_and(|t| !t.is_empty());
                    if self.unset_only && is_written { Ok(()) } else { self.set(node, writer) }
                })
                .map_err(|e| FieldFailure::new(METADATA_NAMESPACE, e))?;
        }
        let set = &mut |node: &mut Node| self.set(node, writer);
        let is_binding = matches!(resource.kind(), "RoleBinding" | "ClusterRoleBinding");
        if is_binding {
            self.set_subjects(&mut resource.node, writer).map_err(|e| FieldFailure::new(SUBJECTS_NAMESPACE, e))?;
        }
        let names_too = resource.api_version() == "v1";
        for &number in self.specs.of_kind(resource.api_version(), resource.kind()).iter() {
            let path = &self.specs.paths()[number as usize];
            let spec = &path.spec;
            let is_subjects =
                spec.path == SUBJECTS_NAMESPACE && matches!(spec.kind.as_str(), "RoleBinding" | "ClusterRoleBinding");
            let skip = spec.path == METADATA_NAMESPACE
                || (spec.path == METADATA_NAME && !names_too)
                || (is_binding && is_subjects);
            if !skip {
                path.visit(&mut resource.node, Missing::CreateScalar(Tag::Str), set)
                    .map_err(|e| FieldFailure::new(&spec.path, e))?;
            }
        }
        Ok(())
    }

    fn set(&self, node: &mut Node, writer: &Writer<'_>) -> Result<(), FieldError> {
        expect_scalar(node)?;
        if self.unset_only && !node.is_null() && node.text().is_some_and(|t| !t.is_empty()) {
            return Ok(());
        }
        writer.write_string(node, &self.namespace);
        Ok(())
    }

    fn set_subjects(&self, object: &mut Node, writer: &Writer<'_>) -> Result<(), FieldError> {
        let (key, wanted) = match self.subjects {
            RoleBindingSubjects::None => return Ok(()),
            RoleBindingSubjects::DefaultOnly => ("name", "default"),
            RoleBindingSubjects::AllServiceAccounts => ("kind", "ServiceAccount"),
        };
        let Some(subjects) = object.get_mut("subjects").filter(|s| !s.is_null()) else { return Ok(()) };
        if subjects.as_seq().is_none() {
            return Err(FieldError::at(subjects, "`subjects` is no list"));
        }
        for subject in subjects.as_seq_mut().into_iter().flatten() {
            if subject.is_null() {
                continue;
            }
            if subject.as_map().is_none() {
                return Err(FieldError::at(subject, "a subject is no mapping"));
            }
            let Some(found) = subject.get(key) else { continue };
            expect_scalar(found)?;
            if found.text() != Some(wanted) {
                continue;
            }
            let Some(map) = subject.as_map_mut() else { continue };
            match map.get_mut("namespace") {
                Some(field) => self.set(field, writer)?,
                None => {
                    let mut field = Node::new(Origin::NONE, Value::Scalar(crate::yaml::Scalar::null()));
                    self.set(&mut field, writer)?;
                    map.set("namespace", field);
                }
            }
        }
        Ok(())
    }
}

/// Sets the namespace of one object without remembering the old one, as the reference's value-add transformer does.
pub(super) fn set_namespace(
    resource: &mut Resource,
    namespace: Text,
    cx: &Context<'_>,
    writer: &Writer<'_>,
) -> Result<(), FieldError> {
    let cluster_scoped = cx.scopes().is_cluster_scoped(resource.api_version(), resource.kind());
    Namespace::new(namespace, FieldSpecs::default()).apply(resource, cluster_scoped, writer).map_err(|f| f.error)
}

/// A field that did not fit, with its path.
struct FieldFailure {
    path: String,
    error: FieldError,
}

impl FieldFailure {
    fn new(path: &str, error: FieldError) -> FieldFailure {
        FieldFailure { path: path.to_owned(), error }
    }
}

impl Transformer for Namespace {
    fn transform(&self, resources: &mut ResMap, cx: &Context<'_>) -> Result<(), Diagnostics> {
        if self.namespace.is_empty() {
            return Ok(());
        }
        let scopes = cx.scopes();
        let writer = Writer::new(cx.trace, self.namespace.pos, Via::Field("namespace"));
        let mut found = Diagnostics::new();
        let mut changed = vec![false; resources.len()];
        for (i, resource) in resources.list_mut().iter_mut().enumerate() {
            if resource.is_empty() || resource.helm_generated {
                continue;
            }
            resource.store_previous_id(scopes.as_ref());
            let cluster_scoped = scopes.is_cluster_scoped(resource.api_version(), resource.kind());
            let since = cx.trace.len();
            let result = self.apply(resource, cluster_scoped, &writer);
            resource.spread_writes(cx.trace, since);
            if let Err(failure) = result {
                let cause = Cause { field: "namespace", pos: self.namespace.pos };
                found.push(cause.error(&failure.error, &failure.path, resource, cx));
            }
            changed[i] = true;
        }
        conflicts(resources, &changed, self.namespace.pos, cx, &mut found);
        if found.has_errors() { Err(found) } else { Ok(()) }
    }
}

/// Reports objects that have become one: of equal identities, at least one was changed.
fn conflicts(resources: &ResMap, changed: &[bool], cause: Pos, cx: &Context<'_>, found: &mut Diagnostics) {
    let scopes = cx.scopes();
    let mut first: FxHashMap<u64, usize> = FxHashMap::default();
    first.reserve(resources.len());
    for (i, resource) in resources.iter().enumerate() {
        let other = *first.entry(resource.key(scopes.as_ref())).or_insert(i);
        if other == i || !(changed[i] || changed[other]) {
            continue;
        }
        let (a, b) = (resources.at(other), resource);
        let id = b.id(scopes.as_ref());
        if !a.id(scopes.as_ref()).is_same(&id) {
            continue;
        }
        let was = |r: &Resource| format!("this was {}", r.original_id(scopes.as_ref()));
        found.push(
            Diagnostic::error("redisops::transform::namespace_conflict", format!("two objects become {id}"))
                .label(cx.trace.pos(b.node.origin), 1, was(b))
                .label(cx.trace.pos(a.node.origin), 1, was(a))
                .label(cause, 1, "the namespace is set here")
                .help("rename one of them, or set the namespace in a kustomization that has only one of them"),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Fixture, text};
    use super::*;
    use crate::k8s::fieldspecs_default::NAMESPACE;

    fn specs() -> FieldSpecs {
        FieldSpecs::from_table(NAMESPACE)
    }

    #[test]
    fn objects_move_and_cluster_scoped_ones_stay() {
        let fixture = Fixture::new();
        let mut resources = fixture.resources(&[
            r#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"}}"#,
            r#"{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"a"}}"#,
            r#"{"apiVersion":"example.com/v1","kind":"Namespace","metadata":{"name":"a","namespace":"b"}}"#,
            r#"{"apiVersion":"rbac.authorization.k8s.io/v1","kind":"ClusterRoleBinding","metadata":{"name":"a"},
               "subjects":[{"kind":"User","name":"default"},{"kind":"ServiceAccount","name":"x","namespace":"b"}]}"#,
        ]);
        Namespace::new(text("prod"), specs()).transform(&mut resources, &fixture.cx()).unwrap();
        let [map, namespace, other, binding] = resources.as_slice() else { panic!() };
        assert_eq!((map.namespace(), map.original_namespace(resources.scopes().as_ref())), ("prod", "default"));
        assert_eq!((namespace.name(), namespace.namespace()), ("prod", ""));
        assert_eq!((other.name(), other.namespace()), ("a", "prod"));
        assert_eq!(binding.namespace(), "");
        let subjects = binding.node.get("subjects").unwrap().as_seq().unwrap();
        assert_eq!(subjects[0].text_at(&["namespace"]), Some("prod"));
        assert_eq!(subjects[1].text_at(&["namespace"]), Some("b"));
    }

    #[test]
    fn objects_that_become_one_are_an_error() {
        let fixture = Fixture::new();
        let mut resources = fixture.resources(&[
            r#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","namespace":"x"}}"#,
            r#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","namespace":"y"}}"#,
        ]);
        let error = Namespace::new(text("prod"), specs()).transform(&mut resources, &fixture.cx()).unwrap_err();
        assert_eq!(error.0[0].message, "two objects become ConfigMap/prod/a");
    }

    #[test]
    fn plugin_configuration_may_leave_set_namespaces_alone() {
        let fixture = Fixture::new();
        let config = r#"{"metadata":{"name":"n","namespace":"prod"},"unsetOnly":true,"setRoleBindingSubjects":"none"}"#;
        let transformer = Namespace::from_config(&fixture.node(config), &fixture.cx()).unwrap();
        let mut resources = fixture.resources(&[
            r#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","namespace":"x"}}"#,
            r#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"}}"#,
        ]);
        transformer.transform(&mut resources, &fixture.cx()).unwrap();
        assert_eq!(resources.at(0).namespace(), "x");
        assert_eq!(resources.at(1).namespace(), "prod");
        let wrong = r#"{"metadata":{"namespace":"prod"},"setRoleBindingSubjects":"nome"}"#;
        let error = Namespace::from_config(&fixture.node(wrong), &fixture.cx()).unwrap_err();
        assert_eq!(error.0[0].help.as_deref(), Some("did you mean `none`?"));
    }
}
