//! Reading an environment, with everything that is wrong with it.

use crate::diagnostics::{Diagnostic, Diagnostics, Source};
use crate::kustomize::decode::{Decoder, FromNode, Text};
use crate::yaml::{Node, Trace, parse_first};

use super::types::Environment;

const API_VERSION: &str = "redisops.dev/v1alpha1";
const KIND: &str = "Environment";

/// The environment in a text.
///
/// # Errors
/// What is not YAML; otherwise every field that is unknown, missing or of a wrong type.
pub fn read(source: &Source, trace: &Trace) -> Result<Environment, Diagnostics> {
    let Some(node) = parse_first(source)? else {
        return Err(Diagnostic::error("redisops::environment::empty", "the environment is empty")
            .in_file(source.path.clone())
            .help(format!("write `apiVersion: {API_VERSION}`, `kind: {KIND}` and a `spec` with an `overlay`"))
            .into());
    };
    let mut decoder = Decoder::environment(trace);
    let environment = Environment::from_node(&node, &mut decoder);
    if let Some(environment) = &environment {
        check(environment, &node, &mut decoder);
    }
    decoder.finish(environment)
}

fn check(environment: &Environment, node: &Node, cx: &mut Decoder<'_>) {
    let mut expect = |text: &Text, field: &str, wanted: &str| {
        if text.value != wanted && !is_reported(node, field, text) {
            let pos = if text.pos.is_none() { environment.pos } else { text.pos };
            let message = match text.value.is_empty() {
                true => format!("`{field}` is missing"),
                false => format!("this `{field}` is not that of an environment"),
            };
            let help = format!("write `{field}: {wanted}`");
            cx.found.push(
                Diagnostic::error("redisops::environment::kind", message).label(pos, text.len().max(1), "").help(help),
            );
        }
    };
    expect(&environment.api_version, "apiVersion", API_VERSION);
    expect(&environment.kind, "kind", KIND);
    let overlay = &environment.spec.overlay;
    let spec = node.get("spec").filter(|spec| !spec.is_null());
    if overlay.value.is_empty()
        && spec.is_none_or(|spec| spec.as_map().is_some() && spec.get("overlay").is_none_or(Node::is_null))
    {
        let pos = spec.map_or(environment.pos, |spec| cx.pos(spec));
        cx.found.push(
            Diagnostic::error("redisops::environment::missing_field", "the environment names no overlay")
                .label(pos, 1, "")
                .help("add `overlay:` to its `spec`: the directory to render, relative to the root of the repository"),
        );
    }
}

/// Whether a value is there but has the wrong type, which was reported already.
fn is_reported(node: &Node, field: &str, text: &Text) -> bool {
    text.value.is_empty() && node.get(field).is_some_and(|value| !value.is_null())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostics::{SourceKind, Sources};
    use crate::environment::{AccessMode, Confirmation, Store, TopologyMode};

    fn parse(text: &str) -> Result<Environment, Vec<String>> {
        let (sources, trace) = (Sources::new(), Trace::new());
        let source = sources.add("environments/x.yaml", text.to_owned(), SourceKind::Config).unwrap();
        read(&source, &trace).map_err(|found| {
            let line = |d: &Diagnostic| match d.labels.first().and_then(|l| sources.location(l.pos)) {
                Some(at) => format!("{}:{} {} ({})", at.line, at.column, d.message, d.help.clone().unwrap_or_default()),
                None => d.message.clone(),
            };
            found.0.iter().map(line).collect()
        })
    }

    #[test]
    fn reads_every_field() {
        let environment = parse(
            "apiVersion: redisops.dev/v1alpha1\nkind: Environment\nmetadata: {name: prod}\nspec:\n  overlay: overlays/prod\n  \
             kubernetes: {context: C, namespace: N, version: \"1.36\", fieldManagers: [argocd-controller]}\n  \
             secrets: {store: vault, address: x}\n  redis:\n  - name: cache\n    workload: StatefulSet/cache\n    \
             topology: {mode: cluster}\n    access: {mode: map, map: {cache-0: \"127.0.0.1:7001\"}, port: 6379}\n    \
             auth: {user: default, passwordFrom: {env: X}}\n    sentinel: {master: cache, quorum: 2}\n  \
             guards: {confirm: [delete, slots], maxSlots: 1000, latencyBudget: 5ms, windows: [\"Mon-Fri 09:00-16:00 UTC\"]}\n",
        );
        let spec = environment.unwrap().spec;
        assert_eq!(spec.overlay.value, "overlays/prod");
        assert_eq!(spec.kubernetes.version.value, "1.36");
        assert_eq!(spec.secrets.unwrap().store, Store::Vault);
        assert_eq!(spec.guards.confirm, [Confirmation::Delete, Confirmation::Slots]);
        let redis = &spec.redis[0];
        assert_eq!(redis.topology.as_ref().unwrap().mode, Some(TopologyMode::Cluster));
        let access = redis.access.as_ref().unwrap();
        assert_eq!((access.mode, access.port.unwrap().value), (Some(AccessMode::Map), 6379));
    }

    #[test]
    fn reports_everything_that_is_wrong() {
        let found = parse(
            "apiVersion: redisops.dev/v1\nkind: Environment\nspec:\n  overlays: x\n  kubernetes: {version: 1.36}\n  \
             secrets: {store: valt}\n  guards: {confirm: [drop]}\n",
        );
        let want = [
            "4:3 unknown field `overlays` in the spec of an environment (did you mean `overlay`?)",
            "5:25 expected a string, found a number (put it in quotes: \"1.36\")",
            "6:20 `valt` is no secret store (did you mean `vault`?)",
            "7:22 `drop` is no kind of change that can be confirmed (write one of delete, slots, restart)",
            "1:13 this `apiVersion` is not that of an environment (write `apiVersion: redisops.dev/v1alpha1`)",
            "4:3 the environment names no overlay (add `overlay:` to its `spec`: the directory to render, relative to the root of the repository)",
        ];
        assert_eq!(found.unwrap_err(), want);
        assert_eq!(parse("").unwrap_err(), ["the environment is empty"]);
    }
}
