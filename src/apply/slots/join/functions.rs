//! Function libraries: every master of a cluster needs them, and a node that joins has none.

use std::collections::{BTreeSet, HashMap};

use ::redis::Value;

use crate::diagnostics::Diagnostic;
use crate::live::redis::{Connection, NodeError};

use super::super::members::failed;

/// Names and texts of the libraries of a node.
type Libraries = BTreeSet<(String, String)>;

/// Copies the libraries of a member to a node that has none; how many. Before 7.0 there are none.
pub(super) async fn copy(from: &Connection, to: &Connection, forced: bool) -> Result<usize, Diagnostic> {
    let asked = |error| failed("the function libraries could not be read", &error);
    let wanted = libraries(from).await.map_err(asked)?;
    if wanted.is_empty() {
        return Ok(0);
    }
    let present = libraries(to).await.map_err(asked)?;
    if present == wanted || !present.is_empty() && forced {
        return Ok(0);
    }
    if !present.is_empty() {
        return Err(conflict(&wanted, &present, to));
    }
    let payload: Vec<u8> = from.query(::redis::cmd("FUNCTION").arg("DUMP")).await.map_err(asked)?;
    let restore = ::redis::cmd("FUNCTION").arg("RESTORE").arg(payload).to_owned();
    to.query::<()>(&restore)
        .await
        .map_err(|error| failed("the function libraries could not be copied to the new node", &error))?;
    Ok(wanted.len())
}

fn conflict(wanted: &Libraries, present: &Libraries, to: &Connection) -> Diagnostic {
    let names = |set: &Libraries| set.iter().map(|(name, _)| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    Diagnostic::error(
        "redisops::slots::functions",
        format!("`{}` has other function libraries than the cluster", to.address()),
    )
    .note(format!("it has {}, the cluster has {}", names(present), names(wanted)))
    .help("run `FUNCTION FLUSH` on it to have them copied, or go on with `--force functions`")
}

async fn libraries(connection: &Connection) -> Result<Libraries, NodeError> {
    let reply =
        connection.query::<Vec<HashMap<String, Value>>>(::redis::cmd("FUNCTION").arg("LIST").arg("WITHCODE")).await;
    let libraries = match reply {
        Ok(libraries) => libraries,
        Err(error) if error.code() == Some("ERR") => return Ok(Libraries::new()),
        Err(error) => return Err(error),
    };
    let text = |library: &HashMap<String, Value>, field: &str| {
        library.get(field).and_then(|value| ::redis::from_redis_value::<String>(value.clone()).ok()).unwrap_or_default()
    };
    Ok(libraries.iter().map(|library| (text(library, "library_name"), text(library, "library_code"))).collect())
}
