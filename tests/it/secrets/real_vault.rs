//! A real Vault beside the fake one: the same secrets in it, the same answers out of it.

use std::process::Command;

use super::support::{data, out, project, redisops, told};
use super::{corpus, real};

#[test]
fn a_real_vault_answers_as_the_fake_does() {
    let server = real::Vault::start(&data(), &[]);
    let variables = [("AVP_TYPE", "vault"), ("AVP_AUTH_TYPE", "token"), ("VAULT_TOKEN", "root-token")];
    let mut variables = variables.map(|(name, value)| (name, value.to_owned())).to_vec();
    variables.push(("VAULT_ADDR", server.url()));
    let checked = Command::new("python-with-hvac")
        .arg(project("tests/secrets/check_fake.py"))
        .arg(server.url())
        .output()
        .unwrap();
    assert!(checked.status.success(), "{}", told(&checked));
    corpus::compare(&variables);
    corpus::log_in(&server.url(), &[]);
    let text = "kind: Secret\nstringData:\n  a: <path:secret/data/app#user>\n  b: <path:secret/data/other/deep#k>\n";
    let fail = |text: &str, more: &[(&'static str, &str)]| {
        let mut variables = variables.clone();
        variables.extend(more.iter().map(|(name, value)| (*name, (*value).to_owned())));
        let output = redisops(&["secrets", "inject", "-"], &project("tests/secrets"), &variables, text);
        assert_eq!((output.status.code(), out(&output).as_str()), (Some(2), ""), "{}", told(&output));
        told(&output)
    };
    let one = |placeholder: &str| format!("kind: Secret\nstringData:\n  a: <path:{placeholder}>\n");
    let gone = [
        ("secret/data/nope#k", "no_path"),
        ("secret/data/app#usr", "did you mean `user`?"),
        ("secret/data/app#user#9", "no_version"),
        ("secret/data/app#user#3", "is deleted"),
        ("secret/app#user", "`secret/data/app`"),
        ("nowhere/data/app#user", "no_path"),
    ];
    for (placeholder, part) in gone {
        let told = fail(&one(placeholder), &[]);
        assert!(told.contains(part) && told.contains("(standard input):3:6"), "{placeholder}: {told}");
    }
    let denied = fail(text, &[("VAULT_TOKEN", "narrow-token")]);
    assert!(denied.contains("denied") && denied.contains("`secret/data/other/deep`"), "{denied}");
    let unknown = fail(text, &[("VAULT_TOKEN", "wrong")]);
    assert!(unknown.contains("no_credentials") && unknown.contains("does not know the token"), "{unknown}");
    let wrong = [("AVP_AUTH_TYPE", "approle"), ("AVP_ROLE_ID", "role"), ("AVP_SECRET_ID", "planted-wrong")];
    let refused = fail(text, &wrong);
    assert!(refused.contains("auth/approle/login") && !refused.contains("planted"), "{refused}");
    let sealed = Command::new("vault")
        .args(["operator", "seal"])
        .env("VAULT_ADDR", server.url())
        .env("VAULT_TOKEN", "root-token")
        .output()
        .unwrap();
    assert!(sealed.status.success(), "{}", told(&sealed));
    let sealed = fail(text, &[("VAULT_MAX_RETRIES", "0")]);
    assert!(sealed.contains("status 503") && sealed.contains("Vault is sealed"), "{sealed}");
}
