//! The root build: gather, then what is done once for all objects.

use crate::diagnostics::{Diagnostic, Diagnostics, Pos};
use crate::k8s::ResMap;
use crate::source::{Loader, OriginPath, Tools};
use crate::yaml::Node;

use super::accumulate::{Accumulator, Build, accumulate};
use super::build_annotations::{LOCAL_CONFIG, Wanted, clean};
use super::config::TransformerConfig;
use super::load::load;
use super::load_resources::check;
use super::name_reference::NameReferenceTransformer;
use super::transformers::{HashSuffix, Labels, SortOrder};
use super::{Context, Transformer};

/// Order of the output when the kustomization file does not set one.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum Reorder {
    /// No flag was given: legacy.
    #[default]
    Unspecified,
    /// Namespaces first, webhooks last.
    Legacy,
    /// In the order of the files.
    None,
}

/// Helm's part of the options.
#[derive(Clone, Default, Debug)]
pub struct HelmOptions {
    /// `--enable-helm`
    pub enabled: bool,
    /// `--helm-command`
    pub command: String,
    /// `--helm-api-versions`
    pub api_versions: Vec<String>,
    /// `--helm-kube-version`
    pub kube_version: String,
    /// `--helm-debug`
    pub debug: bool,
}

/// Replaces objects that stand for others by those, once all transformers of the root have run. Modules after this one in the flow bring it.
pub type Expand = fn(&mut ResMap, &Context<'_>) -> Result<(), Diagnostics>;

/// What the flags say.
#[derive(Clone, Default, Debug)]
pub struct Options {
    /// Expands `kind: Redis`; without it such objects are printed as they are.
    pub expand: Option<Expand>,
    /// `--reorder`
    pub reorder: Reorder,
    /// `--enable-managedby-label`
    pub managed_by_label: bool,
    /// `--enable-alpha-plugins`
    pub alpha_plugins: bool,
    /// `--enable-exec`
    pub exec: bool,
    /// `--env`
    pub env: Vec<String>,
    /// `--as-current-user`
    pub as_current_user: bool,
    /// `--network`
    pub network: bool,
    /// `--network-name`
    pub network_name: String,
    /// `--mount`
    pub mounts: Vec<String>,
    /// Helm.
    pub helm: HelmOptions,
}

/// Renders the kustomization of a directory. Warnings are left in the context, also when it fails.
///
/// # Errors
/// Everything that is wrong with the input.
pub fn build(loader: Loader, options: &Options, cx: &Context<'_>, tools: &dyn Tools) -> Result<ResMap, Diagnostics> {
    let build = Build { cx, options, tools, built_in: TransformerConfig::built_in() };
    let mut root = cx.step("load", || load(loader, cx.sources))?;
    let metadata = std::mem::take(&mut root.file.kustomization.build_metadata);
    let has = |option: &str| metadata.iter().any(|o| &**o == option);
    let wanted = Wanted {
        origin: has("originAnnotations"),
        transformers: has("transformerAnnotations"),
        managed_by: has("managedByLabel") || options.managed_by_label,
    };
    let origin = (!metadata.is_empty()).then(OriginPath::default);
    let sort = match (root.file.kustomization.sort_options.take(), options.reorder) {
        (Some(order), reorder) => {
            if reorder != Reorder::Unspecified {
                cx.warn(
                    Diagnostic::warning(
                        "redisops::build::two_orders",
                        "`sortOptions` and the flag `--reorder` both set the order",
                    )
                    .label(order.pos, 1, "this one is used")
                    .help("leave `--reorder` out"),
                );
            }
            SortOrder::new(&order)
        }
        (None, Reorder::None) => Ok(SortOrder::fifo()),
        (None, _) => Ok(SortOrder::legacy()),
    };
    let managed_by = metadata.iter().find(|o| &***o == "managedByLabel").map_or(Pos::NONE, |o| o.pos);
    let mut found = Diagnostics::new();
    let sort = found.take(sort);
    let gathered = found.take(cx.step("accumulate", || accumulate(&build, root, None, origin, Accumulator::new(cx))));
    let Some((gathered, sort)) = gathered.zip(sort) else { return Err(found) };
    let mut gathered = gathered;
    if let Some(expand) = options.expand {
        cx.step("topology", || expand(&mut gathered.resources, cx))?;
    }
    finish(gathered, sort, wanted, managed_by, cx)
}

fn finish(
    gathered: Accumulator,
    sort: SortOrder,
    wanted: Wanted,
    managed_by: Pos,
    cx: &Context<'_>,
) -> Result<ResMap, Diagnostics> {
    let Accumulator { mut resources, config, vars } = gathered;
    let config = config.unwrap_or_default();
    cx.step("hash suffixes", || HashSuffix.transform(&mut resources, cx))?;
    let references = NameReferenceTransformer::new(config.name_reference.as_slice());
    cx.step("name references", || references.transform(&mut resources, cx))?;
    cx.step("vars", || vars.resolve(&mut resources, config.var_reference.as_slice(), cx))?;
    let is_local = |value: Option<&str>| value.is_some_and(|v| v != "false");
    if resources.iter().any(|r| is_local(r.annotation(LOCAL_CONFIG))) {
        resources.list_mut().retain(|r| !is_local(r.annotation(LOCAL_CONFIG)));
    }
    // Patches and replacements can take a name away, or give one that another object has.
    let mut found: Diagnostics = Diagnostics(resources.iter().filter_map(|r| check(&r.node).err()).collect());
    found.extend(became_one(&resources, cx));
    if found.has_errors() {
        return Err(found);
    }
    cx.step("order", || sort.transform(&mut resources, cx))?;
    if wanted.managed_by {
        Labels::managed_by(managed_by).transform(&mut resources, cx)?;
    }
    for resource in resources.contents_mut() {
        clean(resource, wanted);
    }
    Ok(resources)
}

/// Objects that have one identity at the end, although they were loaded with different ones.
fn became_one(resources: &ResMap, cx: &Context<'_>) -> Diagnostics {
    let name_pos = |node: &Node| {
        let name = node.lookup(&["metadata", "name"]).unwrap_or(node);
        (cx.trace.pos(name.origin), name.text().map_or(1, str::len))
    };
    let found = resources.duplicates().into_iter().map(|duplicate| {
        let (again, again_len) = name_pos(&duplicate.incoming.node);
        let (first, first_len) = name_pos(&resources.at(duplicate.existing).node);
        let diagnostic = Diagnostic::error(
            "redisops::build::duplicate_resource",
            format!("{} ({}) is there twice in the end", duplicate.id, duplicate.id.gvk.api_version()),
        )
        .label(again, again_len, "this set the name");
        let help = "let the patch or replacement change one object only";
        if again == first { diagnostic } else { diagnostic.label(first, first_len, "as this did") }.help(help)
    });
    Diagnostics(found.collect())
}
