//! Objects against the schemas of their kinds.

use std::collections::BTreeMap;

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use crate::diagnostics::Severity;
use crate::k8s::{Resource, parse_api_version};
use crate::schema::{Known, Lifetime, Schemas, lifetime};
use crate::validate::{Field, Finding, Findings, Objects};

use super::describe::describe;
use super::violation::Violation;
use super::walk::Walk;

/// Objects that one thread checks at a time. Fewer are checked at once, as threads take longer to start.
const CHUNK: usize = 256;

/// Checks the structure of all objects.
pub fn check(objects: &Objects<'_>, schemas: &Schemas, found: &mut Findings) {
    let list: Vec<&Resource> = objects.iter().collect();
    // Of each kind what is known of it, and whether it is on its way out.
    let mut kinds: FxHashMap<(&str, &str), (Known<'_>, Option<Lifetime>)> = FxHashMap::default();
    for object in &list {
        kinds.entry((object.api_version(), object.kind())).or_insert_with(|| {
            let (group, version) = parse_api_version(object.api_version());
            let known = schemas.find(group, version, object.kind());
            let is_old = |it: &Lifetime| it.deprecated.is_some_and(|at| at <= schemas.release.minor());
            let life = match known {
                Known::Schema(..) => lifetime(group, version, object.kind()).filter(is_old),
                _ => None,
            };
            (known, life)
        });
    }
    let walk = |(chunk, part): (usize, &[&Resource])| {
        let mut found = Vec::new();
        for (at, object) in part.iter().enumerate() {
            if let Some((Known::Schema(arena, node), _)) = kinds.get(&(object.api_version(), object.kind())) {
                Walk::object(chunk * CHUNK + at, arena, *node, &object.node, &mut found);
            }
        }
        found
    };
    let violations: Vec<Vec<Violation<'_>>> = match list.len() <= CHUNK {
        true => vec![walk((0, &list))],
        false => list.par_chunks(CHUNK).enumerate().map(walk).collect(),
    };
    let mut violations = violations.into_iter().flatten().peekable();
    let mut without: BTreeMap<(&str, &str), (usize, usize)> = BTreeMap::new();
    for (at, object) in list.iter().enumerate() {
        let key = (object.api_version(), object.kind());
        match &kinds[&key] {
            (Known::Schema(..), life) => {
                found.list.extend(life.as_ref().map(|life| deprecated(objects, object, life)));
            }
            (Known::Nothing, _) => {
                let (_, count) = without.entry(key).or_insert((at, 0));
                *count += 1;
            }
            (other, _) => found.push(not_served(objects, object, other, schemas)),
        }
        while let Some(violation) = violations.next_if(|it| it.object == at) {
            found.push(describe(&violation, object, objects));
        }
    }
    for ((api_version, kind), (first, count)) in without {
        found.push(no_schema(objects, list[first], api_version, kind, count));
    }
}

fn api_version_of(group: &str, version: &str) -> String {
    if group.is_empty() { version.to_owned() } else { format!("{group}/{version}") }
}

fn replacement(life: &Lifetime) -> Option<String> {
    let [group, version, kind] = life.replacement.as_ref()?;
    let api_version = api_version_of(group, version);
    Some(match *kind == life.kind {
        true => format!("write `apiVersion: {api_version}`"),
        false => format!("use {kind} of {api_version} instead"),
    })
}

fn deprecated(objects: &Objects<'_>, object: &Resource, life: &Lifetime) -> Finding {
    let field = Field::of(object).get("apiVersion");
    let since = life.deprecated.unwrap_or_default();
    let message = format!("{} of {} is deprecated since Kubernetes 1.{since}", life.kind, object.api_version());
    let mut finding = Finding::new("schema/deprecated-api", Severity::Warning, message).at(objects, &field);
    if let Some(removed) = life.removed {
        finding = finding.note(format!("it is removed in Kubernetes 1.{removed}"));
    }
    finding.help_if(replacement(life))
}

fn not_served(objects: &Objects<'_>, object: &Resource, known: &Known<'_>, schemas: &Schemas) -> Finding {
    let (kind, api_version, release) = (object.kind(), object.api_version(), schemas.release);
    let version = Field::of(object).get("apiVersion");
    let error = |rule: &'static str, message: String, field: &Field<'_>| {
        Finding::new(rule, Severity::Error, message).at(objects, field)
    };
    match known {
        Known::NotServed(Some(life)) if life.removed.is_some_and(|it| it <= release.minor()) => {
            let removed = life.removed.unwrap_or_default();
            let message = format!("{kind} of {api_version} is removed since Kubernetes 1.{removed}");
            let finding = error("schema/removed-api", message, &version).help_if(replacement(life));
            match life.deprecated {
                Some(since) => {
                    finding.note(format!("it was deprecated in Kubernetes 1.{since}; this is checked for {release}"))
                }
                None => finding,
            }
        }
        Known::NotServed(_) => {
            let message = format!("Kubernetes {release} does not have {kind} of {api_version}");
            error("schema/removed-api", message, &version)
                .help("choose the version of the cluster with `--kube-version`, or in the environment")
        }
        Known::OtherVersions(versions) => {
            let group = parse_api_version(api_version).0;
            let listed: Vec<String> = versions.iter().map(|it| format!("`{}`", api_version_of(group, it))).collect();
            let message = format!("{kind} is not served as {api_version}");
            error("schema/unknown-version", message, &version).help(format!("write {}", listed.join(" or ")))
        }
        Known::NoSuchKind(near) => {
            let message = format!("{api_version} has no kind {kind}");
            error("schema/unknown-kind", message, &Field::of(object).get("kind"))
                .help_if(near.map(|near| format!("did you mean `{near}`?")))
        }
        Known::Schema(..) | Known::Nothing => error("schema/unknown-kind", String::new(), &version),
    }
}

fn no_schema(objects: &Objects<'_>, object: &Resource, api_version: &str, kind: &str, count: usize) -> Finding {
    let severity = if objects.settings().strict { Severity::Error } else { Severity::Note };
    let message = format!("there is no schema for {kind} of {api_version}");
    let finding = Finding::new("schema/no-schema", severity, message).at(objects, &Field::of(object).get("kind"));
    let finding = if count > 1 { finding.note(format!("{count} objects are of this kind")) } else { finding };
    finding.help("add its custom resource definition with `redisops schema import FILE`, or `redisops schema pull`")
}
