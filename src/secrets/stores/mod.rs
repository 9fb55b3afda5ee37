//! Where secrets come from. The only part of `secrets` that reads files, asks servers or starts programs.

#[cfg(feature = "aws")]
mod aws;
mod env;
mod file;
mod sops;
mod vault;

use std::path::PathBuf;
use std::time::Duration;

use crate::diagnostics::Diagnostic;

use super::{NO_STORE, SETTINGS, Store, Variables};

/// Kinds that are known by name, and not read here.
const OTHERS: [&str; 8] = [
    "ibmsecretsmanager",
    "gcpsecretmanager",
    "azurekeyvault",
    "yandexcloudlockbox",
    "delineasecretserver",
    "1passwordconnect",
    "keepersecretsmanager",
    "thycoticsecretserver",
];
const KINDS: &str = "vault, awssecretsmanager, kubernetessecret, sops, env or file";

/// How long one question may take, where nothing else is said.
const TIMEOUT: Duration = Duration::from_secs(10);

/// What only other parts of the program can make.
pub type Elsewhere<'a> = &'a dyn Fn(&Variables) -> Result<Box<dyn Store>, Diagnostic>;

/// The store that variables name. `directory` is where paths of files start; `kubernetes` makes the store of Secrets in a cluster.
///
/// # Errors
/// When none is named, or it cannot be used: settings are missing, or it does not let us in.
pub fn open(
    variables: &Variables,
    directory: PathBuf,
    kubernetes: Elsewhere<'_>,
) -> Result<Box<dyn Store>, Diagnostic> {
    let directory = match variables.get("REDISOPS_SECRETS_DIRECTORY") {
        Some(other) => directory.join(other),
        None => directory,
    };
    Ok(match variables.word("AVP_TYPE") {
        None => return Err(no_store()),
        Some("vault") => Box::new(vault::Vault::open(variables)?),
        Some("awssecretsmanager" | "aws") => aws(variables)?,
        Some("kubernetessecret" | "kubernetes") => kubernetes(variables)?,
        Some("sops") => Box::new(sops::Sops::new(variables, directory)),
        Some("env") => Box::new(env::Env::new(variables)),
        Some("file") => Box::new(file::Files::new(directory)),
        Some(other) => return Err(unknown(other)),
    })
}

#[cfg(feature = "aws")]
fn aws(variables: &Variables) -> Result<Box<dyn Store>, Diagnostic> {
    Ok(Box::new(aws::SecretsManager::open(variables)?))
}

#[cfg(not(feature = "aws"))]
fn aws(_: &Variables) -> Result<Box<dyn Store>, Diagnostic> {
    Err(Diagnostic::error(SETTINGS, "this redisops was built without AWS Secrets Manager")
        .help("build it with the feature `aws`, as released ones are"))
}

fn no_store() -> Diagnostic {
    Diagnostic::error(NO_STORE, "no secret store is named")
        .note(format!("AVP_TYPE names it ({KINDS}), or `secrets: {{store: …}}` in the file of an environment"))
        .help("set AVP_TYPE and the variables of that store, or name an environment")
}

fn unknown(kind: &str) -> Diagnostic {
    let found = Diagnostic::error(SETTINGS, format!("`{kind}` is no secret store that redisops reads"));
    match OTHERS.contains(&kind) {
        true => found.note("argocd-vault-plugin reads it, redisops does not").help(format!("stores are {KINDS}")),
        false => found.help(format!("set AVP_TYPE to {KINDS}")),
    }
}

/// A time as Go writes it (`1m30s`, `500ms`) or a number of seconds.
fn duration(text: &str) -> Option<Duration> {
    if let Ok(seconds) = text.parse::<f64>() {
        return Duration::try_from_secs_f64(seconds).ok();
    }
    let mut total = Duration::ZERO;
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let unit = rest[digits..].find(|c: char| c.is_ascii_digit()).map_or(rest.len(), |length| digits + length);
        let factor = match &rest[digits..unit] {
            "ns" => 1e-9,
            "us" | "µs" => 1e-6,
            "ms" => 1e-3,
            "s" => 1.0,
            "m" => 60.0,
            "h" => 3600.0,
            _ => return None,
        };
        let number: f64 = rest[..digits].parse().ok()?;
        total += Duration::try_from_secs_f64(number * factor).ok()?;
        rest = &rest[unit..];
    }
    Some(total)
}

/// The time that a variable gives.
fn timeout(variables: &Variables, name: &str) -> Result<Duration, Diagnostic> {
    let Some(text) = variables.word(name) else { return Ok(TIMEOUT) };
    duration(text).filter(|time| !time.is_zero()).ok_or_else(|| {
        Diagnostic::error(SETTINGS, format!("{name} is not a time"))
            .help("write a number of seconds, or a time as in 30s or 1m30s")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times() {
        let cases = [("30s", 30_000), ("1m30s", 90_000), ("250ms", 250), ("5", 5000), ("0.5", 500), ("1.5s", 1500)];
        for (text, millis) in cases {
            assert_eq!(duration(text), Some(Duration::from_millis(millis)), "{text}");
        }
        assert!(duration("x").is_none() && duration("5 parsecs").is_none() && duration("-1").is_none());
    }

    #[test]
    fn a_store_must_be_named() {
        let open = |kind: &str| {
            let variables = Variables::new([("AVP_TYPE".to_owned(), kind.to_owned())]);
            open(&variables, PathBuf::new(), &|_| Err(no_store()))
                .map(|store| store.name())
                .map_err(|found| found.message)
        };
        assert_eq!(open("").unwrap_err(), "no secret store is named");
        assert_eq!(open("valut").unwrap_err(), "`valut` is no secret store that redisops reads");
        assert!(open(" env\n").is_ok());
    }
}
