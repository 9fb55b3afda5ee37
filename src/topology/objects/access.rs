//! Who may do what: the account, the network, and how many nodes may be away at once.

use crate::diagnostics::Pos;
use crate::k8s::Resource;
use crate::topology::instance::{BUS_PORT, Instance, Kind, METRICS_PORT, PORT, SENTINEL_PORT, is_on};
use crate::topology::spec::Architecture;
use crate::topology::tree::{IntoNode, by, list, map};
use crate::yaml::{Node, Origin};

/// The account of the pods, which may do nothing.
pub(super) fn service_account(instance: &Instance<'_>) -> Option<Resource> {
    let account = &instance.spec.service_account;
    if !is_on(account.create, true) || (!account.name.is_empty() && account.create.is_none()) {
        return None;
    }
    let body = map! { "automountServiceAccountToken" => false };
    let mut resource = instance.object(Kind("v1", "ServiceAccount"), "", None, instance.cause, body);
    if !account.name.is_empty()
        && let Some(name) = resource.node.lookup_mut(&["metadata", "name"])
    {
        *name = Node::string(instance.at(account.name.pos), account.name.value.as_str());
        resource.previous.clear();
    }
    Some(resource)
}

/// Evictions take one node after the other, and never the last one of a part. A single node has no budget: it would keep its host from being drained.
pub(super) fn disruption_budgets(instance: &Instance<'_>) -> Vec<Resource> {
    let switch = instance.spec.pod_disruption_budget.enabled;
    if !is_on(switch, true) {
        return Vec::new();
    }
    let groups = instance.groups();
    // In a cluster the budget is that of all shards together: two away at once could be a master and its only replica.
    let parts: Vec<(&str, &str, i64)> = match instance.architecture {
        Architecture::Cluster => vec![("-node", "node", groups.iter().map(|g| g.count).sum())],
        _ => groups.iter().map(|g| (g.suffix.as_str(), g.component, g.count)).collect(),
    };
    let budget = |(suffix, component, _): (&str, &str, i64)| {
        let body = map! {
            "spec" => map! {
                "maxUnavailable" => 1,
                "selector" => map! { "matchLabels" => instance.selector(Some(component)) },
            },
        };
        let cause = instance.at(switch.map_or(Pos::NONE, |s| s.pos));
        instance.object(Kind("policy/v1", "PodDisruptionBudget"), suffix, Some(component), cause, body)
    };
    parts.into_iter().filter(|(_, _, count)| *count > 1).map(budget).collect()
}

fn port(number: i64) -> Node {
    map! { "port" => number, "protocol" => "TCP" }
}

/// Lets in clients with a label, the nodes themselves, backups, and whoever reads metrics.
pub(super) fn network_policy(instance: &Instance<'_>) -> Option<Resource> {
    let policy = &instance.spec.network_policy;
    if !is_on(policy.enabled, true) {
        return None;
    }
    let sentinel = (instance.architecture == Architecture::Sentinel).then(|| port(SENTINEL_PORT));
    let bus = (instance.architecture == Architecture::Cluster).then(|| port(BUS_PORT));
    let label = format!("{}-client", instance.name);
    let clients = instance.carry(policy.clients.as_ref()).unwrap_or_else(|| {
        let pods = map! { "matchLabels" => map! { label.as_str() => "true" } };
        list![map! { "podSelector" => pods }]
    });
    let own = map! { "podSelector" => map! { "matchLabels" => instance.selector(None) } };
    let metrics = instance.has_metrics().then(|| {
        let from = instance
            .carry(policy.metrics.as_ref())
            .unwrap_or_else(|| list![map! { "namespaceSelector" => Node::empty_map(Origin::NONE) }]);
        map! { "from" => from, "ports" => list![port(METRICS_PORT)] }
    });
    let clients_at = policy.clients.as_ref().map_or(Pos::NONE, |_| policy.pos);
    let body = map! {
        "spec" => map! {
            "ingress" => list![
                by(instance.at(clients_at), map! { "from" => clients, "ports" => list![port(PORT), sentinel.clone()] }),
                map! { "from" => list![own], "ports" => list![port(PORT), bus, sentinel] },
                metrics,
            ],
            "podSelector" => map! { "matchLabels" => instance.selector(None) },
            "policyTypes" => vec!["Ingress"].into_node(),
        },
    };
    let cause = instance.at(policy.enabled.map_or(Pos::NONE, |e| e.pos));
    Some(instance.object(Kind("networking.k8s.io/v1", "NetworkPolicy"), "", None, cause, body))
}
