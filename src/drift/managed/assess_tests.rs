use serde_json::{Value as Json, json};

use super::*;
use crate::drift::managed::{Confirmed, NoSchema, confirm};
use crate::yaml::{Origin, from_value};

fn deployment(spec: Json) -> Json {
    json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}, "spec": spec})
}

fn live(spec: Json, managed: Json) -> LiveObject {
    let mut object = deployment(spec);
    object["metadata"]["managedFields"] = managed;
    LiveObject::new(object)
}

fn by(manager: &str, fields: Json) -> Json {
    json!({"manager": manager, "operation": "Apply", "apiVersion": "apps/v1", "time": "2026-01-01T00:00:00Z", "fieldsV1": {"f:spec": fields}})
}

/// What may differ, what was given up, and what has to be asked.
fn told(git: Json, live: &LiveObject) -> (Vec<String>, Vec<String>, Need) {
    let git = from_value(git, Origin::NONE);
    let ours = Ours::new("redisops", []);
    let (openapi, ignored) = (OpenApi::default(), IgnoreRules::default());
    let known = Known { ours: &ours, openapi: &openapi, ignored: &ignored, has_status: true, every: false };
    let found = assess(&git, live, known);
    (
        found.doubts.iter().map(|it| it.path.to_string()).collect(),
        found.given_up.iter().map(|it| it.path.to_string()).collect(),
        found.need,
    )
}

const NOTHING: Need = Need { apply: false, removal: false };

#[test]
fn what_is_owned_and_equal_needs_no_question() {
    let spec = json!({"replicas": 2, "template": {"spec": {"containers": [{"name": "a", "image": "x", "resources": {"limits": {"cpu": "1"}}}]}}});
    let fields = json!({"f:replicas": {}, "f:template": {"f:spec": {"f:containers": {"k:{\"name\":\"a\"}": {".": {}, "f:name": {}, "f:image": {},
        "f:resources": {"f:limits": {"f:cpu": {}}}}}}}});
    let mut with_defaults = spec.clone();
    with_defaults["paused"] = json!(false);
    with_defaults["template"]["spec"]["containers"][0]["imagePullPolicy"] = json!("Always");
    let now = live(with_defaults, json!([by("redisops", fields)]));
    let mut git = spec.clone();
    git["template"]["spec"]["containers"][0]["resources"]["limits"]["cpu"] = json!("1000m");
    assert_eq!(told(deployment(git), &now), (vec![], vec![], NOTHING));
    let mut git = spec.clone();
    git["replicas"] = json!("2");
    let (doubts, _, need) = told(deployment(git), &now);
    assert_eq!((doubts, need.apply), (vec!["spec.replicas".to_owned()], true), "a string is no number");
    let (_, given_up, need) = told(deployment(json!({"template": spec["template"]})), &now);
    assert_eq!((given_up, need), (vec!["spec.replicas".to_owned()], Need { apply: true, removal: false }));
}

#[test]
fn what_another_tool_applied_is_tried_without() {
    let now = live(json!({"replicas": 2}), json!([by("argocd-controller", json!({"f:replicas": {}}))]));
    assert_eq!(
        told(deployment(json!({})), &now),
        (vec![], vec!["spec.replicas".to_owned()], Need { apply: false, removal: true })
    );
    let both = json!([by("redisops", json!({"f:replicas": {}})), by("kubectl", json!({"f:replicas": {}}))]);
    let (_, given_up, need) = told(deployment(json!({})), &live(json!({"replicas": 2}), both));
    assert_eq!((given_up.len(), need.removal), (1, true), "our apply alone would leave it");
    let foreign = json!([by("redisops", json!({"f:replicas": {}})), by("hpa", json!({"f:replicas": {}}))]);
    assert_eq!(told(deployment(json!({})), &live(json!({"replicas": 2}), foreign)).1, [] as [String; 0]);
}

#[test]
fn the_shape_of_lists_is_that_of_the_managed_fields() {
    let keyed = json!({"f:x": {"k:{\"id\":1}": {".": {}, "f:id": {}, "f:v": {}}, "k:{\"id\":2}": {".": {}, "f:id": {}, "f:v": {}}}});
    let custom =
        |spec: Json| json!({"apiVersion": "example.com/v1", "kind": "Thing", "metadata": {"name": "a"}, "spec": spec});
    let thing = |spec: Json, fields: Json| {
        let mut object = custom(spec);
        object["metadata"]["managedFields"] = json!([{"manager": "redisops", "operation": "Apply", "apiVersion": "example.com/v1", "fieldsV1": {"f:spec": fields}}]);
        LiveObject::new(object)
    };
    let now = thing(json!({"x": [{"id": 1, "v": "a"}, {"id": 2, "v": "b"}]}), keyed);
    let of = |spec: Json, now: &LiveObject| {
        let (doubts, given_up, _) = told(custom(spec), now);
        (doubts.join(" "), given_up.join(" "))
    };
    assert_eq!(
        of(json!({"x": [{"id": 1, "v": "a"}, {"id": 2, "v": "c"}]}), &now),
        ("spec.x[id=2].v".into(), String::new())
    );
    assert_eq!(of(json!({"x": [{"id": 2, "v": "b"}]}), &now), (String::new(), "spec.x[id=1]".into()));
    assert_eq!(of(json!({"x": [{"id": 2, "v": "b"}, {"id": 1, "v": "a"}]}), &now).0, "spec.x", "another order");
    let whole = thing(json!({"x": [{"id": 1, "v": "a", "w": 1}]}), json!({"f:x": {}}));
    assert_eq!(of(json!({"x": [{"id": 1, "v": "a"}]}), &whole).0, "spec.x[0].w");
    let set = thing(json!({"x": ["a", "b"]}), json!({"f:x": {"v:\"a\"": {}, "v:\"b\"": {}}}));
    assert_eq!(of(json!({"x": ["b", "a"]}), &set), (String::new(), String::new()));
    assert_eq!(of(json!({"x": ["c", "a"]}), &set), ("spec.x[=c]".into(), "spec.x[=b]".into()));
}

#[test]
fn marks_of_tools_are_not_given_up() {
    let mut object = deployment(json!({}));
    object["metadata"]["annotations"] = json!({"argocd.argoproj.io/tracking-id": "x", "own": "y"});
    object["metadata"]["labels"] = json!({"applyset.kubernetes.io/part-of": "x", "app.kubernetes.io/instance": "web"});
    object["metadata"]["managedFields"] = json!([{"manager": "argocd-controller", "operation": "Apply", "apiVersion": "apps/v1", "fieldsV1": {"f:metadata": {
        "f:annotations": {"f:argocd.argoproj.io/tracking-id": {}, "f:own": {}},
        "f:labels": {"f:applyset.kubernetes.io/part-of": {}, "f:app.kubernetes.io/instance": {}}}}}]);
    assert_eq!(told(deployment(json!({})), &LiveObject::new(object)).1, ["metadata.annotations.own"]);
}

#[test]
fn secrets_are_compared_by_what_they_hold() {
    let git = from_value(
        json!({"apiVersion": "v1", "kind": "Secret", "data": {"a": "YQ=\n=", "b": "Yg=="}, "stringData": {"b": "x", "c": "y"}}),
        Origin::NONE,
    );
    let data = comparable(&git).get("data").cloned().unwrap();
    let held: Vec<(&str, &str)> =
        data.as_map().unwrap().entries.iter().map(|it| (it.key.text.as_str(), it.value.text().unwrap())).collect();
    assert_eq!(held, [("a", "YQ=="), ("b", "eA=="), ("c", "eQ==")]);
}

#[test]
fn the_server_decides_what_is_in_doubt() {
    let now = live(json!({"replicas": 2, "old": 1}), json!([by("redisops", json!({"f:replicas": {}, "f:old": {}}))]));
    let git = from_value(deployment(json!({"replicas": 3, "made": "1000m"})), Origin::NONE);
    let ours = Ours::new("redisops", []);
    let (openapi, ignored) = (OpenApi::default(), IgnoreRules::default());
    let known = Known { ours: &ours, openapi: &openapi, ignored: &ignored, has_status: true, every: false };
    let assessment = assess(&git, &now, known);
    let decide = |spec: Json| -> Vec<String> {
        let applied = from_value(deployment(spec), Origin::NONE);
        let said = Confirmed { applied: Some(&applied), ..Confirmed::default() };
        let found = confirm(&assessment, &now, &ours, Some("Deployment"), said, &NoSchema);
        found.iter().map(|it| it.path.to_string()).collect()
    };
    assert_eq!(decide(json!({"replicas": 3, "made": "1"})), ["spec.made", "spec.old", "spec.replicas"]);
    // Left out by the server, and filled in again as it was.
    assert_eq!(decide(json!({"replicas": 3, "old": 1})), ["spec.replicas"]);
}

#[test]
fn a_refusal_leaves_what_git_sets() {
    // A custom list without keys: the server has filled in `mode`, and somebody has changed `size`.
    let of = |list: Json| json!({"apiVersion": "example.com/v1", "kind": "Thing", "metadata": {"name": "a"}, "spec": {"list": list}});
    let mut object = of(json!([{"name": "x", "size": 2, "mode": "fast"}]));
    object["metadata"]["managedFields"] = json!([by("redisops", json!({"f:list": {}}))]);
    let now = LiveObject::new(object);
    let git = from_value(of(json!([{"name": "x", "size": 1}])), Origin::NONE);
    let ours = Ours::new("redisops", []);
    let (openapi, ignored) = (OpenApi::default(), IgnoreRules::default());
    let known = Known { ours: &ours, openapi: &openapi, ignored: &ignored, has_status: true, every: false };
    let assessment = assess(&git, &now, known);
    let told = |refused: bool| -> Vec<String> {
        let said = Confirmed { refused, ..Confirmed::default() };
        confirm(&assessment, &now, &ours, None, said, &NoSchema).iter().map(|it| it.path.to_string()).collect()
    };
    assert_eq!(told(true), ["spec.list[0].size"]);
    assert_eq!(told(false), ["spec.list[0].mode", "spec.list[0].size"]);
}
