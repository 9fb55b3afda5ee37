//! `kind: Redis`: what each architecture expands to, that its parts fit together, where its fields come from, and what is refused.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::sync::Arc;

use proptest::prelude::*;
use redisops::diagnostics::{Diagnostics, Pos, SourceKind, Sources};
use redisops::drift::Origin;
use redisops::drift::nodes::{Found, Mode, find};
use redisops::environment;
use redisops::k8s::{ResMap, Resource};
use redisops::kustomize::{Context, Options, build};
use redisops::source::{LoadOptions, Loader, Memory, NoTools};
use redisops::topology::spec::{
    Acl, Auth, Backup, Cluster, Enterprise, Master, Metrics, NetworkPolicy, Persistence, Replica, Scheduling, Sentinel,
    Service, ServiceAccount, Spec, Tls,
};
use redisops::topology::{WantedRedis, WantedRole, grown, refused, values, wanted};
use redisops::validate::{Objects, Settings};
use redisops::yaml::{Node, Trace, emit, parse_first, to_json};
use serde_json::Value;

const HEAD: &str = "apiVersion: redisops.dev/v1alpha1\nkind: Redis\nmetadata: {name: cache}\nspec:\n";

/// A build with what it left behind.
struct Built {
    sources: Sources,
    trace: Trace,
    result: Result<ResMap, Diagnostics>,
}

fn run(kustomization: &str, files: &[(&str, &str)]) -> Built {
    let mut memory = Memory::new().with("/r/kustomization.yaml", kustomization);
    for (path, text) in files {
        memory = memory.with(format!("/r/{path}"), *text);
    }
    let (sources, trace) = (Sources::new(), Trace::new());
    let result = {
        let cx = Context::new(&sources, &trace);
        let loader = Loader::open(Arc::new(memory), "/r", LoadOptions::default()).unwrap();
        let options = Options { expand: Some(redisops::topology::expand), ..Options::default() };
        build(loader, &options, &cx, &NoTools)
    };
    Built { sources, trace, result }
}

fn spec(spec: &str) -> Built {
    run("resources: [redis.yaml]\n", &[("redis.yaml", &format!("{HEAD}{spec}"))])
}

impl Built {
    fn objects(&self) -> &[Resource] {
        match &self.result {
            Ok(objects) => objects.as_slice(),
            Err(found) => panic!("{:?}", self.shown(found)),
        }
    }

    fn find(&self, kind: &str, name: &str) -> &Resource {
        let found = self.objects().iter().find(|r| r.kind() == kind && r.name().starts_with(name));
        found.unwrap_or_else(|| panic!("no {kind}/{name} in {:?}", self.names()))
    }

    fn names(&self) -> Vec<String> {
        self.objects().iter().map(|r| format!("{}/{}", r.kind(), r.name())).collect()
    }

    fn shown(&self, found: &Diagnostics) -> Vec<String> {
        let place =
            |pos| self.sources.location(pos).map_or(String::new(), |l| format!("{}:{}:{}", l.path, l.line, l.column));
        found
            .0
            .iter()
            .map(|d| {
                let places: Vec<String> = d.labels.iter().map(|l| place(l.pos)).collect();
                format!("{} | {} | {}", d.message, places.join(" "), d.help.clone().unwrap_or_default())
            })
            .collect()
    }

    fn errors(&self) -> Vec<String> {
        self.shown(self.result.as_ref().err().expect("it must fail"))
    }

    /// Where a value comes from: line and column, and what wrote it.
    fn origin(&self, node: &Node) -> String {
        let at = self.sources.location(self.trace.pos(node.origin)).unwrap();
        let via = self.trace.write(node.origin).map(|w| format!("{:?}", w.via)).unwrap_or_default();
        format!("{}:{}:{} {via}", at.path, at.line, at.column)
    }
}

fn json(node: &Node) -> Value {
    let mut text = String::new();
    to_json(node, &mut text).unwrap();
    serde_json::from_str(&text).unwrap()
}

const FULL: &str = "  auth: {existingSecret: secret}\n  resources: {limits: {memory: 1Gi}}\n  metrics:\n    enabled: true\n    \
                    serviceMonitor: {enabled: true, namespace: monitoring}\n    prometheusRule: {enabled: true}\n    dashboards: {enabled: true}\n  \
                    acl: {users: [{name: app, rules: \"~app:* +@read\", existingSecret: app}]}\n  \
                    tls: {enabled: true, certManager: {issuerRef: {name: ca}}}\n  \
                    backup: {enabled: true, bucket: b, existingSecret: s3, image: backup:1, restore: {from: 2026-11-21T03-00-00Z}}\n";

const ARCHITECTURES: [(&str, &str); 6] = [
    ("standalone", "  architecture: standalone\n"),
    ("replication", "  architecture: replication\n  replica: {replicaCount: 3}\n"),
    ("sentinel", "  architecture: sentinel\n  sentinel: {quorum: 2}\n"),
    ("cluster", "  architecture: cluster\n  cluster: {nodes: 6, replicas: 1}\n"),
    ("cluster-per-shard", "  architecture: cluster\n  cluster: {nodes: 6, replicas: 1, layout: perShard}\n"),
    ("enterprise", "  architecture: enterprise\n  enterprise: {nodes: 3, memorySize: 2GB, shards: 2, port: 12000}\n"),
];

#[test]
fn every_architecture_expands_to_what_one_would_write_by_hand() {
    for (name, text) in ARCHITECTURES {
        let built = spec(text);
        let mut all = String::new();
        for object in built.objects() {
            all.push_str("---\n");
            emit(&object.node, &mut all).unwrap();
        }
        insta::assert_snapshot!(name, all);
    }
}

#[test]
fn argo_cd_scales_by_hooks_where_an_image_is_named() {
    let built = spec(
        "  architecture: cluster\n  cluster: {nodes: 6, replicas: 1, hooks: {image: a/redisops:1}}\n  auth: {enabled: false}\n",
    );
    let mut all = String::new();
    let hooks = built.objects().iter().filter(|object| object.annotation("argocd.argoproj.io/hook").is_some());
    for object in hooks {
        all.push_str("---\n");
        emit(&object.node, &mut all).unwrap();
    }
    for line in [
        "kind: Role",
        "argocd.argoproj.io/hook: PreSync",
        "argocd.argoproj.io/hook: PostSync",
        "argocd.argoproj.io/hook-delete-policy: BeforeHookCreation",
        "name: cache-drain",
        "name: cache-join",
        "image: a/redisops:1",
        "$(POD_NAMESPACE)/cache-node",
        "serviceAccountName: cache-scaling",
    ] {
        assert!(all.contains(line), "{line} is not in {all}");
    }
    let bare = spec("  architecture: cluster\n  cluster: {nodes: 6, replicas: 1, guard: false}\n");
    assert!(
        bare.names().iter().all(|name| !name.starts_with("Validating") && !name.starts_with("Job")),
        "{:?}",
        bare.names()
    );
}

#[test]
fn everything_that_can_be_switched_on_is_there() {
    for (name, text) in ARCHITECTURES {
        let built = spec(&format!("{text}{}", if name == "enterprise" { "" } else { FULL }));
        insta::assert_snapshot!(format!("{name}-full"), built.names().join("\n"));
    }
}

/// Whether labels have all that a selector wants.
fn selects(selector: &Value, labels: &Value) -> bool {
    selector.as_object().unwrap().iter().all(|(key, value)| labels.get(key) == Some(value))
}

/// Selectors, ports and names of the objects of a build fit together.
fn fits(objects: &[Value]) -> Result<(), String> {
    let of = |kind: &str| -> Vec<&Value> { objects.iter().filter(|o| o["kind"] == kind).collect() };
    let name = |o: &Value| o["metadata"]["name"].as_str().unwrap().to_owned();
    let names = |kind: &str| -> BTreeSet<String> { of(kind).into_iter().map(name).collect() };
    let identities: BTreeSet<_> = objects.iter().map(|o| (o["kind"].to_string(), name(o))).collect();
    if identities.len() != objects.len() {
        return Err("two objects of one name".to_owned());
    }
    let maps = names("ConfigMap");
    let services = names("Service");
    let mut pods = Vec::new();
    for set in of("StatefulSet") {
        let template = &set["spec"]["template"];
        let labels = &template["metadata"]["labels"];
        if !selects(&set["spec"]["selector"]["matchLabels"], labels) {
            return Err(format!("{} does not select its pods", name(set)));
        }
        if !services.contains(set["spec"]["serviceName"].as_str().unwrap()) {
            return Err(format!("{} names no Service", name(set)));
        }
        let spec = &template["spec"];
        let claims = set["spec"]["volumeClaimTemplates"].as_array().cloned().unwrap_or_default();
        let mut volumes: BTreeSet<String> = claims.iter().map(name).collect();
        for volume in spec["volumes"].as_array().unwrap() {
            if !volumes.insert(volume["name"].as_str().unwrap().to_owned()) {
                return Err(format!("volume {} stands twice", volume["name"]));
            }
            if let Some(map) = volume["configMap"]["name"].as_str()
                && !maps.contains(map)
            {
                return Err(format!("there is no ConfigMap {map}"));
            }
        }
        for container in spec["containers"].as_array().unwrap() {
            for mount in container["volumeMounts"].as_array().into_iter().flatten() {
                if !volumes.contains(mount["name"].as_str().unwrap()) {
                    return Err(format!("there is no volume {}", mount["name"]));
                }
            }
        }
        pods.push((labels, spec));
    }
    for service in of("Service") {
        let chosen: Vec<_> = pods.iter().filter(|(labels, _)| selects(&service["spec"]["selector"], labels)).collect();
        if chosen.is_empty() {
            return Err(format!("Service {} selects nothing", name(service)));
        }
        for port in service["spec"]["ports"].as_array().unwrap() {
            let has = |spec: &Value| {
                spec["containers"].as_array().unwrap().iter().any(|c| {
                    c["ports"]
                        .as_array()
                        .unwrap()
                        .iter()
                        .any(|p| p["name"] == port["targetPort"] && p["containerPort"] == port["port"])
                })
            };
            if !chosen.iter().all(|(_, spec)| has(spec)) {
                return Err(format!("Service {} has a port {} that its pods lack", name(service), port["name"]));
            }
        }
    }
    for budget in of("PodDisruptionBudget") {
        if !pods.iter().any(|(labels, _)| selects(&budget["spec"]["selector"]["matchLabels"], labels)) {
            return Err(format!("budget {} is for nothing", name(budget)));
        }
    }
    for monitor in of("ServiceMonitor") {
        let wanted = &monitor["spec"]["selector"]["matchLabels"];
        if !of("Service").iter().any(|s| selects(wanted, &s["metadata"]["labels"])) {
            return Err("the ServiceMonitor finds no Service".to_owned());
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// Any spec that is accepted gives objects that fit together.
    #[test]
    fn parts_fit_together(
        architecture in 0_usize..5,
        replicas in 0_i64..5,
        nodes in 1_i64..14,
        flags in proptest::bits::u8::ANY,
    ) {
        let name = ["standalone", "replication", "sentinel", "cluster", "cluster"][architecture];
        let layout = if architecture == 4 { ", layout: perShard" } else { "" };
        let on = |bit: u8| flags & (1 << bit) != 0;
        let text = format!(
            "  architecture: {name}\n  replica: {{replicaCount: {replicas}}}\n  cluster: {{nodes: {nodes}, replicas: {replicas}{layout}}}\n  \
             auth: {{enabled: {}}}\n  persistence: {{enabled: {}}}\n  metrics: {{enabled: {}, serviceMonitor: {{enabled: {}}}}}\n  \
             networkPolicy: {{enabled: {}}}\n{}{}",
            on(0), on(1), on(2), on(2), on(3),
            if on(4) { "  tls: {enabled: true, existingSecret: t}\n" } else { "" },
            if on(5) { "  acl: {users: [{name: a, rules: +@read, existingSecret: s}]}\n" } else { "" },
        );
        let built = spec(&text);
        if let Ok(objects) = &built.result {
            let objects: Vec<Value> = objects.iter().map(|o| json(&o.node)).collect();
            prop_assert_eq!(fits(&objects), Ok(()), "{}", text);
        } else {
            // What is refused is refused for one of these reasons.
            let known = ["do not make a cluster", "cannot agree"];
            let errors = built.errors();
            prop_assert!(errors.iter().all(|e| known.iter().any(|k| e.contains(k))), "{:?}", errors);
        }
    }
}

#[test]
fn a_field_comes_from_the_line_that_caused_it() {
    let overlay = "namespace: prod\nresources: [redis.yaml]\npatches:\n- path: patch.yaml\n";
    let base = format!("{HEAD}  architecture: replication\n  master:\n    configuration: |\n      timeout 5\n");
    let patch = format!("{HEAD}  replica:\n    replicaCount: 4\n    persistence:\n      size: 20Gi\n");
    let built = run(overlay, &[("redis.yaml", &base), ("patch.yaml", &patch)]);
    let replicas = built.find("StatefulSet", "cache-replicas");
    let at = |resource: &Resource, path: &[&str]| built.origin(resource.node.lookup(path).unwrap());
    let claim = &replicas.node.lookup(&["spec", "volumeClaimTemplates"]).unwrap().as_seq().unwrap()[0];
    let config = built.find("ConfigMap", "cache-master-config");
    let all = [
        at(replicas, &["spec", "replicas"]),
        built.origin(claim.lookup(&["spec", "resources", "requests", "storage"]).unwrap()),
        at(replicas, &["metadata", "namespace"]),
        at(replicas, &["spec", "podManagementPolicy"]),
        at(config, &["data", "redis.conf"]),
    ];
    insta::assert_snapshot!(all.join("\n"));
}

#[test]
fn names_elsewhere_follow_and_what_is_said_of_all_holds_for_children() {
    let client = "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: client}\nspec:\n  defaultBackend: {service: {name: cache-master, port: {number: 6379}}}\n";
    let kustomization = "namePrefix: dev-\nnamespace: dev\nlabels:\n- pairs: {team: a}\ncommonAnnotations: {note: b}\n\
                         secretGenerator:\n- name: cache\n  literals: [redis-password=x]\nresources: [redis.yaml, client.yaml]\n\
                         images:\n- name: redis\n  newTag: \"8\"\nreplicas:\n- name: cache\n  count: 1\n";
    let redis = format!("{HEAD}  image: redis:7\n");
    let built = run(kustomization, &[("redis.yaml", &redis), ("client.yaml", client)]);
    let backend = built.find("Ingress", "dev-client").node.text_at(&["spec", "defaultBackend", "service", "name"]);
    assert_eq!(backend, Some("dev-cache-master"));
    let set = json(&built.find("StatefulSet", "dev-cache-replicas").node);
    assert_eq!((&set["spec"]["replicas"], &set["metadata"]["namespace"]), (&1.into(), &"dev".into()));
    assert_eq!(
        (&set["metadata"]["labels"]["team"], &set["metadata"]["annotations"]["note"]),
        (&"a".into(), &"b".into())
    );
    let pod = &set["spec"]["template"]["spec"];
    assert_eq!(pod["containers"][0]["image"], "redis:8");
    let secret = built.find("Secret", "dev-cache-").name();
    let password =
        pod["containers"][0]["env"].as_array().unwrap().iter().find(|e| e["name"] == "REDIS_PASSWORD").unwrap();
    assert_eq!(password["valueFrom"]["secretKeyRef"]["name"], secret);
    let config = built.find("ConfigMap", "dev-cache-replicas-config-").name();
    assert!(pod["volumes"].as_array().unwrap().iter().any(|v| v["configMap"]["name"] == config));
    assert_eq!(fits(&built.objects().iter().map(|o| json(&o.node)).collect::<Vec<_>>()), Ok(()));
}

#[test]
fn patches_of_the_spec_reach_children_and_nothing_else() {
    let patches = "  patches:\n  - target: {kind: StatefulSet, name: cache-master}\n    patch: |-\n      - op: add\n        path: /spec/minReadySeconds\n        value: 7\n";
    let built = spec(patches);
    let seconds = built.find("StatefulSet", "cache-master").node.lookup(&["spec", "minReadySeconds"]).unwrap();
    assert_eq!(seconds.text(), Some("7"));
    let missed = spec(&patches.replace("name: cache-master", "name: cache-mastr"));
    insta::assert_snapshot!(missed.errors().join("\n"));
}

#[test]
fn what_does_not_fit_is_refused_at_its_line() {
    let cases = [
        "  architecture: clutser\n",
        "  architecture: cluster\n  cluster: {nodes: 4, replicas: 1}\n",
        "  architecture: cluster\n  cluster: {nodes: 7, replicas: 1}\n",
        "  architecture: sentinel\n  replica: {replicaCount: 3}\n  sentinel: {quorum: 4}\n",
        "  architecture: cluster\n  sentinel: {enabled: true}\n",
        "  master:\n    resources: {limits: {memory: 256Mi}}\n    configuration: |\n      maxmemory 1gb\n",
        "  master:\n    configuration: |\n      timeout 5\n      port 7000\n",
        "  tls: {enabled: true}\n",
        "  tls: {existingSecret: a}\n",
        "  tls: {enabled: true, existingSecret: a, certManager: {issuerRef: {name: b}}}\n",
        "  master: {count: 2, persistance: {}}\n",
        "  master: {persistence: {size: big}}\n",
        "  metrics: {serviceMonitor: {enabled: true}}\n",
        "  backup: {enabled: true}\n",
        "  backup: {image: i, bucket: b, existingSecret: s, restore: {from: \"../x\"}}\n",
        "  architecture: cluster\n  image: docker.io/library/redis:6.2.1\n",
        "  master:\n    resources: {limits: {memory: 256Mi}}\n    extraFlags: [--maxmemory, 1gb]\n",
        "  acl: {users: [{name: default, rules: \">secret +@all\"}]}\n",
        "  architecture: enterprise\n  enterprise: {nodes: 4, memorySize: 4Gi}\n",
        "  architecture: cluster\n  cluster: {nodes: 6, replicas: 1, layout: perShard, hooks: {image: a/redisops:1}}\n",
    ];
    let all: Vec<String> = cases.iter().map(|case| format!("{case}{}\n", spec(case).errors().join("\n"))).collect();
    insta::assert_snapshot!(all.join("\n"));
    let others = spec("  {}\n").objects().len();
    assert!(others > 5, "an empty spec is a replication");
    let foreign = run(
        "resources: [a.yaml]\n",
        &[("a.yaml", "apiVersion: other.io/v1\nkind: Redis\nmetadata: {name: a}\nspec: {x: 1}\n")],
    );
    assert_eq!(foreign.names(), ["Redis/a"]);
}

#[test]
fn a_patch_of_a_child_is_pointed_to_the_spec() {
    let kustomization = "resources: [redis.yaml]\npatches:\n- patch: |-\n    apiVersion: apps/v1\n    kind: StatefulSet\n    metadata: {name: cache-master}\n    spec: {minReadySeconds: 7}\n";
    let built = run(kustomization, &[("redis.yaml", &format!("{HEAD}  architecture: standalone\n"))]);
    insta::assert_snapshot!(built.errors().join("\n"));
}

#[test]
fn the_schema_has_the_fields_that_are_read_and_takes_the_examples() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let schema: Value =
        serde_json::from_str(&std::fs::read_to_string(root.join("schemas/redis.json")).unwrap()).unwrap();
    for (part, fields) in [
        ("", Spec::FIELDS),
        ("persistence", Persistence::FIELDS),
        ("auth", Auth::FIELDS),
        ("acl", Acl::FIELDS),
        ("master", Master::FIELDS),
        ("replica", Replica::FIELDS),
        ("cluster", Cluster::FIELDS),
        ("sentinel", Sentinel::FIELDS),
        ("enterprise", Enterprise::FIELDS),
        ("tls", Tls::FIELDS),
        ("service", Service::FIELDS),
        ("networkPolicy", NetworkPolicy::FIELDS),
        ("serviceAccount", ServiceAccount::FIELDS),
        ("scheduling", Scheduling::FIELDS),
        ("metrics", Metrics::FIELDS),
        ("backup", Backup::FIELDS),
    ] {
        let spec = &schema["properties"]["spec"];
        let at = if part.is_empty() { spec } else { &spec["properties"][part] };
        let known: BTreeSet<&str> = at["properties"].as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(known, fields.iter().copied().collect(), "{part}");
    }
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    let taken = |text: &str| {
        let sources = Sources::new();
        let source = sources.add("redis.yaml", text.to_owned(), SourceKind::Resource).unwrap();
        validator.is_valid(&json(&parse_first(&source).unwrap().unwrap()))
    };
    let example = std::fs::read_to_string(root.join("examples/building-blocks/base/redis.yaml")).unwrap();
    assert!(taken(&example));
    for (name, text) in ARCHITECTURES {
        let more = if name == "enterprise" { "" } else { FULL };
        assert!(taken(&format!("{HEAD}{text}{more}")), "{name}");
    }
    assert!(!taken(&format!("{HEAD}  architecture: clutser\n")));
    assert!(!taken(&format!("{HEAD}  replicas: 3\n")));
}

impl Built {
    fn wanted(&self) -> Vec<WantedRedis> {
        wanted(self.objects().iter().map(|object| &object.node), &self.trace)
    }
}

#[test]
fn the_objects_say_which_nodes_there_are_and_which_part_they_play() {
    let shown = |text: &str| {
        let built = run(
            "namespace: shop\nnamePrefix: p-\nresources: [redis.yaml]\n",
            &[("redis.yaml", &format!("{HEAD}{text}"))],
        );
        let one = built.wanted().remove(0);
        let nodes: Vec<String> = one
            .nodes
            .iter()
            .map(|node| {
                let role = match &node.role {
                    WantedRole::Master => "master".to_owned(),
                    WantedRole::Replica(master) => format!("replica of {master}"),
                    WantedRole::Either => "either".to_owned(),
                };
                format!("{} {role} {:?} {}", one.host(node), node.shard, one.config(node).is_some())
            })
            .collect();
        let quorum = one.sentinel.as_ref().map(|s| (s.master_set.clone(), s.quorum));
        format!(
            "{} {:?} {} masters with {} replicas, {quorum:?} {:?}\n{}\n",
            one.name,
            one.architecture,
            one.masters(),
            one.replicas,
            one.enterprise,
            nodes.join("\n")
        )
    };
    let all: Vec<String> = ARCHITECTURES.iter().map(|(_, text)| shown(text)).collect();
    insta::assert_snapshot!(all.join("\n"));
}

#[test]
fn every_parameter_knows_the_line_that_wants_it() {
    let text = "  auth: {existingSecret: secret}\n  resources: {limits: {memory: 1Gi}}\n  configuration: |\n    timeout 5\n  master:\n    persistence: {enabled: false}\n    \
                configuration: |\n      # a cache\n      save 900 1\n      save 60 100\n      maxmemory-policy allkeys-lru\n    extraFlags: [\"--loglevel debug\", --timeout 7]\n  \
                acl: {users: [{name: app, rules: \"~app:* +@read\", existingSecret: app}]}\n";
    let built = spec(text);
    let one = built.wanted().remove(0);
    let place = |pos| built.sources.location(pos).map_or(String::new(), |l| format!("{}:{}", l.line, l.column));
    let parameters: Vec<String> = one.configs[0]
        .parameters()
        .iter()
        .map(|p| format!("{} {} {} = {}", place(p.at), p.name, p.value.len(), p.value))
        .collect();
    let users: Vec<String> =
        one.users.iter().map(|u| format!("{} {} {} {:?}", place(u.at), u.name, u.rules, u.password)).collect();
    insta::assert_snapshot!(format!("{}\n{}\n{:?}", parameters.join("\n"), users.join("\n"), one.password));
}

fn converted(values: &str) -> String {
    let (sources, trace) = (Sources::new(), Trace::new());
    let source = sources.add("values.yaml", values.to_owned(), SourceKind::Data).unwrap();
    let node = parse_first(&source).unwrap().unwrap();
    let done = values::convert(&node, "cache", &trace).unwrap();
    let place = |at| sources.location(at).map_or(String::new(), |l| format!("{}:{}", l.line, l.column));
    let left: Vec<String> =
        done.left.iter().map(|one| format!("{} {}: {}", place(one.at), one.path, one.why)).collect();
    format!("{}---\n{}", done.text, left.join("\n"))
}

#[test]
fn what_has_a_counterpart_is_carried_and_the_rest_is_named() {
    insta::assert_snapshot!(converted(
        "architecture: replication
image: {registry: docker.io, repository: bitnami/redis, tag: 7.2.4}
commonLabels: {team: shop}
commonConfiguration: |-
  appendonly yes
  save \"\"
  port 6380
auth:
  enabled: true
  password: hunter2
  acl:
    enabled: true
    users:
    - {username: app, password: secret, enabled: \"on\", commands: +@read, keys: \"~app:*\", channels: \"&*\"}
master:
  count: 1
  disableCommands: [FLUSHALL]
  configuration: |-
    maxmemory-policy allkeys-lru
  resources: {limits: {memory: 1Gi}}
  resourcesPreset: nano
  persistence: {enabled: true, size: 20Gi, storageClass: premium, existingClaim: old}
  service: {type: LoadBalancer, ports: {redis: 6379}, nodePorts: {redis: \"\"}, loadBalancerIP: 10.0.0.7}
  podAntiAffinityPreset: hard
  sidecars: [{name: x}]
  extraFlags: [\"--maxmemory-samples 10\"]
  kind: StatefulSet
replica:
  autoscaling: {enabled: false}
  livenessProbe: {enabled: true, periodSeconds: 5}
  nodeSelector: {disk: ssd}
networkPolicy: {enabled: true, allowExternal: true}
pdb: {create: true}
tls: {enabled: true, existingSecret: certs, certFilename: server.crt}
metrics:
  enabled: true
  serviceMonitor: {enabled: true, namespace: monitoring, additionalLabels: {release: prom}, relabelings: []}
  prometheusRule: {enabled: true, rules: [{alert: x}]}
volumePermissions: {enabled: false}
unheardOf: {a: 1}
"
    ));
}

#[test]
fn sentinels_clusters_and_single_nodes_stay_what_they_are() {
    let all: Vec<String> = [
        "sentinel: {enabled: true, quorum: 2}\nreplica: {replicaCount: 5}\nfullnameOverride: shop\n",
        "cluster: {nodes: 6, replicas: 1, init: true}\nusePassword: true\nexistingSecret: s\npersistence: {size: 5Gi}\nredis: {podAntiAffinityPreset: soft, configmap: \"timeout 5\"}\n",
        "architecture: standalone\nreplica: {replicaCount: 3, configuration: timeout 5}\nmaster: {persistence: {enabled: false}}\nglobal: {storageClass: fast}\n",
        "{}",
    ]
    .into_iter()
    .map(converted)
    .collect();
    insta::assert_snapshot!(all.join("\n======\n"));
}

#[test]
fn a_list_is_no_values_file() {
    let (sources, trace) = (Sources::new(), Trace::new());
    let source = sources.add("values.yaml", "[1]\n".to_owned(), SourceKind::Data).unwrap();
    let found = values::convert(&parse_first(&source).unwrap().unwrap(), "cache", &trace).unwrap_err();
    assert_eq!(found.0[0].message, "a values file is a mapping of names to values");
}

#[test]
fn what_a_running_redis_cannot_take_is_refused_with_the_way_around_it() {
    let replication = "  architecture: replication\n  master:\n    persistence: {size: 20Gi, storageClass: premium}\n";
    let cluster = "  architecture: cluster\n  cluster: {nodes: 6, replicas: 1}\n";
    let cases = [
        (replication, replication.replace("20Gi", "10Gi")),
        (replication, replication.replace("premium", "cheap")),
        (replication, replication.replace("size: 20Gi", "enabled: false")),
        (replication, replication.replace("20Gi", "40Gi")),
        (replication, cluster.to_owned()),
        (cluster, cluster.replace("replicas: 1}", "replicas: 1, layout: perShard}")),
        (cluster, cluster.replace("nodes: 6, replicas: 1", "nodes: 12, replicas: 2")),
        ("  architecture: standalone\n", "  architecture: replication\n".to_owned()),
        ("  architecture: sentinel\n", cluster.to_owned()),
        (cluster, "  architecture: sentinel\n".to_owned()),
        (replication, replication.replace("size: 20Gi", "accessModes: [ReadWriteMany], size: 20Gi")),
        (
            replication,
            format!(
                "{replication}  patches: [{{target: {{kind: StatefulSet}}, patch: '- {{op: replace, path: /spec/serviceName, value: other}}'}}]\n"
            ),
        ),
    ];
    let told: Vec<String> = cases
        .iter()
        .map(|(before, after)| {
            let (old, new) = (spec(before), spec(after));
            let nodes = |built: &Built| built.objects().iter().map(|object| object.node.clone()).collect::<Vec<_>>();
            let (old, all) = (nodes(&old), nodes(&new));
            let (old, all): (Vec<&Node>, Vec<&Node>) = (old.iter().collect(), all.iter().collect());
            let found = refused(&old, &all, &new.trace);
            let growth = grown(&old, &all, &new.trace);
            let growth =
                growth.iter().map(|g| format!("{} x {} of {}: {} to {}", g.volumes, g.claim, g.workload, g.from, g.to));
            let lines: Vec<String> = new.shown(&found).into_iter().chain(growth).collect();
            format!("{after}{}\n", lines.join("\n"))
        })
        .collect();
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn a_mistake_in_the_configuration_of_a_server_is_shown_in_its_line() {
    let built =
        spec("  master:\n    configuration: |\n      timeout 5\n\n      # a comment\n      maxmemory-policy lru\n");
    let config = built.find("ConfigMap", "cache-master-config");
    let node = config.node.lookup(&["data", "redis.conf"]).unwrap();
    let lines = built.trace.lines(node.origin).unwrap();
    let at = node.text().unwrap().lines().position(|line| line == "maxmemory-policy lru").unwrap();
    let place = built.sources.location(lines[at].at).unwrap();
    assert_eq!((place.line, place.column, lines[at].verbatim), (10, 7, true));
    assert_eq!(lines.len(), node.text().unwrap().lines().count());
}

/// What an environment finds among the objects of a build, by an entry that names the Redis as it is written, or by the objects alone.
fn found(built: &Built, entry: Option<&str>) -> Found {
    let objects = built.result.as_ref().unwrap();
    let settings = Settings::default();
    let all = Objects::new(objects.as_slice(), objects.scopes().as_ref(), &built.trace, &built.sources, &settings);
    let places = |pos: Pos| {
        let at = built.sources.location(pos)?;
        Some(Origin { file: at.path.to_string(), line: at.line, column: at.column, commit: None })
    };
    let entry = entry.map(|name| {
        let mut entry = environment::Redis::default();
        entry.resource.value = name.to_owned();
        entry
    });
    let (mut found, wrong) = find(entry.as_slice(), &all, &places);
    assert!(wrong.0.is_empty() && found.len() == 1, "{found:?} {wrong:?}");
    found.remove(0)
}

#[test]
fn environments_know_the_nodes_of_what_was_expanded_by_any_of_its_names() {
    let text = format!(
        "{HEAD}  architecture: replication\n  replica: {{replicaCount: 1}}\n  acl:\n    users:\n    - {{name: app, rules: \"~app:* +@read\", existingSecret: a}}\n"
    );
    let built = run("resources: [redis.yaml]\nnamePrefix: shop-\nnameSuffix: -v2\n", &[("redis.yaml", &text)]);
    for entry in [None, Some("Redis/cache"), Some("Redis/shop-cache-v2")] {
        let wanted = found(&built, entry).wanted;
        assert_eq!(wanted.mode, Mode::Replication, "{entry:?}");
        let pods: Vec<&str> = wanted.nodes.iter().map(|node| node.pod.as_str()).collect();
        assert_eq!(pods, ["shop-cache-v2-master-0", "shop-cache-v2-replicas-0"], "{entry:?}");
        assert_eq!(wanted.master.map(|master| master.value).as_deref(), Some("shop-cache-v2-master-0"));
        let users = wanted.users.unwrap();
        assert_eq!((users.len(), users[0].rules.name.as_str()), (1, "app"));
        assert_eq!(users[0].rules.words, ["on", ">$(PASSWORD)", "~app:*", "+@read"]);
        assert_eq!(users[0].origin.as_ref().map(|at| at.line), Some(9));
    }
    let cluster = spec("  architecture: cluster\n  cluster:\n    nodes: 12\n    replicas: 2\n    layout: perShard\n");
    let wanted = found(&cluster, Some("Redis/cache")).wanted;
    assert_eq!((wanted.mode, wanted.nodes.len()), (Mode::Cluster, 12));
    let masters = wanted.masters.unwrap();
    assert_eq!((masters.value, masters.origin.map(|at| at.line)), (4, Some(7)));
}

#[test]
fn alerts_and_dashboards_watch_what_goes_wrong() {
    for (name, text) in ARCHITECTURES.into_iter().filter(|(name, _)| *name != "enterprise") {
        let built = spec(&format!("{text}{FULL}"));
        let rule = json(&built.find("PrometheusRule", "cache").node);
        let rules = rule["spec"]["groups"][0]["rules"].as_array().unwrap();
        let has = |alert: &str| rules.iter().any(|rule| rule["alert"] == alert);
        let always = [
            "RedisMemoryHigh",
            "RedisEvicting",
            "RedisHitRatioLow",
            "RedisSnapshotFailed",
            "RedisAppendOnlyFileFailed",
            "RedisSlowCommands",
            "RedisLatencyHigh",
        ];
        assert!(always.iter().all(|alert| has(alert)), "{name}: {rules:?}");
        let is_cluster = name.starts_with("cluster");
        assert_eq!(has("RedisReplicationLag") && has("RedisReplicaUnlinked"), name != "standalone", "{name}");
        assert_eq!(has("RedisClusterDown") && has("RedisClusterSlotsFailing"), is_cluster, "{name}");
        assert_eq!(has("RedisMasters"), ["replication", "sentinel"].contains(&name), "{name}");
        for rule in rules {
            let expression = rule["expr"].as_str().unwrap();
            assert!(expression.contains("service=\"cache-metrics\""), "{name}: {expression}");
            assert_eq!(expression.matches('(').count(), expression.matches(')').count(), "{expression}");
        }
        let boards: Vec<&Resource> = built.objects().iter().filter(|o| o.name().contains("-dashboard-")).collect();
        let names: Vec<&str> = boards.iter().map(|board| board.name().rsplit('-').next().unwrap()).collect();
        let wanted: &[&str] =
            if is_cluster { &["overview", "performance", "slots"] } else { &["overview", "performance"] };
        assert_eq!(names, wanted, "{name}");
        for board in boards {
            let data = json(&board.node)["data"].clone();
            let text = data.as_object().unwrap().values().next().unwrap().as_str().unwrap();
            let panels = serde_json::from_str::<Value>(text).unwrap()["panels"].as_array().unwrap().clone();
            assert!(panels.len() > 5, "{text}");
            assert!(panels.iter().all(|panel| panel["targets"][0]["expr"].as_str().unwrap().contains("cache-metrics")));
        }
    }
}
