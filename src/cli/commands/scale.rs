//! `redisops scale`.

use std::path::PathBuf;

use crate::cli::args::{Format, ScaleArgs};
use crate::cli::document::document;
use crate::cli::exit::Exit;
use crate::cli::printer::Printer;
use crate::cli::render::{Rendered, State, render};
use crate::cli::rewrite::{DirectoryLock, Rewrite, rewrite};
use crate::cli::scale::{Files, How, ScaleChange, ScaleReport, outcome, set_field};
use crate::cli::settings::RenderSettings;
use crate::cli::target::NAME_PREFIX;
use crate::diagnostics::{Diagnostic, Diagnostics, Sources, arrange, did_you_mean};
use crate::k8s::{ResMap, Resource, ResourceRef};
use crate::provenance::{Places, json, origin_of};
use crate::source::{self, Disk};
use crate::topology::scale::{Amounts, Wanted, is_scalable, wanted};
use crate::yaml::Node;

/// Changes sizes of an object.
pub fn run(arguments: ScaleArgs, printer: &Printer) -> Exit {
    match scale(arguments, printer) {
        Ok(()) => Exit::Done,
        Err((sources, found)) => {
            printer.diagnostics(&arrange(found.0, &sources), &sources);
            Exit::CouldNot
        }
    }
}

type Failed = (Sources, Diagnostics);

fn plain(error: impl Into<Diagnostics>) -> Failed {
    (Sources::new(), error.into())
}

fn scale(arguments: ScaleArgs, printer: &Printer) -> Result<(), Failed> {
    let settings = RenderSettings::resolve(arguments.render());
    let amounts = Amounts {
        shards: arguments.shards,
        nodes: arguments.nodes,
        replicas: arguments.replicas,
        memory: arguments.memory,
    };
    if amounts == Amounts::default() {
        let error = Diagnostic::error("redisops::scale::nothing", "nothing to scale")
            .help("say how many: --shards, --nodes, --replicas or --memory");
        return Err(plain(error));
    }
    let word = match (arguments.env, arguments.path) {
        (Some(name), _) if name.starts_with(NAME_PREFIX) => name,
        (Some(name), _) => format!("{NAME_PREFIX}{name}"),
        (None, path) => path.unwrap_or_else(|| ".".to_owned()),
    };
    // Objects as they are written, not what a kind Redis becomes.
    let mut written = settings.clone();
    written.options.expand = None;
    let from = std::env::current_dir().map_err(|error| {
        plain(Diagnostic::error(
            "redisops::load::no_working_directory",
            format!("there is no working directory: {error}"),
        ))
    })?;
    let rendered = render(&word, &State::worktree(), &written)?;
    if let Some(note) = &rendered.note {
        printer.note(note);
    }
    let _lock = DirectoryLock::of(&rendered.directory);
    let (which, fields) = choose(&rendered.objects, &arguments.name, &amounts).map_err(plain)?;
    let mut files = Files::new(&from);
    let mut report = ScaleReport { dry_run: arguments.dry_run, ..ScaleReport::default() };
    for field in &fields {
        report.changes.push(set(&mut files, &word, &written, &which, field)?);
    }
    let after = render(&word, &files.state(), &written)?;
    for (change, field) in report.changes.iter_mut().zip(&fields) {
        place(change, &after, &which, field)?;
    }
    if report.has_changes() {
        let disk = Disk::at(&from);
        let (old, new) = (State::worktree(), files.state());
        let told = outcome(&word, (&old, &disk), (&new, &*files.files()), &settings)?;
        if !told.errors.is_empty() {
            let mut error = Diagnostic::error("redisops::scale::refused", "the change would make an error")
                .help("`redisops validate` says more of it once the change is made by hand");
            error.notes = told.errors;
            return Err(plain(error.note("nothing was written")));
        }
        if !told.refused.is_empty() && !arguments.force {
            return Err(plain(refused(&report, told.refused)));
        }
        report.consequences = told.consequences;
        if !arguments.dry_run {
            write(&files, &mut report, arguments.commit, arguments.message, arguments.branch).map_err(plain)?;
        }
    }
    let text = match arguments.output {
        Format::Json => document("ScaleReport", &report),
        Format::Human => report.text(),
    };
    printer.print(text).map_err(plain)
}

/// What runs would not take the change.
fn refused(report: &ScaleReport, why: Vec<String>) -> Diagnostic {
    let mut error = Diagnostic::error("redisops::scale::refused", "what runs would refuse the change")
        .help("`--force` writes it all the same, where nothing runs yet or it is made anew");
    error.notes = why;
    for change in report.changes.iter().filter(|change| change.how != How::Unchanged) {
        if let (Some(file), Some(line)) = (&change.file, change.line) {
            error = error.note(format!("{} would be set at {file}:{line}", change.path));
        }
    }
    error.note("nothing was written")
}

/// The object of a name whose size can be changed, and its fields.
fn choose(objects: &ResMap, word: &str, amounts: &Amounts) -> Result<(ResourceRef, Vec<Wanted>), Diagnostic> {
    let (kind, name) = word.split_once('/').map_or((None, word), |(kind, name)| (Some(kind), name));
    let named = |resource: &&Resource| {
        is_scalable(resource)
            && (resource.name() == name || resource.original_name() == name)
            && kind.is_none_or(|kind| resource.kind().eq_ignore_ascii_case(kind))
    };
    let found: Vec<&Resource> = objects.iter().filter(named).collect();
    if found.is_empty() {
        return Err(unknown(objects, word, name));
    }
    let mut fitting = Vec::new();
    let mut why = None;
    for resource in found {
        match wanted(resource, amounts) {
            Ok(fields) => fitting.push((ResourceRef::of(resource), fields)),
            Err(error) => why = why.or(Some(error)),
        }
    }
    if fitting.len() > 1 {
        let names: Vec<String> = fitting.iter().map(|(resource, _)| resource.to_string()).collect();
        return Err(Diagnostic::error("redisops::scale::ambiguous", format!("several objects are named `{name}`"))
            .note(names.join(", "))
            .help("write KIND/NAME"));
    }
    match (fitting.pop(), why) {
        (Some(found), _) => Ok(found),
        (None, Some(why)) => Err(why),
        (None, None) => Err(unknown(objects, word, name)),
    }
}

fn unknown(objects: &ResMap, word: &str, name: &str) -> Diagnostic {
    let scalable = || objects.iter().filter(|one| is_scalable(one));
    let names: Vec<&str> = scalable().map(Resource::name).collect();
    let found = Diagnostic::error("redisops::scale::unknown", format!("there is nothing named `{word}` to scale"));
    match did_you_mean(name, scalable().flat_map(|one| [one.name(), one.original_name()])) {
        Some(near) => found.help(format!("did you mean `{near}`?")),
        None if names.is_empty() => found.note("nothing that is rendered has a size that can be changed"),
        None => found.note(format!("what has a size is {}", names.join(", "))),
    }
}

fn same<'a>(rendered: &'a Rendered, which: &ResourceRef) -> Result<&'a Resource, Failed> {
    rendered.objects.iter().find(|resource| ResourceRef::of(resource) == *which).ok_or_else(|| {
        plain(Diagnostic::error("redisops::scale::unknown", format!("{which} is gone after the change")))
    })
}

/// Sets one field in the files as they are by now.
fn set(
    files: &mut Files,
    word: &str,
    settings: &RenderSettings,
    which: &ResourceRef,
    field: &Wanted,
) -> Result<ScaleChange, Failed> {
    let rendered = render(word, &files.state(), settings)?;
    let resource = same(&rendered, which)?;
    let before = field.field().resolve(&resource.node).map(|found| json(found.node())).unwrap_or_default();
    let (how, at) = match set_field(files, &rendered, resource, field) {
        Ok(how) => how,
        Err(found) => return Err((rendered.sources, found)),
    };
    let name = |shown: &str| rendered.names.name(shown);
    let places = Places { sources: &rendered.sources, trace: &rendered.trace, name: &name };
    let (file, line) = at.and_then(|at| places.place(at)).map(|(file, line, _)| (file, line)).unzip();
    Ok(ScaleChange {
        resource: which.clone(),
        path: field.field().to_string(),
        file,
        line,
        before,
        after: json(&Node::scalar(Default::default(), field.value.clone())),
        how,
    })
}

/// Where the value stands now; it must be the wanted one.
fn place(change: &mut ScaleChange, after: &Rendered, which: &ResourceRef, field: &Wanted) -> Result<(), Failed> {
    let resource = same(after, which)?;
    let found = field.field().resolve(&resource.node).ok();
    let found = found.filter(|found| found.node().text() == Some(field.value.text.as_str())).ok_or_else(|| {
        let message = format!("{} of {which} would not become {}", change.path, field.value.text);
        plain(
            Diagnostic::error("redisops::scale::overruled", message)
                .note("something behind the change sets it again")
                .note("nothing was written")
                .help("`redisops explain` says what sets it"),
        )
    })?;
    let name = |shown: &str| after.names.name(shown);
    let places = Places { sources: &after.sources, trace: &after.trace, name: &name };
    let entry = places.entry(&origin_of(&found, &after.trace, &after.sources));
    if change.line.is_some() {
        return Ok(());
    }
    (change.file, change.line) = match entry.source {
        Some(source) => (Some(source.file), Some(source.line)),
        None => (entry.file, entry.line),
    };
    Ok(())
}

fn write(
    files: &Files,
    report: &mut ScaleReport,
    commit: bool,
    message: Option<String>,
    branch: Option<String>,
) -> Result<(), Diagnostic> {
    let rewrites: Vec<Rewrite> = files
        .changes()
        .map(|(path, before, after)| Rewrite { path: path.clone(), before: before.clone(), after: after.clone() })
        .collect();
    let paths: Vec<PathBuf> = rewrites.iter().map(|file| file.path.clone()).collect();
    let prepared = if commit { Some(source::commit(&paths, branch.as_deref())?) } else { None };
    rewrite(&rewrites)?;
    if let Some(prepared) = prepared {
        let made = prepared.make(&message.unwrap_or_else(|| summary(report)))?;
        (report.commit, report.branch) = (Some(made.id), made.branch);
    }
    Ok(())
}

/// What the commit says.
fn summary(report: &ScaleReport) -> String {
    let fields: Vec<String> = report
        .changes
        .iter()
        .filter(|change| change.how != How::Unchanged)
        .map(|change| format!("{} {} → {}", change.path, change.before, change.after))
        .collect();
    let object = report.changes.first().map(|change| change.resource.to_string()).unwrap_or_default();
    format!("Scale {object}: {}\n", fields.join(", "))
}
