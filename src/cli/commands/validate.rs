//! `redisops validate`.

use std::io::Read;
use std::path::Path;

use comfy_table::{Cell, CellAlignment, Table, TableStyle};
use rayon::prelude::*;

use crate::cli::args::{ReportFormat, ValidateArgs};
use crate::cli::document::document;
use crate::cli::exit::Exit;
use crate::cli::narrowing::Narrowing;
use crate::cli::printer::Printer;
use crate::cli::settings::{self, RenderSettings};
use crate::cli::target::{self, Access};
use crate::cli::validation::{self, Surroundings, ValidationSettings, not_the_input};
use crate::diagnostics::render::{Style, render_all};
use crate::diagnostics::{Diagnostic, Diagnostics, Severity, SourceKind, Sources, arrange};
use crate::environment::Environment;
use crate::k8s::ResMap;
use crate::kustomize::{self, Context};
use crate::source::{FileNames, SystemTools};
use crate::topology;
use crate::validate::{Finding, Report, TargetReport, manifests};
use crate::yaml::Trace;

/// Standard input as a target.
const STDIN: &str = "-";

/// Checks all targets and says what is wrong.
pub fn run(arguments: ValidateArgs, environment: &settings::Environment, printer: &Printer) -> Exit {
    let sources = Sources::new();
    let failed = |found: Diagnostics| {
        printer.diagnostics(&arrange(found.0, &sources), &sources);
        Exit::CouldNot
    };
    let settings = match ValidationSettings::resolve(arguments.kube_version.as_deref(), arguments.strict) {
        Ok(settings) => settings,
        Err(found) => return failed(found.into()),
    };
    let rendering = RenderSettings::resolve(arguments.render);
    let narrowing = Narrowing::resolve(arguments.paths.clone(), arguments.narrow, environment.variable);
    let words = match narrowing.is_asked_for() {
        true => match narrowing.words(&sources) {
            Ok(words) => words,
            Err(found) => return failed(found),
        },
        false if arguments.paths.is_empty() => vec![".".to_owned()],
        false => arguments.paths,
    };
    if words.is_empty() {
        printer.note("nothing depends on the changes");
    }
    let check = |word: &String| check_target(word, &settings, &rendering, &sources, printer);
    let checked: Vec<(TargetReport, bool)> = match words.as_slice() {
        // Rendering and checks of one target use several threads by themselves.
        [one] => vec![check(one)],
        many => many.par_iter().map(check).collect(),
    };
    let could_not = checked.iter().any(|(_, could_not)| *could_not);
    let report = Report { targets: checked.into_iter().map(|(target, _)| target).collect() };
    let for_programs = || {
        let names = names(&words);
        report.document(&sources, &|path| names.name(path))
    };
    let text = match arguments.output.form() {
        Some(form) => crate::report::validation(form, &for_programs(), &report.targets, settings.strict),
        None if arguments.output == ReportFormat::Json => {
            let entries = for_programs();
            let text = document("ValidationReport", &entries);
            std::mem::forget(entries);
            text
        }
        None => human(&report, &sources, printer.result_style()),
    };
    if let Err(error) = printer.print(text) {
        return failed(error.into());
    }
    let summary = report.summary();
    // Taking millions of small values apart is not worth the time when the process is about to end.
    std::mem::forget((sources, report));
    match (could_not, summary.errors, summary.warnings) {
        (true, ..) => Exit::CouldNot,
        (_, 0, 0) => Exit::Done,
        (_, 0, _) if !settings.strict => Exit::Done,
        _ => Exit::No,
    }
}

/// How reports name the files of targets.
fn names(words: &[String]) -> FileNames {
    let from = std::env::current_dir().unwrap_or_else(|_| "/".into());
    let first = words.iter().map(Path::new).find(|path| path.exists());
    FileNames::new(first.unwrap_or(Path::new(".")), &from)
}

fn is_not_the_input(finding: &Finding) -> bool {
    finding.is_error() && finding.made_of.as_deref().is_some_and(not_the_input)
}

/// What is wrong with a target, and whether that could not be found out.
fn check_target(
    word: &str,
    settings: &ValidationSettings,
    rendering: &RenderSettings,
    sources: &Sources,
    printer: &Printer,
) -> (TargetReport, bool) {
    let mut unopened = false;
    let trace = Trace::new();
    let cx = Context::new(sources, &trace);
    let mut report = TargetReport { name: word.to_owned(), ..TargetReport::default() };
    match objects(word, rendering, &cx, printer) {
        Ok(Found { objects, environment, access, root, wrong }) => {
            report.resources = objects.len();
            report.findings.extend(wrong.0.into_iter().map(Finding::of_diagnostic));
            let around = Surroundings {
                environment: environment.as_ref(),
                root: &root,
                files: &*access.files,
                sources,
                trace: &trace,
            };
            report.findings.extend(validation::findings(&objects, &around, settings));
            std::mem::forget(objects);
        }
        Err((found, fault)) => {
            unopened = fault == Fault::Word;
            report.findings.extend(found.0.into_iter().map(Finding::of_diagnostic));
        }
    }
    let warnings = arrange(cx.warnings.take(), sources);
    report.findings.splice(0..0, warnings.into_iter().map(Finding::of_diagnostic));
    std::mem::forget(trace);
    let could_not = unopened || report.findings.iter().any(is_not_the_input);
    (report, could_not)
}

/// Why there are no objects.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fault {
    /// The word of the command line names nothing that can be read.
    Word,
    /// What it names is wrong.
    Content,
}

/// The objects of a target.
struct Found {
    objects: ResMap,
    environment: Option<Environment>,
    access: Access,
    /// The root of the repository.
    root: std::path::PathBuf,
    /// Documents that are no objects.
    wrong: Diagnostics,
}

/// The objects that a word names. What cannot be opened at all is told apart from what is wrong inside.
fn objects(
    word: &str,
    rendering: &RenderSettings,
    cx: &Context<'_>,
    printer: &Printer,
) -> Result<Found, (Diagnostics, Fault)> {
    let unopened = |found: Diagnostics| (found, Fault::Word);
    let access =
        Access::of_process(word, rendering.offline, rendering.restriction).map_err(|it| unopened(it.into()))?;
    let text = match word {
        STDIN => Some(("(standard input)".to_owned(), standard_input().map_err(|it| unopened(it.into()))?)),
        word => target::manifests(word, &access).map_err(unopened)?,
    };
    if let Some((shown, text)) = text {
        let source = cx.sources.add(shown, text, SourceKind::Resource).map_err(|it| unopened(it.into()))?;
        let (list, mut wrong) = manifests(&source);
        let mut objects = cx.empty_resources();
        *objects.list_mut() = list;
        // What a `kind: Redis` says is checked by what it stands for.
        if let Err(found) = topology::expand(&mut objects, cx) {
            wrong.extend(found);
        }
        let root = FileNames::new(Path::new(if word == STDIN { "." } else { word }), &access.from).root().to_owned();
        return Ok(Found { objects, environment: None, access, root, wrong });
    }
    let target = target::open(word, &access, cx.sources, cx.trace).map_err(unopened)?;
    if let Some(note) = &target.note {
        printer.note(note);
    }
    let root = FileNames::new(target.loader.root(), &access.from).root().to_owned();
    let built = kustomize::build(target.loader, &rendering.options, cx, &SystemTools::new());
    let objects = built.map_err(|found| (found, Fault::Content))?;
    Ok(Found { objects, environment: target.environment, access, root, wrong: Diagnostics::new() })
}

fn standard_input() -> Result<String, Diagnostic> {
    let mut bytes = Vec::new();
    let read = std::io::stdin().lock().read_to_end(&mut bytes);
    read.map_err(|error| error.to_string())
        .and_then(|_| crate::yaml::decode(bytes).map_err(|at| format!("byte {at} is no text")))
        .map_err(|why| Diagnostic::error("redisops::load::io", format!("standard input cannot be read: {why}")))
}

/// For people: what was found, each mistake once, and a table of the targets.
fn human(report: &Report, sources: &Sources, style: Style) -> String {
    if report.targets.is_empty() {
        return String::new();
    }
    let diagnostics: Vec<Diagnostic> = report.findings().map(Finding::diagnostic).collect();
    let mut out = render_all(&arrange(diagnostics, sources), sources, style);
    let right = |number: usize| Cell::new(number).set_alignment(CellAlignment::Right);
    let mut table = Table::new();
    table.load_style(TableStyle::new()).set_header(["TARGET", "OBJECTS", "ERRORS", "WARNINGS"]);
    for target in &report.targets {
        let count = |severity| target.findings.iter().filter(|finding| finding.severity == severity).count();
        let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
        table.add_row([Cell::new(&target.name), right(target.resources), right(errors), right(warnings)]);
    }
    if !out.is_empty() {
        out.push('\n');
    }
    out.extend(table.lines().map(|line| format!("{}\n", line.trim_end())));
    out
}
