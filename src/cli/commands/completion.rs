//! `redisops completion` and `redisops man`: made of the arguments themselves.

use clap::CommandFactory;

use crate::cli::args::{Cli, CompletionArgs, ManArgs};
use crate::cli::exit::Exit;
use crate::cli::output;
use crate::cli::printer::Printer;
use crate::diagnostics::{Diagnostic, Sources, did_you_mean};

/// Prints the script for a shell.
pub fn completion(arguments: &CompletionArgs, printer: &Printer) -> Exit {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut Cli::command(), "redisops", &mut script);
    ended(printer.print(String::from_utf8_lossy(&script).into_owned()), printer)
}

/// Prints a manual page, or writes all of them.
pub fn man(arguments: &ManArgs, printer: &Printer) -> Exit {
    let result = match &arguments.dir {
        Some(directory) => clap_mangen::generate_to(Cli::command(), directory)
            .map_err(|error| output::cannot_write(&format!("{}/", directory.display()), &error)),
        None => page(&arguments.command).and_then(|page| printer.print(page)),
    };
    ended(result, printer)
}

fn ended(result: Result<(), Diagnostic>, printer: &Printer) -> Exit {
    match result {
        Ok(()) => Exit::Done,
        Err(error) => {
            printer.diagnostics(&[error], &Sources::new());
            Exit::CouldNot
        }
    }
}

fn page(words: &[String]) -> Result<String, Diagnostic> {
    let mut command = Cli::command();
    command.build();
    let mut name = "redisops".to_owned();
    for word in words {
        let Some(found) = command.find_subcommand(word) else {
            let names: Vec<&str> = command.get_subcommands().map(clap::Command::get_name).collect();
            let near = did_you_mean(word, names.iter().copied()).map(|near| format!("did you mean `{near}`?"));
            return Err(
                Diagnostic::error("redisops::man::command", format!("`{name}` has no command `{word}`")).help_if(near)
            );
        };
        name = format!("{name}-{}", found.get_name());
        command = found.clone();
    }
    let mut page = Vec::new();
    // Names of commands live as long as the process does; this is one more.
    let name: &'static str = name.leak();
    clap_mangen::Man::new(command.name(name))
        .render(&mut page)
        .map_err(|error| output::cannot_write("stdout", &error))?;
    Ok(String::from_utf8_lossy(&page).into_owned())
}
