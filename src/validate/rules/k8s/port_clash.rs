//! Ports that are taken twice.

use crate::diagnostics::Severity;
use crate::validate::rules::facts::Workload;
use crate::validate::{Field, Findings, Objects, Rule};

rule!(PortClash, "k8s/port-clash", Error);

fn check(rule: &dyn Rule, objects: &Objects<'_>, found: &mut Findings) {
    for workload in &objects.facts().workloads {
        pods(rule, objects, workload, found);
    }
    let mut node_ports: Vec<((i64, String), Field<'_>)> = Vec::new();
    for service in objects.of_group_kind("", "Service") {
        let mut ports: Vec<((i64, String), Field<'_>)> = Vec::new();
        for port in Field::of(service).path(&["spec", "ports"]).items() {
            let protocol = port.get("protocol").text().unwrap_or("TCP").to_owned();
            let (number, node) = (port.get("port"), port.get("nodePort"));
            if let Some(value) = number.int() {
                let what = format!("port {value}/{protocol} stands twice in one Service: the API server refuses it");
                twice(rule, objects, &mut ports, (value, protocol.clone()), number, &what, found);
            }
            if let Some(value) = node.int().filter(|value| *value != 0) {
                let what = format!("nodePort {value} is taken by another Service: the API server refuses it");
                twice(rule, objects, &mut node_ports, (value, protocol), node, &what, found);
            }
        }
    }
}

/// Reports a port that is among those seen, or adds it to them.
fn twice<'a, K: PartialEq>(
    rule: &dyn Rule,
    objects: &Objects<'_>,
    seen: &mut Vec<(K, Field<'a>)>,
    key: K,
    field: Field<'a>,
    message: &str,
    found: &mut Findings,
) -> bool {
    let Some((_, first)) = seen.iter().find(|(other, _)| *other == key) else {
        seen.push((key, field));
        return false;
    };
    let places = objects.places(first);
    let finding = found.add(rule, objects, &field, message);
    finding.labels.extend(places.into_iter().take(1).map(|mut label| {
        label.text = "taken here".to_owned();
        label
    }));
    finding.help = Some("take another port, or remove one of the two".to_owned());
    true
}

/// Containers of a pod share one network.
fn pods(rule: &dyn Rule, objects: &Objects<'_>, workload: &Workload<'_>, found: &mut Findings) {
    let mut seen: Vec<((i64, String), Field<'_>)> = Vec::new();
    let mut names: Vec<(String, Field<'_>)> = Vec::new();
    for container in workload.containers.iter().filter(|container| !container.is_init) {
        let mut own: Vec<(String, Field<'_>)> = Vec::new();
        for port in container.field.get("ports").items() {
            let protocol = port.get("protocol").text().unwrap_or("TCP").to_owned();
            let number = port.get("containerPort");
            if let Some(value) = number.int() {
                let message =
                    format!("port {value}/{protocol} is taken twice in one pod, whose containers share one network");
                if twice(rule, objects, &mut seen, (value, protocol), number, &message, found)
                    && let Some(last) = found.list.last_mut()
                {
                    // The API server takes it; the second program does not start if it really listens there.
                    last.severity = Severity::Warning;
                }
            }
            if let Some(name) = port.get("name").text() {
                let message = format!("two ports of one container have the name `{name}`: the API server refuses it");
                twice(rule, objects, &mut own, name.to_owned(), port.get("name"), &message, found);
                let message =
                    format!("two ports of one pod have the name `{name}`: Services that use it get the first only");
                let is_new =
                    !own.iter().any(|(other, field)| other == name && field.steps() != port.get("name").steps());
                if is_new
                    && twice(rule, objects, &mut names, name.to_owned(), port.get("name"), &message, found)
                    && let Some(last) = found.list.last_mut()
                {
                    last.severity = Severity::Warning;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::found;
    use super::PortClash;

    fn service(name: &str, ports: &str) -> String {
        format!("apiVersion: v1\nkind: Service\nmetadata: {{name: {name}}}\nspec:\n  ports: [{ports}]\n---\n")
    }

    #[test]
    fn ports_of_services_are_taken_once() {
        assert_eq!(
            found(&PortClash, &service("a", "{port: 6379}, {port: 6379}")),
            ["error 5:32 spec.ports[1].port: port 6379/TCP stands twice in one Service: the API server refuses it"]
        );
        assert_eq!(found(&PortClash, &service("a", "{port: 53}, {port: 53, protocol: UDP}")), [""; 0]);
        let nodes = |second: u32| {
            service("a", "{port: 1, nodePort: 30001}") + &service("b", &format!("{{port: 1, nodePort: {second}}}"))
        };
        assert_eq!(found(&PortClash, &nodes(30001)).len(), 1);
        assert_eq!(found(&PortClash, &nodes(30002)), [""; 0]);
    }

    #[test]
    fn containers_of_a_pod_share_their_ports() {
        let text = |first: &str, second: &str| {
            format!(
                "apiVersion: v1\nkind: Pod\nmetadata: {{name: a}}\nspec:\n  containers:\n  - ports: [{first}]\n  - ports: [{second}]\n"
            )
        };
        assert!(found(&PortClash, &text("{containerPort: 80}", "{containerPort: 80}"))[0].starts_with("warning 7:29"));
        assert_eq!(found(&PortClash, &text("{containerPort: 80, name: x}, {containerPort: 81, name: x}", "")).len(), 1);
        assert_eq!(found(&PortClash, &text("{containerPort: 80, name: x}", "{containerPort: 81, name: y}")), [""; 0]);
    }
}
