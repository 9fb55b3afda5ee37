//! The kustomization file as the 5.8 schema has it, and the types that plugin configuration shares with it.

use crate::diagnostics::Diagnostic;
use crate::k8s::{Gvk, LabelSelector, Pattern, Selector, SelectorError};
use crate::yaml::Node;

use super::decode::{Pairs, Spanned, Text, record};

record! {
    /// A kustomization or component.
    Kustomization as "a kustomization" {
        /// `kustomize.config.k8s.io/v1beta1`, or `…/v1alpha1` for a component.
        api_version: Text = "apiVersion",
        /// `Kustomization` or `Component`.
        kind: Text = "kind",
        /// Name, namespace, labels, annotations of the file itself.
        metadata: Option<ObjectMeta> = "metadata",
        /// Schema for merge keys: `path` or `version`.
        openapi: Pairs = "openapi",
        /// Prefix of all names.
        name_prefix: Text = "namePrefix",
        /// Suffix of all names.
        name_suffix: Text = "nameSuffix",
        /// Namespace of all objects.
        namespace: Text = "namespace",
        /// Labels and selectors of all objects (deprecated).
        common_labels: Option<Pairs> = "commonLabels",
        /// Labels, with or without selectors and templates.
        labels: Vec<Label> = "labels",
        /// Annotations of all objects.
        common_annotations: Pairs = "commonAnnotations",
        /// Strategic merge patches: files or inline (deprecated).
        patches_strategic_merge: Option<Vec<Text>> = "patchesStrategicMerge",
        /// JSON patches (deprecated).
        patches_json6902: Option<Vec<Patch>> = "patchesJson6902",
        /// Patches of every kind.
        patches: Vec<Patch> = "patches",
        /// Changes of image names, tags, digests.
        images: Vec<Image> = "images",
        /// Old name of `images`.
        image_tags: Option<Vec<Image>> = "imageTags",
        /// Values copied between objects.
        replacements: Vec<Replacement> = "replacements",
        /// Changes of replica counts.
        replicas: Vec<Replica> = "replicas",
        /// Old form of replacements.
        vars: Option<Vec<Var>> = "vars",
        /// Order of the output.
        sort_options: Option<SortOptions> = "sortOptions",
        /// Files, directories, URLs.
        resources: Vec<Text> = "resources",
        /// Directories of kind Component.
        components: Vec<Text> = "components",
        /// Files with OpenAPI definitions of custom resources.
        crds: Vec<Text> = "crds",
        /// Old form of resources.
        bases: Option<Vec<Text>> = "bases",
        /// Generated ConfigMaps.
        config_map_generator: Vec<GeneratorArgs> = "configMapGenerator",
        /// Generated Secrets.
        secret_generator: Vec<GeneratorArgs> = "secretGenerator",
        /// Settings of all helm charts.
        helm_globals: Option<HelmGlobals> = "helmGlobals",
        /// Charts to inflate.
        helm_charts: Vec<HelmChart> = "helmCharts",
        /// Old form of helmCharts.
        helm_chart_inflation_generator: Vec<HelmChartArgs> = "helmChartInflationGenerator",
        /// Settings of all generators.
        generator_options: Option<GeneratorOptions> = "generatorOptions",
        /// Files with field specs.
        configurations: Vec<Text> = "configurations",
        /// Generators as plugin configuration: files or inline.
        generators: Vec<Text> = "generators",
        /// Transformers as plugin configuration: files or inline.
        transformers: Vec<Text> = "transformers",
        /// Validators as plugin configuration: files or inline.
        validators: Vec<Text> = "validators",
        /// What to note on the objects of the output.
        build_metadata: Vec<Text> = "buildMetadata",
    }
}

record! {
    /// Metadata of a kustomization or plugin configuration.
    ObjectMeta as "metadata" {
        /// Name.
        name: Text = "name",
        /// Namespace.
        namespace: Text = "namespace",
        /// Labels.
        labels: Pairs = "labels",
        /// Annotations.
        annotations: Pairs = "annotations",
    }
}

record! {
    /// An entry of `labels`.
    Label as "an entry of labels" {
        /// The labels.
        pairs: Pairs = "pairs",
        /// Set selectors too.
        include_selectors: bool = "includeSelectors",
        /// Set labels of pod templates too.
        include_templates: bool = "includeTemplates",
        /// Set labels of volume claim templates too.
        include_volume_claim_templates: bool = "includeVolumeClaimTemplates",
        /// Further fields.
        field_specs: Vec<FieldSpec> = "fields",
    }
}

record! {
    /// A field that a transformer writes, in objects of a kind. Empty parts of the kind match anything.
    FieldSpec as "a field spec" {
        /// API group.
        group: String = "group",
        /// API version.
        version: String = "version",
        /// Kind.
        kind: String = "kind",
        /// Path with slashes; `[]` after a list.
        path: String = "path",
        /// Create the field where it is missing.
        create: bool = "create",
    }
}

impl FieldSpec {
    /// The kinds it applies to.
    pub fn gvk(&self) -> Gvk {
        Gvk::new(&self.group, &self.version, &self.kind)
    }

    /// Whether it applies to an object.
    pub fn selects(&self, group: &str, version: &str, kind: &str) -> bool {
        (self.kind.is_empty() || self.kind == kind)
            && (self.group.is_empty() || self.group == group)
            && (self.version.is_empty() || self.version == version)
    }
}

record! {
    /// An entry of `patches` or `patchesJson6902`.
    Patch as "a patch" {
        /// File with the patch.
        path: Text = "path",
        /// The patch itself.
        patch: Text = "patch",
        /// What to patch.
        target: Option<SelectorArgs> = "target",
        /// What a strategic patch may change.
        options: Option<PatchOptions> = "options",
    }
}

record! {
    /// What a strategic patch may change beside its target's fields.
    PatchOptions as "options of a patch" {
        /// The name.
        allow_name_change: bool = "allowNameChange",
        /// The kind.
        allow_kind_change: bool = "allowKindChange",
    }
}

record! {
    /// A selector as written.
    SelectorArgs as "a selector" {
        /// API group; a regular expression, as all parts.
        group: Text = "group",
        /// API version.
        version: Text = "version",
        /// Kind.
        kind: Text = "kind",
        /// Name.
        name: Text = "name",
        /// Namespace.
        namespace: Text = "namespace",
        /// Selector of annotations.
        annotation_selector: Text = "annotationSelector",
        /// Selector of labels.
        label_selector: Text = "labelSelector",
    }
}

impl SelectorArgs {
    /// The selector, ready to match.
    ///
    /// # Errors
    /// When one of its parts cannot be understood.
    pub fn compile(&self) -> Result<Selector, Diagnostic> {
        let at = |text: &Text, error: SelectorError| {
            let code = match error {
                SelectorError::Pattern { .. } => "redisops::selector::pattern",
                SelectorError::Labels { .. } => "redisops::selector::labels",
            };
            let help = match error {
                SelectorError::Pattern { .. } => {
                    "names and kinds are regular expressions of the whole text; put `\\` before a character that is meant as it is"
                }
                SelectorError::Labels { .. } => {
                    "write `key=value`, `key!=value`, `key in (a, b)`, `key notin (a, b)`, `key` or `!key`, joined by commas"
                }
            };
            Diagnostic::error(code, error.to_string()).label(text.pos, text.len(), "").help(help)
        };
        let pattern = |text: &Text| Pattern::new(text).map_err(|e| at(text, e));
        let labels = |text: &Text| LabelSelector::parse(text).map_err(|e| at(text, e));
        Ok(Selector {
            group: pattern(&self.group)?,
            version: pattern(&self.version)?,
            kind: pattern(&self.kind)?,
            name: pattern(&self.name)?,
            namespace: pattern(&self.namespace)?,
            labels: labels(&self.label_selector)?,
            annotations: labels(&self.annotation_selector)?,
        })
    }
}

record! {
    /// An entry of `images`.
    Image as "an image" {
        /// Name to look for, without tag.
        name: Text = "name",
        /// New name.
        new_name: Text = "newName",
        /// Text appended to the tag.
        tag_suffix: Text = "tagSuffix",
        /// New tag.
        new_tag: Text = "newTag",
        /// New digest.
        digest: Text = "digest",
    }
}

record! {
    /// A replacement, or the path of a file with some.
    Replacement as "a replacement" {
        /// Where the value comes from.
        source: Option<ReplacementSource> = "source",
        /// Where it goes.
        targets: Vec<ReplacementTarget> = "targets",
        /// The value itself.
        source_value: Option<Text> = "sourceValue",
        /// File with replacements.
        path: Text = "path",
    }
}

record! {
    /// Where a replacement takes its value.
    ReplacementSource as "a replacement source" {
        /// API group.
        group: Text = "group",
        /// API version.
        version: Text = "version",
        /// Kind.
        kind: Text = "kind",
        /// Name.
        name: Text = "name",
        /// Namespace.
        namespace: Text = "namespace",
        /// Path with dots; `metadata.name` when empty.
        field_path: Text = "fieldPath",
        /// Part of the value.
        options: Option<FieldOptions> = "options",
    }
}

record! {
    /// Where a replacement puts its value.
    ReplacementTarget as "a replacement target" {
        /// Objects to change.
        select: Option<SelectorArgs> = "select",
        /// Objects not to change.
        reject: Vec<SelectorArgs> = "reject",
        /// Paths with dots; `metadata.name` when there are none.
        field_paths: Vec<Text> = "fieldPaths",
        /// Part of the value; creation.
        options: Option<FieldOptions> = "options",
    }
}

record! {
    /// Which part of a value a replacement reads or writes.
    FieldOptions as "options of a replacement" {
        /// Text between parts.
        delimiter: String = "delimiter",
        /// Number of the part, from 0.
        index: i64 = "index",
        /// Not used by the reference.
        encoding: String = "encoding",
        /// Create the field where it is missing.
        create: bool = "create",
    }
}

record! {
    /// An entry of `replicas`.
    Replica as "an entry of replicas" {
        /// Name of the object.
        name: Text = "name",
        /// Number of replicas.
        count: Spanned<i64> = "count",
    }
}

record! {
    /// An entry of `vars`.
    Var as "a var" {
        /// Name as in `$(NAME)`.
        name: Text = "name",
        /// Object it reads from.
        objref: VarTarget = "objref",
        /// Field it reads.
        fieldref: VarField = "fieldref",
    }
}

record! {
    /// The object that a var reads from.
    VarTarget as "the object of a var" {
        /// Group and version together.
        api_version: Text = "apiVersion",
        /// API group.
        group: Text = "group",
        /// API version.
        version: Text = "version",
        /// Kind.
        kind: Text = "kind",
        /// Name.
        name: Text = "name",
        /// Namespace.
        namespace: Text = "namespace",
    }
}

record! {
    /// The field that a var reads.
    VarField as "the field of a var" {
        /// Path with dots; `metadata.name` when empty.
        field_path: Text = "fieldPath",
    }
}

record! {
    /// Order of the output.
    SortOptions as "sortOptions" {
        /// `legacy` or `fifo`.
        order: Text = "order",
        /// Own order of kinds.
        legacy_sort_options: Option<LegacySortOptions> = "legacySortOptions",
    }
}

record! {
    /// Kinds in front and at the end.
    LegacySortOptions as "legacySortOptions" {
        /// Kinds in front, in order.
        order_first: Vec<String> = "orderFirst",
        /// Kinds at the end, in order.
        order_last: Vec<String> = "orderLast",
    }
}

record! {
    /// An entry of `configMapGenerator` or `secretGenerator`.
    GeneratorArgs as "a generator" {
        /// Namespace of the object.
        namespace: Text = "namespace",
        /// Name of the object.
        name: Text = "name",
        /// `create`, `replace` or `merge`.
        behavior: Text = "behavior",
        /// `key=value` entries.
        literals: Vec<Text> = "literals",
        /// Files, or `key=file`.
        files: Vec<Text> = "files",
        /// Files of `key=value` lines.
        envs: Vec<Text> = "envs",
        /// Old form of envs.
        env: Text = "env",
        /// Labels, annotations, hash.
        options: Option<GeneratorOptions> = "options",
        /// Type of a Secret.
        secret_type: Text = "type",
    }
}

record! {
    /// What generated objects get beside their data.
    GeneratorOptions as "generator options" {
        /// Labels.
        labels: Pairs = "labels",
        /// Annotations.
        annotations: Pairs = "annotations",
        /// No hash in the name.
        disable_name_suffix_hash: bool = "disableNameSuffixHash",
        /// Sets `immutable: true`.
        immutable: bool = "immutable",
    }
}

record! {
    /// Settings of all helm charts.
    HelmGlobals as "helmGlobals" {
        /// Directory of charts; `charts` when empty.
        chart_home: Text = "chartHome",
        /// Helm's configuration directory.
        config_home: Text = "configHome",
    }
}

record! {
    /// An entry of `helmCharts`.
    HelmChart as "a helm chart" {
        /// Name of the chart.
        name: Text = "name",
        /// Version of the chart.
        version: Text = "version",
        /// Repository to pull from.
        repo: Text = "repo",
        /// Release name.
        release_name: Text = "releaseName",
        /// Namespace given to helm.
        namespace: Text = "namespace",
        /// Further values files.
        additional_values_files: Vec<Text> = "additionalValuesFiles",
        /// Values file; the chart's own when empty.
        values_file: Text = "valuesFile",
        /// Values.
        values_inline: Option<Node> = "valuesInline",
        /// `merge`, `override` or `replace`.
        values_merge: Text = "valuesMerge",
        /// Render CRDs too.
        include_crds: bool = "includeCRDs",
        /// Leave hooks out.
        skip_hooks: bool = "skipHooks",
        /// API versions given to helm.
        api_versions: Vec<Text> = "apiVersions",
        /// Kubernetes version given to helm.
        kube_version: Text = "kubeVersion",
        /// Template of the release name.
        name_template: Text = "nameTemplate",
        /// Leave tests out.
        skip_tests: bool = "skipTests",
        /// Helm's debug output.
        debug: bool = "debug",
        /// Development versions too.
        devel: bool = "devel",
    }
}

record! {
    /// An entry of the deprecated `helmChartInflationGenerator`.
    HelmChartArgs as "a helm chart (old form)" {
        /// Name of the chart.
        chart_name: Text = "chartName",
        /// Version of the chart.
        chart_version: Text = "chartVersion",
        /// Repository to pull from.
        chart_repo_url: Text = "chartRepoUrl",
        /// Directory of charts.
        chart_home: Text = "chartHome",
        /// Not used by the reference.
        chart_repo_name: Text = "chartRepoName",
        /// Not used by the reference.
        helm_bin: Text = "helmBin",
        /// Helm's configuration directory.
        helm_home: Text = "helmHome",
        /// Values file.
        values: Text = "values",
        /// Values.
        values_local: Option<Node> = "valuesLocal",
        /// `merge`, `override` or `replace`.
        values_merge: Text = "valuesMerge",
        /// Release name.
        release_name: Text = "releaseName",
        /// Not used by the reference.
        release_namespace: Text = "releaseNamespace",
        /// Not used by the reference.
        extra_args: Vec<Text> = "extraArgs",
    }
}
