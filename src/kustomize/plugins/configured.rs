//! Plugin configuration: entries of `generators`, `transformers` and `validators`, inline or in files, to what they configure.

use crate::diagnostics::{Diagnostic, Diagnostics, SourceKind, did_you_mean};
use crate::k8s::Resource;
use crate::kustomize::accumulate::{Accumulator, Target};
use crate::kustomize::build_annotations::{ConfiguredIn, ORIGIN};
use crate::kustomize::decode::{Decoder, FromNode, Text};
use crate::kustomize::generators::{Generator as DataGenerator, GeneratorKind, IamPolicy};
use crate::kustomize::load::load_entry;
use crate::kustomize::load_resources::resources_from_source;
use crate::kustomize::patches::{PatchJson6902Transformer, PatchStrategicMergeTransformer, PatchTransformer};
use crate::kustomize::replacements::ReplacementTransformer;
use crate::kustomize::transformers::{
    Annotations, HashSuffix, Images, Labels, Namespace, Prefix, PrefixSuffix, Replicas, Suffix, ValueAdd,
};
use crate::kustomize::types::{HelmChart, HelmGlobals};
use crate::kustomize::{Context, Transformer};
use crate::source::OriginPath;
use crate::yaml::parse_yaml11;

use super::function::Plugin;
use super::{Configured, Generator, helm};

const GENERATOR_KINDS: [&str; 4] =
    ["ConfigMapGenerator", "IAMPolicyGenerator", "SecretGenerator", "HelmChartInflationGenerator"];
const TRANSFORMER_KINDS: [&str; 14] = [
    "AnnotationsTransformer",
    "HashTransformer",
    "ImageTagTransformer",
    "LabelTransformer",
    "NamespaceTransformer",
    "PatchJson6902Transformer",
    "PatchStrategicMergeTransformer",
    "PatchTransformer",
    "PrefixSuffixTransformer",
    "PrefixTransformer",
    "SuffixTransformer",
    "ReplacementTransformer",
    "ReplicaCountTransformer",
    "ValueAddTransformer",
];

/// The objects that configure plugins, where they come from included, as far as they can be read.
fn configurations(target: &Target<'_>, entries: &[Text], found: &mut Diagnostics) -> Vec<Resource> {
    let cx = target.build.cx;
    let mut gathered = Accumulator::new(cx);
    let mut paths = Vec::new();
    for entry in entries {
        // An entry that reads as objects is inline configuration, anything else is a path.
        let Some(source) = found.take(cx.add_inline(entry, SourceKind::Config)) else { continue };
        let Ok(objects) = resources_from_source(&source) else {
            paths.push(entry.clone());
            continue;
        };
        let origin = target.origin.as_ref().map(|o| o.append(target.file.name));
        found.take(target.add_objects(&mut gathered, objects, entry, origin));
    }
    let loaded =
        paths.into_iter().map(|entry| (entry.clone(), load_entry(&target.loader, &entry, cx.sources))).collect();
    target.add_resources(&mut gathered, loaded, found);
    gathered.resources.into_vec()
}

/// Where the configuration of a plugin came from, when the root wants to know.
fn configured_in(resource: &Resource, target: &Target<'_>) -> Option<ConfiguredIn> {
    target.origin.as_ref()?;
    let text = resource.annotation(ORIGIN)?;
    let field = |name: &str| {
        text.lines().find_map(|l| l.strip_prefix(name)?.strip_prefix(": ")).unwrap_or("").trim_matches('"').to_owned()
    };
    Some(ConfiguredIn {
        file: OriginPath { path: field("path"), repo: field("repo"), reference: field("ref") },
        api_version: resource.api_version().to_owned(),
        kind: resource.kind().to_owned(),
        name: resource.name().to_owned(),
        namespace: resource.namespace().to_owned(),
    })
}

fn is_builtin(resource: &Resource) -> bool {
    resource.api_version() == "builtin"
}

fn unknown_kind(resource: &Resource, kinds: &[&str], role: &str, cx: &Context<'_>) -> Diagnostic {
    let kind = resource.kind();
    let pos = resource.node.get("kind").map_or(Default::default(), |n| cx.trace.pos(n.origin));
    let near = did_you_mean(kind, kinds.iter().copied());
    Diagnostic::error("redisops::plugin::unknown_kind", format!("there is no built-in {role} `{kind}`"))
        .label(pos, kind.len(), near.map_or(String::new(), |n| format!("did you mean `{n}`?")))
        .help(format!("built-in {role}s are {}", kinds.join(", ")))
}

/// Generators from plugin configuration, and everything that is wrong with it.
pub fn generators<'a>(target: &'a Target<'_>) -> (Vec<Generator<'a>>, Diagnostics) {
    let mut found = Diagnostics::new();
    let mut all = Vec::new();
    for resource in configurations(target, &target.file.kustomization.generators, &mut found) {
        let configured = configured_in(&resource, target);
        if !is_builtin(&resource) {
            let Some(plugin) = found.take(Plugin::new(resource, target)) else { continue };
            let run = Box::new(move || plugin.generate(target.build.cx));
            all.push(Generator { external: true, run, configured });
            continue;
        }
        let external = resource.kind() == "HelmChartInflationGenerator";
        let run: Box<dyn FnOnce() -> Result<Vec<Resource>, Diagnostics> + 'a> = match resource.kind() {
            "ConfigMapGenerator" => Box::new(move || data(&resource, target, GeneratorKind::ConfigMap)),
            "SecretGenerator" => Box::new(move || data(&resource, target, GeneratorKind::Secret)),
            "IAMPolicyGenerator" => {
                Box::new(move || Ok(vec![IamPolicy::from_config(&resource.node, target.build.cx)?.generate()]))
            }
            "HelmChartInflationGenerator" => Box::new(move || inflate(&resource, target)),
            _ => {
                found.push(unknown_kind(&resource, &GENERATOR_KINDS, "generator", target.build.cx));
                continue;
            }
        };
        all.push(Generator { external, run, configured });
    }
    (all, found)
}

fn data(resource: &Resource, target: &Target<'_>, kind: GeneratorKind) -> Result<Vec<Resource>, Diagnostics> {
    let generator = DataGenerator::from_config(kind, &resource.node, target.build.cx)?;
    Ok(vec![generator.generate(&|entry, path| target.load_data(entry, path, kind.source()))?])
}

fn inflate(resource: &Resource, target: &Target<'_>) -> Result<Vec<Resource>, Diagnostics> {
    let mut decoder = Decoder::plugin(target.build.cx.trace);
    let chart = HelmChart::from_node(&resource.node, &mut decoder);
    let globals = HelmGlobals::from_node(&resource.node, &mut decoder);
    let (chart, globals) = decoder.finish(chart.zip(globals))?;
    helm::inflate(&chart, &globals, None, target)
}

/// Transformers from plugin configuration.
///
/// # Errors
/// Everything that is wrong with it.
pub fn transformers<'a>(target: &'a Target<'_>, entries: &[Text]) -> Result<Vec<Configured<'a>>, Diagnostics> {
    if entries.is_empty() {
        return Ok(Vec::new());
    }
    let mut found = Diagnostics::new();
    let mut all = Vec::new();
    for resource in configurations(target, entries, &mut found) {
        let configured = configured_in(&resource, target);
        let made = if is_builtin(&resource) { builtin(&resource, target) } else { plugin(resource, target) };
        if let Some(transformer) = found.take(made) {
            all.push(Configured { transformer, configured });
        }
    }
    if found.has_errors() { Err(found) } else { Ok(all) }
}

fn plugin<'a>(resource: Resource, target: &'a Target<'_>) -> Result<Box<dyn Transformer + 'a>, Diagnostics> {
    Ok(Box::new(Plugin::new(resource, target)?))
}

fn builtin(resource: &Resource, target: &Target<'_>) -> Result<Box<dyn Transformer>, Diagnostics> {
    let cx = target.build.cx;
    let node = &resource.node;
    let patch = |path: &Text| target.load_text(path, SourceKind::Patch);
    let config = |path: &Text| target.load_text(path, SourceKind::Config);
    let tree = |path: &Text| Ok(parse_yaml11(&*config(path)?)?);
    Ok(match resource.kind() {
        "AnnotationsTransformer" => Box::new(Annotations::from_config(node, cx)?),
        "HashTransformer" => Box::new(HashSuffix),
        "ImageTagTransformer" => Box::new(Images::from_config(node, cx)?),
        "LabelTransformer" => Box::new(Labels::from_config(node, cx)?),
        "NamespaceTransformer" => Box::new(Namespace::from_config(node, cx)?),
        "PatchJson6902Transformer" => Box::new(PatchJson6902Transformer::from_config(node, &patch, cx)?),
        "PatchStrategicMergeTransformer" => Box::new(PatchStrategicMergeTransformer::from_config(node, &patch, cx)?),
        "PatchTransformer" => Box::new(PatchTransformer::from_config(node, &patch, cx)?),
        "PrefixSuffixTransformer" => Box::new(PrefixSuffix::from_config(node, cx)?),
        "PrefixTransformer" => Box::new(Prefix::from_config(node, cx)?),
        "SuffixTransformer" => Box::new(Suffix::from_config(node, cx)?),
        "ReplacementTransformer" => Box::new(ReplacementTransformer::from_config(node, &config, cx.trace)?),
        "ReplicaCountTransformer" => Box::new(Replicas::from_config(node, cx)?),
        "ValueAddTransformer" => Box::new(ValueAdd::from_config(
            node,
            &target.loader.root().file_name().unwrap_or_default().to_string_lossy(),
            &tree,
            cx,
        )?),
        _ => return Err(unknown_kind(resource, &TRANSFORMER_KINDS, "transformer", cx).into()),
    })
}
