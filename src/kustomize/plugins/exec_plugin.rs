//! Exec plugins of the old kind: a program below the plugin home that is called with the path of its configuration.

use std::path::{Path, PathBuf};

use crate::diagnostics::{Diagnostic, Diagnostics, SourceKind};
use crate::k8s::Resource;
use crate::kustomize::accumulate::Target;
use crate::kustomize::decode::{Decoder, FromNode, Text, record};
use crate::source::{PluginCall, ToolError, Tools, arguments_from_file, split_arguments};

use super::function::config_text;

record! {
    /// Arguments for programs that do not read YAML.
    Arguments as "the configuration of a plugin" {
        /// All arguments in one line, with quotes.
        one_line: Text = "argsOneLiner",
        /// A file with one argument a line.
        file: Text = "argsFromFile",
    }
}

/// A program, ready to be run.
pub(super) struct ExecPlugin {
    path: PathBuf,
    arguments: Vec<String>,
    config: String,
}

impl ExecPlugin {
    /// Looks for the program of an object.
    ///
    /// # Errors
    /// When there is none, or its arguments cannot be read.
    pub(super) fn new(config: &Resource, target: &Target<'_>) -> Result<ExecPlugin, Diagnostics> {
        let cx = target.build.cx;
        let gvk = config.gvk();
        let kind = config.node.get("kind");
        let at_kind = |error: ToolError| {
            let pos = kind.map(|node| cx.trace.pos(node.origin)).unwrap_or_default();
            Diagnostic::from(error).label(pos, gvk.kind.len(), "this plugin")
        };
        let path = target.build.tools.find_plugin(&gvk.group, &gvk.version, &gvk.kind).map_err(at_kind)?;
        let mut decoder = Decoder::plugin(cx.trace);
        let decoded = Arguments::from_node(&config.node, &mut decoder);
        let Arguments { one_line, file, .. } = decoder.finish(decoded)?;
        let mut arguments = split_arguments(&one_line)
            .map_err(|error| Diagnostic::from(error).label(one_line.pos, one_line.len(), ""))?;
        if !file.is_empty() {
            let source = target.load_text(&file, SourceKind::Data)?;
            arguments.extend(arguments_from_file(&source.text));
        }
        Ok(ExecPlugin { path, arguments, config: config_text(config)? })
    }

    /// What the program prints.
    pub(super) fn run(&self, root: &Path, input: String, tools: &dyn Tools) -> Result<Vec<u8>, ToolError> {
        tools.run_plugin(&PluginCall {
            path: self.path.clone(),
            arguments: self.arguments.clone(),
            config: self.config.clone().into_bytes(),
            root: root.to_owned(),
            input: input.into_bytes(),
        })
    }
}
