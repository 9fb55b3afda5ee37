//! AWS Secrets Manager as moto has it, beside argocd-vault-plugin.

use std::process::Command;

use super::support::{Server, moto, out, plugin, project, redisops, run, told, tree};

fn variables(server: &Server) -> Vec<(&'static str, String)> {
    vec![
        ("AVP_TYPE", "awssecretsmanager".to_owned()),
        ("AWS_REGION", "eu-west-1".to_owned()),
        ("AWS_ENDPOINT_URL", server.url()),
        ("AWS_ACCESS_KEY_ID", "x".to_owned()),
        ("AWS_SECRET_ACCESS_KEY", "y".to_owned()),
    ]
}

/// Puts secrets there; the id of an older version and the full name of the secret.
fn seed(server: &Server) -> (String, String) {
    let output = Command::new("python-with-hvac").arg(project("tests/secrets/seed_aws.py")).arg(server.url()).output();
    let output = output.expect("python-with-hvac is on PATH; ci/setup installs it");
    let text = out(&output);
    let (version, arn) = text.trim().split_once(' ').unwrap_or_else(|| panic!("{}", told(&output)));
    (version.to_owned(), arn.to_owned())
}

#[test]
fn versions_stages_types_and_errors() {
    let server = moto();
    let (version, arn) = seed(&server);
    let from = tree(&[]);
    let text = format!(
        "kind: Secret\nstringData:\n  a: <path:shopping-cart/redis#password>\n  b: <path:shopping-cart/redis#password#AWSPREVIOUS>\n  \
         c: <path:shopping-cart/redis#password#AWSCURRENT>\n  d: <path:shopping-cart/redis#password#{version}>\n  e: <path:{arn}#password>\n  \
         f: <path:bin#SecretBinary>\ndata:\n  g: PHBhdGg6YmluI1NlY3JldEJpbmFyeT4=\n---\n\
         kind: Thing\nspec: {{p: <path:shopping-cart/redis#port>, q: <path:shopping-cart/redis#big>, r: <path:shopping-cart/redis#ratio>, \
         s: <path:shopping-cart/redis#huge>, t: <path:shopping-cart/redis#flag>, u: <path:shopping-cart/redis#o>, \
         v: \"<path:shopping-cart/redis#json | jsonParse>\", w: \"<path:shopping-cart/redis#o | jsonPath {{.b}}>\", \
         x: \"<path:shopping-cart/redis#big | jsonPath {{@}}>\"}}\n---\n\
         kind: ConfigMap\ndata: {{f: <path:bin#SecretBinary>, t: <path:shopping-cart/redis#flag>}}\n"
    );
    let ours = redisops(&["secrets", "inject"], from.path(), &variables(&server), &text);
    let theirs = plugin(&["generate", "-"], from.path(), &variables(&server), &text);
    assert_eq!(theirs.status.code(), Some(0), "{}", told(&theirs));
    assert_eq!(ours.stdout, theirs.stdout, "{}", told(&ours));
    let failure = |placeholder: &str, more: &[(&'static str, &str)]| {
        let mut variables = variables(&server);
        variables.retain(|(name, _)| !more.iter().any(|(other, value)| other == name && value.is_empty()));
        variables.extend(more.iter().filter(|it| !it.1.is_empty()).map(|(name, value)| (*name, (*value).to_owned())));
        let text = format!("kind: Secret\nstringData: {{a: '<path:{placeholder}>'}}\n");
        let output = redisops(&["secrets", "inject"], from.path(), &variables, &text);
        assert_eq!((output.status.code(), out(&output).as_str()), (Some(2), ""), "{placeholder}");
        told(&output)
    };
    type Case<'a> = (&'a str, &'a [(&'static str, &'a str)], &'a [&'a str]);
    let cases: [Case<'_>; 7] = [
        ("nope#k", &[], &["no_path", "`nope`", "(standard input):2:18"]),
        ("shopping-cart/redis#pasword", &[], &["no_key", "did you mean `password`?"]),
        ("shopping-cart/redis#password#00000000-0000-0000-0000-000000000000", &[], &["no_version", "00000000"]),
        ("text#k", &[], &["unreadable", "JSON object"]),
        ("bin#SecretBinary", &[("AWS_ENDPOINT_URL", "http://127.0.0.1:1")], &["store_down", "cannot be reached"]),
        ("bin#SecretBinary", &[("AWS_ACCESS_KEY_ID", "")], &["no_credentials", "AWS_PROFILE"]),
        ("bin#SecretBinary", &[("AWS_REGION", "us-west-1")], &["no_path"]),
    ];
    for (placeholder, more, parts) in cases {
        let told = failure(placeholder, more);
        for part in parts {
            assert!(told.contains(part), "{placeholder}: {part}: {told}");
        }
        assert!(!told.contains("planted"), "{told}");
    }
}

/// System C: chart, AWS, manifests, in one command and in the pipe of before.
#[test]
fn system_c_is_one_command_and_the_old_pipe() {
    let server = moto();
    seed(&server);
    let from = project("examples/shopping-cart");
    let render = ["build", "overlays/production", "--enable-helm"];
    let variables = variables(&server);
    let rendered = run("kustomize", &render, &from, &[], "");
    assert!(rendered.status.success(), "{}", told(&rendered));
    let pipe = plugin(&["generate", "-"], &from, &variables, &out(&rendered));
    assert!(pipe.status.success() && out(&pipe).contains("db-password: 'planted: new #2'"), "{}", told(&pipe));
    let one = redisops(&[&render[..], &["--secrets"]].concat(), &from, &variables, "");
    assert_eq!(out(&one), out(&pipe), "{}", told(&one));
    let ours = redisops(&render, &from, &[], "");
    for text in [&rendered, &ours] {
        let middle = redisops(&["secrets", "inject", "-"], &from, &variables, &out(text));
        assert_eq!(out(&middle), out(&pipe), "{}", told(&middle));
    }
    // The environment names the store and its region; the process has what is secret, and where the test has its server.
    let named: Vec<_> =
        variables.iter().filter(|(name, _)| !matches!(*name, "AVP_TYPE" | "AWS_REGION")).cloned().collect();
    let named = redisops(&["build", "production", "--enable-helm", "--secrets"], &from, &named, "");
    assert_eq!(out(&named), out(&pipe), "{}", told(&named));
}

/// What a chart has rendered is written in its values: an error stands there.
#[test]
fn errors_about_a_chart_stand_at_its_values() {
    let server = moto();
    seed(&server);
    let dir = tree(&[]);
    let copied = Command::new("cp").arg("-r").arg(project("examples/shopping-cart")).arg(dir.path()).status();
    assert!(copied.unwrap().success());
    let from = dir.path().join("shopping-cart");
    let values = from.join("base/values.yaml");
    let text = std::fs::read_to_string(&values).unwrap();
    let fail = |text: &str| {
        std::fs::write(&values, text).unwrap();
        let output =
            redisops(&["build", "overlays/production", "--enable-helm", "--secrets"], &from, &variables(&server), "");
        assert_eq!((output.status.code(), out(&output).as_str()), (Some(1), ""), "{}", told(&output));
        told(&output)
    };
    let all = fail(&text.replace("#db-password>", "#db-pasword>"));
    assert!(all.contains("base/values.yaml:4:11") && all.contains("did you mean `db-password`?"), "{all}");
    // A value that is put together is written nowhere as it is: the entry of the chart is what is known.
    let apart =
        text.replace("<path:shopping-cart/redis#db-password>", "\"<path:shopping-cart\\u002fredis#db-pasword>\"");
    let all = fail(&apart);
    assert!(all.contains("base/kustomization.yaml:7:9"), "{all}");
}
