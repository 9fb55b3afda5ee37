//! `redisops slots lint`.

use std::path::Path;

use crate::cli::args::{Format, LintArgs};
use crate::cli::document::document;
use crate::cli::exit::Exit;
use crate::cli::runtime::block_on;
use crate::cli::slots::{Context, Live, ModelFile, ScriptFiles, live, read_model, read_text, warn_of_unreachable};
use crate::diagnostics::{Diagnostic, Diagnostics, Severity, arrange};
use crate::live::redis::{NodeError, SampleOptions};
use crate::slots::NodeId;
use crate::slots::lint::{Judged, KeySample, Report, check, check_keys, check_script};

/// Rows of a table that people read; JSON has all.
const ROWS: usize = 50;

/// Checks a key model, a script, or the keys of a live cluster.
///
/// # Errors
/// When the model or the cluster cannot be read.
pub fn run(arguments: &LintArgs, cx: &Context<'_>) -> Result<Exit, Diagnostics> {
    let path = Path::new(&arguments.target);
    let report = if path.exists() && !path.is_dir() {
        of_file(path, arguments, cx)?
    } else if looks_like_file(&arguments.target) {
        return Err(no_file(&arguments.target).into());
    } else {
        of_cluster(arguments, cx)?
    };
    let text = match arguments.output {
        Format::Json => document("ValidationReport", &report.document(cx.sources)),
        Format::Human => report.text(cx.sources, cx.printer.result_style(), ROWS),
    };
    cx.printer.print(text)?;
    Ok(if report.has_errors() { Exit::No } else { Exit::Done })
}

fn of_file(path: &Path, arguments: &LintArgs, cx: &Context<'_>) -> Result<Report, Diagnostics> {
    if arguments.model.is_some() {
        let found = Diagnostic::error("redisops::cli::usage", "`--model` is for the keys of a live cluster");
        return Err(found.help("name a node, HOST:PORT, instead of the file; or leave `--model` out").into());
    }
    if path.extension().is_some_and(|extension| extension == "lua") {
        return Ok(check_script(&read_text(path, cx.sources)?, cx.sources));
    }
    let file = read_model(path, cx.sources)?;
    check(&file.model, &file.source, &ScriptFiles::beside(path, cx.sources), cx.sources)
}

fn of_cluster(arguments: &LintArgs, cx: &Context<'_>) -> Result<Report, Diagnostics> {
    let model = arguments.model.as_deref().map(|path| read_model(path, cx.sources)).transpose()?;
    let live = live(&arguments.target, &arguments.access, cx)?;
    let options = SampleOptions { keys: arguments.sample as usize, on_masters: arguments.on_masters };
    let sample = block_on(take(&live, options, cx))??;
    let judged = Judged {
        tag_share: arguments.tag_share,
        big_key: arguments.big_key,
        model: model.as_ref().map(|ModelFile { model, source }| (model, &**source)),
    };
    let mut report = check_keys(&sample, &judged);
    report.silence(cx.sources);
    Ok(report)
}

async fn take(live: &Live, options: SampleOptions, cx: &Context<'_>) -> Result<KeySample, Diagnostics> {
    let cluster = live.connect().await?;
    warn_of_unreachable(&cluster, cx);
    let state = cluster.state().await;
    let (sample, errors) = cluster.sample(&state, options).await;
    let nobody = sample.asked == (0, 0) && !errors.is_empty();
    let told = errors.iter().map(|error| missing(error, nobody)).collect();
    if nobody {
        return Err(Diagnostics(told));
    }
    cx.printer.diagnostics(&arrange(told, cx.sources), cx.sources);
    Ok(sample)
}

/// What is not known of the keys of a master.
fn missing((master, error): &(NodeId, NodeError), fatal: bool) -> Diagnostic {
    let mut found = error.diagnostic();
    found.severity = if fatal { Severity::Error } else { Severity::Warning };
    found.note(format!("the keys of master {} were not all looked at", master.short()))
}

/// Whether a word is meant as a file: addresses and environments have no such endings.
fn looks_like_file(word: &str) -> bool {
    [".yaml", ".yml", ".json", ".lua"].iter().any(|ending| word.ends_with(ending))
}

fn no_file(word: &str) -> Diagnostic {
    Diagnostic::error("redisops::load::not_found", format!("there is no file `{word}`"))
        .help("name a key model or a script that exists, or a node of a live cluster as HOST:PORT")
}
