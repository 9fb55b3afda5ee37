//! `redisops env`.

use comfy_table::{Table, TableStyle};
use serde::Serialize;

use crate::cli::args::{EnvCommand, EnvListArgs, Format};
use crate::cli::document::document;
use crate::cli::exit::Exit;
use crate::cli::printer::Printer;
use crate::cli::target::{self, Access};
use crate::diagnostics::{Diagnostics, Sources, arrange};
use crate::environment::{self, Listed, side_by_side};
use crate::source::{FileNames, LoadRestriction};
use crate::yaml::Trace;

/// Answers about environments.
pub fn run(command: EnvCommand, printer: &Printer) -> Exit {
    let EnvCommand::List(arguments) = command;
    let sources = Sources::new();
    let (listed, found) = match list(&sources) {
        Ok(done) => done,
        Err(found) => (Vec::new(), found),
    };
    let failed = found.has_errors();
    printer.diagnostics(&arrange(found.0, &sources), &sources);
    if listed.is_empty() && !failed {
        printer
            .note(&format!("no directory from here to the root of the repository has `{}/`", environment::DIRECTORY));
    }
    match printer.print(text(&arguments, listed)) {
        Ok(()) if failed => Exit::CouldNot,
        Ok(()) => Exit::Done,
        Err(error) => {
            printer.diagnostics(&[error], &sources);
            Exit::CouldNot
        }
    }
}

/// All environments, and what is wrong with some.
fn list(sources: &Sources) -> Result<(Vec<Listed>, Diagnostics), Diagnostics> {
    let trace = Trace::new();
    let access = Access::of_process(".", true, LoadRestriction::RootOnly)?;
    let names = FileNames::new(&access.from, &access.from);
    let mut found = Diagnostics::new();
    let mut listed = Vec::new();
    let mut all = environment::names(&*access.files, &access.from);
    all.sort();
    for name in &all {
        let place = environment::find(&*access.files, &access.from, name);
        let file = place.map_or(String::new(), |place| names.name(&access.files.display(&place.file)));
        match target::environment(name, &access, sources, &trace) {
            Ok((environment, _)) => listed.push(Listed::of(name, file, &environment)),
            Err(wrong) => {
                let first = wrong.0.first().map_or(String::new(), |one| one.message.clone());
                listed.push(Listed::broken(name, file, first));
                found.extend(wrong);
            }
        }
    }
    Ok((listed, found))
}

/// The members of an `EnvironmentList`.
#[derive(Serialize)]
struct EnvironmentList {
    environments: Vec<Listed>,
    /// Paths of the settings that are not the same in all.
    differ: Vec<&'static str>,
}

fn text(arguments: &EnvListArgs, environments: Vec<Listed>) -> String {
    let compared = side_by_side(&environments);
    if arguments.output == Format::Json {
        let differ = if environments.len() > 1 { compared.columns } else { Vec::new() };
        return document("EnvironmentList", &EnvironmentList { environments, differ });
    }
    let whole: Vec<&Listed> = environments.iter().filter(|one| one.error.is_none()).collect();
    if whole.is_empty() {
        return String::new();
    }
    let mut table = Table::new();
    let title = |path: &&str| path.rsplit('.').next().unwrap_or(path).to_uppercase();
    let header: Vec<String> = std::iter::once("NAME".to_owned()).chain(compared.columns.iter().map(title)).collect();
    table.load_style(TableStyle::new()).set_header(header);
    for (one, row) in whole.iter().zip(compared.rows) {
        let shown = row.into_iter().map(|value| if value.is_empty() { "-".to_owned() } else { value });
        table.add_row(std::iter::once(one.name.clone()).chain(shown));
    }
    let mut out: String = table.lines().map(|line| format!("{}\n", line.trim_end())).collect();
    if !compared.same.is_empty() {
        out.push_str("\nthe same in all:\n");
        out.extend(compared.same.iter().map(|(path, value)| format!("  {path}: {value}\n")));
    }
    out
}
