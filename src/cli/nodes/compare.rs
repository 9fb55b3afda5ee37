//! The databases of a rendered environment, and what differs on their nodes.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use futures::future::join_all;

use crate::cli::printer::Printer;
use crate::cli::render::{Rendered, State};
use crate::cli::runtime::block_on;
use crate::cli::settings::{Environment as Process, RenderSettings};
use crate::cli::target::{self, Access as Files, NAME_PREFIX};
use crate::diagnostics::{Diagnostic, Diagnostics, Pos, arrange};
use crate::drift::nodes::{DatabaseStatus, Found, Wanted, find, status};
use crate::drift::{NodeChange, NodeField, Origin};
use crate::environment;
use crate::secrets::Secret;
use crate::source::{Blamer, LineBlame};
use crate::validate::{Objects, Settings};

use super::ask::examine;
use super::reach::{Means, Reached, reach};

/// What else is known when nodes are compared.
pub struct Options<'o> {
    /// Variables of the process.
    pub process: &'o Process,
    /// The value of a key of a Secret in a namespace, where a cluster may be asked.
    pub secret: &'o dyn Fn(&str, &str, &str) -> Option<Secret>,
}

/// The databases of an environment, and where their nodes are.
pub struct Databases {
    /// Each with where it is reached.
    pub list: Vec<(Wanted, Reached)>,
    /// Databases that nothing says how to reach.
    pub unreached: Vec<Wanted>,
    /// What is wrong with entries that are not in the list.
    pub wrong: Diagnostics,
    root: PathBuf,
}

/// The databases of what a word names; none where it names no environment.
///
/// # Errors
/// What is wrong with the environment as a whole; of its entries each is judged alone.
pub fn databases(
    word: &str,
    files: &Files,
    rendered: &Rendered,
    options: &Options<'_>,
) -> Result<Option<Databases>, Diagnostics> {
    let Some(name) = name_of(word, files) else { return Ok(None) };
    let (environment, place) = target::environment(name, files, &rendered.sources, &rendered.trace)?;
    let namespace = environment.spec.kubernetes.namespace.value.clone();
    let settings = Settings {
        environment: Some(name.to_owned()),
        namespace: Some(namespace.clone()).filter(|namespace| !namespace.is_empty()),
        ..Settings::default()
    };
    let scopes = rendered.objects.scopes().as_ref();
    let objects = Objects::new(rendered.objects.as_slice(), scopes, &rendered.trace, &rendered.sources, &settings);
    let places = |pos: Pos| origin(rendered, pos);
    let (found, mut wrong) = find(&environment.spec.redis, &objects, &places);
    let (mut list, mut unreached) = (Vec::new(), Vec::new());
    for Found { wanted, entry } in found {
        let Some(entry) = entry.map(|index| &environment.spec.redis[index]) else {
            unreached.push(wanted);
            continue;
        };
        let secret = |name: &str, key: &str| {
            let own = secret_of(&objects, name, key);
            let namespace = if wanted.namespace.is_empty() { &namespace } else { &wanted.namespace };
            own.or_else(|| (options.secret)(namespace, name, key))
        };
        let means = Means { place: &place, namespace: &namespace, process: options.process, secret: &secret };
        if let Some(reached) = wrong.take(reach(entry, &wanted, &means)) {
            list.push((wanted, reached));
        }
    }
    let root = rendered.names.root().to_owned();
    Ok(Some(Databases { list, unreached, wrong, root }))
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

/// The value of a key of a Secret of the overlay, where it is more than a placeholder.
fn secret_of(objects: &Objects<'_>, name: &str, key: &str) -> Option<Secret> {
    use base64::Engine;
    let of_kind = objects.of_kind("Secret");
    let exact = of_kind.iter().find(|it| it.name() == name);
    let secret = exact.or_else(|| of_kind.iter().find(|it| it.original_name() == name))?;
    let field = crate::validate::Field::of(secret);
    if let Some(text) = field.path(&["stringData", key]).text() {
        return Some(Secret::new(text)).filter(|_| !is_placeholder(text));
    }
    let packed: String = field.path(&["data", key]).text()?.split_ascii_whitespace().collect();
    let bytes = base64::engine::general_purpose::STANDARD.decode(packed).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    if is_placeholder(&text) { None } else { Some(Secret::new(text)) }
}

fn is_placeholder(text: &str) -> bool {
    let text = text.trim();
    text.starts_with('<') && text.ends_with('>')
}

/// What one database came to.
pub struct Examined {
    /// What differs.
    pub changes: Vec<NodeChange>,
    /// How its nodes are.
    pub status: DatabaseStatus,
}

/// Asks all nodes of all databases at once, and compares them.
///
/// # Errors
/// When the system gives no means to wait.
pub fn compare(databases: &Databases) -> Result<Vec<Examined>, Diagnostics> {
    let all = databases.list.iter().map(|(wanted, reached)| examine(wanted, reached));
    let all = block_on(join_all(all))?;
    let mut examined: Vec<Examined> = all
        .into_iter()
        .zip(&databases.list)
        .map(|((compared, said), (wanted, _))| {
            let status = status(wanted, &said.nodes, &said.sentinels, &compared.nodes);
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
    Ok(examined)
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
pub struct Changes {
    /// The nodes.
    pub changes: Vec<NodeChange>,
    /// Whether something was wrong, which was told.
    pub is_short: bool,
}

/// Compares the nodes of an environment that is rendered. What is wrong is told, and hides nothing else.
///
/// # Errors
/// When the word names no environment, or the environment is wrong as a whole.
pub fn changes(
    word: &str,
    rendered: &Rendered,
    settings: &RenderSettings,
    options: &Options<'_>,
    printer: &Printer,
) -> Result<Option<Changes>, Diagnostics> {
    let files = State::worktree().access(word, settings)?;
    let Some(found) = databases(word, &files, rendered, options)? else { return Ok(None) };
    for wanted in &found.unreached {
        printer.note(&not_reached(wanted));
    }
    let is_short = found.wrong.has_errors();
    let changes = compare(&found)?.into_iter().flat_map(|one| one.changes).collect();
    printer.diagnostics(&arrange(found.wrong.0, &rendered.sources), &rendered.sources);
    Ok(Some(Changes { changes, is_short }))
}

/// A word that is no environment.
pub fn no_environment(word: &str) -> Diagnostic {
    Diagnostic::error("redisops::diff::no_environment", format!("`{word}` is no environment: nothing says how its nodes are reached"))
        .help("name an environment, or write `environments/NAME.yaml` with the overlay and an entry for each database in `spec.redis`")
}

/// A database whose nodes are not compared, as nothing says how to reach them.
pub fn not_reached(wanted: &Wanted) -> String {
    format!(
        "the nodes of `{}` are not compared: no entry in `spec.redis` of the environment says how they are reached",
        wanted.name
    )
}
