//! Transformer configuration: which fields of which kinds the transformers change, and which fields hold names of other objects.
//!
//! The default is shared by all kustomizations of a build: merging it with itself costs a comparison of pointers.

use std::cell::RefCell;
use std::rc::Rc;

use crate::diagnostics::Diagnostics;
use crate::k8s::Gvk;
use crate::k8s::fieldspecs_default as table;
use crate::yaml::{Node, Trace};

use super::decode::{Decoder, FromNode};
use super::name_reference::NameBackReference;
use super::specs::{Conflict, FieldSpecs, merge_one};
use super::types::FieldSpec;

/// Name references. Cheap to copy.
#[derive(Clone, Debug, Default)]
pub struct NameReferences(Rc<References>);

#[derive(Debug, Default)]
struct References {
    list: Vec<NameBackReference>,
    /// Lists that are known to add nothing.
    contained: RefCell<Vec<NameReferences>>,
}

/// All field specs of a build.
#[derive(Clone, Debug, Default)]
pub struct TransformerConfig {
    /// Fields of `namePrefix`.
    pub name_prefix: FieldSpecs,
    /// Fields of `nameSuffix`.
    pub name_suffix: FieldSpecs,
    /// Fields of `namespace`.
    pub namespace: FieldSpecs,
    /// Fields of `commonLabels` and of labels with selectors.
    pub common_labels: FieldSpecs,
    /// Fields of all `labels`.
    pub labels: FieldSpecs,
    /// Fields of labels with templates.
    pub template_labels: FieldSpecs,
    /// Fields of labels with volume claim templates.
    pub volume_claim_template_labels: FieldSpecs,
    /// Fields of `commonAnnotations`.
    pub common_annotations: FieldSpecs,
    /// Fields that hold names.
    pub name_reference: NameReferences,
    /// Fields in which vars are expanded.
    pub var_reference: FieldSpecs,
    /// Fields of `images`.
    pub images: FieldSpecs,
    /// Fields of `replicas`.
    pub replicas: FieldSpecs,
}

impl NameReferences {
    /// The name references.
    pub fn as_slice(&self) -> &[NameBackReference] {
        &self.0.list
    }

    /// Whether both are the same list in memory.
    pub fn is_same(&self, other: &NameReferences) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }

    fn merged(&self, incoming: &NameReferences) -> Result<NameReferences, Conflict> {
        if incoming.0.list.is_empty() || self.contains(incoming) {
            return Ok(self.clone());
        }
        if self.0.list.is_empty() {
            return Ok(incoming.clone());
        }
        let size = |list: &[NameBackReference]| list.len() + list.iter().map(|r| r.referrers.len()).sum::<usize>();
        let mut list = self.0.list.clone();
        incoming.0.list.iter().try_for_each(|reference| add_reference(&mut list, reference))?;
        if size(&list) == size(&self.0.list) {
            self.0.contained.borrow_mut().push(incoming.clone());
            return Ok(self.clone());
        }
        let merged = NameReferences::from(list).sorted();
        merged.0.contained.borrow_mut().push(self.clone());
        Ok(merged)
    }

    fn contains(&self, other: &NameReferences) -> bool {
        self.is_same(other) || self.0.contained.borrow().iter().any(|c| c.is_same(other))
    }

    fn sorted(self) -> NameReferences {
        if self.0.list.is_sorted_by(|a, b| a.target.config_order(&b.target).is_le()) {
            return self;
        }
        let mut list = self.0.list.clone();
        list.sort_by(|a, b| a.target.config_order(&b.target));
        list.into()
    }
}

/// Adds the fields to the reference to the same kind, or the reference.
pub(super) fn add_reference(list: &mut Vec<NameBackReference>, reference: &NameBackReference) -> Result<(), Conflict> {
    match list.iter_mut().find(|r| r.target == reference.target) {
        Some(present) => reference.referrers.iter().try_for_each(|spec| merge_one(&mut present.referrers, spec)),
        None => {
            list.push(reference.clone());
            Ok(())
        }
    }
}

impl From<Vec<NameBackReference>> for NameReferences {
    fn from(list: Vec<NameBackReference>) -> NameReferences {
        NameReferences(Rc::new(References { list, contained: RefCell::default() }))
    }
}

impl TransformerConfig {
    /// The configuration that applies when a kustomization adds none. Build it once and copy it.
    pub fn built_in() -> TransformerConfig {
        let names = table::NAME_REFERENCE.iter().map(|r| NameBackReference {
            target: Gvk::new(r.group, r.version, r.kind),
            referrers: FieldSpecs::from_table(r.fields).as_slice().to_vec(),
        });
        TransformerConfig {
            name_prefix: FieldSpecs::from_table(table::NAME_PREFIX),
            name_suffix: FieldSpecs::from_table(table::NAME_SUFFIX),
            namespace: FieldSpecs::from_table(table::NAMESPACE),
            common_labels: FieldSpecs::from_table(table::COMMON_LABELS),
            labels: FieldSpecs::from_table(table::LABELS),
            template_labels: FieldSpecs::from_table(table::TEMPLATE_LABELS),
            volume_claim_template_labels: FieldSpecs::from_table(table::VOLUME_CLAIM_TEMPLATE_LABELS),
            common_annotations: FieldSpecs::from_table(table::COMMON_ANNOTATIONS),
            name_reference: names.collect::<Vec<_>>().into(),
            var_reference: FieldSpecs::from_table(table::VAR_REFERENCE),
            images: FieldSpecs::from_table(&[table::IMAGES, table::REDIS_IMAGES].concat()),
            replicas: FieldSpecs::from_table(&[table::REPLICAS, table::REDIS_REPLICAS].concat()),
        }
    }

    /// From a file under `configurations`.
    ///
    /// # Errors
    /// Everything that is wrong with the file.
    pub fn from_file(node: &Node, trace: &Trace) -> Result<TransformerConfig, Diagnostics> {
        let mut decoder = Decoder::configuration(trace);
        let file = file::ConfigFile::from_node(node, &mut decoder);
        let file = decoder.finish(file)?;
        let list = |specs: Vec<FieldSpec>| FieldSpecs::from(specs).sorted();
        let reference = |args: file::NameReferenceArgs| NameBackReference {
            target: Gvk::new(&args.group, &args.version, &args.kind),
            referrers: args.field_specs,
        };
        let references: Vec<NameBackReference> = file.name_reference.into_iter().map(reference).collect();
        Ok(TransformerConfig {
            name_prefix: list(file.name_prefix),
            name_suffix: list(file.name_suffix),
            namespace: list(file.namespace),
            common_labels: list(file.common_labels),
            labels: list(file.labels),
            template_labels: list(file.template_labels),
            volume_claim_template_labels: list(file.volume_claim_template_labels),
            common_annotations: list(file.common_annotations),
            name_reference: NameReferences::from(references).sorted(),
            var_reference: list(file.var_reference),
            images: list(file.images),
            replicas: list(file.replicas),
        })
    }

    /// This configuration and what the other one adds.
    ///
    /// # Errors
    /// When both name a field, and one creates it and the other does not.
    pub fn merged(&self, incoming: &TransformerConfig) -> Result<TransformerConfig, Diagnostics> {
        let list = |name: &'static str, a: &FieldSpecs, b: &FieldSpecs| {
            let merged = a.merged(b).map_err(|e| Diagnostics::from(e.diagnostic(name)))?;
            // Either of the two is sorted already.
            Ok::<_, Diagnostics>(if merged.is_same(a) || merged.is_same(b) { merged } else { merged.sorted() })
        };
        let names = self.name_reference.merged(&incoming.name_reference);
        Ok(TransformerConfig {
            name_prefix: list("namePrefix", &self.name_prefix, &incoming.name_prefix)?,
            name_suffix: list("nameSuffix", &self.name_suffix, &incoming.name_suffix)?,
            namespace: list("namespace", &self.namespace, &incoming.namespace)?,
            common_labels: list("commonLabels", &self.common_labels, &incoming.common_labels)?,
            labels: list("labels", &self.labels, &incoming.labels)?,
            template_labels: list("templateLabels", &self.template_labels, &incoming.template_labels)?,
            volume_claim_template_labels: list(
                "volumeClaimTemplateLabels",
                &self.volume_claim_template_labels,
                &incoming.volume_claim_template_labels,
            )?,
            common_annotations: list("commonAnnotations", &self.common_annotations, &incoming.common_annotations)?,
            name_reference: names.map_err(|e| Diagnostics::from(e.diagnostic("nameReference")))?,
            var_reference: list("varReference", &self.var_reference, &incoming.var_reference)?,
            images: list("images", &self.images, &incoming.images)?,
            replicas: list("replicas", &self.replicas, &incoming.replicas)?,
        })
    }
}

/// The file as written.
mod file {
    use super::super::decode::record;
    use super::super::types::FieldSpec;

    record! {
        ConfigFile as "transformer configuration" {
            name_prefix: Vec<FieldSpec> = "namePrefix",
            name_suffix: Vec<FieldSpec> = "nameSuffix",
            namespace: Vec<FieldSpec> = "namespace",
            common_labels: Vec<FieldSpec> = "commonLabels",
            labels: Vec<FieldSpec> = "labels",
            template_labels: Vec<FieldSpec> = "templateLabels",
            volume_claim_template_labels: Vec<FieldSpec> = "volumeClaimTemplateLabels",
            common_annotations: Vec<FieldSpec> = "commonAnnotations",
            name_reference: Vec<NameReferenceArgs> = "nameReference",
            var_reference: Vec<FieldSpec> = "varReference",
            images: Vec<FieldSpec> = "images",
            replicas: Vec<FieldSpec> = "replicas",
        }
    }

    record! {
        NameReferenceArgs as "a name reference" {
            group: String = "group",
            version: String = "version",
            kind: String = "kind",
            field_specs: Vec<FieldSpec> = "fieldSpecs",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kustomize::transformers::testing::Fixture;

    #[test]
    fn the_default_merged_with_itself_is_the_default() {
        let default = TransformerConfig::built_in();
        let merged = default.merged(&default.clone()).unwrap();
        assert!(merged.name_reference.is_same(&default.name_reference));
        assert!(merged.common_labels.is_same(&default.common_labels));
        // Equal lists that stand elsewhere in memory add nothing either.
        let again = default.merged(&TransformerConfig::built_in()).unwrap();
        assert!(again.name_reference.is_same(&default.name_reference));
        assert!(again.var_reference.is_same(&default.var_reference));
    }

    #[test]
    fn files_add_fields_in_the_order_of_kinds() {
        let fixture = Fixture::new();
        let file = r#"{"nameReference":[{"kind":"Foo","fieldSpecs":[{"kind":"Bar","path":"a"}]},
                {"kind":"ConfigMap","version":"v1","fieldSpecs":[{"kind":"Bar","path":"b"}]}],
            "replicas":[{"kind":"Foo","path":"spec/n"},{"kind":"Deployment","path":"spec/n"}]}"#;
        let cx = fixture.cx();
        let own = TransformerConfig::from_file(&fixture.node(file), cx.trace).unwrap();
        let merged = TransformerConfig::built_in().merged(&own).unwrap();
        let kinds: Vec<_> = merged.replicas.as_slice().iter().map(|s| (s.kind.as_str(), s.path.as_str())).collect();
        assert_eq!(kinds[0], ("Deployment", "spec/replicas"));
        assert_eq!(kinds[1], ("Deployment", "spec/n"));
        let maps = merged.name_reference.as_slice().iter().find(|r| r.target.kind == "ConfigMap").unwrap();
        assert_eq!(maps.referrers.last().unwrap().path, "b");
        assert!(merged.name_reference.as_slice().iter().any(|r| r.target.kind == "Foo"));
    }

    #[test]
    fn disagreements_and_unknown_fields_are_errors() {
        let fixture = Fixture::new();
        let cx = fixture.cx();
        let file = fixture.node(r#"{"commonLabels":[{"path":"metadata/labels"}]}"#);
        let own = TransformerConfig::from_file(&file, cx.trace).unwrap();
        let error = TransformerConfig::built_in().merged(&own).unwrap_err();
        assert_eq!(error.0[0].help.as_deref(), Some("set `create: true`"));
        assert!(TransformerConfig::from_file(&fixture.node(r#"{"commonLabel":[]}"#), cx.trace).is_err());
        let twice = fixture.yaml("images: [{path: a, kind: B, kind: C}]");
        assert!(TransformerConfig::from_file(&twice, cx.trace).is_err());
    }
}
