//! A real Vault in development mode on loopback, which ends with the test.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

/// The server.
pub struct Vault {
    child: Child,
    port: u16,
    dir: TempDir,
}

impl Drop for Vault {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn project(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

impl Vault {
    /// With those secrets, in the form of the data of the fake one. `kubernetes`: host, file of the authority, token of a reviewer, namespace.
    pub fn start(data: &str, kubernetes: &[&str]) -> Vault {
        let dir = tempfile::tempdir().unwrap();
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let child = Command::new("vault")
            .args(["server", "-dev", "-dev-no-store-token", "-dev-root-token-id=root-token", "-log-level=error"])
            .arg(format!("-dev-listen-address=127.0.0.1:{port}"))
            .env("HOME", dir.path())
            .env("VAULT_DISABLE_MLOCK", "true")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("vault is on PATH; ci/setup builds it, and ci/setup --path says where");
        let server = Vault { child, port, dir };
        let file = server.dir.path().join("data.json");
        fs::write(&file, data).unwrap();
        let mut seed = Command::new("python-with-hvac");
        seed.arg(project("tests/secrets/seed_vault.py")).arg(server.url()).arg(file);
        if !kubernetes.is_empty() {
            seed.arg("--kubernetes").args(kubernetes);
        }
        let seeded = seed.output().expect("python-with-hvac is on PATH; ci/setup installs it");
        assert!(seeded.status.success(), "{}", String::from_utf8_lossy(&seeded.stderr));
        server
    }

    /// Where it listens.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}
