//! Files encrypted by the real `sops`, with a key of age.

use std::fs;
use std::path::Path;
use std::process::Output;

use super::support::{out, project, redisops, run, told, tree};

/// Whom files are encrypted for.
const RECIPIENT: &str = "age1z93zftjd06hla8wccxa8xwfy0cr0v9p5gqla6ylnrl87ahtra56qrr47nk";

/// Encrypts a file in its place.
fn encrypt(root: &Path, file: &str) {
    let done = run("sops", &["encrypt", "--age", RECIPIENT, "--in-place", file], root, &[], "");
    assert!(done.status.success(), "{file}: {}", told(&done));
    assert!(!fs::read_to_string(root.join(file)).unwrap().contains("planted"), "{file}");
}

fn inject(root: &Path, text: &str, key: &Path) -> Output {
    let variables = [("AVP_TYPE", "sops".to_owned()), ("SOPS_AGE_KEY_FILE", key.display().to_string())];
    redisops(&["secrets", "inject", "-"], root, &variables, text)
}

#[test]
fn encrypted_files_of_all_forms_are_read() {
    let dir = tree(&[
        (
            "cart/db.enc.yaml",
            "password: \"planted: #1\"\nport: 6379\npem: |\n  -----BEGIN-----\n  planted\nnested: {user: planted-user}\n",
        ),
        ("cart/db.json", "{\"password\": \"planted \\\"two\\\"\", \"flag\": true}"),
        ("cart/db.env", "PASSWORD=planted-three\n"),
        ("cart/db.ini", "[redis]\npassword = planted-four\n"),
    ]);
    for file in ["cart/db.enc.yaml", "cart/db.json", "cart/db.env", "cart/db.ini"] {
        encrypt(dir.path(), file);
    }
    let text = "kind: Secret\nstringData:\n  a: <path:cart/db.enc.yaml#password>\n  b: <path:cart/db.json#password>\n  c: <path:cart/db.env#PASSWORD>\n  \
                d: <path:cart/db.ini#redis | jsonPath {.password}>\n  e: <path:cart/db.enc.yaml#pem>\n---\nkind: Thing\nspec: {port: <path:cart/db.enc.yaml#port>, \
                flag: <path:cart/db.json#flag>, user: '<path:cart/db.enc.yaml#nested | jsonPath {.user}>'}\n";
    let opened = inject(dir.path(), text, &project("tests/secrets/sops/age-key.txt"));
    let expected = "kind: Secret\nstringData:\n  a: 'planted: #1'\n  b: planted \"two\"\n  c: planted-three\n  d: planted-four\n  e: |\n    -----BEGIN-----\n    planted\n\
                    ---\nkind: Thing\nspec:\n  flag: true\n  port: 6379\n  user: planted-user\n---\n";
    assert_eq!(out(&opened), expected, "{}", told(&opened));
}

#[test]
fn what_sops_refuses_is_told_at_the_placeholder() {
    let dir = tree(&[("db.yaml", "password: planted\nport: 6379\n"), ("plain.yaml", "password: planted\n")]);
    encrypt(dir.path(), "db.yaml");
    let encrypted = fs::read_to_string(dir.path().join("db.yaml")).unwrap();
    let start = encrypted.find("data:").unwrap() + "data:".len();
    let changed = format!("{}AAAA{}", &encrypted[..start], &encrypted[start + 4..]);
    fs::write(dir.path().join("changed.yaml"), changed).unwrap();
    let key = project("tests/secrets/sops/age-key.txt");
    let cases: [(&str, &Path, &[&str]); 5] = [
        ("db.yaml", Path::new("/nonexistent/key"), &["no_credentials", "SOPS_AGE_KEY_FILE"]),
        ("plain.yaml", &key, &["unreadable", "`plain.yaml` is not encrypted", "sops encrypt --in-place plain.yaml"]),
        ("changed.yaml", &key, &["unreadable", "sops cannot open `changed.yaml`", "authentication failed"]),
        ("absent.yaml", &key, &["no_path", "`absent.yaml`"]),
        ("../db.yaml", &key, &["`../db.yaml`"]),
    ];
    for (file, key, parts) in cases {
        let text = format!("kind: Secret\nstringData:\n  a: <path:{file}#password>\n");
        let failed = inject(dir.path(), &text, key);
        let all = told(&failed);
        assert_eq!((failed.status.code(), out(&failed).as_str()), (Some(2), ""), "{file}: {all}");
        assert!(all.contains("(standard input):3:6") && !all.contains("planted"), "{file}: {all}");
        for part in parts {
            assert!(all.contains(part), "{file}: {part}: {all}");
        }
    }
}
