//! What applying would change, object by object.

use serde_json::{Value, json};

use crate::drift::managed::{Entry, IgnoreRules, Ours, Sides, create, delete, failed, update};
use crate::drift::{Change, ChangeKind, CompareError, Origin, consequence};
use crate::k8s::ResourceRef;
use crate::k8s::openapi::OpenApi;
use crate::live::kubernetes::{Cluster, ServerError};
use crate::live::objects::{self, Verdict};
use crate::provenance::{self, FieldPath};
use crate::schema::Schemas;
use crate::yaml::{Node, Origin as At, from_value};

use super::set::PART_OF;
use super::wanted::Wanted;

/// Where a field of a wanted object is set; the path is empty for the object.
pub type PlaceOf<'a> = dyn Fn(usize, &FieldPath) -> Option<Origin> + 'a;

/// What is known of a wanted object.
#[derive(Clone, Debug)]
pub struct Known {
    /// What would become of it.
    pub change: Change,
    /// As it is now.
    pub live: Option<Value>,
    /// Who owns what of it.
    pub owners: Vec<Entry>,
    /// Whether it belongs to the set already.
    pub is_member: bool,
    /// What the server has against it.
    pub refused: Option<ServerError>,
}

impl Known {
    /// Whether its pods are replaced by what changes; also where that was begun and is not done.
    pub fn is_rolled(&self) -> bool {
        let live = self.live.as_ref();
        let is_held =
            live.is_some_and(|live| live["spec"]["updateStrategy"]["rollingUpdate"]["partition"].as_u64() > Some(0));
        let fields = &self.change.fields;
        self.change.change == ChangeKind::Update
            && fields.iter().any(|field| {
                field.path.starts_with("spec.template") || is_held && field.path.starts_with("spec.updateStrategy")
            })
    }
}

/// As whom objects are applied, and to which set they belong.
#[derive(Clone, Copy, Debug)]
pub struct Identity<'a> {
    /// The managers that stand for the files.
    pub ours: &'a Ours,
    /// Id of the set.
    pub set: &'a str,
    /// Fields that are of no interest.
    pub ignored: &'a IgnoreRules,
    /// Whether the server is asked about new objects, too; not where they are applied in a moment.
    pub try_new: bool,
}

/// Compares all wanted objects with what is live, in their order.
pub async fn compare(cluster: &Cluster, wanted: &[Wanted], identity: Identity<'_>, place: &PlaceOf<'_>) -> Vec<Known> {
    let all: Vec<objects::Wanted> = wanted.iter().map(|one| objects::Wanted::new(&one.node)).collect();
    let how = objects::Plan {
        ours: identity.ours,
        ignored: identity.ignored,
        schemas: &Schemas::default(),
        openapi: &OpenApi::default(),
        namespace: cluster.namespace(),
        exact: false,
        unmanaged: false,
        try_new: identity.try_new,
    };
    let users = consequence::Users::of(wanted.iter().map(|one| &one.node));
    let found = objects::compare(cluster, &all, how).await;
    let known = found.into_iter().enumerate().map(|(at, outcome)| {
        let resource = &wanted[at].resource;
        let mut refused = None;
        let mut owners = Vec::new();
        let (mut change, live) = match outcome.verdict {
            Verdict::Create { denied } => {
                // Other rules may let it through once what comes before it is there.
                refused = denied.filter(|error| error.status == 422);
                let change = match &refused {
                    Some(error) => failed(create(resource), compare_error(error)),
                    None => create(resource),
                };
                (change, None)
            }
            Verdict::Failed(error) => {
                let change = failed(create(resource), compare_error(&error));
                refused = Some(error);
                (change, None)
            }
            Verdict::Live { live, drifted, error } => {
                let sides = Sides { resource, git: &all[at].node, live: &live.node, users: &users };
                let change = update(sides, &drifted, &mut |one| place(at, &one.path));
                // What the guard has against fewer pods, an apply sees to before it writes.
                let change = match error.filter(|error| !error.is_guarded()) {
                    Some(error) => {
                        let change = failed(change, compare_error(&error));
                        refused = Some(error);
                        change
                    }
                    None => change,
                };
                owners = live.entries;
                (change, Some(provenance::json(&live.node)))
            }
        };
        change.place = place(at, &FieldPath::root());
        let is_member = live.as_ref().is_some_and(|live| live["metadata"]["labels"][PART_OF] == identity.set);
        Known { change, live, owners, is_member, refused }
    });
    known.collect()
}

fn compare_error(error: &ServerError) -> CompareError {
    CompareError {
        code: error.code.clone(),
        message: error.message.clone(),
        verb: Some(error.verb.to_owned()),
        resource: Some(error.resource.clone()),
    }
}

/// The change of an object that the set has and the files do not.
pub fn gone(resource: &ResourceRef, object: &Value) -> Change {
    let node: Node = from_value(object.clone(), At::NONE);
    delete(resource, &node)
}

/// The options of a deletion: of this very object.
pub fn delete_options(object: &Value, propagation: &str, dry_run: bool) -> Value {
    let mut options = json!({
        "propagationPolicy": propagation,
        "preconditions": {"uid": object["metadata"]["uid"]},
    });
    if dry_run {
        options["dryRun"] = json!(["All"]);
    }
    options
}
