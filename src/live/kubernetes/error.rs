//! What an API server, or the way to it, has against a request.

use serde_json::Value;

use crate::plan::scaling::DRAINED_TO;

/// A request that was not answered as asked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ServerError {
    /// Status of HTTP; 0 when the server was not reached.
    pub status: u16,
    /// Stable id of the reason: `forbidden`, `notFound`, `unreachable`, …
    pub code: String,
    /// What the server says, as it says it.
    pub message: String,
    /// What was tried: a verb of the API.
    pub verb: &'static str,
    /// On what: `deployments.apps`.
    pub resource: String,
    /// In which namespace.
    pub namespace: Option<String>,
    /// Fields that the server names, with what it says of each.
    pub causes: Vec<(String, String)>,
}

/// Names of reasons whose stable id is not the reason itself.
const CODES: [(u16, &str); 12] = [
    (400, "badRequest"),
    (401, "unauthorized"),
    (403, "forbidden"),
    (404, "notFound"),
    (409, "conflict"),
    (410, "gone"),
    (413, "tooLarge"),
    (422, "invalid"),
    (429, "tooManyRequests"),
    (500, "serverError"),
    (503, "unavailable"),
    (504, "timeout"),
];

/// What a request was about.
#[derive(Clone, Debug)]
pub struct Subject {
    /// A verb of the API.
    pub verb: &'static str,
    /// The resource, as rights name it.
    pub resource: String,
    /// The namespace.
    pub namespace: Option<String>,
}

impl Subject {
    fn error(&self, status: u16, code: &str, message: String) -> ServerError {
        ServerError {
            status,
            code: code.to_owned(),
            message,
            verb: self.verb,
            resource: self.resource.clone(),
            namespace: self.namespace.clone(),
            causes: Vec::new(),
        }
    }

    /// The server was not reached, or gave up in the middle.
    pub(super) fn unreachable(&self, why: String) -> ServerError {
        self.error(0, "unreachable", why)
    }

    /// The server did not answer in time.
    pub(super) fn timed_out(&self, seconds: u64) -> ServerError {
        self.error(0, "timeout", format!("the server has not answered within {seconds} s"))
    }

    /// An answer that is none.
    pub(super) fn unreadable(&self, why: &str) -> ServerError {
        self.error(0, "unreadable", format!("the answer of the server cannot be read: {why}"))
    }

    /// A kind that the server does not serve.
    pub(super) fn unknown_kind(&self, kind: &str) -> ServerError {
        self.error(404, "unknownKind", format!("the server does not serve {kind}"))
    }

    /// A status that the server answered with.
    pub(super) fn refused(&self, status: u16, body: &[u8]) -> ServerError {
        let answer: Value = serde_json::from_slice(body).unwrap_or_default();
        let said = answer["message"].as_str().map(str::to_owned);
        let message = said.filter(|it| !it.is_empty()).unwrap_or_else(|| {
            let text = String::from_utf8_lossy(body);
            let line = text.lines().next().unwrap_or("").trim();
            if line.is_empty() { format!("status {status}") } else { format!("status {status}: {line}") }
        });
        let code = match (status, answer["reason"].as_str()) {
            (409, Some("AlreadyExists")) => "alreadyExists",
            _ => CODES.iter().find(|(known, _)| *known == status).map_or("refused", |(_, code)| code),
        };
        let text = |value: &Value| value.as_str().unwrap_or("").to_owned();
        let causes = answer["details"]["causes"].as_array().map(Vec::as_slice).unwrap_or_default();
        let causes = causes.iter().map(|cause| (text(&cause["field"]), text(&cause["message"]))).collect();
        ServerError { causes, ..self.error(status, code, message) }
    }
}

impl ServerError {
    /// Whether the object, or the namespace that it was to stand in, is absent.
    pub fn is_not_found(&self) -> bool {
        self.status == 404
    }

    /// Paths of the fields that the server names, in its words where it has no other way.
    pub fn fields(&self) -> Vec<String> {
        let mut found: Vec<String> = self.causes.iter().map(|(field, _)| field.clone()).collect();
        // `.spec.x: field not declared in schema`, `unknown field "spec.x"`, `duplicate field "spec.x"`
        if let Some((before, _)) = self.message.split_once(": field not declared in schema") {
            found.extend(before.split([' ', ';', '(']).next_back().map(|it| it.trim_start_matches('.').to_owned()));
        }
        for part in self.message.split(" field \"").skip(1) {
            found.extend(part.split('"').next().map(str::to_owned));
        }
        found.retain(|it| !it.is_empty() && it != "<nil>");
        found
    }

    /// Whether a right is missing.
    pub fn is_forbidden(&self) -> bool {
        self.status == 403 && self.code == "forbidden" && !self.is_denied()
    }

    /// Whether a rule of the cluster (a policy, a webhook, a quota) has something against the write, whatever rights the user has.
    pub fn is_denied(&self) -> bool {
        let said = |words: &str| self.message.contains(words);
        match self.status {
            _ if said("denied the request") || said("denied request") => true,
            // Rights are a matter of users, and their refusals name one.
            403 => said(" is forbidden: ") && !said("User \"") && !said("user \""),
            _ => false,
        }
    }

    /// Whether the guard of a Redis Cluster keeps its pods until their nodes are drained.
    pub fn is_guarded(&self) -> bool {
        self.is_denied() && self.message.contains(DRAINED_TO)
    }

    /// Whether what the write would change is settled when the object is created.
    pub fn is_immutable(&self) -> bool {
        const WORDS: [&str; 11] = [
            "immutable",
            "may not be changed",
            "may not be modified",
            "may not change",
            "cannot change",
            "cannot be changed",
            "can not be changed",
            "cannot be modified",
            "can not be unset",
            "can not be less than previous value",
            "can not be less than status.capacity",
        ];
        // `updates to statefulset spec for fields other than … are forbidden`, `updates to parameters are forbidden`
        let is_settled = |text: &str| text.contains("updates to ") && text.contains("forbidden");
        let said = |text: &str| is_settled(text) || WORDS.iter().any(|word| text.contains(word));
        self.status == 422 && (said(&self.message) || self.causes.iter().any(|(_, cause)| said(cause)))
    }

    /// Whether the server is not to be reached at all: asking for the next object is of no use.
    pub fn is_lost(&self) -> bool {
        self.status == 0 && self.code != "unreadable"
    }
}

impl std::fmt::Display for ServerError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.message)
    }
}

impl std::error::Error for ServerError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn subject() -> Subject {
        Subject { verb: "patch", resource: "deployments.apps".into(), namespace: Some("prod".into()) }
    }

    #[test]
    fn statuses_have_stable_ids_and_keep_the_words_of_the_server() {
        let body =
            br#"{"kind":"Status","message":"Deployment is invalid: spec.replicas: no","reason":"Invalid","code":422,
            "details":{"causes":[{"reason":"FieldValueInvalid","message":"no","field":"spec.replicas"}]}}"#;
        let error = subject().refused(422, body);
        assert_eq!((error.code.as_str(), error.verb), ("invalid", "patch"));
        assert_eq!(error.message, "Deployment is invalid: spec.replicas: no");
        assert_eq!(error.causes, [("spec.replicas".to_owned(), "no".to_owned())]);
        let error = subject().refused(502, b"<html>\nbad gateway");
        assert_eq!((error.code.as_str(), error.message.as_str()), ("refused", "status 502: <html>"));
        assert_eq!(error.fields(), [] as [&str; 0]);
        for (message, wanted) in [
            (
                r#"failed to create typed patch object (a/b; apps/v1, Kind=X): .spec.replikas: field not declared in schema"#,
                "spec.replikas",
            ),
            (r#"strict decoding error: unknown field "spec.nodez""#, "spec.nodez"),
        ] {
            let body = serde_json::json!({"message": message}).to_string();
            assert_eq!(subject().refused(400, body.as_bytes()).fields(), [wanted]);
        }
        assert!(subject().refused(403, b"").is_forbidden() && !subject().refused(403, b"").is_lost());
        assert!(subject().unreachable("gone".into()).is_lost());
    }

    #[test]
    fn what_a_rule_denies_is_no_matter_of_rights() {
        let refused = |status: u16, message: &str| {
            subject().refused(status, serde_json::json!({"message": message}).to_string().as_bytes())
        };
        for (status, message) in [
            (
                403,
                "statefulsets.apps \"a\" is forbidden: ValidatingAdmissionPolicy 'g' with binding 'g' denied request: not drained",
            ),
            (
                422,
                "statefulsets.apps \"a\" is invalid: ValidatingAdmissionPolicy 'g' with binding 'g' denied request: no",
            ),
            (403, "admission webhook \"x.example.com\" denied the request: no"),
            (403, "pods \"a\" is forbidden: exceeded quota: q, requested: pods=1"),
            (403, "pods \"a\" is forbidden: violates PodSecurity \"restricted:latest\": privileged"),
        ] {
            let error = refused(status, message);
            assert!(error.is_denied() && !error.is_forbidden(), "{message}");
        }
        for message in [
            "",
            "statefulsets.apps \"a\" is forbidden: User \"u\" cannot patch resource \"statefulsets\" in API group \"apps\"",
            "roles \"a\" is forbidden: user \"u\" (groups=[]) is attempting to grant RBAC permissions not currently held",
        ] {
            let error = refused(403, message);
            assert!(error.is_forbidden() && !error.is_denied(), "{message}");
        }
        let set = "StatefulSet.apps \"a\" is invalid: spec: Forbidden: updates to statefulset spec for fields other than 'replicas' are forbidden";
        assert!(refused(422, set).is_immutable() && !refused(422, set).is_denied());
        for settled in [
            "Service \"a\" is invalid: spec.clusterIPs[0]: Invalid value: [\"10.96.0.7\"]: may not change once set",
            "RoleBinding.rbac.authorization.k8s.io \"a\" is invalid: roleRef: Invalid value: {}: cannot change roleRef",
            "StorageClass.storage.k8s.io \"a\" is invalid: parameters: Forbidden: updates to parameters are forbidden.",
            "Pod \"a\" is invalid: spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`",
            "PersistentVolumeClaim \"a\" is invalid: spec.resources.requests.storage: Forbidden: field can not be less than status.capacity",
        ] {
            assert!(refused(422, settled).is_immutable(), "{settled}");
        }
        assert!(!refused(422, "Service \"a\" is invalid: spec.ports[0].port: Invalid value: 0").is_immutable());
    }
}
