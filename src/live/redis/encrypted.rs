//! TLS over a way that is open already, for what the client library can only connect to by itself: the name in a certificate is that of the node, not of the way.

use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio_rustls::TlsConnector;

use super::access::Tls;
use super::error::Trouble;
use super::tunnel::Duplex;

/// The same way, encrypted; who answers has to have a certificate for that host.
pub(super) async fn encrypted(stream: Box<dyn Duplex>, host: &str, tls: &Tls) -> Result<Box<dyn Duplex>, Trouble> {
    let config = config(tls).map_err(Trouble::Tls)?;
    let name = ServerName::try_from(host.to_owned()).map_err(|error| Trouble::Tls(error.to_string()))?;
    let connecting = TlsConnector::from(Arc::new(config)).connect(name, stream);
    let stream = connecting.await.map_err(|error| Trouble::Tls(error.to_string()))?;
    Ok(Box::new(stream))
}

/// As the client library has it: the authorities of the system, where none are named.
fn config(tls: &Tls) -> Result<ClientConfig, String> {
    // The first caller decides; a second finds the provider in place.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut roots = RootCertStore::empty();
    match &tls.ca {
        Some(pem) => {
            for certificate in certificates(pem)? {
                roots.add(certificate).map_err(|error| error.to_string())?;
            }
        }
        None => {
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        }
    }
    let config = ClientConfig::builder().with_root_certificates(roots);
    match (&tls.cert, &tls.key) {
        (Some(own), Some(key)) => {
            let key = PrivateKeyDer::from_pem_slice(key.expose().as_bytes()).map_err(|error| error.to_string())?;
            config.with_client_auth_cert(certificates(own)?, key).map_err(|error| error.to_string())
        }
        _ => Ok(config.with_no_client_auth()),
    }
}

fn certificates(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, String> {
    CertificateDer::pem_slice_iter(pem).collect::<Result<_, _>>().map_err(|error| error.to_string())
}
