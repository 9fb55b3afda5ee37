//! NetworkPolicies that shut out what a server needs: other nodes, sentinels, metrics.

use rustc_hash::FxHashMap;

use crate::k8s::Resource;
use crate::validate::rules::facts::{Facts, Labels, RedisServer, Role, Selector, Workload};
use crate::validate::{Field, Findings, Objects, Rule};

rule!(NetworkPolicyPorts, "redis/network-policy-ports", Warning);

const SENTINEL_PORT: i64 = 26379;
const DATA_PORT: i64 = 6379;
/// The bus of a cluster is this much above the port of clients.
const BUS: i64 = 10000;
/// The exporter of a node of Redis Enterprise.
const ENTERPRISE_METRICS: i64 = 8070;

/// A port that has to be reachable.
struct Needed {
    port: i64,
    what: String,
    /// Whether the pods themselves have to reach it; otherwise anybody.
    from_own: bool,
}

fn check(rule: &dyn Rule, objects: &Objects<'_>, found: &mut Findings) {
    let facts = objects.facts();
    if objects.of_kind("NetworkPolicy").is_empty() {
        return;
    }
    let policies = Policies::of(objects);
    let mut servers: FxHashMap<usize, Vec<&RedisServer<'_>>> = FxHashMap::default();
    for server in &facts.servers {
        servers.entry(server.workload).or_default().push(server);
    }
    for (index, workload) in facts.workloads.iter().enumerate() {
        let Some(servers) = servers.get(&index) else { continue };
        let mut needed: Vec<Needed> = servers.iter().flat_map(|server| of_server(facts, server)).collect();
        needed.extend(of_exporters(workload));
        let policies = policies.selecting(&workload.namespace, &workload.labels);
        judge(rule, objects, &policies, &workload.labels, Some(workload), &needed, found);
    }
    let is_watched = objects.of_kind("ServiceMonitor").iter().chain(objects.of_kind("PodMonitor")).next().is_some();
    for pods in facts
        .pods
        .iter()
        .filter(|pods| is_watched && pods.workload.is_none() && pods.labels.get("redis.io/role") == Some("node"))
    {
        let needed = [Needed { port: ENTERPRISE_METRICS, what: "metrics of the nodes".to_owned(), from_own: false }];
        let policies = policies.selecting(&pods.namespace, &pods.labels);
        judge(rule, objects, &policies, &pods.labels, None, &needed, found);
    }
}

/// The policies that limit who may come in, those of one namespace and selector together.
struct Policies<'a> {
    groups: Vec<(String, Selector<'a>, Vec<&'a Resource>)>,
}

impl<'a> Policies<'a> {
    fn of(objects: &Objects<'a>) -> Policies<'a> {
        let mut places: FxHashMap<(String, String), usize> = FxHashMap::default();
        let mut groups: Vec<(String, Selector<'a>, Vec<&'a Resource>)> = Vec::new();
        for &policy in objects.of_kind("NetworkPolicy").iter().filter(|policy| limits_ingress(policy)) {
            let namespace = objects.namespace(policy).to_owned();
            let selector = Selector::of(&Field::of(policy).path(&["spec", "podSelector"]));
            let place = *places.entry((namespace.clone(), selector.text())).or_insert(groups.len());
            match groups.get_mut(place) {
                Some((.., policies)) => policies.push(policy),
                None => groups.push((namespace, selector, vec![policy])),
            }
        }
        Policies { groups }
    }

    fn selecting(&self, namespace: &str, labels: &Labels) -> Vec<&'a Resource> {
        let fits = |(of, selector, _): &&(String, Selector<'a>, Vec<&'a Resource>)| {
            of == namespace && selector.matches(labels)
        };
        self.groups.iter().filter(fits).flat_map(|(.., policies)| policies.iter().copied()).collect()
    }
}

fn of_server(facts: &Facts<'_>, server: &RedisServer<'_>) -> Vec<Needed> {
    let said = server.settings.port.filter(|port| *port != 0).or(server.settings.tls_port).map(i64::from);
    if server.role == Role::Sentinel {
        let port = said.unwrap_or(SENTINEL_PORT);
        return vec![Needed { port, what: "sentinels of each other".to_owned(), from_own: true }];
    }
    let port = said.unwrap_or(DATA_PORT);
    let mut needed = Vec::new();
    if facts.workload_of(server).replicas.is_some_and(|replicas| replicas > 1) {
        needed.push(Needed { port, what: "replicas of their master".to_owned(), from_own: true });
    }
    if server.settings.is_cluster {
        needed.push(Needed { port: port + BUS, what: "the cluster bus".to_owned(), from_own: true });
    }
    needed
}

fn of_exporters(workload: &Workload<'_>) -> Vec<Needed> {
    let exporters = workload.containers.iter().filter(|it| it.image.contains("exporter"));
    let ports = exporters.flat_map(|it| it.field.get("ports").items().collect::<Vec<_>>());
    let ports = ports.filter_map(|port| port.get("containerPort").int());
    ports.map(|port| Needed { port, what: "metrics of the exporter".to_owned(), from_own: false }).collect()
}

fn judge(
    rule: &dyn Rule,
    objects: &Objects<'_>,
    policies: &[&Resource],
    labels: &Labels,
    workload: Option<&Workload<'_>>,
    needed: &[Needed],
    found: &mut Findings,
) {
    let Some(first) = policies.first() else { return };
    for need in needed {
        let lets_in = |policy: &&&Resource| {
            let rules = Field::of(policy).path(&["spec", "ingress"]);
            rules
                .items()
                .any(|rule| allows_port(&rule, need.port, workload) && (!need.from_own || allows_own(&rule, labels)))
        };
        if policies.iter().any(|policy| lets_in(&policy)) {
            continue;
        }
        // A policy that already speaks of ports is nearer to the mistake than one that denies everything.
        let nearest =
            policies.iter().copied().find(|it| Field::of(it).path(&["spec", "ingress"]).items().next().is_some());
        let policy = nearest.unwrap_or(first);
        let field = Field::of(policy).path(&["spec", "ingress"]);
        let pods = workload.map_or_else(
            || "the nodes of the cluster".to_owned(),
            |it| format!("the pods of `{}`", it.resource.name()),
        );
        let message = format!("no policy lets port {} of {pods} be reached: {} are shut out", need.port, need.what);
        let finding = found.add(rule, objects, &field, message);
        let from = if need.from_own { "from the pods themselves" } else { "from Prometheus" };
        finding.help = Some(format!("add an ingress rule for port {} {from}", need.port));
        let names: Vec<&str> = policies.iter().map(|policy| policy.name()).collect();
        finding.notes.push(format!("policies that select these pods: {}", names.join(", ")));
    }
}

fn limits_ingress(policy: &Resource) -> bool {
    let types = Field::of(policy).path(&["spec", "policyTypes"]);
    !types.is_set() || types.items().any(|it| it.text() == Some("Ingress"))
}

/// Whether a rule is for a port; one without ports is for all of them.
fn allows_port(rule: &Field<'_>, port: i64, workload: Option<&Workload<'_>>) -> bool {
    let ports = rule.get("ports");
    let mut any = false;
    for item in ports.items() {
        any = true;
        if item.get("protocol").text().is_some_and(|protocol| protocol != "TCP") {
            continue;
        }
        let field = item.get("port");
        let first = field.int().or_else(|| named_port(field.text()?, workload?));
        match (field.is_set(), first) {
            (false, _) => return true,
            (true, Some(first)) if (first..=item.get("endPort").int().unwrap_or(first)).contains(&port) => return true,
            _ => {}
        }
    }
    !any
}

fn named_port(name: &str, workload: &Workload<'_>) -> Option<i64> {
    let ports = workload.containers.iter().flat_map(|it| it.field.get("ports").items().collect::<Vec<_>>());
    ports.filter(|port| port.get("name").text() == Some(name)).find_map(|port| port.get("containerPort").int())
}

/// Whether a rule lets the pods themselves in.
fn allows_own(rule: &Field<'_>, labels: &Labels) -> bool {
    let mut any = false;
    for peer in rule.get("from").items() {
        any = true;
        // Addresses and other namespaces: nobody can tell, so they are taken to be right.
        if peer.get("ipBlock").is_set() || peer.get("namespaceSelector").node().is_some() {
            return true;
        }
        let pods = peer.get("podSelector");
        if pods.node().is_none() || Selector::of(&pods).matches(labels) {
            return true;
        }
    }
    !any
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::found;
    use super::NetworkPolicyPorts;

    fn text(ingress: &str) -> String {
        format!(
            "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: p}}\nspec:\n  podSelector: {{matchLabels: {{app: redis}}}}\n  ingress: {ingress}\n---\n\
             apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {{name: a}}\nspec:\n  replicas: 6\n  template:\n    metadata: {{labels: {{app: redis}}}}\n    spec:\n      \
             containers:\n      - {{name: redis, image: \"redis:7\", args: [--cluster-enabled, \"yes\"], ports: [{{name: redis, containerPort: 6379}}]}}\n      \
             - {{name: metrics, image: \"oliver006/redis_exporter:v1\", ports: [{{containerPort: 9121}}]}}\n"
        )
    }

    #[test]
    fn nodes_replicas_and_metrics_get_through() {
        let own = "{from: [{podSelector: {matchLabels: {app: redis}}}]}";
        for good in [
            "[{}]".to_owned(),
            format!("[{own}, {{ports: [{{port: 9121}}]}}]"),
            "[{ports: [{port: redis}, {port: 16379}, {port: 9000, endPort: 9200}]}]".to_owned(),
            "[{from: [{ipBlock: {cidr: 0.0.0.0/0}}]}]".to_owned(),
        ] {
            assert_eq!(found(&NetworkPolicyPorts, &text(&good)), [""; 0], "{good}");
        }
        let clients = "[{from: [{podSelector: {matchLabels: {client: \"yes\"}}}], ports: [{port: 6379}]}]";
        let message = |port: u32, what: &str| {
            format!(
                "warning 6:12 spec.ingress: no policy lets port {port} of the pods of `a` be reached: {what} are shut out"
            )
        };
        let want = [
            message(6379, "replicas of their master"),
            message(16379, "the cluster bus"),
            message(9121, "metrics of the exporter"),
        ];
        assert_eq!(found(&NetworkPolicyPorts, &text(clients)), want);
        let other = text(clients)
            .replace("podSelector: {matchLabels: {app: redis}}\n", "podSelector: {matchLabels: {app: web}}\n");
        assert_eq!(found(&NetworkPolicyPorts, &other), [""; 0]);
    }
}
