//! Key models and the scripts that they name, from files.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::diagnostics::{Diagnostic, Diagnostics, Source, SourceKind, Sources};
use crate::kustomize::decode::Text;
use crate::slots::lint::Scripts;
use crate::slots::lint::model::{Model, read};
use crate::yaml::Trace;

/// A key model that was read from a file.
#[derive(Debug)]
pub struct ModelFile {
    /// What it says.
    pub model: Model,
    /// Its text.
    pub source: Arc<Source>,
}

/// Reads a key model.
///
/// # Errors
/// When the file cannot be read, or is no key model.
pub fn read_model(path: &Path, sources: &Sources) -> Result<ModelFile, Diagnostics> {
    let source = read_text(path, sources)?;
    let model = read(&source, &Trace::new())?;
    Ok(ModelFile { model, source })
}

/// Reads a text.
///
/// # Errors
/// When the file cannot be read, or is no text.
pub fn read_text(path: &Path, sources: &Sources) -> Result<Arc<Source>, Diagnostics> {
    let shown = path.display().to_string();
    let bytes = std::fs::read(path).map_err(|error| unreadable(&shown, &error.to_string()))?;
    let text = crate::yaml::decode(bytes).map_err(|at| unreadable(&shown, &format!("byte {at} is no UTF-8")))?;
    Ok(sources.add(shown, text, SourceKind::Config)?)
}

fn unreadable(shown: &str, why: &str) -> Diagnostic {
    Diagnostic::error("redisops::load::io", format!("`{shown}` cannot be read: {why}")).in_file(shown)
}

/// Scripts beside a key model.
#[derive(Debug)]
pub struct ScriptFiles<'a> {
    directory: PathBuf,
    sources: &'a Sources,
}

impl<'a> ScriptFiles<'a> {
    /// Beside that key model.
    pub fn beside(model: &Path, sources: &'a Sources) -> ScriptFiles<'a> {
        ScriptFiles { directory: model.parent().unwrap_or(Path::new("")).to_owned(), sources }
    }
}

impl Scripts for ScriptFiles<'_> {
    fn load(&self, file: &Text) -> Result<Arc<Source>, Diagnostic> {
        let path = self.directory.join(&file.value);
        let shown = path.display().to_string();
        let failed = |why: String| {
            Diagnostic::error("redisops::load::io", format!("`{shown}` cannot be read: {why}")).label(
                file.pos,
                file.len(),
                "named here",
            )
        };
        let bytes = std::fs::read(&path).map_err(|error| failed(error.to_string()))?;
        let text = String::from_utf8(bytes).map_err(|_| failed("it is not UTF-8".to_owned()))?;
        self.sources.add(shown.clone(), text, SourceKind::Config).map_err(|error| failed(error.to_string()))
    }
}
