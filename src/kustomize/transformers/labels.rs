//! `labels`, `commonLabels`, and the label that says which tool built the objects.

use crate::diagnostics::Diagnostics;
use crate::k8s::ResMap;
use crate::kustomize::Transformer;
use crate::kustomize::config::TransformerConfig;
use crate::kustomize::context::Context;
use crate::kustomize::decode::{Decoder, FromNode, Pairs, Text, record};
use crate::kustomize::specs::FieldSpecs;
use crate::kustomize::types::{FieldSpec, Label};
use crate::yaml::Node;

use super::entries::set_everywhere;

/// Sets labels.
#[derive(Clone, Debug)]
pub struct Labels {
    labels: Pairs,
    specs: FieldSpecs,
    field: &'static str,
}

record! {
    Config as "a LabelTransformer" {
        labels: Pairs = "labels",
        field_specs: Vec<FieldSpec> = "fieldSpecs",
    }
}

/// The value of the label `app.kubernetes.io/managed-by`, as the reference of this version writes it.
const MANAGED_BY: &str = "kustomize-v5.8.2";

impl Labels {
    /// For an entry of `labels`.
    ///
    /// # Errors
    /// When its field specs disagree with the configuration.
    pub fn new(label: &Label, config: &TransformerConfig) -> Result<Labels, Diagnostics> {
        let conflict = |e: crate::kustomize::specs::Conflict| Diagnostics::from(e.diagnostic("labels"));
        let own = FieldSpecs::from(label.field_specs.clone());
        let mut specs = own.merged(&config.labels).map_err(conflict)?;
        if label.include_selectors {
            specs = specs.merged(&config.common_labels).map_err(conflict)?;
        } else {
            if label.include_templates {
                specs = specs.merged(&config.template_labels).map_err(conflict)?;
            }
            if label.include_volume_claim_templates {
                specs = specs.merged(&config.volume_claim_template_labels).map_err(conflict)?;
            }
            specs = specs.merged(&metadata_labels()).map_err(conflict)?;
        }
        Ok(Labels { labels: label.pairs.clone(), specs, field: "labels" })
    }

    /// For `commonLabels`.
    pub fn common(labels: Pairs, config: &TransformerConfig) -> Labels {
        Labels { labels, specs: config.common_labels.clone(), field: "commonLabels" }
    }

    /// The label of `--enable-managedby-label` and `buildMetadata: [managedByLabel]`; `asked` is where that was asked for.
    pub fn managed_by(asked: crate::diagnostics::Pos) -> Labels {
        let text = |value: &str| Text { value: value.to_owned(), pos: asked, literal: false };
        let pair = (text("app.kubernetes.io/managed-by"), text(MANAGED_BY));
        Labels { labels: Pairs(vec![pair]), specs: metadata_labels(), field: "buildMetadata" }
    }

    /// From plugin configuration.
    ///
    /// # Errors
    /// When the configuration is wrong.
    pub fn from_config(node: &Node, cx: &Context<'_>) -> Result<Labels, Diagnostics> {
        let mut decoder = Decoder::plugin(cx.trace);
        let config = Config::from_node(node, &mut decoder);
        let config = decoder.finish(config)?;
        Ok(Labels { labels: config.labels, specs: config.field_specs.into(), field: "labels" })
    }
}

fn metadata_labels() -> FieldSpecs {
    vec![FieldSpec { path: "metadata/labels".to_owned(), create: true, ..FieldSpec::default() }].into()
}

impl Transformer for Labels {
    fn transform(&self, resources: &mut ResMap, cx: &Context<'_>) -> Result<(), Diagnostics> {
        set_everywhere(&self.labels, &self.specs, self.field, resources, cx)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Fixture, text};
    use super::*;

    const DEPLOYMENT: &str = r#"{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"a"},"spec":{}}"#;
    const METADATA: &[&str] = &["metadata", "labels", "env"];
    const SELECTOR: &[&str] = &["spec", "selector", "matchLabels", "env"];
    const TEMPLATE: &[&str] = &["spec", "template", "metadata", "labels", "env"];

    fn label(value: &str, selectors: bool, templates: bool) -> Label {
        let pairs = Pairs(vec![(text("env"), text(value))]);
        Label { pairs, include_selectors: selectors, include_templates: templates, ..Label::default() }
    }

    fn places(labels: &[Label]) -> [Option<String>; 3] {
        let fixture = Fixture::new();
        let config = TransformerConfig::built_in();
        let mut resources = fixture.resources(&[DEPLOYMENT]);
        for label in labels {
            Labels::new(label, &config).unwrap().transform(&mut resources, &fixture.cx()).unwrap();
        }
        [METADATA, SELECTOR, TEMPLATE].map(|path| resources.at(0).node.text_at(path).map(str::to_owned))
    }

    #[test]
    fn labels_go_where_they_are_asked_for() {
        let a = || Some("a".to_owned());
        assert_eq!(places(&[label("a", false, false)]), [a(), None, None]);
        assert_eq!(places(&[label("a", false, true)]), [a(), None, a()]);
        assert_eq!(places(&[label("a", true, false)]), [a(), a(), a()]);
    }

    #[test]
    fn a_label_set_again_without_selectors_changes_them_too() {
        // As `kustomize build` of an overlay whose base has the label with selectors.
        let b = || Some("b".to_owned());
        assert_eq!(places(&[label("a", true, false), label("b", false, false)]), [b(), b(), b()]);
    }

    #[test]
    fn the_tool_names_itself() {
        let fixture = Fixture::new();
        let mut resources = fixture.resources(&[DEPLOYMENT]);
        Labels::managed_by(crate::diagnostics::Pos::NONE).transform(&mut resources, &fixture.cx()).unwrap();
        assert_eq!(resources.at(0).label("app.kubernetes.io/managed-by"), Some("kustomize-v5.8.2"));
    }

    #[test]
    fn plugin_configuration_names_its_fields() {
        let fixture = Fixture::new();
        let config = r#"{"labels":{"env":"a"},"fieldSpecs":[{"path":"spec/env","create":true}]}"#;
        let mut resources = fixture.resources(&[DEPLOYMENT]);
        let labels = Labels::from_config(&fixture.node(config), &fixture.cx()).unwrap();
        labels.transform(&mut resources, &fixture.cx()).unwrap();
        assert_eq!(resources.at(0).node.text_at(&["spec", "env", "env"]), Some("a"));
    }
}
