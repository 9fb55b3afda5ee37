//! `redisops init`.

use std::io::{self, IsTerminal};

use crate::cli::args::InitArgs;
use crate::cli::exit::Exit;
use crate::cli::init::{NewFile, from_values, named, systems, write};
use crate::cli::printer::{Printer, to_stderr};
use crate::diagnostics::{Diagnostic, Diagnostics, Sources, arrange};

/// Writes a repository.
pub fn run(arguments: &InitArgs, printer: &Printer) -> Exit {
    let sources = Sources::new();
    match begin(arguments, &sources, printer) {
        Ok(()) => Exit::Done,
        Err(found) => {
            printer.diagnostics(&arrange(found.0, &sources), &sources);
            Exit::CouldNot
        }
    }
}

fn begin(arguments: &InitArgs, sources: &Sources, printer: &Printer) -> Result<(), Diagnostics> {
    let files = files(arguments, sources, printer)?;
    let list: String =
        files.iter().map(|file| format!("{}\n", arguments.directory.join(&file.path).display())).collect();
    if !arguments.dry_run {
        write(&arguments.directory, &files)?;
    }
    printer.print(list)?;
    if !arguments.dry_run {
        printer.note(&format!("try `redisops env list` in {}", arguments.directory.display()));
    }
    Ok(())
}

fn files(arguments: &InitArgs, sources: &Sources, printer: &Printer) -> Result<Vec<NewFile>, Diagnostics> {
    if let Some(values) = &arguments.from_values {
        let (files, left) = from_values(values, &arguments.release, &arguments.environment, sources)?;
        if !left.is_empty() {
            printer.note(&format!("these values have no counterpart:\n{left}"));
        }
        return Ok(files);
    }
    let system = match &arguments.system {
        Some(system) => system.clone(),
        None => asked(printer)?,
    };
    Ok(named(&system, arguments.repo_url.as_deref())?)
}

/// Asks whoever sits at the terminal which system is meant.
fn asked(printer: &Printer) -> Result<String, Diagnostic> {
    let all = systems();
    let names: Vec<&str> = all.iter().map(|system| system.name.as_str()).collect();
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        return Err(Diagnostic::error("redisops::init::which", "which system?")
            .help(format!("name one with --system: {}", names.join(", "))));
    }
    for (number, system) in all.iter().enumerate() {
        printer.report(&format!("{:3}  {:16} {}\n", number + 1, system.name, system.title));
    }
    let mut answer = String::new();
    let asked = to_stderr("which system? ").and_then(|()| io::stdin().read_line(&mut answer));
    let answer = answer.trim();
    let by_number = answer.parse::<usize>().ok().and_then(|n| all.get(n.checked_sub(1)?));
    match (asked, by_number) {
        (Ok(_), Some(system)) => Ok(system.name.clone()),
        (Ok(_), None) if !answer.is_empty() => Ok(answer.to_owned()),
        _ => Err(Diagnostic::error("redisops::init::which", "no system was named")),
    }
}
