//! What is told of objects that could not be compared.

use std::collections::BTreeMap;

use crate::cli::printer::Printer;
use crate::diagnostics::{Diagnostic, Sources};
use crate::drift::CompareError;
use crate::live::kubernetes::{ServerError, role_for};

use super::target::Told;

/// As reports carry it.
pub(super) fn compare_error(error: &ServerError) -> CompareError {
    CompareError {
        code: error.code.clone(),
        message: error.message.clone(),
        verb: Some(error.verb.to_owned()),
        resource: Some(error.resource.clone()).filter(|it| !it.is_empty()),
    }
}

/// The same for all objects, where the cluster is not reached at all.
pub(super) fn of_diagnostic(found: &Diagnostic) -> CompareError {
    let code = found.code.rsplit("::").next().unwrap_or(found.code);
    CompareError { code: code.to_owned(), message: found.message.clone(), verb: None, resource: None }
}

/// Tells each reason once, and the rights that would do.
pub(super) fn tell(errors: &[Told], printer: &Printer) {
    let mut reasons: BTreeMap<[&str; 5], Vec<&Told>> = BTreeMap::new();
    for told in errors {
        let error = &told.error;
        // What is wrong with an object is told of each; what is wrong with the way to the server, once.
        let own = if error.is_forbidden() || error.is_lost() || error.status == 401 { "" } else { &told.object };
        let namespace = error.namespace.as_deref().unwrap_or("");
        let key = [&error.code, error.verb, &error.resource, namespace, own];
        reasons.entry(key).or_default().push(told);
    }
    let found: Vec<Diagnostic> = reasons.values().map(|all| reason(all)).collect();
    printer.diagnostics(&found, &Sources::new());
    if let Some(role) = role_for(errors.iter().map(|told| &told.error)) {
        printer.report(&rights(&role));
    }
}

/// Says which rights would do.
pub(super) fn rights(role: &str) -> String {
    format!("these rights would do; bind them to the user of the context:\n\n{role}\n")
}

fn reason(all: &[&Told]) -> Diagnostic {
    let Told { error, object } = all[0];
    let place = error.namespace.as_ref().map_or(String::new(), |it| format!(" in namespace {it}"));
    let objects = match all.len() {
        1 => object.clone(),
        many => format!("{object} and {} more", many - 1),
    };
    if error.is_forbidden() {
        let message =
            format!("{objects} could not be compared: the user may not {} {}{place}", error.verb, error.resource);
        return Diagnostic::error("redisops::kubernetes::forbidden", message).note(error.message.clone());
    }
    let code = match error.code.as_str() {
        "unauthorized" => "redisops::kubernetes::unauthorized",
        "unreachable" | "timeout" => "redisops::kubernetes::unreachable",
        _ => "redisops::kubernetes::refused",
    };
    Diagnostic::error(code, format!("{objects} could not be compared: {}", error.message))
}
