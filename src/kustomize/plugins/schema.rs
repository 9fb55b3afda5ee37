//! `openapi`: the schema whose merge keys strategic merges follow.

use std::sync::Arc;

use crate::diagnostics::{Diagnostic, Diagnostics, Source};
use crate::k8s::openapi::CustomSchema;
use crate::kustomize::Context;
use crate::kustomize::decode::{Pairs, Text};
use crate::yaml::{parse_yaml11, to_json};

/// Makes the schema of a kustomization the current one. The first one that is chosen stays, as in the reference; the root is asked first.
///
/// # Errors
/// When the document is no schema, the version is not built in, or both are given.
pub fn choose_schema(
    cx: &Context<'_>,
    field: &Pairs,
    document: Option<(&Text, Arc<Source>)>,
) -> Result<(), Diagnostics> {
    let version = field.get("version").map(|v| &**v);
    if version.is_none() && document.is_none() {
        return Ok(());
    }
    let at = document.as_ref().map(|(path, _)| *path).or_else(|| field.get("version"));
    let label = |diagnostic: Diagnostic| match at {
        Some(text) => diagnostic.label(text.pos, text.len(), ""),
        None => diagnostic,
    };
    let custom = match &document {
        Some((_, source)) => Some(read(source).map_err(label)?),
        None => None,
    };
    cx.openapi
        .borrow_mut()
        .choose(version, custom)
        .map_err(|e| label(Diagnostic::error("redisops::kustomization::openapi", e.to_string())).into())
}

fn read(source: &Source) -> Result<CustomSchema, Diagnostic> {
    let mut json = String::new();
    to_json(&parse_yaml11(source)?, &mut json)?;
    let wrong = |why: String| {
        Diagnostic::error(
            "redisops::kustomization::openapi",
            format!("`{}` is no OpenAPI document: {why}", source.path),
        )
        .help("a schema is a swagger 2.0 document with `definitions`, as `kubectl get --raw /openapi/v2` prints it")
    };
    let value = serde_json::from_str(&json).map_err(|e| wrong(e.to_string()))?;
    CustomSchema::from_value(value).map_err(|e| wrong(e.to_string()))
}
