//! Other programs that take part in a build: helm, KRM functions, exec plugins. The build sees the [`Tools`] trait only.

mod helm;
mod plugin;
mod system;

use std::fmt::{self, Debug};
use std::path::PathBuf;

use crate::diagnostics::{Diagnostic, Diagnostics};

pub use helm::{Chart, HelmCall, HelmChart, LEGAL_VALUES_MERGES};
pub use plugin::{arguments_from_file, merge_exec_environment, plugin_home, plugin_path, split_arguments};
pub use system::SystemTools;

/// Runs other programs for a build.
pub trait Tools: Send + Sync + Debug {
    /// Checks that helm can be used and that the chart is there; pulls it if it is not.
    ///
    /// # Errors
    /// When helm is missing or too old, or the chart cannot be pulled.
    fn prepare_chart(&self, call: &HelmCall) -> Result<Chart, ToolError>;

    /// The output of `helm template` with these values; helm may print messages before the first document.
    ///
    /// # Errors
    /// When helm fails.
    fn template_chart(&self, call: &HelmCall, chart: &Chart, values: &[u8]) -> Result<Vec<u8>, ToolError>;

    /// Runs a KRM function: a `ResourceList` in, a `ResourceList` out.
    ///
    /// # Errors
    /// When it cannot be started. A function that fails is no error here, as its output tells why: see [`FunctionOutput::failure`].
    fn run_function(&self, call: &FunctionCall) -> Result<FunctionOutput, ToolError>;

    /// The program of an exec plugin: see [`plugin_home`] and [`plugin_path`].
    ///
    /// # Errors
    /// When there is none, it is not executable, or it is a Go plugin.
    fn find_plugin(&self, group: &str, version: &str, kind: &str) -> Result<PathBuf, ToolError>;

    /// Runs an exec plugin of the old kind: configuration in a file, objects in (for transformers), objects out.
    ///
    /// # Errors
    /// When it cannot be started or fails.
    fn run_plugin(&self, call: &PluginCall) -> Result<Vec<u8>, ToolError>;
}

/// One run of a KRM function that is a program.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct FunctionCall {
    /// The program: a path relative to the working directory, or a name that is looked for on the PATH.
    pub path: String,
    /// Its arguments.
    pub arguments: Vec<String>,
    /// Variables added to the environment; see [`merge_exec_environment`].
    pub environment: Vec<(String, String)>,
    /// The directory of the kustomization.
    pub working_directory: PathBuf,
    /// The `ResourceList`.
    pub input: Vec<u8>,
}

/// What a KRM function said.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FunctionOutput {
    /// The `ResourceList`, perhaps with `results`, also when the function failed.
    pub stdout: Vec<u8>,
    /// Messages for the user.
    pub stderr: String,
    /// Set when the function says that it failed.
    pub failure: Option<ToolError>,
}

/// One run of an exec plugin.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct PluginCall {
    /// The program; see [`plugin_path`].
    pub path: PathBuf,
    /// Its arguments after the path of the configuration; see [`split_arguments`] and [`arguments_from_file`].
    pub arguments: Vec<String>,
    /// The object that configures it, as YAML.
    pub config: Vec<u8>,
    /// The directory of the kustomization.
    pub root: PathBuf,
    /// The objects to transform; empty for generators.
    pub input: Vec<u8>,
}

/// What kind of failure a tool had.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ToolErrorKind {
    /// The program is not installed: nothing that is wrong with the input.
    Missing,
    /// The program failed.
    Failed,
    /// What the input asks for is not allowed or not possible.
    Refused,
    /// What the input asks for needs a program that this tool does not run.
    Unsupported,
}

/// A failure of another program, as a kind for the program and a diagnostic for people.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ToolError {
    kind: ToolErrorKind,
    diagnostic: Box<Diagnostic>,
}

impl ToolError {
    /// A failure; the code of the diagnostic follows from the kind.
    pub fn new(kind: ToolErrorKind, message: impl Into<String>) -> ToolError {
        let code = match kind {
            ToolErrorKind::Missing => "redisops::tool::missing",
            ToolErrorKind::Failed => "redisops::tool::failed",
            ToolErrorKind::Refused => "redisops::tool::refused",
            ToolErrorKind::Unsupported => "redisops::tool::unsupported",
        };
        ToolError { kind, diagnostic: Box::new(Diagnostic::error(code, message)) }
    }

    /// The failure of a function that is a container image.
    pub fn container_function(image: &str) -> ToolError {
        ToolError::new(
            ToolErrorKind::Unsupported,
            format!("the function `{image}` is a container image, which redisops does not run"),
        )
        .help("use a function that is a program (`exec`), with `--enable-alpha-plugins --enable-exec`")
    }

    /// What kind of failure it is.
    pub fn kind(&self) -> ToolErrorKind {
        self.kind
    }

    /// What is said about it.
    pub fn diagnostic(&self) -> &Diagnostic {
        &self.diagnostic
    }

    /// Adds a fact.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> ToolError {
        self.diagnostic.notes.push(note.into());
        self
    }

    /// Says what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> ToolError {
        self.diagnostic.help = Some(help.into());
        self
    }
}

impl fmt::Display for ToolError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.diagnostic.message)
    }
}

impl std::error::Error for ToolError {}

impl From<ToolError> for Diagnostic {
    fn from(error: ToolError) -> Diagnostic {
        *error.diagnostic
    }
}

impl From<ToolError> for Diagnostics {
    fn from(error: ToolError) -> Diagnostics {
        Diagnostic::from(error).into()
    }
}

/// No program is run: for tests, fuzzing, and callers that must not.
#[derive(Clone, Copy, Debug)]
pub struct NoTools;

impl NoTools {
    fn refuse<T>(what: &str) -> Result<T, ToolError> {
        Err(ToolError::new(
            ToolErrorKind::Unsupported,
            format!("{what} would have to run, and no program may be run here"),
        ))
    }
}

impl Tools for NoTools {
    fn prepare_chart(&self, _: &HelmCall) -> Result<Chart, ToolError> {
        NoTools::refuse("helm")
    }

    fn template_chart(&self, _: &HelmCall, _: &Chart, _: &[u8]) -> Result<Vec<u8>, ToolError> {
        NoTools::refuse("helm")
    }

    fn run_function(&self, call: &FunctionCall) -> Result<FunctionOutput, ToolError> {
        NoTools::refuse(&format!("the function `{}`", call.path))
    }

    fn find_plugin(&self, _: &str, _: &str, kind: &str) -> Result<PathBuf, ToolError> {
        NoTools::refuse(&format!("the plugin `{kind}`"))
    }

    fn run_plugin(&self, call: &PluginCall) -> Result<Vec<u8>, ToolError> {
        NoTools::refuse(&format!("the plugin `{}`", call.path.display()))
    }
}
