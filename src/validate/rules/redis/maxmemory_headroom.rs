//! `maxmemory` against the memory of the container.

use crate::diagnostics::Severity;
use crate::validate::rules::facts::{Role, bytes, quantity};
use crate::validate::{Findings, Objects, Rule};

use super::directive_place;

rule!(MaxmemoryHeadroom, "redis/maxmemory-headroom", Warning);

/// What a server needs beside its data, as a part of `maxmemory`: fragmentation, clients, tables.
const ALWAYS: f64 = 0.1;
/// What a child that saves or rewrites needs, for the pages that change meanwhile.
const FORK: f64 = 0.15;

fn check(rule: &dyn Rule, objects: &Objects<'_>, found: &mut Findings) {
    let facts = objects.facts();
    for server in facts.servers.iter().filter(|server| server.role == Role::Data) {
        let Some(maxmemory) = server.settings.maxmemory.map(|bytes| bytes as f64) else { continue };
        let field = server.container.field.path(&["resources", "limits", "memory"]);
        let Some(limit) = field.text().and_then(quantity) else { continue };
        let workload = facts.workload_of(server);
        let mut parts = vec![format!("{} for fragmentation and clients", bytes(maxmemory * ALWAYS))];
        let mut needed = maxmemory * (1.0 + ALWAYS);
        if server.settings.asks_for_persistence() || workload.replicas.is_some_and(|replicas| replicas > 1) {
            needed += maxmemory * FORK;
            parts.push(format!("{} for pages that change while a child saves", bytes(maxmemory * FORK)));
        }
        if needed <= limit {
            continue;
        }
        let message = match maxmemory >= limit {
            true => format!(
                "`maxmemory` ({}) is all that the container may have ({}): it is killed before keys are evicted",
                bytes(maxmemory),
                bytes(limit)
            ),
            false => {
                format!("`maxmemory` ({}) leaves too little of the {} of the container", bytes(maxmemory), bytes(limit))
            }
        };
        let finding = found.add(rule, objects, &field, message);
        if maxmemory >= limit {
            finding.severity = Severity::Error;
        }
        if let Some(mut place) = directive_place(objects, server, "maxmemory") {
            place.text = "of this".to_owned();
            finding.labels.push(place);
        }
        finding.help = Some(format!("raise the limit to {} or more, or lower `maxmemory`", bytes(needed)));
        finding.notes.push(format!("needed beside the data: {}", parts.join(", ")));
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::found;
    use super::MaxmemoryHeadroom;

    fn text(limit: &str, maxmemory: &str, more: &str) -> String {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: a}}\nspec:\n  containers:\n  - name: redis\n    image: redis:7\n    \
             resources: {{limits: {{memory: {limit}}}}}\n    args: [--maxmemory, {maxmemory}{more}]\n"
        )
    }

    #[test]
    fn the_container_has_room_for_more_than_data() {
        for good in
            [text("1Gi", "800mb", ""), text("1Gi", "768mb", ", --appendonly, \"yes\""), text("1Gi", "\"0\"", "")]
        {
            assert_eq!(found(&MaxmemoryHeadroom, &good), [""; 0], "{good}");
        }
        let path = "spec.containers[name=redis].resources.limits.memory";
        assert_eq!(
            found(&MaxmemoryHeadroom, &text("1Gi", "1gb", "")),
            [format!(
                "error 8:34 {path}: `maxmemory` (1 GiB) is all that the container may have (1 GiB): it is killed before keys are evicted"
            )]
        );
        assert_eq!(
            found(&MaxmemoryHeadroom, &text("1Gi", "900mb", ", --appendonly, \"yes\"")),
            [format!("warning 8:34 {path}: `maxmemory` (900 MiB) leaves too little of the 1 GiB of the container")]
        );
    }
}
