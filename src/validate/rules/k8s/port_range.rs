//! Numbers of ports that are none.

use crate::validate::{Field, Findings, Objects, Rule};

rule!(PortRange, "k8s/port-range", Error);

fn check(rule: &dyn Rule, objects: &Objects<'_>, found: &mut Findings) {
    for service in objects.of_group_kind("", "Service") {
        for port in Field::of(service).path(&["spec", "ports"]).items() {
            judge(rule, objects, &port.get("port"), 1, found);
            // Zero stands for the default.
            ["targetPort", "nodePort"].iter().for_each(|key| judge(rule, objects, &port.get(key), 0, found));
        }
    }
    for policy in objects.of_group_kind("networking.k8s.io", "NetworkPolicy") {
        for direction in ["ingress", "egress"] {
            for item in Field::of(policy).path(&["spec", direction]).items() {
                for port in item.get("ports").items() {
                    ["port", "endPort"].iter().for_each(|key| judge(rule, objects, &port.get(key), 1, found));
                }
            }
        }
    }
    for container in objects.facts().workloads.iter().flat_map(|workload| &workload.containers) {
        for port in container.field.get("ports").items() {
            judge(rule, objects, &port.get("containerPort"), 1, found);
            judge(rule, objects, &port.get("hostPort"), 0, found);
        }
        let has = |probe: &&str| container.field.node().is_some_and(|it| it.get(probe).is_some());
        for probe in ["livenessProbe", "readinessProbe", "startupProbe"].into_iter().filter(has) {
            for way in ["httpGet", "tcpSocket", "grpc"] {
                judge(rule, objects, &container.field.path(&[probe, way, "port"]), 1, found);
            }
        }
    }
}

fn judge(rule: &dyn Rule, objects: &Objects<'_>, field: &Field<'_>, least: i64, found: &mut Findings) {
    if let Some(number) = field.int().filter(|number| !(least..=65535).contains(number)) {
        let finding = found.add(rule, objects, field, format!("{number} is no port: the API server refuses it"));
        finding.help = Some("ports are numbers from 1 to 65535".to_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::found;
    use super::PortRange;

    #[test]
    fn ports_are_ports() {
        let pod = |spec: &str| format!("apiVersion: v1\nkind: Pod\nmetadata: {{name: a}}\nspec: {{{spec}}}\n");
        assert_eq!(
            found(&PortRange, &pod("containers: [{name: a, ports: [{containerPort: 99999}]}]")),
            [
                "error 4:55 spec.containers[name=a].ports[containerPort=99999,protocol=TCP].containerPort: 99999 is no port: the API server refuses it"
            ]
        );
        assert_eq!(found(&PortRange, &pod("containers: [{name: a, livenessProbe: {tcpSocket: {port: 0}}}]")).len(), 1);
        assert_eq!(
            found(&PortRange, &pod("containers: [{name: a, ports: [{containerPort: 80, hostPort: 0}]}]")),
            [""; 0]
        );
        let service = |port: &str| {
            format!("apiVersion: v1\nkind: Service\nmetadata: {{name: a}}\nspec: {{ports: [{{{port}}}]}}\n")
        };
        assert_eq!(found(&PortRange, &service("port: 6379, targetPort: redis")), [""; 0]);
        assert_eq!(found(&PortRange, &service("port: 0, targetPort: 70000")).len(), 2);
    }
}
