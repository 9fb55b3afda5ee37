//! Volumes of a `kind: Redis` that grow, and changes that it cannot take. The test plays what makes volumes and what expands them: a volume for every claim
//! beforehand, and the status that a driver would write.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::applying::{live, result};
use crate::support::{Bench, Run};

/// A sentinel set-up in `prod`, and a class with a volume for every pod. The files of a Redis go into the directory `prod`.
fn redis(spec: &str) -> Option<Bench> {
    let bench = Bench::new()?;
    restrict(&bench);
    bench.write("prod/kustomization.yaml", "namespace: NAMESPACE\nresources:\n- redis.yaml\n");
    write(&bench, spec);
    let volumes: String = (0..3)
        .map(|number| {
            format!(
                "---\napiVersion: v1\nkind: PersistentVolume\nmetadata: {{name: NAMESPACE-{number}}}\nspec:\n  storageClassName: NAMESPACE\n  \
                 capacity: {{storage: 1Gi}}\n  accessModes: [ReadWriteOnce]\n  csi: {{driver: test.example.com, volumeHandle: NAMESPACE-{number}}}\n"
            )
        })
        .collect();
    let class = "apiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: {name: NAMESPACE}\nprovisioner: test.example.com\nallowVolumeExpansion: true\n";
    let text = format!("{class}{volumes}").replace("NAMESPACE", &bench.namespace);
    let done = bench.kubectl_with(&["apply", "-f", "-"], &text);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    Some(bench)
}

/// Lets in only pods that keep to the strictest of the Pod Security Standards.
fn restrict(bench: &Bench) {
    let label = |mode: &str| format!("pod-security.kubernetes.io/{mode}=restricted");
    bench.kubectl(&["label", "namespace", &bench.namespace, &label("enforce"), &label("warn")]);
}

const SPEC: &str =
    "  architecture: sentinel\n  auth: {enabled: false}\n  persistence: {size: 1Gi, storageClass: NAMESPACE}\n";

fn write(bench: &Bench, spec: &str) {
    let head = "apiVersion: redisops.dev/v1alpha1\nkind: Redis\nmetadata: {name: cache}\nspec:\n";
    bench.write("prod/redis.yaml", &format!("{head}{spec}"));
}

fn apply(bench: &Bench, more: &[&str]) -> Run {
    let mut all = vec!["apply", "prod", "--yes", "-o", "json"];
    all.extend(more);
    bench.redisops(&all)
}

/// What a driver does: the volume is as large as it is wanted to be.
fn expand(bench: &Bench, size: &str) {
    for number in 0..3 {
        let claim = format!("data-cache-node-{number}");
        let patch = json!({"status": {"capacity": {"storage": size}}}).to_string();
        bench.kubectl(&[
            "-n",
            &bench.namespace,
            "patch",
            "pvc",
            &claim,
            "--subresource=status",
            "--type=merge",
            "-p",
            &patch,
        ]);
    }
}

fn uids(bench: &Bench) -> String {
    let path = "jsonpath={.items[*].metadata.uid}";
    bench.kubectl(&["-n", &bench.namespace, "get", "pods", "-l", "app.kubernetes.io/component=node", "-o", path])
}

#[test]
fn volumes_grow_and_pods_go_on() {
    let Some(bench) = redis(SPEC) else { return };
    let run = apply(&bench, &[]);
    assert_eq!(run.code, 0, "{run:?}");
    let (pods, set) = (uids(&bench), live(&bench, "statefulset/cache-node", "{.metadata.uid}"));
    assert_eq!(pods.split(' ').count(), 3);

    // What cannot be done is told before anything is planned, at the line that wants it.
    let refusals: [(&str, &str, &str, &str); 4] = [
        ("size: 1Gi", "size: 512Mi", "cannot shrink from 1Gi to 512Mi", "prod/redis.yaml:7:"),
        (
            "size: 1Gi",
            "accessModes: [ReadWriteMany], size: 1Gi",
            "the access modes of its volumes cannot change",
            "prod/redis.yaml:7:",
        ),
        (
            "architecture: sentinel",
            "architecture: cluster",
            "is a sentinel and cannot become a cluster",
            "prod/redis.yaml:5:",
        ),
        (
            "  architecture",
            "  patches:\n  - {target: {kind: StatefulSet}, patch: '- {op: replace, path: /spec/podManagementPolicy, value: OrderedReady}'}\n  architecture",
            "`podManagementPolicy` of its StatefulSet cannot change",
            "prod/redis.yaml:6:",
        ),
    ];
    for (from, to, message, place) in refusals {
        write(&bench, &SPEC.replacen(from, to, 1));
        for command in [&["plan", "prod", "-o", "json"][..], &["apply", "prod", "--yes", "-o", "json"]] {
            let run = bench.redisops(command);
            assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{to} {run:?}");
            assert!(run.stderr.contains(message) && run.stderr.contains(place), "{run:?}");
            assert!(run.stderr.contains("make a second Redis beside this one"), "{run:?}");
        }
        let run = bench.diff(&["prod"]);
        assert!(run.code == 2 && run.stderr.contains(message) && run.stderr.contains(place), "{run:?}");
    }
    assert_eq!(live(&bench, "statefulset/cache-node", "{.metadata.uid}"), set);

    // Growth is planned, one step a claim, and then the StatefulSet.
    write(&bench, &SPEC.replace("1Gi", "2Gi"));
    let run = bench.diff(&["prod"]);
    assert_eq!(run.code, 1, "{run:?}");
    let field = run.change("StatefulSet", "cache-node")["fields"][0].clone();
    assert_eq!(field["consequence"], "expands 3 volumes; the StatefulSet is created again, its pods go on", "{run:?}");
    let run = bench.redisops(&["plan", "prod", "-o", "json", "--out", "agreed.json"]);
    assert_eq!(run.code, 0, "{run:?}");
    let plan = run.json();
    let steps: Vec<(&str, &str, &str)> = plan["steps"]
        .as_array()
        .unwrap()
        .iter()
        .map(|step| {
            let text = |value: &'_ Value| value.as_str().unwrap_or("").to_owned().leak() as &str;
            (text(&step["action"]), text(&step["resource"]["kind"]), text(&step["resource"]["name"]))
        })
        .collect();
    assert_eq!(
        steps,
        [
            ("update", "PersistentVolumeClaim", "data-cache-node-0"),
            ("update", "PersistentVolumeClaim", "data-cache-node-1"),
            ("update", "PersistentVolumeClaim", "data-cache-node-2"),
            ("update", "StatefulSet", "cache-node"),
        ]
    );
    assert_eq!(plan["steps"][0]["cause"], json!({"file": "prod/redis.yaml", "line": 7, "column": 23}));
    let run = apply(&bench, &["--dry-run=server"]);
    assert_eq!((run.code, result(&run, "StatefulSet", "cache-node").as_str()), (0, "changed"), "{run:?}");
    assert_eq!(live(&bench, "pvc/data-cache-node-0", "{.spec.resources.requests.storage}"), "1Gi");

    // Nobody expands the volumes yet: everything is done and waited for; whoever comes again waits on.
    let run = bench.redisops(&["apply", "agreed.json", "--yes", "--timeout", "3s", "-o", "json"]);
    assert_eq!(run.code, 2, "{run:?}");
    assert!(run.stderr.contains("the volume has not grown to 2Gi yet"), "{run:?}");
    assert_ne!(live(&bench, "statefulset/cache-node", "{.metadata.uid}"), set);
    assert_eq!(
        live(&bench, "statefulset/cache-node", "{.spec.volumeClaimTemplates[0].spec.resources.requests.storage}"),
        "2Gi"
    );
    assert_eq!(live(&bench, "pvc/data-cache-node-2", "{.spec.resources.requests.storage}"), "2Gi");
    assert_eq!(uids(&bench), pods);
    let run = apply(&bench, &["--timeout", "1s"]);
    assert!(run.code == 2 && run.stderr.contains("the volume has not grown to 2Gi yet"), "{run:?}");
    expand(&bench, "2Gi");
    let run = bench.redisops(&["apply", "agreed.json", "--yes", "-o", "json"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert_eq!((uids(&bench), bench.diff(&["prod"]).code), (pods.clone(), 0));

    // Interrupted between the deletion and the creation: the pods are alone, and get their StatefulSet back.
    bench.kubectl(&["-n", &bench.namespace, "delete", "statefulset", "cache-node", "--cascade=orphan"]);
    let run = apply(&bench, &[]);
    assert_eq!((run.code, result(&run, "StatefulSet", "cache-node").as_str()), (0, "created"), "{run:?}");
    assert_eq!(uids(&bench), pods);

    // A class that does not let volumes grow is known before anything is touched.
    bench.kubectl(&["patch", "storageclass", &bench.namespace, "-p", r#"{"allowVolumeExpansion":false}"#]);
    write(&bench, &SPEC.replace("1Gi", "3Gi"));
    let run = apply(&bench, &[]);
    assert!(run.code == 2 && run.stderr.contains("does not allow it"), "{run:?}");
    assert!(
        run.stderr.contains("prod/redis.yaml:7:23") && run.stderr.contains("allowVolumeExpansion: true"),
        "{run:?}"
    );
    assert_eq!(live(&bench, "pvc/data-cache-node-0", "{.spec.resources.requests.storage}"), "2Gi");
    clean(&bench);
}

#[test]
fn nodes_that_start_empty_are_seen_in_the_plan() {
    let Some(bench) = Bench::new() else { return };
    bench.write("prod/kustomization.yaml", "namespace: NAMESPACE\nresources:\n- redis.yaml\n");
    let spec = "  architecture: standalone\n  auth: {enabled: false}\n  persistence: {enabled: false}\n";
    write(&bench, spec);
    let run = apply(&bench, &[]);
    assert_eq!(run.code, 0, "{run:?}");
    write(&bench, &spec.replace("standalone", "sentinel"));
    let run = bench.redisops(&["plan", "prod", "-o", "json"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.stderr.contains("is a standalone and becomes a sentinel: its nodes start empty"), "{run:?}");
    assert!(run.stderr.contains("prod/redis.yaml:5:17"), "{run:?}");
    let plan = run.json();
    let steps = plan["steps"].as_array().unwrap();
    let is_new = |step: &&Value| step["resource"]["kind"] == "StatefulSet" && step["action"] == "create";
    let new = steps.iter().find(is_new).unwrap();
    assert_eq!(
        (&new["consequence"], &new["risk"]),
        (&json!("starts empty: the data stays on the volumes of cache-master"), &json!("high"))
    );
    let run = bench.diff(&["prod"]);
    assert!(run.code == 1 && run.stderr.contains("its nodes start empty"), "{run:?}");
    // The layout of a cluster: its StatefulSet is there, no file has it any more; what is left of the single node does not hide it.
    let cluster = format!("{}  cluster: {{guard: false}}\n", spec.replace("standalone", "cluster"));
    write(&bench, &cluster);
    assert_eq!(bench.redisops(&["apply", "prod", "--yes", "--no-wait"]).code, 0);
    write(&bench, &cluster.replace("guard: false", "guard: false, layout: perShard"));
    for command in [&["plan", "prod"][..], &["apply", "prod", "--yes"]] {
        let run = bench.redisops(command);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{run:?}");
        assert!(run.stderr.contains("the layout of the cluster `cache` cannot be changed"), "{run:?}");
        assert!(run.stderr.contains("prod/redis.yaml:8:35"), "{run:?}");
    }
    let run = bench.diff(&["prod"]);
    assert!(run.code == 2 && run.stderr.contains("the layout of the cluster"), "{run:?}");
}

#[test]
fn everything_at_once_is_taken_by_the_server_and_is_restricted() {
    let Some(bench) = Bench::new() else { return };
    restrict(&bench);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/examples");
    for name in ["standalone", "replication", "sentinel", "cluster", "cluster-per-shard"] {
        let text = fs::read_to_string(folder.join(format!("full-{name}.yaml"))).unwrap();
        let text = text.replace("namespace: shop\n", &format!("namespace: {}\n", bench.namespace));
        let text = text.replace("namespace: monitoring\n", &format!("namespace: {}\n", bench.namespace));
        let of_operators = ["monitoring.coreos.com/", "cert-manager.io/"];
        let own = |object: &&str| !of_operators.iter().any(|group| object.starts_with(&format!("apiVersion: {group}")));
        let objects: Vec<&str> = text.split("---\n").filter(own).collect();
        assert!(objects.len() > 10, "{name}");
        let done =
            bench.kubectl_with(&["apply", "--server-side", "--dry-run=server", "-f", "-"], &objects.join("---\n"));
        let told = String::from_utf8_lossy(&done.stderr);
        assert!(done.status.success() && !told.contains("Warning"), "{name}: {told}");
    }
    let bad = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a, image: a}]}\n";
    let done = bench.kubectl_with(&["apply", "--dry-run=server", "-n", &bench.namespace, "-f", "-"], bad);
    assert!(
        String::from_utf8_lossy(&done.stderr).contains("violates PodSecurity"),
        "the standard is enforced: {done:?}"
    );
}

fn clean(bench: &Bench) {
    let name = bench.namespace.clone();
    for number in 0..3 {
        let _ = bench.kubectl_with(&["delete", "pv", &format!("{name}-{number}"), "--wait=false"], "");
    }
    let _ = bench.kubectl_with(&["delete", "storageclass", &name], "");
}
