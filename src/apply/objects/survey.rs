//! What is live, what would change, and the plan of it.

use std::collections::BTreeSet;

use futures::future::join;
use serde_json::Value;

use crate::diagnostics::render::MASKED;
use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::drift::Change;
use crate::drift::managed::{IgnoreRules, LiveObject, Ours, comparable};
use crate::k8s::ResourceRef;
use crate::live::kubernetes::Cluster;
use crate::live::objects::former_sets;
use crate::plan::{self, ApplySetRef, Claim, ClusterRef, Named, Plan, Seals};
use crate::provenance::{FieldPath, json};
use crate::topology::refused;
use crate::yaml::{Node, Origin, Trace, from_value};

use super::compare::{Identity, Known, PlaceOf, compare, gone};
use super::failure::failure_of;
use super::left_claims;
use super::members::{self, LiveSet};
use super::quoted::Quoted;
use super::report::Failure;
use super::run::located;
use super::set;
use super::volumes::{self, Trouble};
use super::wanted::Wanted;

/// What is asked for.
pub struct Question<'a> {
    /// PATH as given.
    pub target: &'a str,
    /// The objects.
    pub wanted: Vec<Wanted>,
    /// The set that they belong to.
    pub set: ApplySetRef,
    /// The managers that stand for the files; the first of them applies.
    pub ours: &'a Ours,
    /// Fields that are of no interest.
    pub ignored: &'a IgnoreRules,
    /// A set that is taken over.
    pub adopt: Option<&'a str>,
    /// Whether the server is asked about new objects, too.
    pub try_new: bool,
    /// Objects that may be deleted although that takes data along.
    pub delete: &'a [Named],
    /// Texts with values of secrets in them, which no report may show.
    pub secrets: &'a BTreeSet<String>,
    /// Where fields are set.
    pub place: &'a PlaceOf<'a>,
}

/// What was found.
pub struct Survey {
    /// The objects.
    pub wanted: Vec<Wanted>,
    /// What is known of each.
    pub known: Vec<Known>,
    /// Claims of the pods of a Redis.
    pub claims: Vec<Claim>,
    /// Those of them that are named to be deleted: they go where everything does.
    pub in_use: Vec<Value>,
    /// Why volumes cannot grow.
    pub troubles: Vec<Trouble>,
    /// StatefulSets of a Redis that the files do not have any more.
    pub former: Vec<Node>,
    /// The set.
    pub set: ApplySetRef,
    /// As the server has it.
    pub live: LiveSet,
    /// What becomes of objects, those that go included.
    pub changes: Vec<Change>,
    /// Masked fields that differ.
    pub seals: Seals,
    /// The steps.
    pub plan: Plan,
    /// Nodes that could be asked: their databases and names.
    pub answering: BTreeSet<(String, String)>,
    /// Texts with values of secrets in them.
    secrets: BTreeSet<String>,
}

/// Looks at everything; changes nothing.
///
/// # Errors
/// When the set is another tool's, or cannot be read. Objects that could not be compared stay in what was found, with why.
pub async fn survey(cluster: &Cluster, question: Question<'_>) -> Result<Survey, Diagnostic> {
    let Question { target, mut wanted, set, ours, ignored, adopt, try_new, delete, secrets, place } = question;
    let id = set::id(&set);
    let identity = Identity { ours, set: &id, ignored, try_new };
    let (live, mut known) =
        join(members::read(cluster, &set, &wanted, adopt), compare(cluster, &wanted, identity, place)).await;
    let mut live = live?;
    let named = left_claims::named(cluster, &set, &wanted, &live.gone, delete).await?;
    let former = former(cluster, &wanted, &known, &live).await;
    volumes::tell_empty(&wanted, &mut known, &former);
    let volumes::Volumes { claims, troubles } = volumes::survey(cluster, &wanted, &known, place).await;
    let of_pods = |claim: &Value| claims.iter().any(|one| one.resource == members::resource(claim));
    let (in_use, left): (Vec<Value>, Vec<Value>) = named.into_iter().partition(of_pods);
    live.gone.extend(left);
    for (one, known) in wanted.iter().zip(&mut known) {
        hide(&mut known.change, secrets);
        // Nearly no object is refused, and each would be taken apart for its values.
        if known.refused.is_none() && known.change.error.is_none() {
            continue;
        }
        let quoted = Quoted::of(secrets, [&json(&one.node)].into_iter().chain(&known.live));
        known.refused.iter_mut().for_each(|error| quoted.hide_in(error));
        known.change.error.iter_mut().for_each(|error| quoted.mask(&mut error.message));
    }
    let seals = seals(&wanted, &known, secrets);
    leave_alone(&mut wanted, &known, ignored, ours);
    let mut changes: Vec<Change> = known.iter().map(|known| known.change.clone()).collect();
    changes.extend(live.gone.iter().map(|object| gone(&members::resource(object), object)));
    changes.extend(claims.iter().filter(|claim| claim.grows()).map(|claim| claim.change.clone()));
    let comparable: Vec<Change> = changes.iter().filter(|change| change.error.is_none()).cloned().collect();
    let objects = nodes(&wanted, &claims);
    let plan = plan::make(&plan::Inputs {
        target,
        cluster: Some(cluster_ref(cluster).await),
        apply_set: Some(set.clone()),
        objects: &objects,
        changes: &comparable,
        seals: &seals,
    });
    let answering = BTreeSet::new();
    let secrets = secrets.clone();
    Ok(Survey { wanted, known, claims, in_use, troubles, former, set, live, changes, seals, plan, answering, secrets })
}

/// Digests of the fields that differ and are not shown.
fn seals(wanted: &[Wanted], known: &[Known], secrets: &BTreeSet<String>) -> Seals {
    let mut found = Seals::default();
    for (one, known) in wanted.iter().zip(known) {
        let is_masked = |value: &Value| match value {
            Value::String(text) => text.contains(MASKED),
            Value::Null | Value::Bool(_) | Value::Number(_) => false,
            tree => tree.to_string().contains(MASKED),
        };
        let mut masked =
            known.change.fields.iter().filter(|field| is_masked(&field.before) || is_masked(&field.after)).peekable();
        let Some(live) = known.live.as_ref().filter(|_| masked.peek().is_some()) else { continue };
        let key = live["metadata"]["uid"].as_str().unwrap_or("").to_owned();
        let (live, git) = (from_value(live.clone(), Origin::NONE), comparable(&one.node));
        for field in masked {
            let Ok(path) = field.path.parse::<FieldPath>() else { continue };
            let seal = plan::sealed(&key, &path, &live, &git, secrets);
            found.insert((known.change.resource.clone(), field.path.clone()), seal);
        }
    }
    found
}

/// What is of no interest is applied as it is live: it neither changes nor makes a conflict.
fn leave_alone(wanted: &mut [Wanted], known: &[Known], ignored: &IgnoreRules, ours: &Ours) {
    for (one, known) in wanted.iter_mut().zip(known) {
        let Some(live) = known.live.as_ref().filter(|_| !ignored.of(&one.node).is_empty()) else { continue };
        let live = LiveObject { node: from_value(live.clone(), Origin::NONE), entries: known.owners.clone() };
        ignored.leave_alone(&mut one.node, &live, ours);
    }
}

/// What is wanted: the objects, and the claims of which no file knows.
fn nodes<'n>(wanted: &'n [Wanted], claims: &'n [Claim]) -> Vec<&'n Node> {
    wanted.iter().map(|one| &one.node).chain(claims.iter().map(|claim| &claim.wanted)).collect()
}

/// StatefulSets of a Redis that the files do not have any more.
async fn former(cluster: &Cluster, wanted: &[Wanted], known: &[Known], live: &LiveSet) -> Vec<Node> {
    let all: BTreeSet<ResourceRef> = wanted.iter().map(|one| one.resource.clone()).collect();
    let new: Vec<(&Node, &ResourceRef)> = wanted
        .iter()
        .zip(known)
        .filter(|(_, known)| known.live.is_none())
        .map(|(one, _)| (&one.node, &one.resource))
        .collect();
    let mut former = former_sets(cluster, &all, &new).await;
    let is_known = |node: &Node| former.iter().any(|one| ResourceRef::of_node(one) == ResourceRef::of_node(node));
    let gone = live.gone.iter().filter(|object| object["kind"] == "StatefulSet");
    let gone: Vec<Node> =
        gone.map(|object| from_value(object.clone(), Origin::NONE)).filter(|it| !is_known(it)).collect();
    former.extend(gone);
    former
}

/// Masks both values of fields that hold one of the texts now.
pub fn hide(change: &mut Change, secrets: &BTreeSet<String>) {
    let holds = |value: &Value| match value {
        Value::String(text) => secrets.contains(text),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
        // Texts of a tree stand in it as JSON writes them.
        tree => {
            let tree = tree.to_string();
            secrets.iter().any(|text| tree.contains(&Value::from(text.as_str()).to_string()))
        }
    };
    for field in change.fields.iter_mut().filter(|field| holds(&field.after)) {
        if !field.before.is_null() {
            field.before = Value::from(MASKED);
        }
        field.after = Value::from(MASKED);
    }
    // Servers quote what they refuse.
    let said = change.error.iter_mut().map(|error| &mut error.message);
    let said = said.chain(change.refusal.iter_mut().map(|refusal| &mut refusal.message));
    for message in said {
        for text in secrets.iter().filter(|text| text.len() > 3 && message.contains(text.as_str())).collect::<Vec<_>>()
        {
            *message = message.replace(text.as_str(), MASKED);
        }
    }
}

/// Which cluster this is. Whoever may not see its system namespace knows it by its address only.
pub async fn cluster_ref(cluster: &Cluster) -> ClusterRef {
    let system: Option<Value> = match cluster.kind_of("v1", "Namespace") {
        Ok(kind) => cluster.get(kind, None, "kube-system").await.ok().flatten(),
        Err(_) => None,
    };
    let uid = system.and_then(|system| system["metadata"]["uid"].as_str().map(str::to_owned));
    ClusterRef { server: cluster.server().to_owned(), uid }
}

/// Whether a plan was made for another cluster. Addresses change; the identity of the system namespace does not.
pub fn is_another(planned: &ClusterRef, now: &ClusterRef) -> bool {
    match (&planned.uid, &now.uid) {
        (Some(planned), Some(now)) => planned != now,
        _ => planned.server != now.server,
    }
}

impl Survey {
    /// What is wanted: the objects, and the claims of which no file knows.
    pub fn nodes(&self) -> Vec<&Node> {
        nodes(&self.wanted, &self.claims)
    }

    /// What no message about an object may show.
    pub fn quoted(&self, at: usize) -> Quoted {
        Quoted::of(&self.secrets, [&json(&self.wanted[at].node)].into_iter().chain(&self.known[at].live))
    }

    /// What a running Redis cannot take, at the lines that want it.
    pub fn against(&self, trace: &Trace) -> Diagnostics {
        let live = self.known.iter().filter_map(|one| Some(from_value(one.live.clone()?, Origin::NONE)));
        let before: Vec<Node> = live.chain(self.former.iter().cloned()).collect();
        let after: Vec<&Node> = self.wanted.iter().map(|one| &one.node).collect();
        let mut found = refused(&before.iter().collect::<Vec<_>>(), &after, trace);
        self.troubles.iter().for_each(|trouble| found.push(trouble.diagnostic(trace)));
        found
    }

    /// The same for a deletion of everything: the objects that are live, and what else the set has.
    #[must_use]
    pub fn of_deletion(mut self) -> Survey {
        let mut going: Vec<Value> = self.known.drain(..).filter_map(|known| known.live).collect();
        going.append(&mut self.live.gone);
        going.append(&mut self.in_use);
        self.changes = going.iter().map(|object| gone(&members::resource(object), object)).collect();
        self.plan = plan::make(&plan::Inputs {
            target: &self.plan.target,
            cluster: self.plan.cluster.take(),
            apply_set: self.plan.apply_set.take(),
            objects: &[],
            changes: &self.changes,
            seals: &Seals::default(),
        });
        self.live.gone = going;
        self.wanted = Vec::new();
        self.claims = Vec::new();
        self
    }

    /// Objects that the server would not let compare, by their positions, with the lines that are to blame.
    pub fn refused(&self, place: &PlaceOf<'_>) -> Vec<(ResourceRef, Failure)> {
        let refused = self.known.iter().enumerate().filter_map(|(at, known)| {
            let failure = failure_of(known.refused.as_ref()?, &known.change);
            Some((known.change.resource.clone(), located(failure, at, place)))
        });
        refused.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_placeholders_are_masked_wherever_they_are() {
        let field = |after: Value| crate::drift::FieldChange {
            path: "data.a".into(),
            before: Value::from("old"),
            after,
            origin: None,
            manager: None,
            consequence: None,
            conflict: false,
            unmanaged: false,
        };
        let resource =
            ResourceRef { api_version: "v1".into(), kind: "ConfigMap".into(), namespace: None, name: "a".into() };
        let mut change = crate::drift::managed::create(&resource);
        change.fields =
            vec![field("hun\"ter2".into()), field("other".into()), field(serde_json::json!([{"b": "hun\"ter2"}]))];
        hide(&mut change, &BTreeSet::from(["hun\"ter2".to_owned()]));
        let shown: Vec<&Value> = change.fields.iter().map(|field| &field.after).collect();
        assert_eq!(shown, [&Value::from(MASKED), &Value::from("other"), &Value::from(MASKED)]);
        assert_eq!(change.fields[0].before, MASKED);
    }

    #[test]
    fn clusters_are_known_by_their_identity() {
        let cluster =
            |server: &str, uid: Option<&str>| ClusterRef { server: server.into(), uid: uid.map(str::to_owned) };
        assert!(!is_another(&cluster("a", Some("1")), &cluster("b", Some("1"))));
        assert!(is_another(&cluster("a", Some("1")), &cluster("a", Some("2"))));
        assert!(is_another(&cluster("a", None), &cluster("b", Some("2"))));
        assert!(!is_another(&cluster("a", None), &cluster("a", Some("2"))));
    }
}
