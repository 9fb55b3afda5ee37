//! AWS Secrets Manager, through the SDK with its chain of credentials.

use std::error::Error;
use std::sync::LazyLock;
use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region};
use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::config::{Builder, Credentials};
use aws_sdk_secretsmanager::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_secretsmanager::operation::get_secret_value::{GetSecretValueError, GetSecretValueOutput};
use aws_sdk_secretsmanager::primitives::DateTimeFormat;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use regex::Regex;
use tokio::runtime::Runtime;

use crate::diagnostics::Diagnostic;
use crate::secrets::json::{self, Numbers};
use crate::secrets::{Fetched, Request, Store, StoreError, Value, Variables, Why};

use super::timeout;

/// The region of argocd-vault-plugin where none is set.
const REGION: &str = "us-east-2";
const STAGES: [&str; 2] = ["AWSCURRENT", "AWSPREVIOUS"];

/// The region in the name of a resource.
static ARN: LazyLock<Regex> =
    LazyLock::new(|| Regex::new("(?m)^(?:[^:]+:){3}([^:]+).*").expect("the pattern is a constant"));

/// The secrets of an account.
#[derive(Debug)]
pub struct SecretsManager {
    runtime: Runtime,
    client: Client,
}

impl SecretsManager {
    /// With the credentials that the SDK finds.
    ///
    /// # Errors
    /// When settings are wrong.
    pub fn open(variables: &Variables) -> Result<SecretsManager, Diagnostic> {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().map_err(|error| {
                Diagnostic::error(
                    "redisops::cli::runtime",
                    format!("the system gives no means to wait for sockets: {error}"),
                )
            })?;
        let limit = timeout(variables, "REDISOPS_SECRETS_TIMEOUT")?;
        let client = runtime.block_on(client(variables, limit));
        Ok(SecretsManager { runtime, client })
    }
}

async fn client(variables: &Variables, limit: Duration) -> Client {
    let http = aws_smithy_http_client::Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https();
    let times =
        TimeoutConfig::builder().connect_timeout(limit.min(Duration::from_secs(5))).operation_attempt_timeout(limit);
    let mut loader = aws_config::defaults(BehaviorVersion::v2026_01_12())
        .http_client(http)
        .timeout_config(times.operation_timeout(limit * 2).build())
        .retry_config(RetryConfig::standard().with_max_attempts(3).with_initial_backoff(Duration::from_millis(200)));
    match variables.word("AWS_REGION") {
        Some(region) => loader = loader.region(Region::new(region.to_owned())),
        // An environment asks the SDK, which looks into the profile as well.
        None if variables.word("REDISOPS_SECRETS_OF").is_some() => {}
        None => loader = loader.region(Region::new(REGION)),
    }
    // What the SDK would not find in the variables of the process.
    if let Some(profile) = variables.beside_process("AWS_PROFILE") {
        loader = loader.profile_name(profile);
    }
    let endpoint = ["AWS_ENDPOINT_URL_SECRETS_MANAGER", "AWS_ENDPOINT_URL"];
    if let Some(url) = endpoint.iter().find_map(|name| variables.beside_process(name)) {
        loader = loader.endpoint_url(url);
    }
    if variables.beside_process("AWS_ACCESS_KEY_ID").is_some()
        && let (Some(id), Some(secret)) = (variables.word("AWS_ACCESS_KEY_ID"), variables.word("AWS_SECRET_ACCESS_KEY"))
    {
        let session = variables.word("AWS_SESSION_TOKEN").map(str::to_owned);
        loader = loader.credentials_provider(Credentials::new(id, secret, session, None, "settings"));
    }
    let config = loader.load().await;
    let region = config.region().cloned().unwrap_or(Region::new(REGION));
    Client::from_conf(Builder::from(&config).region(region).build())
}

impl Store for SecretsManager {
    fn name(&self) -> String {
        "AWS Secrets Manager".to_owned()
    }

    fn fetch(&self, request: &Request) -> Result<Fetched, StoreError> {
        let mut question = self.client.get_secret_value().secret_id(&request.path);
        if STAGES.contains(&request.version.as_str()) {
            question = question.version_stage(&request.version);
        } else if !request.version.is_empty() {
            question = question.version_id(&request.version);
        }
        let answer = self.runtime.block_on(async {
            match ARN.captures(&request.path).map(|parts| Region::new(parts[1].to_owned())) {
                Some(region) => question.customize().config_override(Builder::new().region(region)).send().await,
                None => question.send().await,
            }
        });
        match answer {
            Ok(secret) => fetched(&secret, &request.path),
            Err(error) => Err(refused(request, &error)),
        }
    }
}

fn fetched(secret: &GetSecretValueOutput, path: &str) -> Result<Fetched, StoreError> {
    let unreadable = |why: &str| {
        StoreError::new(Why::Unreadable, format!("the secret at `{path}` has no keys: {why}"))
            .help("write it as a JSON object of keys and values")
    };
    let fields = match (secret.secret_string(), secret.secret_binary()) {
        (Some(text), _) => match json::parse(text.as_bytes(), Numbers::Floats) {
            Ok(Value::Map(fields)) => fields,
            Ok(Value::Null) => Vec::new(),
            Ok(other) => return Err(unreadable(&format!("it is {}", other.what()))),
            Err(why) => return Err(unreadable(&why)),
        },
        (None, Some(blob)) => vec![("SecretBinary".to_owned(), Value::Bytes(blob.as_ref().to_vec()))],
        (None, None) => return Err(unreadable("it is empty")),
    };
    Ok(Fetched {
        fields,
        version: secret.version_id().map(str::to_owned),
        created: secret.created_date().and_then(|date| date.fmt(DateTimeFormat::DateTime).ok()),
    })
}

fn refused(request: &Request, error: &SdkError<GetSecretValueError>) -> StoreError {
    let path = &request.path;
    let said = error.message().map(|text| format!("AWS says: {text}"));
    let with = |error: StoreError| match &said {
        Some(said) => error.note(said.clone()),
        None => error,
    };
    let code = error.code().unwrap_or("");
    match code {
        "ResourceNotFoundException" => {
            let of_version = !request.version.is_empty()
                && error.message().is_some_and(|text| text.contains("ersion") || text.contains("staging label"));
            with(match of_version {
                true => StoreError::new(
                    Why::NoVersion,
                    format!("AWS Secrets Manager has no version `{}` of `{path}`", request.version),
                ),
                false => StoreError::new(Why::NoPath, format!("AWS Secrets Manager has no secret `{path}`"))
                    .help("check its name and the region, AWS_REGION"),
            })
        }
        "InvalidRequestException" | "InvalidParameterException" | "DecryptionFailure" => {
            with(StoreError::new(Why::Unreadable, format!("AWS Secrets Manager cannot read `{path}`")))
        }
        "AccessDeniedException" | "AccessDenied" => {
            with(StoreError::new(Why::Denied, format!("AWS does not let us read `{path}`")))
                .help("allow `secretsmanager:GetSecretValue` on it, and `kms:Decrypt` where it has a key of its own")
        }
        "UnrecognizedClientException"
        | "InvalidClientTokenId"
        | "ExpiredTokenException"
        | "ExpiredToken"
        | "InvalidSignatureException"
        | "IncompleteSignature"
        | "MissingAuthenticationToken" => {
            with(StoreError::new(Why::NoCredentials, "AWS does not accept the credentials")).help("sign in again")
        }
        _ => unanswered(error, code, said),
    }
}

fn unanswered(error: &SdkError<GetSecretValueError>, code: &str, said: Option<String>) -> StoreError {
    let reasons = reasons(error);
    if code.is_empty() && reasons.iter().any(|reason| reason.contains("credential")) {
        return StoreError::new(Why::NoCredentials, "there are no credentials for AWS")
            .note(reasons.last().cloned().unwrap_or_default())
            .help("set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, or give the pod a role");
    }
    let message = match error {
        SdkError::TimeoutError(_) => "AWS Secrets Manager does not answer in time".to_owned(),
        SdkError::DispatchFailure(_) => "AWS Secrets Manager cannot be reached".to_owned(),
        _ if code.is_empty() => "AWS Secrets Manager does not answer as it should".to_owned(),
        _ => format!("AWS Secrets Manager cannot answer ({code})"),
    };
    let note = said.unwrap_or_else(|| reasons.last().cloned().unwrap_or_default());
    StoreError::new(Why::Down, message).note(note).help("check the network, AWS_REGION and AWS_ENDPOINT_URL")
}

/// An error and what is behind it.
fn reasons(error: &SdkError<GetSecretValueError>) -> Vec<String> {
    let mut found = vec![error.to_string()];
    let mut behind = error.source();
    while let Some(error) = behind {
        found.push(error.to_string());
        behind = error.source();
    }
    found
}
