//! Secrets of a cluster as a secret store, settings in a Secret, and what becomes of values on the way into a cluster.

use std::fs;
use std::io::Write;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

use crate::support::Bench;

#[path = "../secrets/vault.rs"]
mod vault;

/// Values that YAML, JSON and base64 are particular about; `bin` is no text.
const STORE: &str = "\
apiVersion: v1
kind: Secret
metadata: {name: store, namespace: NAMESPACE}
stringData:
  password: \"planted: #1 <&> 'x' \\\"y\\\"\"
  pem: \"-----BEGIN-----\\nplanted\\n-----END-----\\n\"
  number: \"0123\"
data:
  bin: AP9wbGFudGVk
";

fn create(bench: &Bench, text: &str) {
    let done = bench.kubectl_with(&["apply", "-f", "-"], &text.replace("NAMESPACE", &bench.namespace));
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
}

fn inject(mut command: Command, text: &str) -> Output {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // Who has read enough closes the pipe.
    let _ = child.stdin.take().unwrap().write_all(text.as_bytes());
    child.wait_with_output().unwrap()
}

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A program as it runs in a pod: the account's token and the authority of the cluster in their places, in a namespace of mounts of its own.
fn in_pod(bench: &Bench, program: &str, arguments: &[&str]) -> Command {
    let text = fs::read_to_string(&bench.kubeconfig).unwrap();
    let of = |key: &str| {
        let start = text.find(key).unwrap_or_else(|| panic!("{key} in {text}")) + key.len();
        text[start..].split(['"', '}', ',', '\n']).next().unwrap().trim().to_owned()
    };
    let port = of("https://127.0.0.1:");
    let account = bench.path().join(".git/account");
    fs::create_dir_all(&account).unwrap();
    fs::copy(of("certificate-authority: "), account.join("ca.crt")).unwrap();
    let token = bench.kubectl(&["create", "token", "user", "-n", &bench.namespace]);
    fs::write(account.join("token"), token.trim()).unwrap();
    fs::write(account.join("namespace"), &bench.namespace).unwrap();
    let place = "/run/secrets/kubernetes.io/serviceaccount";
    let script =
        format!("mount -t tmpfs tmpfs /run && mkdir -p {place} && cp {}/* {place} && exec \"$@\"", account.display());
    let mut command = Command::new("unshare");
    command.args(["-rm", "sh", "-c", &script, "sh", program]).args(arguments);
    command.current_dir(bench.path()).env_clear().env("PATH", std::env::var_os("PATH").unwrap());
    command.env("HOME", bench.path()).env("KUBERNETES_SERVICE_HOST", "127.0.0.1").env("KUBERNETES_SERVICE_PORT", port);
    command.env("AVP_TYPE", "kubernetessecret");
    command
}

#[test]
fn a_pod_reads_secrets_as_the_reference_does() {
    let Some(bench) = Bench::new() else { return };
    create(&bench, STORE);
    bench.user("- {apiGroups: [''], resources: [secrets], resourceNames: [store, settings], verbs: [get]}");
    let path = format!("{}:store", bench.namespace);
    let text = format!(
        "kind: Secret\nstringData:\n  a: <path:{path}#password>\n  b: <path:{path}#pem>\ndata:\n  c: <path:{path}#bin | base64encode>\n---\n\
         kind: ConfigMap\nmetadata: {{annotations: {{avp.kubernetes.io/path: '{path}'}}}}\ndata: {{n: <number>, p: x-<password>-y}}\n"
    );
    let theirs = inject(in_pod(&bench, "argocd-vault-plugin", &["generate", "-"]), &text);
    assert!(theirs.status.success(), "{}", told(&theirs));
    let ours = inject(in_pod(&bench, env!("CARGO_BIN_EXE_redisops"), &["secrets", "inject", "-"]), &text);
    assert_eq!(String::from_utf8_lossy(&ours.stdout), String::from_utf8_lossy(&theirs.stdout), "{}", told(&ours));
    assert!(String::from_utf8_lossy(&ours.stdout).contains("planted"));
    // Settings in a Secret, which the process has none of.
    create(
        &bench,
        "apiVersion: v1\nkind: Secret\nmetadata: {name: settings, namespace: NAMESPACE}\nstringData: {AVP_TYPE: kubernetessecret}\n",
    );
    let settings = format!("{}:settings", bench.namespace);
    let without = |program: &str, arguments: &[&str]| {
        let mut command = in_pod(&bench, program, arguments);
        command.env_remove("AVP_TYPE");
        inject(command, &text)
    };
    let theirs = without("argocd-vault-plugin", &["generate", "-s", &settings, "-"]);
    let ours = without(env!("CARGO_BIN_EXE_redisops"), &["secrets", "inject", "-s", &settings, "-"]);
    assert!(theirs.status.success() && theirs.stdout == ours.stdout, "{}\n{}", told(&theirs), told(&ours));
}

#[test]
fn what_the_cluster_does_not_give_is_told() {
    let Some(bench) = Bench::new() else { return };
    create(&bench, STORE);
    let nobody = bench.user("- {apiGroups: [''], resources: [pods], verbs: [get]}");
    let expired = bench.with_token("expired");
    let ask = |path: &str, kubeconfig: &std::path::Path, more: &[&str]| {
        let mut command = bench.command(&[&["secrets", "inject"], more, &["-"]].concat());
        command.env("KUBECONFIG", kubeconfig).env("AVP_TYPE", "kubernetessecret");
        let text = format!("kind: Secret\nstringData:\n  a: <path:{path}>\n").replace("NAMESPACE", &bench.namespace);
        let output = inject(command, &text);
        assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0), "{path}: {}", told(&output));
        assert!(!told(&output).contains("planted"), "{}", told(&output));
        told(&output)
    };
    let place = "(standard input):3:6";
    let all = ask("NAMESPACE:absent#k", &bench.kubeconfig, &[]);
    assert!(all.contains("no_path") && all.contains("absent") && all.contains(place), "{all}");
    let all = ask("NAMESPACE:store#pasword", &bench.kubeconfig, &[]);
    assert!(all.contains("no_key") && all.contains("did you mean `password`?") && all.contains(place), "{all}");
    let all = ask("NAMESPACE:store#password", &nobody, &[]);
    assert!(all.contains("denied") && all.contains("`get` on `secrets`") && all.contains(place), "{all}");
    let all = ask("NAMESPACE:store#password", &expired, &[]);
    assert!(all.contains("no_credentials"), "{all}");
    let gone = fs::read_to_string(&bench.kubeconfig).unwrap().replace("https://127.0.0.1:", "https://127.0.0.1:1#");
    let gone = gone.replace("1#", "1/");
    fs::write(bench.path().join(".git/gone"), gone).unwrap();
    let all = ask("NAMESPACE:store#password", &bench.path().join(".git/gone"), &[]);
    assert!(all.contains("store_down"), "{all}");
    let all = ask("NAMESPACE:store#password", &bench.kubeconfig, &["-s", &format!("{}:none", bench.namespace)]);
    assert!(all.contains("none"), "{all}");
}

/// Vault asks the API server whose token it is that logs in.
#[test]
fn an_account_of_the_cluster_logs_in_to_vault() {
    let Some(bench) = Bench::new() else { return };
    bench.user("- {apiGroups: [''], resources: [pods], verbs: [get]}");
    let namespace = bench.namespace.clone();
    create(
        &bench,
        "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: reviewer, namespace: NAMESPACE}\n---\n\
         apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {name: reviewer-NAMESPACE}\n\
         roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: 'system:auth-delegator'}\n\
         subjects: [{kind: ServiceAccount, name: reviewer, namespace: NAMESPACE}]\n",
    );
    let token = |account: &str| bench.kubectl(&["create", "token", account, "-n", &namespace]).trim().to_owned();
    let text = fs::read_to_string(&bench.kubeconfig).unwrap();
    let of =
        |key: &str, end: &[char]| text[text.find(key).unwrap() + key.len()..].split(end).next().unwrap().to_owned();
    let host = of("server: \"", &['"']);
    let authority = of("certificate-authority: ", &['}', ',']);
    let data = r#"{"kv1": {}, "kv2": {"app": [{"user": "planted-user"}]}, "logins": []}"#;
    let server = vault::Vault::start(data, &[&host, &authority, &token("reviewer"), &namespace]);
    let file = bench.path().join(".git/token");
    let manifest = "kind: Secret\nstringData: {v: <path:secret/data/app#user>}\n";
    let ask = |program: &str, arguments: &[&str], token: &str| {
        fs::write(&file, token).unwrap();
        let mut command = Command::new(program);
        command.args(arguments).current_dir(bench.path()).env_clear().env("PATH", std::env::var_os("PATH").unwrap());
        command
            .env("HOME", bench.path())
            .env("AVP_TYPE", "vault")
            .env("AVP_AUTH_TYPE", "k8s")
            .env("AVP_K8S_ROLE", "redis");
        command.env("AVP_K8S_TOKEN_PATH", &file).env("VAULT_ADDR", server.url());
        inject(command, manifest)
    };
    let ours = ask(env!("CARGO_BIN_EXE_redisops"), &["secrets", "inject", "-"], &token("user"));
    let theirs = ask("argocd-vault-plugin", &["generate", "-"], &token("user"));
    assert!(theirs.status.success() && ours.stdout == theirs.stdout, "{}\n{}", told(&theirs), told(&ours));
    let other = ask(env!("CARGO_BIN_EXE_redisops"), &["secrets", "inject", "-"], &token("reviewer"));
    assert_eq!((other.status.code(), other.stdout.len()), (Some(2), 0));
    assert!(
        told(&other).contains("auth/kubernetes/login") && told(&other).contains("no_credentials"),
        "{}",
        told(&other)
    );
    bench.kubectl(&["delete", "clusterrolebinding", &format!("reviewer-{namespace}")]);
}

/// From the store into the cluster and compared with it: no report has a value, encoded or not.
#[test]
fn values_go_into_the_cluster_and_into_no_report() {
    let Some(bench) = Bench::new() else { return };
    create(&bench, STORE);
    bench.write("overlays/prod/kustomization.yaml", "namespace: NAMESPACE\nresources: [all.yaml]\n");
    bench.write(
        "overlays/prod/all.yaml",
        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: cart\nstringData:\n  password: <path:store#password>\n---\n\
         apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: conf\ndata:\n  redis.conf: |\n    port 6379\n    requirepass <path:store#number>planted\n",
    );
    bench.write(
        "environments/prod.yaml",
        "apiVersion: redisops.dev/v1alpha1\nkind: Environment\nmetadata: {name: prod}\nspec:\n  overlay: overlays/prod\n  \
         kubernetes: {namespace: NAMESPACE}\n  secrets: {store: kubernetes}\n",
    );
    let mut reports = Vec::new();
    let mut run = |arguments: &[&str], code: i32| {
        for form in [&["-o", "json"][..], &[]] {
            let run = bench.redisops(&[arguments, form].concat());
            // The second apply has nothing left to do.
            assert_eq!(run.code, code, "{arguments:?}: {run:?}");
            reports.push(format!("{arguments:?}: {}{}", run.stdout, run.stderr));
        }
    };
    run(&["plan", "prod"], 0);
    run(&["diff", "prod", "--no-redis"], 1);
    run(&["apply", "prod", "--yes", "--timeout", "60s"], 0);
    let live =
        |path: &str| bench.kubectl(&["-n", &bench.namespace, "get", "secret/cart", "-o", &format!("jsonpath={path}")]);
    assert!(live("{.data.password}").starts_with("cGxhbnRlZDogIzEg"), "the value is there");
    // What Git says is filled before it is compared: nothing differs.
    run(&["diff", "prod", "--no-redis"], 0);
    create(&bench, &STORE.replace("planted: #1", "planted: #2").replace("0123", "4567"));
    run(&["diff", "prod", "--no-redis"], 1);
    let rotated = bench.redisops(&["diff", "prod", "--no-redis", "-o", "json"]);
    for (kind, name, path) in [("Secret", "cart", "data.password"), ("ConfigMap", "conf", "data[\"redis.conf\"]")] {
        let field = rotated.field(kind, name, path);
        assert_eq!((&field["before"], &field["after"]), (&Value::from("••••"), &Value::from("••••")), "{field}");
    }
    run(&["plan", "prod"], 0);
    run(&["explain", "overlays/prod", "Secret/cart.stringData.password"], 0);
    run(&["secrets", "list", "prod"], 0);
    run(&["apply", "prod", "--yes", "--timeout", "60s"], 0);
    // Nobody gives the values: what was written is compared, and that is said.
    bench.write("environments/bare.yaml", "apiVersion: redisops.dev/v1alpha1\nkind: Environment\nmetadata: {name: bare}\nspec:\n  overlay: overlays/prod\n  kubernetes: {namespace: NAMESPACE}\n");
    let bare = bench.redisops(&["diff", "bare", "--no-redis", "-o", "json"]);
    assert_eq!(bare.code, 1, "{bare:?}");
    assert!(bare.stderr.contains("no secret store is named"), "{}", bare.stderr);
    bench.kubectl(&["-n", &bench.namespace, "delete", "secret/store"]);
    let failed = bench.redisops(&["diff", "prod", "--no-redis", "-o", "json"]);
    assert_eq!((failed.code, failed.json()["changes"].as_array().unwrap().len()), (2, 2), "{failed:?}");
    assert!(failed.stderr.contains("overlays/prod/all.yaml:6:13"), "{}", failed.stderr);
    for run in [&bare, &failed] {
        reports.push(format!("{}{}", run.stdout, run.stderr));
    }
    for report in reports {
        for form in ["planted", "cGxhbnRlZ", "BsYW50ZW", "wbGFudGVk", "4567planted", "NDU2N3Bs"] {
            assert!(!report.contains(form), "{form}: {report}");
        }
    }
}
