//! `redisops argocd`: the commands of the config management plugin.

use std::path::Path;

use clap::Parser;

use crate::cli::argocd::{Parameters, announcement, build_arguments};
use crate::cli::args::{ArgocdCommand, Cli, Command};
use crate::cli::exit::Exit;
use crate::cli::printer::Printer;
use crate::cli::settings::BuildSettings;
use crate::diagnostics::{Diagnostic, Sources};
use crate::environment;
use crate::source::{Disk, KUSTOMIZATION_NAMES};

use super::build;

/// Answers Argo CD.
pub fn run(command: ArgocdCommand, printer: &Printer) -> Exit {
    let variable = |name: &str| std::env::var(name).ok();
    let result = match command {
        ArgocdCommand::Generate => match arguments(&variable) {
            Ok(arguments) => return build::run(&arguments, printer),
            Err(error) => Err(error),
        },
        ArgocdCommand::Parameters => printer.print(announcement(&environments())),
        ArgocdCommand::Discover(arguments) => {
            discovered(Path::new(&arguments.directory), &variable).and_then(|found| printer.print(found))
        }
    };
    match result {
        Ok(()) => Exit::Done,
        Err(error) => {
            printer.diagnostics(&[error], &Sources::new());
            Exit::CouldNot
        }
    }
}

fn arguments(variable: &dyn Fn(&str) -> Option<String>) -> Result<BuildSettings, Diagnostic> {
    let parameters = Parameters::of(variable)?;
    let line = build_arguments(&parameters, variable);
    match Cli::try_parse_from(&line).map(|cli| cli.command) {
        Ok(Command::Build(build)) => Ok(BuildSettings::resolve(*build)),
        Ok(_) => Err(no_build()),
        Err(error) => Err(no_build().note(error.to_string().trim().to_owned())),
    }
}

fn no_build() -> Diagnostic {
    Diagnostic::error("redisops::argocd::arguments", "the parameters make no build")
}

fn environments() -> Vec<String> {
    let from = std::env::current_dir().unwrap_or_default();
    environment::names(&Disk::at(&from), &from)
}

/// The file that makes a directory one to render; nothing where there is none.
fn discovered(directory: &Path, variable: &dyn Fn(&str) -> Option<String>) -> Result<String, Diagnostic> {
    let kustomization = KUSTOMIZATION_NAMES.into_iter().map(|name| directory.join(name)).find(|path| path.is_file());
    let named = Parameters::of(variable)?.environment.and_then(|name| {
        let from = std::env::current_dir().unwrap_or_default().join(directory);
        environment::find(&Disk::at(&from), &from, &name).map(|place| place.file)
    });
    Ok(kustomization.or(named).map(|path| format!("{}\n", path.display())).unwrap_or_default())
}
