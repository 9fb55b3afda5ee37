//! Values reach stdout of `build --secrets` and `secrets inject`, and nothing else.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

use super::support::{data, project, redisops, run, told, tree, vault};

const VALUE: &str = "pl4nted \"va<lue>\"/+&~ü";

/// A value as logs may have it.
fn forms(value: &str) -> Vec<String> {
    let url: String = value.bytes().map(|b| format!("%{b:02X}")).collect();
    let partly: String = value
        .bytes()
        .map(|b| if b.is_ascii_alphanumeric() || b == b'~' { char::from(b).to_string() } else { format!("%{b:02X}") })
        .collect();
    let json = serde_json::to_string(value).unwrap();
    let inner = json.trim_matches('"').to_owned();
    let go = inner.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026");
    vec![
        value.to_owned(),
        "pl4nted".to_owned(),
        STANDARD.encode(value),
        URL_SAFE_NO_PAD.encode(value),
        url,
        partly,
        inner,
        go,
    ]
}

#[test]
fn nothing_but_the_result_shows_a_value() {
    let mut store: serde_json::Value = serde_json::from_str(&data()).unwrap();
    store["kv2"]["app"][3]["password"] = VALUE.into();
    store["kv2"]["app"][3]["json"] = format!("{{\"inner\": {}}}", serde_json::to_string(VALUE).unwrap()).into();
    store["kv2"]["app"][3]["notjson"] = format!("{{{VALUE}").into();
    store["kv2"]["app"][3]["control"] = format!("{VALUE}\u{7f}\u{9f}").into();
    store["tokens"][VALUE] = serde_json::json!([""]);
    let server = vault(&store.to_string(), &[]);
    let bad = [
        "<path:secret/data/app#password | jsonPath {.a}>",
        "<path:secret/data/app#password | jsonParse>",
        "<path:secret/data/app#notjson | yamlParse>",
        "<path:secret/data/app#json | jsonPath {.nope}>",
        "<path:secret/data/app#json | jsonPath {.inner[0]}>",
        "<path:secret/data/app#json | jsonParse | base64encode>",
        "<path:secret/data/app#notjson | jsonParse>",
        "<path:secret/data/app#password | indent x>",
        "<path:secret/data/app#password | rot13>",
        "<path:secret/data/app#control>",
        "x<path:secret/data/app#password><path:secret/data/app#nope>",
    ];
    let mut outputs = Vec::new();
    let mut variables = server.variables();
    for placeholder in bad {
        for kind in ["Secret", "ConfigMap", "Thing"] {
            let text = format!("kind: {kind}\nmetadata: {{name: a}}\ndata:\n  v: '{placeholder}'\n");
            let output = redisops(&["-v", "secrets", "inject", "-"], server.dir.path(), &variables, &text);
            assert_eq!(output.status.code(), Some(2), "{placeholder} in {kind}: {}", told(&output));
            outputs.push((format!("{placeholder} in {kind}"), output.stdout, output.stderr));
        }
    }
    let dir = tree(&[
        (
            "kustomization.yaml",
            "resources: [a.yaml]\nconfigMapGenerator:\n- name: c\n  literals: ['k=<path:secret/data/app#password>']\n",
        ),
        (
            "a.yaml",
            "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData:\n  p: <path:secret/data/app#password>\n---\napiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: w}\nspec: {replicas: <path:secret/data/app#password>, serviceName: x}\n",
        ),
    ]);
    let commands: [&[&str]; 8] = [
        &["validate", ".", "-o", "json"],
        &["validate", "."],
        &["secrets", "list", ".", "-o", "json"],
        &["secrets", "list", "."],
        &["explain", ".", "Secret/s", "-o", "json"],
        &["explain", ".", "Secret/s.stringData.p", "-o", "json"],
        &["build", "."],
        &["-v", "secrets", "list", ".", "--config-path", "none.yaml"],
    ];
    for arguments in commands {
        let output = redisops(arguments, dir.path(), &variables, "");
        outputs.push((arguments.join(" "), output.stdout, output.stderr));
    }
    let built = redisops(&["-v", "build", ".", "--secrets", "--stats", "--no-validate"], dir.path(), &variables, "");
    assert_eq!(built.status.code(), Some(0), "{}", told(&built));
    assert!(String::from_utf8_lossy(&built.stdout).contains("pl4nted"), "the test plants it");
    outputs.push(("stderr of build".to_owned(), Vec::new(), built.stderr));
    // The token is a secret as well.
    variables.extend([
        ("VAULT_TOKEN", VALUE.to_owned()),
        ("VAULT_ADDR", "http://127.0.0.1:1".to_owned()),
        ("VAULT_MAX_RETRIES", "0".to_owned()),
    ]);
    let output = redisops(&["-v", "build", ".", "--secrets"], dir.path(), &variables, "");
    outputs.push(("a store that is down".to_owned(), output.stdout, output.stderr));
    for (what, stdout, stderr) in outputs {
        let all = format!("{}{}", String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
        for form in forms(VALUE) {
            assert!(!all.contains(&form), "{what} shows `{form}`:\n{all}");
        }
    }
}

/// Values that Git has itself: generators, Secrets, passwords in configuration.
#[test]
fn no_form_of_a_report_shows_what_git_has() {
    let files = |mark: &str| {
        [
            (
                "kustomization.yaml",
                format!("resources: [all.yaml]\nsecretGenerator:\n- name: s\n  literals: [p=pl4nted-{mark}]\n"),
            ),
            (
                "all.yaml",
                format!(
                    "apiVersion: v1\nkind: Secret\nmetadata: {{name: a}}\nstringData:\n  p: pl4nted-{mark}\n---\napiVersion: v1\nkind: ConfigMap\n\
                     metadata: {{name: conf}}\ndata:\n  redis.conf: |\n    port 6379\n    requirepass pl4nted-{mark}\n    masterauth pl4nted-{mark}\n---\n\
                     apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {{name: w}}\nspec:\n  replicas: 2\n  serviceName: w\n  selector: {{matchLabels: {{a: b}}}}\n  \
                     template:\n    metadata: {{labels: {{a: b}}}}\n    spec:\n      containers:\n      - name: c\n        image: redis:7\n        \
                     args: [--requirepass, pl4nted-{mark}]\n"
                ),
            ),
        ]
    };
    let dir = tempfile::tempdir().unwrap();
    let write = |mark: &str| {
        for (name, text) in files(mark) {
            std::fs::write(dir.path().join(name), text).unwrap();
        }
    };
    let git = |arguments: &str| {
        let done = run("git", &arguments.split(' ').collect::<Vec<_>>(), dir.path(), &[], "");
        assert!(done.status.success(), "{}", told(&done));
    };
    write("old");
    for arguments in ["init -q .", "add -A", "-c user.name=a -c user.email=a@b commit -qm first"] {
        git(arguments);
    }
    write("new");
    let mut lines: Vec<String> = Vec::new();
    for form in ["human", "json", "sarif", "junit", "github", "gitlab", "markdown"] {
        lines.extend([format!("validate . -o {form}"), format!("diff . --from HEAD -o {form}")]);
    }
    for form in ["human", "json"] {
        for what in [
            "Secret/a",
            "Secret/a.stringData.p",
            "ConfigMap/conf",
            "StatefulSet/w",
            "StatefulSet/w.spec.template.spec.containers",
        ] {
            lines.push(format!("explain . {what} --blame -o {form}"));
        }
        lines.push(format!("scale w --replicas 3 --path . --dry-run -o {form}"));
        lines.push(format!("plan . -o {form}"));
        lines.push(format!("diff . -o {form}"));
        lines.push(format!("apply . --yes -o {form}"));
    }
    lines.extend(
        [
            "edit add secret s --from-literal=p=pl4nted-again",
            "edit add secret t --from-literal=pl4nted",
            "edit set secret s --from-literal=nope=pl4nted",
            "edit set secret nope --from-literal=p=pl4nted",
            "scale a --replicas 3 --path .",
            "-v validate . --strict",
        ]
        .map(str::to_owned),
    );
    let see = |line: &str| {
        let output = redisops(&line.split(' ').collect::<Vec<_>>(), dir.path(), &[], "");
        let all = format!("{}{}", String::from_utf8_lossy(&output.stdout), told(&output));
        assert!(!all.is_empty(), "{line} says something");
        for form in forms("pl4nted-new").into_iter().chain(forms("pl4nted-old")) {
            assert!(!all.contains(&form), "{line} shows `{form}`:\n{all}");
        }
    };
    lines.iter().for_each(|line| see(line));
    // Broken around the value.
    for broken in
        ["  literals: [p=pl4nted-new\n", "  literals: [p=pl4nted-new]\n  type: [\n", "  literals: {p: pl4nted-new}\n"]
    {
        std::fs::write(dir.path().join("kustomization.yaml"), format!("secretGenerator:\n- name: s\n{broken}"))
            .unwrap();
        for line in ["build .", "validate . -o json", "edit set namespace x", "diff . --from HEAD"] {
            see(line);
        }
    }
}

/// What a panic could print of a store is names.
#[test]
fn a_panic_shows_no_value() {
    use redisops::secrets::{Fetched, Secret, Value, Variables};
    let variables = Variables::new([("VAULT_TOKEN".to_owned(), VALUE.to_owned())]);
    let fetched = Fetched { fields: vec![("k".to_owned(), Value::text(VALUE))], ..Fetched::default() };
    let panic = std::panic::catch_unwind(|| {
        panic!("{variables:?} {fetched:?} {} {:?}", Secret::new(VALUE), Secret::new(VALUE));
    });
    let text = *panic.unwrap_err().downcast::<String>().unwrap();
    assert!(text.contains("VAULT_TOKEN") && forms(VALUE).iter().all(|form| !text.contains(form)), "{text}");
}

/// The search at the end of `ci/test` finds what it is for.
#[test]
fn the_search_finds_values_in_all_their_forms() {
    let dir = tempfile::tempdir().unwrap();
    let search = |stream: &str, command: &str, text: &str| {
        std::fs::write(dir.path().join("1-1.out"), "build .\nkind: Secret # planted\n").unwrap();
        std::fs::write(dir.path().join(format!("2-2.{stream}")), format!("{command}\n{text}\n")).unwrap();
        let done = run(project("ci/leaks").to_str().unwrap(), &[dir.path().to_str().unwrap()], dir.path(), &[], "");
        std::fs::remove_file(dir.path().join(format!("2-2.{stream}"))).unwrap();
        done.status.success()
    };
    for text in forms("x hunter2 y")
        .into_iter()
        .chain(["a", "ab", "abc"].map(|before| STANDARD.encode(format!("{before}hunter2z"))))
    {
        assert!(!search("err", "build .", &text) && !search("out", "diff . -o json", &text), "{text}");
        assert!(search("out", "secrets inject -", &text) && search("out", "argocd generate", &text), "{text}");
    }
    assert!(search("err", "build .", "error: nothing of it"));
}
