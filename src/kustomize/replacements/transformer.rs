//! The transformer behind `replacements`.

use std::sync::Arc;

use crate::diagnostics::{Diagnostic, Diagnostics, Pos, Source, Sources, did_you_mean};
use crate::k8s::{Pattern, ResMap, Resource, Selector, expanded_later};
use crate::kustomize::decode::{Decoder, FromNode, Text};
use crate::kustomize::types::{FieldOptions, Replacement, ReplacementSource, ReplacementTarget, SelectorArgs};
use crate::kustomize::{Context, Transformer};
use crate::yaml::{Node, Origin, Scalar, Trace, Value, Via, Write, parse_yaml11};

use super::candidates::{Candidates, SourceId, is_selected};
use super::matcher::{Kind, Match, Matcher, State, untyped};
use super::path::{lookup, lookup_mut, split};
use super::structured;
use super::wording::{describe, name_pos, near_field, title};

/// The path of sources and targets that name none.
const DEFAULT_PATH: &str = "metadata.name";

/// Reads a file that a kustomization names.
pub type LoadFile<'a> = dyn Fn(&Text) -> Result<Arc<Source>, Diagnostics> + 'a;

/// Copies values from sources to targets, one replacement after the other.
#[derive(Debug)]
pub struct ReplacementTransformer {
    replacements: Vec<Prepared>,
}

#[derive(Debug)]
struct Prepared {
    pos: Pos,
    from: From,
    targets: Vec<Target>,
}

#[derive(Debug)]
enum From {
    Value(Text),
    Field(Box<ReplacementSource>, Vec<String>),
}

#[derive(Debug)]
struct Target {
    pos: Pos,
    select: Selector,
    reject: Vec<Reject>,
    fields: Vec<Field>,
    options: FieldOptions,
}

/// Objects that are no targets. The reference asks labels and ids apart: an object that matches either of them is rejected.
#[derive(Debug)]
struct Reject {
    selector: Selector,
    by_id: bool,
    by_metadata: bool,
}

#[derive(Debug)]
struct Field {
    text: String,
    pos: Pos,
    path: Vec<String>,
    matcher: Matcher,
}

/// The value of a replacement and where it stands.
struct Found {
    value: Node,
    pos: Pos,
    /// The object that the value is read from again after it was itself a target; only a whole field is.
    live: Option<usize>,
}

impl ReplacementTransformer {
    /// From the entries of a kustomization; `load` reads the files that they name.
    ///
    /// # Errors
    /// Everything that is wrong with them.
    pub fn new(entries: &[Replacement], load: &LoadFile<'_>, trace: &Trace) -> Result<Self, Diagnostics> {
        let mut found = Diagnostics::new();
        let mut replacements = Vec::new();
        for entry in entries {
            if entry.path.is_empty() {
                replacements.extend(found.take(prepare(entry)));
                continue;
            }
            for entry in found.take(read_file(entry, load, trace)).unwrap_or_default() {
                replacements.extend(found.take(prepare(&entry)));
            }
        }
        if found.has_errors() { Err(found) } else { Ok(ReplacementTransformer { replacements }) }
    }

    /// From plugin configuration.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn from_config(node: &Node, load: &LoadFile<'_>, trace: &Trace) -> Result<Self, Diagnostics> {
        let mut decoder = Decoder::plugin(trace);
        let entries = node.get("replacements").filter(|n| !n.is_null());
        let entries = entries.map_or(Some(Vec::new()), |n| Vec::from_node(n, &mut decoder));
        ReplacementTransformer::new(&decoder.finish(entries)?, load, trace)
    }
}

/// The replacements in a file: a list of them, or one.
fn read_file(entry: &Replacement, load: &LoadFile<'_>, trace: &Trace) -> Result<Vec<Replacement>, Diagnostics> {
    if entry.source.is_some() || !entry.targets.is_empty() {
        return Err(Diagnostic::error(
            "redisops::replacement::path",
            "a replacement with both a path and a replacement",
        )
        .label(entry.path.pos, entry.path.len(), "the file")
        .help("keep the path, or the source and its targets; two entries can have both")
        .into());
    }
    let source = load(&entry.path)?;
    let node = parse_yaml11(&source)?;
    let mut decoder = Decoder::lenient(trace);
    let read = match &node.value {
        Value::Seq(_) => Vec::<Replacement>::from_node(&node, &mut decoder),
        Value::Map(_) => Replacement::from_node(&node, &mut decoder).map(|one| vec![one]),
        Value::Scalar(_) => {
            return Err(Diagnostic::error("redisops::replacement::file", "no replacements in a file of replacements")
                .label(source.pos(0), 1, "expected a list of replacements, or one")
                .label(entry.path.pos, entry.path.len(), "named here")
                .into());
        }
    };
    decoder.finish(read)
}

fn prepare(entry: &Replacement) -> Result<Prepared, Diagnostics> {
    let from = match (&entry.source, &entry.source_value) {
        (Some(_), Some(value)) => {
            return Err(Diagnostic::error("redisops::replacement::source", "a replacement with two sources")
                .label(value.pos, value.len(), "a value")
                .help("keep either `source` or `sourceValue`")
                .into());
        }
        (None, None) => {
            return Err(Diagnostic::error("redisops::replacement::source", "a replacement without a source")
                .label(entry.pos, 1, "here")
                .help("add `source` with the object and the fieldPath to read, or `sourceValue`")
                .into());
        }
        (Some(source), None) => {
            let path = if source.field_path.is_empty() { DEFAULT_PATH } else { &source.field_path };
            From::Field(Box::new(source.clone()), split(path))
        }
        (None, Some(value)) => From::Value(value.clone()),
    };
    if entry.targets.is_empty() {
        return Err(Diagnostic::error("redisops::replacement::targets", "a replacement without targets")
            .label(entry.pos, 1, "here")
            .help("add `targets` with the objects and the fieldPaths to write")
            .into());
    }
    let mut found = Diagnostics::new();
    let targets = entry.targets.iter().filter_map(|target| found.take(prepare_target(target))).collect();
    if found.has_errors() { Err(found) } else { Ok(Prepared { pos: entry.pos, from, targets }) }
}

fn prepare_target(target: &ReplacementTarget) -> Result<Target, Diagnostics> {
    let Some(select) = &target.select else {
        return Err(Diagnostic::error("redisops::replacement::select", "a target that selects nothing")
            .label(target.pos, 1, "here")
            .help("add `select` with kind and name of the objects")
            .into());
    };
    let field = |text: &str, pos: Pos| {
        let path = split(text);
        Field { text: text.to_owned(), pos, matcher: Matcher::new(&path), path }
    };
    let fields = match target.field_paths.as_slice() {
        [] => vec![field(DEFAULT_PATH, target.pos)],
        paths => paths.iter().map(|path| field(path, path.pos)).collect(),
    };
    let reject = |args: &SelectorArgs| -> Result<Reject, Diagnostics> {
        let ids = [&args.group, &args.version, &args.kind, &args.name, &args.namespace];
        Ok(Reject {
            selector: args.compile()?,
            by_id: ids.iter().any(|text| !text.is_empty()),
            by_metadata: !args.label_selector.is_empty() || !args.annotation_selector.is_empty(),
        })
    };
    Ok(Target {
        pos: select.pos,
        select: select.compile()?,
        reject: target.reject.iter().map(reject).collect::<Result<_, _>>()?,
        fields,
        options: target.options.clone().unwrap_or_default(),
    })
}

impl Transformer for ReplacementTransformer {
    fn transform(&self, resources: &mut ResMap, cx: &Context<'_>) -> Result<(), Diagnostics> {
        if self.replacements.is_empty() {
            return Ok(());
        }
        let list = resources.list_mut();
        let mut run = Run { candidates: Candidates::new(list), list, cx };
        let mut found = Diagnostics::new();
        for replacement in &self.replacements {
            found.take(run.replace(replacement));
        }
        resources.drop_empty();
        if found.has_errors() { Err(found) } else { Ok(()) }
    }
}

/// One pass over the objects.
struct Run<'r> {
    candidates: Candidates,
    list: &'r mut [Resource],
    cx: &'r Context<'r>,
}

impl Run<'_> {
    fn replace(&mut self, replacement: &Prepared) -> Result<(), Diagnostic> {
        let mut found = self.read(replacement)?;
        for target in &replacement.targets {
            let mut writer = Writer::new(&target.options, replacement.pos, self.cx, &found);
            let mut selected = false;
            for position in self.candidates.find_by(&target.select) {
                if !target.selects(&self.list[position]) {
                    continue;
                }
                selected = true;
                let resource = &mut self.list[position];
                let before = identity(resource);
                for field in &target.fields {
                    let since = self.cx.trace.len();
                    if let Err(why) = writer.write(&mut resource.node, field, &found) {
                        return Err(field.error(why, resource, replacement, self.cx.trace));
                    }
                    resource.spread_writes(self.cx.trace, since);
                    if found.live == Some(position)
                        && let From::Field(_, path) = &replacement.from
                        && let Ok(Some(value)) = lookup(&resource.node, path)
                    {
                        found.value = value.clone();
                    }
                }
                if identity(resource) != before {
                    self.candidates.add(position, resource);
                }
            }
            if !selected {
                self.not_a_child(target)?;
                self.warn_of_nothing(target);
            }
        }
        Ok(())
    }

    /// What a `kind: Redis` expands to is not there yet.
    fn not_a_child(&self, target: &Target) -> Result<(), Diagnostic> {
        let Pattern::Exact(name) = &target.select.name else { return Ok(()) };
        let Some(help) = expanded_later(self.list, name) else { return Ok(()) };
        Err(Diagnostic::error("redisops::replacement::child", "the target of a replacement does not exist yet")
            .label(target.pos, 1, "this selector")
            .help(help))
    }

    /// A target that selects nothing is nothing unusual (and the reference is silent), unless its kind or name is nearly that of an object.
    fn warn_of_nothing(&self, target: &Target) {
        let near = |pattern: &Pattern, of: fn(&Resource) -> &str| match pattern {
            Pattern::Exact(text) if !self.list.iter().any(|r| of(r) == text) => {
                did_you_mean(text, self.list.iter().map(of))
            }
            _ => None,
        };
        let Selector { name, kind, .. } = &target.select;
        let Some(near) = near(kind, Resource::kind).or_else(|| near(name, Resource::name)) else { return };
        let message = "the target of a replacement selects no object";
        self.cx.warn(
            Diagnostic::warning("redisops::replacement::selects_nothing", message)
                .label(target.pos, 1, "this selector")
                .help(format!("did you mean `{near}`?")),
        );
    }

    /// The value that a replacement copies.
    fn read(&self, replacement: &Prepared) -> Result<Found, Diagnostic> {
        let (source, path) = match &replacement.from {
            From::Value(text) => {
                return Ok(Found {
                    value: Node::scalar(Origin::at(text.pos), untyped(text)),
                    pos: text.pos,
                    live: None,
                });
            }
            From::Field(source, path) => (source, path),
        };
        let position = self.find_source(source)?;
        let resource = &self.list[position];
        let text = if source.field_path.is_empty() { DEFAULT_PATH } else { &source.field_path };
        let pos = if source.field_path.is_empty() { source.pos } else { source.field_path.pos };
        let error =
            |message: String| {
                Diagnostic::error("redisops::replacement::source_field", message)
                    .label(pos, text.len(), "read here")
                    .label(name_pos(resource, self.cx.trace), resource.name().len(), "from this object")
            };
        let value = match lookup(&resource.node, path) {
            Err(why) => return Err(error(format!("cannot read `{text}` of {}: {why}", title(resource)))),
            Ok(Some(value)) if !is_empty(value) => value,
            Ok(_) => {
                let message = format!("{} has no value at `{text}`", title(resource));
                return Err(error(message).help_if(near_field(&resource.node, path)));
            }
        };
        let value_pos = self.cx.trace.pos(value.origin);
        let Some(options) = source.options.as_ref().filter(|o| !o.delimiter.is_empty()) else {
            return Ok(Found { value: value.clone(), pos: value_pos, live: Some(position) });
        };
        let Some(scalar) = value.as_scalar() else {
            return Err(error(format!("`{text}` of {} is no text, which `delimiter` needs", title(resource))));
        };
        let part = usize::try_from(options.index).ok().and_then(|i| scalar.text.split(&*options.delimiter).nth(i));
        let Some(part) = part else {
            let parts = scalar.text.split(&*options.delimiter).count();
            return Err(error(format!(
                "no part {} in the value of `{text}`: split at `{}` it has {parts}, counted from 0",
                options.index, options.delimiter
            )));
        };
        let part = Node::scalar(value.origin, Scalar { text: part.into(), ..scalar.clone() });
        Ok(Found { value: part, pos: value_pos, live: None })
    }

    fn find_source(&self, source: &ReplacementSource) -> Result<usize, Diagnostic> {
        let id = SourceId {
            group: &source.group,
            version: &source.version,
            kind: &source.kind,
            name: &source.name,
            namespace: &source.namespace,
        };
        let part = |text: &'_ Text| (!text.is_empty()).then(|| text.value.clone());
        let (name, kind) = (part(&source.name), part(&source.kind));
        let mut found = self.candidates.find(name.as_deref(), kind.as_deref());
        found.retain(|&i| id.selects(&self.list[i]));
        let asked = describe(source);
        match found.as_slice() {
            [one] => Ok(*one),
            [] => {
                let same_kind = || self.list.iter().filter(|r| source.kind.is_empty() || r.kind() == source.kind.value);
                let near = did_you_mean(&source.name, same_kind().map(Resource::name));
                let near_kind = || did_you_mean(&source.kind, self.list.iter().map(Resource::kind));
                let help = near.or_else(near_kind).map(|near| format!("did you mean `{near}`?"));
                let mut error =
                    Diagnostic::error("redisops::replacement::source_missing", format!("there is no {asked}"))
                        .label(source.pos, 1, "the source of a replacement")
                        .help("correct the source, or add the object to `resources`")
                        .help_if(help)
                        .help_if(expanded_later(self.list, &source.name).filter(|_| !source.name.is_empty()));
                let names: Vec<String> = same_kind().take(MOST_LABELS).map(title).collect();
                if !source.kind.is_empty() {
                    error = error.note(match names.is_empty() {
                        true => format!("no object here is of kind {}", &*source.kind),
                        false => format!("there is {}", names.join(", ")),
                    });
                }
                Err(error)
            }
            many => {
                let mut error = Diagnostic::error(
                    "redisops::replacement::source_ambiguous",
                    format!("{} objects are {asked}, a source must be one", many.len()),
                )
                .label(source.pos, 1, "the source of a replacement");
                for &i in many.iter().take(MOST_LABELS) {
                    let resource = &self.list[i];
                    error = error.label(name_pos(resource, self.cx.trace), resource.name().len(), title(resource));
                }
                Err(error.help("add name, namespace or kind to the source"))
            }
        }
    }
}

/// So many objects are shown when a source is not unique.
const MOST_LABELS: usize = 8;

impl Target {
    fn selects(&self, resource: &Resource) -> bool {
        is_selected(&self.select, resource)
            && self.select.matches_metadata(resource)
            && !self.reject.iter().any(|reject| {
                (reject.by_metadata && reject.selector.matches_metadata(resource))
                    || (reject.by_id && is_selected(&reject.selector, resource))
            })
    }
}

/// Puts a value where paths lead.
struct Writer<'w> {
    options: &'w FieldOptions,
    at: Pos,
    trace: &'w Trace,
    sources: &'w Sources,
    /// Origin of what is created on the way; one for all.
    created: Origin,
}

impl<'w> Writer<'w> {
    fn new(options: &'w FieldOptions, at: Pos, cx: &'w Context<'_>, found: &Found) -> Writer<'w> {
        let trace = cx.trace;
        let created = match options.create {
            true => trace.record(Write { at, via: Via::Replacement, source: found.pos, before: None }),
            false => Origin::NONE,
        };
        Writer { options, at, trace, sources: cx.sources, created }
    }

    fn write(&mut self, node: &mut Node, field: &Field, found: &Found) -> Result<(), String> {
        if self.write_inside(node, field, found) {
            return Ok(());
        }
        let create = self.options.create.then(|| (Kind::of(&found.value), self.created));
        match field.matcher.apply(node, create, &mut |target| self.set(target, found))? {
            0 => Err("there is no such field".to_owned()),
            _ => Ok(()),
        }
    }

    /// Writes into the text of a string when the path leads there. What fails is left as it was, and the path is taken as a plain one.
    fn write_inside(&self, node: &mut Node, field: &Field, found: &Found) -> bool {
        let Some(end) = structured::text_in_path(node, &field.path) else { return false };
        let Some(scalar) = lookup_mut(node, &field.path[..end]) else { return false };
        let before = scalar.text().unwrap_or("");
        let Ok(Some(mut parsed)) = structured::parse(before) else { return false };
        let create = self.options.create.then(|| (Kind::of(&found.value), Origin::NONE));
        let matcher = Matcher::new(&field.path[end..]);
        // Inside the text nothing is traced: the text as a whole is what was written.
        let value = structured::without_origins(&found.value);
        let source = Arc::clone(&parsed.source);
        let in_brackets = move |origin| structured::is_in_brackets(&source, origin);
        let set = &mut |target: Match<'_>| put(target, &value, self.options, &in_brackets).map(|_| ());
        if !matches!(matcher.apply(&mut parsed.tree, create, set), Ok(count) if count > 0) {
            return false;
        }
        let Ok(after) = parsed.write() else { return false };
        if after != before
            && let Value::Scalar(old) = &mut scalar.value
        {
            let before = old.clone();
            old.text = after.into();
            scalar.origin = self.origin(found, Some(Node::scalar(scalar.origin, before)));
        }
        true
    }

    fn set(&self, target: Match<'_>, found: &Found) -> Result<(), String> {
        let origin = target.node.origin;
        if target.state == State::Lost {
            return put(target, &found.value, self.options, &|_| false).map(|_| ());
        }
        let before = target.node.as_scalar().filter(|_| target.state == State::Found).cloned();
        let in_brackets = |origin: Origin| {
            let pos = self.trace.text_pos(origin);
            let source = pos.and_then(|pos| self.sources.get(pos));
            source.is_some_and(|source| structured::is_in_brackets(&source, pos.map_or(origin, Origin::at)))
        };
        let node = put(target, &found.value, self.options, &in_brackets)?;
        let changed = match (&before, &node.value) {
            (Some(before), Value::Scalar(after)) => before != after,
            _ => true,
        };
        node.origin =
            if changed { self.origin(found, before.map(|scalar| Node::scalar(origin, scalar))) } else { origin };
        Ok(())
    }

    fn origin(&self, found: &Found, before: Option<Node>) -> Origin {
        self.trace.record(Write { at: self.at, via: Via::Replacement, source: found.pos, before })
    }
}

/// Puts a value into a node. A scalar keeps its type and takes the text only, so that "5" becomes 5 where a number was.
fn put<'n>(
    target: Match<'n>,
    value: &Node,
    options: &FieldOptions,
    in_brackets: &dyn Fn(Origin) -> bool,
) -> Result<&'n mut Node, String> {
    let Match { node, state } = target;
    let text = value.text().unwrap_or("");
    if let Value::Scalar(scalar) = &mut node.value {
        let text = if options.delimiter.is_empty() { text.to_owned() } else { join(&scalar.text, text, options) };
        match state {
            // Nothing at all is an empty string in brackets, and null elsewhere.
            State::New(collection) if text.is_empty() && in_brackets(collection) => *scalar = Scalar::string(""),
            State::New(_) => *scalar = untyped(&text),
            _ => scalar.text = text.into(),
        }
        return Ok(node);
    }
    if !options.delimiter.is_empty() {
        return Err("the field is no text, which `delimiter` needs".to_owned());
    }
    *node = value.clone();
    Ok(node)
}

/// A text with one of its parts replaced; a part before the first or after the last is added.
fn join(old: &str, new: &str, options: &FieldOptions) -> String {
    let delimiter = options.delimiter.as_str();
    let mut parts: Vec<&str> = old.split(delimiter).collect();
    match usize::try_from(options.index) {
        Err(_) => parts.insert(0, new),
        Ok(index) => match parts.get_mut(index) {
            Some(part) => *part = new,
            None => parts.push(new),
        },
    }
    parts.join(delimiter)
}

impl Field {
    fn error(&self, why: String, resource: &Resource, replacement: &Prepared, trace: &Trace) -> Diagnostic {
        let message = format!("cannot write `{}` of {}: {why}", self.text, title(resource));
        let pos = if self.pos.is_none() { replacement.pos } else { self.pos };
        Diagnostic::error("redisops::replacement::target_field", message)
            .label(pos, self.text.len(), "written here")
            .label(name_pos(resource, trace), resource.name().len(), "in this object")
            .help_if(near_field(&resource.node, &self.path).or_else(|| {
                why.starts_with("there is no such field")
                    .then(|| "select fewer objects, or set `options: {create: true}` to create the field".to_owned())
            }))
    }
}

fn identity(resource: &Resource) -> (String, String) {
    (resource.kind().to_owned(), resource.name().to_owned())
}

fn is_empty(node: &Node) -> bool {
    match &node.value {
        Value::Map(map) => map.is_empty(),
        Value::Seq(items) => items.is_empty(),
        Value::Scalar(_) => node.is_null(),
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::rc::Rc;

    use crate::diagnostics::{SourceKind, Sources};
    use crate::k8s::openapi::OpenApi;
    use crate::yaml::{emit, parse_documents};

    use super::*;

    fn run(resources: &str, replacements: &str) -> Result<String, Diagnostics> {
        let sources = Sources::new();
        let trace = Trace::new();
        let openapi = Rc::new(RefCell::new(OpenApi::default()));
        let cx = Context { openapi, ..Context::new(&sources, &trace) };
        let mut map = ResMap::new(cx.scopes());
        let text = sources.add("r.yaml", resources.into(), SourceKind::Resource).unwrap();
        for node in parse_documents(&text).unwrap() {
            map.append(Resource::new(node)).unwrap();
        }
        let file = sources.add("k.yaml", format!("replacements:\n{replacements}"), SourceKind::Kustomization).unwrap();
        let load = |_: &Text| Err(Diagnostics::new());
        ReplacementTransformer::from_config(&parse_yaml11(&file)?, &load, &trace)?.transform(&mut map, &cx)?;
        let mut out = String::new();
        for resource in map.iter() {
            emit(&resource.node, &mut out)?;
        }
        Ok(out)
    }

    const OBJECTS: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {host: db.example, port: \"5\"}\n---\n\
                           apiVersion: v1\nkind: Thing\nmetadata: {name: b}\nspec: {num: 1, s: x-y, json: '{\"k\": {\"p\": 1}}'}\n";

    #[test]
    fn a_number_takes_digits_and_stays_a_number() {
        let out = run(
            OBJECTS,
            "- source: {kind: ConfigMap, fieldPath: data.port}\n  targets:\n  - select: {kind: Thing}\n    fieldPaths: [spec.num, spec.json.k.p]\n",
        );
        let out = out.unwrap();
        assert!(out.contains("  num: 5\n"), "{out}");
        assert!(out.contains(r#"json: '{"k":{"p":5}}'"#), "{out}");
    }

    #[test]
    fn parts_are_replaced_by_index_and_fields_created() {
        let out = run(
            OBJECTS,
            "- source: {kind: ConfigMap, fieldPath: data.host, options: {delimiter: ., index: 0}}\n  targets:\n  \
             - {select: {kind: Thing}, fieldPaths: [spec.s], options: {delimiter: '-', index: 1}}\n  \
             - {select: {name: b}, fieldPaths: ['spec.list.[name=z].value'], options: {create: true}}\n",
        );
        let out = out.unwrap();
        assert!(out.contains("  s: x-db\n"), "{out}");
        assert!(out.contains("  - name: z\n    value: db\n"), "{out}");
    }

    #[test]
    fn a_missing_source_names_the_near_one() {
        let entry = "- source: {kind: ConfigMap, name: aa}\n  targets:\n  - select: {kind: Thing}\n";
        let error = run(OBJECTS, entry).unwrap_err();
        assert_eq!(error.0[0].help.as_deref(), Some("did you mean `a`?"));
        let entry = "- source: {kind: ConfigMap, fieldPath: data.hots}\n  targets:\n  - select: {kind: Thing}\n";
        let error = run(OBJECTS, entry).unwrap_err();
        assert_eq!(error.0[0].help.as_deref(), Some("`hots` is not there; did you mean `host`?"));
    }
}
