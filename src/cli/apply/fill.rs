//! Placeholders of secrets, filled before objects go to a cluster.

use std::collections::BTreeSet;

use crate::cli::args::StoreArgs;
use crate::cli::render::Rendered;
use crate::cli::secrets;
use crate::diagnostics::{Diagnostic, Diagnostics, Severity};
use crate::provenance::{FieldPath, leaves};
use crate::secrets::{NO_STORE, Texts, canonical, references, resolve};
use crate::yaml::Node;

/// Values shorter than that are everywhere.
const SHORTEST: usize = 4;

/// Puts values in the place of placeholders, where there are any; gives the texts that hold values then, which no report may show.
///
/// # Errors
/// When no store is named, or it does not have all of them.
pub fn fill(rendered: &mut Rendered) -> Result<BTreeSet<String>, Diagnostics> {
    if !has_placeholders(rendered) {
        return Ok(BTreeSet::new());
    }
    let root = rendered.names.root().to_owned();
    let environment = rendered.environment.as_ref().map(|it| (it, root.as_path()));
    let from = std::env::current_dir().map_err(|error| {
        Diagnostic::error("redisops::load::no_working_directory", format!("there is no working directory: {error}"))
    })?;
    let directory = if environment.is_some() { root.clone() } else { from.clone() };
    let variables = secrets::variables(&StoreArgs::default(), environment, &rendered.trace)?;
    let opened = secrets::open(&variables, directory)?;
    let mut nodes: Vec<&mut Node> = rendered.objects.list_mut().iter_mut().map(|object| &mut object.node).collect();
    for node in &mut nodes {
        // What has no form in YAML is refused by whoever takes it.
        let _ = canonical(node);
    }
    let before: BTreeSet<String> = nodes.iter().flat_map(|node| texts(node)).collect();
    let read = |shown: &str| std::fs::read_to_string(from.join(shown)).ok();
    let places = Texts { sources: &rendered.sources, trace: &rendered.trace };
    resolve(&mut nodes, &*opened.store, opened.allowed.as_ref(), places, &read)?;
    let after = nodes.iter().flat_map(|node| texts(node));
    Ok(after.filter(|text| text.len() >= SHORTEST && !before.contains(text)).collect())
}

/// The same for objects that are only looked at. When it fails, all of them stay as they are written.
///
/// # Errors
/// When the store does not have all values. Where none is named, that is a warning.
pub fn fill_to_compare(rendered: &mut Rendered) -> Result<BTreeSet<String>, Diagnostics> {
    if !has_placeholders(rendered) {
        return Ok(BTreeSet::new());
    }
    let written: Vec<Node> = rendered.objects.iter().map(|object| object.node.clone()).collect();
    fill(rendered).map_err(|mut found| {
        for (object, node) in rendered.objects.list_mut().iter_mut().zip(written) {
            object.node = node;
        }
        for one in found.0.iter_mut().filter(|one| one.code == NO_STORE) {
            one.severity = Severity::Warning;
            one.notes.push(
                "placeholders are compared as they are written, so that their fields differ from what is live"
                    .to_owned(),
            );
        }
        found
    })
}

fn has_placeholders(rendered: &Rendered) -> bool {
    rendered.objects.iter().any(|object| !references(&object.node).is_empty())
}

fn texts(object: &Node) -> Vec<String> {
    let mut found = Vec::new();
    leaves(object, &FieldPath::root(), &mut found);
    found.into_iter().filter_map(|(_, node)| node.text().map(str::to_owned)).collect()
}
