//! Drift of every kind, planted and found; and none where there is none.

use serde_json::{Value, json};

use crate::support::Bench;

const OBJECTS: &str = "\
apiVersion: v1
kind: ConfigMap
metadata:
  name: settings
  labels:
    team: redis
data:
  a: \"1\"
  b: two
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: 2
  selector:
    matchLabels:
      app: web
  template:
    metadata:
      labels:
        app: web
    spec:
      containers:
      - name: app
        image: app:1
        args:
        - --port
        - \"80\"
        ports:
        - containerPort: 80
        resources:
          limits:
            cpu: 1000m
            memory: 1024Mi
      - name: side
        image: side:1
---
apiVersion: v1
kind: Service
metadata:
  name: web
spec:
  selector:
    app: web
  ports:
  - port: 80
    name: http
---
apiVersion: v1
kind: Secret
metadata:
  name: auth
  annotations:
    note: hello
stringData:
  password: hunter2
data:
  user: YXBw
";

const KUSTOMIZATION: &str = "namespace: NAMESPACE\nresources:\n- all.yaml\n";

fn bench() -> Option<Bench> {
    let bench = Bench::new()?;
    bench.write("prod/kustomization.yaml", KUSTOMIZATION);
    bench.write("prod/all.yaml", OBJECTS);
    bench.git(&["add", "-A"]);
    bench.git(&["commit", "-qm", "one"]);
    Some(bench)
}

fn applied() -> Option<Bench> {
    let bench = bench()?;
    bench.apply_as("redisops", "prod");
    Some(bench)
}

fn summary(create: u32, update: u32, delete: u32, unchanged: u32) -> Value {
    json!({"create": create, "update": update, "delete": delete, "unchanged": unchanged, "nodesDrifted": 0})
}

#[test]
fn what_is_not_there_is_new_and_what_was_applied_is_clean() {
    let Some(bench) = bench() else { return };
    let new = bench.diff(&["prod"]);
    assert_eq!((new.code, &new.json()["summary"]), (1, &summary(4, 0, 0, 0)), "{new:?}");
    assert_eq!(new.change("Secret", "auth")["fields"], json!([]));
    bench.apply_as("redisops", "prod");
    let clean = bench.diff(&["prod"]);
    assert_eq!((clean.code, &clean.json()["summary"]), (0, &summary(0, 0, 0, 4)), "{clean:?}");
    let exact = bench.diff(&["prod", "--exact"]);
    assert_eq!((exact.code, exact.json()["summary"].clone()), (0, summary(0, 0, 0, 4)), "{exact:?}");
}

#[test]
fn what_somebody_changed_has_both_stories() {
    let Some(bench) = applied() else { return };
    let namespace = bench.namespace.clone();
    let patch = r#"{"spec":{"template":{"spec":{"containers":[{"name":"app","image":"app:2"}]}}}}"#;
    bench.kubectl(&["-n", &namespace, "patch", "deployment", "web", "--field-manager", "kubectl-edit", "-p", patch]);
    bench.kubectl(&["-n", &namespace, "scale", "deployment", "web", "--replicas", "5"]);
    let run = bench.diff(&["prod"]);
    assert_eq!((run.code, &run.json()["summary"]), (1, &summary(0, 1, 0, 3)), "{run:?}");
    assert_eq!(run.paths("Deployment", "web"), ["spec.replicas", "spec.template.spec.containers[name=app].image"]);
    let image = run.field("Deployment", "web", "spec.template.spec.containers[name=app].image");
    assert_eq!((&image["before"], &image["after"]), (&json!("app:2"), &json!("app:1")));
    assert_eq!((&image["origin"]["file"], &image["origin"]["line"]), (&json!("prod/all.yaml"), &json!(27)), "{image}");
    assert_eq!(image["origin"]["commit"].as_str().unwrap().len(), 40);
    assert_eq!(image["manager"]["name"], "kubectl-edit");
    assert!(image["manager"]["lastWrite"].as_str().unwrap().ends_with('Z'), "{image}");
    assert_eq!(image["conflict"], true);
    let replicas = run.field("Deployment", "web", "spec.replicas");
    assert_eq!((&replicas["before"], &replicas["after"]), (&json!(5), &json!(2)));
    assert_eq!(replicas["manager"]["lastWrite"], Value::Null, "{replicas}");
    assert_eq!(bench.diff(&["prod"]).stdout, run.stdout, "the same bytes for the same state");
}

#[test]
fn what_git_gave_up_goes_whoever_applied_it() {
    for manager in ["redisops", "argocd-controller", "kustomize-controller", "kubectl", "own-pipeline"] {
        let Some(bench) = bench() else { return };
        bench.write("environments/prod.yaml", "apiVersion: redisops.dev/v1alpha1\nkind: Environment\nmetadata: {name: prod}\nspec: {overlay: prod, kubernetes: {fieldManagers: [own-pipeline]}}\n");
        bench.apply_as(manager, "prod");
        let text = OBJECTS
            .replace("  b: two\n", "")
            .replace("      - name: side\n        image: side:1\n", "")
            .replace("  replicas: 2\n", "");
        bench.write("prod/all.yaml", &text);
        let run = bench.diff(&["env:prod"]);
        assert_eq!(run.code, 1, "{manager}: {run:?}");
        let gone = run.field("ConfigMap", "settings", "data.b");
        assert_eq!((&gone["before"], &gone["after"], &gone["origin"]), (&json!("two"), &Value::Null, &Value::Null));
        assert_eq!(gone["manager"]["name"], manager);
        let paths = run.paths("Deployment", "web");
        assert_eq!(paths, ["spec.replicas", "spec.template.spec.containers[name=side]"], "{manager}");
        // 1 is what the server fills in.
        bench.kubectl(&[
            "-n",
            &bench.namespace.clone(),
            "patch",
            "deployment",
            "web",
            "--field-manager",
            manager,
            "-p",
            r#"{"spec":{"replicas":1}}"#,
        ]);
        let paths = bench.diff(&["env:prod"]).paths("Deployment", "web");
        assert_eq!(paths, ["spec.template.spec.containers[name=side]"], "{manager}");
    }
}

#[test]
fn a_client_side_apply_is_ours_as_well() {
    let Some(bench) = bench() else { return };
    let rendered = bench.redisops(&["build", "prod", "--no-validate"]).stdout;
    assert!(bench.kubectl_with(&["apply", "-f", "-"], &rendered).status.success());
    let clean = bench.diff(&["prod"]);
    assert_eq!((clean.code, &clean.json()["summary"]), (0, &summary(0, 0, 0, 4)), "{clean:?}");
    bench.write("prod/all.yaml", &OBJECTS.replace("  b: two\n", ""));
    assert_eq!(bench.diff(&["prod"]).paths("ConfigMap", "settings"), ["data.b"]);
}

#[test]
fn what_others_add_is_told_on_request() {
    let Some(bench) = applied() else { return };
    let namespace = bench.namespace.clone();
    bench.kubectl(&["-n", &namespace, "label", "configmap", "settings", "added=by-hand"]);
    let run = bench.diff(&["prod"]);
    assert_eq!((run.code, &run.json()["summary"]), (0, &summary(0, 0, 0, 4)), "{run:?}");
    let run = bench.diff(&["prod", "--unmanaged"]);
    assert_eq!(run.code, 0, "{run:?}");
    let label = run.field("ConfigMap", "settings", "metadata.labels.added");
    assert_eq!(
        (&label["before"], &label["after"], &label["unmanaged"]),
        (&json!("by-hand"), &Value::Null, &json!(true))
    );
    assert_eq!(label["manager"]["name"], "kubectl-label");
}

#[test]
fn secrets_tell_that_they_changed_and_not_what() {
    let Some(bench) = applied() else { return };
    let namespace = bench.namespace.clone();
    bench.kubectl(&[
        "-n",
        &namespace,
        "patch",
        "secret",
        "auth",
        "-p",
        r#"{"data":{"password":"b3RoZXI=","user":"eA=="}}"#,
    ]);
    bench.kubectl(&["-n", &namespace, "annotate", "secret", "auth", "note=altered", "--overwrite"]);
    let run = bench.diff(&["prod"]);
    assert_eq!(run.paths("Secret", "auth"), ["data.password", "data.user", "metadata.annotations.note"]);
    let password = run.field("Secret", "auth", "data.password");
    assert_eq!((&password["before"], &password["after"]), (&json!("••••"), &json!("••••")));
    assert_eq!(password["origin"]["line"], 58, "{password}");
    for form in ["human", "json", "sarif", "junit", "github", "gitlab", "markdown"] {
        let run = bench.redisops(&["diff", "--no-redis", "prod", "-o", form]);
        assert_eq!(run.code, 1, "{run:?}");
        for secret in ["hunter2", "aHVudGVyMg", "b3RoZXI", "YXBw", "altered", "hello"] {
            assert!(!run.stdout.contains(secret) && !run.stderr.contains(secret), "{form}: {secret}");
        }
    }
}

#[test]
fn a_namespace_and_a_definition_that_come_with_the_objects_are_no_errors() {
    let Some(bench) = bench() else { return };
    bench.write(
        "prod/new.yaml",
        "apiVersion: v1\nkind: Namespace\nmetadata: {name: NAMESPACE-new}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: NAMESPACE-new}\n---\n\
         apiVersion: things.example.com/v1\nkind: Thing\nmetadata: {name: a, namespace: NAMESPACE}\n---\n\
         apiVersion: apps/v1\nkind: Deploymnt\nmetadata: {name: a, namespace: NAMESPACE}\n",
    );
    bench.write("prod/kustomization.yaml", "resources:\n- new.yaml\n");
    let run = bench.diff(&["prod"]);
    assert_eq!((run.code, &run.json()["summary"]), (2, &summary(3, 0, 0, 0)), "{run:?}");
    let wrong = run.change("Deploymnt", "a");
    assert_eq!(wrong["error"]["code"], "unknownKind", "{wrong}");
}

#[test]
fn one_object_that_is_refused_hides_no_other() {
    let Some(bench) = applied() else { return };
    let text = OBJECTS.replace("  replicas: 2\n", "  replicas: 3\n  replikas: 4\n").replace("  a: \"1\"", "  a: \"2\"");
    bench.write("prod/all.yaml", &text);
    let run = bench.diff(&["prod"]);
    assert_eq!((run.code, &run.json()["summary"]), (2, &summary(0, 1, 0, 2)), "{run:?}");
    assert_eq!(run.paths("ConfigMap", "settings"), ["data.a"]);
    let refused = run.change("Deployment", "web");
    assert!(refused["error"]["message"].as_str().unwrap().contains("replikas"), "{refused}");
    assert_eq!(
        (&refused["error"]["verb"], &refused["error"]["resource"]),
        (&json!("patch"), &json!("deployments.apps"))
    );
}

#[test]
fn rules_keep_fields_out() {
    let Some(bench) = applied() else { return };
    let namespace = bench.namespace.clone();
    bench.kubectl(&["-n", &namespace, "scale", "deployment", "web", "--replicas", "5"]);
    bench.kubectl(&["-n", &namespace, "patch", "configmap", "settings", "-p", r#"{"data":{"a":"9"}}"#]);
    assert_eq!(bench.diff(&["prod"]).code, 1);
    bench.write(
        "redisops.yaml",
        "apiVersion: redisops.dev/v1alpha1\nkind: Configuration\ndrift:\n  ignore:\n  - kind: Deployment\n    name: w*\n    paths: [spec.replicas]\n    reason: the autoscaler\n",
    );
    bench.write(
        "apps/prod.yaml",
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: prod}\nspec:\n  source: {path: prod}\n  ignoreDifferences:\n  - kind: ConfigMap\n    jsonPointers: [/data/a]\n",
    );
    let run = bench.diff(&["prod"]);
    assert_eq!((run.code, &run.json()["summary"]), (0, &summary(0, 0, 0, 4)), "{run:?}");
}

#[test]
fn a_dump_stands_for_the_cluster() {
    let Some(bench) = applied() else { return };
    let namespace = bench.namespace.clone();
    bench.kubectl(&["-n", &namespace, "scale", "deployment", "web", "--replicas", "5"]);
    bench.kubectl(&["-n", &namespace, "delete", "service", "web"]);
    for form in ["json", "yaml"] {
        let dump = bench.kubectl(&[
            "-n",
            &namespace,
            "get",
            "deployment,configmap,service,secret",
            "-o",
            form,
            "--show-managed-fields",
        ]);
        bench.write("dump", &dump);
        bench.write("prod/all.yaml", &OBJECTS.replace("  b: two\n", ""));
        let run = bench.diff(&["prod", "--offline", "dump", "--kubeconfig", "/nowhere"]);
        assert_eq!((run.code, &run.json()["summary"]), (1, &summary(1, 2, 0, 1)), "{run:?}");
        assert_eq!(run.paths("Deployment", "web"), ["spec.replicas"]);
        assert_eq!(run.paths("ConfigMap", "settings"), ["data.b"]);
        assert_eq!(run.change("Service", "web")["change"], "create");
    }
}

#[test]
fn what_would_be_pruned_is_shown() {
    let Some(bench) = applied() else { return };
    let namespace = bench.namespace.clone();
    let parent = format!("redisops-prod.{namespace}.Secret.");
    let digest = std::process::Command::new("sh")
        .args(["-c", "printf %s \"$1\" | openssl dgst -sha256 -binary | basenc --base64url | tr -d =", "sh", &parent])
        .output()
        .unwrap();
    let id = format!("applyset-{}-v1", String::from_utf8(digest.stdout).unwrap().trim());
    let objects = format!(
        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: redisops-prod\n  namespace: {namespace}\n  labels: {{applyset.kubernetes.io/id: {id}}}\n\
         \x20 annotations: {{applyset.kubernetes.io/tooling: redisops/v1, applyset.kubernetes.io/contains-group-kinds: 'ConfigMap,Secret'}}\n---\n\
         apiVersion: v1\nkind: Secret\nmetadata: {{name: old, namespace: {namespace}, labels: {{applyset.kubernetes.io/part-of: {id}}}}}\nstringData: {{x: verysecret}}\n---\n\
         apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: not-ours, namespace: {namespace}}}\n"
    );
    assert!(bench.kubectl_with(&["apply", "-f", "-"], &objects).status.success());
    bench.kubectl(&[
        "-n",
        &namespace,
        "label",
        "configmap",
        "settings",
        &format!("applyset.kubernetes.io/part-of={id}"),
        "--field-manager",
        "redisops",
    ]);
    bench.write("environments/prod.yaml", "apiVersion: redisops.dev/v1alpha1\nkind: Environment\nmetadata: {name: prod}\nspec: {overlay: prod, kubernetes: {namespace: NAMESPACE}}\n");
    let run = bench.diff(&["env:prod"]);
    assert_eq!((run.code, &run.json()["summary"]), (0, &summary(0, 0, 0, 4)), "{run:?}");
    let run = bench.diff(&["env:prod", "--prune"]);
    assert_eq!((run.code, &run.json()["summary"]), (1, &summary(0, 0, 1, 4)), "{run:?}");
    assert_eq!(run.change("Secret", "old")["change"], "delete");
    assert!(!run.stdout.contains("verysecret") && !run.stdout.contains("not-ours"), "{run:?}");
    // A dump tells it as well.
    let dump = bench.kubectl(&[
        "-n",
        &namespace,
        "get",
        "deployment,configmap,service,secret",
        "-o",
        "json",
        "--show-managed-fields",
    ]);
    bench.write("dump", &dump);
    let offline = bench.diff(&["env:prod", "--prune", "--offline", "dump"]);
    assert_eq!((offline.code, offline.change("Secret", "old")), (1, run.change("Secret", "old")), "{offline:?}");
    assert_eq!(offline.json()["summary"], summary(0, 0, 1, 4), "{offline:?}");
    // Who may not list members of one kind sees those of the others, and what is missing.
    let user = bench.user("- {apiGroups: ['', apps], resources: [deployments, services, secrets], verbs: ['*']}\n- {apiGroups: [''], resources: [configmaps], verbs: [get, patch]}");
    let run = bench.diff(&["env:prod", "--prune", "--kubeconfig", user.to_str().unwrap()]);
    assert_eq!((run.code, &run.json()["summary"]["delete"]), (2, &json!(1)), "{run:?}");
    assert!(run.stderr.contains("the user may not list configmaps"), "{}", run.stderr);
}
