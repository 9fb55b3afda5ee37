//! Secrets while a password in them is replaced: pods that start in the meantime let in the old one and the new one.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::apply::nodes::{Kept, Tuner};
use crate::diagnostics::Diagnostic;
use crate::drift::ChangeKind;
use crate::k8s::ResourceRef;
use crate::live::kubernetes::{Apply, ServerError};
use crate::secrets::Secret;
use crate::topology::PREVIOUS;

use super::members;
use super::run::{Halt, Run, on_nodes};

/// Says which keys were put into a Secret that the files do not have any more.
const ADDED: &str = "redisops.dev/added-keys";

impl Run<'_> {
    /// The keys that a Secret has besides for now: pods that start with it let in both passwords.
    fn besides(&self, at: usize) -> Vec<(String, Secret)> {
        let resource = &self.survey.wanted[at].resource;
        let mut keys = Vec::new();
        for one in self.tools.tuner.map(Tuner::kept).unwrap_or_default() {
            if is_named(resource, &one, &one.secret) {
                keys.push((previous(&one.key), one.old.clone()));
            }
            // Pods of the template before may start, too, until they are replaced: on another machine, say.
            if let Some((_, key)) = one.former.as_ref().filter(|(secret, _)| is_named(resource, &one, secret)) {
                keys.push((previous(key), one.new.clone()));
            }
        }
        keys
    }

    /// Puts those keys into a Secret that is sent.
    pub(super) fn keep_old_passwords(&self, at: usize, body: &mut Value) {
        if self.tools.options.dry_run {
            return;
        }
        for (key, value) in self.besides(at) {
            if body["immutable"] == true {
                if self.latest[at].as_ref().is_some_and(|live| live["immutable"] == true) {
                    return;
                }
                // It becomes so when the key is taken out again.
                body.as_object_mut().map(|body| body.remove("immutable"));
            }
            body["data"][key] = packed(&value);
        }
    }

    /// Whether a field is one that is kept for now.
    pub(super) fn is_kept(&self, at: usize, path: &str) -> bool {
        // What keeps pods as they are was left by a run that was ended, and is let go pod by pod.
        if self.held.contains_key(&at) && path.starts_with("spec.updateStrategy") {
            return true;
        }
        path.ends_with(PREVIOUS) && !self.besides(at).is_empty()
    }

    /// Secrets that are as the files say: nobody would write them.
    fn is_written_besides(&self, at: usize) -> bool {
        let is_same = self.survey.known[at].change.change == ChangeKind::None;
        self.latest[at].is_some() && (is_same || self.is_asked_for(at))
    }

    /// Before anything is written: Secrets that pods of now start with, whatever their template, let in both passwords.
    pub(super) async fn open_secrets(&mut self, tuner: &Tuner<'_>) -> Result<(), Halt> {
        for at in 0..self.latest.len() {
            let is_same = self.survey.known[at].change.change == ChangeKind::None;
            if is_same && self.is_written_besides(at) && !self.besides(at).is_empty() {
                self.latest[at] = Some(self.release(at, None).await?);
            }
        }
        for one in tuner.kept() {
            let Some((secret, key)) = &one.former else { continue };
            let mut gone = self.survey.live.gone.iter().map(members::resource);
            if let Some(former) = gone.find(|gone| is_named(gone, &one, secret)) {
                self.open_former(&former, key, &one.new).await?;
            }
        }
        Ok(())
    }

    /// The same for a Secret that the files do not have any more.
    async fn open_former(&self, former: &ResourceRef, key: &str, new: &Secret) -> Result<(), Diagnostic> {
        let Some(live) = self.secret(former).await? else { return Ok(()) };
        if live["immutable"] == true || !live["data"].is_object() {
            return Ok(());
        }
        let annotations = &live["metadata"]["annotations"];
        let name = previous(key);
        let mut added: Vec<&str> = annotations[ADDED].as_str().unwrap_or("").split_ascii_whitespace().collect();
        if !added.contains(&name.as_str()) {
            added.push(&name);
        }
        let mut patch = vec![json!({ "op": "add", "path": format!("/data/{name}"), "value": packed(new) })];
        if !annotations.is_object() {
            patch.push(json!({ "op": "add", "path": "/metadata/annotations", "value": {} }));
        }
        patch.push(json!({ "op": "add", "path": annotation(), "value": added.join(" ") }));
        self.patch(former, &json!(patch)).await
    }

    /// Takes out of Secrets that the files do not have any more what was put into them, where they stay.
    async fn close_former(&self, kept: &[Kept]) -> Result<(), Diagnostic> {
        let gone = self.survey.live.gone.iter().map(|object| (members::resource(object), object));
        let touched = |resource: &ResourceRef, object: &Value| {
            let of = |one: &Kept| one.former.as_ref().is_some_and(|(secret, _)| is_named(resource, one, secret));
            object["metadata"]["annotations"][ADDED].is_string() || kept.iter().any(of)
        };
        let stays = |resource: &ResourceRef| is_plain_secret(resource) && !self.is_to_go(resource);
        for (resource, _) in gone.filter(|(resource, object)| stays(resource) && touched(resource, object)) {
            let Some(live) = self.secret(&resource).await? else { continue };
            let Some(added) = live["metadata"]["annotations"][ADDED].as_str() else { continue };
            let there = added.split_ascii_whitespace().filter(|key| !live["data"][key].is_null());
            let mut patch: Vec<Value> =
                there.map(|key| json!({ "op": "remove", "path": format!("/data/{key}") })).collect();
            patch.push(json!({ "op": "remove", "path": annotation() }));
            self.patch(&resource, &json!(patch)).await?;
        }
        Ok(())
    }

    async fn secret(&self, resource: &ResourceRef) -> Result<Option<Value>, Diagnostic> {
        let refused = |error: ServerError| refused(resource, &error);
        let kind = self.cluster.kind_of(&resource.api_version, &resource.kind).map_err(refused)?;
        self.cluster.get(kind, resource.namespace.as_deref(), &resource.name).await.map_err(refused)
    }

    async fn patch(&self, resource: &ResourceRef, patch: &Value) -> Result<(), Diagnostic> {
        let refused = |error: ServerError| refused(resource, &error);
        let options = self.tools.options;
        let how = Apply { manager: &options.manager, force: options.force, dry_run: false };
        let kind = self.cluster.kind_of(&resource.api_version, &resource.kind).map_err(refused)?;
        let done = self.cluster.json_patch(kind, resource.namespace.as_deref(), &resource.name, patch, how).await;
        done.map(drop).map_err(refused)
    }

    /// Ends old passwords once every pod has the new one, and takes them out of the Secrets again.
    pub(super) async fn end_passwords(&mut self, tuner: &Tuner<'_>) -> Result<(), Halt> {
        if tuner.has_old_passwords().await {
            self.resumed(async || tuner.close().await).await.map_err(on_nodes)?;
        }
        let all = 0..self.latest.len();
        let written: Vec<usize> =
            all.filter(|at| self.is_written_besides(*at) && !self.besides(*at).is_empty()).collect();
        let kept = tuner.give_up_kept();
        for at in written {
            self.latest[at] = Some(self.release(at, None).await?);
        }
        Ok(self.close_former(&kept).await?)
    }
}

/// The key with the password that is valid beside the one of a key.
fn previous(key: &str) -> String {
    format!("{key}{PREVIOUS}")
}

fn packed(value: &Secret) -> Value {
    Value::from(STANDARD.encode(value.expose()))
}

/// Where that annotation is.
fn annotation() -> String {
    format!("/metadata/annotations/{}", ADDED.replace('/', "~1"))
}

fn is_plain_secret(resource: &ResourceRef) -> bool {
    resource.kind == "Secret" && resource.api_version == "v1"
}

fn is_named(resource: &ResourceRef, kept: &Kept, secret: &str) -> bool {
    let is_there = kept.namespace.is_empty() || resource.namespace.as_deref() == Some(&kept.namespace);
    is_plain_secret(resource) && resource.name == secret && is_there
}

fn refused(resource: &ResourceRef, error: &ServerError) -> Diagnostic {
    let message = format!("{resource} cannot let the new password in beside the old one: {}", error.message);
    Diagnostic::error("redisops::apply::former_secret", message)
        .note("pods that have their password from it still may start again before they are replaced")
        .help("let whoever applies `get` and `patch` Secrets, then run the same command again")
}
