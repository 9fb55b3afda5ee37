//! The OpenAPI documents of an API server, version 3: one for each version of a group.

use serde_json::Value;

use crate::diagnostics::Diagnostic;

use super::{Cluster, ServerError};

/// A document of a version of a group.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Document {
    /// API group; empty for the core.
    pub group: String,
    /// API version.
    pub version: String,
    /// Where the server has it.
    url: String,
}

/// The versions of groups that a server describes.
///
/// # Errors
/// When it cannot be reached, or refuses.
pub async fn group_versions(cluster: &Cluster) -> Result<Vec<Document>, Diagnostic> {
    let index = get(cluster, "/openapi/v3").await?;
    let paths = index
        .get("paths")
        .and_then(Value::as_object)
        .ok_or_else(|| failed(cluster, "its answer is no OpenAPI index"))?;
    let of = |(path, entry): (&String, &Value)| {
        let (group, version) = match path.split('/').collect::<Vec<_>>().as_slice() {
            ["api", version] => (String::new(), (*version).to_owned()),
            ["apis", group, version] => ((*group).to_owned(), (*version).to_owned()),
            _ => return None,
        };
        let url = entry
            .get("serverRelativeURL")
            .and_then(Value::as_str)
            .map_or_else(|| format!("/openapi/v3/{path}"), str::to_owned);
        Some(Document { group, version, url })
    };
    Ok(paths.iter().filter_map(of).collect())
}

/// A document, without words.
///
/// # Errors
/// When the server cannot be reached, or refuses.
pub async fn pull(cluster: &Cluster, document: &Document) -> Result<Value, Diagnostic> {
    let found = cluster.hashed(&document.url).await;
    let mut found = found.map_err(|error| refused(cluster, &document.url, &error))?;
    // What is done with objects is of no interest, only what they are.
    let schemas = found.get_mut("components").and_then(|it| it.get_mut("schemas")).map(Value::take).unwrap_or_default();
    let mut slim = serde_json::json!({"openapi": "3.0.0", "components": {"schemas": schemas}});
    drop_words(&mut slim);
    Ok(slim)
}

fn drop_words(value: &mut Value) {
    match value {
        Value::Object(members) => {
            // A field may have that name; its schema is a mapping.
            members.retain(|key, member| !(key == "description" && member.is_string()));
            members.values_mut().for_each(drop_words);
        }
        Value::Array(items) => items.iter_mut().for_each(drop_words),
        _ => {}
    }
}

async fn get(cluster: &Cluster, path: &str) -> Result<Value, Diagnostic> {
    cluster.document(path).await.map_err(|error| refused(cluster, path, &error))
}

fn refused(cluster: &Cluster, path: &str, error: &ServerError) -> Diagnostic {
    match error.status {
        status @ (401 | 403) => failed(cluster, &format!("it refuses {path} (status {status})"))
            .help("sign in again, or ask for the right to read /openapi/v3"),
        404 => failed(cluster, &format!("it has no {path}")).help("OpenAPI version 3 is there since Kubernetes 1.24"),
        0 => failed(cluster, &error.message),
        other => failed(cluster, &format!("it answers {path} with status {other}")),
    }
}

/// Code of an API server that cannot be asked.
const UNREACHABLE: &str = "redisops::kubernetes::unreachable";

fn failed(cluster: &Cluster, why: &str) -> Diagnostic {
    Diagnostic::error(UNREACHABLE, format!("the API server `{}` cannot be asked: {why}", cluster.server()))
}

#[cfg(test)]
#[path = "fake_tests.rs"]
mod tests;
