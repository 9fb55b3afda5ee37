//! Questions to the server over HTTP, asked again when it is worth it.

use std::io::Read;
use std::time::{Duration, Instant};

use ureq::http::Response;
use ureq::{Agent, Body, Proxy};

use crate::diagnostics::Diagnostic;
use crate::secrets::json::{self, Numbers};
use crate::secrets::stores::timeout;
use crate::secrets::value::field;
use crate::secrets::{SETTINGS, Secret, StoreError, Value, Variables, Why};
use crate::source::proxy_for;

use super::tls;

const DEFAULT_ADDRESS: &str = "https://127.0.0.1:8200";
/// More than any secret has.
const MAX_BYTES: u64 = 32 << 20;
/// Times that a question is asked again, where nothing else is said.
const RETRIES: u32 = 2;
const FIRST_WAIT: Duration = Duration::from_millis(200);

/// How to ask a server.
#[derive(Debug)]
pub(super) struct Client {
    agent: Agent,
    address: String,
    namespace: Option<String>,
    retries: u32,
    /// Time for one question, asked again or not.
    patience: Duration,
}

/// What the server says.
pub(super) struct Answer {
    pub status: u16,
    pub body: Vec<u8>,
}

impl Answer {
    fn texts(&self, name: &str) -> String {
        let Ok(Value::Map(fields)) = json::parse(&self.body, Numbers::Kept) else { return String::new() };
        let Some(Value::List(items)) = field(&fields, name) else { return String::new() };
        let texts = items.iter().filter_map(|item| String::from_utf8(item.clone().into_text()?).ok());
        let lines: Vec<String> = texts.map(|text| text.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
        lines.join("; ")
    }

    /// Why it refuses, in its own words.
    pub fn errors(&self) -> String {
        match self.texts("errors") {
            none if none.is_empty() => format!("it says nothing more than status {}", self.status),
            texts => format!("it says: {texts}"),
        }
    }

    /// What it thinks of the question.
    pub fn warnings(&self) -> String {
        match self.texts("warnings") {
            none if none.is_empty() => none,
            texts => format!("it says: {texts}"),
        }
    }
}

impl Client {
    pub fn new(variables: &Variables) -> Result<Client, Diagnostic> {
        let address = ["VAULT_AGENT_ADDR", "VAULT_ADDR"].iter().find_map(|name| variables.word(name));
        let address = address.unwrap_or(DEFAULT_ADDRESS).trim_end_matches('/').to_owned();
        if !address.starts_with("http://") && !address.starts_with("https://") {
            return Err(Diagnostic::error(SETTINGS, format!("VAULT_ADDR is not a URL: `{address}`"))
                .help("write it with its scheme, as in https://vault.example.com:8200"));
        }
        let own = ["VAULT_PROXY_ADDR", "VAULT_HTTP_PROXY"].iter().find_map(|name| variables.word(name));
        let proxy =
            own.map(str::to_owned).or_else(|| proxy_for(&address, |name| variables.get(name).map(str::to_owned)));
        let proxy = proxy
            .map(|url| Proxy::new(&url).map_err(|_| Diagnostic::error(SETTINGS, "the proxy for Vault is not a URL")))
            .transpose()?;
        let timeout = timeout(variables, "VAULT_CLIENT_TIMEOUT")?;
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            .tls_config(tls::config(variables)?)
            .proxy(proxy)
            .timeout_global(Some(timeout))
            .max_idle_connections(64)
            .max_idle_connections_per_host(64)
            .user_agent(concat!("redisops/", env!("CARGO_PKG_VERSION")))
            .build()
            .into();
        let retries = variables.word("VAULT_MAX_RETRIES").and_then(|text| text.parse().ok()).unwrap_or(RETRIES);
        Ok(Client {
            agent,
            address,
            namespace: variables.word("VAULT_NAMESPACE").map(|name| name.trim_matches('/').to_owned()),
            retries,
            patience: timeout * 2,
        })
    }

    /// Where the server is, without what may be a password.
    pub fn address(&self) -> String {
        match self.address.split_once("://").map(|(scheme, rest)| (scheme, rest.rsplit_once('@'))) {
            Some((scheme, Some((_, host)))) => format!("{scheme}://{host}"),
            _ => self.address.clone(),
        }
    }

    pub fn get(&self, path: &str, query: Option<(&str, &str)>, token: &Secret) -> Result<Answer, StoreError> {
        self.patiently(|| {
            let mut request = self.agent.get(self.url(path)).header("X-Vault-Token", token.expose());
            if let Some((name, value)) = query {
                request = request.query(name, value);
            }
            self.headers(request).call()
        })
    }

    /// Sends a body. It may have passwords in it.
    pub fn post(&self, path: &str, body: &Secret) -> Result<Answer, StoreError> {
        self.patiently(|| {
            let request = self.agent.post(self.url(path)).header("content-type", "application/json");
            self.headers(request).send(body.expose())
        })
    }

    fn headers<B>(&self, request: ureq::RequestBuilder<B>) -> ureq::RequestBuilder<B> {
        let request = request.header("X-Vault-Request", "true");
        match &self.namespace {
            Some(namespace) => request.header("X-Vault-Namespace", namespace),
            None => request,
        }
    }

    fn url(&self, path: &str) -> String {
        let parts = path.split('/').filter(|part| !part.is_empty()).map(escape);
        format!("{}/v1/{}", self.address, parts.collect::<Vec<_>>().join("/"))
    }

    /// Asks again when the server is busy, in trouble, or gone for a moment.
    fn patiently(&self, ask: impl Fn() -> Result<Response<Body>, ureq::Error>) -> Result<Answer, StoreError> {
        let started = Instant::now();
        let mut wait = FIRST_WAIT;
        for left in (0..=self.retries).rev() {
            let answer = ask().and_then(|response| {
                let status = response.status().as_u16();
                let mut body = Vec::new();
                response.into_body().into_reader().take(MAX_BYTES).read_to_end(&mut body)?;
                Ok(Answer { status, body })
            });
            let again = match &answer {
                Ok(answer) => matches!(answer.status, 412 | 429 | 500..=599) && answer.status != 501,
                Err(error) => is_passing(error),
            };
            if !again || left == 0 || started.elapsed() + wait > self.patience {
                return match answer {
                    Ok(answer) if answer.status == 429 || answer.status >= 500 => Err(self.in_trouble(&answer)),
                    Ok(answer) => Ok(answer),
                    Err(error) => Err(self.no_answer(&error)),
                };
            }
            std::thread::sleep(wait);
            wait *= 2;
        }
        // The last round returns.
        Err(StoreError::new(Why::Down, "Vault was not asked"))
    }

    fn in_trouble(&self, answer: &Answer) -> StoreError {
        let message = format!("the Vault at {} cannot answer (status {})", self.address(), answer.status);
        let help = match answer.status {
            503 => "unseal it, or ask another node",
            _ => "look at its log, and try again later",
        };
        StoreError::new(Why::Down, message).note(answer.errors()).help(help)
    }

    fn no_answer(&self, error: &ureq::Error) -> StoreError {
        let address = self.address();
        let (reason, help) = match error {
            ureq::Error::Timeout(_) => (
                "it does not answer in time".to_owned(),
                "look whether it is busy, or give it more with VAULT_CLIENT_TIMEOUT",
            ),
            ureq::Error::HostNotFound => ("its host is not known".to_owned(), "check VAULT_ADDR"),
            ureq::Error::Rustls(_) | ureq::Error::Tls(_) => {
                (error.to_string(), "name the authority of its certificate with VAULT_CACERT")
            }
            ureq::Error::Io(io) if io.to_string().contains("certificate") => {
                (io.to_string(), "name the authority of its certificate with VAULT_CACERT")
            }
            ureq::Error::Io(io) => (io.to_string(), "check VAULT_ADDR, and whether it runs"),
            other => (other.to_string(), "check VAULT_ADDR, and whether it runs"),
        };
        StoreError::new(Why::Down, format!("the Vault at {address} cannot be reached: {reason}")).help(help)
    }
}

fn is_passing(error: &ureq::Error) -> bool {
    matches!(error, ureq::Error::Io(_) | ureq::Error::ConnectionFailed | ureq::Error::Timeout(_))
}

/// A part of a path as a URL has it.
fn escape(part: &str) -> String {
    let mut out = String::with_capacity(part.len());
    for byte in part.bytes() {
        match byte {
            b'A'..=b'Z'
            | b'a'..=b'z'
            | b'0'..=b'9'
            | b'-'
            | b'.'
            | b'_'
            | b'~'
            | b':'
            | b'@'
            | b'&'
            | b'='
            | b'+'
            | b'$'
            | b',' => {
                out.push(char::from(byte));
            }
            other => out.push_str(&format!("%{other:02X}")),
        }
    }
    out
}
