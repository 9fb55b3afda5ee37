//! The root build: gather, then what is done once for all objects.

use crate::diagnostics::{Diagnostic, Diagnostics, Pos};
use crate::k8s::ResMap;
use crate::source::{Loader, OriginPath, Tools};

use super::accumulate::{Accumulator, Build, accumulate};
use super::build_annotations::{LOCAL_CONFIG, Wanted, clean};
use super::config::TransformerConfig;
use super::load::load;
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

/// What the flags say.
#[derive(Clone, Default, Debug)]
pub struct Options {
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
    cx.step("order", || sort.transform(&mut resources, cx))?;
    if wanted.managed_by {
        Labels::managed_by(managed_by).transform(&mut resources, cx)?;
    }
    for resource in resources.contents_mut() {
        clean(resource, wanted);
    }
    Ok(resources)
}
