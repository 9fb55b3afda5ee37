//! From access arguments and the environment to how nodes are reached.

use std::path::Path;

use crate::cli::args::AccessArgs;
use crate::cli::settings::Environment;
use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::live::redis::{Access, AddressMap, Tls};
use crate::secrets::Secret;

/// The variable with the password, as redis-cli has it.
const PASSWORD: &str = "REDISCLI_AUTH";

/// How nodes are reached.
///
/// # Errors
/// Every file that cannot be read, and every mapping that is none.
pub fn resolve(arguments: &AccessArgs, environment: &Environment) -> Result<Access, Diagnostics> {
    let mut found = Diagnostics::new();
    let mut map = AddressMap::default();
    for rule in &arguments.map {
        if let Err(error) = map.add(rule) {
            found.push(Diagnostic::error("redisops::redis::map", error.to_string()));
        }
    }
    let password = match &arguments.password_file {
        Some(path) => found.take(password_of(path)),
        None => (environment.variable)(PASSWORD).filter(|value| !value.is_empty()).map(Secret::new),
    };
    if arguments.user.is_some() && password.is_none() && !found.has_errors() {
        found.push(
            Diagnostic::error("redisops::redis::password", "`--user` needs a password")
                .help(format!("name a file with `--password-file`, or set `{PASSWORD}`")),
        );
    }
    let tls = found.take(tls(arguments)).flatten();
    match found.has_errors() {
        true => Err(found),
        false => Ok(Access { user: arguments.user.clone(), password, tls, map, ..Access::default() }),
    }
}

/// The first line of a file.
pub fn password_of(path: &Path) -> Result<Secret, Diagnostic> {
    let bytes = read(path)?;
    let text = String::from_utf8(bytes).map_err(|_| unreadable(path, "the password is not UTF-8"))?;
    let line = text.lines().next().unwrap_or("");
    if line.is_empty() { Err(unreadable(path, "its first line is empty")) } else { Ok(Secret::new(line)) }
}

fn tls(arguments: &AccessArgs) -> Result<Option<Tls>, Diagnostics> {
    let AccessArgs { cacert, cert, client_key, .. } = arguments;
    if !arguments.tls && cacert.is_none() && cert.is_none() {
        return Ok(None);
    }
    certificates(cacert.as_deref(), cert.as_deref(), client_key.as_deref()).map(Some)
}

/// Reads certificates.
///
/// # Errors
/// Every file that cannot be read.
pub fn certificates(ca: Option<&Path>, cert: Option<&Path>, key: Option<&Path>) -> Result<Tls, Diagnostics> {
    let mut found = Diagnostics::new();
    let ca = ca.and_then(|path| found.take(read(path)));
    let cert = cert.and_then(|path| found.take(read(path)));
    let key = key.and_then(|path| {
        let text = read(path).and_then(|bytes| String::from_utf8(bytes).map_err(|_| unreadable(path, "it is no PEM")));
        found.take(text).map(Secret::new)
    });
    if found.has_errors() { Err(found) } else { Ok(Tls { ca, cert, key }) }
}

fn read(path: &Path) -> Result<Vec<u8>, Diagnostic> {
    std::fs::read(path).map_err(|error| unreadable(path, &error.to_string()))
}

fn unreadable(path: &Path, why: &str) -> Diagnostic {
    let path = path.display();
    Diagnostic::error("redisops::load::io", format!("`{path}` cannot be read: {why}")).in_file(path.to_string())
}
