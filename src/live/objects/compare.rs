//! All objects of Git beside those of the cluster. One that cannot be compared hides no other.

use std::collections::BTreeSet;
use std::sync::Arc;

use futures::future::join_all;
use serde_json::Value;

use crate::drift::managed::{
    Assessment, Confirmed, Doubt, Drifted, Equals, IgnoreRules, KindSchema, Known, LiveObject, NoSchema, Ours, assess,
    confirm,
};
use crate::k8s::ResourceRef;
use crate::k8s::openapi::OpenApi;
use crate::live::kubernetes::{Cluster, Kind, ServerError};
use crate::provenance::{FieldPath, Segment, json};
use crate::schema::{Schemas, crd};
use crate::topology::only_grows;
use crate::yaml::{Node, Origin, from_value};

use super::fetch::{Sought, fetch};
use super::target::{Place, Wanted, locate};
use super::trial::{applied, without};

/// How objects are compared.
#[derive(Clone, Copy)]
pub struct Plan<'p> {
    /// The managers that stand for Git.
    pub ours: &'p Ours,
    /// Fields that are of no interest.
    pub ignored: &'p IgnoreRules,
    /// Schemas of custom resources.
    pub schemas: &'p Schemas,
    /// Kinds of Kubernetes.
    pub openapi: &'p OpenApi,
    /// The namespace of objects that name none.
    pub namespace: &'p str,
    /// Ask the server about each object, whatever values and ownership prove.
    pub exact: bool,
    /// Show what somebody else has set, too.
    pub unmanaged: bool,
    /// Ask the server whether it would take objects that are new.
    pub try_new: bool,
}

/// What was found of an object.
#[derive(Debug)]
pub struct Outcome<'a> {
    /// Which one, with its namespace.
    pub resource: ResourceRef,
    /// What was found.
    pub verdict: Verdict<'a>,
}

/// What was found.
#[derive(Debug)]
pub enum Verdict<'a> {
    /// It is not live.
    Create {
        /// What a rule of the cluster has against it now. What comes before it may mend that.
        denied: Option<ServerError>,
    },
    /// It is live.
    Live {
        /// As it is.
        live: Box<LiveObject>,
        /// What differs.
        drifted: Vec<Drifted<'a>>,
        /// Why that is not sure.
        error: Option<ServerError>,
    },
    /// Nobody knows.
    Failed(ServerError),
}

/// Compares them, in their order.
pub async fn compare<'a>(cluster: &Cluster, all: &'a [Wanted], plan: Plan<'_>) -> Vec<Outcome<'a>> {
    let defined: BTreeSet<(&str, &str)> = all
        .iter()
        .filter(|one| one.resource.kind == "CustomResourceDefinition")
        .filter_map(|one| one.node.text_at(&["spec", "group"]).zip(one.node.text_at(&["spec", "names", "kind"])))
        .collect();
    let places: Vec<Place<'_>> = all
        .iter()
        .map(|one| locate(cluster, &one.resource, plan.namespace, &|group, kind| defined.contains(&(group, kind))))
        .collect();
    let mut sought = Vec::new();
    let mut slots = Vec::new();
    for (index, place) in places.iter().enumerate() {
        // What has no name yet is new each time.
        if let Place::Served(kind, namespace) = place
            && !all[index].resource.name.is_empty()
        {
            sought.push(Sought { kind, namespace: namespace.as_deref(), name: &all[index].resource.name });
            slots.push(index);
        }
    }
    let mut found: Vec<Option<Result<Option<Value>, ServerError>>> = all.iter().map(|_| None).collect();
    for (index, answer) in slots.into_iter().zip(fetch(cluster, &sought).await) {
        found[index] = Some(answer);
    }
    // Namespaces that come with the objects: what stands in them is new as they are.
    let coming: BTreeSet<&str> = all
        .iter()
        .zip(&found)
        .filter(|(one, answer)| one.resource.kind == "Namespace" && matches!(answer, Some(Ok(None))))
        .map(|(one, _)| one.resource.name.as_str())
        .collect();
    let round = Round { cluster, plan, coming };
    let work = all.iter().zip(places).zip(found).map(|((one, place), answer)| round.one(one, place, answer));
    join_all(work).await
}

/// A field of `spec` of StatefulSets that the server may not take from a plain apply, while it takes all else.
const VOLUMES: &str = "volumeClaimTemplates";
/// Another: guards refuse it until nodes are drained.
const REPLICAS: &str = "replicas";

/// A StatefulSet with some fields of `spec` as they are now.
fn holding(fields: &[&str], live: &Node, wanted: &Wanted) -> Wanted {
    let mut object: Value = serde_json::from_slice(&wanted.json).unwrap_or_default();
    for field in fields {
        object["spec"][field] = live.lookup(&["spec", field]).map_or(Value::Null, json);
    }
    Wanted { json: object.to_string().into_bytes(), ..wanted.clone() }
}

/// Whether a path leads into one of some fields of `spec`.
fn is_in(fields: &[&str], path: &FieldPath) -> bool {
    let key = |at: usize| match path.0.get(at) {
        Some(Segment::Key(key)) => Some(key.as_str()),
        _ => None,
    };
    key(0) == Some("spec") && key(1).is_some_and(|name| fields.contains(&name))
}

struct Round<'r> {
    cluster: &'r Cluster,
    plan: Plan<'r>,
    coming: BTreeSet<&'r str>,
}

impl Round<'_> {
    async fn one<'a>(
        &self,
        wanted: &'a Wanted,
        place: Place<'_>,
        found: Option<Result<Option<Value>, ServerError>>,
    ) -> Outcome<'a> {
        let mut resource = wanted.resource.clone();
        let verdict = match (place, found) {
            (Place::Served(kind, namespace), Some(answer)) => {
                resource.namespace.clone_from(&namespace);
                match answer {
                    Err(error) => Verdict::Failed(error),
                    Ok(None) => self.create(wanted, kind, namespace.as_deref()).await,
                    Ok(Some(live)) => self.live(wanted, kind, namespace.as_deref(), LiveObject::new(live)).await,
                }
            }
            (Place::Nowhere(error), _) => Verdict::Failed(error),
            (Place::NotYet | Place::Served(..), _) => Verdict::Create { denied: None },
        };
        Outcome { resource, verdict }
    }

    /// An object that is not there: whether the server would take it.
    async fn create(&self, wanted: &Wanted, kind: &Kind, namespace: Option<&str>) -> Verdict<'static> {
        if !self.plan.try_new || namespace.is_some_and(|it| self.coming.contains(it)) {
            return Verdict::Create { denied: None };
        }
        match applied(self.cluster, kind, namespace, wanted, self.plan.ours.manager()).await {
            // What it needs may come with the others.
            Err(error) if error.is_denied() && !error.message.contains("not found") => {
                Verdict::Create { denied: Some(error) }
            }
            // Rights are given by somebody else.
            Err(error) if error.is_lost() || [400, 422, 500].contains(&error.status) => Verdict::Failed(error),
            _ => Verdict::Create { denied: None },
        }
    }

    async fn live<'a>(
        &self,
        wanted: &'a Wanted,
        kind: &Kind,
        namespace: Option<&str>,
        live: LiveObject,
    ) -> Verdict<'a> {
        let Plan { ours, ignored, openapi, schemas, exact, .. } = self.plan;
        let known = Known { ours, openapi, ignored, has_status: kind.has_status, every: exact };
        let assessment = assess(&wanted.node, &live, known);
        let (mut then, mut removed, mut error) = (None, None, None);
        // The server refuses larger volumes, which `apply` brings about: it is asked about all else.
        let mut held: Vec<&str> = only_grows(&live.node, &wanted.node).then_some(VOLUMES).into_iter().collect();
        if assessment.need.apply || exact {
            let ask = async |held: &[&str]| {
                let smaller = (!held.is_empty()).then(|| holding(held, &live.node, wanted));
                applied(self.cluster, kind, namespace, smaller.as_ref().unwrap_or(wanted), ours.manager()).await
            };
            let mut answer = ask(&held).await;
            let is_replicas = |doubt: &Doubt<'_>| is_in(&[REPLICAS], &doubt.path);
            if let Err(refused) = &answer
                && refused.is_denied()
                && kind.kind == "StatefulSet"
                && assessment.doubts.iter().any(is_replicas)
            {
                // A guard has something against the number of pods: that it differs is plain, and the server may answer for all else.
                error = Some(refused.clone());
                held.push(REPLICAS);
                answer = ask(&held).await;
            }
            match answer {
                Ok(node) => then = Some(node),
                Err(refused) => error = error.or(Some(refused)),
            }
        }
        if assessment.need.removal && error.is_none() {
            let fields: Vec<_> = assessment.given_up.iter().filter(|it| !it.own).map(|it| &it.path).collect();
            let name = &wanted.resource.name;
            removed = without(self.cluster, kind, namespace, &live.node, name, &fields, ours.manager()).await;
        }
        let is_refused = error.is_some() && then.is_none();
        let said = Confirmed { applied: then.as_ref(), removed: removed.as_ref(), refused: is_refused };
        let built_in = openapi.schema_for(&wanted.resource.api_version, &wanted.resource.kind).is_some();
        let of_server = self.definition(kind, &assessment, &live).await;
        let of_server = of_server.as_ref().and_then(|it| KindSchema::find(it, &kind.api_version(), &kind.kind));
        let schema = of_server.or_else(|| KindSchema::find(schemas, &kind.api_version(), &kind.kind));
        let nothing = NoSchema;
        let equals: &dyn Equals = schema.as_ref().map_or(&nothing as &dyn Equals, |it| it);
        let mut drifted = confirm(&assessment, &live, ours, built_in.then_some(kind.kind.as_str()), said, equals);
        if !held.is_empty() {
            let by_value = confirm(&assessment, &live, ours, Some(&kind.kind), Confirmed::default(), equals);
            let is_held = |one: &Drifted<'_>| is_in(&held, &one.path);
            drifted.retain(|one| !is_held(one));
            drifted.extend(by_value.into_iter().filter(is_held));
            drifted.sort_by(|a, b| a.path.cmp(&b.path));
        }
        if self.plan.unmanaged {
            drifted.extend(assessment.unmanaged_fields(&live, ours));
        }
        Verdict::Live { live: Box::new(live), drifted, error }
    }

    /// The definition of a custom kind, where it matters: two spellings of what may be a quantity.
    async fn definition(&self, kind: &Kind, assessment: &Assessment<'_>, live: &LiveObject) -> Option<Schemas> {
        let is_custom = kind.group.contains('.') && !kind.group.ends_with(".k8s.io");
        if !is_custom || !assessment.has_spellings(live) {
            return None;
        }
        let definitions = self.cluster.kinds().preferred("apiextensions.k8s.io", "CustomResourceDefinition")?;
        let name = format!("{}.{}", kind.plural, kind.group);
        let found = self.cluster.get(definitions, None, &name).await.ok()??;
        let (arena, _) = crd::read([&from_value(found, Origin::NONE)]);
        Some(Schemas { custom: vec![Arc::new(arena)], ..Schemas::default() })
    }
}

/// Objects of a saved dump beside those of Git: nobody can be asked, so values and ownership decide.
pub fn compare_saved<'a>(
    all: &'a [Wanted],
    mut saved: impl FnMut(&ResourceRef) -> Option<LiveObject>,
    is_outside: &dyn Fn(&ResourceRef) -> bool,
    plan: Plan<'_>,
) -> Vec<Outcome<'a>> {
    let one = |wanted: &'a Wanted| {
        let mut resource = wanted.resource.clone();
        match is_outside(&resource) {
            true => resource.namespace = None,
            false => {
                resource.namespace.get_or_insert_with(|| plan.namespace.to_owned());
            }
        }
        let Some(live) = saved(&resource) else {
            return Outcome { resource, verdict: Verdict::Create { denied: None } };
        };
        let known =
            Known { ours: plan.ours, openapi: plan.openapi, ignored: plan.ignored, has_status: true, every: false };
        let assessment = assess(&wanted.node, &live, known);
        let (api_version, kind) = (&wanted.resource.api_version, &wanted.resource.kind);
        let schema = KindSchema::find(plan.schemas, api_version, kind);
        let equals: &dyn Equals = schema.as_ref().map_or(&NoSchema as &dyn Equals, |it| it);
        let built_in = plan.openapi.schema_for(api_version, kind).is_some();
        let mut drifted =
            confirm(&assessment, &live, plan.ours, built_in.then_some(kind.as_str()), Confirmed::default(), equals);
        if plan.unmanaged {
            drifted.extend(assessment.unmanaged_fields(&live, plan.ours));
        }
        Outcome { resource, verdict: Verdict::Live { live: Box::new(live), drifted, error: None } }
    };
    all.iter().map(one).collect()
}
