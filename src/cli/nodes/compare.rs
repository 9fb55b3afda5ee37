//! The databases of a rendered environment, and what differs on their nodes.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use futures::future::join_all;

use crate::cli::live::Where;
use crate::cli::render::{Rendered, State};
use crate::cli::runtime::block_on;
use crate::cli::settings::{Environment as Process, RenderSettings};
use crate::cli::target::{self, Access as Files, NAME_PREFIX};
use crate::diagnostics::{Diagnostic, Diagnostics, Pos};
use crate::drift::nodes::{DatabaseStatus, Found, Wanted, credentials, find, secret_text, status};
use crate::drift::{CompareError, NodeChange, NodeField, Origin};
use crate::environment::{self, Place, Redis};
use crate::live::kubernetes::{Cluster, SecretValues, role_of_compared};
use crate::source::{Blamer, LineBlame};
use crate::validate::{Objects, Settings};

use super::ask::examine;
use super::reach::{Means, Reached, reach};

/// What else is known when nodes are compared.
pub struct Options<'o> {
    /// Variables of the process.
    pub process: &'o Process,
    /// The cluster that the user names.
    pub named: &'o Where,
    /// Whether the cluster is asked on which machines pods run that are not reached through it: not where it need not be there at all.
    pub asks_pods: bool,
    /// The cluster where it is about to be changed, so that it may be asked.
    pub server: Option<&'o Cluster>,
}

/// A database, and how it is looked at.
pub struct Database {
    /// What Git wants of it.
    pub wanted: Wanted,
    /// Where its nodes are.
    pub reached: Reached,
    /// Whether an entry of the environment names it. One that only its objects tell of is looked at where that goes.
    pub is_named: bool,
}

/// The databases of a target, and where their nodes are.
pub struct Databases {
    /// Those that can be looked at.
    pub list: Vec<Database>,
    /// What is wrong with entries that are not in the list.
    pub wrong: Diagnostics,
    root: PathBuf,
}

/// The databases of what a word names; none where it names no environment, and none of its objects is a database.
///
/// # Errors
/// What is wrong with the environment as a whole; of its entries each is judged alone.
pub fn databases(
    word: &str,
    rendered: &Rendered,
    rendering: &RenderSettings,
    options: &Options<'_>,
) -> Result<Option<Databases>, Diagnostics> {
    let files = &State::worktree().access(word, rendering)?;
    let name = name_of(word, files);
    let environment = name.map(|name| target::environment(name, files, &rendered.sources, &rendered.trace));
    let environment = environment.transpose()?;
    let spec = environment.as_ref().map(|(environment, _)| &environment.spec);
    let entries: &[Redis] = spec.map_or(&[][..], |spec| spec.redis.as_slice());
    let namespace = spec.map_or_else(String::new, |spec| spec.kubernetes.namespace.value.to_string());
    let settings = Settings {
        environment: name.map(str::to_owned),
        namespace: Some(namespace.clone()).filter(|namespace| !namespace.is_empty()),
        ..Settings::default()
    };
    let scopes = rendered.objects.scopes().as_ref();
    let objects = Objects::new(rendered.objects.as_slice(), scopes, &rendered.trace, &rendered.sources, &settings);
    let places = |pos: Pos| origin(rendered, pos);
    let (found, mut wrong) = find(entries, &objects, &places);
    if environment.is_none() && found.is_empty() {
        return Ok(None);
    }
    let root = rendered.names.root().to_owned();
    let cluster = Where::of(options.named, environment.as_ref().map(|(environment, _)| environment), &root);
    let values = SecretValues::new(cluster.kubeconfig.as_deref(), cluster.context.as_deref());
    let place: Option<&Place> = environment.as_ref().map(|(_, place)| place);
    let mut list = Vec::new();
    for Found { wanted, entry } in found {
        let secret = |name: &str, key: &str| secret_text(&objects, name, key).map(|(value, _)| value);
        let means = Means {
            place,
            namespace: &namespace,
            process: options.process,
            secret: &secret,
            credentials: &credentials(&wanted, &objects),
            cluster: &cluster,
            asks_pods: options.asks_pods,
            values: &values,
            server: options.server,
        };
        let entry = entry.map(|index| &entries[index]);
        if let Some(reached) = wrong.take(reach(entry, &wanted, &means)) {
            list.push(Database { wanted, reached, is_named: entry.is_some() });
        }
    }
    Ok(Some(Databases { list, wrong, root }))
}

/// The environment that a word names; none where it names a path.
fn name_of<'w>(word: &'w str, files: &Files) -> Option<&'w str> {
    if let Some(name) = word.strip_prefix(NAME_PREFIX) {
        return Some(name);
    }
    let is_path = files.files.exists(Path::new(word));
    let is_environment = environment::find(&*files.files, &files.from, word).is_some();
    (is_environment && !is_path).then_some(word)
}

fn origin(rendered: &Rendered, pos: Pos) -> Option<Origin> {
    let location = rendered.sources.location(pos)?;
    let file = rendered.names.name(&location.path);
    Some(Origin { file, line: location.line, column: location.column, commit: None })
}

/// What one database came to.
pub struct Examined {
    /// What differs.
    pub changes: Vec<NodeChange>,
    /// How its nodes are.
    pub status: DatabaseStatus,
}

/// Asks all nodes of all targets at once, and compares them.
///
/// # Errors
/// When the system gives no means to wait.
pub fn compare(databases: &[&Databases]) -> Result<Vec<Vec<Examined>>, Diagnostics> {
    block_on(join_all(databases.iter().map(|one| examined(one))))
}

/// Asks all nodes of all databases of a target at once, and compares them, in a runtime that may outlive it.
pub async fn examined(databases: &Databases) -> Vec<Examined> {
    let all = databases.list.iter().map(|one| examine(&one.wanted, &one.reached));
    let mut examined: Vec<Examined> = join_all(all)
        .await
        .into_iter()
        .zip(&databases.list)
        .map(|((compared, said), one)| {
            let status = status(&one.wanted, &said.nodes, &said.sentinels, &compared.nodes);
            Examined { changes: compared.nodes, status }
        })
        .collect();
    let mut blamer = Blamer::new(None);
    let fields = examined.iter().flat_map(|one| &one.changes).flat_map(|change| &change.fields);
    let files: BTreeSet<PathBuf> =
        fields.filter_map(|it| it.origin.as_ref()).map(|it| databases.root.join(&it.file)).collect();
    blamer.prepare(files.iter().map(PathBuf::as_path));
    for one in &mut examined {
        one.changes.iter_mut().for_each(|change| blame(&mut change.fields, &mut blamer, &databases.root));
        let status = &mut one.status;
        status.nodes.iter_mut().for_each(|node| blame(&mut node.drift, &mut blamer, &databases.root));
        status.sentinels.iter_mut().for_each(|node| blame(&mut node.drift, &mut blamer, &databases.root));
    }
    examined
}

/// What is told of the databases of a target, and why others are left out: beside their objects, which tell of pods that are not there yet; beside databases that
/// an entry names, where nobody has said that their nodes can be reached, and they cannot.
pub fn sift(
    databases: &Databases,
    examined: Vec<Examined>,
    with_objects: bool,
) -> (Vec<(&Database, Examined)>, Vec<String>) {
    let is_lenient = with_objects || databases.list.iter().any(|one| one.is_named);
    let (mut told, mut notes) = (Vec::new(), Vec::new());
    for (one, examined) in databases.list.iter().zip(examined) {
        let errors: Vec<&CompareError> = examined.changes.iter().filter_map(|change| change.error.as_ref()).collect();
        let is_silent = !errors.is_empty() && errors.len() == examined.changes.len();
        let present = errors.iter().find(|error| error.code != "notFound");
        let name = &one.wanted.name;
        let why = match present {
            _ if one.reached.forwarded.is_none() || !is_silent => None,
            None if with_objects => Some("its pods are not there yet".to_owned()),
            None if !one.is_named && is_lenient => Some("its pods are not there".to_owned()),
            Some(error) if !one.is_named && is_lenient => Some(format!(
                "they cannot be reached through the API server ({}), and no entry in `spec.redis` of an environment says another way",
                error.message
            )),
            _ => None,
        };
        match why {
            Some(why) => notes.push(format!("the nodes of `{name}` are not compared: {why}")),
            None => told.push((one, examined)),
        }
    }
    (told, notes)
}

/// The commits of the lines of Git.
fn blame(fields: &mut [NodeField], blamer: &mut Blamer, root: &Path) {
    for origin in fields.iter_mut().filter_map(|field| field.origin.as_mut()) {
        if let Ok(LineBlame::Commit(commit)) = blamer.line(&root.join(&origin.file), origin.line) {
            origin.commit = Some(commit.id);
        }
    }
}

/// What differs on the nodes of what a word names, and whether all of them could be looked at.
#[derive(Default)]
pub struct Changes {
    /// The nodes.
    pub changes: Vec<NodeChange>,
    /// What the user should know.
    pub notes: Vec<String>,
    /// What is wrong; it hides nothing else.
    pub wrong: Diagnostics,
    /// Rights that would do where some are missing.
    pub role: Option<String>,
}

/// What is reported of the nodes of a target.
pub fn changes(databases: Databases, examined: Vec<Examined>, with_objects: bool) -> Changes {
    let (told, notes) = sift(&databases, examined, with_objects);
    let mut all = Changes { notes, ..Changes::default() };
    let mut refused = Vec::new();
    for (one, examined) in told {
        let namespace = one.reached.forwarded.clone();
        let untold: BTreeSet<&str> =
            examined.changes.iter().flat_map(|it| &it.not_compared).map(String::as_str).collect();
        if !untold.is_empty() {
            let fields = untold.into_iter().collect::<Vec<_>>().join(", ");
            let name = &one.wanted.name;
            all.notes
                .push(format!("{fields} of `{name}` are not compared: a database of Redis Enterprise tells nobody"));
        }
        refused.extend(examined.changes.iter().filter_map(|it| Some((namespace.clone()?, it.error.clone()?))));
        all.changes.extend(examined.changes);
    }
    all.wrong = databases.wrong;
    all.role = role_of_compared(&refused);
    all
}

/// A word that names no database.
pub fn no_environment(word: &str) -> Diagnostic {
    Diagnostic::error(
        "redisops::diff::no_environment",
        format!("`{word}` is no environment, and none of its objects is a database: nothing says which Redis nodes there are"),
    )
    .help("name an environment with an entry for each database in `spec.redis`, or annotate its StatefulSet with `redisops.dev/redis: \"true\"`")
}
