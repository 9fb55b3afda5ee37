//! `redisops secrets`.

mod inject;
mod list;

use crate::cli::args::SecretsCommand;
use crate::cli::exit::Exit;
use crate::cli::printer::Printer;

/// Fills or lists placeholders.
pub fn run(command: SecretsCommand, printer: &Printer) -> Exit {
    match command {
        SecretsCommand::Inject(arguments) => inject::run(&arguments, printer),
        SecretsCommand::List(arguments) => list::run(*arguments, printer),
    }
}
