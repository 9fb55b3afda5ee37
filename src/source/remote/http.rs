//! Files that a server sends.

use std::io::Read;
use std::time::Duration;

use ureq::tls::{RootCerts, TlsConfig};
use ureq::{Agent, Proxy};

use super::proxy::proxy_for;
use crate::source::error::{LoadError, LoadErrorKind};
use crate::source::file_system::MAX_FILE_BYTES;
use crate::source::repo_spec::{RepoSpec, redact};

/// Longest time for one file, from the first packet to the last byte. The reference waits forever.
const TIMEOUT: Duration = Duration::from_secs(120);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(20);

/// Fetches a URL. Certificates are checked as the system does it; redirects are followed ten times.
///
/// # Errors
/// When the server cannot be reached, refuses, or sends more than [`MAX_FILE_BYTES`].
pub(super) fn get(url: &str) -> Result<Vec<u8>, LoadError> {
    let shown = redact(url);
    let fail = |reason: &dyn std::fmt::Display| {
        LoadError::new(LoadErrorKind::Http, format!("`{shown}` cannot be fetched"))
            .unreachable()
            .note(reason.to_string())
            .help("check the URL and the network; what was fetched once is used with `--offline`")
    };
    let proxy = match proxy_for(url, |name| std::env::var(name).ok()) {
        None => None,
        Some(address) => Some(Proxy::new(&address).map_err(|_| fail(&"the proxy in the environment is not a URL"))?),
    };
    let tls = TlsConfig::builder().root_certs(RootCerts::PlatformVerifier).build();
    let agent: Agent = Agent::config_builder()
        .http_status_as_error(false)
        .tls_config(tls)
        .proxy(proxy)
        .timeout_connect(Some(CONNECT_TIMEOUT))
        .timeout_global(Some(TIMEOUT))
        .user_agent(concat!("redisops/", env!("CARGO_PKG_VERSION")))
        .build()
        .into();
    let response = agent.get(url.split('#').next().unwrap_or(url)).call().map_err(|error| fail(&error))?;
    let status = response.status();
    if !status.is_success() {
        return Err(refused(url, &shown, status));
    }
    let mut bytes = Vec::new();
    response
        .into_body()
        .into_reader()
        .take(MAX_FILE_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| fail(&error))?;
    if bytes.len() as u64 > MAX_FILE_BYTES {
        let message = format!("`{shown}` has more than {MAX_FILE_BYTES} bytes, the most that is read of one file");
        return Err(LoadError::new(LoadErrorKind::TooLarge, message));
    }
    Ok(bytes)
}

/// A URL that git could clone may be a repository, so that the caller tries that; others are wrong for good.
fn refused(url: &str, shown: &str, status: http::StatusCode) -> LoadError {
    let reason = status.canonical_reason().unwrap_or("unknown");
    let message = format!("the server of `{shown}` answered with status {} ({reason})", status.as_u16());
    let kind = match RepoSpec::parse(url) {
        Ok(_) => LoadErrorKind::Http,
        Err(_) => LoadErrorKind::HttpStatus(status.as_u16()),
    };
    let error = LoadError::new(kind, message);
    match status.as_u16() {
        401 | 403 | 407 => error.unreachable().help("the server wants credentials, and files are fetched without"),
        408 | 429 | 500.. => error.unreachable(),
        _ => error.help("check the URL"),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::net::TcpListener;
    use std::thread;

    use super::*;

    /// A server that gives each connection the next of the answers; its address.
    fn serve(answers: Vec<String>) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        thread::spawn(move || {
            for answer in answers {
                let (mut stream, _) = listener.accept().unwrap();
                let mut seen = Vec::new();
                while !seen.ends_with(b"\r\n\r\n") {
                    let mut byte = [0];
                    stream.read_exact(&mut byte).unwrap();
                    seen.push(byte[0]);
                }
                stream.write_all(answer.as_bytes()).unwrap();
            }
        });
        address
    }

    fn answer(status: &str, headers: &str, body: &str) -> String {
        format!("HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {}\r\n{headers}\r\n{body}", body.len())
    }

    #[test]
    fn fetches_and_follows() {
        let server = serve(vec![
            answer("200 OK", "", "a: 1\n"),
            answer("302 Found", "location: /there\r\n", ""),
            answer("200 OK", "", "b: 2\n"),
        ]);
        assert_eq!(get(&format!("{server}/x.yaml")).unwrap(), b"a: 1\n");
        assert_eq!(get(&format!("{server}/here")).unwrap(), b"b: 2\n");
    }

    #[test]
    fn tells_what_may_be_a_repository() {
        let server = serve(vec![answer("404 Not Found", "", ""), answer("500 Oops", "", "")]);
        let file = get(&format!("{server}/x.yaml")).unwrap_err();
        assert_eq!((file.kind(), file.may_be_base()), (LoadErrorKind::HttpStatus(404), false));
        assert!(file.to_string().contains("status 404 (Not Found)"), "{file}");
        let repository = get(&format!("{server}/org/repo")).unwrap_err();
        assert_eq!((repository.kind(), repository.may_be_base()), (LoadErrorKind::Http, true));
        // Nobody listens on the discard port.
        let nobody = get("http://127.0.0.1:9/x.yaml").unwrap_err();
        assert_eq!((nobody.kind(), nobody.may_be_base()), (LoadErrorKind::Http, true));
    }

    #[test]
    fn a_body_is_limited() {
        let endless = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", MAX_FILE_BYTES * 2);
        let server = serve(vec![endless + &"x".repeat(MAX_FILE_BYTES as usize + 2)]);
        assert_eq!(get(&format!("{server}/x")).unwrap_err().kind(), LoadErrorKind::TooLarge);
    }
}
