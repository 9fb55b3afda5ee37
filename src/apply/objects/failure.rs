//! What a server has against a write, sorted by what a person can do about it.

use crate::drift::{Change, FieldChange};
use crate::k8s::ResourceRef;
use crate::live::kubernetes::ServerError;
use crate::plan::scaling::DRAINED_TO;

use super::report::Failure;

/// What the words of the server mean.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Reason {
    Conflict,
    Denied,
    Forbidden,
    Immutable,
    TooLarge,
    Terminating,
    Quota,
    MissingNamespace,
    UnknownKind,
    UnknownField,
    Other,
}

fn reason(error: &ServerError) -> Reason {
    let has = |words: &[&str]| words.iter().any(|word| error.message.contains(word));
    let conflicts = |text: &String| text.contains("conflict with ");
    match error.status {
        409 if error.causes.iter().any(|(_, said)| conflicts(said)) || conflicts(&error.message) => Reason::Conflict,
        413 => Reason::TooLarge,
        _ if has(&[
            "request is too large",
            "larger than max",
            "must have at most 1048576 bytes",
            "limit is 3145728",
        ]) =>
        {
            Reason::TooLarge
        }
        422 if has(&["Too long: may not be more than 1048576"]) => Reason::TooLarge,
        403 if has(&["being terminated"]) => Reason::Terminating,
        403 if has(&["exceeded quota"]) => Reason::Quota,
        _ if error.is_denied() => Reason::Denied,
        403 if error.code == "forbidden" => Reason::Forbidden,
        422 if error.is_immutable() => Reason::Immutable,
        404 if error.code == "unknownKind" => Reason::UnknownKind,
        404 if has(&["namespaces \""]) => Reason::MissingNamespace,
        400 | 500 if has(&["unknown field", "field not declared in schema"]) => Reason::UnknownField,
        _ => Reason::Other,
    }
}

/// The same, with the line that is to blame where the server names a whole section: it is known which fields cannot change.
pub fn failure_of(error: &ServerError, change: &Change) -> Failure {
    let mut failure = failure(error, &change.resource);
    let is_refused =
        |field: &&FieldChange| field.consequence.as_deref().is_some_and(|text| text.contains("will refuse it"));
    if failure.code == "immutable"
        && let Some(guilty) = change.fields.iter().find(is_refused)
    {
        failure.field = Some(guilty.path.clone());
    }
    failure
}

/// The path of a field as reports write it, from how the server writes it: `.spec.containers[name="a"].image`.
pub fn field_path(servers: &str) -> String {
    let text = servers.trim_start_matches('.');
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(open) = rest.find('[') {
        let close = rest[open..].find(']').map_or(rest.len(), |at| open + at);
        out.push_str(&rest[..open]);
        out.push_str(&rest[open..close].replace('"', ""));
        rest = &rest[close..];
    }
    out.push_str(rest);
    out
}

/// The manager in `conflict with "kubectl" using apps/v1`.
fn manager(said: &str) -> Option<String> {
    let rest = said.split_once("conflict with \"")?.1;
    Some(rest.split_once('"')?.0.to_owned())
}

/// What a server has against writing an object.
pub fn failure(error: &ServerError, resource: &ResourceRef) -> Failure {
    let reason = reason(error);
    let fields: Vec<(String, String)> = error
        .causes
        .iter()
        // Some refusals are about no field: `[]`.
        .filter(|(field, _)| !field.is_empty() && !field.starts_with('['))
        .map(|(field, said)| (field_path(field), said.clone()))
        .collect();
    let code = match reason {
        Reason::Conflict => "conflict",
        Reason::Denied => "denied",
        Reason::Forbidden => "forbidden",
        Reason::Immutable => "immutable",
        Reason::TooLarge => "tooLarge",
        Reason::Terminating => "terminating",
        Reason::Quota => "quota",
        Reason::MissingNamespace => "missingNamespace",
        Reason::UnknownKind => "unknownKind",
        Reason::UnknownField => "invalid",
        Reason::Other => &error.code,
    };
    let managers: Vec<String> = fields.iter().filter_map(|(_, said)| manager(said)).collect();
    let mut failure = Failure {
        code: code.to_owned(),
        message: error.message.clone(),
        field: fields.first().map(|(field, _)| field.clone()).or_else(|| unknown_field(&error.message)),
        manager: managers.first().cloned().filter(|_| reason == Reason::Conflict),
        fields,
        ..Failure::default()
    };
    advise(&mut failure, reason, resource);
    failure
}

/// `unknown field "spec.replicsa"`, as strict validation has it, or `.spec.replicsa: field not declared in schema`.
fn unknown_field(message: &str) -> Option<String> {
    if let Some((before, _)) = message.split_once(": field not declared in schema") {
        return before.rsplit_once(' ').map(|(_, field)| field_path(field));
    }
    let rest = message.split_once("unknown field \"")?.1;
    Some(rest.split_once('"')?.0.to_owned())
}

fn advise(failure: &mut Failure, reason: Reason, resource: &ResourceRef) {
    let help = match reason {
        Reason::Conflict => {
            for (field, said) in &failure.fields {
                if let Some(manager) = manager(said) {
                    failure.notes.push(format!("`{field}` is owned by `{manager}`"));
                }
            }
            "leave the field out of the files so that its owner keeps it, or take it with `--force-conflicts`"
                .to_owned()
        }
        Reason::Denied if failure.message.contains(DRAINED_TO) => {
            "drain the nodes first: `redisops apply` does it and lowers the number then, where `spec.redis` of the environment has an entry for them; so does `redisops cluster drain`"
                .to_owned()
        }
        Reason::Denied => {
            "the rule of the cluster that denies it has the last word: change the files, or ask its owner".to_owned()
        }
        Reason::Forbidden => {
            "ask whoever administers the cluster for the rights that are printed with this".to_owned()
        }
        Reason::Immutable => {
            failure.notes.push(cost_of_replacing(&resource.kind).to_owned());
            format!("undo the change, or replace the object with `--replace {resource}`")
        }
        Reason::TooLarge => {
            failure
                .notes
                .push("an object can have about 1.5 MB, and the data of a ConfigMap or Secret 1 MiB".to_owned());
            "spread the data over several objects, or put it into a volume".to_owned()
        }
        Reason::Terminating => {
            "wait until the namespace is gone and run again; `kubectl get namespace -o yaml` says what holds it"
                .to_owned()
        }
        Reason::Quota => "ask for a larger quota, or for less".to_owned(),
        Reason::MissingNamespace => "create the namespace, or add it to the files".to_owned(),
        Reason::UnknownKind => {
            "install what defines the kind, or add its CustomResourceDefinition to the files".to_owned()
        }
        Reason::UnknownField => {
            "the server does not know the field: look at its name, and at the version of the API".to_owned()
        }
        Reason::Other => return,
    };
    failure.help = Some(help);
}

/// What it takes to delete an object and create it again.
pub fn cost_of_replacing(kind: &str) -> &'static str {
    match kind {
        "StatefulSet" => {
            "to replace it: the StatefulSet is deleted and created again while its pods go on running; those whose template differs are then restarted one by one, volumes stay"
        }
        "Deployment" | "ReplicaSet" | "DaemonSet" => {
            "to replace it: its pods are stopped and new ones started, which is a downtime"
        }
        "Job" => "to replace it: the Job is deleted with its pods and runs again",
        "Service" => "to replace it: the Service gets another address, and connections to the old one break",
        "PersistentVolumeClaim" => {
            "to replace it: the data is lost, unless the volume is retained; make a new claim and copy the data instead"
        }
        "RoleBinding" | "ClusterRoleBinding" => "to replace it: the rights are away for a moment",
        _ => "to replace it: the object is deleted and created again",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(status: u16, code: &str, message: &str, causes: &[(&str, &str)]) -> Failure {
        let error = ServerError {
            status,
            code: code.to_owned(),
            message: message.to_owned(),
            verb: "patch",
            resource: "statefulsets.apps".to_owned(),
            namespace: Some("shop".to_owned()),
            causes: causes.iter().map(|(field, said)| ((*field).to_owned(), (*said).to_owned())).collect(),
        };
        let resource = ResourceRef {
            api_version: "apps/v1".into(),
            kind: "StatefulSet".into(),
            namespace: Some("shop".into()),
            name: "cache".into(),
        };
        failure(&error, &resource)
    }

    #[test]
    fn a_conflict_names_field_and_owner() {
        let said = r#"conflict with "kubectl-scale" using apps/v1"#;
        let found = of(
            409,
            "conflict",
            "Apply failed with 1 conflict",
            &[(r#".spec.template.spec.containers[name="redis"].image"#, said)],
        );
        assert_eq!((found.code.as_str(), found.manager.as_deref()), ("conflict", Some("kubectl-scale")));
        assert_eq!(found.field.as_deref(), Some("spec.template.spec.containers[name=redis].image"));
        assert!(found.help.unwrap().contains("--force-conflicts"));
        assert_eq!(found.notes, ["`spec.template.spec.containers[name=redis].image` is owned by `kubectl-scale`"]);
    }

    #[test]
    fn each_refusal_has_its_way_out() {
        let code = |found: Failure| {
            assert!(found.help.is_some(), "{}", found.code);
            found.code
        };
        let set = "StatefulSet.apps \"cache\" is invalid: spec: Forbidden: updates to statefulset spec for fields other than 'replicas' are forbidden";
        let immutable = of(422, "invalid", set, &[("spec", "Forbidden: updates")]);
        assert!(immutable.help.as_deref().unwrap().contains("--replace StatefulSet/shop/cache"));
        assert!(immutable.notes[0].contains("volumes stay"));
        assert_eq!(immutable.code, "immutable");
        assert_eq!(
            code(of(403, "forbidden", "statefulsets.apps is forbidden: User \"u\" cannot patch resource", &[])),
            "forbidden"
        );
        let webhook = "admission webhook \"no.example.com\" denied the request: never";
        assert_eq!(code(of(403, "forbidden", webhook, &[])), "denied");
        let policy = "statefulsets.apps \"cache\" is forbidden: ValidatingAdmissionPolicy 'x' with binding 'x' denied request: drained";
        assert_eq!(code(of(422, "invalid", policy, &[])), "denied");
        assert_eq!(code(of(403, "forbidden", "pods \"x\" is forbidden: exceeded quota: q", &[])), "quota");
        let ending = "cannot create: unable to create new content in namespace a because it is being terminated";
        assert_eq!(code(of(403, "forbidden", ending, &[])), "terminating");
        assert_eq!(code(of(404, "notFound", "namespaces \"shop\" not found", &[])), "missingNamespace");
        assert_eq!(code(of(413, "tooLarge", "Request entity too large", &[])), "tooLarge");
        assert_eq!(code(of(500, "serverError", "etcdserver: request is too large", &[])), "tooLarge");
        let unknown = of(400, "badRequest", "strict decoding error: unknown field \"spec.replicsa\"", &[]);
        assert_eq!(unknown.field.as_deref(), Some("spec.replicsa"));
        let typed = "failed to create typed patch object (shop/bad; /v1, Kind=Service): .spec.portz: field not declared in schema";
        let undeclared = of(500, "serverError", typed, &[]);
        assert_eq!((undeclared.code.as_str(), undeclared.field.as_deref()), ("invalid", Some("spec.portz")));
        assert_eq!(
            of(422, "invalid", "Too long: may not be more than 1048576 bytes", &[("[]", "Too long")]).field,
            None
        );
        assert_eq!(of(500, "serverError", "boom", &[]).help, None);
    }

    #[test]
    fn fields_are_written_our_way() {
        assert_eq!(field_path(".spec.ports[port=80,protocol=\"TCP\"].name"), "spec.ports[port=80,protocol=TCP].name");
        assert_eq!(field_path("spec.replicas"), "spec.replicas");
        assert_eq!(field_path(".data.redis.conf"), "data.redis.conf");
    }
}
