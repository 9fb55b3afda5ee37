//! `redisops validate`, `redisops schema`, and what `build` does about objects that are wrong.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::io::Write;
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// A directory with files, which is the working directory of runs.
struct Dir(TempDir);

impl Dir {
    fn new(files: &[(&str, &str)]) -> Dir {
        let dir = Dir(tempfile::tempdir().unwrap());
        for (path, text) in files {
            let path = dir.0.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        dir
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_redisops"));
        command.args(arguments).current_dir(self.0.path()).env_remove("KUBECONFIG");
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// Exit code and report.
    fn report(&self, arguments: &[&str]) -> (i32, Value) {
        let output = self.run(&[&["validate", "-o", "json"], arguments].concat());
        let told = String::from_utf8_lossy(&output.stderr);
        let report = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {told}"));
        (output.status.code().unwrap(), report)
    }
}

/// `rule severity path file:line:column` of the findings.
fn findings(report: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let line = |it: &Value| {
        let at = [&it["file"], &it["line"], &it["column"]].map(text).join(":");
        format!("{} {} {} {at}", text(&it["rule"]), text(&it["severity"]), text(&it["path"]))
    };
    report["findings"].as_array().unwrap().iter().map(line).collect()
}

const DEPLOYMENT: &str = "apiVersion: apps/v1
kind: Deployment
metadata: {name: cache}
spec:
  replicas: 1
  selector: {matchLabels: {app: cache}}
  template:
    metadata: {labels: {app: cache}}
    spec:
      containers:
      - name: redis
        image: redis:8.2
";

fn overlay() -> Dir {
    Dir::new(&[
        ("base/kustomization.yaml", "resources: [deployment.yaml]\n"),
        ("base/deployment.yaml", DEPLOYMENT),
        (
            "prod/kustomization.yaml",
            "resources: [../base]\npatches:\n- path: patch.yaml\n- target: {kind: Deployment}\n  patch: |-\n    - {op: add, path: /spec/paused, value: 5}\n",
        ),
        (
            "prod/patch.yaml",
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: cache}\nspec:\n  replicas: \"3\"\n  stragety: {type: Recreate}\n",
        ),
        (
            "environments/prod.yaml",
            "apiVersion: redisops.dev/v1alpha1\nkind: Environment\nspec: {overlay: prod, kubernetes: {version: \"1.31\"}}\n",
        ),
    ])
}

#[test]
fn findings_point_at_the_patch_that_set_the_value() {
    let dir = overlay();
    let (code, report) = dir.report(&["base", "prod"]);
    assert_eq!(code, 1);
    let found = findings(&report);
    for expected in [
        "schema/type error spec.replicas prod/patch.yaml:5:13",
        "schema/unknown-field error spec.stragety prod/patch.yaml:6:3",
        "schema/type error spec.paused prod/kustomization.yaml:6:",
    ] {
        assert!(found.iter().any(|it| it.starts_with(expected)), "{expected}: {found:#?}");
    }
    assert_eq!((report["summary"]["targets"].as_u64(), report["summary"]["resources"].as_u64()), (Some(2), Some(2)));
    let help = report["findings"].as_array().unwrap().iter().find(|it| it["path"] == "spec.stragety").unwrap();
    assert_eq!(help["help"], "did you mean `strategy`?");
    assert_eq!(help["resource"]["name"], "cache");
}

#[test]
fn a_build_of_wrong_objects_fails_and_prints_nothing() {
    let dir = overlay();
    let output = dir.run(&["build", "prod/"]);
    assert_eq!((output.status.code(), output.stdout.len()), (Some(1), 0));
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(told.contains("prod/patch.yaml:5:13") && told.contains("schema/type"), "{told}");
    let plain = dir.run(&["build", "prod/", "--no-validate"]);
    assert_eq!(plain.status.code(), Some(0));
    let base = dir.run(&["build", "base"]);
    assert_eq!(String::from_utf8_lossy(&base.stdout).lines().next(), Some("apiVersion: apps/v1"));
    assert_eq!(dir.run(&["build", "base", "--kube-version", "1.99"]).status.code(), Some(2));
}

#[test]
fn versions_come_and_go() {
    let claim = "apiVersion: resource.k8s.io/v1\nkind: DeviceClass\nmetadata: {name: a}\nspec: {}\n";
    let gone = "apiVersion: flowcontrol.apiserver.k8s.io/v1beta3\nkind: FlowSchema\nmetadata: {name: a}\n";
    let dir = Dir::new(&[
        ("claim.yaml", claim),
        ("flow.yaml", gone),
        ("pdb.yaml", "apiVersion: policy/v1beta1\nkind: PodDisruptionBudget\nmetadata: {name: a}\n"),
    ]);
    let of = |version: &str, file: &str| {
        let (code, report) = dir.report(&["--kube-version", version, file]);
        let rules: Vec<String> =
            findings(&report).iter().map(|it| it.split(' ').take(2).collect::<Vec<_>>().join(" ")).collect();
        (code, rules)
    };
    assert_eq!(of("1.34", "claim.yaml"), (0, vec![]));
    assert_eq!(of("1.33", "claim.yaml"), (1, vec!["schema/removed-api error".to_owned()]));
    assert_eq!(of("v1.31.4", "flow.yaml"), (0, vec!["schema/deprecated-api warning".to_owned()]));
    assert_eq!(of("1.32", "flow.yaml"), (1, vec!["schema/removed-api error".to_owned()]));
    let (_, report) = dir.report(&["pdb.yaml"]);
    let found = &report["findings"][0];
    assert_eq!(found["help"], "write `apiVersion: policy/v1`");
    assert_eq!(found["message"], "PodDisruptionBudget of policy/v1beta1 is removed since Kubernetes 1.25");
    assert_eq!(dir.report(&["flow.yaml", "--kube-version", "1.31", "--strict"]).0, 1);
}

#[test]
fn manifests_come_from_files_and_standard_input() {
    let text = "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {a: 5}}\n---\n\
                apiVersion: v1\nkind: ConfigMap\nmetadata: {name: b}\ndta: {}\n---\napiVersion: v1\nkind: Pod\n";
    let dir = Dir::new(&[("all.yaml", text)]);
    let (code, report) = dir.report(&["all.yaml"]);
    assert_eq!(code, 1);
    let expected = [
        "resource/no-name error  all.yaml:11:1",
        "schema/type error data.a all.yaml:4:68",
        "schema/unknown-field error dta all.yaml:9:1",
    ];
    assert_eq!(findings(&report), expected);
    let mut child = dir
        .command(&["validate", "-", "-o", "json"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((output.status.code(), report["summary"]["errors"].as_u64()), (Some(1), Some(3)));
}

#[test]
fn what_cannot_be_checked_is_two() {
    let dir = Dir::new(&[("a.yaml", DEPLOYMENT), ("broken/kustomization.yaml", "resources: [none.yaml]\n")]);
    let (code, report) = dir.report(&["a.yaml", "nowhere"]);
    assert_eq!((code, report["summary"]["errors"].as_u64()), (2, Some(1)));
    let (code, report) = dir.report(&["a.yaml", "broken"]);
    assert_eq!((code, report["summary"]["errors"].as_u64()), (1, Some(1)), "{report}");
    assert_eq!(dir.run(&["validate", "a.yaml", "--kube-version", "2.0"]).status.code(), Some(2));
    assert_eq!(dir.run(&["validate", "a.yaml"]).status.code(), Some(0));
}

const CRD: &str = "apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: caches.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {kind: Cache, plural: caches}
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec:
            type: object
            required: [size, mode]
            x-kubernetes-validations:
            - {rule: \"self.min <= self.size\", message: min must not be above size, fieldPath: .min}
            - {rule: \"self.mode != 'b' || has(self.zones)\", messageExpression: \"'mode ' + self.mode + ' needs zones'\"}
            properties:
              size: {type: integer, minimum: 1}
              min: {type: integer, default: 0}
              mode: {type: string, default: a, enum: [a, b]}
              zones: {type: array, x-kubernetes-list-type: set, items: {type: string, pattern: '^z[0-9]$'}}
              port: {x-kubernetes-int-or-string: true}
";

#[test]
fn definitions_of_the_user_are_used() {
    let object = |spec: &str| format!("apiVersion: example.com/v1\nkind: Cache\nmetadata: {{name: c}}\nspec: {spec}\n");
    let dir = Dir::new(&[("schemas/cache.yaml", CRD), ("schemas/other.json", "{}"), (".git/HEAD", "")]);
    for (spec, expected) in [
        ("{size: 3}", vec![]),
        ("{size: 3, port: http}", vec![]),
        ("{size: 0}", vec!["schema/range spec.size"]),
        ("{}", vec!["schema/required spec.size"]),
        ("{size: 3, min: 5}", vec!["schema/cel spec.min"]),
        ("{size: 3, mode: c}", vec!["schema/enum spec.mode"]),
        ("{size: 3, zones: [z1, z1, x]}", vec!["schema/pattern spec.zones[2]", "schema/duplicate spec.zones[1]"]),
        ("{size: 3, sise: 1}", vec!["schema/unknown-field spec.sise"]),
    ] {
        fs::write(dir.0.path().join("c.yaml"), object(spec)).unwrap();
        let (_, report) = dir.report(&["c.yaml"]);
        let found: Vec<String> = report["findings"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| format!("{} {}", it["rule"].as_str().unwrap(), it["path"].as_str().unwrap()))
            .filter(|it| !it.starts_with("schema/cel-failed"))
            .collect();
        assert_eq!(found, expected, "{spec}");
    }
    fs::write(dir.0.path().join("c.yaml"), object("{size: 3, mode: b}")).unwrap();
    let (_, report) = dir.report(&["c.yaml"]);
    assert_eq!(report["findings"][0]["message"], "mode b needs zones");
    // Without the definition, nothing is known of the kind.
    fs::remove_file(dir.0.path().join("schemas/cache.yaml")).unwrap();
    let (code, report) = dir.report(&["c.yaml"]);
    assert_eq!((code, findings(&report)), (0, vec!["schema/no-schema note kind c.yaml:2:7".to_owned()]));
    assert_eq!(dir.report(&["c.yaml", "--strict"]).0, 1);
}

#[test]
fn definitions_that_are_wrong_are_told() {
    let object = "apiVersion: example.com/v1\nkind: Cache\nmetadata: {name: c}\nspec: {size: 1}\n";
    let broken = CRD.replace("{type: integer, minimum: 1}", "{$ref: '#/x'}");
    let dir = Dir::new(&[("schemas/cache.yaml", &broken), ("c.yaml", object), (".git/HEAD", "")]);
    let (code, report) = dir.report(&["c.yaml"]);
    assert_eq!(code, 1);
    assert!(
        findings(&report).iter().any(|it| it.starts_with("schema/broken error  schemas/cache.yaml:23:")),
        "{report}"
    );
    let rule = CRD.replace("self.min <= self.size", "self.min <=");
    fs::write(dir.0.path().join("schemas/cache.yaml"), rule).unwrap();
    let (code, report) = dir.report(&["c.yaml"]);
    assert_eq!(code, 1);
    assert!(findings(&report).iter().any(|it| it.starts_with("schema/cel-failed error spec c.yaml:4:")), "{report}");
}

#[test]
fn redis_enterprise_is_known() {
    let text = "apiVersion: app.redislabs.com/v1\nkind: RedisEnterpriseCluster\nmetadata: {name: rec}\nspec:\n  nodes: 3\n  uiServiceTyp: ClusterIP\n\
                ---\napiVersion: app.redislabs.com/v1alpha1\nkind: RedisEnterpriseDatabase\nmetadata: {name: db}\nspec:\n  memorySize: 1GB\n  tlsMode: true\n  persistence: aofEverySecnd\n";
    let dir = Dir::new(&[("re.yaml", text)]);
    let (_, report) = dir.report(&["re.yaml"]);
    let found = findings(&report);
    for expected in [
        "schema/unknown-field error spec.uiServiceTyp re.yaml:6:3",
        "schema/type error spec.tlsMode re.yaml:13:12",
        "schema/enum error spec.persistence re.yaml:14:16",
    ] {
        assert!(found.iter().any(|it| it == expected), "{expected}: {found:#?}");
    }
}

#[test]
fn values_that_are_put_in_later_are_of_any_type() {
    let text = "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\ndata: {password: '<path:secret/data/redis#password>'}\n---\n\
                apiVersion: v1\nkind: Service\nmetadata: {name: s}\nspec: {ports: [{port: <port>}]}\n";
    let dir = Dir::new(&[("a.yaml", text)]);
    let (_, report) = dir.report(&["a.yaml"]);
    let found: Vec<String> = findings(&report).into_iter().filter(|it| it.starts_with("schema/")).collect();
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn schemas_are_listed_and_imported() {
    let dir = Dir::new(&[("crd.yaml", CRD), ("none.yaml", "kind: ConfigMap\n"), (".git/HEAD", "")]);
    let output = dir.run(&["schema", "import", "crd.yaml"]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(fs::read_to_string(dir.0.path().join("schemas/crd.yaml")).unwrap(), CRD);
    let list: Value = serde_json::from_slice(&dir.run(&["schema", "list", "-o", "json"]).stdout).unwrap();
    let all = list["schemas"].as_array().unwrap();
    for (group, kind, source) in [
        ("example.com", "Cache", "schemas/crd.yaml"),
        ("app.redislabs.com", "RedisEnterpriseDatabase", "redisops"),
        ("monitoring.coreos.com", "ServiceMonitor", "redisops"),
        ("argoproj.io", "Application", "redisops"),
        ("apps", "StatefulSet", "Kubernetes 1.37"),
    ] {
        assert!(all.iter().any(|it| it["group"] == group && it["kind"] == kind && it["source"] == source), "{kind}");
    }
    assert_eq!(dir.run(&["schema", "import", "none.yaml"]).status.code(), Some(2));
    fs::write(dir.0.path().join("crd.yaml"), CRD.replace("minimum: 1", "minimum: 2")).unwrap();
    assert_eq!(dir.run(&["schema", "import", "crd.yaml"]).status.code(), Some(2));
    assert_eq!(dir.run(&["schema", "import", "crd.yaml", "--force"]).status.code(), Some(0));
    let nobody = dir.run(&["schema", "pull", "--kubeconfig", "none"]);
    assert!(String::from_utf8_lossy(&nobody.stderr).contains("`none` cannot be read"));
    assert_eq!(nobody.status.code(), Some(2));
}
