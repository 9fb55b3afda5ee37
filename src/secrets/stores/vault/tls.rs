//! Which certificates count.

use std::fs;

use ureq::tls::{Certificate, ClientCert, PemItem, PrivateKey, RootCerts, TlsConfig, parse_pem};

use crate::diagnostics::Diagnostic;
use crate::secrets::{SETTINGS, Variables};

pub(super) fn config(variables: &Variables) -> Result<TlsConfig, Diagnostic> {
    if variables.word("VAULT_TLS_SERVER_NAME").is_some() {
        return Err(Diagnostic::error(SETTINGS, "VAULT_TLS_SERVER_NAME is not supported")
            .help("use a name in VAULT_ADDR that the certificate of the server has"));
    }
    let client = match (variables.word("VAULT_CLIENT_CERT"), variables.word("VAULT_CLIENT_KEY")) {
        (Some(certificate), Some(key)) => {
            let text = read("VAULT_CLIENT_KEY", key)?;
            let key = PrivateKey::from_pem(&text).map_err(|_| not_pem("VAULT_CLIENT_KEY"))?;
            let chain = certificates("VAULT_CLIENT_CERT", &read("VAULT_CLIENT_CERT", certificate)?)?;
            Some(ClientCert::new_with_certs(&chain, key))
        }
        (None, None) => None,
        _ => {
            return Err(Diagnostic::error(SETTINGS, "VAULT_CLIENT_CERT and VAULT_CLIENT_KEY go together")
                .help("set both or none"));
        }
    };
    let config = TlsConfig::builder()
        .root_certs(roots(variables)?)
        .client_cert(client)
        .disable_verification(variables.flag("VAULT_SKIP_VERIFY"));
    Ok(config.build())
}

fn roots(variables: &Variables) -> Result<RootCerts, Diagnostic> {
    if let Some(text) = variables.get("VAULT_CACERT_BYTES") {
        return Ok(RootCerts::new_with_certs(&certificates("VAULT_CACERT_BYTES", text.as_bytes())?));
    }
    if let Some(file) = variables.word("VAULT_CACERT") {
        return Ok(RootCerts::new_with_certs(&certificates("VAULT_CACERT", &read("VAULT_CACERT", file)?)?));
    }
    let Some(directory) = variables.word("VAULT_CAPATH") else { return Ok(RootCerts::PlatformVerifier) };
    let entries = fs::read_dir(directory).map_err(|error| unreadable("VAULT_CAPATH", directory, &error))?;
    let mut all = Vec::new();
    for path in entries.flatten().map(|entry| entry.path()).filter(|path| path.is_file()) {
        all.extend(certificates("VAULT_CAPATH", &fs::read(&path).unwrap_or_default()).unwrap_or_default());
    }
    if all.is_empty() { Err(not_pem("VAULT_CAPATH")) } else { Ok(RootCerts::new_with_certs(&all)) }
}

fn read(name: &str, file: &str) -> Result<Vec<u8>, Diagnostic> {
    fs::read(file).map_err(|error| unreadable(name, file, &error))
}

fn unreadable(name: &str, file: &str, error: &std::io::Error) -> Diagnostic {
    Diagnostic::error(SETTINGS, format!("`{file}`, which {name} names, cannot be read: {}", error.kind()))
}

fn not_pem(name: &str) -> Diagnostic {
    Diagnostic::error(SETTINGS, format!("what {name} names is not in PEM")).help("it begins with `-----BEGIN`")
}

fn certificates(name: &str, pem: &[u8]) -> Result<Vec<Certificate<'static>>, Diagnostic> {
    let found: Vec<Certificate<'static>> = parse_pem(pem)
        .filter_map(|item| match item {
            Ok(PemItem::Certificate(certificate)) => Some(certificate),
            _ => None,
        })
        .collect();
    if found.is_empty() { Err(not_pem(name)) } else { Ok(found) }
}
