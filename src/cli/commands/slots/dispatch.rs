//! From the arguments of `slots` to its commands.

use crate::cli::args::SlotsCommand;
use crate::cli::exit::Exit;
use crate::cli::printer::Printer;
use crate::cli::settings::Environment;
use crate::cli::slots::Context;
use crate::diagnostics::{Sources, arrange};

use super::{check, fix, key, lint, migrate, plan, show, state};

/// Runs a command; what it could not do is told on stderr.
pub fn run(command: SlotsCommand, environment: &Environment, printer: &Printer) -> Exit {
    let sources = Sources::new();
    let cx = Context { printer, environment, sources: &sources };
    let done = match command {
        SlotsCommand::Plan(arguments) => plan::run(&arguments, &cx),
        SlotsCommand::State(arguments) => state::run(&arguments, &cx),
        SlotsCommand::Migrate(arguments) => migrate::run(&arguments, &cx),
        SlotsCommand::Show(arguments) => show::run(&arguments, &cx),
        SlotsCommand::Key(arguments) => key::run(&arguments, &cx),
        SlotsCommand::Lint(arguments) => lint::run(&arguments, &cx),
        SlotsCommand::Check(arguments) => check::run(&arguments, &cx),
        SlotsCommand::Fix(arguments) => fix::run(&arguments, &cx),
    };
    done.unwrap_or_else(|found| {
        printer.diagnostics(&arrange(found.0, &sources), &sources);
        Exit::CouldNot
    })
}
