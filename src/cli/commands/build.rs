//! `redisops build`.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::cli::args::StoreArgs;
use crate::cli::exit::Exit;
use crate::cli::output;
use crate::cli::printer::Printer;
use crate::cli::secrets::{self, Unfilled};
use crate::cli::settings::BuildSettings;
use crate::cli::stats::{Counts, Stopwatch, table};
use crate::cli::target::{self, Access};
use crate::cli::validation::{self, Surroundings, ValidationSettings, not_the_input};
use crate::diagnostics::{Diagnostic, Diagnostics, Severity, Sources, arrange};
use crate::environment::Environment;
use crate::k8s::ResMap;
use crate::kustomize::{self, Context};
use crate::secrets::{Texts, canonical, resolve};
use crate::source::{FileNames, FileSystem, SystemTools};
use crate::yaml::{Node, Trace};

/// Renders and prints all or nothing.
pub fn run(settings: &BuildSettings, printer: &Printer) -> Exit {
    if let Some(form) = settings.list_inputs {
        return super::list_inputs::run(settings, form, printer);
    }
    let (sources, trace) = (Sources::new(), Trace::new());
    let validation = match settings.validation.clone().transpose() {
        Ok(validation) => validation,
        Err(unknown) => {
            printer.diagnostics(&[unknown], &sources);
            return Exit::CouldNot;
        }
    };
    let watch = Stopwatch::new();
    let mut cx = Context::new(&sources, &trace);
    if settings.stats {
        cx.observer = Some(&watch);
    }
    for (flag, instead) in &settings.deprecated {
        cx.warn(Diagnostic::warning("redisops::cli::deprecated", format!("`{flag}` is deprecated")).help(*instead));
    }
    let built = render(settings, printer, &cx);
    let written = built.and_then(|mut rendered| {
        let mut written = cx.step("emit", || Written::new(&rendered.objects, settings, &trace))?;
        if let Some(validation) = &validation {
            cx.step("validate", || check(&rendered, settings, validation, &cx))?;
        }
        if settings.secrets {
            // After the check, whose messages may quote values.
            cx.step("secrets", || fill(&mut rendered, &sources, &trace))?;
            written = cx.step("emit", || Written::filled(&rendered.objects, settings, &trace))?;
        }
        let objects = &rendered.objects;
        cx.step("write", || written.write(printer))?;
        let output = written.bytes();
        // Taking millions of small values apart is not worth the time when the process is about to end.
        let resources = objects.len();
        std::mem::forget(rendered);
        Ok(Counts { resources, writes: trace.len(), output })
    });
    let mut said = cx.warnings.take();
    match written {
        Ok(counts) => {
            printer.diagnostics(&arrange(said, &sources), &sources);
            if settings.stats {
                printer.report(&table(&watch, &sources, counts));
            }
            Exit::Done
        }
        Err(found) => {
            let exit = exit_of(&found);
            said.extend(found.0);
            printer.diagnostics(&arrange(said, &sources), &sources);
            exit
        }
    }
}

fn render(settings: &BuildSettings, printer: &Printer, cx: &Context<'_>) -> Result<Rendered, Diagnostics> {
    let access = Access::of_process(&settings.target, settings.offline, settings.restriction)?;
    let target = target::open(&settings.target, &access, cx.sources, cx.trace)?;
    if let Some(note) = &target.note {
        printer.note(note);
    }
    printer.detail(&format!("rendering `{}`", target.loader.display_root()));
    let root = FileNames::new(target.loader.root(), &access.from).root().to_owned();
    let objects = kustomize::build(target.loader, &settings.options, cx, &SystemTools::new())?;
    Ok(Rendered { objects, environment: target.environment, root, from: access.from, files: access.files })
}

/// The objects, and what is around them.
struct Rendered {
    objects: ResMap,
    environment: Option<Environment>,
    /// The root of the repository.
    root: PathBuf,
    /// The working directory.
    from: PathBuf,
    files: Arc<dyn FileSystem>,
}

/// Checks the objects; warnings are told with those of the build.
fn check(
    rendered: &Rendered,
    build: &BuildSettings,
    settings: &ValidationSettings,
    cx: &Context<'_>,
) -> Result<(), Diagnostics> {
    let around = Surroundings {
        environment: rendered.environment.as_ref(),
        root: &rendered.root,
        files: &*rendered.files,
        sources: cx.sources,
        trace: cx.trace,
    };
    let mut found = Diagnostics::new();
    let unfilled = if build.secrets { Unfilled::of(rendered.objects.as_slice(), cx) } else { Unfilled::default() };
    for finding in validation::findings(&rendered.objects, &around, settings) {
        if unfilled.is_about(&finding.labels, cx.sources) {
            continue;
        }
        match finding.severity {
            Severity::Error => found.push(finding.diagnostic()),
            Severity::Warning => cx.warn(finding.diagnostic()),
            // What could not be checked is told by `validate`.
            Severity::Note => {}
        }
    }
    if found.has_errors() { Err(found) } else { Ok(()) }
}

/// The exit code of a build that failed.
pub(super) fn exit_of(found: &Diagnostics) -> Exit {
    let errors = || found.0.iter().filter(|d| d.severity == Severity::Error);
    match errors().all(not_the_input) {
        true => Exit::CouldNot,
        false => Exit::No,
    }
}

/// Puts values in the place of placeholders.
fn fill(rendered: &mut Rendered, sources: &Sources, trace: &Trace) -> Result<(), Diagnostics> {
    let environment = rendered.environment.as_ref().map(|it| (it, rendered.root.as_path()));
    let directory = if environment.is_some() { rendered.root.clone() } else { rendered.from.clone() };
    let variables = secrets::variables(&StoreArgs::default(), environment, trace)?;
    let opened = secrets::open(&variables, directory)?;
    let from = rendered.from.clone();
    let read = |shown: &str| std::fs::read_to_string(from.join(shown)).ok();
    let mut nodes: Vec<&mut Node> = rendered.objects.list_mut().iter_mut().map(|object| &mut object.node).collect();
    for node in &mut nodes {
        // The objects are right: they were written once already.
        let _ = canonical(node);
    }
    resolve(&mut nodes, &*opened.store, opened.allowed.as_ref(), Texts { sources, trace }, &read)
}

/// What will be written, complete, and where.
enum Written<'a> {
    Stream(Vec<String>),
    File(&'a Path, Vec<String>),
    Directory(&'a Path, Vec<(String, String)>),
}

impl Written<'_> {
    fn new<'a>(objects: &ResMap, settings: &'a BuildSettings, trace: &Trace) -> Result<Written<'a>, Diagnostics> {
        Ok(match settings.output.as_deref() {
            None => Written::Stream(output::documents(objects.as_slice(), trace)?),
            Some(path) if path.is_dir() => Written::Directory(path, output::files(objects, trace)?),
            Some(path) => Written::File(path, output::documents(objects.as_slice(), trace)?),
        })
    }

    /// The same for objects with values: in the form of argocd-vault-plugin.
    fn filled<'a>(objects: &ResMap, settings: &'a BuildSettings, trace: &Trace) -> Result<Written<'a>, Diagnostics> {
        let place = |value: &Node| trace.pos(value.origin);
        let stream = output::terminated(objects.iter().map(|object| &object.node), &place)?;
        Ok(match settings.output.as_deref() {
            None => Written::Stream(vec![stream]),
            Some(path) if path.is_dir() => Written::Directory(path, output::files(objects, trace)?),
            Some(path) => Written::File(path, vec![stream]),
        })
    }

    fn bytes(&self) -> usize {
        match self {
            Written::Stream(chunks) | Written::File(_, chunks) => chunks.iter().map(String::len).sum(),
            Written::Directory(_, files) => files.iter().map(|(_, text)| text.len()).sum(),
        }
    }

    fn write(&self, printer: &Printer) -> Result<(), Diagnostics> {
        let failed = |path: &str, error: io::Error| Diagnostics::from(output::cannot_write(path, &error));
        match self {
            Written::Stream(chunks) => printer.result(chunks).map_err(|error| failed("stdout", error)),
            Written::File(path, chunks) => {
                output::replace(path, chunks).map_err(|error| failed(&path.display().to_string(), error))
            }
            Written::Directory(directory, files) => files.iter().try_for_each(|(name, text)| {
                let path = directory.join(name);
                output::replace(&path, std::slice::from_ref(text))
                    .map_err(|error| failed(&path.display().to_string(), error))
            }),
        }
    }
}
