//! `redisops schema`.

use std::path::{Path, PathBuf};

use comfy_table::{Table, TableStyle};
use serde::Serialize;

use crate::cli::args::{Format, SchemaCommand, SchemaImportArgs, SchemaListArgs, SchemaPullArgs};
use crate::cli::document::{document, save};
use crate::cli::exit::Exit;
use crate::cli::output;
use crate::cli::printer::Printer;
use crate::cli::runtime::block_on;
use crate::cli::schemas;
use crate::diagnostics::{Diagnostic, Diagnostics, Sources, arrange};
use crate::live::kubernetes::{self, Cluster};
use crate::schema::{Arena, KubeVersion, kubernetes as builtin, operators};
use crate::source::{Disk, FileError, FileNames};

/// Lists, imports or pulls schemas.
pub fn run(command: SchemaCommand, printer: &Printer) -> Exit {
    let sources = Sources::new();
    let done = match command {
        SchemaCommand::List(arguments) => list(&arguments, &sources, printer),
        SchemaCommand::Import(arguments) => import(&arguments, &sources, printer),
        SchemaCommand::Pull(arguments) => pull(&arguments, printer),
    };
    match done {
        Ok(()) => Exit::Done,
        Err(found) => {
            printer.diagnostics(&arrange(found.0, &sources), &sources);
            Exit::CouldNot
        }
    }
}

/// A kind that a schema is known of.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    group: String,
    version: String,
    kind: String,
    source: String,
}

/// The members of a `SchemaList`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SchemaList {
    kube_version: String,
    schemas: Vec<Entry>,
}

fn entries(arena: &Arena, source: &str, releases: u32) -> Vec<Entry> {
    let kinds = arena.kinds().iter().filter(|it| it.releases & releases != 0);
    let entry = |it: &crate::schema::Kind| Entry {
        group: it.group.to_string(),
        version: it.version.to_string(),
        kind: it.kind.to_string(),
        source: source.to_owned(),
    };
    kinds.map(entry).collect()
}

/// The root of the repository, or the working directory outside of one.
fn root() -> (PathBuf, PathBuf) {
    let here = std::env::current_dir().unwrap_or_else(|_| PathBuf::from("."));
    (FileNames::new(&here, &here).root().to_owned(), here)
}

fn list(arguments: &SchemaListArgs, sources: &Sources, printer: &Printer) -> Result<(), Diagnostics> {
    let release = match arguments.kube_version.as_deref() {
        Some(text) => KubeVersion::parse(text).ok_or_else(|| schemas::unknown_release(text))?,
        None => KubeVersion::NEWEST,
    };
    let (root, here) = root();
    let (own, found) = schemas::read(&root, &Disk::at(&here), sources, |_| true);
    printer.diagnostics(&arrange(found.0.clone(), sources), sources);
    let mut all: Vec<Entry> = Vec::new();
    for (path, arena) in &own {
        all.extend(entries(arena, &path.strip_prefix(&root).unwrap_or(path).display().to_string(), u32::MAX));
    }
    all.extend(entries(operators(), "redisops", u32::MAX));
    all.extend(entries(builtin(), &format!("Kubernetes {release}"), release.bit()));
    let text = match arguments.output {
        Format::Json => document("SchemaList", &SchemaList { kube_version: release.to_string(), schemas: all }),
        Format::Human => table(&all),
    };
    printer.print(text)?;
    if found.has_errors() { Err(Diagnostics(vec![not_all()])) } else { Ok(()) }
}

fn not_all() -> Diagnostic {
    Diagnostic::error("redisops::schema::broken", "some schemas are broken, and left out")
}

fn table(entries: &[Entry]) -> String {
    let mut table = Table::new();
    table.load_style(TableStyle::new()).set_header(["KIND", "API VERSION", "FROM"]);
    for entry in entries {
        let api_version = match entry.group.is_empty() {
            true => entry.version.clone(),
            false => format!("{}/{}", entry.group, entry.version),
        };
        table.add_row([entry.kind.as_str(), api_version.as_str(), entry.source.as_str()]);
    }
    table.lines().map(|line| format!("{}\n", line.trim_end())).collect()
}

fn import(arguments: &SchemaImportArgs, sources: &Sources, printer: &Printer) -> Result<(), Diagnostics> {
    let (root, _) = root();
    let mut found = Diagnostics::new();
    let mut taken: Vec<(PathBuf, String, Vec<Entry>)> = Vec::new();
    for file in &arguments.files {
        let shown = file.display().to_string();
        let text = match std::fs::read_to_string(file) {
            Ok(text) => text,
            Err(error) => {
                let message = format!("`{shown}` cannot be read: {}", FileError::from(error));
                found.push(Diagnostic::error("redisops::load::io", message).in_file(shown));
                continue;
            }
        };
        let Some((arena, wrong)) = found.take(schemas::of_text(shown.clone(), text.clone(), sources)) else { continue };
        let is_broken = wrong.has_errors();
        found.extend(wrong);
        if arena.kinds().is_empty() && !is_broken {
            let message = format!("`{shown}` has no schema");
            found.push(
                Diagnostic::error("redisops::schema::none", message)
                    .in_file(shown)
                    .help("name files with custom resource definitions (`kind: CustomResourceDefinition`)"),
            );
            continue;
        }
        let target = root.join(schemas::DIRECTORY).join(file.file_name().unwrap_or(file.as_os_str()));
        let is_other = std::fs::read_to_string(&target).is_ok_and(|old| old != text);
        if is_other && !arguments.force {
            let message = format!("`{}` is there already, with another content", target.display());
            found.push(Diagnostic::error("redisops::schema::exists", message).help("replace it with `--force`"));
            continue;
        }
        let kinds = entries(&arena, "", u32::MAX);
        taken.push((target, text, kinds));
    }
    if found.has_errors() {
        return Err(found);
    }
    for (target, text, kinds) in &taken {
        write(target, text)?;
        let names: Vec<String> = kinds.iter().map(|it| format!("{} {}/{}", it.kind, it.group, it.version)).collect();
        printer.note(&format!("{}: {}", target.strip_prefix(&root).unwrap_or(target).display(), names.join(", ")));
    }
    Ok(())
}

fn write(target: &Path, text: &str) -> Result<(), Diagnostic> {
    if let Some(directory) = target.parent() {
        std::fs::create_dir_all(directory)
            .map_err(|error| output::cannot_write(&directory.display().to_string(), &error))?;
    }
    save(target, text)
}

fn pull(arguments: &SchemaPullArgs, printer: &Printer) -> Result<(), Diagnostics> {
    block_on(pull_from(arguments, printer))?
}

async fn pull_from(arguments: &SchemaPullArgs, printer: &Printer) -> Result<(), Diagnostics> {
    let cluster = Cluster::connect(arguments.kubeconfig.as_deref(), arguments.context.as_deref()).await?;
    let (root, _) = root();
    let known = |group: &str| builtin().kinds().iter().any(|it| it.group == group);
    let served = kubernetes::group_versions(&cluster).await?;
    let wanted = served.iter().filter(|it| match arguments.groups.is_empty() {
        true => !known(&it.group),
        false => arguments.groups.contains(&it.group),
    });
    let wanted: Vec<_> = wanted.collect();
    if let Some(missing) = arguments.groups.iter().find(|group| served.iter().all(|it| it.group != **group)) {
        let near = crate::diagnostics::did_you_mean(missing, served.iter().map(|it| it.group.as_str()));
        let message = format!("the server has no group `{missing}`");
        let found = Diagnostic::error("redisops::schema::no_group", message);
        return Err(found.help_if(near.map(|near| format!("did you mean `{near}`?"))).into());
    }
    if wanted.is_empty() {
        printer.note("the server has only groups that come with Kubernetes");
    }
    for document in wanted {
        let found = kubernetes::pull(&cluster, document).await?;
        let name =
            format!("{}_{}.json", if document.group.is_empty() { "core" } else { &document.group }, document.version);
        let target = root.join(schemas::DIRECTORY).join(name);
        write(&target, &format!("{found}\n"))?;
        printer.note(&format!("{} is written", target.strip_prefix(&root).unwrap_or(&target).display()));
    }
    Ok(())
}
