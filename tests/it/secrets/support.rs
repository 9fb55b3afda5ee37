//! Servers for a test, and the program with their variables.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use tempfile::TempDir;

pub fn project(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// A server that ends with the test.
pub struct Server {
    child: Child,
    pub port: u16,
    pub dir: TempDir,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The fake Vault of `tests/secrets`, which says of itself that it is one.
pub fn vault(data: &str, arguments: &[&str]) -> Server {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("data.json");
    fs::write(&file, data).unwrap();
    let mut child = Command::new("python3")
        .arg(project("tests/secrets/fake_vault.py"))
        .arg(&file)
        .args(["--log", dir.path().join("log").to_str().unwrap()])
        .args(arguments)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    Server { port: line.trim().parse().unwrap(), child, dir }
}

pub fn data() -> String {
    fs::read_to_string(project("tests/secrets/vault.json")).unwrap()
}

impl Server {
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// What the fake was asked, a line a question.
    pub fn asked(&self) -> Vec<String> {
        let log = fs::read_to_string(self.dir.path().join("log")).unwrap_or_default();
        log.lines().map(str::to_owned).collect()
    }

    /// Variables for it, with a token that may read everything.
    pub fn variables(&self) -> Vec<(&'static str, String)> {
        vec![
            ("AVP_TYPE", "vault".to_owned()),
            ("AVP_AUTH_TYPE", "token".to_owned()),
            ("VAULT_ADDR", self.url()),
            ("VAULT_TOKEN", "root-token".to_owned()),
        ]
    }
}

#[cfg(feature = "aws")]
/// AWS Secrets Manager as moto has it.
pub fn moto() -> Server {
    let dir = tempfile::tempdir().unwrap();
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let child = Command::new("moto_server")
        .args(["-H", "127.0.0.1", "-p", &port.to_string()])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("moto_server is on PATH; ci/setup installs it, and ci/setup --path says where");
    let server = Server { child, port, dir };
    for _ in 0..600 {
        if std::net::TcpStream::connect(("127.0.0.1", port)).is_ok() {
            return server;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    panic!("moto_server does not start")
}

/// A program with nothing of the surroundings but PATH, and what it is given on standard input.
pub fn run(program: &str, arguments: &[&str], from: &Path, variables: &[(&str, String)], input: &str) -> Output {
    let home = from.join(".home");
    let mut child = Command::new(program)
        .args(arguments)
        .current_dir(from)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap())
        .env("HOME", if from.starts_with(env!("CARGO_MANIFEST_DIR")) { Path::new("/nonexistent") } else { &home })
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .envs(variables.iter().map(|(name, value)| (*name, value)))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{program}: {error}; ci/setup installs it, and ci/setup --path says where"));
    // Who has read enough closes the pipe.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

pub fn redisops(arguments: &[&str], from: &Path, variables: &[(&str, String)], input: &str) -> Output {
    run(env!("CARGO_BIN_EXE_redisops"), arguments, from, variables, input)
}

/// The reference.
pub fn plugin(arguments: &[&str], from: &Path, variables: &[(&str, String)], input: &str) -> Output {
    run("argocd-vault-plugin", arguments, from, variables, input)
}

pub fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

pub fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Files below a new directory, which is a repository.
pub fn tree(files: &[(&str, &str)]) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir_all(dir.path().join(".git")).unwrap();
    for (name, text) in files {
        let path = dir.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    dir
}
