//! `redisops redis`.

use std::time::Duration;

use serde::Serialize;

use crate::cli::args::{Format, NodesArgs, RedisCommand};
use crate::cli::document::document;
use crate::cli::exit::Exit;
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
    let NodesArgs { environment: word, once, interval, output, render: arguments } = arguments;
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
    let secret = |_: &str, _: &str, _: &str| None;
    let options = nodes::Options { process: environment, secret: &secret };
    let found = state.access(&word, &settings).map_err(Diagnostics::from);
    let found = found.and_then(|files| nodes::databases(&word, &files, &rendered, &options));
    let databases = match found.and_then(|found| found.ok_or_else(|| nodes::no_environment(&word).into())) {
        Ok(databases) => databases,
        Err(found) => return told(&rendered.sources, found),
    };
    databases.unreached.iter().for_each(|wanted| printer.note(&nodes::not_reached(wanted)));
    let is_short = databases.wrong.has_errors();
    printer.diagnostics(&arrange(databases.wrong.0.clone(), &rendered.sources), &rendered.sources);
    let name = word.strip_prefix(crate::cli::target::NAME_PREFIX).unwrap_or(&word);
    loop {
        let all: Vec<DatabaseStatus> = match nodes::compare(&databases) {
            Ok(examined) => examined.into_iter().map(|one| one.status).collect(),
            Err(found) => return told(&rendered.sources, found),
        };
        let text = match output {
            Format::Json => document("RedisStatus", &RedisStatus { environment: name, redis: &all }),
            Format::Human => nodes::table(&all, printer.result_style()),
        };
        let text = if renews { format!("{CLEAR}{text}") } else { text };
        if let Err(found) = printer.print(text) {
            return told(&rendered.sources, found.into());
        }
        let silent = all.iter().any(|one| {
            one.nodes.iter().any(|node| node.error.is_some()) || one.sentinels.iter().any(|it| it.error.is_some())
        });
        let exit = if silent || is_short { Exit::CouldNot } else { Exit::Done };
        if !renews || ended_within(Duration::from_secs(interval)) {
            return exit;
        }
    }
}

/// Waits; whether Ctrl-C was pressed meanwhile.
fn ended_within(pause: Duration) -> bool {
    block_on(async {
        tokio::select! {
            _ = tokio::signal::ctrl_c() => true,
            () = tokio::time::sleep(pause) => false,
        }
    })
    .unwrap_or(true)
}
