//! Arguments of `edit`: those of `kustomize edit`.

use clap::{Args, Subcommand};

/// The verbs.
#[derive(Subcommand, Debug)]
pub enum EditCommand {
    /// Add an item to the kustomization file
    #[command(subcommand)]
    Add(AddCommand),
    /// Set the value of a field of the kustomization file
    #[command(subcommand)]
    Set(SetCommand),
    /// Remove items from the kustomization file
    #[command(subcommand)]
    Remove(RemoveCommand),
    /// Replace deprecated fields of the kustomization file by their successors
    Fix(FixArgs),
    /// List the built-in plugins
    #[command(name = "alpha-list-builtin-plugin", visible_alias = "list-builtin-plugin")]
    ListBuiltinPlugin,
}

/// What can be added.
#[derive(Subcommand, Debug)]
pub enum AddCommand {
    /// Add annotations to commonAnnotations
    Annotation(AddAnnotationArgs),
    /// Add directories that exist to resources
    Base(ListArgs),
    /// Add options to buildMetadata: originAnnotations, transformerAnnotations, managedByLabel
    Buildmetadata(ListArgs),
    /// Add directories or URLs of components
    Component(PathsArgs),
    /// Add a ConfigMap to configMapGenerator, or sources to one that is there
    Configmap(AddGeneratorArgs),
    /// Add files of field specs to configurations
    Configuration(PathsArgs),
    /// Add files to generators
    Generator(PathsArgs),
    /// Add labels to commonLabels, or to labels
    Label(AddLabelArgs),
    /// Add an entry to patches
    Patch(PatchArgs),
    /// Add files, directories or URLs to resources
    Resource(AddResourceArgs),
    /// Add a Secret to secretGenerator, or sources to one that is there
    Secret(AddSecretArgs),
    /// Add files to transformers
    Transformer(PathsArgs),
}

/// What can be set.
#[derive(Subcommand, Debug)]
pub enum SetCommand {
    /// Set annotations of commonAnnotations
    Annotation(PairsArgs),
    /// Set buildMetadata to these options and no others
    Buildmetadata(ListArgs),
    /// Set literals that a ConfigMap has, or its namespace
    Configmap(SetGeneratorArgs),
    /// Set new names, tags or digests of images: redis=registry.example.com/redis:8.2
    Image(ImageArgs),
    /// Set labels of commonLabels
    Label(PairsArgs),
    /// Set namePrefix
    Nameprefix(ValueArgs),
    /// Set namespace
    Namespace(ValueArgs),
    /// Set nameSuffix (`-- -suffix` for one that begins with a dash)
    Namesuffix(ValueArgs),
    /// Set counts of replicas: NAME=COUNT
    Replicas(ReplicasArgs),
    /// Set literals that a Secret has, or its namespace
    Secret(SetGeneratorArgs),
}

/// What can be removed.
#[derive(Subcommand, Debug)]
pub enum RemoveCommand {
    /// Remove annotations from commonAnnotations
    Annotation(KeysArgs),
    /// Remove options from buildMetadata
    Buildmetadata(ListArgs),
    /// Remove components that match patterns
    Component(PathsArgs),
    /// Remove ConfigMaps from configMapGenerator
    Configmap(NamesArgs),
    /// Remove labels from commonLabels
    Label(KeysArgs),
    /// Remove the patches that are just as the flags say
    Patch(PatchArgs),
    /// Remove resources that match patterns
    Resource(PathsArgs),
    /// Remove Secrets from secretGenerator
    Secret(NamesArgs),
    /// Remove transformers that match patterns
    Transformer(PathsArgs),
}

/// Arguments of `edit fix`.
#[derive(Args, Debug)]
pub struct FixArgs {
    /// Convert vars to replacements too; other files may be changed
    #[arg(long)]
    pub vars: bool,
}

/// Paths, with patterns.
#[derive(Args, Debug)]
pub struct PathsArgs {
    /// Paths; `*`, `?` and `[…]` match several
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<String>,
}

/// Several words with commas between them.
#[derive(Args, Debug)]
pub struct ListArgs {
    /// One or more, with commas between them
    #[arg(value_name = "ITEM,…")]
    pub items: String,
}

/// A value.
#[derive(Args, Debug)]
pub struct ValueArgs {
    /// The value
    pub value: String,
}

/// Keys with values.
#[derive(Args, Debug)]
pub struct PairsArgs {
    /// Keys with their values
    #[arg(required = true, value_name = "KEY:VALUE")]
    pub pairs: Vec<String>,
}

/// Arguments of `edit add annotation`.
#[derive(Args, Debug)]
pub struct AddAnnotationArgs {
    /// The annotations.
    #[command(flatten)]
    pub pairs: PairsArgs,
    /// Overwrite those that are there already
    #[arg(short, long)]
    pub force: bool,
}

/// Arguments of `edit add label`.
#[derive(Args, Debug)]
pub struct AddLabelArgs {
    /// The labels.
    #[command(flatten)]
    pub pairs: PairsArgs,
    /// Overwrite those that are there already
    #[arg(short, long)]
    pub force: bool,
    /// Add to labels, so that selectors stay as they are
    #[arg(long)]
    pub without_selector: bool,
    /// Set them in templates too
    #[arg(long, requires = "without_selector")]
    pub include_templates: bool,
}

/// Arguments of `edit add resource`.
#[derive(Args, Debug)]
pub struct AddResourceArgs {
    /// The resources.
    #[command(flatten)]
    pub paths: PathsArgs,
    /// Add them as they are, without looking whether they can be loaded
    #[arg(long)]
    pub no_verify: bool,
}

/// Sources of a generator.
#[derive(Args, Debug)]
pub struct AddGeneratorArgs {
    /// The name
    pub name: String,
    /// The namespace
    #[arg(long, default_value = "", hide_default_value = true)]
    pub namespace: String,
    /// A file, with the key that it gets; without one, its name is the key
    #[arg(long, value_name = "[KEY=]FILE", value_delimiter = ',')]
    pub from_file: Vec<String>,
    /// A key with its value
    #[arg(long, value_name = "KEY=VALUE")]
    pub from_literal: Vec<String>,
    /// A file of lines KEY=VALUE
    #[arg(long, value_name = "FILE", default_value = "", hide_default_value = true)]
    pub from_env_file: String,
    /// What to do where a base has it: create, merge or replace
    #[arg(long, default_value = "", hide_default_value = true)]
    pub behavior: String,
    /// Do not append a hash to the name
    #[arg(long = "disableNameSuffixHash")]
    pub disable_name_suffix_hash: bool,
}

/// Arguments of `edit add secret`.
#[derive(Args, Debug)]
pub struct AddSecretArgs {
    /// The sources.
    #[command(flatten)]
    pub generator: AddGeneratorArgs,
    /// The type: Opaque or kubernetes.io/tls
    #[arg(long = "type", default_value = "Opaque")]
    pub secret_type: String,
}

/// Changes of a generator.
#[derive(Args, Debug)]
pub struct SetGeneratorArgs {
    /// The name
    pub name: String,
    /// A key that it has, with its new value
    #[arg(long, value_name = "KEY=VALUE")]
    pub from_literal: Vec<String>,
    /// The namespace that it has
    #[arg(long, default_value = "", hide_default_value = true)]
    pub namespace: String,
    /// The namespace that it gets
    #[arg(long, default_value = "", hide_default_value = true)]
    pub new_namespace: String,
}

/// Names of generators.
#[derive(Args, Debug)]
pub struct NamesArgs {
    /// One or more names, with commas between them
    #[arg(value_name = "NAME,…")]
    pub names: String,
    /// Their namespace
    #[arg(long, default_value = "", hide_default_value = true)]
    pub namespace: String,
}

/// Keys of labels or annotations.
#[derive(Args, Debug)]
pub struct KeysArgs {
    /// One or more keys, with commas between them
    #[arg(value_name = "KEY,…")]
    pub keys: String,
    /// Pass over those that are not there
    #[arg(short, long)]
    pub ignore_non_existence: bool,
}

/// Images.
#[derive(Args, Debug)]
pub struct ImageArgs {
    /// The image and what it becomes: IMAGE=NEWIMAGE:TAG@DIGEST, parts may be left out, `*` keeps what the file has
    #[arg(required = true, value_name = "IMAGE")]
    pub images: Vec<String>,
}

/// Counts.
#[derive(Args, Debug)]
pub struct ReplicasArgs {
    /// Names with counts
    #[arg(required = true, value_name = "NAME=COUNT")]
    pub counts: Vec<String>,
}

/// A patch.
#[derive(Args, Debug)]
pub struct PatchArgs {
    /// The file of the patch
    #[arg(long, default_value = "", hide_default_value = true, conflicts_with = "patch")]
    pub path: String,
    /// The patch itself
    #[arg(long, default_value = "", hide_default_value = true)]
    pub patch: String,
    /// API group of the target
    #[arg(long, default_value = "", hide_default_value = true)]
    pub group: String,
    /// API version of the target
    #[arg(long, default_value = "", hide_default_value = true)]
    pub version: String,
    /// Kind of the target
    #[arg(long, default_value = "", hide_default_value = true)]
    pub kind: String,
    /// Name of the target
    #[arg(long, default_value = "", hide_default_value = true)]
    pub name: String,
    /// Namespace of the target
    #[arg(long, default_value = "", hide_default_value = true)]
    pub namespace: String,
    /// Selector of annotations of the target
    #[arg(long, default_value = "", hide_default_value = true)]
    pub annotation_selector: String,
    /// Selector of labels of the target
    #[arg(long, default_value = "", hide_default_value = true)]
    pub label_selector: String,
}
