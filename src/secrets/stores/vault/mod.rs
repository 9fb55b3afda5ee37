//! HashiCorp Vault and OpenBao: key-value engines of both versions.

mod client;
mod login;
mod tls;

use crate::diagnostics::Diagnostic;
use crate::secrets::json::{self, Numbers};
use crate::secrets::value::field;
use crate::secrets::{Fetched, Request, Secret, Store, StoreError, Value, Variables, Why};

use client::{Answer, Client};

/// A server that knows us.
#[derive(Debug)]
pub struct Vault {
    client: Client,
    token: Secret,
    /// The version of key-value engines where an object says nothing.
    engine: String,
}

impl Vault {
    /// Logs in as the variables say.
    ///
    /// # Errors
    /// When settings are missing or wrong, the server does not answer, or does not let us in.
    pub fn open(variables: &Variables) -> Result<Vault, Diagnostic> {
        let client = Client::new(variables)?;
        let token = login::login(variables, &client)?;
        let engine = variables.get("AVP_KV_VERSION").unwrap_or("2").to_owned();
        Ok(Vault { client, token, engine })
    }
}

impl Store for Vault {
    fn name(&self) -> String {
        format!("the Vault at {}", self.client.address())
    }

    fn fetch(&self, request: &Request) -> Result<Fetched, StoreError> {
        let engine = request.engine.as_deref().unwrap_or(&self.engine);
        if !matches!(engine, "1" | "2") {
            let message =
                format!("`{engine}` is no version of Vault's key-value engine, wanted for `{}`", request.path);
            return Err(StoreError::new(Why::Unreadable, message).help("write 1 or 2"));
        }
        // Version 1 has none.
        let version = request.version.as_str();
        let version = (engine == "2" && !version.is_empty()).then_some(version);
        let query = version.map(|version| ("version", version));
        let answer = self.client.get(&request.path, query, &self.token)?;
        match answer.status {
            200 | 404 => {}
            403 if answer.errors().contains("invalid token") => {
                let message = format!("the Vault at {} does not know the token", self.client.address());
                return Err(
                    StoreError::new(Why::NoCredentials, message).help("get a new token: it is wrong, or has expired")
                );
            }
            403 => {
                let message = format!("Vault does not let us read `{}`", request.path);
                return Err(StoreError::new(Why::Denied, message)
                    .note(answer.errors())
                    .help("give the token a policy with the capability `read` for this path"));
            }
            status => {
                let message = format!("Vault cannot read {} (status {status})", named(request));
                return Err(StoreError::new(Why::Unreadable, message).note(answer.errors()));
            }
        }
        let data = data_of(&answer);
        match (engine, data) {
            (_, None) if version.is_some() => Err(StoreError::new(
                Why::NoVersion,
                format!("Vault has no secret at `{}` with version {}", request.path, request.version),
            )),
            (_, None) => Err(no_path(request, &answer)),
            ("1", Some(Value::Map(fields))) => Ok(Fetched { fields, ..Fetched::default() }),
            (_, Some(data)) => second_engine(request, data, &answer),
        }
    }
}

/// The data of an answer; none where nothing was found and nothing is said about it.
fn data_of(answer: &Answer) -> Option<Value> {
    let Ok(Value::Map(fields)) = json::parse(&answer.body, Numbers::Kept) else { return None };
    match field(&fields, "data") {
        Some(Value::Null) | None if answer.status == 200 => Some(Value::Map(Vec::new())),
        Some(Value::Null) | None => None,
        Some(data) => Some(data.clone()),
    }
}

fn second_engine(request: &Request, data: Value, answer: &Answer) -> Result<Fetched, StoreError> {
    let path = &request.path;
    let Value::Map(data) = data else { return Err(not_keys(path)) };
    let metadata = match field(&data, "metadata") {
        Some(Value::Map(metadata)) => metadata.as_slice(),
        _ => &[],
    };
    let text = |name: &str| {
        let value = metadata.iter().find(|(key, _)| key == name)?.1.clone();
        String::from_utf8(value.into_text()?).ok().filter(|text| !text.is_empty())
    };
    match field(&data, "data") {
        Some(Value::Map(fields)) => {
            Ok(Fetched { fields: fields.clone(), version: text("version"), created: text("created_time") })
        }
        Some(Value::Null) => {
            let version = text("version").unwrap_or_else(|| request.version.clone());
            let message = format!("version {version} of the secret at `{path}` is deleted");
            let error = StoreError::new(Why::NoVersion, message).help("restore it, or name another version");
            Err(match text("deletion_time") {
                Some(time) => error.note(format!("it was deleted at {time}")),
                None => error,
            })
        }
        None if data.is_empty() => Err(no_path(request, answer)),
        _ => {
            let message = format!("`{path}` is not in a key-value engine of version 2");
            Err(StoreError::new(Why::Unreadable, message)
                .help("set AVP_KV_VERSION or the annotation avp.kubernetes.io/kv-version to 1, if the engine has that version"))
        }
    }
}

fn not_keys(path: &str) -> StoreError {
    StoreError::new(Why::Unreadable, format!("what Vault has at `{path}` is not made of keys and values"))
}

fn named(request: &Request) -> String {
    match request.version.as_str() {
        "" => format!("`{}`", request.path),
        version => format!("`{}` at version {version}", request.path),
    }
}

fn no_path(request: &Request, answer: &Answer) -> StoreError {
    let path = &request.path;
    let error = StoreError::new(Why::NoPath, format!("Vault has no secret at `{path}`"));
    let warnings = answer.warnings();
    let error = if warnings.is_empty() { error } else { error.note(warnings) };
    match path.split_once('/') {
        // The engine of version 2 wants a word of its own in the path.
        Some((mount, rest)) if request.engine.as_deref() != Some("1") && !rest.starts_with("data/") => {
            error.help(format!("in a key-value engine of version 2 the path is `{mount}/data/{rest}`"))
        }
        _ => error.help("write it with `vault kv put`, or correct the path"),
    }
}
