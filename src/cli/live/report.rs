//! The report on what is live: all targets, each with the cluster that it belongs to.

use std::collections::{BTreeMap, BTreeSet};
use std::thread;

use crate::apply::objects::{Quoted, hide};
use crate::cli::apply::fill_to_compare;
use crate::cli::diff::{Commits, Compared, Task};
use crate::cli::nodes;
use crate::cli::printer::Printer;
use crate::cli::render::{Rendered, State, render};
use crate::cli::runtime::block_on;
use crate::cli::settings::RenderSettings;
use crate::diagnostics::{Diagnostic, Diagnostics, Sources, arrange};
use crate::drift::{DiffReport, Matching};
use crate::live::kubernetes::Cluster;
use crate::provenance::json;

use super::rights::{rights, tell};
use super::settings::{LiveSettings, Where};
use super::target::{Found, Told, against_cluster, against_saved, unreached};

/// Clusters by where they are: each is connected to once.
type Clusters = BTreeMap<Where, Result<Cluster, Diagnostic>>;

/// Compares targets with what is live. None where no target could be rendered; and whether all that was asked for could be done.
///
/// # Errors
/// When the system gives no means to wait for sockets.
pub fn report(
    paths: &[String],
    rendering: &RenderSettings,
    settings: &LiveSettings,
    printer: &Printer,
) -> Result<(Option<DiffReport>, bool), Diagnostics> {
    let (mut rendered, mut masks) = (Vec::new(), Vec::new());
    let mut is_whole = true;
    for word in paths {
        match render(word, &State::worktree(), rendering) {
            Ok(mut one) => {
                let filled = if settings.objects { fill_to_compare(&mut one) } else { Ok(BTreeSet::new()) };
                let secrets = filled.unwrap_or_else(|found| {
                    is_whole &= !found.has_errors();
                    printer.diagnostics(&arrange(found.0, &one.sources), &one.sources);
                    BTreeSet::new()
                });
                masks.push(secrets);
                rendered.push((word, one));
            }
            Err((sources, found)) => {
                printer.diagnostics(&arrange(found.0, &sources), &sources);
                is_whole = false;
            }
        }
    }
    if rendered.is_empty() {
        return Ok((None, false));
    }
    let nodes = of_nodes(&rendered, rendering, settings);
    let asked: Vec<&nodes::Databases> = nodes.iter().filter_map(|one| one.as_ref().ok()?.as_ref()).collect();
    let (found, examined) = thread::scope(|scope| {
        // Objects are work for this machine, nodes are waited for: neither waits for the other.
        let examined = scope.spawn(|| if asked.is_empty() { Ok(Vec::new()) } else { nodes::compare(&asked) });
        let found = block_on(all(&rendered, &masks, settings, printer));
        (found, examined.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    });
    let (found, is_sure) = found??;
    let mut report = DiffReport::default();
    let mut compared = Vec::new();
    for (((word, one), found), secrets) in rendered.iter().zip(found).zip(&masks) {
        if let Some(note) = &one.note {
            printer.note(note);
        }
        let mut changes = found.changes;
        for change in &mut changes {
            change.target = Some((*word).clone());
            hide(change, secrets);
        }
        let roots = [None, Some(one.names.root().to_owned())];
        compared.push(Compared { changes, roots, note: None, warnings: None });
    }
    Commits::new(&worktree()).fill(&mut compared);
    compared.into_iter().flat_map(|one| one.changes).for_each(|change| report.push(change));
    let mut examined = examined?.into_iter();
    for ((word, one), found) in rendered.iter().zip(nodes) {
        let found = found.map(|found| {
            found.map(|found| nodes::changes(found, examined.next().unwrap_or_default(), settings.objects))
        });
        is_whole &= add_nodes(word, one, found, settings, printer, &mut report);
    }
    Ok((Some(report), is_whole && is_sure))
}

/// The databases of each target; nothing where nobody asks for nodes.
fn of_nodes(
    rendered: &[(&String, Rendered)],
    rendering: &RenderSettings,
    settings: &LiveSettings,
) -> Vec<Result<Option<nodes::Databases>, Diagnostics>> {
    if !settings.nodes {
        return Vec::new();
    }
    let options = nodes::Options {
        process: &settings.process,
        named: &settings.named,
        asks_pods: settings.objects,
        server: None,
    };
    rendered.iter().map(|(word, one)| nodes::databases(word, one, rendering, &options)).collect()
}

/// Adds the Redis nodes of a target; whether all of them could be looked for.
fn add_nodes(
    word: &str,
    one: &Rendered,
    found: Result<Option<nodes::Changes>, Diagnostics>,
    settings: &LiveSettings,
    printer: &Printer,
    report: &mut DiffReport,
) -> bool {
    match found {
        Ok(Some(found)) => {
            found.notes.iter().for_each(|note| printer.note(note));
            let is_empty = found.changes.is_empty() && found.notes.is_empty();
            found.changes.into_iter().for_each(|change| report.push_node(change));
            let is_whole = !found.wrong.has_errors();
            if !settings.objects && is_whole && is_empty {
                printer.note(&format!("`{word}` has no Redis database: there are no nodes to compare"));
            }
            printer.diagnostics(&arrange(found.wrong.0, &one.sources), &one.sources);
            if let Some(role) = found.role {
                printer.report(&rights(&role));
            }
            is_whole
        }
        Ok(None) if settings.objects => true,
        Ok(None) => {
            printer.diagnostics(&[nodes::no_environment(word)], &one.sources);
            false
        }
        Err(found) => {
            printer.diagnostics(&arrange(found.0, &one.sources), &one.sources);
            false
        }
    }
}

/// The state that the lines are looked up in.
fn worktree() -> Task {
    Task {
        target: String::new(),
        before: (String::new(), State::worktree()),
        after: (String::new(), State::worktree()),
        matching: Matching { across_namespaces: false, renames: false },
        may_be_absent: false,
    }
}

/// What was found for each target, and whether the server is one whose answers mean what they should.
async fn all(
    rendered: &[(&String, Rendered)],
    masks: &[BTreeSet<String>],
    settings: &LiveSettings,
    printer: &Printer,
) -> Result<(Vec<Found>, bool), Diagnostics> {
    let mut clusters = Clusters::new();
    let mut all = Vec::new();
    let mut errors: Vec<Told> = Vec::new();
    let mut is_sure = true;
    for ((_, one), secrets) in rendered.iter().zip(masks) {
        let sources = Sources::new();
        let mut found = match (&settings.saved, settings.objects) {
            (_, false) => Found::default(),
            (Some(file), true) => against_saved(one, file, settings, &sources, printer)?,
            (None, true) => {
                let place = Where::of(&settings.named, one.environment.as_ref(), one.names.root());
                if !clusters.contains_key(&place) {
                    let cluster = Cluster::connect(place.kubeconfig.as_deref(), place.context.as_deref()).await;
                    is_sure &= match &cluster {
                        Ok(cluster) => is_known(cluster, printer).await,
                        Err(found) => {
                            printer.diagnostics(std::slice::from_ref(found), &sources);
                            false
                        }
                    };
                    clusters.insert(place.clone(), cluster);
                }
                match &clusters[&place] {
                    Ok(cluster) => against_cluster(cluster, one, settings, &sources, printer).await,
                    Err(found) => unreached(one, found),
                }
            }
        };
        mask_quotes(&mut found, one, secrets);
        errors.extend(found.errors.iter().cloned());
        is_sure &= !found.refused.has_errors();
        printer.diagnostics(&arrange(found.refused.0.clone(), &one.sources), &one.sources);
        all.push(found);
    }
    tell(&errors, printer);
    Ok((all, is_sure))
}

/// Servers and webhooks quote what they refuse: values of Secrets, and those that placeholders stand for, are not shown.
fn mask_quotes(found: &mut Found, rendered: &Rendered, secrets: &BTreeSet<String>) {
    if found.errors.is_empty() && found.changes.iter().all(|change| change.refusal.is_none()) {
        return;
    }
    let objects: Vec<_> = rendered.objects.as_slice().iter().filter(|object| object.kind() == "Secret").collect();
    let objects: Vec<_> = objects.iter().map(|object| json(&object.node)).collect();
    let quoted = Quoted::of(secrets, &objects);
    let plain = Quoted::of(secrets, []);
    for told in &mut found.errors {
        let own = if told.object.starts_with("Secret/") { &quoted } else { &plain };
        own.hide_in(&mut told.error);
    }
    for change in &mut found.changes {
        let own = if change.resource.kind == "Secret" { &quoted } else { &plain };
        change.error.iter_mut().for_each(|error| own.mask(&mut error.message));
        change.refusal.iter_mut().for_each(|refusal| own.mask(&mut refusal.message));
    }
}

/// Whether the release of a server is one that is known here.
async fn is_known(cluster: &Cluster, printer: &Printer) -> bool {
    let Ok(version) = cluster.document("/version").await else { return true };
    let said = version["gitVersion"].as_str().unwrap_or("");
    if said.is_empty() || crate::schema::KubeVersion::parse(said).is_some() {
        return true;
    }
    let known: Vec<String> = crate::schema::KubeVersion::all().map(|it| it.to_string()).collect();
    let (first, last) = (known.first().cloned().unwrap_or_default(), known.last().cloned().unwrap_or_default());
    let message =
        format!("the API server `{}` is {said}, and schemas are known of {first} to {last}", cluster.server());
    let found = Diagnostic::error("redisops::kubernetes::version", message)
        .note("what it fills in and what it takes for equal may be something else there")
        .help("use a redisops that knows that release");
    printer.diagnostics(&[found], &Sources::new());
    false
}
