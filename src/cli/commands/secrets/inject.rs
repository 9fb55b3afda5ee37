//! `redisops secrets inject`.

use std::path::PathBuf;

use crate::cli::args::SecretsInjectArgs;
use crate::cli::exit::Exit;
use crate::cli::output;
use crate::cli::printer::Printer;
use crate::cli::secrets::{Opened, open, read, variables};
use crate::cli::target::{self, Access};
use crate::diagnostics::{Diagnostics, Sources, arrange};
use crate::secrets::{Texts, resolve};
use crate::source::LoadRestriction;
use crate::yaml::{Node, Trace};

/// Prints manifests with values, all or nothing.
pub fn run(arguments: &SecretsInjectArgs, printer: &Printer) -> Exit {
    let (sources, trace) = (Sources::new(), Trace::new());
    let done = filled(arguments, &sources, &trace)
        .and_then(|text| printer.result(&[text]).map_err(|error| output::cannot_write("stdout", &error).into()));
    match done {
        Ok(()) => Exit::Done,
        Err(found) => {
            printer.diagnostics(&arrange(found.0, &sources), &sources);
            Exit::CouldNot
        }
    }
}

fn filled(arguments: &SecretsInjectArgs, sources: &Sources, trace: &Trace) -> Result<String, Diagnostics> {
    let mut documents = read(&arguments.path, sources)?;
    let Opened { store, allowed } = store(arguments, sources, trace)?;
    let mut objects: Vec<&mut Node> = documents.iter_mut().collect();
    resolve(&mut objects, &*store, allowed.as_ref(), Texts { sources, trace }, &|_| None)?;
    output::terminated(documents.iter(), &|value| trace.pos(value.origin))
}

/// The store of an environment or of the variables.
fn store(arguments: &SecretsInjectArgs, sources: &Sources, trace: &Trace) -> Result<Opened, Diagnostics> {
    let Some(name) = &arguments.env else {
        let variables = variables(&arguments.store, None, trace)?;
        return Ok(open(&variables, PathBuf::new())?);
    };
    let access = Access::of_process(&arguments.path, false, LoadRestriction::RootOnly)?;
    let (environment, place) = target::environment(name, &access, sources, trace)?;
    let variables = variables(&arguments.store, Some((&environment, &place.root)), trace)?;
    Ok(open(&variables, place.root)?)
}
