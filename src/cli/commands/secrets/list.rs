//! `redisops secrets list`.

use comfy_table::{Table, TableStyle};
use serde::Serialize;

use crate::cli::args::{Format, SecretsListArgs};
use crate::cli::document::document;
use crate::cli::exit::Exit;
use crate::cli::printer::Printer;
use crate::cli::secrets::{Opened, open, variables};
use crate::cli::settings::RenderSettings;
use crate::cli::target::{self, Access};
use crate::diagnostics::{Diagnostic, Diagnostics, Sources, arrange};
use crate::kustomize::{self, Context};
use crate::secrets::{self, Listed, NO_STORE, Texts};
use crate::source::{FileNames, SystemTools};
use crate::yaml::{Node, Trace};

/// The members of a `SecretList`.
#[derive(Serialize)]
struct SecretList {
    secrets: Vec<Listed>,
}

/// Prints what is referenced where.
pub fn run(arguments: SecretsListArgs, printer: &Printer) -> Exit {
    let (sources, trace) = (Sources::new(), Trace::new());
    let format = arguments.output;
    let (found, wrong) = match find(arguments, &sources, &trace, printer) {
        Ok(found) => found,
        Err(wrong) => {
            printer.diagnostics(&arrange(wrong.0, &sources), &sources);
            return Exit::CouldNot;
        }
    };
    let text = match format {
        Format::Json => document("SecretList", &SecretList { secrets: found }),
        Format::Human => table(&found),
    };
    if let Err(error) = printer.print(text) {
        printer.diagnostics(&[error], &sources);
        return Exit::CouldNot;
    }
    let failed = wrong.has_errors();
    printer.diagnostics(&arrange(wrong.0, &sources), &sources);
    if failed { Exit::CouldNot } else { Exit::Done }
}

fn find(
    arguments: SecretsListArgs,
    sources: &Sources,
    trace: &Trace,
    printer: &Printer,
) -> Result<(Vec<Listed>, Diagnostics), Diagnostics> {
    let settings = RenderSettings::resolve(arguments.render);
    let access = Access::of_process(&arguments.path, settings.offline, settings.restriction)?;
    let cx = Context::new(sources, trace);
    let target = target::open(&arguments.path, &access, sources, trace)?;
    if let Some(note) = &target.note {
        printer.note(note);
    }
    let names = FileNames::new(target.loader.root(), &access.from);
    let root = names.root().to_owned();
    let environment = target.environment;
    let objects = kustomize::build(target.loader, &settings.options, &cx, &SystemTools::new())?;
    let variables = variables(&arguments.store, environment.as_ref().map(|it| (it, root.as_path())), trace)?;
    let directory = if environment.is_some() { root } else { access.from.clone() };
    let (opened, mut wrong) = match open(&variables, directory) {
        Ok(opened) => (Some(opened), Diagnostics::new()),
        Err(error) if error.code == NO_STORE => (None, unasked().into()),
        Err(error) => (None, error.into()),
    };
    let nodes: Vec<&Node> = objects.iter().map(|object| &object.node).collect();
    let store = opened.as_ref().map(|it: &Opened| &*it.store);
    let allowed = opened.as_ref().and_then(|it| it.allowed.as_ref());
    let name = |shown: &str| names.name(shown);
    let read = |shown: &str| std::fs::read_to_string(access.from.join(shown)).ok();
    let (listed, failures) = secrets::list(&nodes, store, allowed, Texts { sources, trace }, &name, &read);
    wrong.extend(failures);
    Ok((listed, wrong))
}

/// Without a store there is a list all the same.
fn unasked() -> Diagnostic {
    Diagnostic::warning(NO_STORE, "no secret store is named, so that nothing was looked up")
        .help("set AVP_TYPE and the variables of that store, or name an environment that has `secrets`")
}

fn table(found: &[Listed]) -> String {
    let mut table = Table::new();
    table.load_style(TableStyle::new()).set_header(["PATH", "KEY", "WHERE", "EXISTS", "VERSION", "WRITTEN"]);
    for one in found {
        let place = match (&one.file, one.line) {
            (Some(file), Some(line)) => format!("{file}:{line}"),
            _ => "-".to_owned(),
        };
        let exists = match one.exists {
            Some(true) => "yes",
            Some(false) => "no",
            None => "?",
        };
        let or_none = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
        table.add_row([
            one.path.clone(),
            one.key.clone(),
            place,
            exists.to_owned(),
            or_none(&one.version),
            or_none(&one.created),
        ]);
    }
    let text = table.to_string();
    text.lines().map(|line| format!("{}\n", line.trim_end())).collect()
}
