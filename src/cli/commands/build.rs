//! `redisops build`.

use std::io;
use std::path::Path;

use crate::cli::exit::Exit;
use crate::cli::output;
use crate::cli::printer::Printer;
use crate::cli::settings::BuildSettings;
use crate::cli::stats::{Counts, Stopwatch, table};
use crate::cli::target::{self, Access};
use crate::diagnostics::{Diagnostic, Diagnostics, Severity, Sources, arrange};
use crate::k8s::ResMap;
use crate::kustomize::{self, Context};
use crate::source::{SystemTools, UNREACHABLE};
use crate::yaml::Trace;

/// Codes of errors that are not the fault of the input: a program that is not installed, a server that is down or was not to be asked,
/// a full disk.
const NOT_THE_INPUT: [&str; 5] =
    ["redisops::tool::missing", "redisops::load::offline", UNREACHABLE, target::NO_WORKING_DIRECTORY, output::WRITE];

/// Renders and prints all or nothing.
pub fn run(settings: &BuildSettings, printer: &Printer) -> Exit {
    if let Some(form) = settings.list_inputs {
        return super::list_inputs::run(settings, form, printer);
    }
    let (sources, trace) = (Sources::new(), Trace::new());
    let watch = Stopwatch::new();
    let mut cx = Context::new(&sources, &trace);
    if settings.stats {
        cx.observer = Some(&watch);
    }
    for (flag, instead) in &settings.deprecated {
        cx.warn(Diagnostic::warning("redisops::cli::deprecated", format!("`{flag}` is deprecated")).help(*instead));
    }
    let built = render(settings, printer, &cx);
    let written = built.and_then(|objects| {
        let written = cx.step("emit", || Written::new(&objects, settings, &trace))?;
        cx.step("write", || written.write(printer))?;
        let output = written.bytes();
        // Taking millions of small values apart is not worth the time when the process is about to end.
        let resources = objects.len();
        std::mem::forget(objects);
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

fn render(settings: &BuildSettings, printer: &Printer, cx: &Context<'_>) -> Result<ResMap, Diagnostics> {
    let access = Access::of_process(&settings.target, settings.offline, settings.restriction)?;
    let target = target::open(&settings.target, &access, cx.sources, cx.trace)?;
    if let Some(note) = &target.note {
        printer.note(note);
    }
    printer.detail(&format!("rendering `{}`", target.loader.display_root()));
    kustomize::build(target.loader, &settings.options, cx, &SystemTools::new())
}

/// The exit code of a build that failed.
pub(super) fn exit_of(found: &Diagnostics) -> Exit {
    let errors = || found.0.iter().filter(|d| d.severity == Severity::Error);
    match errors().all(|d| NOT_THE_INPUT.contains(&d.code)) {
        true => Exit::CouldNot,
        false => Exit::No,
    }
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
