//! From arguments, variables and an environment to a store.

use std::path::{Path, PathBuf};

use regex::Regex;

use crate::cli::args::StoreArgs;
use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::environment::Environment;
use crate::live::kubernetes::secrets as cluster;
use crate::secrets::stores;
use crate::secrets::{self, Store, Variables, allowed_paths, fix_by_environment, parse_file};
use crate::yaml::Trace;

/// A store, and what may be asked of it.
#[derive(Debug)]
pub struct Opened {
    /// The store.
    pub store: Box<dyn Store>,
    /// The paths that may be asked for, where that is limited.
    pub allowed: Option<Regex>,
}

/// The variables of the process with those of a configuration file, of a Secret, and of an environment.
///
/// # Errors
/// When one of these cannot be read, or is wrong.
pub fn variables(
    arguments: &StoreArgs,
    environment: Option<(&Environment, &Path)>,
    trace: &Trace,
) -> Result<Variables, Diagnostics> {
    // A name or value that is no text is none that a store needs.
    let process =
        std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    let mut variables = Variables::new(process);
    if let Some(name) = &arguments.secret_name {
        let settings = cluster::settings(name)?;
        variables.add_file(settings);
    }
    if let Some(file) = &arguments.config_path {
        let shown = file.display().to_string();
        let text = std::fs::read_to_string(file).map_err(|error| {
            let message = format!("the configuration file `{shown}` cannot be read: {}", error.kind());
            Diagnostic::error(secrets::SETTINGS, message).in_file(shown.clone())
        })?;
        variables.add_file(parse_file(&shown, &text)?);
    }
    if let Some((environment, root)) = environment
        && let Some(store) = &environment.spec.secrets
    {
        fix_by_environment(&mut variables, store, root, trace)?;
        let kubernetes = &environment.spec.kubernetes;
        for (name, value) in [
            ("REDISOPS_SECRETS_CONTEXT", &kubernetes.context),
            ("REDISOPS_SECRETS_KUBECONFIG", &kubernetes.kubeconfig),
            ("REDISOPS_SECRETS_NAMESPACE", &kubernetes.namespace),
        ] {
            if variables.get(name).is_none() && !value.is_empty() {
                variables.fix(name, value.to_string());
            }
        }
    }
    Ok(variables)
}

/// The store that variables name. Paths of files start in `directory`.
///
/// # Errors
/// When none is named, or it cannot be used.
pub fn open(variables: &Variables, directory: PathBuf) -> Result<Opened, Diagnostic> {
    let allowed = allowed_paths(variables)?;
    let store =
        stores::open(variables, directory, &|variables| Ok(Box::new(cluster::ClusterSecrets::open(variables)?)))?;
    Ok(Opened { store, allowed })
}
