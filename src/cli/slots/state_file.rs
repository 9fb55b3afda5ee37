//! Files that hold JSON documents of ours: states and plans.

use std::path::Path;
use std::sync::Arc;

use serde::de::DeserializeOwned;

use crate::cli::document::API_VERSION;
use crate::diagnostics::{Diagnostic, Diagnostics, Source, SourceKind, Sources};
use crate::slots::{ClusterState, StateProblem};

/// Reads a state.
///
/// # Errors
/// When the file cannot be read, is no JSON, no state, or a state that cannot be.
pub fn read_state(path: &Path, sources: &Sources) -> Result<ClusterState, Diagnostics> {
    let (state, source): (ClusterState, _) = read_document(path, "ClusterState", sources)?;
    let problems = state.problems();
    if problems.is_empty() { Ok(state) } else { Err(told(&problems, &source)) }
}

/// Reads a state of which one wants to know what is wrong with the cluster: what `slots check` has findings for is none of the file's mistakes.
///
/// # Errors
/// As [`read_state`], but for these.
pub fn read_shown_state(path: &Path, sources: &Sources) -> Result<ClusterState, Diagnostics> {
    let (state, source): (ClusterState, _) = read_document(path, "ClusterState", sources)?;
    let found = |problem: &StateProblem| {
        matches!(
            problem,
            StateProblem::Overlap { .. }
                | StateProblem::NoMaster(_)
                | StateProblem::UnknownMaster { .. }
                | StateProblem::UnknownOpen(_)
        )
    };
    let mistakes: Vec<StateProblem> = state.problems().into_iter().filter(|problem| !found(problem)).collect();
    if mistakes.is_empty() { Ok(state) } else { Err(told(&mistakes, &source)) }
}

fn told(problems: &[StateProblem], source: &Source) -> Diagnostics {
    let told = problems.iter().map(|problem| {
        let quoted = problem.node().map_or_else(String::new, |id| format!("\"{id}\""));
        let at = if quoted.is_empty() { Some(0) } else { source.text.rfind(&quoted) };
        let found = Diagnostic::error("redisops::slots::state", problem.to_string());
        found.label(source.pos(at.unwrap_or(0)), quoted.len(), "")
    });
    Diagnostics(told.collect())
}

/// Reads a document of that kind, and its text for messages that point into it.
///
/// # Errors
/// When the file cannot be read, is no JSON, or a document of another kind or form.
pub fn read_document<T: DeserializeOwned>(
    path: &Path,
    kind: &str,
    sources: &Sources,
) -> Result<(T, Arc<Source>), Diagnostics> {
    let shown = path.display().to_string();
    let io = |why: String| Diagnostic::error("redisops::load::io", format!("`{shown}` cannot be read: {why}"));
    let bytes = std::fs::read(path).map_err(|error| io(error.to_string()).in_file(&*shown))?;
    let text = String::from_utf8(bytes).map_err(|_| io("it is not UTF-8".to_owned()).in_file(&*shown))?;
    let source = sources.add(&*shown, text, SourceKind::Config).map_err(|error| io(error.to_string()))?;
    let value: serde_json::Value = serde_json::from_str(&source.text).map_err(|error| json(&source, &error))?;
    check_kind(&value, kind, &source)?;
    match serde_json::from_str(&source.text) {
        Ok(document) => Ok((document, source)),
        Err(error) => Err(json(&source, &error).into()),
    }
}

/// A document may leave out what it is, but not be something else.
fn check_kind(value: &serde_json::Value, kind: &str, source: &Source) -> Result<(), Diagnostic> {
    for (field, wanted) in [("apiVersion", API_VERSION), ("kind", kind)] {
        let Some(found) = value.get(field) else { continue };
        if found.as_str() == Some(wanted) {
            continue;
        }
        let quoted = found.to_string();
        let message = format!("this file is no {kind}: its `{field}` is {quoted}, not \"{wanted}\"");
        let help = match kind {
            "ClusterState" => "write one with `redisops slots state SEED --save FILE`",
            _ => "write one with `redisops slots plan SEED --out FILE`",
        };
        let at = source.text.find(&quoted).unwrap_or(0);
        return Err(Diagnostic::error("redisops::slots::document", message)
            .label(source.pos(at), quoted.len(), "")
            .help(help));
    }
    Ok(())
}

/// Where serde stopped and why. Its columns count bytes and name the last one read.
fn json(source: &Source, error: &serde_json::Error) -> Diagnostic {
    let start: usize = source.text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum();
    let full = error.to_string();
    let why = full.rsplit_once(" at line ").map_or(full.as_str(), |(why, _)| why);
    let code = if error.is_data() { "redisops::slots::form" } else { "redisops::slots::json" };
    let message = if error.is_data() { why.to_owned() } else { format!("this is no JSON: {why}") };
    Diagnostic::error(code, message).label(source.pos(start + error.column().saturating_sub(1)), 1, "")
}
