//! `redisops completion` and `redisops man`.
#![allow(clippy::unwrap_used)]

use std::process::Command;

fn printed(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_redisops")).args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn every_shell_has_a_script() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        assert!(printed(&["completion", shell]).contains("redisops"), "{shell}");
    }
    let script = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(script.path(), printed(&["completion", "bash"])).unwrap();
    assert!(Command::new("bash").arg("-n").arg(script.path()).status().unwrap().success());
}

#[test]
fn every_command_has_a_page() {
    assert!(printed(&["man", "slots", "plan"]).contains(".TH redisops-slots-plan 1"));
    let directory = tempfile::tempdir().unwrap();
    printed(&["man", "--dir", directory.path().to_str().unwrap()]);
    assert!(directory.path().join("redisops.1").exists() && directory.path().join("redisops-slots-plan.1").exists());
    let wrong = Command::new(env!("CARGO_BIN_EXE_redisops")).args(["man", "slots", "plam"]).output().unwrap();
    assert_eq!(wrong.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&wrong.stderr).contains("did you mean `plan`?"));
}
