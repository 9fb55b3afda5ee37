//! The commands of the examples' READMEs, as a newcomer runs them: in the folder of the example, one after another. Those of the cluster lab that need servers are run
//! by `tests/redis/walk.rs`.
//!
//! AWS Secrets Manager is moto. `kubectl` is a stand-in that keeps what it is given: there is no cluster here.
#![cfg(feature = "aws")]
#![allow(clippy::unwrap_used)]

use std::env;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

use crate::secrets::support::moto;

/// A copy of an example in a repository of its own, and the programs that its README names.
struct Newcomer {
    directory: TempDir,
    readme: String,
    variables: Vec<(&'static str, String)>,
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let to = to.join(path.file_name().unwrap());
        if path.is_dir() { copy(&path, &to) } else { fs::copy(&path, &to).map(drop).unwrap() }
    }
}

impl Newcomer {
    fn to(example: &str) -> Newcomer {
        let directory = tempfile::tempdir().unwrap();
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(example);
        copy(&from, &directory.path().join("repository"));
        let newcomer =
            Newcomer { readme: fs::read_to_string(from.join("README.md")).unwrap(), variables: Vec::new(), directory };
        let bin = newcomer.directory.path().join("bin");
        fs::create_dir_all(&bin).unwrap();
        std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_redisops"), bin.join("redisops")).unwrap();
        let kubectl = bin.join("kubectl");
        fs::write(&kubectl, "#!/bin/sh\n[ \"$*\" = 'apply -f -' ] && cat > \"$APPLIED\"\n").unwrap();
        fs::set_permissions(&kubectl, fs::Permissions::from_mode(0o755)).unwrap();
        assert!(newcomer.run("git init -q").status.success());
        newcomer
    }

    fn applied(&self) -> PathBuf {
        self.directory.path().join("applied.yaml")
    }

    fn run(&self, line: &str) -> Output {
        let bin = self.directory.path().join("bin");
        let path = env::join_paths(std::iter::once(bin).chain(env::split_paths(&env::var_os("PATH").unwrap())));
        Command::new("bash")
            .args(["-c", &format!("set -euo pipefail; {line}")])
            .current_dir(self.directory.path().join("repository"))
            .env("PATH", path.unwrap())
            .env("HOME", self.directory.path())
            .env("APPLIED", self.applied())
            .envs(self.variables.iter().map(|(name, value)| (*name, value)))
            .output()
            .unwrap()
    }

    /// Lines of the blocks without a language; those of `sh` are for a lab.
    fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        let mut fence: Option<&str> = None;
        let mut exports = String::new();
        for line in self.readme.lines() {
            match (line.strip_prefix("```"), fence) {
                (Some(_), Some(_)) => fence = None,
                (Some(language), None) => fence = Some(language),
                (None, Some("")) if line.starts_with("redisops ") => lines.push(format!("{exports}{line}")),
                (None, Some("")) if line.starts_with("export ") => {
                    exports = format!("{}; ", line.split('#').next().unwrap_or("").trim());
                }
                _ => {}
            }
        }
        lines
    }

    /// Runs all; a comparison that finds something ends with 1.
    fn run_all(&self, count: usize) -> Vec<(String, String)> {
        let lines = self.lines();
        assert_eq!(lines.len(), count, "{lines:?}");
        let mut said = Vec::new();
        for line in lines {
            let output = self.run(&line);
            let told = String::from_utf8_lossy(&output.stderr).into_owned();
            let wanted = if line.contains(" diff ") { 1 } else { 0 };
            assert_eq!(output.status.code(), Some(wanted), "{line}: {told}");
            said.push((line, String::from_utf8(output.stdout).unwrap()));
        }
        said
    }
}

fn of<'s>(said: &'s [(String, String)], line: &str) -> &'s str {
    &said.iter().find(|(ran, _)| ran.starts_with(line)).unwrap_or_else(|| panic!("{line} is not in {said:?}")).1
}

#[test]
fn the_building_blocks() {
    let newcomer = Newcomer::to("building-blocks");
    let said = newcomer.run_all(4);
    let list = of(&said, "redisops env list");
    for name in ["development", "staging", "production"] {
        assert!(list.contains(name), "{list}");
    }
    let built = newcomer.run("redisops build overlays/production");
    assert_eq!(String::from_utf8(built.stdout).unwrap(), of(&said, "redisops build production"), "the same bytes");
    for name in ["development", "staging"] {
        let [by_name, by_path] = [name.to_owned(), format!("overlays/{name}")]
            .map(|target| newcomer.run(&format!("redisops build {target}")).stdout);
        assert!(!by_name.is_empty() && by_name == by_path, "{name}");
    }
    assert!(of(&said, "redisops diff").contains("cache"), "{said:?}");
}

#[test]
fn the_shopping_cart() {
    let server = moto();
    let url = server.url();
    let mut newcomer = Newcomer::to("shopping-cart");
    newcomer.variables = vec![
        ("AWS_ENDPOINT_URL", url.clone()),
        ("AWS_ACCESS_KEY_ID", "x".to_owned()),
        ("AWS_SECRET_ACCESS_KEY", "y".to_owned()),
        ("AWS_EC2_METADATA_DISABLED", "true".to_owned()),
    ];
    let seed = "import boto3, sys\nclient = boto3.client('secretsmanager', endpoint_url=sys.argv[1], region_name='eu-central-1', \
                aws_access_key_id='x', aws_secret_access_key='y')\nclient.create_secret(Name='shopping-cart/redis', SecretString='{\"db-password\": \"planted\"}')\n";
    let seeded = Command::new("python-with-hvac").args(["-c", seed, &url]).output().unwrap();
    assert!(seeded.status.success(), "{seeded:?}");
    let said = newcomer.run_all(3);
    let plain = of(&said, "redisops build overlays/production");
    assert!(plain.contains("<path:shopping-cart/redis#db-password>"), "{plain}");
    let filled = &said[1].1;
    assert!(filled.contains("db-password: planted"), "{filled}");
    let applied = fs::read_to_string(newcomer.applied()).unwrap();
    assert!(applied.contains("db-password: planted") && !applied.contains("<path:"), "{applied}");
    let reference = newcomer.run("kustomize build overlays/production --enable-helm");
    assert_eq!(String::from_utf8(reference.stdout).unwrap(), plain, "kustomize prints the same bytes");
}

#[test]
fn the_caching_service() {
    let said = Newcomer::to("caching-service").run_all(3);
    assert!(of(&said, "redisops build pinned").contains("prom/prometheus:v2.4.3"), "{said:?}");
    assert!(of(&said, "redisops diff --between pinned today").contains("grafana"), "{said:?}");
}

#[test]
fn the_cluster_in_kubernetes() {
    let said = Newcomer::to("cluster-lab").run_all(2);
    assert!(of(&said, "redisops build base").contains("kind: StatefulSet"), "{said:?}");
}
