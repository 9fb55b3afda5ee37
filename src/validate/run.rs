//! All checks of the objects of one target.

use rayon::prelude::*;

use crate::schema::Schemas;

use super::{Finding, Findings, Objects, ResourceRef, Rule, rules, structure};

/// So many objects are worth threads, which take longer to start than fewer take to check.
const MANY: usize = 256;

/// Checks the objects of a target.
pub fn run(objects: &Objects<'_>, schemas: &Schemas) -> Findings {
    let mut found = Findings::new();
    if objects.iter().len() < MANY {
        structure::check(objects, schemas, &mut found);
        rules::all().iter().for_each(|rule| rule.check(objects, &mut found));
    } else {
        let of_rule = |(position, rule): (usize, &&dyn Rule)| {
            let mut found = Findings::new();
            rule.check(objects, &mut found);
            (position, found.list)
        };
        // What rules share is gathered meanwhile.
        rayon::join(
            || structure::check(objects, schemas, &mut found),
            || {
                objects.facts();
            },
        );
        // One after the other is handed to whoever is free: halves of the list take very different times.
        let mut of_rules: Vec<(usize, Vec<Finding>)> =
            rules::all().iter().enumerate().par_bridge().map(of_rule).collect();
        of_rules.sort_unstable_by_key(|(position, _)| *position);
        found.list.extend(of_rules.into_iter().flat_map(|(_, list)| list));
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
