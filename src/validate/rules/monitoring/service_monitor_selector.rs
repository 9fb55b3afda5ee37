//! A ServiceMonitor or PodMonitor that reads from nothing.

use crate::k8s::Resource;
use crate::validate::rules::facts::{Facts, Labels, Selector};
use crate::validate::{Field, Findings, Objects, Rule};

rule!(ServiceMonitorSelector, "monitoring/service-monitor-selector", Warning);

fn check(rule: &dyn Rule, objects: &Objects<'_>, found: &mut Findings) {
    for monitor in objects.of_group_kind("monitoring.coreos.com", "ServiceMonitor") {
        services(rule, objects, monitor, found);
    }
    let facts = objects.facts();
    for monitor in objects.of_group_kind("monitoring.coreos.com", "PodMonitor") {
        let field = Field::of(monitor).path(&["spec", "selector"]);
        let selector = Selector::of(&field);
        let Some(namespace) = own_namespace(objects, monitor) else { continue };
        if selector.is_empty() || !facts.knows_pods_of(namespace) || facts.selects_any(namespace, &selector) {
            continue;
        }
        let message = format!("no pods have the labels `{}`: nothing is read", selector.text());
        found.add(rule, objects, &field, message).help = Some("write the labels of the pods' template".to_owned());
    }
}

/// The namespace that a monitor looks at, when it is its own.
fn own_namespace<'a>(objects: &'a Objects<'_>, monitor: &'a Resource) -> Option<&'a str> {
    let selector = Field::of(monitor).path(&["spec", "namespaceSelector"]);
    let own = objects.namespace(monitor);
    let names = selector.get("matchNames");
    let elsewhere = selector.get("any").bool() == Some(true) || names.items().any(|name| name.text() != Some(own));
    (!elsewhere).then_some(own)
}

fn services(rule: &dyn Rule, objects: &Objects<'_>, monitor: &Resource, found: &mut Findings) {
    let facts = objects.facts();
    let field = Field::of(monitor).path(&["spec", "selector"]);
    let selector = Selector::of(&field);
    let Some(namespace) = own_namespace(objects, monitor) else { return };
    let in_namespace: Vec<&Resource> =
        objects.of_group_kind("", "Service").filter(|service| objects.namespace(service) == namespace).collect();
    let labels = |service: &Resource| Labels::of(&Field::of(service).path(&["metadata", "labels"]));
    let own: Vec<&Resource> =
        in_namespace.iter().copied().filter(|service| selector.matches(&labels(service))).collect();
    let of_operators: Vec<_> =
        facts.operator_services.iter().filter(|it| it.namespace == namespace && selector.matches(&it.labels)).collect();
    if own.is_empty() && of_operators.is_empty() {
        // Without any Service of its namespace the build is only a part of the whole.
        if selector.is_empty() || !knows_services(facts, namespace, !in_namespace.is_empty()) {
            return;
        }
        let message = format!("no Service has the labels `{}`: nothing is read", selector.text());
        let finding = found.add(rule, objects, &field, message);
        finding.help = Some("write labels of the Service itself (its `metadata.labels`, not its selector)".to_owned());
        let near = in_namespace.iter().copied().max_by_key(|service| selector.fitting(&labels(service)));
        if let Some(near) = near.filter(|service| selector.fitting(&labels(service)) > 0)
            && let Some((key, value)) = selector.first_difference(&labels(near))
        {
            let have =
                labels(near).get(key).map_or_else(|| "no such label".to_owned(), |have| format!("`{key}: {have}`"));
            finding.notes.push(format!("Service `{}` has {have} where `{key}: {value}` is asked for", near.name()));
        }
        return;
    }
    let mut names: Vec<String> =
        of_operators.iter().flat_map(|it| it.ports.iter().map(|name| (*name).to_owned())).collect();
    for service in &own {
        names.extend(
            Field::of(service)
                .path(&["spec", "ports"])
                .items()
                .filter_map(|port| Some(port.get("name").text()?.to_owned())),
        );
    }
    for endpoint in Field::of(monitor).path(&["spec", "endpoints"]).items() {
        let port = endpoint.get("port");
        let Some(name) = port.text().filter(|name| !names.iter().any(|it| it == name)) else { continue };
        let finding = found.add(
            rule,
            objects,
            &port,
            format!("no port of the Services that it selects has the name `{name}`: nothing is read"),
        );
        finding.help = Some(match names.is_empty() {
            true => "give the port of the Service a name".to_owned(),
            false => format!("the ports are {}", names.join(", ")),
        });
    }
}

/// Whether all Services of a namespace are known.
fn knows_services(facts: &Facts<'_>, namespace: &str, has_services: bool) -> bool {
    let of_operators = facts.operator_services.iter().any(|it| it.namespace == namespace);
    (has_services || of_operators) && !facts.opaque.iter().any(|it| it == namespace)
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::found;
    use super::ServiceMonitorSelector;

    fn text(selector: &str, port: &str) -> String {
        format!(
            "apiVersion: monitoring.coreos.com/v1\nkind: ServiceMonitor\nmetadata: {{name: m}}\nspec:\n  selector: {{matchLabels: {selector}}}\n  endpoints: [{{port: {port}}}]\n---\n\
             apiVersion: v1\nkind: Service\nmetadata: {{name: s, labels: {{app: redis}}}}\nspec: {{ports: [{{name: metrics, port: 9121}}]}}\n"
        )
    }

    #[test]
    fn monitors_read_from_services() {
        assert_eq!(found(&ServiceMonitorSelector, &text("{app: redis}", "metrics")), [""; 0]);
        assert_eq!(
            found(&ServiceMonitorSelector, &text("{app: rediss}", "metrics")),
            ["warning 5:13 spec.selector: no Service has the labels `app=rediss`: nothing is read"]
        );
        assert_eq!(
            found(&ServiceMonitorSelector, &text("{app: redis}", "http")),
            [
                "warning 6:22 spec.endpoints[0].port: no port of the Services that it selects has the name `http`: nothing is read"
            ]
        );
        let elsewhere =
            text("{app: x}", "http").replace("  endpoints", "  namespaceSelector: {matchNames: [other]}\n  endpoints");
        assert_eq!(found(&ServiceMonitorSelector, &elsewhere), [""; 0]);
    }

    #[test]
    fn operators_make_services_too() {
        let rec = "apiVersion: app.redislabs.com/v1\nkind: RedisEnterpriseCluster\nmetadata: {name: rec}\n---\n";
        let monitor = text("{redis.io/service: prom-metrics}", "prometheus").split("---").next().unwrap().to_owned();
        assert_eq!(found(&ServiceMonitorSelector, &format!("{rec}{monitor}")), [""; 0]);
        assert_eq!(found(&ServiceMonitorSelector, &monitor), [""; 0]);
    }
}
