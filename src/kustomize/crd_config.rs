//! Transformer configuration from the OpenAPI definitions of custom resources that `crds:` names.
//!
//! Extensions of a property say what it holds: labels, annotations, a name, or the name of another object.

use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::k8s::Gvk;
use crate::yaml::{Node, Tag, Trace};

use super::config::{NameReferences, TransformerConfig, add_reference};
use super::name_reference::NameBackReference;
use super::specs::{Conflict, merge_one};
use super::types::FieldSpec;

/// Field specs found so far.
#[derive(Default)]
struct Found {
    name_prefix: Vec<FieldSpec>,
    common_labels: Vec<FieldSpec>,
    common_annotations: Vec<FieldSpec>,
    name_reference: Vec<NameBackReference>,
}

/// The configuration that the definitions of a file give.
///
/// # Errors
/// When the file does not map type names to definitions, or a definition contains itself.
pub fn from_definitions(file: &Node, trace: &Trace) -> Result<TransformerConfig, Diagnostics> {
    let Some(types) = file.as_map() else {
        return Err(Diagnostic::error(
            "redisops::configuration::crd",
            "expected a mapping of type names to definitions",
        )
        .label(trace.pos(file.origin), 1, "this is no mapping")
        .note("`crds` names OpenAPI definitions, not CustomResourceDefinition manifests")
        .into());
    };
    let mut found = Found::default();
    for entry in &types.entries {
        let name = entry.key.text.as_str();
        let Some(properties) = properties(file, name) else { continue };
        let is_object = ["kind", "apiVersion", "metadata"].iter().all(|p| properties.get(p).is_some());
        if !is_object {
            continue;
        }
        // The reference takes no group and version from a type name.
        let kind = name.rsplit('.').next().unwrap_or(name);
        let mut walk = Walk { file, trace, kind, found: &mut found, path: Vec::new(), open: vec![name] };
        walk.visit(name)?;
    }
    let sorted = |specs: Vec<FieldSpec>| super::specs::FieldSpecs::from(specs).sorted();
    Ok(TransformerConfig {
        name_prefix: sorted(found.name_prefix),
        common_labels: sorted(found.common_labels),
        common_annotations: sorted(found.common_annotations),
        name_reference: NameReferences::from(found.name_reference),
        ..TransformerConfig::default()
    })
}

fn properties<'n>(file: &'n Node, type_name: &str) -> Option<&'n Node> {
    file.get(type_name)?.lookup(&["Schema", "properties"])
}

struct Walk<'a> {
    file: &'a Node,
    trace: &'a Trace,
    kind: &'a str,
    found: &'a mut Found,
    path: Vec<&'a str>,
    /// Types on the way, to notice one that contains itself.
    open: Vec<&'a str>,
}

impl<'a> Walk<'a> {
    fn visit(&mut self, type_name: &str) -> Result<(), Diagnostics> {
        let Some(properties) = properties(self.file, type_name).and_then(Node::as_map) else { return Ok(()) };
        for entry in &properties.entries {
            self.path.push(&entry.key.text);
            self.property(&entry.value)?;
            self.path.pop();
        }
        Ok(())
    }

    fn property(&mut self, property: &'a Node) -> Result<(), Diagnostics> {
        let text = |key: &str| property.get(key)?.as_scalar().filter(|s| s.tag == Tag::Str).map(|s| s.text.as_str());
        let spec = |path: &[&str]| FieldSpec {
            kind: self.kind.to_owned(),
            path: path.join("/"),
            pos: self.trace.pos(property.origin),
            ..FieldSpec::default()
        };
        let fail = |list: &'static str| move |e: Conflict| Diagnostics::from(e.diagnostic(list));
        if text("x-kubernetes-annotation").is_some() {
            let list = &mut self.found.common_annotations;
            merge_one(list, &spec(&self.path)).map_err(fail("commonAnnotations"))?;
        }
        if text("x-kubernetes-label-selector").is_some() {
            merge_one(&mut self.found.common_labels, &spec(&self.path)).map_err(fail("commonLabels"))?;
        }
        if text("x-kubernetes-identity").is_some() {
            merge_one(&mut self.found.name_prefix, &spec(&self.path)).map_err(fail("namePrefix"))?;
        }
        let target = text("x-kubernetes-object-ref-api-version").zip(text("x-kubernetes-object-ref-kind"));
        if let Some((version, kind)) = target {
            let key = text("x-kubernetes-object-ref-name-key").unwrap_or("name");
            let path = [self.path.as_slice(), &[key]].concat();
            let reference = NameBackReference { target: Gvk::new("", version, kind), referrers: vec![spec(&path)] };
            add_reference(&mut self.found.name_reference, &reference).map_err(fail("nameReference"))?;
        }
        let Some(inner) = text("$ref") else { return Ok(()) };
        if self.open.contains(&inner) {
            return Err(Diagnostic::error(
                "redisops::configuration::crd",
                format!("definition `{inner}` contains itself"),
            )
            .label(self.trace.pos(property.origin), 1, format!("`{}` leads back to it", self.path.join("/")))
            .help("leave out properties that hold no names, labels or annotations")
            .into());
        }
        self.open.push(inner);
        self.visit(inner)?;
        self.open.pop();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kustomize::transformers::testing::Fixture;

    #[test]
    fn extensions_become_field_specs() {
        let fixture = Fixture::new();
        let file = r##"{
            "github.com/example/pkg/apis/v1.Bee": {"Schema": {"properties": {
                "kind": {}, "apiVersion": {}, "metadata": {"$ref": "meta"}, "spec": {"$ref": "github.com/example.BeeSpec"}}}},
            "github.com/example.BeeSpec": {"Schema": {"properties": {
                "secretRef": {"x-kubernetes-object-ref-api-version": "v1", "x-kubernetes-object-ref-kind": "Secret"},
                "selector": {"x-kubernetes-label-selector": ""},
                "notes": {"x-kubernetes-annotation": ""},
                "id": {"x-kubernetes-identity": ""}}}}}"##;
        let config = from_definitions(&fixture.node(file), fixture.cx().trace).unwrap();
        let secret = &config.name_reference.as_slice()[0];
        assert_eq!((secret.target.kind.as_str(), secret.referrers[0].path.as_str()), ("Secret", "spec/secretRef/name"));
        assert_eq!(secret.referrers[0].kind, "Bee");
        assert_eq!(config.common_labels.as_slice()[0].path, "spec/selector");
        assert_eq!(config.common_annotations.as_slice()[0].path, "spec/notes");
        assert_eq!(config.name_prefix.as_slice()[0].path, "spec/id");
    }

    #[test]
    fn a_definition_that_contains_itself_is_an_error() {
        let fixture = Fixture::new();
        let file = r#"{"A": {"Schema": {"properties": {"kind": {}, "apiVersion": {}, "metadata": {}, "next": {"$ref": "A"}}}}}"#;
        let error = from_definitions(&fixture.node(file), fixture.cx().trace).unwrap_err();
        assert_eq!(error.0[0].message, "definition `A` contains itself");
    }
}
