//! `vars`, the old form of replacements: `$(NAME)` in texts.
//!
//! A var names an object as it was loaded, and a field of it; the object remembers the var, so that the value is read in the end, after all renames.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;

use crate::diagnostics::{Diagnostic, Diagnostics, Pos, did_you_mean};
use crate::k8s::{Gvk, ResMap, Resource};
use crate::yaml::{Node, Origin, Scalar, Style, Tag, Trace, Value, Via, Write};

use super::Context;
use super::fields::{FieldError, FieldPath, Missing};
use super::replacements::{lookup, split};
use super::types::{FieldSpec, Var};

/// The vars of a kustomization and of everything below it, by name.
#[derive(Clone, Default, Debug)]
pub struct VarSet {
    vars: BTreeMap<String, Var>,
}

/// The value of a var, with its type: a var that is a whole text passes it on.
#[derive(Clone, PartialEq, Debug)]
enum Content {
    Str(String),
    Int(i64),
    Float(f64),
    Bool(bool),
    /// A mapping or a list, which no text can hold: the var stays as it is written.
    Other,
}

struct Found {
    content: Content,
    at: Pos,
    source: Pos,
}

impl VarSet {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.vars.is_empty()
    }

    /// Adds the vars of a kustomization whose objects are `resources`, and lets these remember the vars that read from them.
    ///
    /// # Errors
    /// When a name is taken, or a var names several objects.
    pub fn add(&mut self, incoming: &[Var], resources: &mut ResMap, trace: &Trace) -> Result<(), Diagnostics> {
        let mut found = Diagnostics::new();
        for var in incoming {
            let matches = objects_of(var, resources);
            match matches.as_slice() {
                [] => {}
                [one] => resources.contents_mut()[*one].ref_vars.push(var.name.value.as_str().into()),
                many => found.push(ambiguous(var, many, resources, trace)),
            }
        }
        for var in incoming {
            found.take(self.insert(var.clone()));
        }
        if found.has_errors() { Err(found) } else { Ok(()) }
    }

    /// Adds the vars of a base.
    ///
    /// # Errors
    /// When a name is taken.
    pub fn merge(&mut self, other: VarSet) -> Result<(), Diagnostics> {
        let mut found = Diagnostics::new();
        for var in other.vars.into_values() {
            found.take(self.insert(var));
        }
        if found.has_errors() { Err(found) } else { Ok(()) }
    }

    fn insert(&mut self, var: Var) -> Result<(), Diagnostic> {
        if let Some(first) = self.vars.get(&var.name.value) {
            let name = &var.name.value;
            return Err(Diagnostic::error("redisops::vars::duplicate", format!("two vars have the name `{name}`"))
                .label(var.name.pos, name.len(), "again here")
                .label(first.name.pos, name.len(), "first here")
                .help(
                    "a base that is used twice defines its vars twice; move them to the kustomization that uses it",
                ));
        }
        self.vars.insert(var.name.value.clone(), var);
        Ok(())
    }

    /// Puts the values of all vars where the fields of `specs` name them. Vars that no text names are warned about.
    ///
    /// # Errors
    /// When a var has no value, or a field cannot hold a text.
    pub fn resolve(&self, resources: &mut ResMap, specs: &[FieldSpec], cx: &Context<'_>) -> Result<(), Diagnostics> {
        if self.vars.is_empty() {
            return Ok(());
        }
        let values = self.values(resources, cx.trace)?;
        let mut expander = Expander { values: &values, used: BTreeSet::new(), trace: cx.trace };
        let fields = FieldPath::all(specs);
        let mut of_kind: FxHashMap<Gvk, Vec<&FieldPath>> = FxHashMap::default();
        let mut found = Diagnostics::new();
        // A configuration may name `metadata`, and with it identities.
        for resource in resources.list_mut() {
            let gvk = resource.gvk();
            let applicable = of_kind.entry(gvk).or_insert_with_key(|gvk| {
                fields.iter().filter(|field| field.spec.selects(&gvk.group, &gvk.version, &gvk.kind)).collect()
            });
            for field in applicable.iter() {
                let since = cx.trace.len();
                let result = field.visit(&mut resource.node, Missing::Leave, &mut |node| expander.set(node));
                if let Err(error) = result {
                    found.push(field_error(error, &field.spec.path, resource, cx.trace));
                }
                resource.spread_writes(cx.trace, since);
            }
        }
        for (name, var) in self.vars.iter().filter(|(name, _)| !expander.used.contains(name.as_str())) {
            cx.warn(
                Diagnostic::warning("redisops::vars::unused", format!("nothing uses the var `{name}`"))
                    .label(var.name.pos, name.len(), "defined here")
                    .help(format!("write $({name}) in a field that `varReference` lists, or remove the var")),
            );
        }
        if found.has_errors() { Err(found) } else { Ok(()) }
    }

    fn values(&self, resources: &ResMap, trace: &Trace) -> Result<FxHashMap<&str, Found>, Diagnostics> {
        let mut holders: FxHashMap<&str, &Resource> = FxHashMap::default();
        for resource in resources.iter() {
            for name in &resource.ref_vars {
                holders.entry(name).or_insert(resource);
            }
        }
        let mut values = FxHashMap::default();
        let mut found = Diagnostics::new();
        for (name, var) in &self.vars {
            let value = match holders.get(name.as_str()) {
                Some(resource) => read(var, resource, trace),
                None => Err(missing(var, resources)),
            };
            values.extend(found.take(value).map(|value| (name.as_str(), value)));
        }
        if found.has_errors() { Err(found) } else { Ok(values) }
    }
}

/// Group, version and kind that a var names; an `apiVersion` wins over the other fields.
fn gvk_of(var: &Var) -> Gvk {
    let object = &var.objref;
    match object.api_version.split('/').collect::<Vec<_>>().as_slice() {
        [""] => Gvk::new(&object.group, &object.version, &object.kind),
        [version] => Gvk::new(&object.group, version, &object.kind),
        [group, version] => Gvk::new(group, version, &object.kind),
        _ => Gvk::new(&object.group, &object.version, &object.kind),
    }
}

/// The objects that have, or had, the identity that a var names. Without a namespace, objects of all namespaces.
fn objects_of(var: &Var, resources: &ResMap) -> Vec<usize> {
    let gvk = gvk_of(var);
    let (name, namespace) = (var.objref.name.value.as_str(), var.objref.namespace.value.as_str());
    let is_meant = |&position: &usize| {
        resources.is_or_was(position, |id| {
            id.name == name && id.gvk == gvk && (namespace.is_empty() || id.effective_namespace() == namespace)
        })
    };
    resources.find_name(name).into_iter().map(|i| i as usize).filter(is_meant).collect()
}

fn read(var: &Var, resource: &Resource, trace: &Trace) -> Result<Found, Diagnostic> {
    let path = if var.fieldref.field_path.is_empty() { "metadata.name" } else { &var.fieldref.field_path };
    let error = |why: String| {
        let object = format!("{}/{}", resource.kind(), resource.name());
        let pos = if var.fieldref.field_path.is_empty() { var.pos } else { var.fieldref.field_path.pos };
        Diagnostic::error("redisops::vars::field", format!("the var `{}` has no value: {object} {why}", &*var.name))
            .label(pos, path.len(), "the field of the var")
    };
    let node = match lookup(&resource.node, &with_positions(split(path))) {
        Ok(Some(node)) => node,
        Ok(None) => return Err(error(format!("has no field `{path}`"))),
        Err(why) => return Err(error(format!("has no field `{path}`: {why}"))),
    };
    let Some(scalar) = node.as_scalar() else {
        return Ok(Found { content: Content::Other, at: var.pos, source: trace.pos(node.origin) });
    };
    let text = scalar.text.as_str();
    let wrong = || error(format!("has `{text}` there, which cannot be read"));
    let content = match scalar.tag {
        Tag::Int => Content::Int(text.parse().map_err(|_| wrong())?),
        Tag::Float => Content::Float(text.parse().map_err(|_| wrong())?),
        Tag::Bool => match text {
            "true" | "True" | "TRUE" => Content::Bool(true),
            "false" | "False" | "FALSE" => Content::Bool(false),
            _ => return Err(wrong()),
        },
        _ => Content::Str(text.to_owned()),
    };
    Ok(Found { content, at: var.pos, source: trace.pos(node.origin) })
}

/// `ports[0]` is the field `ports` and the position 0.
fn with_positions(path: Vec<String>) -> Vec<String> {
    path.into_iter()
        .flat_map(|part| {
            let digits = part.strip_suffix(']').and_then(|p| p.rsplit_once('['));
            match digits {
                Some((field, index)) if !index.is_empty() && index.bytes().all(|b| b.is_ascii_digit()) => {
                    [field.to_owned(), index.to_owned()].into_iter().filter(|p| !p.is_empty()).collect()
                }
                _ => vec![part],
            }
        })
        .collect()
}

fn ambiguous(var: &Var, matches: &[usize], resources: &ResMap, trace: &Trace) -> Diagnostic {
    let message = format!("the var `{}` may mean {} objects", &*var.name, matches.len());
    let mut error =
        Diagnostic::error("redisops::vars::ambiguous", message).label(var.name.pos, var.name.len(), "this var");
    for &i in matches {
        let resource = resources.at(i);
        let Some(name) = resource.node.lookup(&["metadata", "name"]) else { continue };
        error = error.label(trace.pos(name.origin), resource.name().len(), "one of them");
    }
    error.help("add `namespace` to its objref")
}

fn missing(var: &Var, resources: &ResMap) -> Diagnostic {
    let object = &var.objref;
    let same_kind = resources.iter().filter(|r| r.kind() == object.kind.value);
    let names = same_kind.flat_map(|r| [r.original_name(), r.name()]);
    let message =
        format!("the var `{}` reads from {}/{}, which is not there", &*var.name, &*object.kind, &*object.name);
    let near = did_you_mean(&object.name, names).map(|near| format!("did you mean `{near}`?"));
    Diagnostic::error("redisops::vars::object", message)
        .label(object.pos, 1, "no such object")
        .help("name kind, apiVersion and name as they stand in the file of the object, before any prefix")
        .help_if(near)
}

fn field_error(error: FieldError, path: &str, resource: &Resource, trace: &Trace) -> Diagnostic {
    let object = format!("{}/{}", resource.kind(), resource.name());
    Diagnostic::error(
        "redisops::vars::reference",
        format!("cannot look for vars in `{path}` of {object}: {}", error.message),
    )
    .label(trace.pos(error.origin), 1, "here")
}

/// Puts values in the place of vars.
struct Expander<'v> {
    values: &'v FxHashMap<&'v str, Found>,
    used: BTreeSet<&'v str>,
    trace: &'v Trace,
}

impl Expander<'_> {
    fn set(&mut self, node: &mut Node) -> Result<(), FieldError> {
        if node.is_null() {
            return Ok(());
        }
        match &mut node.value {
            Value::Scalar(_) => self.set_scalar(node),
            Value::Map(map) => {
                for entry in &mut map.entries {
                    if entry.key.tag != Tag::Str {
                        let message = format!("the key `{}` is not a string", entry.key.text);
                        return Err(FieldError { message, origin: Origin::at(entry.key_pos) });
                    }
                    self.set_scalar(&mut entry.value);
                }
            }
            Value::Seq(items) => {
                for item in items {
                    if item.as_scalar().is_none_or(|s| s.tag != Tag::Str) {
                        return Err(FieldError::at(item, "an item that is not a string"));
                    }
                    self.set_scalar(item);
                }
            }
        }
        Ok(())
    }

    fn set_scalar(&mut self, node: &mut Node) {
        let origin = node.origin;
        let Value::Scalar(scalar) = &mut node.value else { return };
        if scalar.tag != Tag::Str {
            return;
        }
        let Some((new, var)) = self.expand(&scalar.text) else {
            // The reference writes every string anew and forgets its style.
            scalar.style = Style::Plain;
            return;
        };
        let before = std::mem::replace(scalar, new);
        if let Some(var) = var
            && (scalar.text != before.text || scalar.tag != before.tag)
        {
            let write =
                Write { at: var.at, via: Via::Var, source: var.source, before: Some(Node::scalar(origin, before)) };
            node.origin = self.trace.record(write);
        }
    }

    /// The text with its vars replaced, and the last var in it that has a value; none when nothing in it means anything. `$$` is a dollar sign.
    fn expand(&mut self, text: &str) -> Option<(Scalar, Option<&Found>)> {
        memchr::memchr(b'$', text.as_bytes())?;
        let mut out = String::with_capacity(text.len());
        let mut last = None;
        let mut rest = text;
        while let Some(at) = rest.find('$') {
            let after = &rest[at + 1..];
            out.push_str(&rest[..at]);
            if let Some(next) = after.strip_prefix('$') {
                out.push('$');
                rest = next;
                continue;
            }
            let Some((name, next)) = after.strip_prefix('(').and_then(|inner| inner.split_once(')')) else {
                out.push('$');
                // What follows is kept as it is, an opening parenthesis without its end too.
                let kept = after.chars().next().map_or(0, char::len_utf8);
                out.push_str(&after[..kept]);
                rest = &after[kept..];
                continue;
            };
            rest = next;
            match self.values.get_key_value(name).filter(|(_, found)| found.content != Content::Other) {
                None => out.push_str(&format!("$({name})")),
                Some((name, found)) => {
                    self.used.insert(name);
                    if text.len() == name.len() + 3 {
                        return Some((found.content.scalar(), Some(found)));
                    }
                    out.push_str(&found.content.text());
                    last = Some(found);
                }
            }
        }
        out.push_str(rest);
        Some((Scalar::string(out), last))
    }
}

impl Content {
    /// As a value of its own.
    fn scalar(&self) -> Scalar {
        match self {
            Content::Str(text) => Scalar::string(text.as_str()),
            Content::Int(value) => Scalar::int(*value),
            Content::Bool(value) => Scalar::bool(*value),
            Content::Float(value) => Scalar { text: format!("{value}").into(), tag: Tag::Float, style: Style::Plain },
            Content::Other => Scalar::null(),
        }
    }

    /// Inside a longer text, as Go's `%v` prints it.
    fn text(&self) -> String {
        match self {
            Content::Str(text) => text.clone(),
            Content::Int(value) => value.to_string(),
            Content::Bool(value) => value.to_string(),
            Content::Float(value) if *value != 0.0 && !(1e-4..1e21).contains(&value.abs()) => {
                let text = format!("{value:e}");
                let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
                let (sign, digits) = exponent.strip_prefix('-').map_or(('+', exponent), |digits| ('-', digits));
                format!("{mantissa}e{sign}{digits:0>2}")
            }
            Content::Float(value) => value.to_string(),
            Content::Other => String::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expanded(text: &str) -> (String, Tag) {
        let found = |content| Found { content, at: Pos::NONE, source: Pos::NONE };
        let values = FxHashMap::from_iter([
            ("A", found(Content::Str("x".into()))),
            ("N", found(Content::Int(5))),
            ("F", found(Content::Float(1e21))),
            ("M", found(Content::Other)),
        ]);
        let trace = Trace::new();
        let mut expander = Expander { values: &values, used: BTreeSet::new(), trace: &trace };
        let mut node = Node::string(Origin::NONE, text);
        expander.set(&mut node).unwrap();
        let scalar = node.as_scalar().unwrap();
        (scalar.text.to_string(), scalar.tag)
    }

    #[test]
    fn vars_are_replaced_and_dollars_escaped() {
        let text = |text| expanded(text).0;
        assert_eq!(text("a $(A)-$(N) b"), "a x-5 b");
        assert_eq!(text("$$(A) $(X) $(M) $"), "$(A) $(X) $(M) $");
        assert_eq!(text("$(A $é $("), "$(A $é $(");
        assert_eq!(text("f=$(F)"), "f=1e+21");
    }

    #[test]
    fn a_whole_text_takes_the_type() {
        assert_eq!(expanded("$(N)"), ("5".to_owned(), Tag::Int));
        assert_eq!(expanded("$(N) "), ("5 ".to_owned(), Tag::Str));
    }

    #[test]
    fn positions_in_brackets_are_parts() {
        let parts = |path: &str| with_positions(split(path));
        assert_eq!(parts("spec.ports[0].name"), ["spec", "ports", "0", "name"]);
        assert_eq!(parts("a.[0]"), ["a", "0"]);
        assert_eq!(parts("a.[name=b]"), ["a", "[name=b]"]);
    }
}
