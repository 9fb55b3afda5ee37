//! The generators and transformers behind the fields of a kustomization, in the reference's order.

use crate::diagnostics::{Diagnostic, Diagnostics, SourceKind, did_you_mean};
use crate::k8s::Resource;
use crate::kustomize::Transformer;
use crate::kustomize::accumulate::Target;
use crate::kustomize::build_annotations::ConfiguredIn;
use crate::kustomize::config::TransformerConfig;
use crate::kustomize::decode::Text;
use crate::kustomize::generators::{Generator as DataGenerator, GeneratorKind};
use crate::kustomize::patches::{PatchJson6902Transformer, PatchStrategicMergeTransformer, PatchTransformer};
use crate::kustomize::replacements::ReplacementTransformer;
use crate::kustomize::transformers::{Annotations, Images, Labels, Namespace, Prefix, Replicas, Suffix};
use crate::kustomize::types::HelmChart;

use super::{Configured, Generator, configured, helm};

/// The generators of a kustomization: ConfigMaps, Secrets, helm charts, then plugins; and everything that is wrong with the plugin configuration. Fields
/// are looked at when they run.
pub fn generators<'a>(target: &'a Target<'_>) -> (Vec<Generator<'a>>, Diagnostics) {
    let k = &target.file.kustomization;
    let mut all = Vec::new();
    for (kind, list, name) in [
        (GeneratorKind::ConfigMap, &k.config_map_generator, "ConfigMapGenerator"),
        (GeneratorKind::Secret, &k.secret_generator, "SecretGenerator"),
    ] {
        for args in list {
            warn_of_behavior(&args.behavior, target);
            let data = DataGenerator::new(kind, args, k.generator_options.as_ref());
            let run = move || Ok(vec![data.generate(&|entry, path| target.load_data(entry, path, kind.source()))?]);
            all.push(Generator { external: false, run: Box::new(run), configured: field(target, name) });
        }
    }
    for chart in &k.helm_charts {
        let run = move || inflate(target, chart);
        let configured = field(target, "HelmChartInflationGenerator");
        // Without the flag there is an error to report, and no program to start.
        let external = target.build.options.helm.enabled;
        all.push(Generator { external, run: Box::new(run), configured });
    }
    let (plugins, found) = configured::generators(target);
    all.extend(plugins);
    (all, found)
}

/// The reference takes any other word for `create`, without a word.
fn warn_of_behavior(behavior: &Text, target: &Target<'_>) {
    const BEHAVIORS: [&str; 3] = ["create", "merge", "replace"];
    if behavior.is_empty() || BEHAVIORS.contains(&&**behavior) {
        return;
    }
    let message = format!("`{}` is no behavior, and works as `create`", &**behavior);
    let near = did_you_mean(behavior, BEHAVIORS).map(|near| format!("did you mean `{near}`?"));
    target.build.cx.warn(
        Diagnostic::warning("redisops::generator::behavior", message)
            .label(behavior.pos, behavior.len(), "")
            .help("write create, merge or replace")
            .help_if(near),
    );
}

fn inflate(target: &Target<'_>, chart: &HelmChart) -> Result<Vec<Resource>, Diagnostics> {
    let globals = target.file.kustomization.helm_globals.clone().unwrap_or_default();
    let own = &target.file.kustomization.namespace;
    let namespace = if own.is_empty() { target.helm_namespace.as_deref() } else { Some(&**own) };
    helm::inflate(chart, &globals, namespace, target)
}

fn field(target: &Target<'_>, kind: &str) -> Option<ConfiguredIn> {
    target.origin.as_ref().map(|directory| ConfiguredIn::builtin(directory, target.file.name, kind))
}

/// The transformers of a kustomization: those of its fields, then plugins; and everything that is wrong with their configuration, files that cannot be
/// read included. Those that are fit are of use for finding more mistakes, but no plugins
/// where the build fails already.
pub fn transformers<'a>(
    target: &'a Target<'_>,
    config: &TransformerConfig,
    fails: bool,
) -> (Vec<Configured<'a>>, Diagnostics) {
    let mut list = List { target, all: Vec::new(), found: Diagnostics::new() };
    list.patches();
    list.metadata(config);
    list.values(config);
    match configured::transformers(target, &target.file.kustomization.transformers) {
        // They may be programs, which a build that fails anyway does not start.
        Ok(_) if fails || list.found.has_errors() => {}
        Ok(plugins) => list.all.extend(plugins),
        // Each plugin builds on what those before it make of the objects: without one, the others have nothing to say.
        Err(more) => list.found.extend(more),
    }
    (list.all, list.found)
}

struct List<'a, 't> {
    target: &'a Target<'t>,
    all: Vec<Configured<'a>>,
    found: Diagnostics,
}

impl<'a> List<'a, '_> {
    fn add(&mut self, kind: &str, made: Result<impl Transformer + 'a, Diagnostics>) {
        if let Some(transformer) = self.found.take(made) {
            self.all.push(Configured { transformer: Box::new(transformer), configured: field(self.target, kind) });
        }
    }

    fn patches(&mut self) {
        let target = self.target;
        let k = &target.file.kustomization;
        let cx = target.build.cx;
        let load = |path: &Text| target.load_text(path, SourceKind::Patch);
        if let Some(patches) = k.patches_strategic_merge.as_ref().filter(|p| !p.is_empty()) {
            self.add("PatchStrategicMergeTransformer", PatchStrategicMergeTransformer::new(patches, &load, cx));
        }
        for patch in &k.patches {
            self.add("PatchTransformer", PatchTransformer::new(patch, &load, cx));
        }
    }

    fn metadata(&mut self, config: &TransformerConfig) {
        let k = &self.target.file.kustomization;
        if !k.namespace.is_empty() {
            self.add("NamespaceTransformer", Ok(Namespace::new(k.namespace.clone(), config.namespace.clone())));
        }
        if !k.name_prefix.is_empty() {
            self.add("PrefixTransformer", Ok(Prefix::new(k.name_prefix.clone(), config.name_prefix.clone())));
        }
        if !k.name_suffix.is_empty() {
            self.add("SuffixTransformer", Ok(Suffix::new(k.name_suffix.clone(), config.name_suffix.clone())));
        }
        for label in &k.labels {
            self.add("LabelTransformer", Labels::new(label, config));
        }
        let common = k.common_labels.clone().unwrap_or_default();
        // The reference has a transformer for `commonLabels` as soon as there are any labels; it shows in transformer annotations.
        if !common.is_empty() || !k.labels.is_empty() {
            self.add("LabelTransformer", Ok(Labels::common(common, config)));
        }
        if !k.common_annotations.is_empty() {
            let annotations = Annotations::new(k.common_annotations.clone(), config.common_annotations.clone());
            self.add("AnnotationsTransformer", Ok(annotations));
        }
    }

    fn values(&mut self, config: &TransformerConfig) {
        let target = self.target;
        let k = &target.file.kustomization;
        let cx = target.build.cx;
        let load_patch = |path: &Text| target.load_text(path, SourceKind::Patch);
        for patch in k.patches_json6902.iter().flatten() {
            self.add("PatchJson6902Transformer", PatchJson6902Transformer::new(patch, &load_patch, cx));
        }
        for replica in &k.replicas {
            self.add("ReplicaCountTransformer", Ok(Replicas::new(replica.clone(), config.replicas.clone())));
        }
        if target.origin.is_some() {
            // Every image is a transformer of its own in transformer annotations.
            for image in &k.images {
                self.add("ImageTagTransformer", Ok(Images::new(vec![image.clone()], config.images.clone())));
            }
        } else if !k.images.is_empty() {
            self.add("ImageTagTransformer", Ok(Images::new(k.images.clone(), config.images.clone())));
        }
        if !k.replacements.is_empty() {
            let load = |path: &Text| target.load_text(path, SourceKind::Config);
            self.add("ReplacementTransformer", ReplacementTransformer::new(&k.replacements, &load, cx.trace));
        }
    }
}
