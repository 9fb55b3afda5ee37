//! ConfigMaps and Secrets.

use std::fmt::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rustc_hash::FxHashMap;

use crate::diagnostics::{Diagnostic, Diagnostics, Pos, SourceKind};
use crate::k8s::{Behavior, Resource};
use crate::kustomize::context::Context;
use crate::kustomize::decode::{Decoder, FromNode, Pairs, Text, record};
use crate::kustomize::types::{GeneratorArgs, GeneratorOptions, ObjectMeta};
use crate::yaml::{Map, Node, Origin, Scalar, Style, Value};

use super::key_values::{Content, Pair, ReadFile, load};

/// What a generator makes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum GeneratorKind {
    /// A ConfigMap.
    ConfigMap,
    /// A Secret.
    Secret,
}

impl GeneratorKind {
    /// What its files are: of a ConfigMap they may be shown.
    pub fn source(self) -> SourceKind {
        match self {
            GeneratorKind::ConfigMap => SourceKind::Settings,
            GeneratorKind::Secret => SourceKind::Data,
        }
    }
}

/// An entry of `configMapGenerator` or `secretGenerator`.
#[derive(Clone, Debug)]
pub struct Generator {
    kind: GeneratorKind,
    args: GeneratorArgs,
}

record! {
    Metadata as "a generator" {
        metadata: ObjectMeta = "metadata",
    }
}

/// Options of one generator and of all: what the one says about labels and annotations wins, a `true` of either counts.
pub fn merge_options(own: Option<&GeneratorOptions>, global: Option<&GeneratorOptions>) -> Option<GeneratorOptions> {
    let Some(global) = global else { return own.cloned() };
    let mut merged = own.cloned().unwrap_or_default();
    let add = |own: &mut Pairs, global: &Pairs| {
        let missing: Vec<(Text, Text)> = global.0.iter().filter(|(k, _)| own.get(k).is_none()).cloned().collect();
        own.0.extend(missing);
        own.0.sort_by(|a, b| a.0.value.cmp(&b.0.value));
    };
    add(&mut merged.labels, &global.labels);
    add(&mut merged.annotations, &global.annotations);
    merged.disable_name_suffix_hash |= global.disable_name_suffix_hash;
    merged.immutable |= global.immutable;
    Some(merged)
}

impl Generator {
    /// For an entry of a kustomization with its `generatorOptions`.
    pub fn new(kind: GeneratorKind, args: &GeneratorArgs, global: Option<&GeneratorOptions>) -> Generator {
        let options = merge_options(args.options.as_ref(), global);
        Generator { kind, args: GeneratorArgs { options, ..args.clone() } }
    }

    /// From plugin configuration.
    ///
    /// # Errors
    /// When the configuration is wrong.
    pub fn from_config(kind: GeneratorKind, node: &Node, cx: &Context<'_>) -> Result<Generator, Diagnostics> {
        let mut decoder = Decoder::plugin(cx.trace);
        let both = (GeneratorArgs::from_node(node, &mut decoder), Metadata::from_node(node, &mut decoder));
        let (args, metadata) = (both.0, both.1);
        let (mut args, Metadata { metadata, .. }) = decoder.finish(args.zip(metadata))?;
        if args.name.is_empty() {
            args.name = metadata.name;
        }
        if args.namespace.is_empty() {
            args.namespace = metadata.namespace;
        }
        // The old form of `envs` is known in kustomization files only.
        args.env = Text::default();
        Ok(Generator { kind, args })
    }

    /// Makes the object.
    ///
    /// # Errors
    /// When it has no name, a file cannot be read, a key stands twice, or an entry is malformed.
    pub fn generate(&self, read: &ReadFile<'_>) -> Result<Resource, Diagnostics> {
        let args = &self.args;
        let mut found = Diagnostics::new();
        let (kind, list) = match self.kind {
            GeneratorKind::ConfigMap => ("ConfigMap", "configMapGenerator"),
            GeneratorKind::Secret => ("Secret", "secretGenerator"),
        };
        if args.name.is_empty() {
            found.push(
                Diagnostic::error("redisops::generator::name", format!("an entry of `{list}` has no name"))
                    .label(args.pos, 1, "this entry")
                    .help("add `name:`"),
            );
        }
        let pairs = found.take(load(args, read)).unwrap_or_default();
        repeated_keys(&pairs, &args.name, &mut found);
        if found.has_errors() {
            return Err(found);
        }
        let here = Origin::at(args.pos);
        let mut object = Map::new();
        object.set("apiVersion", Node::string(here, "v1"));
        object.set("kind", Node::string(here, kind));
        object.set("metadata", self.metadata());
        if self.kind == GeneratorKind::Secret {
            let (text, pos) = match args.secret_type.is_empty() {
                true => ("Opaque", args.pos),
                false => (args.secret_type.value.as_str(), args.secret_type.pos),
            };
            object.set("type", Node::string(Origin::at(pos), text));
        }
        self.data(pairs, &mut object);
        if args.options.as_ref().is_some_and(|o| o.immutable) {
            object.set("immutable", Node::scalar(here, Scalar::bool(true)));
        }
        let mut resource = Resource::new(Node::new(here, Value::Map(object)));
        resource.behavior = Behavior::parse(&args.behavior);
        resource.needs_hash = !args.options.as_ref().is_some_and(|o| o.disable_name_suffix_hash);
        Ok(resource)
    }

    fn metadata(&self) -> Node {
        let args = &self.args;
        let string = |text: &Text| Node::string(Origin::at(text.pos), text.value.as_str());
        let mut metadata = Map::new();
        metadata.set("name", string(&args.name));
        if !args.namespace.is_empty() {
            metadata.set("namespace", string(&args.namespace));
        }
        let options = args.options.as_ref();
        let fields = [("labels", options.map(|o| &o.labels)), ("annotations", options.map(|o| &o.annotations))];
        for (field, pairs) in fields {
            let Some(pairs) = pairs.filter(|p| !p.is_empty()) else { continue };
            let mut map = Map::new();
            pairs.0.iter().for_each(|(key, value)| {
                map.push(Scalar::resolved(key.value.as_str(), Style::Plain), key.pos, string(value))
            });
            metadata.set(field, Node::new(Origin::at(args.pos), Value::Map(map)));
        }
        Node::new(Origin::at(args.pos), Value::Map(metadata))
    }

    /// Sets `data`, and for what is not text in a ConfigMap `binaryData`.
    fn data(&self, mut pairs: Vec<Pair<'_>>, object: &mut Map) {
        pairs.sort_by(|a, b| a.key.cmp(&b.key));
        let here = Origin::at(self.args.pos);
        if self.kind == GeneratorKind::Secret {
            object.set("data", Node::empty_map(here));
        }
        for pair in pairs {
            let (field, scalar) = match (self.kind, std::str::from_utf8(pair.value.bytes())) {
                (GeneratorKind::ConfigMap, Ok(text)) => ("data", text_scalar(text)),
                (GeneratorKind::ConfigMap, Err(_)) => ("binaryData", text_scalar(&encode_base64(pair.value.bytes()))),
                (GeneratorKind::Secret, _) => ("data", text_scalar(&encode_base64(pair.value.bytes()))),
            };
            if object.get(field).is_none() {
                object.set(field, Node::empty_map(here));
            }
            if let Some(map) = object.get_mut(field).and_then(Node::as_map_mut) {
                let value = Node::scalar(Origin::at(pair.pos), scalar);
                map.push(Scalar::resolved(pair.key, Style::Plain), pair.entry, value);
            }
        }
    }
}

fn repeated_keys(pairs: &[Pair<'_>], name: &str, found: &mut Diagnostics) {
    let mut first: FxHashMap<&str, &Pair<'_>> = FxHashMap::default();
    for pair in pairs {
        let Some(other) = first.insert(&pair.key, pair) else { continue };
        let at = |pair: &Pair<'_>| -> Pos {
            // A file's own first line says nothing about its key.
            if matches!(pair.value, Content::File(_)) { pair.entry } else { pair.pos }
        };
        found.push(
            Diagnostic::error(
                "redisops::generator::repeated_key",
                format!("key `{}` of `{name}` is given twice", pair.key),
            )
            .label(at(pair), 1, "again here")
            .label(at(other), 1, "first here")
            .help("remove one of them"),
        );
    }
}

/// A string as generators write it: a literal block when it has several lines.
pub(in crate::kustomize) fn text_scalar(text: &str) -> Scalar {
    let style = if text.contains('\n') { Style::Literal } else { Style::Plain };
    Scalar { style, ..Scalar::string(text) }
}

/// Base64 in lines of 70 characters, each with a line break behind it; without one when it fits into one line.
pub(in crate::kustomize) fn encode_base64(bytes: &[u8]) -> String {
    const LINE: usize = 70;
    let encoded = STANDARD.encode(bytes);
    if encoded.len() < LINE {
        return encoded;
    }
    let mut lines = String::with_capacity(encoded.len() + encoded.len() / LINE + 1);
    let mut rest = encoded.as_str();
    while !rest.is_empty() {
        let (line, more) = rest.split_at(rest.len().min(LINE));
        writeln!(lines, "{line}").expect("writing to a string succeeds");
        rest = more;
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::super::key_values::DataFile;
    use super::*;
    use crate::kustomize::transformers::testing::{Fixture, text};

    fn generate(kind: GeneratorKind, args: &GeneratorArgs) -> Result<Resource, Diagnostics> {
        Generator::new(kind, args, None).generate(&|_, _| Ok(DataFile::Binary(vec![0xff; 60])))
    }

    #[test]
    fn binary_files_are_wrapped() {
        let args = GeneratorArgs { name: text("a"), files: vec![text("f")], ..GeneratorArgs::default() };
        let map = generate(GeneratorKind::ConfigMap, &args).unwrap();
        let value = map.node.text_at(&["binaryData", "f"]).unwrap();
        assert_eq!(value.lines().map(str::len).collect::<Vec<_>>(), [70, 10]);
        assert!(map.needs_hash && map.node.get("data").is_none());
        assert_eq!(encode_base64(b"abc"), "YWJj");
        // Exactly one line has a line break behind it already at 70 characters; base64 is never 70 long, 72 is.
        assert_eq!(encode_base64(&[0; 54]).lines().count(), 2);
    }

    #[test]
    fn secrets_have_a_type_and_encoded_data() {
        let args = GeneratorArgs { name: text("a"), literals: vec![text("k=v")], ..GeneratorArgs::default() };
        let secret = generate(GeneratorKind::Secret, &args).unwrap();
        assert_eq!(secret.node.text_at(&["data", "k"]), Some("dg=="));
        assert_eq!(secret.node.text_at(&["type"]), Some("Opaque"));
        let empty = GeneratorArgs { name: text("a"), ..GeneratorArgs::default() };
        assert!(generate(GeneratorKind::Secret, &empty).unwrap().node.get("data").is_some());
        assert!(generate(GeneratorKind::ConfigMap, &empty).unwrap().node.get("data").is_none());
    }

    #[test]
    fn names_and_keys_are_checked() {
        let args = GeneratorArgs { literals: vec![text("k=v"), text("k=w")], ..GeneratorArgs::default() };
        let messages: Vec<String> =
            generate(GeneratorKind::ConfigMap, &args).unwrap_err().0.into_iter().map(|d| d.message).collect();
        assert_eq!(messages, ["an entry of `configMapGenerator` has no name", "key `k` of `` is given twice"]);
    }

    #[test]
    fn options_of_all_generators_fill_in() {
        let fixture = Fixture::new();
        let options = |json: &str| {
            let cx = fixture.cx();
            let mut decoder = Decoder::kustomization(cx.trace);
            let read = GeneratorOptions::from_node(&fixture.node(json), &mut decoder);
            decoder.finish(read).unwrap()
        };
        let own = options(r#"{"labels":{"a":"1"}}"#);
        let global = options(r#"{"labels":{"a":"2","b":"3"},"disableNameSuffixHash":true}"#);
        let merged = merge_options(Some(&own), Some(&global)).unwrap();
        assert_eq!(merged.labels.get("a").unwrap().value, "1");
        assert_eq!(merged.labels.get("b").unwrap().value, "3");
        assert!(merged.disable_name_suffix_hash && !merged.immutable);
    }

    #[test]
    fn plugin_configuration_names_the_object_itself() {
        let fixture = Fixture::new();
        let config = fixture
            .node(r#"{"metadata":{"name":"m","namespace":"n"},"literals":["a=b"],"options":{"immutable":true}}"#);
        let generator = Generator::from_config(GeneratorKind::ConfigMap, &config, &fixture.cx()).unwrap();
        let map = generator.generate(&|_, _| unreachable!()).unwrap();
        assert_eq!((map.name(), map.namespace()), ("m", "n"));
        assert_eq!(map.node.text_at(&["immutable"]), Some("true"));
    }
}
