//! All checks of the objects of one target.

use crate::schema::Schemas;

use super::{Findings, Objects, ResourceRef, rules, structure};

/// Checks the objects of a target.
pub fn run(objects: &Objects<'_>, schemas: &Schemas) -> Findings {
    let mut found = Findings::new();
    structure::check(objects, schemas, &mut found);
    for rule in rules::all() {
        rule.check(objects, &mut found);
    }
    say_once(&mut found);
    found
}

/// Of what a schema and a rule say about one field, keeps what the rule says: it knows why.
fn say_once(found: &mut Findings) {
    let said: Vec<(Option<ResourceRef>, String)> = found
        .list
        .iter()
        .filter(|finding| finding.rule.starts_with("redis-enterprise/"))
        .map(|finding| (finding.resource.clone(), finding.path.clone()))
        .collect();
    if said.is_empty() {
        return;
    }
    found.list.retain(|finding| {
        let is_same =
            |(resource, path): &(Option<ResourceRef>, String)| *resource == finding.resource && *path == finding.path;
        !finding.rule.starts_with("schema/") || !said.iter().any(is_same)
    });
}
