//! Checks of rendered objects, for `build` and `validate`.

use std::path::Path;
use std::sync::Arc;

use crate::diagnostics::{Diagnostic, Sources};
use crate::environment::Environment;
use crate::k8s::ResMap;
use crate::schema::{KubeVersion, Schemas};
use crate::secrets;
use crate::source::{FileSystem, UNREACHABLE};
use crate::validate::config::check_policies;
use crate::validate::{self, Finding, Objects, Settings, cel};
use crate::yaml::{Node, Trace};

use super::configuration::{self, DiskRepository};
use super::{output, schemas, target};

/// Codes of errors that are not the fault of the input: a program that is not installed, a server that is down or was not to be asked,
/// a full disk.
const NOT_THE_INPUT: [&str; 11] = [
    "redisops::tool::missing",
    "redisops::load::offline",
    UNREACHABLE,
    target::NO_WORKING_DIRECTORY,
    output::WRITE,
    schemas::UNKNOWN_RELEASE,
    secrets::NO_STORE,
    secrets::NO_CREDENTIALS,
    secrets::STORE_DOWN,
    secrets::DENIED,
    secrets::SETTINGS,
];

/// Whether an error is not the fault of the input.
pub fn not_the_input(found: &Diagnostic) -> bool {
    NOT_THE_INPUT.contains(&found.code)
}

/// How objects are checked.
#[derive(Clone, Debug, Default)]
pub struct ValidationSettings {
    /// The version of Kubernetes; that of the environment, or the newest, when it is not set.
    pub kube_version: Option<KubeVersion>,
    /// Whether warnings fail, and what cannot be checked.
    pub strict: bool,
}

impl ValidationSettings {
    /// From arguments.
    ///
    /// # Errors
    /// When the version is not known.
    pub fn resolve(kube_version: Option<&str>, strict: bool) -> Result<ValidationSettings, Diagnostic> {
        let parse = |text: &str| KubeVersion::parse(text).ok_or_else(|| schemas::unknown_release(text));
        Ok(ValidationSettings { kube_version: kube_version.map(parse).transpose()?, strict })
    }
}

/// What is around the objects of a target.
pub struct Surroundings<'a> {
    /// The environment that was named.
    pub environment: Option<&'a Environment>,
    /// The root of the repository.
    pub root: &'a Path,
    /// Its files.
    pub files: &'a dyn FileSystem,
    /// All texts.
    pub sources: &'a Sources,
    /// All writes of the build.
    pub trace: &'a Trace,
}

/// What is wrong with the objects of a target.
pub fn findings(objects: &ResMap, around: &Surroundings<'_>, settings: &ValidationSettings) -> Vec<Finding> {
    let mut found = Vec::new();
    let kubernetes = around.environment.map(|it| &it.spec.kubernetes);
    let wanted = kubernetes.map(|it| &it.version).filter(|it| !it.is_empty());
    let release = match (settings.kube_version, wanted) {
        (Some(release), _) => release,
        (None, Some(text)) => KubeVersion::parse(text).unwrap_or_else(|| {
            let near = nearest(text);
            let mut unknown = schemas::unknown_release(text).label(text.pos, text.len(), "");
            unknown.severity = crate::diagnostics::Severity::Warning;
            found.push(Finding::of_diagnostic(unknown.note(format!("objects are checked for {near}"))));
            near
        }),
        (None, None) => KubeVersion::NEWEST,
    };
    let (configuration, odd) = configuration::load(around.root, around.files, around.sources, around.trace);
    found.extend(odd.0.into_iter().map(Finding::of_diagnostic));
    let checked_for = Settings {
        environment: around.environment.map(|it| it.metadata.name.to_string()),
        namespace: kubernetes.map(|it| it.namespace.to_string()).filter(|it| !it.is_empty()),
        kube_minor: release.minor(),
        redis_version: Some(configuration.redis_version.to_string()).filter(|it| !it.is_empty()),
        strict: settings.strict,
        repository: around
            .files
            .is_on_disk()
            .then(|| DiskRepository::at(around.root))
            .flatten()
            .map(|it| Arc::new(it) as _),
    };
    let known = Schemas { release, custom: Vec::new() };
    let (known, wrong) = schemas::for_objects(known, objects.as_slice(), around.root, around.files, around.sources);
    found.extend(wrong.0.into_iter().map(Finding::of_diagnostic));
    let scopes = objects.scopes().as_ref();
    let objects = Objects::new(objects.as_slice(), scopes, around.trace, around.sources, &checked_for);
    let mut checked = validate::run(&objects, &known);
    let evaluate = |expression: &str, object: &Node, environment: &str| {
        cel::evaluate(expression, object, environment).map_err(|failure| failure.to_string())
    };
    check_policies(&configuration, &objects, &evaluate, &mut checked);
    let environment = checked_for.environment.as_deref();
    found.extend(configuration::judge(checked.list, &configuration, environment, around.root, around.sources));
    found
}

/// The known release that is next to one that is not.
fn nearest(text: &str) -> KubeVersion {
    let minor = text.trim_start_matches('v').strip_prefix("1.").and_then(|rest| {
        let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        rest[..end].parse::<u16>().ok()
    });
    let oldest = KubeVersion::all().next().unwrap_or_default();
    match minor {
        Some(minor) if minor < oldest.minor() => oldest,
        _ => KubeVersion::NEWEST,
    }
}
