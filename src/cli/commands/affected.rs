//! `redisops affected`.

use std::path::Path;
use std::sync::Arc;

use rayon::prelude::*;

use crate::affected::Fate;
use crate::cli::args::Format;
use crate::cli::document::document;
use crate::cli::exit::Exit;
use crate::cli::narrowing::Narrowed;
use crate::cli::printer::Printer;
use crate::cli::settings::{AffectedSettings, RenderSettings};
use crate::diagnostics::{Diagnostic, Diagnostics, Sources, arrange};
use crate::kustomize::{self, Context};
use crate::source::{Disk, FileSystem, LoadOptions, Loader, Network, NetworkOptions, SystemTools};
use crate::yaml::Trace;

use super::build::exit_of;

/// Prints what depends on the changes, and renders it where that is asked for.
pub fn run(settings: &AffectedSettings, printer: &Printer) -> Exit {
    let sources = Sources::new();
    let narrowed = match settings.narrowing.find(&sources) {
        Ok(narrowed) => narrowed,
        Err(found) => {
            printer.diagnostics(&arrange(found.0, &sources), &sources);
            return Exit::CouldNot;
        }
    };
    let text = match settings.format {
        Format::Json => document("AffectedReport", &narrowed.report),
        Format::Human => lines(&narrowed, if settings.null { '\0' } else { '\n' }),
    };
    if let Err(error) = printer.print(text) {
        printer.diagnostics(&[error], &sources);
        return Exit::CouldNot;
    }
    match &settings.render {
        Some(render) => build_all(&narrowed, render, printer),
        None if settings.exit_code && !narrowed.report.targets.is_empty() => Exit::No,
        None => Exit::Done,
    }
}

/// The targets that are there, as paths that programs in the working directory can use.
fn lines(narrowed: &Narrowed, end: char) -> String {
    let there = narrowed.report.targets.iter().filter(|target| target.change != Fate::Removed);
    let disk = Disk::new();
    let mut out = String::new();
    for target in there {
        let shown = disk.display(&narrowed.top.join(&target.path));
        // The working directory itself is shown as a name that commands take.
        out.push_str(if shown.is_empty() { "." } else { &shown });
        out.push(end);
    }
    out
}

/// Renders all of them at once; what is wrong is told in their order.
fn build_all(narrowed: &Narrowed, settings: &RenderSettings, printer: &Printer) -> Exit {
    let built: Vec<(Sources, Result<usize, Diagnostics>, Vec<Diagnostic>)> = narrowed
        .targets
        .par_iter()
        .map(|target| {
            let (sources, trace) = (Sources::new(), Trace::new());
            let cx = Context::new(&sources, &trace);
            let built = build_one(&target.root, &narrowed.files, settings, &cx);
            let warnings = cx.warnings.take();
            (sources, built, warnings)
        })
        .collect();
    let mut exit = Exit::Done;
    for (target, (sources, built, mut said)) in narrowed.targets.iter().zip(built) {
        match built {
            Ok(count) => printer.detail(&format!("{}: {count} objects", narrowed.files.display(&target.root))),
            Err(found) => {
                // That the input is wrong is worth more than that something was missing to look at all of it.
                exit = if exit == Exit::No { exit } else { exit_of(&found) };
                said.extend(found.0);
            }
        }
        printer.diagnostics(&arrange(said, &sources), &sources);
    }
    exit
}

fn build_one(
    root: &Path,
    files: &Arc<dyn FileSystem>,
    settings: &RenderSettings,
    cx: &Context<'_>,
) -> Result<usize, Diagnostics> {
    let network = NetworkOptions { cache: None, offline: settings.offline, lock_for: Some(root.to_owned()) };
    let options = LoadOptions { restriction: settings.restriction, remotes: Arc::new(Network::new(network)) };
    let loader = Loader::open(Arc::clone(files), &root.to_string_lossy(), options)?;
    Ok(kustomize::build(loader, &settings.options, cx, &SystemTools::new())?.len())
}
