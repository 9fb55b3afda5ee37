//! Plans in files.

use std::path::Path;

use serde_json::Value;

use crate::apply::objects::is_another;
use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::plan::{ClusterRef, Judgement, Plan};

/// The plan in a file; nothing where the word names something else.
///
/// # Errors
/// When the file is a document of ours and no plan, or was edited.
pub fn read_plan(word: &str) -> Result<Option<Plan>, Diagnostic> {
    let path = Path::new(word);
    if !path.is_file() {
        return Ok(None);
    }
    let Ok(text) = std::fs::read_to_string(path) else { return Ok(None) };
    if !text.trim_start().starts_with('{') {
        return Ok(None);
    }
    let wrong = |why: String| {
        Diagnostic::error("redisops::apply::plan_file", format!("`{word}` is no plan: {why}"))
            .in_file(word)
            .help("make one with `redisops plan PATH --out FILE`")
    };
    let value: Value = serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?;
    let is_ours = value["apiVersion"].as_str().is_some_and(|version| version.starts_with("redisops.dev/v1"));
    match value["kind"].as_str() {
        Some("Plan") if is_ours => {}
        // A manifest in JSON.
        Some(_) if !is_ours => return Ok(None),
        kind => return Err(wrong(format!("its kind is {}", kind.unwrap_or("not said")))),
    }
    let plan: Plan = serde_json::from_value(value).map_err(|error| wrong(error.to_string()))?;
    if !plan.is_intact() {
        return Err(wrong("its content is not the one that its digest stands for, it was edited".to_owned()));
    }
    Ok(Some(plan))
}

/// Whether a plan still holds, for this cluster.
///
/// # Errors
/// When it was made for another cluster, or is stale, with all that has changed.
pub fn check_plan(plan: &Plan, now: &ClusterRef, judgement: &Judgement) -> Result<(), Diagnostics> {
    if let Some(planned) = plan.cluster.as_ref().filter(|planned| is_another(planned, now)) {
        let message = format!("the plan was made for another cluster, that at {}", planned.server);
        return Err(Diagnostic::error("redisops::apply::other_cluster", message)
            .note(format!("this one is at {}", now.server))
            .help("name the right one with `--context` or `--kubeconfig`, or make a new plan")
            .into());
    }
    if judgement.stale.is_empty() {
        return Ok(());
    }
    let mut found = Diagnostic::error(
        "redisops::apply::stale",
        format!("the plan is stale: {} changed since it was made", things(judgement.stale.len())),
    )
    .help("make a new plan, and look at it");
    for one in &judgement.stale {
        found = found.note(format!("stale: {}: {}", one.what, one.why));
    }
    Err(found.into())
}

fn things(count: usize) -> String {
    if count == 1 { "1 thing has".to_owned() } else { format!("{count} things have") }
}
