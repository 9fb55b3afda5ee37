//! Plugins that are programs of the user: KRM functions and exec plugins, as generators and as transformers.

mod resource_list;
mod spec;
mod update;

use std::path::PathBuf;

use crate::diagnostics::{Diagnostic, Diagnostics, MadeBy, Pos, Severity, SourceKind};
use crate::k8s::{ResMap, Resource};
use crate::kustomize::accumulate::Target;
use crate::kustomize::build::Options;
use crate::kustomize::{Context, Transformer};
use crate::source::{FunctionCall, FunctionOutput, ToolError, ToolErrorKind, Tools, merge_exec_environment};
use crate::yaml::{Node, emit_v3, parse_first};

use super::exec_plugin::ExecPlugin;
pub(super) use resource_list::config_text;
use spec::{ExecSpec, FunctionSpec, function_spec};

/// A plugin with the object that configures it.
pub struct Plugin<'a> {
    config: Resource,
    program: Program,
    root: PathBuf,
    options: &'a Options,
    tools: &'a dyn Tools,
}

enum Program {
    /// A function that is a program.
    Function(ExecSpec),
    /// A function that is not run: without `--enable-exec` the reference hands its input on.
    NotRun,
    /// A program of the plugin home.
    Plugin(ExecPlugin),
}

/// What a run gave.
struct Output {
    resources: Vec<Resource>,
    /// Positions of the objects that the program did not get.
    saved: Vec<usize>,
}

impl<'a> Plugin<'a> {
    /// The plugin that an object configures.
    ///
    /// # Errors
    /// When plugins are not enabled, the function cannot be understood or is a container, or there is no such program.
    pub fn new(config: Resource, target: &Target<'a>) -> Result<Plugin<'a>, Diagnostics> {
        let build = target.build;
        let (cx, options) = (build.cx, build.options);
        if !options.alpha_plugins {
            return Err(not_enabled(&config, cx).into());
        }
        let program = match function_spec(&config, cx)? {
            Some(spec) => function(spec, &config, options, cx)?,
            None => Program::Plugin(ExecPlugin::new(&config, target)?),
        };
        let loader = &target.loader;
        if !matches!(program, Program::NotRun) && !loader.files().is_on_disk() {
            let name = config.kind();
            let error = ToolError::new(
                ToolErrorKind::Unsupported,
                format!("the plugin `{name}` cannot run: the files of its kustomization are not on the disk"),
            )
            .note("programs run in the directory of the kustomization")
            .help("check the repository out and build from there");
            return Err(at_config(error.into(), &config, cx).into());
        }
        Ok(Plugin { config, program, root: loader.root().to_owned(), options, tools: build.tools })
    }

    /// Runs it as a generator.
    ///
    /// # Errors
    /// When it fails, or its output is not made of objects.
    pub fn generate(&self, cx: &Context<'_>) -> Result<Vec<Resource>, Diagnostics> {
        let mut resources = match &self.program {
            Program::NotRun => {
                self.warn_not_run(cx);
                vec![Resource::new(resource_list::function_config(&self.config)?)]
            }
            _ => self.run(None, cx)?.resources,
        };
        update::generator_options(&mut resources, cx)?;
        Ok(resources)
    }

    fn run(&self, resources: Option<&ResMap>, cx: &Context<'_>) -> Result<Output, Diagnostics> {
        let (stdout, saved, name) = match &self.program {
            Program::NotRun => return Ok(Output { resources: Vec::new(), saved: Vec::new() }),
            Program::Function(spec) => {
                let list = resource_list::resource_list(&self.config, resources)?;
                (self.call(spec, list.text, cx)?, list.saved, spec.path.value.clone())
            }
            Program::Plugin(plugin) => {
                let input = resources.map_or(Ok(String::new()), resource_list::documents)?;
                let output = plugin.run(&self.root, input, self.tools);
                let output = output.map_err(|e| at_config(e.into(), &self.config, cx))?;
                (output, Vec::new(), self.config.kind().to_owned())
            }
        };
        let path = format!("{name} (output)");
        let text = String::from_utf8(stdout).map_err(|_| {
            let error = Diagnostic::error("redisops::plugin::output", format!("the output of `{name}` is not UTF-8"));
            at_config(error, &self.config, cx)
        })?;
        let entry = cx.trace.pos(self.config.node.origin);
        let made_by = MadeBy { entry, name, inputs: Vec::new() };
        let source = cx.sources.add_made(path, text, SourceKind::Function, made_by)?;
        let objects = update::objects(&source);
        let mut resources = objects
            .map_err(|found| Diagnostics(found.0.into_iter().map(|one| at_config(one, &self.config, cx)).collect()))?;
        if matches!(self.program, Program::Function(_)) {
            resources.iter_mut().for_each(|resource| resource_list::strip(resource, &self.config));
        }
        Ok(Output { resources, saved })
    }

    fn call(&self, spec: &ExecSpec, input: String, cx: &Context<'_>) -> Result<Vec<u8>, Diagnostics> {
        let call = FunctionCall {
            path: spec.path.value.clone(),
            arguments: spec.arguments.clone(),
            environment: merge_exec_environment(&spec.environment, &self.options.env),
            working_directory: self.root.clone(),
            input: input.into_bytes(),
        };
        let output = self.tools.run_function(&call).map_err(|e| at_config(e.into(), &self.config, cx))?;
        let FunctionOutput { stdout, stderr, failure } = output;
        let Some(failure) = failure else {
            if !stderr.trim().is_empty() {
                let message = format!("the function `{}` says: {}", call.path, stderr.trim_end());
                let note =
                    Diagnostic { severity: Severity::Note, ..Diagnostic::warning("redisops::tool::says", message) };
                cx.warn(note);
            }
            return Ok(stdout);
        };
        let mut failed = at_config(failure.into(), &self.config, cx);
        failed.notes.extend(results(&stdout));
        Err(failed.into())
    }

    fn warn_not_run(&self, cx: &Context<'_>) {
        let message = format!("the function `{}` was not run", self.config.kind());
        let warning = Diagnostic::warning("redisops::plugin::not_run", message);
        let warning = if self.options.exec {
            warning.note("its annotation names no program").help("set `exec.path`")
        } else {
            warning
                .note("functions that are programs run with `--enable-exec` only")
                .help("add `--enable-exec` if you trust what the kustomization runs")
        };
        cx.warn(at_config(warning, &self.config, cx));
    }

    /// What messages call it, in the reference's form.
    fn name(&self) -> String {
        match &self.program {
            Program::Plugin(_) => format!("`{}`", self.config.kind()),
            _ => format!("`{}` ({}, `{}`)", self.config.kind(), self.config.api_version(), self.config.name()),
        }
    }
}

impl Transformer for Plugin<'_> {
    fn transform(&self, resources: &mut ResMap, cx: &Context<'_>) -> Result<(), Diagnostics> {
        if matches!(self.program, Program::NotRun) {
            self.warn_not_run(cx);
            return Ok(());
        }
        let output = self.run(Some(resources), cx)?;
        update::update(resources, output.resources, &output.saved, &self.name(), cx)
    }
}

fn function(
    spec: FunctionSpec,
    config: &Resource,
    options: &Options,
    cx: &Context<'_>,
) -> Result<Program, Diagnostics> {
    let container = spec.container.unwrap_or_default();
    if container.network && !options.network {
        let error = ToolError::new(ToolErrorKind::Refused, "a function asks for the network, which is not enabled")
            .help("add `--network` if you trust it");
        return Err(at_config(error.into(), config, cx).into());
    }
    if !container.image.is_empty() {
        let error = Diagnostic::from(ToolError::container_function(&container.image));
        let image = &container.image;
        return Err(error.label(image.pos, image.len(), "").into());
    }
    match spec.exec {
        Some(exec) if options.exec && !exec.path.is_empty() => Ok(Program::Function(exec)),
        _ => Ok(Program::NotRun),
    }
}

fn not_enabled(config: &Resource, cx: &Context<'_>) -> Diagnostic {
    let kind = config.kind();
    let is_exec = matches!(function_spec(config, cx), Ok(Some(FunctionSpec { exec: Some(_), .. })));
    let flags = if is_exec { "`--enable-alpha-plugins --enable-exec`" } else { "`--enable-alpha-plugins`" };
    let message = format!("`{kind}` ({}) is a plugin, and plugins are not enabled", config.api_version());
    at_config(Diagnostic::error("redisops::plugin::not_enabled", message), config, cx)
        .note("plugins are programs that the repository chooses; built-in ones have `apiVersion: builtin`")
        .help(format!("if you trust it, build with {flags}"))
}

/// Points at the kind of the configuration.
fn at_config(diagnostic: Diagnostic, config: &Resource, cx: &Context<'_>) -> Diagnostic {
    let pos = config.node.get("kind").map_or(Pos::NONE, |node| cx.trace.pos(node.origin));
    diagnostic.label(pos, config.kind().len(), "this plugin")
}

/// What the function says about its failure in `results`, as notes.
fn results(stdout: &[u8]) -> Vec<String> {
    let sources = crate::diagnostics::Sources::new();
    let text = String::from_utf8_lossy(stdout).into_owned();
    let parsed =
        sources.add("", text, SourceKind::Function).ok().and_then(|source| parse_first(&source).ok().flatten());
    let Some(list) = parsed.as_ref().and_then(|node| node.get("results")).and_then(Node::as_seq) else {
        return Vec::new();
    };
    let one = |result: &Node| {
        let mut text = String::new();
        match (result.text_at(&["severity"]), result.text_at(&["message"])) {
            (Some(severity), Some(message)) => text = format!("{severity}: {message}"),
            (None, Some(message)) => text.push_str(message),
            _ => emit_v3(result, None, &mut text),
        }
        let file = result.text_at(&["file", "path"]).map(|path| format!(" ({path})"));
        format!("result: {}{}", text.trim_end(), file.unwrap_or_default())
    };
    list.iter().map(one).collect()
}
