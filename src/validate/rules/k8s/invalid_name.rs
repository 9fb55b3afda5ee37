//! Names, labels and keys that the API server refuses.

use crate::k8s::names::{
    LONGEST_LABEL, LONGEST_SUBDOMAIN, is_config_key, is_dns_label, is_dns_subdomain, is_label_value, is_old_dns_label,
    is_port_name, is_qualified_name,
};
use crate::k8s::{Resource, parse_api_version};
use crate::validate::rules::facts::Workload;
use crate::validate::structure::is_placeholder;
use crate::validate::{Field, Finding, Findings, Objects, Rule};
use crate::yaml::Node;

rule!(InvalidName, "k8s/invalid-name", Error);

/// Names of Services may begin with a digit from this release on.
const RELAXED_SERVICES: u16 = 34;
/// Names of StatefulSets have no dots from this release on.
const STRICT_SETS: u16 = 36;
/// Longest name of a CronJob, whose Jobs get eleven characters more.
const LONGEST_CRON_JOB: usize = 52;

fn check(rule: &dyn Rule, objects: &Objects<'_>, found: &mut Findings) {
    let names = Names { rule, objects };
    for resource in objects.iter() {
        names.metadata(resource, found);
        match (parse_api_version(resource.api_version()).0, resource.kind()) {
            ("", "ConfigMap" | "Secret") => names.keys(resource, found),
            ("", "Service") => names.service(resource, found),
            _ => {}
        }
    }
    for workload in &objects.facts().workloads {
        names.workload(workload, found);
    }
}

/// Looks at names. Nothing but a mistake is worth a [`Field`]: there are many names.
struct Names<'r, 'a> {
    rule: &'r dyn Rule,
    objects: &'r Objects<'a>,
}

impl Names<'_, '_> {
    fn metadata(&self, resource: &Resource, found: &mut Findings) {
        let name = resource.node.text_at(&["metadata", "name"]);
        if let (Some(text), Some(form)) = (name, form_of(resource, self.objects.settings().kube_minor)) {
            self.name(text, form, || Field::of(resource).path(&["metadata", "name"]), found);
        }
        if let Some(text) = resource.node.text_at(&["metadata", "namespace"]).filter(|text| !text.is_empty()) {
            self.name(text, Form::Label, || Field::of(resource).path(&["metadata", "namespace"]), found);
        }
        self.pairs(resource, &["metadata", "labels"], true, found);
        self.pairs(resource, &["metadata", "annotations"], false, found);
    }

    fn workload(&self, workload: &Workload<'_>, found: &mut Findings) {
        let resource = workload.resource;
        self.pairs(resource, &["spec", "selector", "matchLabels"], true, found);
        self.pairs(resource, &["spec", "template", "metadata", "labels"], true, found);
        self.pairs(resource, &["spec", "template", "metadata", "annotations"], false, found);
        self.pairs_of(
            workload.pod.node().and_then(|pod| pod.get("nodeSelector")),
            || workload.pod.get("nodeSelector"),
            true,
            found,
        );
        let mut volumes = Vec::new();
        let list = workload.pod.node().and_then(|pod| pod.get("volumes")).and_then(Node::as_seq).unwrap_or_default();
        for (at, volume) in list.iter().enumerate() {
            let text = volume.text_at(&["name"]);
            self.once(text, || workload.pod.get("volumes").at(at).get("name"), "volumes", &mut volumes, found);
        }
        let mut names = Vec::new();
        for container in &workload.containers {
            self.once(Some(container.name), || container.field.get("name"), "containers", &mut names, found);
            let ports =
                container.field.node().and_then(|it| it.get("ports")).and_then(Node::as_seq).unwrap_or_default();
            for (at, port) in ports.iter().enumerate() {
                if let Some(text) = port.text_at(&["name"]).filter(|text| !text.is_empty()) {
                    self.name(text, Form::Port, || container.field.get("ports").at(at).get("name"), found);
                }
            }
        }
    }

    fn name<'f>(&self, text: &str, form: Form, field: impl FnOnce() -> Field<'f>, found: &mut Findings) {
        if !form.fits(text) && !is_placeholder(text) {
            let message = format!("`{text}` cannot be a name here: the API server refuses it");
            found.add(self.rule, self.objects, &field(), message).help = Some(form.rule());
        }
    }

    /// The name of a part, which no other part has.
    fn once<'n, 'f>(
        &self,
        text: Option<&'n str>,
        field: impl FnOnce() -> Field<'f>,
        what: &str,
        seen: &mut Vec<&'n str>,
        found: &mut Findings,
    ) {
        let Some(text) = text.filter(|text| !text.is_empty()) else { return };
        if !seen.contains(&text) {
            seen.push(text);
            return self.name(text, Form::Label, field, found);
        }
        if !is_placeholder(text) {
            let message = format!("two {what} have the name `{text}`: the API server refuses them");
            let finding = found.add(self.rule, self.objects, &field(), message);
            finding.help = Some("give one of them another name".to_owned());
        }
    }

    /// Labels, whose values have a form, or annotations, whose values are free.
    fn pairs(&self, resource: &Resource, path: &[&str], labels: bool, found: &mut Findings) {
        self.pairs_of(resource.node.lookup(path), || Field::of(resource).path(path), labels, found);
    }

    fn pairs_of<'f>(&self, map: Option<&Node>, field: impl FnOnce() -> Field<'f>, labels: bool, found: &mut Findings) {
        let is_key = |key: &str| match labels {
            true => is_qualified_name(key) || is_placeholder(key),
            false => is_qualified_name(&key.to_ascii_lowercase()) || is_placeholder(key),
        };
        let is_value = |text: Option<&str>| !labels || text.is_none_or(|it| is_label_value(it) || is_placeholder(it));
        let Some(map) = map.and_then(Node::as_map) else { return };
        if map.entries.iter().all(|entry| is_key(&entry.key.text) && is_value(entry.value.text())) {
            return;
        }
        for (key, value) in field().entries() {
            if !is_key(key) {
                let what = if labels { "label" } else { "annotation" };
                let message = format!("`{key}` cannot be the key of a {what}: the API server refuses it");
                let help = "write up to 63 letters, digits, `-`, `_` or `.`; a name of DNS and `/` may stand in front";
                found.push(self.finding(message).at_key(self.objects, &value).help(help));
            }
            if let Some(text) = value.text().filter(|text| !is_value(Some(text))) {
                let message = format!("`{text}` cannot be the value of a label: the API server refuses it");
                let help = "write up to 63 letters, digits, `-`, `_` or `.`, with a letter or digit at both ends; what is longer can be an annotation";
                found.push(self.finding(message).at(self.objects, &value).help(help));
            }
        }
    }

    /// Keys of a ConfigMap or a Secret.
    fn keys(&self, resource: &Resource, found: &mut Findings) {
        let is_key = |key: &str| is_config_key(key) || is_placeholder(key);
        for part in ["data", "binaryData", "stringData"] {
            let map = resource.node.get(part).and_then(Node::as_map);
            if map.is_none_or(|map| map.entries.iter().all(|entry| is_key(&entry.key.text))) {
                continue;
            }
            for (key, value) in Field::of(resource).get(part).entries().filter(|(key, _)| !is_key(key)) {
                let message = format!("`{key}` cannot be a key of a {}: the API server refuses it", resource.kind());
                let help = "write letters, digits, `-`, `_` or `.`";
                found.push(self.finding(message).at_key(self.objects, &value).help(help));
            }
        }
    }

    fn service(&self, resource: &Resource, found: &mut Findings) {
        self.pairs(resource, &["spec", "selector"], true, found);
        let mut names = Vec::new();
        let ports = resource.node.lookup(&["spec", "ports"]).and_then(Node::as_seq).unwrap_or_default();
        for (at, port) in ports.iter().enumerate() {
            let field = || Field::of(resource).path(&["spec", "ports"]).at(at).get("name");
            match port.text_at(&["name"]).filter(|text| !text.is_empty()) {
                None if ports.len() > 1 => {
                    let message = "a port without a name in a Service with several: the API server refuses it";
                    let finding = found.add(self.rule, self.objects, &field(), message);
                    finding.help = Some("give each port a name".to_owned());
                }
                text => self.once(text, field, "ports", &mut names, found),
            }
        }
    }

    fn finding(&self, message: String) -> Finding {
        Finding::new(self.rule.id(), self.rule.severity(), message)
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
        ("apps", "StatefulSet") if minor >= STRICT_SETS => Form::Label,
        ("rbac.authorization.k8s.io", _) => Form::Path,
        ("" | "apps" | "batch" | "autoscaling" | "storage.k8s.io" | "scheduling.k8s.io", _)
        | ("networking.k8s.io", "Ingress" | "NetworkPolicy" | "IngressClass") => Form::Subdomain,
        // Objects of custom resource definitions; those of servers beside the API server have rules of their own.
        (group, _) if group.contains('.') && !group.ends_with(".k8s.io") && !group.ends_with(".openshift.io") => {
            Form::Subdomain
        }
        _ => return None,
    })
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
            ("policy/v1", "PodDisruptionBudget", "A_b", true),
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
