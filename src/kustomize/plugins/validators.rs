//! `validators`: transformers that must not change anything.

use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::k8s::{ResMap, Resource};
use crate::kustomize::accumulate::Target;
use crate::kustomize::{Context, Transformer};
use crate::yaml::to_json;

use super::{Configured, configured};

/// The label that validators may leave on objects; it is removed.
const VALIDATED_BY: &str = "validated-by";

/// The validators of a kustomization.
///
/// # Errors
/// Everything that is wrong with their configuration.
pub fn validators<'a>(target: &'a Target<'_>) -> Result<Vec<Configured<'a>>, Diagnostics> {
    configured::transformers(target, &target.file.kustomization.validators)
}

/// Runs a validator.
///
/// # Errors
/// What it says, or that it changed an object.
pub fn validate(validator: &dyn Transformer, resources: &mut ResMap, cx: &Context<'_>) -> Result<(), Diagnostics> {
    let before = texts(resources)?;
    validator.transform(resources, cx)?;
    for resource in resources.contents_mut() {
        remove_label(resource);
    }
    let after = texts(resources)?;
    if before == after {
        return Ok(());
    }
    Err(Diagnostic::error("redisops::plugin::validator_changed", "a validator changed the objects")
        .note("validators may add the label `validated-by`, nothing else")
        .help("list it under `transformers` if it shall change objects")
        .into())
}

fn texts(resources: &ResMap) -> Result<Vec<String>, Diagnostics> {
    let mut all = Vec::with_capacity(resources.len());
    for resource in resources.iter() {
        let mut text = String::new();
        to_json(&resource.node, &mut text)?;
        all.push(text);
    }
    all.sort_unstable();
    Ok(all)
}

fn remove_label(resource: &mut Resource) {
    let Some(metadata) = resource.node.get_mut("metadata") else { return };
    if let Some(labels) = metadata.get_mut("labels").and_then(crate::yaml::Node::as_map_mut) {
        labels.remove(VALIDATED_BY);
        if !labels.is_empty() {
            return;
        }
    }
    if let Some(map) = metadata.as_map_mut()
        && map.get("labels").is_some_and(|l| l.as_map().is_some_and(crate::yaml::Map::is_empty))
    {
        map.remove("labels");
    }
}
