//! Every file of `tests/secrets/corpus` through redisops and argocd-vault-plugin, byte for byte.

use std::fs;

use super::support::{data, out, plugin, project, redisops, told, vault};

fn corpus() -> Vec<String> {
    let entries = fs::read_dir(project("tests/secrets/corpus")).unwrap();
    let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    assert!(names.len() > 40, "a test that finds no files cannot fail");
    names
}

#[test]
fn output_is_that_of_the_reference() {
    let server = vault(&data(), &[]);
    compare(&server.variables());
}

/// All files of the corpus, with the Vault that variables name.
pub fn compare(variables: &[(&'static str, String)]) {
    let from = project("tests/secrets/corpus");
    let mut different = Vec::new();
    for name in corpus() {
        let text = fs::read_to_string(from.join(&name)).unwrap();
        let ours = redisops(&["secrets", "inject", "-"], &from, variables, &text);
        let theirs = plugin(&["generate", "-"], &from, variables, &text);
        let fails = name.starts_with("fails-");
        assert_eq!(theirs.status.success(), !fails, "{name}: {}", told(&theirs));
        assert_eq!(ours.status.code(), Some(if fails { 2 } else { 0 }), "{name}: {}", told(&ours));
        if fails {
            assert_eq!(out(&ours), "", "{name}");
        } else if ours.stdout != theirs.stdout {
            let (theirs, ours) = (out(&theirs), out(&ours));
            let diff = similar::TextDiff::from_lines(theirs.as_str(), ours.as_str());
            different.push(format!("{name}:\n{}", diff.unified_diff()));
        }
    }
    assert!(different.is_empty(), "{}", different.join("\n"));
}

#[test]
fn files_and_directories_are_read_in_the_order_of_the_reference() {
    let server = vault(&data(), &[]);
    let from = project("tests/secrets");
    let folder = super::support::tree(&[
        ("m/b.yaml", "kind: B2\nspec: {v: <path:secret/data/app#user>}\n"),
        ("m/b/z.yml", "kind: B1\n"),
        ("m/.hidden/q.json", "{\"kind\": \"H\"}"),
        ("m/a.json", "{\"kind\": \"A\"}"),
        ("m/readme.md", "no"),
        ("m/B.yaml", "kind: Upper\n"),
    ]);
    for (path, from) in [("corpus/one.json", from.as_path()), ("m", folder.path()), ("m/b.yaml", folder.path())] {
        let ours = redisops(&["secrets", "inject", path], from, &server.variables(), "");
        let theirs = plugin(&["generate", path], from, &server.variables(), "");
        assert_eq!(out(&ours), out(&theirs), "{path}: {}", told(&ours));
        assert!(!ours.stdout.is_empty());
    }
}

#[test]
fn logins_and_configuration_files_are_those_of_the_reference() {
    let server = vault(&data(), &[]);
    let jwt = super::support::tree(&[("jwt", "planted-jwt\n")]);
    let token = jwt.path().join("jwt").display().to_string();
    log_in(&server.url(), &[("k8s", vec![("AVP_K8S_ROLE", "redis"), ("AVP_K8S_TOKEN_PATH", &token)])]);
    let url = server.url();
    let settings = format!("AVP_TYPE: vault\nAVP_AUTH_TYPE: token\nVAULT_ADDR: {url}\nVAULT_TOKEN: root-token\n");
    let file = super::support::tree(&[("avp.yaml", &settings)]);
    // What is for the client of Vault wins in the file, the rest in the process.
    let process = [("VAULT_ADDR", "http://127.0.0.1:1".to_owned()), ("AVP_KV_VERSION", "2".to_owned())];
    let ours = redisops(&["secrets", "inject", "-c", "avp.yaml"], file.path(), &process, TEXT);
    let theirs = plugin(&["generate", "-c", "avp.yaml", "-"], file.path(), &process, TEXT);
    assert_eq!(theirs.status.code(), Some(0), "{}", told(&theirs));
    assert_eq!(out(&ours), out(&theirs), "{}", told(&ours));
}

const TEXT: &str = "kind: Secret\nstringData: {v: <path:secret/data/app#user#1>}\n";

/// All ways to log in, and some more, at the Vault of a URL.
pub fn log_in(url: &str, more: &[(&str, Vec<(&str, &str)>)]) {
    let home = super::support::tree(&[]);
    let ways: [(&str, Vec<(&str, &str)>); 6] = [
        ("token", vec![("VAULT_TOKEN", "root-token")]),
        ("approle", vec![("AVP_ROLE_ID", "role"), ("AVP_SECRET_ID", "planted-secret-id")]),
        (
            "approle",
            vec![("AVP_ROLE_ID", "role"), ("AVP_SECRET_ID", "planted-secret-id"), ("AVP_MOUNT_PATH", "auth/custom")],
        ),
        ("userpass", vec![("AVP_USERNAME", "ann"), ("AVP_PASSWORD", "planted-login-password")]),
        (" token\n", vec![("ARGOCD_ENV_VAULT_TOKEN", "root-token"), ("VAULT_TOKEN", "wrong")]),
        (
            "approle",
            vec![
                ("AVP_ROLE_ID", "role"),
                ("AVP_SECRET_ID", "wrong"),
                ("ARGOCD_ENV_AVP_SECRET_ID", "planted-secret-id"),
            ],
        ),
    ];
    for (method, more) in ways.iter().chain(more) {
        let mut pairs = vec![("AVP_TYPE", "vault"), ("AVP_AUTH_TYPE", *method), ("VAULT_ADDR", url)];
        pairs.extend(more.iter().copied());
        let variables: Vec<(&str, String)> = pairs.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        let ours = redisops(&["secrets", "inject", "-"], home.path(), &variables, TEXT);
        let theirs = plugin(&["generate", "-"], home.path(), &variables, TEXT);
        assert_eq!(theirs.status.code(), Some(0), "{method}: {}", told(&theirs));
        assert_eq!(out(&ours), out(&theirs), "{method}: {}", told(&ours));
    }
}
