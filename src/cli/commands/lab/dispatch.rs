//! From the arguments of `lab` to its commands.

use crate::cli::args::LabCommand;
use crate::cli::exit::Exit;
use crate::cli::printer::Printer;
use crate::diagnostics::{Sources, arrange};

use super::{compose, down, forward, node, status, up};

/// Runs a command; what it could not do is told on stderr.
pub fn run(command: LabCommand, printer: &Printer) -> Exit {
    let done = match command {
        LabCommand::Up(arguments) => up::run(&arguments, printer),
        LabCommand::Status(arguments) => status::run(&arguments, printer),
        LabCommand::Down(arguments) => down::run(&arguments, printer),
        LabCommand::Kill(arguments) => node::kill(&arguments, printer),
        LabCommand::Start(arguments) => node::start(&arguments, printer),
        LabCommand::Compose(arguments) => compose::run(&arguments, printer),
        LabCommand::Forward(arguments) => forward::run(&arguments),
    };
    match done {
        Ok(()) => Exit::Done,
        Err(found) => {
            let sources = Sources::new();
            printer.diagnostics(&arrange(found.0, &sources), &sources);
            Exit::CouldNot
        }
    }
}
