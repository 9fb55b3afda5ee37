//! `redisops diff`.

use rayon::prelude::*;

use crate::cli::args::{DiffArgs, ReportFormat};
use crate::cli::diff::{Commits, Comparison, Task, between, compare, over_time};
use crate::cli::document::document;
use crate::cli::exit::Exit;
use crate::cli::nodes;
use crate::cli::printer::Printer;
use crate::cli::settings::{Environment, RenderSettings};
use crate::diagnostics::{Diagnostic, Diagnostics, Sources, arrange};
use crate::drift::DiffReport;

/// Compares revisions or environments.
pub fn run(arguments: DiffArgs, environment: &Environment, printer: &Printer) -> Exit {
    if arguments.redis_only {
        return nodes_only(arguments, environment, printer);
    }
    let settings = RenderSettings::resolve(arguments.render);
    let sources = Sources::new();
    let tasks = match (&arguments.between, &arguments.from) {
        (Some(names), _) => Ok(vec![between(&names[0], &names[1])]),
        (None, from) => over_time(&arguments.paths, from.as_deref().unwrap_or("HEAD"), &arguments.to, &sources),
    };
    let done = tasks.map(|tasks| report(&tasks, &settings, printer)).and_then(|report| {
        let Some(report) = report else { return Ok(Exit::CouldNot) };
        printer.print(text(&report, arguments.output, printer))?;
        Ok(if report.differs() { Exit::No } else { Exit::Done })
    });
    done.unwrap_or_else(|found: Diagnostics| {
        printer.diagnostics(&arrange(found.0, &sources), &sources);
        Exit::CouldNot
    })
}

/// All tasks at once, reported in their order; nothing when one of them could not be done, which is told.
fn report(tasks: &[Task], settings: &RenderSettings, printer: &Printer) -> Option<DiffReport> {
    let all: Vec<Comparison> = tasks.par_iter().map(|task| compare(task, settings)).collect();
    let mut failed = false;
    let mut compared = Vec::new();
    for comparison in all {
        match comparison {
            Ok(one) => {
                if let Some(note) = &one.note {
                    printer.note(note);
                }
                compared.push(one);
            }
            Err(errors) => {
                failed = true;
                for (sources, found) in errors {
                    printer.diagnostics(&arrange(found.0, &sources), &sources);
                }
            }
        }
    }
    if failed {
        return None;
    }
    if let Some(task) = tasks.first() {
        Commits::new(task).fill(&mut compared);
    }
    let mut report = DiffReport::default();
    compared.into_iter().flat_map(|one| one.changes).for_each(|change| report.push(change));
    Some(report)
}

/// Compares the Redis nodes of environments, and no objects.
fn nodes_only(arguments: DiffArgs, environment: &Environment, printer: &Printer) -> Exit {
    let settings = RenderSettings::resolve(arguments.render);
    let mut report = DiffReport::default();
    let mut failed = arguments.paths.is_empty();
    if failed {
        let found = Diagnostic::error("redisops::diff::no_environment", "`--redis-only` needs an environment")
            .help("name one: `redisops diff ENV --redis-only`");
        printer.diagnostics(&[found], &Sources::new());
    }
    for word in &arguments.paths {
        let secret = |_: &str, _: &str, _: &str| None;
        let options = nodes::Options { process: environment, secret: &secret };
        match nodes::of_word(word, &settings, &options, printer) {
            Some(found) => {
                failed |= found.is_short;
                found.changes.into_iter().for_each(|change| report.push_node(change));
            }
            None => failed = true,
        }
    }
    if failed && report.nodes.is_empty() {
        return Exit::CouldNot;
    }
    match printer.print(text(&report, arguments.output, printer)) {
        Ok(()) if failed || report.has_errors() => Exit::CouldNot,
        Ok(()) => {
            if report.differs() {
                Exit::No
            } else {
                Exit::Done
            }
        }
        Err(found) => {
            printer.diagnostics(&[found], &Sources::new());
            Exit::CouldNot
        }
    }
}

/// A report in the form that was asked for.
fn text(report: &DiffReport, output: ReportFormat, printer: &Printer) -> String {
    match output.form() {
        Some(form) => crate::report::differences(form, report),
        None if output == ReportFormat::Json => document("DiffReport", report),
        None => report.text(printer.result_style()),
    }
}
