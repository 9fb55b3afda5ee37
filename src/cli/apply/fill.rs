//! Placeholders of secrets, filled before objects go to a cluster.

use std::collections::BTreeSet;

use crate::cli::args::StoreArgs;
use crate::cli::render::Rendered;
use crate::cli::secrets;
use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::provenance::{FieldPath, leaves};
use crate::secrets::{Texts, canonical, references, resolve};
use crate::yaml::Node;

/// Values shorter than that are everywhere.
const SHORTEST: usize = 4;

/// Puts values in the place of placeholders, where there are any; gives the texts that hold values then, which no report may show.
///
/// # Errors
/// When no store is named, or it does not have all of them.
pub fn fill(rendered: &mut Rendered) -> Result<BTreeSet<String>, Diagnostics> {
    if rendered.objects.iter().all(|object| references(&object.node).is_empty()) {
        return Ok(BTreeSet::new());
    }
    let root = rendered.names.root().to_owned();
    let environment = rendered.environment.as_ref().map(|it| (it, root.as_path()));
    let directory = match environment {
        Some(_) => root.clone(),
        None => std::env::current_dir().map_err(|error| {
            Diagnostic::error("redisops::load::no_working_directory", format!("there is no working directory: {error}"))
        })?,
    };
    let variables = secrets::variables(&StoreArgs::default(), environment, &rendered.trace)?;
    let opened = secrets::open(&variables, directory)?;
    let mut nodes: Vec<&mut Node> = rendered.objects.list_mut().iter_mut().map(|object| &mut object.node).collect();
    for node in &mut nodes {
        // What has no form in YAML is refused by whoever takes it.
        let _ = canonical(node);
    }
    let before: BTreeSet<String> = nodes.iter().flat_map(|node| texts(node)).collect();
    let places = Texts { sources: &rendered.sources, trace: &rendered.trace };
    resolve(&mut nodes, &*opened.store, opened.allowed.as_ref(), places)?;
    let after = nodes.iter().flat_map(|node| texts(node));
    Ok(after.filter(|text| text.len() >= SHORTEST && !before.contains(text)).collect())
}

fn texts(object: &Node) -> Vec<String> {
    let mut found = Vec::new();
    leaves(object, &FieldPath::root(), &mut found);
    found.into_iter().filter_map(|(_, node)| node.text().map(str::to_owned)).collect()
}
