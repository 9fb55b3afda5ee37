//! The store of an environment, as variables.

use regex::Regex;

use crate::diagnostics::{Diagnostic, Diagnostics, did_you_mean};
use crate::environment::{SecretStore, Store};
use crate::yaml::{Node, Trace, string_value};

use super::Variables;

/// Settings of an environment and the variables that they stand for, by store.
fn names(store: Store) -> &'static [(&'static str, &'static str)] {
    match store {
        Store::Vault => &[
            ("address", "VAULT_ADDR"),
            ("namespace", "VAULT_NAMESPACE"),
            ("kvVersion", "AVP_KV_VERSION"),
            ("auth", "AVP_AUTH_TYPE"),
            ("role", "AVP_K8S_ROLE"),
            ("roleId", "AVP_ROLE_ID"),
            ("username", "AVP_USERNAME"),
            ("mount", "AVP_MOUNT_PATH"),
            ("tokenPath", "AVP_K8S_TOKEN_PATH"),
            ("caCert", "VAULT_CACERT"),
            ("clientCert", "VAULT_CLIENT_CERT"),
            ("clientKey", "VAULT_CLIENT_KEY"),
            ("skipVerify", "VAULT_SKIP_VERIFY"),
            ("timeout", "VAULT_CLIENT_TIMEOUT"),
            ("pathValidation", "AVP_PATH_VALIDATION"),
        ],
        Store::Aws => &[
            ("region", "AWS_REGION"),
            ("profile", "AWS_PROFILE"),
            ("endpoint", "AWS_ENDPOINT_URL"),
            ("timeout", "REDISOPS_SECRETS_TIMEOUT"),
            ("pathValidation", "AVP_PATH_VALIDATION"),
        ],
        Store::Kubernetes => &[
            ("kubeconfig", "REDISOPS_SECRETS_KUBECONFIG"),
            ("context", "REDISOPS_SECRETS_CONTEXT"),
            ("namespace", "REDISOPS_SECRETS_NAMESPACE"),
            ("pathValidation", "AVP_PATH_VALIDATION"),
        ],
        Store::Sops => &[
            ("directory", "REDISOPS_SECRETS_DIRECTORY"),
            ("path", "REDISOPS_SECRETS_DIRECTORY"),
            ("command", "REDISOPS_SOPS"),
            ("timeout", "REDISOPS_SECRETS_TIMEOUT"),
            ("pathValidation", "AVP_PATH_VALIDATION"),
        ],
        Store::File => &[
            ("directory", "REDISOPS_SECRETS_DIRECTORY"),
            ("path", "REDISOPS_SECRETS_DIRECTORY"),
            ("pathValidation", "AVP_PATH_VALIDATION"),
        ],
        Store::Env => &[("prefix", "REDISOPS_SECRETS_PREFIX"), ("pathValidation", "AVP_PATH_VALIDATION")],
    }
}

/// The kind of a store, as `AVP_TYPE` names it.
fn kind(store: Store) -> &'static str {
    match store {
        Store::Vault => "vault",
        Store::Aws => "awssecretsmanager",
        Store::Kubernetes => "kubernetessecret",
        Store::Sops => "sops",
        Store::Env => "env",
        Store::File => "file",
    }
}

/// Settings whose values are paths, relative to the root of the repository.
const PATHS: [&str; 4] = ["REDISOPS_SECRETS_DIRECTORY", "VAULT_CACERT", "VAULT_CLIENT_CERT", "VAULT_CLIENT_KEY"];

/// Fixes variables to what an environment says of its store. What it does not say stays open.
///
/// # Errors
/// Settings that its store does not have, or that are no plain value.
pub fn fix_by_environment(
    variables: &mut Variables,
    store: &SecretStore,
    root: &std::path::Path,
    trace: &Trace,
) -> Result<(), Diagnostics> {
    let known = names(store.store);
    let mut found = Diagnostics::new();
    variables.fix("AVP_TYPE", kind(store.store));
    variables.fix("REDISOPS_SECRETS_OF", "environment");
    for entry in store.settings.as_map().into_iter().flat_map(|map| &map.entries) {
        let name = entry.key.text.as_str();
        if name == "store" {
            continue;
        }
        let Some((_, variable)) = known.iter().find(|(field, _)| *field == name) else {
            found.push(unknown(name, store.store).label(entry.key_pos, name.len(), ""));
            continue;
        };
        match plain(&entry.value) {
            Some(text) if PATHS.contains(variable) => {
                variables.fix(variable, root.join(text).to_string_lossy().into_owned());
            }
            Some(text) => variables.fix(variable, text),
            None => found.push(
                Diagnostic::error("redisops::environment::type", format!("`{name}` is not a plain value")).label(
                    trace.pos(entry.value.origin),
                    1,
                    "",
                ),
            ),
        }
    }
    if found.has_errors() { Err(found) } else { Ok(()) }
}

fn plain(node: &Node) -> Option<String> {
    let scalar = node.as_scalar()?;
    string_value(scalar)
        .map_or_else(|| (!node.is_null()).then(|| scalar.text.to_string()), |text| Some(text.into_owned()))
}

fn unknown(name: &str, store: Store) -> Diagnostic {
    let mut fields: Vec<&str> = names(store).iter().map(|(field, _)| *field).collect();
    fields.sort_unstable();
    let message = format!("a secret store of kind `{}` has no setting `{name}`", kind_in_environment(store));
    let found = Diagnostic::error("redisops::environment::unknown_field", message);
    match did_you_mean(name, fields.iter().copied()) {
        Some(near) => found.help(format!("did you mean `{near}`?")),
        None => found.help(format!("it has {}", fields.join(", "))),
    }
}

fn kind_in_environment(store: Store) -> &'static str {
    match store {
        Store::Aws => "aws",
        Store::Kubernetes => "kubernetes",
        other => kind(other),
    }
}

/// The paths that may be asked for, where that is limited.
///
/// # Errors
/// A pattern that is none.
pub fn allowed_paths(variables: &Variables) -> Result<Option<Regex>, Diagnostic> {
    let Some(pattern) = variables.get("AVP_PATH_VALIDATION") else { return Ok(None) };
    Regex::new(pattern).map(Some).map_err(|error| {
        Diagnostic::error(super::SETTINGS, "AVP_PATH_VALIDATION is not a regular expression")
            .note(error.to_string().lines().last().unwrap_or("").trim_start_matches("error: ").to_owned())
    })
}
