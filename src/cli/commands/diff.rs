//! `redisops diff`.

use std::path::PathBuf;

use rayon::prelude::*;

use crate::cli::args::{DiffArgs, ReportFormat};
use crate::cli::diff::{Commits, Compared, Comparison, Task, between, compare, over_time};
use crate::cli::document::document;
use crate::cli::exit::Exit;
use crate::cli::live::{self, LiveSettings};
use crate::cli::printer::Printer;
use crate::cli::settings::{Environment, RenderSettings};
use crate::diagnostics::{Diagnostic, Diagnostics, Sources, arrange};
use crate::drift::DiffReport;

/// Compares revisions or environments, or files with a cluster.
pub fn run(mut arguments: DiffArgs, environment: &Environment, printer: &Printer) -> Exit {
    let offline = arguments.offline.take();
    if arguments.from.is_none() && arguments.between.is_none() {
        return with_cluster(arguments, offline, environment, printer);
    }
    let settings = RenderSettings::of_engine(arguments.engine, offline.is_some());
    // Between revisions it is a flag: what stands behind it is what is to be compared.
    if let Some(Some(path)) = offline {
        arguments.paths.insert(0, path.display().to_string());
    }
    let sources = Sources::new();
    let tasks = match (&arguments.between, &arguments.from) {
        (Some(names), _) => Ok(vec![between(&names[0], &names[1])]),
        (None, from) => over_time(&arguments.paths, from.as_deref().unwrap_or("HEAD"), &arguments.to, &sources),
    };
    let done = tasks.map(|tasks| report(&tasks, &settings, printer)).and_then(|report| {
        let Some(report) = report else { return Ok(Exit::CouldNot) };
        printer.print(written(&report, arguments.output, printer))?;
        Ok(match report.has_errors() {
            true => Exit::CouldNot,
            false if report.differs() => Exit::No,
            false => Exit::Done,
        })
    });
    done.unwrap_or_else(|found: Diagnostics| {
        printer.diagnostics(&arrange(found.0, &sources), &sources);
        Exit::CouldNot
    })
}

fn written(report: &DiffReport, output: ReportFormat, printer: &Printer) -> String {
    match output.form() {
        Some(form) => crate::report::differences(form, report),
        None if output == ReportFormat::Json => document("DiffReport", report),
        None => report.text(printer.result_style()),
    }
}

/// Compares files with what is live.
fn with_cluster(
    mut arguments: DiffArgs,
    offline: Option<Option<PathBuf>>,
    environment: &Environment,
    printer: &Printer,
) -> Exit {
    let saved = match offline {
        Some(None) => {
            let found = Diagnostic::error("redisops::diff::no_dump", "`--offline` names no file")
                .note("without `--from` the comparison is with what is live")
                .help("name a dump of the cluster: `kubectl get … -o json --show-managed-fields > FILE`");
            printer.diagnostics(&[found], &Sources::new());
            return Exit::CouldNot;
        }
        Some(Some(file)) => Some(file),
        None => None,
    };
    let settings = RenderSettings::of_engine(arguments.engine, false);
    let paths = if arguments.paths.is_empty() { vec![".".to_owned()] } else { arguments.paths };
    let (every, address) = (arguments.live.watch, arguments.live.metrics.take());
    let live = LiveSettings::new(arguments.live, saved, environment);
    let print = |report: &DiffReport| Ok(printer.print(written(report, arguments.output, printer))?);
    let done = match every {
        Some(every) => live::watch(&paths, &settings, &live, every, address.as_deref(), printer, print),
        None => live::report(&paths, &settings, &live, printer).and_then(|done| {
            done.0.as_ref().map_or(Ok(()), print)?;
            Ok(done)
        }),
    };
    let done = done.map(|(report, is_whole)| match report {
        None => Exit::CouldNot,
        Some(report) if !is_whole || report.has_errors() => Exit::CouldNot,
        Some(report) if report.differs() => Exit::No,
        Some(_) => Exit::Done,
    });
    done.unwrap_or_else(|found: Diagnostics| {
        printer.diagnostics(&found.0, &Sources::new());
        Exit::CouldNot
    })
}

/// All tasks at once, reported in their order. What could not be rendered is told, and hides nothing of the others; nothing where there are no others.
fn report(tasks: &[Task], settings: &RenderSettings, printer: &Printer) -> Option<DiffReport> {
    let all: Vec<Comparison> = tasks.par_iter().map(|task| compare(task, settings)).collect();
    if !all.is_empty() && all.iter().all(Result::is_err) {
        all.into_iter().filter_map(Result::err).flatten().for_each(|wrong| tell(wrong, printer));
        return None;
    }
    let mut compared = Vec::new();
    for (task, comparison) in tasks.iter().zip(all) {
        match comparison {
            Ok(mut one) => {
                if let Some(note) = &one.note {
                    printer.note(note);
                }
                one.warnings.take().into_iter().for_each(|warnings| tell(warnings, printer));
                compared.push(one);
            }
            Err(wrong) => {
                compared.push(Compared::failed(task, &wrong));
                wrong.into_iter().for_each(|wrong| tell(wrong, printer));
            }
        }
    }
    if let Some(task) = tasks.first() {
        Commits::new(task).fill(&mut compared);
    }
    let mut report = DiffReport::default();
    compared.into_iter().flat_map(|one| one.changes).for_each(|change| report.push(change));
    Some(report)
}

fn tell((sources, found): (Sources, Diagnostics), printer: &Printer) {
    printer.diagnostics(&arrange(found.0, &sources), &sources);
}
