//! `redisops explain`.

use std::path::{Path, PathBuf};

use crate::cli::args::{ExplainArgs, Format};
use crate::cli::document::document;
use crate::cli::exit::Exit;
use crate::cli::printer::Printer;
use crate::cli::render::{Rendered, State, render};
use crate::cli::settings::RenderSettings;
use crate::diagnostics::{Diagnostics, Sources, arrange};
use crate::provenance::{self, Blame, Explanation, OriginEntry, Places};
use crate::source::{Blamer, LineBlame};

/// Says where a field of a rendered object has come from.
pub fn run(arguments: ExplainArgs, printer: &Printer) -> Exit {
    let settings = RenderSettings::resolve(arguments.render);
    let revision = arguments.rev.as_deref();
    let told = |found: Diagnostics, sources: &Sources, exit: Exit| {
        printer.diagnostics(&arrange(found.0, sources), sources);
        exit
    };
    let state = match revision {
        None => Ok(State::worktree()),
        Some(revision) => State::revision(Path::new(&arguments.path), revision),
    };
    let state = match state {
        Ok(state) => state,
        Err(error) => return told(error.into(), &Sources::new(), Exit::CouldNot),
    };
    let mut rendered = match render(&arguments.path, &state, &settings) {
        Ok(rendered) => rendered,
        Err((sources, found)) => return told(found, &sources, Exit::CouldNot),
    };
    if let Some(note) = &rendered.note {
        printer.note(note);
    }
    // What `build` and `validate` warn of would only hide the answer.
    let warnings = std::mem::take(&mut rendered.warnings);
    if printer.is_verbose() {
        printer.diagnostics(&arrange(warnings, &rendered.sources), &rendered.sources);
    }
    let (resource, path) = match provenance::find(&arguments.subject, &rendered.objects) {
        Ok(found) => found,
        Err(error) => {
            let exit = if error.code == provenance::MALFORMED { Exit::CouldNot } else { Exit::No };
            return told(error.into(), &rendered.sources, exit);
        }
    };
    let name = |shown: &str| rendered.names.name(shown);
    let places = Places { sources: &rendered.sources, trace: &rendered.trace, name: &name };
    let mut explanation = match Explanation::of(resource, &path, &places) {
        Ok(explanation) => explanation,
        Err(error) => return told(error.into(), &rendered.sources, Exit::No),
    };
    if arguments.blame {
        blame(&mut explanation, &rendered, revision, printer);
    }
    let text = match arguments.output {
        Format::Json => Ok(document("Explanation", &explanation)),
        Format::Human if explanation.fields.is_empty() => Ok(explanation.history_text(printer.result_style())),
        Format::Human => explanation.margin_text(&resource.node, printer.result_style()),
    };
    let printed = text.and_then(|text| printer.print(text).map_err(Diagnostics::from));
    let exit = match printed {
        Ok(()) => Exit::Done,
        Err(found) => told(found, &rendered.sources, Exit::CouldNot),
    };
    // Taking millions of small values apart is not worth the time when the process is about to end.
    std::mem::forget(rendered);
    exit
}

/// Says of each line who wrote it. Where nobody can say, that is told once.
fn blame(explanation: &mut Explanation, rendered: &Rendered, revision: Option<&str>, printer: &Printer) {
    let mut blamer = match revision {
        Some(revision) => Blamer::new(None).at_revision(revision),
        None => Blamer::new(None),
    };
    let path = |origin: &OriginEntry| Some(rendered.names.root().join(origin.file.as_ref()?));
    let all: Vec<PathBuf> = explanation.fields.iter().filter_map(|field| path(&field.origin)).collect();
    blamer.prepare(all.iter().map(PathBuf::as_path));
    let mut told: Vec<String> = Vec::new();
    let mut of = |origin: &OriginEntry| -> Option<Blame> {
        match blamer.line(&path(origin)?, origin.line?) {
            Ok(line) => Some(entry(line)),
            Err(why) => {
                if !told.contains(&why) {
                    printer.note(&why);
                    told.push(why);
                }
                None
            }
        }
    };
    explanation.blame = of(&explanation.origin);
    for field in &mut explanation.fields {
        field.blame = of(&field.origin);
    }
}

fn entry(line: LineBlame) -> Blame {
    match line {
        LineBlame::Commit(commit) => Blame {
            commit: Some(commit.id),
            author: Some(commit.author),
            time: Some(commit.time),
            summary: Some(commit.summary),
            uncommitted: false,
            shallow: commit.shallow,
        },
        LineBlame::Uncommitted => {
            Blame { commit: None, author: None, time: None, summary: None, uncommitted: true, shallow: false }
        }
    }
}
