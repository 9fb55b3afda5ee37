//! What is wrong, where, and what to do: on stderr, with nothing on stdout.

use std::fs;

use super::support::{Server, data, out, project, redisops, told, tree, vault};

fn failure(server: &Server, text: &str, more: &[(&'static str, &str)]) -> String {
    let mut variables = server.variables();
    variables.extend(more.iter().map(|(name, value)| (*name, (*value).to_owned())));
    let output = redisops(&["secrets", "inject", "-"], &project("tests/secrets"), &variables, text);
    assert_eq!((output.status.code(), out(&output).as_str()), (Some(2), ""), "{}", told(&output));
    told(&output).replace(&format!(":{}", server.port), ":PORT")
}

#[test]
fn every_failure_of_the_corpus_is_explained() {
    let server = vault(&data(), &[]);
    let folder = project("tests/secrets/corpus");
    let mut names: Vec<_> =
        fs::read_dir(&folder).unwrap().map(|it| it.unwrap().file_name().into_string().unwrap()).collect();
    names.retain(|name| name.starts_with("fails-"));
    names.sort();
    let mut all = String::new();
    for name in names {
        let told = failure(&server, &fs::read_to_string(folder.join(&name)).unwrap(), &[]);
        assert!(told.contains("(standard input):"), "{name} has no place: {told}");
        all.push_str(&format!("=== {name}\n{told}\n"));
    }
    insta::assert_snapshot!("failures_of_the_corpus", all);
}

#[test]
fn stores_that_fail_say_how() {
    let text = "kind: Secret\nstringData:\n  a: <path:secret/data/app#user>\n  b: <path:secret/data/other/deep#k>\n";
    let server = vault(&data(), &[]);
    let told = failure(&server, text, &[("VAULT_ADDR", "http://127.0.0.1:1"), ("VAULT_MAX_RETRIES", "0")]);
    assert!(told.contains("store_down") && told.contains("http://127.0.0.1:1") && told.contains("1 error"), "{told}");
    let told = failure(&server, text, &[("VAULT_TOKEN", "narrow-token")]);
    assert!(told.contains("denied") && told.contains("`secret/data/other/deep`") && told.contains("1 error"), "{told}");
    let told = failure(&server, text, &[("VAULT_TOKEN", "wrong")]);
    assert!(told.contains("no_credentials") && told.contains("does not know the token"), "{told}");
    let told = failure(&server, text, &[("AVP_AUTH_TYPE", "approle")]);
    assert!(told.contains("AVP_ROLE_ID and AVP_SECRET_ID must be set"), "{told}");
    let wrong = [("AVP_AUTH_TYPE", "approle"), ("AVP_ROLE_ID", "role"), ("AVP_SECRET_ID", "planted-wrong")];
    let told = failure(&server, text, &wrong);
    assert!(told.contains("auth/approle/login") && told.contains("invalid role or secret ID"), "{told}");
    assert!(!told.contains("planted"), "{told}");
    let told = failure(&server, text, &[("AVP_PATH_VALIDATION", "^secret/data/app$")]);
    assert!(told.contains("`secret/data/other/deep` is not one that AVP_PATH_VALIDATION allows"), "{told}");
    assert!(told.contains("(standard input):4:6"), "{told}");
    let told = failure(&server, text, &[("AVP_TYPE", "gcpsecretmanager")]);
    assert!(told.contains("argocd-vault-plugin reads it, redisops does not"), "{told}");
    let sealed = vault(&data().replacen('{', "{\"sealed\": true,", 1), &[]);
    let told = failure(&sealed, text, &[("VAULT_MAX_RETRIES", "0")]);
    assert!(told.contains("status 503") && told.contains("Vault is sealed"), "{told}");
}

#[test]
fn a_slow_store_is_not_waited_for_without_end() {
    let server = vault(&data(), &["--latency", "5000"]);
    let text = "kind: Secret\nstringData: {a: <path:secret/data/app#user>}\n";
    let told = failure(&server, text, &[("VAULT_CLIENT_TIMEOUT", "300ms"), ("VAULT_MAX_RETRIES", "1")]);
    assert!(told.contains("does not answer in time") && told.contains("VAULT_CLIENT_TIMEOUT"), "{told}");
}

#[test]
fn a_store_in_trouble_is_asked_again() {
    let server = vault(&data().replacen('{', "{\"broken\": {\"secret/data/app\": 2},", 1), &[]);
    let text = "kind: Secret\nstringData: {a: <path:secret/data/app#user>, b: <path:secret/data/app#password>}\n";
    let output = redisops(&["secrets", "inject", "-"], &project("tests"), &server.variables(), text);
    assert_eq!(output.status.code(), Some(0), "{}", told(&output));
    assert_eq!(server.asked().len(), 3, "twice in trouble, once answered, for two placeholders of one path");
}

#[test]
fn files_are_named_and_errors_collected() {
    let server = vault(&data(), &[]);
    let dir = tree(&[
        ("m/a.yaml", "kind: Secret\nstringData:\n  a: <path:secret/data/app#user>\n  b: <path:secret/data/app#usr>\n"),
        ("m/b.yaml", "kind: Thing\nspec:\n  text: |\n    first\n    <path:secret/data/app#pasword>\n"),
        ("wrong/c.yaml", "kind: [\n"),
        ("wrong/d.yaml", "- a\n"),
    ]);
    let output = redisops(&["secrets", "inject", "m"], dir.path(), &server.variables(), "");
    let all = told(&output);
    assert_eq!((output.status.code(), out(&output).as_str()), (Some(2), ""));
    for part in ["m/a.yaml:4:6", "`usr`", "did you mean `user`?", "m/b.yaml:5:5", "`pasword`", "2 errors"] {
        assert!(all.contains(part), "{part}: {all}");
    }
    let output = redisops(&["secrets", "inject", "wrong"], dir.path(), &server.variables(), "");
    let all = told(&output);
    assert!(all.contains("wrong/c.yaml:") && all.contains("wrong/d.yaml:1:1"), "{all}");
    let output = redisops(&["secrets", "inject", "nowhere"], dir.path(), &server.variables(), "");
    assert!(told(&output).contains("`nowhere` cannot be read") && output.status.code() == Some(2));
    let output = redisops(&["secrets", "inject", "m"], dir.path(), &[], "");
    assert!(told(&output).contains("no secret store is named") && output.status.code() == Some(2));
}
