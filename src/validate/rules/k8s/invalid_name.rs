//! Names, labels and keys that the API server refuses.

use crate::diagnostics::Severity;
use crate::k8s::names::{
    LONGEST_LABEL, LONGEST_SUBDOMAIN, is_config_key, is_dns_label, is_dns_subdomain, is_label_value, is_old_dns_label,
    is_port_name, is_qualified_name,
};
use crate::k8s::{Resource, parse_api_version};
use crate::validate::structure::is_placeholder;
use crate::validate::{Field, Finding, Findings, Objects, Rule};

rule!(InvalidName, "k8s/invalid-name", Error);

/// Names of Services may begin with a digit from this release on.
const RELAXED_SERVICES: u16 = 34;
/// Longest name of a CronJob, whose Jobs get eleven characters more.
const LONGEST_CRON_JOB: usize = 52;

fn check(rule: &dyn Rule, objects: &Objects<'_>, found: &mut Findings) {
    for resource in objects.iter() {
        let object = Field::of(resource);
        let metadata = object.get("metadata");
        if let Some(form) = form_of(resource, objects.settings().kube_minor) {
            let name = metadata.get("name");
            if let Some(text) = name.text().filter(|text| !is_placeholder(text)) {
                named(rule, objects, &name, text, form, found);
            }
        }
        let namespace = metadata.get("namespace");
        if let Some(text) = namespace.text().filter(|text| !text.is_empty() && !is_placeholder(text)) {
            named(rule, objects, &namespace, text, Form::Label, found);
        }
        pairs(rule, objects, &metadata.get("labels"), true, found);
        pairs(rule, objects, &metadata.get("annotations"), false, found);
        match (parse_api_version(resource.api_version()).0, resource.kind()) {
            ("", "ConfigMap" | "Secret") => keys(rule, objects, &object, found),
            ("", "Service") => service(rule, objects, &object.get("spec"), found),
            _ => {}
        }
    }
    for workload in &objects.facts().workloads {
        if workload.resource.kind() != "Pod" {
            let spec = Field::of(workload.resource).get("spec");
            pairs(rule, objects, &spec.path(&["selector", "matchLabels"]), true, found);
            pairs(rule, objects, &spec.path(&["template", "metadata", "labels"]), true, found);
            pairs(rule, objects, &spec.path(&["template", "metadata", "annotations"]), false, found);
        }
        pairs(rule, objects, &workload.pod.get("nodeSelector"), true, found);
        let mut volumes = Vec::new();
        for volume in workload.pod.get("volumes").items() {
            once(rule, objects, &volume.get("name"), "volumes", &mut volumes, found);
        }
        let mut names = Vec::new();
        for container in &workload.containers {
            once(rule, objects, &container.field.get("name"), "containers", &mut names, found);
            for port in container.field.get("ports").items() {
                let name = port.get("name");
                if let Some(text) = name.text().filter(|text| !text.is_empty() && !is_placeholder(text)) {
                    named(rule, objects, &name, text, Form::Port, found);
                }
            }
        }
    }
}

/// What a name must be like.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Label,
    OldLabel,
    Subdomain,
    CronJob,
    /// Of rights: anything that can stand in a path.
    Path,
    Port,
}

impl Form {
    fn fits(self, text: &str) -> bool {
        match self {
            Form::Label => is_dns_label(text),
            Form::OldLabel => is_old_dns_label(text),
            Form::Subdomain => is_dns_subdomain(text),
            Form::CronJob => is_dns_subdomain(text) && text.len() <= LONGEST_CRON_JOB,
            Form::Path => !text.is_empty() && text != "." && text != ".." && !text.contains(['/', '%']),
            Form::Port => is_port_name(text),
        }
    }

    fn rule(self) -> String {
        let plain = "lower case letters, digits and `-`";
        let ends = "a letter or digit at both ends";
        match self {
            Form::Label => format!("write up to {LONGEST_LABEL} {plain}, with {ends}"),
            Form::OldLabel => format!("write up to {LONGEST_LABEL} {plain}, with a letter first and no `-` last"),
            Form::Subdomain => format!("write up to {LONGEST_SUBDOMAIN} {plain} or `.`, with {ends} of each part"),
            Form::CronJob => format!("write up to {LONGEST_CRON_JOB} {plain}: its Jobs add to it"),
            Form::Path => "leave out `/` and `%`".to_owned(),
            Form::Port => format!("write up to 15 {plain}, with a letter among them, no `--`, and {ends}"),
        }
    }
}

/// What the name of an object must be like; nothing where that is not known for sure.
fn form_of(resource: &Resource, minor: u16) -> Option<Form> {
    let group = parse_api_version(resource.api_version()).0;
    Some(match (group, resource.kind()) {
        ("", "Namespace") => Form::Label,
        ("", "Service") if minor < RELAXED_SERVICES => Form::OldLabel,
        ("", "Service") => Form::Label,
        ("batch", "CronJob") => Form::CronJob,
        ("rbac.authorization.k8s.io", _) => Form::Path,
        ("" | "apps" | "batch" | "autoscaling" | "policy" | "storage.k8s.io" | "scheduling.k8s.io", _)
        | ("networking.k8s.io", "Ingress" | "NetworkPolicy" | "IngressClass") => Form::Subdomain,
        // Objects of custom resource definitions; those of servers beside the API server have rules of their own.
        (group, _) if group.contains('.') && !group.ends_with(".k8s.io") && !group.ends_with(".openshift.io") => {
            Form::Subdomain
        }
        _ => return None,
    })
}

fn named(rule: &dyn Rule, objects: &Objects<'_>, field: &Field<'_>, text: &str, form: Form, found: &mut Findings) {
    if !form.fits(text) {
        let finding =
            found.add(rule, objects, field, format!("`{text}` cannot be a name here: the API server refuses it"));
        finding.help = Some(form.rule());
    }
}

/// A name of a part, which no other part has.
fn once<'a>(
    rule: &dyn Rule,
    objects: &Objects<'_>,
    field: &Field<'a>,
    what: &str,
    seen: &mut Vec<&'a str>,
    found: &mut Findings,
) {
    let Some(text) = field.text().filter(|text| !text.is_empty() && !is_placeholder(text)) else { return };
    if seen.contains(&text) {
        let finding =
            found.add(rule, objects, field, format!("two {what} have the name `{text}`: the API server refuses them"));
        finding.help = Some("give one of them another name".to_owned());
    } else {
        seen.push(text);
        named(rule, objects, field, text, Form::Label, found);
    }
}

/// Labels, whose values have a form, or annotations, whose values are free.
fn pairs(rule: &dyn Rule, objects: &Objects<'_>, map: &Field<'_>, labels: bool, found: &mut Findings) {
    for (key, value) in map.entries() {
        let is_key = if labels { is_qualified_name(key) } else { is_qualified_name(&key.to_ascii_lowercase()) };
        if !is_key && !is_placeholder(key) {
            let what = if labels { "label" } else { "annotation" };
            let message = format!("`{key}` cannot be the key of a {what}: the API server refuses it");
            let help = "write up to 63 letters, digits, `-`, `_` or `.`; a name of DNS and `/` may stand in front";
            found.push(finding(rule, message).at_key(objects, &value).help(help));
        }
        if let Some(text) = value.text().filter(|text| labels && !is_label_value(text) && !is_placeholder(text)) {
            let message = format!("`{text}` cannot be the value of a label: the API server refuses it");
            let help = "write up to 63 letters, digits, `-`, `_` or `.`, with a letter or digit at both ends; what is longer can be an annotation";
            found.push(finding(rule, message).at(objects, &value).help(help));
        }
    }
}

/// Keys of a ConfigMap or a Secret.
fn keys(rule: &dyn Rule, objects: &Objects<'_>, object: &Field<'_>, found: &mut Findings) {
    for part in ["data", "binaryData", "stringData"] {
        for (key, value) in object.get(part).entries().filter(|(key, _)| !is_config_key(key) && !is_placeholder(key)) {
            let message =
                format!("`{key}` cannot be a key of a {}: the API server refuses it", object.resource().kind());
            found.push(finding(rule, message).at_key(objects, &value).help("write letters, digits, `-`, `_` or `.`"));
        }
    }
}

fn service(rule: &dyn Rule, objects: &Objects<'_>, spec: &Field<'_>, found: &mut Findings) {
    pairs(rule, objects, &spec.get("selector"), true, found);
    let mut names = Vec::new();
    let count = spec.get("ports").items().count();
    for port in spec.get("ports").items() {
        let name = port.get("name");
        match name.text() {
            Some(text) if !text.is_empty() => once(rule, objects, &name, "ports", &mut names, found),
            _ if count > 1 => {
                let message = "a port without a name in a Service with several: the API server refuses it";
                found.add(rule, objects, &name, message).help = Some("give each port a name".to_owned());
            }
            _ => {}
        }
    }
}

fn finding(rule: &dyn Rule, message: String) -> Finding {
    debug_assert_eq!(rule.severity(), Severity::Error);
    Finding::new(rule.id(), rule.severity(), message)
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::{found, found_with};
    use super::InvalidName;
    use crate::validate::Settings;

    fn object(api_version: &str, kind: &str, name: &str) -> String {
        format!("apiVersion: {api_version}\nkind: {kind}\nmetadata: {{name: \"{name}\"}}\n")
    }

    #[test]
    fn names_are_those_that_the_server_takes() {
        assert_eq!(
            found(&InvalidName, &object("v1", "ConfigMap", "Redis_conf")),
            ["error 3:18 metadata.name: `Redis_conf` cannot be a name here: the API server refuses it"]
        );
        for (api_version, kind, name, good) in [
            ("v1", "ConfigMap", "a.b", true),
            ("v1", "ConfigMap", "<path:a#b>", true),
            ("v1", "Namespace", "a.b", false),
            ("v1", "Service", "a.b", false),
            ("batch/v1", "CronJob", &*"a".repeat(53), false),
            ("rbac.authorization.k8s.io/v1", "Role", "System:Node", true),
            ("rbac.authorization.k8s.io/v1", "Role", "a/b", false),
            ("app.redislabs.com/v1", "RedisEnterpriseCluster", "REC", false),
            ("user.openshift.io/v1", "User", "Kube:Admin", true),
            ("certificates.k8s.io/v1", "CertificateSigningRequest", "A_b", true),
        ] {
            assert_eq!(found(&InvalidName, &object(api_version, kind, name)).is_empty(), good, "{kind} {name}");
        }
        let digit = object("v1", "Service", "1a");
        let of = |kube_minor| Settings { kube_minor, ..Settings::default() };
        assert_eq!(found_with(&InvalidName, &digit, &of(33), |_| {}).len(), 1);
        assert_eq!(found_with(&InvalidName, &digit, &of(34), |_| {}), [""; 0]);
    }

    #[test]
    fn labels_and_keys_have_forms() {
        let text = |more: &str| format!("apiVersion: v1\nkind: ConfigMap\n{more}\n");
        assert_eq!(
            found(
                &InvalidName,
                &text("metadata: {name: a, labels: {\"a b\": c, d: \"e f\"}, annotations: {X.y/z: \"any thing\"}}")
            ),
            [
                "error 3:30 metadata.labels[\"a b\"]: `a b` cannot be the key of a label: the API server refuses it",
                "error 3:43 metadata.labels.d: `e f` cannot be the value of a label: the API server refuses it",
            ]
        );
        assert_eq!(
            found(&InvalidName, &text("metadata: {name: a}\ndata: {a/b: c, redis.conf: d}")),
            ["error 4:8 data[\"a/b\"]: `a/b` cannot be a key of a ConfigMap: the API server refuses it"]
        );
    }

    #[test]
    fn parts_have_names_of_their_own() {
        let pod = |spec: &str| format!("apiVersion: v1\nkind: Pod\nmetadata: {{name: a}}\nspec: {{{spec}}}\n");
        for (spec, count) in [
            ("containers: [{name: a}, {name: a}]", 1),
            ("initContainers: [{name: a}], containers: [{name: a}]", 1),
            ("containers: [{name: A}]", 1),
            ("containers: [{name: a, ports: [{name: Metrics}, {name: a-very-long-name}]}]", 2),
            ("containers: [{name: a, ports: [{name: metrics}]}], volumes: [{name: x}, {name: x}]", 1),
            ("containers: [{name: a}], volumes: [{name: a}]", 0),
        ] {
            assert_eq!(found(&InvalidName, &pod(spec)).len(), count, "{spec}");
        }
        let service = |ports: &str| format!("{}spec: {{ports: [{ports}]}}\n", object("v1", "Service", "a"));
        for (ports, count) in
            [("{port: 1}", 0), ("{port: 1}, {port: 2, name: b}", 1), ("{port: 1, name: b}, {port: 2, name: b}", 1)]
        {
            assert_eq!(found(&InvalidName, &service(ports)).len(), count, "{ports}");
        }
    }
}
