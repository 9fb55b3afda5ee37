//! From credentials to a token.

use std::fs;

use serde_json::json;

use crate::diagnostics::Diagnostic;
use crate::secrets::json::{self, Numbers};
use crate::secrets::value::field;
use crate::secrets::{NO_CREDENTIALS, SETTINGS, Secret, StoreError, Value, Variables, Why};

use super::client::{Answer, Client};

const SERVICE_ACCOUNT: &str = "/var/run/secrets/kubernetes.io/serviceaccount/token";

/// A token by the method that AVP_AUTH_TYPE names. The token of AVP's cache is neither read nor written.
pub(super) fn login(variables: &Variables, client: &Client) -> Result<Secret, Diagnostic> {
    let mount =
        |default: &'static str| variables.word("AVP_MOUNT_PATH").unwrap_or(default).trim_matches('/').to_owned();
    let method = variables.word("AVP_AUTH_TYPE").or_else(|| variables.get("VAULT_TOKEN").map(|_| "token"));
    let (path, body) = match method {
        Some("token") => {
            let [token] = wanted(variables, "token", ["VAULT_TOKEN"])?;
            return Ok(Secret::new(token.trim()));
        }
        Some("approle") => {
            let [role, secret] = wanted(variables, "approle", ["AVP_ROLE_ID", "AVP_SECRET_ID"])?;
            (format!("{}/login", mount("auth/approle")), json!({"role_id": role, "secret_id": secret}))
        }
        Some("userpass") => {
            let [user, password] = wanted(variables, "userpass", ["AVP_USERNAME", "AVP_PASSWORD"])?;
            (format!("{}/login/{user}", mount("auth/userpass")), json!({"password": password}))
        }
        Some("github") => {
            let [token] = wanted(variables, "github", ["AVP_GITHUB_TOKEN"])?;
            (format!("{}/login", mount("auth/github")), json!({"token": token}))
        }
        Some("k8s" | "kubernetes") => {
            let [role] = wanted(variables, "k8s", ["AVP_K8S_ROLE"])?;
            let own = variables.word("AVP_K8S_MOUNT_PATH").map(|path| path.trim_matches('/').to_owned());
            let mount = own.unwrap_or_else(|| mount("auth/kubernetes"));
            (format!("{mount}/login"), json!({"role": role, "jwt": service_account(variables)?.expose()}))
        }
        other => return Err(unknown(other)),
    };
    let answer = client.post(&path, &Secret::new(body.to_string()))?;
    token_of(&answer).ok_or_else(|| refused(&answer, &path, client).into())
}

fn unknown(method: Option<&str>) -> Diagnostic {
    let message = match method {
        Some(other) => format!("`{other}` is no way to log in to Vault that redisops knows"),
        None => "nothing says how to log in to Vault".to_owned(),
    };
    let code = if method.is_some() { SETTINGS } else { NO_CREDENTIALS };
    Diagnostic::error(code, message).help("set AVP_AUTH_TYPE to token, approle, k8s, userpass or github")
}

/// The values of variables that a method needs.
fn wanted<'v, const N: usize>(
    variables: &'v Variables,
    method: &str,
    names: [&str; N],
) -> Result<[&'v str; N], Diagnostic> {
    let missing: Vec<&str> = names.iter().copied().filter(|name| variables.get(name).is_none()).collect();
    if !missing.is_empty() {
        let message = format!("to log in to Vault by {method}, {} must be set", missing.join(" and "));
        return Err(Diagnostic::error(NO_CREDENTIALS, message));
    }
    Ok(names.map(|name| variables.get(name).unwrap_or("")))
}

fn service_account(variables: &Variables) -> Result<Secret, Diagnostic> {
    let file = variables.word("AVP_K8S_TOKEN_PATH").unwrap_or(SERVICE_ACCOUNT);
    fs::read_to_string(file).map(|token| Secret::new(token.trim())).map_err(|error| {
        let message = format!("the token of the service account, `{file}`, cannot be read: {}", error.kind());
        Diagnostic::error(NO_CREDENTIALS, message)
            .help("outside of a cluster name a file with AVP_K8S_TOKEN_PATH, or log in another way with AVP_AUTH_TYPE")
    })
}

fn token_of(answer: &Answer) -> Option<Secret> {
    let Ok(Value::Map(fields)) = json::parse(&answer.body, Numbers::Kept) else { return None };
    let Some(Value::Map(auth)) = field(&fields, "auth").filter(|_| answer.status == 200) else { return None };
    let token = field(auth, "client_token")?.clone().into_text()?;
    String::from_utf8(token).ok().filter(|token| !token.is_empty()).map(Secret::new)
}

fn refused(answer: &Answer, path: &str, client: &Client) -> StoreError {
    let message =
        format!("the Vault at {} does not let us in at `{path}` (status {})", client.address(), answer.status);
    StoreError::new(Why::NoCredentials, message)
        .note(answer.errors())
        .help("check the credentials, and the mount with AVP_MOUNT_PATH")
}
