//! One target beside its cluster, or beside a dump.

use std::collections::BTreeSet;
use std::path::Path;

use crate::apply::objects::failure_of;
use crate::cli::printer::Printer;
use crate::cli::render::Rendered;
use crate::cli::schemas;
use crate::diagnostics::{Diagnostic, Diagnostics, Pos, Sources, arrange};
use crate::drift::consequence::Users;
use crate::drift::managed::{self, ApplySetParent, Drifted, Ours, PART_OF};
use crate::drift::{Asked, Change, ChangeKind, Origin, Refusal};
use crate::k8s::openapi::OpenApi;
use crate::k8s::{Resource, ResourceRef};
use crate::live::kubernetes::{Cluster, ServerError};
use crate::live::objects::{Outcome, Plan, Verdict, Wanted, candidates, compare, compare_saved, former_sets};
use crate::provenance::FieldPath;
use crate::schema::{KubeVersion, Schemas};
use crate::source::Disk;
use crate::topology;
use crate::yaml::Node;

use super::ignore::rules;
use super::rights::{compare_error, of_diagnostic};
use super::saved::Saved;
use super::settings::LiveSettings;

/// What was found of a target.
#[derive(Default)]
pub(super) struct Found {
    /// The objects.
    pub(super) changes: Vec<Change>,
    /// Why some could not be compared.
    pub(super) errors: Vec<Told>,
    /// What a running Redis cannot take, or only without its data.
    pub(super) refused: Diagnostics,
}

/// A refusal, and the object that it is about.
#[derive(Clone)]
pub(super) struct Told {
    pub(super) error: ServerError,
    /// The object, with its place in the files.
    pub(super) object: String,
}

/// What the comparison of a target goes by.
struct Basis {
    wanted: Vec<Wanted>,
    ours: Ours,
    ignored: managed::IgnoreRules,
    schemas: Schemas,
    openapi: OpenApi,
    /// The namespace that the environment names.
    namespace: Option<String>,
    /// What the set of the objects is named after.
    name: String,
}

impl Basis {
    fn of(rendered: &Rendered, settings: &LiveSettings, sources: &Sources, printer: &Printer) -> Basis {
        let kubernetes = rendered.environment.as_ref().map(|it| &it.spec.kubernetes);
        let managers = kubernetes.map(|it| it.field_managers.as_slice()).unwrap_or_default();
        let (ignored, wrong) = rules(rendered, sources);
        printer.diagnostics(&arrange(wrong.0, sources), sources);
        let root = rendered.names.root();
        let release = kubernetes.and_then(|it| KubeVersion::parse(&it.version)).unwrap_or_default();
        let known = Schemas { release, ..Schemas::default() };
        // What is wrong with schemas is told by `validate`.
        let (schemas, _) = schemas::for_objects(known, rendered.objects.as_slice(), root, &Disk::at(root), sources);
        let directory = rendered.directory.file_name().map(|it| it.to_string_lossy().into_owned()).unwrap_or_default();
        let environment = rendered.environment.as_ref().map(|it| it.metadata.name.value.to_string());
        Basis {
            wanted: rendered.objects.as_slice().iter().map(|object| Wanted::new(&object.node)).collect(),
            ours: Ours::new(&settings.manager, managers.iter().map(|it| it.value.to_string())),
            ignored,
            schemas,
            openapi: OpenApi::default(),
            namespace: kubernetes.map(|it| it.namespace.value.to_string()).filter(|it| !it.is_empty()),
            name: environment.unwrap_or(directory),
        }
    }

    fn plan<'p>(&'p self, namespace: &'p str, settings: &LiveSettings) -> Plan<'p> {
        Plan {
            ours: &self.ours,
            ignored: &self.ignored,
            schemas: &self.schemas,
            openapi: &self.openapi,
            namespace,
            exact: settings.exact,
            unmanaged: settings.unmanaged,
            try_new: true,
        }
    }

    /// What a running Redis cannot take. `former` are StatefulSets that the files may not have any more.
    fn against(&self, rendered: &Rendered, outcomes: &[Outcome<'_>], former: &[Node]) -> Diagnostics {
        let live = outcomes.iter().filter_map(|outcome| match &outcome.verdict {
            Verdict::Live { live, .. } => Some(&live.node),
            _ => None,
        });
        let before: Vec<&Node> = live.chain(former).collect();
        let in_place = |(object, outcome): (&Resource, &Outcome<'_>)| {
            let mut object = Resource::new(object.node.clone());
            if let Some(namespace) = &outcome.resource.namespace {
                object.set_namespace(namespace);
            }
            object.node
        };
        let objects = rendered.objects.iter().zip(outcomes).filter(|(object, _)| object.kind() == "StatefulSet");
        let after: Vec<Node> = objects.map(in_place).collect();
        topology::refused(&before, &after.iter().collect::<Vec<_>>(), &rendered.trace)
    }

    fn found(&self, rendered: &Rendered, outcomes: Vec<Outcome<'_>>, former: &[Node]) -> Found {
        let users = Users::of(self.wanted.iter().map(|one| &one.node));
        let mut found = Found { refused: self.against(rendered, &outcomes, former), ..Found::default() };
        for (index, (wanted, outcome)) in self.wanted.iter().zip(outcomes).enumerate() {
            let Outcome { resource, verdict } = outcome;
            let place = object_line(rendered, index);
            let is_known = !matches!(verdict, Verdict::Failed(_));
            let (mut change, error) = match verdict {
                Verdict::Create { denied } => (managed::create(&resource), denied),
                Verdict::Failed(error) => (managed::create(&resource), Some(error)),
                Verdict::Live { live, drifted, error } => {
                    let sides =
                        managed::Sides { resource: &resource, git: &wanted.node, live: &live.node, users: &users };
                    (managed::update(sides, &drifted, &mut |one| field_line(rendered, index, one)), error)
                }
            };
            change.place = place;
            let refusal = error.as_ref().filter(|_| is_known).and_then(|error| refusal(error, &change));
            let error = error.filter(|_| refusal.is_none());
            change.refusal = refusal.filter(|_| change.change != ChangeKind::None);
            if let Some(error) = error {
                let line = error_line(rendered, index, &error).or_else(|| change.place.clone());
                let line = line.map_or(String::new(), |it| format!(" ({}:{}:{})", it.file, it.line, it.column));
                change = managed::failed(change, compare_error(&error));
                found.errors.push(Told { object: format!("{}{line}", change.resource), error });
            }
            found.changes.push(change);
        }
        found
    }
}

/// Beside a cluster.
pub(super) async fn against_cluster(
    cluster: &Cluster,
    rendered: &Rendered,
    settings: &LiveSettings,
    sources: &Sources,
    printer: &Printer,
) -> Found {
    let basis = Basis::of(rendered, settings, sources, printer);
    let namespace = basis.namespace.clone().unwrap_or_else(|| cluster.namespace().to_owned());
    let outcomes = compare(cluster, &basis.wanted, basis.plan(&namespace, settings)).await;
    let stay: BTreeSet<ResourceRef> = outcomes.iter().map(|outcome| outcome.resource.clone()).collect();
    let new: Vec<(&Node, &ResourceRef)> = basis
        .wanted
        .iter()
        .zip(&outcomes)
        .filter(|(_, outcome)| matches!(outcome.verdict, Verdict::Create { .. }))
        .map(|(one, outcome)| (&one.node, &outcome.resource))
        .collect();
    let former = former_sets(cluster, &stay, &new).await;
    let mut found = basis.found(rendered, outcomes, &former);
    if settings.prune {
        let home = ApplySetParent::home(basis.namespace.as_deref(), &stay, &namespace);
        let parent = ApplySetParent::of(&basis.name, home);
        let (gone, errors) = match candidates(cluster, &parent, &stay).await {
            Ok(found) => found,
            Err(error) => (Vec::new(), vec![error]),
        };
        found.changes.extend(gone.iter().map(|(resource, live)| managed::delete(resource, live)));
        if let Some(first) = errors.first() {
            // The set as a whole: which of its members are gone is not known.
            let parent = parent_ref(parent);
            found.changes.push(managed::failed(managed::create(&parent), compare_error(first)));
            let object = parent.to_string();
            found.errors.extend(errors.into_iter().map(|error| Told { error, object: object.clone() }));
        }
    }
    found
}

/// Beside a dump.
pub(super) fn against_saved(
    rendered: &Rendered,
    file: &Path,
    settings: &LiveSettings,
    sources: &Sources,
    printer: &Printer,
) -> Result<Found, Diagnostics> {
    let basis = Basis::of(rendered, settings, sources, printer);
    let mut saved = Saved::read(file, sources)?;
    if !saved.has_managers {
        printer.note(
            "the dump does not say who owns what: fields that Git gave up are not seen; make it with `--show-managed-fields`",
        );
    }
    let definitions = saved.nodes(|object| object["kind"] == "CustomResourceDefinition");
    let own =
        basis.wanted.iter().map(|one| &one.node).filter(|it| it.text_at(&["kind"]) == Some("CustomResourceDefinition"));
    let outside: BTreeSet<(String, String)> = definitions
        .iter()
        .chain(own)
        .filter(|it| it.text_at(&["spec", "scope"]) == Some("Cluster"))
        .filter_map(|it| {
            Some((it.text_at(&["spec", "group"])?.to_owned(), it.text_at(&["spec", "names", "kind"])?.to_owned()))
        })
        .collect();
    let lone: BTreeSet<ResourceRef> = basis
        .wanted
        .iter()
        .map(|one| &one.resource)
        .filter(|it| it.namespace.is_none() && saved.has_outside(it))
        .cloned()
        .collect();
    let is_outside = |resource: &ResourceRef| {
        let (group, _) = crate::k8s::parse_api_version(&resource.api_version);
        basis.openapi.is_cluster_scoped(&resource.api_version, &resource.kind)
            || outside.contains(&(group.to_owned(), resource.kind.clone()))
            || lone.contains(resource)
    };
    let namespace = basis.namespace.clone().unwrap_or_else(|| "default".to_owned());
    let outcomes =
        compare_saved(&basis.wanted, |resource| saved.take(resource), &is_outside, basis.plan(&namespace, settings));
    let former = saved.nodes(|object| object["kind"] == "StatefulSet");
    let stay: BTreeSet<ResourceRef> = outcomes.iter().map(|outcome| outcome.resource.clone()).collect();
    let mut found = basis.found(rendered, outcomes, &former);
    if settings.prune {
        let home = ApplySetParent::home(basis.namespace.as_deref(), &stay, &namespace);
        let id = ApplySetParent::of(&basis.name, home).id();
        // What Git has was taken out.
        let members = saved.nodes(|object| object["metadata"]["labels"][PART_OF] == id.as_str());
        let mut gone: Vec<(ResourceRef, Node)> =
            members.into_iter().map(|node| (ResourceRef::of_node(&node), node)).collect();
        gone.sort_by(|a, b| a.0.cmp(&b.0));
        found.changes.extend(gone.iter().map(|(resource, live)| managed::delete(resource, live)));
    }
    Ok(found)
}

fn parent_ref(parent: ApplySetParent) -> ResourceRef {
    ResourceRef {
        api_version: "v1".to_owned(),
        kind: "Secret".to_owned(),
        namespace: Some(parent.namespace),
        name: parent.name,
    }
}

/// Without a cluster: nothing is known of any object.
pub(super) fn unreached(rendered: &Rendered, found: &Diagnostic) -> Found {
    let change = |(index, object): (usize, &Resource)| {
        let change = managed::create(&ResourceRef::of(object));
        managed::failed(Change { place: object_line(rendered, index), ..change }, of_diagnostic(found))
    };
    Found { changes: rendered.objects.as_slice().iter().enumerate().map(change).collect(), ..Found::default() }
}

/// Why a plain apply is refused whose outcome is known all the same: a rule of the cluster is against it, or the field is settled. Everything else that a server
/// has against an object tells that the object is wrong.
fn refusal(error: &ServerError, change: &Change) -> Option<Refusal> {
    (error.is_denied() || error.is_immutable()).then(|| {
        let failure = failure_of(error, change);
        Refusal { code: failure.code, message: failure.message, help: failure.help }
    })
}

fn object_line(rendered: &Rendered, index: usize) -> Option<Origin> {
    let node = &rendered.objects.as_slice().get(index)?.node;
    rendered.line_of(&Asked { newer: true, object: index, path: &FieldPath::root(), node, key: Pos::NONE })
}

/// The line of the field that the server names.
fn error_line(rendered: &Rendered, index: usize, error: &ServerError) -> Option<Origin> {
    let node = &rendered.objects.as_slice().get(index)?.node;
    error.fields().iter().find_map(|text| {
        let mut path: FieldPath = text.parse().ok()?;
        // What is missing is told where it would stand.
        while !path.is_root() {
            if let Ok(found) = path.resolve(node) {
                let asked = Asked { newer: true, object: index, path: &path, node: found.node(), key: found.key_pos };
                return rendered.line_of(&asked);
            }
            path.0.pop();
        }
        None
    })
}

fn field_line(rendered: &Rendered, index: usize, one: &Drifted<'_>) -> Option<Origin> {
    rendered.line_of(&Asked { newer: true, object: index, path: &one.path, node: one.after?, key: one.key })
}
