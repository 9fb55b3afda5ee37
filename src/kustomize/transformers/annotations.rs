//! `commonAnnotations`.

use crate::diagnostics::Diagnostics;
use crate::k8s::ResMap;
use crate::kustomize::Transformer;
use crate::kustomize::context::Context;
use crate::kustomize::decode::{Decoder, FromNode, Pairs, record};
use crate::kustomize::specs::FieldSpecs;
use crate::kustomize::types::FieldSpec;
use crate::yaml::Node;

use super::entries::set_everywhere;

/// Sets annotations.
#[derive(Clone, Debug)]
pub struct Annotations {
    annotations: Pairs,
    specs: FieldSpecs,
}

record! {
    Config as "an AnnotationsTransformer" {
        annotations: Pairs = "annotations",
        field_specs: Vec<FieldSpec> = "fieldSpecs",
    }
}

impl Annotations {
    /// For `commonAnnotations` of a kustomization.
    pub fn new(annotations: Pairs, specs: FieldSpecs) -> Annotations {
        Annotations { annotations, specs }
    }

    /// From plugin configuration.
    ///
    /// # Errors
    /// When the configuration is wrong.
    pub fn from_config(node: &Node, cx: &Context<'_>) -> Result<Annotations, Diagnostics> {
        let mut decoder = Decoder::plugin(cx.trace);
        let config = Config::from_node(node, &mut decoder);
        let config = decoder.finish(config)?;
        Ok(Annotations::new(config.annotations, config.field_specs.into()))
    }
}

impl Transformer for Annotations {
    fn transform(&self, resources: &mut ResMap, cx: &Context<'_>) -> Result<(), Diagnostics> {
        set_everywhere(&self.annotations, &self.specs, "commonAnnotations", resources, cx)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::Fixture;
    use super::*;

    #[test]
    fn plugin_configuration_may_have_numbers_for_texts() {
        let fixture = Fixture::new();
        let config = r#"{"annotations":{"a":42,"b":true,"c":1234567.5,"d":1e10,"e":"x"},
            "fieldSpecs":[{"path":"metadata/annotations","create":true}]}"#;
        let mut resources = fixture.resources(&[r#"{"kind":"A"}"#]);
        let annotations = Annotations::from_config(&fixture.node(config), &fixture.cx()).unwrap();
        annotations.transform(&mut resources, &fixture.cx()).unwrap();
        let texts = ["a", "b", "c", "d", "e"].map(|key| resources.at(0).annotation(key).unwrap());
        // `kustomize build` with this configuration.
        assert_eq!(texts, ["42", "true", "1.2345675e+06", "10000000000", "x"]);
    }
}
