//! Other programs, run.

use std::collections::HashMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use tempfile::TempDir;

use super::helm::check_version;
use super::{
    Chart, FunctionCall, FunctionOutput, HelmCall, PluginCall, ToolError, ToolErrorKind, Tools, plugin_home,
    plugin_path,
};
use crate::source::file_system::{FileError, FileSystem};
use crate::source::path::join;
use crate::source::process::{Output, RunError, last_lines, run};

/// Longest value of one environment variable that Linux passes on, with its name.
const MAX_VARIABLE: usize = 131_071;

/// The programs of the machine, for one build. Its temporary files go away with it.
#[derive(Debug, Default)]
pub struct SystemTools {
    scratch: OnceLock<Result<TempDir, String>>,
    /// Numbers the directories in there.
    next: AtomicUsize,
    /// Whether a helm program can be used, by command and `configHome`.
    helms: Mutex<HashMap<(String, String), Result<(), ToolError>>>,
    /// One lock a directory, so that a chart that two kustomizations use is pulled once.
    pulls: Mutex<HashMap<PathBuf, Arc<Mutex<()>>>>,
}

impl SystemTools {
    /// Nothing is run or created before it is needed.
    pub fn new() -> SystemTools {
        SystemTools::default()
    }

    fn scratch(&self) -> Result<&Path, ToolError> {
        let made = || tempfile::Builder::new().prefix("redisops-").tempdir().map_err(|error| error.to_string());
        self.scratch.get_or_init(made).as_ref().map(TempDir::path).map_err(|error| no_scratch(error))
    }

    /// A new directory for temporary files.
    fn new_directory(&self) -> Result<PathBuf, ToolError> {
        let path = self.scratch()?.join(self.next.fetch_add(1, Ordering::Relaxed).to_string());
        fs::create_dir(&path).map_err(|error| no_scratch(&error))?;
        Ok(path)
    }

    fn helm(&self, call: &HelmCall, arguments: &[String]) -> Result<Vec<u8>, ToolError> {
        let home = if call.config_home.is_empty() {
            self.scratch()?.join("helm").display().to_string()
        } else {
            call.config_home.clone()
        };
        let mut command = Command::new(&call.command);
        command
            .args(arguments)
            .env("HELM_CONFIG_HOME", &home)
            .env("HELM_CACHE_HOME", format!("{home}/.cache"))
            .env("HELM_DATA_HOME", format!("{home}/.data"));
        let output =
            // Without a time limit, all that can go wrong here is that there is no such program.
            run(command, b"", None).map_err(|error| {
                ToolError::new(ToolErrorKind::Missing, error.to_string())
                    .help("install helm 3 or 4, or name one with `--helm-command`")
            })?;
        if output.status.success() {
            return Ok(output.stdout);
        }
        let name = &call.chart.name;
        let error =
            ToolError::new(ToolErrorKind::Failed, format!("helm failed for the chart `{name}` ({})", output.status))
                .note(format!("ran `{} {}`", call.command, self.lasting(arguments).join(" ")));
        Err(if arguments.iter().any(|argument| argument == "--debug") {
            // With this option helm prints the templates that it cannot parse.
            let (stderr, stdout) = (String::from_utf8_lossy(&output.stderr), String::from_utf8_lossy(&output.stdout));
            error.note(format!("helm says:\n{stderr}")).note(format!("helm has rendered:\n{stdout}"))
        } else {
            error.note(format!("helm says: {}", last_lines(&output.stderr)))
        })
    }

    /// The arguments without the names of temporary files, which are gone when a message is read.
    fn lasting(&self, arguments: &[String]) -> Vec<String> {
        let scratch = self.scratch().ok();
        let shown = |argument: &String| {
            let path = Path::new(argument);
            match (scratch.filter(|it| path.starts_with(it)), path.file_name()) {
                (Some(_), Some(name)) => format!("<tmp>/{}", name.to_string_lossy()),
                _ => argument.clone(),
            }
        };
        arguments.iter().map(shown).collect()
    }

    fn check_helm(&self, call: &HelmCall) -> Result<(), ToolError> {
        let key = (call.command.clone(), call.config_home.clone());
        let mut helms = self.helms.lock().expect("no holder of this lock panics");
        let checked = helms.entry(key).or_insert_with(|| {
            let printed = self.helm(call, &["version".to_owned(), "--short".to_owned()])?;
            check_version(&String::from_utf8_lossy(&printed))
        });
        checked.clone()
    }

    fn pull(&self, call: &HelmCall) -> Result<Chart, ToolError> {
        if call.chart.repo.is_empty() {
            let home = call.files.display(&call.absolute_chart_home());
            let message = format!("there is no chart `{}` in `{home}`, and no `repo` to pull it from", call.chart.name);
            let error = ToolError::new(ToolErrorKind::Refused, message);
            let names = call.files.read_dir(&call.absolute_chart_home()).unwrap_or_default();
            let near = crate::diagnostics::did_you_mean(&call.chart.name, names.iter().map(String::as_str));
            return Err(match near {
                Some(near) => error.help(format!("did you mean `{near}`?")),
                None => error,
            });
        }
        let home = if call.keep_pulled { call.absolute_chart_home() } else { self.new_directory()? };
        let directory = join(&home, &call.chart.name);
        let lock =
            Arc::clone(self.pulls.lock().expect("no holder of this lock panics").entry(directory.clone()).or_default());
        let _one_at_a_time = lock.lock().expect("no holder of this lock panics");
        if !directory.is_dir() {
            self.helm(call, &call.pull_arguments(&home))?;
        }
        let default_values = match call.keep_pulled {
            true => None,
            // A chart may have no values.
            false => Some(fs::read(directory.join("values.yaml")).unwrap_or_default()),
        };
        Ok(Chart { directory, default_values })
    }

    /// A file or directory as helm can read it: where it is, or a copy for files that are not on the disk.
    fn on_disk(&self, files: &dyn FileSystem, path: &Path) -> Result<PathBuf, ToolError> {
        if files.is_on_disk() {
            return Ok(path.to_owned());
        }
        let copy = join(&self.new_directory()?, &path.file_name().unwrap_or_default().to_string_lossy());
        export(files, path, &copy, 0).map_err(|error| {
            ToolError::new(
                ToolErrorKind::Refused,
                format!("`{}` cannot be copied for helm: {error}", files.display(path)),
            )
        })?;
        Ok(copy)
    }
}

impl Tools for SystemTools {
    fn prepare_chart(&self, call: &HelmCall) -> Result<Chart, ToolError> {
        call.validate()?;
        self.check_helm(call)?;
        let directory = call.chart_directory();
        if !call.files.is_dir(&directory) {
            return self.pull(call);
        }
        Ok(Chart { directory: self.on_disk(&*call.files, &directory)?, default_values: None })
    }

    fn template_chart(&self, call: &HelmCall, chart: &Chart, values: &[u8]) -> Result<Vec<u8>, ToolError> {
        let additional: Result<Vec<PathBuf>, ToolError> = call
            .chart
            .additional_values_files
            .iter()
            .map(|file| self.on_disk(&*call.files, &join(&call.root, file)))
            .collect();
        let name = call.chart.name.replace(['/', '\\'], "_");
        let file = self.new_directory()?.join(format!("{name}-kustomize-values.yaml"));
        fs::write(&file, values).map_err(|error| no_scratch(&error))?;
        self.helm(call, &call.template_arguments(&chart.directory, &file, &additional?))
    }

    fn run_function(&self, call: &FunctionCall) -> Result<FunctionOutput, ToolError> {
        let directory = &call.working_directory;
        if !directory.is_absolute() || directory.parent().is_none() {
            let message = format!(
                "a function cannot run in `{}`: its kustomization needs a directory of its own",
                directory.display()
            );
            return Err(ToolError::new(ToolErrorKind::Refused, message));
        }
        // A path is relative to the working directory of the function, a name is looked for on the PATH.
        let program = if call.path.contains('/') { directory.join(&call.path) } else { PathBuf::from(&call.path) };
        let mut command = Command::new(program);
        command.args(&call.arguments).envs(call.environment.iter().map(|(n, v)| (n, v))).current_dir(directory);
        let output = run(command, &call.input, None).map_err(|error| {
            not_run(&error, "paths are relative to the directory of the kustomization that uses the function")
        })?;
        let failure = (!output.status.success()).then(|| failed(&format!("the function `{}`", call.path), &output));
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        Ok(FunctionOutput { stdout: output.stdout, stderr, failure })
    }

    fn find_plugin(&self, group: &str, version: &str, kind: &str) -> Result<PathBuf, ToolError> {
        let home = plugin_home(|name| std::env::var(name).ok(), Path::is_dir)?;
        executable(&plugin_path(&home, group, version, kind))
    }

    fn run_plugin(&self, call: &PluginCall) -> Result<Vec<u8>, ToolError> {
        let mut config = tempfile::Builder::new()
            .prefix("kust-plugin-config-")
            .tempfile_in(self.scratch()?)
            .map_err(|error| no_scratch(&error))?;
        config.write_all(&call.config).map_err(|error| no_scratch(&error))?;
        let mut command = Command::new(&call.path);
        command.arg(config.path()).args(&call.arguments);
        let text = String::from_utf8_lossy(&call.config);
        let root = call.root.to_string_lossy();
        for (name, value) in [("KUSTOMIZE_PLUGIN_CONFIG_STRING", text), ("KUSTOMIZE_PLUGIN_CONFIG_ROOT", root)] {
            // The system would refuse to start the program.
            if name.len() + 1 + value.len() <= MAX_VARIABLE {
                command.env(name, &*value);
            }
        }
        if call.root.is_dir() {
            command.current_dir(&call.root);
        }
        let output = run(command, &call.input, None).map_err(|error| {
            not_run(&error, "a plugin is an executable file at `$KUSTOMIZE_PLUGIN_HOME/GROUP/VERSION/kind/Kind`")
        })?;
        if output.status.success() {
            return Ok(output.stdout);
        }
        Err(failed(&format!("the plugin `{}`", call.path.display()), &output))
    }
}

/// The file of a plugin, if it can be run.
fn executable(path: &Path) -> Result<PathBuf, ToolError> {
    let shown = path.display();
    let Ok(metadata) = fs::metadata(path) else {
        let compiled = path.with_extension("so");
        return Err(if compiled.exists() {
            ToolError::new(
                ToolErrorKind::Unsupported,
                format!("`{}` is a Go plugin, which only the program it was compiled for can load", compiled.display()),
            )
            .help(format!("make it an executable file `{shown}`, or a KRM function"))
        } else {
            ToolError::new(ToolErrorKind::Missing, format!("there is no plugin `{shown}`")).help(
                "a plugin is an executable file at `$KUSTOMIZE_PLUGIN_HOME/GROUP/VERSION/kind/Kind`; a function has the annotation \
                 `config.kubernetes.io/function`",
            )
        });
    };
    if !metadata.is_file() || !may_execute(&metadata) {
        return Err(ToolError::new(ToolErrorKind::Refused, format!("the plugin `{shown}` is not executable"))
            .help(format!("chmod +x {shown}")));
    }
    Ok(path.to_owned())
}

#[cfg(unix)]
fn may_execute(metadata: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    metadata.permissions().mode() & 0o111 != 0
}

#[cfg(not(unix))]
fn may_execute(_: &fs::Metadata) -> bool {
    true
}

fn failed(what: &str, output: &Output) -> ToolError {
    let error = ToolError::new(ToolErrorKind::Failed, format!("{what} failed ({})", output.status));
    match last_lines(&output.stderr) {
        said if said.is_empty() => error,
        said => error.note(format!("it says: {said}")),
    }
}

fn not_run(error: &RunError, help: &str) -> ToolError {
    let kind = match error {
        RunError::Missing(_) => ToolErrorKind::Missing,
        RunError::Timeout { .. } | RunError::Failed { .. } => ToolErrorKind::Failed,
    };
    ToolError::new(kind, error.to_string()).help(help)
}

fn no_scratch(error: &dyn std::fmt::Display) -> ToolError {
    ToolError::new(ToolErrorKind::Failed, format!("a temporary file cannot be written: {error}"))
        .help("set TMPDIR to a directory that can be")
}

/// Copies a file or a tree to the disk.
fn export(files: &dyn FileSystem, from: &Path, to: &Path, depth: u32) -> Result<(), FileError> {
    /// Deeper trees have links that lead back.
    const MAX_DEPTH: u32 = 64;
    if !files.is_dir(from) {
        return Ok(fs::write(to, files.read(from)?)?);
    }
    if depth == MAX_DEPTH {
        return Err(FileError::Other("its directories lead back to themselves".to_owned()));
    }
    fs::create_dir_all(to)?;
    for name in files.read_dir(from)? {
        match export(files, &from.join(&name), &to.join(&name), depth + 1) {
            // A link that leads nowhere is nothing that helm could read either.
            Err(FileError::NotFound) => {}
            other => other?,
        }
    }
    Ok(())
}

#[cfg(test)]
#[cfg(unix)]
#[path = "system_tests.rs"]
mod tests;
