//! `redisops build --list-inputs`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::cli::args::InputList;
use crate::cli::document::document;
use crate::cli::exit::Exit;
use crate::cli::narrowing::COMMON;
use crate::cli::printer::Printer;
use crate::cli::settings::BuildSettings;
use crate::cli::target::{self, Access};
use crate::diagnostics::{Diagnostics, Sources, arrange};
use crate::kustomize::inputs::{Graph, Input, InputKind};
use crate::source::{FileNames, LOCK_FILE, RepoSpec, redact, relative};
use crate::yaml::Trace;

/// The document.
#[derive(Serialize)]
struct Listed {
    target: String,
    inputs: Vec<Entry>,
}

/// An input for programs.
#[derive(Serialize)]
struct Entry {
    path: String,
    kind: &'static str,
}

/// Prints what a build would read.
pub fn run(settings: &BuildSettings, form: InputList, printer: &Printer) -> Exit {
    let sources = Sources::new();
    let listed = list(settings, &sources, printer).and_then(|(inputs, access)| {
        let text = match form {
            InputList::Json => document("InputList", &of_repository(&settings.target, &inputs, &access)),
            InputList::Lines => lines(&inputs, &access, '\n'),
            InputList::Nul => lines(&inputs, &access, '\0'),
        };
        Ok(printer.print(text)?)
    });
    match listed {
        Ok(()) => Exit::Done,
        Err(found) => {
            let exit = super::build::exit_of(&found);
            printer.diagnostics(&arrange(found.0, &sources), &sources);
            exit
        }
    }
}

fn list(
    settings: &BuildSettings,
    sources: &Sources,
    printer: &Printer,
) -> Result<(BTreeSet<Input>, Access), Diagnostics> {
    let word = &settings.target;
    let access = Access::of_process(word, settings.offline, settings.restriction)?;
    let mut all: BTreeSet<Input> = BTreeSet::new();
    if RepoSpec::parse(word).is_ok() && !access.files.exists(Path::new(word)) {
        all.insert(Input { path: PathBuf::from(redact(word)), kind: InputKind::Remote });
        return Ok((all, access));
    }
    let target = target::open(word, &access, sources, &Trace::new())?;
    if let Some(note) = &target.note {
        printer.note(note);
    }
    let root = target.loader.root();
    let graph = Graph::scan(target.loader.files(), [root.to_owned()], sources);
    let reach = graph.reach(root);
    let mut found = Diagnostics::new();
    for node in &reach.nodes {
        found.extend(node.failure.clone().unwrap_or_default());
    }
    if found.has_errors() {
        return Err(found);
    }
    all.extend(reach.inputs().into_iter().cloned());
    all.extend(target.reads.iter().map(|path| Input { path: path.clone(), kind: InputKind::File }));
    if let Some(file) = access.files.canonicalize(Path::new(word)).ok().filter(|path| !access.files.is_dir(path)) {
        // The file stands in for a kustomization file that the directory may have, or not.
        all.retain(|input| input.path != target.loader.root().join(crate::source::KUSTOMIZATION_NAMES[0]));
        all.insert(Input { path: file, kind: InputKind::File });
    }
    if all.iter().any(|input| input.kind == InputKind::Remote) {
        let lock = root.ancestors().map(|dir| dir.join(LOCK_FILE)).find(|path| access.files.exists(path));
        all.extend(lock.map(|path| Input { path, kind: InputKind::File }));
    }
    if settings.validation.is_some() {
        all.extend(of_validation(root, &access));
    }
    Ok((all, access))
}

/// What checks of the objects read beside them: configuration and schemas at the root of the repository.
fn of_validation(root: &Path, access: &Access) -> Vec<Input> {
    let names = FileNames::new(root, &access.from);
    let there = COMMON.iter().map(|name| names.root().join(name)).filter(|path| access.files.exists(path));
    let input = |path: PathBuf| {
        let kind = if access.files.is_dir(&path) { InputKind::Directory } else { InputKind::File };
        Input { path, kind }
    };
    there.map(input).collect()
}

/// As a user in the working directory would type them; directories end in a slash.
fn lines(inputs: &BTreeSet<Input>, access: &Access, end: char) -> String {
    let mut out = String::new();
    for input in inputs {
        match input.kind {
            InputKind::Remote => out.push_str(&input.path.to_string_lossy()),
            _ => out.push_str(&access.files.display(&input.path)),
        }
        if input.kind == InputKind::Directory {
            out.push('/');
        }
        out.push(end);
    }
    out
}

/// Relative to the root of the repository, or to the working directory outside of one.
fn of_repository(target: &str, inputs: &BTreeSet<Input>, access: &Access) -> Listed {
    let here = access.files.canonicalize(&access.from).unwrap_or_else(|_| access.from.clone());
    let top = here.ancestors().find(|dir| access.files.exists(&dir.join(".git"))).unwrap_or(&here);
    let entry = |input: &Input| {
        let path = match input.kind {
            InputKind::Remote => input.path.clone(),
            _ => relative(top, &input.path),
        };
        let kind = match input.kind {
            InputKind::File => "file",
            InputKind::Directory => "directory",
            InputKind::Missing => "missing",
            InputKind::Remote => "remote",
        };
        Entry { path: path.to_string_lossy().into_owned(), kind }
    };
    Listed { target: target.to_owned(), inputs: inputs.iter().map(entry).collect() }
}
