//! Rendering for commands that ask something about the objects.

use std::path::Path;
use std::sync::Arc;

use crate::cli::printer::Printer;
use crate::cli::settings::RenderSettings;
use crate::cli::target::{self, Access, Target};
use crate::diagnostics::{Diagnostics, Sources, arrange};
use crate::k8s::ResMap;
use crate::kustomize::{self, Context};
use crate::source::{FileNames, GitRevision, SystemTools};
use crate::yaml::Trace;

/// What was rendered, with all that is known of where it came from.
pub struct Rendered {
    /// The objects.
    pub objects: ResMap,
    /// All texts.
    pub sources: Sources,
    /// All writes.
    pub trace: Trace,
    /// How reports name files.
    pub names: FileNames,
}

impl Rendered {
    /// The name of a file in reports.
    pub fn name(&self, shown: &str) -> String {
        self.names.name(shown)
    }
}

/// Renders what a word names, on disk or in a revision. The texts are given back with the errors, which point into them.
///
/// # Errors
/// Everything that is wrong with the input.
pub fn render(
    word: &str,
    revision: Option<&str>,
    settings: &RenderSettings,
    printer: &Printer,
) -> Result<Rendered, (Sources, Diagnostics)> {
    let (sources, trace) = (Sources::new(), Trace::new());
    let built = {
        let cx = Context::new(&sources, &trace);
        let built = open(word, revision, settings, &cx).and_then(|(target, names)| {
            if let Some(note) = &target.note {
                printer.note(note);
            }
            printer.detail(&format!("rendering `{}`", target.loader.display_root()));
            let objects = kustomize::build(target.loader, &settings.options, &cx, &SystemTools::new())?;
            Ok((objects, names))
        });
        // What `build` and `validate` warn of would only hide an answer.
        if printer.is_verbose() {
            printer.diagnostics(&arrange(cx.warnings.take(), &sources), &sources);
        }
        built
    };
    match built {
        Ok((objects, names)) => Ok(Rendered { objects, sources, trace, names }),
        Err(found) => Err((sources, found)),
    }
}

fn open(
    word: &str,
    revision: Option<&str>,
    settings: &RenderSettings,
    cx: &Context<'_>,
) -> Result<(Target, FileNames), Diagnostics> {
    let mut access = Access::of_process(word, settings.offline, settings.restriction)?;
    let mut top = None;
    if let Some(revision) = revision {
        let directory = if Path::new(word).is_absolute() { Path::new(word) } else { &access.from };
        let files = GitRevision::open(directory, revision)?;
        top = Some(files.top().to_owned());
        access.files = Arc::new(files);
    }
    let target = target::open(word, &access, cx.sources, cx.trace)?;
    let names = FileNames::new(target.loader.root(), &access.from);
    let names = match revision.zip(top) {
        Some((revision, top)) => names.at_revision(revision, &top),
        None => names,
    };
    Ok((target, names))
}
