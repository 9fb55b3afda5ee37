//! The OpenAPI documents of an API server, version 3: one for each version of a group.

use std::io::Read;
use std::time::Duration;

use serde_json::Value;
use ureq::Agent;
use ureq::tls::{Certificate, ClientCert, PrivateKey, RootCerts, TlsConfig, parse_pem};

use crate::diagnostics::Diagnostic;

use super::Access;

/// Longest time for one document.
const TIMEOUT: Duration = Duration::from_secs(60);
/// Most bytes of one document.
const MOST: u64 = 256 << 20;

/// A document of a version of a group.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Document {
    /// API group; empty for the core.
    pub group: String,
    /// API version.
    pub version: String,
    /// Where the server has it.
    url: String,
}

/// The versions of groups that a server describes.
///
/// # Errors
/// When it cannot be reached, or refuses.
pub fn group_versions(access: &Access) -> Result<Vec<Document>, Diagnostic> {
    let agent = agent(access)?;
    let index = get(&agent, access, "/openapi/v3")?;
    let paths = index
        .get("paths")
        .and_then(Value::as_object)
        .ok_or_else(|| failed(access, "its answer is no OpenAPI index"))?;
    let of = |(path, entry): (&String, &Value)| {
        let (group, version) = match path.split('/').collect::<Vec<_>>().as_slice() {
            ["api", version] => (String::new(), (*version).to_owned()),
            ["apis", group, version] => ((*group).to_owned(), (*version).to_owned()),
            _ => return None,
        };
        let url = entry
            .get("serverRelativeURL")
            .and_then(Value::as_str)
            .map_or_else(|| format!("/openapi/v3/{path}"), str::to_owned);
        Some(Document { group, version, url })
    };
    Ok(paths.iter().filter_map(of).collect())
}

/// A document, without words.
///
/// # Errors
/// When the server cannot be reached, or refuses.
pub fn pull(access: &Access, document: &Document) -> Result<Value, Diagnostic> {
    let agent = agent(access)?;
    let mut found = get(&agent, access, &document.url)?;
    // What is done with objects is of no interest, only what they are.
    let schemas = found.get_mut("components").and_then(|it| it.get_mut("schemas")).map(Value::take).unwrap_or_default();
    let mut slim = serde_json::json!({"openapi": "3.0.0", "components": {"schemas": schemas}});
    drop_words(&mut slim);
    Ok(slim)
}

fn drop_words(value: &mut Value) {
    match value {
        Value::Object(members) => {
            // A field may have that name; its schema is a mapping.
            members.retain(|key, member| !(key == "description" && member.is_string()));
            members.values_mut().for_each(drop_words);
        }
        Value::Array(items) => items.iter_mut().for_each(drop_words),
        _ => {}
    }
}

fn agent(access: &Access) -> Result<Agent, Diagnostic> {
    let unreadable = |what: &str| failed(access, &format!("the {what} in the kubeconfig is not PEM"));
    let chain = |pem: &[u8], what: &str| -> Result<Vec<Certificate<'static>>, Diagnostic> {
        let items = parse_pem(pem).collect::<Result<Vec<_>, _>>().map_err(|_| unreadable(what))?;
        let certificates: Vec<Certificate<'static>> = items
            .into_iter()
            .filter_map(|item| match item {
                ureq::tls::PemItem::Certificate(certificate) => Some(certificate),
                _ => None,
            })
            .collect();
        if certificates.is_empty() { Err(unreadable(what)) } else { Ok(certificates) }
    };
    let roots = match &access.authority {
        Some(pem) => RootCerts::new_with_certs(&chain(pem, "certificate of the authority")?),
        None => RootCerts::PlatformVerifier,
    };
    let client = match &access.certificate {
        Some((certificate, key)) => {
            let key = PrivateKey::from_pem(key).map_err(|_| unreadable("key of the user"))?;
            Some(ClientCert::new_with_certs(&chain(certificate, "certificate of the user")?, key))
        }
        None => None,
    };
    let tls = TlsConfig::builder().root_certs(roots).client_cert(client).disable_verification(access.insecure).build();
    Ok(Agent::config_builder()
        .http_status_as_error(false)
        .tls_config(tls)
        .timeout_global(Some(TIMEOUT))
        .user_agent(concat!("redisops/", env!("CARGO_PKG_VERSION")))
        .build()
        .into())
}

fn get(agent: &Agent, access: &Access, path: &str) -> Result<Value, Diagnostic> {
    let mut request = agent.get(format!("{}{path}", access.server)).header("accept", "application/json");
    if let Some(token) = &access.token {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    let response = request.call().map_err(|error| failed(access, &error.to_string()))?;
    let status = response.status().as_u16();
    match status {
        200 => {}
        401 | 403 => {
            return Err(failed(access, &format!("it refuses {path} (status {status})"))
                .help("sign in again, or ask for the right to read /openapi/v3"));
        }
        404 => {
            return Err(
                failed(access, &format!("it has no {path}")).help("OpenAPI version 3 is there since Kubernetes 1.24")
            );
        }
        other => return Err(failed(access, &format!("it answers {path} with status {other}"))),
    }
    let mut bytes = Vec::new();
    let read = response.into_body().into_reader().take(MOST).read_to_end(&mut bytes);
    read.map_err(|error| failed(access, &error.to_string()))?;
    serde_json::from_slice(&bytes).map_err(|_| failed(access, &format!("its answer to {path} is not JSON")))
}

/// Code of an API server that cannot be asked.
const UNREACHABLE: &str = "redisops::kubernetes::unreachable";

fn failed(access: &Access, why: &str) -> Diagnostic {
    Diagnostic::error(UNREACHABLE, format!("the API server `{}` cannot be asked: {why}", access.server))
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::net::TcpListener;
    use std::thread;

    use super::*;

    #[test]
    fn documents_are_found_and_lose_their_words() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let server = format!("http://{}", listener.local_addr().unwrap());
        let answers = [
            r#"{"paths": {"apis/example.com/v1": {"serverRelativeURL": "/openapi/v3/apis/example.com/v1?hash=A"}, "api/v1": {}, "version": {}}}"#,
            r#"{"paths": {"/x": {}}, "components": {"schemas": {"a": {"description": "words", "properties": {"description": {"type": "string"}}}}}}"#,
        ];
        let asked = thread::spawn(move || {
            let mut asked = Vec::new();
            for body in answers {
                let (mut stream, _) = listener.accept().unwrap();
                let mut seen = Vec::new();
                while !seen.ends_with(b"\r\n\r\n") {
                    let mut byte = [0];
                    stream.read_exact(&mut byte).unwrap();
                    seen.push(byte[0]);
                }
                asked.push(String::from_utf8(seen).unwrap());
                let head = format!("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {}\r\n\r\n", body.len());
                stream.write_all((head + body).as_bytes()).unwrap();
            }
            asked
        });
        let access = Access { server, token: Some("t0ken".to_owned()), ..Access::default() };
        let mut found = group_versions(&access).unwrap();
        found.sort_by(|a, b| a.group.cmp(&b.group));
        let names: Vec<(&str, &str)> = found.iter().map(|it| (it.group.as_str(), it.version.as_str())).collect();
        assert_eq!(names, [("", "v1"), ("example.com", "v1")]);
        let document = pull(&access, &found[1]).unwrap();
        assert_eq!(
            document["components"]["schemas"],
            serde_json::json!({"a": {"properties": {"description": {"type": "string"}}}})
        );
        let asked = asked.join().unwrap();
        assert!(asked[1].starts_with("GET /openapi/v3/apis/example.com/v1?hash=A "), "{}", asked[1]);
        assert!(asked[0].to_lowercase().contains("authorization: bearer t0ken"), "{}", asked[0]);
    }

    #[test]
    fn a_server_that_is_down_is_said() {
        let access = Access { server: "http://127.0.0.1:9".to_owned(), ..Access::default() };
        let error = group_versions(&access).unwrap_err();
        assert!(error.message.starts_with("the API server `http://127.0.0.1:9` cannot be asked"), "{}", error.message);
    }
}
