//! What a server refuses, each with its way out; and runs that are killed at every step.

use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;

use crate::applying::{applied, apply, edit, live, result, results, step, system};

#[test]
fn a_missing_right_comes_with_the_roles_that_would_do() {
    let Some(bench) = system() else { return };
    applied(&bench, &[]);
    edit(&bench, "a: \"1\"", "a: \"2\"");
    let reader = bench.user(
        "- {apiGroups: [\"\", apps, batch], resources: [\"*\"], verbs: [get, list]}\n- {apiGroups: [coordination.k8s.io], resources: [leases], verbs: [\"*\"]}",
    );
    let run = apply(&bench, &["--kubeconfig", reader.to_str().unwrap()]);
    assert_eq!(run.code, 2, "{run:?}");
    let error = step(&run, "ConfigMap", "settings")["error"].clone();
    assert_eq!(error["code"], "forbidden", "{run:?}");
    assert_eq!(live(&bench, "configmap/settings", "{.data.a}"), "1");
    // The roles that are printed are enough.
    let yaml = run.stderr.split("rights that would do:\n").nth(1).unwrap_or_else(|| panic!("{}", run.stderr));
    let yaml: String =
        yaml.lines().take_while(|line| !line.starts_with("redisops::")).map(|line| format!("{line}\n")).collect();
    let done = bench.kubectl_with(&["apply", "-f", "-"], &yaml);
    assert!(done.status.success(), "{}\n{yaml}", String::from_utf8_lossy(&done.stderr));
    let namespace = &bench.namespace;
    let binding = format!(
        "apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {{name: more, namespace: {namespace}}}\n\
         roleRef: {{apiGroup: rbac.authorization.k8s.io, kind: Role, name: redisops}}\nsubjects: [{{kind: ServiceAccount, name: user, namespace: {namespace}}}]\n"
    );
    assert!(bench.kubectl_with(&["apply", "-f", "-"], &binding).status.success());
    let run = apply(&bench, &["--kubeconfig", reader.to_str().unwrap()]);
    assert_eq!((run.code, result(&run, "ConfigMap", "settings")), (0, "changed".to_owned()), "{run:?}");
}

#[test]
fn an_expired_token_and_a_server_that_is_gone_are_told() {
    let Some(bench) = system() else { return };
    let expired = bench.with_token("expired");
    let run = apply(&bench, &["--kubeconfig", expired.to_str().unwrap()]);
    assert!(run.code == 2 && run.stderr.contains("does not let the user in"), "{run:?}");
    let run = apply(&bench, &["--context", "nowhere"]);
    assert!(run.code == 2 && run.stderr.contains("nowhere"), "{run:?}");
}

#[test]
fn a_policy_that_denies_has_its_words_told() {
    let Some(bench) = system() else { return };
    applied(&bench, &[]);
    let namespace = &bench.namespace;
    let policy = format!(
        "apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingAdmissionPolicy\nmetadata: {{name: {namespace}}}\nspec:\n  matchConstraints:\n    \
         resourceRules: [{{apiGroups: [apps], apiVersions: [v1], operations: [UPDATE], resources: [statefulsets]}}]\n  validations:\n  \
         - {{expression: \"object.spec.replicas >= oldObject.spec.replicas\", message: \"never fewer\"}}\n---\n\
         apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingAdmissionPolicyBinding\nmetadata: {{name: {namespace}}}\nspec:\n  policyName: {namespace}\n  \
         validationActions: [Deny]\n  matchResources: {{namespaceSelector: {{matchLabels: {{kubernetes.io/metadata.name: {namespace}}}}}}}\n"
    );
    assert!(bench.kubectl_with(&["apply", "-f", "-"], &policy).status.success());
    edit(&bench, "replicas: 2", "replicas: 1");
    let mut run = apply(&bench, &[]);
    // A policy takes a moment to be known.
    for _ in 0..20 {
        if run.code == 2 {
            break;
        }
        edit(&bench, "replicas: 1", "replicas: 2");
        applied(&bench, &[]);
        std::thread::sleep(Duration::from_millis(300));
        edit(&bench, "replicas: 2", "replicas: 1");
        run = apply(&bench, &[]);
    }
    let error = step(&run, "StatefulSet", "cache")["error"].clone();
    assert_eq!((run.code, &error["code"]), (2, &Value::from("denied")), "{run:?}");
    assert!(run.stderr.contains("never fewer") && run.stderr.contains("prod/all.yaml"), "{}", run.stderr);
    bench.kubectl(&["delete", "validatingadmissionpolicybinding,validatingadmissionpolicy", namespace]);
}

#[test]
fn what_is_too_large_or_unknown_is_told_with_its_line() {
    let Some(bench) = system() else { return };
    edit(&bench, "a: \"1\"", &format!("a: \"{}\"", "x".repeat(1_100_000)));
    let run = apply(&bench, &[]);
    assert_eq!((run.code, &step(&run, "ConfigMap", "settings")["error"]["code"]), (2, &Value::from("tooLarge")));
    let Some(bench) = system() else { return };
    edit(&bench, "port: 6379", "portt: 6379");
    let plan = bench.redisops(&["plan", "prod"]);
    assert!(plan.code == 2 && plan.stderr.contains("portt"), "{plan:?}");
    let run = apply(&bench, &[]);
    let error = step(&run, "Service", "cache")["error"].clone();
    assert_eq!((run.code, &error["file"]), (2, &Value::from("prod/all.yaml")), "{run:?}");
    edit(&bench, "kind: Job", "kind: Jobb");
    let run = apply(&bench, &[]);
    assert_eq!(run.code, 2, "{run:?}");
}

#[test]
fn definitions_come_before_what_they_define() {
    let Some(bench) = system() else { return };
    let group = format!("{}.example.com", bench.namespace);
    let objects = format!(
        "---\napiVersion: {group}/v1\nkind: Thing\nmetadata:\n  name: one\nspec: {{size: 3}}\n---\napiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n  \
         name: things.{group}\nspec:\n  group: {group}\n  scope: Namespaced\n  names: {{kind: Thing, plural: things, singular: thing, listKind: ThingList}}\n  versions:\n  - name: v1\n    \
         served: true\n    storage: true\n    schema: {{openAPIV3Schema: {{type: object, properties: {{spec: {{type: object, properties: {{size: {{type: integer}}}}}}}}}}}}\n---\n"
    );
    edit(&bench, "---\n", &objects);
    let run = applied(&bench, &[]);
    assert_eq!(
        (result(&run, "CustomResourceDefinition", &format!("things.{group}")), result(&run, "Thing", "one")),
        ("created".into(), "created".into())
    );
    assert_eq!(results(&applied(&bench, &[])), ["unchanged"]);
    edit(&bench, &objects, "---\n");
    let run = applied(&bench, &["--prune"]);
    assert_eq!(
        (result(&run, "Thing", "one"), result(&run, "CustomResourceDefinition", &format!("things.{group}"))),
        ("pruned".into(), "kept".into())
    );
    let run = applied(&bench, &["--delete", &format!("CustomResourceDefinition/things.{group}")]);
    assert_eq!(result(&run, "CustomResourceDefinition", &format!("things.{group}")), "pruned");
}

/// Killed at more and more distant moments, and then run to its end: nothing is lost or done twice.
#[test]
fn a_run_that_is_killed_anywhere_goes_on() {
    let Some(bench) = system() else { return };
    for moment in [60, 120, 180, 240, 320, 400, 600, 900] {
        let mut child = bench
            .command(&["apply", "prod", "--yes", "--prune"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(moment));
        // It may have ended by itself.
        let _ = child.kill();
        child.wait().unwrap();
        let namespace = bench.namespace.clone();
        bench.kubectl(&["-n", &namespace, "delete", "lease", "--all"]);
    }
    let run = applied(&bench, &["--prune"]);
    assert!(results(&run).iter().all(|it| ["created", "changed", "unchanged"].contains(&it.as_str())), "{run:?}");
    assert_eq!(results(&applied(&bench, &[])), ["unchanged"]);
    assert_eq!(live(&bench, "statefulset,service,job", "{.items[*].metadata.name}"), "cache cache once");
}

/// Argo CD is played by a definition and an object: what it would do does not matter here.
#[test]
fn a_cluster_that_somebody_heals_does_not_change_its_size_without_the_guard() {
    let Some(bench) = system() else { return };
    let definition = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: applications.argoproj.io}\nspec:\n  group: argoproj.io\n  \
        scope: Namespaced\n  names: {kind: Application, plural: applications}\n  versions:\n  - {name: v1alpha1, served: true, storage: true, schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}}\n";
    assert!(bench.kubectl_with(&["apply", "--server-side", "-f", "-"], definition).status.success());
    bench.kubectl(&["wait", "--for=condition=Established", "crd/applications.argoproj.io"]);
    let namespace = bench.namespace.clone();
    let application = format!(
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {{name: shop, namespace: {namespace}}}\nspec: {{syncPolicy: {{automated: {{selfHeal: true}}}}}}\n"
    );
    let mut made = false;
    for _ in 0..20 {
        made = bench.kubectl_with(&["apply", "-f", "-"], &application).status.success();
        if made {
            break;
        }
        std::thread::sleep(Duration::from_millis(200));
    }
    assert!(made);
    edit(
        &bench,
        "metadata:\n  name: cache\nspec:\n  serviceName",
        "metadata:\n  name: cache\n  labels: {redisops.dev/cluster: cache}\nspec:\n  serviceName",
    );
    applied(&bench, &[]);
    let id = format!("argocd.argoproj.io/tracking-id=shop:apps/StatefulSet:{namespace}/cache");
    bench.kubectl(&["-n", &namespace, "annotate", "statefulset/cache", &id]);
    edit(&bench, "replicas: 2", "replicas: 3");
    let run = apply(&bench, &[]);
    assert_eq!(
        (run.code, &step(&run, "StatefulSet", "cache")["error"]["code"]),
        (2, &Value::from("selfHeal")),
        "{run:?}"
    );
    assert!(run.stderr.contains("application shop"), "{}", run.stderr);
    bench.kubectl(&[
        "-n",
        &namespace,
        "patch",
        "application/shop",
        "--type=merge",
        "-p",
        r#"{"spec":{"syncPolicy":{"automated":{"selfHeal":false}}}}"#,
    ]);
    applied(&bench, &[]);
}
