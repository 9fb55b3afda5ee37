//! Values reach stdout of `build --secrets` and `secrets inject`, and nothing else.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

use super::support::{data, redisops, told, tree, vault};

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
