use super::*;
use crate::yaml::{Origin, from_json};

/// `path: before -> after`, one line a difference.
fn differences(before: &str, after: &str) -> Vec<String> {
    let (before, after) = (from_json(before, Origin::NONE).unwrap(), from_json(after, Origin::NONE).unwrap());
    let found = compare(&before, &after, &OpenApi::default());
    found.iter().map(|d| format!("{}: {} -> {}", d.path, value(d.before), value(d.after))).collect()
}

fn deployment(pod: &str) -> String {
    format!(r#"{{"apiVersion":"apps/v1","kind":"Deployment","spec":{{"template":{{"spec":{pod}}}}}}}"#)
}

fn in_pod(before: &str, after: &str) -> Vec<String> {
    let found = differences(&deployment(before), &deployment(after));
    found.into_iter().map(|line| line.replace("spec.template.spec.", "")).collect()
}

#[test]
fn items_of_lists_are_matched_by_their_keys() {
    let before = r#"{"containers":[{"name":"a","image":"x:1"},{"name":"b","ports":[{"containerPort":80},{"containerPort":80,"protocol":"UDP","name":"u"}]}]}"#;
    let after = r#"{"containers":[{"name":"b","ports":[{"containerPort":80,"protocol":"TCP","name":"t"},{"containerPort":81}]},{"name":"a","image":"x:2"},{"name":"c"}]}"#;
    assert_eq!(
        in_pod(before, after),
        [
            "containers[name=b].ports[containerPort=80,protocol=TCP].name: null -> \"t\"",
            "containers[name=b].ports[containerPort=81,protocol=TCP]: null -> {\"containerPort\":81}",
            "containers[name=b].ports[containerPort=80,protocol=UDP]: {\"containerPort\":80,\"name\":\"u\",\"protocol\":\"UDP\"} -> null",
            "containers[name=a].image: \"x:1\" -> \"x:2\"",
            "containers[name=c]: null -> {\"name\":\"c\"}",
        ]
    );
}

#[test]
fn lists_without_keys_are_compared_item_by_item_or_whole() {
    assert_eq!(
        in_pod(
            r#"{"containers":[{"name":"a","args":["x","y"]}]}"#,
            r#"{"containers":[{"name":"a","args":["x","z"]}]}"#
        ),
        ["containers[name=a].args[1]: \"y\" -> \"z\""]
    );
    assert_eq!(
        in_pod(r#"{"containers":[{"name":"a","args":["x","y"]}]}"#, r#"{"containers":[{"name":"a","args":["x"]}]}"#),
        ["containers[name=a].args: [\"x\",\"y\"] -> [\"x\"]"]
    );
    let finalizers =
        |list: &str| format!(r#"{{"apiVersion":"v1","kind":"ConfigMap","metadata":{{"finalizers":{list}}}}}"#);
    assert_eq!(
        differences(&finalizers(r#"["a","b"]"#), &finalizers(r#"["c","a"]"#)),
        ["metadata.finalizers[=c]: null -> \"c\"", "metadata.finalizers[=b]: \"b\" -> null"]
    );
}

#[test]
fn lists_whose_keys_are_not_unique_are_lists() {
    let env = |list: &str| format!(r#"{{"containers":[{{"name":"a","env":{list}}}]}}"#);
    assert_eq!(
        in_pod(
            &env(r#"[{"name":"X","value":"1"},{"name":"X","value":"2"}]"#),
            &env(r#"[{"name":"X","value":"1"},{"name":"X","value":"3"}]"#)
        ),
        ["containers[name=a].env[1].value: \"2\" -> \"3\""]
    );
}

#[test]
fn the_order_counts_for_what_runs_in_order() {
    let pod = |field: &str, list: &str| format!(r#"{{"{field}":{list}}}"#);
    let (one, two) = (r#"[{"name":"a"},{"name":"b"}]"#, r#"[{"name":"b"},{"name":"a"}]"#);
    assert_eq!(in_pod(&pod("containers", one), &pod("containers", two)), [""; 0]);
    assert_eq!(in_pod(&pod("initContainers", one), &pod("initContainers", two)).len(), 1);
}

#[test]
fn spellings_of_one_value_are_equal() {
    let limits = |cpu: &str, memory: &str| {
        format!(r#"{{"containers":[{{"name":"a","resources":{{"limits":{{"cpu":{cpu},"memory":{memory}}}}}}}]}}"#)
    };
    assert_eq!(in_pod(&limits("1", r#""1Gi""#), &limits(r#""1000m""#, r#""1024Mi""#)), [""; 0]);
    assert_eq!(in_pod(&limits("1", r#""1Gi""#), &limits("1", r#""1G""#)).len(), 1);
    // A ConfigMap holds texts, not amounts.
    let map = |value: &str| {
        format!(r#"{{"apiVersion":"v1","kind":"ConfigMap","data":{{"memory":"{value}","protocol":"TCP"}}}}"#)
    };
    assert_eq!(differences(&map("1Gi"), &map("1024Mi")).len(), 1);
    assert_eq!(differences(&map("1"), r#"{"apiVersion":"v1","kind":"ConfigMap","data":{"memory":"1"}}"#).len(), 1);
}

#[test]
fn what_says_nothing_makes_no_difference() {
    for (before, after) in [
        (r#"{"restartPolicy":"Always","containers":[]}"#, r"{}"),
        (r#"{"nodeSelector":{},"tolerations":[],"priority":null}"#, r"{}"),
        (
            r#"{"containers":[{"name":"a","resources":{}}]}"#,
            r#"{"containers":[{"name":"a","resources":{"limits":{}}}]}"#,
        ),
    ] {
        assert_eq!(in_pod(before, after), [""; 0], "{before}");
        assert_eq!(in_pod(after, before), [""; 0], "{after}");
    }
    let found = in_pod(r#"{"volumes":[{"name":"v","emptyDir":{}}]}"#, r#"{"volumes":[{"name":"v"}]}"#);
    assert_eq!(found, ["volumes[name=v].emptyDir: {} -> null"]);
    assert_eq!(
        differences(r#"{"kind":"Other","metadata":{"labels":{}}}"#, r#"{"kind":"Other","metadata":{}}"#),
        [""; 0]
    );
    assert_eq!(differences(r#"{"kind":"Other","spec":{"labels":{}}}"#, r#"{"kind":"Other","spec":{}}"#).len(), 1);
}

#[test]
fn what_is_new_is_told_field_by_field() {
    assert_eq!(
        differences(
            r#"{"kind":"X","metadata":{}}"#,
            r#"{"kind":"X","metadata":{"labels":{"b":"2","a.b/c":"1"}},"list":[1]}"#
        ),
        ["list: null -> [1]", "metadata.labels[\"a.b/c\"]: null -> \"1\"", "metadata.labels.b: null -> \"2\""]
    );
    assert_eq!(
        differences(r#"{"kind":"X","spec":{"a":{"b":1}}}"#, r#"{"kind":"X","spec":{"a":5}}"#),
        ["spec.a: {\"b\":1} -> 5"]
    );
    assert_eq!(
        differences(
            r#"{"kind":"X","pools":[{"name":"p","size":1}]}"#,
            r#"{"kind":"X","pools":[{"name":"q"},{"name":"p","size":2}]}"#
        ),
        ["pools[name=q]: null -> {\"name\":\"q\"}", "pools[name=p].size: 1 -> 2"]
    );
}
