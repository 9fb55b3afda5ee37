//! Certificates for one test.

use std::fs;
use std::path::Path;
use std::process::Command;

use redisops::lab::TlsFiles;

/// An authority, and a certificate of it for this machine's loopback addresses, made with `openssl`.
pub fn make(dir: &Path) -> TlsFiles {
    let extensions = dir.join("extensions");
    fs::write(&extensions, "subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1\n").expect("a file");
    let openssl = |arguments: &str| {
        let ran = Command::new("openssl").args(arguments.split(' ')).current_dir(dir).output().expect("openssl runs");
        assert!(ran.status.success(), "openssl {arguments}: {}", String::from_utf8_lossy(&ran.stderr));
    };
    openssl(
        "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -out ca.crt -days 2 -subj /CN=authority",
    );
    openssl(
        "req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout server.key -out server.csr -subj /CN=server",
    );
    openssl(
        "x509 -req -in server.csr -CA ca.crt -CAkey ca.key -CAcreateserial -out server.crt -days 2 -extfile extensions",
    );
    TlsFiles { ca: dir.join("ca.crt"), cert: dir.join("server.crt"), key: dir.join("server.key") }
}
