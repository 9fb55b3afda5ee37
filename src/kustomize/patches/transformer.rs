//! The transformers that apply patches: `patches`, `patchesStrategicMerge`, `patchesJson6902`, and the plugin configurations of the same names.

use smallvec::SmallVec;

use crate::diagnostics::{Diagnostic, Diagnostics, Pos, Severity};
use crate::k8s::{Pattern, ResMap, Resource, Selector, expanded_later};
use crate::yaml::{Node, Origin};

use super::super::decode::{Decoder, FromNode, Text, record};
use super::super::types::{Patch, SelectorArgs};
use super::super::{Context, Transformer};
use super::json6902::{self, JsonPatch, parse_json_patch};
use super::load::{self, LoadText, Loaded};
use super::resource::{patch_resource, prepare, strings_only};
use super::targets::{place, unique_target};

/// An entry of `patches`: a strategic or a JSON patch, with or without a target.
#[derive(Clone, Debug)]
pub struct PatchTransformer {
    loaded: Loaded,
    target: Option<Target>,
    pos: Pos,
}

/// What a patch is for.
#[derive(Clone, Debug)]
struct Target {
    pos: Pos,
    name: Text,
    selector: Selector,
}

impl Target {
    fn new(args: &SelectorArgs) -> Result<Target, Diagnostic> {
        Ok(Target { pos: args.pos, name: args.name.clone(), selector: args.compile()? })
    }

    /// The objects that are selected. A name that is plainly written and selects nothing is worth a warning: the reference is silent.
    ///
    /// # Errors
    /// When it names an object that a `kind: Redis` expands to later.
    fn select(&self, resources: &ResMap, cx: &Context<'_>) -> Result<Vec<usize>, Diagnostic> {
        let mut found = self.selector.select(resources);
        found.retain(|&at| !resources.at(at).is_empty());
        if found.is_empty() && matches!(self.selector.name, Pattern::Exact(_)) {
            let nothing = self.nothing(resources);
            if nothing.severity == Severity::Error {
                return Err(nothing);
            }
            cx.warn(nothing);
        }
        Ok(found)
    }

    fn nothing(&self, resources: &ResMap) -> Diagnostic {
        let names = resources.iter().filter(|r| self.selector.kind.matches(r.kind())).map(Resource::name);
        let near = crate::diagnostics::did_you_mean(&self.name, names).map(|n| format!("did you mean `{n}`?"));
        if let Some(help) = expanded_later(resources.as_slice(), &self.name) {
            // Without the Redis this would be as silent as the reference is; here it is known to be a mistake.
            return Diagnostic::error("redisops::patch::child", "the target of a patch does not exist yet")
                .label(self.name.pos, self.name.len(), "")
                .help(help);
        }
        Diagnostic::warning("redisops::patch::selects_nothing", "the target of a patch selects no object")
            .label(self.name.pos, self.name.len(), "no object of this name fits the target")
            .help_if(near)
    }
}

impl PatchTransformer {
    /// From an entry of `patches`. Reads the file that it names.
    ///
    /// # Errors
    /// When it has no patch or two, or the patch cannot be read.
    pub fn new(entry: &Patch, load: &LoadText<'_>, cx: &Context<'_>) -> Result<PatchTransformer, Diagnostics> {
        if let Some(wrong) = load::patch_or_path(&entry.path, &entry.patch, entry.pos) {
            return Err(wrong.into());
        }
        let source = if entry.path.is_empty() { load::inline(&entry.patch, cx)? } else { load(&entry.path)? };
        let mut loaded = load::detect(&source)?;
        if let (Loaded::Strategic(patches), Some(options)) = (&mut loaded, &entry.options) {
            for patch in patches {
                patch.allow_name_change = options.allow_name_change;
                patch.allow_kind_change = options.allow_kind_change;
                if patch.allow_name_change || patch.allow_kind_change {
                    // The reference keeps this as annotations, and makes strings of those that the patch has.
                    if let Some(metadata) = patch.node.get_mut("metadata") {
                        strings_only(metadata, "annotations");
                    }
                }
            }
        }
        let target = entry.target.as_ref().map(Target::new).transpose()?;
        Ok(PatchTransformer { loaded, target, pos: entry.pos })
    }

    /// From plugin configuration of kind `PatchTransformer`.
    ///
    /// # Errors
    /// As for [`PatchTransformer::new`].
    pub fn from_config(node: &Node, load: &LoadText<'_>, cx: &Context<'_>) -> Result<PatchTransformer, Diagnostics> {
        let entry = decode::<Patch>(node, cx)?;
        PatchTransformer::new(&entry, load, cx)
    }

    fn strategic(&self, patches: &[Resource], resources: &mut ResMap, cx: &Context<'_>) -> Result<(), Diagnostics> {
        let Some(target) = &self.target else {
            let mut found = Diagnostics::new();
            for patch in patches {
                match unique_target(resources, patch, cx) {
                    Ok(at) => {
                        found.take(resources.update(at, |r| patch_resource(r, patch, cx)));
                    }
                    Err(wrong) => found.push(wrong),
                }
            }
            return if found.has_errors() { Err(found) } else { Ok(()) };
        };
        let [patch] = patches else {
            let mut wrong = Diagnostic::error(
                "redisops::patch::several_with_target",
                "a patch with a `target` must be a single document",
            )
            .label(target.pos, 1, "this target");
            for patch in patches.iter().take(2) {
                let (pos, length) = place(&patch.node, &["kind"], cx.trace);
                wrong = wrong.label(pos, length, "a document of the patch");
            }
            return Err(wrong.help("make an entry of `patches` for each document, or leave `target` out").into());
        };
        patch_selected(&target.select(resources, cx)?, patch, resources, cx)
    }

    fn json(&self, patch: &JsonPatch, resources: &mut ResMap, cx: &Context<'_>) -> Result<(), Diagnostics> {
        let Some(target) = &self.target else {
            let pos = patch.operations.first().map_or(Pos::NONE, |o| o.pos);
            return Err(Diagnostic::error("redisops::patch::no_target", "a JSON patch needs a `target`")
                .label(self.pos, 1, "this entry of `patches`")
                .label(pos, 1, "the patch is a list of operations, which name no object")
                .help("add `target:` with `kind` and `name` of the object")
                .into());
        };
        json_selected(&target.select(resources, cx)?, patch, true, resources, cx)
    }
}

impl Transformer for PatchTransformer {
    fn transform(&self, resources: &mut ResMap, cx: &Context<'_>) -> Result<(), Diagnostics> {
        match &self.loaded {
            Loaded::Nothing => Ok(()),
            Loaded::Strategic(patches) => self.strategic(patches, resources, cx),
            Loaded::Json(patch) => self.json(patch, resources, cx),
        }
    }
}

/// All entries of `patches`, applied in order; objects that patches delete are dropped once, at the end.
#[derive(Clone, Debug, Default)]
pub struct Patches {
    entries: Vec<PatchTransformer>,
}

impl Patches {
    /// From the field `patches`.
    ///
    /// # Errors
    /// All entries that cannot be read.
    pub fn new(entries: &[Patch], load: &LoadText<'_>, cx: &Context<'_>) -> Result<Patches, Diagnostics> {
        let mut found = Diagnostics::new();
        let entries = entries.iter().filter_map(|e| found.take(PatchTransformer::new(e, load, cx))).collect();
        if found.has_errors() { Err(found) } else { Ok(Patches { entries }) }
    }
}

impl Transformer for Patches {
    fn transform(&self, resources: &mut ResMap, cx: &Context<'_>) -> Result<(), Diagnostics> {
        let mut found = Diagnostics::new();
        for entry in &self.entries {
            found.take(entry.transform(resources, cx));
        }
        resources.drop_empty();
        if found.has_errors() { Err(found) } else { Ok(()) }
    }
}

record! {
    /// Plugin configuration of kind `PatchStrategicMergeTransformer`.
    StrategicMergeConfig as "a PatchStrategicMergeTransformer" {
        /// Files, or patches as text.
        paths: Vec<Text> = "paths",
        /// Patches as text.
        patches: Text = "patches",
    }
}

/// `patchesStrategicMerge`.
#[derive(Clone, Debug)]
pub struct PatchStrategicMergeTransformer {
    patches: Vec<Resource>,
}

impl PatchStrategicMergeTransformer {
    /// From the entries of `patchesStrategicMerge`, at least one.
    ///
    /// # Errors
    /// All entries that cannot be read; entries without any patch.
    pub fn new(entries: &[Text], load: &LoadText<'_>, cx: &Context<'_>) -> Result<Self, Diagnostics> {
        let config = StrategicMergeConfig { paths: entries.to_vec(), ..StrategicMergeConfig::default() };
        let pos = entries.first().map_or(Pos::NONE, |e| e.pos);
        Self::load(&StrategicMergeConfig { pos, ..config }, load, cx)
    }

    /// From plugin configuration of kind `PatchStrategicMergeTransformer`.
    ///
    /// # Errors
    /// As for [`PatchStrategicMergeTransformer::new`].
    pub fn from_config(node: &Node, load: &LoadText<'_>, cx: &Context<'_>) -> Result<Self, Diagnostics> {
        Self::load(&decode(node, cx)?, load, cx)
    }

    fn load(config: &StrategicMergeConfig, load: &LoadText<'_>, cx: &Context<'_>) -> Result<Self, Diagnostics> {
        let mut found = Diagnostics::new();
        let mut patches = Vec::new();
        for entry in &config.paths {
            patches.extend(found.take(load::inline_or_file(entry, load, cx)).unwrap_or_default());
        }
        if !config.patches.is_empty() {
            let read = cx
                .add_inline(&config.patches, crate::diagnostics::SourceKind::Patch)
                .and_then(|source| super::super::load_resources::resources_from_source(&source));
            patches.extend(found.take(read).unwrap_or_default());
        }
        if patches.is_empty() && !found.has_errors() {
            found.push(
                Diagnostic::error("redisops::patch::empty", "there is no patch in the strategic patches")
                    .label(config.pos, 1, "nothing here")
                    .help("name files with patches, or leave the field out"),
            );
        }
        if found.has_errors() { Err(found) } else { Ok(Self { patches }) }
    }
}

impl Transformer for PatchStrategicMergeTransformer {
    fn transform(&self, resources: &mut ResMap, cx: &Context<'_>) -> Result<(), Diagnostics> {
        let mut found = Diagnostics::new();
        for patch in &self.patches {
            match unique_target(resources, patch, cx) {
                Ok(at) => {
                    found.take(patch_selected(&[at], patch, resources, cx));
                }
                Err(wrong) => found.push(wrong),
            }
        }
        resources.drop_empty();
        if found.has_errors() { Err(found) } else { Ok(()) }
    }
}

record! {
    /// Plugin configuration of kind `PatchJson6902Transformer`.
    Json6902Config as "a PatchJson6902Transformer" {
        /// What to patch.
        target: Option<SelectorArgs> = "target",
        /// File with the patch.
        path: Text = "path",
        /// The patch itself.
        json_op: Text = "jsonOp",
    }
}

/// An entry of `patchesJson6902`.
#[derive(Clone, Debug)]
pub struct PatchJson6902Transformer {
    patch: JsonPatch,
    target: Target,
}

impl PatchJson6902Transformer {
    /// From an entry of `patchesJson6902`.
    ///
    /// # Errors
    /// When it has no target with a name, no patch or two, or the patch cannot be read or is empty.
    pub fn new(entry: &Patch, load: &LoadText<'_>, cx: &Context<'_>) -> Result<Self, Diagnostics> {
        let config = Json6902Config {
            pos: entry.pos,
            target: entry.target.clone(),
            path: entry.path.clone(),
            json_op: entry.patch.clone(),
        };
        Self::load(&config, load, cx)
    }

    /// From plugin configuration of kind `PatchJson6902Transformer`.
    ///
    /// # Errors
    /// As for [`PatchJson6902Transformer::new`].
    pub fn from_config(node: &Node, load: &LoadText<'_>, cx: &Context<'_>) -> Result<Self, Diagnostics> {
        Self::load(&decode(node, cx)?, load, cx)
    }

    fn load(config: &Json6902Config, load: &LoadText<'_>, cx: &Context<'_>) -> Result<Self, Diagnostics> {
        let Some(target) = config.target.as_ref().filter(|t| !t.name.is_empty()) else {
            let pos = config.target.as_ref().map_or(config.pos, |t| t.pos);
            return Err(Diagnostic::error("redisops::patch::no_target", "a JSON patch needs the name of its target")
                .label(pos, 1, "there is no `name` here")
                .help("add `target:` with `kind` and `name` of the object")
                .into());
        };
        if let Some(wrong) = load::patch_or_path(&config.path, &config.json_op, config.pos) {
            return Err(wrong.into());
        }
        let source = match config.path.is_empty() {
            true => cx.add_inline(&config.json_op, crate::diagnostics::SourceKind::Patch)?,
            false => load(&config.path)?,
        };
        let patch = parse_json_patch(&source)?;
        if patch.operations.is_empty() {
            let at = if config.path.is_empty() { &config.json_op } else { &config.path };
            return Err(Diagnostic::error("redisops::patch::empty", "there is no operation in the JSON patch")
                .label(at.pos, at.len(), "this patch")
                .into());
        }
        Ok(Self { patch, target: Target::new(target)? })
    }
}

impl Transformer for PatchJson6902Transformer {
    fn transform(&self, resources: &mut ResMap, cx: &Context<'_>) -> Result<(), Diagnostics> {
        json_selected(&self.target.select(resources, cx)?, &self.patch, false, resources, cx)
    }
}

fn decode<T: FromNode>(node: &Node, cx: &Context<'_>) -> Result<T, Diagnostics> {
    let mut decoder = Decoder::plugin(cx.trace);
    let value = T::from_node(node, &mut decoder);
    decoder.finish(value)
}

/// Applies a strategic patch to selected objects.
fn patch_selected(
    selected: &[usize],
    patch: &Resource,
    resources: &mut ResMap,
    cx: &Context<'_>,
) -> Result<(), Diagnostics> {
    let mut found = Diagnostics::new();
    for &at in selected {
        let prepared = prepare(patch, resources.at(at));
        let result = resources.update(at, |resource| {
            let result = patch_resource(resource, &prepared, cx);
            // The reference gives the patch the version of the object, and with it the object the empty one of the patch.
            if let Some(map) = resource.node.as_map_mut().filter(|m| !m.is_empty() && m.get("apiVersion").is_none()) {
                map.set("apiVersion", Node::null(Origin::NONE));
            }
            result
        });
        found.take(result);
    }
    if patch.allow_name_change || patch.allow_kind_change {
        found.extend(Diagnostics(selected.iter().filter_map(|&at| taken(at, patch, resources, cx)).collect()));
    }
    if found.has_errors() { Err(found) } else { Ok(()) }
}

/// The error for an object that a patch gave the identity of another one.
fn taken(at: usize, patch: &Resource, resources: &ResMap, cx: &Context<'_>) -> Option<Diagnostic> {
    let resource = resources.at(at);
    if resource.is_empty() {
        return None;
    }
    let id = resource.id(resources.scopes().as_ref());
    let same: SmallVec<[u32; 2]> = resources.find_current(&id).into_iter().filter(|&i| i as usize != at).collect();
    let other = resources.at(*same.first()? as usize);
    let (pos, length) = place(&patch.node, &["metadata", "name"], cx.trace);
    let (other_pos, other_length) = place(&other.node, &["metadata", "name"], cx.trace);
    Some(
        Diagnostic::error(
            "redisops::resource::duplicate",
            format!("the patch makes a second {id} ({})", id.gvk.api_version()),
        )
        .label(pos, length, "the patch gives this name")
        .label(other_pos, other_length, "this object has it already")
        .help("give each object a name of its own"),
    )
}

/// Applies a JSON patch to selected objects.
fn json_selected(
    selected: &[usize],
    patch: &JsonPatch,
    remember: bool,
    resources: &mut ResMap,
    cx: &Context<'_>,
) -> Result<(), Diagnostics> {
    let scopes = cx.scopes();
    let mut found = Diagnostics::new();
    for &at in selected {
        let result = resources.update(at, |resource| {
            if remember {
                resource.store_previous_id(scopes.as_ref());
            }
            json_resource(resource, patch, cx)
        });
        if let Err(wrong) = result {
            let id = resources.at(at).id(scopes.as_ref());
            found.push(wrong.note(format!("while patching {id}")));
        }
    }
    if found.has_errors() { Err(found) } else { Ok(()) }
}

fn json_resource(resource: &mut Resource, patch: &JsonPatch, cx: &Context<'_>) -> Result<(), Diagnostic> {
    // What the build remembers are annotations in the reference, so patches can rely on the mapping.
    if resource.has_history()
        && let Some(metadata) = resource.node.get_mut("metadata").and_then(Node::as_map_mut)
        && metadata.get("annotations").is_none_or(Node::is_null)
    {
        metadata.set("annotations", Node::empty_map(Origin::NONE));
    }
    for warning in json6902::apply(&mut resource.node, patch, cx.trace)? {
        cx.warn(warning);
    }
    resource.unshare();
    if let Some(metadata) = resource.node.get_mut("metadata") {
        strings_only(metadata, "annotations");
    }
    Ok(())
}
