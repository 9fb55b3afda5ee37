//! `redisops redis`.

use std::time::Duration;

use serde::Serialize;

use crate::cli::args::{Format, NodesArgs, RedisCommand};
use crate::cli::document::document;
use crate::cli::exit::Exit;
use crate::cli::live::Where;
use crate::cli::nodes;
use crate::cli::printer::Printer;
use crate::cli::render::{State, render};
use crate::cli::runtime::block_on;
use crate::cli::settings::{Environment, RenderSettings};
use crate::diagnostics::{Diagnostics, Sources, arrange};
use crate::drift::nodes::DatabaseStatus;

/// Moves to the upper left and clears what stands there.
const CLEAR: &str = "\x1b[H\x1b[2J";

/// Runs a command about Redis nodes.
pub fn run(command: RedisCommand, environment: &Environment, printer: &Printer) -> Exit {
    let RedisCommand::Status(arguments) = command;
    status(*arguments, environment, printer)
}

/// The document.
#[derive(Serialize)]
struct RedisStatus<'s> {
    environment: &'s str,
    redis: &'s [DatabaseStatus],
}

fn status(arguments: NodesArgs, environment: &Environment, printer: &Printer) -> Exit {
    let NodesArgs { environment: word, once, interval, output, cluster, render: arguments } = arguments;
    let settings = RenderSettings::resolve(arguments);
    let renews = environment.stdout.terminal && !once && output == Format::Human;
    let told = |sources: &Sources, found: Diagnostics| {
        printer.diagnostics(&arrange(found.0, sources), sources);
        Exit::CouldNot
    };
    let state = State::worktree();
    let rendered = match render(&word, &state, &settings) {
        Ok(rendered) => rendered,
        Err((sources, found)) => return told(&sources, found),
    };
    let named = Where { kubeconfig: cluster.kubeconfig, context: cluster.context };
    let options = nodes::Options { process: environment, named: &named, asks_pods: false, server: None };
    let found = nodes::databases(&word, &rendered, &settings, &options);
    let mut databases = match found.and_then(|found| found.ok_or_else(|| nodes::no_environment(&word).into())) {
        Ok(databases) => databases,
        Err(found) => return told(&rendered.sources, found),
    };
    let is_short = databases.wrong.has_errors();
    let wrong = std::mem::take(&mut databases.wrong);
    printer.diagnostics(&arrange(wrong.0, &rendered.sources), &rendered.sources);
    let name = word.strip_prefix(crate::cli::target::NAME_PREFIX).unwrap_or(&word);
    let show = |all: &[DatabaseStatus]| {
        let text = match output {
            Format::Json => document("RedisStatus", &RedisStatus { environment: name, redis: all }),
            Format::Human => nodes::table(all, printer.result_style()),
        };
        printer.print(if renews { format!("{CLEAR}{text}") } else { text })
    };
    // One runtime for all looks: ways through an API server belong to it.
    let looks = block_on(async {
        let mut is_first = true;
        loop {
            let examined = nodes::examined(&databases).await;
            let (told, notes) = nodes::sift(&databases, examined, false);
            let all: Vec<DatabaseStatus> = told.into_iter().map(|(_, one)| one.status).collect();
            notes.iter().filter(|_| is_first).for_each(|note| printer.note(note));
            is_first = false;
            show(&all)?;
            let silent = all.iter().any(|one| {
                one.nodes.iter().any(|node| node.error.is_some()) || one.sentinels.iter().any(|it| it.error.is_some())
            });
            let exit = if silent || is_short { Exit::CouldNot } else { Exit::Done };
            if !renews || ended_within(Duration::from_secs(interval)).await {
                return Ok::<Exit, Diagnostics>(exit);
            }
        }
    });
    looks.flatten().unwrap_or_else(|found| told(&rendered.sources, found))
}

/// Waits; whether Ctrl-C was pressed meanwhile.
async fn ended_within(pause: Duration) -> bool {
    tokio::select! {
        _ = tokio::signal::ctrl_c() => true,
        () = tokio::time::sleep(pause) => false,
    }
}
