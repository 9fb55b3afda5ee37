//! `redisops lab up`.

use std::env;
use std::path::Path;

use tokio::signal::unix::{SignalKind, signal};

use crate::cli::args::{Format, UpArgs};
use crate::cli::document::document;
use crate::cli::lab::layout;
use crate::cli::printer::Printer;
use crate::cli::runtime::block_on;
use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::lab::{Lab, Load, Reach, ServerProgram, Spec, obstacle};

/// Starts a lab.
///
/// # Errors
/// When the arguments do not fit together, or anything does not come up. Nothing is left running then.
pub fn run(arguments: &UpArgs, printer: &Printer) -> Result<(), Diagnostics> {
    let spec = spec(arguments, printer)?;
    block_on(async {
        let lab = started(&spec).await?;
        let text = match arguments.output {
            Format::Json => document("LabStatus", &lab.status().await),
            Format::Human => said(&lab),
        };
        let dir = arguments.folder.dir.display();
        printer.note(&format!(
            "{} servers of {} {} run; `redisops lab down --dir {dir}` ends them",
            lab.nodes().len(),
            lab.server().product,
            lab.server().version
        ));
        printer.print(text).map_err(Diagnostics::from)
    })?
}

/// The address of a node, and the map where there is one.
fn said(lab: &Lab) -> String {
    let map: Vec<String> = lab.map().iter().map(|rule| format!("--map {rule}")).collect();
    let mut text = format!("{}\n", lab.seed());
    if !map.is_empty() {
        text.push_str(&format!("{}\n", map.join(" ")));
    }
    text
}

fn spec(arguments: &UpArgs, printer: &Printer) -> Result<Spec, Diagnostics> {
    let layout = layout(arguments.layout)?;
    let server = server(arguments.server.as_deref())?;
    let mut spec = Spec::local(arguments.folder.dir.clone(), layout, arguments.layout.base_port, server)?;
    spec.config = arguments.config.iter().map(|line| config_line(line)).collect::<Result<_, _>>()?;
    spec.load = (arguments.keys > 0).then_some(Load { keys: arguments.keys, value_size: arguments.value_size });
    if let Some(network) = arguments.announce {
        spec.reach = match obstacle() {
            None => Reach::Namespace { network, redisops: this_program()? },
            Some(why) => {
                printer.note(&format!(
                    "no network namespace here ({why}): nodes announce host names instead of addresses"
                ));
                Reach::Names
            }
        };
    }
    Ok(spec)
}

fn server(program: Option<&Path>) -> Result<ServerProgram, Diagnostic> {
    match program {
        Some(program) => ServerProgram::find(program),
        None => ServerProgram::find(Path::new("redis-server"))
            .or_else(|redis| ServerProgram::find(Path::new("valkey-server")).map_err(|_| redis)),
    }
}

fn config_line(line: &str) -> Result<(String, String), Diagnostic> {
    match line.trim().split_once(char::is_whitespace) {
        Some((name, value)) if !line.contains(['\n', '\r']) => Ok((name.to_owned(), value.trim().to_owned())),
        _ => Err(Diagnostic::error("redisops::lab::config", format!("`{line}` is no line of a configuration"))
            .help("write a name and a value, as in `--config 'maxmemory 100mb'`")),
    }
}

fn this_program() -> Result<std::path::PathBuf, Diagnostic> {
    env::current_exe().map_err(|error| {
        Diagnostic::error("redisops::lab::announce", format!("the path of this program is not known: {error}"))
    })
}

/// The lab, or, when a signal comes first, nothing of it.
async fn started(spec: &Spec) -> Result<Lab, Diagnostic> {
    let no = |error: std::io::Error| {
        Diagnostic::error("redisops::lab::signal", format!("signals cannot be caught: {error}"))
    };
    let (mut interrupt, mut terminate) =
        (signal(SignalKind::interrupt()).map_err(no)?, signal(SignalKind::terminate()).map_err(no)?);
    tokio::select! {
        lab = Lab::start(spec) => lab,
        _ = interrupt.recv() => Err(given_up()),
        _ = terminate.recv() => Err(given_up()),
    }
}

fn given_up() -> Diagnostic {
    Diagnostic::error("redisops::lab::interrupted", "the lab was given up before it was whole; its servers have ended")
}
