//! The command line: arguments, settings, output, exit codes. The only part that knows clap, terminals and stdout.

mod apply;
mod argocd;
mod args;
mod cluster;
mod commands;
mod configuration;
mod confirm;
mod diff;
mod document;
mod exit;
mod init;
#[cfg(target_os = "linux")]
mod lab;
mod live;
mod narrowing;
mod nodes;
mod output;
mod printer;
mod recorder;
mod render;
mod rewrite;
mod runtime;
mod scale;
mod schemas;
mod secrets;
mod settings;
mod signals;
mod slots;
mod stats;
mod target;
mod validation;

use std::ffi::OsString;

use clap::Parser;

pub use exit::Exit;

use args::{Cli, Command};
use printer::Printer;
use settings::{AffectedSettings, BuildSettings, Environment, GlobalSettings};

/// Runs a command line, the name of the program first.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> Exit {
    recorder::start();
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => return usage(&error),
    };
    let environment = Environment::of_process();
    let printer = Printer::new(GlobalSettings::resolve(&cli.global, &environment));
    match cli.command {
        Command::Build(arguments) => commands::build::run(&BuildSettings::resolve(*arguments), &printer),
        Command::Schema(command) => commands::schema::run(command, &printer),
        Command::Validate(arguments) => commands::validate::run(*arguments, &environment, &printer),
        Command::Diff(arguments) => commands::diff::run(*arguments, &environment, &printer),
        Command::Plan(arguments) => commands::plan::run(*arguments, &printer),
        Command::Apply(arguments) => commands::apply::run(*arguments, &environment, &printer),
        Command::Delete(arguments) => commands::delete::run(*arguments, &environment, &printer),
        Command::Explain(arguments) => commands::explain::run(*arguments, &printer),
        Command::Init(arguments) => commands::init::run(&arguments, &printer),
        Command::Argocd(command) => commands::argocd::run(command, &printer),
        Command::Completion(arguments) => commands::completion::completion(&arguments, &printer),
        Command::Man(arguments) => commands::completion::man(&arguments, &printer),
        Command::Edit(command) => commands::edit::run(command, &printer),
        Command::Scale(arguments) => commands::scale::run(*arguments, &printer),
        Command::Affected(arguments) => {
            commands::affected::run(&AffectedSettings::resolve(*arguments, &environment), &printer)
        }
        #[cfg(target_os = "linux")]
        Command::Lab(command) => commands::lab::run(command, &printer),
        Command::Cluster(command) => commands::cluster::run(command, &environment, &printer),
        Command::Secrets(command) => commands::secrets::run(command, &printer),
        Command::Redis(command) => commands::redis::run(command, &environment, &printer),
        Command::Env(command) => commands::env::run(command, &printer),
        Command::Slots(command) => commands::slots::run(command, &environment, &printer),
    }
}

/// Help and version are results; everything else is a mistake in the command line.
fn usage(error: &clap::Error) -> Exit {
    let stream = if error.use_stderr() { recorder::Stream::Err } else { recorder::Stream::Out };
    recorder::record(stream, error.to_string().as_bytes());
    // A closed pipe is no reason to complain.
    let _ = error.print();
    if error.use_stderr() { Exit::CouldNot } else { Exit::Done }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::args::Cli;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
