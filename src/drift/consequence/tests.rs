use super::*;
use crate::yaml::{Origin, from_json};

/// What the change of a field does, for objects given as JSON.
fn told(before: &str, after: &str, path: &str) -> String {
    let (before, after) = (from_json(before, Origin::NONE).unwrap(), from_json(after, Origin::NONE).unwrap());
    let users = Users::of([&after]);
    let change = Change { before: &before, after: &after, users: &users, renamed: false };
    of_field(&change, &path.parse().unwrap()).unwrap_or_default()
}

fn of(api_version: &str, kind: &str, before: &str, after: &str, path: &str) -> String {
    let object =
        |spec: &str| format!(r#"{{"apiVersion":"{api_version}","kind":"{kind}","metadata":{{"name":"x"}},{spec}}}"#);
    told(&object(before), &object(after), path)
}

#[test]
fn pods_roll_start_and_stop() {
    let image = "spec.template.spec.containers[name=a].image";
    for (kind, before, after, path, expected) in [
        ("StatefulSet", r#""spec":{"replicas":3}"#, r#""spec":{"replicas":3}"#, image, "rolls 3 pods"),
        ("Deployment", r#""spec":{}"#, r#""spec":{}"#, image, "rolls 1 pod"),
        ("Deployment", r#""spec":{"replicas":3}"#, r#""spec":{"replicas":5}"#, image, "rolls 3 pods"),
        ("Deployment", r#""spec":{"replicas":3}"#, r#""spec":{"replicas":5}"#, "spec.replicas", "starts 2 pods"),
        ("Deployment", r#""spec":{"replicas":3}"#, r#""spec":{"replicas":0}"#, "spec.replicas", "stops 3 pods"),
        ("Deployment", r#""spec":{"replicas":0}"#, r#""spec":{"replicas":0}"#, image, ""),
        (
            "Deployment",
            r#""spec":{"replicas":2}"#,
            r#""spec":{"replicas":2,"strategy":{"type":"Recreate"}}"#,
            image,
            "stops all 2 pods before the new ones start",
        ),
        (
            "StatefulSet",
            r#""spec":{"replicas":2}"#,
            r#""spec":{"replicas":2,"updateStrategy":{"type":"OnDelete"}}"#,
            image,
            "takes effect when somebody deletes the pods",
        ),
        ("DaemonSet", r#""spec":{}"#, r#""spec":{}"#, image, "rolls the pods of all nodes"),
        ("StatefulSet", r#""spec":{}"#, r#""spec":{}"#, "metadata.labels.a", ""),
    ] {
        assert_eq!(of("apps/v1", kind, before, after, path), expected, "{kind} {after} {path}");
    }
}

#[test]
fn what_the_api_server_refuses_is_told() {
    let refused = |group: &str, kind: &str, path: &str| {
        of(group, kind, r#""spec":{"clusterIP":"1.2.3.4"}"#, r#""spec":{"clusterIP":"1.2.3.5"}"#, path)
            .starts_with("the API server will refuse it")
    };
    for (group, kind, path, expected) in [
        ("apps/v1", "StatefulSet", "spec.serviceName", true),
        ("apps/v1", "StatefulSet", "spec.volumeClaimTemplates[0].spec.storageClassName", true),
        ("apps/v1", "StatefulSet", "spec.template.spec.hostNetwork", false),
        ("apps/v1", "Deployment", "spec.selector.matchLabels.app", true),
        ("apps/v1", "Deployment", "spec.strategy.type", false),
        ("batch/v1", "Job", "spec.template.spec.restartPolicy", true),
        ("v1", "Service", "spec.clusterIP", true),
        ("v1", "Service", "spec.type", false),
        ("v1", "PersistentVolumeClaim", "spec.accessModes[0]", true),
        ("rbac.authorization.k8s.io/v1", "RoleBinding", "roleRef.name", true),
    ] {
        assert_eq!(refused(group, kind, path), expected, "{kind} {path}");
    }
    let claim = |size: &str| format!(r#""spec":{{"resources":{{"requests":{{"storage":"{size}"}}}}}}"#);
    let path = "spec.resources.requests.storage";
    assert_eq!(of("v1", "PersistentVolumeClaim", &claim("1Gi"), &claim("2Gi"), path), "");
    assert!(of("v1", "PersistentVolumeClaim", &claim("2Gi"), &claim("1Gi"), path).contains("cannot shrink"));
    assert!(of("v1", "ConfigMap", r#""immutable":true"#, r#""immutable":true"#, "data.a").contains("will refuse"));
}

#[test]
fn redis_enterprise_refuses_to_shrink() {
    let group = "app.redislabs.com/v1alpha1";
    let of = |kind: &str, field: &str, before: &str, after: &str| {
        let spec = |value: &str| format!(r#""spec":{{"{field}":{value}}}"#);
        of(group, kind, &spec(before), &spec(after), &format!("spec.{field}"))
    };
    let database = "RedisEnterpriseDatabase";
    assert!(of(database, "shardCount", "4", "2").contains("cannot be lowered"));
    assert!(of(database, "shardCount", "2", "3").contains("3 is none of 2"));
    assert_eq!(of(database, "shardCount", "2", "4"), "splits 2 shards into 4");
    assert!(of(database, "databasePort", "10000", "10001").contains("will refuse"));
    assert!(of("RedisEnterpriseCluster", "nodes", "5", "3").contains("will refuse"));
    assert_eq!(of("RedisEnterpriseCluster", "nodes", "3", "5"), "starts 2 nodes");
    assert_eq!(of(database, "memorySize", r#""1GB""#, r#""2GB""#), "");
}

#[test]
fn slots_that_move_are_counted() {
    for (before, after, moved) in
        [(3, 4, 4096), (4, 3, 4096), (3, 6, 8191), (6, 3, 8191), (1, 3, 10922), (5, 5, 0), (0, 3, 0)]
    {
        assert_eq!(slots_moved(before, after), moved, "{before} to {after}");
    }
    let redis =
        |nodes: u32, replicas: u32| format!(r#""spec":{{"cluster":{{"nodes":{nodes},"replicas":{replicas}}}}}"#);
    let told = |before: &str, after: &str| of("redisops.dev/v1alpha1", "Redis", before, after, "spec.cluster.nodes");
    assert_eq!(told(&redis(6, 1), &redis(12, 2)), "moves 4096 slots: 3 to 4 masters");
    assert_eq!(told(&redis(6, 1), &redis(12, 1)), "moves 8191 slots: 3 to 6 masters");
    assert_eq!(told(&redis(6, 1), &redis(9, 2)), "");
    let set = |replicas: u32, command: &str| {
        format!(
            r#""spec":{{"replicas":{replicas},"template":{{"spec":{{"containers":[{{"name":"a","command":["sh","-c","{command}"]}}]}}}}}}"#
        )
    };
    let command = "redis-server --cluster-enabled yes; redis-cli --cluster create --cluster-replicas 1";
    let told = |before: &str, after: &str| of("apps/v1", "StatefulSet", before, after, "spec.replicas");
    assert_eq!(told(&set(6, command), &set(8, command)), "moves 4096 slots: 3 to 4 masters");
    let command = "redis-server --cluster-enabled yes";
    assert!(told(&set(8, command), &set(6, command)).contains("must be moved first"));
    assert_eq!(told(&set(2, "redis-server"), &set(3, "redis-server")), "starts 1 pod");
}

#[test]
fn the_users_of_a_configuration_need_a_restart() {
    let objects = [
        r#"{"apiVersion":"apps/v1","kind":"StatefulSet","metadata":{"name":"cache","namespace":"n"},
            "spec":{"template":{"spec":{"volumes":[{"name":"c","configMap":{"name":"conf"}},{"name":"s","secret":{"secretName":"auth"}}]}}}}"#,
        r#"{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"app","namespace":"n"},
            "spec":{"template":{"spec":{"containers":[{"name":"a","envFrom":[{"secretRef":{"name":"auth"}}]}]}}}}"#,
    ];
    let objects: Vec<Node> = objects.iter().map(|text| from_json(text, Origin::NONE).unwrap()).collect();
    let users = Users::of(&objects);
    let told = |kind: &str, namespace: &str, name: &str, renamed: bool| {
        let text = format!(
            r#"{{"apiVersion":"v1","kind":"{kind}","metadata":{{"name":"{name}","namespace":"{namespace}"}}}}"#
        );
        let object = from_json(&text, Origin::NONE).unwrap();
        let change = Change { before: &object, after: &object, users: &users, renamed };
        of_field(&change, &"data.a".parse().unwrap())
    };
    let needs = "needs a restart of StatefulSet/cache: nothing rolls its pods";
    assert_eq!(told("ConfigMap", "n", "conf", false).as_deref(), Some(needs));
    let both = "needs a restart of 2 workloads: StatefulSet/cache, Deployment/app";
    assert_eq!(told("Secret", "n", "auth", false).as_deref(), Some(both));
    for (namespace, name, renamed) in [("other", "conf", false), ("n", "unused", false), ("n", "conf", true)] {
        assert_eq!(told("ConfigMap", namespace, name, renamed), None);
    }
}
