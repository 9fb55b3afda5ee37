//! The program that is started: where it is, and which it is.

use std::env;
use std::fmt;
use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::{Deserialize, Serialize};

use crate::diagnostics::Diagnostic;

/// Whose server it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Product {
    /// Redis.
    Redis,
    /// Valkey.
    Valkey,
}

impl fmt::Display for Product {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Product::Redis => "Redis",
            Product::Valkey => "Valkey",
        })
    }
}

/// A server program that answered to `--version`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ServerProgram {
    /// Its absolute path.
    pub path: PathBuf,
    /// Whose it is.
    pub product: Product,
    /// Its version, `7.0.15`.
    pub version: String,
}

impl ServerProgram {
    /// Finds a program: a path, or a name that is looked up in `PATH`.
    ///
    /// # Errors
    /// When there is none, it cannot be run, or it is no Redis or Valkey server.
    pub fn find(program: &Path) -> Result<ServerProgram, Diagnostic> {
        let shown = program.display();
        let missing = |why: &str| {
            Diagnostic::error("redisops::lab::server", format!("the server program `{shown}` {why}"))
                .help("install `redis-server` or `valkey-server`, or name it with `--server PATH`")
        };
        let path = locate(program).ok_or_else(|| missing("is not there"))?;
        let ran = Command::new(&path).arg("--version").stdin(Stdio::null()).output().map_err(|error| {
            missing(match error.kind() {
                ErrorKind::PermissionDenied => "may not be executed",
                _ => "cannot be executed",
            })
        })?;
        let said = String::from_utf8_lossy(&ran.stdout);
        let (product, version) = read_version(&said).ok_or_else(|| {
            let first = said.lines().next().unwrap_or_default().trim();
            let found = missing("is neither Redis nor Valkey");
            if first.is_empty() { found } else { found.note(format!("to `--version` it answers `{first}`")) }
        })?;
        Ok(ServerProgram { path, product, version })
    }

    /// Whether it is that release of Redis or a later one. Valkey began as Redis 7.2.
    pub fn at_least(&self, major: u32, minor: u32) -> bool {
        let mut numbers = self.version.split('.').map(|n| n.parse::<u32>().unwrap_or(0));
        self.product == Product::Valkey || (numbers.next(), numbers.next()) >= (Some(major), Some(minor))
    }
}

fn locate(program: &Path) -> Option<PathBuf> {
    let found = if program.components().count() > 1 || program.is_absolute() {
        Some(program.to_owned()).filter(|path| path.is_file())
    } else {
        let runs =
            |path: &PathBuf| fs::metadata(path).is_ok_and(|m| m.is_file() && m.permissions().mode() & 0o111 != 0);
        env::split_paths(&env::var_os("PATH")?).map(|dir| dir.join(program)).find(runs)
    };
    // Not resolved further: a link may be named for what it is to do.
    found.and_then(|path| std::path::absolute(path).ok())
}

/// `Redis server v=7.0.15 sha=…`, `Valkey server v=9.1.2 sha=…`.
fn read_version(said: &str) -> Option<(Product, String)> {
    let mut words = said.split_ascii_whitespace();
    let product = match (words.next()?, words.next()?) {
        ("Redis", "server") => Product::Redis,
        ("Valkey", "server") => Product::Valkey,
        _ => return None,
    };
    let version = words.next()?.strip_prefix("v=")?;
    Some((product, version.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read() {
        let redis = "Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64 build=ae4d7c971a948f0";
        assert_eq!(read_version(redis), Some((Product::Redis, "7.0.15".to_owned())));
        assert_eq!(read_version("Valkey server v=9.1.2 sha=0").map(|v| v.0), Some(Product::Valkey));
        assert_eq!(read_version("redis-cli 7.0.15"), None);
        let program =
            |product, version: &str| ServerProgram { path: "/s".into(), product, version: version.to_owned() };
        assert!(program(Product::Redis, "10.0.1").at_least(7, 2));
        assert!(!program(Product::Redis, "6.2.14").at_least(7, 0));
        assert!(program(Product::Valkey, "8.1.8").at_least(7, 2));
    }

    #[test]
    fn what_is_no_server_is_said() {
        let message = |path: &str| ServerProgram::find(Path::new(path)).unwrap_err();
        assert_eq!(message("/nowhere/redis").message, "the server program `/nowhere/redis` is not there");
        assert_eq!(message("no-such-server").message, "the server program `no-such-server` is not there");
        assert_eq!(message("/etc/passwd").message, "the server program `/etc/passwd` may not be executed");
        let cargo = message("cargo");
        assert_eq!(cargo.message, "the server program `cargo` is neither Redis nor Valkey");
        assert!(cargo.notes[0].starts_with("to `--version` it answers `cargo "), "{:?}", cargo.notes);
    }
}
