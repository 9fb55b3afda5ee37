//! Values that fit the schema, and that the API server refuses all the same.

use crate::k8s::{Quantity, parse_api_version};
use crate::validate::rules::facts::{Container, Workload};
use crate::validate::structure::is_placeholder;
use crate::validate::{Field, Findings, Objects, Rule};

rule!(InvalidValue, "k8s/invalid-value", Error);

/// Keys that a Secret of a type has to have.
const SECRET_KEYS: [(&str, &[&str]); 4] = [
    ("kubernetes.io/tls", &["tls.crt", "tls.key"]),
    ("kubernetes.io/dockerconfigjson", &[".dockerconfigjson"]),
    ("kubernetes.io/dockercfg", &[".dockercfg"]),
    ("kubernetes.io/ssh-auth", &["ssh-privatekey"]),
];

fn check(rule: &dyn Rule, objects: &Objects<'_>, found: &mut Findings) {
    let mut flaw = |field: &Field<'_>, message: &str, help: &str| {
        let message = format!("{message}: the API server refuses this");
        found.add(rule, objects, field, message).help = Some(help.to_owned());
    };
    for workload in &objects.facts().workloads {
        of_workload(workload, &mut flaw);
    }
    for resource in objects.iter() {
        let object = Field::of(resource);
        match (parse_api_version(resource.api_version()).0, resource.kind()) {
            ("", "Service") => service(&object.get("spec"), &mut flaw),
            ("", "Secret") => secret(&object, &mut flaw),
            ("", "PersistentVolumeClaim") => claim(&object.get("spec"), &mut flaw),
            ("policy", "PodDisruptionBudget") => budget(&object.get("spec"), &mut flaw),
            ("networking.k8s.io", "NetworkPolicy") => policy(&object.get("spec"), &mut flaw),
            _ => {}
        }
    }
}

/// Takes a field, what is wrong with it, and what to do.
type Flaw<'f> = dyn FnMut(&Field<'_>, &str, &str) + 'f;

fn of_workload(workload: &Workload<'_>, flaw: &mut Flaw<'_>) {
    let spec = Field::of(workload.resource).get("spec");
    let replicas = spec.get("replicas");
    if workload.resource.kind() != "Pod" && replicas.int().is_some_and(|count| count < 0) {
        flaw(&replicas, "a number of pods below zero", "write 0 or more");
    }
    if workload.resource.kind() == "Deployment" {
        let (strategy, rolling) = (spec.get("strategy"), spec.path(&["strategy", "rollingUpdate"]));
        if strategy.get("type").text() == Some("Recreate") && rolling.is_set() {
            flaw(
                &rolling,
                "`rollingUpdate` with `type: Recreate`",
                "remove it; a patch does with `rollingUpdate: null`",
            );
        }
        let is_zero = |key: &str| matches!(rolling.get(key).text(), Some("0" | "0%"));
        if is_zero("maxSurge") && is_zero("maxUnavailable") {
            flaw(
                &rolling.get("maxUnavailable"),
                "no pod may be added and none taken away",
                "write `maxUnavailable: 1`",
            );
        }
    }
    if matches!(workload.resource.kind(), "Job" | "CronJob")
        && !matches!(workload.pod.get("restartPolicy").text(), Some("Never" | "OnFailure"))
    {
        let policy = workload.pod.get("restartPolicy");
        flaw(&policy, "pods of a Job that always start again", "write `restartPolicy: Never` or `OnFailure`");
    }
    let schedule = spec.get("schedule");
    if let Some(text) = schedule.text().filter(|_| workload.resource.kind() == "CronJob") {
        let is_named = text.starts_with(['@', 'T', 'C']);
        if !is_named && !is_placeholder(text) && text.split_whitespace().count() != 5 {
            flaw(&schedule, "a schedule has five fields", "write minute, hour, day, month and day of the week");
        }
    }
    let containers = workload.pod.get("containers");
    if workload.pod.is_set() && containers.is_set() && containers.items().next().is_none() {
        flaw(&containers, "a pod without containers", "add a container");
    }
    for volume in workload.pod.get("volumes").items() {
        let sources =
            volume.entries().filter(|(key, field)| *key != "name" && field.node().is_some_and(|it| !it.is_null()));
        if let Some((_, second)) = sources.into_iter().nth(1) {
            flaw(&second, "a volume of two kinds", "keep one of them");
        }
    }
    for template in spec.get("volumeClaimTemplates").items() {
        claim(&template.get("spec"), flaw);
    }
    for container in &workload.containers {
        // Of a template the server takes it, and then makes no pod.
        if workload.resource.kind() == "Pod" && container.image.trim() != container.image {
            flaw(&container.field.get("image"), "spaces around the name of an image", "remove them");
        }
        of_container(container, flaw);
    }
}

fn of_container(container: &Container<'_>, flaw: &mut Flaw<'_>) {
    let field = &container.field;
    if container.image.is_empty() {
        flaw(&field.get("image"), "a container without an image", "write the name of an image");
    }
    for variable in field.get("env").items() {
        let name = variable.get("name");
        if name.text().is_some_and(|text| text.is_empty() || text.contains('=')) {
            flaw(&name, "this is no name of an environment variable", "write a name without `=`");
        }
        if variable.get("value").text().is_some_and(|text| !text.is_empty()) && variable.get("valueFrom").is_set() {
            flaw(&variable.get("valueFrom"), "a variable with `value` and `valueFrom`", "keep one of them");
        }
    }
    let mut paths: Vec<&str> = Vec::new();
    for mount in field.get("volumeMounts").items() {
        let path = mount.get("mountPath");
        match path.text() {
            Some(text) if paths.contains(&text) => {
                flaw(&path, "two volumes are mounted at the same place", "mount one of them elsewhere");
            }
            Some(text) => paths.push(text),
            None => {}
        }
    }
    let (limits, requests) = (field.path(&["resources", "limits"]), field.path(&["resources", "requests"]));
    for (name, request) in requests.entries() {
        let amount = |field: &Field<'_>| field.text().and_then(Quantity::parse);
        if let (Some(wanted), Some(most)) = (amount(&request), amount(&limits.get(name)))
            && wanted > most
        {
            flaw(&request, "a request above its limit", "lower the request, or raise the limit");
        }
    }
    for (_, amount) in limits.entries().chain(requests.entries()) {
        if amount.text().is_some_and(|text| text.starts_with('-')) {
            flaw(&amount, "an amount below zero", "write 0 or more");
        }
    }
    for probe in ["livenessProbe", "readinessProbe", "startupProbe"] {
        let probe = field.get(probe);
        if probe.is_set() && !["exec", "httpGet", "tcpSocket", "grpc"].iter().any(|way| probe.get(way).is_set()) {
            flaw(&probe, "a probe that asks nothing", "write one of exec, httpGet, tcpSocket, grpc");
        }
        for name in ["initialDelaySeconds", "periodSeconds", "timeoutSeconds", "failureThreshold", "successThreshold"] {
            let number = probe.get(name);
            if number.int().is_some_and(|number| number < 0) {
                flaw(&number, "a number below zero", "write 0 or more");
            }
        }
    }
}

fn service(spec: &Field<'_>, flaw: &mut Flaw<'_>) {
    let (kind, ip) = (spec.get("type").text().unwrap_or("ClusterIP"), spec.get("clusterIP").text());
    if kind == "ExternalName" {
        if spec.get("externalName").text().is_none_or(str::is_empty) {
            flaw(&spec.get("externalName"), "`type: ExternalName` without a name", "write `externalName`");
        }
        return;
    }
    if spec.is_set() && ip != Some("None") && spec.get("ports").items().next().is_none() {
        flaw(&spec.get("ports"), "a Service without ports", "add a port, or `clusterIP: None`");
    }
    if ip == Some("None") && kind != "ClusterIP" {
        flaw(&spec.get("clusterIP"), "a headless Service of another type than ClusterIP", "leave out one of the two");
    }
    let policy = spec.get("externalTrafficPolicy");
    if kind == "ClusterIP" && policy.text() == Some("Local") && !spec.get("externalIPs").is_set() {
        flaw(&policy, "nothing comes from outside to a Service of type ClusterIP", "remove it, or change the type");
    }
    for port in spec.get("ports").items().map(|port| port.get("nodePort")) {
        if kind == "ClusterIP" && port.int().is_some_and(|number| number != 0) {
            flaw(&port, "a Service of type ClusterIP has no ports on nodes", "write `type: NodePort`, or remove it");
        }
    }
}

fn secret(object: &Field<'_>, flaw: &mut Flaw<'_>) {
    let kind = object.get("type");
    let Some((_, keys)) = SECRET_KEYS.iter().find(|(name, _)| Some(*name) == kind.text()) else { return };
    // Placeholders that stand for whole objects, and objects that others fill, have no data.
    let parts = ["data", "stringData"].map(|part| object.get(part));
    for key in keys.iter().filter(|key| parts.iter().all(|part| part.get(key).node().is_none())) {
        let message = format!("a Secret of this type has a key `{key}`");
        flaw(&kind, &message, "add it, or take another type");
    }
}

fn claim(spec: &Field<'_>, flaw: &mut Flaw<'_>) {
    if spec.get("accessModes").items().next().is_none() {
        flaw(&spec.get("accessModes"), "a claim without access modes", "write `accessModes: [ReadWriteOnce]`");
    }
    let storage = spec.path(&["resources", "requests", "storage"]);
    let is_nothing = |text: &str| Quantity::parse(text).is_some_and(|amount| amount.nano() <= 0);
    if !storage.is_set() || storage.text().is_some_and(is_nothing) {
        flaw(&storage, "a claim of no size", "write `resources: {requests: {storage: 1Gi}}`");
    }
}

fn budget(spec: &Field<'_>, flaw: &mut Flaw<'_>) {
    let (least, most) = (spec.get("minAvailable"), spec.get("maxUnavailable"));
    if least.is_set() && most.is_set() {
        flaw(
            &most,
            "`minAvailable` and `maxUnavailable` exclude each other",
            "keep one; a patch removes the other with `null`",
        );
    }
    for field in [least, most] {
        let Some(text) = field.text().filter(|text| !is_placeholder(text)) else { continue };
        let is_amount = match text.strip_suffix('%') {
            Some(percent) => percent.parse::<u32>().is_ok_and(|it| it <= 100),
            None => field.int().is_some_and(|it| it >= 0),
        };
        if !is_amount {
            flaw(&field, "this is neither a number of pods nor a part of them", "write `1`, or `50%`");
        }
    }
}

fn policy(spec: &Field<'_>, flaw: &mut Flaw<'_>) {
    for (direction, peers) in [("ingress", "from"), ("egress", "to")] {
        for item in spec.get(direction).items() {
            for port in item.get("ports").items() {
                let (first, last) = (port.get("port"), port.get("endPort"));
                if let (Some(from), Some(to)) = (first.int(), last.int())
                    && to < from
                {
                    flaw(&last, "a range of ports that ends before it begins", "write `endPort` above `port`");
                }
            }
            for peer in item.get(peers).items() {
                let ways = ["podSelector", "namespaceSelector", "ipBlock"];
                if !ways.iter().any(|way| peer.get(way).node().is_some_and(|node| !node.is_null())) {
                    flaw(&peer, "a peer that says nobody", "write podSelector, namespaceSelector or ipBlock");
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::found;
    use super::InvalidValue;

    /// How many mistakes an object has.
    fn count(api_version: &str, kind: &str, rest: &str) -> usize {
        let text = format!("apiVersion: {api_version}\nkind: {kind}\nmetadata: {{name: a}}\n{rest}\n");
        found(&InvalidValue, &text).len()
    }

    #[test]
    fn pods_are_what_the_server_takes() {
        assert_eq!(
            found(
                &InvalidValue,
                "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n  - name: a\n    image: b\n    resources: {requests: {memory: 2Gi}, limits: {memory: 1Gi}}\n"
            ),
            [
                "error 8:36 spec.containers[name=a].resources.requests.memory: a request above its limit: the API server refuses this"
            ]
        );
        for (container, wrong) in [
            ("image: b", 0),
            ("image: b, resources: {requests: {memory: 1024Mi}, limits: {memory: 1Gi}}", 0),
            (
                "image: b, livenessProbe: {exec: {command: [x]}}, env: [{name: A, value: b}, {name: B, valueFrom: {fieldRef: {fieldPath: metadata.name}}}]",
                0,
            ),
            ("image: \" b\"", 1),
            ("image: b, env: [{name: \"a=b\"}]", 1),
            ("image: b, env: [{name: A, value: b, valueFrom: {fieldRef: {fieldPath: metadata.name}}}]", 1),
            ("image: b, volumeMounts: [{name: v, mountPath: /x}, {name: w, mountPath: /x}]", 1),
            ("image: b, resources: {limits: {memory: -1}}", 1),
            ("image: b, livenessProbe: {}", 1),
            ("image: b, livenessProbe: {exec: {command: [x]}, periodSeconds: -1}", 1),
        ] {
            assert_eq!(
                count("v1", "Pod", &format!("spec: {{containers: [{{name: a, {container}}}]}}")),
                wrong,
                "{container}"
            );
        }
        assert_eq!(count("v1", "Pod", "spec: {containers: []}"), 1);
        let volume =
            |volume: &str| format!("spec: {{containers: [{{name: a, image: b}}], volumes: [{{name: x{volume}}}]}}");
        assert_eq!(count("v1", "Pod", &volume("")), 0);
        assert_eq!(count("v1", "Pod", &volume(", emptyDir: {}, configMap: {name: a}")), 1);
    }

    #[test]
    fn workloads_are_what_the_server_takes() {
        let pod = |more: &str| format!("template: {{spec: {{{more}containers: [{{name: a, image: b}}]}}}}");
        for (api_version, kind, spec, wrong) in [
            ("apps/v1", "Deployment", format!("replicas: 0, {}", pod("")), 0),
            ("apps/v1", "Deployment", format!("replicas: -1, {}", pod("")), 1),
            ("apps/v1", "Deployment", format!("strategy: {{type: Recreate, rollingUpdate: {{}}}}, {}", pod("")), 1),
            (
                "apps/v1",
                "Deployment",
                format!("strategy: {{rollingUpdate: {{maxSurge: 0, maxUnavailable: 0}}}}, {}", pod("")),
                1,
            ),
            (
                "apps/v1",
                "Deployment",
                format!("strategy: {{rollingUpdate: {{maxSurge: 0, maxUnavailable: 1}}}}, {}", pod("")),
                0,
            ),
            ("apps/v1", "StatefulSet", format!("volumeClaimTemplates: [{{spec: {{}}}}], {}", pod("")), 2),
            ("batch/v1", "Job", pod("restartPolicy: Never, "), 0),
            ("batch/v1", "Job", pod(""), 1),
            (
                "batch/v1",
                "CronJob",
                format!("schedule: \"* * * * *\", jobTemplate: {{spec: {{{}}}}}", pod("restartPolicy: Never, ")),
                0,
            ),
            (
                "batch/v1",
                "CronJob",
                format!("schedule: \"@daily\", jobTemplate: {{spec: {{{}}}}}", pod("restartPolicy: Never, ")),
                0,
            ),
            (
                "batch/v1",
                "CronJob",
                format!("schedule: \"* * * *\", jobTemplate: {{spec: {{{}}}}}", pod("restartPolicy: Never, ")),
                1,
            ),
        ] {
            assert_eq!(count(api_version, kind, &format!("spec: {{{spec}}}")), wrong, "{kind} {spec}");
        }
    }

    #[test]
    fn other_objects_are_what_the_server_takes() {
        for (api_version, kind, rest, wrong) in [
            ("v1", "Service", "spec: {ports: [{port: 80}]}", 0),
            ("v1", "Service", "spec: {clusterIP: None}", 0),
            ("v1", "Service", "spec: {ports: []}", 1),
            ("v1", "Service", "spec: {type: ExternalName}", 1),
            ("v1", "Service", "spec: {type: ExternalName, externalName: a.b}", 0),
            ("v1", "Service", "spec: {type: NodePort, ports: [{port: 80, nodePort: 30000}]}", 0),
            ("v1", "Service", "spec: {ports: [{port: 80, nodePort: 30000}]}", 1),
            ("v1", "Service", "spec: {type: LoadBalancer, clusterIP: None, ports: [{port: 80}]}", 1),
            ("v1", "Service", "spec: {externalTrafficPolicy: Local, ports: [{port: 80}]}", 1),
            ("v1", "Secret", "type: kubernetes.io/tls\nstringData: {tls.crt: a, tls.key: b}", 0),
            ("v1", "Secret", "type: kubernetes.io/tls\nstringData: {tls.crt: a}", 1),
            ("v1", "Secret", "type: Opaque", 0),
            (
                "v1",
                "PersistentVolumeClaim",
                "spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}",
                0,
            ),
            (
                "v1",
                "PersistentVolumeClaim",
                "spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 0}}}",
                1,
            ),
            ("v1", "PersistentVolumeClaim", "spec: {resources: {requests: {storage: 1Gi}}}", 1),
            ("policy/v1", "PodDisruptionBudget", "spec: {maxUnavailable: 50%}", 0),
            ("policy/v1", "PodDisruptionBudget", "spec: {maxUnavailable: 1, minAvailable: 1}", 1),
            ("policy/v1", "PodDisruptionBudget", "spec: {maxUnavailable: 101%}", 1),
            ("policy/v1", "PodDisruptionBudget", "spec: {maxUnavailable: -1}", 1),
            (
                "networking.k8s.io/v1",
                "NetworkPolicy",
                "spec: {ingress: [{from: [{podSelector: {}}], ports: [{port: 1, endPort: 2}]}]}",
                0,
            ),
            (
                "networking.k8s.io/v1",
                "NetworkPolicy",
                "spec: {ingress: [{from: [{}], ports: [{port: 2, endPort: 1}]}]}",
                2,
            ),
        ] {
            assert_eq!(count(api_version, kind, rest), wrong, "{kind} {rest}");
        }
    }
}
