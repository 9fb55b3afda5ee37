//! States that `slots state --save` wrote.

use std::path::Path;

use serde::Deserialize;

use crate::diagnostics::Diagnostic;
use crate::slots::ClusterState;

#[derive(Deserialize)]
struct Kind {
    kind: Option<String>,
}

/// The state in a file.
///
/// # Errors
/// When it cannot be read, is no JSON or no state.
pub fn state_of_file(path: &Path) -> Result<ClusterState, Diagnostic> {
    let shown = path.display().to_string();
    let wrong = |code, why: String| Diagnostic::error(code, format!("`{shown}` {why}")).in_file(&*shown);
    let bytes = std::fs::read(path).map_err(|error| wrong("redisops::load::io", format!("cannot be read: {error}")))?;
    let read = || -> serde_json::Result<(Kind, ClusterState)> {
        Ok((serde_json::from_slice(&bytes)?, serde_json::from_slice(&bytes)?))
    };
    let help = "write one with `redisops slots state SEED --save FILE`";
    match read() {
        Ok((Kind { kind: Some(kind) }, _)) if kind != "ClusterState" => {
            Err(wrong("redisops::slots::state_file", format!("is a {kind}, not a ClusterState")).help(help))
        }
        Ok((_, state)) => Ok(state),
        Err(error) => {
            Err(wrong("redisops::slots::state_file", format!("is no state of a cluster: {error}")).help(help))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_state_is_refused() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let read = |text: &str| {
            std::fs::write(&file, text).unwrap();
            state_of_file(file.path()).map_err(|found| found.message.replace(&file.path().display().to_string(), "F"))
        };
        assert!(read(r#"{"apiVersion":"redisops.dev/v1","kind":"ClusterState","nodes":[]}"#).is_ok());
        assert_eq!(read(r#"{"kind":"SlotPlan","nodes":[]}"#).unwrap_err(), "`F` is a SlotPlan, not a ClusterState");
        assert!(read("{").unwrap_err().starts_with("`F` is no state of a cluster: EOF"));
        assert!(state_of_file(Path::new("/none")).unwrap_err().message.contains("cannot be read"));
    }
}
