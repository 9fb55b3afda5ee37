//! Stores without a server of their own, TLS, and the fake Vault beside an independent client.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use super::support::{data, out, project, redisops, told, tree, vault};

#[test]
fn environment_variables_and_files_are_stores_for_development() {
    let text = "kind: Secret\nstringData:\n  a: <path:cache/prod#password>\n  b: <path:x#PLAIN>\n";
    let dir = tree(&[
        ("secrets/cache/prod.yaml", "password: from a file\n"),
        ("secrets/x/PLAIN", "plain\n"),
        (
            "environments/dev.yaml",
            "apiVersion: redisops.dev/v1alpha1\nkind: Environment\nspec:\n  overlay: .\n  secrets: {store: file, path: secrets}\n",
        ),
        (
            "environments/env.yaml",
            "apiVersion: redisops.dev/v1alpha1\nkind: Environment\nspec:\n  overlay: .\n  secrets: {store: env, prefix: MY_}\n",
        ),
    ]);
    let filled = |arguments: &[&str], variables: &[(&str, String)]| {
        let output = redisops(arguments, dir.path(), variables, text);
        assert_eq!(output.status.code(), Some(0), "{}", told(&output));
        out(&output)
    };
    let expected = "kind: Secret\nstringData:\n  a: from a file\n  b: plain\n---\n";
    assert_eq!(filled(&["secrets", "inject", "--env", "dev"], &[]), expected);
    let variables = [("MY_CACHE_PROD_PASSWORD", "from a file".to_owned()), ("MY_PLAIN", "plain".to_owned())];
    assert_eq!(filled(&["secrets", "inject", "--env", "env"], &variables), expected);
    let mut bare = vec![("AVP_TYPE", "env".to_owned())];
    bare.extend([("CACHE_PROD_PASSWORD", "from a file".to_owned()), ("PLAIN", "plain".to_owned())]);
    assert_eq!(filled(&["secrets", "inject"], &bare), expected);
    let missing = redisops(&["secrets", "inject"], dir.path(), &[("AVP_TYPE", "env".to_owned())], text);
    assert!(missing.status.code() == Some(2) && told(&missing).contains("`password`"), "{}", told(&missing));
}

#[test]
fn settings_of_an_environment_are_checked() {
    let dir = tree(&[(
        "environments/dev.yaml",
        "apiVersion: redisops.dev/v1alpha1\nkind: Environment\nspec:\n  overlay: .\n  secrets: {store: vault, adress: x}\n",
    )]);
    let output = redisops(&["secrets", "inject", "--env", "dev"], dir.path(), &[], "kind: A\n");
    let all = told(&output);
    assert!(
        output.status.code() == Some(2) && all.contains("environments/dev.yaml:5:27") && all.contains("`address`"),
        "{all}"
    );
}

/// A program that does as sops does: decrypts by taking the lock off. It is a stand-in, and named one.
const FAKE_SOPS: &str = "#!/bin/sh\nfor file; do :; done\ncase $file in *locked*) echo 'Failed to get the data key required to decrypt the SOPS file.' >&2; exit 128;; esac\nsed 's/^sealed: //' \"$file\"\n";

#[test]
fn encrypted_files_are_opened_by_the_program_of_sops() {
    let dir = tree(&[
        ("bin/fake-sops", FAKE_SOPS),
        ("a/db.enc.yaml", "sealed: {\"password\": \"opened\", \"port\": 6379}\n"),
        ("a/locked.yaml", "x\n"),
    ]);
    let program = dir.path().join("bin/fake-sops");
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    let variables = |program: &str| [("AVP_TYPE", "sops".to_owned()), ("REDISOPS_SOPS", program.to_owned())];
    let ask = |path: &str, program: &str| {
        let text = format!("kind: Thing\nspec: {{a: \"<path:{path}#password>\", b: \"<path:{path}#port>\"}}\n");
        redisops(&["secrets", "inject"], dir.path(), &variables(program), &text)
    };
    let program = program.to_str().unwrap();
    let opened = ask("a/db.enc.yaml", program);
    assert_eq!(out(&opened), "kind: Thing\nspec:\n  a: opened\n  b: 6379\n---\n", "{}", told(&opened));
    let locked = ask("a/locked.yaml", program);
    assert!(locked.status.code() == Some(2) && told(&locked).contains("SOPS_AGE_KEY_FILE"), "{}", told(&locked));
    let absent = ask("a/none.yaml", program);
    assert!(absent.status.code() == Some(2) && told(&absent).contains("`a/none.yaml`"), "{}", told(&absent));
    let no_program = ask("a/db.enc.yaml", "no-such-sops");
    assert!(told(&no_program).contains("install sops"), "{}", told(&no_program));
}

#[test]
fn certificates_and_namespaces_of_vault() {
    let dir = tree(&[]);
    let made = Command::new("openssl")
        .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"])
        .args(["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost"])
        .args(["-addext", "basicConstraints=critical,CA:FALSE"])
        .args(["-keyout", "key.pem", "-out", "cert.pem"])
        .current_dir(dir.path())
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", told(&made));
    let path = |name: &str| dir.path().join(name).display().to_string();
    let with_namespace = data().replacen('{', "{\"namespace\": \"team/a\",", 1);
    let server = vault(&with_namespace, &["--tls", &path("cert.pem"), &path("key.pem")]);
    let text = "kind: Secret\nstringData: {a: <path:secret/data/app#user>}\n";
    let ask = |more: &[(&'static str, String)]| {
        let mut variables = server.variables();
        variables.push(("VAULT_ADDR", format!("https://localhost:{}", server.port)));
        variables.push(("VAULT_MAX_RETRIES", "0".to_owned()));
        variables.extend(more.iter().cloned());
        redisops(&["secrets", "inject"], dir.path(), &variables, text)
    };
    let namespace = ("VAULT_NAMESPACE", "team/a/".to_owned());
    let trusted = ask(&[("VAULT_CACERT", path("cert.pem")), namespace.clone()]);
    assert_eq!(trusted.status.code(), Some(0), "{}", told(&trusted));
    let careless = ask(&[("VAULT_SKIP_VERIFY", "true".to_owned()), namespace.clone()]);
    assert_eq!(careless.status.code(), Some(0), "{}", told(&careless));
    let strict = ask(&[namespace]);
    assert!(strict.status.code() == Some(2) && told(&strict).contains("store_down"), "{}", told(&strict));
    let elsewhere = ask(&[("VAULT_CACERT", path("cert.pem"))]);
    assert!(elsewhere.status.code() == Some(2) && told(&elsewhere).contains("no_path"), "{}", told(&elsewhere));
}

#[test]
fn the_fake_vault_answers_an_independent_client_as_vault_does() {
    let server = vault(&data(), &[]);
    let checked = Command::new("python-with-hvac")
        .arg(project("tests/secrets/check_fake.py"))
        .args([server.url(), "--kubernetes".to_owned()])
        .output()
        .expect("python-with-hvac is on PATH; ci/setup installs it, and ci/setup --path says where");
    assert!(checked.status.success(), "{}", told(&checked));
}
