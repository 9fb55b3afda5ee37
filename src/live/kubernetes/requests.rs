//! What is asked of a cluster: objects read and written.

use serde_json::Value;

use super::cluster::{Cluster, Listed, Request};
use super::error::{ServerError, Subject};
use super::kinds::{Kind, escape};

/// Objects in one answer of a list.
const PAGE: usize = 500;

/// How an object is applied.
#[derive(Clone, Copy, Debug)]
pub struct Apply<'a> {
    /// The field manager.
    pub manager: &'a str,
    /// Takes fields from other managers.
    pub force: bool,
    /// Only says what would become of the object.
    pub dry_run: bool,
}

fn subject(verb: &'static str, kind: &Kind, namespace: Option<&str>) -> Subject {
    let namespace = namespace.filter(|_| kind.namespaced).map(str::to_owned);
    Subject { verb, resource: kind.resource(), namespace }
}

impl Cluster {
    /// The objects of a kind in a namespace, or in all; those of a label selector, where there is one.
    ///
    /// # Errors
    /// When the server refuses, or is not reached.
    pub async fn list(
        &self,
        kind: &Kind,
        namespace: Option<&str>,
        selector: Option<&str>,
    ) -> Result<Listed, ServerError> {
        let subject = subject("list", kind, namespace);
        let base = kind.path(namespace, None);
        let selector = selector.map_or_else(String::new, |it| format!("&labelSelector={}", escape(it)));
        let mut found = Listed::default();
        let mut next = String::new();
        loop {
            let path = format!("{base}?limit={PAGE}{selector}{next}");
            let mut page = match self.ask(&Request::get(path), &subject).await {
                // The list that was begun has grown too old: all at once.
                Err(error) if error.status == 410 && !next.is_empty() => {
                    found.items.clear();
                    let path = format!("{base}?resourceVersion=0{selector}");
                    self.ask(&Request::get(path), &subject).await?
                }
                other => other?,
            };
            if let Value::Array(items) = page["items"].take() {
                found.items.extend(items.into_iter().map(|item| with_kind(item, kind)));
            }
            match page["metadata"]["continue"].as_str().filter(|it| !it.is_empty()) {
                Some(token) => next = format!("&continue={}", escape(token)),
                None => return Ok(found),
            }
        }
    }

    /// An object; none when it is not there.
    ///
    /// # Errors
    /// When the server refuses, or is not reached.
    pub async fn get(&self, kind: &Kind, namespace: Option<&str>, name: &str) -> Result<Option<Value>, ServerError> {
        let request = Request::get(kind.path(namespace, Some(name)));
        match self.ask(&request, &subject("get", kind, namespace)).await {
            Ok(object) => Ok(Some(object)),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Whether an object is there; nothing of what is in it is sent.
    ///
    /// # Errors
    /// When the server refuses, or is not reached.
    pub async fn exists(&self, kind: &Kind, namespace: Option<&str>, name: &str) -> Result<bool, ServerError> {
        let mut request = Request::get(kind.path(namespace, Some(name)));
        request.accept = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1";
        match self.ask(&request, &subject("get", kind, namespace)).await {
            Ok(_) => Ok(true),
            Err(error) if error.is_not_found() => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Applies an object, given as JSON, on the side of the server, and gives what has become of it.
    ///
    /// # Errors
    /// When the server refuses, or is not reached.
    pub async fn server_apply(
        &self,
        kind: &Kind,
        namespace: Option<&str>,
        name: &str,
        object: Vec<u8>,
        how: Apply<'_>,
    ) -> Result<Value, ServerError> {
        let mut path = kind.path(namespace, Some(name));
        path.push_str(&format!("?fieldManager={}&fieldValidation=Strict", escape(how.manager)));
        if how.force {
            path.push_str("&force=true");
        }
        if how.dry_run {
            path.push_str("&dryRun=All");
        }
        let body = Some(("application/apply-patch+yaml", object));
        let request = Request { method: "PATCH", path, accept: "application/json", body, known: None };
        self.ask(&request, &subject("patch", kind, namespace)).await
    }

    /// Changes an object by a JSON patch.
    ///
    /// # Errors
    /// When the server refuses, or is not reached.
    pub async fn json_patch(
        &self,
        kind: &Kind,
        namespace: Option<&str>,
        name: &str,
        patch: &Value,
        how: Apply<'_>,
    ) -> Result<Value, ServerError> {
        let mut path = kind.path(namespace, Some(name));
        path.push_str(&format!("?fieldManager={}", escape(how.manager)));
        if how.dry_run {
            path.push_str("&dryRun=All");
        }
        let body = Some(("application/json-patch+json", patch.to_string().into_bytes()));
        let request = Request { method: "PATCH", path, accept: "application/json", body, known: None };
        self.ask(&request, &subject("patch", kind, namespace)).await
    }

    /// Creates an object, given as JSON.
    ///
    /// # Errors
    /// When the server refuses, or is not reached.
    pub async fn create(
        &self,
        kind: &Kind,
        namespace: Option<&str>,
        object: &Value,
        manager: &str,
    ) -> Result<Value, ServerError> {
        let path = format!("{}?fieldManager={}", kind.path(namespace, None), escape(manager));
        let body = Some(("application/json", object.to_string().into_bytes()));
        let request = Request { method: "POST", path, accept: "application/json", body, known: None };
        self.ask(&request, &subject("create", kind, namespace)).await
    }

    /// Replaces an object, given as JSON; a resource version in it must still be the current one.
    ///
    /// # Errors
    /// When the server refuses, or is not reached.
    pub async fn replace(
        &self,
        kind: &Kind,
        namespace: Option<&str>,
        name: &str,
        object: &Value,
        manager: &str,
    ) -> Result<Value, ServerError> {
        let path = format!("{}?fieldManager={}", kind.path(namespace, Some(name)), escape(manager));
        let body = Some(("application/json", object.to_string().into_bytes()));
        let request = Request { method: "PUT", path, accept: "application/json", body, known: None };
        self.ask(&request, &subject("update", kind, namespace)).await
    }

    /// Deletes an object with the options of `DeleteOptions`.
    ///
    /// # Errors
    /// When the server refuses, or is not reached.
    pub async fn delete(
        &self,
        kind: &Kind,
        namespace: Option<&str>,
        name: &str,
        options: &Value,
    ) -> Result<(), ServerError> {
        let path = kind.path(namespace, Some(name));
        let body = Some(("application/json", options.to_string().into_bytes()));
        let request = Request { method: "DELETE", path, accept: "application/json", body, known: None };
        self.ask(&request, &subject("delete", kind, namespace)).await.map(drop)
    }

    /// The answer to a path that is no object: OpenAPI documents, the version.
    ///
    /// # Errors
    /// When the server refuses, or is not reached.
    pub async fn document(&self, path: &str) -> Result<Value, ServerError> {
        let subject = Subject { verb: "get", resource: String::new(), namespace: None };
        self.ask(&Request::get(path.to_owned()), &subject).await
    }

    /// The kind of an object, as the server serves it.
    ///
    /// # Errors
    /// When it does not, or nobody can know.
    pub fn kind_of(&self, api_version: &str, kind: &str) -> Result<&Kind, ServerError> {
        let subject = Subject { verb: "get", resource: kind.to_owned(), namespace: None };
        if let Some(found) = self.kinds().find(api_version, kind) {
            return Ok(found);
        }
        Err(match self.kinds().is_stale(api_version) {
            true => subject.unreachable(format!("the server behind {api_version} does not answer")),
            false => subject.unknown_kind(&format!("{kind} of {api_version}")),
        })
    }
}

/// Items of lists do not say what they are.
fn with_kind(mut item: Value, kind: &Kind) -> Value {
    if let Some(object) = item.as_object_mut() {
        object.insert("apiVersion".into(), kind.api_version().into());
        object.insert("kind".into(), kind.kind.as_str().into());
    }
    item
}
