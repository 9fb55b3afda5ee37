//! Which program a function is: the annotation of the object that configures it.

use crate::diagnostics::{Diagnostic, Diagnostics, Pos, SourceKind};
use crate::k8s::Resource;
use crate::kustomize::Context;
use crate::kustomize::decode::{Decoder, FromNode, Text, record};
use crate::yaml::{Node, Style, parse_yaml11};

/// Annotations that hold a function, the first one that is there counts.
const FUNCTION: [&str; 2] = ["config.kubernetes.io/function", "config.k8s.io/function"];
/// Old form: the image alone.
const CONTAINER: &str = "config.kubernetes.io/container";

record! {
    /// The value of the annotation `config.kubernetes.io/function`.
    FunctionSpec as "a function" {
        /// Look at the output before the failure.
        defer_failure: bool = "deferFailure",
        /// A container image.
        container: Option<ContainerSpec> = "container",
        /// A program.
        exec: Option<ExecSpec> = "exec",
    }
}

record! {
    /// A function that is a program.
    ExecSpec as "the program of a function" {
        /// The program.
        path: Text = "path",
        /// Its arguments.
        arguments: Vec<String> = "args",
        /// `NAME=value` entries.
        environment: Vec<String> = "envs",
    }
}

record! {
    /// A function that is a container image.
    ContainerSpec as "the container of a function" {
        /// The image.
        image: Text = "image",
        /// It needs the network.
        network: bool = "network",
        /// What is mounted.
        mounts: Vec<MountSpec> = "mounts",
        /// `NAME=value` entries.
        environment: Vec<String> = "envs",
    }
}

record! {
    /// A mount of a container.
    MountSpec as "a mount of a function" {
        /// Kind of the mount.
        mount_type: String = "type",
        /// What is mounted.
        source: Text = "src",
        /// Where it is mounted.
        target: String = "dst",
        /// May be written.
        writable: bool = "rw",
    }
}

/// The function that an object configures; none when it configures something else.
///
/// # Errors
/// When the annotation cannot be understood, or a mount leads out of the kustomization.
pub fn function_spec(resource: &Resource, cx: &Context<'_>) -> Result<Option<FunctionSpec>, Diagnostics> {
    let Some(spec) = read(resource, cx)? else { return Ok(None) };
    let mut found = Diagnostics::new();
    for mount in spec.container.iter().flat_map(|container| &container.mounts) {
        let source = &mount.source;
        let outside = match crate::source::clean(std::path::Path::new(&**source)) {
            path if path.is_absolute() => "is absolute",
            path if path.starts_with("..") => "leads out of the directory of the kustomization",
            _ => continue,
        };
        found.push(
            Diagnostic::error("redisops::plugin::mount", format!("the mount `{}` {outside}", &**source))
                .label(source.pos, source.len(), "")
                .help("functions may mount what is in or below the directory of the kustomization, by relative paths"),
        );
    }
    if found.has_errors() { Err(found) } else { Ok(Some(spec)) }
}

fn read(resource: &Resource, cx: &Context<'_>) -> Result<Option<FunctionSpec>, Diagnostics> {
    let annotations = resource.node.lookup(&["metadata", "annotations"]);
    let text = |key: &str| annotations.and_then(|a| a.get(key)).and_then(|node| nonempty(node, cx));
    if let Some(text) = FUNCTION.iter().find_map(|key| text(key)) {
        let source = cx.add_inline(&text, SourceKind::Config)?;
        return decode(&parse_yaml11(&source)?, cx).map(Some);
    }
    if let Some(node) = resource.node.lookup(&["metadata", "configFn"]).filter(|node| !node.is_null()) {
        return decode(node, cx).map(Some);
    }
    Ok(text(CONTAINER).map(|image| FunctionSpec {
        container: Some(ContainerSpec { image, ..ContainerSpec::default() }),
        ..FunctionSpec::default()
    }))
}

fn nonempty(node: &Node, cx: &Context<'_>) -> Option<Text> {
    let scalar = node.as_scalar().filter(|_| !node.is_null())?;
    let pos = node.origin.pos().unwrap_or_else(|| cx.trace.pos(node.origin));
    let text =
        Text { value: scalar.text.to_string(), pos, literal: scalar.style == Style::Literal && pos != Pos::NONE };
    (!text.value.is_empty()).then_some(text)
}

fn decode(node: &Node, cx: &Context<'_>) -> Result<FunctionSpec, Diagnostics> {
    if node.is_null() {
        return Ok(FunctionSpec::default());
    }
    let mut decoder = Decoder::configuration(cx.trace);
    let spec = FunctionSpec::from_node(node, &mut decoder);
    decoder.finish(spec)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostics::Sources;
    use crate::yaml::{Trace, parse_documents};

    fn spec(metadata: &str) -> Result<Option<FunctionSpec>, Vec<String>> {
        let (sources, trace) = (Sources::new(), Trace::new());
        let cx = Context::new(&sources, &trace);
        let text = format!("apiVersion: x/v1\nkind: Fn\nmetadata:\n  name: fn\n{metadata}");
        let source = sources.add("fn.yaml", text, SourceKind::Config).unwrap();
        let resource = Resource::new(parse_documents(&source).unwrap().remove(0));
        function_spec(&resource, &cx).map_err(|found| found.0.into_iter().map(|d| d.message).collect())
    }

    #[test]
    fn reads_all_forms() {
        let exec = "  annotations:\n    config.kubernetes.io/function: |\n      exec:\n        path: ./fn\n        args: [a]\n        envs: [A=1]\n";
        let exec = spec(exec).unwrap().unwrap().exec.unwrap();
        assert_eq!(
            (&*exec.path, exec.arguments, exec.environment),
            ("./fn", vec!["a".to_owned()], vec!["A=1".to_owned()])
        );
        let image = |text| spec(text).unwrap().unwrap().container.unwrap().image.value;
        assert_eq!(image("  annotations: {config.kubernetes.io/container: img}\n"), "img");
        assert_eq!(image("  configFn: {container: {image: img2}}\n"), "img2");
        assert!(spec("  annotations: {a: b}\n").unwrap().is_none());
    }

    #[test]
    fn refuses_slips_and_mounts_outside() {
        let slip = spec("  annotations:\n    config.k8s.io/function: 'exec: {pth: x}'\n").unwrap_err();
        assert_eq!(slip, ["unknown field `pth` in the program of a function"]);
        let mounts = "  annotations:\n    config.kubernetes.io/function: |\n      container:\n        image: i\n        mounts: [{src: /etc}, {src: a/../../b}, {src: ok}]\n";
        assert_eq!(spec(mounts).unwrap_err().len(), 2);
    }
}
