//! Reading `redisops.yaml`, with everything that is wrong with it.

use crate::diagnostics::{Diagnostic, Diagnostics, Severity, Source, did_you_mean};
use crate::kustomize::decode::{Decoder, FromNode, Pairs, Text};
use crate::validate::rules;
use crate::yaml::{Trace, parse_first};

use super::comments::names;
use super::judge::Level;
use super::types::{Configuration, Policy};

const API_VERSION: &str = "redisops.dev/v1alpha1";
const KIND: &str = "Configuration";

/// Rules of the structure of objects, which have no code of their own in `rules`.
const STRUCTURE: [&str; 1] = ["schema/*"];

/// The configuration in a text, and what is odd about it.
///
/// # Errors
/// What is not YAML; otherwise every field that is unknown, missing or wrong.
pub fn read(source: &Source, trace: &Trace) -> Result<(Configuration, Diagnostics), Diagnostics> {
    let Some(node) = parse_first(source)?.filter(|node| !node.is_null()) else {
        return Ok((Configuration::default(), Diagnostics::new()));
    };
    let mut decoder = Decoder::configuration_file(trace);
    let configuration = Configuration::from_node(&node, &mut decoder);
    if let Some(configuration) = &configuration {
        check(configuration, &mut decoder);
    }
    let warnings: Vec<Diagnostic> =
        decoder.found.0.iter().filter(|found| found.severity != Severity::Error).cloned().collect();
    decoder.finish(configuration).map(|configuration| (configuration, Diagnostics(warnings)))
}

fn check(configuration: &Configuration, cx: &mut Decoder<'_>) {
    for (text, field, wanted) in
        [(&configuration.api_version, "apiVersion", API_VERSION), (&configuration.kind, "kind", KIND)]
    {
        if text.value != wanted {
            let pos = if text.pos.is_none() { configuration.pos } else { text.pos };
            cx.found.push(
                Diagnostic::error(
                    "redisops::config::kind",
                    format!("this is no configuration: its `{field}` is not `{wanted}`"),
                )
                .label(pos, text.len().max(1), "")
                .help(format!("write `{field}: {wanted}`")),
            );
        }
    }
    let own: Vec<&str> = configuration.policies.iter().map(|policy| policy.id.value.as_str()).collect();
    levels(&configuration.rules, &own, cx);
    for entry in &configuration.overrides {
        levels(&entry.rules, &own, cx);
    }
    for entry in &configuration.ignore {
        if entry.rule.is_empty() {
            missing(entry.pos, "rule", "name the rule whose findings are known; a folder of rules is `k8s/*`", cx);
        } else {
            rule(&entry.rule, &own, cx);
        }
    }
    for (index, policy) in configuration.policies.iter().enumerate() {
        one_policy(policy, cx);
        let twice = configuration.policies[..index].iter().any(|before| before.id.value == policy.id.value);
        if twice || rules::all().iter().any(|rule| rule.id() == policy.id.value) {
            cx.found.push(
                Diagnostic::error(
                    "redisops::config::policy_id",
                    format!("there is a rule `{}` already", policy.id.value),
                )
                .label(policy.id.pos, policy.id.len(), "")
                .help("give the policy another id"),
            );
        }
    }
}

fn missing(pos: crate::diagnostics::Pos, field: &str, help: &str, cx: &mut Decoder<'_>) {
    cx.found.push(
        Diagnostic::error("redisops::config::missing_field", format!("`{field}` is missing"))
            .label(pos, 1, "")
            .help(help),
    );
}

fn levels(pairs: &Pairs, own: &[&str], cx: &mut Decoder<'_>) {
    for (name, level) in &pairs.0 {
        rule(name, own, cx);
        if Level::parse(level).is_none() {
            cx.found.push(
                Diagnostic::error("redisops::config::severity", format!("`{}` is no severity", level.value))
                    .label(level.pos, level.len().max(1), "")
                    .help(format!("write one of {}", Level::NAMES.join(", "))),
            );
        }
    }
}

/// A rule that does not exist is only worth a warning: another version of the program may have it.
fn rule(name: &Text, own: &[&str], cx: &mut Decoder<'_>) {
    let known = || rules::all().iter().map(|rule| rule.id()).chain(own.iter().copied());
    let is_known = known().any(|id| names(name, id))
        || STRUCTURE.iter().any(|folder| names(folder, name) || *folder == name.value);
    if is_known {
        return;
    }
    let near = did_you_mean(name, known());
    cx.found.push(
        Diagnostic::warning("redisops::config::unknown_rule", format!("there is no rule `{}`", name.value))
            .label(name.pos, name.len(), "")
            .help(near.map_or_else(|| "docs/rules/ lists them".to_owned(), |near| format!("did you mean `{near}`?"))),
    );
}

fn one_policy(policy: &Policy, cx: &mut Decoder<'_>) {
    let well_formed = |part: &str| {
        !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    if policy.id.is_empty() {
        missing(policy.pos, "id", "write an id of two words: `id: team/replicas`", cx);
    } else if policy.id.split('/').count() != 2 || !policy.id.split('/').all(well_formed) {
        cx.found.push(
            Diagnostic::error("redisops::config::policy_id", format!("`{}` is no id of a rule", policy.id.value))
                .label(policy.id.pos, policy.id.len(), "")
                .help("write two words of small letters, digits and dashes with a slash between them: `team/replicas`"),
        );
    }
    if policy.expression.is_empty() {
        missing(policy.pos, "expression", "write what has to be true: `expression: object.spec.replicas >= 3`", cx);
    }
    if policy.message.is_empty() {
        missing(policy.pos, "message", "write what is wrong when the expression is not true", cx);
    }
    if !policy.severity.is_empty() && !matches!(Level::parse(&policy.severity), Some(Level::Fixed(_))) {
        cx.found.push(
            Diagnostic::error("redisops::config::severity", format!("`{}` is no severity", policy.severity.value))
                .label(policy.severity.pos, policy.severity.len(), "")
                .help("write one of error, warning, note"),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostics::{SourceKind, Sources};

    fn found(text: &str) -> Vec<String> {
        let (sources, trace) = (Sources::new(), Trace::new());
        let source = sources.add("redisops.yaml", text.to_owned(), SourceKind::Config).unwrap();
        let all = match read(&source, &trace) {
            Ok((_, warnings)) => warnings,
            Err(errors) => errors,
        };
        let show = |found: &Diagnostic| {
            let at = found.labels.first().and_then(|label| sources.location(label.pos)).unwrap();
            format!("{}:{} {} ({})", at.line, at.column, found.message, found.help.as_deref().unwrap_or(""))
        };
        all.0.iter().map(show).collect()
    }

    const HEAD: &str = "apiVersion: redisops.dev/v1alpha1\nkind: Configuration\n";

    #[test]
    fn a_good_configuration_is_good() {
        assert_eq!(found(""), [""; 0]);
        let text = "rules: {k8s/image-tag: off, redis-conf/*: error, schema/no-schema: note, schema/*: on, team/x: note}\n\
                    overrides:\n- environments: [dev]\n  paths: [base/**]\n  rules: {redis/anti-affinity: off}\n\
                    ignore:\n- {rule: k8s/image-tag, kind: Pod, name: a, namespace: n, path: x, reason: y}\n\
                    policies:\n- {id: team/x, kinds: [Pod], environments: [a], expression: \"true\", message: m, path: spec, severity: error, help: h}\n";
        assert_eq!(found(&format!("{HEAD}{text}")), [""; 0]);
    }

    #[test]
    fn everything_that_is_wrong_is_said() {
        let text = "rule: {}\nrules: {k8s/image-tagg: off, k8s/image-tag: of}\nignore:\n- {kind: Pod}\n\
                    policies:\n- {id: X, severity: bad}\n- {id: k8s/image-tag, expression: \"1\", message: m}\n";
        assert_eq!(
            found(&format!("{HEAD}{text}")),
            [
                "3:1 unknown field `rule` in a configuration (did you mean `rules`?)",
                "4:45 `of` is no severity (write one of off, on, note, warning, error)",
                "4:9 there is no rule `k8s/image-tagg` (did you mean `k8s/image-tag`?)",
                "6:3 `rule` is missing (name the rule whose findings are known; a folder of rules is `k8s/*`)",
                "8:8 `X` is no id of a rule (write two words of small letters, digits and dashes with a slash between them: `team/replicas`)",
                "8:3 `expression` is missing (write what has to be true: `expression: object.spec.replicas >= 3`)",
                "8:3 `message` is missing (write what is wrong when the expression is not true)",
                "8:21 `bad` is no severity (write one of error, warning, note)",
                "9:8 there is a rule `k8s/image-tag` already (give the policy another id)",
            ]
        );
        assert_eq!(found("apiVersion: redisops.dev/v1\nkind: Configuration\n").len(), 1);
        assert_eq!(found("kind: 5\n").len(), 3);
    }
}
