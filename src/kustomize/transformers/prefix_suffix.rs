//! `namePrefix` and `nameSuffix`.

use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::k8s::{ResMap, Resource, Scopes, parse_api_version};
use crate::kustomize::Transformer;
use crate::kustomize::context::Context;
use crate::kustomize::decode::{Decoder, FromNode, Text, record};
use crate::kustomize::fields::{FieldError, Missing};
use crate::kustomize::specs::FieldSpecs;
use crate::kustomize::types::FieldSpec;
use crate::yaml::{Node, Tag, Via};

use super::writer::{Cause, Writer, expect_scalar};

/// Puts a text in front of names.
#[derive(Clone, Debug)]
pub struct Prefix(Affix);

/// Puts a text behind names.
#[derive(Clone, Debug)]
pub struct Suffix(Affix);

/// Both, as one plugin.
#[derive(Clone, Debug)]
pub struct PrefixSuffix(Prefix, Suffix);

#[derive(Clone, Debug)]
struct Affix {
    text: Text,
    specs: FieldSpecs,
    end: End,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum End {
    Front,
    Back,
}

record! {
    Config as "a PrefixTransformer or SuffixTransformer" {
        prefix: Text = "prefix",
        suffix: Text = "suffix",
        field_specs: Option<Vec<FieldSpec>> = "fieldSpecs",
    }
}

fn config(node: &Node, cx: &Context<'_>) -> Result<(Config, FieldSpecs), Diagnostics> {
    let mut decoder = Decoder::plugin(cx.trace);
    let config = Config::from_node(node, &mut decoder);
    let mut config = decoder.finish(config)?;
    match config.field_specs.take() {
        Some(specs) => Ok((config, specs.into())),
        None => Err(Diagnostic::error("redisops::transform::no_field_specs", "`fieldSpecs` is missing")
            .label(config.pos, 1, "in this transformer")
            .help("say which fields are names: `fieldSpecs: [{path: metadata/name}]`")
            .into()),
    }
}

impl Prefix {
    /// For `namePrefix` of a kustomization.
    pub fn new(prefix: Text, specs: FieldSpecs) -> Prefix {
        Prefix(Affix { text: prefix, specs, end: End::Front })
    }

    /// From plugin configuration.
    ///
    /// # Errors
    /// When the configuration is wrong.
    pub fn from_config(node: &Node, cx: &Context<'_>) -> Result<Prefix, Diagnostics> {
        config(node, cx).map(|(config, specs)| Prefix::new(config.prefix, specs))
    }
}

impl Suffix {
    /// For `nameSuffix` of a kustomization.
    pub fn new(suffix: Text, specs: FieldSpecs) -> Suffix {
        Suffix(Affix { text: suffix, specs, end: End::Back })
    }

    /// From plugin configuration.
    ///
    /// # Errors
    /// When the configuration is wrong.
    pub fn from_config(node: &Node, cx: &Context<'_>) -> Result<Suffix, Diagnostics> {
        config(node, cx).map(|(config, specs)| Suffix::new(config.suffix, specs))
    }
}

impl PrefixSuffix {
    /// From plugin configuration.
    ///
    /// # Errors
    /// When the configuration is wrong.
    pub fn from_config(node: &Node, cx: &Context<'_>) -> Result<PrefixSuffix, Diagnostics> {
        let (config, specs) = config(node, cx)?;
        Ok(PrefixSuffix(Prefix::new(config.prefix, specs.clone()), Suffix::new(config.suffix, specs)))
    }
}

impl Transformer for Prefix {
    fn transform(&self, resources: &mut ResMap, cx: &Context<'_>) -> Result<(), Diagnostics> {
        self.0.transform(resources, cx)
    }
}

impl Transformer for Suffix {
    fn transform(&self, resources: &mut ResMap, cx: &Context<'_>) -> Result<(), Diagnostics> {
        self.0.transform(resources, cx)
    }
}

impl Transformer for PrefixSuffix {
    fn transform(&self, resources: &mut ResMap, cx: &Context<'_>) -> Result<(), Diagnostics> {
        self.0.transform(resources, cx)?;
        self.1.transform(resources, cx)
    }
}

/// Names of these say which kind of objects they define or are names of namespaces: they stay.
fn keeps_its_name(group: &str, kind: &str) -> bool {
    matches!((group, kind), (_, "CustomResourceDefinition" | "Namespace") | ("apiregistration.k8s.io", "APIService"))
}

impl Affix {
    fn transform(&self, resources: &mut ResMap, cx: &Context<'_>) -> Result<(), Diagnostics> {
        let field = if self.end == End::Front { "namePrefix" } else { "nameSuffix" };
        let writer = Writer::new(cx.trace, self.text.pos, Via::Field(field));
        let scopes = cx.scopes();
        let mut found = Diagnostics::new();
        for resource in resources.list_mut() {
            let since = cx.trace.len();
            if let Err((path, error)) = self.apply(resource, &scopes, &writer) {
                found.push(Cause { field, pos: self.text.pos }.error(&error, &path, resource, cx));
            }
            resource.spread_writes(cx.trace, since);
        }
        if found.has_errors() { Err(found) } else { Ok(()) }
    }

    fn apply(&self, resource: &mut Resource, scopes: &Scopes, writer: &Writer<'_>) -> Result<(), (String, FieldError)> {
        let (group, version) = parse_api_version(resource.api_version());
        let original_kind = resource.previous.first().map_or(resource.kind(), |p| &p.kind);
        if keeps_its_name(group, original_kind) {
            return Ok(());
        }
        // A field spec must select the kind that the object has and the one that it had.
        let renamed = original_kind != resource.kind();
        let numbers = self.specs.of_kind(resource.api_version(), original_kind);
        let (group, version) = (group.to_owned(), version.to_owned());
        for &number in numbers.iter() {
            let path = &self.specs.paths()[number as usize];
            if path.spec.path == "metadata/name" && !self.text.is_empty() {
                let affixes = if self.end == End::Front { &mut resource.prefixes } else { &mut resource.suffixes };
                affixes.push(self.text.value.as_str().into());
                resource.store_previous_id(scopes.as_ref());
            }
            if renamed && !path.spec.selects(&group, &version, resource.kind()) {
                continue;
            }
            let set = &mut |node: &mut Node| self.set(node, writer);
            path.visit(&mut resource.node, Missing::CreateScalar(Tag::Str), set)
                .map_err(|e| (path.spec.path.clone(), e))?;
        }
        Ok(())
    }

    fn set(&self, node: &mut Node, writer: &Writer<'_>) -> Result<(), FieldError> {
        expect_scalar(node)?;
        let old = node.text().unwrap_or("");
        let new = match self.end {
            End::Front => format!("{}{old}", self.text.value),
            End::Back => format!("{old}{}", self.text.value),
        };
        writer.write_text(node, &new);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Fixture, text};
    use super::*;
    use crate::k8s::fieldspecs_default::NAME_PREFIX;

    #[test]
    fn names_grow_and_are_remembered() {
        let fixture = Fixture::new();
        let mut resources = fixture.resources(&[
            r#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"}}"#,
            r#"{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"a"}}"#,
            r#"{"apiVersion":"apiregistration.k8s.io/v1","kind":"APIService","metadata":{"name":"a"}}"#,
        ]);
        let specs = FieldSpecs::from_table(NAME_PREFIX);
        Prefix::new(text("p-"), specs.clone()).transform(&mut resources, &fixture.cx()).unwrap();
        Suffix::new(text("-s"), specs).transform(&mut resources, &fixture.cx()).unwrap();
        let map = resources.at(0);
        assert_eq!((map.name(), map.original_name(), map.previous[1].name.as_str()), ("p-a-s", "a", "p-a"));
        assert_eq!((map.prefixes[0].as_str(), map.suffixes[0].as_str()), ("p-", "-s"));
        assert_eq!((resources.at(1).name(), resources.at(2).name()), ("a", "a"));
    }

    #[test]
    fn plugins_need_field_specs() {
        let fixture = Fixture::new();
        assert!(Prefix::from_config(&fixture.node(r#"{"prefix":"p-"}"#), &fixture.cx()).is_err());
        let config = r#"{"prefix":"p-","suffix":"-s","fieldSpecs":[{"path":"metadata/name"}]}"#;
        let both = PrefixSuffix::from_config(&fixture.node(config), &fixture.cx()).unwrap();
        let mut resources = fixture.resources(&[r#"{"apiVersion":"v1","kind":"Pod","metadata":{"name":"a"}}"#]);
        both.transform(&mut resources, &fixture.cx()).unwrap();
        assert_eq!(resources.at(0).name(), "p-a-s");
    }
}
