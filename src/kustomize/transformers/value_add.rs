//! The value-add transformer: puts one text into fields of many objects. Exists as plugin configuration only.

use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::k8s::{ResMap, Resource, Selector};
use crate::kustomize::Transformer;
use crate::kustomize::context::Context;
use crate::kustomize::decode::{Decoder, FromNode, Spanned, Text, record};
use crate::kustomize::fields::FieldError;
use crate::kustomize::types::SelectorArgs;
use crate::yaml::{Node, Origin, Scalar, Value, Via};

use super::namespace::set_namespace;
use super::writer::{Cause, Writer, expect_scalar};

/// Puts a value into fields.
#[derive(Clone, Debug)]
pub struct ValueAdd {
    value: Text,
    targets: Vec<Target>,
}

#[derive(Clone, Debug)]
struct Target {
    selector: Option<Selector>,
    field_path: Text,
    parts: Vec<String>,
    position: usize,
}

record! {
    Config as "a ValueAddTransformer" {
        value: Text = "value",
        targets: Vec<TargetArgs> = "targets",
        target_file: Text = "targetFilePath",
    }
}

record! {
    Targets as "targets of a ValueAddTransformer" {
        targets: Vec<TargetArgs> = "targets",
    }
}

record! {
    TargetArgs as "a target" {
        selector: Option<SelectorArgs> = "selector",
        field_path: Text = "fieldPath",
        position: Spanned<i64> = "filePathPosition",
    }
}

fn wrong(message: &str) -> Diagnostic {
    Diagnostic::error("redisops::transform::value_add", message)
}

impl ValueAdd {
    /// From plugin configuration. `root_name` is the name of the kustomization's directory, the value where none is given; `load` reads the file with
    /// further targets.
    ///
    /// # Errors
    /// When the configuration is wrong.
    pub fn from_config(
        node: &Node,
        root_name: &str,
        load: &dyn Fn(&Text) -> Result<Node, Diagnostics>,
        cx: &Context<'_>,
    ) -> Result<ValueAdd, Diagnostics> {
        let mut decoder = Decoder::plugin(cx.trace);
        let config = Config::from_node(node, &mut decoder);
        let mut config = decoder.finish(config)?;
        if !config.target_file.is_empty() {
            let file = load(&config.target_file)?;
            let mut decoder = Decoder::lenient(cx.trace);
            let more = Targets::from_node(&file, &mut decoder);
            config.targets.extend(decoder.finish(more)?.targets);
        }
        let trimmed = config.value.trim();
        let value = Text {
            value: if trimmed.is_empty() { root_name.to_owned() } else { trimmed.to_owned() },
            pos: if config.value.pos.is_none() { config.pos } else { config.value.pos },
            literal: false,
        };
        if config.targets.is_empty() {
            return Err(wrong("there are no targets")
                .label(config.pos, 1, "in this transformer")
                .help("say where the value goes: `targets: [{fieldPath: …}]`")
                .into());
        }
        let mut found = Diagnostics::new();
        let targets = config.targets.iter().filter_map(|args| found.take(args.compile())).collect();
        if found.has_errors() { Err(found) } else { Ok(ValueAdd { value, targets }) }
    }

    fn apply(
        &self,
        target: &Target,
        resource: &mut Resource,
        cx: &Context<'_>,
        writer: &Writer<'_>,
    ) -> Result<(), FieldError> {
        if target.field_path.value == "metadata/namespace" {
            return set_namespace(resource, self.value.clone(), cx, writer);
        }
        let Some(node) = find_or_create(&mut resource.node, &target.parts)? else { return Ok(()) };
        expect_scalar(node)?;
        let value = match target.position {
            0 => self.value.value.clone(),
            position => insert_path_part(node.text().unwrap_or(""), position - 1, &self.value),
        };
        writer.write_text(node, &value);
        Ok(())
    }
}

impl TargetArgs {
    fn compile(&self) -> Result<Target, Diagnostic> {
        if self.field_path.is_empty() {
            return Err(wrong("`fieldPath` is missing").label(self.pos, 1, "in this target").help("name a field"));
        }
        let Ok(position) = usize::try_from(self.position.value) else {
            return Err(wrong("`filePathPosition` is negative")
                .label(self.position.pos, 1, "counts from 1; 0 replaces the value")
                .help("use 0 or more"));
        };
        let selector = self.selector.as_ref().map(SelectorArgs::compile).transpose()?;
        Ok(Target { selector, field_path: self.field_path.clone(), parts: parts(&self.field_path), position })
    }
}

/// Parts of a path; empty ones vanish, and a backslash keeps the slash behind it.
fn parts(path: &str) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    for piece in path.split('/') {
        match parts.last_mut().filter(|p| p.ends_with('\\')) {
            Some(last) => {
                last.pop();
                last.push('/');
                last.push_str(piece);
            }
            None => parts.push(piece.to_owned()),
        }
    }
    parts.iter().map(|p| p.trim().to_owned()).filter(|p| !p.is_empty()).collect()
}

/// The node at a path whose parts are names, numbers of items, `-` for the last item, or `[name=value]`. Fields and such items are created where they
/// are missing; none below a null.
fn find_or_create<'n>(mut node: &'n mut Node, path: &[String]) -> Result<Option<&'n mut Node>, FieldError> {
    for (i, part) in path.iter().enumerate() {
        if node.is_null() {
            return Ok(None);
        }
        let origin = node.origin;
        let error = |message: String| FieldError { message, origin };
        let index = if part == "-" { Some(usize::MAX) } else { part.parse().ok() };
        let item = part.strip_prefix('[').and_then(|p| p.strip_suffix(']')).and_then(|p| p.split_once('='));
        node = match (&mut node.value, index, item) {
            (Value::Seq(items), Some(index), _) => {
                let count = items.len();
                let index = if index == usize::MAX { count.saturating_sub(1) } else { index };
                items.get_mut(index).ok_or_else(|| error(format!("there is no item {index}, the list has {count}")))?
            }
            (Value::Seq(items), None, Some((key, value))) => {
                let is_it = |item: &Node| match key {
                    "" => item.text() == Some(value),
                    key => item.get(key).and_then(Node::text) == Some(value),
                };
                let position = items.iter().position(is_it).unwrap_or_else(|| {
                    items.push(new_item(key, value));
                    items.len() - 1
                });
                &mut items[position]
            }
            (Value::Map(map), None, None) => {
                let position = map.position(part).unwrap_or_else(|| {
                    map.set(part, empty_for(path.get(i + 1)));
                    map.len() - 1
                });
                &mut map.entries[position].value
            }
            _ => return Err(error(format!("the path goes on with `{part}`, which does not fit here"))),
        };
    }
    Ok(Some(node))
}

fn new_item(key: &str, value: &str) -> Node {
    let scalar = Node::scalar(Origin::NONE, Scalar::resolved(value, crate::yaml::Style::Plain));
    if key.is_empty() {
        return scalar;
    }
    let mut item = Node::empty_map(Origin::NONE);
    if let Some(map) = item.as_map_mut() {
        map.set(key, scalar);
    }
    item
}

/// What a missing field becomes, by the part of the path behind it.
fn empty_for(next: Option<&String>) -> Node {
    match next {
        None => Node::scalar(Origin::NONE, Scalar::string("")),
        Some(part) if part == "-" || part.starts_with('[') || part.parse::<usize>().is_ok() => {
            Node::new(Origin::NONE, Value::Seq(Vec::new()))
        }
        Some(_) => Node::empty_map(Origin::NONE),
    }
}

/// Puts a part into a file path; an absolute path stays absolute, and a position behind the end means the end.
fn insert_path_part(path: &str, position: usize, part: &str) -> String {
    let (root, rest) = path.strip_prefix('/').map_or(("", path), |rest| ("/", rest));
    let mut parts: Vec<&str> = rest.split('/').filter(|p| !p.is_empty()).collect();
    parts.insert(position.min(parts.len()), part);
    format!("{root}{}", parts.join("/"))
}

impl Transformer for ValueAdd {
    fn transform(&self, resources: &mut ResMap, cx: &Context<'_>) -> Result<(), Diagnostics> {
        let writer = Writer::new(cx.trace, self.value.pos, Via::Field("transformers"));
        let mut found = Diagnostics::new();
        for target in &self.targets {
            let selected = match &target.selector {
                Some(selector) => resources.select(selector),
                None => (0..resources.len()).collect(),
            };
            let list = resources.list_mut();
            for position in selected {
                let resource = &mut list[position];
                let since = cx.trace.len();
                if let Err(error) = self.apply(target, resource, cx, &writer) {
                    let cause = Cause { field: "ValueAddTransformer", pos: target.field_path.pos };
                    found.push(cause.error(&error, &target.field_path, resource, cx));
                }
                resource.spread_writes(cx.trace, since);
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
    fn path_parts_go_where_the_reference_puts_them() {
        let cases = [
            ("", 0, "P"),
            ("/", 0, "/P"),
            ("pie", 0, "P/pie"),
            ("/pie", 0, "/P/pie"),
            ("raw", 1, "raw/P"),
            ("/raw", 9, "/raw/P"),
            ("a/nice/warm/pie", 3, "a/nice/warm/P/pie"),
            ("/a/nice/warm/pie", 3, "/a/nice/warm/P/pie"),
        ];
        for (path, position, result) in cases {
            assert_eq!(insert_path_part(path, position, "P"), result, "{path} {position}");
        }
    }

    #[test]
    fn values_go_into_selected_objects() {
        let fixture = Fixture::new();
        let config = r#"{"value":" v ","targets":[
            {"selector":{"kind":"A"},"fieldPath":"spec/list/[name=x]/field"},
            {"fieldPath":"metadata/namespace"}]}"#;
        let none = |_: &Text| -> Result<Node, Diagnostics> { unreachable!() };
        let transformer = ValueAdd::from_config(&fixture.node(config), "root", &none, &fixture.cx()).unwrap();
        let mut resources = fixture.resources(&[r#"{"kind":"A","metadata":{"name":"a"}}"#, r#"{"kind":"B"}"#]);
        transformer.transform(&mut resources, &fixture.cx()).unwrap();
        let item = &resources.at(0).node.lookup(&["spec", "list"]).unwrap().as_seq().unwrap()[0];
        assert_eq!((item.text_at(&["name"]), item.text_at(&["field"])), (Some("x"), Some("v")));
        assert!(resources.at(1).node.get("spec").is_none());
        assert_eq!(resources.at(1).namespace(), "v");
        let no_targets = ValueAdd::from_config(&fixture.node("{}"), "root", &none, &fixture.cx());
        assert!(no_targets.is_err());
    }
}
