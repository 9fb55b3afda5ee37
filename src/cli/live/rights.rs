//! What is told of objects that could not be compared.

use std::collections::BTreeMap;

use crate::cli::printer::Printer;
use crate::diagnostics::{Diagnostic, Sources};
use crate::drift::CompareError;
use crate::live::kubernetes::{ServerError, role_for};

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
pub(super) fn tell(errors: &[ServerError], printer: &Printer) {
    let mut reasons: BTreeMap<(&str, &str, &str, Option<&str>), Vec<&ServerError>> = BTreeMap::new();
    for error in errors {
        let key = (error.code.as_str(), error.verb, error.resource.as_str(), error.namespace.as_deref());
        reasons.entry(key).or_default().push(error);
    }
    let found: Vec<Diagnostic> = reasons.values().map(|all| reason(all)).collect();
    printer.diagnostics(&found, &Sources::new());
    if let Some(role) = role_for(errors) {
        printer.report(&format!("these rights would do; bind them to the user of the context:\n\n{role}\n"));
    }
}

fn reason(all: &[&ServerError]) -> Diagnostic {
    let error = all[0];
    let place = error.namespace.as_ref().map_or(String::new(), |it| format!(" in namespace {it}"));
    let objects = match all.len() {
        1 => "1 object".to_owned(),
        many => format!("{many} objects"),
    };
    if error.is_forbidden() {
        let message = format!(
            "{objects} could not be compared: the user may not {} {}{place}: {}",
            error.verb, error.resource, error.message
        );
        return Diagnostic::error("redisops::kubernetes::forbidden", message);
    }
    let code = match error.code.as_str() {
        "unauthorized" => "redisops::kubernetes::unauthorized",
        "unreachable" | "timeout" => "redisops::kubernetes::unreachable",
        _ => "redisops::kubernetes::refused",
    };
    let more = if all.len() > 1 { format!(" (and {} more)", all.len() - 1) } else { String::new() };
    Diagnostic::error(code, format!("{objects} could not be compared{place}: {}{more}", error.message))
}
