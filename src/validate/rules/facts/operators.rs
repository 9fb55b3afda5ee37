//! Pods and Services that come from operators and not from the build.

use crate::k8s::{Resource, parse_api_version};

use super::super::super::{Field, Objects};
use super::{Labels, Workload};

/// Pods that come to be.
#[derive(Clone, Debug)]
pub struct Pods<'a> {
    /// Where.
    pub namespace: String,
    /// Their labels.
    pub labels: Labels,
    /// What makes them.
    pub from: &'a Resource,
    /// Position of the workload; none where an operator makes them.
    pub workload: Option<usize>,
    /// Number of pods, where it is known.
    pub replicas: Option<i64>,
}

/// A Service that an operator makes.
#[derive(Clone, Debug)]
pub struct OperatorService {
    /// Where.
    pub namespace: String,
    /// Its labels.
    pub labels: Labels,
    /// Names of its ports.
    pub ports: &'static [&'static str],
}

const REDIS_ENTERPRISE: &str = "app.redislabs.com";

pub(super) fn pods<'a>(objects: &Objects<'a>, workloads: &[Workload<'a>]) -> Vec<Pods<'a>> {
    let mut found: Vec<Pods<'a>> = Vec::new();
    for (index, workload) in workloads.iter().enumerate() {
        found.push(Pods {
            namespace: workload.namespace.clone(),
            labels: workload.labels.clone(),
            from: workload.resource,
            workload: Some(index),
            replicas: workload.replicas,
        });
    }
    for cluster in objects.of_group_kind(REDIS_ENTERPRISE, "RedisEnterpriseCluster") {
        let name = cluster.name();
        let spec = Field::of(cluster).get("spec");
        let nodes = Some(spec.get("nodes").int().unwrap_or(3));
        let own = |role: &str| {
            let mut labels =
                Labels::new(&[("app", "redis-enterprise"), ("redis.io/cluster", name), ("redis.io/role", role)]);
            labels.0.extend(Labels::of(&spec.get("extraLabels")).0);
            labels
        };
        let operator = Labels::new(&[("name", "redis-enterprise-operator")]);
        for (labels, replicas) in [(own("node"), nodes), (own("services-rigger"), Some(1)), (operator, Some(1))] {
            let namespace = objects.namespace(cluster).to_owned();
            found.push(Pods { namespace, labels, from: cluster, workload: None, replicas });
        }
    }
    for (kind, label) in [("Prometheus", "prometheus"), ("Alertmanager", "alertmanager")] {
        for object in objects.of_group_kind("monitoring.coreos.com", kind) {
            let name = object.name();
            let mut labels = Labels::new(&[
                (label, name),
                ("app.kubernetes.io/name", label),
                ("app.kubernetes.io/instance", name),
                ("app.kubernetes.io/managed-by", "prometheus-operator"),
            ]);
            labels.0.push(("operator.prometheus.io/name".to_owned(), name.to_owned()));
            let spec = Field::of(object).get("spec");
            labels.0.extend(Labels::of(&spec.path(&["podMetadata", "labels"])).0);
            let replicas = Some(spec.get("replicas").int().unwrap_or(1));
            found.push(Pods {
                namespace: objects.namespace(object).to_owned(),
                labels,
                from: object,
                workload: None,
                replicas,
            });
        }
    }
    found
}

pub(super) fn services(objects: &Objects<'_>) -> Vec<OperatorService> {
    let clusters = objects.of_group_kind(REDIS_ENTERPRISE, "RedisEnterpriseCluster");
    clusters
        .map(|cluster| OperatorService {
            namespace: objects.namespace(cluster).to_owned(),
            labels: Labels::new(&[
                ("app", "redis-enterprise"),
                ("redis.io/cluster", cluster.name()),
                ("redis.io/service", "prom-metrics"),
            ]),
            ports: &["prometheus"],
        })
        .collect()
}

/// Namespaces with objects of kinds that may make pods, of which nothing is known.
pub(super) fn opaque(objects: &Objects<'_>) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for resource in objects.iter() {
        let group = parse_api_version(resource.api_version()).0;
        if makes_no_unknown_pods(group, resource.kind()) || is_redis_operator(resource) {
            continue;
        }
        let namespace = objects.namespace(resource);
        if !found.iter().any(|it| it == namespace) {
            found.push(namespace.to_owned());
        }
    }
    found
}

/// Whether it installs the operator whose pods are known.
fn is_redis_operator(resource: &Resource) -> bool {
    let package = resource.node.text_at(&["spec", "name"]).unwrap_or("");
    resource.kind() == "Subscription" && package.contains("redis-enterprise")
}

fn makes_no_unknown_pods(group: &str, kind: &str) -> bool {
    const BUILT_IN: [&str; 7] = ["", "apps", "batch", "autoscaling", "policy", "extensions", REDIS_ENTERPRISE];
    const HARMLESS: [&str; 12] = [
        "external-secrets.io",
        "generators.external-secrets.io",
        "cert-manager.io",
        "bitnami.com",
        "security.openshift.io",
        "route.openshift.io",
        "gateway.networking.k8s.io",
        "grafana.integreatly.org",
        "kustomize.config.k8s.io",
        "secrets-store.csi.x-k8s.io",
        "isindir.github.com",
        "cilium.io",
    ];
    // Made for known operators, or pods are made in other places.
    const KINDS: [(&str, &[&str]); 5] = [
        (
            "monitoring.coreos.com",
            &[
                "ServiceMonitor",
                "PodMonitor",
                "PrometheusRule",
                "Probe",
                "AlertmanagerConfig",
                "ScrapeConfig",
                "Prometheus",
                "Alertmanager",
            ],
        ),
        ("operators.coreos.com", &["OperatorGroup", "CatalogSource"]),
        ("argoproj.io", &["Application", "ApplicationSet", "AppProject"]),
        ("redisops.dev", &["Environment"]),
        ("velero.io", &["Schedule", "BackupStorageLocation"]),
    ];
    BUILT_IN.contains(&group)
        || HARMLESS.contains(&group)
        || (group.ends_with(".k8s.io") && !group.ends_with("x-k8s.io"))
        || KINDS.iter().any(|(of, kinds)| *of == group && kinds.contains(&kind))
}
